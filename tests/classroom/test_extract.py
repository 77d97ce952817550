"""Notebooks that are read, and files that are none."""

import json

import pytest
from handed_in import notebook
from hypothesis import given, settings
from hypothesis import strategies as st

from aelib.classroom.extract import survey


def found(*cells, name="f"):
    """What the exercise `f` gets."""
    return survey(notebook(*cells).encode(), [name])["exercises"][name]


def taken(*cells):
    """The statements of the first way to read it."""
    ways = found(*cells)["ways"]
    return list(ways[0]["statements"]) if ways else []


ONE = "def f():\n    return 1"


def test_a_function_in_a_broken_cell_is_named():
    broken = found("def f(x):\n    return (x")
    assert broken["ways"] == []
    assert broken["problem"] == (
        "the cell that defines it (code cell 1) cannot be read: SyntaxError in its line 2"
    )


def test_an_import_is_no_answer_and_is_told():
    assert found("from aelib import squared_error as f", 'check("f", f)')["ways"] == []
    assert "is imported" in found("from aelib import squared_error as f")["problem"]


def test_nothing_written_is_nothing():
    assert found("x = 1", "print(f)") == {
        **{"ways": [], "problem": "", "said_right": False, "asked": False}
    }


def test_what_jupyter_printed_is_noticed():
    cell = {"cell_type": "code", "source": 'check("f", f)'}
    output = {"output_type": "stream", "name": "stdout", "text": ["f: right.\n"]}
    content = json.dumps({"cells": [cell | {"outputs": [output]}]}).encode()
    one = survey(content, ["f", "g"])["exercises"]
    assert (one["f"]["said_right"], one["g"]["said_right"]) == (True, False)
    assert (one["f"]["asked"], one["g"]["asked"]) == (True, False)


def test_the_old_format_is_read():
    cells = [{"cell_type": "code", "input": ["def f():\n", "    return 1"]}]
    content = json.dumps({"worksheets": [{"cells": cells}], "nbformat": 3}).encode()
    assert survey(content, ["f"])["exercises"]["f"]["ways"][0]["statements"] == (ONE,)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"cells": 3}', b"[" * 100_000, b"{}"],
)
def test_what_is_no_notebook_is_unreadable(content):
    assert survey(content, ["f"])["unreadable"]


@pytest.mark.parametrize("cell", [3, None, [], {}, {"cell_type": "code", "source": {"a": 1}}])
def test_odd_cells_are_passed_over(cell):
    book = {"cells": [cell, {"cell_type": "code", "source": ["def f():\n    return 1"]}]}
    assert survey(json.dumps(book).encode(), ["f"])["exercises"]["f"]["ways"]


def test_megabytes_of_output_change_nothing():
    cell = {"cell_type": "code", "source": "def f():\n    return 1"}
    output = {"output_type": "stream", "name": "stdout", "text": "a line of a loop\n" * 600_000}
    book = {"cells": [cell | {"outputs": [output]}], "nbformat": 4, "nbformat_minor": 5}
    content = json.dumps(book).encode()
    assert len(content) > 10_000_000
    assert survey(content, ["f"])["exercises"]["f"]["ways"][0]["statements"] == (ONE,)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
CELL = st.fixed_dictionaries({}, optional={"cell_type": JSON | st.just("code"), "source": JSON})


@settings(max_examples=200, derandomize=True, deadline=None)
@given(JSON | st.fixed_dictionaries({"cells": JSON | st.lists(CELL | JSON)}))
def test_any_json_is_a_notebook_or_unreadable(book):
    read = survey(json.dumps(book).encode(), ["f"])
    assert read.keys() == {"unreadable"} or read["exercises"].keys() == {"f"}


@settings(max_examples=200, derandomize=True, deadline=None)
@given(
    st.text()
    | st.lists(
        st.sampled_from(["def f", "(", ")", ":", "\n", " ", "=", "%%", "import f", "'"])
    ).map("".join)
)
def test_any_text_may_stand_in_a_cell(source):
    both = survey(notebook(source, "def g():\n    return 2").encode(), ["f", "g"])["exercises"]
    assert both["g"]["ways"][0]["statements"][-1] == "def g():\n    return 2"


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.data())
def test_a_damaged_notebook_never_does_more_than_be_unreadable(data):
    content = bytearray(notebook("import math\ndef f():\n    return math.pi").encode())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert survey(bytes(content), ["f"]).keys() <= {"unreadable", "exercises"}
