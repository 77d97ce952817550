"""The playground's map: it lies along principal components, and the same codes lie the same way."""

import json
import shutil

import numpy as np
import pytest
from in_node import said_in_node

from aelib.widgets.base import module

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="only where there is Node")


def test_its_axes_are_principal_and_point_the_same_way_for_the_same_codes(tmp_path):
    (tmp_path / "map.mjs").write_text(module("training_map"), encoding="utf-8")
    code = (
        'import { readFileSync } from "node:fs";\n'
        'import { principal } from "./map.mjs";\n'
        "const lists = JSON.parse(readFileSync(0));\n"
        "console.log(JSON.stringify(lists.map((codes) => principal(Float32Array.from(codes), 5))));"
    )
    generator = np.random.default_rng(0)
    codes = generator.normal(size=(300, 5)) @ generator.normal(size=(5, 5)) + 3
    sent = json.dumps([each.ravel().tolist() for each in (codes, codes[::-1], 7 * codes)])
    axes = np.linalg.svd(codes - codes.mean(axis=0))[2][:2]
    axes *= np.sign([row[np.abs(row).argmax()] for row in axes])[:, None]
    for found in said_in_node(tmp_path, code, sent):
        np.testing.assert_allclose(found["rows"], axes, atol=1e-4)
