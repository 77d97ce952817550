"""What was learned, as numbers."""

from numbers import Integral
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from scipy.linalg import subspace_angles
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier


def pca_error(x_train: torch.Tensor, x_test: torch.Tensor, n_components: int) -> float:
    """Squared error per test image of the best linear code with as many numbers.

    Args:
        x_train: Images (N, D), float: the components are found on these.
        x_test: Images (M, D), float: the error is measured on these.
        n_components: How many numbers the code has, from 0 (the mean image) to D.

    Returns:
        Squared differences, summed over pixels, averaged over the M images.

    Raises:
        ValueError: n_components is not a whole number from 0 to D (or N, if that is smaller),
            the widths differ, or there is no test image.
    """
    _check_components(x_train, x_test, n_components)
    train, test = np.asarray(x_train), np.asarray(x_test)
    if n_components == 0:
        return float(np.square(test - train.mean(axis=0)).sum(axis=1).mean())
    pca = PCA(n_components, svd_solver="covariance_eigh").fit(train)
    return float(np.square(pca.inverse_transform(pca.transform(test)) - test).sum(axis=1).mean())


def principal_angles(A: ArrayLike, B: ArrayLike) -> np.ndarray:  # noqa: N803
    """How far two subspaces are turned against each other, in degrees, smallest angle first.

    Args:
        A: A basis of the first subspace in its columns, (ambient, dimension); any basis will do.
        B: A basis of the second, with as many rows; the dimensions may differ.

    Returns:
        One angle from 0 to 90 for each dimension of the smaller subspace; all are 0 where one
        subspace lies in the other. Computed in float64 and right to about 1e-5 degrees, so a
        true 0 may come out as 1e-6.

    Raises:
        ValueError: A or B is no matrix, is empty, holds NaN, has more columns than rows or
            columns that depend on each other; or their numbers of rows differ.

    Reference: Knyazev and Argentati (2002), Principal angles between subspaces in an A-based
        scalar product.
    """
    _check_bases(A, B)
    A, B = np.asarray(A, dtype=float), np.asarray(B, dtype=float)  # noqa: N806
    return np.sort(np.rad2deg(subspace_angles(A, B)))


def neighbour_accuracy(
    z_train: ArrayLike, y_train: ArrayLike, z_test: ArrayLike, y_test: ArrayLike, k: int = 5
) -> float:
    """The share of test points whose class the k nearest training points tell rightly.

    Args:
        z_train: Codes (or any features) with known classes (N, D).
        y_train: Their classes (N,).
        z_test: Codes to be classified (M, D).
        y_test: Their true classes (M,).
        k: How many neighbours vote; distance is Euclidean.

    Returns:
        A share from 0 to 1.

    Raises:
        ValueError: A set is empty or holds NaN, codes differ in width, labels differ in number
            from their codes, or k is not a whole number from 1 to N.
    """
    _check_labelled(z_train, y_train, z_test, y_test, k)
    return KNeighborsClassifier(k).fit(z_train, y_train).score(z_test, y_test)


def _check_components(x_train: torch.Tensor, x_test: torch.Tensor, n_components: int) -> None:
    """Raise ValueError unless PCA can find that many components and there is what to test on."""
    if x_train.ndim != 2 or x_test.ndim != 2 or x_train.shape[1] != x_test.shape[1]:
        raise ValueError(
            "x_train and x_test must both be (N, D), with the same D, not "
            f"{tuple(x_train.shape)} and {tuple(x_test.shape)}."
        )
    if not len(x_train) or not len(x_test):
        raise ValueError("PCA needs at least one training image and one test image.")
    if not _is_whole(n_components) or not 0 <= n_components <= min(x_train.shape):
        raise ValueError(
            f"n_components must be a whole number from 0 to {min(x_train.shape)}, as x_train has "
            f"shape {tuple(x_train.shape)}; not {n_components!r}."
        )


def _is_whole(value: Any) -> bool:
    """Whether a value can count things: an int of Python or NumPy, and no bool."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def _check_bases(A: ArrayLike, B: ArrayLike) -> None:  # noqa: N803
    """Raise ValueError unless both are bases, in their columns, within the same space."""
    for name, basis in (("A", np.asarray(A)), ("B", np.asarray(B))):
        if basis.ndim != 2 or not basis.size or basis.shape[1] > len(basis):
            raise ValueError(
                f"{name} has shape {basis.shape}; a basis has one column for each dimension and "
                f"no more columns than rows. Usual cure: {name}.T."
            )
        if not np.isfinite(basis).all():
            raise ValueError(f"{name} holds NaN or infinity. Did the training diverge?")
        if np.linalg.matrix_rank(basis) < basis.shape[1]:
            raise ValueError(
                f"The {basis.shape[1]} columns of {name} span fewer dimensions: one is 0, or a "
                "mixture of others. Leave such columns out."
            )
    (rows_a, _), (rows_b, _) = np.shape(A), np.shape(B)
    if rows_a != rows_b:
        raise ValueError(
            f"A lies in {rows_a} dimensions and B in {rows_b}; angles need subspaces of the "
            "same space, so as many rows."
        )


def _check_labelled(
    z_train: ArrayLike, y_train: ArrayLike, z_test: ArrayLike, y_test: ArrayLike, k: int
) -> None:
    """Raise ValueError unless both sets hold points of one width with a label each."""
    for part, points, labels in (("train", z_train, y_train), ("test", z_test, y_test)):
        z, y = np.asarray(points), np.asarray(labels)
        if z.ndim != 2 or not z.size:
            raise ValueError(f"z_{part} has shape {z.shape}; it takes (N, D), at least one row.")
        if y.shape != (len(z),):
            raise ValueError(
                f"z_{part} holds {len(z)} points and y_{part} has shape {y.shape}; every point "
                "needs one label."
            )
        if not np.isfinite(z).all():
            raise ValueError(f"z_{part} holds NaN or infinity; such points have no neighbours.")
    (rows, width), (_, width_test) = np.shape(z_train), np.shape(z_test)
    if width != width_test:
        raise ValueError(
            f"z_train is {width} wide and z_test {width_test}; both must come from the same "
            "encoder."
        )
    if not _is_whole(k) or not 1 <= k <= rows:
        raise ValueError(
            f"k must be a whole number from 1 to {rows}, the number of training points, not {k!r}."
        )
