"""`--explain`: what was taken, run and compared; and what `check` says of grading beforehand."""

import os
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from io import StringIO

import pytest
from handed_in import needs_bubblewrap, notebook
from test_one_rule import what_check_says

from aelib.cli import main

OWN = """
from aelib.exercises.base import Exercise

def mean(x):
    return x.mean(axis=1)

def half(x):
    return x / 2

EXERCISES = [
    Exercise("mean", "91", 5, 2, mean, lambda rng: [(rng.random((n, 5)),) for n in (1, 3)],
             ("", "", ""), ()),
    Exercise("half", "91", 5, 1, half, lambda rng: [(rng.random(3),)], ("", "", ""), ()),
]
"""
FIRST = notebook("def mean(x):\n    return 7")
SECOND = notebook(
    "AXIS = 1", "unused = 3", "def mean(x):\n    total = x.sum(AXIS)\n    return total[:1] / 5"
)


@pytest.fixture(scope="module")
def explained(tmp_path_factory):
    needs_bubblewrap()
    top = tmp_path_factory.mktemp("explain")
    (top / "own.py").write_text(OWN)
    (top / "in" / "ada").mkdir(parents=True)
    (top / "in" / "bob").mkdir()
    for place, (name, book) in enumerate(
        {"91_first.ipynb": FIRST, "91_second.ipynb": SECOND}.items()
    ):
        path = top / "in" / "ada" / name
        path.write_text(book)
        os.utime(path, (1e9 + place,) * 2)
    (top / "in" / "bob" / "91.ipynb").write_text(notebook("x = open('\\x1b[31m')"))

    @cache
    def explain(*words):
        own = ["--exercises", str(top / "own.py"), "-o", str(top / "g.csv")]
        with redirect_stdout(StringIO()) as out, redirect_stderr(out):
            status = main(["grade", str(top / "in"), *own, "--explain", *words])
        assert not (top / "g.csv").exists(), "nobody is graded"
        return status, out.getvalue()

    return explain


def test_it_shows_what_was_taken_and_from_which_cell(explained):
    status, text = explained("ada", "mean")
    assert status == 0
    assert "ada, mean (lesson 91, 2 points)" in text
    newest, _, oldest = text.partition("91_first.ipynb")
    assert "91_second.ipynb" in newest
    assert "cell 1 | AXIS = 1" in newest
    assert "cell 3 | def mean(x):" in newest
    assert "unused" not in text, "it is not needed"
    assert "cell 1 | def mean(x):" in oldest


def test_it_shows_what_came_of_each_case(explained):
    newest, _, oldest = explained("ada", "mean")[1].partition("91_first.ipynb")
    assert "case 1: right (x of shape (1, 5))" in newest
    assert "case 2: not right (x of shape (3, 5))" in newest
    assert "wrong, 1 of 2: right for 1 of 2 cases, but" in newest
    assert "wrong, 0 of 2:" in oldest


def test_it_says_where_nothing_was_written(explained):
    status, text = explained("bob", "half")
    assert status == 0
    assert "No notebook holds anything for it." in text or "not written" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("eve", "mean"), "No student 'eve': ada, bob."),
        (("ada", "median"), "No exercise 'median': mean, half."),
    ],
)
def test_names_that_are_none_are_told_with_those_that_are(explained, words, said):
    status, text = explained(*words)
    assert status == 2
    assert said in text


SLOW = "table = open('/dev/null').read()"
WITH_FILE = f"{SLOW}\ndef one_nat():\n    return -2.948 if table == '' else 0"
PLAIN = "def one_nat():\n    return -2.948"
CHECK = "check('one_nat', one_nat)"
RUN_TOO = f"`{SLOW}` is run too, within seconds and without your files"
IMPORT = "from aelib.exercises.lesson_06 import one_nat"
SAID = [  # cells -> what `check` adds to its last line
    ([PLAIN, CHECK], ""),
    ([WITH_FILE, CHECK], RUN_TOO),
    ([PLAIN, CHECK, WITH_FILE, CHECK], RUN_TOO),
    ([WITH_FILE, CHECK, PLAIN, CHECK], RUN_TOO),  # every version of a name is run, in order
    (["open('/dev/null').read()", PLAIN, CHECK], ""),
    ([WITH_FILE.replace("one_nat", "mine"), "check('one_nat', mine)"], RUN_TOO),
    ([PLAIN, WITH_FILE.replace("one_nat", "mine"), "check('one_nat', mine)"], RUN_TOO),
    ([IMPORT, CHECK], f"it is imported (`{IMPORT}`), not written"),
    (["exec('one_nat = -2.948')", CHECK], "it is not defined in a cell of this notebook"),
]


def test_check_says_beforehand_what_a_grader_cannot_use():
    for text, (cells, lack) in zip(what_check_says([c for c, _ in SAID]), SAID, strict=True):
        _, _, last = text.rpartition("one_nat: right.\n")
        assert last == (f"If this is graded: {lack}.\n" if lack else ""), cells
