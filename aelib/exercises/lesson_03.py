"""Exercises of lesson 03: PCA by hand, and what a linear code can and cannot know."""

import numpy as np

from aelib.exercises.base import Arguments, Exercise, Mistake, no_arguments


def components_for_90() -> int:
    """How many PCA components hold 90 % of the variance of all training digits."""
    # share = torch.cumsum(variances, dim=0) / variances.sum()
    # (share < 0.9).sum() + 1
    return 87


def pca_by_hand(x: np.ndarray, k: int) -> np.ndarray:
    """Copies of x (N, D) through the k directions of largest variance."""
    mean = x.mean(axis=0)
    centred = x - mean
    _, directions = np.linalg.eigh(centred.T @ centred)  # smallest variance first
    V = directions[:, -k:]
    return centred @ V @ V.T + mean


def decoder_for_mixed(B: np.ndarray, S: np.ndarray) -> np.ndarray:
    """Decoder (D, k) that draws from S z what B draws from z."""
    return B @ np.linalg.inv(S)


def cost_of_turning(variances: np.ndarray, k: int, degrees: float) -> float:
    """By how much the error rises if direction k is turned towards direction k + 1."""
    caught = np.sin(np.deg2rad(degrees)) ** 2
    return caught * (variances[k - 1] - variances[k])


def best_rotation(B: np.ndarray, V: np.ndarray) -> np.ndarray:
    """Orthogonal matrix R (k, k) for which B R is closest to V."""
    U, _, Wt = np.linalg.svd(B.T @ V)
    return U @ Wt


def own_axes(B: np.ndarray, C: np.ndarray) -> np.ndarray:
    """PCA's directions (D, k) within the sheet that B spans, in order."""
    Q, _ = np.linalg.qr(B)
    _, turn = np.linalg.eigh(Q.T @ C @ Q)
    axes = Q @ turn[:, ::-1]
    return axes * np.sign(axes.sum(axis=0))


def _pictures(rng: np.random.Generator) -> list[Arguments]:
    """Clouds that are longer in some directions than in others, away from 0."""
    sizes = ((11, 9, 2), (30, 8, 3), (25, 20, 5))  # more pictures than pixels: no direction is idle
    return [(_cloud(rng, n, d), k) for n, d, k in sizes]


def _cloud(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    return (rng.normal(size=(n, d)) * np.geomspace(3, 0.3, d)) @ _rotation(rng, d) + 2


def _rotation(rng: np.random.Generator, d: int) -> np.ndarray:
    return np.linalg.qr(rng.normal(size=(d, d)))[0]


def _mixture(rng: np.random.Generator, k: int) -> np.ndarray:
    """Any matrix that can be undone, far from singular."""
    return _rotation(rng, k) * rng.uniform(0.5, 3, k) @ _rotation(rng, k)


def _decoders(rng: np.random.Generator) -> list[Arguments]:
    return [(rng.normal(size=(d, k)), _mixture(rng, k)) for d, k in ((7, 2), (12, 3), (30, 5))]


def _turns(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for size, k in ((4, 1), (9, 5), (20, 16), (6, 5)):
        variances = np.cumsum(rng.uniform(1.5, 9, size))[::-1].copy()
        cases += [(variances, k, degrees) for degrees in (rng.uniform(5, 85), 90.0)]
    return cases


def _bases(rng: np.random.Generator) -> list[Arguments]:
    """A skewed basis and the axes of a sheet that is not far away; both turns and mirror images.

    An orthogonal matrix may mirror. Of each two cases one needs that, the other does not.
    """
    cases: list[Arguments] = []
    for d, k in ((6, 2), (12, 3), (30, 5)):
        axes = _rotation(rng, d)[:, :k]
        basis = axes @ _mixture(rng, k) + 0.1 * rng.normal(size=(d, k))
        mirrored = axes.copy()
        mirrored[:, 0] *= -1
        cases += [(basis, axes), (basis, mirrored)]
    return cases


def _sheets(rng: np.random.Generator) -> list[Arguments]:
    """A skewed basis of a sheet, and the covariance; the sheet is PCA's, or a little beside it."""
    cases: list[Arguments] = []
    for d, k, beside in ((6, 2, 0.0), (12, 3, 0.0), (30, 5, 0.0), (9, 3, 0.1)):
        axes = _rotation(rng, d)
        covariance = axes * np.geomspace(10, 0.1, d) @ axes.T
        sheet = axes[:, :k] + beside * rng.normal(size=(d, k))
        cases.append((sheet @ _mixture(rng, k), covariance))
    return cases


def _through(x: np.ndarray, V: np.ndarray) -> np.ndarray:
    """Copies of x through directions V, the mean taken away and added again."""
    return (x - x.mean(axis=0)) @ V @ V.T + x.mean(axis=0)


def _eigenvectors(x: np.ndarray) -> np.ndarray:
    """Directions of x, smallest variance first."""
    return np.linalg.eigh(np.cov(x.T, bias=True))[1]


def _uncentred(x: np.ndarray, k: int) -> np.ndarray:
    V = np.linalg.eigh(x.T @ x)[1][:, -k:]
    return x @ V @ V.T


def _never_a_mirror(B: np.ndarray, V: np.ndarray) -> np.ndarray:
    """The best matrix with the determinant +1 (Kabsch, 1976)."""
    U, _, Wt = np.linalg.svd(B.T @ V)
    U[:, -1] *= np.sign(np.linalg.det(U @ Wt))
    return U @ Wt


def _positive(axes: np.ndarray) -> np.ndarray:
    return axes * np.sign(axes.sum(axis=0))


def _unit(columns: np.ndarray) -> np.ndarray:
    return columns / np.linalg.norm(columns, axis=0)


def _unsigned_axes(B: np.ndarray, C: np.ndarray) -> np.ndarray:
    """Right axes, with whatever signs they happen to have."""
    Q, _ = np.linalg.qr(B)
    return Q @ np.linalg.eigh(Q.T @ C @ Q)[1][:, ::-1]


def _skewed_axes(B: np.ndarray, C: np.ndarray) -> np.ndarray:
    turn = np.linalg.eigh(B.T @ C @ B)[1][:, ::-1]
    return _positive(_unit(B @ turn))


EXERCISES = [
    Exercise(
        name="components_for_90",
        lesson="03",
        minutes=5,
        points=1,
        reference=components_for_90,
        cases=no_arguments,
        tolerance=1e-4,
        hints=(
            "`variances` of section 3 holds the variance along each direction, in order.",
            "torch.cumsum(variances, dim=0) / variances.sum() is the share that the first k hold.",
            "Find the first of these shares that reaches 0.9; the first component has place 0.",
        ),
        wrong=(
            Mistake(
                lambda: 86,
                "the first 86 hold a little less than 90 %; places are counted from 0, components "
                "from 1",
            ),
            Mistake(
                lambda: 350,
                "you added up standard deviations; `variances` holds squares, so leave out the "
                "root",
            ),
            Mistake(
                lambda: 706,
                "that is 90 % of 784 pixels; ask for 90 % of the variance",
            ),
            Mistake(
                lambda: 84,
                "that is the answer for the test digits; use the training digits",
            ),
            Mistake(
                lambda: 53,
                "that is the answer without taking away the mean image first",
            ),
            Mistake(
                lambda: 784 - 87,
                "that is how many are left over; count those that hold the 90 %",
            ),
        ),
    ),
    Exercise(
        name="pca_by_hand",
        lesson="03",
        minutes=10,
        points=2,
        reference=pca_by_hand,
        cases=_pictures,
        hints=(
            "Take the mean away, find the directions, project, and add the mean again.",
            "np.linalg.eigh of the covariance gives the directions in columns, smallest first.",
            "Project what is left of the pictures onto the last k columns, and come back the way.",
        ),
        wrong=(
            Mistake(
                _uncentred,
                "the mean was never taken away; subtract it first and add it at the end",
            ),
            Mistake(
                lambda x, k: _through(x, _eigenvectors(x)[:, -k:]) - x.mean(axis=0),
                "the directions are right, but the mean is not added again",
            ),
            Mistake(
                lambda x, k: _through(x, _eigenvectors(x)[:, :k]),
                "these are the directions of smallest variance; eigh sorts from small to large",
            ),
            Mistake(
                lambda x, k: _through(x, _eigenvectors(x)[-k:].T),
                "you took rows of the matrix of directions; they stand in its columns",
            ),
            Mistake(
                lambda x, k: (
                    x @ _eigenvectors(x)[:, -k:] @ _eigenvectors(x)[:, -k:].T + x.mean(axis=0)
                ),
                "the directions are right, but you projected x itself; take the mean away before "
                "you project, too",
            ),
            Mistake(
                lambda x, k: x @ _eigenvectors(x)[:, -k:] @ _eigenvectors(x)[:, -k:].T,
                "the directions are right, but the pictures are projected with their mean; take it "
                "away before and add it after",
            ),
            Mistake(
                lambda x, k: (x - x.mean(axis=0)) @ _eigenvectors(x)[:, -k:],
                "these are the codes (N, k); multiply by V.T and add the mean, to get copies",
            ),
            Mistake(
                lambda x, k: _uncentred(x - x.mean(), k) + x.mean(),
                "you took away one number, the mean of all pixels; take away the mean image, axis "
                "0",
            ),
        ),
    ),
    Exercise(
        name="decoder_for_mixed",
        lesson="03",
        minutes=5,
        points=1,
        reference=decoder_for_mixed,
        cases=_decoders,
        hints=(
            "First undo the mixing, then draw as before.",
            "z is the inverse of S times the mixed code. What does B make of that?",
            "np.linalg.inv undoes S. On which side of B must it stand, so that it meets S z first?",
        ),
        wrong=(
            Mistake(
                lambda B, S: B @ S,
                "this mixes once more; the decoder has to undo S, so use its inverse",
            ),
            Mistake(
                lambda B, S: B @ S.T,
                "the transpose undoes an orthogonal S only; any other mixture needs the inverse",
            ),
            Mistake(
                lambda B, S: B @ np.linalg.inv(S).T,
                "you transposed the inverse; leave it as it is",
            ),
            Mistake(
                lambda B, S: B,
                "this decoder does not know of the mixing; give it S z and it draws something else",
            ),
            Mistake(
                lambda B, S: B / S.diagonal(),
                "you divided by the diagonal only; all of S has to be undone",
            ),
        ),
    ),
    Exercise(
        name="cost_of_turning",
        lesson="03",
        minutes=10,
        points=2,
        reference=cost_of_turning,
        cases=_turns,
        hints=(
            "At 90 degrees the whole difference of two variances is lost. Which two?",
            "The turned direction still catches a part of variance k and a part of variance k + 1.",
            "The parts are cos(theta) ** 2 and sin(theta) ** 2; NumPy's angles are in radians.",
        ),
        wrong=(
            Mistake(
                lambda variances, k, degrees: (
                    np.sin(degrees) ** 2 * (variances[k - 1] - variances[k])
                ),
                "NumPy counts angles in radians; convert with np.deg2rad first",
            ),
            Mistake(
                lambda variances, k, degrees: (
                    np.sin(np.deg2rad(degrees)) * (variances[k - 1] - variances[k])
                ),
                "the sine has to be squared: a variance is a square",
            ),
            Mistake(
                lambda variances, k, degrees: (
                    (1 - np.cos(np.deg2rad(degrees))) * (variances[k - 1] - variances[k])
                ),
                "the cosine has to be squared: a variance is a square",
            ),
            Mistake(
                lambda variances, k, degrees: (
                    np.sin(np.deg2rad(degrees)) ** 2
                    * (variances[k] - variances[min(k + 1, len(variances) - 1)])
                ),
                "direction k is variances[k - 1], because places are counted from 0",
            ),
            Mistake(
                lambda variances, k, degrees: np.sin(np.deg2rad(degrees)) ** 2 * variances[k - 1],
                "what direction k loses is right, but it catches a part of direction k + 1",
            ),
            Mistake(
                lambda variances, k, degrees: (
                    np.cos(np.deg2rad(degrees)) ** 2 * (variances[k - 1] - variances[k])
                ),
                "this is 0 at a right angle, where the cost is largest; sine and cosine are "
                "exchanged",
            ),
            Mistake(
                lambda variances, k, degrees: variances[k - 1] - variances[k],
                "this is the cost of a right angle; a smaller angle costs less",
            ),
            Mistake(
                lambda variances, k, degrees: degrees / 90 * (variances[k - 1] - variances[k]),
                "the cost does not grow evenly with the angle; project the turned direction",
            ),
        ),
    ),
    Exercise(
        name="best_rotation",
        lesson="03",
        minutes=15,
        points=3,
        reference=best_rotation,
        cases=_bases,
        hints=(
            "The singular value decomposition takes a matrix apart: turn, stretch, turn.",
            "If every stretch in B.T @ V becomes 1, a turn times a turn is left.",
            "np.linalg.svd gives three parts; leave the middle one out. The third is transposed.",
        ),
        wrong=(
            Mistake(
                lambda B, V: best_rotation(V, B),
                "this turns V towards B; decompose B.T @ V, or transpose the result",
            ),
            Mistake(
                lambda B, V: np.linalg.svd(B.T @ V)[0] @ np.linalg.svd(B.T @ V)[2].T,
                "np.linalg.svd returns the second turn transposed already; do not transpose it "
                "again",
            ),
            Mistake(
                lambda B, V: B.T @ V,
                "this matrix still stretches; decompose it and leave out the middle part",
            ),
            Mistake(
                lambda B, V: np.linalg.pinv(B) @ V,
                "this is the best matrix of all, not the best orthogonal one: it stretches",
            ),
            Mistake(
                lambda B, V: B @ best_rotation(B, V),
                "this is B times R; return R itself, (k, k)",
            ),
            Mistake(
                _never_a_mirror,
                "you allow turns only; an orthogonal matrix may mirror as well, and sometimes that "
                "is closer",
            ),
            Mistake(
                lambda B, V: np.linalg.svd(B.T @ V)[0],
                "this is the first of the two turns; multiply it by the second",
            ),
        ),
    ),
    Exercise(
        name="own_axes",
        lesson="03",
        minutes=20,
        points=3,
        reference=own_axes,
        cases=_sheets,
        hints=(
            "Make the basis orthonormal, then ask how the digits vary within the sheet.",
            "With Q from np.linalg.qr(B), the covariance within the sheet is Q.T @ C @ Q, (k, k).",
            "Its eigenvectors say how to turn Q; sort them, largest first, and mind the signs.",
        ),
        wrong=(
            Mistake(
                lambda B, C: _positive(np.linalg.qr(B)[0]),
                "these axes are tidy, but not PCA's; the covariance has to say which way to turn "
                "them",
            ),
            Mistake(
                lambda B, C: own_axes(B, C)[:, ::-1],
                "the axes are right, but in the wrong order; the largest variance comes first",
            ),
            Mistake(
                _skewed_axes,
                "B's columns are not at right angles, so the turn goes astray; make them "
                "orthonormal with qr first",
            ),
            Mistake(
                _unsigned_axes,
                "the axes are right, but some point the other way; multiply each by the sign of "
                "its sum",
            ),
            Mistake(
                lambda B, C: np.linalg.eigh(np.linalg.qr(B)[0].T @ C @ np.linalg.qr(B)[0])[1],
                "this is the turn within the sheet, (k, k); multiply Q by it",
            ),
            Mistake(
                lambda B, C: _positive(np.linalg.eigh(C)[1][:, ::-1][:, : B.shape[1]]),
                "you decomposed C itself; these are PCA's directions, but they need not lie in "
                "the sheet of B",
            ),
            Mistake(
                lambda B, C: _positive(_unit(B)),
                "you only gave each column the length 1; the directions are still B's",
            ),
        ),
    ),
]
