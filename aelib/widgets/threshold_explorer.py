"""Move a threshold and see what it lets through."""

import math
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import traitlets
from numpy.typing import ArrayLike
from PIL import Image, ImageDraw, ImageFont

from aelib.adapter import Layout, open_pictures
from aelib.checks import check_scores
from aelib.widgets.base import StillWidget, module

_NEAR = 6  # pictures shown on each side of the threshold
_BINS = 50
_WIDTH, _HALF = 560, 70  # pixels of the still picture: its width, the height of one histogram
_THUMB = 56  # the longer side of a picture in it
_NORMAL, _ODD = "#0072B2", "#D55E00"


class ThresholdExplorer(StillWidget):
    """Two histograms of scores, one threshold, and the pictures on both sides of it.

    A score at the threshold or above it raises an alarm. `explorer.threshold` is where the
    slider stands; read it, set it, observe it. `explorer.counts` says what it does.

    Args:
        scores: A number for each picture (N,); larger means odder.
        y: True or 1 for each odd picture, False or 0 for each normal one (N,).
        pictures: (N, pixels), (N, H, W) or in colour (N, 3, H, W), in [0, 1] or [-1, 1]; grey ones
            are ink on paper.
        threshold: Where to begin; if None, at the score that one normal picture in a hundred
            reaches.
        shape: (H, W) or (3, H, W) of flat pictures that are not square and grey.
        value_range: The values of paper and of ink, of black and of white in colour, such as
            (-1, 1); seen in pictures if None.

    Raises:
        ValueError: The shapes do not fit, a score or the threshold is NaN or infinite, all scores
            are equal, a pixel lies far outside the range, or only one kind of picture is there.

    Example:
        >>> pictures, y = torch.rand(40, 3, 24, 32), torch.arange(40) % 4 == 0
        >>> scores = pictures.mean(dim=(1, 2, 3)) + y
        >>> explorer = aelib.widgets.ThresholdExplorer(scores, y, pictures, threshold=1.0)
        >>> explorer.counts
        {'false alarms': 0, 'hits': 10, 'misses': 0}
    """

    _esm = module("threshold_explorer")
    threshold = traitlets.Float().tag(sync=True)
    _scores = traitlets.Bytes().tag(sync=True)  # float32
    _odd = traitlets.Bytes().tag(sync=True)  # a byte for each picture
    _shape: traitlets.List = traitlets.List(traitlets.Int()).tag(sync=True)  # H, W, or H, W, 3
    _pixels = traitlets.Bytes().tag(sync=True)  # uint8, deflated

    def __init__(
        self,
        scores: ArrayLike,
        y: ArrayLike,
        pictures: Any,
        *,
        threshold: float | None = None,
        shape: tuple[int, ...] | None = None,
        value_range: tuple[float, float] | None = None,
    ) -> None:
        self._score_of = np.asarray(scores, np.float32)
        _check_kinds(self._score_of, np.asarray(y))
        self._is_odd = np.asarray(y, bool)
        opened = open_pictures(pictures, shape, value_range, name="pictures")
        self._x, self._layout = opened.rows, opened.layout
        _check_number(self._x, len(self._score_of))
        levels = (self._x * 255).round().clip(0, 255).astype(np.uint8)
        if threshold is None:
            threshold = float(np.quantile(self._score_of[~self._is_odd], 0.99))
        super().__init__(
            threshold=threshold,
            _scores=self._score_of.astype("<f4").tobytes(),
            _odd=self._is_odd.astype(np.uint8).tobytes(),
            _shape=self._layout.shape,
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
        page.paste(_thumbnail(self._x[place], self._layout), corner)
        kind, colour = ("odd", _ODD) if self._is_odd[place] else ("normal", _NORMAL)
        draw.text((corner[0], corner[1] + _THUMB + 2), kind, font=_font(), fill=colour)


def _font() -> Any:
    return ImageFont.load_default(size=14)


def _thumbnail(row: np.ndarray, layout: Layout) -> Image.Image:
    """A picture with its longer side as long as a thumbnail's."""
    size = (layout.channels, layout.height, layout.width)
    pixels = np.moveaxis(row.clip(0, 1).reshape(size), 0, 2)
    pixels = 1 - pixels[..., 0] if layout.channels == 1 else pixels
    image = Image.fromarray(np.round(255 * pixels).astype(np.uint8))
    scale = _THUMB / max(image.size)
    shown = [max(1, round(scale * side)) for side in image.size]
    way = Image.Resampling.NEAREST if scale > 1 else Image.Resampling.BOX
    return image.resize((shown[0], shown[1]), way)


def _check_number(pictures: np.ndarray, n: int) -> None:
    """Raise ValueError unless there is a picture for each score."""
    if len(pictures) != n:
        raise ValueError(f"{n} scores need {n} pictures, not {len(pictures)}.")


def _check_kinds(scores: np.ndarray, y: np.ndarray) -> None:
    """Raise ValueError unless there is a finite score for each picture, both kinds, two scores."""
    check_scores(scores, y)
    if scores.min() == scores.max():
        raise ValueError("All scores are equal; no threshold can part them.")
