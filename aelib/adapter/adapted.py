"""A model as two functions of rows, once it is known how it is called."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from aelib.adapter.answers import rows_in
from aelib.adapter.calls import Call
from aelib.adapter.pictures import Layout
from aelib.adapter.pytorch import as_array
from aelib.adapter.ways import Way

SQUASH: dict[str, Callable[[Any], Any]] = {
    "": lambda pixels: pixels,
    "sigmoid": lambda pixels: pixels.sigmoid(),
    "tanh": lambda pixels: pixels.tanh(),
    "clamp": lambda pixels: pixels.clamp(0, 1),
}


class Unfit(Exception):  # noqa: N818  it is an answer, not a mistake
    """A way to use the model does not work; the message says why."""


@dataclass(frozen=True)
class Adapted:
    """A model as two functions of rows.

    Args:
        owner: Whose weights they are.
        layout: How a row of pixels lies.
        latent_dim: How many numbers a code has.
        way: What was found to encode and to decode.
        call: How it wants its numbers.
        code: The shape of one code, as the decoder takes it.
        picture: The shape of one picture, as the encoder takes it.
        chosen: Which tensor of the encoder's answer is the code, and whether half of it.
        squash: What the whole model does after decoding.
    """

    owner: Any
    layout: Layout
    latent_dim: int
    way: Way
    call: Call
    code: tuple[int, ...]
    picture: tuple[int, ...] | None = None
    chosen: tuple[int, bool] = (0, False)
    squash: str = ""

    @property
    def encodes(self) -> bool:
        """Whether there is a way from pictures to codes."""
        return self.picture is not None

    def drawn(self, z: np.ndarray) -> np.ndarray:
        """`decode` of an array as an array, float32, without gradients."""
        return self.call.run(self.decode, z, self.owner)

    def coded(self, x: np.ndarray) -> np.ndarray:
        """`encode` of an array as an array, float32, without gradients."""
        return self.call.run(self.encode, x, self.owner)

    def decode(self, z: Any) -> Any:
        """Codes (N, latent_dim) -> pixels (N, pixels) in the widgets' range; arrays or tensors."""
        answer = self.way.decode(z.reshape(len(z), *self.code))
        pixels = picture_in(answer, len(z), self.layout)
        return self.layout.scaled(SQUASH[self.squash](self.layout.as_rows(pixels)))

    def encode(self, x: Any) -> Any:
        """Pixels (N, pixels) in the widgets' range -> codes (N, latent_dim)."""
        assert self.way.encode is not None
        assert self.picture is not None
        answer = self.way.encode(self.layout.as_given(self.layout.unscaled(x), self.picture))
        return chosen_of(answer, len(x), self.chosen).reshape(len(x), -1)


def choices(answer: Any, again: Any, n: int) -> Iterator[tuple[int, bool]]:
    """Which part of an encoder's answer may be the code: what is not drawn at random first."""
    first, second = list(rows_in(answer, n)), list(rows_in(again, n))
    same = [bool(near(a, b)) for a, b in zip(first, second, strict=True)]
    order = sorted(range(len(first)), key=lambda i: not same[i])
    yield from ((i, False) for i in order)
    yield from ((i, True) for i in order if first[i].shape[1] % 2 == 0)  # mu and logvar in one


def chosen_of(answer: Any, n: int, chosen: tuple[int, bool]) -> Any:
    """The part of an encoder's answer that is the code."""
    part = list(rows_in(answer, n))[chosen[0]]
    return part[:, : part.shape[1] // 2] if chosen[1] else part


def picture_in(answer: Any, n: int, layout: Layout) -> Any:
    """The first tensor of an answer that has as many numbers as a picture.

    Raises:
        Unfit: There is none.
    """
    found = list(rows_in(answer, n))
    for part in found:
        if int(np.prod(part.shape[1:])) == layout.pixels:
            return part
    shapes = ", ".join(str(tuple(part.shape)) for part in found) or "nothing"
    raise Unfit(
        f"Decoding {n} codes gave {shapes}, and pictures have {layout.pixels} numbers each "
        f"({' x '.join(map(str, layout.shape))})."
    )


def near(a: Any, b: Any) -> bool:
    """Whether two arrays or tensors are the same to a thousandth of the largest value."""
    a, b = (np.asarray(as_array(v), np.float64) for v in (a, b))
    return a.shape == b.shape and bool(np.abs(a - b).max() <= 1e-3 * max(1.0, np.abs(b).max()))


def told_of(verb: str, shape: tuple[int, ...], error: Exception) -> str:
    """What failed, in words."""
    if isinstance(error, Unfit):
        return str(error)
    words = (str(error).splitlines() or [""])[0]
    what = f"two rows of {shape[1]} numbers" if len(shape) == 2 else f"two of shape {shape[1:]}"
    return f"{verb} {what} failed with {type(error).__name__}: {words}"
