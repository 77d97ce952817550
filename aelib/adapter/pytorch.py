"""What is PyTorch's, asked without importing it: NumPy's functions are adapted without PyTorch."""

import sys
from types import ModuleType
from typing import Any

import numpy as np

from aelib.engine.program import NotRecorded


def pytorch() -> ModuleType:
    """PyTorch, for what cannot be had without it.

    Raises:
        NotRecorded: It is not installed.
    """
    try:
        import torch
    except ImportError:
        raise NotRecorded("PyTorch is not installed") from None
    return torch


def is_module(owner: Any) -> bool:
    """Whether this is a network of PyTorch, which was imported then."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(owner, torch.nn.Module)


def is_tensor(value: Any) -> bool:
    """Whether this is a tensor of PyTorch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def is_distribution(value: Any) -> bool:
    """Whether this is a distribution of PyTorch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.distributions.Distribution)


def as_array(values: Any) -> np.ndarray:
    """A tensor or an array as an array."""
    if is_tensor(values):
        values = values.detach().cpu()
        return (values.float() if values.is_floating_point() else values).numpy()
    return np.asarray(values)
