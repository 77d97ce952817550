"""PyTorch's functions of each number by itself, or of two, as steps of the engine."""

from collections.abc import Callable
from math import log, pi
from typing import Any

import torch

from aelib.engine.steps import Shape, Steps, Value

Shapes = list[Shape]
Lower = Callable[..., Any]


def _one(op: str, *names: str, **fixed: Any) -> Lower:
    """A step with one operand, whose other arguments have these names."""

    def lower(s: Steps, func: Any, shapes: Shapes, x: Any, *args: Any, **_: Any) -> Value:
        named = {k: float(v) for k, v in zip(names, args, strict=False) if v is not None}
        return s.one(op, x, **{**fixed, **named})

    return lower


def _two(op: str) -> Lower:
    def lower(
        s: Steps, func: Any, shapes: Shapes, a: Any, b: Any, alpha: float = 1, **k: Any
    ) -> Value:
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
        s.move(
            torch.ops.aten.slice.Tensor,
            [shapes[0]],
            (s.value(x), dim, i * half, (i + 1) * half),
            {},
        )[0]
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


def _clamp(
    s: Steps, func: Any, shapes: Shapes, x: Any, low: Any = None, high: Any = None, **k: Any
) -> Value:
    low, high = k.get("min", low), k.get("max", high)
    y = x
    if low is not None:
        y = s.two("maximum", y, low, shapes[0])
    return y if high is None else s.two("minimum", y, high, shapes[0])


def _lerp(s: Steps, a: Any, b: Any, weight: Any) -> Value:
    return s.two("add", a, s.two("mul", s.two("sub", b, a), weight))


def _addc(op: str) -> Lower:
    def lower(
        s: Steps, func: Any, shapes: Shapes, x: Any, a: Any, b: Any, value: float = 1
    ) -> Value:
        return s.two("add", x, s.two("mul", s.two(op, a, b), value), shapes[0])

    return lower


def _masked_fill(s: Steps, x: Any, mask: Any, value: Any) -> Value:
    return _where(s, mask, value, x)


_BINARY = ("add", "sub", "mul", "maximum", "minimum", "gt", "ge", "lt", "le", "eq", "ne")
_UNARY = (
    "abs",
    "exp",
    "log",
    "sqrt",
    "sin",
    "cos",
    "tanh",
    "erf",
    "floor",
    "sigmoid",
    "silu",
    "relu",
    "mish",
)

NUMBERS: dict[str, Lower] = {
    **{name: _two(name) for name in (*_BINARY, "div")},
    **{name: _one(name) for name in _UNARY},
    "fmax": _two("maximum"),
    "fmin": _two("minimum"),
    "logical_and": _two("mul"),
    "rsub": _rsub,
    "pow": _pow,
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
}
