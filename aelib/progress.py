"""Where `fit` reports to: a live curve in a notebook, a bar in a terminal, silence in tests."""

import os
import sys
from typing import Protocol


class Progress(Protocol):
    """What `fit` tells while it trains."""

    def step(self, done: float, loss: float) -> None:
        """`done` epochs (a fraction counts) are behind us; `loss` was the last batch's."""

    def epoch(self, loss: float, validation: list[float]) -> None:
        """An epoch ended with this mean loss; `validation` holds one value or none."""

    def finish(self, message: str) -> None:
        """Training ended; `message` says how."""


class Silence:
    """Reports to nobody."""

    def step(self, done: float, loss: float) -> None:
        """Say nothing."""

    def epoch(self, loss: float, validation: list[float]) -> None:
        """Say nothing."""

    def finish(self, message: str) -> None:
        """Say nothing."""


class Bar:
    """Reports to a tqdm bar in the terminal."""

    def __init__(self, epochs: int) -> None:
        from tqdm import tqdm

        self._bar = tqdm(
            total=epochs,
            unit="epoch",
            bar_format="{l_bar}{bar}| {n:.1f}/{total} epochs, {remaining} left{postfix}",
        )

    def step(self, done: float, loss: float) -> None:
        """Move the bar."""
        self._bar.update(done - self._bar.n)

    def epoch(self, loss: float, validation: list[float]) -> None:
        """Show the loss behind the bar."""
        shown = {"loss": f"{loss:.4g}"}
        if validation:
            shown["validation"] = f"{validation[0]:.4g}"
        self._bar.set_postfix(shown)

    def finish(self, message: str) -> None:
        """Leave the bar as it stands."""
        self._bar.close()


def start(epochs: int) -> Progress:
    """Choose the reporter that suits where the code runs."""
    if _in_notebook():
        from IPython.display import display

        from aelib.widgets import TrainingMonitor

        monitor = TrainingMonitor(epochs)
        display(monitor)
        return monitor
    if "PYTEST_CURRENT_TEST" in os.environ or not sys.stderr.isatty():
        return Silence()
    return Bar(epochs)


def _in_notebook() -> bool:
    if "ipykernel" not in sys.modules:
        return False
    from IPython.core.getipython import get_ipython

    return hasattr(get_ipython(), "kernel")
