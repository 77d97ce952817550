"""What exercises share that take one training step: bent steps, and the mistakes of any step."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from aelib.exercises.base import Mistake

Weights = dict[str, torch.Tensor]
Copies = tuple[torch.Tensor, torch.Tensor]
Step = Callable[..., Copies]  # x, weights, lr -> copies before the step and after it


def floats(values: np.ndarray) -> torch.Tensor:
    """An array as float32."""
    return torch.as_tensor(values).float()


def summed(x_hat: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Squared error per image."""
    return ((x_hat - x) ** 2).sum() / len(x)


def stepped(
    copy: Callable[[torch.Tensor, Weights], torch.Tensor],
    loss: Callable[..., torch.Tensor] = summed,
    optimizer: Callable[..., Any] = torch.optim.SGD,
    begin: Callable[[Weights], Weights] = lambda weights: weights,
    give: Callable[..., Copies] = lambda before, after: (before, after),
) -> Step:
    """Make a step of a network that is written as a function of pictures and weights."""

    def step(x: torch.Tensor, weights: Weights, lr: float) -> Copies:
        w = {name: value.clone().requires_grad_() for name, value in begin(weights).items()}
        taken, before = optimizer(list(w.values()), lr=lr), copy(x, w)
        loss(before, x).backward()
        taken.step()
        return give(before, copy(x, w))

    return step


def wrong_steps(variant: Callable[..., Step]) -> tuple[Mistake, ...]:
    """What goes wrong in the step of any network; `variant` makes it with one thing changed."""
    return (
        Mistake(
            variant(give=lambda before, after: (before, before)),
            "both pairs of copies are those before the step; take the step, then ask the "
            "network anew",
        ),
        Mistake(
            variant(loss=lambda x_hat, x: ((x_hat - x) ** 2).mean()),
            "the network is right, but its step is too short: the loss was averaged over the "
            "pixels too; sum over the pixels of an image",
        ),
        Mistake(
            variant(loss=lambda x_hat, x: ((x_hat - x) ** 2).sum()),
            "the network is right, but its step is too long: divide the loss by the number "
            "of images",
        ),
        Mistake(
            variant(loss=lambda x_hat, x: -summed(x_hat, x)),
            "the network is right, but the step goes uphill: the error has grown; go against "
            "the gradient",
        ),
    )


def wrong_handling(
    variant: Callable[..., Step], untold: Callable[[Weights], Weights]
) -> tuple[Mistake, ...]:
    """What goes wrong around the step; `untold` gives the weights that fresh layers draw."""
    return (
        Mistake(
            variant(begin=untold),
            "the network draws with weights of its own; hand it those that are given, with "
            "load_state_dict",
        ),
        Mistake(
            variant(give=lambda before, after: (after, before)),
            "the two results are exchanged; first the copies before the step",
        ),
    )
