"""The claims of notebook 12, trained anew from seeds 0, 1 and 2: minutes, so only with -m slow."""

import pytest
from lesson import run_and_tell

pytestmark = pytest.mark.slow
NOTEBOOK = "12_recommender.ipynb"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_claim_of_the_notebook_holds(seed, monkeypatch, capsys):
    """Run all cells with other seeds, five new ones in each race; the claims must hold."""
    run_and_tell(NOTEBOOK, seed, figures, monkeypatch, capsys, skipped=["exercise"])


def figures(names):
    """The figures behind the claims."""
    return {
        "bar": names["rmse"](names["base"], names["test"]),
        "strength": names["best"],
        **{f"stars off, {name}": value for name, value in names["means"].items()},
        **{f"recall, {name}": value for name, value in names["recalls"].items()},
        **{f"balance {b}": r for b, r in zip(names["balances"], names["found_by"], strict=True)},
    }
