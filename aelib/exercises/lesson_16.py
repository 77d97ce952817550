"""Exercises of lesson 16: hiding, and what codes keep."""

from math import isqrt

import numpy as np
import torch
from torch.nn.functional import cross_entropy, normalize

from aelib.exercises.base import Arguments, Exercise, Mistake


def hole_error(x_hat: torch.Tensor, x: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
    """Squared error of the hidden pixels, summed over pixels, averaged over pictures."""
    return ((x_hat - x) * (1 - seen)).square().sum(dim=1).mean()


def neighbours_mean(x: np.ndarray, seen: np.ndarray, library: np.ndarray, k: int) -> np.ndarray:
    """Mean of the k pictures of the library that are nearest in the visible pixels."""
    apart = (library - x) ** 2 @ seen
    return library[np.argsort(apart)[:k]].mean(axis=0)


def patches_of(x: torch.Tensor, size: int) -> torch.Tensor:
    """Square pictures, cut into patches of size x size pixels: (N, patches, size * size)."""
    n = isqrt(x.shape[1]) // size
    return x.reshape(len(x), n, size, n, size).transpose(2, 3).reshape(len(x), n * n, size * size)


def contrast_loss(a: torch.Tensor, b: torch.Tensor, temperature: float) -> torch.Tensor:
    """Cross-entropy of finding each row's partner among all rows of b, by cosine."""
    cosines = normalize(a, dim=1) @ normalize(b, dim=1).T
    return cross_entropy(cosines / temperature, torch.arange(len(a)))


def variance_penalty(z: np.ndarray, least: float) -> float:
    """How far the features' standard deviations fall short of `least`, on average."""
    return np.maximum(least - z.std(axis=0), 0).mean()


def ema_step(target: list[np.ndarray], online: list[np.ndarray], keep: float) -> list[np.ndarray]:
    """Move the target's weights a little towards those of the network that learns."""
    return [keep * t + (1 - keep) * o for t, o in zip(target, online, strict=True)]


def nearest_mean(z: np.ndarray, y: np.ndarray, z_new: np.ndarray) -> np.ndarray:
    """The label whose mean code is nearest to each new code."""
    labels = np.unique(y)
    means = np.stack([z[y == label].mean(axis=0) for label in labels])
    apart = ((z_new[:, None] - means) ** 2).sum(axis=2)
    return labels[apart.argmin(axis=1)]


def _strips(x: torch.Tensor, size: int) -> torch.Tensor:
    return x.reshape(len(x), -1, size * size)


def _columns_first(x: torch.Tensor, size: int) -> torch.Tensor:
    n = isqrt(x.shape[1]) // size
    cut = x.reshape(len(x), n, size, n, size).permute(0, 3, 1, 2, 4)
    return cut.reshape(len(x), n * n, size * size)


def _turned_over(x: torch.Tensor, size: int) -> torch.Tensor:
    n = isqrt(x.shape[1]) // size
    cut = x.reshape(len(x), n, size, n, size).permute(0, 1, 3, 4, 2)
    return cut.reshape(len(x), n * n, size * size)


def _patches_last(x: torch.Tensor, size: int) -> torch.Tensor:
    return patches_of(x, size).transpose(1, 2)


def _in_the_grid(x: torch.Tensor, size: int) -> torch.Tensor:
    n = isqrt(x.shape[1]) // size
    return patches_of(x, size).reshape(len(x), n, n, size * size)


def _cosines(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return normalize(a, dim=1) @ normalize(b, dim=1).T


def _partners(a: torch.Tensor) -> torch.Tensor:
    return torch.arange(len(a))


def _means(z: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    labels = np.unique(y)
    return labels, np.stack([z[y == label].mean(axis=0) for label in labels])


def _by_product(z: np.ndarray, y: np.ndarray, z_new: np.ndarray) -> np.ndarray:
    labels, means = _means(z, y)
    return labels[(z_new @ means.T).argmax(axis=1)]


def _place_of_the_label(z: np.ndarray, y: np.ndarray, z_new: np.ndarray) -> np.ndarray:
    _, means = _means(z, y)
    return ((z_new[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)


def _furthest_mean(z: np.ndarray, y: np.ndarray, z_new: np.ndarray) -> np.ndarray:
    labels, means = _means(z, y)
    return labels[((z_new[:, None] - means) ** 2).sum(axis=2).argmax(axis=1)]


def _nearest_single(z: np.ndarray, y: np.ndarray, z_new: np.ndarray) -> np.ndarray:
    return y[((z_new[:, None] - z) ** 2).sum(axis=2).argmin(axis=1)]


def _sums_of_classes(z: np.ndarray, y: np.ndarray, z_new: np.ndarray) -> np.ndarray:
    labels = np.unique(y)
    sums = np.stack([z[y == label].sum(axis=0) for label in labels])
    return labels[((z_new[:, None] - sums) ** 2).sum(axis=2).argmin(axis=1)]


def _filled(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for n, width in ((1, 7), (4, 9), (6, 5)):
        seen = rng.random((n, width)) < 0.4
        seen[:, :2] = True, False
        x_hat, x = rng.normal(size=(2, n, width))
        cases.append(tuple(torch.from_numpy(part).float() for part in (x_hat, x, 1.0 * seen)))
    return cases


def _shelves(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for n, width, k in ((41, 6, 18), (55, 9, 25), (64, 8, 31)):
        seen = 1.0 * (rng.random(width) < 0.5)
        seen[:3], seen[-2:] = (1, 1, 0), (0, 1)
        library = rng.normal(size=(n, width)) + 0.3
        x = library[3] + 0.8 * rng.normal(size=width)
        near = x * seen + library[[0, -1]] * (1 - seen)  # so that the ends of the shelf count
        library[[0, -1]] = near + 0.1 * rng.normal(size=(2, width))
        cases.append((x, seen, library, k))
    return cases


def _pictures(rng: np.random.Generator) -> list[Arguments]:
    sizes = ((1, 6, 2), (3, 6, 3), (2, 12, 4))
    return [(torch.from_numpy(rng.normal(size=(n, s * s))).float(), size) for n, s, size in sizes]


def _pairs(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for n, width, temperature in ((3, 4, 0.5), (7, 5, 0.2), (10, 6, 1.3)):
        a = rng.normal(size=(n, width)) * rng.uniform(0.3, 3, (n, 1))
        b = (a + rng.normal(size=(n, width))) * rng.uniform(0.3, 3, (n, 1))
        cases.append((*(torch.from_numpy(part).float() for part in (a, b)), temperature))
    return cases


def _features(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for n, width, least in ((4, 5, 1.0), (9, 7, 0.6), (6, 4, 5.0)):
        z = rng.normal(size=(n, width)) * rng.uniform(0.2, 2, width) * least + 3
        z[:, 0] = 2 + 0.01 * rng.normal(size=n)  # a feature that has collapsed
        z[:, 1] = least * np.where(np.arange(n) % 2, 4, -4)  # and one far from it
        cases.append((z, least))
    return cases


def _weights(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for shapes, keep in (([(3, 2), (2,)], 0.9), ([(4, 3)], 0.99), ([(2, 5), (5,), (5, 1)], 0.5)):
        target, online = ([rng.normal(size=shape) for shape in shapes] for _ in range(2))
        cases.append((target, online, keep))
    return cases


def _labelled(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for classes, each, width in (((2, 5, 7), 4, 3), ((-1, 3, 4, 8), 5, 4), ((4, 6), 3, 5)):
        middles = 1.5 * rng.normal(size=(len(classes), width)) + 1
        y = rng.permutation(np.repeat(classes, rng.permutation(len(classes)) + each))
        where = np.searchsorted(classes, y)
        z = middles[where] + 1.6 * rng.normal(size=(len(y), width))
        z_new = middles[rng.integers(0, len(classes), 40)] + 1.6 * rng.normal(size=(40, width))
        cases.append((z, y, z_new))
    return cases


EXERCISES = [
    Exercise(
        name="hole_error",
        lesson="16",
        minutes=5,
        points=1,
        reference=hole_error,
        cases=_filled,
        hints=(
            "seen is 1 where a pixel is visible, so 1 - seen is 1 in the holes.",
            "Multiply the difference by 1 - seen before you square it.",
            "Sum the squares over dim=1, and take the mean of what is left.",
        ),
        wrong=(
            Mistake(
                lambda x_hat, x, seen: (x_hat - x).square().sum(dim=1).mean(),
                "the visible pixels count as well here; only the holes should",
            ),
            Mistake(
                lambda x_hat, x, seen: ((x_hat - x) * seen).square().sum(dim=1).mean(),
                "this is the error of the visible pixels; seen is 1 where a pixel is shown",
            ),
            Mistake(
                lambda x_hat, x, seen: ((x_hat - x) * (1 - seen)).square().sum() / (1 - seen).sum(),
                "this is the mean over hidden pixels; sum over the pixels of a picture",
            ),
            Mistake(
                lambda x_hat, x, seen: ((x_hat - x) * (1 - seen)).abs().sum(dim=1).mean(),
                "you took the difference without its sign; square it",
            ),
            Mistake(
                lambda x_hat, x, seen: (x_hat * (1 - seen) - x).square().sum(dim=1).mean(),
                "you cut the holes out of x_hat only; x keeps its visible pixels here",
            ),
        ),
    ),
    Exercise(
        name="neighbours_mean",
        lesson="16",
        minutes=10,
        points=2,
        reference=neighbours_mean,
        cases=_shelves,
        hints=(
            "How far is each picture of the library from x, if only visible pixels count?",
            "(library - x) ** 2 has a row for each picture; @ seen sums its visible pixels.",
            "np.argsort(apart)[:k] are the k nearest; the answer is the mean of these rows.",
        ),
        wrong=(
            Mistake(
                lambda x, seen, library, k: library[
                    np.argsort(((library - x) ** 2).sum(axis=1))[:k]
                ].mean(axis=0),
                "you compared all pixels, so the hidden ones helped to choose",
            ),
            Mistake(
                lambda x, seen, library, k: library[
                    np.argsort((library - x) ** 2 @ (1 - seen))[:k]
                ].mean(axis=0),
                "you compared the hidden pixels; compare the visible ones",
            ),
            Mistake(
                lambda x, seen, library, k: library[
                    np.argsort((library - x) ** 2 @ seen)[-k:]
                ].mean(axis=0),
                "these are the k furthest; take the nearest",
            ),
            Mistake(
                lambda x, seen, library, k: library[
                    np.argsort((library - x * seen) ** 2 @ np.ones_like(seen))[:k]
                ].mean(axis=0),
                "a hole in x counts as paper here, so pictures with ink there seem far away",
            ),
            Mistake(
                lambda x, seen, library, k: library[np.argmin((library - x) ** 2 @ seen)],
                "this is the nearest picture alone; take the mean of k",
            ),
        ),
    ),
    Exercise(
        name="patches_of",
        lesson="16",
        minutes=10,
        points=2,
        reference=patches_of,
        cases=_pictures,
        hints=(
            "A picture of 28 x 28 pixels has 28 // size patches in a row, and as many rows.",
            "Reshape to (N, rows of patches, size, patches in a row, size); which axes must meet?",
            "Swap axes 2 and 3 of that, then reshape to (N, patches, size * size).",
        ),
        wrong=(
            Mistake(
                _strips,
                "these are runs of pixels that follow each other, not squares",
            ),
            Mistake(
                _columns_first,
                "your patches come column by column; go along the first row of patches first",
            ),
            Mistake(_turned_over, "the pixels within each patch come column by column"),
            Mistake(
                _patches_last, "the patches stand in the last axis; they belong in the middle one"
            ),
            Mistake(
                _in_the_grid,
                "the patches still stand in rows and columns; make one axis of the two",
            ),
        ),
    ),
    Exercise(
        name="contrast_loss",
        lesson="16",
        minutes=15,
        points=3,
        reference=contrast_loss,
        cases=_pairs,
        differentiable=("a", "b"),
        hints=(
            "normalize from torch.nn.functional gives rows of length 1, and their products are "
            "cosines.",
            "The table of cosines has a row for each of a and a column for each of b. Which column "
            "is right in row i?",
            "cross_entropy(cosines / temperature, torch.arange(len(a))) is the whole loss.",
        ),
        wrong=(
            Mistake(
                lambda a, b, temperature: cross_entropy(a @ b.T / temperature, _partners(a)),
                "these are products, which long rows win; bring all rows to length 1 first",
            ),
            Mistake(
                lambda a, b, temperature: cross_entropy(_cosines(a, b), _partners(a)),
                "the temperature is missing; divide the cosines by it",
            ),
            Mistake(
                lambda a, b, temperature: cross_entropy(temperature * _cosines(a, b), _partners(a)),
                "you multiplied by the temperature; divide, so that a low one is strict",
            ),
            Mistake(
                lambda a, b, temperature: cross_entropy(_cosines(b, a) / temperature, _partners(a)),
                "each row of b looks for its partner in a here; let a look in b",
            ),
            Mistake(
                lambda a, b, temperature: -(_cosines(a, b).diagonal() / temperature).mean(),
                "this only pulls partners together, so one code for all would be best; let the "
                "other rows of b compete",
            ),
        ),
    ),
    Exercise(
        name="variance_penalty",
        lesson="16",
        minutes=10,
        points=2,
        reference=variance_penalty,
        cases=_features,
        hints=(
            "z.std(axis=0) is the standard deviation of each feature over the rows.",
            "Where a deviation is large enough, the penalty of that feature is 0.",
            "np.maximum(least - deviation, 0), and then the mean over the features.",
        ),
        wrong=(
            Mistake(
                lambda z, least: np.maximum(least - z.std(axis=0, ddof=1), 0).mean(),
                "you divided by N - 1; divide by N, as NumPy's std does",
            ),
            Mistake(
                lambda z, least: np.maximum(least - z.var(axis=0), 0).mean(),
                "this is the variance; take its root, the standard deviation",
            ),
            Mistake(
                lambda z, least: np.maximum(least - z.std(axis=1), 0).mean(),
                "you measured how the features of one row differ; measure each over the rows",
            ),
            Mistake(
                lambda z, least: (least - z.std(axis=0)).mean(),
                "a feature that varies more than enough makes up for one that is dead here; stop "
                "at 0",
            ),
            Mistake(
                lambda z, least: max(least - z.std(axis=0).mean(), 0),
                "you averaged the deviations first; each feature has to pay for itself",
            ),
        ),
    ),
    Exercise(
        name="ema_step",
        lesson="16",
        minutes=5,
        points=1,
        reference=ema_step,
        cases=_weights,
        hints=(
            "The target keeps most of itself and takes a little of the network that learns.",
            "For one array that is keep * t + (1 - keep) * o.",
            "Do so for each pair of zip(target, online), and return the list.",
        ),
        wrong=(
            Mistake(
                lambda target, online, keep: [
                    keep * o + (1 - keep) * t for t, o in zip(target, online, strict=True)
                ],
                "most comes from the network that learns here; keep is the target's share",
            ),
            Mistake(
                lambda target, online, keep: [
                    keep * t + o for t, o in zip(target, online, strict=True)
                ],
                "the shares should add up to 1; the network that learns has 1 - keep",
            ),
            Mistake(
                lambda target, online, keep: [
                    t + keep * (o - t) / 2 for t, o in zip(target, online, strict=True)
                ],
                "the step towards the network that learns is 1 - keep of the way",
            ),
            Mistake(
                lambda target, online, keep: list(online),
                "this copies the network that learns; the target should follow it slowly",
            ),
        ),
    ),
    Exercise(
        name="nearest_mean",
        lesson="16",
        minutes=10,
        points=2,
        reference=nearest_mean,
        cases=_labelled,
        hints=(
            "np.unique(y) are the labels that there are, in order.",
            "The mean code of a label is z[y == label].mean(axis=0); stack these means.",
            "For each new code find the nearest mean, and answer with the label it belongs to.",
        ),
        wrong=(
            Mistake(
                _nearest_single,
                "this is the label of the nearest single code; compare with the class means",
            ),
            Mistake(
                _place_of_the_label,
                "these are places among the labels, not the labels themselves",
            ),
            Mistake(
                _by_product,
                "the largest product prefers long means; take the smallest distance",
            ),
            Mistake(_furthest_mean, "this is the label of the furthest mean; take the nearest"),
            Mistake(
                _sums_of_classes,
                "these are sums of codes, which grow with the class; take the means",
            ),
        ),
    ),
]
