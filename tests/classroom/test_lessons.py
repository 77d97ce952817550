"""Which lesson a notebook is of, and what is said of a lesson that nobody could grade."""

import csv
from types import SimpleNamespace

import nbformat
import pytest
from handed_in import needs_bubblewrap

from aelib.classroom.grading import complete, lessons_of
from aelib.classroom.kinds import lessons_in
from aelib.classroom.report import feedback
from aelib.classroom.staff import Settings
from aelib.classroom.submissions import Student
from aelib.cli import main

TASKS = [
    SimpleNamespace(name=name, lesson=lesson, points=1, hint="Think of it.")
    for name, lesson in (("first", "01"), ("second", "01"), ("ninth", "09"))
]
EVERYTHING = {"rows": [], "lessons": ["01", "09"], "unreadable": [], "notes": [], "doubts": []}


def handed_in(*names, others=()):
    return Student([SimpleNamespace(name=name) for name in names], list(others))


def completed(unreadable, notebooks=("file",)):
    """The rows of one student who could not be graded, beside one who handed in all."""
    lost = {"rows": [], "lessons": [], "unreadable": unreadable, "notes": [], "doubts": []}
    settings = Settings(TASKS, None, True)
    students = {"dan": handed_in(*notebooks), "eve": handed_in("file")}
    results = {"dan": lost, "eve": EVERYTHING}
    rows, _ = complete(students, results, settings, ["01", "09"])
    return [row for row in rows if row.student == "dan"]


def test_a_broken_notebook_costs_its_own_lesson_only():
    rows = completed([("01_autoencoder.ipynb", "not a notebook")])
    statuses = {row.exercise: row.status for row in rows}
    assert statuses == {"first": "unreadable", "second": "unreadable", "ninth": "missing"}


def test_a_broken_notebook_without_a_number_may_have_been_any_lesson():
    rows = completed([("homework.ipynb", "not a notebook")])
    assert {row.status for row in rows} == {"unreadable"}


def test_feedback_says_once_what_was_lost():
    rows = completed([("01_autoencoder.ipynb", "not a notebook")])
    text = feedback("dan", rows, {task.name: task for task in TASKS})
    assert text.count("01\\_autoencoder.ipynb could not be read: not a notebook. Please") == 1
    assert text.count("Lesson 09: no notebook of lesson 09 was handed in; file has none of") == 1
    assert "Graded from" not in text


def test_a_login_is_no_lesson():
    """Else a broken mm12_06.ipynb would count as lesson 12 that cannot be read."""
    assert lessons_in("mm12_06.ipynb") == ["06"]
    assert lessons_in("HW06 and 07.ipynb") == ["06", "07"]


@pytest.mark.parametrize("lesson", ["6", "06"])
def test_a_lesson_is_named_with_or_without_its_zero(tmp_path, capsys, lesson):
    (tmp_path / "in").mkdir()
    words = ["grade", str(tmp_path / "in"), "--trusted", "--lesson", lesson, "--explain", "a", "b"]
    (tmp_path / "in" / "a.ipynb").write_text("{}")
    assert main(words) == 2
    assert "No exercise 'b': draw_code" in capsys.readouterr().err


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "five"])
def test_a_time_that_nobody_can_keep_is_refused(tmp_path, capsys, seconds):
    with pytest.raises(SystemExit):
        main(["grade", str(tmp_path), "--seconds", seconds])
    assert f"{seconds!r} is no number above 0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("02_bottleneck", "not attempted", 0),
        ("homework", "not attempted", 0),
        ("01_x", "missing", 1),
    ],
)
def test_a_notebook_of_another_lesson_is_not_this_one(tmp_path, monkeypatch, name, status, code):
    needs_bubblewrap()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in" / "ada").mkdir(parents=True)
    cells = [nbformat.v4.new_code_cell("x = 1")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "in" / "ada" / f"{name}.ipynb")
    assert main(["grade", "in", "--lesson", "02"]) == code
    with (tmp_path / "grades.csv").open(newline="", encoding="utf-8") as stream:
        assert {row["status"] for row in csv.DictReader(stream)} == {status}


def handing_in(*lessons):
    return {f"student {i}": {"lessons": one} for i, one in enumerate(lessons)}


@pytest.mark.parametrize(
    ("handed", "asked", "counted"),
    [
        ([["01"], ["01", "09"]], (), ["01"]),  # one who hands in more changes nobody's total
        ([["01", "09"], ["01", "09"], ["01"]], (), ["01", "09"]),
        ([["01"], []], (), ["01"]),
        ([["01"], ["09"], ["09"]], (), ["09"]),
        ([["01"], ["01"]], ("01", "09"), ["01", "09"]),
        ([[], []], (), ["01", "09"]),
    ],
)
def test_what_counts_is_what_was_asked_or_what_most_handed_in(handed, asked, counted):
    settings = Settings(TASKS, None, True)
    assert lessons_of(handing_in(*handed), settings, asked)[0] == counted


def test_a_file_that_is_no_notebook_is_no_silent_zero():
    settings = Settings(TASKS, None, True)
    nothing = {"rows": [], "lessons": [], "unreadable": [], "notes": [], "doubts": []}
    students = {"dan": handed_in(others=["06.py", "06.pdf"])}
    rows, told = complete(students, {"dan": nothing}, settings, ["01"])
    assert {(row.status, row.detail) for row in rows} == {
        ("look at this", "06.py, 06.pdf was handed in, which is no notebook")
    }
    assert told == ["dan: no notebook, so not read: 06.py, 06.pdf."]
