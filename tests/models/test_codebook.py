"""The vector-quantised autoencoder: nearest entries, and gradients straight through."""

import pytest
import torch

import aelib


@pytest.fixture
def model():
    torch.manual_seed(0)
    return aelib.VQVAE(n_codes=6, width=4)


@pytest.fixture
def x():
    return torch.rand(3, 784, generator=torch.Generator().manual_seed(0))


def test_the_shapes(model, x):
    z = model.vectors(x)
    assert z.shape == (3, 49, 4)
    assert model.nearest(z).shape == (3, 49)
    x_hat, apart = model(x)
    assert x_hat.shape == (3, 784)
    assert apart.shape == ()
    assert 0 <= x_hat.min() <= x_hat.max() <= 1


def test_the_nearest_entry_is_the_nearest(model, x):
    z = model.vectors(x)
    chosen = model.nearest(z)
    for picture in range(3):
        for place in range(49):
            distances = [(z[picture, place] - entry).norm().item() for entry in model.codebook]
            best = distances[chosen[picture, place]]
            assert best == pytest.approx(min(distances), abs=1e-6)


def test_places_are_read_row_by_row(model):
    x = torch.zeros(2, 28, 28)
    x[1, 5:7, 21:23] = 1  # in the patch of row 1, column 5
    z = model.vectors(x.flatten(1))
    rows, columns = (z[1] - z[0]).abs().sum(dim=1).reshape(7, 7).nonzero().T
    assert set(rows.tolist()) <= {0, 1, 2}
    assert set(columns.tolist()) <= {4, 5, 6}
    assert len(rows) > 0


def test_a_copy_is_drawn_from_entries_alone(model, x):
    q = model.codebook[model.nearest(model.vectors(x))]
    torch.testing.assert_close(model(x)[0], model.draw(q))


def test_the_gradient_passes_as_if_nothing_had_been_replaced(model, x):
    weights = torch.linspace(0, 1, 784)
    (model(x)[0] * weights).sum().backward()
    through = [p.grad.clone() for p in model.encoder.parameters()]
    assert model.codebook.grad is None  # the copy's error moves the encoder, not the codebook
    model.zero_grad()
    z = model.vectors(x)
    q = model.codebook[model.nearest(z)].detach().requires_grad_()
    (slope,) = torch.autograd.grad((model.draw(q) * weights).sum(), q)
    z.backward(slope)
    for found, parameter in zip(through, model.encoder.parameters(), strict=True):
        torch.testing.assert_close(found, parameter.grad)


def test_entries_are_pulled_four_times_as_strongly_as_vectors(model, x):
    z = model.vectors(x).detach().requires_grad_()
    model.vectors = lambda _: z
    _, apart = model(x)
    apart.backward()
    q = model.codebook[model.nearest(z)].detach()
    assert apart.item() == pytest.approx(1.25 * ((q - z) ** 2).sum().item() / 3, rel=1e-5)
    torch.testing.assert_close(z.grad, (z - q).detach() / 2 / 3)
    expected = torch.zeros_like(model.codebook)
    expected.index_add_(0, model.nearest(z).flatten(), (2 * (q - z) / 3).detach().flatten(0, 1))
    torch.testing.assert_close(model.codebook.grad, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"n_codes": 0}, r"n_codes must be a whole number, 1 or more, not 0"),
        ({"width": 2.5}, r"width must be a whole number, 1 or more, not 2\.5"),
    ],
)
def test_impossible_sizes_are_refused(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        aelib.VQVAE(**settings)


@pytest.mark.parametrize(
    ("x", "sentence"),
    [
        (torch.rand(3, 28, 28), r"this model takes \(N, 784\)"),
        (255 * torch.rand(3, 784), r"x / 255"),
        (torch.full((1, 784), torch.nan), r"NaN"),
    ],
)
def test_what_is_no_picture_is_refused(model, x, sentence):
    with pytest.raises(ValueError, match=sentence):
        model(x)
