"""Swapping entries of a codebook."""

import base64
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import aelib
from aelib.widgets import CodeSwap

LOOKS = np.linspace(0, 1, 6 * 5 * 4).reshape(6, 5, 4)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return aelib.VQVAE(n_codes=6, width=4).eval()


@pytest.fixture
def swap(model):
    return CodeSwap(model.decoder, model.codebook, np.arange(98).reshape(2, 49) % 6, LOOKS)


def test_it_draws_what_the_model_draws(model, swap):
    codes = torch.arange(49)[None] % 6
    with torch.no_grad():
        expected = model.draw(model.codebook[codes])
    np.testing.assert_allclose(swap.draw(codes), expected, atol=1e-6)


@pytest.mark.parametrize("codes", [[[-1] * 49], [[6] * 49], [[0] * 48], [[0.5] * 49]])
def test_it_draws_nothing_that_is_not_in_the_codebook(swap, codes):
    with pytest.raises(ValueError, match=r"codes"):
        swap.draw(codes)


def test_it_begins_with_the_first_digit_and_the_place_in_the_middle(swap):
    assert swap.codes == [i % 6 for i in range(49)]
    assert swap.place == 24


def test_a_tensor_sets_the_codes(swap):
    swap.codes = torch.full((49,), 3)
    assert swap.codes == [3] * 49


def test_the_still_picture_shows_the_digit_and_eight_swaps(swap):
    data, metadata = swap._repr_mimebundle_()
    assert "place 24 is another" in metadata["image/png"]["alt"]
    still = Image.open(BytesIO(base64.b64decode(data["image/png"]))).convert("L")
    assert still.size == (9 * 60, 2 * 60)
    entry = int(metadata["image/png"]["alt"].split("another: ")[1].split(",")[1])
    middle = 255 - still.getpixel((2 * 60 + 28, 60 + 28))  # below the second swap, ink is dark
    look = LOOKS[entry]
    assert look.min() - 0.02 <= middle / 255 <= look.max() + 0.02
    assert data["text/plain"] == "CodeSwap(49 places, 6 entries)"


@pytest.mark.parametrize("codes", [[6] * 49, [-1] * 49, [0.5] * 49, [0] * 48, [np.nan] * 49])
def test_impossible_codes_are_refused(swap, codes):
    before = swap.codes
    with pytest.raises(ValueError, match="codes"):
        swap.codes = codes
    assert swap.codes == before


@pytest.mark.parametrize("place", [-1, 49])
def test_a_place_outside_is_refused(swap, place):
    with pytest.raises(ValueError, match=r"place must lie in 0\.\.48"):
        swap.place = place


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"codes": np.zeros(49, int)}, r"not int64 of shape \(49,\)"),
        ({"codes": np.zeros((1, 48), int)}, r"does not take 192 numbers"),
        ({"codes": np.zeros((1, 49))}, r"not float64"),
        ({"codes": np.full((1, 49), 6)}, r"the entries 0 to 5"),
        ({"codebook": np.zeros(6)}, r"\(n_codes, width\), not \(6,\)"),
        ({"codebook": np.full((6, 4), np.nan)}, r"finite"),
        ({"codebook": np.zeros((6, 5))}, r"does not take 245 numbers"),
        ({"looks": LOOKS[:5]}, r"6 pictures \(n_codes, h, w\), not \(5, 5, 4\)"),
        ({"looks": 2 * LOOKS}, r"\[0, 1\]"),
        ({"decoder": nn.Sequential(nn.Linear(196, 10))}, r"answers with 10 numbers.*say shape="),
        ({"looks": np.ones((6, 3, 5, 4))}, r"looks must be \(n_codes, h, w\), as the decoder's"),
        ({"shape": (14, 56)}, r"49 places are no grid of the shape of the pictures, 14 x 56"),
    ],
)
def test_what_does_not_fit_is_refused(model, change, sentence):
    settings = {"decoder": model.decoder, "codebook": model.codebook}
    settings |= {"codes": np.zeros((1, 49), int), "looks": LOOKS}
    with pytest.raises(ValueError, match=sentence):
        CodeSwap(**{**settings, **change})


class Noisy(nn.Module):
    def forward(self, x):
        return x + torch.rand_like(x)


def test_what_the_browser_cannot_run_the_kernel_answers_with_the_reason(model):
    decoder = nn.Sequential(nn.Linear(196, 784), Noisy())
    swap = CodeSwap(decoder, model.codebook, np.zeros((1, 49), int), LOOKS)
    assert swap.where == "kernel, because it draws random numbers"
    assert swap._models[0]["decoder"] is None


def test_a_decoder_that_was_trained_further_is_sent_again_when_it_is_shown(model, swap):
    assert swap.where == "browser"
    before = swap._weights
    swap._repr_mimebundle_()
    assert swap._weights == before
    with torch.no_grad():
        next(model.decoder.parameters()).add_(0.5)
    swap._repr_mimebundle_()
    assert swap._weights != before


class Coloured(nn.Module):
    """2 x 3 places of 4 numbers become pictures of 8 x 12 pixels in colour, from -1 to 1."""

    def __init__(self):
        super().__init__()
        self.unpool = nn.ConvTranspose2d(4, 3, 4, stride=4)

    def forward(self, numbers):
        return torch.tanh(self.unpool(numbers.reshape(-1, 4, 2, 3)))


def test_pictures_in_colour_that_are_not_square(model):
    torch.manual_seed(0)
    decoder, codes = Coloured().eval(), np.arange(12).reshape(2, 6) % 6
    looks = np.random.default_rng(0).random((6, 3, 4, 4))
    size = {"shape": (3, 8, 12), "value_range": (-1, 1)}
    swap = CodeSwap(decoder, model.codebook, codes, looks, **size)
    assert (swap._shape, swap._grid, swap._look, swap.place) == ([8, 12, 3], [2, 3], [4, 4, 3], 4)
    with torch.no_grad():
        numbers = model.codebook[torch.as_tensor(codes)].transpose(1, 2).flatten(1)
        expected = (decoder(numbers) + 1) / 2
    np.testing.assert_allclose(swap.draw(codes), expected.flatten(1), atol=1e-6)
    assert swap.where == "browser"
    still = Image.open(BytesIO(swap._still()[0]))
    assert (still.mode, still.size) == ("RGB", (9 * 28, 2 * 20))
    with pytest.raises(ValueError, match=r"looks must be \(n_codes, 3, h, w\)"):
        CodeSwap(decoder, model.codebook, codes, looks[:, 0], **size)
