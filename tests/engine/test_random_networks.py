"""Networks composed at random of many kinds of layers: drawn right, or refused."""

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from aelib.engine.capture import capture, evaluating
from aelib.engine.packing import unpack
from aelib.engine.program import Refused
from aelib.engine.verify import codes_to_try, verify

POINTWISE = (
    *(nn.ReLU, nn.LeakyReLU, nn.ELU, nn.SELU, nn.CELU, nn.Softplus, nn.SiLU, nn.GELU, nn.Mish),
    *(nn.Tanh, nn.Sigmoid, nn.Hardtanh, nn.Hardsigmoid, nn.Hardswish, nn.Softsign, nn.ReLU6),
    *(nn.LogSigmoid, nn.Tanhshrink, nn.Softshrink, nn.Hardshrink, nn.PReLU, nn.Identity),
)


class Does(nn.Module):
    """A function as a layer."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


class Around(nn.Module):
    """x + layers(x), or the two side by side."""

    def __init__(self, layers, side_by_side):
        super().__init__()
        self.layers, self.side_by_side = layers, side_by_side

    def forward(self, x):
        y = self.layers(x)
        return torch.cat([x, y], 1) if self.side_by_side else x + 0.5 * y


def on_rows(draw, n):
    """A layer on rows of n numbers, and how many there are then."""
    out = draw(st.integers(1, 24))
    even = n - n % 2
    made = {
        "linear": lambda: (nn.Linear(n, out, bias=draw(st.booleans())), out),
        "layer norm": lambda: (nn.LayerNorm(n, elementwise_affine=draw(st.booleans())), n),
        "rms norm": lambda: (nn.RMSNorm(n), n),
        "batch norm": lambda: (nn.BatchNorm1d(n), n),
        "softmax": lambda: (nn.Softmax(1), n),
        "scaled": lambda: (Does(lambda x: 0.3 * x - 1.5), n),
        "normalised": lambda: (Does(lambda x: functional.normalize(x + 2, dim=1)), n),
        "turned": lambda: (Does(lambda x: x.flip(1).roll(1, 1)), n),
        "in place": lambda: (Does(lambda x: x.clone().mul_(0.5).sin_()), n),
        "rational": lambda: (Does(lambda x: x / (1 + x**2)), n),
    }
    if even:
        made["glu"] = lambda: (Does(lambda x: functional.glu(x[:, :even], 1)), even // 2)
        made["product"] = lambda: (Does(lambda x: x[:, :even:2] * x[:, 1:even:2]), even // 2)
    return draw(st.sampled_from(sorted(made))), made


def on_maps(draw, shape):
    """A layer on feature maps (c, h, w), and their shape then."""
    c, h, w = shape
    out = draw(st.integers(1, 6))
    kernel = draw(st.integers(1, min(3, h, w)))
    stride, groups = draw(st.integers(1, 2)), draw(st.sampled_from([1, c]))
    new = ((h - kernel) // stride + 1, (w - kernel) // stride + 1)
    grown = ((h - 1) * stride + kernel, (w - 1) * stride + kernel)
    mode = draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
    size = (draw(st.integers(1, 9)), draw(st.integers(1, 9)))
    way = draw(st.sampled_from(["nearest", "bilinear", "bicubic", "area", "nearest-exact"]))
    aligned = {"align_corners": draw(st.booleans())} if way in ("bilinear", "bicubic") else {}
    wide = 2 * out if groups == 1 else c * out
    made = {
        "convolution": lambda: (nn.Conv2d(c, wide, kernel, stride, groups=groups), (wide, *new)),
        "transposed": lambda: (nn.ConvTranspose2d(c, out, kernel, stride), (out, *grown)),
        "group norm": lambda: (nn.GroupNorm(1 if c % 2 else 2, c), shape),
        "batch norm": lambda: (nn.BatchNorm2d(c), shape),
        "maximum": lambda: (nn.MaxPool2d(kernel, stride), (c, *new)),
        "average": lambda: (nn.AvgPool2d(kernel, stride), (c, *new)),
        "adaptive": lambda: (nn.AdaptiveAvgPool2d(size), (c, *size)),
        "resized": lambda: (
            (nn.Upsample(size=size, mode=way, **aligned), (c, *size))
            if way != "area"
            else (Does(lambda x: functional.interpolate(x, size, mode="area")), (c, *size))
        ),
        "turned": lambda: (Does(lambda x: x.transpose(2, 3).flip(2)), (c, w, h)),
        "channels mixed": lambda: (Does(lambda x: x.softmax(1) * x.mean(1, keepdim=True)), shape),
        "over the picture": lambda: (Does(lambda x: x - x.amax((2, 3), keepdim=True)), shape),
    }
    if kernel == 3:
        padded = nn.Conv2d(c, out, 3, padding=1, padding_mode=mode)
        made["padded"] = lambda: (padded, (out, h, w))
    if h * w > 1:
        made["instance norm"] = lambda: (nn.InstanceNorm2d(c, affine=True), shape)
    if c % 4 == 0:
        made["shuffled"] = lambda: (nn.PixelShuffle(2), (c // 4, 2 * h, 2 * w))
    return draw(st.sampled_from(sorted(made))), made


def layers(draw, kind, shape, count):
    found = []
    for _ in range(count):
        name, made = kind(draw, shape)
        layer, after = made[name]()
        if after == shape and draw(st.booleans()):
            side = kind is on_maps and draw(st.booleans())
            layer = Around(layer, side)
            after = (2 * shape[0], *shape[1:]) if side else shape
        found += [layer, draw(st.sampled_from(POINTWISE))()]
        shape = after
    return found, shape


@st.composite
def networks(draw):
    torch.manual_seed(draw(st.integers(0, 10_000)))
    k = draw(st.integers(1, 6))
    rows, n = layers(draw, on_rows, k, draw(st.integers(0, 3)))
    maps = (draw(st.integers(1, 4)), draw(st.integers(1, 5)), draw(st.integers(1, 5)))
    pictures, _ = layers(draw, on_maps, maps, draw(st.integers(0, 4)))
    middle = (nn.Linear(n, int(np.prod(maps))), nn.Unflatten(1, maps))
    network = nn.Sequential(*rows, *middle, *pictures, nn.Flatten())
    for m in network.modules():
        if getattr(m, "running_mean", None) is not None:
            m.running_mean.normal_()
            m.running_var.uniform_(0.5, 2)
    return network, k


def answers(network):
    def run(rows):
        with torch.no_grad(), evaluating(network):
            return network(torch.from_numpy(rows)).numpy()

    return run


def check(network, k, tally):
    rows = codes_to_try(k)
    try:
        with evaluating(network):
            program = unpack(verify(capture(network, torch.ones(1, k)), answers(network), rows))
    except Refused as reason:
        tally.append(str(reason))
        return
    tally.append("")
    fresh = 2 * np.random.default_rng(7).normal(size=(12, k)).astype(np.float32)
    expected = answers(network)(fresh).reshape(12, -1)
    drawn = np.stack([program.run(row).ravel() for row in fresh])
    scale = max(np.abs(expected).max(), np.abs(answers(network)(rows)).max())
    np.testing.assert_allclose(drawn, expected, atol=1.5e-3 * scale + 1e-9)


def run(examples):
    tally = []

    @settings(
        max_examples=examples, deadline=None, derandomize=True, suppress_health_check=[*HealthCheck]
    )
    @given(networks())
    def drawn_right_or_refused(made):
        check(*made, tally)

    drawn_right_or_refused()
    return tally


def test_random_networks_are_drawn_right_or_refused():
    tally = run(30)
    assert tally.count("") >= 0.7 * len(tally), tally


@pytest.mark.slow
def test_five_hundred_random_networks_are_drawn_right_or_refused():
    tally = run(500)
    print({reason: tally.count(reason) for reason in set(tally)})
    assert len(tally) >= 500
    assert tally.count("") >= 0.7 * len(tally)
