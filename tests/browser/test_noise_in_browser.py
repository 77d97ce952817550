"""static/noise.js spoils pictures as aelib.noise does: equally, or by the same law."""

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.stats import chi2_contingency, ks_2samp

import aelib.widgets
from aelib import noise

SOURCE = Path(aelib.widgets.__file__).parent / "static" / "noise.js"
N, SIZE = 60, 28
SPOILED = """async ([source, pictures, kind, strength]) => {
  const { corrupt } = await import("data:text/javascript," + encodeURIComponent(source));
  const [n, size] = [pictures.length, Math.sqrt(pictures[0].length)];
  return pictures.map((x, seed) =>
    Array.from(corrupt(Float32Array.from(x), [size, size], kind, strength, seed)));
}"""
IN_PYTHON = {  # what strength 0..1 of the slider means
    "gaussian": noise.gaussian,
    "salt and pepper": noise.salt_and_pepper,
    "masking": noise.masking,
    "occlusion": lambda x, strength, **rng: noise.occlusion(x, round(strength * SIZE), **rng),
    "blur": lambda x, strength, **rng: noise.blur(x, 4 * strength),
}


@pytest.fixture(scope="module")
def both(browser):
    """The same pictures spoiled in the browser and in Python, two arrays (N, pixels)."""
    page, source = browser.new_page(), SOURCE.read_text(encoding="utf-8")

    def run(x, kind, strength):
        in_browser = page.evaluate(SPOILED, [source, x.tolist(), kind, strength])
        rng = torch.Generator().manual_seed(0)
        return np.array(in_browser), IN_PYTHON[kind](x, strength, generator=rng).double().numpy()

    yield run
    page.close()


def test_python_and_the_browser_know_the_same_kinds():
    from aelib.widgets.noise_explorer import KINDS

    assert set(KINDS) == set(IN_PYTHON)


@pytest.mark.parametrize("strength", [0.0, 0.02, 0.25, 0.5, 1.0])
def test_blur_is_the_same_to_the_last_digits(both, strength):
    x = torch.rand(3, SIZE * SIZE, generator=torch.Generator().manual_seed(1))
    in_browser, in_python = both(x, "blur", strength)
    np.testing.assert_allclose(in_browser, in_python, atol=1e-5)


@pytest.mark.parametrize("strength", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("kind", ["gaussian", "salt and pepper", "masking"])
def test_pixels_are_spoiled_by_the_same_law(both, kind, strength):
    in_browser, in_python = (a.ravel() for a in both(torch.full((N, SIZE**2), 0.3), kind, strength))
    ends = [[np.mean(a == v) for v in (0, 1)] for a in (in_browser, in_python)]
    assert ends[0] == pytest.approx(ends[1], abs=0.015)
    between = [a[(a > 0) & (a < 1)] for a in (in_browser, in_python)]
    assert len(between[0]) == pytest.approx(len(between[1]), rel=0.05)
    if kind == "gaussian":
        assert ks_2samp(*between).pvalue > 0.001
    elif len(between[1]):
        assert np.ptp(between[0]) == np.ptp(between[1]) == 0  # the others are left as they were


@pytest.mark.parametrize("strength", [0.1, 0.5, 0.9])
def test_squares_have_the_same_size_and_fall_everywhere_alike(both, strength):
    corners = []
    for spoiled in both(torch.ones(N, SIZE**2), "occlusion", strength):
        covered = spoiled.reshape(N, SIZE, SIZE) == 0
        assert (covered.sum(axis=(1, 2)) == round(strength * SIZE) ** 2).all()
        corners.append([covered.any(axis=axis).argmax(axis=1) for axis in (2, 1)])
    places = SIZE - round(strength * SIZE) + 1
    for in_browser, in_python in zip(*corners, strict=True):  # rows, then columns
        counts = [np.bincount(c, minlength=places) for c in (in_browser, in_python)]
        assert chi2_contingency(np.array(counts)[:, np.sum(counts, axis=0) > 0]).pvalue > 0.001
        assert 0 < in_browser.max() <= places - 1


def test_no_strength_changes_nothing(both):
    x = torch.rand(2, SIZE**2)
    for kind in IN_PYTHON:
        for spoiled in both(x, kind, 0.0):
            np.testing.assert_array_equal(spoiled, x.double().numpy())
