"""What a function returned, taken apart into plain NumPy arrays."""

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

LARGEST = 10_000_000  # values; what is larger is compared by its shape alone


class UnusableError(TypeError):
    """A result that cannot be compared."""


@dataclass(frozen=True)
class Leaf:
    """One array within a result: where it stands (`['W1']`, `[0]`), of what kind, its values."""

    path: str
    kind: str  # tensor, array, number or text
    values: np.ndarray


def flatten(value: Any, path: str = "") -> list[Leaf]:
    """Take a result apart into its arrays; None is no array at all.

    Raises:
        UnusableError: There is something in it that is no tensor, array, number or text.
    """
    if value is None:
        return []
    if is_tensor(value):
        return [Leaf(path, "tensor", _values_of_tensor(value))]
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufcU":
        return [Leaf(path, "array", _small(value))]
    if isinstance(value, bool | int | float | complex | np.generic):
        return [Leaf(path, "number", np.asarray(value))]
    if isinstance(value, str):
        return [Leaf(path, "text", np.asarray(value))]
    if isinstance(value, list) and _is_table(value):
        return [Leaf(path, "array", np.asarray(_plain(value)))]
    if isinstance(value, tuple | list | dict) and not value:
        return [Leaf(path, "array", np.zeros(0))]
    if isinstance(value, dict):
        parts = [flatten(value[key], f"{path}[{key!r}]") for key in sorted(value, key=str)]
        return [leaf for part in parts for leaf in part]
    if isinstance(value, tuple | list):
        parts = [flatten(part, f"{path}[{place}]") for place, part in enumerate(value)]
        return [leaf for part in parts for leaf in part]
    kind = "an array of objects" if isinstance(value, np.ndarray) else type(value).__name__
    raise UnusableError(f"it returned {kind}, which is not a tensor, an array or a number")


def _is_table(value: list[Any]) -> bool:
    """Whether a list holds numbers only, or rows of as many numbers each."""
    if value and all(isinstance(row, list) for row in value):
        return len({len(row) for row in value}) == 1 and all(map(_is_table, value))
    return bool(value) and all(isinstance(_plain(v), int | float | np.number) for v in value)


def _plain(value: Any) -> Any:
    """Take a tensor of a single value, also within lists, for that value."""
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value.item() if is_tensor(value) and not value.ndim else value


def tensors(value: Any) -> list[Any]:
    """Every tensor within a result, in the order of `flatten`."""
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value, key=str)]
    if isinstance(value, tuple | list):
        return [tensor for part in value for tensor in tensors(part)]
    return [value] if is_tensor(value) else []


def is_tensor(value: Any) -> bool:
    """Whether it is a torch tensor; asks without importing torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def is_float(value: Any) -> bool:
    """Whether it is a torch tensor that can carry gradients."""
    return is_tensor(value) and value.is_floating_point()


def _values_of_tensor(value: Any) -> np.ndarray:
    """Return a copy in NumPy; what is huge keeps its shape only."""
    if value.numel() > LARGEST:
        return np.broadcast_to(np.nan, tuple(value.shape))
    value = value.detach().cpu().resolve_conj().resolve_neg()
    value = value.to_dense() if value.layout != sys.modules["torch"].strided else value
    wide = value.float() if value.dtype == sys.modules["torch"].bfloat16 else value
    return np.array(wide.numpy())


def _small(value: np.ndarray) -> np.ndarray:
    if value.size > LARGEST:
        return np.broadcast_to(np.nan, value.shape)
    return np.array(value)


def copied(value: Any) -> Any:
    """Copy an argument, so that no call can spoil it for the next."""
    if is_tensor(value):
        return value.detach().clone()
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, dict):
        return {key: copied(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(copied(part) for part in value)
    return value


def same(before: Any, after: Any) -> bool:
    """Whether an argument is still what it was."""
    pairs = zip(flatten(before), flatten(after), strict=False)
    return len(flatten(before)) == len(flatten(after)) and all(
        a.values.shape == b.values.shape and np.array_equal(a.values, b.values) for a, b in pairs
    )
