"""Train the ready decoders of lesson 00: two small VAEs, with 2 and with 16 numbers.

    python data/decoders/train.py

Takes about four CPU minutes. Writes vae_2d.safetensors and vae_16d.safetensors beside this file,
as 16-bit numbers, and prints the errors that README.md quotes.
"""

from pathlib import Path

import torch

import aelib

HERE = Path(__file__).parent


def loss(model: aelib.VAE, x: torch.Tensor) -> torch.Tensor:
    """The negative ELBO in nats per image, with pixels drawn anew as ink or paper."""
    x = torch.bernoulli(x)
    x_hat, mu, logvar = model(x)
    return aelib.negative_elbo(x_hat, x, mu, logvar)


def main() -> None:
    """Train, round to 16 bits, measure, save."""
    x_train, _, x_test, _ = aelib.load_mnist()
    for latent_dim in (2, 16):
        aelib.seed_everything(0)
        model = aelib.VAE(latent_dim, hidden=(192, 64))
        aelib.fit(model, x_train, loss, epochs=20, lr=3e-3)
        model.half()
        aelib.save(model, HERE / f"vae_{latent_dim}d.safetensors")
        model.float()
        x_hat = model.inverse_transform(model.transform(x_test))
        error = aelib.squared_error(x_hat, x_test).item()
        print(f"{latent_dim} numbers: {error:.1f} squared error per test image")


if __name__ == "__main__":
    main()
