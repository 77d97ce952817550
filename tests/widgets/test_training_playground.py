"""The playground's half in Python: settings that are checked, a still picture, no model yet."""

import base64

import numpy as np
import pytest
import torch

import aelib
from aelib.widgets import TrainingPlayground
from aelib.widgets.trained import network_of, settings_of


@pytest.fixture
def digits():
    generator = np.random.default_rng(0)
    return generator.random((160, 784), np.float32), np.arange(160) % 10


def test_settings_out_of_range_are_refused(digits):
    for settings, words in [
        ({"latent_dim": 65}, "latent_dim must lie in 1..64, not 65."),
        ({"lr": 0}, "lr must lie in"),
        ({"hidden": [32, 16, 8]}, "at most two widths"),
        ({"bend": "gelu"}, "bend must be one of none, relu, silu, tanh"),
        ({"pictures": 129}, r"pictures must be 0 \(all\) or 100..128"),
        ({"held_out": 100}, "it takes 100 to learn from"),
    ]:
        with pytest.raises(ValueError, match=words):
            TrainingPlayground(*digits, **settings)


def test_unknown_words_and_other_pictures_are_refused(digits):
    with pytest.raises(TypeError, match="latent"):
        TrainingPlayground(*digits, latentdim=3)
    with pytest.raises(ValueError, match="grey 28 x 28"):
        TrainingPlayground(np.zeros((300, 64), np.float32))


def test_it_says_what_it_holds_and_leaves_a_picture(digits):
    widget = TrainingPlayground(*digits)
    assert repr(widget) == "TrainingPlayground(128 pictures, 32 held out)"
    data, metadata = widget._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert "the mean digit" in metadata["image/png"]["alt"]


def test_there_is_no_model_before_it_has_trained(digits):
    for asked in (TrainingPlayground(*digits).model, TrainingPlayground(*digits).history):
        with pytest.raises(ValueError, match="Nothing is trained yet: press Start"):
            asked()


def test_history_has_every_step_and_the_mean_of_every_pass(digits):
    widget = TrainingPlayground(*digits)
    how = {"per_pass": 2, "seconds": 1.5, "done": False}
    steps = memoryview(np.array([4, 2, 3, 1, 5], "<f4").tobytes())  # as a kernel hands it over
    widget.set_state(
        {"_trained": memoryview(b"    "), "_trained_steps": steps, "_trained_how": how}
    )
    history = widget.history()
    assert history.steps == [4, 2, 3, 1, 5]
    assert history.loss == [3, 2, 5]  # the last pass was cut short
    assert (history.seconds, history.interrupted) == (1.5, True)


@pytest.mark.parametrize(
    "model",
    [
        aelib.Autoencoder(5, hidden=(20, 12)),
        aelib.Autoencoder(3, hidden=()),
        aelib.VAE(4, hidden=(9,)),
        aelib.LinearAutoencoder(2),
    ],
)
def test_a_network_can_be_handed_in(digits, model):
    settings, weights = settings_of(model)
    widget = TrainingPlayground(*digits, start=model)
    assert widget.latent_dim == model.latent_dim
    assert (widget.kl > 0) == isinstance(model, aelib.VAE)
    told = {**settings, "latent": settings["latent_dim"], "variational": widget.kl > 0}
    again = network_of(told, weights)
    x = torch.tensor(digits[0][:4])
    assert torch.equal(
        again.inverse_transform(again.transform(x)), model.inverse_transform(model.transform(x))
    )


def test_networks_that_the_page_cannot_train_are_refused(digits):
    for start, settings, words in [
        (aelib.ConvAutoencoder(8), {}, "not ConvAutoencoder"),
        (aelib.Autoencoder(8, input_dim=64), {}, "takes 64 pixels"),
        (aelib.Autoencoder(8), {}, "at most two widths"),
        (aelib.Autoencoder(8, hidden=(9,)), {"latent_dim": 4}, "start has latent_dim=8, not 4"),
        (aelib.Autoencoder(8, hidden=(9,)), {"kl": 1.0}, "start must be a VAE if kl is above 0"),
        (aelib.VAE(8, hidden=(9,)), {"kl": 0.0}, "start must be a VAE if kl"),
    ]:
        with pytest.raises(ValueError, match=words):
            TrainingPlayground(*digits, start=start, **settings)
