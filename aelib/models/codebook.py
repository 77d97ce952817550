"""x -> whole numbers -> x_hat: an autoencoder whose code is made of entries of a codebook."""

import torch
from torch import nn

from aelib.checks import check_pixels, whole_number


class VQVAE(nn.Module):
    """A vector-quantised autoencoder: 784 pixels become 7 x 7 entries of a codebook.

    Its encoder answers with a vector at each of 49 places; the nearest entry of the codebook
    takes the vector's place. `codebook` (n_codes, width) is trained with the rest.

    Args:
        n_codes: How many entries the codebook has.
        width: How many numbers an entry has.

    Raises:
        ValueError: n_codes or width is not a whole number, 1 or more.

    Reference: van den Oord, Vinyals and Kavukcuoglu (2017), Neural discrete representation
        learning.

    Example:
        >>> model = aelib.VQVAE(n_codes=32, width=8)
        >>> x = torch.rand(5, 784)
        >>> x_hat, apart = model(x)
        >>> tuple(model.nearest(model.vectors(x)).shape)  # an entry for each of 7 x 7 places
        (5, 49)
    """

    def __init__(self, n_codes: int = 32, width: int = 8) -> None:
        super().__init__()
        _check_sizes(n_codes, width)
        self.codebook = nn.Parameter(torch.randn(n_codes, width) / 2)
        self.encoder = nn.Sequential(
            *(nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, 16, 4, stride=2, padding=1), nn.SiLU()),
            *(nn.Conv2d(16, 32, 4, stride=2, padding=1), nn.SiLU(), nn.Conv2d(32, width, 1)),
        )
        self.decoder = nn.Sequential(
            *(nn.Unflatten(1, (width, 7, 7)), nn.Conv2d(width, 32, 3, padding=1), nn.SiLU()),
            *(nn.ConvTranspose2d(32, 16, 4, stride=2, padding=1), nn.SiLU()),
            *(nn.ConvTranspose2d(16, 1, 4, stride=2, padding=1), nn.Flatten(), nn.Sigmoid()),
        )

    def vectors(self, x: torch.Tensor) -> torch.Tensor:
        """Pixels x (N, 784) in [0, 1] -> the vector at each place (N, 49, width), float32.

        Raises:
            ValueError: x has another shape or type, holds NaN, or lies far outside [0, 1].
        """
        check_pixels(x, 784, self.codebook.dtype)
        return self.encoder(x).flatten(2).transpose(1, 2)

    def nearest(self, z: torch.Tensor) -> torch.Tensor:
        """Vectors z (N, 49, width) -> the number of the nearest entry at each place (N, 49)."""
        return torch.cdist(z.detach(), self.codebook.detach()).argmin(dim=2)

    def draw(self, q: torch.Tensor) -> torch.Tensor:
        """Vectors q (N, 49, width) -> pixels (N, 784), float32."""
        return self.decoder(q.transpose(1, 2).flatten(1))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Pixels x (N, 784) -> x_hat (N, 784), and how far vectors and entries are apart.

        x_hat is drawn from the entries; its gradient reaches the vectors as if nothing had been
        replaced (straight-through). The second is 1.25 times the squared distance, summed over
        places and numbers, averaged over images: the whole pulls the entries, the quarter the
        vectors.

        Raises:
            ValueError: x has another shape or type, holds NaN, or lies far outside [0, 1].
        """
        z = self.vectors(x)
        q = self.codebook[self.nearest(z)]
        apart = ((q - z.detach()) ** 2).sum() + ((q.detach() - z) ** 2).sum() / 4
        return self.draw(z + (q - z).detach()), apart / len(x)


def _check_sizes(n_codes: int, width: int) -> None:
    """Raise ValueError unless both are whole numbers, 1 or more."""
    whole_number("n_codes", n_codes)
    whole_number("width", width)
