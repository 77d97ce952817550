"""model, x, history -> a report: the instruments of notebook 13, asked one after the other."""

from dataclasses import dataclass
from math import isfinite
from typing import Any

import torch
from numpy.typing import ArrayLike
from torch import nn

from aelib.symptoms import LOOKS, Findings, examine

_ROWS = 1000  # as many pictures are looked at


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
        history: What `fit` returned for it.
        y: The classes of x (N,), for a model that needs them.
        x_train: The rows it was trained on, if they shall be compared with x.

    Returns:
        A Report. `report.findings` is a list of names out of "unscaled pixels", "diverged",
        "training mode", "leaked rows", "overfitting", "mean image", "saturated output",
        "dead units", "copying", "posterior collapse", "weak KL" and "wrong spread".

    Raises:
        ValueError: The model is none, x holds no pictures that it can copy, or history holds
            no loss.
    """
    _check_input(model, x, history)
    subject = f"{type(model).__name__} on {len(x):,} pictures"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        found = dict(_of_the_data(x, history, x_train))
        if not {"unscaled pixels", "diverged"} & set(found):
            patient = examine(model, x[:_ROWS], y, history)
            for look in LOOKS:
                found |= dict(look(patient, model))
    return Report(subject, found)


def _of_the_data(x: torch.Tensor, history: Any, x_train: torch.Tensor | None) -> Findings:
    low, high = (float(end) for end in x.aminmax())
    if high > 10 or low < -10:
        yield (
            "unscaled pixels",
            f"x lies in [{low:.4g}, {high:.4g}] and a pixel should lie in [0, 1]. Divide bytes by "
            "255 and train anew.",
        )
    elif min(history.loss) < 0:
        yield (
            "unscaled pixels",
            f"the loss fell below 0, to {min(history.loss):.4g}. No squared error and no "
            "cross-entropy of pixels in [0, 1] can: train anew on pixels divided by 255, unless "
            "your loss is the logarithm of a density.",
        )
    if not all(isfinite(value) for value in history.loss):
        yield (
            "diverged",
            "the loss became NaN or infinite. Make the model anew and train it with a tenth of "
            "the learning rate.",
        )
    if x_train is not None:
        shared = len({row.numpy().tobytes() for row in x} & {r.numpy().tobytes() for r in x_train})
        if shared > 0.01 * len(x):
            yield (
                "leaked rows",
                f"{shared:,} different pictures of x are among the training rows as well. Split "
                "first, then repeat or alter only the training part.",
            )


def _check_input(model: Any, x: Any, history: Any) -> None:
    """Raise ValueError unless there is a network, pictures, and a history of its training."""
    if not isinstance(model, nn.Module):
        raise ValueError(f"model must be a network (nn.Module), not {type(model).__name__}.")
    if not isinstance(x, torch.Tensor) or not x.is_floating_point() or x.ndim < 2 or len(x) < 10:
        found = tuple(x.shape) if isinstance(x, torch.Tensor) else type(x).__name__
        raise ValueError(
            f"x must be a float tensor of ten pictures or more, such as x_test, not {found}."
        )
    if not x.isfinite().all():
        raise ValueError("x holds NaN or infinity. Mend or leave out those rows.")
    if not getattr(history, "loss", None) or not hasattr(history, "validation"):
        raise ValueError(
            "history must be what fit returned, with at least one finished epoch: "
            "history = fit(model, ...)."
        )
