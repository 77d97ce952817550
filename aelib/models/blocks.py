"""What networks are built of: layers in a row, and blocks that begin as a copy."""

from collections.abc import Sequence
from itertools import pairwise
from math import isqrt, prod

import torch
from torch import nn

from aelib.checks import whole_numbers


class Residual(nn.Module):
    """x + block(x): a layer that begins as a copy and learns what to add.

    Args:
        block: What is added; its output has the shape of its input.

    Reference: He et al. (2016), Deep residual learning for image recognition.

    Example:
        >>> block = aelib.Residual(torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.ReLU()))
        >>> x = torch.rand(5, 4)
        >>> torch.equal(block(x), x + block.block(x))
        True
    """

    def __init__(self, block: nn.Sequential) -> None:
        super().__init__()
        self.block = block

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Add to x (N, ...) what the block makes of it."""
        return x + self.block(x)


def residual_block(width: int) -> Residual:
    """Normalise, let a small network say what to add; at the beginning it adds nothing.

    Args:
        width: How many values go in and come out.

    References: Ba, Kiros and Hinton (2016), Layer normalization; Zhang, Dauphin and Ma (2019),
        Fixup initialization, for the zeros.
    """
    narrow = max(1, width // 2)
    last = nn.Linear(narrow, width)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    return Residual(nn.Sequential(nn.LayerNorm(width), nn.Linear(width, narrow), nn.SiLU(), last))


def conv_block(channels: int) -> Residual:
    """Let two stencils say what to add to each feature map; at the beginning they add nothing."""
    first, last = (nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))
    _start_at_zero(last)
    return Residual(nn.Sequential(nn.BatchNorm2d(channels), nn.SiLU(), first, nn.SiLU(), last))


def whole_picture(maps: tuple[int, int, int], hidden: int) -> Residual:
    """Let two dense layers, which see every place at once, say what to add to the maps."""
    size = prod(maps)
    last = nn.Linear(hidden, size)
    _start_at_zero(last)
    layers = (nn.Flatten(), nn.LayerNorm(size), nn.Linear(size, hidden), nn.SiLU(), last)
    return Residual(nn.Sequential(*layers, nn.Unflatten(1, maps)))


def picture_network(fold: int, width: int, depth: int = 3, channels: int = 3) -> nn.Sequential:
    """Convolutions from a picture (N, channels, H, W) to one of the same size.

    A square of fold x fold pixels becomes one pixel with that many times the channels, so that
    the stencils see further and cost less; at the end the squares are unfolded again. The last
    convolution begins with weights of zero.

    Args:
        fold: The side of such a square; the picture's sides must be divisible by it.
        width: How many feature maps there are in the middle.
        depth: How many convolutions, one or more.
        channels: How many the picture has, such as red, green and blue.

    Raises (when called):
        RuntimeError: H or W is not divisible by fold.

    Reference, for the unfolding: Shi et al. (2016), Real-time single image and video
        super-resolution using an efficient sub-pixel convolutional neural network.
    """
    maps = [channels * fold**2] + [width] * (depth - 1) + [channels * fold**2]
    pairs = [(nn.Conv2d(*sizes, 3, padding=1), nn.ReLU()) for sizes in pairwise(maps)]
    layers = [layer for pair in pairs for layer in pair][:-1]
    nn.init.zeros_(layers[-1].weight)  # type: ignore[arg-type]
    return nn.Sequential(nn.PixelUnshuffle(fold), *layers, nn.PixelShuffle(fold))


def picture_shape(input_dim: int | Sequence[int]) -> tuple[int, int, int]:
    """Channels, height and width of pictures that can be halved twice."""
    sizes = whole_numbers("input_dim", input_dim)
    if len(sizes) == 1:
        sizes = [isqrt(sizes[0])] * 2 if isqrt(sizes[0]) ** 2 == sizes[0] else []
    if len(sizes) not in (2, 3) or sizes[-2] % 4 or sizes[-1] % 4:
        raise ValueError(
            f"input_dim is {input_dim}; convolution needs square pictures whose side is "
            "divisible by 4, such as 784 = 28 * 28, or a shape whose sides are, such as "
            "input_dim=(20, 32), in colour input_dim=(3, 20, 32)."
        )
    depth, height, width = sizes if len(sizes) == 3 else (1, *sizes)
    return depth, height, width


def _start_at_zero(layer: nn.Module) -> None:
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)


def residual_layers(n_in: int, width: int, blocks: int, n_out: int) -> nn.Sequential:
    """From n_in values through residual blocks to n_out values."""
    middle = [residual_block(width) for _ in range(blocks)]
    last = (nn.LayerNorm(width), nn.SiLU(), nn.Linear(width, n_out))
    return nn.Sequential(nn.Linear(n_in, width), *middle, *last)


def dense_layers(widths: Sequence[int]) -> list[nn.Module]:
    """Linear layers from width to width, with a SiLU between two of them."""
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(widths):
        layers += [nn.Linear(n_in, n_out), nn.SiLU()]
    return layers[:-1]
