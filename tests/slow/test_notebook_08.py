"""The claims of notebook 08, trained anew from seeds 0, 1 and 2: minutes, so only with -m slow."""

import pytest
from lesson import run_and_tell

pytestmark = pytest.mark.slow
NOTEBOOK = "08_anomaly_detection.ipynb"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_claim_of_the_notebook_holds(seed, monkeypatch, capsys):
    """Run all cells with other seeds; the ready networks stay."""
    run_and_tell(NOTEBOOK, seed, figures, monkeypatch, capsys)


def figures(names):
    """The figures behind the claims."""
    return {
        **{f"AUC {name}": value for name, value in names["mean_auc"].items()},
        **{f"AUC {name}": value for name, value in names["both"].items()},
        "error of the copier on letters": names["means"][0],
        **{f"planted, {name}": value for name, value in names["at_80"].items()},
        **{f"faces, {name}": values.mean() for name, values in names["by_fold"].items()},
    }
