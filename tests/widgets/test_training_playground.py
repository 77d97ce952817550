"""The playground's half in Python: settings that are checked, a still picture, no model yet."""

import base64

import numpy as np
import pytest

from aelib.widgets import TrainingPlayground


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
    with pytest.raises(ValueError, match="Nothing is trained yet: press Start"):
        TrainingPlayground(*digits).model()
