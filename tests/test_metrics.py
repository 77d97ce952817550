"""aelib.metrics against SciPy, scikit-learn and subspaces whose angles are known."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.linalg import sqrtm
from scipy.stats import ortho_group
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score, roc_curve
from sklearn.neighbors import KNeighborsClassifier
from torch.distributions import Bernoulli, Normal

from aelib import (
    VAE,
    Autoencoder,
    LinearAutoencoder,
    active_units,
    frechet_distance,
    iwae_bound,
    load_mnist,
    negative_elbo,
    neighbour_accuracy,
    pca_error,
    principal_angles,
    psnr,
    roc,
    ssim,
)
from aelib.models import ConditionalVAE

NEAR = 1e-5  # degrees; SciPy takes the arccosine of some small angles too
seeds = st.integers(0, 2**32 - 1)


def random_basis(seed, ambient, dimension):
    return np.random.default_rng(seed).normal(size=(ambient, dimension))


def turned_plane(*degrees):
    """Two subspaces of as many dimensions, turned against each other by just these angles."""
    n, angles = len(degrees), np.deg2rad(degrees)
    space = ortho_group.rvs(2 * n, random_state=0)
    first, across = space[:, :n], space[:, n:]
    return first, first * np.cos(angles) + across * np.sin(angles)


# Squared error of PCA


@pytest.fixture(scope="module")
def digits():
    x_train, _, x_test, _ = load_mnist(500, 200)
    return x_train, x_test


def test_pca_error_on_all_of_mnist_is_the_published_one():
    x_train, _, x_test, _ = load_mnist()
    assert pca_error(x_train, x_test, 2) == pytest.approx(43.645, abs=0.001)
    assert pca_error(x_train, x_test, 16) == pytest.approx(21.058, abs=0.001)
    assert pca_error(x_train, x_test, 30) == pytest.approx(13.87, abs=0.005)  # Hinton 2006


@pytest.mark.parametrize("n_components", [1, 5, 40])
def test_pca_error_is_what_a_full_svd_leaves(digits, n_components):
    train, test = (x.double().numpy() for x in digits)
    mean = train.mean(axis=0)
    directions = np.linalg.svd(train - mean, full_matrices=False)[2][:n_components]
    rest = (test - mean) - (test - mean) @ directions.T @ directions
    expected = (rest**2).sum() / len(test)
    assert pca_error(*digits, n_components) == pytest.approx(expected, rel=1e-5)


def test_no_component_is_the_mean_image_and_all_are_the_copy(digits):
    x_train, x_test = digits
    spread = ((x_test - x_train.mean(dim=0)) ** 2).sum(dim=1).mean().item()
    assert pca_error(x_train, x_test, 0) == pytest.approx(spread, rel=1e-5)
    assert pca_error(x_train, x_train, 500) == pytest.approx(0, abs=1e-6)


def test_pca_error_falls_with_every_component(digits):
    errors = [pca_error(digits[0], digits[0], k) for k in (0, 1, 2, 4, 8, 16)]
    assert errors == sorted(errors, reverse=True)


@pytest.mark.parametrize("n_components", [-1, 501, 2.5, 0.5, True, "2", None])
def test_pca_error_refuses_impossible_numbers_of_components(digits, n_components):
    with pytest.raises(ValueError, match="whole number from 0 to 500"):
        pca_error(*digits, n_components)


def test_more_components_than_pixels_are_refused():
    x = torch.rand(20, 4)
    with pytest.raises(ValueError, match="from 0 to 4"):
        pca_error(x, x, 5)


def test_pca_error_refuses_sets_that_do_not_fit(digits):
    x_train, x_test = digits
    with pytest.raises(ValueError, match="same D"):
        pca_error(x_train, x_test[:, :100], 2)
    with pytest.raises(ValueError, match="same D"):
        pca_error(x_train, x_test[0], 2)
    with pytest.raises(ValueError, match="at least one"):
        pca_error(x_train, x_test[:0], 2)


# Likeness of pictures


def blurred_and_clean(n=6, side=28, seed=0):
    generator = torch.Generator().manual_seed(seed)
    x = torch.rand(n, side * side, generator=generator)
    strength = torch.linspace(0.02, 0.4, n)[:, None]  # every picture spoiled differently
    return (x + strength * torch.randn(x.shape, generator=generator)).clamp(0, 1), x


def test_psnr_is_the_mean_over_images_of_scikit_images():
    x_hat, x = blurred_and_clean()
    pairs = zip(x.numpy(), x_hat.numpy(), strict=True)
    expected = [peak_signal_noise_ratio(a, b, data_range=1) for a, b in pairs]
    assert psnr(x_hat, x) == pytest.approx(np.mean(expected), abs=1e-4)
    assert np.ptp(expected) > 10, "else one PSNR of all pixels would do"


def test_psnr_by_hand():
    x = torch.zeros(2, 4)
    assert psnr(x + 0.1, x) == pytest.approx(20)
    assert psnr(x + torch.tensor([[0.1], [1.0]]), x) == pytest.approx(10)  # 20 and 0
    assert psnr(x, x) == np.inf


def test_ssim_is_the_mean_over_images_of_scikit_images():
    x_hat, x = blurred_and_clean()
    squares = zip(x.reshape(-1, 28, 28).numpy(), x_hat.reshape(-1, 28, 28).numpy(), strict=True)
    expected = [structural_similarity(a, b, data_range=1) for a, b in squares]
    assert ssim(x_hat, x) == pytest.approx(np.mean(expected), abs=1e-6)
    assert ssim(x, x) == pytest.approx(1)


def test_ssim_by_its_definition_on_pictures_of_one_window():
    x_hat, x = (images.double() for images in blurred_and_clean(side=7))
    expected = []
    for a, b in zip(x_hat.numpy(), x.numpy(), strict=True):
        covariance = np.cov(a, b)
        brightness = (2 * a.mean() * b.mean() + 1e-4) / (a.mean() ** 2 + b.mean() ** 2 + 1e-4)
        pattern = (2 * covariance[0, 1] + 9e-4) / (covariance[0, 0] + covariance[1, 1] + 9e-4)
        expected.append(brightness * pattern)
    assert ssim(x_hat, x) == pytest.approx(np.mean(expected), abs=1e-9)


def test_both_fall_as_the_noise_grows_and_neither_minds_the_order():
    x = load_mnist(1, 50)[2]
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(0))
    for measure in (psnr, ssim):
        scores = [measure((x + s * noise).clamp(0, 1), x) for s in (0.05, 0.2, 0.5)]
        assert scores == sorted(scores, reverse=True)
        assert measure((x + 0.2 * noise).clamp(0, 1).flip(0), x.flip(0)) == pytest.approx(scores[1])
        assert isinstance(scores[0], float)


@pytest.mark.parametrize("measure", [psnr, ssim])
@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (lambda x: x[:1], r"the same images.*\(1, 784\) and \(2, 784\)"),
        (lambda x: x.reshape(2, 28, 28), r"must both be \(N, D\)"),
        (lambda x: x * torch.nan, "x_hat holds NaN"),
        (lambda x: x / 0, "x_hat holds NaN or infinity"),
    ],
)
def test_pictures_that_cannot_be_compared_are_refused(measure, spoil, text):
    x = torch.ones(2, 784)
    with pytest.raises(ValueError, match=text):
        measure(spoil(x), x)
    with pytest.raises(ValueError, match="same images"):
        measure(x[:0], x[:0])


@pytest.mark.parametrize("pixels", [12, 36])
def test_ssim_needs_squares_that_hold_a_window(pixels):
    x = torch.rand(2, pixels)
    with pytest.raises(ValueError, match=f"at least 7 x 7 pixels, not {pixels}"):
        ssim(x, x)


# Pictures in colour, and of any shape


@pytest.fixture
def photos():
    rng = torch.Generator().manual_seed(0)
    x = torch.rand(3, 3, 12, 20, generator=rng)
    return (x + 0.2 * torch.randn(x.shape, generator=rng)).clamp(0, 1), x


def test_psnr_and_ssim_of_colour_are_those_of_scikit_image(photos):
    pairs = [(a.numpy(), b.numpy()) for a, b in zip(*photos, strict=True)]
    expected = [peak_signal_noise_ratio(b, a, data_range=1) for a, b in pairs]
    assert psnr(*photos) == pytest.approx(np.mean(expected), abs=1e-4)
    expected = [structural_similarity(a, b, data_range=1, channel_axis=0) for a, b in pairs]
    assert ssim(*photos) == pytest.approx(np.mean(expected), abs=1e-6)


def test_grey_pictures_are_measured_alike_in_all_their_shapes(photos):
    x_hat, x = (images[:, 0, :, :12] for images in photos)
    for measure in (psnr, ssim):
        flat, square, mapped = (
            measure(x_hat.reshape(shape), x.reshape(shape))
            for shape in ((3, 144), (3, 12, 12), (3, 1, 12, 12))
        )
        assert flat == pytest.approx(square, abs=1e-6)
        assert flat == pytest.approx(mapped, abs=1e-6)


def test_flat_pictures_that_are_no_squares_are_refused_with_a_cure_that_works(photos):
    x_hat, x = (images.flatten(1) for images in photos)
    with pytest.raises(ValueError, match=r"x\.reshape\(-1, 3, height, width\) in colour"):
        ssim(x_hat, x)
    assert ssim(*(images.reshape(-1, 3, 12, 20) for images in (x_hat, x))) == ssim(*photos)
    last = [images.movedim(1, 3) for images in photos]
    with pytest.raises(ValueError, match=r"\.movedim\(3, 1\) of both"):
        ssim(*last)
    assert ssim(*(images.movedim(3, 1) for images in last)) == ssim(*photos)


@pytest.mark.parametrize("measure", [psnr, ssim])
def test_pixels_on_another_scale_are_refused_with_a_cure_that_works(measure, photos):
    right = pytest.approx(measure(*photos), abs=1e-4)
    signed = [2 * images - 1 for images in photos]
    with pytest.raises(ValueError, match=r"\(x \+ 1\) / 2 where pixels lie in \[-1, 1\]"):
        measure(*signed)
    assert measure(*((x + 1) / 2 for x in signed)) == right
    floats = [255 * images for images in photos]
    with pytest.raises(ValueError, match=r"x / 255 where they are bytes"):
        measure(*floats)
    assert measure(*(x / 255 for x in floats)) == right
    arrays = [images.numpy() for images in photos]
    with pytest.raises(ValueError, match=r"x_hat must be a tensor of floats, .*torch\.as_tensor"):
        measure(*arrays)
    assert measure(*(torch.as_tensor(x).float() for x in arrays)) == right


# Angles between subspaces


@pytest.mark.parametrize("degrees", [(0,), (90,), (30,), (1e-8,), (10, 45), (0, 1e-3, 60, 90)])
def test_angles_that_are_known(degrees):
    assert_allclose(principal_angles(*turned_plane(*degrees)), degrees, rtol=1e-6, atol=NEAR)


def test_angles_come_smallest_first():
    assert_allclose(principal_angles(*turned_plane(70, 5, 33)), (5, 33, 70))


def test_a_line_in_a_plane_has_no_angle_and_the_normal_a_right_one():
    plane = np.eye(3)[:, :2]
    assert_allclose(principal_angles(plane, [[1], [1], [0]]), [0], atol=1e-12)
    assert_allclose(principal_angles(plane, [[0], [0], [2]]), [90])


def test_angles_agree_with_the_singular_values_of_orthonormal_bases():
    a, b = random_basis(1, 12, 4), random_basis(2, 12, 3)
    cosines = np.linalg.svd(np.linalg.qr(a)[0].T @ np.linalg.qr(b)[0])[1]
    assert_allclose(principal_angles(a, b), np.rad2deg(np.arccos(cosines)), rtol=1e-9)


def test_float32_is_as_good_as_its_own_digits():
    a, b = turned_plane(0, 20)
    angles = principal_angles(a.astype(np.float32), b.astype(np.float32))
    assert_allclose(angles, (0, 20), atol=1e-4)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(seeds, st.integers(1, 6), st.integers(1, 6))
def test_angles_are_symmetric_and_lie_between_0_and_90(seed, m, n):
    a, b = random_basis(seed, 8, m), random_basis(seed + 1, 8, n)
    angles = principal_angles(a, b)
    assert angles.shape == (min(m, n),)
    assert (np.diff(angles) >= 0).all()
    assert angles.min() >= 0
    assert angles.max() <= 90 + 1e-9
    assert_allclose(principal_angles(b, a), angles, atol=NEAR)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(seeds, st.integers(2, 5))
def test_angles_do_not_depend_on_the_basis_nor_on_the_axes_of_the_space(seed, n):
    a, b = random_basis(seed, 9, n), random_basis(seed + 1, 9, n)
    angles = principal_angles(a, b)
    within = ortho_group.rvs(n, random_state=seed) * np.linspace(1, 3, n)
    around = ortho_group.rvs(9, random_state=seed)
    assert_allclose(principal_angles(a @ within, b), angles, atol=NEAR)
    assert_allclose(principal_angles(around @ a, around @ b), angles, atol=NEAR)
    assert_allclose(principal_angles(a, a @ within), 0, atol=NEAR)


def test_angles_take_weights_of_a_network():
    weight = LinearAutoencoder(3, input_dim=10).decoder[0].weight
    assert_allclose(principal_angles(weight.detach(), 2 * weight.detach()), 0, atol=1e-4)
    with pytest.raises(RuntimeError, match="detach"):
        principal_angles(weight, weight)


EYE = np.eye(5)[:, :2]


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (np.eye(4)[:, :2], "5 dimensions and B in 4"),
        (EYE.T, r"no more columns than rows.*B\.T"),
        (EYE[:, 0], r"B has shape \(5,\)"),
        (np.empty((5, 0)), r"B has shape \(5, 0\)"),
        (np.empty((0, 0)), r"B has shape \(0, 0\)"),
        (EYE * np.nan, "B holds NaN"),
        (EYE + np.inf, "B holds NaN or infinity"),
        (np.ones((5, 2)), "columns of B span fewer"),
        (EYE * [1, 0], "columns of B span fewer"),
    ],
)
def test_what_is_no_basis_of_the_same_space_is_refused(wrong, text):
    with pytest.raises(ValueError, match=text):
        principal_angles(EYE, wrong)
    with pytest.raises(ValueError, match=r"\bA\b"):
        principal_angles(wrong, EYE)


# What the neighbours say


def blobs(n, seed, spread=1.0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3
    return rng.normal(size=(n, 2)) * spread + 4 * np.eye(3)[y][:, :2], y


def test_neighbours_by_hand():
    z_train, y_train = [[0.0], [1.0], [10.0], [11.0], [12.0]], [0, 0, 1, 1, 1]
    z_test, y_test = [[0.4], [10.6], [2.0]], [0, 1, 1]
    assert neighbour_accuracy(z_train, y_train, z_test, y_test, k=1) == pytest.approx(2 / 3)
    assert neighbour_accuracy(z_train, y_train, z_test, y_test, k=5) == pytest.approx(2 / 3)


@pytest.mark.parametrize("k", [1, 4, 5, 15])
def test_neighbours_agree_with_a_full_table_of_distances(k):
    (z_train, y_train), (z_test, y_test) = blobs(90, 0, 2.0), blobs(60, 1, 2.0)
    distance = ((z_test[:, None] - z_train) ** 2).sum(axis=2)
    votes = y_train[np.argsort(distance, axis=1)[:, :k]]
    winner = np.array([np.bincount(row, minlength=3).argmax() for row in votes])
    expected = np.mean(winner == y_test)
    assert neighbour_accuracy(z_train, y_train, z_test, y_test, k=k) == pytest.approx(expected)


def test_five_neighbours_vote_unless_told_otherwise():
    (z_train, y_train), (z_test, y_test) = blobs(90, 2, 3.0), blobs(60, 3, 3.0)
    expected = KNeighborsClassifier(5).fit(z_train, y_train).score(z_test, y_test)
    assert neighbour_accuracy(z_train, y_train, z_test, y_test) == pytest.approx(expected)


def test_tensors_give_what_arrays_give():
    (z_train, y_train), (z_test, y_test) = blobs(90, 0), blobs(60, 1)
    tensors = [torch.from_numpy(a) for a in (z_train, y_train, z_test, y_test)]
    accuracy = neighbour_accuracy(*tensors)
    assert accuracy == neighbour_accuracy(z_train, y_train, z_test, y_test)
    assert isinstance(accuracy, float)
    assert 0.8 < accuracy <= 1


def test_training_points_know_themselves_and_wrong_labels_do_not():
    z, y = blobs(60, 4)
    assert neighbour_accuracy(z, y, z, y, k=1) == 1
    assert neighbour_accuracy(z, y, z, (y + 1) % 3, k=1) == 0


@settings(deadline=None, derandomize=True, max_examples=20)
@given(seeds)
def test_neighbours_do_not_care_how_the_code_is_turned_or_moved(seed):
    (z_train, y_train), (z_test, y_test) = blobs(60, seed), blobs(30, seed + 1)
    turn, move = ortho_group.rvs(2, random_state=seed), np.array([3.0, -7.0])
    accuracy = neighbour_accuracy(z_train, y_train, z_test, y_test)
    moved = neighbour_accuracy(z_train @ turn + move, y_train, z_test @ turn + move, y_test)
    assert moved == pytest.approx(accuracy)


def test_digits_are_told_apart_in_a_code_of_pca():
    x_train, y_train, x_test, y_test = load_mnist(2000, 500)
    pca = PCA(16, svd_solver="covariance_eigh").fit(x_train)
    few = neighbour_accuracy(pca.transform(x_train), y_train, pca.transform(x_test), y_test)
    assert few > 0.9


@pytest.mark.parametrize("k", [0, -1, 91, 2.0, True, None])
def test_impossible_numbers_of_neighbours_are_refused(k):
    (z_train, y_train), (z_test, y_test) = blobs(90, 0), blobs(30, 1)
    with pytest.raises(ValueError, match="k must be a whole number from 1 to 90"):
        neighbour_accuracy(z_train, y_train, z_test, y_test, k=k)


@pytest.mark.parametrize("part", ["train", "test"])
@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (lambda z, y: (z, y[:-1]), r"z_{part} holds 30 points and y_{part} has shape \(29,\)"),
        (lambda z, y: (z, y[:, None]), r"y_{part} has shape \(30, 1\)"),
        (lambda z, y: (z[:0], y[:0]), r"z_{part} has shape \(0, 2\)"),
        (lambda z, y: (z[:, 0], y), r"z_{part} has shape \(30,\)"),
        (lambda z, y: (z * np.nan, y), "z_{part} holds NaN"),
    ],
)
def test_sets_that_do_not_fit_are_refused(part, spoil, text):
    sets = {"train": blobs(30, 0), "test": blobs(30, 1)}
    sets[part] = spoil(*sets[part])
    with pytest.raises(ValueError, match=text.replace("{part}", part)):
        neighbour_accuracy(*sets["train"], *sets["test"])


def test_codes_of_two_encoders_are_refused():
    (z_train, y_train), (z_test, y_test) = blobs(30, 0), blobs(30, 1)
    with pytest.raises(ValueError, match="2 wide and z_test 1"):
        neighbour_accuracy(z_train, y_train, z_test[:, :1], y_test)


def test_angles_ascend_also_where_several_are_zero():
    rng = np.random.default_rng(0)
    for _ in range(200):  # SciPy computes small and large angles in two ways and mixes their order
        shared = rng.normal(size=(8, 4))
        a = np.hstack([shared, rng.normal(size=(8, 2))])
        b = np.hstack([rng.normal(size=(8, 2)), shared @ rng.normal(size=(4, 4))])
        assert (np.diff(principal_angles(a, b)) >= 0).all()


# Bounds on log p(x)


class Coins(torch.nn.Module):
    """A model whose integral is known: every pixel is a coin that does not look at z.

    Then p(x) is the coins' own probability, and q may be any cloud.
    """

    def __init__(self, mu=0.7, logvar=-0.5):
        super().__init__()
        self.mu, self.logvar = mu, logvar

    def encode(self, x):
        rows = torch.ones(len(x), 2, dtype=torch.float64)
        return self.mu * rows, self.logvar * rows

    def decode(self, z):
        return torch.full((len(z), 3), 0.3, dtype=torch.float64)


class WalkingStroke(torch.nn.Module):
    """One number z decides where the ink of five pixels is; log p(x) is integrated on a grid."""

    def __init__(self, mu=0.2, logvar=-1.0):
        super().__init__()
        self.mu, self.logvar = mu, logvar

    def encode(self, x):
        rows = torch.ones(len(x), 1, dtype=torch.float64)
        return self.mu * rows, self.logvar * rows

    def decode(self, z):
        return torch.sigmoid(2 - (z - torch.linspace(-2, 2, 5, dtype=torch.float64)) ** 2)

    def log_p(self, x):
        z = torch.linspace(-10, 10, 20_001, dtype=torch.float64)
        log_likelihood = Bernoulli(self.decode(z[:, None])).log_prob(x).sum(dim=1)
        return torch.logsumexp(log_likelihood + Normal(0, 1).log_prob(z), dim=0).item() + np.log(
            (z[1] - z[0]).item()
        )

    def elbo(self, x):
        z = torch.linspace(-10, 10, 20_001, dtype=torch.float64)
        q = Normal(self.mu, np.exp(0.5 * self.logvar))
        log_likelihood = Bernoulli(self.decode(z[:, None])).log_prob(x).sum(dim=1)
        inside = log_likelihood + Normal(0, 1).log_prob(z) - q.log_prob(z)
        return torch.trapezoid(q.log_prob(z).exp() * inside, z).item()


STROKE = torch.tensor([[0.0, 1, 1, 0, 0]], dtype=torch.float64)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_one_sample_estimates_the_negative_elbo():
    model = WalkingStroke()
    bound = iwae_bound(model, STROKE.expand(50_000, 5), 1, generator=seeded())
    assert bound == pytest.approx(-model.elbo(STROKE), abs=0.02)


def test_one_sample_is_aelibs_negative_elbo_of_the_same_draws():
    expected, bound, n = 0.0, 0.0, 100
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(2)
        vae, x = VAE(3, hidden=(20,)).eval(), torch.rand(40, 784, generator=seeded()).round()
        mu, logvar = vae.encode(x)
        for i in range(n):
            torch.manual_seed(i)
            x_hat = vae.decode(vae.reparameterize(mu, logvar))
            expected += negative_elbo(x_hat, x, mu, logvar).item() / n
            bound += iwae_bound(vae, x, 1, generator=seeded(i)) / n
    assert bound == pytest.approx(expected, abs=0.02)  # its KL is 0.075


def test_many_samples_reach_the_integral():
    model = WalkingStroke()
    bound = iwae_bound(model, STROKE.expand(50, 5), 5_000, generator=seeded())
    assert bound == pytest.approx(-model.log_p(STROKE), abs=0.01)


def test_the_bound_falls_with_every_sample_and_never_below_minus_log_p():
    model, x = WalkingStroke(mu=-1.0, logvar=0.5), STROKE.expand(20_000, 5)
    bounds = [iwae_bound(model, x, k, generator=seeded()) for k in (1, 2, 8, 32)]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[0] - bounds[-1] > 0.5
    assert bounds[-1] > -model.log_p(STROKE)


def test_a_decoder_that_ignores_the_code_has_the_probability_of_coins():
    x = torch.tensor([[1.0, 0, 0], [1, 1, 0]], dtype=torch.float64)
    coins = -Bernoulli(torch.tensor(0.3)).log_prob(x.float()).sum(dim=1).mean().item()
    exact = iwae_bound(Coins(0.0, 0.0), x, 3, generator=seeded())
    assert exact == pytest.approx(coins, rel=1e-6)  # q is the posterior: no spread at all
    far = iwae_bound(Coins(), x, 5_000, generator=seeded())
    assert far == pytest.approx(coins, abs=0.1)


def test_weights_that_would_overflow_do_not():
    class Impossible(WalkingStroke):
        def decode(self, z):
            return 1e-30 * super().decode(z)  # log-likelihoods near -100 for each pixel

    bound = iwae_bound(Impossible(), STROKE.expand(3, 5), 50, generator=seeded())
    assert 130 < bound < 200
    far = iwae_bound(WalkingStroke(mu=30.0), STROKE, 50, generator=seeded())
    assert 400 < far < 1000  # exp(-far) is 0 in floating point


def test_chunks_of_rows_are_averaged_as_one():
    model = Coins(0.0, 0.0)
    x = (torch.rand(2_345, 3, generator=seeded(), dtype=torch.float64) < 0.5).double()
    coins = -Bernoulli(torch.tensor(0.3, dtype=torch.float64)).log_prob(x).sum(dim=1).mean().item()
    assert iwae_bound(model, x, 2, generator=seeded()) == pytest.approx(coins, rel=1e-9)


def test_the_bound_is_repeatable_leaves_no_gradient_and_no_trace():
    vae, x = VAE(3, hidden=(20,)), torch.rand(10, 784, generator=seeded()).round()
    state = torch.get_rng_state()
    first = iwae_bound(vae, x, 5, generator=seeded(3))
    assert first == iwae_bound(vae, x, 5, generator=seeded(3))
    assert first != iwae_bound(vae, x, 5, generator=seeded(4))
    assert torch.equal(state, torch.get_rng_state())
    assert all(p.grad is None for p in vae.parameters())


@pytest.mark.parametrize("n_samples", [0, -1, 2.5, True, None])
def test_impossible_numbers_of_samples_are_refused(n_samples):
    with pytest.raises(ValueError, match="n_samples must be a whole number, 1 or more"):
        iwae_bound(WalkingStroke(), STROKE, n_samples)


def test_what_has_no_bound_is_refused():
    vae, x = VAE(3, hidden=(20,)), torch.zeros(2, 784)
    with pytest.raises(ValueError, match=r"Autoencoder\.encode answers with one code"):
        iwae_bound(Autoencoder(3, hidden=(20,)), x, 2)
    with pytest.raises(ValueError, match="needs no classes"):
        iwae_bound(ConditionalVAE(3, 10, hidden=(20,)), x, 2)
    with pytest.raises(ValueError, match=r"x lies in \[0, 255\]"):
        iwae_bound(vae, torch.tensor([[0.0, 255.0] * 392]), 2)
    with pytest.raises(ValueError, match="x lies in"):
        iwae_bound(vae, x * np.nan, 2)
    with pytest.raises(ValueError, match=r"shape \(0, 784\)"):
        iwae_bound(vae, x[:0], 2)
    with pytest.raises(ValueError, match=r"shape \(784,\)"):
        iwae_bound(vae, x[0], 2)


@pytest.mark.parametrize("logvar", [100.0, np.inf, np.nan])
def test_a_cloud_too_large_to_draw_from_is_named(logvar):
    with pytest.raises(ValueError, match="logvar reaches"):
        iwae_bound(WalkingStroke(logvar=logvar), STROKE, 2)


# Units that are in use


def test_units_by_hand():
    mu = [[0.0, 5.0, 1.0, 0.0], [0.0, 5.0, -1.0, 0.3], [0.0, 5.0, 3.0, -0.3]]
    assert active_units(mu) == 2  # the constant 5 says nothing about the image
    assert active_units(mu, threshold=0.5) == 1
    assert active_units(mu, threshold=0) == 2
    assert active_units(torch.tensor(mu)) == active_units(np.array(mu, dtype=np.float32)) == 2
    assert isinstance(active_units(mu), int)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(seeds, st.integers(1, 8))
def test_units_are_those_whose_mean_varies(seed, k):
    rng = np.random.default_rng(seed)
    scale = rng.choice([0.0, 0.05, 0.2, 2.0], size=k)  # variances 0, 0.0025, 0.04 and 4
    mu = rng.normal(size=(2_000, k)) * scale + rng.normal(size=k)
    assert active_units(mu) == (scale > 0.1).sum()
    assert active_units(np.vstack([mu, mu])) == active_units(mu)


def test_a_collapsed_encoder_has_no_active_unit():
    vae = VAE(5, hidden=(20,)).eval()
    x = torch.rand(50, 784, generator=seeded())
    with torch.no_grad():
        vae.encoder[-1].weight.zero_()
        vae.encoder[-1].bias.fill_(0.4)
    assert active_units(vae.transform(x)) == 0


@pytest.mark.parametrize(
    ("mu", "threshold", "text"),
    [
        (np.zeros((1, 3)), 0.01, r"shape \(1, 3\)"),
        (np.zeros(3), 0.01, r"shape \(3,\)"),
        (np.zeros((3, 0)), 0.01, r"shape \(3, 0\)"),
        (np.full((3, 2), np.nan), 0.01, "NaN"),
        (np.zeros((3, 2)), -0.01, "threshold is a variance"),
        (np.zeros((3, 2)), np.nan, "threshold is a variance"),
    ],
)
def test_what_is_no_set_of_means_is_refused(mu, threshold, text):
    with pytest.raises(ValueError, match=text):
        active_units(mu, threshold)


# roc


def test_a_curve_that_can_be_drawn_by_hand():
    false_alarms, hits, thresholds = roc([0.1, 0.9, 0.4, 0.8], [0, 1, 1, 0])
    assert_allclose(thresholds, [np.inf, 0.9, 0.8, 0.4, 0.1])
    assert_allclose(hits, [0, 0.5, 0.5, 1, 1])
    assert_allclose(false_alarms, [0, 0, 0.5, 0.5, 1])


@settings(deadline=None, derandomize=True, max_examples=60)
@given(seeds, st.integers(2, 60), st.integers(1, 20))
def test_the_curve_is_scikit_learns_also_with_ties(seed, n, levels):
    rng = np.random.default_rng(seed)
    scores, y = rng.integers(0, levels, n) / 7, rng.permutation(np.arange(n) % 3 == 0)
    expected = roc_curve(y, scores, drop_intermediate=False)
    for found, wanted in zip(roc(scores, y), expected, strict=True):
        assert_allclose(found, wanted, atol=1e-12)
    false_alarms, hits, _ = roc(scores, y)
    assert_allclose(np.trapezoid(hits, false_alarms), roc_auc_score(y, scores), atol=1e-12)


def test_scores_that_are_all_equal_say_nothing():
    false_alarms, hits, _ = roc(np.ones(6), [0, 0, 1, 1, 0, 1])
    assert_allclose(false_alarms, [0, 1])
    assert_allclose(hits, [0, 1])


def test_scores_may_be_tensors_and_kinds_truth_values():
    scores, y = (
        torch.tensor([0.2, 0.7, 0.5], requires_grad=False),
        torch.tensor([False, True, False]),
    )
    assert_allclose(roc(scores, y)[1], [0, 1, 1, 1])


def test_turning_the_scores_round_turns_the_area_round():
    rng = np.random.default_rng(0)
    scores, y = rng.normal(size=50), np.arange(50) % 2
    areas = [np.trapezoid(hits, false) for false, hits, _ in (roc(scores, y), roc(-scores, y))]
    assert_allclose(sum(areas), 1)


@pytest.mark.parametrize(
    ("scores", "y", "text"),
    [
        ([0.1, 0.2], [0, 1, 1], r"not \(2,\) and \(3,\)"),
        ([[0.1], [0.2]], [[0], [1]], r"must both be \(N,\)"),
        ([], [], "at least one of each"),
        ([0.1, np.nan], [0, 1], "NaN or infinity"),
        ([0.1, np.inf], [0, 1], "NaN or infinity"),
        ([0.1, 0.2], [1, 1], "at least one of each"),
        ([0.1, 0.2], [0, 8], "y == 8"),
    ],
)
def test_what_has_no_curve_is_refused(scores, y, text):
    with pytest.raises(ValueError, match=text):
        roc(scores, y)


# --- frechet_distance ---


@pytest.fixture
def two_sets():
    rng = np.random.default_rng(0)
    a = rng.normal(size=(300, 5)) @ rng.normal(size=(5, 5)) + rng.normal(size=5)
    b = rng.normal(size=(200, 5)) @ rng.normal(size=(5, 5))
    return torch.tensor(a), torch.tensor(b)


def test_frechet_distance_agrees_with_the_square_root_of_a_matrix(two_sets):
    a, b = (rows.numpy() for rows in two_sets)
    cov_a, cov_b = np.cov(a.T), np.cov(b.T)
    apart = ((a.mean(0) - b.mean(0)) ** 2).sum()
    expected = apart + np.trace(cov_a + cov_b - 2 * sqrtm(cov_a @ cov_b).real)
    assert_allclose(frechet_distance(*two_sets), expected, rtol=1e-8)


def test_frechet_distance_is_0_for_the_same_set_and_knows_no_order(two_sets):
    a, b = two_sets
    assert abs(frechet_distance(a, a.flip(0))) < 1e-4
    assert_allclose(frechet_distance(a, b), frechet_distance(b, a), rtol=1e-8)


def test_frechet_distance_of_independent_columns_is_by_means_and_deviations():
    a, b = torch.randn(2, 40_000, 3, generator=torch.Generator().manual_seed(0))
    found = frechet_distance(3 * a + 1, b)
    assert abs(found - 3 * (1 + (3 - 1) ** 2)) < 0.5


def test_frechet_distance_bears_columns_without_variance(two_sets):
    a, b = (rows.float().clone() for rows in two_sets)
    a[:, 0] = b[:, 0] = 0
    assert np.isfinite(frechet_distance(a, b))


@pytest.mark.parametrize(
    ("a", "b", "sentence"),
    [
        (torch.zeros(4), torch.zeros(4, 2), r"a must be features, a float tensor \(N, D\)"),
        (torch.zeros(4, 2), np.zeros((4, 2)), "b must be features.*ndarray"),
        (torch.zeros(1, 2), torch.zeros(4, 2), "a has 1 rows; a covariance needs two"),
        (torch.zeros(4, 2), torch.zeros(4, 3), "a has 2 features and b 3"),
        (torch.full((4, 2), torch.nan), torch.zeros(4, 2), "a holds NaN"),
    ],
)
def test_frechet_distance_refuses_in_a_sentence(a, b, sentence):
    with pytest.raises(ValueError, match=sentence):
        frechet_distance(a, b)
