"""Exercises of lesson 10: what was found, how large the ball is, and where to look next."""

from functools import partial
from math import comb, perm

import numpy as np

from aelib.exercises.base import Arguments, Exercise, Mistake, no_arguments


def precision_at(found: np.ndarray, labels: np.ndarray, k: int) -> float:
    """Share of right labels among the first k of each row."""
    return (found[:, :k] == labels[:, None]).mean()


def addresses_in_ball(n_bits: int, radius: int) -> int:
    """How many addresses differ from a given one in at most `radius` bits."""
    return sum(comb(n_bits, turned) for turned in range(radius + 1))


def first_mate(z: np.ndarray, groups: np.ndarray, i: int) -> float:
    """One divided by the place of the first row of the same group, by cosine with row i."""
    cosines = z @ z[i] / (np.linalg.norm(z, axis=1) * np.linalg.norm(z[i]))
    order = [j for j in np.argsort(-cosines, kind="stable") if j != i]
    return next((1 / place for place, j in enumerate(order, 1) if groups[j] == groups[i]), 0.0)


def first_without_the_word() -> int:
    """tarfile.TarFile.bz2open, which never says gzip."""
    return 6


def moved_query(query: np.ndarray, good: np.ndarray, bad: np.ndarray) -> np.ndarray:
    """A query's code, moved towards good answers and away from bad ones."""
    moved = query.copy()
    if len(good):
        moved = moved + 0.75 * good.mean(axis=0)
    if len(bad):
        moved = moved - 0.25 * bad.mean(axis=0)
    return moved


def _hit_or_miss(found: np.ndarray, labels: np.ndarray, k: int) -> float:
    return (found[:, :k] == labels[:, None]).any(axis=1).mean()


def _majority(found: np.ndarray, labels: np.ndarray, k: int) -> float:
    votes = [np.bincount(row[:k], minlength=10).argmax() for row in found]
    return (np.array(votes) == labels).mean()


def _places(
    z: np.ndarray, groups: np.ndarray, i: int, *, scores: np.ndarray, itself: bool = False
) -> list[int]:
    """Places, from 1 on, of the rows of the same group when rows are ranked by scores."""
    order = [j for j in np.argsort(-scores, kind="stable") if itself or j != i]
    return [place for place, j in enumerate(order, 1) if groups[j] == groups[i]]


def _cosines(z: np.ndarray, i: int) -> np.ndarray:
    return z @ z[i] / (np.linalg.norm(z, axis=1) * np.linalg.norm(z[i]))


def _with_itself(z: np.ndarray, groups: np.ndarray, i: int) -> float:
    return 1 / _places(z, groups, i, scores=_cosines(z, i), itself=True)[0]


def _by_product(z: np.ndarray, groups: np.ndarray, i: int) -> float:
    places = _places(z, groups, i, scores=z @ z[i])
    return 1 / places[0] if places else 0.0


def _by_distance(z: np.ndarray, groups: np.ndarray, i: int) -> float:
    places = _places(z, groups, i, scores=-np.square(z - z[i]).sum(axis=1))
    return 1 / places[0] if places else 0.0


def _the_place(z: np.ndarray, groups: np.ndarray, i: int) -> float:
    places = _places(z, groups, i, scores=_cosines(z, i))
    return float(places[0]) if places else 0.0


def _from_zero(z: np.ndarray, groups: np.ndarray, i: int) -> float:
    places = _places(z, groups, i, scores=_cosines(z, i), itself=True)
    return 1 / (places[1]) if len(places) > 1 else 0.0


def _least_first(z: np.ndarray, groups: np.ndarray, i: int) -> float:
    places = _places(z, groups, i, scores=-_cosines(z, i))
    return 1 / places[0] if places else 0.0


def _half_deleted(z: np.ndarray, groups: np.ndarray, i: int) -> float:
    order = np.argsort(-np.delete(_cosines(z, i), i), kind="stable")
    return next((1 / place for place, j in enumerate(order, 1) if groups[j] == groups[i]), 0.0)


def _all_mates(z: np.ndarray, groups: np.ndarray, i: int) -> float:
    places = _places(z, groups, i, scores=_cosines(z, i))
    return float(np.mean([1 / place for place in places])) if places else 0.0


def _step(rows: np.ndarray, query: np.ndarray, *, total: bool = False) -> np.ndarray:
    if not len(rows):
        return np.zeros_like(query)
    return rows.sum(axis=0) if total else rows.mean(axis=0)


def _answers(rng: np.random.Generator) -> list[Arguments]:
    cases = []
    for n, width, k in ((6, 9, 4), (1, 5, 5), (11, 12, 10), (4, 7, 1)):
        labels = rng.integers(2, 5, n)
        wrong = labels[:, None] + rng.choice([-2, -1, 1, 2], (n, width))
        right = rng.random((n, width)) < 0.7
        right[0], wrong[0] = np.arange(width) == 0, labels[0] + 1  # one is right, the others agree
        right[:, k - 1 :] = k == 1  # the last of the k is wrong, but for the last query
        right[:, k:], right[-2:-1, :k], right[-1, :k] = False, False, True
        labels[-2:-1] = labels[-1] + 5
        cases.append((np.where(right, labels[:, None], wrong), labels, k))
    return cases


def _balls(rng: np.random.Generator) -> list[Arguments]:
    return [(16, 2), (16, 0), (8, 8), (int(rng.integers(17, 21)), 3), (12, int(rng.integers(3, 6)))]


def _grouped(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for n, width in ((12, 4), (20, 3), (30, 6), (25, 5)):
        z = rng.normal(size=(n, width)) * rng.uniform(0.2, 5, (n, 1))
        cases += [(z, rng.integers(0, 5, n), int(i)) for i in rng.integers(0, n, 2)]
    lonely = rng.normal(size=(5, 3)), np.arange(5), 2
    at_the_end = rng.normal(size=(9, 3)), np.array([0, 1, 2, 1, 2, 1, 2, 1, 0]), 0
    return [*cases, lonely, at_the_end]


def _feedback(rng: np.random.Generator) -> list[Arguments]:
    counts = ((3, 2), (1, 4), (2, 0), (0, 3), (5, 3), (0, 0))
    return [
        (rng.normal(size=7), rng.normal(size=(g, 7)), rng.normal(size=(b, 7))) for g, b in counts
    ]


EXERCISES = [
    Exercise(
        name="precision_at",
        lesson="10",
        minutes=5,
        points=1,
        reference=precision_at,
        cases=_answers,
        hints=(
            "Cut off what comes after the first k columns, then compare with the query's label.",
            "labels[:, None] stands beside each row, so == compares a whole row at once.",
            "The comparison is a table of True and False; its mean is a share.",
        ),
        wrong=(
            Mistake(
                lambda found, labels, k: (found == labels[:, None]).mean(),
                "you counted all columns; only the first k were asked for",
            ),
            Mistake(
                lambda found, labels, k: (found[:, :k] == labels[:, None]).sum() / len(labels),
                "these are right ones per query; divide by k too, to get a share",
            ),
            Mistake(
                _hit_or_miss,
                "this is the share of queries with at least one right answer; count every answer",
            ),
            Mistake(_majority, "this lets the k neighbours vote; count how many of them are right"),
            Mistake(
                lambda found, labels, k: (found[:, -k:] == labels[:, None]).mean(),
                "you took the last k columns; the best come first",
            ),
            Mistake(
                lambda found, labels, k: (found[:, :k] != labels[:, None]).mean(),
                "this is the share of wrong ones; count where the labels are equal",
            ),
            Mistake(
                lambda found, labels, k: (found[:, k - 1] == labels).mean(),
                "you looked at column k alone; take all columns up to it",
            ),
        ),
    ),
    Exercise(
        name="addresses_in_ball",
        lesson="10",
        minutes=10,
        points=2,
        reference=addresses_in_ball,
        cases=_balls,
        hints=(
            "In how many ways can you choose the bits that are turned over?",
            "math.comb(n_bits, 2) ways to turn two; do not forget fewer than two.",
            "Add up the choices for 0, 1, 2 and so on turned bits, up to the radius itself.",
        ),
        wrong=(
            Mistake(
                comb,
                "these differ in exactly `radius` bits; those that differ in fewer belong to the "
                "ball too",
            ),
            Mistake(
                lambda n_bits, radius: sum(comb(n_bits, t) for t in range(radius)),
                "range(radius) ends one too early: differing in `radius` bits is still inside",
            ),
            Mistake(
                lambda n_bits, radius: sum(comb(n_bits, t) for t in range(1, radius + 1)),
                "the address itself, 0 bits away, is in its ball too",
            ),
            Mistake(
                lambda n_bits, radius: sum(n_bits**t for t in range(radius + 1)),
                "n_bits * n_bits counts each pair of bits twice, and each bit with itself; count "
                "choices",
            ),
            Mistake(
                lambda n_bits, radius: sum(perm(n_bits, t) for t in range(radius + 1)),
                "each choice of bits is counted in every order; count choices: comb, not perm",
            ),
            Mistake(
                lambda n_bits, radius: 2**n_bits,
                "these are all addresses; count those within the radius",
            ),
            Mistake(
                lambda n_bits, radius: 2**radius,
                "any of the n_bits bits may be the ones that differ, not only the first `radius`",
            ),
        ),
    ),
    Exercise(
        name="first_mate",
        lesson="10",
        minutes=15,
        points=2,
        reference=first_mate,
        cases=_grouped,
        hints=(
            "Three steps: cosines with row i, an order without i, the place of the first mate.",
            "The cosine is the product of two rows divided by both lengths; places begin at 1.",
            "argsort of the negative cosines is an order; drop i from it, then count places "
            "from 1.",
        ),
        wrong=(
            Mistake(
                _with_itself,
                "row i is its own best match and its own group; leave it out of the ranking",
            ),
            Mistake(
                _from_zero,
                "row i still takes the first place, so the others stand one too low; leave it out",
            ),
            Mistake(
                _by_product,
                "you ranked by the product; long rows win there: divide by the lengths of both",
            ),
            Mistake(
                lambda z, groups, i: first_mate(z - z.mean(axis=1, keepdims=True), groups, i),
                "you took the mean of each row away first: that is a correlation, not the cosine",
            ),
            Mistake(
                lambda z, groups, i: first_mate(z - z.mean(axis=0), groups, i),
                "you took the mean over all rows away first; the cosine is that of the rows as "
                "they are",
            ),
            Mistake(_by_distance, "you ranked by distance; the cosine asks for directions only"),
            Mistake(_the_place, "this is the place; return one divided by it"),
            Mistake(_least_first, "the smallest cosine came first; the largest is the best"),
            Mistake(_all_mates, "you averaged over all mates; only the first one counts"),
            Mistake(
                _half_deleted,
                "you took row i out of the cosines but not out of the groups, so the two no longer "
                "match",
            ),
        ),
    ),
    Exercise(
        name="first_without_the_word",
        lesson="10",
        minutes=5,
        points=1,
        reference=first_without_the_word,
        cases=no_arguments,
        tolerance=0.01,
        hints=(
            "The list at the left is the one by meaning.",
            "Look for the first answer marked `none of your words`, and read its number.",
            "Read on until an answer names another kind of compression.",
        ),
        wrong=(
            Mistake(lambda: 0, "there is such an answer; search for gzip, in one word"),
            Mistake(lambda: 1, "the first answer does say gzip"),
            *(
                Mistake(
                    partial(int, place),
                    f"answer {place} still says gzip; give the place of the first without it",
                )
                for place in range(2, 6)
            ),
            *(
                Mistake(
                    partial(int, place), f"answer {place} does not say it, but there is one before"
                )
                for place in range(7, 11)
            ),
        ),
    ),
    Exercise(
        name="moved_query",
        lesson="10",
        minutes=20,
        points=3,
        reference=moved_query,
        cases=_feedback,
        hints=(
            "Means over rows: axis 0. What is the mean of no rows at all?",
            "NumPy's mean of no rows is NaN, so add each part only if it has rows.",
            "Ask for len(good) before you take the mean, and the same for bad; mind the two signs.",
        ),
        wrong=(
            Mistake(
                lambda query, good, bad: (
                    query
                    + 0.75 * _step(good, query, total=True)
                    - 0.25 * _step(bad, query, total=True)
                ),
                "you added the sums; with means, ten marked answers move no further than one",
            ),
            Mistake(
                lambda query, good, bad: (
                    query + 0.75 * _step(good, query) + 0.25 * _step(bad, query)
                ),
                "you moved towards the bad ones too; subtract their mean",
            ),
            Mistake(
                lambda query, good, bad: 0.75 * _step(good, query) - 0.25 * _step(bad, query),
                "you forgot the query itself; the answers only move it",
            ),
            Mistake(
                lambda query, good, bad: (
                    query + 0.25 * _step(good, query) - 0.75 * _step(bad, query)
                ),
                "the two weights are exchanged: 0.75 is for the good ones",
            ),
            Mistake(
                lambda query, good, bad: query + _step(good, query) - _step(bad, query),
                "the weights 0.75 and 0.25 are missing",
            ),
            Mistake(
                lambda query, good, bad: (
                    query + 0.75 * (_step(good, query) - query) - 0.25 * (_step(bad, query) - query)
                ),
                "you added differences from the query; add the means themselves",
            ),
            Mistake(
                lambda query, good, bad: (
                    query
                    + 0.75 * (good.mean() if len(good) else 0)
                    - 0.25 * (bad.mean() if len(bad) else 0)
                ),
                "this is one mean over all numbers; take it over the rows, axis=0",
            ),
        ),
    ),
]
