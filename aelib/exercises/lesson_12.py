"""Exercises of lesson 12: ratings with holes, and recommendations."""

import numpy as np

from aelib.exercises.base import Arguments, Exercise, Mistake, no_arguments


def masked_rmse(x_hat: np.ndarray, x: np.ndarray, known: np.ndarray) -> float:
    """Root of the mean squared error over the known entries."""
    return np.sqrt((known * (x_hat - x) ** 2).sum() / known.sum())


def damped_film_mean(
    stars: np.ndarray, film: np.ndarray, n_films: int, damping: float
) -> np.ndarray:
    """Mean rating of each film, mixed with `damping` ratings equal to the overall mean."""
    total = np.bincount(film, stars, n_films) + damping * stars.mean()
    return total / (np.bincount(film, minlength=n_films) + damping)


def recall_at(scores: np.ndarray, liked: np.ndarray, seen: np.ndarray, k: int) -> float:
    """Share of the films liked that are among the k best not seen."""
    top = np.argsort(-np.where(seen, -np.inf, scores))[:k]
    return liked[top].sum() / min(k, liked.sum())


def is_it_the_most_popular() -> str:
    """Say whether the network's first choice for a stranger is the film most rated."""
    return "no"


def film_neighbours(weight: np.ndarray, i: int, k: int) -> np.ndarray:
    """Places of the k rows most like row i by cosine, most similar first."""
    unit = weight / np.linalg.norm(weight, axis=1, keepdims=True)
    similarity = unit @ unit[i]
    similarity[i] = -np.inf
    return np.argsort(-similarity)[:k]


def _mean_of_means(stars: np.ndarray, film: np.ndarray) -> float:
    return np.mean([stars[film == one].mean() for one in np.unique(film)])


def _without_shift(weight: np.ndarray, i: int, k: int) -> np.ndarray:
    similarity = weight @ weight[i] / np.linalg.norm(weight, axis=1)
    return np.argsort(-np.delete(similarity, i))[:k]


def _tables(rng: np.random.Generator) -> list[Arguments]:
    shapes = ((1, 9), (4, 30), (6, 6))
    return [
        (rng.normal(3, 3, s), rng.normal(3, 3, s), (rng.random(s) < 0.4).astype(float))
        for s in shapes
    ]


def _ratings(rng: np.random.Generator) -> list[Arguments]:
    return [
        (rng.integers(1, 11, n) / 2, rng.integers(0, films - 1, n), films, damping)
        for n, films, damping in ((12, 5, 5), (40, 9, 2), (7, 8, 1.5))
    ]


def _person(rng: np.random.Generator) -> list[Arguments]:
    def one(n: int, k: int, share: float) -> Arguments:
        seen = rng.random(n) < 0.4
        seen[-2:] = True, False
        liked = (rng.random(n) < share) & ~seen
        liked[np.flatnonzero(~seen)[:2]] = True
        liked[-2:] = False, True
        scores = rng.normal(size=n)
        scores[-2:] = -4, 4  # the last film is liked and the best of all
        scores[np.flatnonzero(~seen & ~liked)[:2]] = 3  # these two are not
        return scores, liked, seen, k

    close = np.array([1.2, 1.3, 1.4, -3.0, -0.9, 9.0]) + 0.04 * rng.random(6)
    liked, seen = np.array([1, 0, 0, 1, 1, 1]) == 1, np.arange(6) == 5
    several = [one(20, 5, 0.5), one(40, 10, 0.1), one(50, 3, 0.6), one(45, 10, 0.2)]
    below = close - 10  # all scores below 0, as of a network that predicts differences
    return [*several, (close, liked, seen, 2), (below, liked, seen, 2)]


def _weights(rng: np.random.Generator) -> list[Arguments]:
    """The last film is a neighbour, the one before it points the other way."""
    cases: list[Arguments] = []
    for n, k in ((6, 2), (20, 5), (30, 10)):
        weight, i = rng.normal(size=(n, 8)), int(rng.integers(n - 2))
        weight[-2:] = -weight[i], weight[i] + 0.1 * rng.normal(size=8)
        cases.append((weight * rng.uniform(0.2, 5, (n, 1)), i, k))
    return cases


EXERCISES = [
    Exercise(
        name="masked_rmse",
        lesson="12",
        minutes=5,
        points=1,
        reference=masked_rmse,
        cases=_tables,
        hints=(
            "Multiply the squared differences by `known`: what is missing becomes 0.",
            "The mean is a sum divided by a count. How many entries are known?",
            "Add up the squares of what is known, divide by how many those are, take the root.",
        ),
        wrong=(
            Mistake(
                lambda x_hat, x, known: np.sqrt((known * (x_hat - x) ** 2).mean()),
                "you divided by all entries; divide by the number of those that are known",
            ),
            Mistake(
                lambda x_hat, x, known: np.sqrt((known * (x_hat - x) ** 2).sum()) / known.sum(),
                "you took the root before you divided; the root of the whole mean is asked for",
            ),
            Mistake(
                lambda x_hat, x, known: np.sqrt(((x_hat - x) ** 2).mean()),
                "you counted the missing entries too; `known` tells which to leave out",
            ),
            Mistake(
                lambda x_hat, x, known: (known * (x_hat - x) ** 2).sum() / known.sum(),
                "this is the mean squared error; the root is missing",
            ),
            Mistake(
                lambda x_hat, x, known: (known * abs(x_hat - x)).sum() / known.sum(),
                "these are absolute differences; square them, and take the root at the end",
            ),
        ),
    ),
    Exercise(
        name="damped_film_mean",
        lesson="12",
        minutes=10,
        points=2,
        reference=damped_film_mean,
        cases=_ratings,
        hints=(
            "An imaginary rating is added to the sum and to the count.",
            "np.bincount(film, stars, n_films) adds up the stars of each film.",
            "The imaginary ratings add damping times the mean above the line, and damping below "
            "it.",
        ),
        wrong=(
            Mistake(
                lambda stars, film, n_films, damping: (
                    np.bincount(film, stars, n_films)
                    / (np.bincount(film, minlength=n_films) + damping)
                ),
                "the imaginary ratings count as 0 stars; they are the mean of all ratings",
            ),
            Mistake(
                lambda stars, film, n_films, damping: (
                    (np.bincount(film, stars, n_films) + damping * stars.mean())
                    / np.maximum(np.bincount(film, minlength=n_films), 1)
                ),
                "the imaginary ratings are in the sum but not in the count",
            ),
            Mistake(
                lambda stars, film, n_films, damping: (
                    (np.bincount(film, stars, n_films) + damping * _mean_of_means(stars, film))
                    / (np.bincount(film, minlength=n_films) + damping)
                ),
                "you took the mean of the films' means; the mean of all ratings is asked for",
            ),
            Mistake(
                lambda stars, film, n_films, damping: (
                    np.bincount(film, stars - stars.mean(), n_films)
                    / (np.bincount(film, minlength=n_films) + damping)
                ),
                "this is how far each film lies from the mean; add the mean of all ratings",
            ),
            Mistake(
                lambda stars, film, n_films, damping: np.where(
                    np.bincount(film, minlength=n_films) > 0,
                    np.bincount(film, stars, n_films)
                    / np.maximum(np.bincount(film, minlength=n_films), 1),
                    stars.mean(),
                ),
                "this is the plain mean of each film; `damping` is not used",
            ),
        ),
    ),
    Exercise(
        name="recall_at",
        lesson="12",
        minutes=15,
        points=3,
        reference=recall_at,
        cases=_person,
        hints=(
            "Films already seen must not be recommended: give them the score minus infinity.",
            "np.argsort sorts upwards; sort the negative scores and keep the first k.",
            "Count the liked ones among them; the smaller of k and all liked ones goes below.",
        ),
        wrong=(
            Mistake(
                lambda scores, liked, seen, k: (
                    liked[np.argsort(-scores)[:k]].sum() / min(k, liked.sum())
                ),
                "films that were already seen are recommended again",
            ),
            Mistake(
                lambda scores, liked, seen, k: (
                    liked[np.argsort(-np.where(seen, 0, scores))[:k]].sum() / min(k, liked.sum())
                ),
                "a film already seen comes first wherever all other scores are below 0; give "
                "it minus infinity in place of 0",
            ),
            Mistake(
                lambda scores, liked, seen, k: (
                    liked[np.argsort(-np.where(seen, -np.inf, scores))[:k]].sum() / k
                ),
                "this is always divided by k; somebody who likes fewer than k films could never "
                "reach 1",
            ),
            Mistake(
                lambda scores, liked, seen, k: (
                    liked[np.argsort(-np.where(seen, -np.inf, scores))[:k]].sum() / liked.sum()
                ),
                "this is always divided by the number of liked films; with more than k of them "
                "nobody could reach 1",
            ),
            Mistake(
                lambda scores, liked, seen, k: liked[
                    np.argsort(-np.where(seen, -np.inf, scores))[:k]
                ].sum(),
                "this is the number of hits; divide it by how many there could be",
            ),
            Mistake(
                lambda scores, liked, seen, k: (
                    liked[np.argsort(np.where(seen, np.inf, scores))[:k]].sum()
                    / min(k, liked.sum())
                ),
                "these are the k lowest scores; argsort sorts upwards",
            ),
        ),
    ),
    Exercise(
        name="is_it_the_most_popular",
        lesson="12",
        minutes=5,
        points=1,
        reference=is_it_the_most_popular,
        cases=no_arguments,
        hints=(
            "The button below the sliders forgets all ratings at once.",
            "Compare popularity[rater.top[0]] with popularity.max().",
            "Is the number of people the same? Then it is the most popular film, else it is not.",
        ),
        wrong=(
            Mistake(
                lambda: "yes",
                "compare popularity[rater.top[0]] with popularity.max() once more: are the two "
                "equal, with all ten films not seen and the last slider at 0?",
            ),
            Mistake(lambda: True, 'answer with a word, "yes" or "no"'),
            Mistake(lambda: False, 'answer with one of the words "yes" and "no"'),
            Mistake(
                lambda: "Shawshank Redemption, The (1994)",
                "that is the film recommended first; is it also the one most rated?",
            ),
        ),
    ),
    Exercise(
        name="film_neighbours",
        lesson="12",
        minutes=20,
        points=3,
        reference=film_neighbours,
        cases=_weights,
        hints=(
            "The cosine is the product of two rows after both were scaled to length 1.",
            "np.linalg.norm(weight, axis=1, keepdims=True) gives the lengths.",
            "argsort finds the order, from small to large; see that film i itself comes last.",
        ),
        wrong=(
            Mistake(
                lambda weight, i, k: np.argsort(
                    -(weight @ weight[i]) + np.where(np.arange(len(weight)) == i, np.inf, 0)
                )[:k],
                "this is the product of the rows; divide by their lengths for the cosine",
            ),
            Mistake(
                lambda weight, i, k: np.argsort(
                    -(weight @ weight[i]) / np.linalg.norm(weight, axis=1)
                )[:k],
                "film i is its own nearest neighbour here; leave it out",
            ),
            Mistake(
                _without_shift,
                "you took row i out, so the places behind it moved by one; give its similarity "
                "the value minus infinity in place of that",
            ),
            Mistake(
                lambda weight, i, k: film_neighbours(weight, i, len(weight) - 1)[::-1][:k],
                "these are the least similar films; argsort sorts upwards",
            ),
            Mistake(
                lambda weight, i, k: np.argsort(
                    np.linalg.norm(weight - weight[i], axis=1)
                    + np.where(np.arange(len(weight)) == i, np.inf, 0)
                )[:k],
                "this is the distance between rows, where long rows are far from all; the cosine "
                "looks at directions only",
            ),
            Mistake(
                lambda weight, i, k: film_neighbours(
                    weight - weight.mean(axis=1, keepdims=True), i, k
                ),
                "you took the mean of each row away first: that is a correlation, not the cosine",
            ),
            Mistake(
                lambda weight, i, k: film_neighbours(weight - weight.mean(axis=0), i, k),
                "you took the mean over all films away first; the cosine is that of the rows as "
                "they are",
            ),
        ),
    ),
]
