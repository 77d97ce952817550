"""Two pictures over one another, and a divider to drag."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
import traitlets
from PIL import Image, ImageDraw, ImageFont

from aelib.adapter import open_pictures
from aelib.widgets.base import StillWidget, module

_LINE, _GAP, _LEVELS = 22, 8, 256  # pixels of a label and between the pictures; colours kept


class BeforeAfter(StillWidget):
    """Two pictures over one another: left of a divider the first is seen, right of it the second.

    `picture.position` is the divider's place, 0 at the left edge and 1 at the right one; read it,
    set it, observe it. The pictures travel once, without loss, as WebP.

    Args:
        before: A picture (3, H, W), or a grey one (H, W), in [0, 1] or [-1, 1]; low is dark.
        after: Another of the same size.
        labels: What each of them is, in a few words.
        alt: What the pictures show, in a sentence.
        position: Where the divider stands at first.
        value_range: The values of black and of white, such as (-1, 1); seen in both if None.

    Raises:
        ValueError: The shapes differ or are others, a value leaves the range, labels are not two
            different texts, there is no alt text, or the divider would stand outside.

    Example:
        >>> photo = aelib.load_photos(shrink=8)["chelsea"]
        >>> labels = ("grey", "in colour")
        >>> aelib.widgets.BeforeAfter(photo.mean(dim=0), photo, labels, alt="A cat's face.")
        BeforeAfter(grey | in colour)
    """

    _esm = module("before_after")
    position = traitlets.Float(0.5).tag(sync=True)
    _labels: traitlets.List = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _alt = traitlets.Unicode().tag(sync=True)
    _shape: traitlets.List = traitlets.List(traitlets.Int()).tag(sync=True)  # H, W
    _before = traitlets.Bytes().tag(sync=True)  # WebP
    _after = traitlets.Bytes().tag(sync=True)

    def __init__(
        self,
        before: Any,
        after: Any,
        labels: Sequence[str],
        *,
        alt: str,
        position: float = 0.5,
        value_range: tuple[float, float] | None = None,
    ) -> None:
        _check_words(labels, alt)
        self._images = _images(_pixels(before), _pixels(after), value_range)
        width, height = self._images[0].size
        super().__init__(
            _labels=list(labels),
            _alt=alt,
            _shape=[height, width],
            _before=_webp(self._images[0]),
            _after=_webp(self._images[1]),
            position=position,
        )

    def __repr__(self) -> str:
        return f"BeforeAfter({self._labels[0]} | {self._labels[1]})"

    def _still(self) -> tuple[bytes, str]:
        """Both pictures side by side, each below its label."""
        text = f"{self._alt} Two versions side by side, left {self._labels[0]}, right "
        return _side_by_side(self._images, self._labels), f"{text}{self._labels[1]}."

    @traitlets.validate("position")
    def _inside(self, proposal: Any) -> float:
        if not 0 <= proposal["value"] <= 1:
            raise ValueError(f"position must lie in [0, 1], not {proposal['value']!r}.")
        return proposal["value"]


def _check_words(labels: Any, alt: Any) -> None:
    """Raise ValueError unless there are two different labels and a text for the pictures."""
    listed = labels if isinstance(labels, list | tuple) else ()
    words = {label.strip() for label in listed if isinstance(label, str)} - {""}
    if len(listed) != 2 or len(words) != 2:
        raise ValueError(f"labels must be two different texts, not {labels!r}.")
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError("The pictures need an alt text: say in a sentence what they show.")


def _pixels(picture: Any) -> np.ndarray:
    """A picture as red, green and blue (3, H, W)."""
    pixels = np.asarray(picture, np.float32)
    if pixels.ndim == 2:
        pixels = np.stack([pixels] * 3)
    if pixels.ndim != 3 or len(pixels) != 3 or not pixels.size:
        raise ValueError(f"A picture must be (3, H, W) or (H, W), not {np.shape(picture)}.")
    return pixels


def _images(before: np.ndarray, after: np.ndarray, value_range: Any) -> list[Image.Image]:
    """Both with 256 levels of red, green and blue, checked."""
    if before.shape != after.shape:
        raise ValueError(
            f"before is {before.shape[1:]} and after {after.shape[1:]}; both must have the same "
            "height and width."
        )
    both = np.stack([before, after])
    opened = open_pictures(both, None, value_range, name="pictures").within("pictures")
    levels = (opened.rows.reshape(2, *before.shape) * 255).round().astype(np.uint8)
    return [Image.fromarray(each) for each in levels.transpose(0, 2, 3, 1)]


def _webp(image: Image.Image) -> bytes:
    stream = BytesIO()
    image.save(stream, "webp", lossless=True, quality=50, method=2)
    return stream.getvalue()


def _side_by_side(images: list[Image.Image], labels: Sequence[str]) -> bytes:
    width, height = images[0].size
    page = Image.new("RGB", (2 * width + _GAP, height + _LINE), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=13)
    for left, image, label in zip((0, width + _GAP), images, labels, strict=True):
        draw.text((left, 3), label, font=font, fill="black")
        page.paste(image, (left, _LINE))
    stream = BytesIO()
    small = page.quantize(_LEVELS, kmeans=3, dither=Image.Dither.NONE)
    small.save(stream, "png", optimize=True)
    return stream.getvalue()
