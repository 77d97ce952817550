"""What the playground says of two runs: which line of PCA belongs to which."""

import json
import shutil

import pytest
from in_node import said_in_node

from aelib.widgets.base import module

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="only where there is Node")
LINES = {"0": 52.5, "2": 36.5, "16": 21.06}
PLAIN = {"latent": 16, "noise": 0, "variational": False}


@pytest.fixture
def levels(tmp_path):
    """The levels of two runs: (words, value, run)."""
    (tmp_path / "words.mjs").write_text(module("training_words"), encoding="utf-8")

    def run(now, kept):
        both = json.dumps([now, kept])
        code = f"""import {{ levelsOfBoth }} from "./words.mjs";
        console.log(JSON.stringify(levelsOfBoth(...{both})));"""
        return [(e["words"], e["value"], e.get("run")) for e in said_in_node(tmp_path, code)]

    return run


def run_of(lines=LINES, **settings):
    return {"settings": {**PLAIN, **settings}, "lines": lines}


def test_each_of_two_runs_has_its_own_line_of_pca(levels):
    assert levels(run_of(latent=2), run_of()) == [
        ("the mean digit", 52.5, None),
        ("new: PCA with 2", 36.5, "new"),
        ("kept: PCA with 16", 21.06, "kept"),
    ]


def test_a_line_of_both_stands_there_once(levels):
    assert levels(run_of(), run_of()) == [
        ("the mean digit", 52.5, None),
        ("PCA with 16", 21.06, None),
    ]
    assert levels(run_of(), None) == levels(run_of(), run_of())


def test_of_other_digits_each_has_its_own_mean(levels):
    fewer = {"0": 53.0, "16": 23.5}
    assert levels(run_of(), run_of(fewer)) == [
        ("new: the mean digit", 52.5, "new"),
        ("new: PCA with 16", 21.06, "new"),
        ("kept: the mean digit", 53.0, "kept"),
        ("kept: PCA with 16", 23.5, "kept"),
    ]


def test_noise_of_one_run_leaves_its_median_to_that_run(levels):
    noisy = run_of(noise=0.5) | {"measures": {"median": 30.0, "live": 16}}
    assert ("kept: a median filter", 30.0, "kept") in levels(run_of(), noisy)
