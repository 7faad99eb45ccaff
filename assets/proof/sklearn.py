"""scikit-learn: a line through known points must be found, and a forest must learn."""

import time

from nixml_proof_common import Failed, device, processor, prove


def work(order):
    import numpy
    import sklearn
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LinearRegression

    if order["target"] != "cpu":
        raise Failed("scikit-learn computes on the processor only")
    begin = time.monotonic()
    generator = numpy.random.default_rng(20261121)
    points = generator.uniform(-1, 1, (2000, 5))
    slope = numpy.array([3.0, -2.0, 0.5, 0.0, 1.0])
    model = LinearRegression().fit(points, points @ slope + 4.0)
    error = float(numpy.abs(numpy.append(model.coef_ - slope, model.intercept_ - 4.0)).max())
    if not error < 1e-9:
        raise Failed(f"LinearRegression is off by {error:.1e}")
    side = (points[:, 0] + points[:, 1] > 0).astype(int)
    score = RandomForestClassifier(n_estimators=30, random_state=0, n_jobs=2).fit(points[:1500], side[:1500]).score(points[1500:], side[1500:])
    if not score > 0.9:
        raise Failed(f"RandomForestClassifier is right in {score:.0%} only")
    devices = [device(0, "cpu", processor(), "fit LinearRegression, RandomForestClassifier", begin, error)]
    return {"version": sklearn.__version__, "build": "cpu", "devices": devices}


if __name__ == "__main__":
    prove("scikit-learn", work)
