"""Browsing the features of a network that reads: what is told of them, accepted and refused."""

import base64
import zlib
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import aelib
from aelib.engine.packing import Packed, unpack
from aelib.models.characters import LETTERS, spelled
from aelib.widgets import FeatureBrowser, feature_browser
from aelib.widgets.reader import Reader, open_reader

TEXTS = [
    "Open the file (or a folder) and read it.",
    "Close the file; returns None.",
    "Return a list of 'words', e.g. ['a', 'b'].",
    "x",
]


@pytest.fixture
def reader():
    torch.manual_seed(0)
    return aelib.CharacterModel(width=6, state=12)


@pytest.fixture
def sparse():
    torch.manual_seed(1)
    return aelib.SparseAutoencoder(input_dim=12, latents=30, k=4)


@pytest.fixture
def browser(reader, sparse):
    return FeatureBrowser(reader, sparse, TEXTS)


def states_of(reader, text):
    with torch.no_grad():
        return reader.states(spelled(text)[None])[0]


def test_strengths_are_the_latents_of_the_states(browser, reader, sparse):
    for text in [*TEXTS, "never read (before)"]:
        expected = sparse.encode(states_of(reader, text)).detach()
        np.testing.assert_allclose(browser.strengths(text), expected, atol=1e-6)


def test_the_scale_of_the_states_and_what_is_read_first_count(reader, sparse):
    mean, size = torch.linspace(-0.1, 0.1, 12), 0.3
    browser = FeatureBrowser(reader, sparse, TEXTS, begin="\n", mean=mean, size=torch.tensor(size))
    states = states_of(reader, "\nOpen it")[1:]
    expected = sparse.encode((states - mean) / size).detach()
    np.testing.assert_allclose(browser.strengths("Open it"), expected, atol=1e-5)


def test_each_feature_comes_with_its_strongest_places(browser, reader, sparse):
    z = [sparse.encode(states_of(reader, text)).detach().numpy() for text in TEXTS]
    for feature in range(30):
        best = sorted((rows[:, feature].max() for rows in z), reverse=True)
        expected = [strength for strength in best if strength > 0]
        excerpts = browser._excerpts[feature]
        found = [excerpt.strengths.max() for excerpt in excerpts]
        assert found == pytest.approx(expected, abs=1e-6)
        for excerpt in excerpts:
            (text,) = [i for i, text in enumerate(TEXTS) if excerpt.letters in text]
            begin = TEXTS[text].index(excerpt.letters)
            there = z[text][begin : begin + len(excerpt.letters), feature]
            np.testing.assert_allclose(excerpt.strengths, there, atol=1e-6)


def test_texts_of_any_length_are_read_in_pieces_that_fit_into_memory(reader, sparse, monkeypatch):
    """64 texts side by side, padded to the longest, once took two gigabytes."""
    texts = ["word " * n for n in (1, 700, 2, 900, 1500, *range(3, 60))]
    held, run = [], Reader._run
    monkeypatch.setattr(Reader, "_run", lambda self, x: (held.append(x.numel()), run(self, x))[1])
    browser = FeatureBrowser(reader, sparse, texts)
    assert max(held) <= 8192
    expected = sparse.encode(states_of(reader, texts[4])).detach()
    np.testing.assert_allclose(browser.strengths(texts[4]), expected, atol=1e-6)
    assert browser._seen.letters == sum(map(len, texts))


def test_the_same_words_are_shown_once(reader, sparse):
    browser = FeatureBrowser(reader, sparse, [TEXTS[1]] * 3)
    assert max(map(len, browser._excerpts)) == 1


def test_every_letter_at_which_a_feature_is_on_is_counted_once(browser):
    z = np.concatenate([browser.strengths(text) for text in TEXTS])
    counts = np.frombuffer(zlib.decompress(browser._counts), "<u4").reshape(30, 16)
    assert counts.sum(axis=1).tolist() == (z > 0).sum(axis=0).tolist()
    upper = (z > z.max(axis=0) / 2).sum(axis=0)
    assert counts[:, 8:].sum(axis=1).tolist() == upper.tolist()


def test_a_push_adds_the_direction_to_the_state(browser, reader, sparse):
    browser.feature, browser.push = int(browser.strengths("Open")[-1].argmax()), -1.5
    z = np.concatenate([browser.strengths(text) for text in TEXTS])
    state = states_of(reader, "Open")[-1:]
    distance = -1.5 * z[:, browser.feature].max()
    moved = state + distance * sparse.directions()[browser.feature]
    for found, at in zip(browser.chances("Open"), (state, moved), strict=True):
        expected = reader.scores(at).softmax(dim=1)[0].detach()
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_over_the_texts_chances_are_means_and_no_push_changes_nothing(browser, reader):
    browser.push = 0.0
    before, after = browser.chances()
    np.testing.assert_array_equal(before, after)
    states = torch.cat([states_of(reader, text) for text in TEXTS])
    assert len(states) > 64 == len(browser._at)
    every = reader.scores(states).softmax(dim=1).mean(dim=0).detach()
    assert np.abs(before - every.numpy()).max() < 0.02  # a few places stand for all


# What the browser runs


def program(browser, part):
    (model,) = browser._models
    sent = model[part]
    return unpack(Packed(sent["program"], browser._weights[sent["begin"] : sent["end"]]))


class Layers(nn.Module):
    """A reader of somebody: any recurrent layers, batches first or second, some words around."""

    def __init__(self, kind, *, letters=96, **settings):
        super().__init__()
        self.table = nn.Embedding(letters, 6)
        self.memory = kind(6, 12, dropout=0.2 if settings.get("num_layers") else 0.0, **settings)
        self.drop = nn.Dropout(0.5)
        self.out = nn.Linear(12, letters)

    def forward(self, letters, memory=None):
        states, memory = self.memory(self.table(letters), memory)
        return self.out(self.drop(states)), memory


OTHERS = [
    (nn.GRU, {"batch_first": True}),
    (nn.GRU, {"num_layers": 2}),
    (nn.LSTM, {"batch_first": True, "num_layers": 2}),
    (nn.LSTM, {}),
    (nn.RNN, {"nonlinearity": "relu", "batch_first": True}),
]


@pytest.mark.parametrize(("kind", "settings"), OTHERS)
def test_step_by_step_it_reads_as_networks_of_others_do(sparse, kind, settings):
    torch.manual_seed(0)
    network = Layers(kind, **settings).train()
    browser = FeatureBrowser(network, sparse, TEXTS)
    assert network.training
    assert browser.where == "browser"
    network.eval()
    letters = spelled(TEXTS[2])
    batch = letters[None] if settings.get("batch_first") else letters[:, None]
    expected = network(batch)[0].reshape(-1, 96).detach()
    step, read = program(browser, "decoder"), program(browser, "encoder")
    memory = np.zeros(browser._sizes["memory"], np.float32)
    for place, scores in zip(letters, expected, strict=True):
        row = np.concatenate([np.eye(96, dtype=np.float32)[place], memory])
        memory = step.run(row[None])[0]
        np.testing.assert_allclose(read.run(memory[None])[0, 30:], scores, atol=1e-3)


def test_weights_of_16_bits_are_taken_as_they_are_and_travel_once(reader, sparse):
    whole = FeatureBrowser(reader, sparse, TEXTS)
    halved = FeatureBrowser(reader.half(), sparse.half(), TEXTS)
    numbers = sum(p.numel() for p in reader.parameters()) + 30 * 13 + 12
    assert len(halved._weights) < 1.2 * 2 * numbers < len(whole._weights)


def test_another_alphabet(sparse):
    torch.manual_seed(0)
    network = Layers(nn.GRU, letters=4)
    browser = FeatureBrowser(network, sparse, ["abab", "cab?"], alphabet="abc?")
    np.testing.assert_array_equal(browser.strengths("axé"), browser.strengths("a??"))
    assert len(browser.chances()[0]) == 4


class Plain(nn.Module):
    """A sparse autoencoder as others write them: ReLU, and directions in W_dec."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.inner = nn.Linear(12, 20)
        self.W_dec = nn.Parameter(torch.randn(20, 12))

    def encode(self, x):
        return self.inner(x).relu()


class InsideTopK(Plain):
    def encode(self, x):
        z = super().encode(x)
        top = z.topk(3, dim=1)
        return torch.zeros_like(z).scatter(1, top.indices, top.values)


def test_sparse_autoencoders_of_others(reader):
    browser = FeatureBrowser(reader, Plain(), TEXTS)
    expected = Plain().encode(states_of(reader, "Open")).detach()
    np.testing.assert_allclose(browser.strengths("Open"), expected, atol=1e-6)


# What is refused, and how


class Residual(Layers):
    def forward(self, letters, memory=None):
        states, memory = self.memory(self.table(letters), memory)
        return self.out(states + states.roll(1, dims=-1)), memory


@pytest.mark.parametrize(
    ("make", "error", "sentence"),
    [
        (lambda m, s: FeatureBrowser(lambda x: x, s, TEXTS), TypeError, "this is a function"),
        (lambda m, s: FeatureBrowser(nn.Linear(2, 2), s, TEXTS), ValueError, "no nn.Embedding"),
        (
            lambda m, s: FeatureBrowser(Layers(nn.GRU, bidirectional=True), s, TEXTS),
            ValueError,
            "reads both ways",
        ),
        (
            lambda m, s: FeatureBrowser(nn.ModuleList([m, m.gru, nn.GRU(6, 12)]), s, TEXTS),
            ValueError,
            "has 2 recurrent layer",
        ),
        (
            lambda m, s: FeatureBrowser(Residual(nn.GRU, batch_first=True), s, TEXTS),
            ValueError,
            "not all that it does: it answers something else",
        ),
        (lambda m, s: FeatureBrowser(m, s, TEXTS, alphabet="abc"), ValueError, "has 96 rows"),
        (lambda m, s: FeatureBrowser(m, s, TEXTS, alphabet="a" * 96), ValueError, "different"),
        (lambda m, s: FeatureBrowser(m, s, "text"), ValueError, "a list of strings"),
        (lambda m, s: FeatureBrowser(m, s, [1, 2]), ValueError, "a list of strings"),
        (lambda m, s: FeatureBrowser(m, s, ["", ""]), ValueError, "hold no letter"),
        (lambda m, s: FeatureBrowser(m, s, ["a" * 500_001]), ValueError, "up to 500,000"),
        (lambda m, s: FeatureBrowser(m, s, TEXTS, begin=3), ValueError, "begin must be a string"),
        (lambda m, s: FeatureBrowser(m, 5, TEXTS), TypeError, "this is a int"),
        (lambda m, s: FeatureBrowser(m, nn.Linear(12, 30), TEXTS), TypeError, "Linear has not"),
        (
            lambda m, s: FeatureBrowser(m, aelib.SparseAutoencoder(7, 9, 2), TEXTS),
            ValueError,
            "does not take states of 12 numbers",
        ),
        (lambda m, s: FeatureBrowser(m, InsideTopK(), TEXTS), ValueError, "offer all_latents"),
        (lambda m, s: FeatureBrowser(m, s, TEXTS, mean=[1, 2]), ValueError, "or 12 of them, not 2"),
        (lambda m, s: FeatureBrowser(m, s, TEXTS, mean="a"), ValueError, "must be numbers"),
        (lambda m, s: FeatureBrowser(m, s, TEXTS, size=0), ValueError, "a finite number above 0"),
        (lambda m, s: FeatureBrowser(m, s, TEXTS, feature=30), ValueError, "from 0 to 29"),
        (lambda m, s: FeatureBrowser(m, s, TEXTS, push=3), ValueError, r"in -2\.\.2, not 3"),
        (lambda m, s: FeatureBrowser(m, s, TEXTS, featur=1), TypeError, "Did you mean feature="),
    ],
)
def test_what_it_cannot_show_is_refused_in_a_sentence(reader, sparse, make, error, sentence):
    with pytest.raises(error, match=sentence) as refusal:
        make(reader, sparse)
    assert "\n" not in str(refusal.value)


def test_what_is_set_must_be_there(browser):
    with pytest.raises(ValueError, match="feature must be a whole number from 0 to 29"):
        browser.feature = -1
    browser.text = "a" * 600
    assert len(browser.text) == 500


def test_networks_that_were_trained_further_are_sent_again_when_it_is_shown(reader, sparse):
    browser = FeatureBrowser(reader, sparse, TEXTS, feature=7)
    before = browser._weights, browser._lines
    with torch.no_grad():
        sparse.encoder.weight *= -1
    browser._repr_mimebundle_()
    assert before[0] != browser._weights
    assert before[1] != browser._lines
    again = FeatureBrowser(reader, sparse, TEXTS)
    assert (again._weights, again._lines) == (browser._weights, browser._lines)
    np.testing.assert_array_equal(browser.strengths("Open"), again.strengths("Open"))


def test_the_networks_are_taken_apart_once_and_anew_when_they_have_changed(
    reader, sparse, monkeypatch
):
    opened = []
    monkeypatch.setattr(
        feature_browser, "open_reader", lambda *given: opened.append(1) or open_reader(*given)
    )
    browser = FeatureBrowser(reader, sparse, TEXTS)
    browser._repr_mimebundle_()
    assert len(opened) == 1
    with torch.no_grad():
        reader.scores.bias += 1
    browser._repr_mimebundle_()
    assert len(opened) == 2


def test_the_still_picture_shows_the_strongest_texts(browser):
    browser.feature = int(browser._seen.counts().sum(axis=1).argmax())
    data, metadata = browser._repr_mimebundle_()
    alt = metadata["image/png"]["alt"]
    on = (
        np.concatenate([browser.strengths(text) for text in TEXTS])[:, browser.feature] > 0
    ).mean()
    letters = sum(map(len, TEXTS))
    assert alt.startswith(
        f"Feature {browser.feature}: on at {100 * on:.1f} % of {letters} letters."
    )
    best = browser._excerpts[browser.feature][0]
    at = int(best.strengths.argmax())
    assert f"then \u201c{best.letters[at]}\u201d" in alt
    picture = Image.open(BytesIO(base64.b64decode(data["image/png"]))).convert("RGB")
    colours = {colour for _, colour in picture.getcolors(256)}
    assert any(blue > red + 50 for red, _, blue in colours)
    assert data["text/plain"] == "FeatureBrowser(30 features, 4 texts)"


def test_a_feature_that_is_never_on_has_no_texts_and_pushes_nothing(reader, sparse):
    with torch.no_grad():
        sparse.encoder.bias[5] = -1000.0
    browser = FeatureBrowser(reader, sparse, TEXTS, feature=5, push=2.0)
    assert browser._excerpts[5] == []
    np.testing.assert_array_equal(*browser.chances())
    assert "Strongest texts: none." in browser._still()[1]


def test_the_alphabet_it_takes_if_none_is_given_is_that_of_the_character_model(browser):
    assert browser._alphabet == LETTERS
