"""x -> z -> x_hat: the networks of the course."""

from collections.abc import Sequence
from itertools import pairwise
from operator import index
from typing import Any, TypeVar

import numpy as np
import torch
from torch import nn

Array = TypeVar("Array", np.ndarray, torch.Tensor)


class Model(nn.Module):
    """What all autoencoders share: an encoder, a decoder, checks, and scikit-learn's verbs.

    `encode`, `decode` and `forward` are for training: tensors, differentiable. `transform` and
    `inverse_transform` are for looking: evaluation mode, no gradients, and NumPy arrays are
    answered with NumPy arrays, so that PCA and an autoencoder change places in one line.
    """

    def __init__(self, latent_dim: int, input_dim: int, **arguments: Any) -> None:
        super().__init__()
        self.latent_dim = _whole_number("latent_dim", latent_dim)
        self.input_dim = _whole_number("input_dim", input_dim)
        self.arguments = {"latent_dim": self.latent_dim, **arguments, "input_dim": self.input_dim}
        self.encoder: nn.Sequential
        self.decoder: nn.Sequential

    @property
    def _dtype(self) -> torch.dtype:
        return next(self.parameters()).dtype

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        """Pixels x (N, input_dim) in [0, 1] -> codes z (N, latent_dim), both float32.

        Raises:
            ValueError: x has another shape or type, holds NaN, or lies far outside [0, 1].
        """
        _check_pixels(x, self.input_dim, self._dtype)
        return self.encoder(x)

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Codes z (N, latent_dim) -> pixels x_hat (N, input_dim), both float32.

        Raises:
            ValueError: z has another shape or type, or holds NaN.
        """
        _check(z, "z", self.latent_dim, self._dtype)
        return self.decoder(z)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Pixels x (N, input_dim) -> reconstructed pixels x_hat (N, input_dim)."""
        return self.decode(self.encode(x))

    def transform(self, x: Array) -> Array:
        """Pixels (N, input_dim) -> codes (N, latent_dim), without gradients."""
        return _quietly(self, self.encode, x)

    def inverse_transform(self, z: Array) -> Array:
        """Codes (N, latent_dim) -> pixels (N, input_dim), without gradients."""
        return _quietly(self, self.decode, z)


class LinearAutoencoder(Model):
    """One linear layer down to the code and one back up: what PCA is, found by training.

    Reference: Baldi and Hornik (1989), Neural networks and principal component analysis.
    """

    def __init__(self, latent_dim: int, input_dim: int = 784) -> None:
        super().__init__(latent_dim, input_dim)
        self.encoder = nn.Sequential(nn.Linear(input_dim, latent_dim))
        self.decoder = nn.Sequential(nn.Linear(latent_dim, input_dim))


class Autoencoder(Model):
    """Hidden layers down to the code, the same layers back up, a sigmoid at the end.

    Args:
        latent_dim: How many numbers the code has.
        hidden: The widths of the encoder's hidden layers; the decoder mirrors them.
        input_dim: How many pixels a picture has.
    """

    def __init__(
        self, latent_dim: int, hidden: Sequence[int] = (512, 256), input_dim: int = 784
    ) -> None:
        hidden = [_whole_number("hidden", width) for width in hidden]
        super().__init__(latent_dim, input_dim, hidden=hidden)
        self.encoder = nn.Sequential(*_layers([input_dim, *hidden, latent_dim]))
        self.decoder = nn.Sequential(*_layers([latent_dim, *hidden[::-1], input_dim]), nn.Sigmoid())


def _layers(widths: Sequence[int]) -> list[nn.Module]:
    """Linear layers from width to width, with a SiLU between two of them."""
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(widths):
        layers += [nn.Linear(n_in, n_out), nn.SiLU()]
    return layers[:-1]


def _quietly(model: Model, function: Any, values: Array) -> Array:
    """Call in evaluation mode without gradients; NumPy in, NumPy out."""
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            if not isinstance(values, np.ndarray):
                return function(values)
            if values.dtype == np.float64:  # what NumPy and scikit-learn compute in
                values = values.astype(np.float32)
            return function(torch.from_numpy(values)).numpy()
    finally:
        model.train(was_training)


def _whole_number(name: str, value: Any) -> int:
    try:
        number = 0 if isinstance(value, bool) else index(value)
    except TypeError:
        number = 0
    if number < 1:
        raise ValueError(f"{name} must be a whole number, 1 or more, not {value!r}.")
    return number


def _check(values: torch.Tensor, name: str, width: int, dtype: torch.dtype) -> None:
    """Refuse what a layer would misread: the wrong kind of thing, shape or number."""
    if not isinstance(values, torch.Tensor):
        raise ValueError(
            f"{name} must be a torch tensor, not {type(values).__name__}; "
            "torch.as_tensor makes one of an array or a list."
        )
    if values.ndim != 2 or values.shape[1] != width:
        raise ValueError(
            f"{name} has shape {tuple(values.shape)}, this model takes (N, {width}): one row for "
            f"each image. Usual cure: {name}.reshape(-1, {width})."
        )
    if values.dtype != dtype:
        cure = f"{name}.float()" if values.is_floating_point() else f"{name}.float() / 255"
        raise ValueError(f"{name} holds {values.dtype}, this model {dtype}. Usual cure: {cure}.")
    if values.isnan().any():
        row = int(values.isnan().any(dim=1).nonzero()[0])
        raise ValueError(f"{name} holds NaN, first in row {row}. Mend or leave out that row.")


def _check_pixels(x: torch.Tensor, width: int, dtype: torch.dtype) -> None:
    """Refuse what is not a row of pixels in [0, 1]; a little noise beyond the ends is fine."""
    _check(x, "x", width, dtype)
    if x.numel() and not (x.min() >= -1 and x.max() <= 2):
        raise ValueError(
            f"x lies in [{x.min():.4g}, {x.max():.4g}], this model takes pixels in [0, 1]. "
            "Usual cure: x / 255 for bytes, and no other scaling or centring."
        )
