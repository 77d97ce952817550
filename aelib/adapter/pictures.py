"""Pictures of any usual shape and range -> rows of pixels in [0, 1], and back for a model."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from aelib.adapter.pytorch import as_array, is_tensor

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Layout:
    """How a row of pixels lies: channel after channel, each row after row.

    Args:
        channels: 1 for grey, 3 for red, green and blue.
        height: In pixels.
        width: In pixels.
        low: The value that is shown as 0: paper, or black in a colour picture.
        high: The value that is shown as 1.
        native: The shape in which one picture was given, or in which a decoder answers.
    """

    channels: int
    height: int
    width: int
    low: float = 0.0
    high: float = 1.0
    native: Shape = ()

    @property
    def pixels(self) -> int:
        """How many numbers a picture has."""
        return self.channels * self.height * self.width

    @property
    def shape(self) -> list[int]:
        """As widgets are told: [H, W], or [H, W, 3]."""
        size = [self.height, self.width]
        return size if self.channels == 1 else [*size, self.channels]

    def shapes(self) -> Iterator[Shape]:
        """Shapes in which a model may want a picture, the likeliest first."""
        c, h, w = self.channels, self.height, self.width
        grey = [(h, w)] if c == 1 else [(h, w, c)]
        yield from dict.fromkeys([s for s in (self.native, (self.pixels,), (c, h, w), *grey) if s])

    def scaled(self, values: Any) -> Any:
        """A model's values as [0, 1]."""
        if (self.low, self.high) == (0, 1):
            return values
        return (values - self.low) / (self.high - self.low)

    def unscaled(self, values: Any) -> Any:
        """Values in [0, 1] as the model has them."""
        if (self.low, self.high) == (0, 1):
            return values
        return values * (self.high - self.low) + self.low

    def as_given(self, rows: Any, shape: Shape) -> Any:
        """Rows (N, pixels) in one of `shapes`; arrays or tensors."""
        if self._is_last(shape):
            return _moved(rows.reshape(len(rows), shape[2], *shape[:2]), 1, 3)
        return rows.reshape(len(rows), *shape)

    def as_rows(self, values: Any) -> Any:
        """What a decoder answers with, (N, ...), as rows of pixels."""
        if self._is_last(tuple(values.shape[1:])):
            values = _moved(values, 3, 1)
        return values.reshape(len(values), -1)

    def _is_last(self, shape: Shape) -> bool:
        """Whether the channels come last."""
        return len(shape) == 3 and shape[2] == self.channels and shape[0] != self.channels


def _moved(values: Any, source: int, target: int) -> Any:
    if is_tensor(values):
        return values.movedim(source, target)
    return np.moveaxis(values, source, target)


@dataclass(frozen=True)
class Pictures:
    """Rows (N, pixels), float32, scaled to [0, 1], and how they lie."""

    rows: np.ndarray
    layout: Layout

    def within(self, name: str) -> "Pictures":
        """These pictures, for those who keep them as levels.

        Raises:
            ValueError: A pixel lies beyond the two ends of their range.
        """
        if self.rows.min() < -1e-6 or self.rows.max() > 1 + 1e-6:  # scaling rounds
            ends = f"{self.layout.low:g}, {self.layout.high:g}"
            bytes_too = ", or / 255 for bytes" if ends == "0, 1" else ""
            raise ValueError(f"{name} must lie in [{ends}]; usual cure: .clip({ends}){bytes_too}.")
        return self


def open_pictures(
    x: Any,
    shape: Any = None,
    value_range: Any = None,
    most: int | None = None,
    name: str = "x",
) -> Pictures:
    """Read pictures (N, H, W), (N, C, H, W), (N, H, W, C) or flat ones (N, pixels).

    Args:
        x: Tensor or array of numbers.
        shape: (H, W) or (3, H, W) of flat pictures that are not square and grey.
        value_range: (low, high): what is paper or black, and what is ink or white. Found in x
            if None: (-1, 1) where it holds values below -0.2 and none beyond -1 and 1.
        most: How many of them are kept.
        name: What they are called where they came from.

    Raises:
        ValueError: It is no array of pictures, holds NaN, or lies in another range.
    """
    values = as_array(x[:most] if hasattr(x, "__len__") else x)
    if values.ndim not in (2, 3, 4) or not values.size or values.dtype.kind not in "buif":
        raise ValueError(
            f"{name} has shape {values.shape}; pictures are (N, pixels), (N, H, W), (N, 1, H, W) "
            "or (N, 3, H, W), numbers, at least one."
        )
    layout = layout_of(tuple(values.shape[1:]), shape)
    values = values.astype(np.float32)
    low, high = _range_of(values, value_range, name)
    layout = replace(layout, low=low, high=high)
    rows = np.ascontiguousarray(layout.as_rows(values))
    return Pictures(np.asarray(layout.scaled(rows), np.float32), layout)


def layout_of(native: Shape, shape: Any = None) -> Layout:
    """How a picture of this shape lies.

    Raises:
        ValueError: It is flat and neither square nor of the shape that was given, or no picture.
    """
    if len(native) == 2:
        return Layout(1, *native, native=native)
    if len(native) == 3:
        if native[0] in (1, 3):
            return Layout(*native, native=native)
        if native[2] in (1, 3):
            return Layout(native[2], *native[:2], native=native)
        raise ValueError(f"A picture of shape {native} is neither grey nor red, green and blue.")
    pixels = math.prod(native)
    if shape is not None:
        given = tuple(int(n) for n in shape)
        if math.prod(given) != pixels or len(given) not in (2, 3):
            size = " x ".join(map(str, given))
            raise ValueError(f"{pixels} pixels are not {size}: say shape=(height, width).")
        return replace(layout_of(given), native=native)
    side, coloured = math.isqrt(pixels), math.isqrt(pixels // 3)
    if side * side == pixels:
        return Layout(1, side, side, native=native)
    colour = f", or shape=(3, {coloured}, {coloured}) in colour"
    more = colour if 3 * coloured * coloured == pixels else ""
    raise ValueError(f"{pixels} pixels are not {side} x {side}: say shape=(height, width){more}.")


def _range_of(values: np.ndarray, given: Any, name: str) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    if not np.isfinite([low, high]).all():
        raise ValueError(f"{name} must hold finite pixels, and holds NaN or infinity.")
    if given is not None:
        return checked_range(given)
    if -1.001 <= low < -0.2 and high <= 1.001:
        return -1.0, 1.0
    if low < -1 or high > 2:
        cure = f"{name} / {high:.4g}"
        if low < 0:
            cure = f"value_range=({math.floor(low)}, {math.ceil(high)})"  # holds all of x
        cure = f"{name} / 255 for bytes" if low >= 0 and 16 < high <= 255 else cure
        raise ValueError(
            f"{name} must hold finite pixels in [0, 1] or [-1, 1], and lies in [{low:.4g}, "
            f"{high:.4g}]; usual cure: {cure}."
        )
    return 0.0, 1.0


def checked_range(given: Any) -> tuple[float, float]:
    """A value_range as two numbers.

    Raises:
        ValueError: It is something else.
    """
    try:
        low, high = (float(end) for end in given)
    except (TypeError, ValueError):
        low, high = 1.0, 0.0
    if not -math.inf < low < high < math.inf:
        raise ValueError(f"value_range must be two rising numbers, such as (-1, 1), not {given!r}.")
    return low, high
