"""A class with everything that can go wrong, graded in the real sandbox with limits of 2 s."""

import contextlib
import csv
import errno
import os
import re
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import ClassVar

import pytest
from handed_in import CLASS, EXERCISES, PLAIN, RIGHT_HALF, needs_bubblewrap, notebook, write_class

from aelib.classroom import grading, sandbox
from aelib.classroom.grading import Options, grade
from aelib.classroom.marking import TOO_LONG, Desk
from aelib.cli import main


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Folder with grades.csv and feedback, exit status, rows by (student, exercise)."""
    needs_bubblewrap()
    top = tmp_path_factory.mktemp("class")
    write_class(top / "in")
    (top / "in" / "absent").mkdir()
    (top / "in" / "linked").mkdir()
    (top / "in" / "linked" / "91.ipynb").symlink_to(top / "in" / "right" / "91_lesson.ipynb")
    (top / "own.py").write_text(EXERCISES)
    options = ["-o", "grades.csv", "--exercises", "own.py", "--feedback", "feedback"]
    with contextlib.chdir(top):
        status = main(["grade", "in", *options, "--seconds", "2", "--memory", "1001"])
    with (top / "grades.csv").open(newline="", encoding="utf-8") as stream:
        rows = {(row["student"], row["exercise"]): row for row in csv.DictReader(stream)}
    return top, status, rows


@pytest.mark.parametrize("student", CLASS)
def test_each_is_judged_as_they_should(graded, student):
    _, _, rows = graded
    row = rows[student, "total"]
    assert row["status"] == CLASS[student][1], row["detail"]
    assert (row["score"], row["max"]) == ("2" if row["status"] == "ok" else "0", "2")


@pytest.mark.parametrize("student", CLASS)
def test_only_the_guilty_exercise_is_lost(graded, student):
    _, _, rows = graded
    lost = CLASS[student][1] == "unreadable"
    assert rows[student, "half"]["status"] == ("unreadable" if lost else "ok")


def test_every_student_has_a_row_for_every_exercise(graded):
    _, _, rows = graded
    assert set(rows) == {(s, e) for s in [*CLASS, "absent", "linked"] for e in ("total", "half")}


def test_nothing_handed_in_is_missing_and_a_link_is_not_followed(graded):
    _, _, rows = graded
    assert rows["absent", "total"]["status"] == "missing"
    assert rows["linked", "total"]["status"] == "unreadable"
    assert "link" in rows["linked", "total"]["detail"]


def test_details_say_what_is_wrong(graded):
    _, _, rows = graded
    details = {student: rows[student, "total"]["detail"] for student in CLASS}
    assert details["mean"] == "you took the mean"
    assert "ValueError: =cmd|x" in details["raises"]
    assert "NameError: name 'np' is not defined" in details["lacks_import"]
    assert (
        "it is imported (`from aelib import squared_error as total`), not written"
        in (details["renames_library"])
    )
    assert "SyntaxError in its line" in details["broken_total"]
    assert "(3, 5)" in details["raises"] or "(1, 5)" in details["raises"]
    assert "loop that never ends" in details["loops"]
    assert "shape (1000000, 1000000)" in details["huge"]
    assert details["not_json"].startswith("not a notebook")


def test_the_exit_status_tells_that_some_could_not_be_graded(graded):
    assert graded[1] == 1


def test_no_process_is_left(graded):
    running = [p.name for p in Path("/proc").iterdir() if p.name.isdigit()]
    for pid in running:
        try:
            words = Path(f"/proc/{pid}/cmdline").read_text()
        except OSError:
            continue
        assert f'"memory": {1001 << 20}' not in words


def test_the_class_is_drawn_and_everybody_gets_feedback_without_solutions(graded):
    top, _, rows = graded
    assert (top / "grades.png").read_bytes().startswith(b"\x89PNG")
    feedback = {path.stem: path.read_text() for path in (top / "feedback").glob("*.md")}
    assert set(feedback) == {student for student, _ in rows}
    assert "you took the mean" in feedback["mean"]
    assert "Hint: Nudge." in feedback["mean"]
    assert "1 of 3 points" in feedback["mean"]
    assert "3 of 3 points" in feedback["right"]
    for text in feedback.values():
        assert "SOLUTION" not in text
        assert "values / 2" not in text


# --- what a submission sees -------------------------------------------------------------------

SPYING = """
from aelib.exercises.base import Exercise

def spy(secret, port):
    return "nothing"

EXERCISES = [Exercise("spy", "92", 5, 1, spy, lambda rng: [({secret!r}, {port})], ("",) * 3, ())]
"""
SPY = """
def spy(secret, port):
    import ctypes, os, socket, subprocess
    seen = []
    def look(name, what):
        try:
            result = what()
            if result:
                seen.append(f"{name}: {result}")
        except (OSError, subprocess.SubprocessError):
            pass
    home = os.path.dirname(secret)
    look("secret", lambda: open(secret).read())
    look("home", lambda: [n for n in os.listdir(home) if n])
    look("root", lambda: [n for n in os.listdir("/root") if not n.startswith(".pyenv")])
    look("passwords", lambda: open("/etc/shadow").read())
    look("network", lambda: socket.create_connection(("127.0.0.1", port), 1))
    look("processes", lambda: os.listdir("/proc"))
    look("parent", lambda: os.getppid())
    look("root user", lambda: os.getuid() == 0)
    look("left files", lambda: os.listdir(os.environ["TMPDIR"]) + os.listdir("/dev/shm"))
    look("writable", lambda: [p for p in ("/", "/usr", os.path.dirname(os.__file__), "/etc")
                              if os.access(p, os.W_OK)])
    look("program", lambda: open("/usr/x", "w"))
    look("descriptors", lambda: sum(is_open(fd) for fd in range(3, 64)) > 2)  # its pipes
    look("environment", lambda: [n for n in os.environ if "CI" in n or "TOKEN" in n])
    look("signals", lambda: os.kill(-1, 9) or "sent")
    look("mounts", lambda: ctypes.CDLL(None).umount2(b"/proc", 2) == 0)
    for folder in (os.environ["TMPDIR"], "/dev/shm"):
        with open(folder + "/left", "w") as file:
            file.write("for the next")
    return "; ".join(seen) or "nothing"

def is_open(fd):
    import os
    try:
        os.fstat(fd)
        return True
    except OSError:
        return False
"""


@pytest.mark.parametrize("namespaces", [True, False], ids=["namespaces", "one sandbox each"])
def test_a_submission_sees_nothing_of_the_teacher_and_of_others(tmp_path, monkeypatch, namespaces):
    needs_bubblewrap()
    monkeypatch.setattr(sandbox, "_NAMESPACES", namespaces)
    shared = () if namespaces else ("processes", "parent", "signals")  # with its guard
    spy = "\n".join(
        line for line in SPY.splitlines() if not any(f'look("{name}' in line for name in shared)
    )
    for student in ("first", "second"):
        (tmp_path / "in" / student).mkdir(parents=True)
        (tmp_path / "in" / student / "92.ipynb").write_text(notebook(spy))
    (tmp_path / "secret").write_text("42")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        own = SPYING.format(secret=str(tmp_path / "secret"), port=port)
        (tmp_path / "own.py").write_text(own)
        options = Options(
            tmp_path / "in", tmp_path / "out.csv", tmp_path / "own.py", seconds=2, jobs=1
        )
        assert grade(options) == 0
    with (tmp_path / "out.csv").open() as stream:
        rows = [(row["status"], row["detail"]) for row in csv.DictReader(stream)]
    assert rows == [("ok", "right")] * 2


# --- going on, and going without --------------------------------------------------------------


def small_class(folder, names):
    folder.mkdir()
    for name in names:
        (folder / f"{name}.ipynb").write_text(notebook(RIGHT_HALF))
    (folder.parent / "own.py").write_text(PLAIN)
    own, output = str(folder.parent / "own.py"), str(folder.parent / "g.csv")
    return ["grade", str(folder), "-o", output, "--exercises", own, "--jobs", "1", "--trusted"]


class QuickDesk(Desk):
    """Marks without a worker, and notes whom."""

    marked: ClassVar[list[str]] = []

    def mark(self, student, handed_in):
        self.marked.append(student)
        row = {"student": student, "notebook": "n", "exercise": "half", "score": 1.0, "max": 1.0}
        rows = [{**row, "status": "ok", "detail": handed_in.notebooks[0].read().decode()}]
        return {"rows": rows, "lessons": ["91"], "unreadable": [], "notes": [], "doubts": []}


@pytest.fixture
def marked(monkeypatch):
    monkeypatch.setattr(grading, "Desk", QuickDesk)
    QuickDesk.marked = []
    return QuickDesk.marked


def test_who_is_graded_is_skipped_until_the_file_or_the_seed_changes(tmp_path, capsys, marked):
    words = small_class(tmp_path / "in", "ab")
    assert main(words) == main(words) == 0
    assert sorted(marked) == ["a", "b"]
    assert "2 of 2 students have been graded before" in capsys.readouterr().out
    (tmp_path / "in" / "a.ipynb").write_text("new")
    assert main(words) == 0
    assert sorted(marked) == ["a", "a", "b"]
    assert b"a,n,half,1,1,ok,new" in (tmp_path / "g.csv").read_bytes()
    assert main([*words, "--seed", "2"]) == 0
    assert sorted(marked) == ["a", "a", "a", "b", "b"]


def test_notebooks_beyond_the_most_are_named_and_cost_the_exit_status(tmp_path, capsys, marked):
    words = small_class(tmp_path / "in", "a")
    (tmp_path / "in" / "b").mkdir()
    for k in range(52):
        path = tmp_path / "in" / "b" / f"91_{k:02}.ipynb"
        path.write_text(notebook(RIGHT_HALF))
        os.utime(path, (1000, 1000))
    assert main(words) == 1
    said = capsys.readouterr().out
    assert "b: too many notebooks, so not read: 91_00.ipynb, 91_01.ipynb." in said
    assert "b: not all that was handed in could be graded." in said


@pytest.mark.parametrize("place", ["Tutor Mueller", "HW6.zip", "Ada_1_assignsubmission_file_"])
def test_two_names_on_one_lesson_are_told_unless_a_platform_knows_better(tmp_path, capsys, place):
    words = small_class(tmp_path / "in", "c")
    if place.endswith(".zip"):
        with zipfile.ZipFile(tmp_path / "in" / place, "w") as archive:
            for name in ("ada.ipynb", "bob.ipynb"):
                archive.writestr(name, notebook(RIGHT_HALF))
    else:
        (tmp_path / "in" / place).mkdir()
        for name in ("ada.ipynb", "bob.ipynb"):
            (tmp_path / "in" / place / name).write_text(notebook(RIGHT_HALF))
    known = "_assignsubmission_" in place
    assert main(words) == (0 if known else 1)
    said = capsys.readouterr().out
    told = re.search(r"\w+\.ipynb and \w+\.ipynb are of lesson 91: .* two students\?", said)
    assert bool(told) != known


def test_exercises_that_nobody_had_time_to_judge_cost_the_exit_status(
    tmp_path, marked, monkeypatch
):
    words = small_class(tmp_path / "in", "a")
    mark = QuickDesk.mark

    def slowly(*given):
        result = mark(*given)
        result["rows"][0] |= {"status": "look at this", "detail": TOO_LONG}
        return result

    monkeypatch.setattr(QuickDesk, "mark", slowly)
    assert main(words) == 1


def test_ctrl_c_keeps_what_is_finished(tmp_path, capsys, marked, monkeypatch):
    words = small_class(tmp_path / "in", "abc")

    def mark(self, student, handed_in):
        if student == "c":
            raise KeyboardInterrupt
        return real(self, student, handed_in)

    real = QuickDesk.mark
    monkeypatch.setattr(QuickDesk, "mark", mark)
    assert main(words) == 130
    assert "The same command goes on" in capsys.readouterr().err
    monkeypatch.setattr(QuickDesk, "mark", real)
    assert main(words) == 0
    assert sorted(marked) == ["a", "b", "c"]


def test_lessons_are_told_by_what_is_defined_and_the_best_attempt_counts(tmp_path, capsys):
    words = small_class(tmp_path / "in", [])
    other = EXERCISES.replace('"half", "91"', '"half", "92"')
    (tmp_path / "own.py").write_text(other)
    both = {
        "91_a.ipynb": "def total(x_hat, x):\n    return ((x_hat - x) ** 2).sum(dim=1)",
        "renamed.ipynb": RIGHT_HALF,
        "notes.ipynb": "x = 1",
    }
    wrong, right = "def half(values):\n    return values", RIGHT_HALF
    twice = {"my-1.ipynb": wrong, "my.ipynb": right}
    for student, files in {"both": both, "twice": twice}.items():
        (tmp_path / "in" / student).mkdir()
        for name, cell in files.items():
            path = tmp_path / "in" / student / name
            path.write_text(notebook("import torch", cell))
            os.utime(path, (1000, 1000))
    assert main([*words, "--lesson", "91", "--lesson", "92"]) == 0
    with (tmp_path / "g.csv").open() as stream:
        rows = [(r["student"], r["notebook"], r["status"]) for r in csv.DictReader(stream)]
    assert rows == [
        ("both", "91_a.ipynb", "ok"),
        ("both", "renamed.ipynb", "ok"),
        ("twice", "", "missing"),
        ("twice", "my.ipynb", "ok"),
    ]
    said = capsys.readouterr().out
    assert "Graded: lesson 91, 92, as asked." in said
    assert "twice: lesson 92 came 2 times: each exercise takes the best of my.ipynb, my-1" in said
    assert "both: notes.ipynb holds no exercise of this run." in said
    assert main(words) == 1  # nobody asked for lesson 91, and notes.ipynb is left aside
    with (tmp_path / "g.csv").open() as stream:
        assert [r["exercise"] for r in csv.DictReader(stream)] == ["half", "half"]
    assert "Lesson 91 came from few and does not count" in capsys.readouterr().out


def test_a_killed_run_loses_no_finished_student(tmp_path, capsys):
    words = small_class(tmp_path / "in", "abcdef")
    slow = "import time\ndef half(values):\n    time.sleep(0.3)\n    return values / 2"
    for path in (tmp_path / "in").iterdir():
        path.write_text(notebook(slow))
    command = [sys.executable, "-m", "aelib", *words]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    journal = tmp_path / "g.csv.journal"
    deadline = time.monotonic() + 60
    while not (journal.exists() and journal.read_text().count("\n") >= 2):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    assert not (tmp_path / "g.csv").exists()
    with journal.open("a") as stream:  # as a power cut leaves it
        stream.write('{"run": "half a li')
    assert main(words) == 0
    assert " of 6 students have been graded before" in capsys.readouterr().out
    with (tmp_path / "g.csv").open() as stream:
        assert [row["status"] for row in csv.DictReader(stream) if row["exercise"] == "half"] == [
            "ok"
        ] * 6


def test_a_full_disk_keeps_who_was_finished(tmp_path, capsys, marked, monkeypatch):
    words = small_class(tmp_path / "in", "abc")
    real, calls = os.fsync, []

    def full_at_the_third(handle):
        calls.append(handle)
        if len(calls) == 3:  # the journal's beginning, one student, and now
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full_at_the_third)
    assert main(words) == 2
    assert "No space left on device). What was graded before is kept" in capsys.readouterr().err
    monkeypatch.setattr(os, "fsync", real)
    assert main(words) == 0
    assert "of 3 students have been graded before" in capsys.readouterr().out


def test_a_place_that_cannot_be_written_is_named(tmp_path, capsys, marked):
    words = small_class(tmp_path / "in", "a")
    (tmp_path / "file").touch()
    assert main([*words, "-o", str(tmp_path / "file" / "grades.csv")]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"Cannot write to {tmp_path / 'file'} (")
    assert marked == []


def test_two_runs_do_not_write_to_one_file(tmp_path, capsys):
    from aelib.classroom.journal import Journal

    words = small_class(tmp_path / "in", "a")
    with Journal(tmp_path / "g.csv.journal", "run"):
        assert main(words) == 2
    assert "Another `aelib grade`" in capsys.readouterr().err


def test_without_bubblewrap_it_refuses_and_says_what_to_do(tmp_path, monkeypatch, capsys):
    words = small_class(tmp_path / "in", "a")[:-1]
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(words) == 2
    said = capsys.readouterr().err
    assert "apt install bubblewrap" in said
    assert "--trusted" in said


def test_a_bubblewrap_that_may_not_work_is_reported_with_the_cure(tmp_path, monkeypatch, capsys):
    words = small_class(tmp_path / "in", "a")[:-1]
    (tmp_path / "bwrap").write_text("#!/bin/sh\necho 'bwrap: No permissions' >&2\nexit 1\n")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert main(words) == 2
    said = capsys.readouterr().err
    assert "bwrap: No permissions" in said
    assert "user namespaces" in said


HARMFUL = ("right", "mean", "loops", "exits_hard", "eats_memory", "leaves_children")


def test_trusted_keeps_the_limits(tmp_path):
    write_class(tmp_path / "in", {name: CLASS[name] for name in HARMFUL})
    (tmp_path / "own.py").write_text(EXERCISES)
    options = Options(
        *(tmp_path / "in", tmp_path / "g.csv", tmp_path / "own.py"),
        **{"seconds": 2, "jobs": 1, "trusted": True},
    )
    assert grade(options) == 0
    with (tmp_path / "g.csv").open() as stream:
        rows = {(row["student"], row["exercise"]): row["status"] for row in csv.DictReader(stream)}
    for name in HARMFUL:
        assert rows[name, "total"] == CLASS[name][1]
        assert rows[name, "half"] == "ok"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import nothing_there", "stops with ModuleNotFoundError"),
        ("EXERCISES = []", "has no list EXERCISES"),
        (PLAIN.replace("return values / 2", "return"), "reference of half is not right"),
        (f"{PLAIN}\nEXERCISES += [replace(EXERCISES[0])]", "Two exercises have the name 'half'"),
    ],
    ids=["import", "none", "reference", "twice"],
)
def test_exercises_that_cannot_be_used_are_named(tmp_path, capsys, text, said):
    words = small_class(tmp_path / "in", "a")
    (tmp_path / "own.py").write_text(f"from dataclasses import replace\n{text}")
    assert main(words) == 2
    assert said in capsys.readouterr().err


def test_a_part_of_the_courses_exercises_can_be_chosen(tmp_path):
    words = small_class(tmp_path / "in", "a")
    some = "from aelib.exercises.lesson_06 import EXERCISES as ALL\n\nEXERCISES = ALL[:2]\n"
    (tmp_path / "own.py").write_text(some)
    assert main(words) == 0
    with (tmp_path / "g.csv").open() as stream:
        assert [row["exercise"] for row in csv.DictReader(stream)] == ["draw_code", "kl_of_each"]
