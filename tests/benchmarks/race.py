"""Notebook 04's race: every learning rate chosen on held-out digits, then three seeds.

    python tests/benchmarks/race.py [5000] [1000]

Three networks with 32 numbers at about equal CPU time. For each, the learning rate with the
smallest error on 2,000 digits of the training set that it was not trained on is taken; test
digits choose nothing. `ink` is the convolutional network whose last bias starts at the mean ink.
"""

import sys
import time

import torch

import aelib

RATES = {
    "dense": (3e-3, 6e-3, 1e-2),
    "residual": (2e-3, 4e-3, 6e-3),
    "convolutional": (1e-2, 2e-2, 3e-2),
    "ink": (1e-2, 2e-2, 3e-2),
}
PASSES = {  # epochs and batch size for so many digits
    5_000: {"dense": (6, 32), "residual": (6, 32), "convolutional": (3, 32), "ink": (3, 32)},
    1_000: {"residual": (22, 32), "convolutional": (10, 16)},
}


def network(name: str, x: torch.Tensor) -> aelib.models.Model:
    """One of the runners, before its first step."""
    if name == "dense":
        return aelib.Autoencoder(32)
    if name == "residual":
        return aelib.start_at_mean(aelib.ResidualAutoencoder(32, width=192), x)
    model = aelib.ConvAutoencoder(32)
    if name == "ink":
        model.decoder[-3].bias.data.fill_(torch.logit(x.mean()))
    return model


def loss(model: aelib.models.Model, x: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of a copy, in nats per image."""
    return aelib.bernoulli_nll(model(x), x)


def error(model: aelib.models.Model, x: torch.Tensor) -> float:
    """Squared error per image."""
    return aelib.squared_error(model.inverse_transform(model.transform(x)), x).item()


def run(name: str, x: torch.Tensor, lr: float, seed: int) -> tuple[aelib.models.Model, float]:
    """Train a runner; returns it and its CPU seconds."""
    epochs, batch_size = PASSES[len(x)][name]
    aelib.seed_everything(seed)
    model, started = network(name, x), time.process_time()
    aelib.fit(model, x, loss, epochs=epochs, batch_size=batch_size, lr=lr, seed=seed)
    return model, time.process_time() - started


def main(sizes: list[int]) -> None:
    """Print chosen rate, test errors of three seeds and CPU seconds of every runner."""
    x_both, _, x_test, _ = aelib.load_mnist(n_train=7_000)
    x_val = x_both[5_000:]
    for size in sizes or PASSES:
        x = x_both[:size]
        for name in PASSES[size]:
            tried = {lr: error(run(name, x, lr, 0)[0], x_val) for lr in RATES[name]}
            lr = min(tried, key=tried.get)
            runs = [run(name, x, lr, seed) for seed in (0, 1, 2)]
            errors = ", ".join(f"{error(model, x_test):.2f}" for model, _ in runs)
            seconds = sum(seconds for _, seconds in runs) / 3
            print(f"{size} {name:14} lr {lr:g}: {errors} in {seconds:.1f} CPU s", flush=True)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]])
