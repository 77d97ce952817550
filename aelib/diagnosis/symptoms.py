"""A network's answers and codes, looked at with one instrument after the other: see health.py."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import torch
from torch import nn

from aelib.diagnosis.patient import Patient, copy_of, kl_of
from aelib.losses import squared_error
from aelib.metrics import active_units

_SWITCHED = (nn.modules.dropout._DropoutNd, nn.modules.batchnorm._BatchNorm)
Findings = Iterator[tuple[str, str]]


def look_at_mode(patient: Patient, model: nn.Module) -> Findings:
    """Layers that behave differently in training, left that way."""
    if not any(isinstance(part, _SWITCHED) and part.training for part in model.modules()):
        return
    as_it_is = deepcopy(model)
    classes = () if patient.y is None else (patient.y,)
    with torch.no_grad():
        error = squared_error(copy_of(as_it_is, patient.x, classes), patient.flat).item()
    yield (
        "training mode",
        f"dropout or batch normalisation is switched to training: as it stands the error is "
        f"{error:.1f}, in evaluation mode {patient.error:.1f}. Call model.eval() first.",
    )


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
    ends = ((patient.x_hat < 0.01) | (patient.x_hat > 0.99)).float().mean()
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
            f"every picture gets the same answer, {ends:.0%} of it at 0 or 1: {errors}. Train anew "
            "with a tenth of the learning rate.",
        )
    else:
        yield (
            "mean image",
            "every picture gets the same answer, and a worse one than the mean image: "
            f"{errors}. Was it trained at all?",
        )


def _gradients(patient: Patient) -> str:
    """How much of the gradient reaches the first layer."""
    weights = [p for p in patient.model.parameters() if p.ndim > 1 and p.requires_grad]
    classes = () if patient.y is None else (patient.y[:200],)
    error = ((copy_of(patient.model, patient.x[:200], classes) - patient.flat[:200]) ** 2).sum()
    slopes = torch.autograd.grad(error, weights, allow_unused=True)
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
        copies = copy_of(patient.model, nonsense.reshape(patient.x.shape))
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
    draws = _drawn_variance(patient.model, mu, logvar)
    if draws is not None and not 0.7 < draws < 1.4:
        yield (
            "wrong spread",
            f"codes are drawn with {draws:.2g} times the variance that logvar says. Draw with "
            "torch.exp(0.5 * logvar): logvar is the logarithm of the variance.",
        )
        return
    size = float((mu.var(dim=0) + logvar.exp().mean(dim=0)).mean().sqrt())
    if size > 1.8:
        yield (
            "weak KL",
            f"the codes spread {size:.1f} times as wide as the N(0, 1) that new ones are drawn "
            "from. Sum the KL over the code and average it over pictures, as the error.",
        )


def _drawn_variance(model: Any, mu: torch.Tensor, logvar: torch.Tensor) -> float | None:
    """Variance of the codes that the model draws, as a multiple of exp(logvar)."""
    if not hasattr(model, "reparameterize"):
        return None
    with torch.no_grad():
        draws = torch.stack([model.reparameterize(mu, logvar) for _ in range(30)])
    if (draws == draws[0]).all():  # no noise at all in evaluation mode: a choice, not a fault
        return None
    return float((draws.var(dim=0) / logvar.exp()).median())


LOOKS: tuple[Callable[[Patient, nn.Module], Findings], ...] = (
    *(look_at_mode, look_at_range, look_at_answers),
    *(look_at_units, look_at_copies, look_at_clouds),
)
