"""No name stands for two things: what a cell or a function of it reads, no later cell replaces.

Else a student who runs that cell again, or one that calls it, gets another number or an error.
"""

import ast
from pathlib import Path

import nbformat
import pytest

from aelib.exercises.scopes import symbol_table
from aelib.originals import lesson_files

NOTEBOOKS = lesson_files(Path(__file__).parents[2] / "notebooks")
AT_ONCE = {"genexpr", "lambda"}  # read as their cell runs


def code_of(path):
    """The sources of a lesson's code cells, by place."""
    cells = nbformat.read(path, as_version=4).cells
    return {i: cell.source for i, cell in enumerate(cells) if cell.cell_type == "code"}


def replaced(sources):
    """Names that are assigned, read from then on, and assigned anew further below."""
    made, read = {}, {}
    for place, source in sources.items():
        table = symbol_table(source)
        names = {s.get_name() for s in table.get_symbols() if s.is_assigned()}
        for name in {*names_read(table), *(names_asked_for(table) - names)}:
            read.setdefault(name, []).append(place)
        for name in names - grown(source):
            made.setdefault(name, []).append(place)
    return {
        name: (*places, place)
        for name, places in made.items()
        for place in read.get(name, [])
        if places[0] <= place < places[-1]
    }


def names_read(table):
    """The names of the notebook that functions and classes within a table read."""
    for inner in table.get_children():
        if table.get_type() == "module" and inner.get_name() in AT_ONCE:
            continue
        yield from (s.get_name() for s in inner.get_symbols() if s.is_global())
        yield from names_read(inner)


def names_asked_for(table):
    """The names of the notebook that a cell reads as it runs."""
    at_once = [inner for inner in table.get_children() if inner.get_name() in AT_ONCE]
    inside = [s.get_name() for inner in at_once for s in inner.get_symbols() if s.is_global()]
    return {*inside, *(s.get_name() for s in table.get_symbols() if s.is_referenced())}


def grown(source):
    """The names that a cell adds to, with += or |=."""
    nodes = ast.walk(ast.parse(source))
    return {ast.unparse(node.target) for node in nodes if isinstance(node, ast.AugAssign)}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem[:2])
def test_what_a_cell_reads_no_later_cell_replaces(path):
    assert replaced(code_of(path)) == {}


def test_a_name_for_two_things_is_noticed():
    sources = {1: "n = 2", 3: "def f(x):\n    return lambda: x + n", 5: "n = range(3)", 7: "x = 1"}
    assert replaced(sources) == {"n": (1, 5, 3)}
    assert replaced({1: "n = 2\nm = [n for _ in 'ab']", 5: "n = 4"}) == {}
    assert replaced({1: "n = 2", 3: "def f():\n    return n", 5: "n += 4"}) == {}
    assert replaced({1: "n = 2", 3: "def f():\n    return n", 5: "m = [n for n in 'ab']"}) == {}
    assert replaced({1: "n = 2", 3: "print(n)", 5: "n = 3"}) == {"n": (1, 5, 3)}
    assert replaced({1: "n = 2", 3: "max(n for _ in 'ab')", 5: "n = 3"}) == {"n": (1, 5, 3)}
    assert replaced({1: "n = 2", 3: "n = 5\nprint(n)", 5: "n = 3\nprint(n)"}) == {}
    assert replaced({1: "n = 2\nn = 3", 3: "def f(n):\n    return n", 5: "n = 4"}) == {}
