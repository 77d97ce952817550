"""One step of each kind, in many shapes, and what PyTorch makes of it."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import torch
from torch.nn import functional


@dataclass
class Case:
    """A step, its operands, and the answer."""

    step: dict[str, Any]
    operands: list[np.ndarray]
    expected: np.ndarray

    def program(self, constant: bool) -> tuple[dict[str, Any], bytes, list[np.ndarray]]:
        """The step as a program, its weights and its inputs; all operands but the first may be
        constants. A doubled picture goes in and half of the answer comes out, so that values
        computed on the way stand on both sides."""
        given = self.operands[:1] if constant else self.operands
        kept = self.operands[1:] if constant else []
        weights, constants, begin = b"", [], 0
        for array in kept:
            halves = array.astype("<f2")
            rest = (array.astype(float) - halves).astype("<f2")
            weights += halves.tobytes() + rest.tobytes()
            constants.append([begin, list(array.shape), 1])
            begin += 2 * array.size
        n = len(self.operands)
        steps = [
            {"op": "mul", "in": [0], "value": 2, "shape": list(self.operands[0].shape)},
            {**self.step, "in": [n, *range(1, n)], "shape": list(self.expected.shape)},
            {"op": "mul", "in": [n + 1], "value": 0.5, "shape": list(self.expected.shape)},
        ]
        program = {
            "inputs": [list(array.shape) for array in given],
            "constants": constants,
            "steps": steps,
            "outputs": [n + 2],
        }
        return program, weights, [given[0] / 2, *given[1:]]


class Cases:
    """The cases by name; numbers with few bits, which float16 pairs hold exactly."""

    def __init__(self) -> None:
        self.found: dict[str, Case] = {}
        self.generator = torch.Generator().manual_seed(0)

    def numbers(self, *shape: int, low: float = -2, high: float = 2) -> torch.Tensor:
        """Uniform numbers on a grid of 1/1024."""
        spread = torch.rand(shape, generator=self.generator, dtype=torch.float64)
        return ((low + (high - low) * spread) * 1024).round() / 1024

    def add(self, name: str, answer: Any, *operands: torch.Tensor, op: str = "", **step: Any):
        """Keep a case; `answer` makes float64 tensors the expected one, before it is halved."""
        expected = answer(*operands)
        arrays = [operand.float().numpy() for operand in operands]
        assert name not in self.found
        self.found[name] = Case(
            {"op": op or name.split()[0], **step}, arrays, expected.float().numpy() / 2
        )


@cache
def cases() -> dict[str, Case]:
    """All of them."""
    made = Cases()
    _one_operand(made)
    _two_operands(made)
    _copies(made)
    _sums(made)
    _convolutions(made)
    return made.found


def _one_operand(made: Cases) -> None:
    wide = torch.cat([made.numbers(61, low=-9, high=9), torch.tensor([0.0, -80, 80, -200, 200, 5])])
    f = functional
    functions = {
        "relu": f.relu,
        "silu": f.silu,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "gelu": f.gelu,
        "gelu_tanh": lambda x: f.gelu(x, approximate="tanh"),
        "mish": f.mish,
        "erf": torch.erf,
        "sin": torch.sin,
        "cos": torch.cos,
        "abs": torch.abs,
        "floor": torch.floor,
    }
    for name, function in functions.items():
        made.add(name, function, wide)
    made.add("exp", torch.exp, wide.clip(-80, 9))
    made.add("sin of many turns", torch.sin, made.numbers(37, low=-9999, high=9999))
    made.add("log", torch.log, made.numbers(37, low=0.01, high=30))
    made.add("sqrt", torch.sqrt, made.numbers(37, low=0, high=30))
    made.add("leaky_relu", lambda x: f.leaky_relu(x, 0.2), wide, slope=0.2)
    made.add("elu", lambda x: f.elu(x, 0.7), wide, alpha=0.7, scale=1, rate=1)
    selu = {"alpha": 1.6732632423543772, "scale": 1.0507009873554805, "rate": 1}
    made.add("elu as selu", f.selu, wide, **selu)
    made.add("elu as celu", lambda x: f.celu(x, 0.5), wide, alpha=0.5, scale=1, rate=2)
    made.add("softplus", lambda x: f.softplus(x, 2, 20), wide, beta=2, threshold=20)
    made.add("softplus far", lambda x: f.softplus(x, 1, 1e4), wide, beta=1, threshold=1e4)
    made.add("clamp", lambda x: x.clamp(-1, 2), wide, low=-1, high=2)
    made.add("clamp from below", lambda x: x.clamp(min=0.5), wide, low=0.5)


def _two_operands(made: Cases) -> None:
    x, y = made.numbers(2, 3, 5), made.numbers(2, 3, 5)
    functions = {
        "add": torch.add,
        "sub": torch.sub,
        "mul": torch.mul,
        "maximum": torch.maximum,
        "minimum": torch.minimum,
    }
    for name, function in functions.items():
        made.add(name, function, x, y)
        made.add(f"{name} a number", lambda a, f=function: f(a, torch.tensor(1.5)), x, value=1.5)
        made.add(f"{name} trailing", function, x, y[0, 0])
        made.add(
            f"{name} channels", lambda a, b, f=function: f(a, b[:, None]), x, y[0, :, 0], inner=5
        )
    compared = torch.where(made.numbers(2, 3, 5) > 0, x, y)
    for name in ("gt", "ge", "lt", "le", "eq", "ne"):
        made.add(name, lambda a, b, n=name: getattr(torch, n)(a, b).double(), x, compared)
    made.add("div", torch.div, x, y + 3)
    made.add("div swapped", lambda a, b: b / a, x + 3, y, swap=True)
    made.add("sub swapped", lambda a: 1 - a, x, value=1, swap=True)
    made.add("pow", torch.pow, x + 2.5, y)
    for exponent in (-1, 0.5, 1, 2, 3, 4, 5, 2.5):
        base = x if exponent in (1, 2, 3, 5) else x + 2.5
        made.add(f"pow {exponent}", lambda a, e=exponent: a**e, base, value=exponent)
    made.add("pow swapped", lambda a: 2.0**a, x, value=2, swap=True)
    condition = (made.numbers(2, 3, 5) > 0).double()
    made.add("where", lambda c, a, b: torch.where(c > 0, a, b), condition, x, y)
    made.add("affine", lambda a, s, t: a * s + t, x, y[0, 0], y[1, 0])
    made.add(
        "affine channels",
        lambda a, s, t: a * s[:, None] + t[:, None],
        *(x, y[0, :, 0], y[1, :, 0]),
        inner=5,
    )


def _copies(made: Cases) -> None:
    x, y = made.numbers(1, 3, 5, 7), made.numbers(1, 3, 5, 7)
    made.add("reshape", lambda a: a.reshape(15, 7), x)
    turned = {"strides": [105, 1, 35, 7]}
    made.add("strided permute", lambda a: a.permute(0, 3, 1, 2), x, **turned)
    made.add("strided slice", lambda a: a[:, 1:, ::2, 3:4], x, strides=[0, 35, 14, 0], offset=38)
    made.add("strided flip", lambda a: a.flip(3), x, strides=[105, 35, 7, -1], offset=6)
    made.add("strided expand", lambda a: a.expand(2, 3, 5, 7), x, strides=[0, 35, 7, 1])
    six = [2, 3, 2, 2, 2, 3]
    deep = made.numbers(*six)
    order = (5, 3, 1, 4, 0, 2)
    strides = [list(deep.stride())[k] for k in order]
    made.add("strided of rank 6", lambda a: a.permute(order), deep, strides=strides)
    for axis, size in enumerate((1, 3, 5, 7)):
        table = [-1, *range(size), size - 1, 0]
        filled = torch.full(x.shape, 0.25, dtype=torch.float64).narrow(axis, 0, 1)
        made.add(
            f"take along {axis}",
            lambda a, t=table, k=axis, e=filled: torch.cat(
                [e, a.index_select(k, torch.tensor(t[1:]))], k
            ),
            x,
            axis=axis,
            table=table,
            fill=0.25,
        )
        together = lambda *parts, k=axis: torch.cat(parts, k)  # noqa: E731
        made.add(f"cat along {axis}", together, x, y, made.numbers(1, 3, 5, 7), axis=axis)


def _sums(made: Cases) -> None:
    for rows, inputs, outputs in (
        (1, 16, 128),
        (1, 7, 5),
        (1, 9, 1),
        (3, 7, 5),
        (6, 5, 1),
        (5, 8, 8),
        (4, 3, 21),
    ):
        x, w, b = made.numbers(rows, inputs), made.numbers(inputs, outputs), made.numbers(outputs)
        made.add(f"linear {rows} {inputs} {outputs}", lambda x, w, b: x @ w + b, x, w, b)
        made.add(f"linear {rows} {inputs} {outputs}, no bias", torch.matmul, x, w)
    sparse = made.numbers(1, 40) * (torch.arange(40) > 30)
    made.add("linear of zeros", torch.matmul, sparse, made.numbers(40, 12))
    made.add("matmul", torch.matmul, made.numbers(2, 3, 5, 7), made.numbers(2, 3, 7, 6))
    made.add("matmul shared right", torch.matmul, made.numbers(3, 5, 7), made.numbers(7, 6))
    made.add("matmul shared left", torch.matmul, made.numbers(5, 7), made.numbers(3, 7, 6))
    made.add("matmul column", torch.matmul, made.numbers(3, 5, 7), made.numbers(3, 7, 1))
    made.add("matmul row", torch.matmul, made.numbers(3, 1, 7), made.numbers(3, 7, 21))
    x = made.numbers(2, 5, 7)
    for axis in range(3):
        made.add(f"sum over {axis}", lambda a, k=axis: a.sum(k), x, axis=axis)
        made.add(f"max over {axis}", lambda a, k=axis: a.amax(k), x, axis=axis)
    made.add("softmax", lambda a: a.softmax(-1), x)
    made.add("softmax far", lambda a: a.softmax(-1), 60 * x)
    for size, inner, spread in ((7, 1, 7), (35, 1, 35), (14, 7, 10)):
        s, t = made.numbers(spread), made.numbers(spread)

        def normed(a, *pair, size=size, inner=inner):
            rows = a.reshape(-1, size)
            rows = (rows - rows.mean(1, keepdim=True)) / (
                rows.var(1, keepdim=True, unbiased=False) + 1e-5
            ).sqrt()
            if not pair:
                return rows.reshape(a.shape)
            place = torch.arange(a.numel()) // inner % len(pair[0])
            return (rows.flatten() * pair[0][place] + pair[1][place]).reshape(a.shape)

        made.add(f"norm of {size}", normed, x, size=size, eps=1e-5)
        made.add(f"norm of {size}, scaled", normed, x, s, t, size=size, eps=1e-5, inner=inner)


def _convolutions(made: Cases) -> None:
    plain = {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1), "groups": 1}
    kinds = {
        "3 x 3": (4, 8, (3, 3), {"padding": (1, 1)}),
        "odd sizes": (3, 5, (3, 5), {"stride": (1, 2), "padding": (0, 2)}),
        "1 x 1": (6, 7, (1, 1), {}),
        "one output": (5, 1, (3, 3), {"padding": (1, 1)}),
        "stride": (3, 12, (4, 4), {"stride": (2, 2), "padding": (1, 1)}),
        "dilated": (3, 4, (3, 3), {"dilation": (2, 2), "padding": (2, 2)}),
        "groups": (4, 6, (3, 3), {"groups": 2, "padding": (1, 1)}),
        "one output a group": (4, 2, (3, 3), {"groups": 2}),
        "by channel": (5, 5, (3, 3), {"groups": 5, "padding": (1, 1)}),
        "by channel, doubled": (3, 6, (3, 3), {"groups": 3}),
        "large": (2, 3, (7, 7), {"padding": (3, 3)}),
    }
    for name, (channels, outputs, kernel, settings) in kinds.items():
        for n in (1, 2):
            s = {**plain, **settings}
            x, b = made.numbers(n, channels, 9, 8), made.numbers(outputs)
            w = made.numbers(outputs, channels // s["groups"], *kernel)
            lists = {k: list(v) if isinstance(v, tuple) else v for k, v in s.items()}
            lists |= {"extra": [0, 0], "transposed": False}
            run = lambda x, w, b=None, s=s: functional.conv2d(x, w, b, **s)  # noqa: E731
            made.add(f"convolution {name}, {n}", run, x, w, b, **lists)
        made.add(f"convolution {name}, no bias", run, x, w, **lists)
    kinds = {
        "4 x 4": (4, 8, (4, 4), {"stride": (2, 2), "padding": (1, 1)}),
        "3 x 3": (3, 5, (3, 3), {"stride": (1, 1), "padding": (1, 1)}),
        "extra": (2, 3, (3, 3), {"stride": (2, 2), "padding": (1, 1), "extra": (1, 1)}),
        "holes": (2, 3, (1, 2), {"stride": (2, 3)}),
        "oblong": (3, 1, (2, 5), {"stride": (1, 2), "padding": (0, 1)}),
        "dilated": (2, 4, (3, 3), {"dilation": (2, 2), "stride": (3, 3)}),
        "groups": (4, 6, (3, 3), {"groups": 2, "stride": (2, 2)}),
        "by channel": (5, 5, (4, 4), {"groups": 5, "stride": (2, 2), "padding": (1, 1)}),
    }
    for name, (channels, outputs, kernel, settings) in kinds.items():
        s = {**plain, "extra": (0, 0), **settings}
        x, b = made.numbers(2, channels, 5, 4), made.numbers(outputs)
        w = made.numbers(channels, outputs // s["groups"], *kernel)
        lists = {k: list(v) if isinstance(v, tuple) else v for k, v in s.items()}
        arguments = {**s, "output_padding": s["extra"]}
        del arguments["extra"]
        run = lambda x, w, b=None, s=arguments: functional.conv_transpose2d(x, w, b, **s)  # noqa: E731
        made.add(f"convolution transposed {name}", run, x, w, b, transposed=True, **lists)
    for kernel, stride, padding, dilation, ceil in (
        ((2, 2), (2, 2), (0, 0), (1, 1), False),
        ((3, 3), (2, 2), (1, 1), (1, 1), False),
        ((3, 2), (1, 2), (1, 0), (2, 1), False),
        ((3, 3), (2, 2), (0, 0), (1, 1), True),
    ):
        made.add(
            f"max_pool {kernel} {stride} {padding} {dilation} {ceil}",
            lambda x, k=kernel, s=stride, p=padding, d=dilation, c=ceil: functional.max_pool2d(
                x, k, s, p, d, c
            ),
            made.numbers(2, 5, 9, 8) - 3,
            kernel=list(kernel),
            stride=list(stride),
            padding=list(padding),
            dilation=list(dilation),
        )
