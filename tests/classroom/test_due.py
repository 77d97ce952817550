"""`--due`: what came later is late, by the clock of the platform or of the file."""

import csv
import os
import time
from datetime import datetime, timedelta, timezone

import pytest
from handed_in import EXERCISES, RIGHT_HALF, RIGHT_TOTAL, needs_bubblewrap, notebook

from aelib.classroom.submissions import collect
from aelib.cli import _moment, main

WRONG_TOTAL = "def total(x_hat, x):\n    return x"
WRONG_HALF = "def half(values):\n    return values"
DUE = "2026-11-03T18:00"
BEFORE, AFTER = "2026-11-03-17-59-59", "2026-11-03-18-00-01"
CLASS = {  # Blackboard's names hold the time of each attempt
    ("early", BEFORE): (RIGHT_TOTAL, RIGHT_HALF),
    ("after", AFTER): (RIGHT_TOTAL, RIGHT_HALF),
    ("both", BEFORE): (WRONG_TOTAL, RIGHT_HALF),
    ("both", AFTER): (RIGHT_TOTAL, RIGHT_HALF),  # half was right in time
    ("other", BEFORE): (WRONG_TOTAL, RIGHT_HALF),
    ("other", AFTER): (RIGHT_TOTAL, "def half(values):\n    return 0.5 * values"),
    ("worse", BEFORE): (RIGHT_TOTAL, RIGHT_HALF),
    ("worse", AFTER): (WRONG_TOTAL, WRONG_HALF),
}
LATE = {  # student -> whether total and half are late
    "early": ("", ""), "after": ("late", "late"), "both": ("late", ""),
    "other": ("late", ""), "worse": ("", ""),
}  # fmt: skip


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    needs_bubblewrap()
    top = tmp_path_factory.mktemp("due")
    (top / "in").mkdir()
    (top / "own.py").write_text(EXERCISES)
    for (who, when), cells in CLASS.items():
        name = f"Week 9_{who}_attempt_{when}_91_lesson.ipynb"
        (top / "in" / name).write_text(notebook(*cells))
    own = ["--exercises", str(top / "own.py"), "--due", DUE]
    status = main(["grade", str(top / "in"), "-o", str(top / "g.csv"), *own])
    tables = []
    for name in ("g.csv", "g-totals.csv"):
        with (top / name).open(newline="") as stream:
            tables.append(list(csv.DictReader(stream)))
    return status, *tables


def test_each_exercise_is_late_where_only_a_late_attempt_is_as_good(graded):
    status, rows, _ = graded
    found = {(row["student"], row["exercise"]): (row["status"], row["late"]) for row in rows}
    for student, (total, half) in LATE.items():
        assert found[student, "total"] == ("ok", total), student
        assert found[student, "half"] == ("ok", half), student
    assert status == 0


def test_a_student_with_anything_late_is_late(graded):
    late = {row["student"]: row["late"] for row in graded[2]}
    assert late == {name: "late" if "late" in both else "" for name, both in LATE.items()}


def late_of(folder, due):
    found = collect(folder, due=due.timestamp()).students
    return {name: [n.late for n in student.notebooks] for name, student in found.items()}


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"])
def zone(request, monkeypatch):
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def test_a_platforms_time_is_that_of_this_machine_and_due_without_a_zone_too(tmp_path, zone):
    for who, when in (("ada", BEFORE), ("bob", AFTER)):
        (tmp_path / f"HW_{who}_attempt_{when}_91.ipynb").write_text("{}")
    assert late_of(tmp_path, _moment(DUE)) == {"ada": [False], "bob": [True]}


def test_where_a_platform_writes_utc_it_is_utc(tmp_path, zone):
    for who, when in (("ada", "2026-11-03 17:59:59.0 UTC"), ("bob", "2026-11-03 18:00:01.0 UTC")):
        folder = tmp_path / f"{who}+ps9+{when}"
        folder.mkdir()
        (folder / "91.ipynb").write_text("{}")
    assert late_of(tmp_path, _moment("2026-11-03T18:00+00:00")) == {"ada": [False], "bob": [True]}
    assert late_of(tmp_path, _moment("2026-11-03T19:00+01:00")) == {"ada": [False], "bob": [True]}


def test_else_the_time_of_the_file_counts(tmp_path, zone):
    due = _moment("2026-11-03T18:00+01:00")
    for who, seconds in (("ada", -1), ("bob", 1)):
        (tmp_path / who).mkdir()
        path = tmp_path / who / "91.ipynb"
        path.write_text("{}")
        os.utime(path, (due.timestamp() + seconds,) * 2)
    assert late_of(tmp_path, due) == {"ada": [False], "bob": [True]}


def test_canvas_knows_by_itself_who_is_late(tmp_path):
    for name in ("lovelaceada_LATE_11_901_91.ipynb", "zolabob_12_902_91.ipynb"):
        (tmp_path / name).write_text("{}")
    never = datetime.now() + timedelta(days=1)
    assert late_of(tmp_path, never) == {"lovelaceada_11": [True], "zolabob_12": [False]}


def test_a_day_lasts_until_its_end():
    assert _moment("2026-11-30") == datetime(2026, 11, 30, 23, 59, 59)
    assert _moment("2026-11-30T18:00") == datetime(2026, 11, 30, 18)
    east = timezone(timedelta(hours=1))
    assert _moment("2026-11-30T18:00+01:00") == datetime(2026, 11, 30, 18, tzinfo=east)


def test_what_is_no_time_is_refused_with_an_example(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["grade", str(tmp_path), "--due", "30.11.2026"])
    assert "'30.11.2026' is no time; write it as 2026-11-30" in capsys.readouterr().err
