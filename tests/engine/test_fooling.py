"""Decoders that try to fool the recorder: each is drawn as it decodes, or refused with a reason."""

import random
import time

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from aelib.engine.capture import capture, evaluating
from aelib.engine.packing import unpack
from aelib.engine.program import Refused
from aelib.engine.verify import codes_to_try, verify

W = torch.randn(4, 16, generator=torch.Generator().manual_seed(0))


def plain(z):
    return torch.sigmoid(z @ W)


class Counts(nn.Module):
    """The first calls are answered in one way, later ones in another."""

    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, z):
        self.calls += 1
        return plain(z) if self.calls < 3 else plain(-z)


class CountsInABuffer(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("calls", torch.zeros(1))

    def forward(self, z):
        self.calls += 1
        return plain(z) + self.calls


class Remembers(nn.Module):
    """A moving average of the codes that were seen."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(4))

    def forward(self, z):
        self.mean.mul_(0.9).add_(0.1 * z.mean(0))
        return plain(z - self.mean)


class Attribute(nn.Module):
    """Answers with what it was asked the time before."""

    last = torch.zeros(1, 4)

    def forward(self, z):
        before, self.last = self.last, z
        return plain(before[:1] + z)


class RunsTwice(nn.Module):
    """The same module with other weights the second time it runs in a decode."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.doubled = False

    def forward(self, z):
        for _ in range(2):
            z = self.layer(z) * (2 if self.doubled else 1)
            self.doubled = not self.doubled
        return plain(z)


def written_by_mask(z):
    h = z @ W
    h[h < 0] = 0.5
    return h.sigmoid()


def written_by_place(z):
    h = z @ W
    h[:, [1, 3, 6]] = 0.5
    h[:, [2]] = torch.tensor([[7.0]])
    return h.sigmoid().scatter(1, torch.tensor([[4, 9]]).expand(len(z), 2), z[:, :2])


def stale_view(z):
    h = z @ W
    top, h2 = h[:, :8], h.view(-1, 4, 4)
    h2[:, 1] = 7.0
    top += 1
    return torch.sigmoid(h) + h2.flatten(1)


def overwritten_input(z):
    z.mul_(2)
    z[:, 0] = z[:, 1]
    return plain(z)


def shared_storage(z):
    picture = torch.empty(z.shape[0], 16)
    view = picture.t()
    view.copy_(plain(z).t())
    picture[:, ::2].sqrt_()
    return view.t()


def through_numpy(z):
    return plain(z) + float(np.tanh(z.detach().numpy().sum()))


def through_numpy_memory(z):
    array = z.detach().numpy()
    array[:] = array[::-1, ::-1]
    return plain(z)


def data_changed(z):
    h = z @ W
    h.data.mul_(2)
    return torch.sigmoid(h)


def out_argument(z):
    answer = torch.empty(z.shape[0], 16)
    torch.mm(z, W, out=answer)
    torch.sigmoid(answer, out=answer)
    return answer


def weights_from_code(z):
    return torch.sigmoid((z[:, :, None] * W).sum(1) * torch.linalg.vector_norm(z, dim=1)[:, None])


def gradient(z):
    z = z.detach().requires_grad_()
    with torch.enable_grad():
        energy = plain(z).sum()
        (step,) = torch.autograd.grad(energy, z)
    return plain(z.detach() - step)


class AlwaysTraining(nn.Module):
    """A part of it cannot be put into evaluation mode."""

    def __init__(self, part):
        super().__init__()
        self.part = part

    def train(self, mode=True):
        super().train(mode)
        self.part.train(True)
        return self

    def forward(self, z):
        return self.part((z @ W).view(-1, 1, 4, 4)).sigmoid().flatten(1)


class Caches(nn.Module):
    """Answers again what it answered to the first rows of that shape."""

    def __init__(self):
        super().__init__()
        self.known = {}

    def forward(self, z):
        return self.known.setdefault(z.shape, plain(z))


def batch_statistics(z):
    pictures = (z @ W).view(-1, 1, 4, 4)
    return functional.batch_norm(pictures, None, None, training=True).sigmoid().flatten(1)


def negative_where(far, z):
    """Another picture where it is far out, which 3 N(0, 1) hardly ever is."""
    return torch.where(far, 1 - plain(z), plain(z))


def by_lists(z):
    return torch.cat([negative_where(torch.tensor(max(r.tolist()) > 11), r[None]) for r in z])


def by_numpy(z):
    return negative_where(torch.from_numpy(z.detach().numpy()[:, :1] > 11), z)


def by_an_array(z):
    return negative_where(torch.as_tensor(np.asarray(z)[:, :1] > 11), z)


def by_dlpack(z):
    return negative_where(torch.tensor(np.from_dlpack(z.detach())[:, :1] > 11), z)


def by_its_words(z):
    return torch.cat([negative_where(torch.tensor("11." in f"{r}"), r[None]) for r in z])


LEAVES = "hands the code's numbers to Python or NumPy"
FOOLS = {  # those that no program can be right about: the words of the refusal
    "counts its calls": (Counts(), "differently|earlier calls|something else"),
    "counts in a buffer": (CountsInABuffer(), "stays from one call to the next"),
    "remembers": (Remembers(), "stays from one call to the next"),
    "keeps the last code": (Attribute(), "differently|earlier calls|something else"),
    "branch on the code": (lambda z: plain(z) if z.sum() > 0 else plain(-z), "depend on the value"),
    "branch in Python": (lambda z: plain(z) * float(z.max()), "depend on the values"),
    "as many steps as the code says": (
        lambda z: plain(z * (len([v for v in z.flatten().tolist() if v > 0]))),
        LEAVES,
    ),
    "mixes rows by their mean": (lambda z: plain(z - z.mean(0)), "other rows"),
    "mixes rows by BatchNorm": (
        nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16, track_running_stats=False)),
        "batch|failed with ValueError",
    ),
    "sorts": (lambda z: plain(z.sort(1).values), "sort is not known"),
    "noise of torch": (lambda z: plain(z) + torch.randn(16), "random"),
    "noise of NumPy": (
        lambda z: plain(z) + np.random.default_rng().normal(),
        "differently|depends|something else",
    ),
    "noise of Python": (lambda z: plain(z) + random.random(), "differently|depends|something else"),
    "noise that is folded": (lambda z: plain(z) * torch.rand(16), "random"),
    "the clock": (
        lambda z: plain(z) + time.perf_counter() % 1,
        "differently|depends|something else",
    ),
    "through NumPy": (through_numpy, LEAVES),
    "writes where it says itself": (
        lambda z: torch.zeros(len(z), 16).scatter(1, (z @ W).argsort(1), plain(z)),
        "where it writes depends on the code",
    ),
    "writes rows where it says itself": (
        lambda z: torch.zeros(len(z), 16).index_put((torch.arange(len(z)), z.argmax(1)), z[:, 0]),
        "where it writes depends on the code",
    ),
    "not a number": (lambda z: plain(z) / 0 * 0, "NaN"),
    "half precision": (lambda z: (z @ W).half().float().sigmoid(), "float16"),
    "whole numbers": (lambda z: plain(z).mul(255).to(torch.uint8).float() / 255, "uint8"),
    "a rare branch in the steps": (
        lambda z: torch.where(z.norm(dim=1, keepdim=True) > 3, 1 - plain(z), plain(z)).flip(0),
        "other rows",
    ),
    "a rare branch over lists": (by_lists, LEAVES),
    "a rare branch over a NumPy view": (by_numpy, LEAVES),
    "a rare branch over an array": (by_an_array, LEAVES),
    "a rare branch over shared memory": (by_dlpack, LEAVES),
    "a rare branch over what is printed": (by_its_words, LEAVES),
    "dropout that stays on": (AlwaysTraining(nn.Dropout()), "random"),
    "BatchNorm that goes on learning": (
        AlwaysTraining(nn.BatchNorm2d(1)),
        "stays from one call to the next",
    ),
    "mixes rows by batch statistics": (batch_statistics, "other rows"),
    "counts its rows": (lambda z: plain(z) / len(z), "other rows"),
    "answers a row alone differently": (lambda z: plain(z) / min(len(z), 2), "other rows"),
    "caches by shape": (Caches(), "other rows|something else"),
    "fails far out": (
        lambda z: plain(z) if np.abs(z.numpy()).max() < 4 else [][0],
        f"IndexError|{LEAVES}",
    ),
    "ignores the code": (lambda z: torch.sigmoid(W[:1]), "not PyTorch's"),
}
HONEST = {
    "writes by mask": written_by_mask,
    "writes by place": written_by_place,
    "a view that goes stale": stale_view,
    "changes its input": overwritten_input,
    "writes through a transposed view": shared_storage,
    "changes through .data": data_changed,
    "writes into out=": out_argument,
    "weights from the code": weights_from_code,
    "Python state that comes back": RunsTwice().eval(),
    "a jump inside the steps": lambda z: torch.where(z[:, :1] < -2.5, 1 - plain(z), plain(z)),
    "another picture where gradients flow": (
        lambda z: plain(-z) if torch.is_grad_enabled() else plain(z)
    ),
    "another default type": lambda z: plain(z) * torch.tensor(1.0).element_size() / 4,
    "row by row through vmap": torch.func.vmap(plain),
    "rows of a stack": lambda z: torch.stack([plain(row[None])[0] for row in z]),
    "clamped codes": lambda z: plain(z.clamp(-2, 2)),
    "a check of its own, with a mask": lambda z: torch.nan_to_num(plain(z), 0.0),
}


def reference(function):
    def run(rows):
        with torch.no_grad(), evaluating(function):
            return function(torch.from_numpy(rows)).numpy()

    return run


def sent(function):
    with evaluating(function):
        program = capture(function, torch.linspace(-1, 1, 4)[None])
    return verify(program, reference(function), codes_to_try(4))


@pytest.mark.parametrize("name", FOOLS)
def test_what_no_program_can_draw_is_refused(name):
    function, words = FOOLS[name]
    with pytest.raises(Refused, match=words):
        sent(function)


@pytest.mark.parametrize("name", HONEST)
def test_what_looks_odd_is_drawn_as_it_decodes_or_refused(name):
    function = HONEST[name]
    try:
        program = unpack(sent(function))
    except Refused:
        assert name in ("changes through .data", "a check of its own, with a mask")
        return
    rows = 3 * np.random.default_rng(9).normal(size=(64, 4)).astype(np.float32)
    drawn = np.stack([program.run(row).ravel() for row in rows])
    np.testing.assert_allclose(drawn, reference(function)(rows.copy()), atol=1e-4)


@pytest.mark.parametrize("function", [through_numpy_memory, gradient])
def test_what_reaches_around_pytorch_is_never_drawn_wrongly(function):
    try:
        program = unpack(sent(function))
    except Refused:
        return
    rows = np.random.default_rng(9).normal(size=(64, 4)).astype(np.float32)
    drawn = np.stack([program.run(row).ravel() for row in rows])
    expected = np.stack([reference(function)(row[None].copy())[0] for row in rows])
    np.testing.assert_allclose(drawn, expected, atol=1e-4)


def test_each_module_keeps_its_own_training_flag():
    network = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(), nn.Linear(8, 16))
    network.train()
    network[1].eval()  # frozen by hand
    before = [m.training for m in network.modules()]
    sent(network)
    assert [m.training for m in network.modules()] == before == [True, True, False, True, True]
    network.eval()[2].train()  # one child alone
    sent(network)
    assert [m.training for m in network.modules()] == [False, False, False, True, False]


def test_nothing_is_left_behind():
    fast, onednn = torch.backends.mha.get_fastpath_enabled(), torch._C._get_mkldnn_enabled()
    grad = torch.is_grad_enabled()
    z = torch.ones(1, 4)
    with pytest.raises(Refused, match="failed with ZeroDivisionError"):
        capture(lambda z: z / 1 // (1 // 0), z)
    capture(overwritten_input, z)
    assert torch.equal(z, torch.ones(1, 4))
    after = torch.backends.mha.get_fastpath_enabled(), torch._C._get_mkldnn_enabled()
    assert (*after, torch.is_grad_enabled()) == (fast, onednn, grad)
