"""A network's answers and codes, looked at with one instrument after the other: see report.py."""

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import nn

from aelib.adapter.answers import rows_in
from aelib.diagnosis.clouds import odd_spread
from aelib.diagnosis.copiers import look_at_copies, look_at_rows
from aelib.diagnosis.gradients import cut_off, gradients
from aelib.diagnosis.guesses import guess, odd_shapes
from aelib.diagnosis.last_layer import look_at_ends, look_at_pixels, look_at_range
from aelib.diagnosis.latents import look_at_latents
from aelib.diagnosis.patient import Patient
from aelib.losses import squared_error
from aelib.metrics import active_units

_NORMS = nn.modules.batchnorm._BatchNorm
_SWITCHED = (nn.modules.dropout._DropoutNd, _NORMS)
_MANY = 32  # numbers of a code: such a one may be made of maps, whose corners see only paper
Findings = Iterator[tuple[str, str]]


def modes_of(model: nn.Module) -> list[nn.Module]:
    """Layers that behave differently in training and are left that way."""
    return [part for part in model.modules() if isinstance(part, _SWITCHED) and part.training]


def look_at_mode(patient: Patient, switched: list[nn.Module]) -> Findings:
    """Layers that behave differently in training, left that way; averages that lag behind."""
    if (with_batch := _error_without_lag(patient)) is not None:
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


def _error_without_lag(patient: Patient) -> float | None:
    """The error with the statistics of the batch, if those that were kept lag behind."""
    norms = [part for part in patient.model.modules() if isinstance(part, _NORMS)]
    norms = [norm for norm in norms if norm.track_running_stats]
    if not norms or patient.error < 0.3 * patient.mean_error:
        return None
    with_batch = _error_while(patient, norms)
    return with_batch if patient.error > 1.3 * with_batch and not patient.mends else None


def _error_while(patient: Patient, layers: Sequence[nn.Module]) -> float:
    """The error while some layers are in training mode."""
    for layer in layers:
        layer.train()
    error = squared_error(patient.copy(patient.x), patient.flat).item()
    for layer in layers:
        layer.eval()
    return error


def look_at_answers(patient: Patient) -> Findings:
    """Every picture gets the same answer."""
    if not patient.is_constant or _is_dead(patient):
        return
    low, high = patient.ends
    near = 0.01 * (high - low)
    at_low, at_high = ((patient.x_hat - end).abs() < near for end in patient.ends)
    if patient.error <= 1.3 * patient.mean_error:
        yield (
            "mean image",
            f"every picture gets about the mean picture: {patient.both}. {_stuck(patient)}",
        )
    elif words := guess(patient):
        yield "worse than the mean image", f"{patient.both}. {words}"
    elif (ends := (at_low | at_high).float().mean().item()) > 0.5:
        cure = (
            "Train anew with a tenth of the learning rate, and zero_grad() before each backward()."
        )
        if at_high.float().mean() > 0.99:
            cure = f"Was it trained on targets above {high:.2g}, such as bytes or labels?"
        elif (patient.x_hat == 0).all():
            cure = "Does it end with a ReLU that died? End with a sigmoid, or with nothing."
        yield (
            "saturated output",
            f"every picture gets the same answer, {ends:.0%} of it at {low:.2g} or {high:.2g}: "
            f"{patient.both}. {cure}",
        )
    else:
        yield (
            "mean image",
            "every picture gets the same answer, and a worse one than the mean image: "
            f"{patient.both}. Was it trained at all?",
        )


def _stuck(patient: Patient) -> str:
    """Why it answers with the mean image, and what may help."""
    if words := odd_shapes(patient) or cut_off(patient):
        return words
    sizes = gradients(patient)
    first, last = sizes[0] or 0.0, sizes[-1] or 0.0
    words = f"The gradient is {first:.1g} at the first weights and {last:.1g} at the last."
    if first > last / 50:
        return (
            f"{words} So it arrives: does the loss compare each copy with its own picture, in the "
            "same order and of the same shape? If so, try another learning rate, and less weight "
            "decay."
        )
    code = patient.code.float()
    if code.shape[1] > 1 and bool(((code.sum(dim=1) - 1).abs() < 1e-3).all()):
        words += " The code is a softmax, which chooses one of its numbers: leave it out."
    return f"{words} Try SiLU or ReLU between the layers, fewer layers, or another learning rate."


def _is_dead(patient: Patient) -> bool:
    """Whether the code says nothing, which explains a constant answer."""
    if patient.cloud:
        return active_units(patient.code) == 0
    return patient.is_narrow and bool(_silent(patient.code).all())


def _silent(code: torch.Tensor) -> torch.Tensor:
    """Which numbers of a code are the same for every picture."""
    return code.amax(dim=0) - code.amin(dim=0) <= 1e-6


def look_at_units(patient: Patient) -> Findings:
    """Numbers of the code that never change; a map is dead where that holds at every place."""
    is_other = patient.cloud is not None or not patient.code.is_floating_point()
    silent = _silent(patient.code)
    if is_other or not patient.is_narrow or not silent.any():
        return
    if not silent.all():
        silent = _silent(torch.cat([patient.code, *_codes_of_moved(patient)]))
    silent = silent.reshape(patient.maps, -1).all(dim=1)
    if not silent.any():
        return
    kind = "numbers" if len(silent) == patient.code.shape[1] else "maps"
    penalty = " Or a penalty on the code outweighs the error." if silent.all() else ""
    yield (
        "dead units",
        f"{int(silent.sum())} of {len(silent)} {kind} of the code: always the same, whatever the "
        "picture. Leave out the ReLU on the code, or train anew with a lower learning rate."
        + penalty,
    )


def _codes_of_moved(patient: Patient) -> Iterator[torch.Tensor]:
    """Codes of pictures that were moved, so that every place sees ink; none of a short code."""
    if patient.code.shape[1] < _MANY or patient.y is not None:
        return
    rows = patient.flat[:100]
    for move in range(1, 8):
        moved = rows.roll(move * rows.shape[1] // 8, 1).reshape(len(rows), *patient.x.shape[1:])
        with torch.no_grad():
            code = next(rows_in(patient.asked.encode(moved), len(rows)), None)
        if code is None:
            return
        code = code.transpose(1, 2) if code.ndim == 3 else code
        yield code.flatten(1).float().cpu()


def look_at_clouds(patient: Patient) -> Findings:
    """A variational autoencoder: is the code alive, of the size it should be, and drawn right?"""
    cloud = patient.cloud
    if not cloud:
        return
    if odd := dict(odd_spread(cloud)):
        yield from odd.items()
    elif active_units(patient.code) == 0:
        yield (
            "posterior collapse",
            f"none of the {patient.code.shape[1]} numbers of the code is active, the KL is "
            f"{cloud.kl:.2g} nats. Is it summed over the code and the error over the "
            "pixels? If so, let beta rise slowly from 0.",
        )
    elif cloud.draws is None and _never_draws(patient):
        yield (
            "wrong spread",
            "two copies of a picture are the same in training mode as well, so no code is drawn "
            "and logvar means nothing. Decode mu + torch.exp(0.5 * logvar) * torch.randn_like(mu).",
        )
    elif cloud.size > 1.8:
        sign = " Or its sign is wrong: it must be added." if cloud.size > 10 else ""
        yield (
            "weak KL",
            f"the codes spread {cloud.size:.1f} times as wide as the N(0, 1) that new ones are "
            "drawn from. Sum the KL over the code and average it over pictures, as the error."
            + sign,
        )


def _never_draws(patient: Patient) -> bool:
    """Whether the model answers twice the same in training, where a cloud must be drawn from."""
    if not patient.asked.compared or patient.is_constant:
        return False
    patient.model.train()
    try:
        return torch.equal(patient.copy(patient.x[:50]), patient.copy(patient.x[:50]))
    except Exception:  # it needs targets in training, for example
        return False
    finally:
        patient.model.eval()


LOOKS: tuple[Callable[[Patient], Findings], ...] = (
    *(look_at_range, look_at_ends, look_at_pixels, look_at_answers),
    *(look_at_units, look_at_rows, look_at_copies, look_at_clouds),
)
# A wide code that copies anything is what such a network is for, and its rows are no pictures.
LOOKS_AT_SPARSE = (look_at_range, look_at_answers, look_at_latents)
