"""`aelib exercises`: a file to begin with, and what is wrong with a teacher's own, said at once."""

import pytest
from handed_in import EXERCISES

from aelib.cli import main

LOOPS = """
from aelib.exercises.base import Exercise, Mistake

def halvings(x):
    count = 0
    while x > 1:
        x = x / 2
        count += 1
    return count

EXERCISES = [
    Exercise("halvings", "91", 5, 1, halvings, lambda rng: [(float(n),) for n in CASES],
             ("", "", ""), (Mistake(lambda x: x / 2, "count them"),))
]
CASES = 3, 60, 1000
"""
OF_ONE_ROW = """
from aelib.exercises.base import Exercise

def spread(x):
    return x.max(axis=1) - x.min(axis=1)

EXERCISES = [
    Exercise("spread", "91", 5, 1, spread, lambda rng: [(rng.random((1, n)),) for n in (3, 5)],
             ("", "", ""), ())
]
"""


def check(folder, capsys, text):
    (folder / "mine.py").write_text(text)
    status = main(["exercises", "check", str(folder / "mine.py")])
    captured = capsys.readouterr()
    return status, captured.out + captured.err


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        (
            ('mean(dim=1), "you', 'sum(dim=1), "you'),
            1,
            "a mistake is called right (you took the mean)",
        ),
        (("return values / 2", "return None"), 1, "half, seed 0: its reference is refused"),
        (("EXERCISES =", "MINE ="), 2, "has no list EXERCISES"),
    ],
)
def test_faults_are_said(tmp_path, capsys, change, status, said):
    found, text = check(tmp_path, capsys, EXERCISES.replace(*change))
    assert (found, said in text) == (status, True), text


def test_the_file_to_begin_with_passes_its_own_check(tmp_path, capsys):
    mine = tmp_path / "mine.py"
    assert main(["exercises", "new", str(mine)]) == 0
    assert main(["exercises", "check", str(mine)]) == 0
    assert "contrast: 77 bent solutions are refused" in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.py"], "no copy beside it"


def test_a_file_that_is_there_is_not_overwritten(tmp_path, capsys):
    (tmp_path / "mine.py").write_text("# weeks of work")
    assert main(["exercises", "new", str(tmp_path / "mine.py")]) == 2
    assert "is there already" in capsys.readouterr().err
    assert (tmp_path / "mine.py").read_text() == "# weeks of work"


def test_cases_that_let_a_bent_solution_pass_are_told(tmp_path, capsys):
    status, text = check(tmp_path, capsys, OF_ONE_ROW)
    assert status == 1
    assert "called right" in text
    assert "'x: the first row for all'" in text, "its cases have one row each"


def test_what_is_right_as_well_can_be_listed_and_nothing_else(tmp_path, capsys):
    _, text = check(tmp_path, capsys, OF_ONE_ROW)
    living = text.partition("right as well: ")[2].partition("\n")[0].split("; ")
    listed = f"EQUIVALENT = {{'spread': {{'a reason': [{', '.join(living)}]}}}}\n"
    assert check(tmp_path, capsys, OF_ONE_ROW + listed)[0] == 0
    status, text = check(tmp_path, capsys, OF_ONE_ROW + listed.replace("[", "['y: zeros', ", 1))
    assert status == 1
    assert "EQUIVALENT has 'y: zeros', which is no bent solution of it" in text


def test_a_bent_solution_that_never_ends_is_refused(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("aelib.exercises.own._SECONDS", 0.05)
    status, text = check(tmp_path, capsys, LOOPS)
    assert status == 1
    assert "x / 2 -> x * 2" not in text
    assert "x > 1 -> x >= 1" in text, "no case meets the border"


def test_exercises_of_the_course_are_bent_by_its_own_tests(tmp_path, capsys):
    start = "from aelib.exercises.lesson_06 import EXERCISES as ALL\n"
    status, text = check(tmp_path, capsys, start + "EXERCISES = ALL[:2]")
    assert (status, "bent" in text) == (0, False)
