"""What was learned, as numbers."""

from math import isqrt, log
from numbers import Integral
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from scipy.linalg import subspace_angles
from skimage.metrics import structural_similarity
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier
from torch.nn.functional import binary_cross_entropy

from aelib.checks import check_colour, check_scores


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

    Example:
        >>> x_train, y_train, x_test, y_test = aelib.load_mnist(1000, 200)
        >>> aelib.pca_error(x_train, x_test, 16) < 0.5 * aelib.pca_error(x_train, x_test, 0)
        True
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

    Example:
        >>> A, B = [[1], [0], [0]], [[1], [1], [0]]
        >>> aelib.principal_angles(A, B).round(3)
        array([45.])
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

    Example:
        >>> x_train, y_train, x_test, y_test = aelib.load_mnist(1000, 200)
        >>> aelib.neighbour_accuracy(x_train, y_train, x_test, y_test, k=5) > 0.8
        True
    """
    _check_labelled(z_train, y_train, z_test, y_test, k)
    return KNeighborsClassifier(k).fit(z_train, y_train).score(z_test, y_test)


def active_units(mu: ArrayLike, threshold: float = 0.01) -> int:
    """How many numbers of a code are in use: those whose mean differs from image to image.

    Args:
        mu: Means of the codes (N, K), as `VAE.transform` gives them, at least two rows.
        threshold: A unit is active if the variance of its mean over the N images is larger.

    Returns:
        A whole number from 0 (posterior collapse) to K.

    Raises:
        ValueError: mu is no matrix of two or more rows, holds NaN, or the threshold is negative.

    Reference: Burda, Grosse and Salakhutdinov (2016), Importance weighted autoencoders.

    Example:
        >>> mu = torch.tensor([[0.0, 1.0], [0.0, -1.0]])  # the first number says nothing
        >>> aelib.active_units(mu)
        1
    """
    _check_means(mu, threshold)
    return int((np.var(np.asarray(mu), axis=0) > threshold).sum())


@torch.no_grad()
def iwae_bound(
    model: Any,
    x: torch.Tensor,
    n_samples: int,
    generator: torch.Generator | None = None,
) -> float:
    """The importance-weighted bound on -log p(x), in nats: with more samples, it comes nearer.

    Memory stays small: 1,000 images and one sample of each at a time.

    Args:
        model: A network with encode(x) -> mu, logvar and decode(z) -> probabilities of ink.
        x: Images (N, D), float in [0, 1]; black and white, or it bounds no probability.
        n_samples: How many codes are drawn for each image; 1 estimates the negative ELBO.
        generator: Decides the codes.

    Returns:
        Nats per image: -log of the mean of p(x | z) p(z) / q(z | x) over the samples, averaged
        over images. Its expectation is never below -log p(x) and falls with n_samples.

    Raises:
        ValueError: The model has no such encoder, x holds no image or lies outside [0, 1],
            n_samples is no whole number from 1 on, or a variance is too large to write.

    Reference: Burda, Grosse and Salakhutdinov (2016), Importance weighted autoencoders.

    Example:
        >>> vae = aelib.VAE(2, hidden=32)
        >>> x = torch.rand(5, 784).round()  # black or white
        >>> aelib.iwae_bound(vae, x, n_samples=100) < aelib.iwae_bound(vae, x, n_samples=1)
        True
    """
    _check_bound(model, x, n_samples)
    total = 0.0
    for rows in x.split(1000):
        mu, logvar = model.encode(rows)
        _check_logvar(logvar)
        log_w = [log_weight(model, rows, mu, logvar, generator) for _ in range(n_samples)]
        total += (torch.logsumexp(torch.stack(log_w), dim=0) - log(n_samples)).sum().item()
    return -total / len(x)


def log_weight(
    model: Any,
    x: torch.Tensor,
    mu: torch.Tensor,
    logvar: torch.Tensor,
    generator: torch.Generator | None = None,
) -> torch.Tensor:
    """Log of p(x | z) p(z) / q(z | x), (N,), for one code z of each image, drawn from q."""
    eps = torch.randn(mu.shape, generator=generator, dtype=mu.dtype)
    z = mu + torch.exp(0.5 * logvar) * eps
    log_likelihood = -binary_cross_entropy(model.decode(z), x, reduction="none").sum(dim=1)
    return log_likelihood + 0.5 * (eps**2 + logvar - z**2).sum(dim=1)


def psnr(x_hat: torch.Tensor, x: torch.Tensor) -> float:
    """Peak signal-to-noise ratio in decibels, of each image by itself, averaged over images.

    Args:
        x_hat: Restored or spoiled images (N, D), (N, H, W) or (N, 3, H, W), float.
        x: The clean images, of the same shape, in [0, 1].

    Returns:
        Decibels: 10 more stand for a tenth of the squared error; infinite if an image is exact.

    Raises:
        ValueError: The shapes differ, there is no image, a pixel is NaN or infinite, or x leaves
            [0, 1].

    Example:
        >>> x = torch.rand(2, 3, 32, 48)
        >>> round(aelib.psnr(x + 0.1, x), 1)
        20.0
    """
    _check_pair(x_hat, x)
    return -10 * ((x_hat - x) ** 2).flatten(1).mean(dim=1).log10().mean().item()


def ssim(x_hat: torch.Tensor, x: torch.Tensor) -> float:
    """Structural similarity: 1 for equal images, near 0 for unrelated ones; mean over images.

    It compares brightness, contrast and pattern within windows of 7 x 7 pixels, as scikit-image
    does unless told otherwise; in colour within each channel, and takes the mean of the three.

    Args:
        x_hat: Restored or spoiled images (N, H, W) or (N, 3, H, W), or rows of square ones
            (N, D), float.
        x: The clean images, of the same shape, in [0, 1].

    Returns:
        A number from -1 to 1.

    Raises:
        ValueError: The shapes differ, there is no image, a pixel is NaN or infinite, x leaves
            [0, 1], or the images are rows of no squares or smaller than a window.

    Reference: Wang, Bovik, Sheikh and Simoncelli (2004), Image quality assessment: from error
        visibility to structural similarity.

    Example:
        >>> x = torch.rand(2, 3, 32, 48)
        >>> round(aelib.ssim(x, x), 3), aelib.ssim(x.flip(3), x) < 0.1
        (1.0, True)
    """
    _check_pair(x_hat, x)
    height, width = _check_window(x)
    means = []
    for rows in zip(x_hat.split(1000), x.split(1000), strict=True):
        # one tall picture for all, which is faster; windows that reach into two are cut off
        tall = [np.asarray(images.detach()).reshape(-1, width) for images in rows]
        _, local = structural_similarity(*tall, data_range=1, full=True)
        inside = local.reshape(len(rows[0]), -1, height, width)[..., 3:-3, 3:-3]
        means += list(inside.mean(axis=(1, 2, 3)))
    return float(np.mean(means))


def roc(scores: ArrayLike, y: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What every possible threshold would do: false alarms against hits.

    An alarm is a score at the threshold or above it. Equal scores fall on the same side of every
    threshold, so they make one step together.

    Args:
        scores: A number for each example (N,); larger means odder.
        y: True or 1 for each odd example, False or 0 for each normal one (N,).

    Returns:
        Three arrays of equal length, one entry for each different score and one for no alarm at
        all: the share of normal examples that raise an alarm, the share of odd ones that do, and
        the threshold, which falls from infinity. The first two rise from 0 to 1;
        `np.trapezoid(hits, false_alarms)` is the area under the curve, AUC: the chance that an odd
        example scores higher than a normal one, ties counted as half.

    Raises:
        ValueError: Scores and y differ in shape, a score is NaN or infinite, y holds anything
            but 0 and 1, or only one of the two.

    Reference: Fawcett (2006), An introduction to ROC analysis.

    Example:
        >>> false_alarms, hits, thresholds = aelib.roc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
        >>> float(np.trapezoid(hits, false_alarms))  # the area under the curve
        0.75
    """
    check_scores(scores, y)
    scores, y = np.asarray(scores, float), np.asarray(y, bool)
    order = np.argsort(-scores)
    falling = scores[order]
    last = np.append(np.flatnonzero(np.diff(falling)), len(y) - 1)  # of each run of equal scores
    odd = np.cumsum(y[order])[last]
    hits = np.append(0, odd) / odd[-1]
    false_alarms = np.append(0, last + 1 - odd) / (len(y) - odd[-1])
    return false_alarms, hits, np.append(np.inf, falling[last])


def frechet_distance(a: torch.Tensor, b: torch.Tensor) -> float:
    """How far two sets of features are from each other, by their means and covariances.

    The squared Fréchet distance of two Gaussians with these means and covariances. With few rows
    it is too large: a set is not at 0 from another one of the same kind, so give the floor too.
    With the features of one large network (Inception) for photographs it is the FID.

    Args:
        a: Features of one set (N, D), float, N at least 2 and best many times D.
        b: Features of the other (M, D), from the same network.

    Returns:
        |mean a - mean b|^2 + trace(cov a + cov b - 2 (cov a cov b)^(1/2)), in the square of the
        features' unit; computed in float64.

    Raises:
        ValueError: A set is no float matrix of two or more rows, their widths differ, or one
            holds NaN.

    References: Dowson and Landau (1982), The Fréchet distance between multivariate normal
        distributions; Heusel et al. (2017), GANs trained by a two time-scale update rule converge
        to a local Nash equilibrium.

    Example:
        >>> a = torch.randn(1000, 8)
        >>> round(aelib.frechet_distance(a, a + 2))  # eight means, each moved by 2
        32
    """
    check_features(a, b)
    a, b = a.double(), b.double()
    cov_a, cov_b = a.T.cov(), b.T.cov()
    shared = torch.linalg.eigvals(cov_a @ cov_b).real.clamp(min=0).sqrt().sum()
    apart = (a.mean(dim=0) - b.mean(dim=0)).square().sum()
    return (apart + cov_a.trace() + cov_b.trace() - 2 * shared).item()


def check_features(a: torch.Tensor, b: torch.Tensor) -> None:
    """Raise ValueError unless both are features of one network, with a covariance each."""
    for name, rows in (("a", a), ("b", b)):
        if not isinstance(rows, torch.Tensor) or rows.ndim != 2 or not rows.is_floating_point():
            found = tuple(rows.shape) if isinstance(rows, torch.Tensor) else type(rows).__name__
            raise ValueError(f"{name} must be features, a float tensor (N, D), not {found}.")
        if len(rows) < 2:
            raise ValueError(f"{name} has {len(rows)} rows; a covariance needs two or more.")
        if not rows.isfinite().all():
            raise ValueError(f"{name} holds NaN or infinity. Did the training diverge?")
    if a.shape[1] != b.shape[1]:
        raise ValueError(
            f"a has {a.shape[1]} features and b {b.shape[1]}; both must come from one network."
        )


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


def _check_pair(x_hat: torch.Tensor, x: torch.Tensor) -> None:
    """Raise ValueError unless both hold the same images, floats without NaN, and x in [0, 1]."""
    for name, values in (("x_hat", x_hat), ("x", x)):
        if not isinstance(values, torch.Tensor) or not values.is_floating_point():
            kind = values.dtype if hasattr(values, "dtype") else type(values).__name__
            cure = f"torch.as_tensor({name}).float(), and / 255 for bytes"
            raise ValueError(f"{name} must be a tensor of floats, not {kind}. Usual cure: {cure}.")
    if x_hat.ndim < 2 or x_hat.shape != x.shape or not x.numel():
        raise ValueError(
            "x_hat and x must both be (N, D), (N, H, W) or (N, 3, H, W), the same images in the "
            f"same order, not {tuple(x_hat.shape)} and {tuple(x.shape)}."
        )
    for name, values in (("x_hat", x_hat), ("x", x)):
        if not values.isfinite().all():
            raise ValueError(f"{name} holds NaN or infinity. Did the training diverge?")
    low, high = x.aminmax()
    if low < -0.01 or high > 1.01:
        raise ValueError(
            f"x lies in [{low:.4g}, {high:.4g}], and the measure takes 1 for the distance from "
            "paper to ink. Usual cure: (x + 1) / 2 where pixels lie in [-1, 1], x / 255 where "
            "they are bytes, and the same for x_hat."
        )


def _check_window(x: torch.Tensor) -> tuple[int, int]:
    """Height and width of images that a window of 7 x 7 fits into."""
    if x.ndim == 2:
        side = isqrt(x.shape[1])
        if side * side != x.shape[1] or side < 7:
            raise ValueError(
                f"ssim needs square images of at least 7 x 7 pixels, not {x.shape[1]} pixels in a "
                "row. Usual cure: x.reshape(-1, height, width), or x.reshape(-1, 3, height, "
                "width) in colour, and the same for x_hat."
            )
        return side, side
    check_colour(x, ".movedim(3, 1) of both")
    if min(x.shape[-2:]) < 7:
        size = " x ".join(map(str, x.shape[-2:]))
        raise ValueError(f"ssim needs images of at least 7 x 7 pixels, not {size}.")
    return x.shape[-2], x.shape[-1]


def _is_whole(value: Any) -> bool:
    """Whether a value can count things: an int of Python or NumPy, and no bool."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def _check_bases(A: ArrayLike, B: ArrayLike) -> None:  # noqa: N803
    """Raise ValueError unless both are bases, in their columns, within the same space."""
    for name, basis in (("A", np.asarray(A)), ("B", np.asarray(B))):
        if basis.ndim != 2 or not basis.size or basis.shape[1] > len(basis):
            raise ValueError(
                f"{name} has shape {basis.shape}; a basis has one column for each dimension and "
                f"no more columns than rows. Usual cure: {name}"
                f"{'.reshape(-1, 1)' if basis.ndim == 1 else '.T'}."
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


def _check_means(mu: ArrayLike, threshold: float) -> None:
    """Raise ValueError unless these are codes of several images and a variance to compare with."""
    means = np.asarray(mu)
    if means.ndim != 2 or len(means) < 2 or not means.shape[1]:
        raise ValueError(
            f"mu has shape {means.shape}; a variance over images needs (N, K) with two rows or "
            "more, such as vae.transform(x_test)."
        )
    if not np.isfinite(means).all():
        raise ValueError("mu holds NaN or infinity. Did the training diverge?")
    if not threshold >= 0:
        raise ValueError(f"threshold is a variance, so 0 or more, not {threshold!r}.")


def _check_bound(model: Any, x: torch.Tensor, n_samples: int) -> None:
    """Raise ValueError unless there are pixels to bound, samples, and a cloud to draw from."""
    if not _is_whole(n_samples) or n_samples < 1:
        raise ValueError(f"n_samples must be a whole number, 1 or more, not {n_samples!r}.")
    if x.ndim != 2 or not len(x):
        raise ValueError(f"x has shape {tuple(x.shape)}; it takes (N, D), at least one image.")
    low, high = x.aminmax()
    if not (low >= 0 and high <= 1):  # also when NaN
        raise ValueError(f"x lies in [{low:.4g}, {high:.4g}], a probability needs [0, 1]: x / 255?")
    if getattr(model, "n_classes", 0):
        raise ValueError("iwae_bound takes a model that needs no classes, such as VAE.")
    answer = model.encode(x[:1])
    if not isinstance(answer, tuple) or len(answer) != 2:
        raise ValueError(
            f"{type(model).__name__}.encode answers with one code; a bound on -log p(x) needs mu "
            "and logvar, as a VAE gives them."
        )


def _check_logvar(logvar: torch.Tensor) -> None:
    """Raise ValueError where exp(logvar) would overflow, or where it is NaN."""
    if not logvar.max() < 80:
        raise ValueError(
            f"logvar reaches {logvar.max():.4g}: its exponential is too large to compute with. "
            "Did the training diverge? Lower the learning rate and train again."
        )
