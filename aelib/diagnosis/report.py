"""model, x, history -> a report: the instruments of notebook 13, asked one after the other."""

from dataclasses import dataclass
from typing import Any

import torch
from numpy.typing import ArrayLike
from torch import nn

from aelib.diagnosis.curves import look_at_finite, look_at_gaps, look_at_sign
from aelib.diagnosis.given import check_input, first_odd_row, losses_of, marks
from aelib.diagnosis.latents import is_sparse
from aelib.diagnosis.lending import lent
from aelib.diagnosis.levels import look_at_levels
from aelib.diagnosis.patient import ROWS, examine
from aelib.diagnosis.symptoms import LOOKS, LOOKS_AT_SPARSE, Findings, look_at_mode, modes_of


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
        x: Clean pictures that the network was not trained on (N, ...), float; rows of any
            numbers for a SparseAutoencoder.
        history: What `fit` returned for it, a History or a dictionary of "loss" (and
            "validation" or "val_loss") of a training loop of your own, the losses alone as a
            list, or None.
        y: The classes of x (N,), for a model that needs them.
        x_train: The rows it was trained on, if they shall be compared with x.

    Returns:
        A Report. `report.findings` is a list of names out of "unscaled pixels", "diverged",
        "NaN in the data", "training mode", "lagging statistics", "leaked rows", "overfitting",
        "underfitting", "mean image", "worse than the mean image", "double sigmoid",
        "softmax output", "saturated output", "dead units", "dead pixels", "rows apart",
        "copying", "posterior collapse", "weak KL", "wrong spread" and, of a SparseAutoencoder,
        "dead latents", "dense latents" and "shrinkage". "diverged" can only come of a history of
        your own loop: `fit` stops with a TrainingError before.

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
    check_input(model, x, x_train)
    x, x_train = x.detach(), None if x_train is None else x_train.detach()
    loss, validation = losses_of(history)
    rows = f"{len(x):,}" if len(x) <= ROWS else f"the first {ROWS:,} of {len(x):,}"
    switched = modes_of(model)
    with torch.random.fork_rng(devices=[]), lent(model):
        torch.manual_seed(0)
        found = dict(_of_the_data(x, x_train, is_sparse(model)))
        if "NaN in the data" not in found:
            found |= dict(look_at_finite(model, loss + validation))
        if not {"unscaled pixels", "diverged", "NaN in the data"} & set(found):
            found |= _of_the_model(model, x, y, x_train, (loss, validation), switched)
    what = "rows" if is_sparse(model) else "pictures"
    return Report(f"{type(model).__name__} on {rows} {what}", found)


def _of_the_data(x: torch.Tensor, x_train: torch.Tensor | None, any_numbers: bool) -> Findings:
    low, high = (float(end) for end in x.aminmax())
    if not any_numbers and (high > 10 or low < -10):
        most = 255 if 20 < high <= 255 else high
        cure = f"Divide it by {most:.4g}" if low >= 0 else "Bring it there"
        yield (
            "unscaled pixels",
            f"x lies in [{low:.4g}, {high:.4g}] and a pixel should lie in [0, 1]. {cure} and train "
            "anew.",
        )
    if x_train is None:
        return
    if (row := first_odd_row(x_train)) is not None:
        yield (
            "NaN in the data",
            f"x_train holds NaN or infinity, first in row {row}: one such number makes the loss "
            "and then every weight NaN. Mend or leave out such rows, and train anew.",
        )
        return
    if (shared := len(marks(x) & marks(x_train))) > 0.01 * len(x):
        yield (
            "leaked rows",
            f"{shared:,} different pictures of x are among the training rows as well. Split "
            "first, then repeat or alter only the training part.",
        )


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
    patient = examine(model, x.float().cpu(), y)
    patient.losses = validation[-1:] + loss[-1:]
    patient.still_falling = len(loss) > 1 and 0 < loss[-1] < 0.92 * loss[-2]
    if negative := dict(look_at_sign(patient, loss + validation)):
        return negative
    at_home = None  # training rows; where the model needs classes, theirs are not known
    if x_train is not None and patient.y is None:
        at_home = examine(model, x_train[:ROWS].float().cpu())
    found = dict(look_at_mode(patient, switched))
    found |= dict(look_at_gaps(patient, at_home, loss, validation))
    for look in LOOKS_AT_SPARSE if is_sparse(model) else LOOKS:
        if "diverged" not in found:
            found |= dict(look(patient))
    if {"double sigmoid", "softmax output"} & set(found):
        found.pop("mean image", None)  # explained
    return look_at_levels(patient, found)
