"""What an exercise is, and what a function answers to one of its cases.

An exercise is a function that the learner writes. A lesson's exercises stand in lesson_NN.py,
in a list called EXERCISES:

    def total_error(x_hat, x):
        return ((x_hat - x) ** 2).sum(dim=1)

    EXERCISES = [
        Exercise(
            name="total_error",
            lesson="01",
            minutes=5,
            points=1,
            reference=total_error,
            cases=lambda rng: [pair(rng, n) for n in (1, 3, 5)],
            hints=("A nudge.", "A clearer one.", "Nearly the solution."),
            wrong=(
                Mistake(lambda x_hat, x: ..., "You took the mean over the pixels; sum them."),
            ),
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
columns), a turned sign, NaN, another dtype, an input changed in place, a detached gradient (where
`differentiable`), right on some cases only, random results.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from typing import Any

import numpy as np

Arguments = tuple[Any, ...]
LARGEST = 10_000_000  # values; what is larger is compared by its shape alone


class UnusableError(TypeError):
    """A result that cannot be compared."""


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
        differentiable: Whether gradients must flow from the result to the arguments.
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
    differentiable: bool = False
    seconds: float = 10.0

    @property
    def parameters(self) -> list[str]:
        """The names of the function's arguments."""
        return list(signature(self.reference).parameters)


@dataclass(frozen=True)
class Leaf:
    """One array within a result: where it stands (`['W1']`, `[0]`), of what kind, its values."""

    path: str
    kind: str  # tensor, array, number or text
    values: np.ndarray


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
        """Whether the function returned nothing: the untouched stub."""
        return not self.leaves and not self.error


@dataclass(frozen=True)
class Prepared:
    """An exercise's cases with the right answers and the mistakes' answers to them."""

    cases: tuple[Arguments, ...]
    descriptions: tuple[str, ...]
    expected: tuple[Answer, ...]
    wrong: tuple[tuple[tuple[Answer, ...], str], ...]


def no_arguments(_: np.random.Generator) -> list[Arguments]:
    """Return the cases of an exercise that reports a number: one call without arguments."""
    return [()]


def prepare(exercise: Exercise, seed: int) -> Prepared:
    """Make the cases of one seed and let the reference and all mistakes answer them."""
    cases = tuple(exercise.cases(np.random.default_rng(seed)))
    return Prepared(
        cases,
        tuple(describe(exercise, arguments) for arguments in cases),
        answers(exercise, exercise.reference, cases),
        tuple(
            (answers(exercise, mistake.function, cases), mistake.sentence)
            for mistake in exercise.wrong
        ),
    )


def answers(
    exercise: Exercise, function: Callable[..., Any], cases: tuple[Arguments, ...]
) -> tuple[Answer, ...]:
    """Call a function on every case."""
    names = exercise.parameters
    return tuple(answer(function, case, names, exercise.differentiable) for case in cases)


def answer(
    function: Callable[..., Any],
    arguments: Arguments,
    names: list[str],
    differentiable: bool = False,
) -> Answer:
    """Call a function on a copy of one case's arguments; whatever happens becomes an Answer.

    All calls draw the same random numbers, and the generators outside are left as they were.
    """
    given = [_copy(value) for value in arguments]
    inputs = [value.requires_grad_() for value in given if differentiable and _is_float(value)]
    passed = [value.clone() if differentiable and _is_tensor(value) else value for value in given]
    try:
        result = _with_fixed_draws(function, passed)
        leaves = tuple(flatten(result))
        gradients = tuple(_gradients(result, inputs))
        pairs = zip(names, arguments, passed, strict=False)
        changed = tuple(name for name, before, after in pairs if not _same(before, after))
        return Answer(leaves, gradients, changed)
    except NotImplementedError:
        return Answer()
    except UnusableError as error:
        return Answer(error=str(error))
    except BaseException as error:  # a learner's function may raise anything
        return Answer(error=_describe_error(error))


def flatten(value: Any, path: str = "") -> list[Leaf]:
    """Take a result apart into its arrays; None is no array at all.

    Raises:
        UnusableError: There is something in it that is no tensor, array, number or text.
    """
    if value is None:
        return []
    if _is_tensor(value):
        return [Leaf(path, "tensor", _values_of_tensor(value))]
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufcU":
        return [Leaf(path, "array", _small(value))]
    if isinstance(value, bool | int | float | complex | np.generic):
        return [Leaf(path, "number", np.asarray(value))]
    if isinstance(value, str):
        return [Leaf(path, "text", np.asarray(value))]
    if isinstance(value, list) and value and all(isinstance(v, int | float) for v in value):
        return [Leaf(path, "array", np.asarray(value))]
    if isinstance(value, dict):
        parts = [flatten(value[key], f"{path}[{key!r}]") for key in sorted(value, key=str)]
        return [leaf for part in parts for leaf in part]
    if isinstance(value, tuple | list):
        parts = [flatten(part, f"{path}[{place}]") for place, part in enumerate(value)]
        return [leaf for part in parts for leaf in part]
    kind = type(value).__name__
    raise UnusableError(f"it returned {kind!r}, which is no tensor, array or number")


def describe(exercise: Exercise, arguments: Arguments) -> str:
    """Say in a few words what one case's arguments are: 'x of shape (3, 784), sigma = 0.5'."""
    names = exercise.parameters
    words = [_describe_value(name, value) for name, value in zip(names, arguments, strict=False)]
    return ", ".join(words)


def _describe_value(name: str, value: Any) -> str:
    shape = getattr(value, "shape", None)
    if shape is not None:
        return f"{name} of shape {tuple(shape)}"
    return name if isinstance(value, dict | list | tuple) else f"{name} = {value!r}"


def _describe_error(error: BaseException) -> str:
    """Name the exception and keep the first line of what it says."""
    try:
        message = str(error).strip().partition("\n")[0][:200]
    except Exception:  # its own __str__ may be broken too
        message = ""
    name = type(error).__name__
    return f"it stopped with {name}: {message}" if message else f"it stopped with {name}"


def _with_fixed_draws(function: Callable[..., Any], arguments: list[Any]) -> Any:
    """Call with freshly seeded generators, and put the old ones back."""
    state = np.random.get_state()  # noqa: NPY002 - the learner may draw from either
    np.random.seed(0)  # noqa: NPY002
    try:
        if (torch := sys.modules.get("torch")) is None:
            return function(*arguments)
        with torch.random.fork_rng(devices=[]), torch.enable_grad():
            torch.manual_seed(0)
            return function(*arguments)
    finally:
        np.random.set_state(state)  # noqa: NPY002


def _gradients(result: Any, inputs: list[Any]) -> list[np.ndarray]:
    """Slopes of a weighted sum of the result towards each input; 0 where none arrives."""
    tensors = [t for t in _tensors(result) if t.requires_grad]
    if not inputs:
        return []
    torch = sys.modules["torch"]
    if not tensors:
        return [np.zeros(tuple(value.shape)) for value in inputs]
    total = sum((t * torch.linspace(1, 2, t.numel()).reshape(t.shape)).sum() for t in tensors)
    slopes = torch.autograd.grad(total, inputs, allow_unused=True)
    pairs = zip(slopes, inputs, strict=True)
    return [np.zeros(tuple(x.shape)) if slope is None else slope.numpy() for slope, x in pairs]


def _tensors(value: Any) -> list[Any]:
    """Every tensor within a result, in the order of `flatten`."""
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value, key=str)]
    if isinstance(value, tuple | list):
        return [tensor for part in value for tensor in _tensors(part)]
    return [value] if _is_tensor(value) else []


def _is_tensor(value: Any) -> bool:
    """Whether it is a torch tensor; asks without importing torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def _is_float(value: Any) -> bool:
    return _is_tensor(value) and value.is_floating_point()


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


def _copy(value: Any) -> Any:
    """Copy an argument, so that no call can spoil it for the next."""
    if _is_tensor(value):
        return value.detach().clone()
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, dict):
        return {key: _copy(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(_copy(part) for part in value)
    return value


def _same(before: Any, after: Any) -> bool:
    """Whether an argument is still what it was."""
    pairs = zip(flatten(before), flatten(after), strict=False)
    return len(flatten(before)) == len(flatten(after)) and all(
        a.values.shape == b.values.shape and np.array_equal(a.values, b.values) for a, b in pairs
    )
