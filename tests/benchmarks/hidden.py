"""What lesson 16 quotes and does not compute: a look-up in more digits, longer training.

    python tests/benchmarks/hidden.py            # all three, about ten CPU minutes
    python tests/benchmarks/hidden.py lookup     # the network of the widget, and two look-ups
    python tests/benchmarks/hidden.py longer     # moves with four times as many passes
    python tests/benchmarks/hidden.py average    # the lesson's cost, and a moving average

Data, seed, networks and read-outs are the lesson's. `longer` and `average` print percent right of
the digits put aside, read with 100 and 1,000 labels and by ten neighbours, and CPU seconds.
"""

import copy
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib as mpl
import nbformat
import torch
from torch import nn

import aelib

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
NEEDED = ("from pathlib", "x, y, x_test", "def shown", "def error_in_holes", "def probe",
          "n_few, n_many", "latent_dim =", "layers =", "def moved", "class Encoder",
          "def told_apart", "def holes", "def agree", "def varied")  # fmt: skip


def lesson() -> dict[str, Any]:
    """Run the cells of notebook 16 that load, move, hide and judge; the names they defined."""
    mpl.use("agg")
    os.chdir(NOTEBOOKS)
    names: dict[str, Any] = {"together": aelib.models.masked.together}
    for cell in nbformat.read("16_hide_and_predict.ipynb", as_version=4).cells:
        if cell.cell_type == "code" and any(words in cell.source for words in NEEDED):
            source = cell.source.split("\nplain = ")[0].split("\nnetworks = ")[0]  # no training
            exec(source.split("\nof_tokens = ")[0], names)
    return names


def lookup(names: dict[str, Any]) -> None:
    """Squared error in the holes of test digits, by how many of the 16 patches are visible."""
    x_all, _, x_test, _ = aelib.load_mnist()
    x_test = x_test[:2000]
    model = aelib.load(Path("..") / "data" / "decoders" / "masked_digits.safetensors").float()
    for count in (1, 2, 4, 8, 12):
        draws = torch.rand(len(x_test), 16, generator=torch.Generator().manual_seed(0))
        visible = draws.argsort(dim=1)[:, :count]
        seen = names["seen_pixels"](visible, 7)
        with torch.no_grad():
            fills = {"network": model(x_test, visible)}
        for n in (3000, 60_000):
            fills[f"20 of {n:,}"] = nearest(x_test, seen, x_all[:n])
        told = {who: names["error_in_holes"](fill, x_test, seen) for who, fill in fills.items()}
        print(
            f"{count} visible:", *(f"{who} {error:.1f}" for who, error in told.items()), flush=True
        )


def nearest(x: torch.Tensor, seen: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """The mean of the 20 known digits that are nearest in the pixels seen."""
    parts = zip(x.split(250), seen.split(250), strict=True)
    apart = (s @ known.square().T - 2 * (p * s) @ known.T for p, s in parts)
    return torch.cat([known[far.topk(20, largest=False).indices].mean(dim=1) for far in apart])


def judged(names: dict[str, Any], what: str, train: Callable[[], Any]) -> None:
    """Train a network, and print what its codes are worth on the digits put aside."""
    began = time.process_time()
    model = train()
    seconds = time.process_time() - began
    z, z_valid = (model.transform(names[part]) for part in ("x_train", "x_valid"))
    y_valid = names["y_valid"]
    few, many = (
        max(names["read"](z, z_valid, y_valid, n, draws, C) for C in (0.01, 0.1, 1))
        for n, draws in ((names["n_few"], 5), (names["n_many"], 2))
    )
    near = names["same_digit"](z, z_valid, y_valid)
    print(f"{what}: {few:.1f}, {many:.1f}, {near:.1f}; {seconds:.0f} CPU s", flush=True)


def longer(names: dict[str, Any]) -> None:
    """28 passes over moved digits in place of 7, and a contrastive network of convolutions."""
    moved, passes = names["moved"], 28

    def undone(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
        return aelib.bernoulli_nll(model(moved(x)), x)

    def of_convolutions() -> nn.Module:
        torch.manual_seed(0)
        model = names["Encoder"]()
        model.encoder = nn.Sequential(
            *(nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, 16, 3, 2, 1), nn.SiLU()),
            *(nn.Conv2d(16, 32, 3, 2, 1), nn.SiLU(), nn.Flatten()),
            nn.Linear(32 * 49, names["latent_dim"]),
        )
        settings = {"epochs": passes, "batch_size": 256, "lr": 3e-3}
        aelib.fit(model, names["x_train"], names["told_apart"], **settings)
        return model

    code = names["agree"](moved, names["varied"])
    judged(names, "moved, undone", lambda: names["autoencoder"](undone, passes))
    judged(names, "moved, code", lambda: names["encoder"](code, passes))
    told_apart = names["told_apart"]
    judged(names, "contrast", lambda: names["encoder"](told_apart, passes, 256))
    judged(names, "contrast, convolutions", of_convolutions)


def average(names: dict[str, Any]) -> None:
    """The lesson's cost, and a target that follows the network slowly and is given no gradient."""

    def follow(change: Callable[[torch.Tensor], torch.Tensor]) -> nn.Module:
        torch.manual_seed(0)
        model = names["Encoder"]()
        model.guess = nn.Sequential(
            *(nn.Linear(64, 256), nn.BatchNorm1d(256), nn.SiLU(), nn.Linear(256, 64))
        )
        target = copy.deepcopy(nn.Sequential(model.encoder, model.head))

        def loss(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
            online = nn.Sequential(model.encoder, model.head)
            with torch.no_grad():
                for old, new in zip(target.parameters(), online.parameters(), strict=True):
                    old.lerp_(new, 0.01)
                wanted = target(x)
            told = model.guess(online(change(x)))
            return 2 - 2 * nn.functional.cosine_similarity(told, wanted).mean()

        aelib.fit(model, names["x_train"], loss, epochs=7, batch_size=128, lr=3e-3)
        return model

    for name in ("holes", "moved"):
        cost = names["agree"](names[name], names["varied"])
        judged(names, f"{name}, cost", partial(names["encoder"], cost))
        judged(names, f"{name}, average", partial(follow, names[name]))


PARTS = {part.__name__: part for part in (lookup, longer, average)}

if __name__ == "__main__":
    lesson_16 = lesson()
    for part in sys.argv[1:] or PARTS:
        PARTS[part](lesson_16)
