"""Every loss: its value against an independent oracle, its gradient, its unit, its errors."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from torch import nn
from torch.distributions import Bernoulli, Normal
from torch.distributions import kl_divergence as divergence
from torch.nn import functional

from aelib import (
    bernoulli_entropy,
    bernoulli_nll,
    contraction,
    flow_loss,
    kl_divergence,
    l1_penalty,
    negative_elbo,
    sparsity_kl,
    squared_error,
)

settings.register_profile(
    "aelib", deadline=None, derandomize=True, max_examples=50
)  # slow machines are no errors
settings.load_profile("aelib")

LOSSES_OF_A_PAIR = [squared_error, bernoulli_nll]


def images(low=0.0, high=1.0):
    """Small batches (N, D) of float64 numbers."""
    shape = arrays.array_shapes(min_dims=2, max_dims=2, max_side=6)
    numbers = st.floats(low, high, allow_nan=False, width=32)
    return arrays.arrays(np.float64, shape, elements=numbers).map(torch.from_numpy)


def pair(seed=0, shape=(5, 7)):
    generator = torch.Generator().manual_seed(seed)
    return (0.02 + 0.96 * torch.rand(shape, generator=generator) for _ in range(2))


# --- the unit: summed over pixels, averaged over images ---------------------------------------


def test_squared_error_by_hand():
    x = torch.tensor([[0.0, 1.0, 0.5], [1.0, 1.0, 1.0]])
    x_hat = torch.tensor([[1.0, 1.0, 0.5], [0.0, 0.5, 1.0]])
    assert squared_error(x_hat, x).item() == (1 + 0 + 0 + 1 + 0.25 + 0) / 2


@given(images(), st.integers(1, 4))
def test_repeating_the_images_changes_nothing_and_repeating_pixels_multiplies(x, times):
    x_hat = 1 - 0.9 * x
    for loss in LOSSES_OF_A_PAIR:
        once = loss(x_hat, x)
        torch.testing.assert_close(loss(x_hat.repeat(times, 1), x.repeat(times, 1)), once)
        torch.testing.assert_close(
            loss(x_hat.repeat(1, times), x.repeat(1, times)), times * once
        )  # fmt: skip


@given(images())
def test_shape_of_an_image_does_not_matter(x):
    for loss in LOSSES_OF_A_PAIR:
        torch.testing.assert_close(loss(x * 0.9, x), loss((x * 0.9)[:, None], x[:, None]))


def test_squared_error_against_numpy():
    x_hat, x = pair()
    assert squared_error(x_hat, x) == pytest.approx(
        np.square(x_hat.numpy() - x.numpy()).sum(axis=1).mean(), rel=1e-6
    )


@given(images(-5, 5))
def test_squared_error_is_zero_for_a_copy_and_symmetric(x):
    assert squared_error(x, x) == 0
    other = x.flip(1) + 0.5
    assert squared_error(x, other) == squared_error(other, x) >= 0


# --- cross-entropy ----------------------------------------------------------------------------


def test_bernoulli_nll_is_a_log_likelihood():
    x_hat, x = pair()
    x = x.round()
    expected = -Bernoulli(x_hat).log_prob(x).sum(dim=1).mean()
    torch.testing.assert_close(bernoulli_nll(x_hat, x), expected)


def test_bernoulli_nll_of_grey_is_the_expectation_over_drawn_pixels():
    x_hat, x = pair()
    black = -Bernoulli(x_hat).log_prob(torch.ones_like(x))
    white = -Bernoulli(x_hat).log_prob(torch.zeros_like(x))
    expected = (x * black + (1 - x) * white).sum(dim=1).mean()
    torch.testing.assert_close(bernoulli_nll(x_hat, x), expected)


def test_bernoulli_nll_is_in_nats():
    half = torch.full((3, 784), 0.5)
    assert bernoulli_nll(half, half.round()).item() == pytest.approx(784 * math.log(2), rel=1e-6)


@given(images())
def test_bernoulli_nll_is_its_floor_plus_the_divergence(x):
    x_hat = 0.05 + 0.9 * x.flip(0)
    gap = divergence(Bernoulli(x), Bernoulli(x_hat)).sum(dim=1).mean()
    torch.testing.assert_close(bernoulli_nll(x_hat, x), bernoulli_entropy(x) + gap)


@given(images(0.0625, 0.9375))
def test_entropy_is_that_of_torch(x):
    expected = Bernoulli(x).entropy().sum(dim=1).mean()
    torch.testing.assert_close(bernoulli_entropy(x), expected)


def test_entropy_of_black_and_white_is_zero():
    assert bernoulli_entropy(torch.tensor([[0.0, 1.0], [1.0, 1.0]])) == 0


def test_certain_and_wrong_is_finite():
    assert bernoulli_nll(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]])).isfinite()


def test_certain_pixels_have_finite_gradients():
    x_hat = torch.tensor([[1.0, 0.0, 1.0, 0.0]], requires_grad=True)
    bernoulli_nll(x_hat, torch.tensor([[0.0, 1.0, 1.0, 0.0]])).backward()
    assert x_hat.grad.isfinite().all()


def test_bernoulli_nll_agrees_with_pytorch():
    x_hat, x = pair()
    ours, theirs = x_hat.clone().requires_grad_(), x_hat.clone().requires_grad_()
    expected = functional.binary_cross_entropy(theirs, x, reduction="sum") / len(x)
    torch.testing.assert_close(bernoulli_nll(ours, x), expected)
    bernoulli_nll(ours, x).backward()
    expected.backward()
    torch.testing.assert_close(ours.grad, theirs.grad)


def test_a_pixel_that_is_nearly_certain_and_wrong_still_pulls():
    logits = torch.tensor([[-40.0]], requires_grad=True)
    bernoulli_nll(torch.sigmoid(logits), torch.ones(1, 1)).backward()
    assert logits.grad.item() == pytest.approx(-1)


def test_gradient_at_the_logits_is_y_minus_x():
    x_hat, x = pair()
    logits = torch.logit(x_hat).requires_grad_()
    bernoulli_nll(torch.sigmoid(logits), x).backward()
    torch.testing.assert_close(logits.grad, (x_hat - x) / len(x))


@pytest.mark.parametrize("loss", LOSSES_OF_A_PAIR)
def test_gradients_against_finite_differences(loss):
    x_hat, x = (values.double() for values in pair())
    assert torch.autograd.gradcheck(lambda values: loss(values, x), x_hat.requires_grad_())


# --- sparsity ---------------------------------------------------------------------------------


def test_l1_penalty_by_hand():
    assert l1_penalty(torch.tensor([[1.0, -2.0, 0.0], [0.5, 0.0, 0.0]])) == (3 + 0.5) / 2


@given(images(-3, 3), st.floats(0.1, 10))
def test_l1_penalty_follows_the_scale(z, scale):
    torch.testing.assert_close(l1_penalty(scale * z), scale * l1_penalty(z))
    torch.testing.assert_close(l1_penalty(-z), l1_penalty(z))


@given(images(0.0625, 0.9375), st.floats(0.01, 0.99))
def test_sparsity_kl_is_the_divergence_of_coins(z, rho):
    expected = divergence(Bernoulli(torch.tensor(rho).double()), Bernoulli(z.mean(dim=0))).sum()
    torch.testing.assert_close(sparsity_kl(z, rho), expected, atol=1e-9, rtol=1e-6)


@given(st.floats(0.01, 0.99), st.integers(1, 5))
def test_sparsity_kl_is_zero_at_the_target_and_positive_elsewhere(rho, units):
    z = torch.full((4, units), rho, dtype=torch.float64)
    assert sparsity_kl(z, rho) == pytest.approx(0, abs=1e-12)
    assert sparsity_kl(z * 0.5, rho) > 0


def test_sparsity_kl_sees_only_the_mean_of_each_unit():
    z = torch.tensor([[0.0, 0.1], [0.4, 0.3]])
    torch.testing.assert_close(sparsity_kl(z), sparsity_kl(z.mean(dim=0, keepdim=True)))


def test_sparsity_kl_of_dead_and_saturated_units_is_finite():
    z = torch.tensor([[0.0, 1.0]] * 3, requires_grad=True)
    value = sparsity_kl(z)
    value.backward()
    assert value.isfinite()
    assert z.grad.isfinite().all()


def test_gradients_of_sparsity_against_finite_differences():
    z = next(pair()).double().requires_grad_()
    assert torch.autograd.gradcheck(l1_penalty, z)
    assert torch.autograd.gradcheck(sparsity_kl, z)


# --- contraction ------------------------------------------------------------------------------


def small_encoder():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(7, 6), nn.Tanh(), nn.Linear(6, 3), nn.Sigmoid()).double()


def test_contraction_against_the_jacobian_of_autograd():
    encoder, x = small_encoder(), next(pair()).double()
    jacobians = [torch.autograd.functional.jacobian(encoder, row) for row in x]
    expected = torch.stack([J.square().sum() for J in jacobians]).mean()
    torch.testing.assert_close(contraction(encoder, x), expected.detach())


def test_contraction_against_finite_differences():
    encoder, x, eps = small_encoder(), next(pair()).double(), 1e-6
    total = 0.0
    with torch.no_grad():
        for nudge in eps * torch.eye(7, dtype=torch.float64):
            total += ((encoder(x + nudge) - encoder(x - nudge)) / (2 * eps)).square().sum() / len(x)
    assert contraction(encoder, x).item() == pytest.approx(total.item(), rel=1e-7)


@given(images(-2, 2), st.integers(1, 4))
def test_contraction_of_a_linear_map_is_the_norm_of_its_matrix(x, units):
    matrix = torch.linspace(-1, 1, units * x.shape[1], dtype=torch.float64).reshape(-1, units)
    torch.testing.assert_close(contraction(lambda x: x @ matrix, x), matrix.square().sum())


def test_contraction_of_one_sigmoid_layer_by_hand():
    layer, x = nn.Sequential(nn.Linear(7, 3), nn.Sigmoid()).double(), next(pair()).double()
    z = layer(x)
    rows = layer[0].weight.square().sum(dim=1)
    expected = ((z * (1 - z)).square() * rows).sum(dim=1).mean()
    torch.testing.assert_close(contraction(layer, x), expected)


def test_contraction_can_be_trained_on():
    encoder, x = small_encoder(), next(pair()).double()
    weight = encoder[0].weight

    def of_weight(values):
        def encode(x):
            return encoder[3](encoder[2](encoder[1](x @ values.T + encoder[0].bias)))

        return contraction(encode, x)

    assert torch.autograd.gradcheck(of_weight, weight.detach().clone().requires_grad_())


def test_contraction_works_where_gradients_are_switched_off():
    encoder, x = small_encoder(), next(pair()).double()
    with torch.no_grad():
        inside = contraction(encoder, x)
    torch.testing.assert_close(inside, contraction(encoder, x).detach())


def test_contraction_leaves_its_arguments_alone():
    encoder, x = small_encoder(), next(pair()).double()
    contraction(encoder, x)
    assert not x.requires_grad
    assert all(parameter.grad is None for parameter in encoder.parameters())


# --- errors -----------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", LOSSES_OF_A_PAIR)
@pytest.mark.parametrize("shape", [(4, 7), (5, 6), (5, 7, 1), (7,), (1, 7)])
def test_other_shapes_are_named(loss, shape):
    with pytest.raises(ValueError, match=r"x_hat has shape \(5, 7\) and x has .*flatten\?"):
        loss(torch.zeros(5, 7), torch.zeros(shape))


@pytest.mark.parametrize("loss", LOSSES_OF_A_PAIR)
def test_empty_batches(loss):
    with pytest.raises(ValueError, match="no image in this batch"):
        loss(torch.zeros(0, 7), torch.zeros(0, 7))
    with pytest.raises(ValueError, match="no image in this batch"):
        bernoulli_entropy(torch.zeros(0, 7))


@pytest.mark.parametrize("bad", [-0.01, 1.01, 255.0, math.nan, math.inf])
def test_cross_entropy_names_what_is_no_probability(bad):
    good, other = torch.full((2, 3), 0.5), torch.full((2, 3), 0.5)
    other[1, 2] = bad
    with pytest.raises(ValueError, match=r"^x_hat lies in .*sigmoid"):
        bernoulli_nll(other, good)
    with pytest.raises(ValueError, match=r"^x lies in .*/ 255"):
        bernoulli_nll(good, other)
    with pytest.raises(ValueError, match="lies in"):
        bernoulli_entropy(other)


@pytest.mark.parametrize("z", [torch.zeros(0, 4), torch.zeros(4), torch.tensor(1.0)])
def test_codes_without_rows(z):
    for call in (l1_penalty, sparsity_kl, lambda z: contraction(lambda x: x, z)):
        with pytest.raises(ValueError, match="no rows to average"):
            call(z)


@pytest.mark.parametrize("rho", [0, 1, -0.1, 5, math.nan])
def test_impossible_targets(rho):
    with pytest.raises(ValueError, match="rho must be between 0 and 1"):
        sparsity_kl(torch.full((2, 3), 0.5), rho)


@pytest.mark.parametrize("bad", [-0.1, 1.5, math.nan])
def test_activations_outside_the_unit_interval(bad):
    with pytest.raises(ValueError, match=r"z lies in .*sigmoid, or use l1_penalty"):
        sparsity_kl(torch.tensor([[0.5, bad]]))


# --- the variational bound ---

CODES = arrays.arrays(np.float64, (4, 3), elements=st.floats(-5, 5))


@given(CODES, CODES)
def test_kl_divergence_is_that_of_normal_distributions(mu, logvar):
    mu, logvar = torch.from_numpy(mu), torch.from_numpy(logvar)
    cloud = Normal(mu, (0.5 * logvar).exp())
    oracle = divergence(cloud, Normal(0.0, 1.0)).sum() / 4
    torch.testing.assert_close(kl_divergence(mu, logvar), oracle, rtol=1e-9, atol=1e-9)
    assert kl_divergence(mu, logvar) >= 0


def test_kl_divergence_is_zero_only_for_the_prior():
    zeros = torch.zeros(2, 3)
    assert kl_divergence(zeros, zeros) == 0
    assert kl_divergence(zeros + 0.1, zeros) > 0
    assert kl_divergence(zeros, zeros - 0.1) > 0


def test_kl_divergence_against_monte_carlo():
    mu, logvar = torch.tensor([[1.0, -0.5]]), torch.tensor([[0.5, -1.0]])
    cloud = Normal(mu, (0.5 * logvar).exp())
    z = cloud.sample((200_000,))
    estimate = (cloud.log_prob(z) - Normal(0.0, 1.0).log_prob(z)).sum(dim=-1).mean()
    torch.testing.assert_close(kl_divergence(mu, logvar), estimate, rtol=0, atol=0.02)


def test_negative_elbo_weighs_the_divergence_with_beta():
    x, mu, logvar = torch.full((2, 4), 0.3), torch.ones(2, 3), torch.ones(2, 3)
    parts = bernoulli_nll(x, x), kl_divergence(mu, logvar)
    assert negative_elbo(x, x, mu, logvar) == parts[0] + parts[1]
    assert negative_elbo(x, x, mu, logvar, beta=4) == parts[0] + 4 * parts[1]
    assert negative_elbo(x, x, mu, logvar, beta=0) == parts[0]


@pytest.mark.parametrize("logvar", [100.0, math.inf, math.nan])
def test_a_variance_too_large_to_write_is_named(logvar):
    with pytest.raises(ValueError, match="logvar reaches"):
        kl_divergence(torch.zeros(1, 2), torch.full((1, 2), logvar))


def test_shapes_and_weights_that_do_not_fit_are_named():
    x = torch.full((2, 4), 0.5)
    with pytest.raises(ValueError, match=r"mu has shape \(2, 3\) and logvar has \(2, 2\)"):
        kl_divergence(torch.zeros(2, 3), torch.zeros(2, 2))
    with pytest.raises(ValueError, match="beta must be 0 or more, not -1"):
        negative_elbo(x, x, torch.zeros(2, 3), torch.zeros(2, 3), beta=-1)


# The bound against an integral


def test_kl_divergence_is_the_integral_of_its_definition():
    z = torch.linspace(-30, 30, 60_001, dtype=torch.float64)
    for mu, logvar in [(0.0, 0.0), (1.5, -2.0), (-0.7, 1.3), (3.0, 0.4)]:
        q = Normal(mu, math.exp(0.5 * logvar)).log_prob(z)
        integral = torch.trapezoid(q.exp() * (q - Normal(0, 1).log_prob(z)), z)
        value = kl_divergence(*(torch.tensor([[v]], dtype=torch.float64) for v in (mu, logvar)))
        torch.testing.assert_close(value, integral, rtol=1e-7, atol=1e-9)


def test_kl_divergence_sums_over_the_code_and_averages_over_images():
    generator = torch.Generator().manual_seed(0)
    mu, logvar = torch.randn(2, 6, 4, generator=generator, dtype=torch.float64)
    once = kl_divergence(mu, logvar)
    torch.testing.assert_close(kl_divergence(mu.repeat(3, 1), logvar.repeat(3, 1)), once)
    torch.testing.assert_close(kl_divergence(mu.repeat(1, 3), logvar.repeat(1, 3)), 3 * once)
    one_by_one = [kl_divergence(m[None], v[None]) for m, v in zip(mu, logvar, strict=True)]
    torch.testing.assert_close(torch.stack(one_by_one).mean(), once)


def test_gradients_of_the_bound_against_finite_differences():
    x_hat, x = (values.double() for values in pair())
    mu, logvar = (values.double()[:, :3] - 0.5 for values in pair(seed=1))
    inputs = [values.clone().requires_grad_() for values in (x_hat, mu, logvar)]
    assert torch.autograd.gradcheck(kl_divergence, inputs[1:])
    assert torch.autograd.gradcheck(
        lambda x_hat, mu, logvar: negative_elbo(x_hat, x, mu, logvar, beta=0.7), inputs
    )


@pytest.mark.parametrize(("mu", "logvar"), [(0.2, -1.0), (-1.5, 0.5), (0.0, 0.0)])
def test_negative_elbo_bounds_an_integrated_likelihood_and_the_gap_is_a_divergence(mu, logvar):
    """Five coins whose chances depend on one number z; log p(x) is summed on a grid."""
    z = torch.linspace(-10, 10, 4_001, dtype=torch.float64)
    weight = Normal(0, 1).log_prob(z) + math.log(20 / 4_000)
    places = torch.linspace(-2, 2, 5, dtype=z.dtype)
    chances = torch.sigmoid(2 - 0.3 * (z[:, None] - places) ** 2)
    x = torch.tensor([0.0, 1, 1, 0, 1], dtype=z.dtype)
    joint = Bernoulli(chances).log_prob(x).sum(dim=1) + weight
    log_p = torch.logsumexp(joint, dim=0)
    q = Normal(mu, math.exp(0.5 * logvar)).log_prob(z) + math.log(20 / 4_000)
    cloud = [torch.full((1, 1), value, dtype=z.dtype) for value in (mu, logvar)]
    expected = sum(
        share * negative_elbo(row[None], x[None], *cloud)
        for share, row in zip(q.exp(), chances, strict=True)
    )
    gap = (q.exp() * (q - (joint - log_p))).sum()
    assert expected > -log_p
    torch.testing.assert_close(expected + log_p, gap, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("beta", [-0.1, math.nan, -math.inf])
def test_impossible_weights(beta):
    x, mu = torch.full((2, 4), 0.5), torch.zeros(2, 3)
    with pytest.raises(ValueError, match="beta must be 0 or more"):
        negative_elbo(x, x, mu, mu, beta=beta)


def test_codes_without_images_are_named():
    with pytest.raises(ValueError, match="no image in this batch"):
        kl_divergence(torch.zeros(0, 3), torch.zeros(0, 3))


@pytest.mark.parametrize("logvar", [-200.0, -80.0, 0.0, 79.0])
def test_what_can_be_written_is_finite(logvar):
    logvar = torch.full((1, 2), logvar, requires_grad=True)
    value = kl_divergence(torch.zeros(1, 2), logvar)
    value.backward()
    assert value.isfinite()
    assert logvar.grad.isfinite().all()


def test_one_overflow_among_many_is_found():
    logvar = torch.zeros(50, 20)
    logvar[31, 7] = 90.0
    with pytest.raises(ValueError, match="logvar reaches 90"):
        kl_divergence(torch.zeros(50, 20), logvar)
    with pytest.raises(ValueError, match="logvar reaches 90"):
        negative_elbo(torch.full((50, 4), 0.5), torch.zeros(50, 4), torch.zeros(50, 20), logvar)


# --- flow_loss ---


def test_flow_loss_asks_for_noise_minus_code_at_the_mixture():
    z = torch.randn(400, 3, generator=torch.Generator().manual_seed(1)) + 5

    def perfect(z_t, t):  # knows z, so it can find the noise
        return (z_t - z) / t[:, None]

    torch.manual_seed(0)
    assert flow_loss(perfect, z).item() < 1e-4


def test_flow_loss_of_a_network_that_answers_0_is_the_squared_length_of_the_way():
    z = torch.full((50_000, 2), 3.0)
    torch.manual_seed(0)
    loss = flow_loss(lambda z_t, _: torch.zeros_like(z_t), z).item()
    assert abs(loss - 2 * (9 + 1)) < 0.2  # noise - z: variance 1, mean -3, two numbers


def test_flow_loss_draws_times_from_0_to_1_for_each_row_and_hands_on_the_classes():
    seen = {}

    def model(z_t, t, y):
        seen.update(t=t, y=y)
        return z_t

    y = torch.arange(1000)
    torch.manual_seed(0)
    flow_loss(model, torch.zeros(1000, 2), y)
    assert seen["t"].shape == (1000,)
    assert torch.equal(seen["y"], y)
    assert 0 <= seen["t"].min() < 0.01
    assert 0.99 < seen["t"].max() <= 1
    assert abs(seen["t"].mean() - 0.5) < 0.03


def test_flow_loss_refuses_no_rows():
    with pytest.raises(ValueError, match="no"):
        flow_loss(lambda z_t, _: z_t, torch.zeros(0, 4))
