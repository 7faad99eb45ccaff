"""CatBoost: trees must learn a known rule on every device."""

import time

from nixml_proof_common import Failed, cuda_cards, device, processor, prove


def work(order):
    import catboost
    import numpy

    cards = cuda_cards() if order["target"] == "cuda" else [(0, processor(), None)]
    generator = numpy.random.default_rng(20261121)
    points = generator.uniform(-1, 1, (4000, 5))
    side = (points[:, 0] * points[:, 1] > 0).astype(int)
    devices = []
    for index, name, compute in cards:
        begin = time.monotonic()
        place = {"task_type": "GPU", "devices": str(index)} if order["target"] == "cuda" else {"task_type": "CPU", "thread_count": 2}
        model = catboost.CatBoostClassifier(iterations=100, depth=4, random_seed=1, verbose=False, allow_writing_files=False, **place)
        right = float((model.fit(points[:3000], side[:3000]).predict(points[3000:]) == side[3000:]).mean())
        if not right > 0.9:
            raise Failed(f"the trees are right in {right:.0%} only")
        devices.append(device(index, order["target"], name, "fit 100 trees", begin, compute=compute))
    return {"version": catboost.__version__, "build": order["build"], "devices": devices}


if __name__ == "__main__":
    prove("catboost", work)
