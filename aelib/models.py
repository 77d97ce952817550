"""x -> z -> x_hat: the networks of the course."""

from collections.abc import Sequence
from itertools import pairwise
from math import isqrt, prod
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


class VAE(Model):
    """A variational autoencoder: its encoder answers with a cloud of codes, not with one.

    `transform` gives the middle of the cloud, mu.

    Args:
        latent_dim: How many numbers the code has.
        hidden: The widths of the encoder's hidden layers; the decoder mirrors them.
        input_dim: How many pixels a picture has.

    Reference: Kingma and Welling (2014), Auto-encoding variational Bayes.
    """

    def __init__(
        self, latent_dim: int, hidden: Sequence[int] = (512, 256), input_dim: int = 784
    ) -> None:
        hidden = [_whole_number("hidden", width) for width in hidden]
        super().__init__(latent_dim, input_dim, hidden=hidden)
        self.encoder = nn.Sequential(*_layers([input_dim, *hidden, 2 * self.latent_dim]))
        self.decoder = nn.Sequential(*_layers([latent_dim, *hidden[::-1], input_dim]), nn.Sigmoid())

    def encode(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:  # type: ignore[override]
        """Pixels x (N, input_dim) in [0, 1] -> mu and logvar, each (N, latent_dim), float32.

        logvar is the logarithm of the variance, not of the standard deviation.

        Raises:
            ValueError: x has another shape or type, holds NaN, or lies far outside [0, 1].
        """
        mu, logvar = super().encode(x).chunk(2, dim=1)
        return mu, logvar

    def reparameterize(self, mu: torch.Tensor, logvar: torch.Tensor) -> torch.Tensor:
        """Draw z (N, latent_dim) from N(mu, exp(logvar)) so that gradients reach both."""
        return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:  # type: ignore[override]
        """Pixels x (N, input_dim) -> x_hat (N, input_dim) of a drawn code, mu and logvar."""
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar

    def transform(self, x: Array) -> Array:
        """Pixels (N, input_dim) -> mu (N, latent_dim), without gradients."""
        return _quietly(self, lambda chunk: self.encode(chunk)[0], x)

    def sample(self, n: int, generator: torch.Generator | None = None) -> torch.Tensor:
        """Decode n codes drawn from N(0, 1): new pictures (n, input_dim), without gradients.

        Raises:
            ValueError: n is not a whole number, 1 or more.
        """
        z = torch.randn(_whole_number("n", n), self.latent_dim, generator=generator)
        return self.inverse_transform(z.to(self._dtype))


class ConvAutoencoder(Model):
    """Convolution and max pooling down to the code, transposed convolution back up.

    Two convolutions look at 3 x 3 neighbours; pooling halves the picture after each. The
    kernels of the decoder are divisible by their stride, so that every pixel is drawn by
    equally many taps and no checkerboard appears.

    Args:
        latent_dim: How many numbers the code has.
        channels: How many feature maps the first and the second convolution make.
        input_dim: How many pixels a square picture has; its side must be divisible by 4.

    References: Masci et al. (2011), Stacked convolutional auto-encoders; Odena, Dumoulin and
        Olah (2016), Deconvolution and checkerboard artifacts.
    """

    def __init__(
        self, latent_dim: int, channels: Sequence[int] = (16, 32), input_dim: int = 784
    ) -> None:
        channels = [_whole_number("channels", count) for count in channels]
        if len(channels) != 2:
            raise ValueError(f"channels must be two whole numbers, not {channels}.")
        super().__init__(latent_dim, input_dim, channels=channels)
        side, (few, many) = _side(self.input_dim), channels
        small = (many, side // 4, side // 4)
        self.encoder = nn.Sequential(
            nn.Unflatten(1, (1, side, side)),
            *(nn.Conv2d(1, few, 3, padding=1), nn.MaxPool2d(2), nn.SiLU()),
            *(nn.Conv2d(few, many, 3, padding=1), nn.MaxPool2d(2), nn.SiLU()),
            *(nn.Flatten(), nn.Linear(prod(small), self.latent_dim)),
        )
        self.decoder = nn.Sequential(
            *(nn.Linear(self.latent_dim, prod(small)), nn.SiLU(), nn.Unflatten(1, small)),
            *(nn.ConvTranspose2d(many, few, 4, stride=2, padding=1), nn.SiLU()),
            *(nn.ConvTranspose2d(few, 1, 4, stride=2, padding=1), nn.Sigmoid(), nn.Flatten()),
        )


class Residual(nn.Module):
    """x + block(x): a layer that begins as a copy and learns what to add.

    Args:
        block: What is added; its output has the shape of its input.

    Reference: He et al. (2016), Deep residual learning for image recognition.
    """

    def __init__(self, block: nn.Sequential) -> None:
        super().__init__()
        self.block = block

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Add to x (N, ...) what the block makes of it."""
        return x + self.block(x)


class ResidualAutoencoder(Model):
    """A wide layer and residual blocks down to the code, the same back up: notebook 04's record.

    Args:
        latent_dim: How many numbers the code has.
        width: The width of the hidden layers; within a block it is half of that.
        blocks: How many residual blocks the encoder has, and as many the decoder.
        input_dim: How many pixels a picture has.
    """

    def __init__(
        self, latent_dim: int, width: int = 384, blocks: int = 2, input_dim: int = 784
    ) -> None:
        width, blocks = _whole_number("width", width), _whole_number("blocks", blocks)
        super().__init__(latent_dim, input_dim, width=width, blocks=blocks)
        self.encoder = _residual_layers(self.input_dim, width, blocks, self.latent_dim)
        self.decoder = _residual_layers(self.latent_dim, width, blocks, self.input_dim)
        self.decoder.append(nn.Sigmoid())


def residual_block(width: int) -> Residual:
    """Normalise, let a small network say what to add; at the beginning it adds nothing.

    Args:
        width: How many values go in and come out.

    References: Ba, Kiros and Hinton (2016), Layer normalization; Zhang, Dauphin and Ma (2019),
        Fixup initialization, for the zeros.
    """
    narrow = max(1, width // 2)
    last = nn.Linear(narrow, width)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    return Residual(nn.Sequential(nn.LayerNorm(width), nn.Linear(width, narrow), nn.SiLU(), last))


def _residual_layers(n_in: int, width: int, blocks: int, n_out: int) -> nn.Sequential:
    """From n_in values through residual blocks to n_out values."""
    middle = [residual_block(width) for _ in range(blocks)]
    last = (nn.LayerNorm(width), nn.SiLU(), nn.Linear(width, n_out))
    return nn.Sequential(nn.Linear(n_in, width), *middle, *last)


def _layers(widths: Sequence[int]) -> list[nn.Module]:
    """Linear layers from width to width, with a SiLU between two of them."""
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(widths):
        layers += [nn.Linear(n_in, n_out), nn.SiLU()]
    return layers[:-1]


def _in_chunks(function: Any, values: torch.Tensor) -> torch.Tensor:
    """Call on 1,000 rows at a time: all at once would cost a convolution gigabytes."""
    chunks = values.split(1000) if isinstance(values, torch.Tensor) else [values]
    return torch.cat([function(chunk) for chunk in chunks])


def _quietly(model: Model, function: Any, values: Array) -> Array:
    """Call in evaluation mode without gradients; NumPy in, NumPy out."""
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            if not isinstance(values, np.ndarray):
                return _in_chunks(function, values)
            if values.dtype == np.float64:  # what NumPy and scikit-learn compute in
                values = values.astype(np.float32)
            return _in_chunks(function, torch.from_numpy(values)).numpy()
    finally:
        model.train(was_training)


def _side(input_dim: int) -> int:
    """The side of a square picture that can be halved twice."""
    side = isqrt(input_dim)
    if side * side != input_dim or side % 4:
        raise ValueError(
            f"input_dim is {input_dim}; convolution needs square pictures whose side is "
            "divisible by 4, such as 784 = 28 * 28."
        )
    return side


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
