"""axe-core finds nothing to mend in any widget, light or dark."""

import os
from importlib.resources import files

import numpy as np
import pytest

from aelib.models import (
    CharacterModel,
    ConditionalVAE,
    MaskedAutoencoder,
    SparseAutoencoder,
    VelocityNetwork,
)
from aelib.models.codebook import VQVAE
from aelib.widgets import (
    CodeSwap,
    DigitPad,
    FeatureBrowser,
    FlowExplorer,
    LatentExplorer,
    LatentMap,
    MaskExplorer,
    NoiseExplorer,
    SuperpositionExplorer,
    ThresholdExplorer,
    TrainingPlayground,
    TwoDecoders,
)

WIDGETS = {
    "LatentExplorer": LatentExplorer,
    "TwoDecoders": lambda model, x, y: TwoDecoders(model, model, x, y),
    "LatentExplorer, told a class": lambda model, x, y: LatentExplorer(
        ConditionalVAE(16, 10, hidden=(16,)), x, y
    ),
    "LatentExplorer, directions": lambda model, x, y: LatentExplorer(
        model, x, y, directions={"smile": range(16)}
    ),
    "LatentMap": LatentMap,
    "DigitPad": DigitPad,
    "DigitPad alone": lambda model, x, y: DigitPad(model),
    "MaskExplorer": lambda model, x, y: MaskExplorer(MaskedAutoencoder(7, 8), x, x, k=2),
    "NoiseExplorer": NoiseExplorer,
    "TrainingPlayground": lambda model, x, y: TrainingPlayground(np.tile(x, (4, 1)), np.tile(y, 4)),
    "ThresholdExplorer": lambda model, x, y: ThresholdExplorer(x.sum(axis=1), y == 8, x),
    "SuperpositionExplorer": lambda model, x, y: SuperpositionExplorer(p=0.3, importance=0.8),
    "FlowExplorer": lambda model, x, y: FlowExplorer(
        VelocityNetwork(model.latent_dim, n_classes=10, width=8),
        model.decoder,
        model.transform(x),
        y,
    ),
    "CodeSwap": lambda model, x, y: CodeSwap(
        VQVAE(4, 2).decoder, np.eye(4, 2), np.arange(49)[None] % 4, np.ones((4, 3, 3))
    ),
    "FeatureBrowser": lambda model, x, y: FeatureBrowser(
        CharacterModel(8, 16),
        SparseAutoencoder(16, 40, 8),
        ["Open (a file).", "Read it."],
        text="a",
    ),
}


@pytest.fixture(scope="module")
def axe():
    """The script of axe-core, which the package axe-playwright-python carries."""
    try:
        return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    except ModuleNotFoundError:
        reason = "axe-core is missing: pip install axe-playwright-python"
        return pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", WIDGETS)
def test_axe_finds_no_violation(show, page, axe, model, digits, name, theme):
    page.evaluate("theme => (document.documentElement.dataset.theme = theme)", theme)
    show(WIDGETS[name](model, *digits))
    page.wait_for_timeout(600)  # the voice has spoken
    page.evaluate(axe)
    found = page.evaluate("axe.run(document.querySelector('main'))")
    assert len(found["passes"]) > 10
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []


def test_axe_finds_no_violation_where_a_run_is_kept_and_looked_into(show, page, axe, digits):
    x, y = digits
    show(TrainingPlayground(np.tile(x, (4, 1)), np.tile(y, 4), hidden=[16]))
    page.get_by_role("button", name="Ten steps").click()
    page.get_by_role("group", name="Latent map").wait_for()
    page.get_by_role("button", name="Keep this run").click()
    page.wait_for_timeout(600)
    page.evaluate(axe)
    found = page.evaluate("axe.run(document.querySelector('main'))")
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
