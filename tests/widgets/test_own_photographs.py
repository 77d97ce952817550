"""A person's way through the tools: a folder of photographs, a network of one's own in [-1, 1]."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

import aelib
from aelib.widgets import (
    BeforeAfter,
    DigitPad,
    LatentExplorer,
    LatentMap,
    NoiseExplorer,
    ThresholdExplorer,
)

mpl.use("Agg")
SIDEWAYS = 6  # of EXIF: turn it by 90 degrees to see it


class Painter(nn.Module):
    """Its answers are dictionaries, its parts have names of their own."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            *(nn.Conv2d(3, 8, 4, 2, 1), nn.ELU(), nn.GroupNorm(4, 8)),
            *(nn.Conv2d(8, 8, 4, 2, 1), nn.ELU(), nn.Flatten()),
        )
        self.head, self.stem = nn.Linear(8 * 6 * 8, 10), nn.Linear(5, 8 * 6 * 8)
        self.paint = nn.Sequential(
            nn.Upsample(scale_factor=2, mode="bilinear"),
            *(nn.Conv2d(8, 16, 3, padding=1, padding_mode="reflect"), nn.Mish()),
            *(nn.PixelShuffle(2), nn.Conv2d(4, 3, 3, padding=1)),
        )

    def encode(self, x):
        mean, log_sigma = self.head(self.features(x)).chunk(2, dim=1)
        return {"mean": mean, "log_sigma": log_sigma}

    def decode(self, z):
        return {"image": torch.tanh(self.paint(self.stem(z).unflatten(1, (8, 6, 8))))}

    def forward(self, x):
        q = self.encode(x)
        z = q["mean"] + q["log_sigma"].exp() * torch.randn_like(q["mean"])
        return {**self.decode(z), **q}


def loss(model, x):
    return ((model(x)["image"] - x) ** 2).sum() / len(x)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Twenty pieces of two photographs; every fifth was held sideways."""
    folder = tmp_path_factory.mktemp("photographs")
    rng = np.random.default_rng(0)
    for name in ("chelsea", "coffee"):
        photo = aelib.load_photos(shrink=2)[name]
        (folder / name).mkdir()
        for i in range(10):
            top, left = rng.integers(photo.shape[1] - 48), rng.integers(photo.shape[2] - 64)
            piece = (255 * photo[:, top : top + 48, left : left + 64]).byte()
            image, told = Image.fromarray(piece.permute(1, 2, 0).numpy()), Image.Exif()
            if i % 5 == 0:
                told[0x0112] = SIDEWAYS
                image = image.rotate(90, expand=True)
            image.save(folder / name / f"{i}.jpg", exif=told, quality=95)
    return folder


@pytest.fixture(scope="module")
def photographs(folder):
    x_train, _, x_test, y_test = aelib.load_images(folder, size=(24, 32), grey=False)
    return 2 * x_train - 1, 2 * x_test - 1, y_test


@pytest.fixture(scope="module")
def model(photographs):
    torch.manual_seed(0)
    painter = Painter()
    history = aelib.fit(painter, photographs[0], loss, epochs=2, batch_size=8)
    assert history.loss[1] < history.loss[0]
    return painter


@pytest.mark.parametrize("widget", [LatentExplorer, LatentMap, NoiseExplorer])
def test_widgets_draw_what_the_network_computes(model, photographs, widget):
    _, x, y = photographs
    shown = widget(model, x, y)
    assert (shown._shape, shown.latent_dim, shown.where) == ([24, 32, 3], 5, "browser")
    with torch.no_grad():
        codes = model.encode(x)["mean"]
        wanted = (model.decode(codes)["image"] + 1) / 2
    np.testing.assert_allclose(shown._sources[0].encode(shown._x), codes, atol=1e-5)
    np.testing.assert_allclose(
        shown._sources[0].decode(codes.numpy()), wanted.flatten(1), atol=1e-5
    )


def test_what_cannot_be_shown_is_refused_with_a_way_on(model, photographs):
    _, x, y = photographs
    with pytest.raises(ValueError, match=r"24 x 32 x 3: NoiseExplorer\(model, x\)"):
        DigitPad(model, x, y)
    with pytest.raises(TypeError, match=r"no data=. Did you mean x="):
        LatentExplorer(model, data=x)


def test_plots_measures_and_noise_take_the_photographs(model, photographs):
    _, x, y = photographs
    with torch.no_grad():
        x_hat = model(x)["image"]
    for ax in (
        aelib.show_images(x, vmin=-1),
        aelib.plot_reconstructions({"input": x, "copy": x_hat}, vmin=-1),
    ):
        assert ax.images[0].get_array().shape[2] == 4
        plt.close("all")
    shares, copies = (x + 1) / 2, (x_hat + 1) / 2
    noisy = aelib.noise.gaussian(shares, 0.1)
    assert aelib.psnr(noisy, shares) > aelib.psnr(copies, shares)
    assert aelib.ssim(noisy, shares) > aelib.ssim(copies, shares)
    errors = ((x_hat - x) ** 2).flatten(1).sum(dim=1)
    assert ThresholdExplorer(errors, y, x)._shape == [24, 32, 3]
    assert BeforeAfter(x[0], x_hat[0], ("input", "copy"), alt="A piece of a cat.")._images


def test_a_pipeline_of_scikit_learn_shows_flat_grey_pictures_that_are_not_square(folder):
    x_train, _, x_test, y_test = aelib.load_images(folder, size=(30, 40))
    pipeline = make_pipeline(StandardScaler(), PCA(4)).fit(x_train)
    with pytest.raises(ValueError, match=r"say shape=\(height, width\), or shape=\(3, 20, 20\)"):
        LatentExplorer(pipeline, x_test, y_test)
    explorer = LatentExplorer(pipeline, x_test, y_test, shape=(30, 40))
    assert (explorer._shape, explorer.latent_dim, explorer.where) == ([30, 40], 4, "browser")
