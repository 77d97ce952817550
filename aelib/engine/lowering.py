"""PyTorch's operations, each as steps of the engine.

A function takes Steps, the operation itself, the shapes of what it answered, and the operation's
own arguments; it returns the value of the first answer, or a list of them. What is not here the
browser does not know, and the kernel answers.
"""

from collections.abc import Callable
from math import log, pi, prod
from typing import Any

import torch

from aelib.engine.steps import Shape, Steps, Value, spread

Shapes = list[Shape]
Lower = Callable[..., Any]


def _same(s: Steps, func: Any, shapes: Shapes, x: Any, *_: Any, **__: Any) -> Value:
    return s.reshape(x, shapes[0])


def _move(s: Steps, func: Any, shapes: Shapes, *args: Any, **kwargs: Any) -> list[Value]:
    return s.move(func, shapes, args, kwargs)


def _one(op: str, *names: str, **fixed: Any) -> Lower:
    """A step with one operand, whose other arguments have these names."""

    def lower(s: Steps, func: Any, shapes: Shapes, x: Any, *args: Any, **_: Any) -> Value:
        named = {k: float(v) for k, v in zip(names, args, strict=False) if v is not None}
        return s.one(op, x, **{**fixed, **named})

    return lower


def _two(op: str) -> Lower:
    def lower(s: Steps, func: Any, shapes: Shapes, a: Any, b: Any, alpha: float = 1, **k: Any) -> Value:
        if k.get("rounding_mode"):
            return s.poison("it divides and rounds", shapes[0])
        return s.two(op, a, b if alpha == 1 else s.two("mul", b, alpha), shapes[0])

    return lower


def _rsub(s: Steps, func: Any, shapes: Shapes, a: Any, b: Any, alpha: float = 1) -> Value:
    return s.two("sub", b, a if alpha == 1 else s.two("mul", a, alpha), shapes[0])


def _pow(s: Steps, func: Any, shapes: Shapes, a: Any, b: Any) -> Value:
    power = s.number(b)
    if power == 2:
        return s.two("mul", a, a)
    if power == 0.5:
        return s.one("sqrt", a)
    if power == -1:
        return s.two("div", 1, a)
    return s.two("pow", a, b, shapes[0])


def _composed(function: Callable[..., Value]) -> Lower:
    """A formula of steps and operands alone."""
    return lambda s, func, shapes, *args, **kwargs: function(s, *args)


def _softsign(s: Steps, x: Any) -> Value:
    return s.two("div", x, s.two("add", s.one("abs", x), 1))


def _hardsigmoid(s: Steps, x: Any) -> Value:
    return s.two("div", s.one("clamp", s.two("add", x, 3), low=0, high=6), 6)


def _log_sigmoid(s: Steps, x: Any) -> Value:
    return s.two("mul", s.one("softplus", s.two("mul", x, -1), beta=1, threshold=1e4), -1)


def _prelu(s: Steps, x: Any, w: Any) -> Value:
    return s.two("add", s.one("relu", x), s.two("mul", s.one("clamp", x, high=0), w))


def _where(s: Steps, condition: Any, a: Any, b: Any) -> Value:
    shape = torch.broadcast_shapes(*(s.shape(v) for v in (condition, a, b)))
    return s.step("where", [s.expand(v, shape) for v in (condition, a, b)], shape)


def _threshold(s: Steps, x: Any, threshold: float, value: float) -> Value:
    return _where(s, s.two("gt", x, threshold), x, value)


def _hardshrink(s: Steps, x: Any, limit: float = 0.5) -> Value:
    return s.two("mul", x, s.two("gt", s.one("abs", x), limit))


def _softshrink(s: Steps, x: Any, limit: float = 0.5) -> Value:
    return s.two("sub", x, s.one("clamp", x, low=-limit, high=limit))


def _glu(s: Steps, func: Any, shapes: Shapes, x: Any, dim: int = -1) -> Value:
    half = s.shape(x)[dim] // 2
    a, b = (
        s.move(torch.ops.aten.slice.Tensor, [shapes[0]], (s.value(x), dim, i * half, (i + 1) * half), {})[0]
        for i in range(2)
    )
    return s.two("mul", a, s.one("sigmoid", b))


def _gelu(s: Steps, func: Any, shapes: Shapes, x: Any, approximate: str = "none") -> Value:
    return s.one("gelu" if approximate == "none" else "gelu_tanh", x)


def _elu(
    s: Steps, func: Any, shapes: Shapes, x: Any, alpha: float = 1, scale: float = 1, rate: float = 1
) -> Value:
    return s.one("elu", x, alpha=float(alpha), scale=float(scale), rate=float(rate))


def _celu(s: Steps, func: Any, shapes: Shapes, x: Any, alpha: float = 1) -> Value:
    return _elu(s, func, shapes, x, alpha, 1, 1 / alpha)


def _softplus(
    s: Steps, func: Any, shapes: Shapes, x: Any, beta: float = 1, threshold: float = 20
) -> Value:
    return s.one("softplus", x, beta=float(beta), threshold=float(threshold))


def _clamp(s: Steps, func: Any, shapes: Shapes, x: Any, low: Any = None, high: Any = None, **k: Any) -> Value:
    low, high = k.get("min", low), k.get("max", high)
    y = x
    if low is not None:
        y = s.two("maximum", y, low, shapes[0])
    return y if high is None else s.two("minimum", y, high, shapes[0])


def _lerp(s: Steps, a: Any, b: Any, weight: Any) -> Value:
    return s.two("add", a, s.two("mul", s.two("sub", b, a), weight))


def _addc(op: str) -> Lower:
    def lower(s: Steps, func: Any, shapes: Shapes, x: Any, a: Any, b: Any, value: float = 1) -> Value:
        return s.two("add", x, s.two("mul", s.two(op, a, b), value), shapes[0])

    return lower


def _copy(s: Steps, func: Any, shapes: Shapes, to: Any, source: Any, *_: Any) -> Value:
    return s.expand(source, shapes[0])


def _fill(s: Steps, func: Any, shapes: Shapes, to: Any, value: Any = 0) -> Value:
    return s.expand(value, shapes[0])


def _masked_fill(s: Steps, x: Any, mask: Any, value: Any) -> Value:
    return _where(s, mask, value, x)


def _cat(s: Steps, func: Any, shapes: Shapes, parts: Any, dim: int = 0) -> Value:
    parts = [p for p in parts if not isinstance(p, torch.Tensor) or p.numel()]
    axis = dim % len(shapes[0])
    return s.step("cat", parts, shapes[0], axis=axis)


def _stack(s: Steps, func: Any, shapes: Shapes, parts: Any, dim: int = 0) -> Value:
    axis = dim % len(shapes[0])
    one = [*shapes[0][:axis], 1, *shapes[0][axis + 1 :]]
    return s.step("cat", [s.reshape(p, one) for p in parts], shapes[0], axis=axis)


def _pad(s: Steps, func: Any, shapes: Shapes, x: Any, pads: Any, value: float = 0) -> Value:
    return s.move(func, shapes, (x, pads, 0), {}, float(value))[0]


# --- matrices


def _product(s: Steps, a: Any, b: Any, shape: Shape) -> Value:
    if len(s.shape(b)) == 2 and s.array(b) is not None:
        return s.step("linear", [a, b], shape)
    return s.step("matmul", [a, b], shape)


def _mm(s: Steps, func: Any, shapes: Shapes, a: Any, b: Any) -> Value:
    return _product(s, a, b, shapes[0])


def _addmm(
    s: Steps, func: Any, shapes: Shapes, bias: Any, a: Any, b: Any, beta: float = 1, alpha: float = 1
) -> Value:
    plain = alpha == beta == 1 and prod(s.shape(bias)) == shapes[0][-1] == s.shape(bias)[-1]
    if plain and len(shapes[0]) == 2 and s.array(b) is not None:
        row = s.reshape(bias, [shapes[0][-1]])
        return s.step("linear", [a, b, row], shapes[0])
    y: Any = (_product(s, a, b, shapes[0]))
    if alpha != 1:
        y = s.two("mul", y, alpha)
    return s.two("add", y, bias if beta == 1 else s.two("mul", bias, beta), shapes[0])


def _mv(s: Steps, func: Any, shapes: Shapes, a: Any, b: Any) -> Value:
    column = s.reshape(b, [prod(s.shape(b)), 1])
    rows = s.reshape(a, [prod(shapes[0]), prod(s.shape(b))])
    return s.reshape(s.step("matmul", [rows, column], [prod(shapes[0]), 1]), shapes[0])


def _addmv(s: Steps, func: Any, shapes: Shapes, bias: Any, a: Any, b: Any, **k: Any) -> Value:
    return s.two("add", (_mv(s, func, shapes, a, b)), bias, shapes[0])


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


# --- norms and sums


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
    s: Steps, func: Any, shapes: Shapes, x: Any, w: Any, b: Any, n: int, c: int, hw: int, groups: int, eps: float
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

    def lower(s: Steps, func: Any, shapes: Shapes, x: Any, axes: Any = None, *_: Any, **__: Any) -> Value:
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
    def lower(s: Steps, func: Any, shapes: Shapes, x: Any, axes: Any = None, *args: Any, **k: Any) -> Value:
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


def _vector_norm(s: Steps, func: Any, shapes: Shapes, x: Any, p: Any = 2, axes: Any = None, *_: Any, **__: Any) -> Value:
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


# --- pictures


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
    settings = dict(kernel=kernel, stride=stride, padding=padding, dilation=dilation)
    return s.reshape(
        (s.step("max_pool", [s.reshape(x, shape)], answer, **settings)), shapes[0]
    )


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
        return (s.step("linear", [x, s.constant_of(matrix)], shape))
    return (s.step("matmul", [s.constant_of(matrix.T), x], shape))


_BINARY = ("add", "sub", "mul", "maximum", "minimum", "gt", "ge", "lt", "le", "eq", "ne")
_SAME = (
    "view _unsafe_view reshape clone detach alias contiguous _to_copy unsqueeze squeeze lift_fresh "
    "_reshape_alias flatten unflatten positive _reshape_copy"
)
_MOVES = (
    "t transpose permute expand select slice split split_with_sizes unbind chunk narrow flip roll "
    "repeat repeat_interleave index index_select gather diagonal unfold im2col tril triu rot90 "
    "pixel_shuffle pixel_unshuffle channel_shuffle native_channel_shuffle take unsafe_split "
    "unsafe_split_with_sizes unsafe_chunk movedim _unsafe_index "
    "upsample_nearest1d upsample_nearest2d _upsample_nearest_exact1d _upsample_nearest_exact2d "
    "reflection_pad1d reflection_pad2d replication_pad1d replication_pad2d "
    "slice_scatter select_scatter index_put scatter index_copy diag_embed"
)
_RESAMPLED = (
    "upsample_linear1d upsample_bilinear2d upsample_bicubic2d _upsample_bilinear2d_aa "
    "_upsample_bicubic2d_aa avg_pool1d avg_pool2d adaptive_avg_pool1d _adaptive_avg_pool2d "
    "adaptive_avg_pool2d"
)

LOWER: dict[str, Lower] = {
    **dict.fromkeys(_SAME.split(), _same),
    **dict.fromkeys(_MOVES.split(), _move),
    **dict.fromkeys(_RESAMPLED.split(), _resample),
    **{name: _two(name) for name in (*_BINARY, "div")},
    **{
        name: _one(name)
        for name in "abs exp log sqrt sin cos tanh erf floor sigmoid silu relu mish".split()
    },
    "fmax": _two("maximum"),
    "fmin": _two("minimum"),
    "logical_and": _two("mul"),
    "rsub": _rsub,
    "pow": _pow,
    "copy": _copy,
    "fill": _fill,
    "zero": _fill,
    "clamp": _clamp,
    "clamp_min": _clamp,
    "clamp_max": lambda s, func, shapes, x, high: _clamp(s, func, shapes, x, None, high),
    "hardtanh": lambda s, f, shapes, x, low=-1, high=1: _clamp(s, f, shapes, x, low, high),
    "relu6": lambda s, func, shapes, x: _clamp(s, func, shapes, x, 0, 6),
    "leaky_relu": lambda s, func, shapes, x, slope=0.01: s.one("leaky_relu", x, slope=slope),
    "elu": _elu,
    "selu": lambda s, f, h, x: _elu(s, f, h, x, 1.6732632423543772, 1.0507009873554805),
    "celu": _celu,
    "gelu": _gelu,
    "softplus": _softplus,
    "glu": _glu,
    "neg": _composed(lambda s, x: s.two("mul", x, -1)),
    "square": _composed(lambda s, x: s.two("mul", x, x)),
    "rsqrt": _composed(lambda s, x: s.two("div", 1, s.one("sqrt", x))),
    "reciprocal": _composed(lambda s, x: s.two("div", 1, x)),
    "log1p": _composed(lambda s, x: s.one("log", s.two("add", x, 1))),
    "expm1": _composed(lambda s, x: s.two("sub", s.one("exp", x), 1)),
    "log2": _composed(lambda s, x: s.two("mul", s.one("log", x), 1 / log(2))),
    "log10": _composed(lambda s, x: s.two("mul", s.one("log", x), 1 / log(10))),
    "exp2": _composed(lambda s, x: s.one("exp", s.two("mul", x, log(2)))),
    "erfc": _composed(lambda s, x: s.two("sub", 1, s.one("erf", x))),
    "tan": _composed(lambda s, x: s.two("div", s.one("sin", x), s.one("cos", x))),
    "sinc": _composed(
        lambda s, x: s.two("div", s.one("sin", s.two("mul", x, pi)), s.two("mul", x, pi))
    ),
    "sign": _composed(lambda s, x: s.two("sub", s.two("gt", x, 0), s.two("lt", x, 0))),
    "logical_not": _composed(lambda s, x: s.two("eq", x, 0)),
    "bitwise_not": _composed(lambda s, x: s.two("eq", x, 0)),
    "bitwise_and": _two("mul"),
    "remainder": _composed(
        lambda s, a, b: s.two("sub", a, s.two("mul", s.one("floor", s.two("div", a, b)), b))
    ),
    "hardsigmoid": _composed(_hardsigmoid),
    "hardswish": _composed(lambda s, x: s.two("mul", x, _hardsigmoid(s, x))),
    "softsign": _composed(_softsign),
    "log_sigmoid_forward": _composed(_log_sigmoid),
    "_prelu_kernel": _composed(_prelu),
    "threshold": _composed(_threshold),
    "hardshrink": _composed(_hardshrink),
    "softshrink": _composed(_softshrink),
    "where": _composed(_where),
    "masked_fill": _composed(_masked_fill),
    "lerp": _composed(_lerp),
    "addcmul": _addc("mul"),
    "addcdiv": _addc("div"),
    "cat": _cat,
    "stack": _stack,
    "constant_pad_nd": _pad,
    "mm": _mm,
    "bmm": _mm,
    "addmm": _addmm,
    "baddbmm": _addmm,
    "mv": _mv,
    "addmv": _addmv,
    "dot": _mv,
    "convolution": _convolution,
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
    "max_pool2d_with_indices": _max_pool,
    "max_pool2d": _max_pool,
}
