"""Small networks and training loops, as people bring them to `diagnose`."""

from copy import deepcopy
from functools import cache

import torch
from torch import nn
from torch.nn import functional

from aelib import History, load_mnist

X, _, X_TEST, _ = load_mnist(2000, 500)


def dense(k=16, end=None, width=128):
    end = (nn.Sigmoid(),) if end is None else end
    down = nn.Linear(784, width), nn.ReLU(), nn.Linear(width, k)
    return nn.Sequential(*down, nn.Linear(k, width), nn.ReLU(), nn.Linear(width, 784), *end)


def squared(model, x):
    return ((first(model(x)) - x) ** 2).flatten(1).sum(dim=1).mean()


def mean_squared(model, x):
    return functional.mse_loss(first(model(x)), x)


def crossed(model, x):
    return functional.binary_cross_entropy(first(model(x)), x, reduction="sum") / len(x)


def crossed_logits(model, x):
    return functional.binary_cross_entropy_with_logits(model(x), x, reduction="sum") / len(x)


def first(answer):
    return answer[0] if isinstance(answer, tuple | list) else answer


def loop(model, loss=squared, x=X, epochs=6, lr=2e-3, validation=None, seed=0):
    """A training loop of one's own: the model in evaluation mode, and its history."""
    torch.manual_seed(seed)
    optimizer, history = torch.optim.Adam(model.parameters(), lr=lr), History()
    for _ in range(epochs):
        model.train()
        total = 0.0
        for rows in torch.randperm(len(x)).split(64):
            value = loss(model, x[rows])
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            total += value.item() * len(rows)
        history.loss.append(total / len(x))
        if validation is not None:
            with torch.no_grad():
                history.validation.append(loss(model.eval(), validation).item())
    return model.eval(), history


@cache
def _good():
    return loop(dense())


def good():
    """A healthy network and its history; training it once is enough."""
    return deepcopy(_good())


class VAE(nn.Module):
    """The usual one, (mu, logvar); what it draws and how it tells the spread can be changed."""

    def __init__(self, k=8):
        super().__init__()
        self.down = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 2 * k))
        self.up = nn.Sequential(nn.Linear(k, 128), nn.ReLU(), nn.Linear(128, 784), nn.Sigmoid())

    def encode(self, x):
        return tuple(self.down(x).chunk(2, dim=1))

    def reparameterize(self, mu, logvar):
        return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)

    def decode(self, z):
        return self.up(z)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def kl(mu, logvar):
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(dim=1).mean()


def elbo(model, x, beta=1.0):
    x_hat, mu, logvar = model(x)
    return functional.binary_cross_entropy(x_hat, x, reduction="sum") / len(x) + beta * kl(
        mu, logvar
    )


class Changed(nn.Module):
    """A network whose copies are changed afterwards."""

    def __init__(self, network, change):
        super().__init__()
        self.network, self.change = network, change

    def forward(self, x):
        return self.change(self.network(x))


class Convolutional(nn.Module):
    """Pictures in, pictures out; the code is k maps."""

    def __init__(self, maps=8, end=None, channels=1, stride=2):
        super().__init__()
        end = nn.Sigmoid() if end is None else end
        self.encoder = nn.Sequential(
            *(nn.Conv2d(channels, 16, 3, stride=stride, padding=1), nn.ReLU()),
            nn.Conv2d(16, maps, 3, stride=2, padding=1),
        )
        up = nn.ConvTranspose2d(16, channels, 4, 2, 1)
        self.decoder = nn.Sequential(
            *(nn.ConvTranspose2d(maps, 16, 4, 2, 1), nn.ReLU()),
            *((up, end) if stride == 2 else (nn.Conv2d(16, channels, 3, padding=1), end)),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))
