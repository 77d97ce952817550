"""Whether the cost of training grows in proportion: CPU seconds against images and epochs.

    python tests/benchmarks/slope.py

Trains one network on more and more images, and for more and more epochs, in turn, three rounds.
Printed is the least CPU time of each, and per thousand images and epoch, which should stay level.
"""

import time

import torch

import aelib

SETTINGS = [(7_500, 2), (15_000, 2), (30_000, 2), (60_000, 2), (15_000, 4), (15_000, 8)]
ROUNDS = 3


def loss(model: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of the copy."""
    return aelib.bernoulli_nll(model(x), x)


def seconds(x: torch.Tensor, epochs: int) -> float:
    """CPU time of one training."""
    aelib.seed_everything(0)
    model = aelib.Autoencoder(16, hidden=(256,))
    started = time.process_time()
    aelib.fit(model, x, loss, epochs=epochs)
    return time.process_time() - started


def main() -> None:
    """Print a line for each setting."""
    torch.set_num_threads(1)
    x_train = aelib.load_mnist()[0]
    seconds(x_train[:2_000], 1)  # what is only paid once
    rounds = [[seconds(x_train[:n], epochs) for n, epochs in SETTINGS] for _ in range(ROUNDS)]
    for (n, epochs), *times in zip(SETTINGS, *rounds, strict=True):
        least = min(times)
        each = 1e6 * least / (n * epochs)
        print(f"{n:,} images, {epochs} epochs: {least:.2f} CPU s, {each:.1f} ms per thousand")


if __name__ == "__main__":
    main()
