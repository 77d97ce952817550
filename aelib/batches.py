"""x as people have it -> checked -> batches on the model's device: what `fit` draws from."""

import warnings
from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils.data import DataLoader, Dataset, Subset, TensorDataset

_AT_ONCE = 1000  # rows in evaluation mode, and when looking: all at once cost memory
_FAR = 10  # pixels lie in [0, 1], standardised ones within 10 deviations


@dataclass
class Rows:
    """Batches of one tensor."""

    x: torch.Tensor
    batch_size: int
    joined: bool  # a last batch of one row joins the one before: BatchNorm cannot use it

    def __len__(self) -> int:
        full, rest = divmod(len(self.x), self.batch_size)
        return full + (rest > 0) - (self.joined and rest == 1 and full > 0)

    def shuffled(self) -> Iterator[torch.Tensor]:
        """Every row once, in an order drawn anew."""
        batches = torch.randperm(len(self.x)).split(self.batch_size)
        return (self.x[rows] for rows in (_joined(batches) if self.joined else batches))

    def in_order(self) -> Iterator[torch.Tensor]:
        """Every row once, for looking."""
        return iter(self.x.split(_AT_ONCE))


@dataclass
class Loaded:
    """Batches of a loader, whose order and size are its own."""

    loader: DataLoader[Any]
    joined: bool

    def __len__(self) -> int:
        return len(self.loader)

    def shuffled(self) -> Iterator[torch.Tensor]:
        """Every batch of the loader, x alone."""
        batches = (_x_of(batch) for batch in self.loader)
        return _joined(batches) if self.joined else batches

    def in_order(self) -> Iterator[torch.Tensor]:
        """As it comes."""
        return (_x_of(batch) for batch in self.loader)


Batches = Rows | Loaded


def open_both(
    x: Any, validation: Any, model: nn.Module, batch_size: int
) -> tuple[Batches, Batches | None]:
    """Open and look at the training rows and, where there are any, the validation rows.

    Raises:
        ValueError: One of them holds no finite floats, or their rows differ in shape.
    """
    batches = open_batches("x", x, model, batch_size)
    look_at("x", batches, model)
    if validation is None:
        return batches, None
    held_out = open_batches("validation", validation, model, _AT_ONCE)
    check_alike(batches, held_out)
    return batches, held_out


def open_batches(name: str, x: Any, model: nn.Module, batch_size: int) -> Batches:
    """Look at x and make ready to draw batches from it.

    Args:
        name: What the caller calls it, for messages.
        x: A tensor or array of floats; a data set or a loader of (x,) or (x, y); or such a pair.
        model: What will be trained: BatchNorm cannot learn from one row.
        batch_size: Rows in a batch; a loader has its own.

    Raises:
        ValueError: There is no row, or it holds no finite floats.
    """
    joined = any(isinstance(part, _BatchNorm) for part in model.modules())
    found = _without_y(name, x)
    if isinstance(found, DataLoader):
        return _opened(name, found, batch_size, joined)
    if isinstance(found, Dataset):
        shuffled = isinstance(found, Sized) and len(found) > 0
        return _opened(name, DataLoader(found, batch_size, shuffle=shuffled), batch_size, joined)
    rows = _as_tensor(name, found)
    _check_floats(name, rows)
    _check_finite_rows(name, rows)
    return Rows(rows, batch_size, joined)


def as_owned(batch: torch.Tensor, model: nn.Module) -> torch.Tensor:
    """A batch on the device and in the type of the model's weights."""
    weight = next((p for p in model.parameters() if p.is_floating_point()), batch)
    return batch.to(weight.device, weight.dtype)


def look_at(name: str, batches: Batches, model: nn.Module) -> None:
    """Warn of rows that can be trained on, but hardly as they are meant."""
    if not isinstance(batches, Rows) or any(isinstance(m, nn.Embedding) for m in model.modules()):
        return  # what is looked up in a table is no pixel
    x = batches.x.detach().reshape(len(batches.x), -1)
    low, high = (float(end) for end in x.aminmax())
    if max(-low, high) > _FAR and (x[:_AT_ONCE].abs() > _FAR).float().mean() > 0.01:
        warnings.warn(
            f"{name} lies in [{low:.4g}, {high:.4g}], far from [0, 1]. Usual cure before training: "
            f"{name} / {high:.4g} for pixels, (x - mean) / deviation for other numbers.",
            stacklevel=4,
        )
    if len(x) > 1 and bool((x[:_AT_ONCE] == x[0]).all()) and bool((x == x[0]).all()):
        warnings.warn(
            f"All {len(x):,} rows of {name} are the same: there is nothing to tell apart.",
            stacklevel=4,
        )


def check_alike(x: Batches, validation: Batches) -> None:
    """Raise ValueError unless a row of validation has the shape of a row of x."""
    if isinstance(x, Rows) and isinstance(validation, Rows):
        mine, other = tuple(x.x.shape[1:]), tuple(validation.x.shape[1:])
        if mine != other:
            raise ValueError(f"A row of x has shape {mine}, one of validation {other}.")


def _opened(name: str, loader: DataLoader[Any], batch_size: int, joined: bool) -> Loaded:
    """A loader whose first batch was looked at."""
    try:
        count = len(loader)
    except TypeError:
        raise ValueError(
            f"{name} is a loader without a length, and the learning rate is planned over all "
            "steps. Give its data set a __len__, or give a tensor: torch.cat(list(loader))."
        ) from None
    if not count:
        raise ValueError(f"{name} is a loader without a batch; it needs at least one row.")
    if batch_size not in (128, _AT_ONCE, loader.batch_size):
        raise ValueError(f"The loader makes batches of {loader.batch_size}: leave out batch_size.")
    try:
        first = next(iter(loader))
    except TypeError as error:
        raise ValueError(
            f"{name} cannot be put into batches ({str(error).splitlines()[0]}). Give the data set "
            "a transform that makes a float tensor of each picture."
        ) from error
    if isinstance(first, list | tuple) and len(first) > 1:
        _say_what_becomes_of_y(name)
    batch = _x_of(first)
    if not isinstance(batch, torch.Tensor):
        raise ValueError(
            f"A batch of {name} is a {type(batch).__name__}; fit needs a tensor x, or (x, y)."
            f"{_way_out_of(batch)}"
        )
    _check_floats(name, batch)
    _check_finite_rows(name, batch)
    return Loaded(loader, joined)


def _without_y(name: str, x: Any) -> Any:
    """The pictures alone, where labels came with them."""
    if isinstance(x, Subset) and isinstance(x.dataset, TensorDataset):
        rows = torch.as_tensor(x.indices)
        x = TensorDataset(*(tensor[rows] for tensor in x.dataset.tensors))
    parts = x.tensors if isinstance(x, TensorDataset) else x
    if not isinstance(parts, tuple) or not parts:
        return x
    if len(parts) > 1:
        _say_what_becomes_of_y(name)
    return parts[0]


def _way_out_of(batch: Any) -> str:
    """How the pictures come out of a dictionary, as other libraries make them."""
    parts = batch.items() if isinstance(batch, dict) else ()
    sizes = {key: part.numel() for key, part in parts if isinstance(part, torch.Tensor)}
    if not sizes:
        return ""
    key = max(sizes, key=lambda each: sizes[each])
    return f" Usual cure: torch.stack([row[{key!r}] for row in data])."


def _say_what_becomes_of_y(name: str) -> None:
    warnings.warn(
        f"{name} holds (x, y): loss(model, x) is given x alone, and y is left out. A network that "
        "needs y gets it as a column: torch.cat([x.flatten(1), y[:, None]], dim=1).",
        stacklevel=6,
    )


def _x_of(batch: Any) -> Any:
    return batch[0] if isinstance(batch, list | tuple) else batch


def _joined(batches: Iterable[torch.Tensor]) -> Iterator[torch.Tensor]:
    """The same batches; a last one of one row as part of the one before it."""
    before: torch.Tensor | None = None
    for batch in batches:
        if before is not None and len(batch) == 1:
            batch = torch.cat([before, batch])
        elif before is not None:
            yield before
        before = batch
    if before is not None:
        yield before


def _as_tensor(name: str, x: Any) -> torch.Tensor:
    if isinstance(x, torch.Tensor):
        return x
    wrong = (
        f"{name} must be a tensor or an array of floats with at least one row, such as x_train, "
        f"or a data set or a loader of these, not {type(x).__name__}."
    )
    if not hasattr(x, "__len__") or isinstance(x, str | bytes | dict | set):
        raise ValueError(wrong)
    try:
        array = np.asarray(x)
        return torch.as_tensor(array if array.flags.writeable else array.copy())
    except (TypeError, ValueError, RuntimeError):  # words, or rows of unequal length
        raise ValueError(wrong) from None


def _check_floats(name: str, x: torch.Tensor) -> None:
    """Raise ValueError unless x is at least one row of floats."""
    if x.ndim == 0 or not x.numel():
        raise ValueError(f"{name} has shape {tuple(x.shape)}; it needs at least one row.")
    if not x.is_floating_point():
        high = 1 if x.dtype == torch.bool or x.is_complex() else int(x.max())
        scale = "" if high <= 1 else f" / {255 if 16 < high <= 255 else high}"
        raise ValueError(
            f"{name} must be a tensor of floats and holds {str(x.dtype).removeprefix('torch.')}. "
            f"Usual cure: torch.as_tensor({name}).float(){scale}."
        )


def _check_finite_rows(name: str, x: torch.Tensor) -> None:
    """Raise ValueError where x holds NaN or infinity."""
    low, high = x.detach().aminmax()
    if not (low.isfinite() and high.isfinite()):  # NaN is passed on
        row = int((~x.isfinite()).reshape(len(x), -1).any(dim=1).nonzero()[0])
        raise ValueError(
            f"{name} holds NaN or infinity, first in row {row}. Mend those numbers, or leave such "
            "rows out, before you train."
        )
