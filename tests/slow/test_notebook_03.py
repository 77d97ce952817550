"""The claims of notebook 03, trained anew from seeds 0, 1 and 2: minutes, so only with -m slow."""

import pytest
from lesson import run_and_tell

pytestmark = pytest.mark.slow
NOTEBOOK = "03_latent_space_vs_pca.ipynb"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_claim_of_the_notebook_holds(seed, monkeypatch, capsys):
    """Run all cells with another seed; what the text says must hold."""
    run_and_tell(NOTEBOOK, seed, figures, monkeypatch, capsys, skipped=["exercise"])


def figures(names):
    """The figures behind the claims."""
    places = ("neighbours", "linear", "forest")
    return {
        "bent, share of PCA's error": names["share"],
        "neighbours, PCA's map": names["on_pca"],
        "neighbours, bent map": names["on_bent"],
        **{
            f"grey {place}, {name}": counts.mean()
            for name, places in names["grey"].items()
            for place, counts in places.items()
        },
        **{f"from digits, {name}": value for name, value in names["away"].items()},
        **{
            f"{name}, {place}": 100 * score
            for name, scores in names["scores"].items()
            for place, score in zip(places, scores, strict=True)
        },
    }
