"""Letters drawn from fonts: like MNIST's digits in every way but what they show."""

import subprocess
import sys
from pathlib import Path
from runpy import run_path
from string import ascii_letters

import numpy as np
import pytest
import torch

import aelib
from aelib import DataError
from aelib.data import letters
from aelib.data.files import data_dir


@pytest.fixture(autouse=True)
def fresh_process():
    """Forget glyphs that a test read from other fonts."""
    yield
    letters._glyphs.cache_clear()


@pytest.fixture(scope="module")
def some_letters():
    return aelib.draw_letters(600, seed=0)


def test_letters_have_the_promised_shapes_and_types(some_letters):
    x, y = some_letters
    assert x.shape == (600, 784)
    assert x.dtype == torch.float32
    assert y.shape == (600,)
    assert y.dtype == torch.int64
    assert sorted(set(y.tolist())) == list(range(26))
    assert x.min() == 0
    assert x.max() <= 1


def test_letters_are_grey_at_their_edges_and_mostly_paper(some_letters):
    x, _ = some_letters
    assert ((x > 0.1) & (x < 0.9)).any(dim=1).all()
    assert ((x > 0.5).float().mean(dim=1) < 0.5).all()
    assert (x.max(dim=1).values > 0.5).all()


def test_centre_of_mass_is_the_middle(some_letters):
    pictures = some_letters[0].reshape(-1, 28, 28)
    places = torch.arange(28.0)
    for axis in (1, 2):
        centre = (pictures.sum(dim=axis) * places).sum(dim=1) / pictures.sum(dim=(1, 2))
        assert (centre - 13.5).abs().max() < 0.3


def test_letters_fill_a_box_of_20_pixels(some_letters):
    ink = some_letters[0].reshape(-1, 28, 28) > 0.1
    sides = torch.stack([ink.any(dim=axis).sum(dim=1) for axis in (1, 2)]).amax(dim=0)
    assert sides.min() >= 17
    assert sides.max() <= 22


def test_labels_name_the_letters():
    # an independent drawing of each letter, in the font that most resembles all others
    from matplotlib import get_data_path
    from PIL import Image, ImageDraw, ImageFont

    x, y = aelib.draw_letters(2000, seed=1)
    font = ImageFont.truetype(Path(get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf", 26)
    templates = []
    for letter in ascii_letters:
        picture = Image.new("L", (28, 28))
        ImageDraw.Draw(picture).text((14, 14), letter, fill=255, font=font, anchor="mm")
        templates.append(np.asarray(picture).ravel() / 255)
    found = np.corrcoef(x.numpy(), np.array(templates))[:2000, 2000:].argmax(axis=1) % 26
    assert (found == y.numpy()).mean() > 0.4  # chance: 0.04


def test_letters_follow_the_seed_and_few_are_the_first_of_many(some_letters):
    x, y = some_letters
    again = aelib.draw_letters(600, seed=0)
    assert torch.equal(again[0], x)
    assert torch.equal(again[1], y)
    few = aelib.draw_letters(7)
    torch.testing.assert_close(few[0], x[:7], atol=1e-6, rtol=0)
    assert torch.equal(few[1], y[:7])
    assert not torch.equal(aelib.draw_letters(600, seed=1)[1], y)


def test_one_letter_varies():
    x, y = aelib.draw_letters(2000, seed=2)
    assert len(torch.unique(x[y == 0], dim=0)) == (y == 0).sum()


def test_every_font_has_every_letter():
    glyphs = letters._glyphs().float().reshape(letters._FONTS, 52, -1)
    assert (glyphs.amax(dim=2) > 200).all()
    for font in glyphs:  # no box that stands for "not in this font"
        assert len(torch.unique(font, dim=0)) == 52


def test_glyphs_fit_their_picture():
    glyphs = letters._glyphs()
    assert glyphs[:, [0, -1], :].max() == 0
    assert glyphs[:, :, [0, -1]].max() == 0


def test_missing_letters(tmp_path, monkeypatch):
    monkeypatch.setattr(letters, "data_dir", lambda: tmp_path)
    letters._glyphs.cache_clear()
    with pytest.raises(DataError, match=r"glyphs\.gz is missing\. Copy data/ again"):
        aelib.draw_letters(5)


def test_letters_need_neither_matplotlib_nor_pillow():
    program = "import aelib, sys; aelib.draw_letters(5); print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not {"matplotlib", "PIL"} & set(run.stdout.split())


def test_the_letters_are_those_that_build_draws():
    """To the eye: FreeType's versions differ at the edges of strokes."""
    build = run_path(str(data_dir() / "letters" / "build.py"))
    try:
        drawn = build["glyphs"]()
    except OSError:
        pytest.skip("this matplotlib lacks a font: matplotlib 3.11 or newer has them all")
    assert len(build["FONTS"]) == letters._FONTS
    shipped = letters._glyphs().numpy()
    assert np.abs(drawn.astype(float) - shipped).mean() < 3


@pytest.mark.parametrize("n", [0, -1, True, 2.5, "10", None, float("nan"), 100_001])
def test_impossible_numbers_of_letters(n):
    with pytest.raises(ValueError, match="n must be a whole number from 1 to 100,000"):
        aelib.draw_letters(n)


@pytest.mark.parametrize("seed", [-1, True, 2.5, "10", None])
def test_impossible_seeds_of_letters(seed):
    with pytest.raises(ValueError, match="seed must be a whole number from 0"):
        aelib.draw_letters(5, seed=seed)
