"""A network on the couch: its answers and its codes, for the instruments of symptoms.py."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import nn

from aelib.checks import check_classes
from aelib.losses import squared_error

ROWS = 1000  # as many pictures are looked at


@dataclass
class Patient:
    """A copy of the model in evaluation mode, and what it makes of the pictures."""

    model: Any
    x: torch.Tensor
    y: torch.Tensor | None
    x_hat: torch.Tensor  # flat; as probabilities, where the model answers with logits
    cloud: tuple[torch.Tensor, torch.Tensor] | None  # mu and logvar
    code: torch.Tensor  # flat; mu, where there is a cloud
    maps: int  # of how many numbers the code consists, or of how many maps of numbers

    @property
    def flat(self) -> torch.Tensor:
        """The pictures as rows of pixels."""
        return self.x.flatten(1)

    @property
    def error(self) -> float:
        """Squared error per picture."""
        return squared_error(self.x_hat, self.flat).item()

    @property
    def mean_error(self) -> float:
        """The error of answering every picture with the mean one."""
        return squared_error(self.flat.mean(dim=0).expand_as(self.flat), self.flat).item()

    @property
    def is_constant(self) -> bool:
        """Whether every picture gets nearly the same answer."""
        return bool(_spread(self.x_hat) < 0.01 * _spread(self.flat))


def examine(model: Any, x: torch.Tensor, y: ArrayLike | None = None) -> Patient:
    """Ask a copy of the model for its answers to the first rows and for their codes."""
    model, classes = deepcopy(model).eval(), _classes(model, x, y)
    x = x[:ROWS]
    with torch.no_grad():
        x_hat = copy_of(model, x, classes)
        encode = getattr(model, "encode", None)
        answer: Any = encode(x, *classes) if encode else _narrowest(model, x)
    code = answer[0] if isinstance(answer, tuple) and answer else answer
    _check_code(code, answer, len(x))
    code = code.transpose(1, 2) if code.ndim == 3 else code  # (N, places, numbers)
    cloud = answer if _is_cloud(answer) else None
    labels = classes[0] if classes else None
    return Patient(model, x, labels, x_hat, cloud, code.flatten(1), code.shape[1])


def copy_of(model: Any, x: torch.Tensor, classes: tuple[torch.Tensor, ...] = ()) -> torch.Tensor:
    """The model's copies of x, flat; logits become probabilities."""
    answer = model(x, *classes)
    x_hat = answer[0] if isinstance(answer, tuple) else answer
    if not isinstance(x_hat, torch.Tensor) or x_hat.numel() != x.numel():
        found = tuple(x_hat.shape) if isinstance(x_hat, torch.Tensor) else type(x_hat).__name__
        raise ValueError(
            f"The model answers x of shape {tuple(x.shape)} with {found}; diagnose needs a copy "
            "of x, or a tuple that begins with one."
        )
    x_hat, target = x_hat.reshape(len(x), -1), x.flatten(1)
    beyond = bool(x_hat.min() < -0.5 or x_hat.max() > 1.5)
    as_logits = beyond and bool(
        squared_error(x_hat.sigmoid(), target) < squared_error(x_hat, target)
    )
    return x_hat.sigmoid() if as_logits else x_hat


def kl_of(mu: torch.Tensor, logvar: torch.Tensor) -> float:
    """KL from the cloud to N(0, 1), in nats per picture; infinite where kl_divergence refuses."""
    return float(0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum() / len(mu))


def _spread(x: torch.Tensor) -> torch.Tensor:
    """Variance over pictures, summed over pixels."""
    return x.var(dim=0).sum()


def _classes(model: Any, x: torch.Tensor, y: ArrayLike | None) -> tuple[torch.Tensor, ...]:
    """The classes of the first rows, for a model that needs them."""
    if not getattr(model, "n_classes", 0):
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


def _narrowest(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """The output with the fewest numbers on the way through a network, the last of equals."""
    outputs: list[torch.Tensor] = []

    def note(_: nn.Module, __: Any, output: Any) -> None:
        if isinstance(output, torch.Tensor) and output.ndim > 1 and len(output) == len(x):
            outputs.append(output)

    leaves = [module for module in model.modules() if not list(module.children())]
    hooks = [leaf.register_forward_hook(note) for leaf in leaves]
    model(x)
    for hook in hooks:
        hook.remove()
    return min(outputs[::-1] or [x], key=lambda output: output[0].numel())


def _is_cloud(answer: Any) -> bool:
    """Whether an encoder's answer is mu and logvar."""
    return (
        isinstance(answer, tuple)
        and len(answer) == 2
        and all(isinstance(part, torch.Tensor) and part.is_floating_point() for part in answer)
        and answer[0].shape == answer[1].shape
    )


def _check_code(code: Any, answer: Any, rows: int) -> None:
    """Raise ValueError unless an encoder answered with a tensor of codes."""
    if not isinstance(code, torch.Tensor) or code.ndim < 2 or len(code) != rows:
        found = tuple(code.shape) if isinstance(code, torch.Tensor) else type(answer).__name__
        raise ValueError(
            f"model.encode answers {rows:,} pictures with {found}; diagnose needs a tensor with "
            "one row of numbers for each picture, or the tuple (mu, logvar)."
        )
