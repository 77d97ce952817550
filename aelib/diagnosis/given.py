"""What diagnose was given: pictures that can be looked at, training rows like them, losses."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import torch
from torch import nn

_AT_ONCE = 1000  # rows; all at once cost memory


def check_input(model: Any, x: Any, x_train: Any) -> None:
    """Raise ValueError unless there is a network, pictures, and training rows like them."""
    if not isinstance(model, nn.Module):
        raise ValueError(f"model must be a network (nn.Module), not {type(model).__name__}.")
    if not isinstance(x, torch.Tensor) or x.ndim < 2 or len(x) < 10:
        raise ValueError(
            f"x must be a float tensor of ten pictures or more, such as x_test, not {_kind(x)}."
        )
    if not x.is_floating_point():
        cure = "x.float()" + (" / 255" if x.max() > 1 else "")
        raise ValueError(f"x holds {x.dtype} and must hold floats in [0, 1]. Usual cure: {cure}.")
    if first_odd_row(x) is not None:
        raise ValueError("x holds NaN or infinity. Mend or leave out those rows.")
    if (x == x[:1]).all():
        raise ValueError("x holds one picture again and again. Give pictures that differ.")
    if x_train is None:
        return
    if not isinstance(x_train, torch.Tensor) or _kind(x_train[:1]) != _kind(x[:1]):
        raise ValueError(
            f"x_train must be a tensor of rows like x: x is {_kind(x)}, x_train {_kind(x_train)}."
        )


def first_odd_row(x: torch.Tensor) -> int | None:
    """The first row that holds NaN or infinity."""
    for start in range(0, len(x), _AT_ONCE):
        odd = ~x[start : start + _AT_ONCE].isfinite().flatten(1).all(dim=1)
        if odd.any():
            return start + int(odd.nonzero()[0])
    return None


def marks(x: torch.Tensor) -> set[int]:
    """A mark of eight bytes for each different picture: many rows cost little memory."""
    return {
        int.from_bytes(blake2b(row.contiguous().numpy().data, digest_size=8).digest())
        for part in x.split(_AT_ONCE)
        for row in part.float().cpu()
    }


def losses_of(history: Any) -> tuple[list[float], list[float]]:
    """A history's training and validation losses as plain numbers; none where it has none.

    Raises:
        ValueError: There is a history, and it holds no loss.
    """
    loss, validation = _curve(history, "loss"), _curve(history, "validation", "val_loss")
    if isinstance(history, list | tuple):
        loss = _numbers(history)
    if history is not None and not loss:
        raise ValueError(
            "history must be what fit returned, with at least one finished epoch: "
            "history = fit(model, ...), aelib.History(loss=[...]) of a loop of your own, or None."
        )
    return loss, validation


def _curve(history: Any, *names: str) -> list[float]:
    kept = getattr(history, "history", history)  # Keras keeps a dictionary there
    for name in names:
        values = kept.get(name) if isinstance(kept, Mapping) else getattr(kept, name, None)
        if numbers := _numbers(values):
            return numbers
    return []


def _numbers(values: Any) -> list[float]:
    """Plain numbers, whatever they were kept in; none where they are none."""
    try:
        return [float(value) for value in values]
    except (TypeError, ValueError):
        return []


def _kind(value: Any) -> str:
    """What was given, in words."""
    if isinstance(value, torch.Tensor):
        return f"{value.dtype} of shape {tuple(value.shape)}"
    return type(value).__name__
