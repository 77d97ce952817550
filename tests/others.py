"""Autoencoders as other people write them, small and untrained, written anew from descriptions.

OTHERS names what makes one: (model, the shape of a picture, the lowest pixel, what PyTorch makes of
a picture). The last is written out with the model's own parts and without noise. Widgets draw them
(tests/widgets), and diagnose examines them once they are trained (tests/diagnosis).
"""

import warnings
from itertools import pairwise
from types import SimpleNamespace

import torch
from torch import nn
from torch.distributions import Bernoulli, Independent, Normal
from torch.nn import functional

OTHERS = {}


def other(name, shape=(784,), low=0.0, copy=None):
    """Enter a class: how it copies is its own forward, or told."""

    def enter(make):
        OTHERS[name] = make, shape, low, copy or (lambda model, x: model(x))
        return make

    return enter


def dense(*widths, end=()):
    layers = []
    for a, b in pairwise(widths):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1], *end)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(784, 3)

    def forward(self, x):
        return self.linear(x)


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3, 784)

    def forward(self, z):
        return torch.sigmoid(self.linear(z))


@other("parts without methods: encoder, decoder, forward")
class Parts(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = dense(784, 32, 3), dense(3, 32, 784, end=(nn.Sigmoid(),))

    def forward(self, x):
        return self.decoder(self.encoder(x))


@other("parts of own classes")
class OwnParts(Parts):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = Encoder(), Decoder()


@other("parts called enc and dec, with encode and decode")
class ShortNames(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc, self.dec = Encoder(), Decoder()

    def encode(self, x):
        return self.enc(x)

    def decode(self, z):
        return self.dec(z)

    def forward(self, x):
        return self.decode(self.encode(x))


@other("the sigmoid only in forward", copy=lambda m, x: m(x))
class LateSigmoid(Parts):
    def __init__(self):
        super().__init__()
        self.decoder = dense(3, 32, 784)

    def forward(self, x):
        return torch.sigmoid(self.decoder(self.encoder(x.view(-1, 784))))


@other("pytorch/examples: VAE", copy=lambda m, x: m.decode(m.encode(x)[0]))
class ExamplesVAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc21, self.fc22 = nn.Linear(784, 40), nn.Linear(40, 5), nn.Linear(40, 5)
        self.fc3, self.fc4 = nn.Linear(5, 40), nn.Linear(40, 784)

    def encode(self, x):
        h1 = functional.relu(self.fc1(x))
        return self.fc21(h1), self.fc22(h1)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + torch.randn_like(std) * std

    def decode(self, z):
        return torch.sigmoid(self.fc4(functional.relu(self.fc3(z))))

    def forward(self, x):
        mu, logvar = self.encode(x.view(-1, 784))
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


@other("AntixK/PyTorch-VAE: lists", (1, 28, 28), copy=lambda m, x: m.decode(m.encode(x)[0]))
class ListVAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            *(nn.Conv2d(1, 4, 3, 2, 1), nn.BatchNorm2d(4), nn.LeakyReLU()),
            *(nn.Conv2d(4, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.LeakyReLU()),
        )
        self.fc_mu, self.fc_var = nn.Linear(392, 6), nn.Linear(392, 6)
        self.decoder_input = nn.Linear(6, 392)
        self.decoder = nn.Sequential(nn.ConvTranspose2d(8, 4, 3, 2, 1, 1), nn.LeakyReLU())
        self.final_layer = nn.Sequential(nn.ConvTranspose2d(4, 1, 3, 2, 1, 1), nn.Sigmoid())

    def encode(self, x):
        result = torch.flatten(self.encoder(x), start_dim=1)
        return [self.fc_mu(result), self.fc_var(result)]

    def decode(self, z):
        return self.final_layer(self.decoder(self.decoder_input(z).view(-1, 8, 7, 7)))

    def forward(self, x):
        mu, log_var = self.encode(x)
        z = torch.randn_like(mu) * torch.exp(0.5 * log_var) + mu
        return [self.decode(z), x, mu, log_var]


@other("a convolutional one with pooling and tanh, data in [-1, 1]", (1, 28, 28), low=-1.0)
class PoolingTanh(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            *(nn.Conv2d(1, 4, 3, stride=3, padding=1), nn.ReLU(True), nn.MaxPool2d(2, stride=2)),
            *(nn.Conv2d(4, 2, 3, stride=2, padding=1), nn.ReLU(True), nn.MaxPool2d(2, stride=1)),
        )
        self.decoder = nn.Sequential(
            *(nn.ConvTranspose2d(2, 4, 3, stride=2), nn.ReLU(True)),
            *(nn.ConvTranspose2d(4, 2, 5, stride=3, padding=1), nn.ReLU(True)),
            *(nn.ConvTranspose2d(2, 1, 2, stride=2, padding=1), nn.Tanh()),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))


@other("noise by normal_, no method but forward", copy=lambda m, x: m.means(x))
class Normal_(nn.Module):  # noqa: N801
    def __init__(self):
        super().__init__()
        self.encoder = dense(784, 40)
        self.fc_mu, self.fc_logvar = nn.Linear(40, 4), nn.Linear(40, 4)
        self.decoder = dense(4, 40, 784)

    def means(self, x):
        return torch.sigmoid(self.decoder(self.fc_mu(self.encoder(x))))

    def forward(self, x):
        h = self.encoder(x)
        mu, std = self.fc_mu(h), self.fc_logvar(h).mul(0.5).exp()
        eps = torch.empty_like(std).normal_()
        return torch.sigmoid(self.decoder(eps.mul(std).add(mu))), mu


@other("milesial: U-Net with n_classes", (1, 28, 28))
class UNet(nn.Module):
    def __init__(self, n_channels=1, n_classes=1):
        super().__init__()
        self.n_channels, self.n_classes = n_channels, n_classes
        self.inc = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(True))
        self.down = nn.Sequential(nn.MaxPool2d(2), nn.Conv2d(4, 8, 3, padding=1), nn.ReLU(True))
        self.up = nn.ConvTranspose2d(8, 4, 2, stride=2)
        self.outc = nn.Conv2d(8, n_classes, 1)

    def forward(self, x):
        x1 = self.inc(x)
        return torch.sigmoid(self.outc(torch.cat([x1, self.up(self.down(x1))], dim=1)))


@other("Jackson-Kang: Encoder and Decoder handed in", copy=lambda m, x: m.Decoder(m.Encoder(x)[0]))
class HandedIn(nn.Module):
    class E(nn.Module):
        def __init__(self):
            super().__init__()
            self.h, self.mean, self.var = nn.Linear(784, 30), nn.Linear(30, 4), nn.Linear(30, 4)

        def forward(self, x):
            h = functional.leaky_relu(self.h(x), 0.2)
            return self.mean(h), self.var(h)

    def __init__(self):
        super().__init__()
        self.Encoder, self.Decoder = self.E(), dense(4, 30, 784, end=(nn.Sigmoid(),))

    def forward(self, x):
        mean, log_var = self.Encoder(x)
        return self.Decoder(mean + torch.exp(0.5 * log_var) * torch.randn_like(mean)), mean, log_var


@other("zalandoresearch: VQ-VAE, loss first", (1, 28, 28), copy=lambda m, x: m(x)[1])
class LossFirstVQ(nn.Module):
    def __init__(self):
        super().__init__()
        self._encoder = nn.Sequential(nn.Conv2d(1, 8, 4, 2, 1), nn.ReLU(), nn.Conv2d(8, 8, 4, 2, 1))
        self._pre_vq_conv, self._codebook = nn.Conv2d(8, 4, 1), nn.Parameter(torch.randn(16, 4))
        self._decoder = nn.Sequential(
            nn.ConvTranspose2d(4, 8, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(8, 1, 4, 2, 1)
        )

    def forward(self, x):
        z = self._pre_vq_conv(self._encoder(x)).permute(0, 2, 3, 1)
        nearest = torch.cdist(z.reshape(-1, 4), self._codebook).argmin(dim=1)
        quantized = self._codebook[nearest].view(z.shape).permute(0, 3, 1, 2)
        loss = ((quantized - z.permute(0, 3, 1, 2)) ** 2).mean()
        return loss, torch.sigmoid(self._decoder(quantized)), torch.tensor(3.0)


@other("colour, own classes, a linear code", (3, 32, 32), low=-1.0)
class Colour(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            *(nn.Conv2d(3, 6, 3, padding=1, stride=2), nn.GELU()),
            *(nn.Conv2d(6, 12, 3, padding=1, stride=2), nn.GELU(), nn.Flatten(), nn.Linear(768, 8)),
        )
        self.decoder = nn.Sequential(
            *(nn.Linear(8, 768), nn.GELU(), nn.Unflatten(1, (12, 8, 8))),
            *(nn.ConvTranspose2d(12, 6, 3, 2, 1, 1), nn.GELU()),
            *(nn.ConvTranspose2d(6, 3, 3, 2, 1, 1), nn.Tanh()),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))


@other("an encoder that draws, and keeps its KL", copy=lambda m, x: m.decoder(m.encoder.middle(x)))
class KeepsKL(nn.Module):
    class E(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.mu, self.sigma = nn.Linear(784, 30), nn.Linear(30, 3), nn.Linear(30, 3)
            self.n, self.kl = Normal(0.0, 1.0), 0

        def middle(self, x):
            return self.mu(functional.relu(self.a(x.flatten(1))))

        def forward(self, x):
            h = functional.relu(self.a(x.flatten(1)))
            mu, sigma = self.mu(h), torch.exp(self.sigma(h))
            self.kl = (sigma**2 + mu**2 - torch.log(sigma) - 0.5).sum()
            return mu + sigma * self.n.sample(mu.shape)

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = self.E(), Decoder()

    def forward(self, x):
        return self.decoder(self.encoder(x))


class Output(dict):
    """As transformers and pythae answer: a dictionary whose names are fields too."""

    __getattr__ = dict.__getitem__


@other("pythae: ModelOutput in and out", copy=lambda m, x: m({"data": x})["recon_x"])
class Outputs(nn.Module):
    class E(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(784, 4)

        def forward(self, x):
            return Output(log_covariance=0 * self.linear(x), embedding=self.linear(x))

    class D(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(4, 784)

        def forward(self, z):
            return Output(reconstruction=self.linear(z).sigmoid().reshape(-1, 1, 28, 28))

    def __init__(self):
        super().__init__()
        self.latent_dim, self.encoder, self.decoder = 4, self.E(), self.D()

    def forward(self, inputs):
        z = self.encoder(inputs["data"])["embedding"]
        return Output(loss=z.sum(), recon_x=self.decoder(z)["reconstruction"], z=z)


@other("diffusers: a distribution of maps, sample", (3, 16, 16), -1.0, lambda m, x: m(x).sample)
class Maps(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.up = nn.Conv2d(3, 4, 4, 4), nn.ConvTranspose2d(2, 3, 4, 4)

    def encode(self, x):
        mean, logvar = self.down(x).chunk(2, dim=1)
        drawn = SimpleNamespace(mean=mean, logvar=logvar, std=torch.exp(0.5 * logvar))
        return SimpleNamespace(latent_dist=drawn)

    def decode(self, z):
        return SimpleNamespace(sample=self.up(z).tanh())

    def forward(self, x):
        return self.decode(self.encode(x).latent_dist.mean)


@other("torch.distributions on both sides", copy=lambda m, x: m.decode(m.encode(x).mean).mean)
class Distributions(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.up = nn.Linear(784, 6), nn.Linear(3, 784)

    def encode(self, x):
        mu, logvar = self.down(x).chunk(2, dim=1)
        return Independent(Normal(mu, torch.exp(0.5 * logvar)), 1)

    def decode(self, z):
        return Bernoulli(logits=self.up(z))


@other("a drawn code first, then mu and logvar", copy=lambda m, x: m.decode(m.encode(x)[1]))
class DrawnFirst(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.up = nn.Linear(784, 6), nn.Linear(3, 784)

    def encode(self, x):
        mu, logvar = self.down(x).chunk(2, dim=1)
        return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu), mu, logvar

    def decode(self, z):
        return self.up(z).sigmoid()


@other("mu and logvar in one row", copy=lambda m, x: m.decoder(m.encoder(x)[:, :3]))
class OneRow(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = dense(784, 20, 6), dense(3, 784, end=(nn.Sigmoid(),))

    def forward(self, x):
        mu, logvar = self.encoder(x).chunk(2, dim=1)
        return self.decoder(mu + torch.randn_like(mu) * torch.exp(0.5 * logvar))


@other("tied weights", copy=lambda m, x: m(x))
class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight, self.bias = (
            nn.Parameter(torch.randn(3, 784) / 28),
            nn.Parameter(torch.zeros(784)),
        )

    def encode(self, x):
        return functional.linear(x, self.weight)

    def decode(self, z):
        return torch.sigmoid(functional.linear(z, self.weight.t(), self.bias))

    def forward(self, x):
        return self.decode(self.encode(x))


@other("a flat list of layers")
def flat_list():
    return nn.Sequential(
        *(nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 3), nn.ReLU()),
        *(nn.Linear(3, 32), nn.ReLU(), nn.Linear(32, 784), nn.Sigmoid()),
    )


@other("two networks in a row", (1, 28, 28))
def two_in_a_row():
    up = nn.Sequential(nn.Linear(3, 784), nn.Sigmoid(), nn.Unflatten(1, (1, 28, 28)))
    return nn.Sequential(nn.Sequential(nn.Flatten(), nn.Linear(784, 3)), up)


@other("an LSTM over the rows", (28, 28))
class Rows(nn.Module):
    def __init__(self):
        super().__init__()
        self.reader, self.writer = (
            nn.LSTM(28, 6, batch_first=True),
            nn.LSTM(6, 28, batch_first=True),
        )

    def encode(self, x):
        return self.reader(x)[1][0][-1]

    def decode(self, z):
        return self.writer(z[:, None].expand(-1, 28, -1))[0].sigmoid()

    def forward(self, x):
        return self.decode(self.encode(x))


@other("a transformer of patches", (1, 28, 28))
class Patches(nn.Module):
    def __init__(self):
        super().__init__()
        self.cut = nn.Conv2d(1, 8, 7, 7)
        layer = {"dim_feedforward": 16, "batch_first": True, "dropout": 0.1}
        self.blocks = nn.TransformerEncoderLayer(8, 2, **layer)
        self.to_code, self.from_code = nn.Linear(8, 4), nn.Linear(4, 16 * 49)

    def encode(self, x):
        return self.to_code(self.blocks(self.cut(x).flatten(2).transpose(1, 2)).mean(dim=1))

    def decode(self, z):
        pixels = self.from_code(z).view(-1, 4, 4, 7, 7).transpose(2, 3)
        return pixels.reshape(-1, 1, 28, 28).sigmoid()

    def forward(self, x):
        return self.decode(self.encode(x))


@other("a decoder of codes (N, K, 1, 1)", (1, 28, 28))
class LikeDCGAN(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Conv2d(1, 5, 28)
        self.decoder = nn.Sequential(
            *(nn.ConvTranspose2d(5, 8, 7), nn.BatchNorm2d(8), nn.ReLU()),
            *(nn.ConvTranspose2d(8, 4, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(4, 1, 4, 2, 1)),
            nn.Sigmoid(),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))


@other("float64")
def double():
    return Parts().double()


@other("bfloat16")
def bfloat16():
    return Parts().bfloat16()


@other("half")
def half():
    return Parts().half()


@other("scripted", copy=lambda m, x: m.decode(m.encode(x)[0]))
def scripted():
    with warnings.catch_warnings(action="ignore"):  # PyTorch would have us write otherwise
        return torch.jit.script(ExamplesVAE())


@other("an object of two functions", copy=lambda m, x: m.decode(m.encode(x)))
def functions():
    parts = Parts().eval()
    return SimpleNamespace(encode=lambda x: parts.encoder(x), decode=lambda z: parts.decoder(z))
