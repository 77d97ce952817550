"""How much of the machine a training step uses: its arithmetic beside a bare matrix product.

    python tests/benchmarks/step.py

FLOPs are counted by PyTorch (matrix products and convolutions, forwards and backwards). The rate
of a step is compared with that of the matrix products of the same network's first hidden layer,
and of a product of 1,024 x 1,024, measured in turn in the same run, the fastest of many.
"""

import time
from collections.abc import Callable

import torch
from torch.utils.flop_counter import FlopCounterMode

import aelib

MODELS = {
    "Autoencoder(16)": lambda: aelib.Autoencoder(16),
    "Autoencoder(32, hidden=(256, 128))": lambda: aelib.Autoencoder(32, hidden=(256, 128)),
    "ResidualAutoencoder(30)": lambda: aelib.ResidualAutoencoder(30),
    "ConvAutoencoder(16)": lambda: aelib.ConvAutoencoder(16),
}
BATCH = 128


def fastest(action: Callable[[], object], seconds: float = 1.5) -> float:
    """The shortest CPU time of one call."""
    best, end = float("inf"), time.process_time() + seconds
    while time.process_time() < end:
        started = time.process_time()
        action()
        best = min(best, time.process_time() - started)
    return best


def product(rows: int, inner: int, columns: int) -> float:
    """FLOPs a second of one matrix product."""
    a, b = torch.rand(rows, inner), torch.rand(inner, columns)
    out = torch.empty(rows, columns)
    return 2 * rows * inner * columns / fastest(lambda: torch.mm(a, b, out=out))


def main() -> None:
    """Print a line for each model."""
    torch.set_num_threads(1)
    x = aelib.load_mnist(BATCH, 10)[0]
    large, layer = product(1024, 1024, 1024), product(BATCH, 784, 512)
    print(f"matrix products: 1024 x 1024 {large / 1e9:.0f}, {BATCH} x 784 x 512 {layer / 1e9:.0f}")
    for name, make in MODELS.items():
        model = make().train()
        optimizer = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.99), fused=True)

        def step(model: torch.nn.Module = model, optimizer: torch.optim.Optimizer = optimizer):
            optimizer.zero_grad()
            aelib.bernoulli_nll(model(x), x).backward()
            optimizer.step()

        with FlopCounterMode(display=False) as counter:
            step()
        rate = counter.get_total_flops() / fastest(step)
        print(f"{name}: {rate / 1e9:.0f} GFLOP/s, {rate / large:.0%} and {rate / layer:.0%}")


if __name__ == "__main__":
    main()
