"""A network's answers and codes, looked at with one instrument after the other: see report.py."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn

from aelib.diagnosis.patient import Patient, kl_of
from aelib.diagnosis.worse import look_at_error, look_at_sigmoids, look_at_smooth_copies
from aelib.losses import squared_error
from aelib.metrics import active_units

_NORMS = nn.modules.batchnorm._BatchNorm
_SWITCHED = (nn.modules.dropout._DropoutNd, _NORMS)
Findings = Iterator[tuple[str, str]]


def modes_of(model: nn.Module) -> list[nn.Module]:
    """Layers that behave differently in training and are left that way."""
    return [part for part in model.modules() if isinstance(part, _SWITCHED) and part.training]


def look_at_mode(patient: Patient, switched: list[nn.Module]) -> Findings:
    """Layers that behave differently in training, left that way; averages that lag behind."""
    norms = [part for part in patient.model.modules() if isinstance(part, _NORMS)]
    with_batch = _error_while(patient, [n for n in norms if n.track_running_stats])
    lags = with_batch is not None and patient.error > 1.3 * with_batch
    lags = lags and patient.error > 0.3 * patient.mean_error
    if lags:
        yield (
            "lagging statistics",
            f"with the averages that batch normalisation keeps the error is {patient.error:.1f}, "
            f"with those of the batch {with_batch:.1f}: the averages lag behind the weights. Give "
            "momentum=0.1 or more, or, after training, set momentum=None, call "
            "reset_running_stats() and run the training rows through the network in train().",
        )
    elif switched:
        yield (
            "training mode",
            f"dropout or batch normalisation is switched to training: as it stands the error is "
            f"{_error_while(patient, switched):.1f}, in evaluation mode {patient.error:.1f}. Call "
            "model.eval() first.",
        )


def _error_while(patient: Patient, layers: list[nn.Module]) -> float | None:
    """The error while some layers are in training mode; None if there are none."""
    if not layers:
        return None
    for layer in layers:
        layer.train()
    with torch.no_grad():
        error = squared_error(patient.copy(patient.x), patient.flat).item()
    for layer in layers:
        layer.eval()
    return error


def look_at_range(patient: Patient, _: nn.Module) -> Findings:
    """Answers that are no numbers, or pixels that the last layer cannot answer with."""
    low, high = (float(end) for end in patient.x.aminmax())
    if not patient.x_hat.isfinite().all():
        yield (
            "diverged",
            "some of the answers are NaN or infinite, and the weights are not. Look for a division "
            "by 0 and for the logarithm of 0 in the model.",
        )
    elif low < -0.1 and patient.x_hat.min() >= 0 and patient.x_hat.max() <= 1:
        yield (
            "unscaled pixels",
            f"x lies in [{low:.4g}, {high:.4g}] and all answers in [0, 1], so nothing below 0 can "
            "be copied. Bring the pixels to [0, 1] and train anew.",
        )


def look_at_answers(patient: Patient, _: nn.Module) -> Findings:
    """Every picture gets the same answer."""
    if not patient.is_constant or _is_dead(patient):
        return
    ends = _at_the_ends(patient)
    errors = f"the error is {patient.error:.1f}, that of the mean image {patient.mean_error:.1f}"
    if patient.error <= 1.3 * patient.mean_error:
        yield (
            "mean image",
            f"every picture gets about the mean picture: {errors}. {_gradients(patient)} Try SiLU "
            "or ReLU between the layers, fewer layers, or another learning rate.",
        )
    elif ends > 0.5:
        yield (
            "saturated output",
            f"every picture gets the same answer, {ends:.0%} of it at {patient.ends[0]:.2g} or "
            f"{patient.ends[1]:.2g}: {errors}. Train anew with a tenth of the learning rate.",
        )
    else:
        yield (
            "mean image",
            "every picture gets the same answer, and a worse one than the mean image: "
            f"{errors}. Was it trained at all?",
        )


def _at_the_ends(patient: Patient) -> float:
    """The share of the pixels that lie at the ends of the range."""
    low, high = patient.ends
    near = 0.01 * (high - low)
    at_ends = ((patient.x_hat - low).abs() < near) | ((patient.x_hat - high).abs() < near)
    return at_ends.float().mean().item()


def _gradients(patient: Patient) -> str:
    """How much of the gradient reaches the first layer."""
    weights = [p for p in patient.model.parameters() if p.ndim > 1 and p.requires_grad]
    x = patient.x[:200]
    try:
        error = ((patient.copy(x) - x.flatten(1)) ** 2).sum()
        slopes = torch.autograd.grad(error, weights, allow_unused=True)
    except RuntimeError:  # frozen
        return ""
    sizes = [float(slope.norm()) for slope in slopes if slope is not None]
    return f"The gradient is {sizes[0]:.1g} at the first weights and {sizes[-1]:.1g} at the last."


def _is_dead(patient: Patient) -> bool:
    """Whether the code says nothing, which explains a constant answer."""
    if patient.cloud:
        return active_units(patient.code) == 0
    return _is_narrow(patient) and bool(_silent(patient.code).all())


def _is_narrow(patient: Patient) -> bool:
    return patient.code.shape[1] < patient.flat.shape[1]


def _silent(code: torch.Tensor) -> torch.Tensor:
    """Which numbers of a code are the same for every picture."""
    return code.amax(dim=0) - code.amin(dim=0) <= 1e-6


def look_at_units(patient: Patient, _: nn.Module) -> Findings:
    """Numbers of the code that never change; a map is dead where that holds at every place."""
    silent = _silent(patient.code).reshape(patient.maps, -1).all(dim=1)
    is_other = bool(patient.cloud) or not patient.code.is_floating_point()
    if is_other or not _is_narrow(patient) or not silent.any():
        return
    kind = "numbers" if len(silent) == patient.code.shape[1] else "maps"
    yield (
        "dead units",
        f"{int(silent.sum())} of {len(silent)} {kind} of the code: always the same, whatever the "
        "picture. Leave out the ReLU on the code, or train anew with a lower learning rate.",
    )


def look_at_copies(patient: Patient, _: nn.Module) -> Findings:
    """Pictures that no digit looks like are copied too."""
    if patient.y is not None or _is_narrow(patient):
        return
    flat = patient.flat
    columns = [column[torch.randperm(len(flat))] for column in flat.T]
    nonsense = torch.stack(columns, dim=1)  # every pixel from another picture
    with torch.no_grad():
        copies = patient.copy(nonsense.reshape(patient.x.shape))
    kept = 1 - squared_error(copies, nonsense).item() / patient.mean_error
    if kept > 0.15:
        yield (
            "copying",
            f"the code has {patient.code.shape[1]:,} numbers for {flat.shape[1]:,} pixels, and of "
            f"scrambled pictures {kept:.0%} is copied too. Use a narrower code, or train it to "
            "remove noise.",
        )


def look_at_clouds(patient: Patient, _: nn.Module) -> Findings:
    """A variational autoencoder: is the code alive, of the size it should be, and drawn right?"""
    if not patient.cloud:
        return
    mu, logvar = patient.cloud
    if active_units(patient.code) == 0:
        yield (
            "posterior collapse",
            f"none of the {patient.code.shape[1]} numbers of the code is active, the KL is "
            f"{kl_of(mu, logvar):.2g} nats. Is it summed over the code and the error over the "
            "pixels? If so, let beta rise slowly from 0.",
        )
        return
    variance = _variance(patient)
    draws = _draws(patient.model, mu, logvar)
    if draws is not None and (words := _odd_draws(draws, mu, variance)):
        yield "wrong spread", words
        return
    size = float((mu.var(dim=0) + variance.mean(dim=0)).mean().sqrt())
    if size > 1.8:
        sign = " Or its sign is wrong: it must be added." if size > 10 else ""
        yield (
            "weak KL",
            f"the codes spread {size:.1f} times as wide as the N(0, 1) that new ones are drawn "
            "from. Sum the KL over the code and average it over pictures, as the error." + sign,
        )


def _variance(patient: Patient) -> torch.Tensor:
    """The clouds' variances, whether a model tells log variance, log sigma or sigma.

    The KL that it was trained with makes clouds and their places together as wide as N(0, 1);
    that shows which of them was meant. Only what the model also draws is believed.
    """
    assert patient.cloud
    mu, told = patient.cloud
    usual = told.exp()
    draws = _draws(patient.model, mu, told)
    for variance in ((2 * told).exp(), *([told**2] if told.min() > 0 else [])):
        drawn = draws is not None and 0.7 < float((draws.var(dim=0) / variance).median()) < 1.4
        if drawn and _beside_one(mu, variance) < _beside_one(mu, usual):
            return variance
    return usual


def _beside_one(mu: torch.Tensor, variance: torch.Tensor) -> float:
    """How far clouds and their places together are from the width of N(0, 1)."""
    return abs(float((mu**2 + variance).mean()) - 1)


def _draws(model: Any, mu: torch.Tensor, told: torch.Tensor) -> torch.Tensor | None:
    """Codes that the model draws; None if it does not say how."""
    names = ("reparameterize", "reparametrize", "reparameterization", "sample_z", "reparam")
    draw = next((getattr(model, n) for n in names if callable(getattr(model, n, None))), None)
    if draw is None:
        return None
    try:
        with torch.no_grad():
            draws = torch.stack([draw(mu, told) for _ in range(30)])
    except Exception:  # it is called in another way
        return None
    if (draws == draws[0]).all():  # no noise at all in evaluation mode: a choice, not a fault
        return None
    return draws


def _odd_draws(draws: torch.Tensor, mu: torch.Tensor, variance: torch.Tensor) -> str:
    """What is wrong with codes that do not spread as they are said to; nothing if they do."""
    ratio = float((draws.var(dim=0) / variance).median())
    if 0.7 < ratio < 1.4:
        return ""
    words = f"codes are drawn with {ratio:.2g} times the variance that logvar says. "
    off = float(((draws.mean(dim=0) - mu) / variance.sqrt()).median())
    if abs(off - 0.5) < 0.1:
        return (
            f"{words}They are drawn half a deviation beside mu: the noise is rand_like, from 0 to "
            "1. Take torch.randn_like."
        )
    return f"{words}Draw with torch.exp(0.5 * logvar): logvar is the logarithm of the variance."


LOOKS: tuple[Callable[[Patient, nn.Module], Findings], ...] = (
    *(look_at_range, look_at_sigmoids, look_at_answers, look_at_error),
    *(look_at_units, look_at_copies, look_at_smooth_copies, look_at_clouds),
)
