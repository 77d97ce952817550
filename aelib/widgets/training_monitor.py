"""The live loss curve of `fit`."""

import time
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from aelib.widgets.base import known_words, module

_PAUSE = 0.1  # seconds between two messages to the browser: smooth to the eye, cheap to send
_GONE = "run this cell again to watch the loss fall"  # in a notebook that is opened later


class TrainingMonitor(anywidget.AnyWidget):
    """Shows how far training is, the loss so far, and the time left.

    `fit` makes one and reports to it: see aelib.progress.

    Args:
        epochs: How many epochs are planned.

    Example:
        >>> monitor = aelib.widgets.TrainingMonitor(epochs=3)
        >>> monitor.step(done=0.5, loss=52.0)  # half an epoch is behind us
        >>> monitor.finish("stopped")
        >>> monitor.message
        'stopped after 0 s'
    """

    _esm = module("training_monitor")
    _css = Path(__file__).parent / "static" / "training_monitor.css"
    epochs = traitlets.Int(1).tag(sync=True)
    done = traitlets.Float(0.0).tag(sync=True)  # epochs behind us
    curve = traitlets.List(traitlets.List(traitlets.Float())).tag(sync=True)  # [done, loss]
    training = traitlets.List(traitlets.Float()).tag(sync=True)  # one loss per epoch
    validation = traitlets.List(traitlets.Float()).tag(sync=True)
    seconds_left = traitlets.Float(0.0).tag(sync=True)
    message = traitlets.Unicode("starting").tag(sync=True)

    def __init__(self, epochs: int, **traits: Any) -> None:
        known_words(TrainingMonitor, traits)
        super().__init__(epochs=epochs, **traits)
        self._started = self._sent = time.perf_counter()
        self._points: list[list[float]] = []

    def __repr__(self) -> str:
        return f"TrainingMonitor(epochs={self.epochs})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The live view, and what to do where it is gone."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/plain": f"{self!r}: {_GONE}"}, metadata

    def step(self, done: float, loss: float) -> None:
        """Note a batch's loss; the browser hears of it a few times a second."""
        self._points.append([done, loss])
        now = time.perf_counter()
        if now - self._sent > _PAUSE:
            self._sent = now
            self._tell(now)

    def epoch(self, loss: float, validation: list[float]) -> None:
        """Note the mean losses of an epoch that ended."""
        self.training = [*self.training, loss]
        self.validation = [*self.validation, *validation]

    def finish(self, message: str) -> None:
        """Say how training ended."""
        now = time.perf_counter()
        self._tell(now)
        self.seconds_left = 0.0
        self.message = f"{message} after {now - self._started:.0f} s"

    def _tell(self, now: float) -> None:
        done = self._points[-1][0] if self._points else 0.0
        with self.hold_sync():
            self.done = done
            self.curve = _thinned(self._points)
            self.seconds_left = (now - self._started) * (self.epochs - done) / max(done, 1e-9)
            self.message = "training"


def _thinned(points: list[list[float]], most: int = 120) -> list[list[float]]:
    """At most `most` points, each the mean of a run of neighbours."""
    run = -(-len(points) // most) or 1
    groups = (points[i : i + run] for i in range(0, len(points), run))
    return [[g[-1][0], sum(loss for _, loss in g) / len(g)] for g in groups]
