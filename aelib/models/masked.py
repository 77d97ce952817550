"""visible patches -> the whole picture: an autoencoder that is shown a part and fills the holes."""

import torch
from torch import nn

from aelib.checks import check_pixels, whole_number


def patches(x: torch.Tensor, size: int) -> torch.Tensor:
    """Digits x (N, 784) -> their patches (N, patches, size * size), row by row.

    Raises:
        ValueError: size does not divide 28, or x has another shape or type.
    """
    check_size(size)
    check_pixels(x, 784, x.dtype)
    cut = x.reshape(-1, 28 // size, size, 28 // size, size)
    return cut.transpose(2, 3).flatten(3).flatten(1, 2)


def together(cut: torch.Tensor, size: int) -> torch.Tensor:
    """Patches (N, patches, size * size) -> the digits that they were cut from (N, 784)."""
    rows = cut.reshape(-1, 28 // size, 28 // size, size, size)
    return rows.transpose(2, 3).flatten(1)


def attention(width: int) -> nn.Module:
    """One block of a transformer: every token looks at all others, then thinks for itself."""
    return nn.TransformerEncoderLayer(
        *(width, 4, 2 * width), dropout=0, activation="gelu", batch_first=True, norm_first=True
    )


class MaskedAutoencoder(nn.Module):
    """Sees some patches of a digit and draws all of them: a small transformer.

    The encoder is given the visible patches only, each as a token of `width` numbers with its
    place; the decoder is given these tokens and one learned token for each hidden place.

    Args:
        size: The side of a patch in pixels; it divides 28.
        width: How many numbers a token has, a multiple of 4.

    Raises:
        ValueError: size does not divide 28, or width is no multiple of 4.

    Reference: He, Chen, Xie, Li, Dollár and Girshick (2022), Masked autoencoders are scalable
        vision learners.

    Example:
        >>> model = aelib.MaskedAutoencoder(size=7)
        >>> x, visible = torch.rand(5, 784), torch.tensor([[0, 5, 10, 15]]).expand(5, -1)
        >>> tuple(model.tokens(x, visible).shape), tuple(model(x, visible).shape)
        ((5, 4, 64), (5, 784))
    """

    def __init__(self, size: int = 7, width: int = 64) -> None:
        super().__init__()
        check_size(size)
        _check_width(width)
        self.size, self.places = size, (28 // size) ** 2
        self.read = nn.Linear(size**2, width)
        self.place = nn.Parameter(torch.randn(self.places, width) / 2)
        self.hidden = nn.Parameter(torch.randn(self.places, width) / 2)
        self.encoder = nn.Sequential(attention(width), nn.LayerNorm(width))
        self.decoder = nn.Sequential(attention(width), attention(width), nn.LayerNorm(width))
        self.draw = nn.Sequential(nn.Linear(width, size**2), nn.Sigmoid())
        nn.init.constant_(self.draw[0].bias, -2)  # type: ignore[arg-type]

    def tokens(self, x: torch.Tensor, visible: torch.Tensor) -> torch.Tensor:
        """Digits x (N, 784) and places that are visible (N, k) -> tokens (N, k, width).

        Raises:
            ValueError: x has another shape or type, holds NaN, or lies far outside [0, 1].
        """
        check_pixels(x, 784, self.place.dtype)
        z = self.read(patches(x, self.size)) + self.place
        return self.encoder(z.take_along_dim(visible[..., None], dim=1))

    def forward(self, x: torch.Tensor, visible: torch.Tensor) -> torch.Tensor:
        """Digits x (N, 784) and places that are visible (N, k) -> all pixels (N, 784).

        Raises:
            ValueError: x has another shape or type, holds NaN, or lies far outside [0, 1].
        """
        told = self.tokens(x, visible) + self.hidden[visible]
        at = visible[..., None].expand_as(told)
        z = self.hidden.expand(len(x), -1, -1).scatter(1, at, told)
        return together(self.draw(self.decoder(z)), self.size)


def check_size(size: int) -> None:
    """Raise ValueError unless patches of this side fill a digit."""
    if 28 % whole_number("size", size, 1, 28):
        raise ValueError(f"size must divide 28, such as 4 or 7, not {size}.")


def _check_width(width: int) -> None:
    """Raise ValueError unless the four heads of attention share the width evenly."""
    if whole_number("width", width) % 4:
        raise ValueError(f"width must be a multiple of 4, not {width}.")
