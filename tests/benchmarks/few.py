"""Lesson 03's 500 digits: who copies new digits best, PCA or a network? About two CPU minutes.

    python tests/benchmarks/few.py

Every network has 32 numbers and gets the settings, of a few, that have the smallest error on 2,000
digits of the training set that it was not trained on; test digits choose nothing. Then three seeds
of it copy the test digits.
"""

import torch

import aelib

Settings = tuple[float, int, int]  # learning rate, passes, batch size
TRIED: dict[str, list[Settings]] = {
    "one bend": [(5e-3, 60, 32), (1e-2, 60, 32), (2e-2, 60, 32)],
    "plain": [(1e-3, 60, 64), (3e-3, 60, 64), (3e-3, 120, 16)],
    "plain, at the mean": [(1e-3, 60, 16), (3e-3, 60, 16), (3e-3, 120, 16)],
    "residual": [(4e-3, 30, 16), (6e-3, 15, 32), (6e-3, 30, 32), (1e-2, 20, 32)],
    "convolutional": [(6e-3, 15, 32), (1e-2, 20, 16), (2e-2, 20, 16)],
}


def network(name: str, x: torch.Tensor) -> aelib.models.Model:
    """One of the networks, before its first step."""
    if name == "convolutional":
        return aelib.ConvAutoencoder(32)
    if name == "residual":
        return aelib.start_at_mean(aelib.ResidualAutoencoder(32, width=192), x)
    model = aelib.Autoencoder(32, hidden=()) if name == "one bend" else aelib.Autoencoder(32)
    return model if name == "plain" else aelib.start_at_mean(model, x)


def loss(model: aelib.models.Model, x: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of a copy, in nats per image."""
    return aelib.bernoulli_nll(model(x), x)


def error(model: aelib.models.Model, x: torch.Tensor) -> float:
    """Squared error per image."""
    return aelib.squared_error(model.inverse_transform(model.transform(x)), x).item()


def trained(name: str, x: torch.Tensor, settings: Settings, seed: int) -> aelib.models.Model:
    """A network after training."""
    lr, epochs, batch_size = settings
    aelib.seed_everything(seed)
    model = network(name, x)
    aelib.fit(model, x, loss, epochs=epochs, batch_size=batch_size, lr=lr, seed=seed)
    return model


def main() -> None:
    """Print PCA's error and, for each network, the settings chosen and three test errors."""
    x_val = aelib.load_mnist()[0][-2_000:]
    x, _, x_test, _ = aelib.load_mnist(n_train=500)
    print(f"{'PCA':20} {aelib.pca_error(x, x_test, 32):.2f}")
    for name, tried in TRIED.items():
        held_out = {settings: error(trained(name, x, settings, 0), x_val) for settings in tried}
        best = min(held_out, key=held_out.__getitem__)
        errors = [error(trained(name, x, best, seed), x_test) for seed in (0, 1, 2)]
        line = ", ".join(f"{value:.2f}" for value in errors)
        print(
            f"{name:20} {line}   lr {best[0]:g}, {best[1]} passes, batches of {best[2]}", flush=True
        )


if __name__ == "__main__":
    main()
