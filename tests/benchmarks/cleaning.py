"""Lesson 05's dense denoiser: its learning rate, chosen on held-out digits. Four CPU minutes.

    python tests/benchmarks/cleaning.py

The lesson's network and digits. The rate that cleans 2,000 other digits of the training set best,
on average over three seeds, is taken, and then the test digits are told; they choose nothing.
"""

import torch

import aelib
from aelib import noise

RATES = (1.5e-3, 2.5e-3, 4e-3)
SEEDS = (0, 1, 2)
SIGMA = 0.5


def loss(model: aelib.models.Model, x: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of the answer to a noisy picture with the clean one, in nats per image."""
    return aelib.bernoulli_nll(model(noise.gaussian(x, SIGMA)), x)


def trained(x: torch.Tensor, lr: float, seed: int) -> aelib.models.Model:
    """The lesson's network, trained with this rate from this seed."""
    aelib.seed_everything(seed)
    model = aelib.ResidualAutoencoder(64, width=384, blocks=1)
    aelib.fit(model, x, loss, epochs=2, batch_size=64, lr=lr, seed=seed)
    return model


def cleaned(model: aelib.models.Model, x: torch.Tensor) -> float:
    """Decibels of the restored pictures."""
    noisy = noise.gaussian(x, SIGMA, torch.manual_seed(1))
    return aelib.psnr(model.inverse_transform(model.transform(noisy)), x)


def main() -> None:
    """Print the held-out decibels of every rate and seed, and the test digits' of the best rate."""
    x_train, _, x_test, _ = aelib.load_mnist()
    x, x_val = x_train[:40_000], x_train[-2_000:]
    models = {lr: [trained(x, lr, seed) for seed in SEEDS] for lr in RATES}
    held_out = {lr: [cleaned(model, x_val) for model in models[lr]] for lr in RATES}
    for lr, decibels in held_out.items():
        print(f"lr {lr:g}: " + ", ".join(f"{db:.2f}" for db in decibels) + " dB on held-out digits")
    best = max(RATES, key=lambda lr: sum(held_out[lr]))
    told = ", ".join(f"{cleaned(model, x_test):.2f}" for model in models[best])
    print(f"lr {best:g}: {told} dB on test digits")


if __name__ == "__main__":
    main()
