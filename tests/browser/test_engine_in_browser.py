"""The browser computes what PyTorch computes, layer by layer and model by model."""

import base64

import numpy as np
import pytest
import torch
from torch import nn

import aelib.models
from aelib.engine.capture import capture
from aelib.engine.packing import pack
from aelib.models import Autoencoder, LinearAutoencoder, Model
from aelib.widgets.base import module

IN_BROWSER = """async ([source, program, weights, inputs]) => {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { compile } = await import(url);
  const f = compile(program, Uint8Array.from(atob(weights), (c) => c.charCodeAt(0)));
  return inputs.map((x) => Array.from(f(Float32Array.from(x))));
}"""


class Residual(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.block = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.block(x)


class Convolutional(Model):
    """The kinds of layers that the course's convolutional models have."""

    def __init__(self, latent_dim, input_dim=784, codes=1):
        super().__init__(latent_dim, input_dim)
        self.encoder = nn.Sequential(
            nn.Unflatten(1, (1, 28, 28)),
            *(nn.Conv2d(1, 8, 3, padding=1), nn.SiLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.BatchNorm2d(16), nn.ReLU()),
            Residual(nn.Conv2d(16, 16, 3, padding=1), nn.SiLU(), nn.Conv2d(16, 16, 1)),
            *(nn.Flatten(), nn.Linear(784, codes * latent_dim)),
        )
        self.decoder = nn.Sequential(
            *(nn.Linear(latent_dim, 784), nn.LayerNorm(784), nn.GELU()),
            *(nn.Unflatten(1, (16, 7, 7)), nn.ConvTranspose2d(16, 8, 4, stride=2, padding=1)),
            *(nn.BatchNorm2d(8), nn.SiLU(), nn.Upsample(scale_factor=2)),
            *(nn.Conv2d(8, 1, 3, padding=1), nn.Sigmoid(), nn.Flatten()),
        )


class Variational(Convolutional):
    """A VAE as the course writes it: mean and log-variance leave the encoder side by side."""

    def __init__(self, latent_dim):
        super().__init__(latent_dim, codes=2)

    def encode(self, x):
        return self.encoder(x).chunk(2, dim=1)

    def transform(self, x):
        with torch.no_grad():
            return self.eval().encode(torch.from_numpy(x))[0].numpy()

    def sample(self, n, generator=None):
        return self.decode(torch.randn(n, self.latent_dim, generator=generator))


def lived_in(network):
    """Running statistics and norms as training leaves them, not as it finds them."""
    for m in network.modules():
        if isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d | nn.LayerNorm):
            nn.init.normal_(m.weight, 1, 0.3)
            nn.init.normal_(m.bias, 0, 0.3)
        if isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d):
            m.running_mean.normal_()
            m.running_var.uniform_(0.5, 2)
    return network.eval()


@pytest.fixture(scope="module")
def run_in_browser(browser):
    page = browser.new_page()

    def run(packed, inputs):
        sent = base64.b64encode(packed.weights).decode()
        given = [module("engine"), packed.program, sent, inputs.tolist()]
        return np.array(page.evaluate(IN_BROWSER, given))

    yield run
    page.close()


def of_images(*layers, flat=True):
    return nn.Sequential(nn.Unflatten(1, (2, 8, 8)), *layers, *([nn.Flatten()] if flat else []))


LAYERS = {
    "Linear": nn.Linear(128, 40),
    "Linear without bias": nn.Linear(128, 40, bias=False),
    "Linear on rows": of_images(nn.Linear(8, 5)),
    "Conv2d": of_images(nn.Conv2d(2, 5, 3, padding=1)),
    "Conv2d stride, no bias": of_images(nn.Conv2d(2, 5, 4, stride=2, padding=1, bias=False)),
    "Conv2d oblong": of_images(nn.Conv2d(2, 3, (3, 5), stride=(1, 2), padding=(0, 2))),
    "Conv2d same, dilated": of_images(nn.Conv2d(2, 3, 3, padding="same", dilation=2)),
    "Conv2d valid": of_images(nn.Conv2d(2, 3, 3, padding="valid")),
    "ConvTranspose2d": of_images(nn.ConvTranspose2d(2, 5, 4, stride=2, padding=1)),
    "ConvTranspose2d extra": of_images(
        nn.ConvTranspose2d(2, 3, 3, stride=2, padding=1, output_padding=1)
    ),
    "MaxPool2d": of_images(nn.MaxPool2d(2)),
    "MaxPool2d overlapping": of_images(nn.MaxPool2d(3, stride=2)),
    "AvgPool2d": of_images(nn.AvgPool2d(2)),
    "Upsample": of_images(nn.Upsample(scale_factor=2)),
    "Flatten and Unflatten": of_images(),
    "LayerNorm": nn.LayerNorm(128),
    "LayerNorm of images": of_images(nn.LayerNorm((2, 8, 8))),
    "BatchNorm1d": nn.BatchNorm1d(128),
    "BatchNorm2d": of_images(nn.BatchNorm2d(2)),
    "ReLU": nn.ReLU(),
    "LeakyReLU": nn.LeakyReLU(0.1),
    "SiLU": nn.SiLU(),
    "GELU": nn.GELU(),
    "GELU tanh": nn.GELU(approximate="tanh"),
    "Sigmoid": nn.Sigmoid(),
    "Tanh": nn.Tanh(),
    "Identity": nn.Identity(),
    "Dropout": nn.Dropout(),
    "nested": nn.Sequential(nn.Sequential(nn.Linear(128, 8), nn.Tanh()), nn.Linear(8, 4)),
    "Residual": of_images(Residual(nn.Conv2d(2, 2, 3, padding=1), nn.SiLU())),
}


def difference(run, network, inputs):
    packed, _ = pack(capture(network, inputs[:1]))
    with torch.no_grad():
        expected = network(inputs).flatten(1)
    got = run(packed, inputs)
    assert got.shape == expected.shape
    return np.abs(got - expected.numpy()).max()


@pytest.mark.parametrize("name", LAYERS)
def test_each_layer_agrees(run_in_browser, name):
    torch.manual_seed(1)
    inputs = torch.randn(3, 128).clip(-2, 2)
    inputs[:, ::7] = 0  # what the engine skips
    assert difference(run_in_browser, lived_in(LAYERS[name]), inputs) < 1e-3


def models():
    yield "Autoencoder 2", Autoencoder, 2
    yield "Autoencoder 16", Autoencoder, 16
    yield "LinearAutoencoder", LinearAutoencoder, 16
    yield "convolutional", Convolutional, 16
    yield "variational", Variational, 8
    yield "UNet", aelib.models.UNet, 784
    for name in ("ConvAutoencoder", "ResidualAutoencoder", "VAE"):  # once they are there
        if hasattr(aelib.models, name):
            yield name, getattr(aelib.models, name), 8


@pytest.mark.parametrize(("name", "kind", "dim"), [*models()])
def test_each_model_agrees_both_ways(run_in_browser, name, kind, dim):
    torch.manual_seed(2)
    model = lived_in(kind(dim))
    assert difference(run_in_browser, model.decoder, torch.randn(20, dim) * 6) < 1e-3
    assert difference(run_in_browser, model.encoder, torch.rand(10, 784)) < 1e-3
