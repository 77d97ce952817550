"""Compare answers with the expected ones and say in one sentence what is wrong.

Plain NumPy: whoever grades a class judges outside the process that ran the learner's code.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from aelib.exercises.base import LARGEST, Answer, Leaf, Prepared

Answers = Sequence[Answer]


@dataclass(frozen=True)
class Verdict:
    """How an answer was judged.

    Args:
        status: "ok", "wrong", "not attempted" or "error" (it raised, or could not be used).
        sentence: What is right or wrong, and what to change.
    """

    status: str
    sentence: str


def judge(prepared: Prepared, given: Answers, tolerance: float) -> Verdict:
    """Judge the answers to all cases: the first diagnosis that fits, from sure to vague."""
    expected = prepared.expected
    if all(answer.missing for answer in given):
        return Verdict("not attempted", "not written yet")
    for answer, case in zip(given, prepared.descriptions, strict=True):
        if answer.error:
            place = f" (called with {case})" if case else ""
            return Verdict("error", f"{answer.error}{place}")
    if all(_agree(e, g, tolerance) for e, g in zip(expected, given, strict=True)):
        flaw = _flaw(expected, given, tolerance)
        return Verdict("wrong", flaw) if flaw else Verdict("ok", "right")
    for wrong, sentence in prepared.wrong:
        if all(_agree(w, g, tolerance) for w, g in zip(wrong, given, strict=True)):
            return Verdict("wrong", sentence)
    return Verdict("wrong", _diagnosis(prepared, given, tolerance))


def _agree(expected: Answer, given: Answer, tolerance: float) -> bool:
    """Whether two answers hold the same arrays, kinds and dtypes aside."""
    if expected.error or len(expected.leaves) != len(given.leaves):
        return False
    return all(
        e.path == g.path
        and e.values.shape == g.values.shape
        and _close(e.values, g.values, tolerance)
        for e, g in zip(expected.leaves, given.leaves, strict=True)
    )


def _close(expected: np.ndarray, given: np.ndarray, tolerance: float) -> bool:
    """Whether no value is further off than a share of the largest value expected."""
    if "U" in expected.dtype.kind + given.dtype.kind:
        return expected.dtype.kind == given.dtype.kind and np.array_equal(expected, given)
    if expected.size == 0 or given.size > expected.size:
        return expected.size == given.size
    e, g = _numbers(expected), _numbers(given)
    largest = np.abs(e).max()
    with np.errstate(invalid="ignore", over="ignore"):  # NaN and infinity are never close
        return bool((np.abs(e - g) <= tolerance * (largest or 1.0)).all())


def _numbers(values: np.ndarray) -> np.ndarray:
    return values.astype(complex if values.dtype.kind == "c" else float)


def _flaw(expected: Answers, given: Answers, tolerance: float) -> str:
    """What is wrong with right values: an input changed, a kind, a dtype, a gradient."""
    for e, g in zip(expected, given, strict=True):
        if set(g.changed) - set(e.changed):
            return f"right values, but it changes its input {g.changed[0]}; work on a copy"
        for wanted, leaf in zip(e.leaves, g.leaves, strict=True):
            if wanted.kind == "tensor" and leaf.kind != "tensor" and wanted.values.ndim:
                return f"right values, but as {leaf.kind}; return a torch tensor"
            if _worse_dtype(wanted, leaf):
                return (
                    f"right values, but of type {leaf.values.dtype}; return {wanted.values.dtype}"
                )
        for wanted_slope, slope in zip(e.gradients, g.gradients, strict=True):
            if not _close(wanted_slope, slope, max(tolerance, 1e-3)):
                return (
                    "right values, but wrong gradients: something on the way is detached "
                    "(detach, item, numpy, no_grad) or does not depend on its input"
                )
    return ""


def _worse_dtype(wanted: Leaf, leaf: Leaf) -> bool:
    """Whether a tensor, or an array of another sort of number, is not of the type wanted."""
    if wanted.kind == "tensor" and leaf.kind == "tensor":
        return wanted.values.dtype != leaf.values.dtype
    sorts = {"b": "truth", "i": "whole", "u": "whole"}
    if wanted.kind == "number" or leaf.kind == "number":
        return False
    return sorts.get(wanted.values.dtype.kind) != sorts.get(leaf.values.dtype.kind)


def _diagnosis(prepared: Prepared, given: Answers, tolerance: float) -> str:
    """Name what is wrong where no mistake of the exercise fits."""
    expected = prepared.expected
    right = [_agree(e, g, tolerance) for e, g in zip(expected, given, strict=True)]
    first = right.index(False)
    case, e, g = prepared.descriptions[first], expected[first], given[first]
    where = f" for {case}" if case else ""
    if any(answer.missing for answer in given):
        place = next(i for i, answer in enumerate(given) if answer.missing)
        return (
            f"it returns nothing for {prepared.descriptions[place]}; is there a return on each way?"
        )
    structure = _structure(e, g, where)
    if structure:
        return structure
    if not case:  # a number that was to be found: do not give it away
        return _not_finite(g, "") or _shape(e, g, "") or f"{_text(g)} is not it"
    for test in (_transposed, _reshaped, _factor, _offset):
        sentence = test(expected, given, prepared, tolerance)
        if sentence:
            return sentence
    return _shape(e, g, where) or _not_finite(g, where) or _some_right(right, where, e, g)


def _text(answer: Answer) -> str:
    """Write what was reported."""
    values = [leaf.values for leaf in answer.leaves]
    return ", ".join(str(v) if v.dtype.kind == "U" else f"{v.ravel()[0]:.3g}" for v in values)


def _structure(expected: Answer, given: Answer, where: str) -> str:
    """Another number of results, or other names for them, or text for numbers."""
    wanted, got = ([leaf.path for leaf in answer.leaves] for answer in (expected, given))
    if wanted != got:
        if len(wanted) == len(got) == 1 or wanted == [""]:
            return f"it returns {len(got)} results{where}; return one, by itself, in no container"
        return f"it returns {_paths(got)}{where}; expected {_paths(wanted)}"
    for e, g in zip(expected.leaves, given.leaves, strict=True):
        if (e.values.dtype.kind == "U") != (g.values.dtype.kind == "U"):
            return f"it returns {g.kind}{where}; expected {e.kind}"
    return ""


def _paths(paths: list[str]) -> str:
    return "one result" if paths == [""] else f"{len(paths)} results ({', '.join(paths)})"


def _everywhere(
    expected: Answers, given: Answers, agree: Callable[[np.ndarray, np.ndarray], bool]
) -> bool:
    """Whether something holds for every array of every case."""
    return all(
        agree(e.values, g.values)
        for answer, other in zip(expected, given, strict=True)
        for e, g in zip(answer.leaves, other.leaves, strict=False)
    )


def _transposed(expected: Answers, given: Answers, _: Prepared, tolerance: float) -> str:
    def turned(e: np.ndarray, g: np.ndarray) -> bool:
        return e.ndim == 2 and e.T.shape == g.shape and _close(e.T, g, tolerance)

    if _everywhere(expected, given, turned):
        return "right values, but transposed: rows and columns are exchanged"
    return ""


def _reshaped(expected: Answers, given: Answers, _: Prepared, tolerance: float) -> str:
    def flat(e: np.ndarray, g: np.ndarray) -> bool:
        return e.size == g.size and _close(e.ravel(), g.ravel(), tolerance)

    if not _everywhere(expected, given, flat):
        return ""
    wanted, got = next(
        (e.values.shape, g.values.shape)
        for answer, other in zip(expected, given, strict=True)
        for e, g in zip(answer.leaves, other.leaves, strict=True)
        if e.values.shape != g.values.shape
    )
    return f"right values, but in shape {got} where {wanted} is expected"


def _factor(expected: Answers, given: Answers, prepared: Prepared, tolerance: float) -> str:
    """A constant factor, or one that is the number of rows or columns of the input."""
    ratios = []
    for answer, other in zip(expected, given, strict=True):
        e, g = _joined(answer), _joined(other)
        if e.shape != g.shape or not e.size or not np.abs(e).max():
            return ""
        ratio = float((e * g).sum() / (e * e).sum())
        if ratio == 0 or not _close(e * ratio, g, tolerance):
            return ""
        ratios.append(ratio)
    if np.allclose(ratios, ratios[0], rtol=1e-3):
        if abs(ratios[0] + 1) < 1e-3:
            return "right except for the sign: it is turned round"
        size = ratios[0] if abs(ratios[0]) >= 1 else 1 / ratios[0]
        return (
            f"too {'large' if abs(ratios[0]) > 1 else 'small'} by the factor {size:.3g} everywhere"
        )
    for axis, name in ((0, "rows"), (-1, "columns")):
        counts = np.array([_count(arguments, axis) for arguments in prepared.cases], float)
        if np.allclose(ratios, counts, rtol=1e-3):
            return f"too large by the number of {name} of the input: a mean is asked for"
        if counts.all() and np.allclose(ratios, 1 / counts, rtol=1e-3):
            return f"too small by the number of {name} of the input: a sum is asked for"
    return ""


def _count(arguments: tuple[object, ...], axis: int) -> int:
    """How many rows or columns the first array among the arguments has."""
    for value in arguments:
        shape = getattr(value, "shape", ())
        if len(shape):
            return int(shape[axis])
    return 0


def _offset(expected: Answers, given: Answers, _: Prepared, tolerance: float) -> str:
    joined = [(_joined(e), _joined(g)) for e, g in zip(expected, given, strict=True)]
    if len(joined) < 2 or any(e.shape != g.shape or not e.size for e, g in joined):
        return ""
    offset = float((joined[0][1] - joined[0][0]).ravel()[0])
    if all(_close(e + offset, g, tolerance) for e, g in joined) and np.isfinite(offset):
        return f"off by the same amount everywhere: {offset:+.3g}"
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
            return f"{name} has shape {g.values.shape}{where}; expected {e.values.shape}"
    return ""


def _not_finite(given: Answer, where: str) -> str:
    for leaf in given.leaves:
        if leaf.values.dtype.kind in "fc" and not np.isfinite(leaf.values).all():
            return f"its result holds NaN or infinity{where}; look for a division by 0 or log(0)"
    return ""


def _some_right(right: list[bool], where: str, expected: Answer, given: Answer) -> str:
    """How often it is right, and the first difference."""
    pairs = zip(expected.leaves, given.leaves, strict=True)
    e, g = next((e, g) for e, g in pairs if not _close(e.values, g.values, 1e-12))
    if e.values.dtype.kind == "U":
        return f"it returns {str(g.values)!r}{where}; that is not it"
    off = np.abs(_numbers(e.values) - _numbers(g.values))
    place = np.unravel_index(int(off.argmax()), off.shape)
    index = f" at {[int(i) for i in place]}" if place else ""
    share = f"right for {sum(right)} of {len(right)} cases, but " if any(right) else ""
    return f"{share}wrong{where}{index}: expected {e.values[place]:.3g}, got {g.values[place]:.3g}"
