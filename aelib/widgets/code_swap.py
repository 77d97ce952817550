"""Swap one entry of a codebook for another and see what the decoder draws."""

import zlib
from math import isqrt
from typing import Any

import numpy as np
import torch
import traitlets
from torch import nn

from aelib.widgets.base import ModelWidget, Numbers, module
from aelib.widgets.sending import send_network
from aelib.widgets.sources import Source, open_network
from aelib.widgets.twin import contact_sheet

_STILL = 8  # swaps in the still twin


class CodeSwap(ModelWidget):
    """Choose a place of a code and an entry of the codebook; the browser draws the picture.

    `swap.codes` are the entries now, one for each place, row by row; `swap.place` is the place
    chosen. Read them, set them, observe them.

    Args:
        decoder: A network from the entries' numbers, (N, width * places), all places of
            the first number first, to pixels (N, H * W), both square.
        codebook: The entries (n_codes, width).
        codes: Whole numbers (digits, places): codes of pictures to begin with.
        looks: A small picture of each entry (n_codes, h, w) in [0, 1], for its button; what the
            pictures look like where it stands, say.
        place: The place to begin with; the middle if None.

    Raises:
        ValueError: Sizes do not fit, or a code is not in the codebook.

    Example:
        CodeSwap(model.decoder, model.codebook, model.nearest(model.vectors(x)), looks)
    """

    _esm = module("code_swap")
    codes = Numbers().tag(sync=True)
    place = traitlets.Int(0).tag(sync=True)
    _examples: traitlets.List = traitlets.List(traitlets.List(traitlets.Int())).tag(sync=True)
    _shape: traitlets.List = traitlets.List(traitlets.Int()).tag(sync=True)  # H, W
    _look: traitlets.List = traitlets.List(traitlets.Int()).tag(sync=True)  # h, w
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
    ) -> None:
        self._entries = np.asarray(torch.as_tensor(codebook).detach(), np.float32)
        rows, small = np.asarray(codes), np.asarray(looks, np.float32)
        _check_codes(self._entries, rows)
        _check_looks(small, len(self._entries))
        self._places, self._small, self._begun_with = rows.shape[1], small, rows[:8]
        source = _open_decoder(decoder, self._entries.shape[1] * self._places)
        side = isqrt(source.pixels)
        super().__init__(
            [source],
            _examples=rows.tolist(),
            _shape=[side, side],
            _look=list(small.shape[1:]),
            _looks=zlib.compress((255 * small).round().astype(np.uint8).tobytes(), 9),
            _width=self._entries.shape[1],
            _codebook=self._entries.astype("<f4").tobytes(),
            codes=rows[0],
            place=self._places // 2 if place is None else place,
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
        """What the decoder makes of codes (N, places): pixels (N, H * W), float32.

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
            f"A digit drawn from {self._places} entries of a codebook, and {_STILL} versions in "
            f"which the entry at place {self.place} is another: {words}. Below each, how the "
            "entry looks on average."
        )
        height, width = self._shape
        looks = [_framed(self._small[entry], height, width) for entry in swapped[:, self.place]]
        return contact_sheet(np.stack([self.draw(swapped), looks]), (height, width)), text

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


def _framed(look: np.ndarray, height: int, width: int) -> np.ndarray:
    """A small picture enlarged by a whole number, in the middle of a blank one (height * width)."""
    times = max(1, min(height // look.shape[0], width // look.shape[1]))
    large = look.repeat(times, axis=0).repeat(times, axis=1)[:height, :width]
    frame = np.zeros((height, width), np.float32)
    top, left = (height - large.shape[0]) // 2, (width - large.shape[1]) // 2
    frame[top : top + large.shape[0], left : left + large.shape[1]] = large
    return frame.reshape(-1)


def _check_codes(entries: np.ndarray, codes: np.ndarray, places: int | None = None) -> None:
    """Raise ValueError unless there is a codebook and codes that point into it."""
    if entries.ndim != 2 or not entries.size or not np.isfinite(entries).all():
        raise ValueError(f"codebook must be finite numbers (n_codes, width), not {entries.shape}.")
    whole = np.issubdtype(codes.dtype, np.integer) and codes.ndim == 2 and codes.size
    if not whole or isqrt(codes.shape[1]) ** 2 != codes.shape[1]:
        raise ValueError(
            "codes must be whole numbers (digits, places), the places a square such as 49, not "
            f"{codes.dtype} of shape {codes.shape}."
        )
    if places and codes.shape[1] != places:
        raise ValueError(f"codes must have {places} places, not {codes.shape[1]}.")
    if not 0 <= codes.min() <= codes.max() < len(entries):
        raise ValueError(
            f"codes lie in [{codes.min()}, {codes.max()}]; the codebook has the entries 0 to "
            f"{len(entries) - 1}."
        )


def _check_looks(looks: np.ndarray, n: int) -> None:
    """Raise ValueError unless there is a picture in [0, 1] for each entry."""
    if looks.ndim != 3 or len(looks) != n or not looks.size:
        raise ValueError(f"looks must be {n} pictures (n_codes, h, w), not {looks.shape}.")
    if not (looks.min() >= 0 and looks.max() <= 1):  # also when NaN
        raise ValueError("looks must lie in [0, 1]; usual cure: .clip(0, 1).")


def _open_decoder(decoder: nn.Module, n: int) -> Source:
    """The decoder, if it makes square pictures of n numbers."""
    try:
        source = open_network(decoder, n, "Decoder")
    except ValueError as error:
        raise ValueError(f"The decoder does not take {n} numbers, width * places.") from error
    if isqrt(source.pixels) ** 2 != source.pixels:
        raise ValueError(
            f"The decoder answers with {source.pixels} numbers, they should be one square picture."
        )
    return source
