"""Settings in the playground's address: what Python would refuse is refused there, in words."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from in_node import said_in_node

from aelib.widgets import TrainingPlayground
from aelib.widgets.base import module

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="only where there is Node")
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SETTINGS = [name for name in TrainingPlayground.class_traits(sync=True) if name[0] != "_"]
IN_NODE = """
import { readFileSync } from "node:fs";
import { asAddress, settingsIn } from "./address.mjs";
const { hashes, home, ranges } = JSON.parse(readFileSync(0));
const found = hashes.map((hash) => settingsIn(hash, home, ranges));
console.log(JSON.stringify(found.map((each) => ({ ...each, back: asAddress(each.values, home) }))));
"""


def playground(**settings):
    x = np.random.default_rng(0).random((160, 784), np.float32)
    return TrainingPlayground(x, **settings)


@pytest.fixture
def read(tmp_path):
    """Hashes as the page reads them."""
    (tmp_path / "address.mjs").write_text(module("training_address"), encoding="utf-8")
    widget = playground()
    names = [n for n in SETTINGS if n not in {"layout", "tabbable", "tooltip", "reached"}]
    home = {name: getattr(widget, name) for name in names}

    def ask(*hashes, most=128):
        ranges = json.loads(json.dumps(widget._ranges))
        ranges["numbers"]["pictures"][1] = most
        told = json.dumps({"hashes": hashes, "home": home, "ranges": ranges})
        return said_in_node(tmp_path, IN_NODE, told)

    return ask


def test_an_address_gives_back_what_was_written_into_it(read):
    whole = "latent_dim=2&hidden=64-32&bend=none&loss=squared&lr=0.02&kl=0.3&pictures=100&seed=7"
    told, none, place, zero = read(f"#{whole}", "", "#What-you-see", "#hidden=none&pictures=0")
    assert told["faults"] == []
    assert sorted(told["back"].split("&")) == sorted(whole.split("&"))
    assert told["values"]["hidden"] == [64, 32]
    playground(**told["values"])  # Python takes it, too
    for nothing in (none, place):
        assert nothing["faults"] == []
        assert nothing["back"] == ""
    assert zero["values"]["hidden"] == []
    assert zero["faults"] == []


WRONG = {
    "latent_dim=65": "a whole number from 1 to 64, so it is 16",
    "latent_dim=2.5": "a whole number from 1 to 64",
    "latent_dim=": "a whole number from 1 to 64",
    "lr=0": "a number from 0.000001 to 10",
    "lr=Infinity": "a number from",
    "noise=0x1": "a number from 0 to 2",
    "bend=gelu": "one of none, relu, silu, tanh, so it is silu",
    "hidden=32-16-8": "none or at most 2 widths",
    "hidden=300": "widths up to 256",
    "pictures=99": "a whole number from 100 to 128",
    "constructor=1": "asks for constructor, which is no setting here",
}


def test_what_python_would_refuse_is_refused_in_words_and_the_rest_is_kept(read):
    answers = read(*(f"#{wrong}&kl=3" for wrong in WRONG))
    for answer, (wrong, words) in zip(answers, WRONG.items(), strict=True):
        assert len(answer["faults"]) == 1, wrong
        assert words in answer["faults"][0]
        assert answer["back"] == "kl=3"


def test_every_link_of_the_course_asks_for_settings_that_there_are(read):
    links = set()
    for path in [*NOTEBOOKS.glob("*.ipynb"), NOTEBOOKS / "PLAYGROUND.md"]:
        links |= set(re.findall(r"\]\((?:PLAYGROUND\.md)?(#[^)\s]*=[^)\s]*)\)", path.read_text()))
    assert links
    for link, answer in zip(links, read(*links, most=4000), strict=True):
        assert answer["faults"] == [], link
        assert set(answer["back"].split("&")) == set(link[1:].split("&")), link  # none is a default
