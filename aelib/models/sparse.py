"""activations -> a few latents out of many -> activations: an autoencoder that reads a network."""

import torch
from torch import nn
from torch.nn.functional import normalize

from aelib.checks import check_rows, whole_number
from aelib.models.networks import Model


class SparseAutoencoder(Model):
    """A wide layer of which only the k strongest latents speak; each has a direction of length 1.

    x_hat is the decoder's bias plus the directions of the latents that are on, each as often as
    its latent says. Its rows are no pictures: any numbers go in, such as the activations of
    another network, best centred on 0 and of about unit size. The encoder begins with the
    directions of the decoder (tied), so that few latents are never chosen. With k = latents it is
    a plain network of one ReLU layer, to be made sparse by `l1_penalty`.

    Args:
        input_dim: How many numbers a row has.
        latents: How many latents there are, usually more than input_dim.
        k: How many of them may be on at a time, 1 to latents.

    Raises:
        ValueError: A size is not a whole number, 1 or more, or k is larger than latents.

    References: Gao et al. (2024), Scaling and evaluating sparse autoencoders, for the k strongest;
        Bricken et al. (2023), Towards monosemanticity, for the directions of length 1.

    Example:
        >>> model = aelib.SparseAutoencoder(input_dim=32, latents=128, k=4)
        >>> z = model.encode(torch.randn(10, 32))  # activations of another network
        >>> tuple(z.shape), int((z > 0).sum(dim=1).max())
        ((10, 128), 4)
    """

    def __init__(self, input_dim: int, latents: int, k: int) -> None:
        super().__init__(latents, input_dim)
        _check_k(k, latents)
        self.k = k
        self.encoder = nn.Linear(input_dim, latents)  # type: ignore[assignment]
        self.decoder = nn.Linear(latents, input_dim)  # type: ignore[assignment]
        nn.init.zeros_(self.encoder.bias)  # type: ignore[arg-type]
        nn.init.zeros_(self.decoder.bias)  # type: ignore[arg-type]
        self.encoder.weight.data = self.directions().detach().clone()

    def directions(self) -> torch.Tensor:
        """What each latent adds to a row when it is 1: (latents, input_dim), rows of length 1."""
        return normalize(self.decoder.weight.T)  # type: ignore[arg-type]

    def all_latents(self, x: torch.Tensor) -> torch.Tensor:
        """Rows x (N, input_dim) -> every latent before the choice (N, latents), none below 0.

        Raises:
            ValueError: x has another shape or type, or holds NaN.
        """
        check_rows(x, "x", self.input_dim, self._dtype)
        return self.encoder(x - self.decoder.bias).relu()  # type: ignore[operator]

    def strongest(self, z: torch.Tensor) -> torch.Tensor:
        """Keep the k largest numbers of each row of z (N, latents), 0 in place of the others."""
        top = z.topk(self.k, dim=1)
        return torch.zeros_like(z).scatter(1, top.indices, top.values)

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        """Rows x (N, input_dim) -> z (N, latents): the k strongest latents, 0 for the others.

        Raises:
            ValueError: x has another shape or type, or holds NaN.
        """
        return self.strongest(self.all_latents(x))

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Latents z (N, latents) -> rows x_hat (N, input_dim), both float32.

        Raises:
            ValueError: z has another shape or type, or holds NaN.
        """
        check_rows(z, "z", self.latent_dim, self._dtype)
        return z @ self.directions() + self.decoder.bias  # type: ignore[operator]


def _check_k(k: int, latents: int) -> None:
    """Raise ValueError unless so many latents can be on."""
    whole_number("k", k, 1, latents)
