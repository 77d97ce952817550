"""z_t, t -> the way to go: a network that leads noise to codes, and knows the time."""

import torch
from torch import nn
from torch.nn.functional import one_hot

from aelib.checks import check_rows, whole_number
from aelib.models.blocks import dense_layers


class VelocityNetwork(nn.Module):
    """Answers a mixture of code and noise with its velocity, the direction from code to noise.

    Four dense layers see z_t, sixteen waves of the time t, and the class as one-hot; a row that
    is told no class gets zeros in its place.

    Args:
        dim: How many numbers a code has.
        n_classes: How many classes it may be told; 0 if none.
        width: The width of its three hidden layers.

    Raises:
        ValueError: A size is not a whole number, or too small.

    References: Lipman et al. (2023), Flow matching for generative modeling; Ho and Salimans
        (2022), Classifier-free diffusion guidance, for the class that may be left out.

    Example:
        >>> model = aelib.VelocityNetwork(16, n_classes=10)
        >>> z_t, t = torch.randn(3, 16), torch.rand(3)
        >>> tuple(model(z_t, t).shape), tuple(model(z_t, t, torch.tensor([7, 2, -1])).shape)
        ((3, 16), (3, 16))
    """

    def __init__(self, dim: int, n_classes: int = 0, width: int = 256) -> None:
        super().__init__()
        _check_sizes(dim, n_classes, width)
        self.n_classes = n_classes
        self.layers = nn.Sequential(*dense_layers([dim + 16 + n_classes, *[width] * 3, dim]))

    def forward(
        self, z_t: torch.Tensor, t: torch.Tensor, y: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Mixtures z_t (N, dim) at times t (N,), 0 code and 1 noise -> velocities (N, dim).

        Args:
            z_t: (1 - t) code + t noise, float.
            t: The share of noise in each row, float.
            y: A class for each row, int64 (N,); -1 for a row that is told none. None: no row is.

        Raises:
            ValueError: A shape or a type does not fit, or a class is unknown.
        """
        y = torch.full((len(z_t),), -1) if y is None else y
        _check_told(self, z_t, t, y)
        told = one_hot(y + 1, self.n_classes + 1)[:, 1:]
        return self.layers(torch.cat([z_t, waves(t), told], dim=1))


def waves(t: torch.Tensor) -> torch.Tensor:
    """Times t (N,) as eight sines and eight cosines (N, 16), from half a wave up to four."""
    angles = torch.pi * t[:, None] * torch.arange(1, 9)
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def _check_sizes(dim: int, n_classes: int, width: int) -> None:
    """Raise ValueError unless all are whole numbers and large enough."""
    whole_number("dim", dim)
    whole_number("n_classes", n_classes, 0)
    whole_number("width", width)


def _check_told(
    model: VelocityNetwork, z_t: torch.Tensor, t: torch.Tensor, y: torch.Tensor
) -> None:
    """Raise ValueError unless each row has a time and a class, or -1."""
    first, last = model.layers[0], model.layers[-1]
    check_rows(z_t, "z_t", last.out_features, first.weight.dtype)  # type: ignore[arg-type]
    if not isinstance(t, torch.Tensor) or t.shape != (len(z_t),):
        found = tuple(t.shape) if isinstance(t, torch.Tensor) else type(t).__name__
        raise ValueError(
            f"t must be a tensor with one time for each of {len(z_t)} rows, shape ({len(z_t)},), "
            f"not {found}; torch.full((len(z_t),), 0.5) is the same time for all."
        )
    if not isinstance(y, torch.Tensor) or y.shape != (len(z_t),) or y.dtype != torch.int64:
        raise ValueError(
            f"y must be a tensor of {len(z_t)} classes, int64, shape ({len(z_t)},), -1 for none. "
            "Usual cure: torch.as_tensor(y).long()."
        )
    if len(y) and not -1 <= y.min() <= y.max() < model.n_classes:
        raise ValueError(
            f"y lies in [{y.min()}, {y.max()}]; this network knows the classes 0 to "
            f"{model.n_classes - 1}, and -1 for none."
            if model.n_classes
            else "This network was made without classes; VelocityNetwork(dim, n_classes=10) has "
            "ten, and y=None tells none."
        )
