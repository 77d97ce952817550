"""The claims of notebook 07 with other readers and other draws: minutes, so only with -m slow."""

import pytest
from lesson import run_and_tell

pytestmark = pytest.mark.slow
NOTEBOOK = "07_sampling_with_sliders.ipynb"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_claim_of_the_notebook_holds(seed, monkeypatch, capsys):
    """Run all cells with other networks and other draws; the ready networks stay."""
    names = run_and_tell(NOTEBOOK, seed, figures, monkeypatch, capsys)
    assert names["nearer"]["every second a copy"] - names["nearer"]["our VAE"] > 0.06


def figures(names):
    """The figures behind the claims."""
    return {
        **{f"readable, {name}": value for name, (_, value) in names["quality"].items()},
        **{f"varied, {name}": value for name, (value, _) in names["quality"].items()},
        **{f"nearer to seen, {name}": value for name, value in names["nearer"].items()},
        **{f"readable halfway, {name}": value for name, value in names["sure"].items()},
        **{f"obeys, {name}": value for name, value in names["obeyed"].items()},
        **{f"smile, {name}": value for name, value in names["error"].items()},
    }
