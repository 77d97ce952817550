"""Squared error against CPU seconds: published networks trained the usual way, and aelib's `fit`.

    python tests/benchmarks/peers.py [simple deep vae ...]

The published networks are written anew from their hyperparameters: the simple and the deep dense
autoencoder of F. Chollet, "Building autoencoders in Keras" (2016), 50 and 100 epochs of Adam with
batches of 256; and vae/main.py of pytorch/examples, 10 epochs with batches of 128. The usual way
is a DataLoader over a Dataset of single images. Beside each stands a recipe of this course with
a code of the same size. Printed are what the peer reaches and when; and when the recipe, asked for
fewer and fewer epochs, still reaches it. Squared error per test image; nats for the VAE.
"""

import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy
from torch.utils.data import DataLoader, TensorDataset
from vae import loss_of, network

import aelib

Loss = Callable[[nn.Module, torch.Tensor], torch.Tensor]


@dataclass
class Peer:
    """A published network with its training, and the recipe beside it."""

    network: Callable[[], nn.Module]
    loss: Loss
    batch_size: int
    epochs: int
    recipe: Callable[[torch.Tensor], nn.Module]
    recipe_loss: Loss
    settings: dict[str, float]  # of aelib.fit
    tries: Iterable[int]  # epochs of the recipe, fewest first
    unit: str = "squared error"


def dense(*widths: int) -> nn.Module:
    """Dense layers with ReLU between and a sigmoid at the end."""
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(widths):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    return nn.Sequential(*layers[:-1], nn.Sigmoid())


def mean_entropy(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Cross-entropy as Keras takes it: the mean over pixels and images."""
    return binary_cross_entropy(model(x), x)


def nats(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Cross-entropy per image, as this course takes it."""
    return aelib.bernoulli_nll(model(x), x)


def example_loss(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Minus the ELBO, with PyTorch's cross-entropy, as the example has it."""
    x_hat, mu, logvar = model(x)
    entropy = binary_cross_entropy(x_hat, x, reduction="sum") / len(x)
    return entropy + aelib.kl_divergence(mu, logvar)


def residual(x: torch.Tensor) -> nn.Module:
    """The network of lesson 04's record with 32 numbers, narrow."""
    return aelib.start_at_mean(aelib.ResidualAutoencoder(32, 256, blocks=1), x)


class ExampleVAE(aelib.VAE):
    """784-400-20-400-784 with ReLU, as pytorch/examples has it."""

    def __init__(self) -> None:
        super().__init__(20, hidden=(400,))
        self.encoder[1], self.decoder[1] = nn.ReLU(), nn.ReLU()


PEERS = {
    "simple": Peer(
        lambda: dense(784, 32, 784), mean_entropy, 256, 50,
        residual, nats, {"lr": 6e-3}, (1, 2, 3),
    ),
    "deep": Peer(
        lambda: dense(784, 128, 64, 32, 64, 128, 784), mean_entropy, 256, 100,
        residual, nats, {"lr": 6e-3}, (1, 2, 3),
    ),
    "vae": Peer(
        ExampleVAE, example_loss, 128, 10,
        lambda x: network(20, 384, x), loss_of(tossed=False),
        {"lr": 6e-3, "batch_size": 192}, (1, 2, 3, 4), "nats",
    ),
}  # fmt: skip


def quality(model: nn.Module, x: torch.Tensor, unit: str) -> float:
    """What the model makes of the test digits."""
    torch.manual_seed(0)
    model.eval()
    with torch.no_grad():
        if unit == "nats":
            return loss_of(tossed=False)(model, x).item()
        return aelib.squared_error(model(x), x).item()


def usual_way(peer: Peer, x: torch.Tensor) -> nn.Module:
    """The training loop of most tutorials."""
    model = peer.network().train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loader = DataLoader(TensorDataset(x), batch_size=peer.batch_size, shuffle=True)
    for _ in range(peer.epochs):
        for (batch,) in loader:
            optimizer.zero_grad()
            peer.loss(model, batch).backward()
            optimizer.step()
    return model


def main(names: list[str]) -> None:
    """Compare the named peers, or all, and print two lines for each."""
    x_train, _, x_test, _ = aelib.load_mnist()
    for name in names or PEERS:
        peer = PEERS[name]
        aelib.seed_everything(0)
        started = time.process_time()
        model = usual_way(peer, x_train)
        peer_seconds = time.process_time() - started
        reached = quality(model, x_test, peer.unit)
        print(f"{name}: {reached:.2f} {peer.unit} in {peer_seconds:.0f} CPU s", flush=True)
        for epochs in peer.tries:
            aelib.seed_everything(0)
            started = time.process_time()
            model = peer.recipe(x_train)
            aelib.fit(model, x_train, peer.recipe_loss, epochs=epochs, **peer.settings)
            seconds = time.process_time() - started
            ours = quality(model, x_test, peer.unit)
            ratio = f"{peer_seconds / seconds:.1f} times less"
            print(
                f"  recipe, {epochs} epochs: {ours:.2f} in {seconds:.0f} CPU s, {ratio}", flush=True
            )
            if ours <= reached:
                break


if __name__ == "__main__":
    main(sys.argv[1:])
