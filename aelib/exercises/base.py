"""What an exercise is, and what a function answers to one of its cases.

An exercise is a function that the learner writes. A lesson's exercises stand in lesson_NN.py,
in a list called EXERCISES:

    from aelib.exercises.base import Exercise, Mistake

    def pair(rng, n):
        return rng.random((n, 7)), rng.random((n, 7))

    def total_error(x_hat, x):
        return ((x_hat - x) ** 2).sum(axis=1)

    def mean_error(x_hat, x):
        return ((x_hat - x) ** 2).mean(axis=1)

    EXERCISES = [
        Exercise(
            name="total_error",
            lesson="01",
            minutes=5,
            points=1,
            reference=total_error,
            cases=lambda rng: [pair(rng, n) for n in (1, 3, 5)],
            hints=("A nudge.", "A clearer one.", "Nearly the solution."),
            wrong=(Mistake(mean_error, "you took the mean over the pixels; sum them"),),
        ),
    ]

`cases(rng)` makes the arguments anew from a NumPy generator: some of one row, some of several,
widths that differ from the number of rows, no two rows alike. Arguments are tensors, arrays,
numbers, strings, and tuples, lists or dicts of these. The reference is called with them, and so
is each mistake; a learner's function that answers like a mistake on every case gets its
sentence. Report-a-number exercises are functions without arguments: `cases=no_arguments`, a
wide tolerance, mistakes that return the numbers people find by accident.

What needs no mistake of its own, because `judge` finds it for every exercise: nothing returned,
an exception, a wrong shape, a transposed result, a constant factor (also the number of rows or
columns), a turned sign, NaN, an input changed in place, a gradient cut off (where
`differentiable`), right on some cases only, random results, a result that is printed.

What is right in other clothes is right: loops, NumPy for torch, another precision, plain numbers,
lists and tuples. Where the text asks for a tensor, say `tensor=True`; what a loss is made of has to
be one in any case, so that gradients can pass.
"""

import inspect
import sys
import textwrap
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from dis import get_instructions
from traceback import extract_tb
from typing import Any

import numpy as np

from aelib.exercises.draws import seed_draws
from aelib.exercises.leaves import (
    Leaf,
    UnusableError,
    copied,
    flatten,
    is_float,
    is_tensor,
    same,
    tensors,
)

Arguments = tuple[Any, ...]

# What Python makes of `return None`, `pass`, `...` and a docstring.
_OF_A_STUB = {"RESUME", "NOP", "LOAD_CONST", "POP_TOP", "RETURN_VALUE", "RETURN_CONST", "CACHE"}

NO_RETURN = "it returns nothing; write return in front of the result"
PRINTED = "it prints its result and returns nothing; write return in place of print"
NO_TORCH = "it leaves torch on the way; use torch's functions only, so that gradients can pass"


class TimeUp(SystemExit):
    """Ends a call that takes too long, and its thread without a word."""


@dataclass(frozen=True)
class Mistake:
    """A wrong answer people give, and what to say to them.

    Args:
        function: What they write.
        sentence: What is wrong and what to change, in one sentence.
    """

    function: Callable[..., Any]
    sentence: str


@dataclass(frozen=True)
class Exercise:
    """A function to be written, and all that is needed to check it.

    Args:
        name: The function's name, unique in the whole course.
        lesson: The two digits of its notebook.
        minutes: How long it takes.
        points: What it is worth when a class is graded.
        reference: A right solution.
        cases: NumPy generator -> the arguments of each call (see the module's docstring).
        hints: From a nudge to nearly the solution.
        wrong: Mistakes and their diagnoses.
        tolerance: The largest difference, as a share of the largest value expected.
        differentiable: Arguments that are learned, and so need a gradient: their names, or True
            for all tensors. Data, draws and targets need none.
        tensor: Whether the text asks for a torch tensor, so that an array will not do.
        seconds: How long all calls together may take.
    """

    name: str
    lesson: str
    minutes: int
    points: int
    reference: Callable[..., Any]
    cases: Callable[[np.random.Generator], list[Arguments]]
    hints: tuple[str, str, str]
    wrong: tuple[Mistake, ...]
    tolerance: float = 1e-4
    differentiable: bool | tuple[str, ...] = False
    tensor: bool = False
    seconds: float = 10.0

    @property
    def solution(self) -> str:
        """The source of the reference."""
        return textwrap.dedent(inspect.getsource(self.reference)).rstrip()

    @property
    def parameters(self) -> list[str]:
        """The names of the function's arguments."""
        return list(inspect.signature(self.reference).parameters)


@dataclass(frozen=True)
class Answer:
    """What one call brought: plain NumPy, so that it can leave the process that made it.

    Args:
        leaves: The arrays returned; empty where nothing was.
        gradients: Slopes of the result towards each float argument, where asked for.
        changed: Names of the arguments that the call changed in place.
        error: What was raised, or why the result cannot be used; empty if all went well.
    """

    leaves: tuple[Leaf, ...] = ()
    gradients: tuple[np.ndarray, ...] = ()
    changed: tuple[str, ...] = ()
    error: str = ""

    @property
    def missing(self) -> bool:
        """Whether the function is still the untouched stub."""
        return not self.leaves and not self.error

    @property
    def silent(self) -> bool:
        """Whether the function is written, but returned nothing."""
        return self.error in (NO_RETURN, PRINTED)


@dataclass(frozen=True)
class Prepared:
    """An exercise's cases with the right answers and the mistakes' answers to them."""

    cases: tuple[Arguments, ...]
    descriptions: tuple[str, ...]
    expected: tuple[Answer, ...]
    wrong: tuple[tuple[tuple[Answer, ...], str], ...]
    parameters: tuple[str, ...] = ()


def no_arguments(_: np.random.Generator) -> list[Arguments]:
    """Return the cases of an exercise that reports a number: one call without arguments."""
    return [()]


def prepare(exercise: Exercise, seed: int) -> Prepared:
    """Make the cases of one seed and let the reference and all mistakes answer them."""
    cases = tuple(exercise.cases(np.random.default_rng(seed)))
    expected = answers(exercise, exercise.reference, cases)
    if not exercise.tensor and not exercise.differentiable:
        expected = tuple(map(_of_any_kind, expected))
    return Prepared(
        cases,
        tuple(describe(exercise, arguments) for arguments in cases),
        expected,
        tuple(
            (answers(exercise, mistake.function, cases), mistake.sentence)
            for mistake in exercise.wrong
        ),
        tuple(exercise.parameters),
    )


def _of_any_kind(expected: Answer) -> Answer:
    """Ask for an array, so that arrays and tensors are the same answer."""
    leaves = [replace(e, kind="array" if e.kind == "tensor" else e.kind) for e in expected.leaves]
    return replace(expected, leaves=tuple(leaves))


def answers(
    exercise: Exercise, function: Callable[..., Any], cases: tuple[Arguments, ...]
) -> tuple[Answer, ...]:
    """Call a function on every case."""
    asked = exercise.parameters, exercise.differentiable
    return tuple(answer(function, case, *asked) for case in cases)


def answer(
    function: Callable[..., Any],
    arguments: Arguments,
    names: list[str],
    differentiable: bool | Collection[str] = False,
) -> Answer:
    """Call a function on a copy of one case's arguments; whatever happens becomes an Answer.

    All calls draw the same random numbers; whoever wants the generators outside to go on as they
    were puts `fixed_draws` around, in a thread that nobody stops.
    """
    if not _takes(function, arguments):
        return Answer(error=should_take(names))
    try:
        seed_draws()
        given = [copied(value) for value in arguments]
        inputs = [v.requires_grad_() for v in _learned(given, names, differentiable)]
        passed = [v.clone() if is_tensor(v) and v.requires_grad else v for v in given]
        result = function(*passed)
        gradients = tuple(_gradients(result, inputs))
        if result is None:
            return Answer(error=_nothing(function))
        leaves = tuple(flatten(result))
        if not leaves:
            return Answer(error=f"it returned {str(result)[:40]}, in which there is no number")
        pairs = zip(names, arguments, passed, strict=False)
        changed = tuple(name for name, before, after in pairs if not same(before, after))
        return Answer(leaves, gradients, changed)
    except TimeUp:
        raise
    except NotImplementedError:
        return Answer()
    except UnusableError as error:
        return Answer(error=str(error))
    except BaseException as error:  # a learner's function may raise anything
        return Answer(error=_describe_error(error, function))


def _learned(given: list[Any], names: list[str], which: bool | Collection[str]) -> list[Any]:
    """The tensors towards which gradients are asked for."""
    if isinstance(which, bool):
        return [value for value in given if which and is_float(value)]
    return [value for name, value in zip(names, given, strict=False) if name in which]


def _nothing(function: Callable[..., Any]) -> str:
    """Why a function returned nothing; empty where it is still the stub."""
    code = getattr(function, "__code__", None)
    if code is None:
        return NO_RETURN
    if all(step.opname in _OF_A_STUB for step in get_instructions(code)):
        return ""
    return PRINTED if "print" in code.co_names else NO_RETURN


def describe(exercise: Exercise, arguments: Arguments) -> str:
    """Say in a few words what one case's arguments are: 'x of shape (3, 784), sigma = 0.5'."""
    names = exercise.parameters
    words = [_describe_value(name, value) for name, value in zip(names, arguments, strict=False)]
    return ", ".join(words)


def _describe_value(name: str, value: Any) -> str:
    if (shape := getattr(value, "shape", None)) is not None:
        return f"{name} of shape {tuple(shape)}"
    text = f"{value:.6g}" if isinstance(value, float) else repr(value)
    long = len(text) > 60 or "array" in text or "tensor" in text
    return name if isinstance(value, dict | list | tuple) and long else f"{name} = {text}"


def _takes(function: Callable[..., Any], arguments: Arguments) -> bool:
    """Whether a function can be called with so many arguments."""
    try:
        inspect.signature(function).bind(*arguments)
    except TypeError:
        return False
    except ValueError:  # it does not say what it takes; the call will
        return True
    return True


def should_take(names: Sequence[str]) -> str:
    """Say which arguments a function should take."""
    if len(names) < 2:
        return f"it should take {f'one argument, {names[0]}' if names else 'no arguments'}"
    return f"it should take {len(names)} arguments: {', '.join(names)}"


def _describe_error(error: BaseException, function: Callable[..., Any]) -> str:
    """Name the exception and the line, and keep the first line of what it says."""
    try:
        message, _, more = str(error).strip().partition("\n")
        if message.endswith(":"):
            message = f"{message} {more.strip().partition(chr(10))[0]}"
        message = message[:200].rstrip(".")
    except Exception:  # its own __str__ may be broken too
        message = ""
    if "on Tensor that requires grad" in message:
        return NO_TORCH
    stopped = f"it stopped{_line(error, function)} with {type(error).__name__}"
    return f"{stopped}: {message}" if message else stopped


def _line(error: BaseException, function: Callable[..., Any]) -> str:
    """Quote the line of the learner's code that stopped, where its text is known."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    frames = extract_tb(error.__traceback__, limit=-20)
    lines = [frame.line for frame in frames if frame.filename == file and frame.line]
    return f" at `{lines[-1].strip()[:80]}`" if lines else ""


def _gradients(result: Any, inputs: list[Any]) -> list[np.ndarray]:
    """Slopes of a weighted sum of the result towards each input; 0 where none arrives."""
    sloping = [t for t in tensors(result) if t.requires_grad]
    if not inputs:
        return []
    torch = sys.modules["torch"]
    if not sloping:
        return [np.zeros(tuple(value.shape)) for value in inputs]
    flat = torch.cat([t.flatten().double() for t in sloping])  # a list of rows weighs like a table
    total = flat @ torch.linspace(1, 2, len(flat), dtype=flat.dtype)
    slopes = torch.autograd.grad(total, inputs, allow_unused=True)
    pairs = zip(slopes, inputs, strict=True)
    return [np.zeros(tuple(x.shape)) if slope is None else slope.numpy() for slope, x in pairs]
