"""Decoders as other people write them: small, untrained, each with a habit of its own.

DECODERS names what makes one: a function without arguments that returns (what decodes, how many
numbers its code has). What decodes takes codes (N, K) and answers with pixels of [0, 1] or so.
"""

import math
import warnings
from functools import cache

import numpy as np
import torch
from sklearn.decomposition import NMF, PCA, FactorAnalysis, FastICA, IncrementalPCA, TruncatedSVD
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.nn import functional
from torch.nn.utils import parametrize, prune, spectral_norm
from torch.nn.utils.parametrizations import orthogonal, weight_norm

import aelib
from aelib.widgets.sending import packed_decoder, packed_or_why
from aelib.widgets.sources import open_source, tell

DECODERS = {}
KERNEL = {  # and the reason that a person reads
    "dynamically quantised": "quantized::linear_dynamic is not known",
    "a volume: ConvTranspose3d": "a convolution in three dimensions",
    "VQ-VAE: the nearest entry of a codebook": "where it looks depends on the code",
    "MLPRegressor": "it answers with ndarray, not with a tensor",
}


def decoder(name, latent_dim=4):
    """Enter what a function returns, with this number of codes."""

    def enter(make):
        DECODERS[name] = lambda: (make(), latent_dim)
        return make

    return enter


def dense(*between, k=4, width=32, end=None):
    end = (nn.Sigmoid(),) if end is None else end
    return nn.Sequential(nn.Linear(k, width), *between, nn.Linear(width, 64), *end)


def maps(*between, k=4, channels=4, side=4, end=None):
    end = (nn.Sigmoid(),) if end is None else end
    start = (nn.Linear(k, channels * side * side), nn.Unflatten(1, (channels, side, side)))
    return nn.Sequential(*start, *between, *end, nn.Flatten())


def lived_in(module):
    """Running statistics and norms as training leaves them, not as it finds them."""
    for m in module.modules():
        for name in ("weight", "bias"):
            values = getattr(m, name, None)
            if "Norm" in type(m).__name__ and isinstance(values, nn.Parameter):
                nn.init.normal_(values, float(name == "weight"), 0.3)
        if getattr(m, "running_mean", None) is not None:
            m.running_mean.normal_()
            m.running_var.uniform_(0.5, 2)
    return module


# --- aelib's own

decoder("aelib.Autoencoder")(lambda: aelib.Autoencoder(4, hidden=(32,), input_dim=64))
decoder("aelib.LinearAutoencoder")(lambda: aelib.LinearAutoencoder(4, input_dim=64))
decoder("aelib.VAE")(lambda: aelib.VAE(4, hidden=(32,), input_dim=64))
decoder("aelib.ConditionalVAE")(lambda: aelib.ConditionalVAE(4, 3, hidden=(32,), input_dim=64))
decoder("aelib.ConvAutoencoder")(lambda: aelib.ConvAutoencoder(4, channels=(4, 8), input_dim=64))
decoder("aelib.ResidualAutoencoder")(
    lambda: aelib.ResidualAutoencoder(4, width=16, blocks=2, input_dim=64)
)
decoder("aelib.UNet", 16)(lambda: lived_in(aelib.UNet(16, (4, 8), 8, input_dim=64)))


# --- the six that were drawn wrongly without a word, and their like


class ResidualBlock(nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)


class Scaled(nn.Sequential):
    def forward(self, z):
        return super().forward(z / 0.18215)


def named_residual(combine):
    class Residual(nn.Module):
        def __init__(self, *layers):
            super().__init__()
            self.block = nn.Sequential(*layers)

        def forward(self, x):
            return combine(x, self.block(x))

    return Residual


def body(inplace=False):
    return nn.ReLU(inplace), nn.Linear(32, 32), nn.ReLU(inplace), nn.Linear(32, 32)


decoder("a Sequential that adds its input")(lambda: dense(ResidualBlock(*body())))
decoder("a Sequential that scales its input")(
    lambda: Scaled(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 64), nn.Sigmoid())
)
decoder("Residual: relu(x + block(x))")(
    lambda: dense(named_residual(lambda x, b: torch.relu(x + b))(*body()))
)
decoder("Residual: x + 0.1 block(x)")(
    lambda: dense(named_residual(lambda x, b: x + 0.1 * b)(*body()))
)
decoder("Residual whose block begins in place")(
    lambda: dense(named_residual(lambda x, b: x + b)(*body(True)))
)
decoder("aelib.Residual whose block begins in place")(
    lambda: dense(aelib.models.blocks.Residual(nn.Sequential(*body(True))))
)


# --- dense ones

decoder("BatchNorm1d and LeakyReLU")(lambda: lived_in(dense(nn.BatchNorm1d(32), nn.LeakyReLU(0.2))))
decoder("LayerNorm, GELU, tanh at the end")(
    lambda: lived_in(dense(nn.LayerNorm(32), nn.GELU(), end=(nn.Tanh(),)))
)
decoder("RMSNorm and SiLU")(lambda: lived_in(dense(nn.RMSNorm(32), nn.SiLU())))
decoder("GroupNorm of rows")(lambda: lived_in(dense(nn.GroupNorm(4, 32), nn.ReLU6())))
decoder("ELU, SELU, CELU")(
    lambda: dense(nn.ELU(0.7), nn.Linear(32, 32), nn.SELU(), nn.Linear(32, 32), nn.CELU(1.3))
)
decoder("Softplus, Mish, Hardswish")(
    lambda: dense(
        *(nn.Softplus(2, 5), nn.Linear(32, 32), nn.Mish(), nn.Linear(32, 32), nn.Hardswish()),
    )
)
decoder("PReLU for each channel")(lambda: lived_in(dense(nn.PReLU(32, 0.3))))
decoder("shrinks and signs")(
    lambda: dense(
        *(nn.Tanhshrink(), nn.Softshrink(0.1), nn.Linear(32, 32), nn.Hardshrink(0.1)),
        *(nn.Linear(32, 32), nn.Softsign(), nn.Linear(32, 32), nn.LogSigmoid()),
        end=(nn.Hardsigmoid(),),
    )
)
decoder("GLU")(lambda: dense(nn.Linear(32, 64), nn.GLU(), nn.GELU("tanh")))
decoder("Hardtanh and Threshold")(lambda: dense(nn.Hardtanh(-0.5, 0.8), nn.Threshold(0.1, -0.2)))
decoder("Softmax over the pixels")(lambda: dense(nn.ReLU(), end=(nn.Softmax(1),)))
decoder("log-probabilities")(lambda: dense(nn.ReLU(), end=(nn.LogSoftmax(1),)))
decoder("still in training, with Dropout")(lambda: dense(nn.ReLU(), nn.Dropout(0.5)).train())
decoder("AlphaDropout and Dropout1d")(lambda: dense(nn.SELU(), nn.AlphaDropout(), nn.Dropout1d()))
decoder("Bilinear")(lambda: TwoPaths())
decoder("weight norm")(lambda: nn.Sequential(weight_norm(nn.Linear(4, 32)), *dense(nn.ReLU())[1:]))
decoder("spectral norm, the old way")(lambda: dense(spectral_norm(nn.Linear(32, 32)), nn.ReLU()))
decoder("orthogonal parametrisation")(lambda: dense(orthogonal(nn.Linear(32, 32)), nn.ReLU()))
decoder("float64")(lambda: dense(nn.SiLU()).double())
decoder("scripted")(lambda: torch.jit.script(dense(nn.SiLU(), nn.Linear(32, 32), nn.ReLU())))
decoder("traced and frozen")(
    lambda: torch.jit.freeze(torch.jit.trace(dense(nn.SiLU()).eval(), torch.zeros(1, 4)))
)
decoder("DataParallel")(lambda: nn.DataParallel(dense(nn.SiLU())))
decoder("dynamically quantised")(
    lambda: torch.ao.quantization.quantize_dynamic(dense(nn.ReLU()), {nn.Linear})
)


class TwoPaths(nn.Module):
    def __init__(self):
        super().__init__()
        self.both, self.out = nn.Bilinear(2, 2, 16), nn.Linear(16, 64)

    def forward(self, z):
        return torch.sigmoid(self.out(self.both(z[:, :2], z[:, 2:])))


@decoder("pruned")
def pruned():
    network = dense(nn.ReLU())
    prune.l1_unstructured(network[0], "weight", 0.5)
    return network


@decoder("a parametrised weight")
def parametrised():
    class Symmetric(nn.Module):
        def forward(self, w):
            return w.triu() + w.triu(1).transpose(-1, -2)

    network = dense(nn.Linear(32, 32), nn.ReLU())
    parametrize.register_parametrization(network[1], "weight", Symmetric())
    return network


@decoder("a hook that doubles")
def hooked():
    network = dense(nn.ReLU())
    network[1].register_forward_hook(lambda module, inputs, output: 2 * output)
    return network


@decoder("a hook on the outside")
def hooked_outside():
    network = dense(nn.ReLU())
    network.register_forward_hook(lambda module, inputs, output: output**2)
    return network


@decoder("a BatchNorm frozen by hand")
def frozen():
    network = lived_in(dense(nn.BatchNorm1d(32), nn.ReLU())).train()
    network[1].eval()
    return network


@decoder("tied weights")
def tied():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.down = nn.Linear(64, 4)
            self.shift = nn.Parameter(torch.randn(64))
            self.latent_dim = 4

        def encode(self, x):
            return self.down(x)

        def decode(self, z):
            return torch.sigmoid(functional.linear(z, self.down.weight.t(), self.shift))

    return Tied()


@decoder("one layer five times")
def shared():
    class Shared(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.again, self.last = (
                nn.Linear(*s) for s in ((4, 32), (32, 32), (32, 64))
            )

        def forward(self, z):
            h = self.first(z)
            for _ in range(5):
                h = h + torch.tanh(self.again(h))
            return self.last(h).sigmoid()

    return Shared()


@decoder("SIREN")
def siren():
    class Sine(nn.Module):
        def __init__(self, n, m):
            super().__init__()
            self.linear = nn.Linear(n, m)
            nn.init.uniform_(self.linear.weight, -math.sqrt(6 / n) / 30, math.sqrt(6 / n) / 30)

        def forward(self, x):
            return torch.sin(30 * self.linear(x))

    class Siren(nn.Module):
        def __init__(self):
            super().__init__()
            side = torch.linspace(-1, 1, 8)
            self.register_buffer("grid", torch.cartesian_prod(side, side))
            self.net = nn.Sequential(Sine(6, 32), Sine(32, 32), nn.Linear(32, 1))

        def forward(self, z):
            n = z.shape[0]
            codes = z[:, None].expand(n, 64, 4)
            return self.net(torch.cat([self.grid.expand(n, 64, 2), codes], -1)).view(n, 64)

    return Siren()


@decoder("FiLM, conditioned at each layer")
def film():
    class Film(nn.Module):
        def __init__(self):
            super().__init__()
            self.start = nn.Parameter(torch.randn(8, 4, 4))
            self.style = nn.ModuleList(nn.Linear(4, 16) for _ in range(2))
            self.convs = nn.ModuleList(nn.Conv2d(8, 8, 3, padding=1) for _ in range(2))
            self.out = nn.Conv2d(8, 1, 1)

        def forward(self, z):
            h = self.start.expand(len(z), -1, -1, -1)
            for style, conv in zip(self.style, self.convs, strict=True):
                h = functional.interpolate(h, scale_factor=2) if h.shape[-1] < 8 else h
                scale, shift = style(z)[:, :, None, None].chunk(2, 1)
                h = functional.leaky_relu(
                    functional.instance_norm(conv(h)) * (1 + scale) + shift, 0.2
                )
            return torch.sigmoid(self.out(h)).flatten(1)

    return Film()


@decoder("a mixture of experts")
def experts():
    class Experts(nn.Module):
        def __init__(self):
            super().__init__()
            self.gate = nn.Linear(4, 3)
            self.experts = nn.ModuleList(dense(nn.ReLU(), end=()) for _ in range(3))

        def forward(self, z):
            answers = torch.stack([e(z) for e in self.experts], 1)
            return (self.gate(z).softmax(1)[:, :, None] * answers).sum(1).sigmoid()

    return Experts()


@decoder("a hypernetwork")
def hyper():
    class Hyper(nn.Module):
        def __init__(self):
            super().__init__()
            self.weights, self.features = nn.Linear(4, 64 * 8), nn.Parameter(torch.randn(8))

        def forward(self, z):
            return torch.einsum(
                "nij,j->ni", self.weights(z).view(-1, 64, 8), self.features
            ).sigmoid()

    return Hyper()


@decoder("written with einsum and normalised codes")
def einsum():
    w, b = torch.randn(4, 64), torch.randn(64)
    return lambda z: torch.sigmoid(torch.einsum("nk,kp->np", functional.normalize(z, dim=1), w) + b)


@decoder("writes its rows in place")
def in_place():
    class Rows(nn.Module):
        def __init__(self):
            super().__init__()
            self.rows = nn.ModuleList(nn.Linear(4 + 8, 8) for _ in range(8))

        def forward(self, z):
            picture = torch.zeros(len(z), 8, 8)
            for i, row in enumerate(self.rows):
                above = picture[:, i - 1] if i else torch.zeros(len(z), 8)
                picture[:, i] = row(torch.cat([z, above], 1)).sigmoid_()
            picture[:, :, 0] *= 0.5
            return picture.flatten(1)

    return Rows()


@decoder("random features of a fixed seed")
def fourier():
    frequencies = torch.randn(4, 16, generator=torch.Generator().manual_seed(3))
    last = nn.Linear(32, 64)

    def decode(z):
        angle = 2 * math.pi * z @ frequencies
        return last(torch.cat([angle.sin(), angle.cos()], -1)).sigmoid()

    return decode


# --- pictures

decoder("DCGAN: transposed convolutions and BatchNorm")(
    lambda: lived_in(
        nn.Sequential(
            *(nn.Unflatten(1, (4, 1, 1)), nn.ConvTranspose2d(4, 8, 4, bias=False)),
            *(nn.BatchNorm2d(8), nn.ReLU(True), nn.ConvTranspose2d(8, 4, 4, 2, 1, bias=False)),
            *(
                nn.BatchNorm2d(4),
                nn.ReLU(True),
                nn.Conv2d(4, 1, 3, padding=1),
                nn.Tanh(),
                nn.Flatten(),
            ),
        )
    )
)
decoder("answers with (N, 1, 8, 8)")(
    lambda: maps(nn.ConvTranspose2d(4, 1, 2, 2), end=(nn.Sigmoid(),))[:-1]
)
decoder("nearest, then convolution")(
    lambda: maps(nn.Upsample(scale_factor=2), nn.Conv2d(4, 1, 3, padding=1))
)
decoder("bilinear, reflecting borders")(
    lambda: maps(
        nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True),
        nn.Conv2d(4, 1, 3, padding=1, padding_mode="reflect"),
    )
)
decoder("bicubic to a size of its own, circular borders")(
    lambda: maps(
        nn.Upsample(size=(8, 8), mode="bicubic"),
        nn.Conv2d(4, 1, 3, padding=1, padding_mode="circular"),
    )
)
decoder("PixelShuffle")(lambda: maps(nn.Conv2d(4, 4, 3, padding="same"), nn.PixelShuffle(2)))
decoder("GroupNorm, InstanceNorm, groups, dilation")(
    lambda: lived_in(
        maps(
            *(nn.GroupNorm(2, 4), nn.Conv2d(4, 8, 3, padding=2, dilation=2, groups=2), nn.SiLU()),
            *(nn.InstanceNorm2d(8, affine=True), nn.ConvTranspose2d(8, 4, 3, 2, 1, 1, groups=4)),
            nn.Conv2d(4, 1, 1),
        )
    )
)
decoder("pools of every kind")(
    lambda: maps(
        *(nn.Upsample(size=17), nn.MaxPool2d(3, 2, 1, ceil_mode=True)),
        *(nn.AvgPool2d(3, 1, 1, count_include_pad=False), nn.AdaptiveAvgPool2d(8)),
        *(nn.Conv2d(4, 1, 1), nn.ReplicationPad2d(1), nn.AvgPool2d(3, 1)),
    )
)
decoder("LPPool and ZeroPad")(
    lambda: maps(nn.Conv2d(4, 1, 1), nn.ZeroPad2d((2, 3, 3, 2)), nn.LPPool2d(2, 2, 1))
)
decoder("a depthwise block with squeeze and excitation")(
    lambda: maps(Excited(4), nn.PixelShuffle(2))
)
decoder("one dimension: Conv1d and ConvTranspose1d")(
    lambda: nn.Sequential(
        *(nn.Unflatten(1, (1, 4)), nn.ConvTranspose1d(1, 4, 4, 4), nn.ReLU()),
        *(nn.Conv1d(4, 4, 3, padding=1, padding_mode="replicate"), nn.Flatten(), nn.Sigmoid()),
    )
)
decoder("a volume: ConvTranspose3d")(
    lambda: nn.Sequential(
        nn.Unflatten(1, (4, 1, 1, 1)), nn.ConvTranspose3d(4, 1, 4), nn.Flatten(), nn.Sigmoid()
    )
)
decoder("LocalResponseNorm")(lambda: maps(nn.LocalResponseNorm(2), nn.PixelShuffle(2)))
decoder("Fold")(
    lambda: nn.Sequential(nn.Linear(4, 64), nn.Unflatten(1, (4, 16)), nn.Fold((8, 8), 2, stride=2))
)


class Excited(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.depth, self.point = nn.Conv2d(c, c, 3, padding=1, groups=c), nn.Conv2d(c, c, 1)
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(c, c, 1), nn.Sigmoid())

    def forward(self, x):
        h = self.point(functional.hardswish(self.depth(x)))
        return x + h * self.gate(h)


@decoder("a U-Net with concatenated skips", 64)
def unet():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 8, 3, padding=1)
            self.up, self.c = nn.ConvTranspose2d(8, 4, 2, 2), nn.Conv2d(8, 1, 3, padding=1)

        def forward(self, x):
            a = functional.relu(self.a(x.view(-1, 1, 8, 8)), inplace=True)
            b = functional.relu(self.b(functional.max_pool2d(a, 2)), inplace=True)
            return torch.sigmoid(self.c(torch.cat([a, self.up(b)], 1))).flatten(1)

    return Net()


@decoder("a diffusion U-Net: a step of time, GroupNorm, attention", 64)
def diffusion():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.time = nn.Conv2d(1, 8, 3, padding=1), nn.Linear(16, 8)
            self.norm, self.attention = (
                nn.GroupNorm(4, 8),
                nn.MultiheadAttention(8, 2, batch_first=True),
            )
            self.last = nn.Conv2d(8, 1, 3, padding=1)

        def forward(self, x, t=3):
            angle = t * torch.exp(-torch.arange(8) / 2)
            time = functional.silu(self.time(torch.cat([angle.sin(), angle.cos()])))
            h = self.first(x.reshape(-1, 1, 8, 8)) + time[:, None, None]
            rows = self.norm(h).flatten(2).transpose(1, 2)
            mixed = self.attention(rows, rows, rows, need_weights=False)[0]
            h = h + mixed.transpose(1, 2).unflatten(2, (8, 8))
            return x - self.last(functional.silu(h)).flatten(1)

    return lived_in(Net())


@decoder("PixelCNN: masked convolutions", 64)
def pixel_cnn():
    class Masked(nn.Conv2d):
        def __init__(self, *args):
            super().__init__(*args, padding=1)
            self.register_buffer("mask", torch.ones(3, 3))
            self.mask[1, 1:], self.mask[2] = 0, 0

        def forward(self, x):
            return self._conv_forward(x, self.weight * self.mask, self.bias)

    return nn.Sequential(
        *(nn.Unflatten(1, (1, 8, 8)), Masked(1, 4, 3), nn.ReLU(), Masked(4, 1, 3), nn.Sigmoid()),
        nn.Flatten(),
    )


# --- attention and sequences

decoder("a transformer encoder")(
    lambda: nn.Sequential(
        *(nn.Linear(4, 64), nn.Unflatten(1, (8, 8))),
        nn.TransformerEncoder(
            nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, activation="gelu"), 2
        ),
        *(nn.Flatten(), nn.Sigmoid()),
    )
)


@decoder("ViT-MAE's decoder: patches, positions, attention")
def vit_mae():
    class Block(nn.Module):
        def __init__(self, d):
            super().__init__()
            self.n1, self.n2 = nn.LayerNorm(d), nn.LayerNorm(d)
            self.qkv, self.out = nn.Linear(d, 3 * d), nn.Linear(d, d)
            self.mlp = nn.Sequential(nn.Linear(d, 2 * d), nn.GELU(), nn.Linear(2 * d, d))

        def forward(self, x):
            n, t, d = x.shape
            q, k, v = self.qkv(self.n1(x)).reshape(n, t, 3, 2, d // 2).permute(2, 0, 3, 1, 4)
            y = functional.scaled_dot_product_attention(q, k, v)
            x = x + self.out(y.transpose(1, 2).reshape(n, t, d))
            return x + self.mlp(self.n2(x))

    class Mae(nn.Module):
        def __init__(self, d=8):
            super().__init__()
            self.embed, self.mask = nn.Linear(4, d), nn.Parameter(torch.randn(1, 1, d))
            self.positions = nn.Parameter(torch.randn(1, 16, d))
            self.blocks = nn.ModuleList(Block(d) for _ in range(2))
            self.norm, self.head = nn.LayerNorm(d), nn.Linear(d, 4)

        def forward(self, z):
            x = torch.cat([self.embed(z)[:, None], self.mask.repeat(len(z), 15, 1)], 1)
            x = x + self.positions
            for block in self.blocks:
                x = block(x)
            patches = self.head(self.norm(x)).view(-1, 4, 4, 2, 2)
            return torch.einsum("nhwpq->nhpwq", patches).reshape(-1, 64).sigmoid()

    return lived_in(Mae())


@decoder("causal attention with a mask of minus infinity")
def causal():
    class Causal(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.q, self.k = nn.Linear(4, 64), nn.Linear(8, 8), nn.Linear(8, 8)
            self.register_buffer("mask", torch.full((8, 8), -torch.inf).triu(1))

        def forward(self, z):
            h = self.first(z).view(-1, 8, 8)
            scores = self.q(h) @ self.k(h).mT / math.sqrt(8) + self.mask
            return (scores.softmax(-1) @ h).sigmoid().flatten(1)

    return Causal()


@decoder("cross attention with masked_fill")
def cross():
    class Cross(nn.Module):
        def __init__(self):
            super().__init__()
            self.queries = nn.Parameter(torch.randn(1, 16, 8))
            self.keys, self.values = nn.Linear(4, 24), nn.Linear(4, 24)
            self.out = nn.Linear(8, 4)
            self.register_buffer("hidden", torch.rand(16, 3) < 0.3)
            self.hidden[:, 0] = False

        def forward(self, z):
            k, v = self.keys(z).view(-1, 3, 8), self.values(z).view(-1, 3, 8)
            scores = (self.queries @ k.transpose(1, 2)).masked_fill(self.hidden, float("-inf"))
            return self.out(torch.bmm(scores.softmax(2), v)).flatten(1).sigmoid()

    return Cross()


def recurrent(kind):
    class Recurrent(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn, self.out = kind(4, 8, batch_first=True), nn.Linear(8, 8)

        def forward(self, z):
            return self.out(self.rnn(z[:, None].repeat(1, 8, 1))[0]).sigmoid().flatten(1)

    return Recurrent()


decoder("LSTM, row by row")(lambda: recurrent(nn.LSTM))
decoder("GRU, row by row")(lambda: recurrent(nn.GRU))


# --- VAEs and their relatives


class Answers(dict):
    """A ModelOutput as pythae, diffusers and transformers have it."""

    __getattr__ = dict.__getitem__


@decoder("pythae's decoder: a ModelOutput, layers in a loop")
def pythae():
    class Decoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList(
                (
                    nn.Sequential(nn.Linear(4, 32), nn.ReLU()),
                    nn.Sequential(nn.Linear(32, 64), nn.Sigmoid()),
                )
            )

        def forward(self, z):
            out = z
            for layer in self.layers:
                out = layer(out)
            return Answers(reconstruction=out.reshape((z.shape[0], 1, 8, 8)))

    return Decoder()


@decoder("diffusers' AutoencoderTiny: clamps softly, then convolutions")
def tiny():
    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Sequential(
                *(nn.Conv2d(4, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 4, 3, padding=1)),
            )
            self.skip, self.fuse = nn.Identity(), nn.ReLU()

        def forward(self, x):
            return self.fuse(self.conv(x) + self.skip(x))

    class Tiny(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(
                *(nn.Conv2d(1, 4, 3, padding=1), Block(), nn.Upsample(scale_factor=2)),
                *(
                    nn.Conv2d(4, 4, 3, padding=1, bias=False),
                    Block(),
                    nn.Conv2d(4, 1, 3, padding=1),
                ),
            )

        def forward(self, z):
            x = self.layers(torch.tanh(z.view(-1, 1, 4, 4) / 3) * 3)
            return Answers(sample=x.mul(2).sub(1).flatten(1))

    return Tiny()


DECODERS["diffusers' AutoencoderTiny: clamps softly, then convolutions"] = lambda: (tiny(), 16)


@decoder("diffusers' AutoencoderKL: GroupNorm, SiLU, attention over pixels", 16)
def kl():
    class Resnet(nn.Module):
        def __init__(self, c=8):
            super().__init__()
            self.norm1, self.norm2 = nn.GroupNorm(2, c, 1e-6), nn.GroupNorm(2, c, 1e-6)
            self.conv1, self.conv2 = (nn.Conv2d(c, c, 3, padding=1) for _ in range(2))

        def forward(self, x):
            h = self.conv1(functional.silu(self.norm1(x)))
            return (x + self.conv2(functional.silu(self.norm2(h)))) / 1.0

    class Attention(nn.Module):
        def __init__(self, c=8):
            super().__init__()
            self.norm = nn.GroupNorm(2, c)
            self.q, self.k, self.v, self.out = (nn.Linear(c, c) for _ in range(4))

        def forward(self, x):
            n, c, h, w = x.shape
            rows = self.norm(x.view(n, c, h * w)).transpose(1, 2)
            y = functional.scaled_dot_product_attention(self.q(rows), self.k(rows), self.v(rows))
            return x + self.out(y).transpose(-1, -2).reshape(n, c, h, w)

    class KL(nn.Module):
        def __init__(self):
            super().__init__()
            self.post, self.first = nn.Conv2d(1, 1, 1), nn.Conv2d(1, 8, 3, padding=1)
            self.middle = nn.Sequential(Resnet(), Attention(), Resnet())
            self.up, self.norm = nn.Conv2d(8, 8, 3, padding=1), nn.GroupNorm(2, 8)
            self.last = nn.Conv2d(8, 1, 3, padding=1)

        def forward(self, z):
            h = self.middle(self.first(self.post(z.view(-1, 1, 4, 4) / 0.18215)))
            h = self.up(functional.interpolate(h, scale_factor=2.0, mode="nearest"))
            return (self.last(functional.silu(self.norm(h))) / 2 + 0.5).clamp(0, 1).flatten(1)

    return lived_in(KL())


@decoder("a hierarchical VAE: two levels, sums of means")
def ladder():
    class Ladder(nn.Module):
        latent_dim = 4

        def __init__(self):
            super().__init__()
            self.top, self.prior, self.low = nn.Linear(2, 16), nn.Linear(16, 4), nn.Linear(2, 16)
            self.out = nn.Linear(32, 64)

        def decode(self, z):
            top, low = torch.split(z, 2, dim=-1)
            h = functional.elu(self.top(top))
            mu, logvar = self.prior(h).chunk(2, -1)
            z2 = mu + torch.exp(0.5 * logvar) * low
            return torch.sigmoid(self.out(torch.cat((h, functional.elu(self.low(z2))), dim=-1)))

    return Ladder()


@decoder("a beta-TC-VAE with a Bernoulli distribution")
def bernoulli():
    class Model(nn.Module):
        latent_dim = 4

        def __init__(self):
            super().__init__()
            self.net = dense(nn.ReLU(), end=())

        def decode(self, z):
            return torch.distributions.Bernoulli(logits=self.net(z)).probs

    return Model()


@decoder("a Gaussian decoder: mean and log-variance, the mean is shown")
def gaussian():
    class Model(nn.Module):
        latent_dim = 4

        def __init__(self):
            super().__init__()
            self.hidden, self.mu, self.logvar = (
                nn.Linear(*s) for s in ((4, 32), (32, 64), (32, 64))
            )

        def decode(self, z):
            h = self.hidden(z).relu()
            return self.mu(h).sigmoid(), self.logvar(h).clamp(-8, 8)

    return Model()


@decoder("a hyperspherical VAE: codes on the sphere")
def sphere():
    network = dense(nn.Softplus())
    return lambda z: network(z / z.norm(dim=-1, keepdim=True).clamp(min=1e-6))


@decoder("a normalising flow: affine coupling and a reversed order")
def flow():
    class Flow(nn.Module):
        def __init__(self):
            super().__init__()
            self.nets = nn.ModuleList(
                nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 4)) for _ in range(4)
            )
            self.out = nn.Linear(4, 64)

        def forward(self, z):
            for net in self.nets:
                a, b = z[:, :2], z[:, 2:]
                shift, log_scale = net(a).chunk(2, 1)
                z = torch.cat([a, b * torch.exp(log_scale.tanh()) + shift], 1).flip(1)
            return self.out(z).sigmoid()

    return Flow()


@decoder("classes through an embedding")
def embedded():
    class Told(nn.Module):
        latent_dim, n_classes = 4, 3

        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(3, 8)
            self.net = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 64), nn.Sigmoid())

        def decode(self, z, y):
            return self.net(torch.cat([z, self.embedding(torch.as_tensor(y))], 1))

    return Told()


@decoder("VQ-VAE: the nearest entry of a codebook")
def quantised():
    class Vq(nn.Module):
        def __init__(self):
            super().__init__()
            self.codebook, self.out = nn.Parameter(torch.randn(8, 2)), nn.Linear(4, 64)

        def forward(self, z):
            nearest = torch.cdist(z.view(-1, 2, 2), self.codebook[None]).argmin(-1)
            return self.out(self.codebook[nearest].flatten(1)).sigmoid()

    return Vq()


@decoder("gumbel softmax with a straight-through estimator")
def straight_through():
    network = dense(nn.ReLU(), end=())
    return lambda z: (soft := network(z).sigmoid()) + ((soft > 0.5).float() - soft).detach()


# --- scikit-learn


def pictures():
    return np.random.default_rng(0).random((60, 64)) ** 2


decoder("PCA")(lambda: PCA(4, random_state=0).fit(pictures()))
decoder("PCA, whitened")(lambda: PCA(4, whiten=True, random_state=0).fit(pictures()))
decoder("IncrementalPCA")(lambda: IncrementalPCA(4).fit(pictures()))
decoder("FastICA")(lambda: FastICA(4, random_state=0, tol=0.1).fit(pictures()))
decoder("NMF")(lambda: NMF(4, init="nndsvda", max_iter=500, random_state=0).fit(pictures()))
decoder("TruncatedSVD")(lambda: TruncatedSVD(4, random_state=0).fit(pictures()))
decoder("a pipeline with a scaler")(
    lambda: make_pipeline(StandardScaler(), PCA(4, random_state=0)).fit(pictures())
)


@decoder("FactorAnalysis, its formula in NumPy")
def factors():
    model = FactorAnalysis(4, random_state=0).fit(pictures())
    return lambda z: z @ model.components_ + model.mean_


@decoder("MLPRegressor")
def regressor():
    x = pictures()
    model = MLPRegressor(hidden_layer_sizes=(16,), max_iter=400, tol=1e-2, random_state=0)
    model.fit(x[:, :4], x)
    return model.predict


@cache
def opened(name):
    """A decoder as a widget sees it, what is sent of it, and where it decodes."""
    torch.manual_seed(0)
    with warnings.catch_warnings():  # scripting is deprecated; some fits have not converged
        warnings.simplefilter("ignore")
        model, latent_dim = DECODERS[name]()
        source = open_source(model, latent_dim, conditional=True)
        ends = np.full((2, latent_dim), [[-3.0], [3.0]])
        return source, *packed_or_why(lambda: packed_decoder(source, ends, None))


def codes_of(source, n=12):
    """Codes near and far, with a class where there are classes: (n, latent_dim + classes)."""
    random = np.random.default_rng(5)
    codes = random.normal(size=(n, source.latent_dim)) * random.uniform(0.1, 4, (n, 1))
    return tell(codes.astype(np.float32), np.arange(n) % max(source.classes, 1), source.classes)
