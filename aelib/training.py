"""model, x -> history: one training loop for every network of the course."""

import random
import time
from numbers import Real
from typing import Any

import numpy as np
import torch
from torch import nn

from aelib import progress
from aelib.batches import Batches, as_owned, open_both
from aelib.checks import whole_number
from aelib.history import History
from aelib.loss_value import Loss, ask, check_finite, check_loss


def seed_everything(seed: int) -> None:
    """Seed Python's, NumPy's and PyTorch's random numbers, for a notebook's first cell.

    Args:
        seed: A whole number from 0 on.

    Example:
        >>> aelib.seed_everything(0)
        >>> first = torch.rand(3)
        >>> aelib.seed_everything(0)
        >>> torch.equal(first, torch.rand(3))
        True
    """
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002, what libraries draw from behind our back
    torch.manual_seed(seed)


def fit(
    model: nn.Module,
    x: Any,
    loss: Loss,
    *,
    epochs: int,
    batch_size: int = 128,
    lr: float = 5e-3,
    seed: int = 0,
    validation: Any = None,
) -> History:
    """Train a network with AdamW and a one-cycle learning rate.

    The stop button (KeyboardInterrupt) ends it early; what was learned is kept, and measured like
    a whole epoch. Before the first step nothing is kept, and the interrupt goes on. Batches are
    put on the device and into the type of the model's weights.

    Args:
        model: Any module; it is trained in place and left in evaluation mode.
        x: The training set: a tensor or an array of floats (N, ...), from which batches are
            drawn without replacement; or a data set or a loader of torch.utils.data, of x or of
            (x, y), of which y is left out. A loader has a batch size and an order of its own.
        loss: loss(model, x_batch) -> a scalar to make small.
        epochs: How many times every row of x is used.
        batch_size: Rows in one step; with BatchNorm a last batch of one joins the one before.
        lr: The highest learning rate, reached after a fifth of the steps.
        seed: Decides the order of the batches and all that `loss` draws at random.
        validation: Rows that the loss is also measured on after each epoch, if given, of any
            kind that x may be.

    Returns:
        A History of the losses, in the unit of `loss`.

    Warns:
        UserWarning: x lies far from [0, 1], all its rows are the same, or it came with y.

    Raises:
        TrainingError: The loss became NaN or infinite; the text says which of the usual causes.
        ValueError: x or validation holds no finite floats, a setting is out of range, or the
            loss did not answer with one number.

    References: Loshchilov and Hutter (2019), Decoupled weight decay regularization; Smith and
        Topin (2018), Super-convergence.

    Example:
        >>> x = aelib.load_mnist(1000, 10)[0]
        >>> model = aelib.Autoencoder(16, hidden=64)
        >>> loss = lambda model, x: aelib.squared_error(model(x), x)
        >>> history = aelib.fit(model, x, loss, epochs=3)
        >>> history.loss[-1] < history.loss[0]
        True
    """
    epochs, batch_size = whole_number("epochs", epochs), whole_number("batch_size", batch_size)
    device = _check_settings(model, loss, lr)
    history, started, message = History(), time.perf_counter(), "stopped by an error"
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        batches, held_out = open_both(x, validation, model, batch_size)
        optimizer, schedule = _plan(model, lr, epochs * len(batches), device)
        report = progress.start(epochs)
        torch.manual_seed(seed)
        try:
            for epoch in range(epochs):
                model.train()
                first = len(history.steps)
                for step, batch in enumerate(batches.shuffled()):
                    rows = as_owned(batch, model)
                    value = ask(loss, model, rows)
                    number = value.item()
                    check_finite(number, (epoch, step), model, rows, history.steps)
                    optimizer.zero_grad()
                    value.backward()
                    optimizer.step()
                    schedule.step()
                    history.steps.append(number)
                    report.step(epoch + (step + 1) / len(batches), number)
                _note_epoch(history, epoch, first)
                if held_out:
                    history.validation.append(_evaluate(model, held_out, loss))
                report.epoch(history.loss[-1], history.validation[-1:])
            message = "finished"
        except KeyboardInterrupt:
            message = "stopped by hand, before the first step"
            if not history.steps:
                raise
            history.interrupted = True
            message = "stopped by hand; what was learned so far is kept"
            _note_epoch(history, epoch, first)
            if held_out and len(history.validation) < len(history.loss):
                history.validation.append(_evaluate(model, held_out, loss))
        finally:
            model.eval()
            history.seconds = time.perf_counter() - started
            report.finish(message)
    return history


def _note_epoch(history: History, epoch: int, first: int) -> None:
    """Note the mean loss of an epoch that began with this step, once, if it took a step."""
    steps = history.steps[first:]
    if steps and len(history.loss) == epoch:
        history.loss.append(float(np.mean(steps)))


def _plan(model: nn.Module, lr: float, steps: int, device: torch.device) -> tuple[Any, Any]:
    """AdamW, and a learning rate that rises for a fifth of the steps and then falls."""
    fused = device.type in {"cpu", "cuda"}  # PyTorch has the faster one for these
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, betas=(0.9, 0.99), fused=fused)
    rise = 0.2 if steps != 5 else 0.4  # PyTorch divides by the steps of the rise, less one
    schedule = torch.optim.lr_scheduler.OneCycleLR
    return optimizer, schedule(optimizer, lr, total_steps=steps, pct_start=rise)


def _evaluate(model: nn.Module, x: Batches, loss: Loss) -> float:
    """The loss on x in evaluation mode, without gradients."""
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for batch in x.in_order():
            rows = as_owned(batch, model)
            total += ask(loss, model, rows, learning=False).item() * len(rows)
            count += len(rows)
    return total / count


def _check_settings(model: Any, loss: Any, lr: Any) -> torch.device:
    """Raise ValueError unless all is in range; the device that the model lives on."""
    if not isinstance(model, nn.Module):
        what = f"the class {model.__name__}" if isinstance(model, type) else type(model).__name__
        raise ValueError(f"model must be a network (nn.Module) that was made, not {what}.")
    weight = next((p for p in model.parameters() if p.requires_grad), None)
    if weight is None:
        raise ValueError("model has no weight that can learn: none, or all are frozen.")
    check_loss(loss)
    if not isinstance(lr, Real) or not float(lr) > 0:
        raise ValueError(f"lr must be greater than 0, not {lr!r}.")
    return weight.device
