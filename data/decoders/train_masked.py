"""Train the masked autoencoder that lesson 16 shows in a widget.

    python data/decoders/train_masked.py

Takes about one CPU minute. Writes masked_digits.safetensors beside this file, as 16-bit
numbers, and prints the figure that README.md quotes.
"""

from pathlib import Path

import torch

import aelib
from aelib.models.masked import together

HERE = Path(__file__).parent


def places(n: int, model: aelib.MaskedAutoencoder, k: int) -> torch.Tensor:
    """Which k patches of each of n digits are visible (n, k)."""
    return torch.rand(n, model.places).argsort(dim=1)[:, :k]


def holes(visible: torch.Tensor, model: aelib.MaskedAutoencoder) -> torch.Tensor:
    """1 for each hidden pixel (N, 784)."""
    marks = torch.ones(len(visible), model.places).scatter(1, visible, 0)
    return together(marks[..., None].expand(-1, -1, model.size**2), model.size)


def masked_loss(model: aelib.MaskedAutoencoder, x: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of the hidden pixels; each batch shows another number of patches, 1 to 15."""
    k = int(torch.randint(1, model.places, ()))
    visible = places(len(x), model, k)
    hidden = holes(visible, model)
    return aelib.bernoulli_nll(model(x, visible) * hidden, x * hidden)


def main() -> None:
    """Train, round to 16 bits, save, measure with twelve of sixteen patches hidden."""
    x_train, _, x_test, _ = aelib.load_mnist()
    aelib.seed_everything(0)
    model = aelib.MaskedAutoencoder()
    aelib.fit(model, x_train, masked_loss, epochs=3, batch_size=64, lr=3e-3)
    model.half()
    aelib.save(model, HERE / "masked_digits.safetensors")
    model = aelib.load(HERE / "masked_digits.safetensors").float()
    torch.manual_seed(0)
    visible = places(len(x_test), model, 4)
    hidden = holes(visible, model)
    with torch.no_grad():
        error = aelib.squared_error(model(x_test, visible) * hidden, x_test * hidden).item()
    print(f"masked_digits: {error:.1f} squared error in the holes per test image")


if __name__ == "__main__":
    main()
