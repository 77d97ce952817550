"""What is taken from a notebook: definitions and what they need, never a loose statement."""

import json

import pytest
from handed_in import notebook
from hypothesis import given, settings
from hypothesis import strategies as st

from aelib.classroom.extract import survey


def taken(*cells, name="f"):
    """The statements that the exercise `f` gets."""
    return survey(notebook(*cells).encode(), [name])["exercises"][name]["statements"]


def test_the_last_definition_wins():
    assert taken("def f():\n    return 1", "def f():\n    return 2") == ["def f():\n    return 2"]


def test_loose_statements_are_left_out():
    cells = ["x = load()", "print(1)", "def f():\n    return x", "f()", "for i in x:\n    f()"]
    assert taken(*cells) == ["def f():\n    return x"]


def test_what_is_not_mentioned_is_left_out():
    cells = ["import os, math\nclass Other:\n    pass", "N = 3\nM = 4", "def g():\n    return N"]
    assert taken(*cells, "def f():\n    return math.sqrt(g())") == [
        "import math",
        "N = 3",
        "def g():\n    return N",
        "def f():\n    return math.sqrt(g())",
    ]


def test_each_import_stands_alone():
    assert taken("from m import a, b as c\nimport x.y", "def f():\n    return a + c + x.y") == [
        "from m import a",
        "from m import b as c",
        "import x.y",
        "def f():\n    return a + c + x.y",
    ]


def test_constants_are_plain_values():
    cells = ["SIZE: int = 28 * 28", "DATA = open('x')", "W = [1, (2, 3)]"]
    assert taken(*cells, "def f():\n    return [SIZE, DATA, W]") == [
        "SIZE: int = 28 * 28",
        "W = [1, (2, 3)]",
        "def f():\n    return [SIZE, DATA, W]",
    ]


def test_an_own_definition_goes_before_an_import_of_the_same_name():
    cells = ["def g():\n    return 1", "from aelib import g", "def f():\n    return g()"]
    assert taken(*cells) == ["def g():\n    return 1", "def f():\n    return g()"]


def test_an_import_is_no_answer():
    assert taken("from aelib import squared_error as f", 'check("f", f)') == []


def test_a_lambda_and_a_method_of_another_name_are_answers():
    assert taken("f = lambda x: 2 * x") == ["f = lambda x: 2 * x"]
    cells = ["def mine(x):\n    return x", 'check("f", mine)']
    assert survey(notebook(*cells).encode(), ["f"])["exercises"]["f"] == {
        "target": "mine",
        "statements": ["def mine(x):\n    return x"],
        "problem": "",
    }


@pytest.mark.parametrize(
    ("cells", "statements"),
    [
        (['check("f", 0.5)'], ["_answer = 0.5"]),
        (["best = -3", 'check("f", best)'], ["best = -3"]),
        (["f = 0.25"], ["f = 0.25"]),
        (['aelib.check("f", "right")'], ["_answer = 'right'"]),
        (['check("f", open("x").read())'], []),
        (['check("f", None)'], ["_answer = None"]),
    ],
)
def test_reported_numbers_are_plain_values(cells, statements):
    assert taken(*cells) == statements


def test_magics_cost_their_line_and_broken_cells_only_themselves():
    cells = ["%matplotlib inline\n!ls\ndef g():\n    return 1", "%%bash\ndef f(): pass", "if :"]
    cells += ["%%time\ndef f():\n    return g()"]
    assert taken(*cells) == ["def g():\n    return 1", "def f():\n    return g()"]


def test_a_function_in_a_broken_cell_is_named():
    found = survey(notebook("def f(x):\n    return (x").encode(), ["f"])["exercises"]["f"]
    assert found["statements"] == []
    assert found["problem"] == "the cell that defines it cannot be read: SyntaxError in its line 2"


def test_the_old_format_is_read():
    cells = [{"cell_type": "code", "input": ["def f():\n", "    return 1"]}]
    content = json.dumps({"worksheets": [{"cells": cells}], "nbformat": 3}).encode()
    assert survey(content, ["f"])["exercises"]["f"]["statements"] == ["def f():\n    return 1"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"cells": 3}', b"[" * 100_000, b"{}"],
)
def test_what_is_no_notebook_is_unreadable(content):
    assert survey(content, ["f"])["unreadable"]


@pytest.mark.parametrize("cell", [3, None, [], {}, {"cell_type": "code", "source": {"a": 1}}])
def test_odd_cells_are_passed_over(cell):
    book = {"cells": [cell, {"cell_type": "code", "source": ["def f():\n    return 1"]}]}
    assert survey(json.dumps(book).encode(), ["f"])["exercises"]["f"]["statements"]


def test_megabytes_of_output_change_nothing():
    cell = {"cell_type": "code", "source": "def f():\n    return 1"}
    output = {"output_type": "stream", "name": "stdout", "text": "a line of a loop\n" * 600_000}
    book = {"cells": [cell | {"outputs": [output]}], "nbformat": 4, "nbformat_minor": 5}
    content = json.dumps(book).encode()
    assert len(content) > 10_000_000
    assert survey(content, ["f"])["exercises"]["f"]["statements"] == ["def f():\n    return 1"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
CELL = st.fixed_dictionaries({}, optional={"cell_type": JSON | st.just("code"), "source": JSON})


@settings(max_examples=200, derandomize=True, deadline=None)
@given(JSON | st.fixed_dictionaries({"cells": JSON | st.lists(CELL | JSON)}))
def test_any_json_is_a_notebook_or_unreadable(book):
    found = survey(json.dumps(book).encode(), ["f"])
    assert found.keys() == {"unreadable"} or found["exercises"].keys() == {"f"}


@settings(max_examples=200, derandomize=True, deadline=None)
@given(
    st.text()
    | st.lists(
        st.sampled_from(["def f", "(", ")", ":", "\n", " ", "=", "%%", "import f", "'"])
    ).map("".join)
)
def test_any_text_may_stand_in_a_cell(source):
    found = survey(notebook(source, "def g():\n    return 2").encode(), ["f", "g"])["exercises"]
    assert found["g"]["statements"] == ["def g():\n    return 2"] or "g" in source


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.data())
def test_a_damaged_notebook_never_does_more_than_be_unreadable(data):
    content = bytearray(notebook("import math\ndef f():\n    return math.pi").encode())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert survey(bytes(content), ["f"]).keys() <= {"unreadable", "exercises"}
