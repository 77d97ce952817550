"""Recorded pictures, turned over with a slider."""

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets

from aelib.widgets.base import StillWidget, module
from aelib.widgets.twin import contact_sheet

_STILL = 4  # pictures in the still twin


class Flipbook(StillWidget):
    """Turn over pictures that were computed beforehand, each with a line of words.

    `book.index` is the page shown; read it, set it, observe it.

    Args:
        pages: Pictures (pages, H, W) in [0, 1], ink is 1.
        captions: A line of words for each page.
        name: What the slider sets, in a word or two.
        index: The page to begin with.

    Raises:
        ValueError: The shape is another one, a value leaves [0, 1], the captions are not as many
            as the pages, or there is no such page.

    Example:
        Flipbook(sheets, [f"{size} bytes" for size in sizes], name="bytes")
    """

    _esm = module("flipbook")
    index = traitlets.Int(0).tag(sync=True)
    _name = traitlets.Unicode().tag(sync=True)
    _captions: traitlets.List = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _shape: traitlets.List = traitlets.List(traitlets.Int()).tag(sync=True)  # H, W
    _pixels = traitlets.Bytes().tag(sync=True)  # uint8, deflated

    def __init__(
        self, pages: Any, captions: Sequence[str], *, name: str = "page", index: int = 0
    ) -> None:
        self._pages = np.asarray(pages, np.float32)
        _check_pages(self._pages, captions)
        levels = (self._pages * 255).round().astype(np.uint8)
        super().__init__(
            _name=name,
            _captions=list(captions),
            _shape=list(levels.shape[1:]),
            _pixels=zlib.compress(levels.tobytes(), 9),
            index=index,
        )

    def __repr__(self) -> str:
        return f"Flipbook({len(self._pages)} pages, {self._name})"

    def _still(self) -> tuple[bytes, str]:
        """Some of the pages."""
        shown = np.unique(np.linspace(0, len(self._pages) - 1, _STILL).round().astype(int))
        rows = self._pages[shown].reshape(len(shown), 1, -1)
        words = "; ".join(self._captions[i] for i in shown)
        text = f"Pages from a series over {self._name}, from top to bottom: {words}."
        return contact_sheet(rows, self._pages.shape[1:]), text

    @traitlets.validate("index")
    def _known_page(self, proposal: Any) -> int:
        if not 0 <= proposal["value"] < len(self._pages):
            raise ValueError(
                f"index must lie in 0..{len(self._pages) - 1}, not {proposal['value']}."
            )
        return proposal["value"]


def _check_pages(pages: np.ndarray, captions: Sequence[str]) -> None:
    """Raise ValueError unless there are pictures in [0, 1] with a caption each."""
    if pages.ndim != 3 or not pages.size:
        raise ValueError(f"pages must be (pages, H, W), not {pages.shape}.")
    if not (pages.min() >= 0 and pages.max() <= 1):
        raise ValueError("pages must lie in [0, 1]; usual cure: .clip(0, 1), or / 255 for bytes.")
    if len(captions) != len(pages):
        raise ValueError(f"{len(pages)} pages need as many captions, not {len(captions)}.")
