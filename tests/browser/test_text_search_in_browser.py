"""The search box under hands and keys, over the shipped documentation strings."""

from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.feature_extraction.text import TfidfVectorizer

import aelib
from aelib.widgets import TextSearch

WEIGHTS = Path(__file__).parents[2] / "data" / "decoders" / "search_64d.safetensors"
QUERIES = [
    "random number",
    "Delete a FOLDER, delete it!",
    "unpack an archive",
    "utf-8 naïve_name İstanbul \u212aelvin it's x2y don't",
    "thread thread thread lock",
]


class Noisy(torch.nn.Module):
    """What a recorder cannot take down; the noise is too small to change a rank."""

    def forward(self, x):
        return x + 1e-7 * torch.rand_like(x)


def made(*parts):
    docs = aelib.load_docstrings()
    vectorizer = TfidfVectorizer(token_pattern="[a-z]{2,}", min_df=3, sublinear_tf=True)
    vectorizer.fit(docs.texts)
    model = aelib.load(WEIGHTS).float()
    titles = [f"{module}.{name}" for module, name in zip(docs.modules, docs.names, strict=True)]
    examples = ["random number", "gzip"]
    encoder = torch.nn.Sequential(model.encoder, *parts)
    return TextSearch(vectorizer, encoder, docs.texts, titles, examples=examples)


@pytest.fixture(scope="module")
def search():
    return made()


@pytest.fixture
def opened(show, search):
    search.query = QUERIES[0]
    page = show(search)
    page.wait_for_selector("li code")
    return page


def listed(page, name):
    items = page.get_by_role("group", name=name).locator("li[data-score]")
    titles = items.locator("code").all_text_contents()
    return titles, items.evaluate_all("all => all.map((each) => +each.dataset.score)")


def test_the_browser_finds_what_python_finds_with_the_same_cosines(opened, search):
    box = opened.get_by_role("searchbox", name="search for")
    for query in QUERIES:
        box.fill(query)
        search.query = query
        for name, places, scores in zip(
            ("by meaning", "by words"), (search.meaning, search.words), search.scores(), strict=True
        ):
            titles, found = listed(opened, name)
            assert found == pytest.approx(scores[places].tolist(), abs=1e-3)
            position = {title: i for i, title in enumerate(search._names)}
            assert np.array([scores[position[title]] for title in titles]) == pytest.approx(
                scores[places], abs=1e-3
            )


def test_the_tokens_of_every_text_are_those_of_scikit_learn(opened, search):
    analyse = search._vectorizer.build_analyzer()
    mine = opened.evaluate(
        "texts => texts.map((t) => t.toLowerCase().match(/[a-z]{2,}/g) ?? [])", search._lines
    )
    assert mine == [analyse(text) for text in search._lines]


def test_unknown_words_are_named_on_the_page_and_aloud(opened):
    opened.get_by_role("searchbox").fill("random kumquat number")
    assert opened.get_by_text("Not in the vocabulary: kumquat.", exact=True).is_visible()
    opened.wait_for_timeout(600)
    said = opened.get_by_role("status").text_content()
    assert said.startswith("Not in the vocabulary: kumquat. Nearest in meaning: ")
    box = opened.get_by_role("status").first.bounding_box()
    assert box["width"] <= 1  # for ears alone: the lists show the same


def test_only_unknown_words_find_nothing(opened):
    opened.get_by_role("searchbox").fill("kumquat")
    assert listed(opened, "by meaning") == ([], [])
    assert opened.get_by_text("nothing", exact=True).count() == 2


def test_an_answer_without_a_word_of_the_query_is_marked(opened, search):
    search.query = "random number"
    shared = search.scores()[1]
    expected = [shared[place] == 0 for place in search.meaning]
    items = opened.get_by_role("group", name="by meaning").locator("li[data-score]")
    marked = items.evaluate_all("all => all.map((each) => !!each.querySelector('em'))")
    assert marked == expected


def test_everything_is_reached_with_the_keyboard(opened):
    box = opened.get_by_role("searchbox")
    opened.keyboard.press("Tab")
    assert box.evaluate("node => node === document.activeElement")
    opened.keyboard.press("Control+a")
    opened.keyboard.type("leap year")
    opened.wait_for_timeout(400)
    assert opened.evaluate("model.get('query')") == "leap year"
    assert opened.evaluate("model.saved") == 1
    opened.keyboard.press("Tab")
    opened.keyboard.press("Enter")
    assert box.input_value() == "random number"


def test_a_kernel_finds_the_same_and_a_quiet_line_says_why(show, search):
    page = show(made(Noisy()))
    reason = "Encoder: by the kernel, because it draws random numbers."
    assert page.locator(".where").all_inner_texts() == [reason]
    search.query = QUERIES[0]
    page.get_by_role("searchbox").fill(search.query)
    page.wait_for_selector("li code")
    assert listed(page, "by meaning")[0] == [search._names[i] for i in search.meaning]
    assert listed(page, "by words")[0] == [search._names[i] for i in search.words]
    page.get_by_role("searchbox").fill("")
    page.wait_for_timeout(300)
    assert listed(page, "by meaning") == ([], [])


def test_python_can_set_the_query(opened, search):
    opened.evaluate("model.set('query', 'unpack an archive')")
    assert opened.get_by_role("searchbox").input_value() == "unpack an archive"
    search.query = "unpack an archive"
    assert listed(opened, "by meaning")[0] == [search._names[i] for i in search.meaning]
