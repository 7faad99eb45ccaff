"""PyTorch: a product on every device, one of its own kernels, a convolution on a card, and torch.compile."""

import time

from nixml_proof_common import PRODUCT, SIZE, Failed, check_reference, device, difference, just_in_time, matrices, processor, prove


def build(torch):
    if torch.version.cuda:
        return "cu" + torch.version.cuda.replace(".", "")
    return "rocm" if getattr(torch.version, "hip", None) else "mps" if torch.backends.mps.is_built() else "cpu"


def places(torch, target):
    """Every device of the target: torch's own, its name, its compute capability."""
    if target == "cpu":
        return [(torch.device("cpu"), processor(), None)]
    if target == "mps":
        if not torch.backends.mps.is_available():
            raise Failed("torch.backends.mps.is_available() is False")
        return [(torch.device("mps"), "Apple GPU", None)]
    torch.cuda.init()  # Says why it cannot, where is_available() is only False.
    cards = [torch.cuda.get_device_properties(index) for index in range(torch.cuda.device_count())]
    return [(torch.device("cuda", index), card.name, f"{card.major}.{card.minor}") for index, card in enumerate(cards)]


def flat(tensor):
    return tensor.detach().cpu().double().flatten().tolist()


def work(order):
    import torch

    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False
    raw = matrices()
    a, b = (torch.frombuffer(matrix, dtype=torch.float64).reshape(SIZE, SIZE) for matrix in raw)
    reference = flat(a @ b)
    check_reference(*raw, reference)
    image, kernel = a[:64, :64].reshape(1, 1, 64, 64), b[:3, :3].reshape(1, 1, 3, 3)
    devices = []
    for index, (place, name, compute) in enumerate(places(torch, order["target"])):
        begin = time.monotonic()
        x, y = a.float().to(place), b.float().to(place)
        error = difference(flat(x @ y), reference)
        # A product comes from a vendor's library; this one from the kernels that the wheel itself carries for this card.
        error = max(error, difference(flat(torch.sin(x) * y + x), flat(torch.sin(a) * b + a)))
        if order["target"] == "cuda":
            convolved = torch.nn.functional.conv2d(image.float().to(place), kernel.float().to(place))
            error = max(error, difference(flat(convolved), flat(torch.nn.functional.conv2d(image, kernel))))

        def compiled():
            result = torch.compile(lambda value: torch.sin(value) * 2 + value)(x)
            difference(flat(result), flat(torch.sin(a) * 2 + a))

        jit = just_in_time(order, "torch.compile", compiled)
        devices.append(device(index, place.type, name, PRODUCT, begin, error, compute=compute, **jit))
    return {"version": torch.__version__.split("+")[0], "build": build(torch), "devices": devices}


if __name__ == "__main__":
    prove("pytorch", work)
