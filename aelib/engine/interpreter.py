"""Every operation of the engine in NumPy: what the browser's kernels are held to.

An operation is called with the shape of its answer, its attributes and its operands, dense
float32 arrays; what each of them means is written where the kernels are, in engine.js.
"""

from collections.abc import Callable
from math import erf, prod
from typing import Any

import numpy as np

Array = np.ndarray
Attributes = dict[str, Any]


def _spread(small: Array, shape: tuple[int, ...], inner: int) -> Array:
    """Repeat operand b for each number of the answer: b[(i // inner) % len(b)]."""
    n = prod(shape)
    flat = small.ravel()
    if flat.size == n and inner == 1:
        return flat.reshape(shape)
    return np.resize(np.repeat(flat, inner), n).reshape(shape)


def _binary(function: Callable[[Array, Any], Array]) -> Callable[..., Array]:
    def run(shape: tuple[int, ...], a: Attributes, x: Array, *other: Array) -> Array:
        b = _spread(other[0], shape, a.get("inner", 1)) if other else np.float32(a["value"])
        x = x.reshape(shape)
        return function(b, x) if a.get("swap") else function(x, b)  # type: ignore[arg-type]

    return run


def _unary(function: Callable[[Array], Array]) -> Callable[..., Array]:
    return lambda shape, a, x: function(x)


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def _softplus(x: Array, beta: float = 1, threshold: float = 20) -> Array:
    t = np.float32(beta) * x
    soft = np.maximum(t, 0) + np.log1p(np.exp(-np.abs(t)))
    return np.where(t > threshold, x, soft / np.float32(beta))


def _gelu_tanh(x: Array) -> Array:
    return 0.5 * x * (1 + np.tanh(np.float32(0.7978845608028654) * (x + 0.044715 * x**3)))


_erf = np.vectorize(erf, otypes=[np.float32])


def _elu(shape: tuple[int, ...], a: Attributes, x: Array) -> Array:
    low = a["scale"] * a["alpha"] * np.expm1(np.minimum(x, 0) * a["rate"])
    return np.where(x > 0, a["scale"] * x, low)


def _strided(shape: tuple[int, ...], a: Attributes, x: Array) -> Array:
    places = a["offset"] + sum(
        stride * np.arange(n).reshape([-1] + [1] * (len(shape) - axis - 1))
        for axis, (n, stride) in enumerate(zip(shape, a["strides"], strict=True))
    )
    return x.ravel()[places]


def _take(shape: tuple[int, ...], a: Attributes, x: Array) -> Array:
    table = np.asarray(a["table"])
    y = np.take(x, table, a["axis"], mode="clip")
    where = table.reshape([-1] + [1] * (x.ndim - a["axis"] - 1)) < 0
    return np.where(where, np.float32(a.get("fill", 0)), y)


def _where(shape: tuple[int, ...], a: Attributes, c: Array, x: Array, y: Array) -> Array:
    return np.where(c.reshape(shape) != 0, x.reshape(shape), y.reshape(shape))


def _affine(shape: tuple[int, ...], a: Attributes, x: Array, scale: Array, shift: Array) -> Array:
    inner = a.get("inner", 1)
    return x * _spread(scale, shape, inner) + _spread(shift, shape, inner)


def _linear(shape: tuple[int, ...], a: Attributes, x: Array, w: Array, *b: Array) -> Array:
    y = x.reshape(-1, w.shape[0]) @ w
    return (y + b[0] if b else y).reshape(shape)


def _windows(
    x: Array, a: Attributes, kernel: tuple[int, ...], size: tuple[int, ...], fill: float
) -> Array:
    """(N, C, H, W) -> (N, C, rows, columns, kh, kw), also where windows reach out at the end."""
    pads = []
    for k, s, p, d, n, out in zip(
        kernel, a["stride"], a["padding"], a["dilation"], x.shape[2:], size, strict=True
    ):
        pads.append((p, max((out - 1) * s + d * (k - 1) + 1 - n - p, 0)))
    x = np.pad(x, ((0, 0), (0, 0), *pads), constant_values=fill)
    reach = [d * (k - 1) + 1 for d, k in zip(a["dilation"], kernel, strict=True)]
    view = np.lib.stride_tricks.sliding_window_view(x, reach, (2, 3))
    (sh, sw), (dh, dw) = a["stride"], a["dilation"]
    return view[:, :, ::sh, ::sw, ::dh, ::dw][:, :, : size[0], : size[1]]


def _convolution(shape: tuple[int, ...], a: Attributes, x: Array, w: Array, *b: Array) -> Array:
    one = _transposed if a["transposed"] else _plain
    parts = zip(np.split(x, a["groups"], 1), np.split(w, a["groups"], 0), strict=True)
    size = (shape[2], shape[3])
    y = np.concatenate([one(size, a, xs, ws) for xs, ws in parts], 1)
    return y + b[0].reshape(1, -1, 1, 1) if b else y


def _plain(size: tuple[int, int], a: Attributes, x: Array, w: Array) -> Array:
    seen = _windows(x, a, w.shape[2:], size, 0)
    return np.tensordot(seen, w, ((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2)


def _transposed(size: tuple[int, int], a: Attributes, x: Array, w: Array) -> Array:
    """Each input pixel adds its copy of the kernel to the answer."""
    (n, _, h, wd), (_, out, kh, kw) = x.shape, w.shape
    (sh, sw), (ph, pw), (dh, dw) = a["stride"], a["padding"], a["dilation"]
    rows = max((h - 1) * sh + dh * (kh - 1) + 1, size[0] + ph)
    columns = max((wd - 1) * sw + dw * (kw - 1) + 1, size[1] + pw)
    y = np.zeros((n, out, rows, columns), np.float32)
    copies = np.tensordot(x, w, (1, 0)).transpose(0, 3, 1, 2, 4, 5)  # (N, O, H, W, kh, kw)
    for p in range(kh):
        for q in range(kw):
            top, left = p * dh, q * dw
            y[:, :, top : top + h * sh : sh, left : left + wd * sw : sw][:, :, :h, :wd] += copies[
                ..., p, q
            ]
    return y[:, :, ph : ph + size[0], pw : pw + size[1]]


def _max_pool(shape: tuple[int, ...], a: Attributes, x: Array) -> Array:
    return _windows(x, a, a["kernel"], (shape[2], shape[3]), -np.inf).max((4, 5))


def _softmax(shape: tuple[int, ...], a: Attributes, x: Array) -> Array:
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def _norm(shape: tuple[int, ...], a: Attributes, x: Array, *affine: Array) -> Array:
    rows = x.reshape(-1, a["size"])
    rows = rows - rows.mean(1, keepdims=True)
    y = (rows / np.sqrt((rows**2).mean(1, keepdims=True) + np.float32(a["eps"]))).reshape(shape)
    return _affine(shape, a, y, *affine) if affine else y


OPERATIONS: dict[str, Callable[..., Array]] = {
    "reshape": lambda shape, a, x: x.reshape(shape),
    "strided": _strided,
    "take": _take,
    "cat": lambda shape, a, *x: np.concatenate(x, a["axis"]),
    **{
        name: _binary(getattr(np, function))
        for name, function in {
            "add": "add",
            "sub": "subtract",
            "mul": "multiply",
            "div": "divide",
            "pow": "power",
            "maximum": "maximum",
            "minimum": "minimum",
            "gt": "greater",
            "ge": "greater_equal",
            "lt": "less",
            "le": "less_equal",
            "eq": "equal",
            "ne": "not_equal",
        }.items()
    },
    "where": _where,
    "affine": _affine,
    **{
        name: _unary(getattr(np, name))
        for name in ("abs", "exp", "log", "sqrt", "sin", "cos", "tanh", "floor")
    },
    "erf": _unary(_erf),
    "sigmoid": _unary(_sigmoid),
    "silu": _unary(lambda x: x * _sigmoid(x)),
    "relu": _unary(lambda x: np.maximum(x, 0)),
    "gelu": _unary(lambda x: 0.5 * x * (1 + _erf(x * np.float32(0.5**0.5)))),
    "gelu_tanh": _unary(_gelu_tanh),
    "mish": _unary(lambda x: x * np.tanh(_softplus(x))),
    "leaky_relu": lambda shape, a, x: np.where(x > 0, x, np.float32(a["slope"]) * x),
    "elu": _elu,
    "softplus": lambda shape, a, x: _softplus(x, a["beta"], a["threshold"]),
    "clamp": lambda shape, a, x: np.clip(x, a.get("low"), a.get("high")),
    "linear": _linear,
    "matmul": lambda shape, a, x, y: np.matmul(x, y),
    "convolution": _convolution,
    "max_pool": _max_pool,
    "sum": lambda shape, a, x: x.sum(a["axis"]),
    "max": lambda shape, a, x: x.max(a["axis"]),
    "softmax": _softmax,
    "norm": _norm,
}
