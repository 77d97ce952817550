"""Train the two autoencoders whose codes lesson 09 counts in bytes, with 16 and 32 numbers.

    python data/decoders/train_codecs.py

Takes about three CPU minutes. Writes codec_16d.safetensors and codec_32d.safetensors beside this
file, as 16-bit numbers, and prints the errors that README.md quotes.
"""

from pathlib import Path

import torch

import aelib

HERE = Path(__file__).parent


def loss(model: aelib.Autoencoder, x: torch.Tensor) -> torch.Tensor:
    """The squared error per image."""
    return aelib.squared_error(model(x), x)


def main() -> None:
    """Train, round to 16 bits, save, measure."""
    x_train, _, x_test, _ = aelib.load_mnist()
    for latent_dim in (16, 32):
        aelib.seed_everything(0)
        model = aelib.Autoencoder(latent_dim, hidden=(256, 128))
        aelib.fit(model, x_train, loss, epochs=24)
        model.half()
        aelib.save(model, HERE / f"codec_{latent_dim}d.safetensors")
        model.float()
        error = loss(model, x_test).item()
        print(f"{latent_dim} numbers: {error:.1f} squared error per test image")


if __name__ == "__main__":
    main()
