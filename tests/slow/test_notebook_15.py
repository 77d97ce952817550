"""The claims of notebook 15, trained anew from seeds 0, 1 and 2: minutes, so only with -m slow."""

import pytest
from lesson import run_and_tell

pytestmark = pytest.mark.slow
NOTEBOOK = "15_diffusion_and_flows.ipynb"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_claim_of_the_notebook_holds(seed, monkeypatch, capsys):
    """Run all cells with other networks and other noise; the claims must hold."""
    run_and_tell(NOTEBOOK, seed, figures, monkeypatch, capsys, skipped=["exercise"])


def figures(names):
    """The figures behind the claims."""
    return {
        **{f"{row}, {m}": v for row, of in names["table"].items() for m, v in of.items()},
        **{
            f"{name}, {steps} steps": distance
            for name, curve in names["curves"].items()
            for steps, (_, distance) in curve.items()
        },
        **{f"spread {spread}": distance for spread, distance in names["spreads"].items()},
        "straight": names["straight"],
        **{
            f"weight {weight}, {measure}": value
            for weight, row in names["guidance"].items()
            for measure, value in row.items()
        },
    }
