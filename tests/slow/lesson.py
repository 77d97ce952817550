"""Runs a lesson with other seeds; the settings are read from its own cells, so nothing drifts."""

import os
import re
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
NO_SEED = r"(?![^)]*\bseed=)"


def run(name, seed, monkeypatch, skipped=()):
    """Run all cells but those with a tag in `skipped`; returns the names that they defined."""
    plt.switch_backend("agg")
    plt.close("all")  # of the seed before
    monkeypatch.chdir(NOTEBOOKS)
    names = {"__name__": "__main__"}
    for cell in nbformat.read(NOTEBOOKS / name, as_version=4).cells:
        if cell.cell_type == "code" and not {*cell.metadata.get("tags", [])} & {*skipped}:
            exec(reseeded(cell.source, seed), names)
    return names


def run_and_tell(name, seed, figures, monkeypatch, capsys, skipped=()):
    """Run a lesson and print the figures behind its claims; returns the names that it defined."""
    names = run(name, seed, monkeypatch, skipped)
    with capsys.disabled():
        print("\n" + line(seed, figures(names)))
    return names


def reseeded(source, seed):
    """The cell with every seed of the notebook replaced."""
    source = source.replace("seed_everything(0)", f"seed_everything({seed})")
    source = source.replace("manual_seed(0)", f"manual_seed({seed})")
    source = re.sub(r"\bseed=0\b", f"seed={seed}", source)
    source = source.replace("seeds = range(5)", f"seeds = range({5 * seed}, {5 * seed + 5})")
    return re.sub(rf"\bfit\(([^=]+), epochs={NO_SEED}", rf"fit(\1, seed={seed}, epochs=", source)


def line(seed, figures):
    """The figures behind the claims in one line."""
    threads = os.environ.get("OMP_NUM_THREADS", "all")
    return f"seed {seed}, threads {threads}: " + ", ".join(
        f"{name} {value:.2f}" for name, value in figures.items()
    )
