"""What a class hands in: notebooks that are right, wrong, broken and hostile."""

import json
import os
import shutil

import pytest

# The teacher's own file. It never enters the sandbox.
EXERCISES = """
import torch
from aelib.exercises.base import Exercise, Mistake

SECRET = "the teacher's own"

def total(x_hat, x):
    return ((x_hat - x) ** 2).sum(dim=1)

def half(values):
    return values / 2

def pair(rng):
    return [tuple(torch.from_numpy(rng.random((n, 5))).float() for _ in range(2)) for n in (1, 3)]

EXERCISES = [
    Exercise("total", "91", 5, 2, total, pair, ("Nudge.", "Push.", "SOLUTION"),
             (Mistake(lambda x_hat, x: ((x_hat - x) ** 2).mean(dim=1), "you took the mean"),)),
    Exercise("half", "91", 5, 1, half, lambda rng: [(rng.random(3),), (rng.random((2, 4)),)],
             ("Divide.", "By two.", "SOLUTION"), ()),
]
"""

# Without torch, where that does not matter: twice as quick to prepare.
PLAIN = """
from aelib.exercises.base import Exercise

def half(values):
    return values / 2

EXERCISES = [Exercise("half", "91", 5, 1, half, lambda rng: [(rng.random(3),)], ("",) * 3, ())]
"""

RIGHT_TOTAL = "def total(x_hat, x):\n    return ((x_hat - x) ** 2).sum(dim=1)"
RIGHT_HALF = "def half(values):\n    return values / 2"


def notebook(*sources, metadata=True, outputs=()):
    """A notebook of code cells; without metadata as other editors leave it."""
    cells = [{"cell_type": "code", "source": source} for source in sources]
    if metadata:
        cells = [{**c, "metadata": {}, "outputs": list(outputs), "id": "a"} for c in cells]
    book = {"cells": [{"cell_type": "markdown", "source": "# Lesson"}, *cells]}
    if metadata:
        book |= {"metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book)


def total(*body, start=""):
    """A notebook whose `total` has this body, and whose `half` is right."""
    lines = "\n    ".join(body)
    return notebook(
        "import os, time, torch", f"{start}\ndef total(x_hat, x):\n    {lines}", RIGHT_HALF
    )


SAID_RIGHT = [{"output_type": "stream", "name": "stdout", "text": ["total: right.\n"]}]
REAL = "return ((x_hat - x) ** 2).sum(dim=1)"

# student -> notebook, status of total (status of half is ok unless given)
CLASS = {
    "right": (notebook("import torch", RIGHT_TOTAL, RIGHT_HALF), "ok"),
    "mean": (total("return ((x_hat - x) ** 2).mean(dim=1)"), "wrong"),
    "stub": (notebook("def total(x_hat, x):\n    return None  # your code", RIGHT_HALF),
             "not attempted"),
    "deleted": (notebook(RIGHT_HALF), "not attempted"),
    "raises": (total("raise ValueError('=cmd|x')"), "error"),
    "prints": (total("for _ in range(10**5): print('x' * 100)", REAL), "ok"),
    # loops, exits, memory
    "loops": (total("while True: pass"), "timed out"),
    "loops_and_catches": (
        total("while True:", "    try:", "        while True: pass", "    except BaseException:",
              "        pass"), "timed out"),
    "sleeps": (total("time.sleep(100)"), "timed out"),
    "ignores_signals": (
        total("import signal", "for s in range(1, 32):", "    try: signal.signal(s, lambda *a: 0)",
              "    except Exception: pass", "while True: pass"), "timed out"),
    "exits": (total("raise SystemExit"), "error"),
    "exits_hard": (total("os._exit(0)"), "crashed"),
    "faults": (total("import ctypes", "ctypes.string_at(0)"), "crashed"),
    "eats_memory": (total("return torch.ones(10**5, 10**5)"), "out of memory"),
    "eats_lists": (total("return [0] * 10**9"), "out of memory"),
    "recurses": (total("return total(x_hat, x)"), "error"),
    "huge": (total("return torch.zeros(1, 1).expand(10**6, 10**6)"), "wrong"),
    "object": (total("return object()"), "error"),
    # processes
    "forks": (total("while True: os.fork()"), "error"),
    "forks_and_catches": (
        total("while True:", "    try: os.fork()", "    except OSError: pass"), "timed out"),
    "threads": (
        total("import threading", "for _ in range(100):",
              "    threading.Thread(target=time.sleep, args=(9,)).start()"), "error"),
    "kills_all": (total("os.kill(-1, 9)", REAL), "error"),
    "kills_parent": (total("os.kill(max(1, os.getppid()), 9)", REAL), "ok"),  # it sees no parent
    "leaves_children": (
        total("if os.fork() == 0:", "    while True: pass", REAL), "ok"),
    "fills_disk": (
        total("with open(os.environ['TMPDIR'] + '/x', 'wb') as f:",
              "    while True: f.write(bytes(10**6))"), "error"),
    # cheating
    "patches_allclose": (
        total("return x * 0", start="torch.allclose = lambda *a, **k: True"), "wrong"),
    "patches_inside": (
        total("import numpy, torch", "torch.allclose = numpy.allclose = lambda *a, **k: True",
              "numpy.array_equal = lambda *a: True", "return x * 0"), "wrong"),
    "writes_frames": (
        total("for fd in range(3, 64):", "    try: os.write(fd, b'x' * 4096)",
              "    except OSError: pass", REAL), "error"),
    "writes_much": (
        total("for fd in range(3, 64):", "    try:",
              "        while True: os.write(fd, bytes(10**6))", "    except OSError: pass"),
        "error"),
    "claims_much": (
        total("import struct, json",
              "head = json.dumps({'arrays': 10**9}).encode()",
              "for fd in range(3, 64):",
              "    try: os.write(fd, struct.pack('<Q', len(head)) + head)",
              "    except OSError: pass", "os._exit(0)"), "error"),
    "renames_library": (
        notebook("from aelib import squared_error as total", RIGHT_HALF), "look at this"),
    # what editors, and people in a hurry, leave
    "stripped": (notebook("import torch", RIGHT_TOTAL, RIGHT_HALF, metadata=False), "ok"),
    "duplicated": (
        notebook("def total(x_hat, x):\n    return x", RIGHT_TOTAL, RIGHT_TOTAL, RIGHT_HALF), "ok"),
    "loose_loop": (notebook("while True:\n    pass", RIGHT_TOTAL, RIGHT_HALF), "ok"),
    "loose_exit": (notebook("import os\nos._exit(1)", RIGHT_TOTAL, RIGHT_HALF), "ok"),
    "broken_cell": (notebook("def helper(:\n", RIGHT_TOTAL, RIGHT_HALF), "ok"),
    "broken_total": (notebook("def total(x_hat, x):\n    return (", RIGHT_HALF), "error"),
    "magics": (
        notebook("%matplotlib inline\n!pip list", f"%%time\n{RIGHT_TOTAL}", "%%bash\nls",
                 RIGHT_HALF), "ok"),
    "lacks_import": (notebook("def total(x_hat, x):\n    return np.sum(x)", RIGHT_HALF), "error"),
    "bad_import": (
        notebook("import torch, no_such_module\nfrom torch import nothing, sum", RIGHT_TOTAL,
                 RIGHT_HALF), "ok"),
    "bad_class": (
        notebook("class Unused:\n    while True: pass", RIGHT_TOTAL, RIGHT_HALF), "ok"),
    "helper_later": (
        notebook("def total(x_hat, x):\n    return square(x_hat - x).sum(1)",
                 "POWER = 2\ndef square(x):\n    return x**POWER", RIGHT_HALF), "ok"),
    "huge_outputs": (
        notebook(RIGHT_TOTAL, RIGHT_HALF,
                 outputs=[{"output_type": "stream", "name": "stdout", "text": ["x" * 5_000_000]}]),
        "ok"),
    "right_then_deleted": (notebook(RIGHT_HALF, outputs=SAID_RIGHT), "look at this"),
    "right_then_broken": (
        notebook("def total(x_hat, x):\n    return (", RIGHT_HALF, outputs=SAID_RIGHT),
        "look at this"),
    # files
    "not_json": ("{'cells': ", "unreadable"),
    "empty_file": ("", "unreadable"),
    "no_cells": ('{"cells": 3}', "unreadable"),
    "deep": ("[" * 10**6, "unreadable"),
    "deep_code": (notebook("x = " + "(" * 10**5, RIGHT_TOTAL, RIGHT_HALF), "ok"),
}  # fmt: skip


def write_class(folder, students=CLASS):
    """Hand in: one folder for each student."""
    for student, (text, _) in students.items():
        (folder / student).mkdir(parents=True)
        (folder / student / "91_lesson.ipynb").write_text(text)


def needs_bubblewrap():
    """Skip where there is no sandbox; in CI that is a failure."""
    if shutil.which("bwrap") is None:
        assert "CI" not in os.environ, "install bubblewrap"
        pytest.skip("bubblewrap is not installed")
