"""One sentence on a wrong answer that is none of an exercise's own mistakes."""

from collections.abc import Callable, Sequence
from math import prod

import numpy as np

from aelib.exercises.base import Answer, Prepared
from aelib.exercises.compare import agree, close, numbers, places
from aelib.exercises.leaves import LARGEST

Answers = Sequence[Answer]
KINDS = {"tensor": "a tensor", "array": "an array", "number": "a number", "text": "a text"}


def diagnosis(prepared: Prepared, given: Answers, tolerance: float) -> str:
    """Name what is wrong where no mistake of the exercise fits."""
    expected = prepared.expected
    right = [agree(e, g, tolerance) for e, g in zip(expected, given, strict=True)]
    first = right.index(False)
    case, e, g = prepared.descriptions[first], expected[first], given[first]
    where = f" for {case}" if case else ""
    if any(answer.missing or answer.silent for answer in given):
        place = next(i for i, a in enumerate(given) if a.missing or a.silent)
        return (
            f"it returns nothing for {prepared.descriptions[place]}; is there a return on each way?"
        )
    structure = _structure(e, g, where)
    if structure:
        return structure
    if not case:  # a number that was to be found: do not give it away
        unfit = _shape(e, g, "") or _not_finite(g, "") or _no_letter(e, g, prepared)
        return unfit or f"{_text(g)} is not it"
    for test in (_transposed, _reshaped, _factor, _offset):
        sentence = test(expected, given, prepared, tolerance)
        if sentence:
            return sentence
    return (
        _shape(e, g, where) or _not_finite(g, where) or _some_right(right, where, e, g, tolerance)
    )


def _text(answer: Answer) -> str:
    """Write what was reported."""
    values = [leaf.values for leaf in answer.leaves]
    return ", ".join(str(v) if v.dtype.kind == "U" else _number(v.ravel()[0]) for v in values)


def _no_letter(expected: Answer, given: Answer, prepared: Prepared) -> str:
    """Another text than one of the letters that may be chosen from."""
    if expected.leaves[0].values.dtype.kind != "U":
        return ""
    letters = sorted({_text(expected), *(_text(answers[0]) for answers, _ in prepared.wrong)})
    if any(len(letter) != 1 for letter in letters):
        return ""
    choice = f"one letter from {letters[0]} to {letters[-1]} and nothing else"
    return f'{_text(given)[:40]!r} is none of the answers; {choice} is wanted, such as "A"'


def _structure(expected: Answer, given: Answer, where: str) -> str:
    """Another number of results, or other names for them, or text for numbers."""
    wanted, got = ([leaf.path for leaf in answer.leaves] for answer in (expected, given))
    if wanted != got:
        if wanted == [""]:
            return f"it returns {_several(got)}{where}; return one result by itself"
        return f"it returns {_several(got)}{where}; expected {_several(wanted)}"
    for e, g in zip(expected.leaves, given.leaves, strict=True):
        if (e.values.dtype.kind == "U") != (g.values.dtype.kind == "U"):
            return f"it returns {KINDS[g.kind]}{where}; expected {KINDS[e.kind]}"
    return ""


def _several(paths: list[str]) -> str:
    """Name several results: by their keys, or by their number alone."""
    if paths == [""]:
        return "one result"
    if len(paths) == 1:
        return "a list, tuple or dict of one result"
    named = paths != places(len(paths))
    return f"{len(paths)} results" + (f" named {', '.join(paths)}" if named else "")


def _everywhere(
    expected: Answers, given: Answers, holds: Callable[[np.ndarray, np.ndarray], bool]
) -> bool:
    """Whether something holds for every array of every case."""
    pairs = list(zip(expected, given, strict=True))
    return all(len(e.leaves) == len(g.leaves) for e, g in pairs) and all(
        holds(e.values, g.values)
        for answer, other in pairs
        for e, g in zip(answer.leaves, other.leaves, strict=True)
    )


def _transposed(expected: Answers, given: Answers, _: Prepared, tolerance: float) -> str:
    def turned(e: np.ndarray, g: np.ndarray) -> bool:
        return e.ndim == 2 and e.T.shape == g.shape and close(e.T, g, tolerance)

    if _everywhere(expected, given, turned):
        return "right values, but transposed: rows and columns are exchanged"
    return ""


def _reshaped(expected: Answers, given: Answers, _: Prepared, tolerance: float) -> str:
    def flat(e: np.ndarray, g: np.ndarray) -> bool:
        return e.size == g.size and close(e.ravel(), g.ravel(), tolerance)

    if not _everywhere(expected, given, flat):
        return ""
    wanted, got = next(
        (e.values.shape, g.values.shape)
        for answer, other in zip(expected, given, strict=True)
        for e, g in zip(answer.leaves, other.leaves, strict=True)
        if e.values.shape != g.values.shape
    )
    return f"right values, but the result {_has(got)}; it {_should(wanted)}"


def _factor(expected: Answers, given: Answers, prepared: Prepared, tolerance: float) -> str:
    """A constant factor, or one that is the number of rows or columns of an argument."""
    ratios = []
    for answer, other in zip(expected, given, strict=True):
        e, g = _joined(answer), _joined(other)
        if e.shape != g.shape or not e.size or not np.abs(e).max():
            return ""
        with np.errstate(invalid="ignore", over="ignore"):
            ratio = float((e * g).sum() / (e * e).sum())
        if not np.isfinite(ratio) or not ratio or not close(e * ratio, g, abs(ratio) * tolerance):
            return ""
        ratios.append(ratio)
    if np.allclose(ratios, 1, rtol=2e-3):  # something else is wrong
        return ""
    if np.allclose(ratios, ratios[0], rtol=1e-3):
        if abs(ratios[0] + 1) < 2e-3:
            return "right except for the sign: plus and minus are exchanged"
        size = max(abs(ratios[0]), 1 / abs(ratios[0]))
        too = "large" if abs(ratios[0]) > 1 else "small"
        sign = ", and the sign is turned round" if ratios[0] < 0 else ""
        return f"too {too} by the factor {size:.3g} everywhere{sign}"
    for place, name in enumerate(prepared.parameters):
        for what, counts in _counts([arguments[place] for arguments in prepared.cases]).items():
            if np.allclose(ratios, counts, rtol=2e-3):
                return f"too large by the number of {what} of {name}; is a mean asked for?"
            if counts.all() and np.allclose(ratios, 1 / counts, rtol=2e-3):
                return f"too small by the number of {what} of {name}; is a sum asked for?"
    return ""


def _counts(values: list[object]) -> dict[str, np.ndarray]:
    """How many rows, columns and values an argument has in each case; nothing for numbers."""
    shapes = [tuple(getattr(value, "shape", ())) for value in values]
    if not all(shapes):
        return {}
    counts = {
        "rows": [shape[0] for shape in shapes],
        "columns": [shape[-1] for shape in shapes],
        "values": [prod(shape) for shape in shapes],
    }
    return {what: np.array(count, float) for what, count in counts.items()}


def _offset(expected: Answers, given: Answers, _: Prepared, tolerance: float) -> str:
    joined = [(_joined(e), _joined(g)) for e, g in zip(expected, given, strict=True)]
    if len(joined) < 2 or any(e.shape != g.shape or not e.size for e, g in joined):
        return ""
    with np.errstate(invalid="ignore"):
        offset = float((joined[0][1] - joined[0][0]).ravel()[0])
    if np.isfinite(offset) and all(close(e + offset, g, tolerance) for e, g in joined):
        too = "large" if offset > 0 else "small"
        return f"too {too} by the same amount everywhere: {abs(offset):.3g}"
    return ""


def _joined(answer: Answer) -> np.ndarray:
    """All real numbers of an answer in one row; empty where there are others, or too many."""
    values = [leaf.values for leaf in answer.leaves]
    if any(v.dtype.kind not in "fiu" or v.size > LARGEST for v in values):
        return np.zeros(0)
    return np.concatenate([v.ravel().astype(float) for v in values])


def _shape(expected: Answer, given: Answer, where: str) -> str:
    for e, g in zip(expected.leaves, given.leaves, strict=True):
        if e.values.shape != g.values.shape:
            name = f"{g.path} of its result" if g.path else "its result"
            return f"{name} {_has(g.values.shape)}{where}; it {_should(e.values.shape)}"
    return ""


def _has(shape: tuple[int, ...]) -> str:
    return f"has shape {tuple(map(int, shape))}" if shape else "is a single number"


def _should(shape: tuple[int, ...]) -> str:
    return f"should have shape {tuple(map(int, shape))}" if shape else "should be a single number"


def _not_finite(given: Answer, where: str) -> str:
    for leaf in given.leaves:
        if leaf.values.dtype.kind in "fc" and not np.isfinite(leaf.values).all():
            return f"its result holds NaN or infinity{where}; look for a division by 0 or log(0)"
    return ""


def _some_right(
    right: list[bool], where: str, expected: Answer, given: Answer, tolerance: float
) -> str:
    """How often it is right, and the largest difference."""
    pairs = list(zip(expected.leaves, given.leaves, strict=True))
    leaf, g = next((e, g) for e, g in pairs if not close(e.values, g.values, tolerance))
    if leaf.values.dtype.kind == "U":
        return f"it returns {str(g.values)!r}{where}; that is not it"
    wanted, got = numbers(leaf.values), numbers(g.values)
    with np.errstate(invalid="ignore"):
        off = np.where(wanted == got, 0.0, np.abs(wanted - got))
    place = np.unravel_index(int(off.argmax()), off.shape)
    index = f"{leaf.path}[{', '.join(str(int(i)) for i in place)}]" if place else leaf.path
    share = f"right for {sum(right)} of {len(right)} cases, but " if any(right) else ""
    texts = next(
        texts
        for digits in (3, 6, 17)
        if len(set(texts := [_number(v[place], digits) for v in (wanted, got)])) == 2
        or digits == 17
    )
    at = f" at {index}" if index else ""
    return f"{share}wrong{where}{at}: expected {texts[0]}, got {texts[1]}"


def _number(value: float, digits: int = 3) -> str:
    """Write whole numbers in full and others with a few digits."""
    whole = np.isreal(value) and abs(value) < 1e9 and value == np.round(value)
    return f"{value.real:.0f}" if whole else f"{value:.{digits}g}"
