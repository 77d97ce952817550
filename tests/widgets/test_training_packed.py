"""The network that a page trained, as the other widgets get it: it draws what the trainer draws."""

import json
import shutil

import numpy as np
import pytest
from in_node import said_in_node

from aelib.widgets.base import module, spread_of
from aelib.widgets.latent_map import plane_of

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="only where there is Node")
SETTINGS = [
    {"hidden": [20], "bend": "silu", "loss": "nats", "latent": 5},
    {"hidden": [13, 7], "bend": "relu", "loss": "squared", "latent": 2, "noise": 0.5},
    {"hidden": [9], "bend": "tanh", "loss": "nats", "latent": 3, "variational": True, "kl": 1},
    {"hidden": [], "bend": "none", "loss": "squared", "latent": 1},
]
IN_NODE = """
import { readFileSync } from "node:fs";
import { compile } from "./engine.mjs";
import { openMeasures } from "./training_measures.mjs";
import { packed, spreadOf, usualDistance } from "./training_packed.mjs";
import { openTrainer } from "./trainer.mjs";
const digits = new Uint8Array(readFileSync("digits"));
const [train, test] = [digits.subarray(0, 784 * 80), digits.subarray(784 * 80)];
const training = { batch: 16, rate: 5e-3, passes: 4, noise: 0, kl: 0, l1: 0, seed: 1 };
const furthest = (a, b) => a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i])), 0);
const answers = JSON.parse(readFileSync("settings.json")).map((more) => {
  const settings = { variational: false, ...training, ...more };
  const trainer = openTrainer(settings, train, test, null);
  for (let i = 0; i < 20; i++) trainer.step();
  const weights = trainer.weights();
  const { encoder, decoder } = packed(weights, settings);
  const opened = ({ program, numbers }) => compile(program, numbers);
  const [encode, decode] = [opened(encoder), opened(decoder)];
  const { codes } = trainer.evaluate({ spoilt: false });
  const { latent } = settings;
  const drawn = trainer.decodes(codes);
  let [inCodes, inPictures] = [0, 0];
  for (let i = 0; i < test.length / 784; i++) {
    const z = codes.slice(i * latent, (i + 1) * latent);
    const picture = Float32Array.from(test.subarray(i * 784, (i + 1) * 784), (v) => v / 255);
    inCodes = Math.max(inCodes, furthest(encode(picture), z));
    inPictures = Math.max(inPictures, furthest(decode(z), drawn.subarray(i * 784, (i + 1) * 784)));
  }
  const { sights } = openMeasures(train, test, [])(trainer);
  const spreads = { spread: spreadOf(codes, latent), usual: usualDistance(codes, latent) };
  const lists = { codes: [...codes], sights: [...sights], first: [...weights[0]] };
  return { inCodes, inPictures, ...lists, ...spreads };
});
console.log(JSON.stringify(answers));
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packed")
    for name in ("engine", "training_measures", "training_packed", "trainer"):
        (folder / f"{name}.mjs").write_text(module(name), encoding="utf-8")
    (folder / "settings.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
    generator = np.random.default_rng(0)
    digits = generator.integers(0, 256, (120, 784), np.uint8) * (generator.random(784) < 0.3)
    (folder / "digits").write_bytes(digits.astype(np.uint8).tobytes())
    return said_in_node(folder, IN_NODE)


def test_other_widgets_draw_and_encode_what_the_trainer_does(answers):
    for settings, answer in zip(SETTINGS, answers, strict=True):
        assert answer["inPictures"] < 1e-4, settings
        assert answer["inCodes"] < 1e-4 * max(1, np.abs(answer["codes"]).max()), settings


def test_sliders_and_the_map_reach_as_far_as_python_lets_them(answers):
    for settings, answer in zip(SETTINGS, answers, strict=True):
        codes = np.asarray(answer["codes"], np.float32).reshape(-1, settings["latent"])
        for name, values in spread_of(codes).items():
            assert answer["spread"][name] == pytest.approx(values, rel=1e-4, abs=1e-5), name
        assert answer["usual"] == pytest.approx(plane_of(codes)["usual"], rel=1e-2)


def test_what_a_unit_sees_is_its_weights(answers):
    """Grey is no weight, the largest weight is black or white."""
    for settings, answer in zip(SETTINGS, answers, strict=True):
        units = min(12, (settings["hidden"] or [settings["latent"]])[0])
        weights = np.asarray(answer["first"]).reshape(785, -1)[:784, :units].T
        seen = np.asarray(answer["sights"]).reshape(units, 784)
        expected = 0.5 + weights / (2 * np.abs(weights).max(axis=1, keepdims=True))
        np.testing.assert_allclose(seen, expected, atol=1e-6)
