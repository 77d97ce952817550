"""What the browser runs: a list of steps over a few operations, on float32 arrays."""

from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from aelib.engine.interpreter import OPERATIONS

Shape = tuple[int, ...]
LARGEST = float(np.finfo(np.float32).max)


class Refused(Exception):  # noqa: N818  it is an answer, not a mistake
    """The browser cannot be trusted with it; the message says why, to the person at the screen."""


class NotRecorded(Refused):
    """What was computed did not go through PyTorch."""


def failed(error: Exception) -> Refused:
    """What to raise where somebody's model raised an error, unless it was refused already."""
    if isinstance(error, Refused):
        return error
    words = (str(error).splitlines() or [""])[0]
    return Refused(f"it failed with {type(error).__name__}: {words}")


@dataclass(frozen=True)
class Step:
    """One operation: it makes one value, numbered after all that came before."""

    op: str
    inputs: tuple[int, ...]
    shape: Shape
    attributes: dict[str, Any]


@dataclass(frozen=True)
class Program:
    """Inputs, constants and steps are values 0, 1, 2, ... in that order.

    Args:
        inputs: A shape for each input.
        constants: float32, dense.
        steps: In the order in which they run.
        output: The number of the answer.
    """

    inputs: list[Shape]
    constants: list[np.ndarray]
    steps: list[Step]
    output: int

    def run(self, *inputs: np.ndarray) -> np.ndarray:
        """The answer to one input each, float32, in the answer's own shape."""
        values = [
            np.asarray(x, np.float32).reshape(shape)
            for x, shape in zip(inputs, self.inputs, strict=True)
        ]
        values += self.constants
        with np.errstate(all="ignore"):
            for step in self.steps:
                values.append(evaluate(step, [values[i] for i in step.inputs]))
        return values[self.output]


@dataclass(frozen=True)
class Rows:
    """A program of one row as a function of rows: (N, k) -> (N, m), float32."""

    program: Program

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """The answer to each row, flat."""
        return np.stack([self.program.run(row).ravel() for row in rows])


def evaluate(step: Step, arrays: list[np.ndarray]) -> np.ndarray:
    """Run one step in NumPy."""
    found = OPERATIONS[step.op](step.shape, step.attributes, *arrays)
    return np.ascontiguousarray(found, np.float32).reshape(step.shape)


@dataclass
class Builder:
    """A program while it grows; its numbers are given in the order of growth."""

    shapes: list[Shape] = field(default_factory=list)
    kinds: list[Any] = field(default_factory=list)  # "input", an array (constant), a Step, Refused

    def _add(self, shape: Shape, kind: Any) -> int:
        self.shapes.append(tuple(int(n) for n in shape))
        self.kinds.append(kind)
        return len(self.shapes) - 1

    def input(self, shape: Shape) -> int:
        """A new input."""
        return self._add(shape, "input")

    def constant(self, values: Any) -> int:
        """A new constant; infinity becomes the largest float32."""
        array = np.array(values, np.float32, order="C")
        if not array.size:
            return self.poison("a tensor without a number in it", array.shape)
        low, high = array.min(), array.max()
        if np.isnan(low):
            return self.poison("NaN among its numbers", array.shape)
        if np.isinf(low) or np.isinf(high):
            array = np.asarray(array.clip(-LARGEST, LARGEST))
        return self._add(array.shape, array)

    def poison(self, reason: str, shape: Shape) -> int:
        """A value that cannot be had: the program is refused if its answer needs it."""
        return self._add(shape, Refused(reason))

    def array(self, value: int) -> np.ndarray | None:
        """The numbers of a value that does not depend on the inputs."""
        return self.kinds[value] if isinstance(self.kinds[value], np.ndarray) else None

    def step(self, op: str, inputs: list[int], shape: Any, **attributes: Any) -> int:
        """A new step, or the value it would make where nothing is to be done."""
        shape = tuple(int(n) for n in shape)
        if not prod(shape):
            return self.poison("a tensor without a number in it", shape)
        if op == "reshape" and shape == self.shapes[inputs[0]]:
            return inputs[0]
        step = Step(op, tuple(inputs), shape, attributes)
        arrays = [array for i in inputs if (array := self.array(i)) is not None]
        grows = prod(shape) > 256 + sum(array.size for array in arrays)
        if len(arrays) == len(inputs) and not grows:  # nothing here depends on the inputs
            with np.errstate(all="ignore"):
                return self._add(shape, evaluate(step, arrays))
        return self._add(shape, step)

    def reshape(self, value: int, shape: Any) -> int:
        """The same numbers in another shape."""
        return self.step("reshape", [value], shape)

    def finish(self, output: int) -> Program:
        """The program that makes `output`, without what it does not need."""
        needed, todo = {i for i, kind in enumerate(self.kinds) if isinstance(kind, str)}, [output]
        while todo:
            value = todo.pop()
            if isinstance(self.kinds[value], Refused):
                raise self.kinds[value]
            if value not in needed:
                needed.add(value)
                todo += self.kinds[value].inputs if isinstance(self.kinds[value], Step) else ()
        kept = sorted(needed)
        order = sorted(kept, key=lambda i: (_rank(self.kinds[i]), i))
        number = {old: new for new, old in enumerate(order)}
        constants = [k for i in order if isinstance(k := self.kinds[i], np.ndarray)]
        steps = [
            Step(k.op, tuple(number[i] for i in k.inputs), k.shape, k.attributes)
            for i in order
            if isinstance(k := self.kinds[i], Step)
        ]
        inputs = [self.shapes[i] for i in order if isinstance(self.kinds[i], str)]
        return Program(inputs, constants, steps, number[output])


def _rank(kind: Any) -> int:
    return 0 if isinstance(kind, str) else 1 if isinstance(kind, np.ndarray) else 2
