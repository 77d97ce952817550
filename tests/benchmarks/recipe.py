"""Notebook 04's recipe at full length, one part left out at a time: an hour's worth of minutes.

    python tests/benchmarks/recipe.py            # all variants, seed 0
    python tests/benchmarks/recipe.py constant   # one of them
    python tests/benchmarks/recipe.py short      # learning rates of the notebook's short runs
    python tests/benchmarks/recipe.py record     # learning rates of the record

The variants print the squared error per test image of 30 values after nine passes over all
digits. The notebook's own table is made of short runs; this one says which of its sentences hold
for long. `short` and `record` try learning rates on 2,000 digits of the training set that were
kept out of training; test digits choose nothing.
"""

import sys
import time

import torch
from torch import nn

import aelib

EPOCHS, BATCH_SIZE, LR = 9, 128, 6e-3
SHORT = {  # three learning rates for each short run: 5,000 digits, two passes, batches of 32
    "recipe": (2e-3, 4e-3, 8e-3),
    "mean": (2e-3, 4e-3, 8e-3),
    "shortcut": (1e-3, 2e-3, 4e-3),
    "normalisation": (2e-3, 4e-3, 8e-3),
    "descent": (2.5e-3, 5e-3, 1e-2),
    "constant": (1e-3, 2e-3, 4e-3),
    "batches": (2e-3, 4e-3, 8e-3),
}
RECORD = (3e-3, LR, 1.2e-2)  # learning rates for the record: 58,000 digits, nine passes
VARIANTS = {
    "recipe": {},
    "mean": {"without": "mean"},
    "shortcut": {"without": "shortcut"},
    "normalisation": {"without": "normalisation"},
    "descent": {"optimizer": torch.optim.SGD, "lr": 0.02, "momentum": 0.9},
    "constant": {"cycle": False, "lr": 1e-3},
    "batches": {"batch_size": 512},
}


def network(x: torch.Tensor, without: str = "", width: int = 384) -> nn.Module:
    """The record's network, whole or without one of its parts."""
    aelib.seed_everything(0)
    model = aelib.ResidualAutoencoder(30, width=width)
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
    epochs: int = EPOCHS,
    **settings: float,
) -> None:
    """What aelib.fit does, with its parts as arguments."""
    if optimizer is torch.optim.AdamW:
        settings = {"betas": (0.9, 0.99), "fused": True}
    descent = optimizer(model.parameters(), lr=lr, **settings)
    batches = [rows for _ in range(epochs) for rows in torch.randperm(len(x)).split(batch_size)]
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


def error(model: nn.Module, x: torch.Tensor) -> float:
    """Squared error per image."""
    return aelib.squared_error(model.inverse_transform(model.transform(x)), x).item()


def short() -> None:
    """Print the held-out error of every short run at each of its learning rates."""
    x_both = aelib.load_mnist(n_train=7_000)[0]
    x, x_val = x_both[:5_000], x_both[5_000:]
    for name, rates in SHORT.items():
        for lr in rates:
            settings = VARIANTS[name] | {"lr": lr, "epochs": 2}
            settings["batch_size"] = 256 if name == "batches" else 32
            model = network(x, settings.pop("without", ""), width=192)
            train(model, x, **settings)
            print(f"{name:14} lr {lr:g}: {error(model, x_val):.2f} on held-out digits", flush=True)


def record() -> None:
    """Print the held-out error of the record's network at each of its learning rates."""
    x_both = aelib.load_mnist()[0]
    x, x_val = x_both[:-2_000], x_both[-2_000:]
    for lr in RECORD:
        model = network(x)
        train(model, x, lr=lr)
        print(f"record         lr {lr:g}: {error(model, x_val):.2f} on held-out digits", flush=True)


def main(names: list[str]) -> None:
    """Train the named variants, or all, and print a line for each."""
    x_train, _, x_test, _ = aelib.load_mnist()
    for name in names or VARIANTS:
        settings = dict(VARIANTS[name])
        model, started = network(x_train, settings.pop("without", "")), time.process_time()
        train(model, x_train, **settings)
        seconds = time.process_time() - started
        print(f"{name:14} {error(model, x_test):.2f}   ({seconds:.0f} CPU s)", flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["short"]:
        short()
    elif sys.argv[1:] == ["record"]:
        record()
    else:
        main(sys.argv[1:])
