"""A network's answers and codes, looked at with one instrument after the other: see health.py."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import nn

from aelib.checks import check_classes
from aelib.metrics import active_units

ROWS = 1000  # as many pictures are looked at
_SWITCHED = (nn.modules.dropout._DropoutNd, nn.modules.batchnorm._BatchNorm)
Findings = Iterator[tuple[str, str]]


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
        return _error(self.x_hat, self.flat)

    @property
    def mean_error(self) -> float:
        """The error of answering every picture with the mean one."""
        return _error(self.flat.mean(dim=0).expand_as(self.flat), self.flat)

    @property
    def is_constant(self) -> bool:
        """Whether every picture gets nearly the same answer."""
        return bool(_spread(self.x_hat) < 0.01 * _spread(self.flat))


def examine(model: Any, x: torch.Tensor, y: ArrayLike | None = None) -> Patient:
    """Ask a copy of the model for its answers to the first rows and for their codes."""
    model, classes = deepcopy(model).eval(), _classes(model, x, y)
    x = x[:ROWS]
    with torch.no_grad():
        x_hat = _copy(model, x, classes)
        encode = getattr(model, "encode", None)
        answer: Any = encode(x, *classes) if encode else _narrowest(model, x)
    code = answer[0] if isinstance(answer, tuple) and answer else answer
    _check_code(code, answer, len(x))
    code = code.transpose(1, 2) if code.ndim == 3 else code  # (N, places, numbers)
    cloud = answer if _is_cloud(answer) else None
    labels = classes[0] if classes else None
    return Patient(model, x, labels, x_hat, cloud, code.flatten(1), code.shape[1])


def _copy(model: Any, x: torch.Tensor, classes: tuple[torch.Tensor, ...] = ()) -> torch.Tensor:
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
    as_logits = beyond and _error(x_hat.sigmoid(), target) < _error(x_hat, target)
    return x_hat.sigmoid() if as_logits else x_hat


def kl_of(mu: torch.Tensor, logvar: torch.Tensor) -> float:
    """KL from the cloud to N(0, 1), in nats per picture."""
    return float(0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum() / len(mu))


def _error(x_hat: torch.Tensor, x: torch.Tensor) -> float:
    """Squared error per picture."""
    return float(((x_hat - x) ** 2).sum() / len(x))


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


def look_at_mode(patient: Patient, model: nn.Module) -> Findings:
    """Layers that behave differently in training, left that way."""
    if not any(isinstance(part, _SWITCHED) and part.training for part in model.modules()):
        return
    as_it_is = deepcopy(model)
    classes = () if patient.y is None else (patient.y,)
    with torch.no_grad():
        error = _error(_copy(as_it_is, patient.x, classes), patient.flat)
    yield (
        "training mode",
        f"dropout or batch normalisation is switched to training: as it stands the error is "
        f"{error:.1f}, in evaluation mode {patient.error:.1f}. Call model.eval() first.",
    )


def look_at_range(patient: Patient, _: nn.Module) -> Findings:
    """Answers that are no numbers, or pixels that the last layer cannot answer with."""
    low, high = (float(end) for end in patient.x.aminmax())
    if not patient.x_hat.isfinite().all():
        yield (
            "diverged",
            "some of the answers are NaN or infinite, and the weights are not. Look for a division "
            "by 0 and for the logarithm of 0 in the model.",
        )
    elif low < -0.1 and patient.x_hat.min() >= 0 and patient.x_hat.max() <= 1:
        yield (
            "unscaled pixels",
            f"x lies in [{low:.4g}, {high:.4g}] and all answers in [0, 1], so nothing below 0 can "
            "be copied. Bring the pixels to [0, 1] and train anew.",
        )


def look_at_answers(patient: Patient, _: nn.Module) -> Findings:
    """Every picture gets the same answer."""
    if not patient.is_constant or _is_dead(patient):
        return
    ends = ((patient.x_hat < 0.01) | (patient.x_hat > 0.99)).float().mean()
    errors = f"the error is {patient.error:.1f}, that of the mean image {patient.mean_error:.1f}"
    if patient.error <= 1.3 * patient.mean_error:
        yield (
            "mean image",
            f"every picture gets about the mean picture: {errors}. {_gradients(patient)} Try SiLU "
            "or ReLU between the layers, fewer layers, or another learning rate.",
        )
    elif ends > 0.5:
        yield (
            "saturated output",
            f"every picture gets the same answer, {ends:.0%} of it at 0 or 1: {errors}. Train anew "
            "with a tenth of the learning rate.",
        )
    else:
        yield (
            "mean image",
            "every picture gets the same answer, and a worse one than the mean image: "
            f"{errors}. Was it trained at all?",
        )


def _gradients(patient: Patient) -> str:
    """How much of the gradient reaches the first layer."""
    weights = [p for p in patient.model.parameters() if p.ndim > 1 and p.requires_grad]
    classes = () if patient.y is None else (patient.y[:200],)
    error = ((_copy(patient.model, patient.x[:200], classes) - patient.flat[:200]) ** 2).sum()
    slopes = torch.autograd.grad(error, weights, allow_unused=True)
    sizes = [float(slope.norm()) for slope in slopes if slope is not None]
    return f"The gradient is {sizes[0]:.1g} at the first weights and {sizes[-1]:.1g} at the last."


def _is_dead(patient: Patient) -> bool:
    """Whether the code says nothing, which explains a constant answer."""
    if patient.cloud:
        return active_units(patient.code) == 0
    return _is_narrow(patient) and bool(_silent(patient.code).all())


def _is_narrow(patient: Patient) -> bool:
    return patient.code.shape[1] < patient.flat.shape[1]


def _silent(code: torch.Tensor) -> torch.Tensor:
    """Which numbers of a code are the same for every picture."""
    return code.amax(dim=0) - code.amin(dim=0) <= 1e-6


def look_at_units(patient: Patient, _: nn.Module) -> Findings:
    """Numbers of the code that never change; a map is dead where that holds at every place."""
    silent = _silent(patient.code).reshape(patient.maps, -1).all(dim=1)
    is_other = bool(patient.cloud) or not patient.code.is_floating_point()
    if is_other or not _is_narrow(patient) or not silent.any():
        return
    kind = "numbers" if len(silent) == patient.code.shape[1] else "maps"
    yield (
        "dead units",
        f"{int(silent.sum())} of {len(silent)} {kind} of the code: always the same, whatever the "
        "picture. Leave out the ReLU on the code, or train anew with a lower learning rate.",
    )


def look_at_copies(patient: Patient, _: nn.Module) -> Findings:
    """Pictures that no digit looks like are copied too."""
    if patient.y is not None or _is_narrow(patient):
        return
    flat = patient.flat
    columns = [column[torch.randperm(len(flat))] for column in flat.T]
    nonsense = torch.stack(columns, dim=1)  # every pixel from another picture
    with torch.no_grad():
        copies = _copy(patient.model, nonsense.reshape(patient.x.shape))
    kept = 1 - _error(copies, nonsense) / patient.mean_error
    if kept > 0.15:
        yield (
            "copying",
            f"the code has {patient.code.shape[1]:,} numbers for {flat.shape[1]:,} pixels, and of "
            f"scrambled pictures {kept:.0%} is copied too. Use a narrower code, or train it to "
            "remove noise.",
        )


def look_at_clouds(patient: Patient, _: nn.Module) -> Findings:
    """A variational autoencoder: is the code alive, of the size it should be, and drawn right?"""
    if not patient.cloud:
        return
    mu, logvar = patient.cloud
    if active_units(patient.code) == 0:
        yield (
            "posterior collapse",
            f"none of the {patient.code.shape[1]} numbers of the code is active, the KL is "
            f"{kl_of(mu, logvar):.2g} nats. Is it summed over the code and the error over the "
            "pixels? If so, let beta rise slowly from 0.",
        )
        return
    draws = _drawn_variance(patient.model, mu, logvar)
    if draws is not None and not 0.7 < draws < 1.4:
        yield (
            "wrong spread",
            f"codes are drawn with {draws:.2g} times the variance that logvar says. Draw with "
            "torch.exp(0.5 * logvar): logvar is the logarithm of the variance.",
        )
        return
    size = float((mu.var(dim=0) + logvar.exp().mean(dim=0)).mean().sqrt())
    if size > 1.8:
        yield (
            "weak KL",
            f"the codes spread {size:.1f} times as wide as the N(0, 1) that new ones are drawn "
            "from. Sum the KL over the code and average it over pictures, as the error.",
        )


def _drawn_variance(model: Any, mu: torch.Tensor, logvar: torch.Tensor) -> float | None:
    """Variance of the codes that the model draws, as a multiple of exp(logvar)."""
    if not hasattr(model, "reparameterize"):
        return None
    with torch.no_grad():
        draws = torch.stack([model.reparameterize(mu, logvar) for _ in range(30)])
    if _same(draws):  # no noise at all in evaluation mode: a choice, not a fault
        return None
    return float((draws.var(dim=0) / logvar.exp()).median())


def _same(draws: torch.Tensor) -> bool:
    return bool((draws == draws[0]).all())


LOOKS: tuple[Callable[[Patient, nn.Module], Findings], ...] = (
    *(look_at_mode, look_at_range, look_at_answers),
    *(look_at_units, look_at_copies, look_at_clouds),
)
