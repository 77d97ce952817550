"""Right solutions, bent in many small ways: each of them is wrong and must be refused.

Three kinds of bends:
    in the source    an operator, a comparison, a constant, an axis, a function exchanged; a term,
                     a factor, an index, a call, an argument, a statement left out
    in an argument   zeros or ones in its place, its sign lost, one row or one column for all of
                     them, the first two rows only, sorted, centred, another argument for it
    in the result    its sign lost, clamped, squared, rounded, averaged, the first for all, reversed
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from aelib.exercises.base import Exercise
from aelib.exercises.bending_source import in_the_source

Function = Callable[..., Any]


@dataclass(frozen=True)
class Bent:
    """A bent solution and what was bent."""

    what: str
    function: Function


def bent(exercise: Exercise) -> list[Bent]:
    """Every bent version of an exercise's reference, each change once."""
    in_source = (Bent(what, function) for what, function in in_the_source(exercise))
    kinds = (in_source, _in_an_argument(exercise), _in_the_result(exercise))
    found: dict[str, Bent] = {}
    for kind in kinds:
        for one in kind:
            found.setdefault(one.what, one)
    return list(found.values())


# In an argument


def _in_an_argument(exercise: Exercise) -> Iterator[Bent]:
    for place, name in enumerate(exercise.parameters):
        for how, bend in _BENDS_OF_ARGUMENTS.items():
            yield Bent(f"{name}: {how}", _with_argument(exercise.reference, place, bend))


def _with_argument(function: Function, place: int, bend: Callable[[Any], Any]) -> Function:
    def bent_function(*given: Any) -> Any:
        return function(*given[:place], bend(given[place]), *given[place + 1 :])

    return _taking_as_many(bent_function, function)


def _taking_as_many(wrapper: Function, function: Function) -> Function:
    wrapper.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    return wrapper


def _each(bend: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Bend numbers and arrays, and every array in a dict or list; leave words and pairs alone."""

    def everywhere(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: everywhere(part) for key, part in value.items()}
        if isinstance(value, tuple | list):
            return type(value)(everywhere(part) for part in value)
        return value if isinstance(value, str) else bend(value)

    return everywhere


def _rows(value: Any) -> Any:
    """An array of at least one axis; a number is none."""
    if not getattr(value, "ndim", 0):
        raise TypeError("no rows")
    return value


def _like(value: Any, new: Any) -> Any:
    return torch.as_tensor(new) if isinstance(value, torch.Tensor) else new


def _zero(value: Any) -> Any:
    return value * 0 if getattr(value, "dtype", None) not in (bool, torch.bool) else value & False


def _first_row(value: Any) -> Any:
    return 0 * _rows(value) + value[:1]


def _first_column(value: Any) -> Any:
    return 0 * _rows(value) + value[..., :1]


def _only_two(value: Any) -> Any:
    """The first two rows; the others are treated like the second."""
    return _rows(value)[[min(row, 1) for row in range(len(value))]]


def _without_last(value: Any) -> Any:
    """The last row is treated like the one before."""
    return _rows(value)[[max(0, min(row, len(value) - 2)) for row in range(len(value))]]


def _sorted(value: Any) -> Any:
    return _like(value, np.sort(np.asarray(_rows(value)), axis=0))


def _backwards(value: Any) -> Any:
    return value[list(range(len(_rows(value))))[::-1]]


def _columns_backwards(value: Any) -> Any:
    return value[..., list(range(_rows(value).shape[-1]))[::-1]]


def _rounded(value: Any) -> Any:
    if isinstance(value, int) or np.asarray(value).dtype.kind in "biu":
        raise TypeError("nothing to round")
    return value.round() if hasattr(value, "round") else float(round(value))


def _clipped(value: Any) -> Any:
    return value.clip(0, 1) if hasattr(value, "clip") else min(max(value, 0), 1)


_BENDS_OF_ARGUMENTS: dict[str, Callable[[Any], Any]] = {
    "zeros": _each(_zero),
    "ones": _each(lambda value: _zero(value) + 1),
    "the sign turned": _each(lambda value: -value),
    "without signs": _each(abs),
    "1 minus it": _each(lambda value: 1 - value),
    "twice as large": _each(lambda value: 2 * value),
    "one more": _each(lambda value: value + 1),
    "clipped to 0 and 1": _each(_clipped),
    "rounded": _each(_rounded),
    "its mean everywhere": _each(lambda value: 0 * value + 1.0 * _rows(value).mean()),
    "centred": _each(lambda value: value - 1.0 * _rows(value).mean(0)),
    "the first row for all": _each(_first_row),
    "the first column for all": _each(_first_column),
    "the first two rows only": _each(_only_two),
    "without the last row": _each(_without_last),
    "sorted": _each(_sorted),
    "rows backwards": _each(_backwards),
    "columns backwards": _each(_columns_backwards),
    "its first entry left out": lambda value: value[1:],
    "its last entry left out": lambda value: value[:-1],
    "entries backwards": lambda value: value[::-1],  # of lists and arrays
    "its first entry for all": lambda value: [value[0] for _ in value],
    "its last entry for all": lambda value: [value[-1] for _ in value],
}


# In the result


def _in_the_result(exercise: Exercise) -> Iterator[Bent]:
    for how, bend in _BENDS_OF_RESULTS.items():
        yield Bent(f"result: {how}", _with_result(exercise.reference, bend))


def _with_result(function: Function, bend: Callable[[Any], Any]) -> Function:
    def everywhere(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: everywhere(part) for key, part in value.items()}
        if isinstance(value, tuple | list) and not all(isinstance(v, int | float) for v in value):
            return type(value)(everywhere(part) for part in value)
        if isinstance(value, str):
            return bend(value)
        if isinstance(value, torch.Tensor):
            return bend(value)
        return bend(np.asarray(value))

    def bent_function(*given: Any) -> Any:
        return everywhere(function(*given))

    return _taking_as_many(bent_function, function)


_BENDS_OF_RESULTS: dict[str, Callable[[Any], Any]] = {
    "zeros": _zero,
    "ones": lambda value: _zero(value) + 1,
    "the sign turned": lambda value: -value,
    "without signs": abs,
    "1 minus it": lambda value: 1 - value,
    "twice as large": lambda value: 2 * value,
    "one more": lambda value: value + 1,
    "a tenth more": lambda value: 1.1 * value,
    "squared": lambda value: value * value,
    "its root": lambda value: abs(value) ** 0.5,
    "clipped to 0 and 1": _clipped,
    "never below 0": lambda value: value.clip(0),
    "never above 0": lambda value: value.clip(max=0) if hasattr(value, "clip") else value,
    "rounded": lambda value: value.round(),
    "its mean": lambda value: (1.0 * _rows(value)).mean(),
    "its mean everywhere": lambda value: 0 * value + (1.0 * _rows(value)).mean(),
    "its sum": lambda value: _rows(value).sum(),
    "centred": lambda value: value - (1.0 * _rows(value)).mean(0),
    "the first row for all": _first_row,
    "the first column for all": _first_column,
    "the first two rows only": _only_two,
    "without the last row": _without_last,
    "sorted": _sorted,
    "rows backwards": _backwards,
    "columns backwards": _columns_backwards,
    "its first row alone": lambda value: _rows(value)[0],
    "its first entry left out": lambda value: value[1:],
    "its last entry left out": lambda value: value[:-1],
    "empty": lambda value: [],
    "nothing": lambda value: None,
    "as a word": lambda value: "yes",
    "not a number": lambda value: float("nan") * value,
    "infinity": lambda value: float("inf") + value,
}
