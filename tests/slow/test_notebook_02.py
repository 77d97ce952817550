"""The claims of notebook 02, trained anew from seeds 0, 1 and 2: minutes, so only with -m slow."""

import pytest
from lesson import run_and_tell

pytestmark = pytest.mark.slow
NOTEBOOK = "02_bottleneck.ipynb"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_claim_of_the_notebook_holds(seed, monkeypatch, capsys):
    """Run all cells with other networks and another noise; the claimed sentences must hold."""
    run_and_tell(NOTEBOOK, seed, figures, monkeypatch, capsys)


def figures(names):
    """The figures behind the claims."""
    return {
        **{f"{size} numbers": value for size, value in names["errors"].items()},
        **{f"read, {name}": 100 * value for name, value in names["scores"].items()},
        **{f"read, {name}": 100 * value for name, value in names["bought"].items()},
        "always on": names["always_on"].item(),
        "moves": names["ratio"],
        **{f"moves, {name}": values[-1] for name, values in names["moves"].items()},
        "costs": names["price"],
        "read, plain and contractive": 100 * names["read"][1] - 100 * names["read"][0],
        **{f"error, {name}": value for name, value in names["strange"].items()},
    }
