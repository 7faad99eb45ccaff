"""XGBoost: trees must learn a known rule on every device, and on that device indeed."""

import json
import time

from nixml_proof_common import Failed, cuda_cards, device, processor, prove


def build(xgboost):
    about = xgboost.build_info()
    version = about.get("CUDA_VERSION")
    if not about.get("USE_CUDA"):
        return "cpu"
    return "cu" + "".join(str(part) for part in version[:2]) if version else "cuda"


def work(order):
    import numpy
    import xgboost

    cards = cuda_cards() if order["target"] == "cuda" else [(0, processor(), None)]
    generator = numpy.random.default_rng(20261121)
    points = generator.uniform(-1, 1, (4000, 5)).astype("float32")
    side = (points[:, 0] * points[:, 1] > 0).astype(int)
    devices = []
    for index, name, compute in cards:
        begin = time.monotonic()
        place = f"cuda:{index}" if order["target"] == "cuda" else "cpu"
        booster = xgboost.train(
            {"objective": "binary:logistic", "device": place, "max_depth": 4, "seed": 1, "nthread": 1},
            xgboost.DMatrix(points[:3000], side[:3000]),
            num_boost_round=40,
        )
        # Without a usable card XGBoost warns and goes on with the processor.
        used = json.loads(booster.save_config())["learner"]["generic_param"]["device"]
        if used != place:
            raise Failed(f"XGBoost computed on {used}, not on {place}")
        right = float(((booster.predict(xgboost.DMatrix(points[3000:])) > 0.5) == side[3000:]).mean())
        if not right > 0.9:
            raise Failed(f"the trees are right in {right:.0%} only")
        devices.append(device(index, order["target"], name, "fit 40 trees (hist)", begin, compute=compute))
    return {"version": xgboost.__version__, "build": build(xgboost), "devices": devices}


if __name__ == "__main__":
    prove("xgboost", work)
