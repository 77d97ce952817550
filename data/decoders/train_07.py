"""Train the ready networks of lesson 07: digits, digits with their class told, drawn faces.

    python data/decoders/train_07.py

Takes about five CPU minutes. Writes vae_16d_small.safetensors, cvae_digits.safetensors and
vae_faces.safetensors beside this file, as 16-bit numbers in whole steps, and prints the errors
that README.md quotes. They are small, so that a web page can carry them all.
"""

from pathlib import Path

import torch
from rounding import in_steps  # beside this file

import aelib

HERE = Path(__file__).parent


def digit_loss(model: aelib.VAE, x: torch.Tensor) -> torch.Tensor:
    """The negative ELBO in nats per image, with pixels drawn anew as ink or paper."""
    x = torch.bernoulli(x)
    x_hat, mu, logvar = model(x)
    return aelib.negative_elbo(x_hat, x, mu, logvar)


def told_loss(model: aelib.ConditionalVAE, batch: torch.Tensor) -> torch.Tensor:
    """The same; the last column of a batch is the class."""
    x, y = torch.bernoulli(batch[:, :-1]), batch[:, -1].long()
    x_hat, mu, logvar = model(x, y)
    return aelib.negative_elbo(x_hat, x, mu, logvar)


def face_loss(model: aelib.VAE, x: torch.Tensor) -> torch.Tensor:
    """The negative ELBO, up to a constant, for grey pixels that may be off by about 0.1."""
    x_hat, mu, logvar = model(x)
    return aelib.squared_error(x_hat, x) / (2 * 0.1**2) + aelib.kl_divergence(mu, logvar)


def digits() -> None:
    """The network that is told nothing."""
    x_train, _, x_test, _ = aelib.load_mnist()
    aelib.seed_everything(0)
    model = aelib.VAE(16, hidden=(96, 64))
    aelib.fit(model, x_train, digit_loss, epochs=30, lr=3e-3)
    keep(model, "vae_16d_small")
    x_hat = model.inverse_transform(model.transform(x_test))
    print(f"vae_16d_small: {aelib.squared_error(x_hat, x_test).item():.1f} per test image")


def told_digits() -> None:
    """The conditional network."""
    x_train, y_train, x_test, y_test = aelib.load_mnist()
    aelib.seed_everything(0)
    model = aelib.ConditionalVAE(16, 10, hidden=(96, 64))
    rows = torch.cat([x_train, y_train[:, None]], dim=1)
    aelib.fit(model, rows, told_loss, epochs=30, lr=3e-3)
    keep(model, "cvae_digits")
    x_hat = model.inverse_transform(model.transform(x_test, y_test), y_test)
    print(f"cvae_digits: {aelib.squared_error(x_hat, x_test).item():.1f} per test image")


def faces() -> None:
    """The network of drawn faces; nobody tells it what varies."""
    x_train, _ = aelib.draw_faces(40_000, seed=0)
    x_test, _ = aelib.draw_faces(5_000, seed=1)
    aelib.seed_everything(0)
    model = aelib.VAE(16, hidden=(96, 64), input_dim=1024)
    aelib.fit(model, x_train, face_loss, epochs=60, lr=3e-3)
    keep(model, "vae_faces")
    x_hat = model.inverse_transform(model.transform(x_test))
    print(f"vae_faces: {aelib.squared_error(x_hat, x_test).item():.2f} per drawn face")


def keep(model: aelib.VAE, name: str) -> None:
    """Round to whole steps and 16 bits, save, and go on with the rounded weights."""
    aelib.save(in_steps(model, halvings=6), HERE / f"{name}.safetensors")
    model.float()


if __name__ == "__main__":
    digits()
    told_digits()
    faces()
