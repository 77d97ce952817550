"""What the teacher and the learners get to read."""

import csv
from types import SimpleNamespace

import pytest

from aelib.classroom import report
from aelib.classroom.marking import Row
from aelib.classroom.verdicts import STATUSES

HINTS = {"half": SimpleNamespace(hint="Divide."), "total": SimpleNamespace(hint="Add up.")}


def row(student="ada", exercise="half", status="wrong", detail="too large", score=0.0, most=1.0):
    return Row(student, "06.ipynb", exercise, score, most, status, detail)


def test_the_columns_are_those_that_were_promised(tmp_path):
    report.write_grades(tmp_path / "g.csv", [row(status="ok", score=1.0, detail="right")])
    assert (tmp_path / "g.csv").read_text() == (
        "student,notebook,exercise,score,max,status,detail,cases,late\n"
        "ada,06.ipynb,half,1,1,ok,right,,\n"
    )


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", '=HYPERLINK("x")'])
def test_no_cell_is_a_formula(tmp_path, text):
    report.write_grades(tmp_path / "g.csv", [row(student=text, detail=text)])
    with (tmp_path / "g.csv").open(newline="") as stream:
        (read,) = csv.DictReader(stream)
    assert read["student"] == read["detail"] == f"'{text}"


def test_the_summary_counts_statuses_and_names_the_mistakes():
    rows = [row(f"s{i}") for i in range(3)] + [row("s9", status="ok"), row("s8", "total", "error")]
    assert report.summary(rows, ["ada: late."]).splitlines() == [
        "5 students, 2 exercises.",
        "",
        "exercise ok wrong error",
        "half      1     3     0",
        "total     0     0     1",
        "",
        "Most frequent mistakes:",
        "   3 x half: too large",
        "   1 x total: too large",
        "",
        "ada: late.",
    ]


def test_the_picture_has_a_look_for_every_status(tmp_path):
    assert set(report._LOOKS) == set(STATUSES)
    report.draw(tmp_path / "g.png", [row(status=status) for status in STATUSES])
    assert (tmp_path / "g.png").read_bytes().startswith(b"\x89PNG")


def test_feedback_tells_the_diagnosis_and_the_first_hint(tmp_path):
    rows = [row(), row(exercise="total", status="ok", score=2.0, most=2.0, detail="right")]
    assert report.feedback("ada", rows, HINTS) == (
        "# ada\n\n2 of 3 points.\n\n"
        "## half: 0 of 1\n\nWrong: too large.\n\nHint: Divide.\n\n"
        "## total: 2 of 2\n\nRight.\n\n"
        "Graded from 06.ipynb.\n"
    )


def test_nothing_that_a_learner_wrote_is_markup():
    text = report.feedback("a", [row(detail="<img src=x> [a](b) `c`")], HINTS)
    assert r"\<img src=x\> \[a\](b) \`c\`" in text


def test_every_student_gets_a_file_inside_the_folder(tmp_path):
    students = ["../../x", "a/b", "a:b", "A_B", "...", "é" * 300]
    report.write_feedback(tmp_path / "out", [row(student) for student in students], HINTS)
    assert len(list((tmp_path / "out").glob("*.md"))) == len(students)
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]
