"""RAPIDS: a table added up by groups, and a line found, on every card."""

import time

from nixml_proof_common import Failed, cuda_cards, device, prove


def work(order):
    import cudf
    import cupy
    import numpy

    if order["target"] != "cuda":
        raise Failed("RAPIDS computes on graphics cards only")
    generator = numpy.random.default_rng(20261121)
    points = generator.uniform(-1, 1, (20000, 4))
    slope = numpy.array([3.0, -2.0, 0.5, 1.0])
    groups = numpy.arange(len(points)) % 7
    true = [float(points[groups == group, 0].sum()) for group in range(7)]
    devices = []
    for index, name, compute in cuda_cards():
        begin = time.monotonic()
        with cupy.cuda.Device(index):
            table = cudf.DataFrame({"group": groups, "value": points[:, 0]})
            sums = table.groupby("group")["value"].sum().sort_index().to_numpy()
            error = float(numpy.abs(sums - true).max() / numpy.abs(true).max())
            kernel = "groupby sum float64"
            try:
                from cuml.linear_model import LinearRegression
            except ImportError:
                LinearRegression = None
            if LinearRegression:
                model = LinearRegression().fit(points, points @ slope)
                error = max(error, float(numpy.abs(cupy.asnumpy(cupy.asarray(model.coef_)) - slope).max()))
                kernel += ", fit LinearRegression"
            if not error < 1e-6:
                raise Failed(f"the result is off by {error:.1e}")
        devices.append(device(index, "cuda", name, kernel, begin, error, compute=compute))
    version = cupy.cuda.runtime.runtimeGetVersion()
    return {"version": cudf.__version__, "build": f"cu{version // 1000}{version % 1000 // 10}", "devices": devices}


if __name__ == "__main__":
    prove("rapids", work)
