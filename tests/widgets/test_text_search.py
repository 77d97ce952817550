"""A search box over texts, by meaning and by words."""

import base64
import zlib
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.feature_extraction.text import TfidfVectorizer
from torch import nn

from aelib.widgets import TextSearch

TEXTS = [
    "Open the door and close the window.",
    "The window is open, the DOOR is closed.",
    "Remove an item from the list.\nThe list shrinks.",
    "Append one item to the list.",
]
TITLES = ["door", "window", "remove", "append"]


def fitted(**settings):
    defaults = {"token_pattern": "[a-z]{2,}", "sublinear_tf": True}
    return TfidfVectorizer(**{**defaults, **settings}).fit(TEXTS)


@pytest.fixture
def vectorizer():
    return fitted()


@pytest.fixture
def encoder(vectorizer):
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(len(vectorizer.vocabulary_), 3))


@pytest.fixture
def search(vectorizer, encoder):
    return TextSearch(vectorizer, encoder, TEXTS, TITLES)


def cosine(a, b):
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_meaning_ranks_by_the_cosine_of_codes(search, vectorizer, encoder):
    search.query = "close the door"
    rows = torch.tensor(vectorizer.transform([*TEXTS, search.query]).toarray()).float()
    *codes, asked = encoder(rows).detach().numpy()
    expected = [cosine(code, asked) for code in codes]
    assert search.scores()[0] == pytest.approx(expected, abs=1e-5)
    assert search.meaning == np.argsort(-np.array(expected)).tolist()


def test_words_rank_by_the_cosine_of_tfidf_and_only_where_a_word_is_shared(search, vectorizer):
    search.query = "item item list"
    rows = vectorizer.transform([*TEXTS, search.query]).toarray()
    expected = [cosine(row, rows[-1]) for row in rows[:-1]]
    assert search.scores()[1] == pytest.approx(expected, abs=1e-6)
    assert expected[:2] == [0, 0]
    assert sorted(search.words) == [2, 3]


def test_unknown_words_are_named_once_and_change_nothing(search):
    search.query = "door"
    before = search.scores()
    search.query = "Zebra door zebra q 42"
    assert search.unknown() == ["zebra"]
    assert np.array_equal(before, search.scores())


@pytest.mark.parametrize("query", ["", "zebra", "?!", "q"])
def test_nothing_known_finds_nothing(search, query):
    search.query = query
    assert search.meaning == []
    assert search.words == []


def test_a_very_long_query_is_cut(search):
    search.query = "door " * 1000
    assert len(search.query) == 500


def test_the_texts_travel_deflated_one_a_line(search):
    sent = zlib.decompress(search._texts).decode().split("\n")
    assert sent == [" ".join(text.split()) for text in TEXTS]


def test_the_still_picture_shows_a_query_and_both_lists(vectorizer, encoder):
    search = TextSearch(vectorizer, encoder, TEXTS, TITLES, query="open door")
    data, metadata = search._repr_mimebundle_()
    alt = metadata["image/png"]["alt"]
    assert "Search for: open door." in alt
    assert f"By meaning: 1. {TITLES[search.meaning[0]]}" in alt
    assert f"By words: 1. {TITLES[search.words[0]]}" in alt
    assert Image.open(BytesIO(base64.b64decode(data["image/png"]))).size[0] == 760
    assert data["text/plain"] == "TextSearch(4 texts, 17 words)"


@pytest.mark.parametrize(
    "settings",
    [
        {"token_pattern": r"(?u)\b\w\w+\b"},
        {"sublinear_tf": False},
        {"norm": None},
        {"ngram_range": (1, 2)},
        {"stop_words": "english"},
        {"binary": True},
    ],
)
def test_a_vectorizer_that_the_browser_cannot_follow_is_refused(encoder, settings):
    with pytest.raises(ValueError, match=f"needs {next(iter(settings))}="):
        TextSearch(fitted(**settings), encoder, TEXTS, TITLES)


def test_an_unfitted_vectorizer_is_refused(encoder):
    with pytest.raises(ValueError, match="not fitted"):
        TextSearch(TfidfVectorizer(token_pattern="[a-z]{2,}"), encoder, TEXTS, TITLES)


def test_sizes_that_do_not_fit_are_refused(vectorizer, encoder):
    with pytest.raises(ValueError, match="4 texts and 3 titles"):
        TextSearch(vectorizer, encoder, TEXTS, TITLES[:3])
    with pytest.raises(ValueError, match="does not take 17 numbers"):
        TextSearch(vectorizer, nn.Sequential(nn.Linear(7, 3)), TEXTS, TITLES)


class Noisy(nn.Module):
    def forward(self, x):
        return x + torch.rand_like(x)


def test_what_the_browser_cannot_run_the_kernel_answers_with_the_reason(vectorizer):
    search = TextSearch(vectorizer, nn.Sequential(nn.Linear(17, 3), Noisy()), TEXTS, TITLES)
    assert search.where == "kernel, because it draws random numbers"
    codes = np.frombuffer(search._codes, "<f4").reshape(4, 3)  # the browser cannot make them
    np.testing.assert_allclose(np.linalg.norm(codes, axis=1), 1, rtol=1e-6)


def test_an_encoder_that_was_trained_further_is_sent_again_when_it_is_shown(search, encoder):
    assert search.where == "browser"
    assert search._codes == b""
    search.query = "close the door"
    before, found = search._weights, search.meaning
    with torch.no_grad():
        encoder[0].weight *= -1
        encoder[0].bias.zero_()
        encoder[0].weight[:, ::2] *= 9
    search._repr_mimebundle_()
    assert search._weights != before
    again = TextSearch(search._vectorizer, encoder, TEXTS, TITLES, query="close the door")
    assert search.meaning == again.meaning != found
