"""The claims of notebook 05, trained anew from seeds 0, 1 and 2: minutes, so only with -m slow."""

import pytest
from lesson import run_and_tell

pytestmark = pytest.mark.slow
NOTEBOOK = "05_denoising.ipynb"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_claim_of_the_notebook_holds(seed, monkeypatch, capsys):
    """Run all cells with other networks and other noise; every claim must hold."""
    names = run_and_tell(NOTEBOOK, seed, figures, monkeypatch, capsys)
    assert names["scores"]["U-Net"] > 20, "too near to 19.8 to be safe on other machines"


def figures(names):
    """The figures behind the claims."""
    return {
        **{f"PSNR {name}": value for name, value in names["scores"].items()},
        **{f"SSIM {name}": value for name, value in names["structure"].items()},
        **{f"read {name}": value for name, value in names["shares"].items()},
        **{f"way of the codes, {name}": value for name, value in names["moves"].items()},
        **{f"told by neighbours, {name}": value for name, value in names["told"].items()},
        **{f"letters, {name}": value for name, value in names["on_letters"].items()},
        "harmful": names["harmful"],
        "invented": names["invented"].sum().item(),
    }
