"""A sparse autoencoder of a network's states: its latents, their directions, what a push does."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from aelib.widgets.reader import Reader

_SPARSE = (
    "FeatureBrowser needs a sparse autoencoder with encode(x), rows (N, {}) to latents, and "
    "directions: directions(), W_dec, or a decoder that is one nn.Linear; {}."
)
_MOST = 4096  # features


@dataclass(frozen=True)
class Features:
    """A copy of a sparse autoencoder, and the states' scale that it was trained with."""

    latents: Callable[[torch.Tensor], torch.Tensor]  # (N, width) -> (N, n), before the choice
    directions: torch.Tensor  # (n, width)
    k: int
    mean: torch.Tensor
    size: float

    def all_of(self, states: torch.Tensor) -> torch.Tensor:
        """States (N, width) -> every latent before the choice (N, n)."""
        return self.latents((states - self.mean) / self.size)

    @torch.no_grad()
    def strengths(self, states: torch.Tensor) -> torch.Tensor:
        """States (N, width) -> the k strongest latents above 0, 0 for the others (N, n)."""
        z = self.all_of(states)
        top = z.topk(self.k, dim=1)
        return torch.zeros_like(z).scatter(1, top.indices, top.values.clamp(min=0))

    @torch.no_grad()
    def effects(self, reader: Reader) -> torch.Tensor:
        """What 1 more of each feature adds to the scores (n, letters), their mean taken off."""
        added = self.size * self.directions @ reader.scores.weight.T
        return added - added.mean(dim=1, keepdim=True)


def open_features(sparse: Any, width: int, mean: Any, size: Any) -> Features:
    """Find what a sparse autoencoder reads and writes.

    Args:
        sparse: With all_latents(x) and k, as aelib's, or with encode(x); and with directions(),
            W_dec or a decoder of one nn.Linear.
        width: How many numbers a state has.
        mean: What is taken off a state before, one number or `width`.
        size: What it is divided by then.

    Raises:
        TypeError: It has no such methods.
        ValueError: Sizes do not fit.
    """
    if not isinstance(sparse, nn.Module):
        raise TypeError(_SPARSE.format(width, f"this is a {type(sparse).__name__}"))
    copy: Any = deepcopy(sparse).float().cpu().eval()
    latents = getattr(copy, "all_latents", None) or getattr(copy, "encode", None)
    directions = _directions(copy)
    if latents is None or directions is None:
        raise TypeError(_SPARSE.format(width, f"{type(sparse).__name__} has not all of them"))
    try:
        with torch.no_grad():
            n = latents(torch.zeros(2, width)).shape[1]
    except Exception as error:  # a network of somebody may raise anything
        raise ValueError(
            f"The sparse autoencoder does not take states of {width} numbers: {error}"
        ) from error
    if directions.shape != (n, width):
        raise ValueError(
            f"The sparse autoencoder has {n} latents, and its directions have shape "
            f"{tuple(directions.shape)}, it should be {(n, width)}."
        )
    if n > _MOST:
        raise ValueError(f"FeatureBrowser shows up to {_MOST:,} features, not {n:,}.")
    k = int(copy.k) if hasattr(copy, "all_latents") and hasattr(copy, "k") else n
    return Features(latents, directions, min(k, n), *_scale(mean, size, width))


def _directions(sparse: Any) -> torch.Tensor | None:
    """What each latent adds to a row, (n, width), if it says so."""
    if callable(getattr(sparse, "directions", None)):
        return sparse.directions().detach()
    if isinstance(getattr(sparse, "W_dec", None), torch.Tensor):
        return sparse.W_dec.detach()
    decoder = getattr(sparse, "decoder", None)
    return decoder.weight.detach().T if isinstance(decoder, nn.Linear) else None


def _scale(mean: Any, size: Any, width: int) -> tuple[torch.Tensor, float]:
    """Both as numbers, the mean as one for each of `width`."""
    try:
        means, one = torch.tensor(np.asarray(mean, np.float32).ravel()), float(size)
    except (TypeError, ValueError):
        raise ValueError(f"mean and size must be numbers, not {mean!r} and {size!r}.") from None
    if len(means) not in (1, width) or not means.isfinite().all():
        raise ValueError(f"mean must be one finite number, or {width} of them, not {len(means)}.")
    if not (one > 0 and np.isfinite(one)):
        raise ValueError(f"size must be a finite number above 0, not {size!r}.")
    return means.expand(width), one
