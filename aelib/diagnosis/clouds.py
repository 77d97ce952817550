"""The clouds of a variational autoencoder: how wide they say they are, and how wide they are."""

from collections.abc import Iterator
from dataclasses import dataclass
from inspect import signature
from math import log
from typing import Any

import torch
from torch.distributions import Distribution

from aelib.adapter.answers import rows_in

_DRAW = (  # what people call the function that draws a code
    *("reparameterize", "reparametrize", "reparameterise", "reparam", "reparameterization"),
    *("reparametrization", "sample_z", "sample_latent", "sampling", "sample"),
)
_AGREE = (0.7, 1.4)  # of two variances: as much may be chance


@dataclass(frozen=True)
class Cloud:
    """What an encoder says: where a code lies and how wide its cloud is."""

    mu: torch.Tensor
    told: torch.Tensor  # the variance's logarithm, usually
    variance: torch.Tensor  # also where log sigma, sigma or the variance itself was told
    draws: torch.Tensor | None  # codes that the model draws (times, N, K), if it shows how

    @property
    def kl(self) -> float:
        """KL to N(0, 1), in nats per picture; infinite where kl_divergence refuses."""
        nats = self.mu**2 + self.variance - 1 - self.variance.log()
        return float(0.5 * nats.sum() / len(self.mu))

    @property
    def size(self) -> float:
        """How wide clouds and their places together are; N(0, 1), which codes are drawn from, 1."""
        return float((self.mu.var(dim=0) + self.variance.mean(dim=0)).mean().sqrt())


def cloud_in(model: Any, answer: Any, beside: list[torch.Tensor], n: int) -> Cloud | None:
    """The cloud in an encoder's answer or beside the copies, if there is one."""
    if isinstance(answer, Distribution):
        mu, variance = _float(answer.mean), _float(answer.variance)
        return Cloud(mu, variance.log(), variance, None) if mu.ndim == 2 else None
    pair = None if isinstance(answer, torch.Tensor) else _pair(list(rows_in(answer, n)))
    if pair is None:
        pair = _pair(beside)
    if pair is None:
        return None
    mu, told = pair
    draws = _draws(model, mu, told)
    mu, told = _float(mu), _float(told)
    return Cloud(mu, told, _variance(mu, told, draws, _name_of_spread(model)), draws)


def _float(values: torch.Tensor) -> torch.Tensor:
    return values.detach().float().cpu()


def _pair(parts: list[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor] | None:
    """Mu and what is told of the spread: two tensors of rows of one shape."""
    if len(parts) < 2 or parts[0].shape != parts[1].shape or parts[0].ndim != 2:
        return None
    return (parts[0], parts[1]) if parts[0].is_floating_point() else None


def _draw_of(model: Any) -> Any:
    """What draws a code from mu and the spread, if the model shows it."""
    return next((f for name in _DRAW if callable(f := getattr(model, name, None))), None)


def _draws(model: Any, mu: torch.Tensor, told: torch.Tensor) -> torch.Tensor | None:
    """Codes that the model draws; None if it does not say how."""
    draw = _draw_of(model)
    if draw is None:
        return None
    try:
        with torch.no_grad():
            draws = torch.stack([_float(draw(mu, told)) for _ in range(30)])
    except Exception:  # it is called in another way
        return None
    if draws.shape[1:] != mu.shape or (draws == draws[0]).all():
        return None  # no noise at all in evaluation mode: a choice, not a fault
    return draws


def _variance(
    mu: torch.Tensor, told: torch.Tensor, draws: torch.Tensor | None, name: str
) -> torch.Tensor:
    """The clouds' variances, whether a model tells log variance, log sigma, sigma or variance.

    What the model draws shows what it takes the number for. That alone could be the mistake, so
    the number's name counts as well, and where that says nothing, the KL: see `_kl_agrees`.
    """
    usual, all_above_0 = told.exp(), bool(told.min() > 0)
    if draws is None:
        return told**2 if all_above_0 and told.max() < 3 else usual
    if _agree(draws, usual) or ("log" in name and "var" in name):
        return usual
    is_sigma = any(word in name for word in ("sig", "std", "stddev", "scale"))
    for variance in ((2 * told).exp(), *((told**2, told) if all_above_0 else ())):
        if _agree(draws, variance) and (is_sigma or all_above_0 or _kl_agrees(mu, told)):
            return variance
    return usual


def _name_of_spread(model: Any) -> str:
    """What the model calls the spread where it draws a code."""
    try:
        names = list(signature(_draw_of(model)).parameters)
    except (TypeError, ValueError):
        return ""
    return names[1].lower() if len(names) > 1 else ""


def _agree(draws: torch.Tensor, variance: torch.Tensor) -> bool:
    return _AGREE[0] < _ratio(draws, variance) < _AGREE[1]


def _ratio(draws: torch.Tensor, variance: torch.Tensor) -> float:
    return float((draws.var(dim=0) / variance).median())


def _kl_agrees(mu: torch.Tensor, log_sigma: torch.Tensor) -> bool:
    """Whether codes drawn with exp(t) were trained with the KL of t as log sigma.

    A network may stretch a number of its code and let the decoder shrink it again; only the KL
    feels that. So training ends where stretching changes the KL no more: with the KL of log sigma
    where mu^2 + exp(2 t) is 1 on average, with the KL of a log variance where 2 mu^2 + exp(t) is.
    """
    active = mu.var(dim=0) > 0.1
    if not active.any():
        return False
    mu, t = mu[:, active], log_sigma[:, active]
    right = float((mu**2 + (2 * t).exp()).mean())
    wrong = float((2 * mu**2 + t.exp()).mean())
    return abs(log(right)) < abs(log(wrong))


def odd_spread(cloud: Cloud) -> Iterator[tuple[str, str]]:
    """Clouds that cannot be narrow, or codes that are not drawn as wide as they are said to be."""
    at_0 = float((cloud.told == 0).float().mean())
    if cloud.told.min() == 0 and 0.02 < at_0 < 1:
        yield (
            "wrong spread",
            "logvar never falls below 0, so no cloud can be narrower than N(0, 1) itself. Leave "
            "out the ReLU after the layer that answers with logvar, and the one after mu.",
        )
    elif cloud.draws is not None:
        yield from _odd_draws(cloud, cloud.draws)


def _odd_draws(cloud: Cloud, draws: torch.Tensor) -> Iterator[tuple[str, str]]:
    """Codes that do not spread as they are said to."""
    if _agree(draws, cloud.variance):
        return
    ratio = _ratio(draws, cloud.variance)
    words = f"codes are drawn with {ratio:.2g} times the variance that logvar says. "
    off = float(((draws.mean(dim=0) - cloud.mu) / cloud.variance.sqrt()).median())
    if abs(off - 0.5) < 0.1:
        words += (
            "They are drawn half a deviation beside mu: the noise is rand_like, from 0 to 1. Take "
            "torch.randn_like."
        )
    else:
        words += "Draw with torch.exp(0.5 * logvar): logvar is the logarithm of the variance."
    yield "wrong spread", words
