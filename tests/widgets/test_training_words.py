"""What the playground says: of two runs, of a network beside PCA, and how often."""

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


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (21.054, "21.05 per held-out digit, better than PCA with 16 numbers (21.06)."),
        (21.056, "21.06 per held-out digit, the same as PCA with 16 numbers."),
        (21.07, "21.07 per held-out digit; PCA with 16 has 21.06."),
    ],
)
def test_of_two_errors_that_read_the_same_none_is_better(tmp_path, error, told):
    (tmp_path / "words.mjs").write_text(module("training_words"), encoding="utf-8")
    latest = {"steps": 0, "end": 9, "seen": 0, "error": error}
    now = json.dumps({"settings": {**PLAIN, "kl": 0}, "lines": LINES, "latest": latest})
    code = f"""import {{ figures }} from "./words.mjs";
    console.log(JSON.stringify(figures({now})));"""
    assert said_in_node(tmp_path, code).endswith(told)


def test_a_difference_is_called_as_the_lists_call_it(tmp_path):
    (tmp_path / "words.mjs").write_text(module("training_words"), encoding="utf-8")
    code = """import { difference } from "./words.mjs";
    const other = { bend: "none", loss: "squared", kl: 1, hidden: [] };
    const now = { bend: "relu", loss: "nats", kl: 0, hidden: [16] };
    console.log(JSON.stringify(difference(other, now, 8)));"""
    words = "hidden units none, bend none, loss squared error, KL weight 1"
    assert said_in_node(tmp_path, code) == words


def test_the_voice_rests_while_it_trains_and_ends_at_once(tmp_path):
    (tmp_path / "news.mjs").write_text(module("training_news"), encoding="utf-8")
    code = """import { openVoice } from "./news.mjs";
    const [heard, now] = [[], { run: 1, going: true, latest: { steps: 3, end: 9 } }];
    const [line, begun] = [{ textContent: "line" }, { textContent: "new" }];
    let [time, aim] = [0, ""];
    performance.now = () => time;
    const speak = openVoice({ begun, line }, () => aim, (words) => heard.push(words()));
    for (; time < 32000; time += 1000) speak(() => now); // seconds 0, 15 and 30
    aim = "aim";
    now.run = 2; // another network
    speak(() => now);
    now.going = false;
    speak(() => now);
    console.log(JSON.stringify(heard));"""
    heard = ["new line", "line", "line", "3 of 9 steps. aim", "line aim"]
    assert said_in_node(tmp_path, code) == heard
