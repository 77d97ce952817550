"""Exercises of lesson 15: denoising and flows, their scale, their paths and their guidance."""

import numpy as np
import torch

from aelib.exercises.base import Arguments, Exercise, Mistake


def perfect_answer(x_t: torch.Tensor, points: torch.Tensor, t: float) -> torch.Tensor:
    """Mean of the points, each weighted by how probable x_t is if it was the origin."""
    squares = torch.cdist(x_t, (1 - t) * points) ** 2
    return (-squares / (2 * t**2)).softmax(dim=1) @ points


def on_the_way(
    x: torch.Tensor, noise: torch.Tensor, t: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Place at time t on the straight path from x to noise, and the velocity there."""
    return (1 - t[:, None]) * x + t[:, None] * noise, noise - x


def one_scale(z: np.ndarray) -> np.ndarray:
    """Centre each column, then divide everything by one number."""
    centred = z - z.mean(axis=0)
    return centred / centred.std()


def frechet_of_columns(a: np.ndarray, b: np.ndarray) -> float:
    """Squared Fréchet distance of two sets whose columns know nothing of each other."""
    means, deviations = a.mean(axis=0) - b.mean(axis=0), a.std(axis=0) - b.std(axis=0)
    return (means**2 + deviations**2).sum()


def straightness(path: torch.Tensor) -> torch.Tensor:
    """Straight distance from the first place to the last, as a share of the way walked."""
    walked = (path[1:] - path[:-1]).norm(dim=2).sum(dim=0)
    return (path[-1] - path[0]).norm(dim=1) / walked


def guided_velocity(v_none: torch.Tensor, v_class: torch.Tensor, weight: float) -> torch.Tensor:
    """From the velocity without a class to the one with it, and weight times as far."""
    return v_none + weight * (v_class - v_none)


def curved_step(x_a: torch.Tensor, x_hat: torch.Tensor, a: float, b: float) -> torch.Tensor:
    """Find the noise in x_a, and mix it anew with x_hat."""
    noise = (x_a - a**0.5 * x_hat) / (1 - a) ** 0.5
    return b**0.5 * x_hat + (1 - b) ** 0.5 * noise


def _weighted(squares: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
    return (-squares).softmax(dim=1) @ points


def _squares(x_t: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
    return torch.cdist(x_t, points) ** 2


def _lengths(path: torch.Tensor) -> torch.Tensor:
    return (path[1:] - path[:-1]).norm(dim=2)


def _chord(path: torch.Tensor) -> torch.Tensor:
    return (path[-1] - path[0]).norm(dim=1)


def _without_roots(x_a: torch.Tensor, x_hat: torch.Tensor, a: float, b: float) -> torch.Tensor:
    return b * x_hat + (1 - b) * (x_a - a * x_hat) / (1 - a)


def _old_noise_share(x_a: torch.Tensor, x_hat: torch.Tensor, a: float, b: float) -> torch.Tensor:
    noise = (x_a - a**0.5 * x_hat) / (1 - a) ** 0.5
    return b**0.5 * x_hat + (1 - a) ** 0.5 * noise


def _difference_as_noise(
    x_a: torch.Tensor, x_hat: torch.Tensor, a: float, b: float
) -> torch.Tensor:
    return b**0.5 * x_hat + (1 - b) ** 0.5 * (x_a - x_hat)


def _undivided(x_a: torch.Tensor, x_hat: torch.Tensor, a: float, b: float) -> torch.Tensor:
    return b**0.5 * x_hat + (1 - b) ** 0.5 * (x_a - a**0.5 * x_hat)


def _roles_swapped(x_a: torch.Tensor, x_hat: torch.Tensor, a: float, b: float) -> torch.Tensor:
    return curved_step(x_a, x_hat, 1 - a, 1 - b)


def _noisy(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for n, m, width in ((1, 4, 3), (5, 7, 2), (6, 3, 4)):
        points, t = torch.from_numpy(rng.normal(size=(m, width))), float(rng.uniform(0.4, 0.8))
        noise = torch.from_numpy(rng.normal(size=(n, width)))
        origins = points[torch.from_numpy(rng.integers(0, m, n))]
        cases.append((((1 - t) * origins + t * noise).float(), points.float(), t))
    return cases


def _pairs(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for n, width in ((1, 4), (5, 3), (4, 6)):
        x, noise = (torch.from_numpy(rng.normal(size=(n, width))).float() for _ in range(2))
        cases.append((2 * x + 1, noise, torch.from_numpy(rng.uniform(0.1, 0.9, n)).float()))
    return cases


def _codes(rng: np.random.Generator) -> list[Arguments]:
    """Rows enough that it does not matter whether a spread divides by N or by N - 1."""
    shapes = ((4000, 3), (3000, 5), (6000, 2))
    return [
        (rng.normal(size=(n, width)) * rng.uniform(1, 5, width) + 6 * rng.normal(size=width),)
        for n, width in shapes
    ]


def _features(rng: np.random.Generator) -> list[Arguments]:
    """As many rows as for `_codes`; the first and the last lie far out, so that they count."""
    cases: list[Arguments] = []
    for n, m, width in ((4000, 5500, 3), (6500, 4500, 2), (4000, 4800, 5)):
        a, b = rng.normal(size=(n, width)), rng.normal(size=(m, width))
        a[0], a[-1], b[0], b[-1] = 40.0, 30.0, -50.0, 20.0
        a = a * rng.uniform(0.5, 3, width) + rng.choice([-1, 1], width) * rng.uniform(2, 4, width)
        cases.append((a, b * rng.uniform(0.5, 3, width)))
    return cases


def _paths(rng: np.random.Generator) -> list[Arguments]:
    shapes = ((5, 1, 3), (4, 6, 2), (9, 4, 5))
    return [
        (torch.from_numpy(rng.normal(size=shape).cumsum(axis=0) + 1).float(),) for shape in shapes
    ]


def _velocities(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for n, width, weight in ((1, 4, 2.5), (5, 3, 0.4), (4, 6, 4.0)):
        none, told = (torch.from_numpy(rng.normal(size=(n, width))).float() for _ in range(2))
        cases.append((none, told + 1, weight))
    return cases


def _mixtures(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for n in (1, 4, 6):
        a = float(rng.uniform(0.05, 0.6))
        b = float(rng.uniform(a + 0.1, 0.95))
        x_a, x_hat = (torch.from_numpy(rng.normal(size=(n, 9))).float() for _ in range(2))
        cases.append((x_a, x_hat, a, b))
    return cases


EXERCISES = [
    Exercise(
        name="perfect_answer",
        lesson="15",
        minutes=15,
        points=3,
        reference=perfect_answer,
        cases=_noisy,
        hints=(
            "If point p was the origin, the noise was (x_t - (1 - t) * p) / t. How probable is it?",
            "The probability of noise n is proportional to exp(-|n|^2 / 2): a softmax over points.",
            "torch.cdist(x_t, (1 - t) * points) ** 2 / (2 * t**2), turned into weights; then @.",
        ),
        wrong=(
            Mistake(
                lambda x_t, points, t: _weighted(_squares(x_t, points) / (2 * t**2), points),
                "you compared x_t with the points; in the mixture a point counts (1 - t) times",
            ),
            Mistake(
                lambda x_t, points, t: _weighted(_squares(x_t, (1 - t) * points) / 2, points),
                "the noise in the mixture is t times a standard one; divide by t first",
            ),
            Mistake(
                lambda x_t, points, t: _weighted(_squares(x_t, (1 - t) * points) / t**2, points),
                "the half is missing: a normal density falls like exp(-|n|^2 / 2)",
            ),
            Mistake(
                lambda x_t, points, t: points[_squares(x_t, (1 - t) * points).argmin(dim=1)],
                "this is the likeliest point; the best answer is the mean of all, weighted",
            ),
            Mistake(
                lambda x_t, points, t: (
                    (-_squares(x_t, (1 - t) * points).sqrt() / (2 * t**2)).softmax(dim=1) @ points
                ),
                "the distance stands squared in the exponent",
            ),
            Mistake(
                lambda x_t, points, t: (
                    (1 - t) * _weighted(_squares(x_t, (1 - t) * points) / (2 * t**2), points)
                ),
                "you averaged the points as they are in the mixture; answer with the points",
            ),
        ),
    ),
    Exercise(
        name="on_the_way",
        lesson="15",
        minutes=10,
        points=2,
        reference=on_the_way,
        cases=_pairs,
        hints=(
            "At t = 0 it is x, at t = 1 it is noise, and halfway it is the mean of both.",
            "Each row has its own t: t[:, None] multiplies a row by it.",
            "x_t = (1 - t) x + t noise; the velocity is how x_t changes with t: noise - x.",
        ),
        wrong=(
            Mistake(
                lambda x, noise, t: (t[:, None] * x + (1 - t[:, None]) * noise, noise - x),
                "at t = 0 your mixture is noise; here t is the share of noise",
            ),
            Mistake(
                lambda x, noise, t: ((1 - t[:, None]) * x + t[:, None] * noise, x - noise),
                "your velocity points from noise to x; x_t moves towards noise when t grows",
            ),
            Mistake(
                lambda x, noise, t: (
                    (1 - t[:, None]) * x + t[:, None] * noise,
                    (1 - t[:, None]) * (noise - x),
                ),
                "this is the way that is left; a velocity is a way for each unit of time",
            ),
            Mistake(
                lambda x, noise, t: (
                    (1 - t[:, None]) ** 0.5 * x + t[:, None] ** 0.5 * noise,
                    noise - x,
                ),
                "with roots the path is bent; the straight one mixes with 1 - t and t themselves",
            ),
        ),
    ),
    Exercise(
        name="one_scale",
        lesson="15",
        minutes=5,
        points=1,
        reference=one_scale,
        cases=_codes,
        hints=(
            "Two steps: take the mean of each column away, then divide by one number.",
            "The spread is that of the centred codes, not that of the codes with their means.",
            "centred = z - z.mean(axis=0), and then centred / centred.std() without an axis.",
        ),
        wrong=(
            Mistake(
                lambda z: (z - z.mean(axis=0)) / z.std(axis=0),
                "each column got a scale of its own; all columns share one here",
            ),
            Mistake(
                lambda z: (z - z.mean(axis=0)) / z.std(),
                "this is the spread before centring, in which the means count; centre first",
            ),
            Mistake(
                lambda z: (z - z.mean()) / z.std(),
                "you took one mean for all numbers; each column has a mean of its own",
            ),
            Mistake(
                lambda z: z / (z - z.mean(axis=0)).std(),
                "the scale is right, but the means are still there",
            ),
            Mistake(
                lambda z: (z - z.mean(axis=0)) / (z - z.mean(axis=0)).var(),
                "you divided by the variance; the spread is its root",
            ),
        ),
    ),
    Exercise(
        name="frechet_of_columns",
        lesson="15",
        minutes=10,
        points=2,
        reference=frechet_of_columns,
        cases=_features,
        tolerance=5e-4,
        hints=(
            "For one column it is the squared difference of the means and one more square.",
            "The other square is that of the difference of the standard deviations.",
            "Take mean and std along axis 0, and sum both squares over the columns.",
        ),
        wrong=(
            Mistake(
                lambda a, b: ((a.mean(axis=0) - b.mean(axis=0)) ** 2).sum(),
                "these are the means alone; one picture drawn all the time could have them",
            ),
            Mistake(
                lambda a, b: (
                    (a.mean(axis=0) - b.mean(axis=0)) ** 2 + (a.var(axis=0) - b.var(axis=0)) ** 2
                ).sum(),
                "you compared variances; the standard deviations, their roots, are compared",
            ),
            Mistake(
                lambda a, b: (
                    (a.mean(axis=0) - b.mean(axis=0)) ** 2 + a.var(axis=0) + b.var(axis=0)
                ).sum(),
                "the shared part is missing: a set would be far from itself",
            ),
            Mistake(
                lambda a, b: (
                    (a.mean(axis=0) - b.mean(axis=0)) ** 2 + (a.std(axis=0) - b.std(axis=0)) ** 2
                ).mean(),
                "you averaged over the columns; the distance is their sum",
            ),
            Mistake(
                lambda a, b: (
                    np.abs(a.mean(axis=0) - b.mean(axis=0)) + np.abs(a.std(axis=0) - b.std(axis=0))
                ).sum(),
                "both differences stand squared",
            ),
            Mistake(
                lambda a, b: (
                    (
                        (a.mean(axis=0) - b.mean(axis=0)) ** 2
                        + (a.std(axis=0) - b.std(axis=0)) ** 2
                    ).sum()
                    ** 0.5
                ),
                "the field reports the squared distance; leave out the root",
            ),
        ),
    ),
    Exercise(
        name="straightness",
        lesson="15",
        minutes=10,
        points=2,
        reference=straightness,
        cases=_paths,
        hints=(
            "The way walked is the sum of the lengths of its steps.",
            "path[1:] - path[:-1] holds the steps; their lengths are norms over the last axis.",
            "Divide the norm of path[-1] - path[0] by the sum of the steps' norms.",
        ),
        wrong=(
            Mistake(
                lambda path: _lengths(path).sum(dim=0) / _chord(path),
                "this is above 1 where the path is bent; divide the straight way by the walked one",
            ),
            Mistake(
                lambda path: _chord(path) / (path[1:] - path[:-1]).sum(dim=0).norm(dim=1),
                "you summed the steps before taking lengths, so that bends cancel",
            ),
            Mistake(
                lambda path: _chord(path) / _lengths(path).mean(dim=0),
                "you averaged the steps; the way walked is their sum",
            ),
            Mistake(
                lambda path: (_chord(path) / _lengths(path).sum(dim=0)).mean(),
                "this is the mean over all paths; each path has its own share",
            ),
            Mistake(
                lambda path: _chord(path) ** 2 / (_lengths(path) ** 2).sum(dim=0),
                "these are squares; lengths are asked for",
            ),
        ),
    ),
    Exercise(
        name="guided_velocity",
        lesson="15",
        minutes=5,
        points=1,
        reference=guided_velocity,
        cases=_velocities,
        hints=(
            "What does the class change? The difference of the two velocities.",
            "At weight 0 the answer is v_none, at weight 1 it is v_class.",
            "v_none + weight * (v_class - v_none).",
        ),
        wrong=(
            Mistake(
                lambda v_none, v_class, weight: v_none + weight * v_class,
                "at weight 1 this is the sum of both; weigh what the class changes, the difference",
            ),
            Mistake(
                lambda v_none, v_class, weight: (1 + weight) * v_class - weight * v_none,
                "so the paper counts, where 0 is what we call 1; here weight 1 is v_class itself",
            ),
            Mistake(
                lambda v_none, v_class, weight: v_class + weight * (v_none - v_class),
                "this leads away from the class: at weight 1 it is v_none",
            ),
            Mistake(
                lambda v_none, v_class, weight: (v_none + weight * v_class) / (1 + weight),
                "a weighted mean stays between the two; guidance goes beyond v_class",
            ),
        ),
    ),
    Exercise(
        name="curved_step",
        lesson="15",
        minutes=25,
        points=3,
        reference=curved_step,
        cases=_mixtures,
        hints=(
            "Solve x_a = sqrt(a) * x_hat + sqrt(1 - a) * n for the noise n.",
            "The noise, (x_a - sqrt(a) * x_hat) / sqrt(1 - a), is the same in the next one.",
            "Mix x_hat and that noise with the roots of b and of 1 - b.",
        ),
        wrong=(
            Mistake(
                _without_roots,
                "this is the straight mixture's step; here the shares are roots, of a and of 1 - a",
            ),
            Mistake(
                _old_noise_share,
                "the noise has still its old share; in the new mixture it is the root of 1 - b",
            ),
            Mistake(
                _difference_as_noise,
                "x_a - x_hat is not the noise: take the root of a times x_hat away, and divide",
            ),
            Mistake(
                _roles_swapped,
                "a belongs to the digit here and 1 - a to the noise, the other way round than t",
            ),
            Mistake(_undivided, "divide by the root of 1 - a: that is how much noise was mixed in"),
        ),
    ),
]
