"""PyTorch's matrices, norms and sums, as steps of the engine."""

from collections.abc import Callable
from math import prod
from typing import Any

import torch

from aelib.engine.steps import Shape, Steps, Value, spread

Shapes = list[Shape]
Lower = Callable[..., Any]


def _product(s: Steps, a: Any, b: Any, shape: Shape) -> Value:
    if len(s.shape(b)) == 2 and s.array(b) is not None:
        return s.step("linear", [a, b], shape)
    return s.step("matmul", [a, b], shape)


def _mm(s: Steps, func: Any, shapes: Shapes, a: Any, b: Any) -> Value:
    return _product(s, a, b, shapes[0])


def _addmm(
    s: Steps,
    func: Any,
    shapes: Shapes,
    bias: Any,
    a: Any,
    b: Any,
    beta: float = 1,
    alpha: float = 1,
) -> Value:
    plain = alpha == beta == 1 and prod(s.shape(bias)) == shapes[0][-1] == s.shape(bias)[-1]
    if plain and len(shapes[0]) == 2 and s.array(b) is not None:
        row = s.reshape(bias, [shapes[0][-1]])
        return s.step("linear", [a, b, row], shapes[0])
    y: Any = _product(s, a, b, shapes[0])
    if alpha != 1:
        y = s.two("mul", y, alpha)
    return s.two("add", y, bias if beta == 1 else s.two("mul", bias, beta), shapes[0])


def _trilinear(s: Steps, func: Any, shapes: Shapes, *args: Any) -> Value:
    """The sum over some axes of a product of three, each with new axes first."""
    factors, new_axes, over = args[:3], args[3:6], args[6]
    product: Any = 1
    for factor, axes in zip(factors, new_axes, strict=True):
        shape = list(s.shape(factor))
        for axis in sorted(axes):
            shape.insert(axis, 1)
        product = s.two("mul", s.reshape(factor, shape), product)
    return s.total("sum", product, over, shapes[0])


def _mv(s: Steps, func: Any, shapes: Shapes, a: Any, b: Any) -> Value:
    column = s.reshape(b, [prod(s.shape(b)), 1])
    rows = s.reshape(a, [prod(shapes[0]), prod(s.shape(b))])
    return s.reshape(s.step("matmul", [rows, column], [prod(shapes[0]), 1]), shapes[0])


def _addmv(s: Steps, func: Any, shapes: Shapes, bias: Any, a: Any, b: Any, **k: Any) -> Value:
    return s.two("add", (_mv(s, func, shapes, a, b)), bias, shapes[0])


def _array(s: Steps, a: Any, otherwise: float, n: int) -> Any:
    """The numbers of a constant in float64; None if it is none."""
    if a is None:
        return torch.full((n,), otherwise, dtype=torch.float64).numpy()
    found = s.array(a)
    return None if found is None else found.astype("f8").ravel()


def _batch_norm(
    s: Steps, func: Any, shapes: Shapes, x: Any, w: Any, b: Any, mean: Any, var: Any, *rest: Any
) -> Any:
    training, eps = (rest[0], rest[2]) if len(rest) == 3 else (False, rest[-1])
    n, inner = shapes[0][1], prod(shapes[0][2:])
    weight, bias = _array(s, w, 1, n), _array(s, b, 0, n)
    if weight is None or bias is None or (training and (mean is not None or shapes[0][0] != 1)):
        return s.poison("batch normalisation that looks at the batch", shapes[0])
    if training:  # how PyTorch writes instance normalisation
        return s.step(
            "norm",
            [x, s.constant_of(weight), s.constant_of(bias)],
            shapes[0],
            size=inner,
            eps=float(eps),
            **spread(inner),
        )
    scale = weight / (_array(s, var, 1, n) + eps) ** 0.5
    shift = bias - _array(s, mean, 0, n) * scale
    numbers = [x, s.constant_of(scale), s.constant_of(shift)]
    return s.step("affine", numbers, shapes[0], **spread(inner))


def _normed(s: Steps, x: Any, w: Any, b: Any, size: int, inner: int, n: int, eps: float) -> Value:
    """Normalise each row of `size` numbers, then scale and shift."""
    if w is None and b is None:
        return s.step("norm", [x], s.shape(x), size=size, eps=float(eps))
    weight, bias = (
        torch.full((n,), float(v == 0)) if a is None else a for v, a in enumerate((w, b))
    )
    numbers = [x, s.reshape(weight, [n]), s.reshape(bias, [n])]
    return s.step("norm", numbers, s.shape(x), size=size, eps=float(eps), **spread(inner))


def _layer_norm(
    s: Steps, func: Any, shapes: Shapes, x: Any, over: Any, w: Any, b: Any, eps: float
) -> Value:
    return _normed(s, x, w, b, prod(over), 1, prod(over), eps)


def _group_norm(
    s: Steps,
    func: Any,
    shapes: Shapes,
    x: Any,
    w: Any,
    b: Any,
    n: int,
    c: int,
    hw: int,
    groups: int,
    eps: float,
) -> Value:
    return _normed(s, x, w, b, c // groups * hw, hw, c, eps)


def _rms_norm(
    s: Steps, func: Any, shapes: Shapes, x: Any, over: Any, w: Any = None, eps: Any = None
) -> Value:
    axes = list(range(-len(over), 0))
    rows = (*shapes[0][: -len(over)], *([1] * len(over)))
    mean = _mean(s, func, [rows], s.two("mul", x, x), axes)
    eps = torch.finfo(torch.float32).eps if eps is None else float(eps)
    y = s.two("div", x, s.one("sqrt", s.two("add", mean, eps)))
    return y if w is None else s.two("mul", y, w)


def _total(op: str, sign: int = 1) -> Lower:
    """Sum, maximum or minimum; max and min are also functions of two tensors."""

    def lower(
        s: Steps, func: Any, shapes: Shapes, x: Any, axes: Any = None, *_: Any, **__: Any
    ) -> Value:
        if func._overloadname == "other":
            return s.two("maximum" if sign == 1 else "minimum", x, axes, shapes[0])
        if sign == 1:
            return s.total(op, x, axes, shapes[0])
        return s.two("mul", s.total(op, s.two("mul", x, -1), axes, shapes[0]), -1)

    return lower


def _mean(s: Steps, func: Any, shapes: Shapes, x: Any, axes: Any = None, *_: Any, **__: Any) -> Any:
    count = prod(s.shape(x)) // prod(shapes[0])
    return s.two("mul", s.total("sum", x, axes, shapes[0]), 1 / count)


def _variance(root: bool) -> Lower:
    def lower(
        s: Steps, func: Any, shapes: Shapes, x: Any, axes: Any = None, *args: Any, **k: Any
    ) -> Value:
        old = s.shape(x)
        correction = k.get("correction", args[0] if args else 1)
        correction = 1 if correction is None else correction
        over = {a % len(old) for a in axes} if axes else set(range(len(old)))
        kept = tuple(1 if i in over else n for i, n in enumerate(old))
        away = s.two("sub", x, _mean(s, func, [kept], x, axes))
        count = prod(old) // prod(kept) - correction
        total = s.total("sum", s.two("mul", away, away), axes, shapes[0])
        found = s.two("div", total, count)
        return s.one("sqrt", found) if root else found

    return lower


def _vector_norm(
    s: Steps, func: Any, shapes: Shapes, x: Any, p: Any = 2, axes: Any = None, *_: Any, **__: Any
) -> Value:
    if p in (None, 2):
        return s.one("sqrt", s.total("sum", s.two("mul", x, x), axes, shapes[0]))
    if p == float("inf"):
        return s.total("max", s.one("abs", x), axes, shapes[0])
    powers = s.one("abs", x) if p == 1 else s.two("pow", s.one("abs", x), p)
    total = s.total("sum", powers, axes, shapes[0])
    return total if p == 1 else s.two("pow", total, 1 / p)


def _softmax(s: Steps, func: Any, shapes: Shapes, x: Any, dim: int, *_: Any, **__: Any) -> Value:
    return _along_last(s, x, dim, lambda y: s.step("softmax", [y], s.shape(y)))


def _log_softmax(s: Steps, func: Any, shapes: Shapes, x: Any, dim: int, *_: Any) -> Value:
    kept = tuple(1 if k == dim % len(shapes[0]) else n for k, n in enumerate(shapes[0]))
    away = s.two("sub", x, s.total("max", x, dim, kept))
    return s.two("sub", away, s.one("log", s.total("sum", s.one("exp", away), dim, kept)))


def _logsumexp(s: Steps, func: Any, shapes: Shapes, x: Any, axes: Any, *_: Any) -> Value:
    old = s.shape(x)
    over = {a % len(old) for a in axes}
    kept = tuple(1 if k in over else n for k, n in enumerate(old))
    most = s.total("max", x, axes, kept)
    total = s.total("sum", s.one("exp", s.two("sub", x, most)), axes, shapes[0])
    return s.two("add", s.one("log", total), s.reshape(most, shapes[0]))


def _cumsum(s: Steps, func: Any, shapes: Shapes, x: Any, dim: int, **_: Any) -> Value:
    n = shapes[0][dim]
    matrix = torch.ones(n, n).triu()
    return _along_last(s, x, dim, lambda y: s.step("linear", [y, matrix], s.shape(y)))


def _along_last(s: Steps, x: Any, dim: int, step: Callable[[Value], Value]) -> Value:
    """Take a step that works on the last axis on another one."""
    rank = len(s.shape(x))
    order = [k for k in range(rank) if k != dim % rank] + [dim % rank]
    if order == list(range(rank)):
        return step(s.value(x))
    back = [order.index(k) for k in range(rank)]
    return s.permute((step(s.permute(x, order))), back)


SUMS: dict[str, Lower] = {
    "mm": _mm,
    "bmm": _mm,
    "addmm": _addmm,
    "baddbmm": _addmm,
    "mv": _mv,
    "addmv": _addmv,
    "_trilinear": _trilinear,
    "dot": _mv,
    "native_batch_norm": _batch_norm,
    "_native_batch_norm_legit": _batch_norm,
    "_native_batch_norm_legit_no_training": _batch_norm,
    "native_layer_norm": _layer_norm,
    "native_group_norm": _group_norm,
    "_fused_rms_norm": _rms_norm,
    "sum": _total("sum"),
    "amax": _total("max"),
    "max": _total("max"),
    "amin": _total("max", -1),
    "min": _total("max", -1),
    "mean": _mean,
    "var": _variance(False),
    "std": _variance(True),
    "linalg_vector_norm": _vector_norm,
    "norm": _vector_norm,
    "_softmax": _softmax,
    "_safe_softmax": _softmax,
    "_log_softmax": _log_softmax,
    "logsumexp": _logsumexp,
    "cumsum": _cumsum,
}
