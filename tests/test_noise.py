"""aelib.noise: the distribution each strength stands for, and what is refused."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare, kstest, norm

from aelib import load_mnist, noise

KINDS = {  # with a strength that changes something
    "gaussian": (noise.gaussian, 0.5),
    "salt and pepper": (noise.salt_and_pepper, 0.3),
    "masking": (noise.masking, 0.4),
    "occlusion": (noise.occlusion, 12),
    "blur": (lambda x, sigma, generator=None: noise.blur(x, sigma), 1.5),
}
every_kind = pytest.mark.parametrize(("spoil", "strength"), KINDS.values(), ids=KINDS)


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def grey(n=100, value=0.3, pixels=784):
    return torch.full((n, pixels), value)


@pytest.fixture(scope="module")
def digits():
    return load_mnist(n_train=1, n_test=200)[2]


# What all kinds share


@every_kind
def test_pictures_stay_pictures_and_the_input_stays_as_it_was(digits, spoil, strength):
    before = digits.clone()
    spoiled = spoil(digits, strength, generator=rng())
    assert torch.equal(digits, before)
    assert spoiled.shape == digits.shape
    assert spoiled.dtype == torch.float32
    assert spoiled.min() >= 0
    assert spoiled.max() <= 1
    assert not torch.equal(spoiled, digits)


@every_kind
def test_strength_0_changes_nothing(digits, spoil, strength):
    assert torch.equal(spoil(digits, 0, generator=rng()), digits)


@every_kind
def test_the_answer_shares_no_memory_with_the_question(digits, spoil, strength):
    x = digits.clone()
    for s in (0, strength):
        spoil(x, s, generator=rng()).fill_(0.5)
        assert torch.equal(x, digits)


@every_kind
def test_no_picture_gives_no_picture(spoil, strength):
    assert spoil(torch.empty(0, 784), strength, generator=rng()).shape == (0, 784)


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "blur"])
def test_the_generator_decides_and_every_picture_is_spoiled_in_its_own_way(kind):
    spoil, strength = KINDS[kind]
    x = torch.ones(20, 784) / 2
    first, again = (spoil(x, strength, generator=rng(1)) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, spoil(x, strength, generator=rng(2)))
    assert len(first.unique(dim=0)) > 10


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "blur"])
def test_without_a_generator_the_seed_of_pytorch_decides(kind):
    spoil, strength = KINDS[kind]
    with torch.random.fork_rng():
        torch.manual_seed(5)
        first = spoil(grey(), strength)
        second = spoil(grey(), strength)
        torch.manual_seed(5)
        assert torch.equal(first, spoil(grey(), strength))
    assert not torch.equal(first, second)


# Each kind


@pytest.mark.parametrize("sigma", [0.05, 0.5, 2.0])
def test_gaussian_is_a_bell_cut_off_at_paper_and_ink(sigma):
    values = noise.gaussian(grey(), sigma, generator=rng()).flatten().double().numpy()
    inside = values[(values > 0) & (values < 1)]
    low, high = norm.cdf([0, 1], 0.3, sigma)
    assert np.mean(values == 0) == pytest.approx(low, abs=0.006)
    assert np.mean(values == 1) == pytest.approx(1 - high, abs=0.006)
    bell = kstest(inside, lambda v: (norm.cdf(v, 0.3, sigma) - low) / (high - low))
    assert bell.pvalue > 0.001


def test_gaussian_sigma_half_leaves_digits_at_9_4_decibels():
    from skimage.metrics import peak_signal_noise_ratio

    x = load_mnist(n_train=1)[2]
    noisy = noise.gaussian(x, 0.5, generator=rng())
    psnr = peak_signal_noise_ratio(x.numpy(), noisy.numpy(), data_range=1)
    assert psnr == pytest.approx(9.4, abs=0.05)


@pytest.mark.parametrize("amount", [0.1, 0.5, 1.0])
def test_salt_and_pepper_replaces_that_share_by_as_much_ink_as_paper(amount):
    spoiled = noise.salt_and_pepper(grey(), amount, generator=rng())
    shares = [(spoiled == v).double().mean().item() for v in (0.0, 1.0, grey()[0, 0].item())]
    assert shares == pytest.approx([amount / 2, amount / 2, 1 - amount], abs=0.007)
    assert sum(shares) == pytest.approx(1)


@pytest.mark.parametrize("p", [0.1, 0.5, 1.0])
def test_masking_loses_that_share_and_leaves_the_rest(p):
    spoiled = noise.masking(grey(), p, generator=rng())
    assert (spoiled == 0).double().mean() == pytest.approx(p, abs=0.007)
    assert torch.equal(spoiled[spoiled > 0], grey()[spoiled > 0])


@pytest.mark.parametrize("side", [1, 5, 27, 28])
def test_occlusion_covers_one_square_all_places_alike(side):
    spoiled = noise.occlusion(torch.ones(4000, 784), side, generator=rng()).reshape(-1, 28, 28)
    covered = spoiled == 0
    assert (covered.sum(dim=(1, 2)) == side * side).all()
    top, left = (covered.any(dim=d).int().argmax(dim=1) for d in (2, 1))
    box = torch.zeros(4000, 28, 28, dtype=torch.bool)
    for i in range(0, 4000, 100):  # one square, without holes
        box[i, top[i] : top[i] + side, left[i] : left[i] + side] = True
        assert torch.equal(covered[i], box[i])
    if side < 28:
        for places in (top, left):
            assert chisquare(np.bincount(places, minlength=29 - side)).pvalue > 0.001
        assert abs(np.corrcoef(top, left)[0, 1]) < 0.06


@pytest.mark.parametrize("sigma", [0.05, 0.7, 2.0, 4.0, 28.0])
def test_blur_is_a_sum_over_the_neighbours_and_paper_around(digits, sigma):
    reach = int(np.ceil(3 * sigma))
    steps = np.arange(28)[:, None] - np.arange(28)
    bell = np.exp(-((np.arange(-reach, reach + 1) / sigma) ** 2) / 2).sum()
    matrix = np.where(abs(steps) <= reach, np.exp(-((steps / sigma) ** 2) / 2), 0) / bell
    expected = matrix @ digits.double().reshape(-1, 28, 28).numpy() @ matrix.T
    blurred = noise.blur(digits, sigma).reshape(-1, 28, 28)
    np.testing.assert_allclose(blurred, expected, atol=1e-6)


def test_blur_keeps_the_ink_of_a_dot_away_from_the_border():
    x = torch.zeros(1, 784)
    x[0, 14 * 28 + 14] = 1
    blurred = noise.blur(x, 1.5).reshape(28, 28)
    assert blurred.sum() == pytest.approx(1, abs=1e-5)
    assert torch.allclose(blurred, blurred.T, atol=1e-7)
    assert blurred.argmax() == 14 * 28 + 14


@settings(deadline=None, derandomize=True, max_examples=25)
@given(st.floats(0, 1), st.integers(0, 2**31))
def test_more_strength_spoils_the_same_pixels_and_more(strength, seed):
    """One seed is one draw: a stronger mask contains the weaker one."""
    x = torch.ones(2, 100)
    weaker = noise.masking(x, strength / 2, generator=rng(seed))
    stronger = noise.masking(x, strength, generator=rng(seed))
    assert (stronger <= weaker).all()


# Pictures with a height and a width


@every_kind
def test_pictures_of_28_by_28_are_spoiled_as_their_rows_are(digits, spoil, strength):
    flat = spoil(digits, strength, generator=rng())
    for shape in ((28, 28), (1, 28, 28)):
        spoiled = spoil(digits.reshape(-1, *shape), strength, generator=rng())
        assert torch.equal(spoiled, flat.reshape(-1, *shape))


@every_kind
@pytest.mark.parametrize("shape", [(20, 32), (3, 20, 32)])
def test_pictures_in_colour_and_of_any_size_are_spoiled_too(spoil, strength, shape):
    x = torch.rand((5, *shape), generator=rng(1))
    spoiled = spoil(x, strength, generator=rng())
    assert spoiled.shape == x.shape
    assert not torch.equal(spoiled, x)


@pytest.mark.parametrize("kind", ["salt and pepper", "masking", "occlusion"])
def test_a_pixel_is_hit_in_all_its_channels_or_in_none(kind):
    spoil, strength = KINDS[kind]
    spoiled = spoil(torch.full((20, 3, 20, 32), 0.5), strength, generator=rng())
    assert (spoiled == spoiled[:, :1]).all()
    assert 0 < (spoiled != 0.5).float().mean() < 1


def test_an_occluded_photograph_loses_one_square():
    lost = noise.occlusion(torch.ones(4000, 1, 20, 32), 6, generator=rng())[:, 0] == 0
    assert (lost.sum(dim=(1, 2)) == 36).all()
    assert (lost.any(dim=2).sum(dim=1) == 6).all()
    assert lost.any(dim=0).all(), "every place is covered once"


# What is refused


@every_kind
@pytest.mark.parametrize(
    ("x", "text"),
    [
        (np.zeros((2, 784), np.float32), "float32 tensor of pixels in .* not ndarray"),
        (torch.zeros(2, 784, dtype=torch.uint8), "not torch.uint8.*/ 255"),
        (torch.zeros(2, 784).double(), "not torch.float64"),
        (torch.zeros(2, 1, 1, 28, 28), r"shape \(2, 1, 1, 28, 28\).*flatten"),
        (torch.zeros(2, 28, 28, 3), r"colour is \(N, 3, H, W\). Usual cure: x.movedim\(3, 1\)"),
        (torch.zeros(784), r"shape \(784,\).*x\[None\]"),
        (torch.full((2, 784), 200.0), r"\[200, 200\].*/ 255"),
        (torch.linspace(-1, 1, 784)[None], r"cure: \(x \+ 1\) / 2"),
        (torch.full((2, 784), -0.1), r"takes pixels in \[0, 1\]"),
        (torch.full((2, 784), torch.nan), "NaN is no pixel"),
    ],
)
def test_what_is_no_picture_is_refused(spoil, strength, x, text):
    with pytest.raises(ValueError, match=text):
        spoil(x, strength, generator=rng())


@every_kind
def test_the_cures_for_another_layout_and_another_range_cure(spoil, strength):
    x = torch.rand((2, 20, 32, 3), generator=rng(1))
    with pytest.raises(ValueError, match=r"Usual cure: x\.movedim\(3, 1\)"):
        spoil(x, strength, generator=rng())
    x = x.movedim(3, 1)
    expected = spoil(x, strength, generator=rng())
    signed = 2 * x - 1
    with pytest.raises(ValueError, match=r"Usual cure: \(x \+ 1\) / 2"):
        spoil(signed, strength, generator=rng())
    torch.testing.assert_close(spoil((signed + 1) / 2, strength, generator=rng()), expected)


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf"), "0.5", None, True])
@pytest.mark.parametrize(
    ("spoil", "name"),
    [
        (noise.gaussian, "sigma"),
        (noise.salt_and_pepper, "amount"),
        (noise.masking, "p"),
        (noise.blur, "sigma"),
    ],
)
def test_impossible_strengths_are_refused(spoil, name, value):
    with pytest.raises(ValueError, match=rf"^{name} must be a number, .*, not "):
        spoil(grey(1), value)


@pytest.mark.parametrize("spoil", [noise.salt_and_pepper, noise.masking])
def test_a_probability_above_1_is_refused(spoil):
    with pytest.raises(ValueError, match=r"must be a number, from 0 to 1, not 1\.5"):
        spoil(grey(1), 1.5)


def test_a_blur_wider_than_the_picture_is_refused():
    with pytest.raises(ValueError, match="sigma must be a number, from 0 to 28, not 29"):
        noise.blur(grey(1), 29)


@pytest.mark.parametrize("side", [-1, 29, 3.0, True, None, "4"])
def test_a_square_that_does_not_fit_is_refused(side):
    with pytest.raises(ValueError, match=r"whole number of pixels from 0 to 28.*round\(share"):
        noise.occlusion(grey(1), side)


@pytest.mark.parametrize("spoil", [lambda x: noise.occlusion(x, 2), lambda x: noise.blur(x, 1)])
def test_pictures_that_are_not_square_are_refused_where_the_place_counts(spoil):
    x = grey(1, pixels=12)
    with pytest.raises(ValueError, match=r"x has 12 pixels in a row.*x\.reshape\(-1, height"):
        spoil(x)
    height, width = 3, 4
    assert spoil(x.reshape(-1, height, width)).shape == (1, 3, 4)
