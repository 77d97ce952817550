"""What a learner's function draws by chance: the same numbers in every call."""

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


def seed_draws() -> None:
    """Begin all generators that a learner may draw from anew, with gradients switched on."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    if torch := sys.modules.get("torch"):
        torch.random.default_generator.manual_seed(0)
        torch.set_grad_enabled(True)


@contextmanager
def fixed_draws() -> Iterator[None]:
    """Put the states of all generators that a learner may draw from back at the end."""
    torch = sys.modules.get("torch")
    states = random.getstate(), np.random.get_state()  # noqa: NPY002
    in_torch = (torch.get_rng_state(), torch.is_grad_enabled()) if torch else None
    seed_draws()
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])  # noqa: NPY002
        if torch and in_torch:
            torch.set_rng_state(in_torch[0])
            torch.set_grad_enabled(in_torch[1])
