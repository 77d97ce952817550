"""Notebook 04's recipe at full length, one part left out at a time: an hour's worth of minutes.

    python tests/benchmarks/recipe.py            # all variants, seed 0
    python tests/benchmarks/recipe.py constant   # one of them

Prints the squared error per test image of 30 values after nine passes over all digits. The
notebook's own table is made of short runs; this one says which of its sentences hold for long.
"""

import sys
import time

import torch
from torch import nn

import aelib

EPOCHS, BATCH_SIZE, LR = 9, 128, 6e-3
VARIANTS = {
    "recipe": {},
    "mean": {"without": "mean"},
    "shortcut": {"without": "shortcut"},
    "normalisation": {"without": "normalisation"},
    "descent": {"optimizer": torch.optim.SGD, "lr": 0.02, "momentum": 0.9},
    "constant": {"cycle": False, "lr": 1e-3},
    "batches": {"batch_size": 512},
}


def network(x: torch.Tensor, without: str = "") -> nn.Module:
    """The record's network, whole or without one of its parts."""
    aelib.seed_everything(0)
    model = aelib.ResidualAutoencoder(30)
    if without != "mean":
        aelib.start_at_mean(model, x)
    for parent in list(model.modules()):
        for name, layer in list(parent.named_children()):
            if without == "shortcut" and isinstance(layer, aelib.Residual):
                layer.block[-1].reset_parameters()
                setattr(parent, name, layer.block)
            if without == "normalisation" and isinstance(layer, nn.LayerNorm):
                setattr(parent, name, nn.Identity())
    return model


def train(
    model: nn.Module,
    x: torch.Tensor,
    *,
    optimizer: type[torch.optim.Optimizer] = torch.optim.AdamW,
    lr: float = LR,
    cycle: bool = True,
    batch_size: int = BATCH_SIZE,
    **settings: float,
) -> None:
    """What aelib.fit does, with its parts as arguments."""
    if optimizer is torch.optim.AdamW:
        settings = {"betas": (0.9, 0.99), "fused": True}
    descent = optimizer(model.parameters(), lr=lr, **settings)
    batches = [rows for _ in range(EPOCHS) for rows in torch.randperm(len(x)).split(batch_size)]
    schedule = torch.optim.lr_scheduler.ConstantLR(descent, factor=1)
    if cycle:
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            descent, lr, total_steps=len(batches), pct_start=0.2, cycle_momentum=False
        )
    for rows in batches:
        value = aelib.bernoulli_nll(model(x[rows]), x[rows])
        descent.zero_grad()
        value.backward()
        descent.step()
        schedule.step()


def main(names: list[str]) -> None:
    """Train the named variants, or all, and print a line for each."""
    x_train, _, x_test, _ = aelib.load_mnist()
    for name in names or VARIANTS:
        settings = dict(VARIANTS[name])
        model, started = network(x_train, settings.pop("without", "")), time.process_time()
        train(model, x_train, **settings)
        error = aelib.squared_error(model.inverse_transform(model.transform(x_test)), x_test)
        print(f"{name:14} {error:.2f}   ({time.process_time() - started:.0f} CPU s)", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
