"""data/decoders: the networks of lesson 00 are what their README says."""

import re
from pathlib import Path

import pytest

import aelib

FOLDER = Path(__file__).parents[1] / "data" / "decoders"


@pytest.mark.parametrize("latent_dim", [2, 16])
def test_the_error_is_the_one_in_the_readme(latent_dim):
    name = f"vae_{latent_dim}d.safetensors"
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    claimed = re.search(rf"`{name}` \| {latent_dim} \| ([\d.]+) \|", text)[1]
    model = aelib.load(FOLDER / name).float()
    _, _, x_test, _ = aelib.load_mnist(n_train=1)
    x_hat = model.inverse_transform(model.transform(x_test))
    assert f"{aelib.squared_error(x_hat, x_test).item():.1f}" == claimed


def test_together_they_are_small():
    assert sum(path.stat().st_size for path in FOLDER.glob("*.safetensors")) < 1_500_000
