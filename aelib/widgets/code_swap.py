"""Swap one entry of a codebook for another and see what the decoder draws."""

import zlib
from dataclasses import replace
from typing import Any

import numpy as np
import torch
import traitlets
from torch import nn

from aelib.adapter import Pictures, open_pictures
from aelib.adapter.pictures import checked_range, layout_of
from aelib.engine.capture import first_tensor
from aelib.widgets.base import ModelWidget, Numbers, module
from aelib.widgets.sending import send_network
from aelib.widgets.sources import Source, open_network
from aelib.widgets.twin import contact_sheet

_STILL = 8  # swaps in the still twin


class _InRange(nn.Module):
    """A decoder whose pixels are brought from another range to [0, 1]."""

    def __init__(self, decoder: nn.Module, value_range: tuple[float, float]) -> None:
        super().__init__()
        self.decoder = decoder
        self.low, self.high = checked_range(value_range)

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        pixels = first_tensor(self.decoder(numbers))
        return (pixels - self.low) / (self.high - self.low)


class CodeSwap(ModelWidget):
    """Choose a place of a code and an entry of the codebook; the browser draws the picture.

    `swap.codes` are the entries now, one for each place, row by row; `swap.place` is the place
    chosen. Read them, set them, observe them.

    Args:
        decoder: A network from the entries' numbers, (N, width * places), all places of
            the first number first, to pixels, (N, pixels) or (N, 3, H, W). The places
            are a grid of the pictures' shape, row by row, such as 7 x 7 of 28 x 28 pixels.
        codebook: The entries (n_codes, width).
        codes: Whole numbers (pictures, places): codes of pictures to begin with.
        looks: A small picture of each entry (n_codes, h, w), or in colour (n_codes, 3, h, w), in
            [0, 1], for its button; what the pictures look like where it stands, say.
        place: The place to begin with; the middle if None.
        shape: (H, W) or (3, H, W) of the pictures, where they are not square.
        value_range: What the decoder draws as paper and as ink, as black and as white in colour,
            such as (-1, 1); (0, 1) if None.

    Raises:
        ValueError: Sizes do not fit, or a code is not in the codebook.

    Example:
        >>> model = aelib.VQVAE(n_codes=32)
        >>> codes = model.nearest(model.vectors(torch.rand(4, 784)))
        >>> looks = torch.rand(32, 4, 4)  # a small picture of each entry
        >>> aelib.widgets.CodeSwap(model.decoder, model.codebook, codes, looks)
        CodeSwap(49 places, 32 entries)
    """

    _esm = module("code_swap")
    codes = Numbers().tag(sync=True)
    place = traitlets.Int(0).tag(sync=True)
    _examples: traitlets.List = traitlets.List(traitlets.List(traitlets.Int())).tag(sync=True)
    _shape: traitlets.List = traitlets.List(traitlets.Int()).tag(sync=True)  # H, W, or H, W, 3
    _grid: traitlets.List = traitlets.List(traitlets.Int()).tag(sync=True)  # rows, columns
    _look: traitlets.List = traitlets.List(traitlets.Int()).tag(sync=True)  # h, w, or h, w, 3
    _looks = traitlets.Bytes().tag(sync=True)  # uint8, deflated
    _width = traitlets.Int(1).tag(sync=True)
    _codebook = traitlets.Bytes().tag(sync=True)  # float32

    def __init__(
        self,
        decoder: nn.Module,
        codebook: Any,
        codes: Any,
        looks: Any,
        *,
        place: int | None = None,
        shape: tuple[int, ...] | None = None,
        value_range: tuple[float, float] | None = None,
    ) -> None:
        self._entries = np.asarray(torch.as_tensor(codebook).detach(), np.float32)
        rows = np.asarray(codes)
        _check_codes(self._entries, rows)
        self._places, self._begun_with = rows.shape[1], rows[:8]
        network = decoder if value_range is None else _InRange(decoder, value_range)
        source = _open_decoder(network, self._entries.shape[1] * self._places, shape)
        self._layout, self._small = source.layout, _open_looks(looks, len(self._entries), source)
        grid = _grid(self._places, source)
        levels = (255 * self._small.rows).round().astype(np.uint8)
        super().__init__(
            [source],
            _examples=rows.tolist(),
            _shape=self._layout.shape,
            _grid=grid,
            _look=self._small.layout.shape,
            _looks=zlib.compress(levels.tobytes(), 9),
            _width=self._entries.shape[1],
            _codebook=self._entries.astype("<f4").tobytes(),
            codes=rows[0],
            place=grid[0] // 2 * grid[1] + grid[1] // 2 if place is None else place,
        )

    def _opened(self) -> dict[str, Any]:
        """The decoder, verified with codes of pictures and with codes drawn by chance."""
        some = np.random.default_rng(0).integers(len(self._entries), size=(24, self._places))
        rows = self._numbers(np.concatenate([self._begun_with, some]))
        models, weights = send_network(self._sources[0], rows)
        return {"_models": models, "_weights": weights}

    def n_numbers(self, name: str) -> int:
        """How many numbers the trait of this name takes."""
        return self._places

    def __repr__(self) -> str:
        return f"CodeSwap({self._places} places, {len(self._entries)} entries)"

    def draw(self, codes: Any) -> np.ndarray:
        """What the decoder makes of codes (N, places): pixels (N, pixels), float32.

        Raises:
            ValueError: The codes are no whole numbers of that shape, or not in the codebook.
        """
        rows = np.asarray(codes)
        rows = rows.astype(int) if (rows == np.round(rows)).all() else rows  # as `codes` holds them
        _check_codes(self._entries, rows, self._places)
        return self._sources[0].decode(self._numbers(rows))

    def _numbers(self, codes: np.ndarray) -> np.ndarray:
        """What the decoder is given: all places of the first number first."""
        return self._entries[codes].transpose(0, 2, 1).reshape(len(codes), -1)

    def _still(self) -> tuple[bytes, str]:
        """The picture as it is, and with some other entries at the place chosen; below, these."""
        entries = np.linspace(0, len(self._entries) - 1, _STILL).round().astype(int)
        swapped = np.tile(np.asarray(self.codes, int), (_STILL + 1, 1))
        swapped[1:, self.place] = entries
        words = ", ".join(map(str, entries))
        text = (
            f"A picture drawn from {self._places} entries of a codebook, and {_STILL} versions in "
            f"which the entry at place {self.place} is another: {words}. Below each, how the "
            "entry looks on average."
        )
        looks = [self._framed(entry) for entry in swapped[:, self.place]]
        return contact_sheet(np.stack([self.draw(swapped), looks]), self._shape), text

    def _framed(self, entry: int) -> np.ndarray:
        """An entry's look, enlarged by a whole number, in the middle of an empty picture."""
        small, layout = self._small.layout, self._layout
        look = self._small.rows[entry].reshape(small.channels, small.height, small.width)
        times = max(1, min(layout.height // small.height, layout.width // small.width))
        large = look.repeat(times, axis=1).repeat(times, axis=2)[:, : layout.height, : layout.width]
        empty = 0 if layout.channels == 1 else 1  # paper, or white
        frame = np.full((layout.channels, layout.height, layout.width), empty, np.float32)
        top, left = (layout.height - large.shape[1]) // 2, (layout.width - large.shape[2]) // 2
        frame[:, top : top + large.shape[1], left : left + large.shape[2]] = large
        return frame.reshape(-1)

    @traitlets.validate("codes")
    def _in_the_codebook(self, proposal: Any) -> list[float]:
        n = len(self._entries)
        if not all(value == int(value) and 0 <= value < n for value in proposal["value"]):
            raise ValueError(f"codes must be whole numbers from 0 to {n - 1}.")
        return proposal["value"]

    @traitlets.validate("place")
    def _known_place(self, proposal: Any) -> int:
        if not 0 <= proposal["value"] < self._places:
            raise ValueError(f"place must lie in 0..{self._places - 1}, not {proposal['value']}.")
        return proposal["value"]


def _check_codes(entries: np.ndarray, codes: np.ndarray, places: int | None = None) -> None:
    """Raise ValueError unless there is a codebook and codes that point into it."""
    if entries.ndim != 2 or not entries.size or not np.isfinite(entries).all():
        raise ValueError(f"codebook must be finite numbers (n_codes, width), not {entries.shape}.")
    whole = np.issubdtype(codes.dtype, np.integer) and codes.ndim == 2 and codes.size
    if not whole:
        raise ValueError(
            "codes must be whole numbers (pictures, places), such as (8, 49), not "
            f"{codes.dtype} of shape {codes.shape}."
        )
    if places and codes.shape[1] != places:
        raise ValueError(f"codes must have {places} places, not {codes.shape[1]}.")
    if not 0 <= codes.min() <= codes.max() < len(entries):
        raise ValueError(
            f"codes lie in [{codes.min()}, {codes.max()}]; the codebook has the entries 0 to "
            f"{len(entries) - 1}."
        )


def _open_looks(looks: Any, n: int, source: Source) -> Pictures:
    """A picture in [0, 1] for each entry, in colour if those of the decoder are."""
    small = open_pictures(looks, value_range=(0, 1), name="looks").within("looks")
    shape = np.shape(looks)
    if len(small.rows) != n or len(shape) < 3:
        raise ValueError(f"looks must be {n} pictures (n_codes, h, w), not {shape}.")
    if small.layout.channels != source.layout.channels:
        wanted = "(n_codes, h, w)" if source.layout.channels == 1 else "(n_codes, 3, h, w)"
        raise ValueError(f"looks must be {wanted}, as the decoder's pictures are, not {shape}.")
    return small


def _grid(places: int, source: Source) -> list[int]:
    """How many rows and columns of places there are."""
    height, width = source.layout.height, source.layout.width
    rows = round((places * height / width) ** 0.5)
    if not rows or places % rows or rows * width != places // rows * height:
        raise ValueError(
            f"{places} places are no grid of the shape of the pictures, {height} x {width} pixels, "
            "as 7 x 7 places are of 28 x 28."
        )
    return [rows, places // rows]


def _open_decoder(decoder: nn.Module, n: int, shape: tuple[int, ...] | None) -> Source:
    """The decoder, if it makes pictures of n numbers."""
    try:
        source = open_network(decoder, n, "Decoder")
    except ValueError as error:
        raise ValueError(f"The decoder does not take {n} numbers, width * places.") from error
    try:
        return replace(source, layout=layout_of((source.pixels,), shape))
    except ValueError as error:
        raise ValueError(
            f"The decoder answers with {source.pixels} numbers. Where they are no square picture, "
            "say shape=(height, width), or shape=(3, height, width) in colour."
        ) from error
