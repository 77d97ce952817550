"""A PyTorch network -> what engine.js runs: a list of layers and float16 weights.

Matrices travel input-major, because the engine adds one column for each input that is not
zero. Biases, norms and small matrices cost little, and the rounding of a first layer is
multiplied by codes that may be large: each of their numbers travels as two, a float16 and what
it left over. Only large matrices are rounded to float16, where the errors average out.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

Layer = dict[str, Any]
_LARGEST = 65504.0  # of float16
_FEW = 32_768  # weights of a small matrix: at most 128 KiB as pairs
_UNSUPPORTED = (
    "The browser cannot run the layer {}. Cure: pass the function, for example "
    "model.inverse_transform with latent_dim=..., and the kernel answers instead."
)


def pack(network: nn.Module) -> tuple[list[Layer], bytes]:
    """Describe a network, in evaluation mode, for the browser.

    Args:
        network: An nn.Sequential, or a single layer of those that engine.js knows.

    Returns:
        One dictionary per layer, whose offsets count float16 numbers, and those numbers.

    Raises:
        TypeError: A layer, or a setting of one, is not known to the browser.
        ValueError: A weight is NaN or infinite, or too large for float16.
    """
    halves = _Halves()
    return _layers(network, halves, ""), np.concatenate(
        [np.empty(0, "<f2"), *halves.parts]
    ).tobytes()


class _Halves:
    """The float16 numbers so far."""

    def __init__(self) -> None:
        self.parts: list[np.ndarray] = []
        self.size = 0

    def matrix(self, name: str, values: torch.Tensor) -> dict[str, Any]:
        """Append a weight matrix; say where it begins, and whether as pairs."""
        pairs = values.numel() <= _FEW
        return {"weight": (self.vector if pairs else self.rounded)(name, values), "pairs": pairs}

    def vector(self, name: str, values: torch.Tensor) -> int:
        """Append numbers to nearly float32's precision and return where they begin."""
        begin = self.rounded(name, values)
        left_over = values.detach().cpu().double().flatten() - torch.from_numpy(
            self.parts[-1].astype(float)
        )
        self.rounded(name, left_over)
        return begin

    def rounded(self, name: str, values: torch.Tensor) -> int:
        """Append numbers as float16 and return where they begin."""
        array = values.detach().cpu().double().numpy().ravel()
        if not np.isfinite(array).all():
            raise ValueError(
                f"{name} holds NaN or infinity: train the model again before showing it."
            )
        if np.abs(array).max(initial=0.0) > _LARGEST:
            raise ValueError(
                f"{name} holds {np.abs(array).max():.3g}, float16 ends at {_LARGEST:.0f}: "
                "scale the model's input or lower the learning rate."
            )
        begin = self.size
        self.parts.append(array.astype("<f2"))
        self.size += array.size
        return begin


def _layers(network: nn.Module, halves: _Halves, name: str) -> list[Layer]:
    """The layers of a network, those of a nested Sequential in line with the others."""
    if isinstance(network, nn.Sequential):
        parts = [_layers(m, halves, f"{name}.{i}".lstrip(".")) for i, m in enumerate(network)]
        return [layer for part in parts for layer in part]
    if type(network).__name__ == "Residual" and isinstance(
        getattr(network, "block", None), nn.Module
    ):
        block: Any = network.block
        return [{"type": "residual", "layers": _layers(block, halves, f"{name}.block")}]
    describe = _DESCRIBE.get(type(network))
    if describe is None:
        raise TypeError(_UNSUPPORTED.format(f"{name} {type(network).__name__}".strip()))
    layer = describe(network, halves, f"layer {name}")
    return [] if layer is None else [layer]


def _linear(m: Any, halves: _Halves, name: str) -> Layer:
    return {
        "type": "linear",
        "inputs": m.in_features,
        "outputs": m.out_features,
        **halves.matrix(f"{name}.weight", m.weight.T),
        "bias": _optional(m.bias, halves, f"{name}.bias"),
    }


def _convolution(m: Any, halves: _Halves, name: str) -> Layer:
    transposed = isinstance(m, nn.ConvTranspose2d)
    _only(m, groups=1, padding_mode="zeros")
    kernel, dilation = _pair(m.kernel_size), _pair(m.dilation)
    reach = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    if m.padding == "same":
        if any(r % 2 for r in reach):
            raise TypeError(_UNSUPPORTED.format(f"{m} (padding='same' with an even kernel)"))
        padding = [r // 2 for r in reach]
    else:
        padding = _pair(0 if m.padding == "valid" else m.padding)
    return {
        "type": "convolution",
        "transposed": transposed,
        "outputs": m.out_channels,
        "inputs": m.in_channels,
        "kernel": kernel,
        "stride": _pair(m.stride),
        "padding": padding,
        "dilation": dilation,
        "extra": _pair(m.output_padding),
        **halves.matrix(
            f"{name}.weight", m.weight.permute((0, 2, 3, 1) if transposed else (1, 2, 3, 0))
        ),
        "bias": _optional(m.bias, halves, f"{name}.bias"),
    }


def _pool(m: Any, halves: _Halves, name: str) -> Layer:
    _only(m, padding=0, ceil_mode=False, dilation=1, return_indices=False, divisor_override=None)
    mean = isinstance(m, nn.AvgPool2d)
    return {"type": "pool", "mean": mean, "kernel": _pair(m.kernel_size), "stride": _pair(m.stride)}


def _upsample(m: Any, halves: _Halves, name: str) -> Layer:
    factors = _pair(m.scale_factor or 0)
    if m.mode != "nearest" or any(f < 1 or f != int(f) for f in factors):
        raise TypeError(_UNSUPPORTED.format(f"{m} (only mode='nearest', whole scale_factor)"))
    return {"type": "upsample", "factors": [int(f) for f in factors]}


def _batch_norm(m: Any, halves: _Halves, name: str) -> Layer:
    if m.running_mean is None:
        raise TypeError(_UNSUPPORTED.format(f"{m} (without running statistics)"))
    scale = (m.running_var.double() + m.eps) ** -0.5 * (1.0 if m.weight is None else m.weight)
    shift = (0.0 if m.bias is None else m.bias) - m.running_mean * scale
    return {
        "type": "scale",
        "channels": m.num_features,
        "weight": halves.vector(f"{name}'s scale", scale),
        "bias": halves.vector(f"{name}'s shift", shift),
    }


def _layer_norm(m: Any, halves: _Halves, name: str) -> Layer:
    return {
        "type": "layernorm",
        "size": math.prod(m.normalized_shape),
        "eps": m.eps,
        "weight": _optional(m.weight, halves, f"{name}.weight"),
        "bias": _optional(m.bias, halves, f"{name}.bias"),
    }


def _flatten(m: Any, halves: _Halves, name: str) -> Layer:
    _only(m, start_dim=1, end_dim=-1)
    return {"type": "reshape", "shape": [-1]}


def _unflatten(m: Any, halves: _Halves, name: str) -> Layer:
    _only(m, dim=1)
    return {"type": "reshape", "shape": list(m.unflattened_size)}


def _gelu(m: Any, halves: _Halves, name: str) -> Layer:
    return {"type": "gelu" if m.approximate == "none" else "gelu_tanh"}


def _named(kind: str) -> Callable[..., Layer]:
    return lambda m, halves, name: {"type": kind}


def _nothing(m: Any, halves: _Halves, name: str) -> None:
    """Evaluation mode lets the numbers through unchanged."""


def _optional(values: torch.Tensor | None, halves: _Halves, name: str) -> int:
    return -1 if values is None else halves.vector(name, values.flatten())


def _pair(value: Any) -> list[Any]:
    return list(value) if isinstance(value, tuple | list) else [value, value]


def _only(m: nn.Module, **settings: Any) -> None:
    """Refuse a layer whose settings the engine does not know."""
    for key, value in settings.items():
        if getattr(m, key, value) not in (value, (value, value)):
            raise TypeError(_UNSUPPORTED.format(f"{m} (only {key}={value!r})"))


_DESCRIBE: dict[type[nn.Module], Callable[..., Layer | None]] = {
    nn.Linear: _linear,
    nn.Conv2d: _convolution,
    nn.ConvTranspose2d: _convolution,
    nn.MaxPool2d: _pool,
    nn.AvgPool2d: _pool,
    nn.Upsample: _upsample,
    nn.BatchNorm1d: _batch_norm,
    nn.BatchNorm2d: _batch_norm,
    nn.LayerNorm: _layer_norm,
    nn.Flatten: _flatten,
    nn.Unflatten: _unflatten,
    nn.ReLU: _named("relu"),
    nn.LeakyReLU: lambda m, halves, name: {"type": "leaky_relu", "slope": m.negative_slope},
    nn.SiLU: _named("silu"),
    nn.GELU: _gelu,
    nn.Sigmoid: _named("sigmoid"),
    nn.Tanh: _named("tanh"),
    nn.Identity: _nothing,
    nn.Dropout: _nothing,
}
