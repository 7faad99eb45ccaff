"""Transformers: PyTorch's proof, and a small model with random weights, run on every device against the CPU in float64."""

from nixml_proof_common import difference, prove
from nixml_proof_torch import flat, places
from nixml_proof_torch import work as below


def work(order):
    import torch
    import transformers

    answer = below(order)
    torch.manual_seed(1)
    settings = transformers.BertConfig(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128, vocab_size=100)
    model = transformers.BertModel(settings).eval()
    words = torch.arange(16).reshape(1, 16)
    with torch.no_grad():
        reference = flat(model.double()(words).last_hidden_state)
        for one, (place, _, _) in zip(answer["devices"], places(torch, order["target"])):
            result = model.float().to(place)(words.to(place)).last_hidden_state
            one["max_error"] = max(one["max_error"], difference(flat(result), reference))
            one["kernel"] += ", BertModel"
    return answer | {"version": transformers.__version__}


if __name__ == "__main__":
    prove("transformers", work)
