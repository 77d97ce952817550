"""Exercises of lesson 02: dead units, sparse codes, calm codes, and what a width is worth."""

import numpy as np
import torch

from aelib.exercises.base import Arguments, Exercise, Mistake, no_arguments


def dead_units(z: torch.Tensor) -> int:
    """How many of the K units are 0 for every image."""
    return int((z == 0).all(dim=0).sum())


def pixels_in_use() -> int:
    """How many pixels hold ink in at least one training digit of this notebook."""
    # (x_train > 0).any(dim=0).sum()
    return 673


def components_needed(pca_errors: np.ndarray, level: float) -> int:
    """Return the smallest number of components whose error is at most `level`."""
    return int(np.argmax(pca_errors <= level))


def hoyer(z: torch.Tensor) -> torch.Tensor:
    """Sparsity of each code (N,): 1 for a single value, 0 for values of one size."""
    root = z.shape[1] ** 0.5
    ratio = z.abs().sum(dim=1) / z.norm(dim=1)
    return (root - ratio) / (root - 1)


def contraction_tanh(W: torch.Tensor, b: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Squared norm of the Jacobian of tanh(W x + b), averaged over the images."""
    z = torch.tanh(x @ W.T + b)
    return ((1 - z**2) ** 2 @ W.square().sum(dim=1)).mean()


def keep_largest(z: torch.Tensor, k: int) -> torch.Tensor:
    """Keep the k largest values of each code and set the others to 0."""
    threshold = z.topk(k, dim=1).values[:, -1:]
    return torch.where(z >= threshold, z, 0.0)


def _codes_with_dead_units(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = [(_with_dead_units(rng, *s),) for s in ((4, 10), (5, 14), (8, 30))]
    return [*cases, (_with_steady_units(rng),)]


def _with_steady_units(rng: np.random.Generator) -> torch.Tensor:
    """Units that are never 0, or only for all but the first or the last image; two are dead."""
    z = 3 + torch.zeros(5, 8)
    z[:, :4] = 0.0
    z[0, 0] = z[-1, 1] = 0.7
    return z[:, torch.as_tensor(rng.permutation(8))]


def _with_dead_units(rng: np.random.Generator, n: int, k: int) -> torch.Tensor:
    """Half of the values 0; some units dead, others with tiny, negative or cancelling values."""
    z = rng.normal(size=(n, k)) * (rng.random((n, k)) < 0.5)
    z[rng.integers(n, size=k), range(k)] = 1.0  # alive
    z[:, : rng.integers(2, k - 6)] = 0.0
    z[:, -6:-3] = -1.0
    z[:, -3:] = 0.0
    z[:-1, -3:-1] = 1e-9
    z[:2, -1] = [1.5, -1.5]
    z[-1] = 0.0
    return torch.as_tensor(z[:, rng.permutation(k)], dtype=torch.float32)


def _falling_errors(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for size in (6, 12, 40):
        errors = np.append(np.sort(50 * rng.random(size))[::-1], 0.0)
        place = int(rng.integers(2, size - 1))
        between = 0.3 * errors[place] + 0.7 * errors[place - 1]
        cases += [(errors, float(errors[place])), (errors, float(between))]
    close = np.array([20.0, 7.3, 6.6, 6.1, 0.0]) + 0.05 * rng.random(5)
    return [*cases, (cases[0][0], 100.0), (cases[0][0], 0.0), (close, 6.8)]


def _codes(rng: np.random.Generator) -> list[Arguments]:
    return [(_normal(rng, n, k),) for n, k in ((1, 9), (4, 9), (5, 16))]


def _layers(rng: np.random.Generator) -> list[Arguments]:
    sizes = ((1, 12, 3), (6, 12, 4), (9, 30, 5))
    return [(_normal(rng, k, d) / 4, _normal(rng, k), _normal(rng, n, d)) for n, d, k in sizes]


def _codes_and_counts(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for n, width, k in ((1, 6, 1), (4, 7, 3), (6, 10, 4)):
        z = _normal(rng, n, width)
        z[-1] = -z[-1].abs()  # a code without a value above 0
        cases.append((z, k))
    return cases


def _normal(rng: np.random.Generator, *shape: int) -> torch.Tensor:
    return torch.as_tensor(rng.normal(size=shape), dtype=torch.float32)


def _keep(z: torch.Tensor, size: torch.Tensor, k: int, dim: int = 1) -> torch.Tensor:
    """Keep where `size` is among its k largest along a dimension."""
    threshold = size.topk(k, dim=dim).values.amin(dim=dim, keepdim=True)
    return torch.where(size >= threshold, z, 0.0)


EXERCISES = [
    Exercise(
        name="dead_units",
        lesson="02",
        minutes=5,
        points=1,
        reference=dead_units,
        cases=_codes_with_dead_units,
        tolerance=1e-9,
        hints=(
            "A unit is a column of z; an image is a row.",
            "z == 0 is a table of True and False, and `all` can look along one dimension.",
            "Ask of each column whether all its entries are 0, and count the columns that say yes.",
        ),
        wrong=(
            Mistake(
                lambda z: (z == 0).any(dim=0).sum(),
                "these units are 0 for some image; a dead unit is 0 for every image",
            ),
            Mistake(
                lambda z: (z == 0).all(dim=1).sum(),
                "you counted images whose whole code is 0; a unit is a column, so look along dim 0",
            ),
            Mistake(
                lambda z: (z == 0).sum(),
                "you counted all the zeros of the table; count the columns that hold nothing else",
            ),
            Mistake(
                lambda z: (z.sum(dim=0) == 0).sum(),
                "a column can add up to 0 where its values cancel; ask whether each value is 0",
            ),
            Mistake(
                lambda z: (z <= 0).all(dim=0).sum(),
                "a unit with negative values is not dead; compare with exactly 0",
            ),
            Mistake(
                lambda z: (z.abs().amax(dim=0) < 1e-6).sum(),
                "a unit with tiny values is weak, not dead; compare with exactly 0",
            ),
            Mistake(
                lambda z: (z != 0).any(dim=0).sum(),
                "these are the units that are alive; count the others",
            ),
            Mistake(
                lambda z: (z == 0).all(dim=0),
                "this says for each unit whether it is dead; count the True values",
            ),
        ),
    ),
    Exercise(
        name="pixels_in_use",
        lesson="02",
        minutes=5,
        points=1,
        reference=pixels_in_use,
        cases=no_arguments,
        tolerance=1e-4,
        hints=(
            "A pixel is a column of x_train. Which columns are 0 from top to bottom?",
            "The question is the opposite of dead_units, asked of x_train.",
            "Count the columns of x_train in which any entry is above 0.",
        ),
        wrong=(
            Mistake(
                lambda: 784 - 673,
                "these are the pixels that are never used; count the others",
            ),
            Mistake(
                lambda: 784,
                "that is all of them; some pixels at the border are 0 in every training digit",
            ),
            Mistake(
                lambda: 668,
                "that is the answer for the test digits; look at x_train",
            ),
            Mistake(
                lambda: 664,
                "that is the rank of the training set, so many numbers suffice for a linear code; "
                "here the pixels with ink are asked for",
            ),
            Mistake(
                lambda: 0,
                "no pixel has ink in *all* digits, but the question is which have ink in any",
            ),
            Mistake(
                lambda: 717,
                "that is the answer for all 60,000 digits; this notebook uses 10,000",
            ),
        ),
    ),
    Exercise(
        name="components_needed",
        lesson="02",
        minutes=10,
        points=1,
        reference=components_needed,
        cases=_falling_errors,
        tolerance=1e-9,
        hints=(
            "The errors fall, so look for the first one that is low enough.",
            "pca_errors <= level is False at first and True from some place on.",
            "np.argmax finds the first largest value; True is larger than False.",
        ),
        wrong=(
            Mistake(
                lambda pca_errors, level: int(np.argmax(pca_errors < level)),
                "an error equal to the level is low enough too; write <= in place of <",
            ),
            Mistake(
                lambda pca_errors, level: int(np.argmax(pca_errors <= level)) + 1,
                "one too many; pca_errors[0] is the error without any component, so the place is "
                "the answer",
            ),
            Mistake(
                lambda pca_errors, level: int(np.argmax(pca_errors <= level)) - 1,
                "one too few; that number of components still has an error above the level",
            ),
            Mistake(
                lambda pca_errors, level: int((pca_errors <= level).sum()),
                "you counted all sizes that are good enough; the smallest of them is asked for",
            ),
            Mistake(
                lambda pca_errors, level: pca_errors[np.argmax(pca_errors <= level)],
                "this is the error that is reached; return how many components it takes",
            ),
            Mistake(
                lambda pca_errors, level: int(np.argmin(np.abs(pca_errors - level))),
                "this error is the nearest to the level, but it may lie above it; take the first "
                "that is at most the level",
            ),
        ),
    ),
    Exercise(
        name="hoyer",
        lesson="02",
        minutes=15,
        points=2,
        reference=hoyer,
        cases=_codes,
        hints=(
            "Write the two norms first, each with one number per image.",
            "The first norm adds up absolute values; the second is the root of the summed squares.",
            "K is z.shape[1]. Take both norms along dim 1, and the root of K in both places.",
        ),
        wrong=(
            Mistake(
                lambda z: (z.shape[1] ** 0.5 - z.sum(1) / z.norm(dim=1)) / (z.shape[1] ** 0.5 - 1),
                "the first norm adds up absolute values; you added the values with their signs",
            ),
            Mistake(
                lambda z: (z.shape[1] - z.abs().sum(1) / z.norm(dim=1)) / (z.shape[1] - 1),
                "you took K where the formula has the root of K",
            ),
            Mistake(
                lambda z: z.shape[1] ** 0.5 - z.abs().sum(1) / z.norm(dim=1),
                "the upper half of the fraction is right; divide it by the root of K, minus 1",
            ),
            Mistake(
                lambda z: (
                    (z.shape[1] ** 0.5 - z.abs().sum(1) / z.square().sum(1))
                    / (z.shape[1] ** 0.5 - 1)
                ),
                "you divided by the summed squares; the second norm is their root",
            ),
            Mistake(
                lambda z: 1 - hoyer(z),
                "this is large for codes that are not sparse; look again at what is subtracted",
            ),
            Mistake(
                lambda z: (z.shape[1] ** 0.5 - z.abs().sum() / z.norm()) / (z.shape[1] ** 0.5 - 1),
                "the norms are taken over all images together; take them along dim 1",
            ),
            Mistake(
                lambda z: (z.shape[1] / 2 - z.abs().sum(1) / z.norm(dim=1)) / (z.shape[1] / 2 - 1),
                "you took half of K where the formula has its root: K ** 1 / 2 is (K ** 1) / 2, so "
                "write K ** 0.5",
            ),
            Mistake(
                lambda z: hoyer(z).mean(),
                "this is the mean over the images; return one number for each",
            ),
        ),
    ),
    Exercise(
        name="contraction_tanh",
        lesson="02",
        minutes=15,
        points=2,
        reference=contraction_tanh,
        cases=_layers,
        differentiable=("W", "b"),
        hints=(
            "Look at contraction_sigmoid: only the slope is another one.",
            "z is torch.tanh(x @ W.T + b), its slope 1 - z ** 2, and the slope is squared.",
            "Weigh each squared slope by the squared length of its unit's row of W; then average.",
        ),
        wrong=(
            Mistake(
                lambda W, b, x: ((1 - torch.tanh(x @ W.T + b) ** 2) @ W.square().sum(1)).mean(),
                "the slope 1 - z ** 2 has to be squared as well",
            ),
            Mistake(
                lambda W, b, x: (1 - torch.tanh(x @ W.T + b) ** 2).square() @ W.square().sum(1),
                "this is one number for each image; take their mean",
            ),
            Mistake(
                lambda W, b, x: (
                    (1 - torch.tanh(x @ W.T + b) ** 2).square() @ W.square().sum(1)
                ).sum(),
                "you summed over the images; take the mean over them",
            ),
            Mistake(
                lambda W, b, x: contraction_tanh(W, b, x) / len(W),
                "you averaged over the units as well; sum over the units of an image, then take "
                "the mean over the images",
            ),
            Mistake(
                lambda W, b, x: contraction_tanh(W, 0 * b, x),
                "the bias b is missing; it moves each unit to a place with another slope",
            ),
            Mistake(
                lambda W, b, x: (
                    ((lambda z: z * (1 - z))(torch.tanh(x @ W.T + b)) ** 2) @ W.square().sum(1)
                ).mean(),
                "z * (1 - z) is the slope of the sigmoid; that of tanh is 1 - z ** 2",
            ),
            Mistake(
                lambda W, b, x: (
                    (1 - torch.tanh(x @ W.T + b) ** 2).square() @ W.norm(dim=1)
                ).mean(),
                "you took the length of each row of W; take the squared length",
            ),
            Mistake(
                lambda W, b, x: contraction_tanh(W, b, x).sqrt(),
                "this is the norm; the penalty is its square, so leave out the root",
            ),
            Mistake(
                lambda W, b, x: (
                    (1 - torch.tanh(x @ W.T + b) ** 2).square().sum(1).mean() * W.square().sum()
                ),
                "each unit has its own slope and its own row of W; multiply them unit by unit "
                "before you add up",
            ),
        ),
    ),
    Exercise(
        name="keep_largest",
        lesson="02",
        minutes=25,
        points=3,
        reference=keep_largest,
        cases=_codes_and_counts,
        differentiable=("z",),
        hints=(
            "For each code, which value is just large enough to be kept?",
            "z.topk(k, dim=1).values holds the k largest of each row, the largest first.",
            "The last of them is the row's threshold; torch.where keeps z where it is reached.",
        ),
        wrong=(
            Mistake(
                lambda z, k: z.topk(k, dim=1).values,
                "these are the right values, but moved together; leave each in its own column and "
                "put 0 elsewhere",
            ),
            Mistake(
                lambda z, k: (z >= z.topk(k, dim=1).values[:, -1:]).float(),
                "you marked the places with 1; keep the values themselves",
            ),
            Mistake(
                lambda z, k: -_keep(-z, -z, k),
                "you kept the smallest values; topk gives the largest",
            ),
            Mistake(
                lambda z, k: _keep(z, z.abs(), k),
                "you kept the largest absolute values; negative values are small ones here",
            ),
            Mistake(
                lambda z, k: _keep(z.flatten(), z.flatten(), k, dim=0).reshape(z.shape),
                "you kept the k largest of all codes together; keep k in each row",
            ),
            Mistake(
                lambda z, k: _keep(z, z, min(k, len(z)), dim=0),
                "you kept the k largest of each unit; go along dim 1, image by image",
            ),
            Mistake(
                lambda z, k: torch.where(z > z.topk(k, dim=1).values[:, -1:], z, 0.0),
                "you kept one value too few; the threshold itself belongs to the k largest, so "
                "write >=",
            ),
            Mistake(
                lambda z, k: z - keep_largest(z, k),
                "you set the k largest to 0 and kept the others; it is the other way round",
            ),
        ),
    ),
]
