"""The claims of notebook 06, trained anew from seeds 0, 1 and 2: minutes, so only with -m slow.

The settings are read from the notebook's own cells, so the two cannot drift apart.
"""

import os
from pathlib import Path

import matplotlib as mpl
import nbformat
import pytest

pytestmark = pytest.mark.slow
NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "06_vae_from_scratch.ipynb"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_assertion_of_the_notebook_holds(seed, monkeypatch, capsys):
    """Run all cells with another seed; the asserted sentences must hold, the bounds included."""
    mpl.use("agg")
    monkeypatch.chdir(NOTEBOOK.parent)
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    names = {"__name__": "__main__"}
    for cell in cells:
        if cell.cell_type == "code" and "exercise" not in cell.metadata.get("tags", []):
            exec(reseeded(cell.source, seed), names)
    with capsys.disabled():
        print(f"\n{report(seed, names)}")
    assert names["reconstruction"] + names["price"] < 94.8, "too near to 95 to be safe elsewhere"


def reseeded(source, seed):
    """The cell with every seed of the notebook replaced."""
    source = source.replace("seed_everything(0)", f"seed_everything({seed})")
    source = source.replace("manual_seed(0)", f"manual_seed({seed})")
    return source.replace(", epochs=", f", seed={seed}, epochs=")


def report(seed, names):
    """The figures behind the claims in one line."""
    figures = {
        "minus ELBO": names["reconstruction"] + names["price"],
        "price of the code": names["price"],
        **{f"{k} draws": bound for k, bound in zip(names["draws"], names["bounds"], strict=True)},
        "grey": names["grey"],
        "2-D": names["reconstruction_2"] + names["price_2"],
        **{f"distance, {name}": value for name, value in names["distance"].items()},
        "times": names["times"],
        "times, centred": names["times_centred"],
        **{f"beta {beta}": value for beta, value in names["sums"].items()},
        **{f"nats, {name}": value for name, value in names["cost"].items()},
        **{f"active, {name}": value for name, value in names["active"].items()},
    }
    threads = os.environ.get("OMP_NUM_THREADS", "all")
    return f"seed {seed}, threads {threads}: " + ", ".join(
        f"{name} {value:.2f}" for name, value in figures.items()
    )
