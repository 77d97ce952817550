"""The ratings of films and the documentation strings."""

import gzip
import shutil

import pytest
import torch

from aelib import DataError, load_docstrings, load_movielens
from aelib.data import tables


@pytest.fixture(scope="module")
def ratings():
    return load_movielens()


@pytest.fixture(scope="module")
def docstrings():
    return load_docstrings()


def test_ratings_have_the_published_size(ratings):
    columns = (ratings.person, ratings.film, ratings.stars, ratings.time)
    assert {len(column) for column in columns} == {100_004}
    assert ratings.person.unique().tolist() == list(range(671))
    assert ratings.film.unique().tolist() == list(range(9066))
    assert len(ratings.titles) == len(ratings.genres) == 9066


def test_each_person_rated_at_least_twenty_films_and_none_twice(ratings):
    assert ratings.person.bincount().min() == 20
    pairs = ratings.person * 9066 + ratings.film
    assert len(pairs.unique()) == len(pairs)


def test_stars_come_in_halves(ratings):
    assert ratings.stars.dtype == torch.float32
    assert ratings.stars.unique().tolist() == [i / 2 for i in range(1, 11)]
    assert ratings.stars.mean().item() == pytest.approx(3.5436, abs=1e-4)


def test_times_lie_between_the_sites_beginning_and_the_sets_making(ratings):
    assert ratings.time.min() == 789_652_009  # January 1995
    assert ratings.time.max() <= 1_476_662_400  # 17 October 2016


def test_the_first_rating_is_the_first_line_of_the_file(ratings):
    first = (ratings.person[0].item(), ratings.titles[ratings.film[0]], ratings.stars[0].item())
    assert first == (0, "Dangerous Minds (1995)", 2.5)
    assert ratings.genres[0] == ("Adventure", "Animation", "Children", "Comedy", "Fantasy")


def test_films_without_title_or_genre_are_named_by_number(ratings):
    nameless = [title for title in ratings.titles if title.startswith("film ")]
    assert len(nameless) == 5
    assert () in ratings.genres


def test_docstrings_have_text_name_and_module(docstrings):
    assert len(docstrings.texts) == len(docstrings.names) == len(docstrings.modules) == 2683
    place = docstrings.names.index("perm")
    assert docstrings.modules[place] == "math"
    assert "ways to choose" in docstrings.texts[place]


def test_texts_are_split_by_whole_modules(docstrings):
    parts = tables.split_by_module(docstrings)
    assert sorted(text for part in parts for text in part) == sorted(docstrings.texts)
    module_of = dict(zip(docstrings.texts, docstrings.modules, strict=True))
    modules = [{module_of[text] for text in part} for part in parts]
    assert not modules[0] & modules[1] | modules[0] & modules[2] | modules[1] & modules[2]
    shares = [sum(map(len, part)) / sum(map(len, docstrings.texts)) for part in parts]
    assert shares[0] > 0.6
    assert min(shares[1:]) > 0.1


def test_docstrings_are_long_enough_and_different(docstrings):
    assert min(len(text.split()) for text in docstrings.texts) == 8
    assert len(set(docstrings.texts)) == 2683
    assert not any("\n" in text for text in docstrings.texts)


@pytest.fixture
def own_data(tmp_path, monkeypatch):
    for folder in ("movielens", "docstrings"):
        shutil.copytree(tables.data_dir() / folder, tmp_path / folder)
    monkeypatch.setattr(tables, "data_dir", lambda: tmp_path)
    return tmp_path


def test_a_missing_table_is_named(own_data):
    (own_data / "movielens" / "movies.csv.gz").unlink()
    with pytest.raises(DataError, match=r"movies\.csv\.gz is missing\. Copy data/ again"):
        load_movielens()


def test_a_truncated_table_is_refused(own_data):
    path = own_data / "docstrings" / "docstrings.csv.gz"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(DataError, match="truncated or damaged"):
        load_docstrings()


def test_an_altered_table_is_refused(own_data):
    path = own_data / "movielens" / "ratings.csv.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b"2.5", b"5.0", 1)))
    with pytest.raises(DataError, match="not the published file"):
        load_movielens()


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        ("movielens", "You may not use it for any commercial or revenue-bearing purpose"),
        ("docstrings", "PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2"),
    ],
)
def test_the_licence_stands_beside_the_data(folder, words):
    texts = [path.read_text("utf-8") for path in (tables.data_dir() / folder).glob("[RL]*")]
    assert any(words in text for text in texts)
