"""TensorFlow: a product on every device without TF32, and a function compiled by XLA."""

import time

from nixml_proof_common import PRODUCT, SIZE, Failed, check_reference, device, difference, just_in_time, matrices, processor, prove


def build(tensorflow):
    cuda = tensorflow.sysconfig.get_build_info().get("cuda_version")
    return "cu" + "".join(cuda.split(".")[:2]) if cuda else "cpu"


def work(order):
    import numpy
    import tensorflow

    tensorflow.config.experimental.enable_tensor_float_32_execution(False)
    kind = {"cpu": "CPU", "cuda": "GPU", "mps": "GPU"}[order["target"]]
    places = tensorflow.config.list_physical_devices(kind)
    if not places:
        raise Failed(f"tf.config.list_physical_devices('{kind}') is empty")
    raw = matrices()
    a, b = (numpy.frombuffer(matrix).reshape(SIZE, SIZE) for matrix in raw)
    reference = (a @ b).ravel().tolist()
    check_reference(*raw, reference)

    def flat(value):
        return numpy.asarray(value, dtype=numpy.float64).ravel().tolist()

    devices = []
    for index, place in enumerate(places):
        begin = time.monotonic()
        with tensorflow.device(f"/{kind}:{index}"):
            x, y = (tensorflow.constant(matrix, dtype=tensorflow.float32) for matrix in (a, b))
            product = tensorflow.matmul(x, y)
            if f"{kind}:{index}" not in product.device:
                raise Failed(f"the product ran on {product.device}")
            error = difference(flat(product), reference)
            error = max(error, difference(flat(tensorflow.math.tanh(x) + y), (numpy.tanh(a) + b).ravel().tolist()))

            def compiled():
                function = tensorflow.function(lambda value: tensorflow.math.tanh(value) * 2 + value, jit_compile=True)
                difference(flat(function(x)), (numpy.tanh(a) * 2 + a).ravel().tolist())

            jit = just_in_time(order, "tf.function(jit_compile=True)", compiled)
        about = {} if kind == "CPU" else tensorflow.config.experimental.get_device_details(place)
        compute = ".".join(str(part) for part in about["compute_capability"]) if "compute_capability" in about else None
        name = processor() if kind == "CPU" else about.get("device_name", "GPU")
        devices.append(device(index, order["target"], name, PRODUCT, begin, error, compute=compute, **jit))
    return {"version": tensorflow.__version__, "build": build(tensorflow), "devices": devices}


if __name__ == "__main__":
    prove("tensorflow", work)
