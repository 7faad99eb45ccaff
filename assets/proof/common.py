"""What every proof shares: a product that must come out right, and the answer on one marked line."""

import array
import ctypes
import importlib
import importlib.metadata
import json
import math
import platform
import random
import sys
import time
import traceback

SIZE = 512
# The largest difference allowed, relative to the largest value. Full float32 stays below 2e-6, TF32 reaches 5e-4.
TOLERANCE = 2e-5
PRODUCT = f"matmul float32 {SIZE}x{SIZE}"


class Failed(Exception):
    """The proof failed for a reason that is a sentence, not a traceback."""


def prove(framework, work):
    """Runs `work(order)`, which returns version, build and devices, and says on standard output how it went."""
    order = json.loads(sys.argv[1])
    answer = {"ok": False, "framework": framework, "python": platform.python_version(), "prefix": sys.prefix}
    try:
        for module in order.get("modules", []):
            importlib.import_module(module)
        answer.update(work(order))
        wrong = [device for device in answer["devices"] if device["kind"] != order["target"]]
        if wrong or not answer["devices"]:
            raise Failed(f"no {order['target']} device computed")
        answer["ok"] = True
    except Failed as reason:
        answer["error"] = str(reason)
        print(f"proof: {reason}", file=sys.stderr)
    except BaseException as error:
        traceback.print_exc()
        answer["error"] = f"{type(error).__name__}: {error}"[:2000]
    sys.stderr.flush()
    print("\n" + order["mark"] + json.dumps(answer, allow_nan=False), flush=True)
    sys.exit(0 if answer["ok"] else 1)


def matrices():
    """Two float64 matrices, row by row, the same on every machine."""
    generator = random.Random(20261121)
    return [array.array("d", (generator.uniform(-1, 1) for _ in range(SIZE * SIZE))) for _ in range(2)]


def check_reference(a, b, product):
    """The float64 product must be one: some of its values are added up here, by nobody's library."""
    for row, column in [(0, 0), (1, SIZE - 1), (SIZE // 2, 7), (SIZE - 1, SIZE // 3)]:
        true = math.fsum(a[row * SIZE + k] * b[k * SIZE + column] for k in range(SIZE))
        if not abs(float(product[row * SIZE + column]) - true) < 1e-9:
            raise Failed("the float64 product of the CPU is wrong: is this the real library?")


def difference(result, reference):
    """The largest difference of two flat lists, relative to the largest value; fails when it is not small."""
    result, reference = list(result), list(reference)
    if len(result) != len(reference):
        raise Failed(f"{len(result)} values came out, not {len(reference)}")
    largest = max(abs(value) for value in reference)
    error = max((abs(x - y) if math.isfinite(x) else math.inf) for x, y in zip(result, reference)) / largest
    if not error <= TOLERANCE:
        raise Failed(f"the float32 result is off by {error:.1e}, allowed is {TOLERANCE:.0e}")
    return error


def device(index, kind, name, kernel, begin, error=None, jit=None, jit_detail=None, compute=None):
    """One device of the answer."""
    return {
        "index": index, "kind": kind, "name": str(name), "compute": compute, "kernel": kernel, "max_error": error,
        "jit": jit, "jit_detail": jit_detail, "duration_ms": round((time.monotonic() - begin) * 1000),
    }


def just_in_time(order, name, run):
    """Runs the just-in-time path; a failure is the proof's failure only where the shell promises a compiler."""
    if order.get("jit") == "skip":
        return {"jit": None, "jit_detail": f"{name}: not tried here"}
    try:
        run()
        return {"jit": True, "jit_detail": name}
    except Exception as error:
        if order.get("jit") == "required":
            raise
        traceback.print_exc()
        lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
        cause = next((line for line in lines if "error: " in line), lines[0])
        return {"jit": False, "jit_detail": f"{name}: {cause}"[:300]}


def processor():
    """The processor's name, for people."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as info:
            return next(line.split(":", 1)[1].strip() for line in info if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def installed(*names):
    """The version of the first of these distributions that is there."""
    for name in names:
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None


def cuda_cards():
    """Index, name and compute capability of every card, from the driver itself."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError as error:
        raise Failed(f"libcuda.so.1: {error}") from None

    def call(name, *arguments):
        code = getattr(driver, name)(*arguments)
        if code != 0:
            text = ctypes.c_char_p()
            driver.cuGetErrorName(code, ctypes.byref(text))
            raise Failed(f"{name} failed: {(text.value or b'unknown').decode()} ({code})")

    call("cuInit", 0)
    count = ctypes.c_int()
    call("cuDeviceGetCount", ctypes.byref(count))
    cards = []
    for index in range(count.value):
        handle, name, part = ctypes.c_int(), ctypes.create_string_buffer(256), ctypes.c_int()
        call("cuDeviceGet", ctypes.byref(handle), index)
        call("cuDeviceGetName", name, 255, handle)
        compute = []
        for attribute in (75, 76):
            call("cuDeviceGetAttribute", ctypes.byref(part), attribute, handle)
            compute.append(str(part.value))
        cards.append((index, name.value.decode("utf-8", "replace"), ".".join(compute)))
    if not cards:
        raise Failed("the driver knows no card")
    return cards
