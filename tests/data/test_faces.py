"""Faces: the photographed ones as they are stored; the drawn ones do what their factors say."""

import time

import numpy as np
import pytest
import torch
from torch.nn import functional

import aelib
from aelib import DataError, draw_faces
from aelib.data import files
from aelib.data.faces import FACTORS, _render

NEUTRAL = dict.fromkeys(FACTORS, 0.0)


def face(**factors):
    """One face, all other factors in the middle."""
    return draw_faces(1, **NEUTRAL | factors)[0].reshape(32, 32)


def test_faces_are_grey_pictures_with_known_factors():
    x, factors = draw_faces(300, seed=3)
    assert x.shape == (300, 1024)
    assert x.dtype == torch.float32
    assert 0 <= x.min() <= x.max() <= 1
    assert tuple(factors) == FACTORS
    for values in factors.values():
        assert values.shape == (300,)
        assert values.dtype == torch.float32
        assert -1 <= values.min() < -0.95
        assert 0.95 < values.max() <= 1


def test_factors_are_even_and_independent():
    table = torch.stack(list(draw_faces(20_000)[1].values()))
    torch.testing.assert_close(table.mean(dim=1), torch.zeros(9), rtol=0, atol=0.02)
    torch.testing.assert_close(table.var(dim=1), torch.full((9,), 1 / 3), rtol=0, atol=0.01)
    torch.testing.assert_close(torch.corrcoef(table), torch.eye(9), rtol=0, atol=0.03)


def test_the_same_seed_draws_the_same_faces_and_fewer_are_the_first_of_more():
    many, few = draw_faces(300, seed=1), draw_faces(130, seed=1)
    assert torch.equal(many[0][:130], few[0])
    assert torch.equal(many[1]["tilt"][:130], few[1]["tilt"])
    assert not torch.equal(draw_faces(130, seed=2)[0], few[0])


def test_a_given_factor_changes_and_the_others_stay():
    _, before = draw_faces(20, seed=5)
    smiles = torch.linspace(-1, 1, 20)
    _, after = draw_faces(20, seed=5, smile=smiles, tilt=0)
    assert torch.equal(after["smile"], smiles)
    assert torch.equal(after["tilt"], torch.zeros(20))
    for name in set(FACTORS) - {"smile", "tilt"}:
        assert torch.equal(after[name], before[name]), name


WHERE = {  # rows and columns outside of which nothing may change
    "smile": (slice(21, 29), slice(8, 24)),
    "eyes": (slice(11, 18), slice(6, 26)),
    "gaze": (slice(11, 18), slice(6, 26)),
    "brows": (slice(6, 15), slice(6, 26)),
    "hair": (slice(4, 16), slice(3, 29)),
}


@pytest.mark.parametrize("name", WHERE)
def test_a_feature_changes_its_own_part_of_the_face(name):
    change = (face(**{name: -0.9}) - face(**{name: 0.9})).abs()
    inside = change[WHERE[name]].sum()
    assert inside > 1
    assert change.sum() == pytest.approx(inside.item(), abs=1e-4)


def mouth_height(picture):
    """How far the ink of the mouth's corners lies above that of its middle, in pixels."""
    rows = torch.arange(21.0, 29.0)[:, None]
    dark = (picture[21:29] - 0.5).clamp(min=0)
    height = [(dark[:, c] * rows).sum() / dark[:, c].sum() for c in (slice(9, 13), slice(15, 17))]
    return (height[1] - height[0]).item()


def test_a_smile_lifts_the_corners_of_the_mouth():
    heights = [mouth_height(face(smile=s)) for s in (-0.8, -0.4, 0, 0.4, 0.8)]
    assert np.all(np.diff(heights) > 0.3)
    assert heights[2] == pytest.approx(0, abs=0.2)


def test_wide_eyes_show_more_white_and_a_darker_tone_is_darker():
    white = [(face(eyes=e)[11:18, 6:26] < 0.05).sum() for e in (-0.9, 0, 0.9)]
    assert white[0] < white[1] < white[2]
    cheek = [face(tone=t)[20, 16] for t in (-0.9, 0, 0.9)]
    assert cheek[0] < cheek[1] < cheek[2]


def test_brows_rise():
    rows = torch.arange(32.0)[:, None]
    heights = []
    for b in (-0.9, 0, 0.9):
        ink = (face(brows=b, hair=-1.0)[8:14, 10:13] - 0.5).clamp(min=0)
        heights.append(((ink * rows[8:14]).sum() / ink.sum()).item())
    assert heights[0] > heights[1] > heights[2]


def test_a_broad_face_covers_more_paper_and_low_hair_more_skin():
    assert (face(width=0.9) > 0).sum() > (face() > 0).sum() > (face(width=-0.9) > 0).sum()
    assert face(hair=0.9).sum() > face().sum() > face(hair=-0.9).sum()


@pytest.mark.parametrize("name", ["gaze", "light", "tilt"])
def test_left_and_right_are_mirror_images(name):
    left, right = face(**{name: -0.7}), face(**{name: 0.7})
    torch.testing.assert_close(left.flip(1), right, rtol=0, atol=1e-5)
    assert (left - right).abs().max() > 0.1


def test_light_from_the_right_brightens_the_right():
    lit = face(light=0.9)
    assert lit[20, 24] < lit[20, 7]
    looks_right, looks_left = face(gaze=0.9)[14:16], face(gaze=-0.9)[14:16]
    columns = torch.arange(32.0)
    place = [
        (dark := (p - 0.6).clamp(min=0)).mul(columns).sum() / dark.sum()
        for p in (looks_left, looks_right)
    ]
    assert place[1] - place[0] > 1


def test_a_tilted_head_leans_to_its_side():
    columns = torch.arange(32.0)
    hair = face(tilt=0.9)[:8]
    assert (hair * columns).sum() / hair.sum() > 16.5


def test_edges_are_smooth_as_if_drawn_large_and_shrunk():
    generator = torch.Generator().manual_seed(0)
    factors = {k: 2 * torch.rand(40, 1, 1, generator=generator) - 1 for k in FACTORS}
    small, large = _render(factors, 32), _render(factors, 32 * 8)
    expected = functional.avg_pool2d(large[:, None], 8)[:, 0]
    assert (small - expected).abs().mean() < 0.01
    assert (small - expected).abs().quantile(0.99) < 0.12


def test_a_little_more_of_a_factor_changes_a_little():
    _, factors = draw_faces(50, seed=2)
    for name in FACTORS:
        near = factors[name].clamp(-0.99, 0.99)
        a, b = (draw_faces(50, seed=2, **{name: near + e})[0] for e in (0, 0.01))
        assert 1e-5 < (a - b).abs().max() < 0.1, name


def test_twenty_thousand_take_less_than_ten_seconds():
    started = time.process_time()
    draw_faces(2_000)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("n", "options", "sentence"),
    [
        (0, {}, "n must be a whole number from 1 to 100,000, not 0"),
        (2.5, {}, "n must be a whole number"),
        (True, {}, "n must be a whole number"),
        (200_000, {}, "100,000, not 200000"),
        (5, {"seed": -1}, "seed must be a whole number from 0"),
        (5, {"seed": None}, "seed must be a whole number"),
        (5, {"nose": 0.5}, "A face has no 'nose'; its factors are smile, eyes, gaze"),
        (5, {"smile": 1.5}, "smile must be one number from -1 to 1, or 5 of them"),
        (5, {"smile": float("nan")}, "smile must be one number"),
        (5, {"smile": "broad"}, "smile must be one number"),
        (5, {"smile": torch.zeros(4)}, "or 5 of them, one for each face"),
        (5, {"smile": torch.zeros(5, 1)}, "or 5 of them"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_sentence(n, options, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        draw_faces(n, **options)
    assert "\n" not in str(caught.value)


# --- Photographed faces ------------------------------------------------------------------------


def test_faces_have_the_promised_shapes_and_types():
    x, y = aelib.load_faces()
    assert x.shape == (200, 784)
    assert x.dtype == torch.float32
    assert y.dtype == torch.int64
    assert y.tolist() == [1] * 100 + [0] * 100
    assert x.min() >= 0
    assert x.max() <= 1


def test_faces_at_their_own_size_are_the_stored_pixels():
    from skimage.data import lfw_subset

    x, _ = aelib.load_faces(size=25)
    np.testing.assert_array_equal(x, lfw_subset().reshape(200, 625).astype(np.float32))


def test_resized_faces_show_the_same_pictures():
    small, _ = aelib.load_faces(size=25)
    for size in (5, 28, 50):
        x, _ = aelib.load_faces(size=size)
        assert x.shape == (200, size * size)
        torch.testing.assert_close(x.mean(dim=1), small.mean(dim=1), atol=0.04, rtol=0)
        assert np.corrcoef(x.mean(dim=1), small.mean(dim=1))[0, 1] > 0.99


def test_faces_are_the_same_at_every_call():
    assert torch.equal(aelib.load_faces()[0], aelib.load_faces()[0])


@pytest.mark.parametrize("size", [0, -1, True, 2.5, "10", None, float("nan"), 257])
def test_impossible_face_size(size):
    with pytest.raises(ValueError, match="size must be a whole number from 1 to 256"):
        aelib.load_faces(size)


def test_missing_faces_are_not_downloaded(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_scikit_image_dir", lambda: tmp_path)
    with pytest.raises(DataError, match=r"lfw_subset\.npy cannot be read.*Install scikit-image"):
        aelib.load_faces()
