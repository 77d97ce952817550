"""Hears every operation that PyTorch runs, and writes steps for those that depend on the inputs.

Tensors may share memory, and an operation may change memory in place. A program knows only values
that never change: what is changed becomes a new value, and whoever looks at the same memory later
is given the new numbers.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map

from aelib.engine.lowering import LOWER
from aelib.engine.program import Builder, Refused
from aelib.engine.steps import Steps, Value

_FREE = {  # what they answer does not depend on the numbers that they are given
    *("_local_scalar_dense", "new_empty", "new_empty_strided", "new_zeros", "new_ones"),
    *("new_full", "empty_like", "zeros_like", "ones_like", "full_like"),
}
_CHECKS = ("aelib.checks", "torch.distributions.distribution")
_LEAVING = {  # what hands a tensor's numbers to Python or NumPy, unheard by the dispatcher
    *("numpy", "tolist", "data_ptr", "__array__", "__dlpack__", "to_dlpack", "_to_dlpack"),
    *("__repr__", "__format__"),
}
_FLOATS = (torch.float32, torch.float64, torch.bool)


@dataclass(frozen=True)
class _Known:
    """A value of the program, and how often its memory had been written to by then."""

    value: int
    writes: int


class Recorder(TorchDispatchMode):
    """Turns each operation on something that depends on the inputs into steps."""

    def __init__(self) -> None:
        super().__init__()
        self.build = Builder()
        self.steps = Steps(self.build, self.constant)
        self.known: dict[int, _Known] = {}  # tensors that depend on the inputs
        self.first: dict[int, tuple[torch.Tensor, int]] = {}  # memory: what was first kept in it
        self.memory: dict[int, _Known] = {}  # memory that something that depends was written to
        self.born: set[int] = set()  # memory that did not exist before
        self.constants: dict[Any, int] = {}
        self.alive: list[Any] = []  # numbers of objects are not given twice while these live

    def begin(self, x: torch.Tensor) -> None:
        """Make a tensor an input."""
        self.born.add(_memory(x))
        self.name(x, self.build.input(tuple(x.shape)))

    def name(self, t: torch.Tensor, value: int) -> None:
        """Remember that a tensor holds a value now."""
        self.alive.append(t)
        self.first.setdefault(_memory(t), (t, value))
        writes = self.memory[_memory(t)].writes if _memory(t) in self.memory else 0
        self.known[id(t)] = _Known(value, writes)

    def read(self, t: torch.Tensor) -> int | None:
        """The value of a tensor; None if it does not depend on the inputs."""
        known, memory = self.known.get(id(t)), self.memory.get(_memory(t))
        if memory is None or (known and known.writes == memory.writes):
            return known.value if known else None
        strides = {"strides": list(t.stride()), "offset": t.storage_offset()}
        self.name(t, self.build.step("strided", [memory.value], t.shape, **strides))
        return self.known[id(t)].value

    def depends(self, t: torch.Tensor) -> bool:
        """Whether a tensor depends on the inputs."""
        return id(t) in self.known or _memory(t) in self.memory

    def write(self, t: torch.Tensor, value: int, before: int | None) -> None:
        """A tensor was changed in place: all that share its memory see it."""
        numbers, size = _numbers(t)
        flat = self.build.reshape(value, [t.numel()])
        if before is None:
            table, source = np.argsort(numbers), flat
        else:
            table, source = (
                np.arange(size),
                self.build.step("cat", [before, flat], [size + t.numel()], axis=0),
            )
            table[numbers] = size + np.arange(t.numel())
        if not np.array_equal(table, np.arange(size)):
            source = self.build.step("take", [source], [size], axis=0, table=table.tolist())
        writes = self.memory[_memory(t)].writes + 1 if _memory(t) in self.memory else 1
        self.memory[_memory(t)] = _Known(source, writes)
        self.name(t, value)

    def whole(self, t: torch.Tensor) -> int | None:
        """All the memory of a tensor before a part of it is changed; None if all changes."""
        size = _numbers(t)[1]
        if t.numel() == size:
            return None
        if _memory(t) in self.memory:
            return self.memory[_memory(t)].value
        if _memory(t) in self.first:
            base, value = self.first[_memory(t)]
            numbers, _ = _numbers(base)
            if base.numel() != size:
                raise Refused("it writes into part of a tensor in a way that is not understood")
            table = np.argsort(numbers).tolist()
            flat = self.build.reshape(value, [size])
            return self.build.step("take", [flat], [size], axis=0, table=table)
        flat_view = t.new_empty(0).set_(t.untyped_storage(), 0, (size,), (1,))
        return self.build.constant(np.nan_to_num(_array(flat_view)))

    def operand(self, a: Any, depends: bool) -> Any:
        """An argument as the lowering takes it: a Value, or what it is."""
        if not isinstance(a, torch.Tensor):
            return a
        value = self.read(a)
        if value is not None:
            return Value(value)
        if _memory(a) in self.born and depends:  # it may change later
            return a.clone()
        return a

    def constant(self, t: torch.Tensor) -> int:
        """A tensor that does not depend on the inputs; the same one is kept once."""
        key = (_memory(t), t.storage_offset(), tuple(t.shape), t.stride(), t.dtype)
        if key not in self.constants:
            self.alive.append(t)
            self.constants[key] = self.build.constant(_array(t))
        return self.constants[key]

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run an operation and note what it does."""
        kwargs = kwargs or {}
        name = func._schema.name.removeprefix("aten::")
        tensors = [a for a in tree_flatten((args, kwargs))[0] if isinstance(a, torch.Tensor)]
        depends = any(map(self.depends, tensors))
        if torch.Tag.nondeterministic_seeded in func.tags:
            raise Refused("it draws random numbers")
        if name == "_local_scalar_dense" and depends and not _is_a_check():
            raise Refused("its steps depend on the values of the code")
        changed = list(_changed(func, args, kwargs))
        if len(changed) > 1 or any(_memory(t) not in self.born for t in changed):
            raise Refused("it changes something that stays from one call to the next")
        depends = depends or any(map(self.depends, changed))
        before = {id(t): self.whole(t) for t in changed} if depends else {}
        operands = tree_map(lambda a: self.operand(a, depends), (args, kwargs)) if depends else None
        answer = func(*args, **kwargs)
        made = [t for t in tree_flatten(answer)[0] if isinstance(t, torch.Tensor)]
        old = {_memory(t) for t in tensors}
        self.born |= {_memory(t) for t in made} - old
        self.alive += made
        if operands is not None and name not in _FREE:
            self._lower(func, name, operands, made, changed, before)
        return answer

    def _lower(
        self, func: Any, name: str, operands: Any, made: Any, changed: Any, before: Any
    ) -> None:
        """Note the steps of one operation, and what its answers are called."""
        args, kwargs = operands
        kwargs = {key: value for key, value in kwargs.items() if key != "out"}
        shapes = [tuple(t.shape) for t in made]
        values: list[int] = []
        lower = LOWER.get(name.removesuffix("_") if changed else name)
        if lower and func.namespace == "aten":
            found = lower(self.steps, func, shapes, *args, **kwargs)
            values = [v.number for v in (found if isinstance(found, list) else [found])]
        for i, t in enumerate(made):
            if i >= len(values):
                values.append(
                    self.build.poison(f"the operation {name} is not known to it", shapes[i])
                )
            elif t.dtype not in _FLOATS:
                reason = f"it computes in {str(t.dtype).removeprefix('torch.')}"
                values[i] = self.build.poison(reason, shapes[i])
            if changed:
                self.write(changed[0], values[i], before[id(changed[0])])
            else:
                self.name(t, values[i])


class Watch(TorchFunctionMode):
    """Notices when numbers that depend on the inputs leave PyTorch: what they do is not heard."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self.recorder = recorder
        self.left = False

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run a function; remember whether it lets the numbers out."""
        if getattr(func, "__name__", "") in _LEAVING and not _is_a_check():
            given = [a for a in args if isinstance(a, torch.Tensor)]
            self.left = self.left or any(map(self.recorder.depends, given))
        return func(*args, **(kwargs or {}))


def _memory(t: torch.Tensor) -> int:
    return t.untyped_storage()._cdata


def _numbers(t: torch.Tensor) -> tuple[np.ndarray, int]:
    """Where in its memory each number of a tensor lies, flat, and how many there are in all."""
    size = t.untyped_storage().nbytes() // t.element_size()
    places = torch.arange(size).as_strided(t.shape, t.stride(), t.storage_offset())
    return places.numpy().ravel(), size


def _array(t: torch.Tensor) -> np.ndarray:
    return t.detach().cpu().to(torch.float32).numpy()


def _changed(func: Any, args: Any, kwargs: Any) -> Iterator[torch.Tensor]:
    """The tensors that an operation writes to."""
    for i, argument in enumerate(func._schema.arguments):
        if argument.alias_info and argument.alias_info.is_write:
            found = args[i] if i < len(args) else kwargs.get(argument.name)
            if isinstance(found, torch.Tensor):
                yield found


def _is_a_check() -> bool:
    """Whether values are looked at to refuse NaN and the like: that changes no answer."""
    frame: Any = sys._getframe()
    while frame:
        if frame.f_globals.get("__name__") in _CHECKS:
            return True
        frame = frame.f_back
    return False
