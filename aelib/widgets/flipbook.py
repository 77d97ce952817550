"""Recorded pictures, turned over with a slider."""

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets

from aelib.adapter import open_pictures
from aelib.widgets.base import StillWidget, module
from aelib.widgets.twin import contact_sheet

_STILL = 4  # pictures in the still twin


class Flipbook(StillWidget):
    """Turn over pictures that were computed beforehand, each with a line of words.

    `book.index` is the page shown; read it, set it, observe it.

    Args:
        pages: Pictures (pages, H, W), or in colour (pages, 3, H, W), in [0, 1] or [-1, 1]; grey
            ones are ink on paper.
        captions: A line of words for each page.
        name: What the slider sets, in a word or two.
        index: The page to begin with.
        shape: (H, W) or (3, H, W) of flat pages that are not square and grey.
        value_range: The values of paper and of ink, of black and of white in colour, such as
            (-1, 1); seen in pages if None.

    Raises:
        ValueError: The shape is another one, a value leaves the range, the captions are not as
            many as the pages, or there is no such page.

    Example:
        >>> pages = torch.linspace(0, 1, 5).reshape(5, 1, 1, 1).expand(5, 3, 24, 32)
        >>> captions = ["black", "dark", "middle", "light", "white"]
        >>> aelib.widgets.Flipbook(pages, captions, name="light")
        Flipbook(5 pages, light)
    """

    _esm = module("flipbook")
    index = traitlets.Int(0).tag(sync=True)
    _name = traitlets.Unicode().tag(sync=True)
    _captions: traitlets.List = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _shape: traitlets.List = traitlets.List(traitlets.Int()).tag(sync=True)  # H, W, or H, W, 3
    _pixels = traitlets.Bytes().tag(sync=True)  # uint8, deflated

    def __init__(
        self,
        pages: Any,
        captions: Sequence[str],
        *,
        name: str = "page",
        index: int = 0,
        shape: tuple[int, ...] | None = None,
        value_range: tuple[float, float] | None = None,
    ) -> None:
        opened = open_pictures(pages, shape, value_range, name="pages").within("pages")
        self._pages, self._layout = opened.rows, opened.layout
        if len(captions) != len(self._pages):
            raise ValueError(
                f"{len(self._pages)} pages need as many captions, not {len(captions)}."
            )
        levels = (self._pages * 255).round().astype(np.uint8)
        super().__init__(
            _name=name,
            _captions=list(captions),
            _shape=self._layout.shape,
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
        return contact_sheet(rows, self._layout.shape), text

    @traitlets.validate("index")
    def _known_page(self, proposal: Any) -> int:
        if not 0 <= proposal["value"] < len(self._pages):
            raise ValueError(
                f"index must lie in 0..{len(self._pages) - 1}, not {proposal['value']}."
            )
        return proposal["value"]
