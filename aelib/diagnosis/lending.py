"""A network that is looked at and given back as it was, without a copy of it."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def lent(model: nn.Module) -> Iterator[None]:
    """A model in evaluation mode; afterwards everything in it is as it was, also what it keeps."""
    modules = list(model.modules())
    training = [getattr(m, "training", False) for m in modules]
    kept = [dict(vars(m)) for m in modules]
    buffers = [(b, b.detach().clone()) for b in model.buffers()]
    model.eval()
    try:
        yield
    finally:
        with torch.no_grad():
            for buffer, values in buffers:
                buffer.copy_(values)
        for m, mode, before in zip(modules, training, kept, strict=True):
            now = vars(m)
            for name in [name for name in now if name not in before]:
                del now[name]
            now.update(before)
            if getattr(m, "training", mode) != mode:  # a scripted one keeps it elsewhere
                m.training = mode
