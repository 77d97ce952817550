"""What a network refuses to read, and the sentence that says why."""

from collections.abc import Iterable
from math import prod
from operator import index
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:  # widgets without PyTorch check their arrays here too
    import torch


def whole_number(name: str, value: Any, smallest: int = 1, largest: int | None = None) -> int:
    """The value as an int, if it is a whole number within the bounds."""
    try:
        number = None if isinstance(value, bool) else index(value)
    except TypeError:
        number = None
    if number is None or number < smallest or (largest is not None and number > largest):
        bounds = f", {smallest} or more" if largest is None else f" from {smallest} to {largest:,}"
        raise ValueError(f"{name} must be a whole number{bounds}, not {value!r}.")
    return number


def whole_numbers(name: str, values: Any) -> list[int]:
    """Several whole numbers, 1 or more; a single one may stand alone, as in hidden=800."""
    several = isinstance(values, Iterable) and not isinstance(values, str | bytes)
    return [whole_number(name, value) for value in (values if several else [values])]


def check_rows(values: "torch.Tensor", name: str, width: int, dtype: "torch.dtype") -> None:
    """Refuse what a layer would misread: the wrong kind of thing, shape or number."""
    import torch

    if not isinstance(values, torch.Tensor):
        raise ValueError(
            f"{name} must be a torch tensor, not {type(values).__name__}; "
            "torch.as_tensor makes one of an array or a list."
        )
    if values.ndim != 2 or values.shape[1] != width:
        raise ValueError(
            f"{name} has shape {tuple(values.shape)}, this model takes (N, {width}): one row for "
            f"each image. {_cure_of_shape(name, tuple(values.shape), width)}"
        )
    free = values.is_floating_point() and torch.is_autocast_enabled(values.device.type)
    if values.dtype != dtype and not free:  # autocast chooses the type of each layer itself
        cure = name + _CASTS.get(str(dtype), f".to({dtype})")
        if name == "x" and values.numel() and values.dtype != torch.bool:
            cure += "" if values.max() <= 1 else " / 255"
        raise ValueError(f"{name} holds {values.dtype}, this model {dtype}. Usual cure: {cure}.")
    if len(values) and values.amin().isnan():  # passes NaN on; isnan().any() takes 20 times longer
        row = int(values.isnan().any(dim=1).nonzero()[0])
        raise ValueError(f"{name} holds NaN, first in row {row}. Mend or leave out that row.")


_CASTS = {"torch.float32": ".float()", "torch.float64": ".double()", "torch.float16": ".half()"}


def _cure_of_shape(name: str, shape: tuple[int, ...], width: int) -> str:
    """What makes rows of this width of values of this shape, if anything does."""
    if len(shape) > 2 and prod(shape[1:]) == width:
        return f"Usual cure: {name}.flatten(1)."
    if len(shape) in (1, 2) and prod(shape) == width:
        return f"Usual cure: {name}.reshape(1, {width}), a single row."
    if len(shape) == 2 and shape[0] == width:
        return f"Usual cure: {name}.T."
    return f"No reshaping makes such rows of it: {name} was made for another model."


def check_pixels(x: "torch.Tensor", width: int, dtype: "torch.dtype") -> None:
    """Refuse what is not a row of pixels in [0, 1]; a little noise beyond the ends is fine."""
    check_rows(x, "x", width, dtype)
    if x.numel() and not (x.min() >= -1 and x.max() <= 2):
        raise ValueError(
            f"x lies in [{x.min():.4g}, {x.max():.4g}], this model takes pixels in [0, 1]. "
            "Usual cure: x / 255 for bytes, and no other scaling or centring."
        )


def check_classes(y: ArrayLike, n: int, n_classes: int) -> None:
    """Refuse what is not a class, 0 to n_classes - 1, for each of n rows."""
    labels = np.asarray(y)
    if labels.shape != (n,) or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"y must hold one class for each of {n} rows, as whole numbers of shape ({n},), not "
            f"{labels.dtype} of shape {labels.shape}."
        )
    if n and not 0 <= labels.min() <= labels.max() < n_classes:
        raise ValueError(
            f"y lies in [{labels.min()}, {labels.max()}]; this model knows the classes 0 to "
            f"{n_classes - 1}."
        )


def check_colour(x: "torch.Tensor", cure: str) -> None:
    """Refuse (N, C, H, W) that is neither grey nor red, green and blue, and longer shapes.

    Args:
        x: Pictures of any shape.
        cure: What helps where the channels come last.
    """
    if x.ndim > 4 or (x.ndim == 4 and x.shape[1] not in (1, 3)):
        cured = f" Usual cure: {cure}." if x.ndim == 4 and x.shape[3] in (1, 3) else ""
        raise ValueError(f"x has shape {tuple(x.shape)}, colour is (N, 3, H, W).{cured}")


def check_scores(scores: ArrayLike, y: ArrayLike) -> None:
    """Raise ValueError unless there is a finite score for each example, and both kinds."""
    values, kinds = np.asarray(scores), np.asarray(y)
    if values.ndim != 1 or kinds.shape != values.shape:
        raise ValueError(
            f"scores and y must both be (N,), one number for each example, not {values.shape} and "
            f"{kinds.shape}."
        )
    if not np.isfinite(values).all():
        raise ValueError("scores holds NaN or infinity; such examples have no place in the order.")
    if not np.isin(kinds, (0, 1)).all() or len(np.unique(kinds)) < 2:
        raise ValueError(
            "y must hold 1 for odd and 0 for normal examples, at least one of each. Usual cure: "
            "y == 8, if the eights are odd."
        )
