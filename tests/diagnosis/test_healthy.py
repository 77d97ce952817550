"""Healthy networks of many kinds, as people write them: `diagnose` has nothing to say."""

import subprocess
import sys
import warnings
from types import SimpleNamespace

import pytest
import torch
from networks import (
    VAE,
    X_TEST,
    Convolutional,
    X,
    crossed,
    crossed_logits,
    dense,
    elbo,
    first,
    good,
    kl,
    loop,
    mean_squared,
    squared,
)
from torch import nn
from torch.distributions import Normal
from torch.nn import functional

from aelib import History, diagnose

HEALTHY = {}
PICTURES, PICTURES_TEST = X.view(-1, 1, 28, 28), X_TEST.view(-1, 1, 28, 28)


def healthy(make):
    HEALTHY[make.__name__] = make
    return make


@healthy
def dense_with_a_sigmoid():
    return loop(dense(), crossed)


@healthy
def linear():
    return loop(nn.Sequential(nn.Linear(784, 16), nn.Linear(16, 784)))


@healthy
def logits():
    return loop(dense(end=()), crossed_logits)


@healthy
def mean_over_pixels():
    return loop(dense(), mean_squared)


@healthy
def tanh_and_minus_one_to_one():
    model, history = loop(dense(end=(nn.Tanh(),)), squared, 2 * X - 1)
    return model, history, 2 * X_TEST - 1


@healthy
def standardised_and_linear():
    x, x_test = ((t - 0.1307) / 0.3081 for t in (X, X_TEST))
    model, history = loop(dense(end=()), squared, x)
    return model, history, x_test


@healthy
def convolutional():
    model, history = loop(Convolutional(4), squared, PICTURES, epochs=3)
    return model, history, PICTURES_TEST


@healthy
def maps_laid_out_as_a_row():
    """The corners of digits are always paper, so numbers of such a code never change."""
    layers = list(Convolutional(4).children())
    code = nn.Flatten(), nn.Unflatten(1, (4, 7, 7))
    model, history = loop(
        nn.Sequential(*layers[0], nn.ReLU(), *code, *layers[1]), x=PICTURES, epochs=3
    )
    return model, history, PICTURES_TEST


@healthy
def convolutional_with_tanh():
    model, history = loop(Convolutional(4, nn.Tanh()), squared, 2 * PICTURES - 1, epochs=3)
    return model, history, 2 * PICTURES_TEST - 1


@healthy
def colour():
    tint = torch.tensor([1.0, 0.6, 0.3]).view(1, 3, 1, 1)
    model, history = loop(Convolutional(6, nn.Identity(), 3), squared, PICTURES * tint, epochs=3)
    return model, history, PICTURES_TEST * tint


@healthy
def vae():
    return loop(VAE(), elbo, epochs=8)


@healthy
def vae_with_beta_4():
    return loop(VAE(), lambda model, x: elbo(model, x, 4), epochs=8)


@healthy
def vae_of_64_numbers():
    return loop(VAE(64), elbo, epochs=8)


@healthy
def vae_that_tells_log_sigma():
    class LogSigma(VAE):
        def reparameterize(self, mu, log_sigma):
            return mu + torch.exp(log_sigma) * torch.randn_like(mu)

    def loss(model, x):
        x_hat, mu, log_sigma = model(x)
        nats = functional.binary_cross_entropy(x_hat, x, reduction="sum") / len(x)
        return nats + kl(mu, 2 * log_sigma)

    return loop(LogSigma(), loss, epochs=8)


@healthy
def vae_that_tells_sigma():
    class Sigma(VAE):
        def encode(self, x):
            mu, spread = super().encode(x)
            return mu, functional.softplus(spread) + 1e-3

        def reparameterize(self, mu, sigma):
            return mu + sigma * torch.randn_like(mu)

    def loss(model, x):
        x_hat, mu, sigma = model(x)
        nats = functional.binary_cross_entropy(x_hat, x, reduction="sum") / len(x)
        return nats + kl(mu, 2 * sigma.log())

    return loop(Sigma(), loss, epochs=8)


@healthy
def vae_that_answers_a_list():
    class List(VAE):
        def forward(self, x):
            x_hat, mu, logvar = super().forward(x)
            return [x_hat, x, mu, logvar]

    def loss(model, x):
        x_hat, _, mu, logvar = model(x)
        return functional.binary_cross_entropy(x_hat, x, reduction="sum") / len(x) + kl(mu, logvar)

    return loop(List(), loss, epochs=8)


@healthy
def one_that_answers_an_object():
    class Answering(nn.Module):
        def __init__(self):
            super().__init__()
            self.network = dense()

        def forward(self, x):
            return SimpleNamespace(loss=torch.zeros(()), reconstruction=self.network(x))

    return loop(Answering(), lambda m, x: ((m(x).reconstruction - x) ** 2).sum(1).mean())


@healthy
def one_that_answers_the_loss_first():
    class LossFirst(nn.Module):
        def __init__(self):
            super().__init__()
            self.network = dense()

        def forward(self, x):
            x_hat = self.network(x)
            return ((x_hat - x) ** 2).sum(dim=1).mean(), x_hat

    return loop(LossFirst(), lambda model, x: model(x)[0])


@healthy
def one_that_keeps_its_kl():
    class Encoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.down, self.kl = nn.Linear(784, 8), 0

        def forward(self, x):
            mu, logvar = self.down(x).chunk(2, dim=1)
            self.kl = kl(mu, logvar)
            return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)

    class Keeps(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = Encoder()
            self.decoder = nn.Sequential(
                nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 784), nn.Sigmoid()
            )

        def forward(self, x):
            return self.decoder(self.encoder(x))

    return loop(Keeps(), lambda model, x: crossed(model, x) + model.encoder.kl, epochs=8)


@healthy
def weight_norm_of_old():
    with warnings.catch_warnings(action="ignore"):
        first_layer = nn.utils.weight_norm(nn.Linear(784, 16))
    return loop(nn.Sequential(first_layer, nn.Linear(16, 784), nn.Sigmoid()))


@healthy
def scripted():
    model, history = loop(dense())
    with warnings.catch_warnings(action="ignore"):
        return torch.jit.script(model), history


@healthy
def a_gaussian_with_a_spread_that_is_learned():
    class Gaussian(nn.Module):
        def __init__(self):
            super().__init__()
            self.network, self.log_sigma = dense(), nn.Parameter(torch.full((), -1.5))

        def forward(self, x):
            return self.network(x)

    def loss(model, x):
        return -Normal(model(x), model.log_sigma.exp()).log_prob(x).sum(dim=1).mean()

    model, history = loop(Gaussian(), loss, epochs=10)
    assert history.loss[-1] < 0
    return model, history


def spoiled(x):
    return (x + 0.5 * torch.randn_like(x)).clamp(0, 1)


@healthy
def a_denoiser():
    def loss(model, x):
        return ((first(model(spoiled(x))) - x) ** 2).sum(dim=1).mean()

    return loop(dense(32), loss, validation=X_TEST)


@healthy
def one_that_fills_holes():
    def loss(model, x):
        return ((model(x * (torch.rand_like(x) > 0.5)) - x) ** 2).sum(dim=1).mean()

    return loop(dense(32), loss, validation=X_TEST)


@healthy
def batch_normalisation():
    layers = list(dense())
    return loop(nn.Sequential(layers[0], nn.BatchNorm1d(128), *layers[1:]))


@healthy
def dropout():
    layers = list(dense())
    return loop(nn.Sequential(*layers[:2], nn.Dropout(0.1), *layers[2:]))


@healthy
def black_and_white():
    model, history = loop(dense(), crossed, X.round())
    return model, history, X_TEST.round()


@healthy
def small_pictures():
    x, x_test = (
        functional.avg_pool2d(t, 4)[:, 0].flatten(1)[:, :49] for t in (PICTURES, PICTURES_TEST)
    )
    net = nn.Sequential(
        nn.Linear(49, 32), nn.ReLU(), nn.Linear(32, 8), nn.Linear(8, 49), nn.Sigmoid()
    )
    model, history = loop(net, squared, x, epochs=15)
    return model, history, x_test


@healthy
def a_table():
    x = X[:, 300:330]
    model, history = loop(nn.Sequential(nn.Linear(30, 8), nn.Linear(8, 30)), squared, x, epochs=15)
    return model, history, X_TEST[:, 300:330]


@healthy
def double_precision():
    model, history = loop(dense().double(), squared, X.double())
    return model, history, X_TEST.double()


@healthy
def a_wide_code_of_which_few_are_used():
    class Sparse(nn.Module):
        def __init__(self):
            super().__init__()
            self.down, self.up = nn.Linear(784, 1024), nn.Linear(1024, 784)

        def encode(self, x):
            z = self.down(x)
            least = z.topk(25, dim=1).values[:, -1:]
            return z * (z >= least)

        def forward(self, x):
            return self.up(self.encode(x))

    return loop(Sparse(), squared, epochs=4, lr=1e-3)


def test_they_are_twenty_five_or_more():
    assert len(HEALTHY) >= 25


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_network_is_not_accused(name):
    torch.manual_seed(0)
    model, history, *x = HEALTHY[name]()
    report = diagnose(model, x[0] if x else X_TEST, history)
    assert report.findings == [], report


def test_a_history_is_not_needed_and_may_be_a_dictionary_or_a_list():
    model, history = good()
    for kept in (None, history.loss):
        assert diagnose(model, X_TEST, kept).findings == []
    keras = {"loss": history.loss, "val_loss": [2 * history.loss[-1]]}
    for kept in (keras, SimpleNamespace(history=keras)):
        assert diagnose(model, X_TEST, kept).findings == ["overfitting"]


def test_the_examples_vae_takes_pictures_as_its_forward_does():
    class Flattens(VAE):
        def forward(self, x):
            return super().forward(x.view(-1, 784))

    model, history = loop(Flattens(), elbo_of_pictures, PICTURES, epochs=8)
    assert diagnose(model, PICTURES_TEST, history).findings == []


def test_an_encoder_that_wants_more_than_pictures_is_left_out():
    class Timed(nn.Module):
        def __init__(self):
            super().__init__()
            self.network, _ = good()

        def encode(self, x, t):
            return self.network[:3](x) + t

        def forward(self, x):
            return self.network(x)

    assert diagnose(Timed(), X_TEST).findings == []


def elbo_of_pictures(model, x):
    x_hat, mu, logvar = model(x)
    return functional.binary_cross_entropy(x_hat, x.flatten(1), reduction="sum") / len(x) + kl(
        mu, logvar
    )


def test_what_a_model_keeps_is_as_it_was():
    model, _ = HEALTHY["one_that_keeps_its_kl"]()
    model.train()
    model.encoder.kl = 0  # a number first, and a tensor after it has run
    before = model.encoder.kl
    kept = set(vars(model.encoder))
    state = {name: value.clone() for name, value in model.state_dict().items()}
    diagnose(model, X_TEST, History(loss=[100.0]))
    assert model.encoder.kl is before
    assert set(vars(model.encoder)) == kept
    assert model.training
    assert model.encoder.training
    assert all(torch.equal(state[name], value) for name, value in model.state_dict().items())


def test_sixty_thousand_training_rows_cost_little_memory():
    program = """
import resource, torch, aelib
from torch import nn
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
x, x_test = torch.rand(60_000, 784), torch.rand(500, 784)
model = nn.Sequential(nn.Linear(784, 8), nn.Linear(8, 784))
aelib.diagnose(model, x_test, aelib.History(loss=[50.0]), x_train=x[:1000])
before = peak()
aelib.diagnose(model, x_test, aelib.History(loss=[50.0]), x_train=x)
print(peak() - before)
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert float(run.stdout) < 40
