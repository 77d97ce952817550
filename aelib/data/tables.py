"""File -> checked -> arrays: the data sets of the course that are no pictures."""

import csv
from dataclasses import dataclass
from io import StringIO

import torch

from aelib.data.files import data_dir, unpack

_FILES = {  # sha256 of the decompressed files
    "movielens/ratings.csv": "b4239649fbf90ebf405c56c3ae1d929d9e7c86fc1a3a80cbef1c884df593ef73",
    "movielens/movies.csv": "cd70037017534ad5ef111eb6b54b407096ceae835b7571d900d6754e22806b46",
    "docstrings/docstrings.csv": "d11271238838cf975d72444a4bd7def5f71b362c6e1de1640ba5a38012678277",
}


@dataclass(frozen=True)
class Ratings:
    """What people thought of films, one row for each rating, in the order of the file.

    Args:
        person: Who rated (100,004,), int64, 0 to 670.
        film: What was rated (100,004,), int64, 0 to 9,065.
        stars: The rating (100,004,), float32, 0.5 to 5 in steps of a half.
        time: When, in seconds since 1970 (100,004,), int64.
        titles: The films' titles with their years; "film 7" where the title is unknown.
        genres: The films' genres, each a tuple of words.
    """

    person: torch.Tensor
    film: torch.Tensor
    stars: torch.Tensor
    time: torch.Tensor
    titles: list[str]
    genres: list[tuple[str, ...]]


@dataclass(frozen=True)
class Docstrings:
    """Documentation of Python's standard library: texts with the place each comes from.

    Args:
        texts: What the documentation says, each on one line.
        names: Which function, method or class each text documents.
        modules: Which module it belongs to.
    """

    texts: list[str]
    names: list[str]
    modules: list[str]


def load_movielens() -> Ratings:
    """Load 100,004 ratings of 9,066 films by 671 people, MovieLens of October 2016.

    Raises:
        DataError: A file is missing, truncated or altered.

    Reference: Harper and Konstan (2015), The MovieLens datasets: history and context.

    Example:
        >>> ratings = aelib.load_movielens()
        >>> ratings.titles[0], ratings.genres[0][:2]
        ('Toy Story (1995)', ('Adventure', 'Animation'))
        >>> len(ratings.stars), float(ratings.stars.max())
        (100004, 5.0)
    """
    movies = _rows("movielens/movies.csv")
    titles = [
        f"{row['title']} ({row['year']})" if row["title"] else f"film {place}"
        for place, row in enumerate(movies)
    ]
    place_of = {row["movieId"]: place for place, row in enumerate(movies)}
    ratings = _rows("movielens/ratings.csv")
    return Ratings(
        person=torch.tensor([int(row["userId"]) - 1 for row in ratings]),
        film=torch.tensor([place_of[row["movieId"]] for row in ratings]),
        stars=torch.tensor([float(row["rating"]) for row in ratings]),
        time=torch.tensor([int(row["timestamp"]) for row in ratings]),
        titles=titles,
        genres=[_genres(row["genres"]) for row in movies],
    )


def load_docstrings() -> Docstrings:
    """Load 2,683 documentation strings of CPython 3.11's standard library.

    Raises:
        DataError: The file is missing, truncated or altered.

    Example:
        >>> docs = aelib.load_docstrings()
        >>> len(docs.texts)
        2683
        >>> docs.modules[0], docs.names[0]
        ('abc', 'ABC')
    """
    rows = _rows("docstrings/docstrings.csv")
    return Docstrings(*([row[key] for row in rows] for key in ("text", "name", "module")))


def split_by_module(docs: Docstrings) -> tuple[list[str], list[str], list[str]]:
    """Texts to learn from, to choose settings by, and to judge by; no module is in two of them.

    Of the modules in the order of the alphabet every sixth is for judging, from the second on, and
    every sixth for choosing, from the third on.

    Args:
        docs: What `load_docstrings` answers.

    Returns:
        Three lists of texts.

    Example:
        >>> docs = aelib.load_docstrings()
        >>> train, validation, test = aelib.data.split_by_module(docs)
        >>> len(train) + len(validation) + len(test) == len(docs.texts)
        True
    """
    names = sorted({*docs.modules})
    parts: tuple[list[str], list[str], list[str]] = ([], [], [])
    for text, module in zip(docs.texts, docs.modules, strict=True):
        parts[{1: 2, 2: 1}.get(names.index(module) % 6, 0)].append(text)
    return parts


def _rows(name: str) -> list[dict[str, str]]:
    """Read a checked table, a dict for each line."""
    content = unpack(data_dir() / f"{name}.gz", _FILES[name])
    return list(csv.DictReader(StringIO(content.decode())))


def _genres(words: str) -> tuple[str, ...]:
    return () if words == "(no genres listed)" else tuple(words.split("|"))
