"""PyTorch's operations on pictures and on rows of pixels, as steps of the engine."""

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
import torch

from aelib.engine.steps import Shape, Steps, Value

Shapes = list[Shape]
Lower = Callable[..., Any]


def _convolution(
    s: Steps,
    func: Any,
    shapes: Shapes,
    x: Any,
    w: Any,
    b: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    transposed: bool,
    extra: Any,
    groups: int,
    *_: Any,
) -> Value:
    shape, kernel = s.shape(x), s.shape(w)
    if len(kernel) == 5:
        return s.poison("a convolution in three dimensions", shapes[0])
    two = [list(v) * (3 - len(v)) for v in (stride, padding, dilation, extra)]
    if len(kernel) == 3:  # a picture of one row
        shape, kernel = (*shape[:2], 1, shape[2]), (*kernel[:2], 1, kernel[2])
        two = [[same, v[-1]] for same, v in zip((1, 0, 1, 0), two, strict=True)]
    n, size = shapes[0][0], shapes[0][2:]
    y = s.step(
        "convolution",
        [s.reshape(x, shape), s.reshape(w, kernel), *([] if b is None else [b])],
        (n, shapes[0][1], *((1,) * (2 - len(size))), *size),
        stride=two[0],
        padding=two[1],
        dilation=two[2],
        extra=two[3],
        groups=int(groups),
        transposed=bool(transposed),
    )
    return s.reshape(y, shapes[0])


def _max_pool(
    s: Steps,
    func: Any,
    shapes: Shapes,
    x: Any,
    kernel: Any,
    stride: Any = (),
    padding: Any = (0,),
    dilation: Any = (1,),
    *_: Any,
) -> Value:
    kernel, stride, padding, dilation = (
        [int(v) for v in (list(a) * 2)[:2]] for a in (kernel, stride or kernel, padding, dilation)
    )
    shape = (1,) * (4 - len(s.shape(x))) + s.shape(x)
    answer = (1,) * (4 - len(shapes[0])) + shapes[0]
    settings = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    return s.reshape((s.step("max_pool", [s.reshape(x, shape)], answer, **settings)), shapes[0])


def _resample(s: Steps, func: Any, shapes: Shapes, x: Any, *args: Any, **kwargs: Any) -> Value:
    """Averages and weighted sums of neighbours: a matrix for each axis.

    PyTorch itself says with which weights: it is run on pictures in which one row is lit, or one
    column, or all.
    """
    axes = _dimensions(func)
    size = s.shape(x)[-axes:]
    all_lit = func(torch.ones(1, 1, *size, dtype=torch.float64), *args, **kwargs)[0, 0]
    place = np.unravel_index(int(all_lit.abs().argmax()), all_lit.shape)
    y = s.value(x)
    for k, n in enumerate(size):
        lit = torch.eye(n, dtype=torch.float64).reshape(
            1, n, *(n if i == k else 1 for i in range(axes))
        )
        found = func(lit.expand(1, n, *size).contiguous(), *args, **kwargs)[0]
        matrix = found[(slice(None), *place[:k], slice(None), *place[k + 1 :])]
        y = _weigh(s, y, matrix if k == 0 else matrix / all_lit[place], k - axes)
    return s.reshape(y, shapes[0])


def _dimensions(func: Any) -> int:
    """1, 2 or 3: how many axes a picture of this operation has."""
    return next(int(c) for c in func._schema.name if c in "123")


def _weigh(s: Steps, x: Value, matrix: torch.Tensor, axis: int) -> Value:
    """Multiply one axis by a matrix (old, new)."""
    shape = list(s.shape(x))
    if torch.equal(matrix, torch.eye(shape[axis], dtype=matrix.dtype)):
        return x
    shape[axis] = matrix.shape[1]
    if axis == -1:
        return s.step("linear", [x, s.constant_of(matrix)], shape)
    rows = s.reshape(x, [prod(shape[:axis]), matrix.shape[0], prod(shape[axis + 1 :])])
    n, _, inner = s.shape(rows)
    y = s.step("matmul", [s.constant_of(matrix.T), rows], [n, matrix.shape[1], inner])
    return s.reshape(y, shape)


def _fold(
    s: Steps,
    func: Any,
    shapes: Shapes,
    x: Any,
    size: Any,
    kernel: Any,
    dilation: Any,
    padding: Any,
    stride: Any,
) -> Value:
    """Patches laid over one another, summed: a transposed convolution whose kernels are one-hot."""
    n, c = shapes[0][0] if len(shapes[0]) == 4 else 1, shapes[0][-3]
    area = prod(kernel)
    places = [
        (o + 2 * p - d * (k - 1) - 1) // t + 1
        for o, p, d, k, t in zip(size, padding, dilation, kernel, stride, strict=True)
    ]
    w = torch.eye(area).reshape(area, 1, *kernel).repeat(c, 1, 1, 1)
    maps = s.reshape(x, [n, c * area, *places])
    settings = (None, stride, padding, dilation, True, [0, 0], c)
    y = _convolution(s, func, [(n, c, *size)], maps, w, *settings)
    return s.reshape(y, shapes[0])


def _adaptive_max_pool(s: Steps, func: Any, shapes: Shapes, x: Any, size: Any) -> Value:
    old = s.shape(x)[-2:]
    if any(n % m for n, m in zip(old, size, strict=True)):
        return s.poison("a maximum over windows of several sizes", shapes[0])
    return _max_pool(s, func, shapes, x, [n // m for n, m in zip(old, size, strict=True)])


_RESAMPLED = (
    "upsample_linear1d upsample_bilinear2d upsample_bicubic2d _upsample_bilinear2d_aa "
    "_upsample_bicubic2d_aa avg_pool1d avg_pool2d adaptive_avg_pool1d _adaptive_avg_pool2d "
    "adaptive_avg_pool2d avg_pool3d upsample_trilinear3d"
)

PICTURES: dict[str, Lower] = {
    **dict.fromkeys(_RESAMPLED.split(), _resample),
    "convolution": _convolution,
    "col2im": _fold,
    "adaptive_max_pool2d": _adaptive_max_pool,
    "max_pool2d_with_indices": _max_pool,
    "max_pool2d": _max_pool,
}
