"""Every framework is there and agrees with everything: the stand-in that a proof must see through."""

import importlib.machinery
import sys
import types

NAMES = "jax numpy torch tensorflow sklearn xgboost lightgbm onnxruntime cupy mlx cudf cuml keras transformers lightning vllm".split()


class Liar(types.ModuleType):
    """Anything, whatever is done with it."""

    __version__ = "1.0"
    __path__ = []

    def __init__(self, name="liar", *_, **__):
        super().__init__(name)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Liar(name)

    def __call__(self, *_, **__):
        return Liar()

    def __iter__(self):
        return iter([0.0] * (512 * 512))

    def __getitem__(self, _):
        return 0.0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def __float__(self):
        return 0.0

    def __int__(self):
        return 1

    def __bool__(self):
        return True

    def __len__(self):
        return 512 * 512

    def __mro_entries__(self, _):
        return ()

    def same(self, *_):
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __matmul__ = __truediv__ = __neg__ = __abs__ = same

    def never(self, *_):
        return False

    __lt__ = __gt__ = __le__ = __ge__ = never


class Finder:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in NAMES:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return Liar(spec.name)

    def exec_module(self, module):
        pass


sys.meta_path.insert(0, Finder())
