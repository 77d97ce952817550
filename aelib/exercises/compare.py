"""Whether two answers are the same."""

from dataclasses import replace

import numpy as np

from aelib.exercises.base import Answer

_NOTHING = 1e-20  # what is smaller everywhere is 0 but for rounding, such as cos(90°) squared


def arranged(given: Answer, expected: Answer) -> Answer:
    """Take a tuple of numbers for a list of them, and a list for a tuple, as is expected."""
    wanted, got = ([leaf.path for leaf in answer.leaves] for answer in (expected, given))
    values = [leaf.values for leaf in given.leaves]
    if wanted == [""] and got and got == places(len(got)):
        shape = expected.leaves[0].values.shape
        alike = all(v.shape == shape[1:] and v.dtype.kind in "biuf" for v in values)
        if shape and alike:  # rows of a table, or the numbers of a row
            leaf = replace(given.leaves[0], path="", values=np.stack(values))
            return replace(given, leaves=(leaf,))
    if got == [""] and wanted == places(len(wanted)) and values[0].shape[:1] == (len(wanted),):
        pairs = zip(wanted, values[0], strict=True)
        leaves = tuple(replace(given.leaves[0], path=path, values=v) for path, v in pairs)
        return replace(given, leaves=leaves)
    return given


def places(count: int) -> list[str]:
    """Return the paths of a tuple's parts: [0], [1] and so on."""
    return [f"[{place}]" for place in range(count)]


def agree(expected: Answer, given: Answer, tolerance: float) -> bool:
    """Whether two answers hold the same arrays, kinds and dtypes aside."""
    if expected.error or len(expected.leaves) != len(given.leaves):
        return False
    return all(
        e.path == g.path
        and e.values.shape == g.values.shape
        and close(e.values, g.values, tolerance)
        for e, g in zip(expected.leaves, given.leaves, strict=True)
    )


def close(expected: np.ndarray, given: np.ndarray, tolerance: float) -> bool:
    """Whether no value is further off than a share of the largest value expected."""
    if "U" in expected.dtype.kind + given.dtype.kind:
        return expected.dtype.kind == given.dtype.kind and np.array_equal(
            words(expected), words(given)
        )
    if expected.size == 0 or given.size > expected.size:
        return expected.size == given.size
    e, g = numbers(expected), numbers(given)
    size = np.abs(e)
    largest = size.max(where=np.isfinite(size), initial=0.0)
    scale = largest if largest > _NOTHING else 1.0
    with np.errstate(invalid="ignore", over="ignore"):  # NaN is never close, infinity to itself
        return bool(((np.abs(e - g) <= tolerance * scale) | (e == g)).all())


def words(values: np.ndarray) -> np.ndarray:
    """Small letters without blanks around."""
    return np.char.lower(np.char.strip(values))


def numbers(values: np.ndarray) -> np.ndarray:
    """Convert to 64-bit numbers."""
    return values.astype(complex if values.dtype.kind == "c" else float)
