"""One slider for each number of the code."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets

from aelib.widgets.base import LatentWidget, module
from aelib.widgets.sources import open_source

_STEPS = 9  # of a row in the still picture


class LatentExplorer(LatentWidget):
    """Move each number of a code z and see the picture that is decoded from it.

    `explorer.z` is where the sliders stand: read it, set it, observe it.

    Args:
        model: A model with encoder and decoder, an object with transform and
            inverse_transform such as PCA, or a function from codes to pixels; or a list of
            these, shown side by side with the same z.
        x: Real pictures (N, pixels) in [0, 1]: they set the sliders' ranges and can be encoded
            by the learner. The first 200 are used.
        y: Their classes, for the buttons and for the spoken description.
        latent_dim: How many numbers a code has, where the model does not say so itself.
        labels: A few words below each model's picture.
        own_codes: With several models: not the same z for all, but each model begins at its own
            code of the encoded picture, and a slider moves all by equally many standard
            deviations of their own codes. z is then the first model's.
        shape: (H, W) of a picture that is not square.
        z: The code to begin with; the first picture's if None.

    Raises:
        TypeError: It does not decode, or has a layer that the browser does not know.
        ValueError: Sizes do not fit, numbers are not finite, or there are over 64 dimensions.

    Example:
        explorer = LatentExplorer(model, x_test, y_test)
    """

    _esm = module("engine", "state", "ui", "latent_explorer")
    _own_codes = traitlets.Bytes().tag(sync=True)  # of the second model, the third, ...: float32
    _own_units: traitlets.List = traitlets.List().tag(
        sync=True
    )  # their step for one of the first model's

    def __init__(
        self,
        model: Any,
        x: Any = None,
        y: Any = None,
        *,
        latent_dim: int | None = None,
        labels: Sequence[str] | None = None,
        own_codes: bool = False,
        shape: tuple[int, int] | None = None,
        **traits: Any,
    ) -> None:
        models = list(model) if isinstance(model, list | tuple) else [model]
        if labels is not None and len(labels) != len(models):
            raise ValueError(f"{len(models)} models need as many labels, not {len(labels)}.")
        if not models:
            raise ValueError("LatentExplorer needs at least one model.")
        names: Sequence[str | None] = labels or [None] * len(models)
        sources = [open_source(m, latent_dim, n) for m, n in zip(models, names, strict=True)]
        if sources[0].latent_dim > 64:
            raise ValueError(
                f"{sources[0].latent_dim} dimensions are too many sliders; LatentExplorer shows up "
                "to 64, and LatentMap shows a plane through any number."
            )
        super().__init__(sources, x, y, shape=shape, **traits)
        self._own = [self._encode_examples(s) for s in sources] if own_codes else []
        if self._own:
            if not all(map(len, self._own)):
                raise ValueError("own_codes needs pictures x and models that encode them.")
            deviations = [np.maximum(codes.std(axis=0), 1e-6) for codes in self._own]
            self._own_units = [(d / deviations[0]).tolist() for d in deviations]
            self._own_codes = np.concatenate(self._own[1:]).astype("<f4").tobytes()

    def _twin(self) -> tuple[np.ndarray, str]:
        """Each row moves one number of z from low to high; up to eight rows per model."""
        spread, z = self._spread, np.asarray(self.z, np.float32)
        shown = np.sort(np.argsort(spread["deviation"])[::-1][:8])
        codes = np.tile(z, (len(shown), _STEPS, 1))
        for row, i in enumerate(shown):
            codes[row, :, i] = np.linspace(spread["low"][i], spread["high"][i], _STEPS)
        flat = codes.reshape(-1, self.latent_dim)
        rows = np.concatenate(
            [
                source.decode(self._code_for(k, flat)).reshape(len(shown), _STEPS, -1)
                for k, source in enumerate(self._sources)
            ]
        )
        names = " and ".join(s.label for s in self._sources)
        text = (
            f"Pictures decoded by {names}: each row moves one of {self.latent_dim} latent "
            f"numbers (z[{'], z['.join(map(str, shown))}]) from low to high."
        )
        return rows, text

    def _code_for(self, k: int, z: np.ndarray) -> np.ndarray:
        """What model k decodes when the sliders stand at the rows of z."""
        if not self._own or k == 0:
            return z
        near = np.square(self._z_of_x - np.asarray(self.z)).sum(axis=1).argmin()
        return self._own[k][near] + (z - self._z_of_x[near]) * np.asarray(self._own_units[k])


def TwoDecoders(  # noqa: N802  a widget to those who call it
    model_a: Any, model_b: Any, x: Any = None, y: Any = None, **options: Any
) -> LatentExplorer:
    """One slider, two decoders, side by side.

    Given pictures x, each model begins at its own code of the same picture, and a slider moves
    both by equally many standard deviations (own_codes=False: literally the same z for both).

    Args:
        model_a: The first; z is its code.
        model_b: The second.
        x: As in LatentExplorer.
        y: As in LatentExplorer.
        options: As in LatentExplorer, for example labels=("PCA", "autoencoder").

    Example:
        TwoDecoders(pca, model, x_test, y_test, labels=("PCA", "autoencoder"))
    """
    options = {"own_codes": x is not None, **options}
    return LatentExplorer([model_a, model_b], x, y, **options)
