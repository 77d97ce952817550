"""Faces: a few photographed ones, and drawn ones of which everything that varies is known."""

import math
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import numpy as np
import torch

from aelib.checks import whole_number
from aelib.data.files import scikit_image_file

FACTORS = ("smile", "eyes", "gaze", "brows", "width", "hair", "tone", "light", "tilt")
_SIDE = 32
_MOST = 100_000  # faces in one call: 400 MB
_AT_ONCE = 128  # faces whose pixels stay in the processor's cache


def load_faces(size: int = 28) -> tuple[torch.Tensor, torch.Tensor]:
    """Load 100 faces and 100 pieces of background, grey, cut from photographs of people.

    Args:
        size: The pictures' height and width; they are stored with 25 x 25 pixels.

    Returns:
        x (200, size * size), float32 in [0, 1], 0 is black and 1 is white, as in photographs;
        y (200,), int64, 1 for a face and 0 for none. The same rows at every call.

    Raises:
        DataError: scikit-image's file is missing or altered.
        ValueError: size is not a whole number from 1 to 256.

    Reference: Huang, Mattar, Lee and Learned-Miller (2012), Learning to align from scratch.

    Example:
        >>> x, y = aelib.load_faces(size=32)
        >>> tuple(x.shape), int(y.sum())
        ((200, 1024), 100)
    """
    whole_number("size", size, 1, 256)
    from skimage.transform import resize

    pictures = np.load(BytesIO(scikit_image_file("lfw_subset.npy")), allow_pickle=False)
    pictures = resize(pictures, (200, size, size), order=1, anti_aliasing=size < 25)
    x = torch.from_numpy(pictures.reshape(200, -1).clip(0, 1).astype(np.float32))
    return x, torch.arange(200).less(100).long()


def draw_faces(
    n: int, *, seed: int = 0, **given: float | torch.Tensor
) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """Draw grey faces that differ in nine known and independent ways.

    Each factor is a number from -1 to 1:

    - smile: the mouth's corners hang, or are drawn up; a smile is also a little wider;
    - eyes: nearly closed, wide open; gaze: to the left, to the right;
    - brows: low and frowning, high; width: a narrow face, a broad one;
    - hair: a high hairline, a low one; tone: pale skin, dark skin;
    - light: from the left, from the right; tilt: the head leans to the left, to the right.

    Args:
        n: How many faces; fewer are the first of more.
        seed: Decides the factors, drawn evenly from -1 to 1.
        given: Factors that are not drawn but given, one number for all faces or one for each;
            the other factors stay what they are without it.

    Returns:
        x (n, 1024), float32 in [0, 1], pictures of 32 x 32 pixels, 0 is paper and 1 is ink;
        factors, each (n,), float32.

    Raises:
        ValueError: n or seed is out of range, or a given factor is unknown, has another length
            or lies outside [-1, 1].

    Example:
        >>> x, factors = aelib.draw_faces(100, seed=1)
        >>> x_cheerful, _ = aelib.draw_faces(100, seed=1, smile=1.0)  # the same people
        >>> tuple(x.shape), len(factors)
        ((100, 1024), 9)
    """
    whole_number("n", n, 1, _MOST)
    whole_number("seed", seed, 0, 2**32 - 1)
    _check_given(n, given)
    drawn = 2 * np.random.default_rng(seed).random((n, len(FACTORS))) - 1
    factors = dict(zip(FACTORS, torch.from_numpy(drawn).float().T.contiguous(), strict=True))
    for name, value in given.items():
        factors[name] = torch.as_tensor(value).float().expand(n).clone()
    x = torch.empty(n, _SIDE * _SIDE)
    for rows in torch.arange(n).split(_AT_ONCE):
        part = {name: value[rows, None, None] for name, value in factors.items()}
        x[rows] = _render(part, _SIDE).flatten(1)
    return x, factors


def _render(f: Mapping[str, torch.Tensor], side: int) -> torch.Tensor:
    """Factors (N, 1, 1) -> pictures (N, side, side), painted from back to front."""
    pixel = 2 / side
    places = torch.linspace(-1 + pixel / 2, 1 - pixel / 2, side)
    across, down = places, places[:, None]
    turn = 0.25 * f["tilt"]
    x = across * turn.cos() + (down - 0.2) * turn.sin()  # the head leans around the chin's middle
    y = 0.2 - across * turn.sin() + (down - 0.2) * turn.cos()
    wide = 0.64 + 0.11 * f["width"]
    eye_x, eye_y = x.abs() - 0.43 * wide, y + 0.08  # both eyes are one
    lid = 0.095 + 0.075 * f["eyes"]
    brow = -0.29 - 0.07 * f["brows"] + 0.4 * f["brows"].clamp(max=0) * (eye_x - 0.05)
    skin = 0.26 + 0.13 * f["tone"] - 0.13 * f["light"] * (across / wide).clamp(-1, 1)

    ink = torch.zeros_like(x + wide)
    for distance, value in (
        (_ellipse(x, y + 0.08, wide + 0.09, 0.86), torch.tensor(0.85)),
        (_face(x, y, wide, f["hair"]), skin),
        (_ellipse(eye_x, eye_y, 0.155, lid), torch.tensor(0.0)),
        (_iris(x, eye_x, eye_y, lid, f["gaze"]), torch.tensor(1.0)),
        (_stroke(eye_x, y - brow, 0.16, 0.036), torch.tensor(0.9)),
        (_stroke(y - 0.13, x, 0.1, 0.025), skin + 0.25),
        (_mouth(x, y, f["smile"]), torch.tensor(0.95)),
    ):
        cover = (0.5 - distance / pixel).clamp(0, 1)  # how much of the pixel lies inside
        ink = ink + cover * (value - ink)
    return ink.clamp(0, 1)


def _ellipse(x: torch.Tensor, y: torch.Tensor, a: Any, b: Any) -> torch.Tensor:
    """Distance to an ellipse with the half axes a and b, negative inside; exact near its edge."""
    away = ((x / a).square() + (y / b).square()).sqrt().clamp(min=1e-6)
    slope = ((x / (a * a)).square() + (y / (b * b)).square()).sqrt().clamp(min=1e-6)
    return away * (away - 1) / slope


def _face(x: torch.Tensor, y: torch.Tensor, wide: Any, hair: torch.Tensor) -> torch.Tensor:
    """The head, where it lies below a hairline that bends down at the temples."""
    hairline = -0.52 + 0.09 * hair + 0.3 * x.square()
    return torch.maximum(_ellipse(x, y - 0.06, wide, 0.84), hairline - y)


def _iris(
    x: torch.Tensor, eye_x: torch.Tensor, eye_y: torch.Tensor, lid: Any, gaze: torch.Tensor
) -> torch.Tensor:
    """A disc in each eye, as far as the lids show it."""
    shifted = eye_x - 0.07 * gaze * x.sign()
    disc = (shifted.square() + eye_y.square()).sqrt() - 0.08
    return torch.maximum(disc, _ellipse(eye_x, eye_y, 0.155, lid))


def _stroke(along: torch.Tensor, off: torch.Tensor, half: Any, thick: float) -> torch.Tensor:
    """A straight stroke with round ends: `half` its length, `thick` half its thickness."""
    return ((along.abs() - half).clamp(min=0).square() + off.square()).sqrt() - thick


def _mouth(x: torch.Tensor, y: torch.Tensor, smile: torch.Tensor) -> torch.Tensor:
    """A stroke along a parabola that bends up or down at the corners."""
    half = 0.29 + 0.06 * smile
    inside = torch.maximum(torch.minimum(x, half), -half) / half
    bend = 0.15 * smile
    off = y - 0.54 - bend * (0.6 - inside.square())
    steep = (1 + (2 * bend * inside / half).square()).sqrt()
    return ((x.abs() - half).clamp(min=0).square() + (off / steep).square()).sqrt() - 0.042


def _check_given(n: int, given: Mapping[str, Any]) -> None:
    """Raise ValueError unless each is a factor, with one value in [-1, 1] or n of them."""
    for name, value in given.items():
        if name not in FACTORS:
            raise ValueError(f"A face has no {name!r}; its factors are {', '.join(FACTORS)}.")
        try:
            values = torch.as_tensor(value).double()
        except (TypeError, ValueError, RuntimeError):
            values = torch.tensor(math.nan)
        if values.shape not in ((), (n,)) or not (values.abs() <= 1).all():
            raise ValueError(
                f"{name} must be one number from -1 to 1, or {n} of them, one for each face."
            )
