"""How many rare things two numbers hold, trained anew while a hand moves."""

from io import BytesIO
from typing import Any

import numpy as np
import traitlets
from PIL import Image, ImageDraw, ImageFont

from aelib.widgets.arranged import Arrangement, arrange
from aelib.widgets.base import StillWidget, in_range, known_words, module

_RANGES = {"p": (0.02, 1), "importance": (0.5, 1), "things": (2, 8), "seed": (0, 2**31 - 1)}
_SIDE, _LARGER = 240, 3  # pixels of the still picture, drawn larger and made smaller
_COLOURS = ("#2b83ca", "#d55e00", "#009e73", "#cc79a7", "#a08000", "#8478f5", "#cc5560", "#5b9400")


class SuperpositionExplorer(StillWidget):
    """Things that are seldom there, written in two numbers, an arrow for each: trained in the page.

    The network is h = x W, x_hat = ReLU(h W^T + b). Each thing is there with probability p and has
    then a size between 0 and 1. Six starts are trained at each setting, and the one that loses
    least is shown; a turn or a mirror changes nothing in what is lost, so the first thing points
    up. Beside it, how many arrows are longer than one half, for every p from 1 to 0.02.

    Args:
        p: How often each thing is there, 0.02 to 1.
        importance: How much a thing counts in what is lost, as a share of the one before it, 0.5
            to 1.
        things: How many there are, 2 to 8.
        seed: Decides the things' sizes and the first arrows.

    Raises:
        ValueError: A setting is out of range.

    References: Elhage et al. (2022), Toy models of superposition.

    Example:
        >>> explorer = aelib.widgets.SuperpositionExplorer(p=0.05)
        >>> explorer.arrows.shape, round(explorer.lost, 1)
        ((5, 2), 0.1)
    """

    _esm = module("superposition_explorer")
    p = traitlets.Float(0.5).tag(sync=True)
    importance = traitlets.Float(1.0).tag(sync=True)
    things = traitlets.Int(5).tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        known_words(SuperpositionExplorer, traits)
        super().__init__(**traits)

    def __repr__(self) -> str:
        return f"SuperpositionExplorer({self.things} things in 2 numbers)"

    @property
    def arrows(self) -> np.ndarray:
        """What is trained at these settings, an arrow for each thing: (things, 2), float64."""
        return self._arranged().arrows

    @property
    def lost(self) -> float:
        """What it loses, as a share of what an answer with the means would lose."""
        return float(self._arranged().lost)

    def _arranged(self) -> Arrangement:
        return arrange(self.things, self.p, self.importance, self.seed)

    @traitlets.validate(*_RANGES)
    def _in_range(self, proposal: Any) -> Any:
        return in_range(proposal, _RANGES)

    def _still(self) -> tuple[bytes, str]:
        """The arrows at these settings."""
        arrows = self.arrows
        long = int((np.linalg.norm(arrows, axis=1) > 0.5).sum())
        text = (
            f"A plane with {self.things} arrows, for things that are there with probability "
            f"{self.p:g}: {long} are longer than one half. In a browser, sliders move how rare and "
            "how important they are, and the arrows are trained anew."
        )
        side = _SIDE * _LARGER
        page = Image.new("RGB", (side, side), "white")
        draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=14 * _LARGER)
        draw.rectangle((0, 0, side - 1, side - 1), outline="#999999", width=_LARGER)
        for number, (x, y) in enumerate(arrows):
            tip = np.array([x, -y]) * side / 3.2
            draw.line((side / 2, side / 2, *(tip + side / 2)), _COLOURS[number], 3 * _LARGER)
            if (size := np.hypot(*tip)) > side / 20:
                beyond = tip * (1 + 13 * _LARGER / size) + side / 2
                draw.text(tuple(beyond), str(number + 1), "black", font, anchor="mm")
        stream = BytesIO()
        page.resize((_SIDE, _SIDE)).quantize(32).save(stream, format="png", optimize=True)
        return stream.getvalue(), text
