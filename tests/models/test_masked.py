"""The masked autoencoder: patches there and back, and nothing hidden leaks."""

import pytest
import torch

import aelib
from aelib.models.masked import patches, together


@pytest.fixture(params=[4, 7])
def model(request):
    torch.manual_seed(0)
    return aelib.MaskedAutoencoder(request.param, width=8).eval()


@pytest.fixture
def x():
    return torch.rand(5, 784, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def visible(model):
    generator = torch.Generator().manual_seed(2)
    return torch.rand(5, model.places, generator=generator).argsort(dim=1)[:, :4]


@pytest.mark.parametrize("size", [4, 7, 14])
def test_a_patch_is_a_square_of_the_picture_row_by_row(x, size):
    cut, pictures = patches(x, size), x.reshape(5, 28, 28)
    assert cut.shape == (5, (28 // size) ** 2, size**2)
    second = pictures[:, :size, size : 2 * size].flatten(1)
    below = pictures[:, size : 2 * size, :size].flatten(1)
    torch.testing.assert_close(cut[:, 1], second)
    torch.testing.assert_close(cut[:, 28 // size], below)


@pytest.mark.parametrize("size", [1, 2, 4, 7, 14, 28])
def test_patches_put_together_are_the_picture(x, size):
    torch.testing.assert_close(together(patches(x, size), size), x)


def test_what_is_hidden_changes_nothing(model, x, visible):
    seen = torch.zeros(5, model.places).scatter(1, visible, 1.0)
    seen = together(seen[..., None].expand(-1, -1, model.size**2), model.size)
    other = x * seen + (1 - x) * (1 - seen)
    torch.testing.assert_close(model(other, visible), model(x, visible))
    assert (model((1 - x), visible) - model(x, visible)).abs().max() > 1e-3


def test_the_order_in_which_patches_are_named_does_not_matter(model, x, visible):
    torch.testing.assert_close(model(x, visible.flip(1)), model(x, visible))
    torch.testing.assert_close(
        model.tokens(x, visible.flip(1)).flip(1), model.tokens(x, visible), atol=1e-5, rtol=1e-4
    )


def test_it_draws_pixels_in_0_to_1_for_any_number_of_visible_patches(model, x):
    for k in (1, model.places // 2, model.places):
        visible = torch.arange(k).expand(5, -1)
        assert model.tokens(x, visible).shape == (5, k, 8)
        drawn = model(x, visible)
        assert drawn.shape == (5, 784)
        assert drawn.min() >= 0
        assert drawn.max() <= 1


def test_gradients_reach_all_of_it(model, x, visible):
    model(x, visible).sum().backward()
    assert all(p.grad is not None and p.grad.any() for p in model.parameters())


def test_it_learns_to_fill(x):
    torch.manual_seed(0)
    stripes = torch.zeros(64, 28, 28)
    for i in range(64):
        stripes[i, :, (i % 7) :: 7] = 1
    rows, visible = stripes.flatten(1), torch.tensor([[0, 5]]).expand(64, -1)
    model = aelib.MaskedAutoencoder(7, width=16)

    def loss(model, x):
        return aelib.bernoulli_nll(model(x, visible[: len(x)]), x)

    history = aelib.fit(model, rows, loss, epochs=30, batch_size=16, lr=1e-2)
    assert history.loss[-1] < 0.2 * history.loss[0]


def test_it_comes_back_from_a_file(model, x, visible, tmp_path):
    aelib.save(model, tmp_path / "masked.safetensors")
    again = aelib.load(tmp_path / "masked.safetensors")
    torch.testing.assert_close(again(x, visible), model(x, visible))


@pytest.mark.parametrize("size", [0, 3, 5, 29, 2.5])
def test_patches_that_do_not_fill_a_digit_are_refused(x, size):
    for ask in (aelib.MaskedAutoencoder, lambda size: patches(x, size)):
        with pytest.raises(ValueError, match=r"size must"):
            ask(size)


def test_other_wrong_sizes_are_refused(model, x, visible):
    with pytest.raises(ValueError, match="multiple of 4"):
        aelib.MaskedAutoencoder(7, width=10)
    with pytest.raises(ValueError, match="takes"):
        model(x[:, :-1], visible)
    with pytest.raises(ValueError, match="pixels in"):
        model(255 * x, visible)
