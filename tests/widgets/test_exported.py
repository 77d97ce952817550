"""Models in files: what they draw is what the model drew, and PyTorch need not be there."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

import aelib
from aelib.data.files import DataError
from aelib.widgets import DigitPad, Exported, LatentExplorer, LatentMap, export


@pytest.fixture(scope="module")
def x():
    return np.random.default_rng(0).random((60, 784), np.float32)


@pytest.fixture(scope="module")
def model():
    aelib.seed_everything(0)
    return aelib.Autoencoder(8, hidden=(64,))


@pytest.fixture
def file(model, x, tmp_path):
    export(model, tmp_path / "model.safetensors", x)
    return tmp_path / "model.safetensors"


def test_it_draws_and_encodes_what_the_model_does(model, x, file):
    exported = Exported(file)
    with torch.no_grad():
        z = model.encode(torch.from_numpy(x))
        x_hat = model.decode(z).numpy()
    np.testing.assert_allclose(exported.encode(x), z.numpy(), atol=1e-3 * z.abs().max())
    np.testing.assert_allclose(exported.decode(z.numpy()), x_hat, atol=1e-3)
    assert exported.latent_dim == 8


@pytest.mark.parametrize("make", [LatentExplorer, LatentMap, DigitPad])
def test_widgets_take_it_and_the_browser_decodes(x, file, make):
    widget = make(Exported(file), x)
    assert widget.where == "browser"
    assert "Autoencoder" in [m["label"] for m in widget._models]


def test_a_vae_may_be_sampled_and_others_not(x, file, tmp_path):
    export(aelib.VAE(2), tmp_path / "vae.safetensors")
    vae = Exported(tmp_path / "vae.safetensors")
    assert vae.sample(3).shape == (3, 784)
    assert LatentExplorer(vae)._models[0]["samples"]
    assert not hasattr(Exported(file), "sample")


def test_what_scikit_learn_computes_can_be_exported_as_well(x, tmp_path):
    pca = PCA(4, svd_solver="full").fit(x)
    export(pca, tmp_path / "pca.safetensors", x)
    exported = Exported(tmp_path / "pca.safetensors")
    z = pca.transform(x)
    np.testing.assert_allclose(exported.decode(z), pca.inverse_transform(z), atol=1e-3)


def test_what_is_no_program_is_refused_with_the_part_that_is_to_blame(tmp_path):
    random = np.random.default_rng(0)
    with pytest.raises(TypeError, match="The decoder cannot be exported: "):
        export(lambda z: random.random((len(z), 9)), tmp_path / "a", latent_dim=2)

    class Halves:
        latent_dim = 2

        def decode(self, z):
            return np.asarray(z) @ np.repeat(np.eye(2), 2, axis=1)

        def encode(self, x):
            return np.asarray(x)[:, :2] + random.random((len(x), 2))

    with pytest.raises(TypeError, match=r"The encoder cannot be exported.*encoder=False does"):
        export(Halves(), tmp_path / "a")
    export(Halves(), tmp_path / "a", encoder=False)  # the cure
    assert not hasattr(Exported(tmp_path / "a"), "encode")


def test_files_that_are_something_else(model, file, tmp_path):
    with pytest.raises(DataError, match=r"is missing\. Check the name"):
        Exported(tmp_path / "nothing")
    (tmp_path / "text").write_text("text")
    with pytest.raises(DataError, match=r"cannot be read .* Export the model again"):
        Exported(tmp_path / "text")
    aelib.save(model, tmp_path / "saved")
    with pytest.raises(DataError, match=r"aelib\.save: read it with aelib\.load and export it"):
        Exported(tmp_path / "saved")
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(DataError, match="the checksum differs"):
        Exported(file)


WITHOUT = """
import sys
for name in ("torch", "sklearn", "skimage", "scipy", "matplotlib"):
    sys.modules[name] = None  # an import fails
import numpy as np
import aelib
from aelib import widgets
x = np.random.default_rng(0).random((60, 784), np.float32)
y = np.arange(60) % 10
model = widgets.Exported(sys.argv[1])
views = [
    widgets.LatentExplorer(model, x, y),
    widgets.LatentExplorer(lambda z: z @ np.ones((2, 9), np.float32) / 9, latent_dim=2),
    widgets.LatentMap(model, x, y),
    widgets.DigitPad(model, x, y),
    widgets.NoiseExplorer(model, x),
    widgets.ThresholdExplorer(np.arange(60.0), y > 4, x),
    widgets.Flipbook(x[:3].reshape(3, 28, 28), ["one", "two", "three"]),
    widgets.BeforeAfter(*x[:2].reshape(2, 28, 28), ["before", "after"], alt="Noise."),
    aelib.quiz("06"),
]
for view in views:
    data, _ = view._repr_mimebundle_()
    assert data["image/png"], view
    print(type(view).__name__, getattr(view, "where", "-"))
try:
    widgets.LatentExplorer(lambda z: {}[z], latent_dim=2)
except ValueError as error:
    print(error)
"""


def test_widgets_for_ready_weights_need_numpy_and_no_pytorch(file):
    command = [sys.executable, "-c", WITHOUT, str(file)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert said[:5] == [
        *("LatentExplorer browser", "LatentExplorer browser", "LatentMap browser"),
        *("DigitPad browser", "NoiseExplorer browser"),
    ]
    assert said[-1].startswith("Decoding two rows of 2 numbers failed with TypeError")
