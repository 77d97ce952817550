"""Strengths of features at each letter of many texts -> their strongest places, and how often."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from aelib.widgets.features import Features
from aelib.widgets.reader import Reader

BEFORE, AFTER = 33, 15  # letters around the strongest
BINS = 16
_AT_ONCE = 64  # texts
_ROWS = 2048  # letters whose features are held at once, most of them 0
_PLACES = 64  # whose scores are kept


@dataclass(frozen=True)
class Excerpt:
    """Some letters around a feature's strongest place in a text.

    Args:
        letters: At most BEFORE + AFTER of them.
        strengths: Of the feature, one for each letter, float32.
    """

    letters: str
    strengths: np.ndarray


@dataclass(frozen=True)
class Seen:
    """Where features were on: a place, a feature and a strength in three lists of one length.

    Args:
        texts: What was read.
        places: Numbers of letters, all texts one after the other.
        features: Which feature, the smallest first; of one feature the first place first.
        strengths: Above 0, float32.
        n: How many features there are.
    """

    texts: Sequence[str]
    places: np.ndarray
    features: np.ndarray
    strengths: np.ndarray
    n: int

    @property
    def letters(self) -> int:
        """How many letters were read."""
        return sum(map(len, self.texts))

    def of(self, feature: int) -> tuple[np.ndarray, np.ndarray]:
        """Places and strengths of one feature."""
        begin = int(np.searchsorted(self.features, feature))
        end = int(np.searchsorted(self.features, feature + 1))
        return self.places[begin:end], self.strengths[begin:end]

    def peaks(self) -> np.ndarray:
        """The strongest of each feature (n,), 0 where it was never on."""
        found = np.zeros(self.n, np.float32)
        np.maximum.at(found, self.features, self.strengths)
        return found

    def counts(self) -> np.ndarray:
        """How often each feature was on (n, BINS), by strength, equal steps from 0 to its peak."""
        share = self.strengths / np.maximum(self.peaks(), 1e-30)[self.features]
        step = np.clip(np.ceil(BINS * share).astype(int) - 1, 0, BINS - 1)
        return np.bincount(self.features * BINS + step, minlength=self.n * BINS).reshape(-1, BINS)

    def excerpts(self, feature: int, most: int) -> list[Excerpt]:
        """Its strongest place in each of the texts where it is strongest, the strongest first."""
        ends = np.cumsum([len(text) for text in self.texts])
        places, strengths = self.of(feature)
        met: set[int] = set()
        found: dict[str, Excerpt] = {}  # texts repeat each other's words
        for at in np.argsort(-strengths, kind="stable"):
            text = int(np.searchsorted(ends, places[at], "right"))
            if text not in met:
                met.add(text)
                first = int(ends[text]) - len(self.texts[text])
                excerpt = self._around(first, text, int(places[at]), places, strengths)
                found.setdefault(excerpt.letters, excerpt)
            if len(found) == most:
                break
        return list(found.values())

    def _around(
        self, first: int, text: int, place: int, places: np.ndarray, strengths: np.ndarray
    ) -> Excerpt:
        begin = max(place - BEFORE, first)
        letters = self.texts[text][begin - first : place - first + AFTER]
        lit = np.zeros(len(letters), np.float32)
        inside = (places >= begin) & (places < begin + len(letters))
        lit[places[inside] - begin] = strengths[inside]
        return Excerpt(letters, lit)


@torch.no_grad()
def read_all(
    reader: Reader, features: Features, texts: Sequence[str], begin: str
) -> tuple[Seen, torch.Tensor]:
    """Read texts, each after the letters of `begin`.

    Returns:
        Where the features were on; and the scores at some places (places, letters), float32.
    """
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    states: list[torch.Tensor] = []
    first = 0
    for number in range(0, len(texts), _AT_ONCE):
        some = reader.states([begin + text for text in texts[number : number + _AT_ONCE]])
        rows = torch.cat([each[len(begin) :] for each in some])
        states.append(spread(rows))
        for few in rows.split(_ROWS):
            z = features.strengths(few)
            at, which = z.nonzero(as_tuple=True)
            found.append((first + at.numpy(), which.numpy(), z[at, which].numpy()))
            first += len(few)
    places, of, strengths = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort([places, of])
    n = len(features.directions)
    scores = reader.scores(spread(torch.cat(states)))
    return Seen(texts, places[order], of[order], strengths[order], n), scores


def spread(rows: torch.Tensor) -> torch.Tensor:
    """At most _PLACES of the rows, evenly spread."""
    places = np.linspace(0, len(rows) - 1, min(_PLACES, len(rows))).round()
    return rows[torch.tensor(places, dtype=torch.int64)].clone()


def in_fields(
    excerpts: Sequence[Sequence[Excerpt]], peaks: np.ndarray, lines: int, alphabet: str
) -> tuple[np.ndarray, np.ndarray]:
    """Excerpts as two tables of one shape (features, lines, BEFORE + AFTER).

    Returns:
        Places of letters in the alphabet plus 1, 0 where there is none, uint16; and strengths in
        255ths of the peak, uint8.
    """
    place = {letter: i + 1 for i, letter in enumerate(alphabet)}
    letters = np.zeros((len(excerpts), lines, BEFORE + AFTER), "<u2")
    lit = np.zeros(letters.shape, np.uint8)
    for feature, several in enumerate(excerpts):
        for line, excerpt in enumerate(several):
            n, other = len(excerpt.letters), place.get("?", 1)
            letters[feature, line, :n] = [place.get(letter, other) for letter in excerpt.letters]
            lit[feature, line, :n] = np.ceil(255 * excerpt.strengths / peaks[feature]).clip(0, 255)
    return letters, lit
