"""The claims of notebook 14, trained anew from seeds 0, 1 and 2: minutes, so only with -m slow."""

import pytest
from lesson import run_and_tell

pytestmark = pytest.mark.slow
NOTEBOOK = "14_adversaries_and_codebooks.ipynb"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_claim_of_the_notebook_holds(seed, monkeypatch, capsys):
    """Run all cells with other networks and other samples; the claims must hold."""
    run_and_tell(NOTEBOOK, seed, figures, monkeypatch, capsys, skipped=["exercise"])


def figures(names):
    """The figures behind the claims."""
    return {
        **{f"{row}, {m}": v for row, of in names["table"].items() for m, v in of.items()},
        **{f"nats, {name}": value for name, value in names["nats"].items()},
        **{name: names[name] for name in ("perplexity", "revived_perplexity", "never")},
        **{f"error, {name}": names[name] for name in ("error", "cured")},
    }
