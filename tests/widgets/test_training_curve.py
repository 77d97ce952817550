"""The playground's curve: round numbers along its axis, and words that no curve runs through."""

import shutil

import pytest
from in_node import said_in_node

from aelib.widgets.base import module

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="only where there is Node")


@pytest.fixture
def ask(tmp_path):
    """What an expression is in Node, with the curve's own functions at hand."""
    (tmp_path / "curve.mjs").write_text(module("training_curve"), encoding="utf-8")

    def run(expression):
        said = f"console.log(JSON.stringify({expression}));"
        code = f'import {{ apart, beside, ticks }} from "./curve.mjs";\n{said}'
        return said_in_node(tmp_path, code)

    return run


def test_an_axis_has_three_to_five_round_numbers_wherever_it_ends(ask):
    assert ask("[1000, 5344, 80000].map(ticks)") == [
        [0, 250, 500, 750, 1000],
        [0, 2000, 4000],
        [0, 20_000, 40_000, 60_000, 80_000],
    ]
    many = ask("Array.from({ length: 400 }, (_, i) => 0.1 * 1.05 ** i).map(ticks)")
    assert {len(each) for each in many} <= {3, 4, 5}
    assert all(float(f"{v:.2g}") == float(f"{v:.3g}") for each in many for v in each)


def test_words_stand_above_their_line_unless_a_curve_runs_there(ask):
    short, long = "'PCA with 2: 46.3'", "'PCA of clean digits, with 16: 22.9'"
    assert ask(f"beside(100, {short}, [])") == 96
    assert ask(f"beside(100, {short}, [[470, 90]])") == 114
    assert ask(f"beside(100, {short}, [[300, 90]])") == 96, "where there are no words"
    assert ask(f"beside(100, {long}, [[300, 90]])") == 114
    assert ask(f"beside(100, {short}, [[470, 90], [460, 110]])") == 96, "a curve on both sides"
    assert ask(f"beside(195, {short}, [[470, 190]])") == 191, "below, the axis has its numbers"


def test_no_words_stand_on_others(ask):
    assert ask("apart([20, 24, 200])") == [20, 35, 200]
    assert ask("apart([100, 90, 95])") == [120, 90, 105]
    assert ask("apart([190, 20, 195], 198)") == [183, 20, 198], "the last above the axis"
