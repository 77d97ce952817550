"""Exercises of lesson 17: sparse codes, and what may be said of them."""

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from aelib.exercises.base import Arguments, Exercise, Mistake


def dimensions_each(W: np.ndarray) -> np.ndarray:
    """How much of the plane each thing has for itself (Elhage and others, 2022)."""
    unit = W / np.linalg.norm(W, axis=1, keepdims=True)
    return (W**2).sum(axis=1) / ((unit @ W.T) ** 2).sum(axis=1)


def explained_variance(x: np.ndarray, x_hat: np.ndarray) -> float:
    """1 minus the squared error, as a share of that of the mean row."""
    return 1 - ((x - x_hat) ** 2).sum() / ((x - x.mean(axis=0)) ** 2).sum()


def share_found(truth: np.ndarray, found: np.ndarray, at_least: float) -> float:
    """Share of true directions that some found direction meets with that cosine."""
    lengths = np.outer(np.linalg.norm(truth, axis=1), np.linalg.norm(found, axis=1))
    cosines = truth @ found.T / lengths
    return (cosines.max(axis=1) >= at_least).mean()


def f1_above(scores: np.ndarray, y: np.ndarray, cut: float) -> float:
    """F1 of the alarm that rings above the cut."""
    on = scores > cut
    return 2 * (on & y).sum() / (on.sum() + y.sum())


def shrunk_to(z_true: np.ndarray, z_found: np.ndarray) -> float:
    """Mean of found size over true size, where both are on."""
    both = (z_true > 0) & (z_found > 0)
    return (z_found[both] / z_true[both]).mean()


def recovered(
    scores: torch.Tensor, replaced: torch.Tensor, average: torch.Tensor, letters: torch.Tensor
) -> torch.Tensor:
    """How much of the way from the average state's surprise to the true state's is covered."""
    best, found, worst = (cross_entropy(s, letters) for s in (scores, replaced, average))
    return (worst - found) / (worst - best)


def without_direction(h: torch.Tensor, direction: torch.Tensor) -> torch.Tensor:
    """Take out of each row what points along a direction of any length."""
    return h - torch.outer(h @ direction / (direction @ direction), direction)


def _unit(W: np.ndarray) -> np.ndarray:
    return W / np.linalg.norm(W, axis=1, keepdims=True)


def _leaving_itself_out(W: np.ndarray) -> np.ndarray:
    squares = (_unit(W) @ W.T) ** 2
    return (W**2).sum(axis=1) / (squares.sum(axis=1) - np.diag(squares))


def _cosines(truth: np.ndarray, found: np.ndarray) -> np.ndarray:
    lengths = np.outer(np.linalg.norm(truth, axis=1), np.linalg.norm(found, axis=1))
    return truth @ found.T / lengths


def _surprises(*scores: torch.Tensor, letters: torch.Tensor) -> list[torch.Tensor]:
    return [cross_entropy(s, letters) for s in scores]


def _against_knowing_nothing(
    scores: torch.Tensor, replaced: torch.Tensor, average: torch.Tensor, letters: torch.Tensor
) -> torch.Tensor:
    best, found = _surprises(scores, replaced, letters=letters)
    nothing = np.log(scores.shape[1])
    return (nothing - found) / (nothing - best)


def _lost(
    scores: torch.Tensor, replaced: torch.Tensor, average: torch.Tensor, letters: torch.Tensor
) -> torch.Tensor:
    best, found, worst = _surprises(scores, replaced, average, letters=letters)
    return (found - best) / (worst - best)


def _ratio(
    scores: torch.Tensor, replaced: torch.Tensor, average: torch.Tensor, letters: torch.Tensor
) -> torch.Tensor:
    best, found = _surprises(scores, replaced, letters=letters)
    return best / found


def _of_probabilities(
    scores: torch.Tensor, replaced: torch.Tensor, average: torch.Tensor, letters: torch.Tensor
) -> torch.Tensor:
    rows = torch.arange(len(letters))
    best, found, worst = (
        s.softmax(dim=1)[rows, letters].mean() for s in (scores, replaced, average)
    )
    return (found - worst) / (best - worst)


def _softmax_twice(
    scores: torch.Tensor, replaced: torch.Tensor, average: torch.Tensor, letters: torch.Tensor
) -> torch.Tensor:
    best, found, worst = _surprises(
        *(s.softmax(dim=1) for s in (scores, replaced, average)), letters=letters
    )
    return (worst - found) / (worst - best)


def _arrows(rng: np.random.Generator) -> list[Arguments]:
    shapes = ((5, 2), (4, 3), (7, 2))
    return [(rng.normal(size=shape) * rng.uniform(0.5, 2, (shape[0], 1)),) for shape in shapes]


def _copies(rng: np.random.Generator) -> list[Arguments]:
    cases = []
    for n, width, noise in ((3, 4, 0.5), (8, 5, 0.5), (6, 2, 9)):  # the last is worse than the mean
        x = 2 + rng.normal(size=(n, width)) * rng.uniform(0.3, 3, width)
        cases.append((x, 0.8 * x + noise * rng.normal(size=(n, width))))
    return cases


def _directions(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for n, width, more in ((23, 4, 9), (31, 6, 14), (27, 5, 2)):
        truth = rng.normal(size=(n, width))
        near = truth + rng.uniform(0, 1.2, (n, 1)) * rng.normal(size=(n, width))
        near[: n // 4] *= -1  # the opposite direction is another one
        found = np.vstack([near, rng.normal(size=(more, width))]) * rng.uniform(
            0.2, 3, (n + more, 1)
        )
        cases.append((truth, rng.permutation(found), float(rng.uniform(0.85, 0.93))))
    return cases


def _alarms(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for n, cut in ((40, 0.4), (61, -0.3), (90, 1.5)):
        y = rng.random(n) < 0.3
        y[:2], y[-2:] = (True, False), (True, False)
        scores = (rng.normal(size=n) + 1.2 * y).round(1)
        scores[:6] = cut  # as large as the cut, so not above it
        scores[-2:] = cut + 0.5, cut - 0.5
        cases.append((scores, y, cut))
    return cases


def _sizes(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for n, width, grown in ((6, 5, 0), (9, 4, 0.9), (12, 7, 0.2)):  # the second is too large
        true = (rng.random((n, width)) < 0.6) * rng.uniform(0.5, 1.5, (n, width))
        found = true * (grown + rng.uniform(0.3, 0.9, (n, width))) * (rng.random((n, width)) < 0.7)
        found += (true == 0) * (rng.random((n, width)) < 0.3) * rng.uniform(0.1, 0.5, (n, width))
        true[0, :2], found[0, :2] = (0.8, 1.4), (0.5, 1.3)
        cases.append((true, found))
    return cases


def _guesses(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for n, width, known in ((12, 5, 2.5), (20, 7, 2.5), (15, 9, -2)):  # the last is misled
        letters = torch.from_numpy(rng.integers(0, width, n))
        right = torch.nn.functional.one_hot(letters, width).numpy()
        noise = [rng.normal(size=(n, width)) for _ in range(3)]
        scores = [s * right + part for s, part in zip((4, known, 0.8), noise, strict=True)]
        cases.append((*(torch.from_numpy(s).float() for s in scores), letters))
    return cases


def _states(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for n, width in ((1, 4), (5, 6), (7, 3)):
        h, direction = rng.normal(size=(n, width)), 2 * rng.normal(size=width)
        cases.append((torch.from_numpy(h).float(), torch.from_numpy(direction).float()))
    return cases


EXERCISES = [
    Exercise(
        name="dimensions_each",
        lesson="17",
        minutes=10,
        points=2,
        reference=dimensions_each,
        cases=_arrows,
        hints=(
            "Make a second table whose rows have length 1; the lengths of W's rows are needed too.",
            "unit @ W.T holds the products: row i has those of thing i's unit arrow with all.",
            "Square the table, sum each row, and divide the squared lengths of W's rows by that.",
        ),
        wrong=(
            Mistake(
                lambda W: (W**2).sum(axis=1) / ((W @ W.T) ** 2).sum(axis=1),
                "in the products the thing's own arrow has length 1; divide it by its length first",
            ),
            Mistake(
                lambda W: 1 / ((_unit(W) @ _unit(W).T) ** 2).sum(axis=1),
                "the other arrows have length 1 here; only the thing's own does, the others keep "
                "theirs",
            ),
            Mistake(
                _leaving_itself_out,
                "j runs over all things, also over i itself; then a thing that is alone has 1",
            ),
            Mistake(
                lambda W: (W**2).sum(axis=1) / np.abs(_unit(W) @ W.T).sum(axis=1),
                "the products below the line are squared, each before the sum",
            ),
            Mistake(
                lambda W: np.linalg.norm(W, axis=1) / ((_unit(W) @ W.T) ** 2).sum(axis=1),
                "above the line stands the squared length",
            ),
        ),
    ),
    Exercise(
        name="explained_variance",
        lesson="17",
        minutes=5,
        points=1,
        reference=explained_variance,
        cases=_copies,
        hints=(
            "How large is the squared error of somebody who always answers with the mean row?",
            "Divide the squared error of x_hat by that one; both are summed over everything.",
            "The mean row is x.mean(axis=0); the answer is 1 minus the quotient.",
        ),
        wrong=(
            Mistake(
                lambda x, x_hat: ((x - x_hat) ** 2).sum() / ((x - x.mean(axis=0)) ** 2).sum(),
                "this is the share that is not explained; take it from 1",
            ),
            Mistake(
                lambda x, x_hat: 1 - ((x - x_hat) ** 2).sum() / ((x - x.mean()) ** 2).sum(),
                "you compared with one mean of all numbers; each column has a mean of its own",
            ),
            Mistake(
                lambda x, x_hat: 1 - ((x - x_hat) ** 2).sum() / (x**2).sum(),
                "you compared with an answer of zeros; compare with the mean row",
            ),
            Mistake(
                lambda x, x_hat: 1 - (x - x_hat).var(axis=0).sum() / x.var(axis=0).sum(),
                "an error that is the same in all rows costs nothing here; it should cost",
            ),
            Mistake(
                lambda x, x_hat: (1 - ((x - x_hat) ** 2).mean(axis=0) / x.var(axis=0)).mean(),
                "you averaged the shares of the columns; sum errors and variances first",
            ),
        ),
    ),
    Exercise(
        name="share_found",
        lesson="17",
        minutes=10,
        points=2,
        reference=share_found,
        cases=_directions,
        hints=(
            "The cosine of two vectors is their product divided by both lengths.",
            "A table of cosines has a row for each true and a column for each found direction.",
            "Take the largest of each row; the share of these that reach at_least is asked for.",
        ),
        wrong=(
            Mistake(
                lambda truth, found, at_least: ((truth @ found.T).max(axis=1) >= at_least).mean(),
                "these are products, which grow with the lengths; divide by both lengths",
            ),
            Mistake(
                lambda truth, found, at_least: (
                    _cosines(truth, found).max(axis=0) >= at_least
                ).mean(),
                "this is the share of found directions that are true; ask for each true one",
            ),
            Mistake(
                lambda truth, found, at_least: (
                    np.abs(_cosines(truth, found)).max(axis=1) >= at_least
                ).mean(),
                "the opposite of a direction is another one; take the cosine with its sign",
            ),
            Mistake(
                lambda truth, found, at_least: _cosines(truth, found).max(axis=1).mean(),
                "this is the mean of the best cosines; count those that reach at_least",
            ),
            Mistake(
                lambda truth, found, at_least: (_cosines(truth, found) >= at_least).mean(),
                "this is the share of all pairs; a direction is found if one of them meets it",
            ),
        ),
    ),
    Exercise(
        name="f1_above",
        lesson="17",
        minutes=10,
        points=1,
        reference=f1_above,
        cases=_alarms,
        hints=(
            "The alarm rings where scores > cut. How often does it ring where y is true?",
            "Precision is hits / rings, recall is hits / true places; F1 is their harmonic mean.",
            "Written out it is 2 * hits / (rings + true places).",
        ),
        wrong=(
            Mistake(
                lambda scores, y, cut: ((scores > cut) & y).sum() / (scores > cut).sum(),
                "this is the precision; a silent alarm could have it too, so count misses as well",
            ),
            Mistake(
                lambda scores, y, cut: ((scores > cut) & y).sum() / y.sum(),
                "this is the recall; an alarm that always rings has it too, so count false rings",
            ),
            Mistake(
                lambda scores, y, cut: ((scores > cut) == y).mean(),
                "this is the share of right places; where y is rare, silence does well by it",
            ),
            Mistake(
                lambda scores, y, cut: (
                    ((scores > cut) & y).sum() / (scores > cut).sum() / 2
                    + ((scores > cut) & y).sum() / y.sum() / 2
                ),
                "this is the plain mean of precision and recall; F1 is their harmonic mean",
            ),
            Mistake(
                lambda scores, y, cut: (
                    2 * ((scores >= cut) & y).sum() / ((scores >= cut).sum() + y.sum())
                ),
                "the alarm rings above the cut, not at it",
            ),
        ),
    ),
    Exercise(
        name="shrunk_to",
        lesson="17",
        minutes=10,
        points=2,
        reference=shrunk_to,
        cases=_sizes,
        hints=(
            "Which places count? Those where the true and the found latent are above 0.",
            "A boolean table picks them: both = (z_true > 0) & (z_found > 0).",
            "Divide found by true at these places, and take the mean.",
        ),
        wrong=(
            Mistake(
                lambda z_true, z_found: (z_found[z_true > 0] / z_true[z_true > 0]).mean(),
                "a latent that was not found counts as shrunk to nothing here; leave it out",
            ),
            Mistake(
                lambda z_true, z_found: (
                    z_found[(z_true > 0) & (z_found > 0)].sum()
                    / z_true[(z_true > 0) & (z_found > 0)].sum()
                ),
                "this is a quotient of sums, in which large latents count for more; average the "
                "quotients",
            ),
            Mistake(
                lambda z_true, z_found: (
                    z_true[(z_true > 0) & (z_found > 0)] / z_found[(z_true > 0) & (z_found > 0)]
                ).mean(),
                "this is true over found; what is left of the true size is found over true",
            ),
            Mistake(
                lambda z_true, z_found: (
                    1
                    - (
                        z_found[(z_true > 0) & (z_found > 0)] / z_true[(z_true > 0) & (z_found > 0)]
                    ).mean()
                ),
                "this is how much was lost; what is left is asked for",
            ),
            Mistake(
                lambda z_true, z_found: z_found.sum() / z_true.sum(),
                "you took all places, also those where only one of the two is on",
            ),
        ),
    ),
    Exercise(
        name="recovered",
        lesson="17",
        minutes=15,
        points=2,
        reference=recovered,
        cases=_guesses,
        hints=(
            "First three surprises: the cross-entropy of each table of scores with the letters.",
            "The way leads from the average state's surprise down to that of the true state.",
            "(average - replaced) / (average - true): 0 for the average state, 1 for a copy.",
        ),
        wrong=(
            Mistake(_lost, "this is the share that is lost; take it from 1"),
            Mistake(
                _against_knowing_nothing,
                "you measured against equal chances for all letters; measure against the average "
                "state",
            ),
            Mistake(_ratio, "this is a quotient of surprises; say how far down the way it is"),
            Mistake(
                _of_probabilities,
                "you averaged probabilities; surprise is minus their logarithm",
            ),
            Mistake(
                _softmax_twice,
                "cross_entropy takes the softmax itself; give it the scores as they are",
            ),
        ),
    ),
    Exercise(
        name="without_direction",
        lesson="17",
        minutes=15,
        points=3,
        reference=without_direction,
        cases=_states,
        hints=(
            "How far does a row go along the direction? The answer must not depend on its length.",
            "h @ d / (d @ d) says how many times d is in each row.",
            "Take so many times d away from each row: torch.outer makes the table.",
        ),
        wrong=(
            Mistake(
                lambda h, direction: h - torch.outer(h @ direction, direction),
                "this is right for a direction of length 1 only; divide by its squared length",
            ),
            Mistake(
                lambda h, direction: h - torch.outer(h @ direction / direction.norm(), direction),
                "you divided by the length once; the direction stands in there twice",
            ),
            Mistake(
                lambda h, direction: torch.outer(
                    h @ direction / (direction @ direction), direction
                ),
                "this is what points along the direction; take it away from h",
            ),
            Mistake(
                lambda h, direction: (
                    h + torch.outer(h @ direction / (direction @ direction), direction)
                ),
                "you added what should be taken away",
            ),
            Mistake(
                lambda h, direction: h - direction,
                "every row loses one direction here; each should lose what it has of it",
            ),
        ),
    ),
]
