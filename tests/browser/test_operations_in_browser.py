"""Each operation in WebAssembly and in plain JavaScript: PyTorch's answer, the same from both."""

import base64
import gzip
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from operations import cases

from aelib import engine
from aelib.widgets.base import module

ENGINE = Path(engine.__file__).parent
KERNELS = ENGINE / "kernels"
RUN = """async ([source, sent]) => {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { compile, webAssembly } = await import(url);
  const text = (values) => Array.from(values, String);
  const answers = sent.map(([program, weights, inputs]) => {
    const bytes = Uint8Array.from(atob(weights), (c) => c.charCodeAt(0));
    const given = inputs.map((values) => Float32Array.from(values, Number));
    return [webAssembly(), null].map((engine) => {
      const run = compile(program, bytes, engine);
      run(...given.map((values) => values.map((v) => 1 - v))); // leaves other numbers behind
      return text(run(...given));
    });
  });
  return [webAssembly() !== null, answers];
}"""
NAMES = """async (source) => {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  return Object.keys((await import(url)).OPERATIONS);
}"""
AWAY = """async ([source, program, weights, inputs]) => {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { compile } = await import(url);
  const bytes = Uint8Array.from(atob(weights), (c) => c.charCodeAt(0));
  const run = compile(program, bytes);
  const worker = await run.away();
  const answers = [];
  for (const sign of [1, -1]) {
    const given = inputs.map((values) => Float32Array.from(values, (v) => sign * v));
    answers.push([Array.from(run(...given)), Array.from(await worker.run(...given))]);
  }
  worker.close();
  return answers;
}"""
FACE = """(text) => {
  const module = new WebAssembly.Module(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
  const names = (list) => list.map(({ name }) => name);
  return [WebAssembly.Module.imports, WebAssembly.Module.exports].map((of) => names(of(module)));
}"""
CASES = [(name, constant) for name in cases() for constant in (False, True)]


@pytest.fixture(scope="module")
def answers(browser):
    """What both engines make of all cases, found in one go."""
    made = cases()
    sent = []
    for name, constant in CASES:
        program, weights, inputs = made[name].program(constant)
        numbers = [[str(v) for v in array.ravel().tolist()] for array in inputs]
        sent.append([program, base64.b64encode(weights).decode(), numbers])
    page = browser.new_page()
    assembled, found = page.evaluate(RUN, [module("engine"), sent])
    page.close()
    assert assembled  # else only plain JavaScript was tried
    return {
        key: [np.array([float(v) for v in text]) for text in both]
        for key, both in zip(CASES, found, strict=True)
    }


@pytest.mark.parametrize(("name", "constant"), CASES)
def test_each_operation_is_right_and_the_same_in_both(answers, name, constant):
    assembled, plain = answers[name, constant]
    expected = cases()[name].expected.ravel()
    np.testing.assert_allclose(assembled, expected, rtol=2e-6, atol=5e-7)
    np.testing.assert_array_equal(assembled, plain)


def test_a_worker_answers_the_same(browser):
    program, weights, inputs = cases()["convolution stride, 1"].program(constant=True)
    page = browser.new_page()
    sent = [program, base64.b64encode(weights).decode(), [a.ravel().tolist() for a in inputs]]
    answers = page.evaluate(AWAY, [module("engine"), *sent])
    page.close()
    assert answers[0][0] != answers[1][0]
    for here, away in answers:
        assert here == away


def test_every_operation_is_tried(browser):
    page = browser.new_page()
    names = page.evaluate(NAMES, module("operations"))
    page.close()
    assert set(names) == {case.step["op"] for case in cases().values()}


def test_the_kernels_are_small_and_import_nothing(browser):
    text = re.search(r'"(.*)"', (ENGINE / "kernels.js").read_text(encoding="utf-8"))[1]
    assert len(gzip.compress(base64.b64decode(text), 9)) <= 8192
    page = browser.new_page()
    imports, exports = page.evaluate(FACE, text)
    page.close()
    assert imports == []
    assert sorted(exports) == ["memory", "run"]


@pytest.mark.skipif(not shutil.which("npm"), reason="only where Node can rebuild the kernels")
def test_the_kernels_are_those_of_their_source(tmp_path):
    for path in KERNELS.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path)
    if (KERNELS / "node_modules").is_dir():
        (tmp_path / "node_modules").symlink_to(KERNELS / "node_modules")
    elif subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=tmp_path).returncode:
        pytest.skip("npm cannot reach the packages")
    subprocess.run(["node", "build.js", "."], cwd=tmp_path, check=True)
    for made in ("kernels.js", "training_kernels.js"):
        assert (tmp_path / made).read_bytes() == (ENGINE / made).read_bytes()
