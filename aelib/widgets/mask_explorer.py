"""Hide patches of a digit and watch a network fill them, beside the mean of its neighbours."""

import zlib
from typing import Any

import numpy as np
import torch
import traitlets
from torch import nn
from torch.nn.functional import gelu, linear

from aelib.adapter import open_pictures
from aelib.checks import whole_number
from aelib.models import MaskedAutoencoder
from aelib.widgets.base import ModelWidget, Numbers, module
from aelib.widgets.sending import send_network
from aelib.widgets.sources import open_network
from aelib.widgets.twin import contact_sheet

_LEVELS = 15  # of grey in the library
_UNHEARD = -100.0  # added to what a token hears of a hidden one: e to this is nothing


class _Filling(nn.Module):
    """Pixels and a mark for each visible patch (N, 784 + patches) -> all pixels (N, 784).

    What `MaskedAutoencoder` answers, for any number of visible patches in one and the same graph:
    hidden patches are there, but nobody hears them, and they are replaced before the decoder.
    """

    def __init__(self, model: MaskedAutoencoder) -> None:
        super().__init__()
        self.model = model

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        model, seen = self.model, rows[:, 784:]
        n, size = 28 // model.size, model.size
        cut = rows[:, :784].reshape(-1, n, size, n, size).transpose(2, 3).flatten(3).flatten(1, 2)
        block, norm = model.encoder
        z = _heard(block, model.read(cut) + model.place, seen)
        told = norm(z) * seen[..., None] + model.hidden
        drawn = model.draw(model.decoder(told))
        return drawn.reshape(-1, n, n, size, size).transpose(2, 3).flatten(1)


def _heard(block: Any, z: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
    """What nn.TransformerEncoderLayer makes of tokens (N, places, width) if only some are heard.

    Written out, since PyTorch's fast path answers NaN where all are hidden.
    """
    attention, (n, places, width) = block.self_attn, z.shape
    each = width // attention.num_heads
    parts = linear(block.norm1(z), attention.in_proj_weight, attention.in_proj_bias)
    q, k, v = parts.reshape(n, places, 3, attention.num_heads, each).permute(2, 0, 3, 1, 4)
    scores = q @ k.mT / each**0.5 + _UNHEARD * (1 - seen)[:, None, None]
    z = z + attention.out_proj((scores.softmax(dim=-1) @ v).transpose(1, 2).flatten(2))
    return z + block.linear2(gelu(block.linear1(block.norm2(z))))


class MaskExplorer(ModelWidget):
    """Hide patches of a digit; the browser fills them, by a network and by a look-up.

    `explorer.visible` has a 1 for each visible patch and a 0 for each hidden one, row by row;
    `explorer.example` is the number of the digit. Read them, set them, observe them.

    Args:
        model: A MaskedAutoencoder.
        x: Digits to begin with (N, 784) in [0, 1].
        library: Training digits (M, 784) in [0, 1]; the mean of the k that are nearest in the
            visible pixels is the rival, the mean of all where none is visible. They travel with
            sixteen levels of grey.
        k: How many neighbours.
        visible: Which patches are visible at first; a quarter of them if None.

    Raises:
        ValueError: A shape does not fit, or there are fewer than k digits in the library.

    Example:
        >>> model, x = aelib.MaskedAutoencoder(), aelib.load_mnist(50, 5)
        >>> aelib.widgets.MaskExplorer(model, x[2], x[0], k=5)
        MaskExplorer(16 patches, 5 digits)
    """

    _esm = module("mask_explorer")
    visible = Numbers().tag(sync=True)
    example = traitlets.Int(0).tag(sync=True)
    _shape: traitlets.List = traitlets.List(traitlets.Int()).tag(sync=True)  # H, W
    _grid: traitlets.List = traitlets.List(traitlets.Int()).tag(sync=True)  # rows, columns
    _pixels = traitlets.Bytes().tag(sync=True)  # of the digits: uint8, deflated
    _library = traitlets.Bytes().tag(sync=True)  # 0 to 15, a byte each, deflated
    _k = traitlets.Int().tag(sync=True)

    def __init__(
        self, model: MaskedAutoencoder, x: Any, library: Any, *, k: int = 20, visible: Any = None
    ) -> None:
        if not isinstance(model, MaskedAutoencoder):
            raise ValueError(f"model must be a MaskedAutoencoder, not {type(model).__name__}.")
        self._side, self._places = 28 // model.size, model.places
        self._x = _digits(x, "x")
        self._shelf = (_digits(library, "library") * _LEVELS).round().astype(np.uint8)
        self._neighbours = whole_number("k", k, 1, len(self._shelf))
        if visible is None:
            shown = np.random.default_rng(0).permutation(self._places)[: self._places // 4]
            visible = np.isin(np.arange(self._places), shown)
        super().__init__(
            [open_network(_Filling(model), 784 + self._places, "Network")],
            _shape=[28, 28],
            _grid=[self._side, self._side],
            _pixels=zlib.compress((self._x * 255).round().astype(np.uint8).tobytes(), 9),
            _library=zlib.compress(self._shelf.tobytes(), 9),
            _k=self._neighbours,
            visible=visible,
        )

    def _opened(self) -> dict[str, Any]:
        """The network, verified with digits and with patches hidden by chance."""
        some = np.random.default_rng(1).random((32, self._places))
        seen = (some < np.linspace(0, 1, 32)[:, None]).astype(np.float32)
        pictures = self._x[np.arange(32) % len(self._x)]
        models, weights = send_network(self._sources[0], np.hstack([pictures, seen]))
        return {"_models": models, "_weights": weights}

    def n_numbers(self, name: str) -> int:
        """How many numbers the trait of this name takes."""
        return self._places

    def __repr__(self) -> str:
        return f"MaskExplorer({self._places} patches, {len(self._x)} digits)"

    def fill(self) -> dict[str, np.ndarray]:
        """What is seen now: each way's picture (784,), visible pixels as they are."""
        x, seen = self._x[self.example], self._seen()
        row = np.concatenate([x, np.asarray(self.visible, np.float32)])[None]
        shelf = self._shelf / np.float32(_LEVELS)
        apart = (shelf - x) ** 2 @ seen
        k = self._neighbours if seen.any() else len(shelf)  # where nothing is seen, none is nearer
        nearest = shelf[np.argsort(apart, kind="stable")[:k]].mean(axis=0)
        filled = {"network": self._sources[0].decode(row)[0], "neighbours": nearest}
        return {way: x * seen + drawn * (1 - seen) for way, drawn in filled.items()}

    def _seen(self) -> np.ndarray:
        """1 for each visible pixel (784,)."""
        marks = np.asarray(self.visible, np.float32).reshape(self._side, self._side)
        size = 28 // self._side
        return marks.repeat(size, axis=0).repeat(size, axis=1).reshape(-1)

    def _still(self) -> tuple[bytes, str]:
        """The digit, what is visible of it, and both fillings."""
        x, seen = self._x[self.example], self._seen()
        rows = [x, x * seen + 0.5 * (1 - seen), *self.fill().values()]
        text = (
            f"A digit; the same with {int(self._places - sum(self.visible))} of {self._places} "
            f"patches hidden; the holes filled by the network; and by the mean of "
            f"{self._neighbours} neighbours."
        )
        return contact_sheet(np.stack(rows)[None], self._shape), text

    @traitlets.validate("visible")
    def _zeros_and_ones(self, proposal: Any) -> list[float]:
        if not {*proposal["value"]} <= {0, 1}:
            raise ValueError("visible must hold 1 for a visible patch and 0 for a hidden one.")
        return proposal["value"]

    @traitlets.validate("example")
    def _known_digit(self, proposal: Any) -> int:
        if not 0 <= proposal["value"] < len(self._x):
            raise ValueError(f"example must lie in 0..{len(self._x) - 1}, not {proposal['value']}.")
        return proposal["value"]


def _digits(x: Any, name: str) -> np.ndarray:
    """Digits (N, 784) in [0, 1]."""
    rows = open_pictures(x, value_range=(0, 1), name=name).rows
    if rows.shape[1] != 784 or not (rows.min() >= 0 and rows.max() <= 1):
        raise ValueError(f"{name} must be digits (N, 784) in [0, 1].")
    return rows
