"""MLX: a product on the processor or on the Apple GPU, and mx.compile."""

import time

from nixml_proof_common import PRODUCT, SIZE, check_reference, device, difference, installed, just_in_time, matrices, processor, prove


def work(order):
    import mlx.core as mx

    raw = matrices()
    a, b = (mx.array(list(matrix)).reshape(SIZE, SIZE) for matrix in raw)
    # MLX has float64 on the processor.
    with mx.stream(mx.cpu):
        wide = [mx.array(list(matrix), dtype=mx.float64).reshape(SIZE, SIZE) for matrix in raw]
        product = mx.matmul(*wide)
        reference = product.reshape(-1).tolist()
        twice = (mx.sin(wide[0]) * 2 + wide[0]).reshape(-1).tolist()
    check_reference(*raw, reference)
    place = mx.cpu if order["target"] == "cpu" else mx.gpu
    mx.set_default_device(place)
    begin = time.monotonic()
    error = difference(mx.matmul(a, b).reshape(-1).tolist(), reference)

    def compiled():
        difference(mx.compile(lambda x: mx.sin(x) * 2 + x)(a).reshape(-1).tolist(), twice)

    jit = just_in_time(order, "mx.compile", compiled)
    name = processor() if order["target"] == "cpu" else "Apple GPU" if order["target"] == "mps" else "GPU"
    devices = [device(0, order["target"], name, PRODUCT, begin, error, **jit)]
    return {"version": installed("mlx"), "build": "cpu" if order["target"] == "cpu" else order["build"], "devices": devices}


if __name__ == "__main__":
    prove("mlx", work)
