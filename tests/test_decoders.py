"""data/decoders: the ready networks are what their README says."""

import re
from pathlib import Path

import pytest
import torch

import aelib
from aelib import noise

FOLDER = Path(__file__).parents[1] / "data" / "decoders"


def claimed(name):
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    return re.search(rf"`{name}\.safetensors` \|[^|]*\| ([\d.]+) \|", text)[1]


DIGITS = ["vae_2d", "vae_16d", "vae_16d_small", "cvae_digits", "codec_16d", "codec_32d"]


@pytest.mark.parametrize("name", DIGITS)
def test_the_error_is_the_one_in_the_readme(name):
    model = aelib.load(FOLDER / f"{name}.safetensors").float()
    _, _, x_test, y_test = aelib.load_mnist(n_train=1)
    told = [y_test] if name == "cvae_digits" else []
    x_hat = model.inverse_transform(model.transform(x_test, *told), *told)
    assert f"{aelib.squared_error(x_hat, x_test).item():.1f}" == claimed(name)


def test_so_is_the_error_on_faces_it_never_saw():
    model = aelib.load(FOLDER / "vae_faces.safetensors").float()
    x, _ = aelib.draw_faces(5_000, seed=1)
    x_hat = model.inverse_transform(model.transform(x))
    assert f"{aelib.squared_error(x_hat, x).item():.2f}" == claimed("vae_faces")


def test_the_denoiser_reaches_the_decibels_of_the_readme_and_helps_against_every_noise():
    model = aelib.load(FOLDER / "denoiser.safetensors").float()
    x = aelib.load_mnist(n_train=1)[2]
    noisy = noise.gaussian(x, 0.5, generator=torch.Generator().manual_seed(0))
    restored = model.inverse_transform(model.transform(noisy))
    assert f"{aelib.psnr(restored, x):.1f}" == claimed("denoiser")
    x = x[:300]
    for spoiled in (
        noise.gaussian(x, 0.3),
        noise.salt_and_pepper(x, 0.3),
        noise.masking(x, 0.5),
        noise.occlusion(x, 10),
        noise.blur(x, 1.5),
    ):
        restored = model.inverse_transform(model.transform(spoiled))
        assert aelib.squared_error(restored, x) < 0.8 * aelib.squared_error(spoiled, x)


def test_each_is_small():
    sizes = {path.stem: path.stat().st_size for path in FOLDER.glob("*.safetensors")}
    assert all(size < 700_000 for name, size in sizes.items() if not name.startswith("codec"))
    assert max(sizes.values()) < 1_000_000  # the codecs stay in Python
