"""vLLM: PyTorch's proof on every device, and vLLM's own kernels loaded beside it."""

from nixml_proof_common import difference, prove
from nixml_proof_torch import flat, places
from nixml_proof_torch import work as below


def work(order):
    import torch
    import vllm

    answer = below(order)
    if order["target"] == "cuda":
        import vllm._C  # noqa: F401  The kernels: they are what another CUDA or another torch breaks.

        for one, (place, _, _) in zip(answer["devices"], places(torch, "cuda")):
            x = torch.linspace(-1, 1, 2048, dtype=torch.float64).reshape(8, 256)
            out = torch.empty(8, 128, device=place)
            torch.ops._C.silu_and_mul(out, x.float().to(place))
            true = torch.nn.functional.silu(x[:, :128]) * x[:, 128:]
            one["max_error"] = max(one["max_error"], difference(flat(out), flat(true)))
            one["kernel"] += ", silu_and_mul"
    return answer | {"version": vllm.__version__}


if __name__ == "__main__":
    prove("vllm", work)
