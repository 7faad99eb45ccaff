"""Stands in for vLLM where there is no card: the few names of its first example, with the arguments of its documentation."""

from types import SimpleNamespace

__version__ = "0.32.0"


class SamplingParams:
    def __init__(self, *, temperature=1.0, max_tokens=16):
        self.max_tokens = max_tokens


class LLM:
    def __init__(self, model, *, max_model_len=None, gpu_memory_utilization=0.9, enforce_eager=False):
        assert "/" in model and 0 < gpu_memory_utilization < 1 and max_model_len

    def generate(self, prompts, sampling_params):
        assert isinstance(sampling_params, SamplingParams)
        return [SimpleNamespace(prompt=one, outputs=[SimpleNamespace(text=" and so on")]) for one in prompts]
