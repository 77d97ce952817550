"""A loss, asked for one number; and in words why it gave none, or one that is no number."""

from collections.abc import Callable
from math import isfinite
from typing import Any

import torch
from torch import nn

Loss = Callable[[nn.Module, torch.Tensor], torch.Tensor]
_HOW = "loss=lambda model, x: ((model(x) - x) ** 2).sum() / len(x)"
_LARGE = 1e3  # a weight of this size was thrown there by too large a step


class TrainingError(Exception):
    """Training cannot go on; the text names the epoch, the step and the likely causes.

    Example:
        >>> loss = lambda model, x: (model(x) - x).sum() / 0
        >>> try:
        ...     aelib.fit(aelib.Autoencoder(2), torch.rand(100, 784), loss, epochs=1)
        ... except aelib.TrainingError as error:
        ...     print(error)
        The loss became inf in epoch 1, step 1. ...
    """


def check_loss(loss: Any) -> None:
    """Raise ValueError unless loss can be called with a model and a batch."""
    if isinstance(loss, nn.modules.loss._Loss):
        raise ValueError(_takes_pairs(f"nn.{type(loss).__name__}()"))
    if not callable(loss):
        raise ValueError(f"loss must be a function of a model and a batch, not {loss!r}: {_HOW}.")


def ask(loss: Loss, model: nn.Module, x: torch.Tensor, learning: bool = True) -> torch.Tensor:
    """The loss of a model on a batch, one number that depends on the model's weights.

    Raises:
        ValueError: It is something else; the message says what, and the cure.
    """
    try:
        value = loss(model, x)
    except (AttributeError, TypeError) as error:  # was it meant for pictures, not for a model?
        if _is_for_pairs(loss, model, x):
            name = getattr(loss, "__name__", type(loss).__name__)
            raise ValueError(_takes_pairs(name)) from error
        raise
    if not isinstance(value, torch.Tensor) or value.numel() != 1:
        raise ValueError(f"loss(model, x) must return one number, and returned {_told(value)}")
    if learning and not value.requires_grad:
        raise ValueError(
            "The loss does not depend on any weight that can learn. Leave out .detach(), .item() "
            "and torch.no_grad(), and see that the weights have requires_grad=True."
        )
    return value


def _is_for_pairs(loss: Any, model: nn.Module, x: torch.Tensor) -> bool:
    """Whether a loss answers with a tensor when it is given copies and pictures."""
    try:
        with torch.no_grad():
            answer = model(x)
            copies = answer[0] if isinstance(answer, list | tuple) else answer
            return isinstance(loss(copies, x), torch.Tensor)
    except Exception:  # a learner's function may raise anything
        return False


def _takes_pairs(name: str) -> str:
    return (
        f"{name} compares copies with pictures, and loss is called with the model: "
        f"loss=lambda model, x: {name}(model(x), x)."
    )


def _told(value: Any) -> str:
    """What was returned instead of one number, and the cure."""
    if value is None:
        return "nothing: its last line must begin with return."
    if isinstance(value, torch.Tensor):
        return (
            f"a tensor of shape {tuple(value.shape)}, such as one value for each picture. Usual "
            "cure: .sum() / len(x)."
        )
    if isinstance(value, dict):
        names = ", ".join(map(str, value))
        return f"a dictionary of {names}: return one of its tensors, or their sum."
    if isinstance(value, list | tuple):
        return f"{len(value)} values: return the one to make small, often the first, or their sum."
    if isinstance(value, int | float):
        return "a plain number, from which nothing can be learned: leave out .item() or float()."
    return f"{type(value).__name__}: return a tensor. {_HOW}."


def check_finite(
    value: float,
    place: tuple[int, int],
    model: nn.Module,
    x: torch.Tensor,
    before: list[float],
) -> None:
    """Raise TrainingError if the loss is no number.

    Args:
        value: The loss.
        place: The epoch and the step, counted from 0.
        model: As it is now.
        x: The batch.
        before: The losses of all steps before.
    """
    if not isfinite(value):
        epoch, step = place
        raise TrainingError(
            f"The loss became {value} in epoch {epoch + 1}, step {step + 1}. "
            f"{_cause(model, x, before)} Make the model anew before you train again."
        )


def _cause(model: nn.Module, x: torch.Tensor, before: list[float]) -> str:
    """Why a loss is no number, as far as data, weights and earlier losses tell."""
    if not x.isfinite().all():
        return "This batch holds NaN or infinity: mend the data."
    weights = [p.detach() for p in model.parameters() if p.numel()]
    broken = not all(w.isfinite().all() for w in weights)
    large = any(w.isfinite().any() and w[w.isfinite()].abs().max() > _LARGE for w in weights)
    if large or (before and before[-1] > 10 * max(before[0], 1e-12)):
        return (
            "The steps were too large. Likely causes: a learning rate that is too high (try "
            f"lr / 10), or inputs far from [0, 1] (these lie in [{x.min():.4g}, {x.max():.4g}])."
        )
    if broken:
        return (
            "The loss before was a number and its slope was not. Likely causes: the square root "
            "or the norm of 0 (add 1e-8 inside), or a logarithm beside 0."
        )
    return (
        "Data and weights are in order, so it comes from the model or the loss: the logarithm of "
        "0 or below, a division by 0, or an exponential that is too large. Usual cure: "
        "clamp(min=1e-6) before log, or aelib.bernoulli_nll."
    )
