"""Look at the features of a network that reads: where they light up, and what they do."""

import zlib
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
import traitlets

from aelib.checks import whole_number
from aelib.engine.capture import capture
from aelib.engine.program import Refused
from aelib.engine.verify import verify
from aelib.models.characters import LETTERS
from aelib.widgets.base import ModelWidget, known_words, module
from aelib.widgets.excerpts import AFTER, BEFORE, BINS, in_fields, read_all
from aelib.widgets.features import open_features
from aelib.widgets.reader import open_reader
from aelib.widgets.sending import described
from aelib.widgets.sources import Source, fingerprint_of
from aelib.widgets.twin import lit_lines

_LINES = 6  # texts of a feature
_LONGEST = 500  # letters of a sentence
_LETTERS = 500_000  # of all texts
_REACH = 2.0  # of a push, in units of the feature's strongest
_APART = 4e-4  # of a score, at the furthest push: no chance differs by more than half of it


class FeatureBrowser(ModelWidget):
    """The latents of a sparse autoencoder that was trained on a network's states, one by one.

    For each feature: the texts in which it is strongest, letter by letter, how often it is on and
    how strongly, and which letters the network finds more and less likely when the state is
    pushed along the feature's direction. A sentence of the reader's own lights up the features:
    network and autoencoder run in the browser. `browser.feature`, `browser.push` and
    `browser.text` can be read, set and observed.

    Args:
        model: A network from letters to scores for the next one: an nn.Embedding, an nn.GRU,
            nn.LSTM or nn.RNN of any number of layers, and an nn.Linear, one after the other.
        sparse: A SparseAutoencoder of its states; or another module with encode(x), or
            all_latents(x) and k, and with directions(), W_dec or a decoder that is one nn.Linear.
        texts: Where the strongest places are looked for, a list of strings; best such as the
            network has never read.
        alphabet: The letter of each row of the embedding, in one string; LETTERS of
            `aelib.models.characters` if None. A letter that is not in it is read as "?", or as
            its first one.
        begin: Letters that are read before each text and sentence, and not shown.
        mean: What was taken off the states before `sparse` read them, one number, or one for each
            number of a state.
        size: What they were divided by then.
        feature: The number of the one to begin with.
        push: How far the state is pushed, -2 to 2, in units of the feature's strongest.
        text: The sentence to begin with; 500 letters are kept.

    Raises:
        TypeError: The model or the autoencoder is something else.
        ValueError: Sizes do not fit, or the network does more than these parts do.

    Example:
        >>> model, sparse = aelib.CharacterModel(8, 16), aelib.SparseAutoencoder(16, 32, k=4)
        >>> browser = aelib.widgets.FeatureBrowser(model, sparse, ["Open a file.", "Close it."])
        >>> browser, browser.strengths("Hello").shape
        (FeatureBrowser(32 features, 2 texts), (5, 32))
    """

    _esm = module("feature_browser")
    feature = traitlets.Int(0).tag(sync=True)
    push = traitlets.Float(1.0).tag(sync=True)
    text = traitlets.Unicode("").tag(sync=True)
    _alphabet = traitlets.Unicode().tag(sync=True)
    _begin = traitlets.Unicode().tag(sync=True)
    _sizes = traitlets.Dict().tag(sync=True)  # of what follows
    _lines = traitlets.Bytes().tag(sync=True)  # letters of the excerpts: two planes, deflated
    _lit = traitlets.Bytes().tag(sync=True)  # their strengths: uint8, deflated
    _peaks = traitlets.Bytes().tag(sync=True)  # the strongest of each feature: float32
    _counts = traitlets.Bytes().tag(sync=True)  # how often it is on: uint32, deflated
    _effects = traitlets.Bytes().tag(sync=True)  # what it adds to the scores: int16, in steps
    _steps = traitlets.Bytes().tag(sync=True)  # of each feature: float32
    _scores = traitlets.Bytes().tag(sync=True)  # log chances at some places: float16

    def __init__(
        self,
        model: Any,
        sparse: Any,
        texts: Sequence[str],
        *,
        alphabet: str | None = None,
        begin: str = "",
        mean: Any = 0.0,
        size: Any = 1.0,
        **traits: Any,
    ) -> None:
        known_words(FeatureBrowser, traits)
        self._letters = LETTERS if alphabet is None else alphabet
        self._texts, self._before = _checked(texts, begin), begin
        self._given = {"model": model, "sparse": sparse, "mean": mean, "size": size}
        super().__init__([self._look()], _alphabet=self._letters, _begin=begin, **traits)

    def _look(self) -> Source:
        """Take network and autoencoder apart, as they are now: two programs of one row."""
        model, sparse, mean, size = self._given.values()
        reader = open_reader(model, self._letters, self._before + self._texts[0])
        features = open_features(sparse, reader.width, mean, size)
        self._reader, self._features = reader, features

        def read(memory: torch.Tensor) -> torch.Tensor:
            """The memory (N, memory) -> every latent before the choice, then the scores."""
            state = reader.state_of(memory)
            return torch.cat([features.all_of(state), reader.scores(state)], dim=1)

        row, memory = torch.zeros(1, len(self._letters) + reader.memory), reader.memory
        return Source(
            label=type(model).__name__,
            latent_dim=row.shape[1],
            decode=partial(_run, reader.step),
            encode=partial(_run, read),
            samples=False,
            record_decode=partial(capture, reader.step, row),
            record_encode=partial(capture, read, row[:, :memory]),
            fingerprint=partial(fingerprint_of, model, sparse),
        )

    def _open_again(self) -> None:
        """As every widget of models; what was taken apart has the old weights."""
        self._sources = [self._look()]
        super()._open_again()

    def _opened(self) -> dict[str, Any]:
        """The programs, verified on states of a text; and all that is told of the features."""
        model, weights = self._programs(self._sources[0])
        self._seen, self._at = read_all(self._reader, self._features, self._texts, self._before)
        self._excerpts = [self._seen.excerpts(i, _LINES) for i in range(self._seen.n)]
        self._strongest, self._effect = self._seen.peaks(), self._features.effects(self._reader)
        letters, lit = in_fields(self._excerpts, self._strongest, _LINES, self._letters)
        effect, steps = self._effect.numpy(), self._steps_of_effects()
        sizes = {"features": self._seen.n, "k": self._features.k, "memory": self._reader.memory}
        sizes |= {"read": self._seen.letters, "lines": _LINES, "letters": BEFORE + AFTER}
        return {
            "_models": [model],
            "_weights": weights,
            "_sizes": sizes | {"bins": BINS, "longest": _LONGEST, "reach": _REACH},
            "_lines": zlib.compress(letters.view("u1").reshape(-1, 2).T.tobytes(), 9),
            "_lit": zlib.compress(lit.tobytes(), 9),
            "_peaks": self._strongest.astype("<f4").tobytes(),
            "_counts": zlib.compress(self._seen.counts().astype("<u4").tobytes(), 9),
            "_effects": np.rint(effect / steps[:, None]).astype("<i2").tobytes(),
            "_steps": steps.astype("<f4").tobytes(),
            "_scores": self._at.log_softmax(dim=1).clamp(min=-1e4).numpy().astype("<f2").tobytes(),
        }

    def _steps_of_effects(self) -> np.ndarray:
        """In what steps each feature's effects are sent: as coarse as does not show."""
        fine = 2 * _APART / (_REACH * np.maximum(self._strongest, 1e-9))
        most = self._effect.abs().amax(dim=1).numpy() / 32767  # an int16 holds no more
        return np.maximum(fine, most).astype(np.float32)

    def _programs(self, source: Source) -> tuple[dict[str, Any], bytes]:
        """What the browser runs."""
        memories = self._reader.memories((self._before + self._texts[0])[:32])
        letters = np.eye(len(self._letters), dtype=np.float32)
        rows = np.hstack([letters[np.arange(len(memories)) % len(letters)], memories])
        assert source.encode is not None  # _look gives both
        try:
            step = verify(source.record_decode(), source.decode, rows)
            read = verify(source.record_encode(), source.encode, memories)
        except Refused as reason:
            raise ValueError(
                f"FeatureBrowser cannot run this in the browser, because {reason}. An autoencoder "
                "that chooses its latents inside encode(x) can offer all_latents(x), what they "
                "are before the choice, and k."
            ) from reason
        return described(source, "browser", b"", decoder=step, encoder=read)

    def __repr__(self) -> str:
        n, texts = self._seen.n, len(self._texts)
        return f"FeatureBrowser({n} features, {texts} text{'s' if texts > 1 else ''})"

    def strengths(self, text: str) -> np.ndarray:
        """How strong each feature is after each letter of a text: (len(text), features)."""
        (states,) = self._reader.states([self._before + text])
        return self._features.strengths(states[len(self._before) :]).numpy()

    def chances(self, text: str | None = None) -> tuple[np.ndarray, np.ndarray]:
        """The chance of each letter to come next, as it is and pushed by `push` of `feature`.

        Args:
            text: What was read; if None, the mean over up to 64 places of the texts.

        Returns:
            Two arrays (letters,), in the order of the alphabet.
        """
        scores = self._at
        if text is not None:
            memory = torch.tensor(self._reader.memories(self._before + text)[-1:])
            scores = self._reader.scores(self._reader.state_of(memory)).detach()
        push = self.push * float(self._strongest[self.feature]) * self._effect[self.feature]
        before, after = (s.softmax(dim=1).mean(dim=0).numpy() for s in (scores, scores + push))
        return before, after

    @traitlets.validate("feature")
    def _is_there(self, proposal: Any) -> int:
        n = len(self._features.directions)
        return whole_number("feature", proposal["value"], 0, n - 1)

    @traitlets.validate("push")
    def _in_reach(self, proposal: Any) -> float:
        if not -_REACH <= proposal["value"] <= _REACH:
            raise ValueError(f"push must lie in -2..2, not {proposal['value']!r}.")
        return proposal["value"]

    @traitlets.validate("text")
    def _not_too_long(self, proposal: Any) -> str:
        return proposal["value"][:_LONGEST]

    def _still(self) -> tuple[bytes, str]:
        """The strongest texts of the feature, each letter as strong as it is."""
        peak = max(float(self._strongest[self.feature]), 1e-30)
        lines = [(e.letters, e.strengths / peak) for e in self._excerpts[self.feature]]
        share = 100 * len(self._seen.of(self.feature)[0]) / self._seen.letters
        title = f"feature {self.feature}: on at {share:.1f} % of {self._seen.letters:,} letters"
        told = "; ".join(_told(*line) for line in lines) or "none"
        return lit_lines(title, lines), f"{title[0].upper()}{title[1:]}. Strongest texts: {told}."


def _told(letters: str, shares: np.ndarray) -> str:
    """A text up to the letter where a feature is strongest, in words."""
    at = int(shares.argmax())
    return f"\u201c{letters[max(at - 20, 0) : at]}\u201d, then \u201c{letters[at]}\u201d"


def _run(function: Any, rows: np.ndarray) -> np.ndarray:
    """A function of tensors as one of arrays."""
    with torch.no_grad():
        return function(torch.tensor(rows, dtype=torch.float32)).numpy()


def _checked(texts: Any, begin: Any) -> list[str]:
    """Texts that hold letters; the empty ones are left out."""
    several = not isinstance(texts, str) and isinstance(texts, Iterable)
    found = list(texts) if several else []
    if not several or not all(isinstance(text, str) for text in found):
        raise ValueError("texts must be a list of strings.")
    if not isinstance(begin, str):
        raise ValueError(f"begin must be a string, not {begin!r}.")
    found = [text for text in found if text]
    if not found:
        raise ValueError("texts hold no letter: FeatureBrowser looks for the strongest in them.")
    if sum(map(len, found)) > _LETTERS:
        raise ValueError(
            f"texts hold {sum(map(len, found)):,} letters, FeatureBrowser reads up to "
            f"{_LETTERS:,}: give fewer of them."
        )
    return found
