"""The playground's ten goals, on real digits: none is reached by the defaults, each can be.

The worker of the page runs in Node, and the goals judge what it reports, as they do in the page.
"""

import json
import shutil

import numpy as np
import pytest
from in_node import said_in_node

import aelib
from aelib.widgets.base import module

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="only where there is Node")
DEFAULTS = {
    **{"latent": 16, "hidden": [128], "bend": "silu", "loss": "nats", "variational": False},
    **{"batch": 64, "rate": 5e-3, "passes": 5, "noise": 0, "kl": 0, "l1": 0, "seed": 0},
}
VAE = {"variational": True}
LINEAR = {"hidden": [], "bend": "none", "loss": "squared"}
# digits to learn from, settings, and what is changed when the passes are over
WAYS = {
    "two": (1000, {"latent": 2}, {}),
    "narrow": (2000, {"latent": 8, "passes": 20}, {}),
    "heart": (100, {"passes": 100}, {}),
    "hundred": (100, {**VAE, "latent": 4, "kl": 1, "passes": 60}, {}),
    "pca": (4000, {**LINEAR, "latent": 2, "passes": 20}, {}),
    "silent": (1000, {"bend": "relu", "rate": 0.05}, {}),
    "denoise": (1000, {"noise": 0.5, "passes": 10}, {}),
    "collapse": (300, {**VAE, "kl": 30, "passes": 20}, {"kl": 0.1}),
    "asleep": (4000, {**VAE, "kl": 3, "passes": 20}, {}),
    "dice": (1000, {**VAE, "kl": 3, "passes": 40}, {}),
}
# what comes close and must not count
NOT_ENOUGH = {
    "two": (300, {"latent": 2, "passes": 1}, {}),
    "heart": (300, {}, {}),
    "pca": (1000, {"latent": 2, "bend": "none", "loss": "squared", "passes": 2}, {}),
    "silent": (300, {"bend": "relu"}, {}),
    "denoise": (1000, {"noise": 0.1}, {}),  # little noise: the median is better
    "collapse": (300, {**VAE, "kl": 30}, {}),
    "asleep": (300, {**VAE, "kl": 30}, {}),  # all of them sleep
    "dice": (1000, {"passes": 20}, {}),  # the codes of a plain network are elsewhere: fog
}
# dull or broken networks, which reach nothing
BROKEN = {
    "blurs under noise so strong that a median filter is worse than the mean digit": (
        *(1000, {"bend": "none", "loss": "squared", "noise": 0.8, "passes": 1, "rate": 1e-3}, {}),
    ),
    "a collapsed denoiser": (300, {**VAE, "kl": 30, "noise": 0.8}, {}),
    "nearly all units dead, and nothing learned": (1000, {"bend": "relu", "rate": 0.2}, {}),
    "a network that has not begun, which is no collapse, and then learns": (
        *(100, {**VAE, "kl": 0.1, "rate": 1e-4, "passes": 2}, {"rate": 0.01, "passes": 40}),
    ),
    "a network that is lost": (1000, {**VAE, "kl": 1, "rate": 10}, {}),
}
IN_NODE = """
import { readFileSync } from "node:fs";
import { QUESTS, collapsedUnder, distance, reached } from "./quests.mjs";
const { defaults, labels, jobs } = JSON.parse(readFileSync("jobs.json"));
const all = new Uint8Array(readFileSync("digits"));
let heard;
globalThis.postMessage = (message) => heard?.(structuredClone(message));
globalThis.onmessage = null;
await import("./worker.mjs");
const tell = (data) => globalThis.onmessage({ data });
tell({ job: "open", train: all.slice(0, 784 * 4000), test: all.slice(784 * 4000), labels });

// Begins, waits for PCA's lines, trains until the passes are over; then once more, changed.
function train([digits, more, change], run) {
  const settings = { ...defaults, ...more };
  const now = { settings, digits, lines: [], collapsed: 0, squeezed: settings.l1 > 0 };
  const found = new Set();
  let again = Object.keys(change).length > 0;
  return new Promise((resolve) => {
    heard = (message) => {
      if (message.run !== run) return;
      if (message.lost !== undefined) return resolve([...found, "lost"]);
      if (message.lines) {
        now.lines = message.lines;
        return tell({ job: "go", steps: Infinity });
      }
      if (!message.measures) return;
      Object.assign(now, message, message.measures);
      now.collapsed = Math.max(now.collapsed, collapsedUnder(now));
      for (const name of reached(now)) found.add(name);
      if (!message.done || !message.steps) return;
      if (!again) return setTimeout(() => resolve([...found]));
      again = false;
      Object.assign(settings, change);
      now.squeezed ||= settings.l1 > 0;
      setTimeout(() => {
        tell({ job: "change", settings: change });
        tell({ job: "go", steps: Infinity });
      });
    };
    tell({ job: "begin", run, settings: { ...settings }, digits, calm: true, copies: [0] });
  });
}
const answers = [];
for (const [i, job] of jobs.entries()) answers.push(await train(job, i + 1));
console.log(JSON.stringify({ answers, names: QUESTS.map(({ name }) => name) }));
process.exit(); // the worker would listen for ever
"""


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    folder = tmp_path_factory.mktemp("quests")
    x, y, _, _ = aelib.load_mnist(5_000, 10)
    for name, file in (("training_worker", "worker"), ("training_quests", "quests")):
        (folder / f"{file}.mjs").write_text(module(name), encoding="utf-8")
    (folder / "digits").write_bytes((np.asarray(x) * 255).round().astype(np.uint8).tobytes())

    def run(*jobs):
        told = {"defaults": DEFAULTS, "labels": y.tolist(), "jobs": jobs}
        (folder / "jobs.json").write_text(json.dumps(told), encoding="utf-8")
        return said_in_node(folder, IN_NODE)

    return run


def test_there_are_ten_goals_and_the_defaults_reach_none(ask):
    answer = ask((4000, {"passes": 20}, {}))
    assert answer["answers"] == [[]]
    assert answer["names"] == list(dict.fromkeys(answer["names"]))
    assert set(answer["names"]) == set(WAYS)
    assert len(WAYS) == 10


def test_each_goal_can_be_reached(ask):
    found = dict(zip(WAYS, ask(*WAYS.values())["answers"], strict=True))
    assert [name for name, reached in found.items() if name not in reached] == []


def test_what_comes_close_does_not_count_and_dull_or_broken_networks_reach_nothing(ask):
    answers = ask(*NOT_ENOUGH.values(), *BROKEN.values())["answers"]
    found = dict(zip([*NOT_ENOUGH, *BROKEN], map(set, answers), strict=True))
    assert [name for name in NOT_ENOUGH if name in found[name]] == []
    assert {name: found[name] for name in BROKEN if found[name] - {"lost"}} == {}


NOW = {  # as the worker reports it
    **{"digits": 4000, "steps": 400, "error": 19.6, "collapsed": 0, "squeezed": False},
    **{"lines": [55, 50, 46, *[40 - n for n in range(3, 33)]], "median": 15.59, "angle": 7.6},
    **{"live": 26, "dead": 5, "learned": 1.43, "dice": {"read": [3, None, 7]}},
}
SENTENCES = {
    "asleep": ({"latent": 32}, "26 of 32 awake (at most 29 are asked): PCA with 26 has 14.00, "),
    "denoise": ({"noise": 0.2}, "median filter 15.59, this network 19.60 (below 49.50 is asked"),
    "collapse": (
        {"kl": 10, "latent": 32},
        "not collapsed yet: 26 of 32 numbers awake (0 are asked) after 6.3",
    ),
    "dice": ({}, "2 of 3 can be read (10 are asked), as 2 different digits (4 are asked)."),
    "silent": ({}, "5 of 128 units are dead (64 are asked); its error is 19.60 (below 49.50"),
    "narrow": ({"latent": 8}, "PCA with 16 has 24.00, this network 19.60."),
    "heart": ({}, "1.43 on digits that it learns from (below 2 is asked); on held-out ones 19.60"),
    "hundred": ({"noise": 0.1}, "It needs 100 digits to learn from, no noise on its input."),
}


# the same, but for what makes a goal's tick false: the goal, settings, what is measured, and then
FALSE = [
    ("silent", {"bend": "relu"}, {"dead": 70, "error": 50.1}, {"error": 30}),  # it has collapsed
    ("denoise", {"noise": 0.8}, {"median": 61.8, "error": 57}, {"error": 45}),
    ("pca", {**LINEAR}, {"angle": 2, "error": 54}, {"error": 24.3}),  # a code that is nearly flat
    ("asleep", {"kl": 1}, {"live": 9, "squeezed": True}, {"squeezed": False}),
    ("asleep", {"kl": 1}, {"live": 9, "steps": 63}, {"steps": 100}),  # not awake yet
    ("collapse", {"kl": 3}, {"collapsed": 3}, {"collapsed": 10}),  # the weight was not lowered
    ("dice", {"kl": 1}, {"dice": {"read": [*range(9), 1, 2]}, "error": 134}, {"error": 30}),
    ("dice", {"variational": False}, {"dice": {"read": [*range(9), 1, 2]}}, {}),
    ("heart", {}, {"learned": 1.9, "error": 19}, {"error": 30}),  # the others are copied, too
]


@pytest.fixture
def goals(tmp_path):
    """What an expression is in Node; `now(settings, more)` is a report of the worker."""
    (tmp_path / "quests.mjs").write_text(module("training_quests"), encoding="utf-8")

    def ask(expression):
        code = (
            'import { QUESTS, distance, reached } from "./quests.mjs";\n'
            f"const [usual, home] = {json.dumps([NOW, {**DEFAULTS, **VAE, 'kl': 1}])};\n"
            "const now = (s, more) => ({ ...usual, ...more, settings: { ...home, ...s } });\n"
            "const quest = (name) => QUESTS.find((each) => each.name === name);\n"
            f"console.log(JSON.stringify({expression}));"
        )
        return said_in_node(tmp_path, code)

    return ask


def test_how_far_a_goal_is_stands_in_a_sentence(goals):
    told = json.dumps([[name, settings] for name, (settings, _) in SENTENCES.items()])
    said = goals(f"{told}.map(([name, settings]) => distance(quest(name), now(settings)))")
    for sentence, (name, (_, words)) in zip(said, SENTENCES.items(), strict=True):
        assert words in sentence, name


def test_a_goal_is_not_ticked_by_what_only_looks_like_it(goals):
    pairs = [[s, more, {**more, **then}] for _, s, more, then in FALSE]
    found = goals(f"{json.dumps(pairs)}.map(([s, ...all]) => all.map((m) => reached(now(s, m))))")
    for (name, _, _, then), (before, after) in zip(FALSE, found, strict=True):
        assert name not in before, name
        assert (name in after) == bool(then), name
