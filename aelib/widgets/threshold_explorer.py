"""Move a threshold and see what it lets through."""

import math
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import traitlets
from numpy.typing import ArrayLike
from PIL import Image, ImageDraw, ImageFont

from aelib.checks import check_scores
from aelib.widgets.base import StillWidget, module

_NEAR = 6  # pictures shown on each side of the threshold
_BINS = 50
_WIDTH, _HALF = 560, 70  # pixels of the still picture: its width, the height of one histogram
_NORMAL, _ODD = "#0072B2", "#D55E00"


class ThresholdExplorer(StillWidget):
    """Two histograms of scores, one threshold, and the pictures on both sides of it.

    A score at the threshold or above it raises an alarm. `explorer.threshold` is where the
    slider stands; read it, set it, observe it. `explorer.counts` says what it does.

    Args:
        scores: A number for each picture (N,); larger means odder.
        y: True or 1 for each odd picture, False or 0 for each normal one (N,).
        pictures: (N, H * W) or (N, H, W) in [0, 1], ink is 1; flat ones are square.
        threshold: Where to begin; if None, at the score that one normal picture in a hundred
            reaches.

    Raises:
        ValueError: The shapes do not fit, a score or the threshold is NaN or infinite, all scores
            are equal, a pixel lies far outside [0, 1], or only one kind of picture is there.

    Example:
        ThresholdExplorer(errors, y == 8, x)
    """

    _esm = module("threshold_explorer")
    threshold = traitlets.Float().tag(sync=True)
    _scores = traitlets.Bytes().tag(sync=True)  # float32
    _odd = traitlets.Bytes().tag(sync=True)  # a byte for each picture
    _shape: traitlets.List = traitlets.List(traitlets.Int()).tag(sync=True)  # H, W
    _pixels = traitlets.Bytes().tag(sync=True)  # uint8, deflated

    def __init__(
        self, scores: ArrayLike, y: ArrayLike, pictures: Any, *, threshold: float | None = None
    ) -> None:
        self._score_of = np.asarray(scores, np.float32)
        _check_kinds(self._score_of, np.asarray(y))
        self._is_odd = np.asarray(y, bool)
        self._x = _square(pictures, len(self._score_of))
        levels = (self._x * 255).round().clip(0, 255).astype(np.uint8)
        if threshold is None:
            threshold = float(np.quantile(self._score_of[~self._is_odd], 0.99))
        super().__init__(
            threshold=threshold,
            _scores=self._score_of.astype("<f4").tobytes(),
            _odd=self._is_odd.astype(np.uint8).tobytes(),
            _shape=list(levels.shape[1:]),
            _pixels=zlib.compress(levels.tobytes(), 9),
        )

    def __repr__(self) -> str:
        odd = int(self._is_odd.sum())
        return f"ThresholdExplorer({len(self._is_odd) - odd} normal, {odd} odd)"

    @property
    def counts(self) -> dict[str, int]:
        """How many false alarms, hits and misses the threshold makes now."""
        alarm = self._score_of >= np.float32(self.threshold)
        return {
            "false alarms": int((alarm & ~self._is_odd).sum()),
            "hits": int((alarm & self._is_odd).sum()),
            "misses": int((~alarm & self._is_odd).sum()),
        }

    @traitlets.validate("threshold")
    def _finite(self, proposal: Any) -> float:
        if not math.isfinite(proposal["value"]):
            raise ValueError(f"threshold must be a finite number, not {proposal['value']}.")
        return proposal["value"]

    def _near(self) -> tuple[np.ndarray, np.ndarray]:
        """Places of the pictures just below the threshold and just above, nearest first."""
        order = np.argsort(self._score_of, kind="stable")
        below = int(np.searchsorted(self._score_of[order], np.float32(self.threshold)))
        return order[max(0, below - _NEAR) : below][::-1], order[below : below + _NEAR]

    def _words(self) -> str:
        """What the threshold does, in a sentence."""
        odd = int(self._is_odd.sum())
        normal, counts = len(self._is_odd) - odd, self.counts
        return (
            f"Threshold {self.threshold:.4g}: {counts['false alarms']} of {normal} normal pictures "
            f"raise a false alarm, {counts['hits']} of {odd} odd ones are hit, "
            f"{counts['misses']} are missed."
        )

    def _kinds(self, places: np.ndarray) -> str:
        return ", ".join("odd" if self._is_odd[i] else "normal" for i in places) or "none"

    def _still(self) -> tuple[bytes, str]:
        """Both histograms, the threshold, and the pictures on both sides of it."""
        below, above = self._near()
        text = (
            f"Histograms of the scores of normal and odd pictures, with a threshold. "
            f"{self._words()} Just above it: {self._kinds(above)}. Just below it: "
            f"{self._kinds(below)}."
        )
        page = Image.new("RGB", (_WIDTH, 2 * _HALF + 210), "white")
        draw = ImageDraw.Draw(page)
        self._draw_histograms(draw)
        for line, words in enumerate(self._words().split(", ", 1)):
            draw.text((4, 2 * _HALF + 6 + 18 * line), words, font=_font(), fill="black")
        for row, (name, places) in enumerate((("alarm", above), ("no alarm", below))):
            top = 2 * _HALF + 50 + 80 * row
            draw.text((4, top + 20), name, font=_font(), fill="black")
            for column, place in enumerate(places):
                self._draw_picture(page, draw, int(place), (80 + 78 * column, top))
        stream = BytesIO()
        page.quantize(64).save(stream, format="png", optimize=True)
        return stream.getvalue(), text

    def _draw_histograms(self, draw: ImageDraw.ImageDraw) -> None:
        """Normal scores as bars upwards, odd ones downwards, and the threshold across."""
        low, high = float(self._score_of.min()), float(self._score_of.max())
        step = _WIDTH / _BINS
        for odd, sign, colour in ((False, -1, _NORMAL), (True, 1, _ODD)):
            of_kind = self._score_of[self._is_odd == odd]
            heights = np.histogram(of_kind, _BINS, (low, high))[0]
            for i, height in enumerate(heights * (_HALF - 8) / heights.max()):
                ends = sorted((_HALF, _HALF + sign * height))
                draw.rectangle((i * step, ends[0], (i + 1) * step - 2, ends[1]), fill=colour)
            words = "odd" if odd else "normal"
            draw.text((_WIDTH - 60, _HALF + sign * 34 - 8), words, font=_font(), fill=colour)
        x = (min(max(self.threshold, low), high) - low) / (high - low) * (_WIDTH - 2)
        draw.line((x, 0, x, 2 * _HALF), fill="black", width=2)

    def _draw_picture(
        self, page: Image.Image, draw: ImageDraw.ImageDraw, place: int, corner: tuple[int, int]
    ) -> None:
        """One picture with the name of its kind below."""
        grey = np.round(255 * (1 - self._x[place].clip(0, 1))).astype(np.uint8)
        page.paste(Image.fromarray(grey).resize((56, 56), Image.Resampling.NEAREST), corner)
        kind, colour = ("odd", _ODD) if self._is_odd[place] else ("normal", _NORMAL)
        draw.text((corner[0], corner[1] + 58), kind, font=_font(), fill=colour)


def _font() -> Any:
    return ImageFont.load_default(size=14)


def _square(pictures: Any, n: int) -> np.ndarray:
    """Pictures as (N, H, W), checked."""
    x = np.asarray(pictures, np.float32)
    if x.ndim == 2 and math.isqrt(x.shape[1]) ** 2 == x.shape[1]:
        x = x.reshape(len(x), math.isqrt(x.shape[1]), -1)
    if x.ndim != 3 or not x.size or len(x) != n:
        raise ValueError(
            f"pictures has shape {np.shape(pictures)}; {n} scores need ({n}, H, W) or, for square "
            f"pictures, ({n}, H * W)."
        )
    if not (x.min() >= -1 and x.max() <= 2):
        raise ValueError("pictures must hold pixels in [0, 1]; usual cure: x / 255 for bytes.")
    return x


def _check_kinds(scores: np.ndarray, y: np.ndarray) -> None:
    """Raise ValueError unless there is a finite score for each picture, both kinds, two scores."""
    check_scores(scores, y)
    if scores.min() == scores.max():
        raise ValueError("All scores are equal; no threshold can part them.")
