"""The claims of notebook 10, trained anew from seeds 0, 1 and 2: minutes, so only with -m slow."""

import pytest
from lesson import run_and_tell

pytestmark = pytest.mark.slow
NOTEBOOK = "10_features_and_retrieval.ipynb"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_claim_of_the_notebook_holds(seed, monkeypatch, capsys):
    """Run all cells with other seeds; the ready networks stay."""
    run_and_tell(NOTEBOOK, seed, figures, monkeypatch, capsys)


def figures(names):
    """The figures behind the claims."""
    return {
        **{f"precision, {name}": value for name, value in names["race"].items()},
        **{f"index, {name}": value for name, value in names["mean"].items()},
        **{f"{name}, radius 2": curve[2][1] for name, curve in names["curves"].items()},
        **{f"rank, {name}": value for name, value in names["at_64"].items()},
        **{f"halves, {name}": value for name, value in names["values"].items()},
    }
