"""What is taken from a notebook: definitions and what they need, never a loose statement."""

import json

import pytest
from handed_in import notebook

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
