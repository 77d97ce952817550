"""Train the two networks that lesson 14 takes ready: a vector-quantised autoencoder, a denoiser.

    python data/decoders/train_14.py

Takes about seven CPU minutes. Writes vq_digits.safetensors and diffusion_denoiser.safetensors
beside this file, as 16-bit numbers, and prints the figures that README.md quotes.
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


def denoising_loss(model: aelib.UNet, x: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of the clean digits, given each with another share of noise, 0 to 1."""
    t = torch.rand(len(x), 1)
    mixed = (1 - t) * x + t * 0.5 * torch.randn_like(x)
    return aelib.bernoulli_nll(model.decode(model.encoder(mixed)), x)


def train_quantised(x_train: torch.Tensor, x_test: torch.Tensor) -> None:
    """Train, round to 16 bits, save, measure."""
    aelib.seed_everything(0)
    model = aelib.VQVAE()
    aelib.fit(model, x_train, quantised_loss, epochs=4, batch_size=64, lr=1e-2)
    weights = {name: value.half() for name, value in model.state_dict().items()}
    write_atomically(HERE / "vq_digits.safetensors", safetensors.torch.save(weights))
    model.load_state_dict(weights)
    with torch.no_grad():
        error = aelib.squared_error(model(x_test)[0], x_test).item()
    print(f"vq_digits: {error:.1f} squared error per test image")


def train_denoiser(x_train: torch.Tensor, x_test: torch.Tensor) -> None:
    """Train, round to 16 bits, save, measure."""
    aelib.seed_everything(0)
    model = aelib.UNet(3136)
    aelib.fit(model, x_train, denoising_loss, epochs=7, batch_size=96, lr=1e-2)
    model.half()
    aelib.save(model, HERE / "diffusion_denoiser.safetensors")
    model.float()
    noise = torch.randn(x_test.shape, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        restored = model.decoder(model.encoder(0.5 * x_test + 0.25 * noise))
    print(f"diffusion_denoiser: {aelib.psnr(restored, x_test):.1f} dB at half noise")


def main() -> None:
    """Train both on all training digits."""
    x_train, _, x_test, _ = aelib.load_mnist()
    train_quantised(x_train, x_test)
    train_denoiser(x_train, x_test)


if __name__ == "__main__":
    main()
