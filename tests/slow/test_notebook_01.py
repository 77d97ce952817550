"""The claims of notebook 01, trained anew from seeds 0, 1 and 2: minutes, so only with -m slow."""

import pytest
from lesson import run_and_tell

pytestmark = pytest.mark.slow
NOTEBOOK = "01_autoencoder_from_scratch.ipynb"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_claim_of_the_notebook_holds(seed, monkeypatch, capsys):
    """Run all cells with other weights at the start; the claimed sentences must hold."""
    names = run_and_tell(NOTEBOOK, seed, figures, monkeypatch, capsys)
    assert names["error_deep"] < 6.0, "too near to 6.2 to be safe on other machines"


def figures(names):
    """The figures behind the claims."""
    return {
        **names["race"],
        **{f"learning rate {lr}": miss for lr, miss in names["lr_errors"].items()},
        **{f"digit {digit}": miss for digit, miss in enumerate(names["by_digit"])},
        "correlation of error and variance": names["alike"],
    }
