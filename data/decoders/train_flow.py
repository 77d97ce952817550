"""Train the flow that lesson 15's FlowExplorer walks along, on the codes of codec_16d.safetensors.

    python data/decoders/train_flow.py

Takes about a CPU minute. Writes flow_16d.safetensors beside this file, as 16-bit numbers, and
prints the figure that README.md quotes.
"""

from pathlib import Path

import torch

import aelib

HERE = Path(__file__).parent


def forgetful_loss(model: aelib.VelocityNetwork, rows: torch.Tensor) -> torch.Tensor:
    """Flow matching on codes whose last column is the class, which is forgotten for one in ten."""
    y = rows[:, -1].long()
    return aelib.flow_loss(model, rows[:, :-1], y.masked_fill(torch.rand(len(y)) < 0.1, -1))


def main() -> None:
    """Train on the codes of all training digits, centred and of one scale; round, save, measure."""
    x_train, y_train, x_test, y_test = aelib.load_mnist()
    codec = aelib.load(HERE / "codec_16d.safetensors").float()
    z = codec.transform(x_train)
    mean = z.mean(dim=0)
    scale = (z - mean).std()
    aelib.seed_everything(0)
    model = aelib.VelocityNetwork(16, n_classes=10, width=216)
    rows = torch.cat([(z - mean) / scale, y_train[:, None]], dim=1)
    aelib.fit(model, rows, forgetful_loss, epochs=40, batch_size=256, lr=6e-3)
    model.half()
    aelib.save(model, HERE / "flow_16d.safetensors")
    model.float()
    rows = torch.cat([(codec.transform(x_test) - mean) / scale, y_test[:, None]], dim=1)
    torch.manual_seed(0)
    with torch.no_grad():
        print(f"flow_16d: {forgetful_loss(model, rows).item():.1f} squared error per test code")


if __name__ == "__main__":
    main()
