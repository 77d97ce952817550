"""x -> z -> x_hat: the networks of the course."""

from collections.abc import Sequence
from math import prod
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import nn
from torch.nn import functional

from aelib.checks import check_classes, check_pixels, check_rows, whole_number, whole_numbers
from aelib.models.blocks import (
    Residual,
    conv_block,
    dense_layers,
    picture_shape,
    residual_layers,
    whole_picture,
)

Array = TypeVar("Array", np.ndarray, torch.Tensor)


class Model(nn.Module):
    """What all autoencoders share: an encoder, a decoder, checks, and scikit-learn's verbs.

    `encode`, `decode` and `forward` are for training: tensors, differentiable. `transform` and
    `inverse_transform` are for looking: evaluation mode, no gradients, and NumPy arrays are
    answered with NumPy arrays, so that PCA and an autoencoder change places in one line.

    Args:
        latent_dim: How many numbers the code has.
        input_dim: How many pixels a picture has.
        arguments: What else makes such a model again, for `save`.

    Raises:
        ValueError: A number is no whole number, 1 or more.

    Example:
        >>> model = aelib.Autoencoder(2)
        >>> isinstance(model, aelib.models.Model)
        True
        >>> model.transform(np.zeros((5, 784))).shape  # as PCA(2) would answer
        (5, 2)
    """

    def __init__(self, latent_dim: int, input_dim: int, **arguments: Any) -> None:
        super().__init__()
        self.latent_dim = whole_number("latent_dim", latent_dim)
        self.input_dim = whole_number("input_dim", input_dim)
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
        check_pixels(x, self.input_dim, self._dtype)
        return self.encoder(x)

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Codes z (N, latent_dim) -> pixels x_hat (N, input_dim), both float32.

        Raises:
            ValueError: z has another shape or type, or holds NaN.
        """
        check_rows(z, "z", self.latent_dim, self._dtype)
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


AnyModel = TypeVar("AnyModel", bound=Model)


class LinearAutoencoder(Model):
    """One linear layer down to the code and one back up: what PCA is, found by training.

    Args:
        latent_dim: How many numbers the code has.
        input_dim: How many pixels a picture has.

    Reference: Baldi and Hornik (1989), Neural networks and principal component analysis.

    Example:
        >>> model = aelib.LinearAutoencoder(4, input_dim=64)
        >>> x_hat = model(torch.rand(5, 64))
        >>> tuple(x_hat.shape)
        (5, 64)
    """

    def __init__(self, latent_dim: int, input_dim: int = 784) -> None:
        super().__init__(latent_dim, input_dim)
        self.encoder = nn.Sequential(nn.Linear(input_dim, latent_dim))
        self.decoder = nn.Sequential(nn.Linear(latent_dim, input_dim))


class Autoencoder(Model):
    """Hidden layers down to the code, the same layers back up, a sigmoid at the end.

    Args:
        latent_dim: How many numbers the code has.
        hidden: The widths of the encoder's hidden layers, or the width of a single one; the
            decoder mirrors them.
        input_dim: How many pixels a picture has.

    Example:
        >>> model = aelib.Autoencoder(16, hidden=(512, 256))
        >>> z = model.encode(torch.rand(5, 784))
        >>> tuple(z.shape), tuple(model.decode(z).shape)
        ((5, 16), (5, 784))
    """

    def __init__(
        self, latent_dim: int, hidden: Sequence[int] | int = (512, 256), input_dim: int = 784
    ) -> None:
        hidden = whole_numbers("hidden", hidden)
        super().__init__(latent_dim, input_dim, hidden=hidden)
        self.encoder = nn.Sequential(*dense_layers([input_dim, *hidden, latent_dim]))
        self.decoder = nn.Sequential(
            *dense_layers([latent_dim, *hidden[::-1], input_dim]), nn.Sigmoid()
        )


class VAE(Model):
    """A variational autoencoder: its encoder answers with a cloud of codes, not with one.

    `transform` gives the middle of the cloud, mu.

    Args:
        latent_dim: How many numbers the code has.
        hidden: The widths of the encoder's hidden layers, or the width of a single one; the
            decoder mirrors them.
        input_dim: How many pixels a picture has.

    Reference: Kingma and Welling (2014), Auto-encoding variational Bayes.

    Example:
        >>> vae = aelib.VAE(8)
        >>> x_hat, mu, logvar = vae(torch.rand(5, 784))
        >>> tuple(mu.shape), tuple(vae.sample(3).shape)
        ((5, 8), (3, 784))
    """

    n_classes = 0  # told to encoder and decoder; see ConditionalVAE

    def __init__(
        self, latent_dim: int, hidden: Sequence[int] | int = (512, 256), input_dim: int = 784
    ) -> None:
        hidden = whole_numbers("hidden", hidden)
        super().__init__(latent_dim, input_dim, hidden=hidden)
        n_in, n_code = self.input_dim + self.n_classes, self.latent_dim + self.n_classes
        self.encoder = nn.Sequential(*dense_layers([n_in, *hidden, 2 * self.latent_dim]))
        self.decoder = nn.Sequential(
            *dense_layers([n_code, *hidden[::-1], input_dim]), nn.Sigmoid()
        )

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
        z = torch.randn(whole_number("n", n), self.latent_dim, generator=generator)
        return self.inverse_transform(z.to(self._dtype))


class ConditionalVAE(VAE):
    """A variational autoencoder that is told the class: its code need not hold it.

    Encoder and decoder get the class as one-hot, n_classes more inputs of which one is 1.

    Args:
        latent_dim: How many numbers the code has.
        n_classes: How many classes there are; a class is a whole number from 0 on.
        hidden: The widths of the encoder's hidden layers, or the width of a single one; the
            decoder mirrors them.
        input_dim: How many pixels a picture has.

    Reference: Sohn, Lee and Yan (2015), Learning structured output representation using deep
        conditional generative models.

    Example:
        >>> model = aelib.ConditionalVAE(8, n_classes=10)
        >>> x_hat, mu, logvar = model(torch.rand(5, 784), [0, 1, 2, 3, 4])
        >>> tuple(model.sample([7, 7, 7]).shape)  # three new sevens, once it is trained
        (3, 784)
    """

    def __init__(
        self,
        latent_dim: int,
        n_classes: int,
        hidden: Sequence[int] | int = (512, 256),
        input_dim: int = 784,
    ) -> None:
        self.n_classes = whole_number("n_classes", n_classes)  # first: it decides the widths
        super().__init__(latent_dim, hidden, input_dim)
        self.arguments["n_classes"] = self.n_classes

    def encode(self, x: torch.Tensor, y: ArrayLike) -> tuple[torch.Tensor, torch.Tensor]:  # type: ignore[override]
        """Pixels x (N, input_dim) and classes y (N,) -> mu and logvar, each (N, latent_dim).

        Raises:
            ValueError: x or y has another shape or type, or a value is out of range.
        """
        check_pixels(x, self.input_dim, self._dtype)
        mu, logvar = self.encoder(self._told(x, y)).chunk(2, dim=1)
        return mu, logvar

    def decode(self, z: torch.Tensor, y: ArrayLike) -> torch.Tensor:  # type: ignore[override]
        """Codes z (N, latent_dim) and classes y (N,) -> pixels x_hat (N, input_dim), float32.

        Raises:
            ValueError: z or y has another shape or type, or holds NaN or an unknown class.
        """
        check_rows(z, "z", self.latent_dim, self._dtype)
        return self.decoder(self._told(z, y))

    def forward(  # type: ignore[override]
        self, x: torch.Tensor, y: ArrayLike
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Pixels x (N, input_dim), classes y (N,) -> x_hat of a drawn code, mu and logvar."""
        mu, logvar = self.encode(x, y)
        return self.decode(self.reparameterize(mu, logvar), y), mu, logvar

    def transform(self, x: Array, y: ArrayLike) -> Array:  # type: ignore[override]
        """Pixels (N, input_dim) and classes (N,) -> mu (N, latent_dim), without gradients."""
        check_classes(y, len(x), self.n_classes)
        return _quietly(self, lambda chunk, labels: self.encode(chunk, labels)[0], x, y)

    def inverse_transform(self, z: Array, y: ArrayLike) -> Array:  # type: ignore[override]
        """Codes (N, latent_dim) and classes (N,) -> pixels (N, input_dim), without gradients."""
        check_classes(y, len(z), self.n_classes)
        return _quietly(self, self.decode, z, y)

    def sample(self, y: ArrayLike, generator: torch.Generator | None = None) -> torch.Tensor:
        """Draw a new picture of each class in y (N,): pixels (N, input_dim), without gradients.

        Raises:
            ValueError: y is not one row of classes, or is empty.
        """
        n = np.asarray(y).size
        check_classes(y, max(n, 1), self.n_classes)
        z = torch.randn(n, self.latent_dim, generator=generator)
        return self.inverse_transform(z.to(self._dtype), y)

    def _told(self, values: torch.Tensor, y: ArrayLike) -> torch.Tensor:
        """Append each row's class, as one-hot."""
        check_classes(y, len(values), self.n_classes)
        classes = torch.as_tensor(y).long()
        return torch.cat([values, functional.one_hot(classes, self.n_classes)], dim=1)


class ConvAutoencoder(Model):
    """Convolution and max pooling down to the code, transposed convolution back up.

    Two convolutions look at 3 x 3 neighbours; pooling halves the picture after each. The
    kernels of the decoder are divisible by their stride, so that every pixel is drawn by
    equally many taps and no checkerboard appears.

    Args:
        latent_dim: How many numbers the code has.
        channels: How many feature maps the first and the second convolution make.
        input_dim: How many pixels a square grey picture has; or its shape, (H, W) or
            (3, H, W) in colour. Sides must be divisible by 4. Whatever their shape, pictures come
            and go as rows, x.flatten(1).

    Raises:
        ValueError: A setting is no such number, or pictures of input_dim cannot be halved twice.

    References: Masci et al. (2011), Stacked convolutional auto-encoders; Odena, Dumoulin and
        Olah (2016), Deconvolution and checkerboard artifacts.

    Example:
        >>> model = aelib.ConvAutoencoder(16, input_dim=(3, 32, 48))
        >>> x = torch.rand(5, 3, 32, 48).flatten(1)
        >>> tuple(model.encode(x).shape), tuple(model(x).shape)
        ((5, 16), (5, 4608))
    """

    def __init__(
        self,
        latent_dim: int,
        channels: Sequence[int] = (16, 32),
        input_dim: int | Sequence[int] = 784,
    ) -> None:
        few, many = channels = _two_channels(channels)
        depth, height, width = shape = picture_shape(input_dim)
        super().__init__(latent_dim, prod(shape), channels=channels)
        self.arguments["input_dim"] = input_dim if isinstance(input_dim, int) else [*shape]
        small = (many, height // 4, width // 4)
        self.encoder = nn.Sequential(
            nn.Unflatten(1, shape),
            *(nn.Conv2d(depth, few, 3, padding=1), nn.MaxPool2d(2), nn.SiLU()),
            *(nn.Conv2d(few, many, 3, padding=1), nn.MaxPool2d(2), nn.SiLU()),
            *(nn.Flatten(), nn.Linear(prod(small), self.latent_dim)),
        )
        self.decoder = nn.Sequential(
            *(nn.Linear(self.latent_dim, prod(small)), nn.SiLU(), nn.Unflatten(1, small)),
            *(nn.ConvTranspose2d(many, few, 4, stride=2, padding=1), nn.SiLU()),
            *(nn.ConvTranspose2d(few, depth, 4, stride=2, padding=1), nn.Sigmoid(), nn.Flatten()),
        )
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # faster


class ResidualAutoencoder(Model):
    """A wide layer and residual blocks down to the code, the same back up: notebook 04's record.

    Args:
        latent_dim: How many numbers the code has.
        width: The width of the hidden layers; within a block it is half of that.
        blocks: How many residual blocks the encoder has, and as many the decoder.
        input_dim: How many pixels a picture has.

    Example:
        >>> model = aelib.ResidualAutoencoder(16, width=128, blocks=1)
        >>> tuple(model(torch.rand(5, 784)).shape)
        (5, 784)
    """

    def __init__(
        self, latent_dim: int, width: int = 384, blocks: int = 2, input_dim: int = 784
    ) -> None:
        width, blocks = whole_number("width", width), whole_number("blocks", blocks)
        super().__init__(latent_dim, input_dim, width=width, blocks=blocks)
        self.encoder = residual_layers(self.input_dim, width, blocks, self.latent_dim)
        self.decoder = residual_layers(self.latent_dim, width, blocks, self.input_dim)
        self.decoder.append(nn.Sigmoid())


class UNet(Model):
    """Down, across, and up again, with a way around each step: notebook 05's denoiser.

    Its code is no bottleneck: 784 numbers for a digit of 784 pixels. Trained to copy it would
    learn to copy; trained on noisy pictures it learns what a clean one looks like.

    Args:
        latent_dim: How many numbers the code has, a multiple of a quarter of the pixels.
        channels: How many feature maps it has at a half and at a quarter of the size.
        hidden: The width of the one layer that sees the whole picture.
        input_dim: How many pixels a square grey picture has; or its shape, (H, W) or
            (3, H, W) in colour. Sides must be divisible by 4. Whatever their shape, pictures come
            and go as rows, x.flatten(1).

    Raises:
        ValueError: A setting is no such number, pictures of input_dim cannot be halved twice, or
            latent_dim is no multiple of a quarter of H * W.

    Reference: Ronneberger, Fischer and Brox (2015), U-Net: convolutional networks for biomedical
        image segmentation.

    Example:
        >>> denoiser = aelib.UNet()
        >>> noisy = aelib.noise.gaussian(torch.rand(5, 784), sigma=0.3)
        >>> tuple(denoiser(noisy).shape)
        (5, 784)
    """

    def __init__(
        self,
        latent_dim: int = 784,
        channels: Sequence[int] = (16, 32),
        hidden: int = 64,
        input_dim: int | Sequence[int] = 784,
    ) -> None:
        few, many = channels = _two_channels(channels)
        hidden = whole_number("hidden", hidden)
        depth, height, width = shape = picture_shape(input_dim)
        super().__init__(latent_dim, prod(shape), channels=channels, hidden=hidden)
        self.arguments["input_dim"] = input_dim if isinstance(input_dim, int) else [*shape]
        half = (height // 2, width // 2)
        maps = _maps(self.latent_dim, half)
        around = nn.Sequential(
            *(nn.SiLU(), nn.Conv2d(few, many, 4, stride=2, padding=1), conv_block(many)),
            *(whole_picture((many, height // 4, width // 4), hidden), conv_block(many)),
            *(nn.SiLU(), nn.ConvTranspose2d(many, few, 4, stride=2, padding=1)),
        )
        self.encoder = nn.Sequential(
            *(nn.Unflatten(1, shape), nn.Conv2d(depth, few, 4, stride=2, padding=1)),
            *(conv_block(few), Residual(around), conv_block(few)),
            *(nn.SiLU(), nn.Conv2d(few, maps, 3, padding=1), nn.Flatten()),
        )
        self.decoder = nn.Sequential(
            nn.Unflatten(1, (maps, *half)),
            *(nn.ConvTranspose2d(maps, depth, 4, stride=2, padding=1), nn.Flatten(), nn.Sigmoid()),
        )


def start_at_mean(model: AnyModel, x: torch.Tensor) -> AnyModel:
    """Let a network draw the mean image before its first step, and read how x differs from it.

    Only the encoder's first bias and the decoder's last one change, in place.

    Args:
        model: A model that begins with a linear layer and ends with one and a sigmoid.
        x: Images (N, input_dim), float32 in [0, 1], such as the training set.

    Returns:
        The model.

    Raises:
        ValueError: The model is built otherwise, or x is not a set of such images.

    Example:
        >>> x = aelib.load_mnist(1000, 10)[0]
        >>> model = aelib.start_at_mean(aelib.Autoencoder(16), x)
        >>> begins = aelib.squared_error(model(x), x)  # untrained
        >>> bool(begins < 1.1 * aelib.squared_error(x.mean(dim=0).expand_as(x), x))
        True
    """
    _check_start(model, x)
    mean_image = x.mean(dim=0)
    model.encoder[0].bias.data -= model.encoder[0].weight.data @ mean_image  # type: ignore[operator]
    model.decoder[-2].bias.data = torch.logit(mean_image.clamp(0.005, 0.995))
    return model


def _check_start(model: Model, x: torch.Tensor) -> None:
    *_, last, end = model.encoder[0], *model.decoder
    if [type(layer) for layer in (model.encoder[0], last, end)] != [nn.Linear] * 2 + [nn.Sigmoid]:
        raise ValueError(
            "start_at_mean needs a model that begins with a linear layer and ends with a linear "
            f"layer and a sigmoid, such as Autoencoder; {type(model).__name__} does not."
        )
    check_pixels(x, model.input_dim, model._dtype)
    if not len(x):
        raise ValueError("x holds no image, so it has no mean; give the training set.")


def _in_chunks(function: Any, values: torch.Tensor, *classes: torch.Tensor) -> torch.Tensor:
    """Call on 1,000 rows at a time: all at once would cost a convolution gigabytes."""
    if not isinstance(values, torch.Tensor):
        return function(values, *classes)  # which refuses it
    chunks = zip(*(column.split(1000) for column in (values, *classes)), strict=True)
    return torch.cat([function(*chunk) for chunk in chunks])


def _quietly(model: Model, function: Any, values: Array, *classes: ArrayLike) -> Array:
    """Call in evaluation mode without gradients; NumPy in, NumPy out."""
    training = [module for module in model.modules() if module.training]
    model.eval()
    try:
        with torch.no_grad():
            if not isinstance(values, np.ndarray):
                return _in_chunks(function, values, *map(torch.as_tensor, classes))
            if values.dtype == np.float64:  # what NumPy and scikit-learn compute in
                values = values.astype(np.float32)
            columns = map(torch.as_tensor, (values, *classes))
            return _in_chunks(function, *columns).numpy()
    finally:
        for module in training:  # one that was frozen by hand stays frozen
            module.training = True


def _two_channels(channels: Sequence[int]) -> list[int]:
    """How many feature maps the large and the small layer have."""
    counts = whole_numbers("channels", channels)
    if len(counts) != 2:
        raise ValueError(f"channels must be two whole numbers, not {counts}.")
    return counts


def _maps(latent_dim: int, size: tuple[int, int]) -> int:
    """How many feature maps of this size make up a code."""
    if latent_dim % prod(size):
        raise ValueError(
            f"latent_dim is {latent_dim}; a UNet's code is made of maps of {size[0]} x {size[1]} "
            f"numbers, so it must be a multiple of {prod(size)}."
        )
    return latent_dim // prod(size)
