"""The few ways in which PyTorch's many operations become steps: broadcast, move, sum up."""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import torch
from torch.utils._pytree import tree_flatten, tree_map

from aelib.engine.program import LARGEST, Builder, Shape

_LONGEST = 65_536  # numbers of a table
_MIRRORED = {"gt": "lt", "lt": "gt", "ge": "le", "le": "ge"}


@dataclass(frozen=True)
class Value:
    """The number of a value that depends on the inputs, as an argument of an operation."""

    number: int


@dataclass(frozen=True)
class Steps:
    """Writes steps into a program that is being built.

    Args:
        build: The program.
        constant: Takes a tensor that does not depend on the inputs in.
    """

    build: Builder
    constant: Callable[[torch.Tensor], int]

    def of(self, a: Any) -> int:
        """The number of a value that is given as a Value, a constant tensor or a number."""
        if isinstance(a, Value):
            return a.number
        if isinstance(a, torch.Tensor):
            return self.constant(a)
        return self.build.constant(float(a))

    def value(self, a: Any) -> Value:
        """The same as a Value."""
        return Value(self.of(a))

    def array(self, a: Any) -> np.ndarray | None:
        """The numbers of a value that does not depend on the inputs."""
        return self.build.array(self.of(a))

    def poison(self, reason: str, shape: Shape) -> Value:
        """A value that cannot be had."""
        return Value(self.build.poison(reason, shape))

    def constant_of(self, numbers: Any) -> Value:
        """Numbers that are known now."""
        known = numbers.numpy() if isinstance(numbers, torch.Tensor) else numbers
        return Value(self.build.constant(known))

    def shape(self, a: Any) -> Shape:
        """The shape of a value."""
        return self.build.shapes[self.of(a)]

    def number(self, a: Any) -> float | None:
        """What a is, where it is one number that is known now."""
        if isinstance(a, bool | int | float):
            found = float(a)
        else:
            array = self.array(a)
            if array is None or array.size != 1:
                return None
            found = float(array.ravel()[0])
        return min(max(found, -LARGEST), LARGEST)

    def step(self, op: str, inputs: Any, shape: Any, **attributes: Any) -> Value:
        """A step as it is written in the program."""
        return Value(self.build.step(op, [self.of(x) for x in inputs], shape, **attributes))

    def one(self, op: str, x: Any, **attributes: Any) -> Value:
        """A function of each number by itself."""
        return self.step(op, [x], self.shape(x), **attributes)

    def two(self, op: str, a: Any, b: Any, shape: Shape | None = None) -> Value:
        """A function of two numbers, with PyTorch's broadcasting."""
        shapes = [() if isinstance(v, bool | int | float) else self.shape(v) for v in (a, b)]
        shape = tuple(np.broadcast_shapes(*shapes)) if shape is None else shape
        size, swap = prod(shape), False
        sizes = [prod(s) for s in shapes]
        known = self.number(a) is not None
        if self.number(b) is None and (known or (sizes[0] < size and sizes[1] == size)):
            a, b, swap = b, a, True
        if swap and op in _MIRRORED:
            op, swap = _MIRRORED[op], False
        flag = {"swap": True} if swap and op in ("sub", "div", "pow") else {}
        x = self.expand(a, shape) if prod(self.shape(a)) < size else a
        value = self.number(b)
        if value is not None:
            return self.step(op, [x], shape, value=value, **flag)
        inner = _inner(self.shape(b), shape)
        if inner is None:
            b, inner = self.expand(b, shape), 1
        return self.step(op, [x, b], shape, **flag, **spread(inner))

    def expand(self, x: Any, shape: Shape) -> Value:
        """Repeat along axes of size 1, as far as the shape."""
        old = (1,) * (len(shape) - len(self.shape(x))) + self.shape(x)
        steps = [0 if n == 1 else prod(old[k + 1 :]) for k, n in enumerate(old)]
        if old == tuple(shape):
            return self.reshape(x, shape)
        return self.step("strided", [x], shape, strides=steps, offset=0)

    def reshape(self, x: Any, shape: Any) -> Value:
        """The same numbers in another shape."""
        return Value(self.build.reshape(self.of(x), shape))

    def permute(self, x: Any, axes: Any) -> Value:
        """The axes in another order."""
        old = self.shape(x)
        strides = [prod(old[k + 1 :]) for k in axes]
        shape = [old[k] for k in axes]
        return self.step("strided", [x], shape, strides=strides, offset=0)

    def total(self, op: str, x: Any, axes: Any, shape: Shape) -> Value:
        """Sum or maximum over some axes (all if None or none)."""
        old = self.shape(x)
        axes = [axes] if isinstance(axes, int) else axes
        over = sorted({k % len(old) for k in axes} if axes else range(len(old)), reverse=True)
        for axis in [k for k in over if old[k] > 1]:
            before = self.shape(x)
            after = before[:axis] + before[axis + 1 :] or (1,)
            x = self.step(op, [x], after, axis=axis)
        return self.reshape(x, shape)

    def move(
        self, func: Any, shapes: list[Shape], args: Any, kwargs: Any, fill: float = 0
    ) -> list[Value]:
        """An operation that computes nothing: numbers are copied, repeated, moved or left out.

        PyTorch itself says where each of them goes: it is run on the numbers' numbers.
        """
        flat = tree_flatten((args, kwargs))[0]
        sources = list(dict.fromkeys(a.number for a in flat if isinstance(a, Value)))
        sizes = [prod(self.build.shapes[s]) for s in sources]
        begins = dict(zip(sources, np.cumsum([1, *sizes[:-1]]).tolist(), strict=True))

        def numbered(a: Any) -> Any:
            if not isinstance(a, Value):
                return a
            shape = self.build.shapes[a.number]
            numbers = torch.arange(prod(shape), dtype=torch.float64) + begins[a.number]
            return numbers.reshape(shape)

        answer = func(*tree_map(numbered, args), **tree_map(numbered, kwargs))
        tables = [t.numpy().astype(np.int64) - 1 for t in tree_flatten(answer)[0]]
        if len(sources) == 1:
            source = sources[0]
        else:
            parts = [self.build.reshape(s, [n]) for s, n in zip(sources, sizes, strict=True)]
            source = self.build.step("cat", parts, [sum(sizes)], axis=0)
        return [
            Value(self.look_up(source, t, s, fill)) for t, s in zip(tables, shapes, strict=True)
        ]

    def look_up(self, x: int, table: np.ndarray, shape: Shape, fill: float = 0) -> int:
        """y.flat[i] = x.flat[table.flat[i]], or `fill` where that is -1, as plainly as possible."""
        strides = _strides(table)
        if strides is not None:
            offset = int(table.ravel()[0])
            dense = [prod(shape[k + 1 :]) for k in range(len(shape))]
            same = all(n == 1 or a == b for n, a, b in zip(shape, strides, dense, strict=True))
            if same and offset == 0 and prod(shape) == prod(self.build.shapes[x]):
                return self.build.reshape(x, shape)
            return self.build.step("strided", [x], shape, strides=strides, offset=offset)
        tables = _by_axis(table, self.build.shapes[x])
        if tables is None:
            if table.size > _LONGEST:
                return self.build.poison("it moves very many numbers about without a rule", shape)
            x, tables = self.build.reshape(x, [prod(self.build.shapes[x])]), [table.ravel()]
        for axis, one in enumerate(tables):
            old = self.build.shapes[x]
            if not np.array_equal(one, np.arange(old[axis])):
                new = [*old[:axis], len(one), *old[axis + 1 :]]
                filled = {"fill": fill} if fill and (one < 0).any() else {}
                x = self.build.step("take", [x], new, axis=axis, table=one.tolist(), **filled)
        return self.build.reshape(x, shape)


def spread(inner: int) -> dict[str, int]:
    """The attribute that says how a small operand is repeated."""
    return {} if inner == 1 else {"inner": inner}


def _inner(small: Shape, shape: Shape) -> int | None:
    """`inner` such that b[(i // inner) % len(b)] is the broadcast b; None if there is none."""
    small = (1,) * (len(shape) - len(small)) + tuple(small)
    if prod(small) == prod(shape):
        return 1
    own = [k for k, n in enumerate(small) if n > 1]
    if not own:
        return 1
    first, last = own[0], own[-1]
    if small[first : last + 1] != tuple(shape[first : last + 1]):
        return None
    return prod(shape[last + 1 :])


def _strides(table: np.ndarray) -> list[int] | None:
    """The strides of a table that has such."""
    if table.min() < 0:
        return None
    strides, plain = [], table.ravel()[:1]
    for axis, n in enumerate(table.shape):
        corner = np.take(np.moveaxis(table, axis, -1).reshape(-1, n)[0], min(1, n - 1))
        strides.append(int(corner - table.ravel()[0]) if n > 1 else 0)
        plain = plain + (strides[-1] * np.arange(n)).reshape([-1] + [1] * (table.ndim - axis - 1))
    return strides if np.array_equal(plain.reshape(table.shape), table) else None


def _by_axis(table: np.ndarray, old: Shape) -> list[np.ndarray] | None:
    """A table for each axis, where the axes are moved one by one; -1 where nothing comes."""
    if table.ndim != len(old):
        return None
    inside, tables = table >= 0, []
    for axis, place in enumerate(np.unravel_index(np.maximum(table, 0), old)):
        rest = tuple(k for k in range(table.ndim) if k != axis)
        tables.append(np.where(inside, place, -1).max(rest))
    found, there = np.zeros(table.shape, np.int64), np.ones(table.shape, bool)
    for axis, one in enumerate(tables):
        column = one.reshape([-1] + [1] * (table.ndim - axis - 1))
        found, there = found * old[axis] + np.maximum(column, 0), there & (column >= 0)
    return tables if np.array_equal(np.where(there, found, -1), table) else None
