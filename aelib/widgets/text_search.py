"""Type words; see which texts are nearest in meaning, and which hold the same words."""

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets
from sklearn.feature_extraction.text import TfidfVectorizer
from torch import nn

from aelib.widgets.base import ModelWidget, module
from aelib.widgets.sending import send_network
from aelib.widgets.sources import Source, open_network
from aelib.widgets.twin import two_columns

_LONGEST = 500  # letters of a query
_SETTINGS = {  # of the vectoriser: what text_search.js does too
    "analyzer": "word",
    "binary": False,
    "lowercase": True,
    "ngram_range": (1, 1),
    "norm": "l2",
    "preprocessor": None,
    "stop_words": None,
    "strip_accents": None,
    "sublinear_tf": True,
    "token_pattern": "[a-z]{2,}",
    "tokenizer": None,
    "use_idf": True,
}


class TextSearch(ModelWidget):
    """A search box with two lists of answers: texts of like codes, and texts of like words.

    Query and texts become TF-IDF, the network makes them codes, and the cosine between two codes
    ranks the texts; the second list takes the cosine between the TF-IDF rows. All of it happens
    in the browser. `search.query` is what is typed; read it, set it, observe it. `search.meaning`
    and `search.words` are the places of the texts listed, at most ten each, best first.

    Args:
        vectorizer: Fitted with token_pattern="[a-z]{2,}" and sublinear_tf=True, and otherwise as
            scikit-learn makes it; which words it knows is free (min_df, max_features, ...).
        encoder: A network from one number for each word to a code.
        texts: What is searched.
        titles: A name for each text.
        query: What is typed at first.
        examples: Queries that have a button.

    Raises:
        ValueError: Sizes do not fit, or the vectoriser has other settings.

    Example:
        >>> from sklearn.feature_extraction.text import TfidfVectorizer
        >>> texts, titles = ["sort a list", "open a file", "sort the words"], ["a", "b", "c"]
        >>> words = TfidfVectorizer(token_pattern="[a-z]{2,}", sublinear_tf=True).fit(texts)
        >>> encoder = torch.nn.Linear(len(words.vocabulary_), 2)
        >>> aelib.widgets.TextSearch(words, encoder, texts, titles, query="sort").words
        [0, 2]
    """

    _esm = module("text_search")
    query = traitlets.Unicode("").tag(sync=True)
    meaning: traitlets.List = traitlets.List(traitlets.Int()).tag(sync=True)
    words: traitlets.List = traitlets.List(traitlets.Int()).tag(sync=True)
    _vocabulary = traitlets.Unicode().tag(sync=True)  # one word a line, in the order of columns
    _idf = traitlets.Bytes().tag(sync=True)  # float32
    _codes = traitlets.Bytes().tag(sync=True)  # of the texts, where the browser cannot: float32
    _examples: traitlets.List = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _texts = traitlets.Bytes().tag(sync=True)  # one a line, deflated
    _titles = traitlets.Bytes().tag(sync=True)

    def __init__(
        self,
        vectorizer: TfidfVectorizer,
        encoder: nn.Module,
        texts: Sequence[str],
        titles: Sequence[str],
        query: str = "",
        examples: Sequence[str] = (),
    ) -> None:
        _check_vectorizer(vectorizer)
        self._lines = [" ".join(text.split()) for text in texts]
        self._names = [" ".join(title.split()) for title in titles]
        if not self._lines or len(self._lines) != len(self._names):
            raise ValueError(f"There are {len(texts)} texts and {len(titles)} titles, not as many.")
        self._vectorizer = vectorizer
        self._rows = vectorizer.transform(self._lines).astype(np.float32)
        super().__init__(
            [_open_encoder(encoder, self._rows.shape[1])],
            query=query,
            _examples=list(examples),
            _vocabulary="\n".join(vectorizer.get_feature_names_out()),
            _idf=vectorizer.idf_.astype("<f4").tobytes(),
            _texts=_deflated(self._lines),
            _titles=_deflated(self._names),
        )
        self.observe(self._search, "query")
        self._search()

    def _opened(self) -> dict[str, Any]:
        """The encoder, verified with texts; and their codes, where the browser makes none."""
        models, weights = send_network(self._sources[0], self._rows[:32].toarray())
        self._z_of_texts = self._encode(self._rows.toarray())
        codes = b"" if models[0]["decoder"] else self._z_of_texts.astype("<f4").tobytes()
        return {"_models": models, "_weights": weights, "_codes": codes}

    def _open_again(self) -> None:
        """What is found follows the codes."""
        super()._open_again()
        self._search()

    def __repr__(self) -> str:
        return f"TextSearch({len(self._lines)} texts, {len(self._vectorizer.vocabulary_)} words)"

    def scores(self) -> tuple[np.ndarray, np.ndarray]:
        """Cosines of the query with each text: of codes, and of TF-IDF, each (n_texts,).

        Both are zeros where no word of the query is known.
        """
        row = self._vectorizer.transform([self.query]).astype(np.float32)
        if not row.nnz:
            return np.zeros(len(self._lines)), np.zeros(len(self._lines))
        by_meaning = self._z_of_texts @ self._encode(row.toarray())[0]
        return by_meaning, (self._rows @ row.T).toarray()[:, 0]

    def unknown(self) -> list[str]:
        """The words of the query that the vocabulary does not hold, each once."""
        words = dict.fromkeys(self._vectorizer.build_analyzer()(self.query))
        return [word for word in words if word not in self._vectorizer.vocabulary_]

    def _encode(self, rows: np.ndarray) -> np.ndarray:
        """Codes of length 1."""
        z = self._sources[0].decode(rows).astype(float)
        return z / np.maximum(np.linalg.norm(z, axis=1, keepdims=True), 1e-12)

    def _search(self, _: Any = None) -> None:
        by_meaning, by_words = self.scores()
        best = [np.argsort(-scores, kind="stable")[:10] for scores in (by_meaning, by_words)]
        self.meaning = best[0].tolist() if by_meaning.any() else []
        self.words = [int(place) for place in best[1] if by_words[place] > 0]

    @traitlets.validate("query")
    def _not_too_long(self, proposal: Any) -> str:
        return proposal["value"][:_LONGEST]

    def _still(self) -> tuple[bytes, str]:
        """Both lists of titles."""
        lists = [
            [f"{place}. {self._names[text]}" for place, text in enumerate(found, 1)] or ["nothing"]
            for found in (self.meaning, self.words)
        ]
        text = f"Search for: {self.query or 'nothing yet'}. Two lists. " + " ".join(
            f"By {name}: {'; '.join(found)}."
            for name, found in zip(("meaning", "words"), lists, strict=True)
        )
        left, right = (
            [f"{self.query}, by {name}", *found]
            for name, found in zip(("meaning", "words"), lists, strict=True)
        )
        return two_columns(left, right), text


def _open_encoder(encoder: nn.Module, n: int) -> Source:
    """The encoder, if it takes n numbers."""
    try:
        return open_network(encoder, n, "Encoder")
    except ValueError as error:
        raise ValueError(f"The encoder does not take {n} numbers, one a word.") from error


def _deflated(lines: list[str]) -> bytes:
    return zlib.compress("\n".join(lines).encode(), 9)


def _check_vectorizer(vectorizer: TfidfVectorizer) -> None:
    """Raise ValueError unless the browser takes texts apart in the same way."""
    if not hasattr(vectorizer, "vocabulary_"):
        raise ValueError("The vectorizer is not fitted: call vectorizer.fit(texts) first.")
    for name, expected in _SETTINGS.items():
        found = getattr(vectorizer, name)
        if found != expected:
            raise ValueError(f"The vectorizer needs {name}={expected!r}, not {found!r}.")
