"""Draw a digit and see what the network makes of it."""

from typing import Any

import numpy as np
import traitlets

from aelib.adapter import open_pictures
from aelib.widgets.base import LatentWidget, Numbers, known_words, module
from aelib.widgets.latent_map import plane_of
from aelib.widgets.sources import open_source

ENCODES = "{} needs a model that also encodes: encode or transform is missing."


class DigitPad(LatentWidget):
    """A pad to draw on with mouse, finger or pen; encoded and decoded while the hand moves.

    `pad.picture` is what the network saw, 28 x 28 pixels as MNIST would have centred them, and
    `pad.z` its code.

    Args:
        model: A network of grey 28 x 28 pictures with encoder and decoder, methods or parts of
            any class, or one that copies pictures.
        x: Real pictures (N, 784), (N, 28, 28) or (N, 1, 28, 28) in [0, 1] or [-1, 1], shown as
            a map on which the drawing finds its place, and for those who cannot draw. The first
            `points` are used.
        y: Their classes.
        points: How many of the pictures are used.
        latent_dim: How many numbers a code has, to check it.
        value_range: The values of paper and of ink, such as (-1, 1); seen in x if None.

    Raises:
        TypeError: The model does not encode and decode.
        ValueError: Sizes do not fit, or numbers are not finite.

    Example:
        >>> x_train, y_train, x_test, y_test = aelib.load_mnist(100, 100)
        >>> model = aelib.Autoencoder(16, hidden=64)
        >>> aelib.widgets.DigitPad(model, x_test, y_test)
        DigitPad(16 dimensions)
    """

    _esm = module("digit_pad")
    picture = Numbers().tag(sync=True)
    _plane = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        model: Any,
        x: Any = None,
        y: Any = None,
        *,
        points: int = 1000,
        latent_dim: int | None = None,
        value_range: tuple[float, float] | None = None,
        **traits: Any,
    ) -> None:
        known_words(DigitPad, traits)
        pictures = None if x is None else open_pictures(x, None, value_range, points)
        source = open_source(model, latent_dim, pictures=pictures, value_range=value_range)
        if source.encode is None:
            raise TypeError(ENCODES.format("DigitPad"))
        if source.layout.shape != [28, 28]:
            size = " x ".join(map(str, source.layout.shape))
            raise ValueError(
                f"DigitPad draws grey pictures of 28 x 28 pixels, this model takes {size}: "
                "NoiseExplorer(model, x) shows what it makes of real ones."
            )
        super().__init__([source], pictures, y, with_encoders=True, **traits)
        self._lay_plane()

    def _open_again(self) -> None:
        """The plane follows the codes."""
        super()._open_again()
        self._lay_plane()

    def _lay_plane(self) -> None:
        if len(self._z_of_x) > 1 and self.latent_dim > 1:
            self._plane = plane_of(self._z_of_x)

    @traitlets.default("z")
    def _start(self) -> np.ndarray:
        """Nothing is drawn yet."""
        return np.zeros(self.latent_dim)

    @traitlets.default("picture")
    def _blank(self) -> np.ndarray:
        return np.zeros(784)

    def n_numbers(self, name: str) -> int:
        """How many numbers the trait of this name takes."""
        return 784 if name == "picture" else super().n_numbers(name)

    def _twin(self) -> tuple[np.ndarray, str]:
        """Real pictures, or the drawing where there is one, above their reconstructions."""
        source, x = self._sources[0], self._x[:8]
        if any(self.picture):
            x = np.asarray([self.picture], np.float32)
        if not len(x):
            empty = np.zeros((1, 784), np.float32)
            return empty[None], "An empty pad: draw a digit when the notebook runs."
        assert source.encode is not None  # DigitPad asks for it
        rows = np.stack([x, source.decode(source.encode(x))])
        return rows, "Digits above, what the network makes of them below."
