"""The claims of notebook 02, trained anew from seeds 0, 1 and 2: minutes, so only with -m slow."""

import pytest
import torch
from lesson import run_and_tell

pytestmark = pytest.mark.slow
NOTEBOOK = "02_bottleneck.ipynb"


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_claim_of_the_notebook_holds(seed, monkeypatch, capsys):
    """Run all cells with other networks and another noise; the claimed sentences must hold."""
    names = run_and_tell(NOTEBOOK, seed, figures, monkeypatch, capsys)
    pca_is_calmer_and_copies_better(names)


def pca_is_calmer_and_copies_better(names, n=20):
    """The rival of section 5: PCA with few numbers beside the plain and the contractive network."""
    some, noise, pair = names["some"], names["noise"], names["pair"]
    directions = torch.as_tensor(names["pca"].components_[:n], dtype=some.dtype)
    z, moved = some @ directions.T, (some + names["levels"][-1] * noise) @ directions.T
    ratio = (moved - z).norm(dim=1).mean() / (z - z.roll(1, dims=0)).norm(dim=1).mean()
    assert ratio < min(moves[-1] for moves in names["moves"].values())
    errors = [names["error"](model, names["x_test"]) for model in pair.values()]
    assert names["pca_errors"][n] < min(errors)


def figures(names):
    """The figures behind the claims."""
    return {
        **{f"{size} numbers": value for size, value in names["errors"].items()},
        **{f"read, {name}": 100 * value for name, value in names["scores"].items()},
        **{f"read, {name}": 100 * value for name, value in names["bought"].items()},
        "always on": names["always_on"].item(),
        "moves": names["ratio"],
        "costs": names["price"],
        "read, plain and contractive": 100 * names["read"][1] - 100 * names["read"][0],
        **{f"error, {name}": value for name, value in names["strange"].items()},
    }
