"""The sparse autoencoder: k latents of many, directions of length 1, a tied start."""

import pytest
import torch

import aelib


@pytest.fixture
def model():
    torch.manual_seed(0)
    return aelib.SparseAutoencoder(input_dim=6, latents=15, k=3)


@pytest.fixture
def x():
    return 2 * torch.randn(9, 6, generator=torch.Generator().manual_seed(1))


def test_the_k_strongest_latents_are_kept_as_they_are_and_the_others_are_0(model, x):
    all_of_them, z = model.all_latents(x), model.encode(x)
    assert z.shape == (9, 15)
    for full, kept in zip(all_of_them, z, strict=True):
        strongest = sorted(full.tolist(), reverse=True)[:3]
        assert sorted(kept.tolist(), reverse=True)[:3] == strongest
        assert (kept > 0).sum() <= 3
    assert (z >= 0).all()


def test_with_k_as_large_as_the_latents_nothing_is_left_out(x):
    model = aelib.SparseAutoencoder(6, 15, k=15)
    torch.testing.assert_close(model.encode(x), model.all_latents(x))


def test_a_copy_is_the_bias_and_the_directions_of_what_is_on(model, x):
    torch.nn.init.normal_(model.decoder.bias)
    for row, z in zip(model(x), model.encode(x), strict=True):
        on = z.nonzero().flatten().tolist()
        by_hand = model.decoder.bias + sum(z[i] * model.directions()[i] for i in on)
        torch.testing.assert_close(row, by_hand)


def test_the_encoder_reads_what_lies_beyond_the_bias(model, x):
    before = model.encode(x)
    model.decoder.bias.data += 3
    torch.testing.assert_close(model.encode(x + 3), before)


def test_directions_have_length_1_before_and_after_training(model, x):
    torch.testing.assert_close(model.directions().norm(dim=1), torch.ones(15))
    aelib.fit(model, x, aelib.sparse_error, epochs=3, batch_size=4, lr=0.1)
    torch.testing.assert_close(model.directions().norm(dim=1), torch.ones(15))


def test_the_encoder_begins_tied_to_the_directions(model):
    torch.testing.assert_close(model.encoder.weight, model.directions())
    assert not model.encoder.bias.any()
    assert not model.decoder.bias.any()


def test_it_finds_the_directions_that_rows_were_made_of():
    rng = torch.Generator().manual_seed(0)
    truth = torch.nn.functional.normalize(torch.randn(12, 16, generator=rng))
    on = (torch.rand(6000, 12, generator=rng) < 0.1) * (0.5 + torch.rand(6000, 12, generator=rng))
    torch.manual_seed(0)
    model = aelib.SparseAutoencoder(16, 24, k=2)
    aelib.fit(model, on @ truth, aelib.sparse_error, epochs=8, batch_size=64, lr=1e-2)
    nearest = (truth @ model.directions().detach().T).max(dim=1).values
    assert (nearest > 0.9).float().mean() > 0.8
    other = torch.nn.functional.normalize(torch.randn(24, 16, generator=rng))
    assert ((truth @ other.T).max(dim=1).values > 0.9).float().mean() < 0.3


def test_it_speaks_both_ways_and_is_saved_with_its_k(model, x, tmp_path):
    z = model.transform(x.numpy())
    assert z.shape == (9, 15)
    assert model.inverse_transform(z).shape == (9, 6)
    aelib.save(model, tmp_path / "m.safetensors")
    again = aelib.load(tmp_path / "m.safetensors")
    assert type(again) is aelib.SparseAutoencoder
    assert again.k == 3
    torch.testing.assert_close(again(x), model(x))


@pytest.mark.parametrize(
    ("sizes", "sentence"),
    [
        ((6, 15, 0), r"k must be a whole number from 1 to 15, not 0"),
        ((6, 15, 16), r"k must be a whole number from 1 to 15, not 16"),
        ((6, 15, 2.5), r"k must be a whole number from 1 to 15, not 2\.5"),
        ((0, 15, 3), r"input_dim must be a whole number, 1 or more"),
        ((6, -1, 3), r"latent_dim must be a whole number, 1 or more"),
    ],
)
def test_impossible_sizes_are_refused(sizes, sentence):
    with pytest.raises(ValueError, match=sentence):
        aelib.SparseAutoencoder(*sizes)


@pytest.mark.parametrize(
    ("x", "sentence"),
    [
        (torch.rand(3, 7), r"this model takes \(N, 6\)"),
        (torch.rand(3, 6).double(), r"x\.float\(\)"),
        (torch.full((2, 6), torch.nan), r"x holds NaN, first in row 0"),
    ],
)
def test_what_is_no_row_of_its_is_refused(model, x, sentence):
    with pytest.raises(ValueError, match=sentence):
        model(x)


def test_any_range_of_numbers_is_taken(model):
    assert model(torch.tensor([[-80.0, 3, 900, 0, 1, 2]])).isfinite().all()


# Its loss


def test_without_a_weight_the_loss_is_the_squared_error(model, x):
    error = aelib.squared_error(model(x), x)
    torch.testing.assert_close(aelib.sparse_error(model, x, unused=0), error)


def test_what_no_row_chose_is_asked_to_draw_the_rest(model, x):
    rows = x[:2]  # at most six of fifteen latents are chosen
    z = model.encode(rows)
    rest = (rows - model.decode(z)).detach()
    total = 0.0
    for row, left in zip(model.all_latents(rows), rest, strict=True):
        idle = [i for i in range(15) if not z[:, i].any()]
        strongest = sorted(idle, key=lambda i: -row[i].item())[:3]
        drawn = sum(row[i] * model.directions()[i] for i in strongest)
        total += ((drawn - left) ** 2).sum().item()
    expected = aelib.squared_error(model(rows), rows).item() + 0.5 * total / 2
    assert aelib.sparse_error(model, rows, unused=0.5).item() == pytest.approx(expected, rel=1e-5)


def test_only_then_does_an_unused_latent_get_a_gradient(model, x):
    def reached(unused):
        model.zero_grad()
        aelib.sparse_error(model, x[:1], unused).backward()
        return (model.encoder.weight.grad.abs().sum(dim=1) > 0).sum().item()

    assert reached(0) == 3
    assert reached(1 / 32) == 6


def test_where_all_latents_are_chosen_nothing_is_added(x):
    model = aelib.SparseAutoencoder(6, 3, k=3)
    model.encoder.bias.data += 100
    torch.testing.assert_close(aelib.sparse_error(model, x), aelib.squared_error(model(x), x))


def test_a_batch_of_few_choices_makes_rare_latents_die_and_a_large_one_does_not():
    """What a batch did not choose is asked to draw the rest, even if it is only rare."""
    rng = torch.Generator().manual_seed(0)
    truth = torch.nn.functional.normalize(torch.randn(64, 16, generator=rng))
    sizes = 0.5 + torch.rand(4000, 64, generator=rng)
    rows = (sizes * (torch.rand(4000, 64, generator=rng) < 0.05)) @ truth

    def dead(loss, batch_size, epochs):
        torch.manual_seed(0)
        model = aelib.SparseAutoencoder(16, 256, k=3)
        aelib.fit(model, rows, loss, epochs=epochs, batch_size=batch_size, lr=1e-2)
        return (model.transform(rows) == 0).all(dim=0).sum().item()

    def copying(model, x):
        return aelib.squared_error(model(x), x)

    assert dead(aelib.sparse_error, 128, 10) > 25 > 15 > dead(copying, 128, 10)
    assert dead(aelib.sparse_error, 4000, 60) < 15


@pytest.mark.parametrize(
    ("x", "unused", "sentence"),
    [
        (torch.zeros(0, 6), 1, "no rows to average"),
        (torch.zeros(2, 6), -1, "unused must be 0 or more, not -1"),
    ],
)
def test_what_has_no_error_is_refused(model, x, unused, sentence):
    with pytest.raises(ValueError, match=sentence):
        aelib.sparse_error(model, x, unused)
