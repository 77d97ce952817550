"""Firefox runs the same programs as Chromium, and finds the same numbers to the last bit."""

import base64
import os

import numpy as np
import pytest
from anywhere import FIREFOX, anywhere, installed
from operations import cases

from aelib.widgets.base import module

PAGE = """
import { compile, webAssembly } from "/engine.mjs";
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
export function answer(sent) {
  if (!sent) return webAssembly() !== null;
  return sent.map(([program, weights, inputs]) => {
    const given = inputs.map((values) => Float32Array.from(values, Number));
    const run = (engine) => compile(program, bytes(weights), engine)(...given);
    return [webAssembly(), null].map((engine) => Array.from(run(engine), String));
  });
}
"""


@pytest.mark.skipif(
    not installed(FIREFOX) and "CI" not in os.environ, reason="Firefox is not installed"
)
def test_firefox_finds_what_pytorch_finds_in_both_ways(tmp_path):
    (tmp_path / "engine.mjs").write_text(module("engine"), encoding="utf-8")
    (tmp_path / "page.mjs").write_text(PAGE, encoding="utf-8")
    sent = []
    for case in cases().values():
        program, weights, inputs = case.program(constant=True)
        numbers = [[str(v) for v in array.ravel().tolist()] for array in inputs]
        sent.append([program, base64.b64encode(weights).decode(), numbers])
    with anywhere(FIREFOX, tmp_path) as ask:
        assert ask(None)  # WebAssembly runs
        found = ask(sent)
    for (name, case), both in zip(cases().items(), found, strict=True):
        assembled, plain = (np.array([float(v) for v in text]) for text in both)
        np.testing.assert_allclose(
            assembled, case.expected.ravel(), rtol=2e-6, atol=5e-7, err_msg=name
        )
        np.testing.assert_array_equal(assembled, plain, err_msg=name)
