"""aelib.site.figures: which pictures are plots, told by their colours."""

import base64
from io import BytesIO
from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image

from aelib.site.figures import is_plot, png_size, trimmed

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def pictures(stem):
    """The pictures of a lesson by their alt texts."""
    cells = nbformat.read(NOTEBOOKS / f"{stem}.ipynb", as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return {
        output.metadata["image/png"]["alt"]: base64.b64decode(output.data["image/png"])
        for output in outputs
        if "image/png" in output.get("data", {})
    }


@pytest.mark.parametrize(
    ("stem", "plots", "others"),
    [
        (
            "01_autoencoder_from_scratch",
            ["Relative error", "Bars of squared", "Two bar charts"],
            ["Twenty handwritten", "A handwritten 7, the 16", "Eleven pictures", "Questions"],
        ),
        (
            "02_bottleneck",
            ["Squared error", "Four histograms"],
            ["Ten digits, and below them red", "Two tables", "For each of the four"],
        ),
        ("03_latent_space_vs_pca", ["Two maps", "A map of digits"], ["Eight pictures", "A 7 chan"]),
        (
            "04_convolutional_autoencoder",
            ["Four bars", "Bars of squared"],
            ["Prints on", "Eight digits"],
        ),
        (
            "05_denoising",
            ["Two maps of codes", "PSNR against"],
            ["Eight digits clean", "A table of PSNR", "Eight pictures of pure"],
        ),
        (
            "06_vae_from_scratch",
            ["Five bars", "A map of 1,200"],
            ["Twelve strips", "Ten digits in grey, and tossed"],
        ),
        (
            "08_anomaly_detection",
            ["Share of planted"],
            ["Three rows of", "Ten handwritten", "Two rows of eight"],
        ),
        (
            "15_diffusion_and_flows",
            ["A hill with", "A map of grey code points"],
            ["Twelve new digits", "Two rows of eleven"],
        ),
        (
            "11_colour_and_superresolution",
            ["PSNR and SSIM", "PSNR and colour"],
            ["Five photographs", "Six squares", "Edges of"],
        ),
        (
            "10_features_and_retrieval",
            ["Pairs of bars", "A map of documentation"],
            ["Six rows: a query", "Two rows of drawn"],
        ),
        ("13_failure_gallery", ["The gradient at"], ["Left, a loss", "One digit five times"]),
        ("14_adversaries_and_codebooks", ["Six bar"], ["Twelve samples", "Thirty-two small"]),
        ("17_sparse_features", ["F1 of six", "Bars of the mean F1"], ["Five lines", "Questions"]),
    ],
)
def test_plots_are_told_from_pictures(stem, plots, others):
    found = pictures(stem)
    for words, expected in [(w, True) for w in plots] + [(w, False) for w in others]:
        matching = [png for alt, png in found.items() if alt.startswith(words)]
        assert matching, words
        assert {is_plot(png) for png in matching} == {expected}, words


def test_an_unsure_picture_is_none():
    stream = BytesIO()
    Image.fromarray(np.full((20, 30, 3), 255, np.uint8)).save(stream, format="png")
    assert not is_plot(stream.getvalue())
    assert png_size(stream.getvalue()) == (30, 20)


def bands(png):
    """Rows of white above and below what a picture shows."""
    ink = (np.asarray(Image.open(BytesIO(png)).convert("L")) < 250).any(axis=1)
    return np.argmax(ink), np.argmax(ink[::-1])


def test_no_picture_of_a_page_has_a_wide_white_band_and_nothing_of_it_is_lost():
    cut = 0
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        for alt, png in pictures(path.stem).items():
            new = trimmed(png)
            height = png_size(new)[1]
            assert max(bands(new)) <= 24 + 0.05 * height, (path.stem, alt)
            if new is png:
                continue
            cut += 1
            top, bottom = bands(png)
            before, after = (np.asarray(Image.open(BytesIO(p)).convert("RGB")) for p in (png, new))
            kept = before[top : len(before) - bottom]
            begin = bands(new)[0]
            np.testing.assert_array_equal(after[begin : begin + len(kept)], kept)
            assert len(new) < 1.1 * len(png)
    assert cut > 10


def test_an_empty_picture_is_left_as_it_is():
    stream = BytesIO()
    Image.new("L", (30, 20), 255).save(stream, format="png")
    assert trimmed(stream.getvalue()) == stream.getvalue()
