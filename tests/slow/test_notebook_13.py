"""The claims of notebook 13, trained anew from seeds 0, 1 and 2: minutes, so only with -m slow."""

import pytest
from lesson import run_and_tell

pytestmark = pytest.mark.slow
NOTEBOOK = "13_failure_gallery.ipynb"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_claim_of_the_notebook_holds(seed, monkeypatch, capsys):
    """Run all cells with other networks; each symptom, each instrument, each finding."""
    run_and_tell(NOTEBOOK, seed, figures, monkeypatch, capsys, skipped=["exercise"])


def figures(names):
    """The figures behind the claims."""
    return {
        "mean image": names["floor"],
        "case 4, cross-entropy": names["cost"],
        "price": names["price"],
        "lead": names["lead"],
        "gap": names["gap"],
        "honest gap": names["honest_gap"],
        **{f"width, {name}": value for name, value in names["width"].items()},
    }
