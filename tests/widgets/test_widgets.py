"""The Python half of the widgets: what they accept, refuse, send and store. No browser."""

import base64
import json
import subprocess
import sys

import numpy as np
import pytest
import torch
import traitlets
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

from aelib.models import Autoencoder, ConditionalVAE, LinearAutoencoder
from aelib.widgets import DigitPad, LatentExplorer, LatentMap, NoiseExplorer, TwoDecoders
from aelib.widgets.strip import strip

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def x():
    return np.random.default_rng(0).random((30, 784), np.float32)


@pytest.fixture(scope="module")
def y():
    return np.arange(30) % 10


@pytest.fixture
def model():
    torch.manual_seed(0)
    return Autoencoder(3, hidden=(16,))


class Random(Autoencoder):
    def decode(self, z):
        return super().decode(z + torch.randn_like(z))


def every_widget(model, x, y):
    return [
        LatentExplorer(model, x, y),
        TwoDecoders(model, LinearAutoencoder(3), x, y),
        LatentMap(model, x, y),
        DigitPad(model, x, y),
        NoiseExplorer(model, x, y),
    ]


# --- what is sent


def test_a_decode_that_does_more_than_the_decoder_is_drawn_as_it_decodes(model):
    class Brighter(Autoencoder):
        def decode(self, z):
            return super().decode(z) ** 0.5

    sent, plain = (
        LatentExplorer(kind(3))._models[0]["decoder"] for kind in (Brighter, Autoencoder)
    )
    assert sent["program"]["steps"][-1]["op"] == "sqrt"
    assert [s["op"] for s in sent["program"]["steps"][:-1]] == [
        s["op"] for s in plain["program"]["steps"]
    ]


def test_networks_that_still_train_are_shown_as_they_will_be():
    network = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Dropout(), nn.Linear(4, 784))
    explorer = LatentExplorer(network, latent_dim=2)
    assert explorer._models[0]["decoder"]
    assert network.training


def test_pca_runs_in_the_browser_whichever_way_it_is_given(x):
    pca = PCA(4).fit(x)
    assert LatentExplorer(pca).where == "browser"
    explorer = LatentExplorer(pca.inverse_transform)
    assert explorer.latent_dim == 4
    assert explorer._models[0]["label"] == "PCA"
    assert explorer.where == "browser"


def numpy_only(model):
    """A decode that PyTorch does not see."""
    return lambda z: model.inverse_transform(np.asarray(z))


def test_what_does_not_go_through_pytorch_is_left_to_the_kernel(model):
    explorer = LatentExplorer(numpy_only(model), latent_dim=3)
    assert explorer._models[0]["decoder"] is None
    assert explorer.where == "kernel, because it answers with ndarray, not with a tensor"


def test_with_several_models_each_says_where_it_decodes(model, x):
    explorer = LatentExplorer([model, numpy_only(model)], latent_dim=3)
    assert explorer.where.startswith("Autoencoder: browser; decoded: kernel, because ")


def test_the_message_to_the_browser_is_small(x, y):
    model = Autoencoder(16, hidden=(400,))
    state = LatentMap(model, x, y).get_state()
    size = len(json.dumps(state, default=lambda b: base64.b64encode(b).decode()))
    assert size < 1_200_000


# --- the trait z


def test_z_begins_at_a_real_picture(model, x):
    expected = model.transform(x)[0]
    np.testing.assert_allclose(LatentExplorer(model, x).z, expected, rtol=1e-4, atol=1e-6)
    assert LatentExplorer(model).z == [0.0, 0.0, 0.0]


def test_z_takes_lists_arrays_and_tensors_and_can_be_observed(model):
    explorer, seen = LatentExplorer(model), []
    explorer.observe(lambda change: seen.append(change.new), "z")
    explorer.z = [1, 2, 3]
    explorer.z = np.array([0.5, 0, 0])
    explorer.z = torch.tensor([[0.25, 0, 0]])
    assert seen == [[1, 2, 3], [0.5, 0, 0], [0.25, 0, 0]]


@pytest.mark.parametrize(
    "z", [[], [1.0, 2.0], [0.0] * 4, [0, 0, np.nan], ["a", "b", "c"], "abc", None]
)
def test_a_wrong_z_is_refused(model, z):
    explorer = LatentExplorer(model)
    with pytest.raises(ValueError, match=r"^z "):
        explorer.z = z
    with pytest.raises(ValueError, match=r"^z "):
        LatentExplorer(model, z=z)


def test_widgets_can_share_one_z(model, x):
    explorer, latent_map = LatentExplorer(model), LatentMap(model, x)
    traitlets.link((explorer, "z"), (latent_map, "z"))
    latent_map.z = [1, 2, 3]
    assert explorer.z == [1, 2, 3]


def test_ranges_follow_the_data(model, x):
    codes = model.transform(x)
    spread = LatentExplorer(model, x)._spread
    assert (spread["low"] <= codes.min(axis=0)).all()
    assert (spread["high"] >= codes.max(axis=0)).all()
    assert LatentExplorer(model)._spread["low"] == [-3.0] * 3


# --- the kernel's answers


def answer(widget, **message):
    said = []
    widget.send = lambda reply, buffers=None: said.append((reply, buffers))
    widget._answer(widget, {"view": "v", "id": 7, "model": 0, **message}, [])
    return said[0]


def test_the_kernel_decodes_what_the_browser_cannot(model):
    explorer = LatentExplorer(model.inverse_transform)
    reply, (picture,) = answer(explorer, z=[0.5, -1, 2])
    assert reply == {"view": "v", "id": 7}
    expected = model.inverse_transform(np.array([[0.5, -1, 2]], np.float32))
    np.testing.assert_allclose(np.frombuffer(picture, "<f4"), expected[0], atol=1e-6)


def test_functions_of_tensors_are_fine_too(model):
    reply, _ = answer(LatentExplorer(model.decode, latent_dim=3), z=[0, 0, 0])
    assert "error" not in reply


def test_a_function_that_fails_later_says_so(model):
    def fussy(z):
        if abs(z).max() > 1:
            raise RuntimeError("too far out")
        return np.zeros((len(z), 784))

    reply, buffers = answer(LatentExplorer(fussy, latent_dim=2), z=[0, 5])
    assert reply["error"] == "RuntimeError: too far out"
    assert buffers is None


# --- what is refused at construction


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda m, x: LatentExplorer(5), TypeError, "needs something that decodes"),
        (lambda m, x: LatentExplorer(Autoencoder), TypeError, "needs something that decodes"),
        (lambda m, x: LatentExplorer([]), ValueError, "at least one model"),
        (lambda m, x: LatentExplorer(lambda z: z), ValueError, "Say latent_dim"),
        (lambda m, x: LatentExplorer(lambda z: z, latent_dim=0), ValueError, "whole number"),
        (lambda m, x: LatentExplorer(lambda z: z[0], latent_dim=4), ValueError, "two rows"),
        (lambda m, x: LatentExplorer(m, latent_dim=5), ValueError, "codes have 3 numbers"),
        (lambda m, x: LatentExplorer(Autoencoder(65, hidden=(8,))), ValueError, "up to 64"),
        (lambda m, x: LatentExplorer(Autoencoder(2, input_dim=20)), ValueError, "say shape="),
        (lambda m, x: LatentExplorer(m, x[:, :9]), ValueError, r"takes \(N, 784\)"),
        (lambda m, x: LatentExplorer(m, x * 255), ValueError, "x / 255"),
        (lambda m, x: LatentExplorer(m, x * np.nan), ValueError, "finite pixels"),
        (lambda m, x: LatentExplorer(m, x, [1, 2]), ValueError, "one whole number for each"),
        (lambda m, x: LatentExplorer(m, labels=["a", "b"]), ValueError, "as many labels"),
        (lambda m, x: TwoDecoders(m, Autoencoder(2)), ValueError, "must agree"),
        (lambda m, x: LatentMap(m, None), ValueError, "pictures x"),
        (lambda m, x: LatentMap(Autoencoder(1), x), ValueError, "at least two dimensions"),
        (lambda m, x: LatentMap(m, x, points=5000), ValueError, "from 2 to 3000"),
        (lambda m, x: LatentMap(m.decoder, x), TypeError, "needs a model that also encodes"),
        (lambda m, x: DigitPad(m.decoder), TypeError, "needs a model that also encodes"),
        (lambda m, x: DigitPad(5), TypeError, "needs something that decodes"),
        (lambda m, x: NoiseExplorer(lambda z: z, x), ValueError, "Say latent_dim"),
        (lambda m, x: DigitPad(Autoencoder(2, input_dim=100)), ValueError, "28 x 28"),
        (lambda m, x: NoiseExplorer(m, None), ValueError, "clean pictures"),
        (lambda m, x: NoiseExplorer(m, x, kind="rain"), ValueError, "kind must be one of"),
        (lambda m, x: NoiseExplorer(m, x, strength=2.0), ValueError, "strength must lie"),
        (lambda m, x: NoiseExplorer(m, x, index=30), ValueError, "index must lie"),
    ],
)
def test_bad_use_gets_a_sentence(model, x, make, error, words):
    with pytest.raises(error, match=words) as caught:
        make(model, x)
    assert "\n" not in str(caught.value)


def test_a_broken_network_is_refused_and_an_unknown_one_left_to_the_kernel(model):
    model.decoder[0].weight.data[0, 0] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        LatentExplorer(model)
    model.decoder = nn.Sequential(nn.Linear(3, 784), nn.RReLU())
    assert LatentExplorer(model).where == "kernel, because it draws random numbers"


# --- what is stored in a notebook


def test_reprs_are_fixed(model, x, y):
    names = [repr(w) for w in every_widget(model, x, y)]
    assert names == [
        "LatentExplorer(3 dimensions)",
        "LatentExplorer(3 dimensions)",
        "LatentMap(3 dimensions)",
        "DigitPad(3 dimensions)",
        "NoiseExplorer(3 dimensions)",
    ]
    assert repr(LatentExplorer(Autoencoder(1, hidden=(4,)))) == "LatentExplorer(1 dimension)"


def test_every_widget_has_a_still_twin_with_words(model, x, y):
    for widget in every_widget(model, x, y):
        data, metadata = widget._repr_mimebundle_()
        assert VIEW in data
        assert data["text/plain"] == repr(widget)
        assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
        assert len(metadata["image/png"]["alt"]) > 40


def test_strip_leaves_picture_and_text():
    output = {
        "data": {VIEW: {"model_id": "1"}, "text/plain": ["LatentMap"], "image/png": "iVBO"},
        "metadata": {"image/png": {"alt": "a map"}},
    }
    notebook = {"cells": [{"outputs": [output]}, {}], "metadata": {"widgets": {}, "k": 1}}
    assert strip(notebook)
    assert output["data"].keys() == {"text/plain", "image/png"}
    assert output["metadata"] == {"image/png": {"alt": "a map"}}
    assert notebook["metadata"] == {"k": 1}
    assert not strip(notebook)


def test_no_script_names_another_host():
    from aelib.widgets.base import _STATIC

    for path in _STATIC.iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "//" not in "".join(line.split("// ")[0] for line in text.splitlines()), path


def test_import_aelib_costs_no_widgets():
    code = "import sys, aelib; assert not {'anywidget', 'torch', 'ipywidgets'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


# --- a model that must be told a class


@pytest.fixture
def conditional():
    torch.manual_seed(0)
    return ConditionalVAE(3, 10, hidden=(16,)).eval()


def test_a_conditional_model_travels_with_room_for_its_class(conditional, x, y):
    (sent,) = LatentExplorer(conditional, x, y)._models
    assert sent["classes"] == 10
    assert sent["decoder"]["program"]["inputs"] == [[1, 3 + 10]]
    assert LatentExplorer(Autoencoder(3, hidden=(16,)), x, y)._models[0]["classes"] == 0


def test_it_begins_at_a_real_picture_and_its_class(conditional, x, y):
    explorer = LatentExplorer(conditional, x[3:], y[3:])
    assert explorer.told == 3
    np.testing.assert_allclose(
        explorer.z, conditional.transform(x[3:4], y[3:4])[0], rtol=1e-4, atol=1e-6
    )
    assert LatentExplorer(conditional, x, y, told=7).told == 7
    assert LatentExplorer(conditional).told == 0


def test_the_kernel_can_be_told_too(conditional):
    explorer = LatentExplorer(conditional)
    one_hot = [0.0] * 6 + [1.0] + [0.0] * 3
    _, (picture,) = answer(explorer, z=[0.5, -1, 2, *one_hot])
    expected = conditional.inverse_transform(np.array([[0.5, -1, 2]], np.float32), [6])
    np.testing.assert_allclose(np.frombuffer(picture, "<f4"), expected[0], atol=1e-6)


def test_its_twin_shows_codes_in_every_class(conditional, x, y):
    rows, text = LatentExplorer(conditional, x, y)._twin()
    assert rows.shape == (5, 10, 784)
    expected = conditional.inverse_transform(conditional.transform(x[:1], y[:1]), [8])
    np.testing.assert_allclose(rows[0, 8], expected[0], atol=1e-5)
    assert text.endswith("each row is one code z, drawn in each of the 10 classes.")


@pytest.mark.parametrize("told", [-1, 10, "three", 2.5])
def test_it_is_told_only_classes_it_knows(conditional, told):
    explorer = LatentExplorer(conditional)
    with pytest.raises((ValueError, traitlets.TraitError), match="told"):
        explorer.told = told


@pytest.mark.parametrize("y", [None, [0] * 29 + [10]])
def test_it_encodes_pictures_of_known_classes_only(conditional, x, y):
    with pytest.raises(ValueError, match="give y, from 0 to 9, for each row of x"):
        LatentExplorer(conditional, x, y)


@pytest.mark.parametrize("widget", [LatentMap, DigitPad, NoiseExplorer])
def test_widgets_without_a_chooser_refuse_it(conditional, x, y, widget):
    with pytest.raises(TypeError, match="must be told a class: LatentExplorer has a chooser"):
        widget(conditional, x, y)


# --- sliders along directions


def test_a_slider_along_a_direction_reads_how_far_z_went_along_it(model, x):
    smile, frown = np.array([1.0, 2, 0]), np.array([1.0, 0, 1])
    sent = LatentExplorer(model, x, directions={"smile": smile, "frown": frown})._directions
    assert sent["names"] == ["smile", "frown"]
    z = 0.5 * smile - 2 * frown + 3 * np.cross(smile, frown)
    np.testing.assert_allclose(np.array(sent["read"]) @ z, [0.5, -2], atol=1e-9)
    np.testing.assert_allclose(sent["rows"], [smile, frown])
    places = model.transform(x) @ np.array(sent["read"]).T
    assert (sent["low"] <= places.min(axis=0)).all()
    assert (sent["high"] >= places.max(axis=0)).all()


def test_the_twin_walks_along_the_direction_through_z(model, x):
    way = torch.tensor([0.5, -1, 2])
    explorer = LatentExplorer(model, x, directions={"smile": way})
    rows, text = explorer._twin()
    assert rows.shape == (1, 9, 784)
    assert "each row moves one direction (smile) from low to high" in text
    z, sent = np.array(explorer.z), explorer._directions
    end = z + (sent["high"][0] - np.array(sent["read"])[0] @ z) * way.numpy()
    expected = model.inverse_transform(end[None].astype(np.float32))
    np.testing.assert_allclose(rows[0, -1], expected[0], atol=1e-5)


@pytest.mark.parametrize(
    ("directions", "words"),
    [
        ({}, "a dictionary of names and ways"),
        ({"smile": [1, 2]}, "each of 3 finite numbers"),
        ({"smile": [1, 2, np.nan]}, "each of 3 finite numbers"),
        ({"smile": [0, 0, 0]}, "smile one is 0"),
        ({"a": [1, 2, 3], "b": [2, 4, 6]}, "a, b one is 0 or a mixture of the others"),
    ],
)
def test_directions_that_name_no_way_are_refused(model, directions, words):
    with pytest.raises(ValueError, match=words):
        LatentExplorer(model, directions=directions)


# --- what the browser cannot run, and what changes


class Noisy(Autoencoder):
    """Each encoding and decoding is another one."""

    def encode(self, x):
        return super().encode(x) + 0.1 * torch.rand(1)

    def decode(self, z):
        return super().decode(z) + 0.1 * torch.rand(1)


@pytest.mark.parametrize("widget", [LatentExplorer, LatentMap, DigitPad, NoiseExplorer])
def test_no_widget_refuses_what_only_the_kernel_can_run(x, y, widget):
    shown = widget(Noisy(3, hidden=(16,)), x, y)
    assert shown.where == "kernel, because it draws random numbers"
    assert shown._models[0]["decoder"] is shown._models[0]["encoder"] is None


def test_the_kernel_encodes_what_the_browser_cannot(x, y):
    model = Noisy(3, hidden=(16,))
    reply, (code,) = answer(DigitPad(model, x, y), x=x[0].tolist())
    assert reply == {"view": "v", "id": 7}
    expected = Autoencoder.encode(model, torch.from_numpy(x[:1]))[0].detach()
    assert 0 <= (np.frombuffer(code, "<f4") - expected.numpy()).min() < 0.1


@pytest.mark.parametrize("widget", [LatentExplorer, LatentMap, DigitPad, NoiseExplorer])
def test_a_model_that_was_trained_further_is_sent_again_when_it_is_shown(model, x, y, widget):
    shown = widget(model, x, y)
    shown._repr_mimebundle_()
    before = shown.get_state(["_weights", "_codes", "_spread"])
    shown._repr_mimebundle_()
    assert shown.get_state(["_weights", "_codes", "_spread"]) == before
    with torch.no_grad():
        model.decoder[0].weight += 0.5
        model.encoder[0].weight *= 2
    shown._repr_mimebundle_()
    after = shown.get_state(["_weights", "_codes", "_spread"])
    assert all(after[name] != before[name] for name in before)
    codes = np.frombuffer(after["_codes"], "<f4").reshape(len(x), 3)
    np.testing.assert_allclose(codes, model.transform(x), rtol=1e-4, atol=1e-5)


def test_what_lies_behind_a_function_is_watched_too(model):
    shown = LatentExplorer(lambda z: model.decode(z), latent_dim=3)
    before = shown._weights
    shown._repr_mimebundle_()
    assert shown._weights == before
    with torch.no_grad():
        model.decoder[0].weight += 0.5
    shown._repr_mimebundle_()
    assert shown._weights != before


def test_a_hook_that_came_later_is_seen(model):
    shown = LatentExplorer(model)
    before = shown._models
    model.decoder.register_forward_hook(lambda module, given, answer: 1 - answer)
    shown._repr_mimebundle_()
    assert len(shown._models[0]["decoder"]["program"]["steps"]) == 1 + len(
        before[0]["decoder"]["program"]["steps"]
    )


def test_a_pipeline_that_was_fitted_again_is_sent_again(x):
    pipeline = make_pipeline(StandardScaler(), PCA(3)).fit(x[:20])
    shown = LatentExplorer(pipeline, latent_dim=3)
    before = shown._weights
    pipeline.fit(x[10:])
    shown._repr_mimebundle_()
    assert shown._weights != before


def test_a_decoder_that_fails_far_out_is_left_to_the_kernel():
    def fussy(z):
        assert np.abs(z).max() < 2
        return z @ np.ones((2, 4), np.float32)

    assert LatentExplorer(fussy, latent_dim=2).where.startswith("kernel, because ")


def test_a_scikit_learn_object_that_was_fitted_again_is_sent_again(x):
    pca = PCA(3).fit(x[:20])
    shown = LatentExplorer(pca, x)
    before = shown._weights
    pca.fit(x[10:])
    shown._repr_mimebundle_()
    assert shown._weights != before
