"""What a student is told of a wrong answer: nothing of a case but the sizes of its arrays.

A function could return its inputs, or raise them as text, and so carry the cases out into its
feedback, from where the next version could read the answers. So no number from a case, none that
was expected and none that the function returned goes there, and of an error only its kind, the
line of the student's own text, and what Python, NumPy or torch say in fixed words about sizes and
names that were there before. What is left is how many cases are right, and which line stopped.
"""

import builtins
import re
from collections.abc import Iterator
from typing import Any

from aelib.classroom.preparation import Task
from aelib.exercises.base import NO_RETURN, NO_TORCH, PRINTED, should_take

_ERROR = re.compile(
    r"(?P<what>it|its own definition) stopped(?: at `(?P<line>[^`]*)`)? with (?P<kind>\w+)"
    r"(?:: (?P<said>.*))?",
    re.S,
)
_OTHERS = [  # pattern -> what is told, with the name of a type that all may know
    (r"it is '([\w.]+)', not a function", "it is '{}', not a function"),
    (r"it returned .*, in which there is no number", "it returned something without a number"),
    (r"it returned (.*), which is not a tensor, .*", "it returned {}, which cannot be compared"),
    (r"its own definition is nowhere", "its own definition is nowhere"),
    (r"its own definition takes .*", "its own definition takes longer than grading waits"),
]
_NAME, _SIZE = r"'([\w.]{1,40})'", r"[-\d, x()\[\]]{1,40}"
_FIXED = [
    re.compile(pattern)
    for pattern in (
        rf"name {_NAME} is not defined",
        rf"No module named {_NAME}",
        rf"(?:module )?{_NAME} (?:object )?has no attribute {_NAME}",
        rf"{_NAME} object is not (?:callable|iterable|subscriptable)",
        rf"unsupported operand type\(s\) for [-+*/@%&|]{{1,2}}: {_NAME} and {_NAME}",
        rf"mat1 and mat2 shapes cannot be multiplied {_SIZE} and {_SIZE}",
        rf"The size of tensor a {_SIZE} must match the size of tensor b {_SIZE}"
        r" at non-singleton dimension \d",
        rf"Dimension out of range .expected to be in range of {_SIZE}, but got -?\d.",
        rf"operands could not be broadcast together with shapes {_SIZE}",
        r"index -?\d+ is out of bounds for (?:axis|dimension) \d with size \d+",
        r"(?:list|tuple|string) index out of range|division by zero",
        r"maximum recursion depth exceeded(?: while calling a Python object| in comparison)?",
    )
]
_TYPES = {
    *("Tensor", "numpy.ndarray", "numpy.float64", "numpy", "torch", "function", "NoneType"),
    *("float", "int", "bool", "str", "list", "tuple", "dict", "set", "builtin_function_or_method"),
}
_SMALL = {-2, -1, 0, 1, 2}
_NUMBER = re.compile(r"(?<![\w.])-?\d[\d.]*(?:e[-+]?\d+)?|(?<![\w.])(?:nan|inf)\b")
_VALUES = [  # what diagnoses say of values -> what is told
    (r"(?: at [^:]*)?: expected \S+, got \S+$", ""),
    (r" by the factor \S+ everywhere", " by one factor everywhere"),
    (r" everywhere: \S+$", " everywhere"),
    (r"it returns '.*?'(?= for |;)", "it returns a text"),
    (r" named .*?(?= for |;|$)", ""),
]


def of_error(error: str, way: dict[str, Any], task: Task) -> str:
    """Return what may be told to a student of an answer's error."""
    if error in (NO_RETURN, PRINTED, NO_TORCH, should_take(task.prepared.parameters)):
        return error
    source = "\n".join(way["statements"])
    lines = {line.strip()[:80] for line in source.splitlines()}
    match = _ERROR.fullmatch(error)
    if match is None:
        return _of_other_error(error)
    kind = match["kind"] if hasattr(builtins, match["kind"]) else "an error of its own"
    where = f" at `{match['line']}`" if match["line"] in lines else ""
    said = match["said"] or ""
    fixed = next((found for one in _FIXED if (found := one.fullmatch(said))), None)
    known = {*re.findall(r"[^\W\d]\w*", source), *_TYPES}
    usual = (
        fixed is not None
        and all(part in known for name in fixed.groups() for part in (name, *name.split(".")[1:]))
        and _has_known_numbers(said, task)
    )
    return f"{match['what']} stopped{where} with {kind}" + (f": {said}" if usual else "")


def _of_other_error(error: str) -> str:
    for pattern, words in _OTHERS:
        if match := re.fullmatch(pattern, error, re.S):
            named = match[1] if match.groups() else ""
            return words.format(named if named in _TYPES else "something")
    return "it brings nothing that can be compared"


def of_sentence(sentence: str, task: Task) -> str:
    """Return what may be told to a student of what a diagnosis says."""
    prepared = task.prepared
    if sentence in {mistake for _, mistake in prepared.wrong} or not prepared.parameters:
        return sentence  # without arguments there is nothing to carry out
    told = sentence
    arrays = [_arrays_in_words(task, case) for case in prepared.cases]
    pairs = sorted(zip(prepared.descriptions, arrays, strict=True), key=lambda p: -len(p[0]))
    for whole, words in pairs:
        told = told.replace(whole, words or "one of the cases")
    for pattern, words in _VALUES:
        told = re.sub(pattern, words, told, flags=re.S)
    told = re.sub(r"has shape \([^()]*\)", lambda found: _shape(found[0], task), told)
    return told if _has_known_numbers(told, task) else "its values are not right"


def _shape(words: str, task: Task) -> str:
    return words if _has_known_numbers(words, task) else "has another shape"


def _has_known_numbers(text: str, task: Task) -> bool:
    """Whether every number in it is small, or the size of an array that all may know."""
    cases = task.prepared.cases
    known = _SMALL | set(range(len(cases) + 1))
    known |= {size for case in cases for shape in _shapes(case) for size in shape}
    known |= {n for answer in task.prepared.expected for e in answer.leaves for n in e.values.shape}
    found = _NUMBER.findall(re.sub(r"(?<=\d)x(?=\d)", " ", text))
    return {*found} <= {str(number) for number in known}


def _shapes(value: Any) -> Iterator[tuple[int, ...]]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, tuple | list):
        for part in value:
            yield from _shapes(part)
    elif shape := getattr(value, "shape", ()):
        yield tuple(shape)


def _arrays_in_words(task: Task, case: tuple[Any, ...]) -> str:
    pairs = zip(task.prepared.parameters, case, strict=True)
    shapes = [(name, getattr(value, "shape", ())) for name, value in pairs]
    return ", ".join(f"{name} of shape {tuple(shape)}" for name, shape in shapes if shape)
