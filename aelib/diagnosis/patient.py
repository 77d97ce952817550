"""A network on the couch: its answers and its codes, for the instruments of symptoms.py."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import nn

from aelib.adapter import Adapted, adapt, open_pictures
from aelib.adapter.answers import rows_in
from aelib.adapter.calls import TENSORS
from aelib.adapter.ways import must_be_told
from aelib.checks import check_classes
from aelib.losses import squared_error

ROWS = 1000  # as many pictures are looked at


@dataclass
class Patient:
    """A model in evaluation mode, and what it makes of the pictures."""

    model: Any
    x: torch.Tensor
    y: torch.Tensor | None
    x_hat: torch.Tensor  # flat; as probabilities, where the model answers with logits
    cloud: tuple[torch.Tensor, torch.Tensor] | None  # mu and logvar
    code: torch.Tensor  # flat; mu, where there is a cloud
    maps: int  # of how many numbers the code consists, or of how many maps of numbers
    copy: Callable[[torch.Tensor], torch.Tensor]  # of other pictures, flat
    losses: list[float] = field(default_factory=list)  # of the last epoch: training, validation

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

    @property
    def ends(self) -> tuple[float, float]:
        """What is paper and what is ink in x: 0 and 1, or -1 and 1, or what there is."""
        low, high = (float(end) for end in self.x.aminmax())
        return (0.0, 1.0) if low >= -0.1 and high <= 1.1 else (low, high)


def examine(model: Any, x: torch.Tensor, y: ArrayLike | None = None) -> Patient:
    """Ask a model, lent in evaluation mode, for its answers to the first rows and their codes."""
    classes, x = _classes(model, x, y), x[:ROWS]
    adapted = None if classes else _adapted(model, x)
    with torch.no_grad():
        copy, x_hat = _way_to_copy(model, x, classes, adapted)
        answer = _answer_of_encoder(model, x, classes, adapted)
    code = next(rows_in(answer, len(x)), None)
    _check_code(code, answer, len(x))
    assert code is not None
    cloud = _cloud(answer, len(x))
    code = code.transpose(1, 2) if code.ndim == 3 else code  # (N, places, numbers)
    labels = classes[0] if classes else None
    return Patient(model, x, labels, x_hat, cloud, code.flatten(1), code.shape[1], copy)


def _adapted(model: Any, x: torch.Tensor) -> Adapted | None:
    """The model as two functions, where it can be had so."""
    try:
        low, high = (float(end) for end in x.aminmax())
        return adapt(model, open_pictures(x[:2], value_range=(min(low, 0), max(high, 1))))
    except Exception:  # its pictures are no pictures, or it is one piece
        return None


def _way_to_copy(
    model: Any, x: torch.Tensor, classes: tuple[torch.Tensor, ...], adapted: Adapted | None
) -> tuple[Callable[[torch.Tensor], torch.Tensor], torch.Tensor]:
    """How the model is asked for copies, and those of x; logits become probabilities."""
    shapes = [tuple(x.shape[1:])]
    if adapted and adapted.picture:
        shapes += [adapted.picture]
    elif x[0].numel() == 784:
        shapes += [(784,), (1, 28, 28)]

    def whole(shape: tuple[int, ...]) -> Callable[[torch.Tensor], torch.Tensor]:
        def copy(x: torch.Tensor) -> torch.Tensor:
            rows = TENSORS.tensor(x.reshape(len(x), *shape), model)
            return _copy_in(model(rows, *(c[: len(x)] for c in classes)), x)

        return copy

    def in_two(x: torch.Tensor) -> torch.Tensor:
        assert adapted is not None
        rows = TENSORS.tensor(adapted.layout.scaled(x.flatten(1)), model)
        pixels = adapted.layout.unscaled(adapted.decode(adapted.encode(rows)))
        return pixels.float().cpu()

    ways = [whole(shape) for shape in dict.fromkeys(shapes)]
    first: Exception | None = None
    for way in [*ways, in_two] if adapted and adapted.encodes else ways:
        try:
            x_hat = way(x)
        except Exception as error:  # another shape, then
            first = first or error
            continue
        if not _are_logits(x_hat, x.flatten(1)):
            return way, x_hat
        return partial(_after_sigmoid, way), x_hat.sigmoid()
    assert first is not None
    raise first


def _after_sigmoid(way: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    return way(x).sigmoid()


def _copy_in(answer: Any, x: torch.Tensor) -> torch.Tensor:
    """The first tensor of an answer with as many numbers as x, as rows."""
    for part in rows_in(answer, len(x)):
        if part.numel() == x.numel():
            return part.reshape(len(x), -1).float().cpu()
    found = tuple(answer.shape) if isinstance(answer, torch.Tensor) else type(answer).__name__
    raise ValueError(
        f"The model answers x of shape {tuple(x.shape)} with {found}; diagnose needs a copy "
        "of x, alone or in a tuple, a list or an object."
    )


def _are_logits(x_hat: torch.Tensor, target: torch.Tensor) -> bool:
    if not (x_hat.min() < -0.5 or x_hat.max() > 1.5):
        return False
    return bool(squared_error(x_hat.sigmoid(), target) < squared_error(x_hat, target))


def kl_of(mu: torch.Tensor, logvar: torch.Tensor) -> float:
    """KL from the cloud to N(0, 1), in nats per picture; infinite where kl_divergence refuses."""
    return float(0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum() / len(mu))


def _spread(x: torch.Tensor) -> torch.Tensor:
    """Variance over pictures, summed over pixels."""
    return x.var(dim=0).sum()


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


def _answer_of_encoder(
    model: Any, x: torch.Tensor, classes: tuple[torch.Tensor, ...], adapted: Adapted | None
) -> Any:
    """What the encoder answers; where there is none, the narrowest output on the way through."""
    encode = getattr(model, "encode", None)
    if callable(encode):
        try:
            return encode(TENSORS.tensor(x, model), *classes)
        except Exception:
            if adapted is None or not adapted.encodes:
                raise
    if adapted is not None and adapted.encodes and not adapted.way.whole:
        rows = adapted.layout.as_given(x.flatten(1), adapted.picture or ())
        assert adapted.way.encode is not None
        answer = adapted.way.encode(TENSORS.tensor(rows, model))
        parts = list(rows_in(answer, len(x)))
        return parts[adapted.chosen[0] :] if not adapted.chosen[1] else parts[0].chunk(2, 1)
    return _narrowest(model, TENSORS.tensor(x, model))


def _narrowest(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """The output with the fewest numbers on the way through a network, the last of equals."""
    outputs: list[torch.Tensor] = []

    def note(_: nn.Module, __: Any, output: Any) -> None:
        if isinstance(output, torch.Tensor) and output.ndim > 1 and len(output) == len(x):
            outputs.append(output)

    leaves = [module for module in model.modules() if not list(module.children())]
    hooks = []
    try:
        hooks = [leaf.register_forward_hook(note) for leaf in leaves]
        model(x)
    except Exception:  # a scripted one cannot be listened to
        return x
    finally:
        for hook in hooks:
            hook.remove()
    return min(outputs[::-1] or [x], key=lambda output: output[0].numel())


def _cloud(answer: Any, n: int) -> tuple[torch.Tensor, torch.Tensor] | None:
    """Mu and logvar, where an encoder's answer is these two."""
    if isinstance(answer, torch.distributions.Distribution):
        return answer.mean, answer.variance.log()
    if isinstance(answer, torch.Tensor):
        return None
    parts = list(rows_in(answer, n))
    if len(parts) < 2 or parts[0].shape != parts[1].shape or parts[0].ndim != 2:
        return None
    mu, logvar = parts[0].float().cpu(), parts[1].float().cpu()
    return (mu, logvar) if parts[0].is_floating_point() else None


def _check_code(code: Any, answer: Any, rows: int) -> None:
    """Raise ValueError unless an encoder answered with a tensor of codes."""
    if not isinstance(code, torch.Tensor):
        found = tuple(answer.shape) if isinstance(answer, torch.Tensor) else type(answer).__name__
        raise ValueError(
            f"model.encode answers {rows:,} pictures with {found}; diagnose needs a tensor with "
            "one row of numbers for each picture, or the tuple (mu, logvar)."
        )
