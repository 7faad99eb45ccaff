"""JAX: a product on every device at highest precision, and jax.jit, without which JAX is not JAX."""

import time

from nixml_proof_common import PRODUCT, SIZE, check_reference, device, difference, installed, matrices, processor, prove


def build(target):
    if target == "cuda" or installed("jax-cuda13-plugin", "jax-cuda12-plugin"):
        return "cu13" if installed("jax-cuda13-plugin") else "cu12"
    return "cpu"


def work(order):
    import jax
    import jax.numpy as jnp
    import numpy

    raw = matrices()
    a, b = (numpy.frombuffer(matrix).reshape(SIZE, SIZE) for matrix in raw)
    reference = (a @ b).ravel().tolist()
    check_reference(*raw, reference)
    after = numpy.tanh(a @ b + 1).ravel().tolist()

    def flat(value):
        return numpy.asarray(value, dtype=numpy.float64).ravel().tolist()

    @jax.jit
    def compiled(x, y):
        return jnp.tanh(jnp.matmul(x, y, precision="highest") + 1)

    devices = []
    for index, place in enumerate(jax.devices(order["target"])):
        begin = time.monotonic()
        x, y = (jax.device_put(matrix.astype("float32"), place) for matrix in (a, b))
        error = difference(flat(jnp.matmul(x, y, precision="highest")), reference)
        result = compiled(x, y)
        difference(flat(result), after)
        kind = "cuda" if place.platform == "gpu" else place.platform
        name = processor() if kind == "cpu" else place.device_kind
        compute = getattr(place, "compute_capability", None) if kind == "cuda" else None
        devices.append(device(index, kind, name, PRODUCT, begin, error, jit=True, jit_detail="jax.jit", compute=compute))
    return {"version": jax.__version__, "build": build(order["target"]), "devices": devices}


if __name__ == "__main__":
    prove("jax", work)
