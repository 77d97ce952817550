"""PyTorch's operations on pictures and on rows of pixels, as steps of the engine."""

from collections.abc import Callable
from typing import Any

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
    """Averages and weighted sums of neighbours: a matrix for the rows and one for the columns.

    PyTorch itself says with which weights: it is run on pictures in which one row is lit, or one
    column, or all.
    """
    old = s.shape(x)
    if "2d" not in func._schema.name:
        lit = torch.eye(old[-1], dtype=torch.float64)[None]
        return s.reshape(_weigh(s, x, func(lit, *args, **kwargs)[0], -1), shapes[0])
    h, w = old[-2:]
    rows = torch.eye(h, dtype=torch.float64)[None, :, :, None].expand(1, h, h, w)
    columns = torch.eye(w, dtype=torch.float64)[None, :, None].expand(1, w, h, w)
    by_row, by_column, all_lit = (
        func(lit.contiguous(), *args, **kwargs)[0]
        for lit in (rows, columns, torch.ones(1, 1, h, w, dtype=torch.float64))
    )
    i, j = divmod(int(all_lit[0].abs().argmax()), all_lit.shape[-1])
    y = _weigh(s, x, by_row[:, :, j], -2)
    return s.reshape(_weigh(s, y, by_column[:, i] / all_lit[0, i, j], -1), shapes[0])


def _weigh(s: Steps, x: Any, matrix: torch.Tensor, axis: int) -> Any:
    """Multiply one of the last two axes by a matrix (old, new)."""
    shape = list(s.shape(x))
    if torch.equal(matrix, torch.eye(shape[axis], dtype=matrix.dtype)):
        return s.value(x)
    shape[axis] = matrix.shape[1]
    if axis == -1:
        return s.step("linear", [x, s.constant_of(matrix)], shape)
    return s.step("matmul", [s.constant_of(matrix.T), x], shape)


_RESAMPLED = (
    "upsample_linear1d upsample_bilinear2d upsample_bicubic2d _upsample_bilinear2d_aa "
    "_upsample_bicubic2d_aa avg_pool1d avg_pool2d adaptive_avg_pool1d _adaptive_avg_pool2d "
    "adaptive_avg_pool2d"
)

PICTURES: dict[str, Lower] = {
    **dict.fromkeys(_RESAMPLED.split(), _resample),
    "convolution": _convolution,
    "max_pool2d_with_indices": _max_pool,
    "max_pool2d": _max_pool,
}
