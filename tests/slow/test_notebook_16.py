"""The claims of notebook 16, trained anew from seeds 0, 1 and 2: minutes, so only with -m slow."""

import pytest
from lesson import run_and_tell

pytestmark = pytest.mark.slow
NOTEBOOK = "16_hide_and_predict.ipynb"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_claim_of_the_notebook_holds(seed, monkeypatch, capsys):
    """Run all cells with other networks and other holes; the claims must hold."""
    run_and_tell(NOTEBOOK, seed, figures, monkeypatch, capsys, skipped=["exercise"])


def figures(names):
    """The figures behind the claims."""
    return {
        **{f"filled, {way}, {size}": value for (way, size), value in names["filled"].items()},
        **{f"{way}, {m}": v for way, of in names["worth"].items() for m, v in of.items()},
        **{f"deviation, {name}": value for name, value in names["deviation"].items()},
    }
