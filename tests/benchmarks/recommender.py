"""Lesson 12's settings, each beside others, on its validation ratings: about five CPU minutes.

    python tests/benchmarks/recommender.py

Runs the lesson first and then trains with its own functions. The right-hand number, of the test
ratings, is shown for comparison; the choice was made by the left-hand one.
"""

import os
from itertools import product
from pathlib import Path
from typing import Any

import matplotlib as mpl
import nbformat
import numpy as np
import torch

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SEEDS = (0, 1, 2)


def lesson() -> dict[str, Any]:
    """Run notebook 12 without its exercises; the names it defined."""
    mpl.use("agg")
    os.chdir(NOTEBOOKS)
    names: dict[str, Any] = {}
    for cell in nbformat.read("12_recommender.ipynb", as_version=4).cells:
        if cell.cell_type == "code" and "exercise" not in cell.metadata.get("tags", []):
            exec(cell.source, names)
    return names


def stars_off(names: dict[str, Any], left_over: np.ndarray) -> list[float]:
    """Errors on the validation and on the test ratings, of what is predicted beyond the base."""
    predicted = names["base"] + left_over[names["film"], names["person"]]
    return [names["rmse"](predicted, names[rows]) for rows in ("validation", "test")]


def found(names: dict[str, Any], scores: np.ndarray) -> list[float]:
    """Recall at 10 in percent, on the validation and on the test ratings."""
    on_validation = names["recall"](scores, names["validation"], names["train"])
    return [values.mean() for values in (on_validation, names["recall"](scores))]


def row(name: str, runs: list[list[float]], digits: int) -> None:
    """Mean and deviation over the seeds on the validation part, mean on the test part."""
    (mean, test), deviation = np.mean(runs, axis=0), np.std([run[0] for run in runs])
    numbers = f"{mean:.{digits}f} ({deviation:.{digits}f})   test {test:.{digits}f}"
    print(f"{name:46} {numbers}", flush=True)


def errors(names: dict[str, Any]) -> None:
    """The rivals of section 5: stars off."""
    for strength, size in product((5, 10, 20), (8, 16, 32)):
        runs = [
            stars_off(names, names["factorise"](strength=strength, size=size, seed=s))
            for s in SEEDS
        ]
        row(f"factorisation, penalty {strength}, {size} numbers", runs, 4)
    for strength, epochs in product((0.01, 0.02, 0.03, 0.05), (30,)):
        x = names["by_person"]
        runs = [stars_off(names, names["autorec"](x, strength, s, epochs=epochs).T) for s in SEEDS]
        row(f"AutoRec on people, penalty {strength}, {epochs} epochs", runs, 4)
    for size, epochs in product((64,), (15, 30, 60)):
        x, best = names["by_film"], names["best"]
        runs = [stars_off(names, names["autorec"](x, best, s, size, epochs)) for s in SEEDS]
        row(f"AutoRec on films, {size} numbers, {epochs} epochs", runs, 4)


def recalls(names: dict[str, Any]) -> None:
    """The networks of section 7: recall at 10."""
    x = names["by_taste"][:, 0]
    for hidden, lr, epochs in product((0.2, 0.5, 0.8), (1e-3, 3e-3), (20, 40, 80)):
        settings = {"hidden": hidden, "lr": lr, "epochs": epochs}
        models = [names["denoiser"](seed, **settings) for seed in SEEDS]
        with torch.no_grad():
            runs = [found(names, model(x).numpy()) for model in models]
        row(f"denoising, {hidden} hidden, lr {lr}, {epochs} epochs", runs, 2)
    for rank in (4, 8, 16, 32, 64, 128):
        row(f"SVD, {rank} directions", [found(names, names["svd"](rank))], 2)
    for strength in (3, 10, 30, 50, 100, 200, 300, 1000):
        row(f"EASE, penalty {strength}", [found(names, names["ease"](strength))], 2)


def main() -> None:
    """Stars first, then recall."""
    names = lesson()
    print("stars off: validation (deviation of the seeds)")
    errors(names)
    print("recall at 10, percent: validation (deviation of the seeds)")
    recalls(names)


if __name__ == "__main__":
    main()
