"""PyTorch's operations that compute nothing but move numbers about, as steps of the engine."""

from collections.abc import Callable
from typing import Any

import torch
from torch.utils._pytree import tree_leaves, tree_map

from aelib.engine.steps import Shape, Steps, Value

Shapes = list[Shape]
Lower = Callable[..., Any]


def _same(s: Steps, func: Any, shapes: Shapes, x: Any, *_: Any, **__: Any) -> Value:
    return s.reshape(x, shapes[0])


def _move(s: Steps, func: Any, shapes: Shapes, *args: Any, **kwargs: Any) -> list[Value]:
    def moved(a: Any) -> Any:  # known numbers are moved like those that depend on the code
        known = isinstance(a, torch.Tensor) and a.is_floating_point()
        return s.value(a) if known else a

    return s.move(func, shapes, *tree_map(moved, (args, kwargs)))


def _put(
    s: Steps, func: Any, shapes: Shapes, x: Any, where: Any, values: Any, accumulate: bool = False
) -> Any:
    masked = len(where) == 1 and isinstance(where[0], Value) and s.shape(where[0]) == shapes[0]
    if masked and s.number(values) is not None and not accumulate:  # x[mask] = number
        return s.step("where", [where[0], s.expand(values, shapes[0]), x], shapes[0])
    if accumulate or any(isinstance(a, Value) for a in where):
        return s.poison("where it writes depends on the code", shapes[0])
    return _move(s, func, shapes, x, where, values)


def _scatter(s: Steps, func: Any, shapes: Shapes, x: Any, dim: int, where: Any, *rest: Any) -> Any:
    if isinstance(where, Value):
        return s.poison("where it writes depends on the code", shapes[0])
    return _move(s, func, shapes, x, dim, where, *rest)


def _look_up(s: Steps, func: Any, shapes: Shapes, x: Any, *where: Any, **kwargs: Any) -> Any:
    if any(isinstance(a, Value) for a in tree_leaves(where)):
        return s.poison("where it looks depends on the code", shapes[0])
    return s.move(func, shapes, (x, *where), kwargs)


def _copy(s: Steps, func: Any, shapes: Shapes, to: Any, source: Any, *_: Any) -> Value:
    return s.expand(source, shapes[0])


def _fill(s: Steps, func: Any, shapes: Shapes, to: Any, value: Any = 0) -> Value:
    return s.expand(value, shapes[0])


def _cat(s: Steps, func: Any, shapes: Shapes, parts: Any, dim: int = 0) -> Value:
    parts = [p for p in parts if not isinstance(p, torch.Tensor) or p.numel()]
    axis = dim % len(shapes[0])
    if len(parts) == 1:
        return s.reshape(parts[0], shapes[0])
    return s.step("cat", parts, shapes[0], axis=axis)


def _stack(s: Steps, func: Any, shapes: Shapes, parts: Any, dim: int = 0) -> Value:
    axis = dim % len(shapes[0])
    one = [*shapes[0][:axis], 1, *shapes[0][axis + 1 :]]
    return s.step("cat", [s.reshape(p, one) for p in parts], shapes[0], axis=axis)


def _pad(s: Steps, func: Any, shapes: Shapes, x: Any, pads: Any, value: float = 0) -> Value:
    return s.move(func, shapes, (x, pads, 0), {}, float(value))[0]


_SAME = (
    "view _unsafe_view reshape clone detach alias contiguous _to_copy unsqueeze squeeze lift_fresh "
    "_reshape_alias flatten unflatten positive _reshape_copy"
)
_LOOKED_UP = ("index", "index_select", "gather", "take", "_unsafe_index")
_MOVES = (
    "t transpose permute expand select slice split split_with_sizes unbind chunk narrow flip roll "
    "repeat repeat_interleave diagonal unfold im2col tril triu rot90 "
    "pixel_shuffle pixel_unshuffle channel_shuffle native_channel_shuffle unsafe_split "
    "unsafe_split_with_sizes unsafe_chunk movedim "
    "upsample_nearest1d upsample_nearest2d _upsample_nearest_exact1d _upsample_nearest_exact2d "
    "reflection_pad1d reflection_pad2d replication_pad1d replication_pad2d "
    "slice_scatter select_scatter diag_embed"
)

PLACES: dict[str, Lower] = {
    **dict.fromkeys(_SAME.split(), _same),
    **dict.fromkeys(_MOVES.split(), _move),
    **dict.fromkeys(_LOOKED_UP, _look_up),
    "index_put": _put,
    "scatter": _scatter,
    "index_copy": _scatter,
    "copy": _copy,
    "fill": _fill,
    "zero": _fill,
    "cat": _cat,
    "stack": _stack,
    "constant_pad_nd": _pad,
}
