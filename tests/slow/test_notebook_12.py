"""The claims of notebook 12, trained anew from seeds 0, 1 and 2: minutes, so only with -m slow."""

import numpy as np
import pytest
from lesson import run_and_tell

pytestmark = pytest.mark.slow
NOTEBOOK = "12_recommender.ipynb"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_claim_of_the_notebook_holds(seed, monkeypatch, capsys):
    """Run all cells with other seeds, five new ones in each race; the claims must hold."""
    names = run_and_tell(NOTEBOOK, seed, figures, monkeypatch, capsys, skipped=["exercise"])
    assert lead_with_other_people(names)[0] > 0, "AutoRec's lead over factorisation may be luck"


def lead_with_other_people(names):
    """How far AutoRec on films leads factorisation in stars: 95 % bounds over the people."""
    test, film, people = names["test"], names["film"], names["person"][names["test"]]
    off = {}
    for name in ("factorisation", "AutoRec, films"):
        predicted = [names["base"] + run[film, names["person"]] for run in names["runs"][name]]
        squares = [(np.clip(p, 0.5, 5) - names["stars"])[test] ** 2 for p in predicted]
        off[name] = np.bincount(people, np.mean(squares, axis=0), names["n_people"])
    ratings = np.bincount(people, minlength=names["n_people"])
    draws = np.random.default_rng(0).integers(len(ratings), size=(1000, len(ratings)))
    errors = {name: np.sqrt(o[draws].sum(1) / ratings[draws].sum(1)) for name, o in off.items()}
    return np.quantile(errors["factorisation"] - errors["AutoRec, films"], (0.025, 0.975))


def figures(names):
    """The figures behind the claims."""
    return {
        "bar": names["rmse"](names["base"], names["test"]),
        "strength": names["best"],
        "hundredths ahead, at least": 100 * lead_with_other_people(names)[0],
        "hundredths ahead, at most": 100 * lead_with_other_people(names)[1],
        **{f"stars off, {name}": value for name, value in names["means"].items()},
        **{f"recall, {name}": value for name, value in names["recalls"].items()},
        **{f"balance {b}": r for b, r in zip(names["balances"], names["found_by"], strict=True)},
    }
