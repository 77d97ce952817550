"""A network on the couch: its answers and its codes, for the instruments of symptoms.py."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike

from aelib.adapter.answers import rows_in
from aelib.adapter.ways import must_be_told
from aelib.checks import check_classes
from aelib.diagnosis.asking import Asked, ask
from aelib.diagnosis.clouds import Cloud, cloud_in
from aelib.losses import squared_error

ROWS = 1000  # as many pictures are looked at


@dataclass
class Patient:
    """A model in evaluation mode, and what it makes of the pictures."""

    model: Any
    x: torch.Tensor
    y: torch.Tensor | None
    asked: Asked
    x_hat: torch.Tensor  # flat; as probabilities, where the model answers with logits
    cloud: Cloud | None
    code: torch.Tensor  # flat; mu, where there is a cloud
    maps: int  # of how many numbers the code consists, or of how many maps of numbers
    losses: list[float] = field(default_factory=list)  # of the last epoch: validation, training
    still_falling: bool = False  # the loss, when training ended

    @cached_property
    def flat(self) -> torch.Tensor:
        """The pictures as rows of pixels."""
        return self.x.flatten(1)

    @cached_property
    def error(self) -> float:
        """Squared error per picture."""
        return squared_error(self.x_hat, self.flat).item()

    @cached_property
    def mean_error(self) -> float:
        """The error of answering every picture with the mean one."""
        return mean_error(self.flat)

    @property
    def both(self) -> str:
        """These two errors in words."""
        return (
            f"the error is {self.error:.4g}, that of answering every picture with the mean one "
            f"{self.mean_error:.4g}"
        )

    @cached_property
    def is_constant(self) -> bool:
        """Whether every picture gets nearly the same answer."""
        return bool(spread(self.x_hat) < 0.01 * spread(self.flat))

    @property
    def is_narrow(self) -> bool:
        """Whether the code has fewer numbers than the picture."""
        return self.code.shape[1] < self.flat.shape[1]

    @cached_property
    def ends(self) -> tuple[float, float]:
        """What is paper and what is ink in x: 0 and 1, or -1 and 1, or what there is."""
        low, high = (float(end) for end in self.x.aminmax())
        return (0.0, 1.0) if low >= -0.1 and high <= 1.1 else (low, high)

    def copy(self, x: torch.Tensor) -> torch.Tensor:
        """Flat copies of other pictures, rows of pixels or shaped like x."""
        with torch.no_grad():
            return self.asked.copy(x.reshape(len(x), *self.x.shape[1:])).detach()

    def copy_for_training(self) -> torch.Tensor:
        """Flat copies of its pictures, computed as they are while gradients are asked for."""
        with torch.enable_grad():
            return self.asked.copy(self.x).detach()

    @cached_property
    def altered(self) -> list[torch.Tensor]:
        """Its pictures with noise added, or with pixels hidden, each a little more than before."""
        low, high = self.ends
        x, span = self.x, high - low
        noisy = [(x + s * span * torch.randn_like(x)).clamp(low, high) for s in (0.2, 0.4, 0.5)]
        return noisy + [low + (x - low) * (torch.rand_like(x) > p) for p in (0.3, 0.5, 0.75)]

    @cached_property
    def copies_of_altered(self) -> list[torch.Tensor]:
        """What it makes of them: a network that was trained to mend pictures may need them."""
        return [self.copy(pictures) for pictures in self.altered]

    @cached_property
    def mends(self) -> bool:
        """Whether it was trained to mend pictures: it does better with altered than with clean."""
        errors = (squared_error(copies, self.flat).item() for copies in self.copies_of_altered)
        return min(errors) < min(0.95 * self.error, self.mean_error)


def mean_error(rows: torch.Tensor) -> float:
    """The squared error of answering every picture with the mean one."""
    return squared_error(rows.mean(dim=0).expand_as(rows), rows).item()


def spread(x: torch.Tensor) -> torch.Tensor:
    """Variance over pictures, summed over pixels."""
    return x.var(dim=0).sum()


def examine(model: Any, x: torch.Tensor, y: ArrayLike | None = None) -> Patient:
    """Ask a model, lent in evaluation mode, for its answers to the first rows and their codes.

    Raises:
        ValueError: It does not copy x, its encoder answers with no codes, or y does not go with x.
    """
    classes, x = _classes(model, x, y), x[:ROWS]
    with torch.no_grad():
        asked = ask(model, x, classes)
        x_hat, answer = asked.copy(x).detach(), asked.encode(x)
        cloud = cloud_in(model, answer, asked.beside, len(x))
    code = next(rows_in(answer, len(x)), None)
    _check_code(code, answer, len(x))
    assert code is not None
    code = code.transpose(1, 2) if code.ndim == 3 else code  # (N, places, numbers)
    flat = code.detach().flatten(1).cpu()
    flat = flat.float() if flat.is_floating_point() else flat
    labels = classes[0] if classes else None
    return Patient(model, x, labels, asked, x_hat, cloud, flat, code.shape[1])


def _classes(model: Any, x: torch.Tensor, y: ArrayLike | None) -> tuple[torch.Tensor, ...]:
    """The classes of the first rows, for a model that needs them."""
    if not must_be_told(model, model.forward):
        return ()
    if y is None:
        raise ValueError(f"{type(model).__name__} needs the class of each row: give y=y_test.")
    labels = np.asarray(y)
    if labels.dtype.kind in "USO":
        raise ValueError(
            f"y must hold classes as whole numbers, 0 to {model.n_classes - 1}, and not words."
        )
    check_classes(labels, len(x), model.n_classes)
    return (torch.as_tensor(labels[:ROWS]),)


def _check_code(code: Any, answer: Any, rows: int) -> None:
    """Raise ValueError unless an encoder answered with a tensor of codes."""
    if not isinstance(code, torch.Tensor):
        found = tuple(answer.shape) if isinstance(answer, torch.Tensor) else type(answer).__name__
        raise ValueError(
            f"model.encode answers {rows:,} pictures with {found}; diagnose needs a tensor with "
            "one row of numbers for each picture, or the tuple (mu, logvar)."
        )
