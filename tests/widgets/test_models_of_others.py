"""Widgets take models as people write them, and draw what PyTorch computes: see tests/others.py."""

import base64
import warnings
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from others import OTHERS, ExamplesVAE, Parts, UNet
from sklearn.decomposition import NMF, PCA, FastICA, IncrementalPCA, KernelPCA, TruncatedSVD
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from torch import nn

from aelib.adapter.answers import rows_in
from aelib.engine.packing import Packed, unpack
from aelib.widgets import DigitPad, LatentExplorer, LatentMap, NoiseExplorer

WIDGETS = [LatentExplorer, LatentMap, DigitPad, NoiseExplorer]
REFUSED = {  # what a widget cannot show, and a part of the sentence that says what to do instead
    (LatentExplorer, "milesial: U-Net with n_classes"): "NoiseExplorer(model, x)",
    (LatentMap, "milesial: U-Net with n_classes"): "NoiseExplorer(model, x)",
    (LatentExplorer, "zalandoresearch: VQ-VAE, loss first"): "LatentMap(model, x)",
    (DigitPad, "colour, own classes, a linear code"): "NoiseExplorer(model, x)",
    (DigitPad, "diffusers: a distribution of maps, sample"): "NoiseExplorer(model, x)",
}
IN_THE_KERNEL = {"bfloat16", "half"}
DRAWS = "an encoder that draws, and keeps its KL"  # asked twice, it answers differently


def made(name):
    make, shape, low, copy = OTHERS[name]
    torch.manual_seed(0)
    model = make()
    if isinstance(model, nn.Module):
        model.eval()
    x = torch.rand(12, *shape, generator=torch.Generator().manual_seed(1)) ** 2
    return model, low + (1 - low) * x, low, copy


def type_of(model):
    weights = model.parameters() if isinstance(model, nn.Module) else ()
    return next((p.dtype for p in weights), torch.float32)


def flat(pixels, low):
    """As widgets have them: rows of [0, 1]."""
    return ((pixels.float() - low) / (1 - low)).reshape(len(pixels), -1).numpy()


def sent(shown, part):
    """What the browser computes with the bytes that it is sent; None if it asks the kernel."""
    net = shown._models[0][part]
    if net is None:
        return None
    return unpack(Packed(net["program"], shown._weights[net["begin"] : net["end"]]))


@pytest.mark.parametrize(("name", "widget"), list(product(OTHERS, WIDGETS)))
def test_a_widget_draws_what_pytorch_computes(name, widget):
    model, x, low, copy = made(name)
    if (widget, name) in REFUSED:
        with pytest.raises((TypeError, ValueError)) as refused:
            widget(model, x)
        assert REFUSED[widget, name] in str(refused.value)
        cure = {"LatentMap": LatentMap, "NoiseExplorer": NoiseExplorer}
        assert cure[REFUSED[widget, name].partition("(")[0]](model, x)  # it cures
        return
    shown = widget(model, x)
    source = shown._sources[0]
    with torch.no_grad():
        answer = copy(model, x[:4].to(type_of(model)))
    wanted = flat(next(rows_in(answer, 4)), low)
    if name == DRAWS:
        source = SimpleNamespace(decode=source.decode, encode=lambda rows: middle(model, rows))
    codes = source.encode(shown._x[:4])
    tolerance = 1e-2 if type_of(model) in (torch.half, torch.bfloat16) else 1e-5
    np.testing.assert_allclose(source.decode(codes), wanted, atol=tolerance)
    decoder = sent(shown, "decoder")
    assert (decoder is None) == (name in IN_THE_KERNEL)
    if decoder:
        drawn = np.stack([decoder.run(z).ravel() for z in codes])
        np.testing.assert_allclose(drawn, wanted, atol=1e-3)
    if widget in (DigitPad, NoiseExplorer) and (encoder := sent(shown, "encoder")):
        read = np.stack([encoder.run(row).ravel() for row in shown._x[:4]])
        np.testing.assert_allclose(read, codes, atol=1e-3 * max(1, np.abs(codes).max()))


def middle(model, rows):
    with torch.no_grad():
        return model.encoder.middle(torch.from_numpy(rows)).numpy()


SCIKIT = {
    "PCA": (lambda: PCA(3), "browser"),
    "PCA, whitened": (lambda: PCA(3, whiten=True), "browser"),
    "IncrementalPCA": (lambda: IncrementalPCA(3), "browser"),
    "TruncatedSVD": (lambda: TruncatedSVD(3), "browser"),
    "FastICA": (lambda: FastICA(3, max_iter=2000, tol=0.1), "browser"),
    "NMF": (lambda: NMF(3, max_iter=2000, tol=0.1), "browser"),
    "KernelPCA": (lambda: KernelPCA(3, kernel="rbf", fit_inverse_transform=True), "kernel"),
    "pipeline": (lambda: make_pipeline(StandardScaler(), PCA(3)), "browser"),
    "pipeline of three": (lambda: make_pipeline(MinMaxScaler(), PCA(9), PCA(3)), "browser"),
}


def test_a_fast_ica_that_lost_directions_says_so_and_the_way_it_names_loses_none():
    """As in findings/scikit_learn_fastica_loses_directions_where_the_first_pixel_is_blank.sh."""
    x = np.random.default_rng(0).random((60, 784), np.float32) ** 2
    whole = FastICA(3, max_iter=2000, tol=0.1, random_state=0).fit(x)
    with warnings.catch_warnings(action="error"):
        LatentExplorer(whole, x)
    whole.whitening_[1] = 0  # what multiplying by a sign of 0 leaves
    with pytest.warns(UserWarning, match="lost 1 of its 3 directions.*never varies"):
        LatentExplorer(whole, x)
    with pytest.warns(UserWarning, match="lost 1 of its 3 directions"):
        LatentExplorer(make_pipeline(StandardScaler().fit(x), whole), x)
    x[:, 0] = 0
    pca, by_pca = PCA(3, whiten=True, svd_solver="full"), PCA(3, svd_solver="full").fit(x)
    cure = make_pipeline(pca, FastICA(whiten=False, max_iter=2000, tol=0.1)).fit(x)
    copies = cure.inverse_transform(cure.transform(x))
    assert np.allclose(copies, by_pca.inverse_transform(by_pca.transform(x)), atol=1e-3)
    with warnings.catch_warnings(action="error"):
        LatentExplorer(cure, x)


@pytest.mark.parametrize(("name", "widget"), list(product(SCIKIT, WIDGETS)))
def test_objects_of_scikit_learn(name, widget):
    make, where = SCIKIT[name]
    x = np.random.default_rng(0).random((30, 784), np.float32) ** 2
    model = make().fit(x)
    shown = widget(model, x)
    wanted = model.inverse_transform(model.transform(x))
    source = shown._sources[0]
    np.testing.assert_allclose(source.decode(source.encode(shown._x)), wanted, atol=1e-4)
    assert shown._models[0]["where"].startswith(where) or widget in (DigitPad, NoiseExplorer)
    assert LatentExplorer(model).latent_dim == 3  # it need not be given pictures


def test_one_that_was_not_fitted_says_so():
    for model, words in ((PCA(3), "fit"), (KernelPCA(3).fit(np.eye(20, 784)), "fit_inverse")):
        with pytest.raises(ValueError, match=words):
            LatentExplorer(model, np.eye(20, 784))


# --- pictures in every usual shape and range


@pytest.mark.parametrize("shape", [(784,), (28, 28), (1, 28, 28), (28, 28, 1)])
@pytest.mark.parametrize("kind", [np.asarray, torch.as_tensor])
def test_pictures_may_have_any_usual_shape(shape, kind):
    x = np.random.default_rng(0).random((6, *shape), np.float32)
    shown = LatentExplorer(Parts(), kind(x))
    assert shown._shape == [28, 28]
    np.testing.assert_array_equal(shown._x, x.reshape(6, 784))


class TwoColours(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = nn.Linear(3 * 8 * 10, 2), nn.Linear(2, 3 * 8 * 10)

    def forward(self, x):
        return self.decoder(self.encoder(x.flatten(1))).view(-1, 3, 8, 10)


def test_colour_is_drawn_as_colour_and_need_not_be_square():
    from io import BytesIO

    from PIL import Image

    x = np.zeros((4, 3, 8, 10), np.float32)
    x[:, 0], x[:, 1, 4:] = 1, 1  # red above, yellow below
    explorer = LatentExplorer(TwoColours(), x)
    assert explorer._shape == [8, 10, 3]
    last = LatentMap(TwoColours(), np.moveaxis(x, 1, 3))  # (N, H, W, 3)
    np.testing.assert_array_equal(last._x, explorer._x)
    flat_ones = NoiseExplorer(TwoColours(), x.reshape(4, -1), shape=(3, 8, 10))
    png, _ = flat_ones._still()
    sheet = np.asarray(Image.open(BytesIO(png)))
    assert sheet[0, 0].tolist() == [255, 0, 0]
    assert sheet[15, 0].tolist() == [255, 255, 0]
    assert sheet[17, 0].tolist() == [255, 255, 255]  # between the pictures
    data, _ = explorer._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")


def test_the_range_is_seen_in_x_or_said():
    x = torch.rand(6, 784) * 2 - 1
    model = Parts()
    seen, said = LatentExplorer(model, x), LatentExplorer(model, x, value_range=(-1, 1))
    assert seen._weights == said._weights
    np.testing.assert_allclose(seen._x, (x.numpy() + 1) / 2, atol=1e-6)
    standard = NoiseExplorer(Parts(), 3 * x, value_range=(-3, 3))
    np.testing.assert_allclose(standard._x, (x.numpy() + 1) / 2, atol=1e-6)
    np.testing.assert_array_equal(LatentExplorer(Parts(), x.abs())._x, x.abs().numpy())


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (torch.rand(6, 784) * 255, "x / 255 for bytes"),
        ((torch.rand(6, 64) * 16).round(), "x / 16"),
        (torch.linspace(-11.71, 9.63, 6 * 784).view(6, 784), r"value_range=\(-12, 10\)"),
        (torch.linspace(-3.2, 0.4, 6 * 784).view(6, 784), r"value_range=\(-4, 1\)"),
        (torch.rand(6, 784) * torch.nan, "finite"),
        (torch.rand(6, 5, 28, 28), "neither grey nor red, green and blue"),
        (torch.rand(6, 600), r"say shape=\(height, width\)\."),
        (torch.rand(6, 1200), r"say shape=\(height, width\), or shape=\(3, 20, 20\) in colour"),
        (["a", "b"], "pictures are"),
    ],
)
def test_other_pictures_are_refused_with_a_cure(x, words):
    with pytest.raises(ValueError, match=words):
        LatentExplorer(Parts(), x)


@pytest.mark.parametrize("value_range", [1, (1,), (1, -1), (0, 0), ("a", "b"), (0, np.inf)])
def test_a_range_must_be_two_rising_numbers(value_range):
    with pytest.raises(ValueError, match="value_range must be two rising numbers"):
        LatentExplorer(Parts(), torch.rand(6, 784), value_range=value_range)


# --- what is said where it does not work


class Between(Parts):
    """Something around the decoder that no code explains."""

    def forward(self, x):
        return super().forward(x) * 0.5 + 0.5 * x


def test_what_a_decoder_does_not_explain_is_refused_with_a_cure_that_cures():
    model, x = Between(), torch.rand(6, 784)
    with pytest.raises(ValueError, match="something lies between them or around them") as refused:
        LatentExplorer(model, x)
    assert "types.SimpleNamespace(encode=lambda x: ..., decode=lambda z: ...)" in str(refused.value)
    own = SimpleNamespace(encode=lambda x: model.encoder(x), decode=lambda z: model.decoder(z))
    assert LatentExplorer(own, x).latent_dim == 3


def test_a_network_without_a_code_is_refused_with_a_cure_that_cures():
    model, x = UNet(), torch.rand(6, 1, 28, 28)
    with pytest.raises(TypeError, match=r"found no code in UNet.*NoiseExplorer\(model, x\)"):
        LatentMap(model, x)
    assert NoiseExplorer(model, x).latent_dim == 784


@pytest.mark.parametrize("widget", WIDGETS)
@pytest.mark.parametrize(
    ("word", "meant"),
    [("data", "x"), ("images", "x"), ("z_dim", "latent_dim"), ("latent_dims", "latent_dim")],
)
def test_an_unknown_keyword_is_answered_with_the_right_one(widget, word, meant):
    with pytest.raises(TypeError, match=rf"has no {word}=. Did you mean {meant}=\?"):
        widget(Parts(), torch.rand(6, 784), **{word: 3})


@pytest.mark.parametrize(("word", "meant"), [("strenght", "strength"), ("sigma", "strength")])
def test_a_misspelt_strength_is_not_dropped(word, meant):
    with pytest.raises(TypeError, match=f"Did you mean {meant}="):
        NoiseExplorer(Parts(), torch.rand(6, 784), **{word: 0.9})
    with pytest.raises(TypeError, match="has no brightness="):
        NoiseExplorer(Parts(), torch.rand(6, 784), brightness=0.9)


def test_a_model_that_is_not_told_how_wide_its_code_is_is_asked():
    assert LatentExplorer(ExamplesVAE()).latent_dim == 5  # found by running
    for widget in WIDGETS:
        assert widget(ExamplesVAE(), torch.rand(6, 784), latent_dim=5).latent_dim == 5
        with pytest.raises(
            ValueError, match="latent_dim=7 was given, but the model's codes have 5"
        ):
            widget(ExamplesVAE(), torch.rand(6, 784), latent_dim=7)
