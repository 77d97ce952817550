"""Training in Firefox and in Node: the same weights as in Python's reference, to the last bit."""

import json
import os
import shutil
import subprocess

import numpy as np
import pytest
from anywhere import FIREFOX, anywhere, installed
from reference_trainer import Trainer
from training_cases import ASKED, CASES, PLAIN, STEPS, TRAIN, flat, job, received

from aelib.widgets.base import module

NAMES = ("variational", "all at once", "tanh, squared error")
PAGE = """
import * as trainer from "/trainer.mjs";
import { trainingKernels } from "/memory.mjs";
import { run } from "/asked.mjs";
export function answer(jobs) {
  const kernels = trainingKernels();
  const both = (job) => [kernels, null].map((each) => run(trainer, job, each));
  return [kernels !== null, jobs.map(both)];
}
"""
IN_NODE = """
import { readFileSync } from "node:fs";
import { answer } from "./page.mjs";
console.log(JSON.stringify(answer(JSON.parse(readFileSync("jobs.json")))));
"""


@pytest.fixture
def folder(tmp_path):
    for name in ("trainer", "memory"):
        (tmp_path / f"{name}.mjs").write_text(module(name), encoding="utf-8")
    (tmp_path / "asked.mjs").write_text(ASKED, encoding="utf-8")
    (tmp_path / "page.mjs").write_text(PAGE, encoding="utf-8")
    return tmp_path


def jobs():
    return [job({**PLAIN, **CASES[name]}) for name in NAMES]


def assert_same_bits(assembled, answers):
    assert assembled  # else only plain JavaScript was tried
    for name, both in zip(NAMES, answers, strict=True):
        reference = Trainer({**PLAIN, **CASES[name]}, TRAIN)
        errors = [reference.step() for _ in range(STEPS)]
        assert both[0] == both[1]
        assert both[0]["errors"] == errors
        for ours, theirs in zip(received(both[0]["ended"]), flat(reference.values), strict=True):
            np.testing.assert_array_equal(ours, theirs, err_msg=name)


@pytest.mark.skipif(
    not installed(FIREFOX) and "CI" not in os.environ, reason="Firefox is not installed"
)
def test_firefox_trains_to_the_same_bits(folder):
    with anywhere(FIREFOX, folder) as ask:
        assert_same_bits(*ask(jobs()))


@pytest.mark.skipif(not shutil.which("node"), reason="only where there is Node")
def test_node_trains_to_the_same_bits(folder):
    page = (folder / "page.mjs").read_text(encoding="utf-8")
    (folder / "page.mjs").write_text(page.replace('from "/', 'from "./'), encoding="utf-8")
    (folder / "run.mjs").write_text(IN_NODE, encoding="utf-8")
    (folder / "jobs.json").write_text(json.dumps(jobs()), encoding="utf-8")
    run = subprocess.run(["node", "run.mjs"], cwd=folder, capture_output=True, check=True)
    assert_same_bits(*json.loads(run.stdout))
