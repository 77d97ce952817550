"""One slider for each number of the code."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import traitlets

from aelib.adapter import open_pictures
from aelib.widgets.base import LatentWidget, known_words, module, spread_of
from aelib.widgets.sources import check_code, open_source, tell

_STEPS = 9  # of a row in the still picture


class LatentExplorer(LatentWidget):
    """Move each number of a code z and see the picture that is decoded from it.

    `explorer.z` is where the sliders stand: read it, set it, observe it. Where the browser decodes,
    five small pictures below each slider show what it does; a click on one goes there. A
    model that must be told a class gets a chooser that shows z in every class; `explorer.told` is
    the one chosen.

    Args:
        model: A network with encoder and decoder, methods or parts of any class; an object with
            transform and inverse_transform such as PCA; a network that copies pictures; or a
            function from codes to pixels. Or a list of these, side by side with the same z.
        x: Real pictures (N, pixels), (N, H, W), (N, 1, H, W) or (N, 3, H, W) in [0, 1] or
            [-1, 1]: they set the sliders' ranges and can be encoded by the learner. The first
            200 are used.
        y: Their classes, for the buttons and for the spoken description; also what a model is
            told that must be told a class.
        latent_dim: How many numbers a code has, where the model does not say so itself.
        labels: A few words below each model's picture.
        own_codes: With several models: not the same z for all, but each model begins at its own
            code of the encoded picture, and a slider moves all by equally many standard
            deviations of their own codes. z is then the first model's.
        directions: A name for each slider and the way it moves z, (latent_dim,), for example
            {"smile": direction}; without it there is a slider for each number of z. The sliders
            read t where z is the sum of t times their directions, and of what is at right
            angles to all of them.
        shape: (H, W) or (3, H, W) of flat pictures that are not square and grey.
        value_range: The values of paper and of ink, of black and of white in colour, such as
            (-1, 1); seen in x if None.
        z: The code to begin with; the first picture's if None.

    Raises:
        TypeError: It does not decode.
        ValueError: Sizes do not fit, numbers are not finite, there are over 64 dimensions, or
            a direction is a mixture of the others.

    Example:
        >>> x_train, y_train, x_test, y_test = aelib.load_mnist(100, 100)
        >>> explorer = aelib.widgets.LatentExplorer(aelib.Autoencoder(2), x_test, y_test)
        >>> explorer.z = [0.5, -0.5]
        >>> explorer, explorer.where
        (LatentExplorer(2 dimensions), 'browser')
    """

    _esm = module("latent_explorer")
    told = traitlets.Int(0).tag(sync=True)
    _directions = traitlets.Dict().tag(sync=True)  # where sliders are not the numbers of z
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
        directions: Mapping[str, Any] | None = None,
        shape: tuple[int, ...] | None = None,
        value_range: tuple[float, float] | None = None,
        **traits: Any,
    ) -> None:
        known_words(LatentExplorer, traits)
        models = list(model) if isinstance(model, list | tuple) else [model]
        if labels is not None and len(labels) != len(models):
            raise ValueError(f"{len(models)} models need as many labels, not {len(labels)}.")
        if not models:
            raise ValueError("LatentExplorer needs at least one model.")
        names: Sequence[str | None] = labels or [None] * len(models)
        pictures = None if x is None else open_pictures(x, shape, value_range, 200)
        sources = [
            open_source(m, latent_dim, n, True, pictures, shape, value_range)
            for m, n in zip(models, names, strict=True)
        ]
        check_code(sources[0], "LatentExplorer")
        if sources[0].latent_dim > 64:
            raise ValueError(
                f"{sources[0].latent_dim} dimensions are too many sliders; LatentExplorer shows up "
                "to 64, and LatentMap(model, x) shows a plane through any number."
            )
        self._named, self._own_ones = directions, own_codes
        super().__init__(sources, pictures, y, **traits)
        self._lay_sliders()
        if "told" not in traits and len(self._y) and sources[0].classes:
            self.told = int(self._y[0])

    def _open_again(self) -> None:
        """Directions and the models' own codes follow the weights."""
        super()._open_again()
        self._lay_sliders()

    def _lay_sliders(self) -> None:
        """What the sliders move, where that is not simply the numbers of z."""
        if self._named is not None:
            self._directions = _sliders_along(self._named, self._z_of_x)
        self._own = [self._encode_examples(s) for s in self._sources] if self._own_ones else []
        if self._own:
            if not all(map(len, self._own)):
                raise ValueError("own_codes needs pictures x and models that encode them.")
            deviations = [np.maximum(codes.std(axis=0), 1e-6) for codes in self._own]
            self._own_units = [(d / deviations[0]).tolist() for d in deviations]
            self._own_codes = np.concatenate(self._own[1:]).astype("<f4").tobytes()

    def _twin(self) -> tuple[np.ndarray, str]:
        """Each row moves one slider from low to high; up to eight rows per model."""
        if self._sources[0].classes:
            return self._class_twin()
        sliders, z = self._directions or _sliders(self._spread), np.asarray(self.z)
        shown = np.sort(np.argsort(sliders["deviation"])[::-1][:8])
        codes = np.tile(z, (len(shown), _STEPS, 1))
        for row, i in enumerate(shown):
            places = np.linspace(sliders["low"][i], sliders["high"][i], _STEPS)
            away = places - np.asarray(sliders["read"][i]) @ z
            codes[row] += away[:, None] * np.asarray(sliders["rows"][i])
        flat = codes.reshape(-1, self.latent_dim).astype(np.float32)
        rows = np.concatenate(
            [
                source.decode(self._code_for(k, flat)).reshape(len(shown), _STEPS, -1)
                for k, source in enumerate(self._sources)
            ]
        )
        names = " and ".join(s.label for s in self._sources)
        what = "direction" if self._directions else f"of {self.latent_dim} latent numbers"
        moved = ", ".join(sliders["names"][i] for i in shown)
        text = f"Pictures decoded by {names}: each row moves one {what} ({moved}) from low to high."
        return rows, text

    def _class_twin(self) -> tuple[np.ndarray, str]:
        """Each row is one code, told each of the classes in turn."""
        source = self._sources[0]
        codes = np.asarray([self.z, *self._z_of_x[1:5]], np.float32)
        z, labels = codes.repeat(source.classes, axis=0), np.arange(source.classes)
        pictures = source.decode(tell(z, np.tile(labels, len(codes)), source.classes))
        text = f"Pictures decoded by {source.label}: each row is one code z, drawn in each of the "
        return pictures.reshape(len(codes), source.classes, -1), f"{text}{len(labels)} classes."

    def _code_for(self, k: int, z: np.ndarray) -> np.ndarray:
        """What model k decodes when the sliders stand at the rows of z."""
        if not self._own or k == 0:
            return z
        near = np.square(self._z_of_x - np.asarray(self.z)).sum(axis=1).argmin()
        return self._own[k][near] + (z - self._z_of_x[near]) * np.asarray(self._own_units[k])

    @traitlets.validate("told")
    def _known_class(self, proposal: Any) -> int:
        """One of the classes that the model can be told."""
        most = max(self._sources[0].classes, 1) - 1
        if not 0 <= proposal["value"] <= most:
            raise ValueError(f"told must be a class from 0 to {most}, not {proposal['value']}.")
        return proposal["value"]


def _sliders(spread: Mapping[str, Any]) -> dict[str, Any]:
    """A slider for each number of z."""
    rows = np.eye(len(spread["low"])).tolist()
    return {**spread, "names": [f"z[{i}]" for i in range(len(rows))], "rows": rows, "read": rows}


def _sliders_along(directions: Mapping[str, Any], codes: np.ndarray) -> dict[str, Any]:
    """A slider for each direction, and how to read from z where it stands."""
    rows = np.asarray([np.asarray(d, float) for d in directions.values()])
    _check_directions(directions, rows, codes.shape[1])
    read = np.linalg.pinv(rows).T
    spread = spread_of(codes @ read.T)
    return {**spread, "names": list(directions), "rows": rows.tolist(), "read": read.tolist()}


def _check_directions(directions: Mapping[str, Any], rows: np.ndarray, width: int) -> None:
    """Raise ValueError unless the directions are independent ways through the latent space."""
    if rows.ndim != 2 or rows.shape[1] != width or not np.isfinite(rows).all():
        raise ValueError(
            f"directions must be a dictionary of names and ways, each of {width} finite numbers."
        )
    if np.linalg.matrix_rank(rows) < len(rows):
        raise ValueError(
            f"Of the directions {', '.join(directions)} one is 0 or a mixture of the others; a "
            "slider could not tell where it stands."
        )


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
        >>> from sklearn.decomposition import PCA
        >>> x_train, y_train, x_test, y_test = aelib.load_mnist(100, 100)
        >>> pca, model = PCA(2).fit(x_train), aelib.Autoencoder(2)
        >>> aelib.widgets.TwoDecoders(pca, model, x_test, y_test, labels=("PCA", "autoencoder"))
        LatentExplorer(2 dimensions)
    """
    options = {"own_codes": x is not None, **options}
    return LatentExplorer([model_a, model_b], x, y, **options)
