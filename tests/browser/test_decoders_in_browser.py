"""Other people's decoders, drawn by two browsers: what PyTorch draws, or the kernel answers."""

import base64
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from anywhere import CHROMIUM, FIREFOX, anywhere, installed

from aelib.widgets.base import module

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
from decoders import DECODERS, KERNEL, codes_of, opened

PAGE = """
import { compile, webAssembly } from "/engine.mjs";
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
export const answer = (sent) => sent.map(([program, weights, rows]) => {
  const f = compile(program, bytes(weights));
  return rows.map((row) => Array.from(f(Float32Array.from(row))));
});
"""


@pytest.mark.parametrize("browser", [CHROMIUM, FIREFOX], ids=["Chromium", "Firefox"])
def test_every_decoder_is_drawn_right(tmp_path, browser):
    if not installed(browser) and "CI" not in os.environ:
        pytest.skip("this browser is not installed")
    (tmp_path / "engine.mjs").write_text(module("engine"), encoding="utf-8")
    (tmp_path / "page.mjs").write_text(PAGE, encoding="utf-8")
    sent, expected = [], {}
    for name in DECODERS:
        source, packed, where = opened(name)
        assert (packed is None) == (name in KERNEL), f"{name}: {where}"
        if packed:
            rows = codes_of(source)
            weights = base64.b64encode(packed.weights).decode()
            sent.append([packed.program, weights, rows.tolist()])
            expected[name] = source.decode(rows)
    assert len(expected) >= 0.9 * len(DECODERS) >= 54
    with anywhere(browser, tmp_path) as ask:
        drawn = ask(sent)
    for (name, pictures), found in zip(expected.items(), drawn, strict=True):
        np.testing.assert_allclose(np.array(found), pictures, atol=1e-3, err_msg=name)
