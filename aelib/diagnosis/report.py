"""model, x, history -> a report: the instruments of notebook 13, asked one after the other."""

from dataclasses import dataclass
from math import isfinite, log
from typing import Any

import torch
from numpy.typing import ArrayLike
from torch import nn
from torch.nn.functional import binary_cross_entropy

from aelib.diagnosis.patient import ROWS, Patient, examine, kl_of
from aelib.diagnosis.symptoms import LOOKS, Findings


@dataclass(frozen=True, repr=False)
class Report:
    """What `diagnose` found: a name and a sentence for each finding.

    Printed, it is a text to read; `findings` are the names alone.

    Args:
        subject: What was looked at, in a few words.
        sentences: A sentence for each finding, by its name.

    Example:
        >>> sentences = {"copying": "it copies noise as well as digits."}
        >>> aelib.diagnosis.Report("Autoencoder on 100 pictures", sentences)
        Autoencoder on 100 pictures: 1 finding
        - copying: it copies noise as well as digits.
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
    history: Any,
    *,
    y: ArrayLike | None = None,
    x_train: torch.Tensor | None = None,
) -> Report:
    """Look for the usual faults of an autoencoder and of its training.

    It looks at the first 1,000 rows, in evaluation mode, on a copy: the model and the random
    numbers outside stay as they were. It finds what it was made to find, see notebook 13, and
    an empty report is no proof of health.

    Args:
        model: A network that answers x with copies of x: pixels, or logits, or a tuple that
            begins with one of them. `encode` is used if there is one; (mu, logvar) is a cloud.
        x: Clean pictures that the network was not trained on (N, ...), float.
        history: What `fit` returned for it, or a History of a training loop of your own.
        y: The classes of x (N,), for a model that needs them.
        x_train: The rows it was trained on, if they shall be compared with x.

    Returns:
        A Report. `report.findings` is a list of names out of "unscaled pixels", "diverged",
        "training mode", "leaked rows", "overfitting", "mean image", "saturated output",
        "dead units", "copying", "posterior collapse", "weak KL" and "wrong spread". "diverged"
        can only come of a history of your own loop: `fit` stops with a TrainingError before.

    Raises:
        ValueError: The model is none, x holds no pictures that it can copy, x_train or y does
            not go with x, or history holds no loss.

    Example:
        >>> x = aelib.load_mnist(10, 100)[2]
        >>> history = aelib.History(loss=[52.0, 51.0])
        >>> report = aelib.diagnose(aelib.Autoencoder(2), x, history)
        >>> len(report.findings) > 0  # it was never trained
        True
    """
    _check_input(model, x, x_train)
    x, x_train = x.detach(), None if x_train is None else x_train.detach()
    loss, validation = _curve(history, "loss"), _curve(history, "validation")
    _check_losses(loss)
    rows = f"{len(x):,}" if len(x) <= ROWS else f"the first {ROWS:,} of {len(x):,}"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        found = dict(_of_the_data(model, x, loss + validation, x_train))
        if not {"unscaled pixels", "diverged"} & set(found):
            patient = examine(model, x, y)
            at_home = None  # training rows; where the model needs classes, theirs are not known
            if x_train is not None and patient.y is None:
                at_home = examine(model, x_train)
            found = dict(_of_the_gaps(patient, at_home, loss, validation)) | found
            for look in LOOKS:
                found |= dict(look(patient, model))
    return Report(f"{type(model).__name__} on {rows} pictures", found)


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
    elif min(losses) < 0:
        yield (
            "unscaled pixels",
            f"the loss fell below 0, to {min(losses):.4g}. No squared error and no "
            "cross-entropy of pixels in [0, 1] can: train anew on pixels divided by 255, unless "
            "your loss is the logarithm of a density.",
        )
    blown_up = not all(weight.isfinite().all() for weight in model.parameters())
    if blown_up or not all(isfinite(value) for value in losses):
        what = "the model's weights hold NaN" if blown_up else "the loss became NaN"
        yield (
            "diverged",
            f"{what} or infinity. Make the model anew and train it with a tenth of the learning "
            "rate.",
        )
    shared = 0 if x_train is None else len(_bytes(x) & _bytes(x_train))
    if shared > 0.01 * len(x):
        yield (
            "leaked rows",
            f"{shared:,} different pictures of x are among the training rows as well. Split "
            "first, then repeat or alter only the training part.",
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
    yield (
        "leaked rows",
        f"training and validation loss agree ({training:.4g} and {validation:.4g}), yet on "
        f"x it is {losses[unit]:.4g}. Does your loss add noise or hide pixels? Then this is no "
        "fault. If not, validation rows may be among the training rows: diagnose(model, "
        "x_validation, history, x_train=x_train) counts them.",
    )


def _losses(patient: Patient) -> dict[str, float]:
    """The loss on the patient's pictures in each usual unit."""
    x_hat, x = patient.x_hat, patient.flat
    losses = {"squared error": patient.error}
    if x.min() >= 0 and x.max() <= 1 and x_hat.min() >= 0 and x_hat.max() <= 1:
        losses["nats"] = binary_cross_entropy(x_hat, x, reduction="sum").item() / len(x)
    if patient.cloud:
        losses |= {f"{unit} and KL": v + kl_of(*patient.cloud) for unit, v in losses.items()}
    return losses | {f"{unit} per pixel": v / x.shape[1] for unit, v in losses.items()}


def _bytes(x: torch.Tensor) -> set[bytes]:
    """Each different picture as its bytes."""
    return {row.tobytes() for row in x.cpu().numpy()}


def _curve(history: Any, name: str) -> list[float]:
    """A history's losses as plain numbers, whatever they were kept in; none where it has none."""
    try:
        return [float(value) for value in getattr(history, name)]
    except (AttributeError, TypeError, ValueError):
        return []


def _check_losses(losses: list[float]) -> None:
    """Raise ValueError unless there is the loss of an epoch."""
    if not losses:
        raise ValueError(
            "history must be what fit returned, with at least one finished epoch: "
            "history = fit(model, ...), or aelib.History(loss=[...]) of a loop of your own."
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
    if not x.isfinite().all():
        raise ValueError("x holds NaN or infinity. Mend or leave out those rows.")
    if x_train is None:
        return
    if not isinstance(x_train, torch.Tensor) or _kind(x_train[:1]) != _kind(x[:1]):
        raise ValueError(
            f"x_train must be a tensor of rows like x: x is {_kind(x)}, x_train {_kind(x_train)}."
        )
    if not x_train.isfinite().all():
        raise ValueError("x_train holds NaN or infinity. Mend or leave out those rows.")


def _kind(value: Any) -> str:
    """What was given, in words."""
    if isinstance(value, torch.Tensor):
        return f"{value.dtype} of shape {tuple(value.shape)}"
    return type(value).__name__
