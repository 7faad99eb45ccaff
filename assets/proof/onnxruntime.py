"""ONNX Runtime: a product in a model made here, by the provider of the target and no other."""

import time

from nixml_proof_common import PRODUCT, SIZE, Failed, check_reference, cuda_cards, device, difference, installed, matrices, processor, prove

PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider", "mps": "CoreMLExecutionProvider"}


def field(number, value):
    """One field of a protocol buffer: a number or bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value):
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def model():
    """The ONNX model `c = a @ b`, so that the `onnx` package is not needed."""
    size = b"".join(field(1, field(1, SIZE)) for _ in range(2))
    tensor = field(1, field(1, 1) + field(2, size))
    values = {name: field(1, name) + field(2, tensor) for name in "abc"}
    node = field(1, "a") + field(1, "b") + field(2, "c") + field(4, "MatMul")
    graph = field(1, node) + field(2, "g") + field(11, values["a"]) + field(11, values["b"]) + field(12, values["c"])
    return field(1, 8) + field(7, graph) + field(8, field(2, 17))


def work(order):
    import numpy
    import onnxruntime

    target = order["target"]
    cards = cuda_cards() if target == "cuda" else [(0, processor(), None)]
    raw = matrices()
    a, b = (numpy.frombuffer(matrix).reshape(SIZE, SIZE) for matrix in raw)
    reference = (a @ b).ravel().tolist()
    check_reference(*raw, reference)
    if target == "cuda" and hasattr(onnxruntime, "preload_dlls"):
        onnxruntime.preload_dlls()
    devices = []
    for index, name, compute in cards:
        begin = time.monotonic()
        options = {"device_id": index, "use_tf32": 0} if target == "cuda" else {}
        session = onnxruntime.InferenceSession(model(), providers=[(PROVIDERS[target], options)])
        if session.get_providers()[0] != PROVIDERS[target]:
            raise Failed(f"{PROVIDERS[target]} is not used, but {session.get_providers()}")
        (product,) = session.run(None, {"a": a.astype("float32"), "b": b.astype("float32")})
        error = difference(product.astype("float64").ravel().tolist(), reference)
        devices.append(device(index, target, name, PRODUCT, begin, error, compute=compute))
    build = order["build"] if installed("onnxruntime-gpu") else "cpu"
    return {"version": onnxruntime.__version__, "build": build, "devices": devices}


if __name__ == "__main__":
    prove("onnxruntime", work)
