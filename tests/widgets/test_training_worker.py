"""The playground's worker learns most of the time, where it is slow, too."""

import shutil

import numpy as np
import pytest
from in_node import said_in_node

import aelib
from aelib.widgets.base import module

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="only where there is Node")
IN_NODE = """
import { readFileSync } from "node:fs";
delete globalThis.WebAssembly; // ten times as slow
const all = new Uint8Array(readFileSync("digits"));
const settings = {
  ...{ latent: 16, hidden: [128], bend: "silu", loss: "nats", variational: false, batch: 64 },
  ...{ rate: 5e-3, passes: PASSES, noise: 0, kl: 0, l1: 0, seed: 0 },
};
let heard;
globalThis.onmessage = null;
globalThis.postMessage = (message) => heard?.(message);
await import("./worker.mjs");
const tell = (data) => globalThis.onmessage({ data });
tell({ job: "open", train: all.slice(0, 784 * 200), test: all.slice(784 * 200), labels: [] });
let begun, share;
heard = (message) => {
  if (message.lines) {
    begun = performance.now();
    globalThis.setTimeout = () => console.log("a timer between two slices");
    tell({ job: "go", steps: Infinity });
  }
  if (message.going) share = (1000 * message.seconds) / (performance.now() - begun);
  if (!message.done || message.going) return; // what is measured at the end counts no more
  console.log(JSON.stringify({ share, steps: message.steps }));
  process.exit();
};
tell({ job: "begin", run: 1, settings, digits: 200, calm: false, copies: [0] });
"""


@pytest.fixture
def ask(tmp_path):
    x, _, _, _ = aelib.load_mnist(1_200, 10)
    (tmp_path / "digits").write_bytes((np.asarray(x) * 255).round().astype(np.uint8).tobytes())
    (tmp_path / "worker.mjs").write_text(module("training_worker"), encoding="utf-8")
    return lambda passes: said_in_node(tmp_path, IN_NODE.replace("PASSES", str(passes)))


def test_it_learns_more_than_it_measures_and_no_timer_holds_it_up(ask):
    found = ask(passes=10)
    assert found["steps"] == 10 * 4
    assert found["share"] > 0.5  # of the time
