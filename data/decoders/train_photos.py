"""Train the ready networks of lesson 11: one upscales photographs fourfold, one colours them.

    python data/decoders/train_photos.py

Takes about two CPU minutes. Writes upscaler_4x.safetensors and colouriser.safetensors beside this
file, as 16-bit numbers, and prints the decibels that README.md quotes: on a photograph that
neither has seen, aelib.load_photos()["astronaut"].
"""

from collections.abc import Callable
from pathlib import Path

import safetensors.torch
import torch

import aelib
from aelib.data.files import write_atomically
from aelib.data.photos import cut, enlarged, grey, trimmed
from aelib.models.blocks import picture_network

HERE = Path(__file__).parent
TRAINING = ("chelsea", "motorcycle_left", "rocket")
Spoil = Callable[[torch.Tensor], torch.Tensor]


def mirrored(pair: torch.Tensor) -> list[torch.Tensor]:
    """As it is, left to right, top to bottom, and along the diagonal."""
    return [pair, pair.flip(-1), pair.flip(-2), pair.mT]


def loss(model: torch.nn.Module, pairs: torch.Tensor) -> torch.Tensor:
    """Squared error of what the network makes of the spoiled patches."""
    x, target = pairs.unbind(dim=1)
    return aelib.squared_error(model(x), target)


def train(name: str, spoil: Spoil, width: int, epochs: int) -> None:
    """Train, round to 16 bits, measure, save."""
    photos = {key: trimmed(photo) for key, photo in aelib.load_photos().items()}
    pairs = [torch.stack([spoil(photos[key]), photos[key]]) for key in TRAINING]
    x = cut([view for pair in pairs for view in mirrored(pair)], 2500, size=64)
    aelib.seed_everything(0)
    model = aelib.Residual(picture_network(4, width, depth=4))
    aelib.fit(model, x, loss, epochs=epochs, batch_size=16, lr=2e-3)
    model.half()
    write_atomically(HERE / f"{name}.safetensors", safetensors.torch.save(model.state_dict()))
    test = photos["astronaut"]
    with torch.no_grad():
        x_hat = model.float()(spoil(test)[None]).clamp(0, 1)
    print(f"{name}: {aelib.psnr(x_hat.flatten(1), test.reshape(1, -1)):.1f} dB")


def main() -> None:
    """Train both."""
    train("upscaler_4x", lambda photo: enlarged(photo, 4), width=48, epochs=16)
    train("colouriser", grey, width=24, epochs=8)


if __name__ == "__main__":
    main()
