"""The encoded pictures as a map that can be walked on."""

from typing import Any

import numpy as np
import traitlets

from aelib.adapter import open_pictures
from aelib.widgets.base import LatentWidget, known_words, module
from aelib.widgets.sources import check_code, open_source

_GRID = 13  # pictures along each side of the still picture


class LatentMap(LatentWidget):
    """Shows where real pictures lie in the latent space, and decodes wherever the learner goes.

    `map.z` is the place: read it, set it, observe it.

    Args:
        model: A network with encoder and decoder, methods or parts of any class, or an object
            with transform and inverse_transform such as PCA.
        x: Real pictures (N, pixels), (N, H, W), (N, 1, H, W) or (N, 3, H, W) in [0, 1] or
            [-1, 1]; the first `points` are shown.
        y: Their classes: the glyph and colour of each point.
        points: How many of the pictures are shown, 3000 at most.
        latent_dim: How many numbers a code has, to check it.
        shape: (H, W) or (3, H, W) of flat pictures that are not square and grey.
        value_range: The values of paper and of ink, of black and of white in colour, such as
            (-1, 1); seen in x if None.
        z: The place to begin with; the first picture's code if None.

    Raises:
        TypeError: It does not decode or encode.
        ValueError: Sizes do not fit, numbers are not finite, or the code has one dimension.

    Example:
        >>> x_train, y_train, x_test, y_test = aelib.load_mnist(100, 100)
        >>> aelib.widgets.LatentMap(aelib.Autoencoder(2), x_test, y_test)
        LatentMap(2 dimensions)
    """

    _esm = module("latent_map")
    _plane = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        model: Any,
        x: Any,
        y: Any = None,
        *,
        points: int = 2000,
        latent_dim: int | None = None,
        shape: tuple[int, ...] | None = None,
        value_range: tuple[float, float] | None = None,
        **traits: Any,
    ) -> None:
        known_words(LatentMap, traits)
        if x is None or len(x) < 2 or not 2 <= points <= 3000:
            raise ValueError("A map needs at least two pictures x, and points from 2 to 3000.")
        pictures = open_pictures(x, shape, value_range, points)
        source = open_source(model, latent_dim, pictures=pictures)
        check_code(source, "LatentMap")
        if source.latent_dim < 2:
            raise ValueError("A map needs at least two dimensions; LatentExplorer shows one.")
        if source.encode is None:
            raise TypeError(
                "A map needs a model that also encodes: encode or transform is missing."
            )
        super().__init__([source], pictures, y, **traits)
        self._plane = plane_of(self._z_of_x)

    def _open_again(self) -> None:
        """The plane follows the codes."""
        super()._open_again()
        self._plane = plane_of(self._z_of_x)

    def _twin(self) -> tuple[np.ndarray, str]:
        """The pictures decoded over the plane, as far as real codes reach."""
        mean, rows = np.asarray(self._plane["mean"]), np.asarray(self._plane["rows"])
        if self.latent_dim == 2:
            mean, rows = np.zeros(2), np.eye(2)
        low, high = np.quantile((self._z_of_x - mean) @ rows.T, [0.02, 0.98], axis=0)
        across, up = np.meshgrid(
            np.linspace(low[0], high[0], _GRID), np.linspace(high[1], low[1], _GRID)
        )
        codes = mean + np.stack([across.ravel(), up.ravel()], axis=1) @ rows
        pictures = self._sources[0].decode(codes).reshape(_GRID, _GRID, -1)
        kind = "the latent plane" if self.latent_dim == 2 else "the codes' principal plane"
        text = (
            f"{_GRID} x {_GRID} pictures decoded at evenly spaced places of {kind}: neighbours "
            "look alike, and one kind of picture turns into another."
        )
        return pictures, text


def plane_of(codes: np.ndarray) -> dict[str, Any]:
    """The plane of most variance, and how far a code usually is from its nearest neighbour."""
    mean = codes.mean(axis=0)
    rows = np.linalg.svd(codes - mean, full_matrices=False)[2][:2]
    squares = (codes**2).sum(axis=1)
    distances = squares[:, None] + squares - 2 * codes @ codes.T
    np.fill_diagonal(distances, np.inf)
    nearest = np.sqrt(np.maximum(distances.min(axis=1), 0))
    usual = max(float(np.quantile(nearest, 0.95)), 1e-6)
    return {"mean": mean.tolist(), "rows": rows.tolist(), "usual": usual}
