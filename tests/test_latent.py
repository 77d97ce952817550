"""aelib.latent: walks that end where they should, fair grids, and directions of an attribute."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import geometric_slerp
from scipy.stats import norm

from aelib import attribute_direction, euler, guided, interpolate, latent_grid


def code(*numbers):
    return torch.tensor(numbers, dtype=torch.float32)


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(0)


# --- interpolate ---


@pytest.mark.parametrize("method", ["linear", "spherical"])
@pytest.mark.parametrize("steps", [2, 3, 10, 101])
def test_the_ends_are_exact(generator, method, steps):
    a, b = torch.randn(2, 16, generator=generator)
    path = interpolate(a, b, steps, method)
    assert path.shape == (steps, 16)
    assert path.dtype == torch.float32
    assert torch.equal(path[0], a)
    assert torch.equal(path[-1], b)


def test_a_straight_walk_takes_equal_steps():
    path = interpolate(code(0, 1), code(4, -1), 5)
    torch.testing.assert_close(path, torch.tensor([[0, 1], [1, 0.5], [2, 0], [3, -0.5], [4.0, -1]]))


def test_linear_is_what_you_get_without_asking(generator):
    a, b = torch.randn(2, 5, generator=generator)
    torch.testing.assert_close(interpolate(a, b, 7), interpolate(a, b, 7, "linear"))


def test_a_spherical_walk_is_scipys(generator):
    a, b = torch.randn(2, 16, generator=generator).double()
    a, b = a / a.norm(), b / b.norm()
    expected = geometric_slerp(a.numpy(), b.numpy(), np.linspace(0, 1, 9))
    np.testing.assert_allclose(interpolate(a, b, 9, "spherical"), expected, atol=1e-12)


@settings(max_examples=50, derandomize=True, deadline=None)
@given(st.integers(2, 40), st.integers(0, 10_000), st.floats(0.1, 10))
def test_a_spherical_walk_turns_evenly_and_its_length_changes_evenly(width, seed, longer):
    a, b = torch.randn(2, width, generator=torch.Generator().manual_seed(seed)).double()
    b = b * longer
    path = interpolate(a, b, 12, "spherical")
    lengths = np.linspace(a.norm().item(), b.norm().item(), 12)
    np.testing.assert_allclose(path.norm(dim=1), lengths, rtol=1e-9)
    units = path / path.norm(dim=1, keepdim=True)
    angles = torch.acos((units[1:] * units[:-1]).sum(dim=1).clamp(-1, 1))
    np.testing.assert_allclose(angles, angles.mean(), rtol=1e-5, atol=1e-6)


def test_a_straight_walk_comes_nearer_to_the_middle_than_a_spherical_one():
    a, b = code(3, 0), code(0, 3)
    assert interpolate(a, b, 3)[1].norm().item() == pytest.approx(3 / math.sqrt(2))
    assert interpolate(a, b, 3, "spherical")[1].norm().item() == pytest.approx(3)


@pytest.mark.parametrize("scale", [1.0, 1.0 + 1e-6, 2.0])
def test_where_there_is_nothing_to_turn_a_spherical_walk_is_straight(scale):
    a = code(1, 2, -1)
    expected = interpolate(a, scale * a, 6)
    torch.testing.assert_close(interpolate(a, scale * a, 6, "spherical"), expected)


BAD_WALKS = {
    "a list": (([0.0, 1.0], code(1, 2), 5), "a must be one code, .* not list"),
    "several codes": ((torch.zeros(3, 2), code(1, 2), 5), r"not \(3, 2\).*such as z\[0\]"),
    "whole numbers": ((code(1, 2), torch.tensor([1, 2]), 5), "b must be one code, a float tensor"),
    "NaN": ((code(1, 2), code(math.nan, 0), 5), "b holds NaN or infinity"),
    "other models": ((code(1, 2), code(1, 2, 3), 5), "a has 2 numbers .* b 3"),
    "other types": ((code(1, 2), code(1, 2).double(), 5), "float32 and b 2 of torch.float64"),
    "one step": ((code(1, 2), code(2, 1), 1), "steps must be a whole number, 2 or more, not 1"),
    "half a step": ((code(1, 2), code(2, 1), 2.5), "steps must be a whole number"),
    "slerp": ((code(1, 2), code(2, 1), 5, "slerp"), "must be 'linear' or 'spherical', not 'slerp'"),
    "from 0": ((code(0, 0), code(2, 1), 5, "spherical"), "neither code 0"),
    "opposite": ((code(1, 1), code(-2, -2), 5, "spherical"), "not opposite"),
}


@pytest.mark.parametrize("case", BAD_WALKS)
def test_walks_that_cannot_be_are_refused_with_a_sentence(case):
    arguments, sentence = BAD_WALKS[case]
    with pytest.raises(ValueError, match=sentence):
        interpolate(*arguments)


# --- latent_grid ---


def test_a_grid_holds_the_middle_of_each_equally_likely_cell():
    n = 5
    grid = latent_grid(n).numpy()
    assert grid.shape == (n * n, 2)
    assert grid.dtype == np.float32
    expected = norm.ppf((np.arange(n) + 0.5) / n)
    np.testing.assert_allclose(grid.reshape(n, n, 2)[0, :, 0], expected, atol=1e-6)
    np.testing.assert_allclose(grid.reshape(n, n, 2)[:, 0, 1], expected[::-1], atol=1e-6)


def test_a_grid_is_read_like_a_map():
    grid = latent_grid(3).reshape(3, 3, 2)
    assert grid[0, 0, 0] < 0 < grid[0, 0, 1], "top left: to the left and up"
    assert (grid[:, 1, 0].abs() < 1e-6).all()
    assert (grid[1, :, 1].abs() < 1e-6).all()


def test_each_place_of_a_grid_stands_for_the_same_share_of_draws(generator):
    n, grid = 4, latent_grid(4)
    draws = torch.randn(40_000, 2, generator=generator)
    edges = torch.tensor(norm.ppf([0.25, 0.5, 0.75]), dtype=torch.float32)
    cells = [torch.bucketize(z, edges) for z in (draws, grid)]
    shares = torch.bincount(cells[0][:, 0] * n + cells[0][:, 1]) / len(draws)
    torch.testing.assert_close(shares, torch.full((16,), 1 / 16), rtol=0, atol=0.005)
    assert torch.bincount(cells[1][:, 0] * n + cells[1][:, 1]).tolist() == [1] * 16


@pytest.mark.parametrize("n", [0, -3, 2.5, True, "5", None])
def test_a_grid_needs_a_whole_number(n):
    with pytest.raises(ValueError, match="n must be a whole number, 1 or more, not"):
        latent_grid(n)


# --- attribute_direction ---


def test_a_direction_leads_from_the_mean_without_to_the_mean_with():
    z = torch.tensor([[0.0, 0.0], [2.0, 0.0], [5.0, 3.0], [7.0, 5.0], [6.0, 4.0]])
    has_it = torch.tensor([False, False, True, True, True])
    torch.testing.assert_close(attribute_direction(z, has_it), code(5, 4))
    torch.testing.assert_close(attribute_direction(z, ~has_it), code(-5, -4))


@pytest.mark.parametrize(
    "answers",
    [[1, 0, 0, 1], np.array([True, False, False, True]), torch.tensor([1.0, 0.0, 0.0, 1.0])],
)
def test_yes_and_no_may_be_written_as_one_and_zero(answers):
    expected = attribute_direction(torch.eye(4), torch.tensor([True, False, False, True]))
    torch.testing.assert_close(attribute_direction(torch.eye(4), answers), expected)


def test_a_planted_direction_is_found_among_others(generator):
    planted = torch.randn(16, generator=generator)
    has_it = torch.rand(5000, generator=generator) < 0.3
    z = torch.randn(5000, 16, generator=generator) + has_it[:, None] * planted
    torch.testing.assert_close(attribute_direction(z, has_it), planted, rtol=0, atol=0.15)


def test_a_direction_does_not_depend_on_where_zero_is(generator):
    z, has_it = torch.randn(50, 4, generator=generator).double(), torch.arange(50) % 3 == 0
    torch.testing.assert_close(attribute_direction(z, has_it), attribute_direction(z + 7, has_it))


BAD_GROUPS = {
    "nobody": ((torch.eye(3), torch.zeros(3)), "No picture has the attribute.*some with it"),
    "everybody": ((torch.eye(3), torch.ones(3)), "Every picture has the attribute"),
    "a number": ((torch.eye(3), code(0.3, -1, 0.5)), "make an answer, such as smile > 0"),
    "too few": ((torch.eye(3), torch.tensor([1, 0])), "each of the 3 codes"),
    "a column": ((torch.eye(3), torch.ones(3, 1)), "each of the 3 codes"),
    "NaN": ((torch.full((3, 3), math.nan), torch.tensor([1, 0, 1])), "z holds NaN"),
    "one code": ((code(1, 2, 3), torch.tensor([1, 0, 1])), r"shape \(N, K\), not \(3,\)"),
    "an array": ((np.eye(3), torch.tensor([1, 0, 1])), r"not ndarray"),
}


@pytest.mark.parametrize("case", BAD_GROUPS)
def test_groups_that_give_no_direction_are_refused_with_a_sentence(case):
    arguments, sentence = BAD_GROUPS[case]
    with pytest.raises(ValueError, match=sentence):
        attribute_direction(*arguments)


# --- euler and guided ---


def test_euler_walks_in_equal_steps_from_t_1_to_0_and_asks_where_it_stands(generator):
    asked = []

    def velocity(z_t, t):
        asked.append((z_t.clone(), t.clone()))
        return z_t * t[:, None] + 1

    noise = torch.randn(3, 2, generator=generator)
    path = euler(velocity, noise, 4)
    assert path.shape == (5, 3, 2)
    assert torch.equal(path[0], noise)
    for k, (z_t, t) in enumerate(asked):
        assert torch.equal(t, torch.full((3,), 1 - k / 4))
        assert torch.equal(z_t, path[k])
        torch.testing.assert_close(path[k + 1], path[k] - (path[k] * t[:, None] + 1) / 4)


def test_with_many_steps_euler_solves_the_equation(generator):
    noise = torch.randn(5, 3, generator=generator).double()
    end = euler(lambda z_t, _: -z_t, noise, 2000)[-1]  # dz/dt = -z, walked from t = 1 to 0
    torch.testing.assert_close(end, noise * math.e, rtol=1e-3, atol=0)


def test_euler_keeps_no_gradients(generator):
    weight = torch.ones(2, requires_grad=True)
    noise = torch.randn(3, 2, generator=generator)
    assert not euler(lambda z_t, _: z_t * weight, noise, 3).requires_grad


@pytest.mark.parametrize(
    ("noise", "steps", "sentence"),
    [
        (torch.zeros(3), 4, r"noise must be a float tensor of shape \(N, D\), not \(3,\)"),
        (torch.zeros(3, 2, dtype=torch.int64), 4, "noise must be a float tensor"),
        (np.zeros((3, 2)), 4, "not ndarray"),
        (torch.zeros(3, 2), 0, "steps must be a whole number, 1 or more, not 0"),
        (torch.zeros(3, 2), 2.5, "steps must be a whole number"),
    ],
)
def test_euler_refuses_in_a_sentence(noise, steps, sentence):
    with pytest.raises(ValueError, match=sentence):
        euler(lambda z_t, _: z_t, noise, steps)


@pytest.mark.parametrize(
    ("weight", "expected"), [(0, 1.0), (1, 4.0), (2, 7.0), (0.5, 2.5), (-1, -2.0)]
)
def test_guidance_goes_weight_times_as_far_as_the_class_does(weight, expected):
    def model(z_t, _, y=None):
        return torch.full_like(z_t, 1.0 if y is None else float(y[0]))

    velocity = guided(model, torch.tensor([4, 4]), weight)
    found = velocity(torch.zeros(2, 3), torch.ones(2))
    torch.testing.assert_close(found, torch.full((2, 3), expected))
