"""model, x -> history: one training loop for every network of the course, and their files."""

import hashlib
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil, isfinite
from pathlib import Path

import numpy as np
import safetensors
import safetensors.torch
import torch
from torch import nn

from aelib import progress
from aelib.data.files import DataError, write_atomically
from aelib.models import networks

Loss = Callable[[nn.Module, torch.Tensor], torch.Tensor]


class TrainingError(Exception):
    """Training cannot go on; the text names the epoch, the step and the likely causes."""


@dataclass(repr=False)
class History:
    """What happened during `fit`, in the unit of its loss."""

    loss: list[float] = field(default_factory=list)  # mean over each epoch, also one cut short
    validation: list[float] = field(default_factory=list)  # after each epoch, if asked for
    steps: list[float] = field(default_factory=list)  # every batch
    seconds: float = 0.0
    interrupted: bool = False

    def __repr__(self) -> str:
        return f"History({len(self.loss)} epochs)"


def seed_everything(seed: int) -> None:
    """Seed Python's, NumPy's and PyTorch's random numbers, for a notebook's first cell."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002, what libraries draw from behind our back
    torch.manual_seed(seed)


def fit(
    model: nn.Module,
    x: torch.Tensor,
    loss: Loss,
    *,
    epochs: int,
    batch_size: int = 128,
    lr: float = 5e-3,
    seed: int = 0,
    validation: torch.Tensor | None = None,
) -> History:
    """Train a network with AdamW and a one-cycle learning rate.

    The stop button (KeyboardInterrupt) ends it early; what was learned is kept, and measured like
    a whole epoch. Before the first step nothing is kept, and the interrupt goes on.

    Args:
        model: Any module; it is trained in place and left in evaluation mode.
        x: The training set, one tensor; batches are drawn from it without replacement.
        loss: loss(model, x_batch) -> a scalar to make small.
        epochs: How many times every row of x is used.
        batch_size: Rows in one step.
        lr: The highest learning rate, reached after a fifth of the steps.
        seed: Decides the order of the batches and all that `loss` draws at random.
        validation: Rows that the loss is also measured on after each epoch, if given.

    Returns:
        A History of the losses, in the unit of `loss`.

    Raises:
        TrainingError: The loss became NaN or infinite.
        ValueError: x is no tensor of floats, is empty, or a setting is out of range.

    References: Loshchilov and Hutter (2019), Decoupled weight decay regularization; Smith and
        Topin (2018), Super-convergence.
    """
    _check_settings(x, epochs, batch_size, lr)
    per_epoch = ceil(len(x) / batch_size)
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, betas=(0.9, 0.99), fused=True)
    steps = epochs * per_epoch
    rise = 0.2 if steps != 5 else 0.4  # PyTorch divides by the steps of the rise, less one
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=steps, pct_start=rise)
    history, report, started = History(), progress.start(epochs), time.perf_counter()
    message = "stopped by an error"
    model.train()
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            for epoch in range(epochs):
                for step, rows in enumerate(torch.randperm(len(x)).split(batch_size)):
                    value = loss(model, x[rows])
                    number = value.item()
                    _check_finite(number, epoch, step)
                    optimizer.zero_grad()
                    value.backward()
                    optimizer.step()
                    schedule.step()
                    history.steps.append(number)
                    report.step(epoch + (step + 1) / per_epoch, number)
                _note_epoch(history, epoch, per_epoch)
                if validation is not None:
                    history.validation.append(_evaluate(model, validation, loss))
                report.epoch(history.loss[-1], history.validation[-1:])
        message = "finished"
    except KeyboardInterrupt:
        message = "stopped by hand, before the first step"
        if not history.steps:
            raise
        history.interrupted = True
        message = "stopped by hand; what was learned so far is kept"
        _note_epoch(history, epoch, per_epoch)
        if validation is not None and len(history.validation) < len(history.loss):
            history.validation.append(_evaluate(model, validation, loss))
    finally:
        model.eval()
        history.seconds = time.perf_counter() - started
        report.finish(message)
    return history


def _note_epoch(history: History, epoch: int, per_epoch: int) -> None:
    """Note the mean loss of an epoch, once, if it took a step."""
    steps = history.steps[epoch * per_epoch :]
    if steps and len(history.loss) == epoch:
        history.loss.append(float(np.mean(steps)))


def _evaluate(model: nn.Module, x: torch.Tensor, loss: Loss) -> float:
    """The loss on x in evaluation mode, without gradients."""
    model.eval()
    with torch.no_grad():  # 1,000 rows at a time: all at once costs memory
        total = sum(loss(model, rows).item() * len(rows) for rows in x.split(1000))
    model.train()
    return total / len(x)


def _check_settings(x: torch.Tensor, epochs: int, batch_size: int, lr: float) -> None:
    if not isinstance(x, torch.Tensor) or not x.is_floating_point() or len(x) == 0:
        raise ValueError("x must be a tensor of floats with at least one row, such as x_train.")
    for name, value in (("epochs", epochs), ("batch_size", batch_size)):
        if not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} must be a whole number, 1 or more, not {value!r}.")
    if not lr > 0:
        raise ValueError(f"lr must be greater than 0, not {lr!r}.")


def _check_finite(value: float, epoch: int, step: int) -> None:
    if not isfinite(value):
        raise TrainingError(
            f"The loss became {value} in epoch {epoch + 1}, step {step + 1}. Likely causes: "
            "inputs that do not lie in [0, 1] (x / 255?), or a learning rate that is too high "
            "(try lr / 10). Make the model anew before you train again."
        )


def save(model: networks.Model, path: str | Path) -> None:
    """Write a model of aelib to a safetensors file, whole or not at all.

    Args:
        model: A model whose class is in aelib.models.
        path: The file, usually *.safetensors; a file of that name is replaced.

    Raises:
        DataError: The file cannot be written.
        ValueError: `load` could not make such a model again.
    """
    name = type(model).__name__
    if getattr(networks, name, None) is not type(model):
        raise ValueError(
            f"save writes the models of aelib, such as Autoencoder, not {name}; for a network of "
            "your own use safetensors.torch.save_file(model.state_dict(), path)."
        )
    weights = {key: value.detach().contiguous() for key, value in model.state_dict().items()}
    origin = json.dumps({"model": name, "arguments": model.arguments})
    metadata = {"aelib": origin, "sha256": _digest(weights, origin)}
    write_atomically(Path(path), safetensors.torch.save(weights, metadata))


def load(path: str | Path) -> networks.Model:
    """Read a model that `save` wrote, in evaluation mode, after checking every byte of it.

    Raises:
        DataError: The file is missing, truncated, altered, or not a model of aelib.
    """
    try:
        with safetensors.safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            weights = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing. Check the name, or save the model first.") from error
    except (OSError, safetensors.SafetensorError) as error:
        raise DataError(_damaged(path, f"cannot be read ({error})")) from error
    if metadata.get("sha256") != _digest(weights, metadata.get("aelib", "")):
        raise DataError(_damaged(path, "is not what aelib.save wrote: the checksum differs"))
    try:
        return _build(metadata["aelib"], weights)
    except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise DataError(_damaged(path, f"does not describe a model of aelib ({error})")) from error


def _build(origin: str, weights: dict[str, torch.Tensor]) -> networks.Model:
    """Make the model that `origin` names around these weights."""
    description = json.loads(origin)
    kind = getattr(networks, description["model"])
    if not (isinstance(kind, type) and issubclass(kind, networks.Model)):
        raise ValueError(f"{description['model']} is no model")
    with torch.device("meta"):  # shapes only: an absurd size costs no memory
        model = kind(**description["arguments"])
    model.load_state_dict(weights, assign=True)
    return model.eval()


def _damaged(path: str | Path, what: str) -> str:
    return f"{path} {what}. Save the model again, or copy the file again from its source."


def _digest(weights: dict[str, torch.Tensor], origin: str) -> str:
    """sha256 over the origin and every weight's name, type, shape and bytes."""
    digest = hashlib.sha256(origin.encode())
    for name, value in sorted(weights.items()):
        digest.update(f"{name} {value.dtype} {tuple(value.shape)}".encode())
        digest.update(value.cpu().contiguous().flatten().view(torch.uint8).numpy().data)
    return digest.hexdigest()
