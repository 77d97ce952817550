"""What a learner's process can reach and hold: harmless probes only."""

import csv

import pytest
from handed_in import needs_bubblewrap, notebook

from aelib.classroom.discreet import discreet
from aelib.classroom.grading import Options, grade

OWN = """
from aelib.exercises.base import Exercise

def echo(values):
    return values.sum()

EXERCISES = [
    Exercise("echo", "93", 5, 1, echo, lambda rng: [(rng.random(3),), (rng.random(4),)],
             ("Add up.", "", ""), ())
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
    "tells": "def echo(values):\n    raise ValueError(repr(values.tolist()))",
    "neighbour": "import gc\nMARK = 'words of ' + 'this student'\ndef echo(values):\n"
    "    frames = [o for o in gc.get_objects() if isinstance(o, str) and 'words of' in o]\n"
    "    return values.sum() + sum(o != MARK for o in frames)",
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    needs_bubblewrap()
    top = tmp_path_factory.mktemp("probes")
    for student, cell in PROBES.items():
        (top / "in" / student).mkdir(parents=True)
        (top / "in" / student / "93.ipynb").write_text(notebook(cell))
    (top / "own.py").write_text(OWN)
    options = Options(
        *(top / "in", top / "g.csv", top / "own.py"), feedback=top / "f", memory=300, jobs=1
    )
    grade(options)
    with (top / "g.csv").open(newline="") as stream:
        return top, {row["student"]: row for row in csv.DictReader(stream)}


def test_memory_is_limited_for_all_processes_together(graded):
    assert graded[1]["children"]["status"] == "out of memory", graded[1]["children"]["detail"]


@pytest.mark.parametrize("probe", ["segment", "in memory", "namespace", "neighbour"])
def test_what_no_exercise_needs_is_refused(graded, probe):
    assert graded[1][probe]["status"] == "ok", graded[1][probe]["detail"]


def test_what_a_function_says_itself_does_not_reach_its_student(graded):
    top, rows = graded
    assert "ValueError: [0." in rows["tells"]["detail"]
    text = (top / "f" / "tells.md").read_text()
    assert "it stopped at" in text
    assert "0." not in text


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("it stopped with NameError: name 'np' is not defined",) * 2,
        ("it stopped with NameError: name 'x0_51' is not defined", "it stopped with NameError"),
        ("it stopped at `return np.x` with KeyError: 0.5",
         "it stopped at `return np.x` with KeyError"),
        ("it stopped at `0.5` with Leak: 0.5", "it stopped with an error of its own"),
        ("it should take 2 arguments: a, b",) * 2,
        ("0.123 0.456", "it cannot be used"),
    ],
)  # fmt: skip
def test_of_an_error_only_fixed_words_are_told(error, told):
    assert discreet(error, {"statements": ["def f(x):\n    return np.x"]}) == told
