"""Keras: the product on its backend, and a small network that must learn."""

from nixml_proof_common import Failed, prove


def work(order):
    import keras
    import numpy

    backend = keras.backend.backend()
    if backend == "torch":
        from nixml_proof_torch import work as below
    elif backend == "jax":
        from nixml_proof_jax import work as below
    elif backend == "tensorflow":
        from nixml_proof_tensorflow import work as below
    else:
        raise Failed(f"no proof for the backend `{backend}`")
    answer = below(order)
    keras.utils.set_random_seed(1)
    points = numpy.random.default_rng(20261121).uniform(-1, 1, (1024, 4)).astype("float32")
    goal = (points @ numpy.array([1.0, -1.0, 0.5, 2.0], dtype="float32"))[:, None]
    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
    losses = model.fit(points, goal, epochs=20, batch_size=64, verbose=0).history["loss"]
    if not losses[-1] < losses[0] / 100:
        raise Failed(f"a network did not learn: loss {losses[0]:.3g} to {losses[-1]:.3g}")
    for one in answer["devices"]:
        one["kernel"] += f", fit Dense ({backend})"
    return answer | {"version": keras.__version__}


if __name__ == "__main__":
    prove("keras", work)
