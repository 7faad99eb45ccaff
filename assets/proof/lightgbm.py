"""LightGBM: trees must learn a known rule."""

import time

from nixml_proof_common import Failed, cuda_cards, device, processor, prove


def work(order):
    import lightgbm
    import numpy

    cards = cuda_cards() if order["target"] == "cuda" else [(0, processor(), None)]
    generator = numpy.random.default_rng(20261121)
    points = generator.uniform(-1, 1, (4000, 5))
    side = (points[:, 0] * points[:, 1] > 0).astype(int)
    devices = []
    for index, name, compute in cards:
        begin = time.monotonic()
        settings = {"objective": "binary", "device_type": order["target"], "gpu_device_id": index, "verbose": -1, "num_threads": 1, "seed": 1}
        booster = lightgbm.train(settings, lightgbm.Dataset(points[:3000], side[:3000]), num_boost_round=60)
        right = float(((booster.predict(points[3000:]) > 0.5) == side[3000:]).mean())
        if not right > 0.9:
            raise Failed(f"the trees are right in {right:.0%} only")
        devices.append(device(index, order["target"], name, "fit 60 trees", begin, compute=compute))
    return {"version": lightgbm.__version__, "build": order["target"] if order["target"] == "cpu" else order["build"], "devices": devices}


if __name__ == "__main__":
    prove("lightgbm", work)
