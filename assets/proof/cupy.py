"""CuPy: a product on every card without TF32, and a kernel compiled on the spot."""

import time

from nixml_proof_common import PRODUCT, SIZE, Failed, check_reference, cuda_cards, device, difference, just_in_time, matrices, prove


def work(order):
    import os

    os.environ["CUPY_TF32"] = "0"
    import cupy
    import numpy

    if order["target"] != "cuda":
        raise Failed("CuPy computes on graphics cards only")
    raw = matrices()
    a, b = (numpy.frombuffer(matrix).reshape(SIZE, SIZE) for matrix in raw)
    reference = (a @ b).ravel().tolist()
    check_reference(*raw, reference)
    devices = []
    for index, name, compute in cuda_cards():
        begin = time.monotonic()
        with cupy.cuda.Device(index):
            x, y = cupy.asarray(a, dtype="float32"), cupy.asarray(b, dtype="float32")
            error = difference(cupy.asnumpy(x @ y).astype("float64").ravel().tolist(), reference)

            def compiled():
                kernel = cupy.ElementwiseKernel("float32 x, float32 y", "float32 z", "z = x * y + x", "nixml_proof")
                difference(cupy.asnumpy(kernel(x, y)).astype("float64").ravel().tolist(), (a * b + a).ravel().tolist())

            jit = just_in_time(order | {"jit": "required"}, "cupy.ElementwiseKernel", compiled)
        devices.append(device(index, "cuda", name, PRODUCT, begin, error, compute=compute, **jit))
    version = cupy.cuda.runtime.runtimeGetVersion()
    return {"version": cupy.__version__, "build": f"cu{version // 1000}{version % 1000 // 10}", "devices": devices}


if __name__ == "__main__":
    prove("cupy", work)
