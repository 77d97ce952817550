"""Train the network that lesson 14 takes ready: a vector-quantised autoencoder.

    python data/decoders/train_14.py

Takes about two CPU minutes. Writes vq_digits.safetensors beside this file, as 16-bit numbers, and
prints the figure that README.md quotes.
"""

from pathlib import Path

import safetensors.torch
import torch

import aelib
from aelib.data.files import write_atomically

HERE = Path(__file__).parent


def quantised_loss(model: aelib.VQVAE, x: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of the copy, and what pulls vectors and codebook together."""
    x_hat, apart = model(x)
    return aelib.bernoulli_nll(x_hat, x) + apart


def main() -> None:
    """Train on all training digits, round to 16 bits, save, measure."""
    x_train, _, x_test, _ = aelib.load_mnist()
    aelib.seed_everything(0)
    model = aelib.VQVAE()
    aelib.fit(model, x_train, quantised_loss, epochs=4, batch_size=64, lr=1e-2)
    weights = {name: value.half() for name, value in model.state_dict().items()}
    write_atomically(HERE / "vq_digits.safetensors", safetensors.torch.save(weights))
    model.load_state_dict(weights)
    with torch.no_grad():
        error = aelib.squared_error(model(x_test)[0], x_test).item()
    print(f"vq_digits: {error:.1f} squared error per test image")


if __name__ == "__main__":
    main()
