"""Lightning: PyTorch's proof, and a trainer that makes a small network learn on the target."""

from nixml_proof_common import Failed, prove
from nixml_proof_torch import work as below


def work(order):
    import lightning
    import torch

    class Line(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(4, 1)
            self.losses = []

        def training_step(self, batch, _):
            loss = torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1])
            self.losses.append(float(loss.detach()))
            return loss

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=0.1)

    answer = below(order)
    lightning.seed_everything(1)
    points = torch.rand(1024, 4) * 2 - 1
    data = torch.utils.data.TensorDataset(points, points @ torch.tensor([[1.0], [-1.0], [0.5], [2.0]]))
    model = Line()
    trainer = lightning.Trainer(
        accelerator=order["target"], devices=1, max_epochs=20, logger=False, enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False, default_root_dir=None,
    )
    trainer.fit(model, torch.utils.data.DataLoader(data, batch_size=64))
    if not model.losses[-1] < model.losses[0] / 100:
        raise Failed(f"a network did not learn: loss {model.losses[0]:.3g} to {model.losses[-1]:.3g}")
    for one in answer["devices"][:1]:
        one["kernel"] += ", Trainer.fit"
    return answer | {"version": lightning.__version__}


if __name__ == "__main__":
    prove("lightning", work)
