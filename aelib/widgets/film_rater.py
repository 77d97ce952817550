"""Rate a few films and see what a network recommends."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets
from torch import nn

from aelib.widgets.base import ModelWidget, Numbers, module
from aelib.widgets.sending import send_network
from aelib.widgets.sources import Source, open_network
from aelib.widgets.twin import two_columns


class FilmRater(ModelWidget):
    """Give stars to some films; the others are ranked anew at every move.

    The network sees one number for each film, (stars - 2.5) / 2.5 where there is a rating and 0
    where there is none, and answers with one score for each. `rater.stars` are the ratings, 0 for
    a film not seen; read them, set them, observe them. `rater.top` are the ten films ranked
    highest, none of them rated.

    Args:
        network: From one number for each film to one score for each film.
        titles: A name for each film.
        films: Which of them can be rated, as places in titles.
        popularity: How many people rated each film: a second slider takes up to its logarithm
            from the scores.
        stars: The ratings to begin with, 0 to 5; nothing seen if None.

    Raises:
        ValueError: Sizes do not fit, a place is not that of a film, or stars leave 0 to 5.

    Example:
        >>> network = torch.nn.Linear(3, 3)
        >>> titles = ["Alien", "Brazil", "Charade"]
        >>> rater = aelib.widgets.FilmRater(network, titles, films=[0], popularity=[9, 5, 7])
        >>> rater.stars = [4.5]
        >>> rater.top[-1]  # what is rated comes last
        0
    """

    _esm = module("film_rater")
    stars = Numbers().tag(sync=True)
    balance = traitlets.Float(0.0, min=0.0, max=1.0).tag(sync=True)
    top: traitlets.List = traitlets.List(traitlets.Int()).tag(sync=True)
    _titles: traitlets.List = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _films: traitlets.List = traitlets.List(traitlets.Int()).tag(sync=True)
    _fame = traitlets.Bytes().tag(sync=True)  # logarithms, float32

    def __init__(
        self,
        network: nn.Module,
        titles: Sequence[str],
        films: Sequence[int],
        popularity: Any,
        stars: Sequence[float] | None = None,
    ) -> None:
        self._fame_of = np.log(np.maximum(np.asarray(popularity, np.float32), 1))
        _check_films(titles, films, self._fame_of)
        self._places = [int(film) for film in films]
        super().__init__(
            [_open_network(network, len(titles))],
            _titles=list(titles),
            _films=self._places,
            _fame=self._fame_of.astype("<f4").tobytes(),
            stars=[0.0] * len(self._places) if stars is None else stars,
        )
        self.observe(self._rank, ["stars", "balance"])
        self._rank()

    def _opened(self) -> dict[str, Any]:
        """The network, verified with few and with many ratings."""
        models, weights = send_network(self._sources[0], self._ratings_to_try(len(self._fame_of)))
        return {"_models": models, "_weights": weights}

    def _open_again(self) -> None:
        """What is recommended follows the network."""
        super()._open_again()
        self._rank()

    def n_numbers(self, name: str) -> int:
        """How many numbers the trait of this name takes."""
        return len(self._places)

    def __repr__(self) -> str:
        return f"FilmRater({len(self._places)} films to rate, {len(self._titles)} to recommend)"

    def scores(self) -> np.ndarray:
        """What the network thinks of each film now (n_films,); -inf for a film that is rated."""
        x = np.zeros((1, len(self._titles)), np.float32)
        stars = np.asarray(self.stars, np.float32)
        x[0, self._places] = np.where(stars > 0, (stars - 2.5) / 2.5, 0)
        scores = self._sources[0].decode(x)[0] - self.balance * self._fame_of
        scores[np.asarray(self._places)[stars > 0]] = -np.inf
        return scores

    def _ratings_to_try(self, n: int) -> np.ndarray:
        """Rows of few and of many ratings, some of them of films that have no slider."""
        random = np.random.default_rng(0)
        stars = random.integers(-5, 6, size=(24, n)) / 5
        rated = random.random((24, n)) < np.linspace(0, 0.5, 24)[:, None]
        rows = np.where(rated, stars, 0)
        rows[1, self._places], rows[2, self._places] = 1, -1
        return rows.astype(np.float32)

    def _rank(self, _: Any = None) -> None:
        self.top = np.argsort(-self.scores(), kind="stable")[:10].tolist()

    @traitlets.validate("stars")
    def _within_five(self, proposal: Any) -> list[float]:
        if not all(0 <= value <= 5 for value in proposal["value"]):
            raise ValueError("stars must lie between 0 (not seen) and 5.")
        return proposal["value"]

    def _still(self) -> tuple[bytes, str]:
        """What is rated and what is recommended, as two lists."""
        rated = [
            f"{stars:g} stars: {self._titles[film]}"
            for film, stars in zip(self._places, self.stars, strict=True)
            if stars
        ] or ["nothing rated yet"]
        top = [f"{place}. {self._titles[film]}" for place, film in enumerate(self.top, 1)]
        text = f"Two lists. Rated: {'; '.join(rated)}. Recommended: {'; '.join(top)}."
        return two_columns(["Rated", *rated], ["Recommended", *top]), text


def _check_films(titles: Sequence[str], films: Sequence[int], fame: np.ndarray) -> None:
    """Raise ValueError unless titles, places and popularity speak of the same films."""
    n = len(titles)
    if not len(films) or not all(0 <= int(film) < n for film in films):
        raise ValueError(f"films must be places of the {n} titles, 0 to {n - 1}.")
    if fame.shape != (n,):
        raise ValueError(f"popularity has shape {fame.shape}; it takes one number for each title.")


def _open_network(network: nn.Module, n: int) -> Source:
    """The network, if it scores n films."""
    try:
        source = open_network(network, n, "Network")
    except ValueError as error:
        raise ValueError(f"The network does not take {n} numbers, one per title.") from error
    if source.pixels != n:
        raise ValueError(f"The network answers with {source.pixels} numbers, it should be {n}.")
    return source
