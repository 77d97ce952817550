"""model, x, history -> a report: the instruments of notebook 13, asked one after the other."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import takewhile
from math import inf, isfinite, log
from typing import Any

import torch
from numpy.typing import ArrayLike
from torch import nn
from torch.nn.functional import binary_cross_entropy

from aelib.diagnosis.lending import lent
from aelib.diagnosis.patient import ROWS, Patient, examine, kl_of
from aelib.diagnosis.symptoms import LOOKS, Findings, look_at_answers, look_at_mode, modes_of
from aelib.diagnosis.worse import copies_of_altered, look_at_error


@dataclass(frozen=True, repr=False)
class Report:
    """What `diagnose` found: a name and a sentence for each finding.

    Printed, it is a text to read; `findings` are the names alone.
    """

    subject: str
    sentences: dict[str, str]

    @property
    def findings(self) -> list[str]:
        """The names of the findings; empty for a network in which nothing was found."""
        return list(self.sentences)

    def __repr__(self) -> str:
        if not self.sentences:
            return f"{self.subject}: nothing found."
        count = len(self.sentences)
        head = f"{self.subject}: {count} finding{'s' if count > 1 else ''}"
        return "\n".join([head, *(f"- {name}: {text}" for name, text in self.sentences.items())])


def diagnose(
    model: nn.Module,
    x: torch.Tensor,
    history: Any = None,
    *,
    y: ArrayLike | None = None,
    x_train: torch.Tensor | None = None,
) -> Report:
    """Look for the usual faults of an autoencoder and of its training.

    It looks at the first 1,000 rows, in evaluation mode; the model and the random numbers
    outside are afterwards as they were. It finds what it was made to find, see notebook 13,
    and an empty report is no proof of health.

    Args:
        model: A network that answers x with copies of x: pixels, or logits, alone or in a
            tuple, a list or an object. What encodes is found by running it; (mu, logvar) is a
            cloud, and the spread may be told as logvar, log sigma or sigma.
        x: Clean pictures that the network was not trained on (N, ...), float.
        history: What `fit` returned for it, a History or a dictionary of "loss" (and
            "validation" or "val_loss") of a training loop of your own, or None.
        y: The classes of x (N,), for a model that needs them.
        x_train: The rows it was trained on, if they shall be compared with x.

    Returns:
        A Report. `report.findings` is a list of names out of "unscaled pixels", "diverged",
        "NaN in the data", "training mode", "lagging statistics", "leaked rows", "overfitting",
        "mean image", "worse than the mean image", "double sigmoid", "saturated output",
        "dead units", "copying", "posterior collapse", "weak KL" and "wrong spread". "diverged"
        can only come of a history of your own loop: `fit` stops with a TrainingError before.

    Raises:
        ValueError: The model is none, x holds no pictures that it can copy, x_train or y does
            not go with x, or history holds no loss.
    """
    _check_input(model, x, x_train)
    x, x_train = x.detach(), None if x_train is None else x_train.detach()
    loss, validation = _curve(history, "loss"), _curve(history, "validation", "val_loss")
    _check_losses(history, loss)
    rows = f"{len(x):,}" if len(x) <= ROWS else f"the first {ROWS:,} of {len(x):,}"
    switched = modes_of(model)
    with torch.random.fork_rng(devices=[]), lent(model):
        torch.manual_seed(0)
        found = dict(_of_the_data(model, x, loss + validation, x_train))
        if not {"unscaled pixels", "diverged", "NaN in the data"} & set(found):
            found |= _of_the_model(model, x, y, x_train, (loss, validation), switched)
    return Report(f"{type(model).__name__} on {rows} pictures", found)


def _of_the_model(
    model: nn.Module,
    x: torch.Tensor,
    y: ArrayLike | None,
    x_train: torch.Tensor | None,
    curves: tuple[list[float], list[float]],
    switched: list[nn.Module],
) -> dict[str, str]:
    """What the model's answers and codes show."""
    loss, validation = curves
    patient = examine(model, x, y)
    patient.losses = validation[-1:] + loss[-1:]
    if negative := dict(_of_negative_losses(patient, loss + validation)):
        return negative
    at_home = None  # training rows; where the model needs classes, theirs are not known
    if x_train is not None and patient.y is None:
        at_home = examine(model, x_train)
    found = dict(look_at_mode(patient, switched))
    found |= dict(_of_the_gaps(patient, at_home, loss, validation))
    for look in LOOKS:
        if look is look_at_answers and "double sigmoid" in found:
            continue  # it explains why all answers are alike
        if look is look_at_error and "lagging statistics" in found:
            continue
        found |= dict(look(patient, model))
    return found


def _of_the_data(
    model: nn.Module, x: torch.Tensor, losses: list[float], x_train: torch.Tensor | None
) -> Findings:
    low, high = (float(end) for end in x.aminmax())
    if high > 10 or low < -10:
        yield (
            "unscaled pixels",
            f"x lies in [{low:.4g}, {high:.4g}] and a pixel should lie in [0, 1]. Divide bytes by "
            "255 and train anew.",
        )
    if x_train is not None and (row := _first_odd_row(x_train)) is not None:
        yield (
            "NaN in the data",
            f"x_train holds NaN or infinity, first in row {row}: one such number makes the loss "
            "and then every weight NaN. Mend or leave out such rows, and train anew.",
        )
        return
    blown_up = not all(weight.isfinite().all() for weight in model.parameters())
    if blown_up or not all(isfinite(value) for value in losses):
        what = "the model's weights hold NaN" if blown_up else "the loss became NaN"
        yield "diverged", f"{what} or infinity. {_why_diverged(losses)}"
    shared = 0 if x_train is None else len(_marks(x) & _marks(x_train))
    if shared > 0.01 * len(x):
        yield (
            "leaked rows",
            f"{shared:,} different pictures of x are among the training rows as well. Split "
            "first, then repeat or alter only the training part.",
        )


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


def _of_negative_losses(patient: Patient, losses: list[float]) -> Findings:
    """A loss below 0, which is right for the logarithm of a density, and only for that."""
    if patient.cloud and not kl_of(*patient.cloud) < 1000:
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


def _of_the_gaps(
    patient: Patient, at_home: Patient | None, loss: list[float], validation: list[float]
) -> Findings:
    """A loss that does not hold on other rows; `at_home` are training rows, if they are known."""
    if not validation:
        return
    if 0 < 1.15 * loss[-1] < validation[-1]:
        yield (
            "overfitting",
            f"the loss is {loss[-1]:.4g} on the training rows and {validation[-1]:.4g} on the "
            "validation rows. Take more data, a smaller network or fewer epochs.",
        )
    elif validation[-1] > 0.9 * loss[-1] > 0:
        yield from _of_leaks(patient, at_home, loss[-1], validation[-1])


def _of_leaks(
    patient: Patient, at_home: Patient | None, training: float, validation: float
) -> Findings:
    """A validation loss that new pictures do not confirm."""
    losses = _losses(patient)
    far = {unit: abs(log(loss / validation)) for unit, loss in losses.items() if loss > 0}
    unit = min(far, key=lambda unit: far[unit], default="")
    if not unit or far[unit] > log(1.5) or losses[unit] < 1.12 * validation:
        return
    if at_home and losses[unit] < 1.12 * _losses(at_home).get(unit, 0):
        return  # training rows cost as much: the loss is measured on altered pictures
    if _is_for_altered(patient, unit, validation):
        return
    yield (
        "leaked rows",
        f"training and validation loss agree ({training:.4g} and {validation:.4g}), yet on "
        f"x it is {losses[unit]:.4g}. Does your loss add noise or hide pixels? Then this is no "
        "fault. If not, validation rows may be among the training rows: diagnose(model, "
        "x_validation, history, x_train=x_train) counts them.",
    )


def _is_for_altered(patient: Patient, unit: str, validation: float) -> bool:
    """Whether the loss fits pictures that noise was added to, or of which pixels are hidden."""
    copies = copies_of_altered(patient)
    losses = [_losses(replace(patient, x_hat=copy)).get(unit, inf) for copy in copies]
    return min(losses) < 1.06 * validation


def _losses(patient: Patient) -> dict[str, float]:
    """The loss on the patient's pictures in each usual unit."""
    x_hat, x = patient.x_hat, patient.flat
    losses = {"squared error": patient.error}
    if x.min() >= 0 and x.max() <= 1 and x_hat.min() >= 0 and x_hat.max() <= 1:
        losses["nats"] = binary_cross_entropy(x_hat, x, reduction="sum").item() / len(x)
    if patient.cloud:
        losses |= {f"{unit} and KL": v + kl_of(*patient.cloud) for unit, v in losses.items()}
    return losses | {f"{unit} per pixel": v / x.shape[1] for unit, v in losses.items()}


def _marks(x: torch.Tensor) -> set[int]:
    """A mark of eight bytes for each different picture: many rows cost little memory."""
    return {
        int.from_bytes(blake2b(row.contiguous().numpy().data, digest_size=8).digest())
        for part in x.split(1000)
        for row in part.cpu()
    }


def _first_odd_row(x: torch.Tensor) -> int | None:
    """The first row that holds NaN or infinity."""
    for start in range(0, len(x), 1000):
        odd = ~x[start : start + 1000].isfinite().flatten(1).all(dim=1)
        if odd.any():
            return start + int(odd.nonzero()[0])
    return None


def _curve(history: Any, *names: str) -> list[float]:
    """A history's losses as plain numbers, whatever they were kept in; none where it has none."""
    kept = getattr(history, "history", history)  # Keras keeps a dictionary there
    for name in names:
        values = kept.get(name) if isinstance(kept, Mapping) else getattr(kept, name, None)
        try:
            return [float(value) for value in values]  # type: ignore[union-attr]
        except (TypeError, ValueError):
            continue
    return []


def _check_losses(history: Any, losses: list[float]) -> None:
    """Raise ValueError if there is a history without the loss of an epoch."""
    if history is not None and not losses:
        raise ValueError(
            "history must be what fit returned, with at least one finished epoch: "
            "history = fit(model, ...), aelib.History(loss=[...]) of a loop of your own, or None."
        )


def _check_input(model: Any, x: Any, x_train: Any) -> None:
    """Raise ValueError unless there is a network, pictures, and training rows like them."""
    if not isinstance(model, nn.Module):
        raise ValueError(f"model must be a network (nn.Module), not {type(model).__name__}.")
    if not isinstance(x, torch.Tensor) or x.ndim < 2 or len(x) < 10:
        raise ValueError(
            f"x must be a float tensor of ten pictures or more, such as x_test, not {_kind(x)}."
        )
    if not x.is_floating_point():
        cure = "x.float()" + (" / 255" if x.max() > 1 else "")
        raise ValueError(f"x holds {x.dtype} and must hold floats in [0, 1]. Usual cure: {cure}.")
    if _first_odd_row(x) is not None:
        raise ValueError("x holds NaN or infinity. Mend or leave out those rows.")
    if x_train is None:
        return
    if not isinstance(x_train, torch.Tensor) or _kind(x_train[:1]) != _kind(x[:1]):
        raise ValueError(
            f"x_train must be a tensor of rows like x: x is {_kind(x)}, x_train {_kind(x_train)}."
        )


def _kind(value: Any) -> str:
    """What was given, in words."""
    if isinstance(value, torch.Tensor):
        return f"{value.dtype} of shape {tuple(value.shape)}"
    return type(value).__name__
