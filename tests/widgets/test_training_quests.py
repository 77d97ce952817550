"""The playground's ten goals, on real digits: none is reached by the defaults, each can be.

The worker of the page runs in Node, and the goals judge what it reports, as they do in the page.
"""

import json
import shutil
import subprocess

import numpy as np
import pytest

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
    "silent": (1000, {"bend": "relu", "rate": 0.2}, {}),
    "denoise": (1000, {"noise": 0.5, "passes": 10}, {}),
    "collapse": (300, {**VAE, "kl": 30, "passes": 8}, {"kl": 0.1}),
    "asleep": (4000, {**VAE, "kl": 3, "passes": 20}, {}),
    "dice": (1000, {**VAE, "kl": 3, "passes": 40}, {}),
}
# what comes close and must not count
NOT_ENOUGH = {
    "two": (300, {"latent": 2, "passes": 1}, {}),
    "heart": (300, {}, {}),
    "pca": (1000, {"latent": 2, "bend": "none", "loss": "squared", "passes": 2}, {}),
    "silent": (300, {"bend": "relu"}, {}),
    "collapse": (300, {**VAE, "kl": 30}, {}),
    "asleep": (300, {**VAE, "kl": 30}, {}),  # all of them sleep
    "dice": (1000, {"passes": 20}, {}),  # the codes of a plain network are elsewhere: fog
}
IN_NODE = """
import { readFileSync } from "node:fs";
import { QUESTS, isCollapsed, reached } from "./quests.mjs";
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
  const now = { settings, digits, lines: [], collapsed: false };
  const found = new Set();
  let again = Object.keys(change).length > 0;
  return new Promise((resolve) => {
    heard = (message) => {
      if (message.run !== run) return;
      if (message.lost !== undefined) return resolve(["lost"]);
      if (message.lines) {
        now.lines = message.lines;
        return tell({ job: "go", steps: Infinity });
      }
      if (!message.measures) return;
      Object.assign(now, message, message.measures);
      now.collapsed ||= isCollapsed(now);
      for (const name of reached(now)) found.add(name);
      if (!message.done || !message.steps) return;
      if (!again) return setTimeout(() => resolve([...found]));
      again = false;
      Object.assign(settings, change);
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
"""


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    folder = tmp_path_factory.mktemp("quests")
    x, y, _, _ = aelib.load_mnist(5_000, 10)
    for name, file in (("training_worker", "worker"), ("training_quests", "quests")):
        (folder / f"{file}.mjs").write_text(module(name), encoding="utf-8")
    (folder / "run.mjs").write_text(IN_NODE, encoding="utf-8")
    (folder / "digits").write_bytes((np.asarray(x) * 255).round().astype(np.uint8).tobytes())

    def run(*jobs):
        told = {"defaults": DEFAULTS, "labels": y.tolist(), "jobs": jobs}
        (folder / "jobs.json").write_text(json.dumps(told), encoding="utf-8")
        done = subprocess.run(["node", "run.mjs"], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

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


def test_what_comes_close_does_not_count(ask):
    found = dict(zip(NOT_ENOUGH, ask(*NOT_ENOUGH.values())["answers"], strict=True))
    assert [name for name, reached in found.items() if name in reached] == []
