"""x -> corrupted x: five ways to spoil pictures, each with its strength in a stated unit."""

import math
from numbers import Integral, Real
from typing import Any

import torch
from scipy.ndimage import gaussian_filter


def gaussian(
    x: torch.Tensor, sigma: float, generator: torch.Generator | None = None
) -> torch.Tensor:
    """Add a random number to every pixel, then clip: the grain of a weak sensor.

    Args:
        x: Pictures (N, D), float32 in [0, 1]; they are not changed.
        sigma: Standard deviation of the added numbers, in units of ink: paper is 0, ink is 1.
        generator: Where the random numbers come from; PyTorch's own if None.

    Returns:
        New pictures (N, D), float32 in [0, 1].

    Raises:
        ValueError: x is no such tensor, or sigma is negative or no finite number.
    """
    _check_pictures(x)
    _check_strength("sigma", sigma)
    return (x + sigma * torch.randn(x.shape, generator=generator)).clamp(0, 1)


def salt_and_pepper(
    x: torch.Tensor, amount: float, generator: torch.Generator | None = None
) -> torch.Tensor:
    """Replace some pixels by pure ink or pure paper, one as often as the other.

    Args:
        x: Pictures (N, D), float32 in [0, 1]; they are not changed.
        amount: The probability from 0 to 1 that a pixel is replaced.
        generator: Where the random numbers come from; PyTorch's own if None.

    Returns:
        New pictures (N, D), float32 in [0, 1].

    Raises:
        ValueError: x is no such tensor, or amount is no probability.
    """
    _check_pictures(x)
    _check_strength("amount", amount, most=1)
    draw = torch.rand(x.shape, generator=generator)
    return torch.where(draw < amount, (draw < amount / 2).float(), x)


def masking(x: torch.Tensor, p: float, generator: torch.Generator | None = None) -> torch.Tensor:
    """Set some pixels to paper, each one by itself: pixels that never arrived.

    Args:
        x: Pictures (N, D), float32 in [0, 1]; they are not changed.
        p: The probability from 0 to 1 that a pixel is lost.
        generator: Where the random numbers come from; PyTorch's own if None.

    Returns:
        New pictures (N, D), float32 in [0, 1].

    Raises:
        ValueError: x is no such tensor, or p is no probability.

    Reference: Vincent et al. (2008), Extracting and composing robust features with denoising
        autoencoders.
    """
    _check_pictures(x)
    _check_strength("p", p, most=1)
    return x * (torch.rand(x.shape, generator=generator) >= p)


def occlusion(x: torch.Tensor, side: int, generator: torch.Generator | None = None) -> torch.Tensor:
    """Cover a square of every picture with paper, each picture at a place of its own.

    Args:
        x: Square pictures (N, D), float32 in [0, 1]; they are not changed.
        side: The square's side in pixels, from 0 to the picture's; all places are equally likely.
        generator: Where the random numbers come from; PyTorch's own if None.

    Returns:
        New pictures (N, D), float32 in [0, 1].

    Raises:
        ValueError: x is no such tensor, its pictures are not square, or side is no whole number
            that fits.
    """
    size = _side(x)
    _check_side(side, size)
    corner = torch.randint(size - side + 1, (2, len(x), 1), generator=generator)
    steps = torch.arange(size) - corner
    rows, columns = (steps >= 0) & (steps < side)
    return x * ~(rows[:, :, None] & columns[:, None, :]).flatten(1)


def blur(x: torch.Tensor, sigma: float) -> torch.Tensor:
    """Spread the ink of every pixel over its neighbours by a Gaussian bell: out of focus.

    Nothing is random here. The bell is cut off after 3 sigma, and beyond the border is paper.

    Args:
        x: Square pictures (N, D), float32 in [0, 1]; they are not changed.
        sigma: The bell's standard deviation in pixels, from 0 to the picture's side.

    Returns:
        New pictures (N, D), float32 in [0, 1].

    Raises:
        ValueError: x is no such tensor, its pictures are not square, or sigma is out of range.
    """
    size = _side(x)
    _check_strength("sigma", sigma, most=size)
    pictures, reach = x.detach().reshape(-1, size, size).numpy(), math.ceil(3 * sigma)
    spread = gaussian_filter(pictures, sigma, axes=(1, 2), mode="constant", radius=reach)
    return torch.from_numpy(spread).flatten(1).clamp(0, 1)


def _side(x: torch.Tensor) -> int:
    """The side of square pictures."""
    _check_pictures(x)
    side = math.isqrt(x.shape[1])
    if side * side != x.shape[1]:
        raise ValueError(f"x has {x.shape[1]} pixels in a row; square pictures have 784, say.")
    return side


def _check_pictures(x: Any) -> None:
    """Raise ValueError unless x is a tensor (N, D) of float32 in [0, 1]."""
    if not isinstance(x, torch.Tensor) or x.dtype != torch.float32:
        kind = x.dtype if isinstance(x, torch.Tensor) else type(x).__name__
        raise ValueError(
            f"x must be a float32 tensor of pixels in [0, 1], not {kind}. Usual cure: "
            "torch.as_tensor(x).float(), and / 255 for bytes."
        )
    if x.ndim != 2:
        raise ValueError(
            f"x has shape {tuple(x.shape)}, noise takes (N, D): one row of pixels for each "
            f"picture. Usual cure: {'x.flatten(1)' if x.ndim > 2 else 'x[None]'}."
        )
    if x.numel() and not (x.min() >= 0 and x.max() <= 1):  # also when NaN
        raise ValueError(
            f"x lies in [{x.min():.4g}, {x.max():.4g}], noise takes pixels in [0, 1]. Usual cure: "
            "x / 255 for bytes, x.clamp(0, 1) for what a network drew; NaN is no pixel."
        )


def _check_strength(name: str, value: Any, most: float = math.inf) -> None:
    """Raise ValueError unless value is a finite number from 0 to most."""
    number = isinstance(value, Real) and not isinstance(value, bool)
    if not (number and math.isfinite(value) and 0 <= value <= most):
        range_ = "0 or more" if most == math.inf else f"from 0 to {most}"
        raise ValueError(f"{name} must be a number, {range_}, not {value!r}.")


def _check_side(side: Any, size: int) -> None:
    """Raise ValueError unless a square of this side fits into the picture."""
    whole = isinstance(side, Integral) and not isinstance(side, bool)
    if not (whole and 0 <= side <= size):
        raise ValueError(
            f"side must be a whole number of pixels from 0 to {size}, not {side!r}; for a share "
            f"of the picture write round(share * {size})."
        )
