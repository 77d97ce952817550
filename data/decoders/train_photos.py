"""Train the ready networks of lesson 11: one upscales photographs fourfold, one colours them.

    python data/decoders/train_photos.py

Takes about two CPU minutes. Writes upscaler_4x.safetensors and colouriser.safetensors beside this
file, as 16-bit numbers, and prints the decibels that README.md quotes: on a photograph that
neither has seen, aelib.load_photos()["astronaut"].
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from PIL import Image

import aelib
from aelib.blocks import picture_network
from aelib.files import write_atomically

HERE = Path(__file__).parent
TRAINING = ("chelsea", "motorcycle_left", "rocket")
LUMA = torch.tensor([0.299, 0.587, 0.114]).reshape(3, 1, 1)
Spoil = Callable[[torch.Tensor], torch.Tensor]


def trimmed(photo: torch.Tensor) -> torch.Tensor:
    """Cut a photograph's sides to multiples of eight pixels."""
    height, width = (side // 8 * 8 for side in photo.shape[1:])
    return photo[:, :height, :width]


def grey(photo: torch.Tensor) -> torch.Tensor:
    """The brightness of a photograph, three times: (3, H, W)."""
    return (photo * LUMA).sum(dim=0).expand(3, -1, -1)


def shrunk_and_enlarged(photo: torch.Tensor) -> torch.Tensor:
    """What bicubic interpolation makes of a quarter of the height and width."""
    image = Image.fromarray((photo * 255).round().byte().permute(1, 2, 0).numpy())
    small = image.resize((image.width // 4, image.height // 4), Image.Resampling.BICUBIC)
    large = small.resize(image.size, Image.Resampling.BICUBIC)
    return torch.from_numpy(np.array(large)).permute(2, 0, 1) / 255


def patches(photos: list[torch.Tensor], spoil: Spoil, n: int, size: int) -> torch.Tensor:
    """Cut n pairs of patches (n, 2, 3, size, size), spoiled and whole.

    They are taken at random, as they are or mirrored: left to right, top to bottom, or along the
    diagonal.
    """
    pairs = [torch.stack([spoil(photo), photo]) for photo in photos]
    pairs = [mirrored for p in pairs for mirrored in (p, p.flip(-1), p.flip(-2), p.mT)]
    rng, cut = np.random.default_rng(0), []
    for _ in range(n):
        pair = pairs[rng.integers(len(pairs))]
        top, left = (rng.integers(side - size + 1) for side in pair.shape[-2:])
        cut.append(pair[..., top : top + size, left : left + size])
    return torch.stack(cut)


def loss(model: torch.nn.Module, pairs: torch.Tensor) -> torch.Tensor:
    """Squared error of what the network makes of the spoiled patches."""
    x, target = pairs.unbind(dim=1)
    return aelib.squared_error(model(x), target)


def train(name: str, spoil: Spoil, width: int, epochs: int) -> None:
    """Train, round to 16 bits, measure, save."""
    photos = {key: trimmed(photo) for key, photo in aelib.load_photos().items()}
    x = patches([photos[key] for key in TRAINING], spoil, 2500, 64)
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
    train("upscaler_4x", shrunk_and_enlarged, width=48, epochs=16)
    train("colouriser", grey, width=24, epochs=8)


if __name__ == "__main__":
    main()
