"""Stands in for CuPy 14.2.0 where there is no card: numpy's arrays, and a generator with the methods that CuPy's has and no other."""

import types

import numpy
from numpy import *  # noqa: F403

__version__ = "14.2.0"

# dir(cupy.random.Generator) of the wheel cupy-cuda13x 14.2.0, read on 2026-11-21: there is no `normal`.
METHODS = """beta binomial chisquare dirichlet exponential f gamma geometric hypergeometric integers logseries poisson power random
standard_exponential standard_gamma standard_normal uniform""".split()


class Array(numpy.ndarray):
    def get(self):
        return numpy.asarray(self)


class Generator:
    def __init__(self, seed):
        self.own = numpy.random.default_rng(seed)

    def __getattr__(self, name):
        if name not in METHODS:
            raise AttributeError(f"CuPy's Generator has no `{name}`")
        return lambda *rest: getattr(self.own, name)(*rest).view(Array)


random = types.SimpleNamespace(default_rng=Generator)
asnumpy = numpy.asarray
cuda = types.SimpleNamespace(runtime=types.SimpleNamespace(getDeviceProperties=lambda index: {"name": b"a stand-in"}))
