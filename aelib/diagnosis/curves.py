"""What the losses of a training tell: NaN, a loss without a floor, gaps between two curves."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile
from math import inf, isfinite, log

from torch import nn
from torch.nn.functional import binary_cross_entropy

from aelib.diagnosis.patient import Patient

Findings = Iterator[tuple[str, str]]


def look_at_finite(model: nn.Module, losses: list[float]) -> Findings:
    """Weights or losses that are no numbers any more."""
    blown_up = not all(weight.isfinite().all() for weight in model.parameters())
    if blown_up or not all(isfinite(value) for value in losses):
        what = "the model's weights hold NaN" if blown_up else "the loss became NaN"
        yield "diverged", f"{what} or infinity. {_why_diverged(losses)}"


def _why_diverged(losses: list[float]) -> str:
    """The likeliest cause, as far as the losses before tell."""
    before = list(takewhile(isfinite, losses))
    if len(before) > 1 and before[-1] > 1.5 * min(before):
        return (
            "The loss had begun to rise: the steps are too large. Make the model anew and train it "
            "with a tenth of the learning rate."
        )
    when = "It came at once" if before else "It came in the first epoch"
    return (
        f"{when}, without a loss that rises: look for NaN in the training rows "
        "(x_train.isnan().any()), for the logarithm of 0 and for a division by 0 in the loss, and "
        "only then at the learning rate. Make the model anew and train again."
    )


def look_at_sign(patient: Patient, losses: list[float]) -> Findings:
    """A loss below 0, which is right for the logarithm of a density, and only for that."""
    if patient.cloud and not patient.cloud.kl < 1000:
        return  # the KL is made large, not small, and that is told by another look
    lowest = min(losses, default=0.0)
    bad = patient.is_constant or patient.error > patient.mean_error
    if lowest < -20 * patient.flat.shape[1] or (lowest < 0 and bad):
        yield (
            "unscaled pixels",
            f"the loss fell below 0, to {lowest:.4g}. No squared error and no "
            "cross-entropy of pixels in [0, 1] can: train anew on pixels divided by 255, unless "
            "your loss is the logarithm of a density.",
        )


def look_at_gaps(
    patient: Patient, at_home: Patient | None, loss: list[float], validation: list[float]
) -> Findings:
    """A loss that does not hold on other rows; `at_home` are training rows, if they are known."""
    if not validation or not loss:
        return
    if 0 < 1.15 * loss[-1] < validation[-1]:
        yield (
            "overfitting",
            f"the loss is {loss[-1]:.4g} on the training rows and {validation[-1]:.4g} on the "
            "validation rows. Take more data, a smaller network or fewer epochs.",
        )
    elif validation[-1] > 0.9 * loss[-1] > 0:
        yield from _leaks(patient, at_home, loss[-1], validation[-1])


def _leaks(
    patient: Patient, at_home: Patient | None, training: float, validation: float
) -> Findings:
    """A validation loss that new pictures do not confirm."""
    losses = _in_units(patient)
    far = {unit: abs(log(loss / validation)) for unit, loss in losses.items() if 0 < loss < inf}
    unit = min(far, key=lambda unit: far[unit], default="")
    if not unit or far[unit] > log(1.5) or losses[unit] < 1.12 * validation:
        return
    if at_home and losses[unit] < 1.12 * _in_units(at_home).get(unit, 0):
        return  # training rows cost as much: the loss is measured on altered pictures
    mended = (replace(patient, x_hat=copies) for copies in patient.copies_of_altered)
    if min(_in_units(copies).get(unit, inf) for copies in mended) < 1.06 * validation:
        return  # it fits pictures that noise was added to, or of which pixels are hidden
    yield (
        "leaked rows",
        f"training and validation loss agree ({training:.4g} and {validation:.4g}), yet on "
        f"x it is {losses[unit]:.4g}. Does your loss add noise or hide pixels? Then this is no "
        "fault. If not, validation rows may be among the training rows: diagnose(model, "
        "x_validation, history, x_train=x_train) counts them.",
    )


def _in_units(patient: Patient) -> dict[str, float]:
    """The loss on the patient's pictures in each usual unit."""
    x_hat, x = patient.x_hat, patient.flat
    losses = {"squared error": patient.error}
    if x.min() >= 0 and x.max() <= 1 and x_hat.min() >= 0 and x_hat.max() <= 1:
        losses["nats"] = binary_cross_entropy(x_hat, x, reduction="sum").item() / len(x)
    if patient.cloud:
        losses |= {f"{unit} and KL": v + patient.cloud.kl for unit, v in losses.items()}
    return losses | {f"{unit} per pixel": v / x.shape[1] for unit, v in losses.items()}
