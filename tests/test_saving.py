"""aelib.saving: every class of aelib and PyTorch's layers in a row; others get a way that works.

That files are checked byte for byte is in test_training.py.
"""

import gzip

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import nn

from aelib import VQVAE, DataError, Residual, load, models, save
from aelib.models.blocks import residual_block

ROWS = {
    "VQVAE": (lambda: VQVAE(16, 4), torch.rand(3, 784)),
    "Residual": (lambda: Residual(nn.Sequential(nn.SiLU(), nn.Linear(6, 6))), torch.rand(3, 6)),
    "Sequential": (
        lambda: nn.Sequential(
            *(nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 4, 3, padding=1, bias=False)),
            *(nn.BatchNorm2d(4), nn.LeakyReLU(0.2), nn.MaxPool2d(2), nn.Dropout(0.1)),
            *(nn.Upsample(scale_factor=2), nn.ConvTranspose2d(4, 1, 3, padding=1), nn.Flatten()),
        ),
        torch.rand(3, 64),
    ),
    "named parts": (
        lambda: nn.Sequential(
            nn.Sequential(nn.Linear(8, 4), nn.GELU()), residual_block(4), nn.LayerNorm(4)
        ),
        torch.rand(3, 8),
    ),
    "channels last": (
        lambda: nn.Sequential(nn.Conv2d(2, 4, 3)).to(memory_format=torch.channels_last),
        torch.rand(3, 2, 8, 8),
    ),
    "double": (lambda: nn.Sequential(nn.Linear(8, 4)).double(), torch.rand(3, 8).double()),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_loaded_one_answers_as_the_saved_one(tmp_path, name):
    make, x = ROWS[name]
    torch.manual_seed(0)
    model = make().eval()
    save(model, tmp_path / "m.safetensors")
    again = load(tmp_path / "m.safetensors")
    assert type(again) is type(model)
    assert repr(again) == repr(model)
    assert not again.training
    # The file keeps numbers, not their order in memory, in which some processors add them up.
    model.to(memory_format=torch.contiguous_format)
    answers = [m(x) for m in (model, again)]
    for a, b in zip(*(a if isinstance(a, tuple) else (a,) for a in answers), strict=True):
        assert torch.equal(a, b)


def test_every_class_of_models_can_be_saved(tmp_path):
    kinds = {n for n in models.__all__ if isinstance(getattr(models, n), type)} - {"Model"}
    for name in kinds - {"Residual"}:
        sizes = {"ConditionalVAE": (4, 3), "SparseAutoencoder": (4, 9, 2)}
        arguments = dict.fromkeys(("CharacterModel", "UNet", "VQVAE"), ()) | sizes
        model = getattr(models, name)(*arguments.get(name, (4,)))
        save(model, tmp_path / "m.safetensors")
        assert repr(load(tmp_path / "m.safetensors")) == repr(model)


class Own(nn.Module):
    """Tied weights and a layer whose numbers lie channels last."""

    def __init__(self):
        super().__init__()
        self.down, self.up = nn.Linear(6, 6), nn.Linear(6, 6)
        self.up.weight = self.down.weight
        self.conv = nn.Conv2d(2, 4, 3).to(memory_format=torch.channels_last)


class Autoencoder(nn.Module):
    """A class of one's own with a name of ours."""

    latent_dim = 2


def shouting():
    model = nn.Sequential(nn.Linear(2, 2))
    model.append(Own())
    return model


def tied():
    layer = nn.Linear(2, 2)
    return nn.Sequential(layer, layer)


def tied_weights():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    model[1].weight = model[0].weight
    return model


class Scaled(nn.Sequential):
    def forward(self, x):
        return 2 * super().forward(x)


@pytest.mark.parametrize(
    "make",
    [
        *(Own, Autoencoder, shouting, tied, tied_weights, lambda: Scaled(nn.Linear(2, 2))),
        lambda: nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Linear(2, 2))),
    ],
)
def test_what_could_not_be_made_again_is_refused_with_a_way_that_works(tmp_path, make):
    model, path = make(), tmp_path / "m.safetensors"
    with pytest.raises(ValueError, match=r"safetensors\.torch\.save_model\(model, path\)"):
        save(model, path)
    assert not path.exists()
    safetensors.torch.save_model(model, str(path))
    again = make()
    safetensors.torch.load_model(again, str(path))
    assert all(map(torch.equal, model.state_dict().values(), again.state_dict().values()))


def test_a_file_of_another_programs_tensors_says_what_is_in_it(tmp_path):
    path = tmp_path / "m.safetensors"
    safetensors.torch.save_model(nn.Linear(3, 2), str(path))
    with pytest.raises(DataError, match=r"2 tensors of another program \(bias \(2,\), weight"):
        load(path)
    again = nn.Linear(3, 2)
    safetensors.torch.load_model(again, str(path))


FOREIGN = {
    "torch.save": (lambda p: torch.save({"a": torch.ones(2)}, p), r"torch\.load\(path, weights"),
    "a pickle": (lambda p: p.write_bytes(b"\x80\x04K\x01."), "a pickle"),
    "NumPy": (lambda p: np.save(p.open("wb"), np.ones(3), allow_pickle=False), r"np\.load"),
    "gzip": (lambda p: p.write_bytes(gzip.compress(b"a")), "unpack it first"),
    "a picture": (lambda p: p.write_bytes(b"\x89PNG\r\n\x1a\n"), "a picture"),
    "Keras": (lambda p: p.write_bytes(b"\x89HDF\r\n\x1a\n"), "HDF5"),
    "a text": (lambda p: p.write_text("hello"), "Save the model again"),
}


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.filterwarnings("ignore:unclosed file")
def test_a_foreign_file_is_called_by_its_name(tmp_path, name):
    write, words = FOREIGN[name]
    write(tmp_path / "model")
    with pytest.raises(DataError, match=words):
        load(tmp_path / "model")
    with pytest.raises(DataError):
        load(tmp_path)


def test_a_description_that_names_anything_else_is_refused(tmp_path):
    from aelib.saving import _built

    for name in ("Module", "DataParallel2", "init", "Model", "functional"):
        with pytest.raises((ValueError, TypeError, KeyError)):
            _built({"model": name})
