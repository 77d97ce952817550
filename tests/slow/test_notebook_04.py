"""The claims of notebook 04, trained anew from seeds 0, 1 and 2: minutes, so only with -m slow.

The settings are read from the notebook's own cells, so the two cannot drift apart.
"""

import os
from pathlib import Path

import matplotlib as mpl
import nbformat
import pytest

pytestmark = pytest.mark.slow
NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "04_convolutional_autoencoder.ipynb"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_assertion_of_the_notebook_holds(seed, monkeypatch, capsys):
    """Run all cells with another seed; the asserted sentences must hold, the record included."""
    mpl.use("agg")
    monkeypatch.chdir(NOTEBOOK.parent)
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    names = {"__name__": "__main__"}
    for cell in cells:
        if cell.cell_type == "code":
            exec(reseeded(cell.source, seed), names)
    with capsys.disabled():
        print(f"\n{report(seed, names)}")
    assert names["error_record"] < 2.98, "too near to the 3.00 to be safe on other machines"


def reseeded(source, seed):
    """The cell with every seed of the notebook replaced."""
    source = source.replace("seed_everything(0)", f"seed_everything({seed})")
    source = source.replace("manual_seed(0)", f"manual_seed({seed})")
    return source.replace("fit(model, x, loss,", f"fit(model, x, loss, seed={seed},")


def report(seed, names):
    """The figures behind the claims in one line."""
    figures = {
        "record": names["error_record"],
        "record's CPU seconds": names["seconds_record"],
        **{f"32 values, {name}": value for name, value in names["errors"].items()},
        **{f"16 values, {name}": value for name, value in names["errors_16"].items()},
        **{f"shuffled, {name}": value for name, value in names["shuffled"].items()},
        **{f"grid, {name}": value for name, value in names["grid"].items()},
        **names["ablation"],
    }
    threads = os.environ.get("OMP_NUM_THREADS", "all")
    return f"seed {seed}, threads {threads}: " + ", ".join(
        f"{name} {value:.2f}" for name, value in figures.items()
    )
