"""What a learner's process can reach and hold: harmless probes only."""

import csv
import os
import py_compile
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from handed_in import needs_bubblewrap, notebook

from aelib.classroom import discreet, frames, memory, sandbox, verdicts
from aelib.classroom.grading import Options, _settings, grade
from aelib.classroom.preparation import Task
from aelib.exercises import find
from aelib.exercises.base import Answer, prepare

OWN = """
from aelib.exercises.base import Exercise, Mistake

def echo(values):
    return values.sum()

def share(part, whole):
    return part / whole

def numbers(rng):
    return [(float(rng.uniform(3, 9)), int(rng.integers(100, 900))) for _ in range(2)]

EXERCISES = [
    Exercise("echo", "93", 5, 1, echo, lambda rng: [(rng.random(3),), (rng.random(4),)],
             ("Add up.", "", ""), ()),
    Exercise("share", "93", 5, 1, share, numbers, ("Divide.", "", ""),
             (Mistake(lambda part, whole: whole / part, "turn it round"),)),
]
"""
PROBES = {
    # four processes of 120 MB each are more than the 300 MB that all may have together
    "children": "import os, time\ndef echo(values):\n    for _ in range(4):\n"
    "        if os.fork() == 0:\n            block = bytearray(120 << 20)\n"
    "            block[::4096] = b'x' * len(block[::4096])\n            time.sleep(20)\n"
    "    time.sleep(4)\n    return values.sum()",
    "segment": "import ctypes\ndef echo(values):\n    libc = ctypes.CDLL(None)\n"
    "    return values.sum() if libc.shmget(0, 1 << 20, 0o1600) == -1 else 0.0",
    "in memory": "import os\ndef echo(values):\n    try:\n        os.memfd_create('x')\n"
    "    except PermissionError:\n        return values.sum()\n    return 0.0",
    "namespace": "import ctypes\ndef echo(values):\n    libc = ctypes.CDLL(None)\n"
    "    return values.sum() if libc.unshare(0x10000000) == -1 else 0.0",
    "neighbour": "import gc\nMARK = 'words of ' + 'this student'\ndef echo(values):\n"
    "    frames = [o for o in gc.get_objects() if isinstance(o, str) and 'words of' in o]\n"
    "    return values.sum() + sum(o != MARK for o in frames)",
}

# Ways to carry the inputs of a case out into the feedback.
CARRIERS = {
    "raised": "def share(part, whole):\n    raise ValueError(repr((part, whole)))",
    "raised as a usual error":
        "def share(part, whole):\n    raise IndexError(f'index {whole} is out of bounds for '\n"
        "        f'dimension 0 with size {whole}')",
    "a name": "def share(part, whole):\n    raise NameError(f\"name 'x{whole}' is not defined\")",
    "a part of a name": "digits = x123456789123456789 = 0\ndef share(part, whole):\n"
        "    raise NameError(f\"name '{str(whole)[:1]}' is not defined\")",
    "after a usual error": "def share(part, whole):\n"
        "    raise RecursionError(f'maximum recursion depth exceeded {whole}')",
    "returned": "def share(part, whole):\n    return float(whole)",
    "a factor": "def share(part, whole):\n"
        "    share.one = getattr(share, 'one', whole)\n    return part / whole * share.one",
    "an amount": "def share(part, whole):\n"
        "    share.one = getattr(share, 'one', whole)\n    return part / whole + share.one",
    "a text": "def share(part, whole):\n    return f'{part} {whole}'",
    "a shape": "import numpy as np\ndef share(part, whole):\n    return np.zeros(whole)",
    "a key": "def share(part, whole):\n    return {str(whole): 1.0, 'b': 2.0}",
    "a key of nothing": "def share(part, whole):\n    return {str(whole): None}",
    "a class": "def share(part, whole):\n    return type(f'x{whole}', (), {})()",
    "a definition": "import sys\ndef leak():\n    frame = sys._getframe()\n"
        "    while frame:\n        if 'arrays' in frame.f_locals:\n"
        "            raise ValueError(repr(frame.f_locals))\n        frame = frame.f_back\n"
        "def share(part, whole, it=leak()):\n    return 1.0",
    "a list": "def share(part, whole):\n    return [part, whole]",
}  # fmt: skip


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    needs_bubblewrap()
    top = tmp_path_factory.mktemp("probes")
    for student, cell in (PROBES | CARRIERS).items():
        (top / "in" / student).mkdir(parents=True)
        (top / "in" / student / "93.ipynb").write_text(notebook(cell))
    (top / "own.py").write_text(OWN)
    options = Options(
        *(top / "in", top / "g.csv", top / "own.py"), feedback=top / "f", memory=300, jobs=1
    )
    grade(options)
    with (top / "g.csv").open(newline="") as stream:
        found = {(row["student"], row["exercise"]): row for row in csv.DictReader(stream)}
    return top, found


def test_memory_is_limited_for_all_processes_together(graded):
    assert graded[1]["children", "echo"]["status"] == "out of memory"


@pytest.mark.parametrize("probe", ["segment", "in memory", "namespace", "neighbour"])
def test_what_no_exercise_needs_is_refused(graded, probe):
    row = graded[1][probe, "echo"]
    assert row["status"] == "ok", row["detail"]


@pytest.mark.parametrize("carrier", CARRIERS)
def test_no_input_of_a_case_reaches_a_student(graded, carrier):
    top, rows = graded
    assert rows[carrier, "share"]["status"] in ("wrong", "error", "look at this")
    text = (top / "f" / f"{carrier}.md").read_text().partition("## share")[2]
    told = text.partition("Hint:")[0].partition("\n\n")[2]
    quoted = " ".join(re.findall(r"`[^`]*`", told.replace("\\", "")))  # its own line
    assert {*re.findall(r"\d+", quoted)} <= {*re.findall(r"\d+", CARRIERS[carrier])}
    said = re.sub(r"`[^`]*`", "", told.replace("\\", ""))
    assert not [number for number in re.findall(r"\d+", said) if int(number) > 2], told
    assert re.search(r"(wrong|it|its|too|right)\b", told.lower()), "something is said all the same"


def test_the_one_who_teaches_sees_what_a_function_said(graded):
    rows = graded[1]
    assert "ValueError: (" in rows["raised", "share"]["detail"]
    assert "it returns a text" in rows["a text", "share"]["detail"]


def task(name):
    """An exercise of the course as the grader sees it."""
    exercise = find(name)
    prepared = prepare(exercise, 7)
    return Task(name, exercise.lesson, 1, "", exercise.tolerance, prepared, {}, (), 0)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("it stopped with NameError: name 'np' is not defined",) * 2,
        ("it stopped with NameError: name 'x0_51' is not defined", "it stopped with NameError"),
        ("it stopped at `return np.x` with KeyError: 0.5",
         "it stopped at `return np.x` with KeyError"),
        ("it stopped at `0.5` with Leak: 0.5", "it stopped with an error of its own"),
        ("it stopped with AttributeError: 'Tensor' object has no attribute 'x'",) * 2,
        ("it stopped with RuntimeError: mat1 and mat2 shapes cannot be multiplied (5x2 and 2x5)",)
        * 2,
        ("it stopped with RuntimeError: mat1 and mat2 shapes cannot be multiplied (51x2 and 2x5)",
         "it stopped with RuntimeError"),
        ("it should take 2 arguments: mu, logvar",) * 2,
        ("it should take 0.123 0.456", "it brings nothing that can be compared"),
        ("it returns nothing; write return in front of the result",) * 2,
        ("it returned x051, which is not a tensor, an array or a number",
         "it returned something, which cannot be compared"),
        ("its own definition stopped with ValueError: 0.51",
         "its own definition stopped with ValueError"),
        ("0.123 0.456", "it brings nothing that can be compared"),
    ],
)  # fmt: skip
def test_of_an_error_only_fixed_words_are_told(error, told):
    way = {"statements": ["def f(x):\n    return np.x"]}
    assert discreet.of_error(error, way, task("kl_of_each")) == told


@pytest.mark.parametrize(
    ("name", "sentence", "told"),
    [
        ("kl_of_each", "wrong for {case} at [2]: expected 0.51, got 0.52", "wrong for {case}"),
        ("kl_of_each", "too large by the factor 1.23 everywhere",
         "too large by one factor everywhere"),
        ("kl_of_each", "its result has shape (3, 1) for {case}; it should have shape (3,)", ""),
        ("kl_of_each", "its result has shape (51, 1) for {case}; it should have shape (3,)",
         "its result has another shape for {case}; it should have shape (3,)"),
        ("kl_of_each", "the -1 is missing: standard dice must cost nothing", ""),
        ("in_our_nats", "wrong for {case}: expected 5, got 6", "wrong for one of the cases"),
        ("one_nat", "-3 is not it", ""),
    ],
)  # fmt: skip
def test_of_a_diagnosis_no_number_of_a_case_is_told(name, sentence, told):
    case = task(name).prepared.descriptions[0]
    given = discreet.of_sentence(sentence.format(case=case), task(name))
    assert given == (told or sentence).format(case=case)


def test_whatever_is_sent_only_costs_its_own_mark():
    """A process that writes its own message can say what it likes of what it could not run."""
    way = {"statements": ["x = 1"], "cells": [1], "target": "x"}
    one = task("one_nat")
    message, arrays = frames.pack_answers([Answer(error="it stopped with KeyError")], 100)
    for skipped in ([[99, "why"]], {"a": 1}, [[float("inf"), ""]], [["x", ""]], "x", [[]], 3):
        stream = BytesIO()
        frames.write(stream, {**message, "skipped": skipped}, arrays)
        verdict = verdicts.of_message(one, "done", stream.getvalue(), way)
        assert verdict.status in ("error", "look at this")
        assert "99" not in verdict.told


def test_the_process_that_grades_goes_without_torch():
    """Torch takes 180 MB and two seconds; only the sandbox and the preparation need it."""
    code = "import sys, aelib.classroom.grading; print('torch' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


# A teacher's own file

SECRET = "the teacher's own"


@pytest.mark.parametrize("where", ["shown", "under two names", "through a link", "of the system"])
def test_an_own_file_is_never_readable_wherever_it_lies(tmp_path, monkeypatch, where):
    needs_bubblewrap()
    folder = tmp_path / "packages"
    (folder / "deep").mkdir(parents=True)
    for name in ("mine.py", "beside.py"):
        (folder / "deep" / name).write_text(f"SECRET = {SECRET!r}  # {name}")
    (tmp_path / "link").symlink_to(folder)
    (tmp_path / "mine.py").symlink_to(folder / "deep" / "mine.py")
    names = {"under two names": [folder, tmp_path / "link"], "of the system": []}.get(where)
    shown = [folder] if names is None else names
    usual = sandbox._visible()
    monkeypatch.setattr(sandbox, "_visible", lambda: [*usual, *shown])
    if where == "of the system":
        monkeypatch.setattr(sandbox, "_SYSTEM", (*sandbox._SYSTEM, str(folder)))
    given = tmp_path / "mine.py" if where == "through a link" else folder / "deep" / "mine.py"
    hidden = _settings(Options(tmp_path, exercises=given), []).hidden
    command = ["sh", "-c", f"cat {folder}/deep/* {tmp_path}/link/deep/* {tmp_path}/mine.py"]
    run = subprocess.run([*sandbox._bwrap(hidden), *command], capture_output=True, text=True)
    assert "# beside.py" in run.stdout, "else this shows nothing"
    assert "# mine.py" not in run.stdout


def test_its_compiled_copy_is_not_readable_either(tmp_path, monkeypatch):
    needs_bubblewrap()
    (tmp_path / "mine.py").write_text(f"SECRET = {SECRET!r}")
    copy = py_compile.compile(tmp_path / "mine.py")
    monkeypatch.setattr(sandbox, "_visible", lambda: [tmp_path])
    own = Options(tmp_path, exercises=tmp_path / "mine.py")
    found = []
    for hidden in ((), _settings(own, []).hidden):
        command = [*sandbox._bwrap(hidden), "cat", str(copy)]
        found.append(SECRET.encode() in subprocess.run(command, capture_output=True).stdout)
    assert found == [True, False]


# Control groups


def test_a_group_is_made_as_version_2_wants_it(tmp_path, monkeypatch):
    """The files are those of the kernel; it was tried in one of version 6.1 by hand."""

    def mkdir(path):  # the kernel fills a new group
        os.mkdir(path)  # noqa: PTH102
        (path / "memory.max").write_text("max")
        (path / "memory.current").write_text("1000")
        (path / "cgroup.procs").write_text("")

    (tmp_path / "cgroup.subtree_control").write_text("cpu pids")
    monkeypatch.setattr(Path, "mkdir", mkdir)
    group = memory.Group(tmp_path)
    assert (tmp_path / "cgroup.subtree_control").read_text() == "+memory"
    group.allow(500)
    assert (group._path / "memory.max").read_text() == "1500"
    script = 'cat "$0"; echo $$'
    line = group.within(["sh", "-c", script, str(group._path / "cgroup.procs")])
    listed, own = subprocess.run(line, capture_output=True, text=True, check=True).stdout.split()
    assert listed == own, "it is in the group before it does anything"


def test_where_no_group_limits_memory_none_is_used(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "_candidates", lambda: iter([tmp_path, tmp_path / "none"]))
    memory.home_of_groups.cache_clear()
    try:
        assert memory.new_group() is None
        assert "counted 20 times a second" in sandbox.memory_in_words(1024, trusted=False)
    finally:
        memory.home_of_groups.cache_clear()
    assert list(tmp_path.iterdir()) == []
