"""Train the ready denoiser of lesson 05: a small U-Net that has met five kinds of noise.

    python data/decoders/train_denoiser.py

Takes about four CPU minutes. Writes denoiser.safetensors beside this file, as 16-bit numbers, and
prints the decibels that README.md quotes.
"""

from pathlib import Path

import torch

import aelib
from aelib import noise

HERE = Path(__file__).parent
KINDS = (  # a draw from [0, 1) -> its noise, from none to almost too much
    lambda x, draw: noise.gaussian(x, 0.8 * draw),
    lambda x, draw: noise.salt_and_pepper(x, 0.7 * draw),
    lambda x, draw: noise.masking(x, 0.9 * draw),
    lambda x, draw: noise.occlusion(x, int(19 * draw)),
    lambda x, draw: noise.blur(x, 3 * draw),
)


def loss(model: aelib.UNet, x: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of the clean digits, given each fifth of the batch with another noise."""
    parts = [
        spoil(part, torch.rand(()).item()) for spoil, part in zip(KINDS, x.chunk(5), strict=True)
    ]
    return aelib.bernoulli_nll(model(torch.cat(parts)), x)


def main() -> None:
    """Train, round to 16 bits, measure, save."""
    x_train, _, x_test, _ = aelib.load_mnist()
    aelib.seed_everything(0)
    model = aelib.UNet()
    aelib.fit(model, x_train, loss, epochs=5, batch_size=96, lr=1e-2)
    model.half()
    aelib.save(model, HERE / "denoiser.safetensors")
    model.float()
    noisy = noise.gaussian(x_test, 0.5, generator=torch.Generator().manual_seed(0))
    restored = model.inverse_transform(model.transform(noisy))
    print(f"PSNR at Gaussian sigma 0.5: {aelib.psnr(restored, x_test):.1f} dB")


if __name__ == "__main__":
    main()
