"""The claims of notebook 11, trained anew from seeds 0, 1 and 2: minutes, so only with -m slow."""

import pytest
from lesson import run_and_tell

pytestmark = pytest.mark.slow
NOTEBOOK = "11_colour_and_superresolution.ipynb"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_claim_of_the_notebook_holds(seed, monkeypatch, capsys):
    """Run all cells with other networks, patches and noise; the claims must hold."""
    run_and_tell(NOTEBOOK, seed, figures, monkeypatch, capsys, skipped=["exercise"])


def figures(names):
    """The figures behind the claims."""
    return {
        **{f"PSNR {name}": value for name, value in names["scores"].items()},
        **{f"SSIM {name}": value for name, value in names["alike"].items()},
        **{f"PSNR coffee, {name}": value for name, value in names["coffee"].items()},
        **{f"PSNR edges, {name}": value for name, value in names["edge_scores"].items()},
        **{f"colours, {way}": values[0][1] for way, values in names["measured"].items()},
        "by tint": names["by_tint"],
    }
