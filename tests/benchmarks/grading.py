"""How long a class of 300 students takes, four exercises each, and how much memory the grader.

    python tests/benchmarks/grading.py [STUDENTS]

One in twenty-five loops for ever, exits, or eats memory in one exercise. Prints the seconds, the
grader's own largest memory, and how many students lost more than the exercise they spoiled.
"""

import csv
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

EXERCISES = """
import torch
from aelib.exercises.base import Exercise, Mistake

def tensor(rng, *shape):
    return torch.from_numpy(rng.random(shape)).float()

def exercise(name, reference, mistake, *shapes):
    def cases(rng):
        return [tuple(tensor(rng, n, *s) for s in shapes) for n in (1, 3, 64)]
    return Exercise(name, "99", 5, 1, reference, cases, ("a", "b", "c"), (Mistake(mistake, "m"),))

EXERCISES = [
    exercise("total", lambda a, b: ((a - b) ** 2).sum(1), lambda a, b: ((a - b) ** 2).mean(1),
             (784,), (784,)),
    exercise("kl", lambda m, v: -0.5 * (1 + v - m ** 2 - v.exp()).sum(1).mean(),
             lambda m, v: -0.5 * (1 + v - m ** 2 - v.exp()).sum(), (16,), (16,)),
    exercise("blend", lambda a, b: (a + b) / 2, lambda a, b: a + b, (784,), (784,)),
    exercise("centre", lambda x: x - x.mean(0), lambda x: x - x.mean(), (784,)),
]
"""
RIGHT = {
    "total": "def total(a, b):\n    return ((a - b) ** 2).sum(dim=1)",
    "kl": "def kl(m, v):\n    return (m**2 + v.exp() - v - 1).sum(1).mean() / 2",
    "blend": "def blend(a, b):\n    return torch.lerp(a, b, 0.5)",
    "centre": "def centre(x):\n    return x - x.mean(dim=0)",
}
SPOILED = [
    "def total(a, b):\n    while True:\n        pass",
    "import os\ndef total(a, b):\n    os._exit(0)",
    "def total(a, b):\n    return torch.ones(10**6, 10**6)",
    "def total(a, b):\n    return ((a - b) ** 2).mean(dim=1)",
]
LOOSE = "x = load_mnist()\nwhile True:\n    pass"


def notebook(cells):
    cells = [{"cell_type": "code", "metadata": {}, "source": c, "outputs": []} for c in cells]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def memory(pid):
    """The largest memory of a process so far, in KB."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) if found else 0


def main():
    students = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        (top / "exercises.py").write_text(EXERCISES)
        for i in range(students):
            cells = dict(RIGHT)
            if i % 25 == 7:
                cells["total"] = SPOILED[i // 25 % len(SPOILED)]
            start = "import numpy as np\nimport torch\nimport matplotlib.pyplot as plt"
            (top / "in" / f"student{i:03d}").mkdir(parents=True)
            path = top / "in" / f"student{i:03d}" / "99_lesson.ipynb"
            path.write_text(notebook([start, LOOSE, *cells.values()]))
        output = top / "out" / "grades.csv"
        words = ["aelib", "grade", str(top / "in"), "-o", str(output)]
        words += ["--exercises", str(top / "exercises.py"), "--seconds", "2"]
        begin = time.monotonic()
        grader, most = subprocess.Popen([sys.executable, "-m", *words]), 0
        while grader.poll() is None:
            most = max(most, memory(grader.pid))
            time.sleep(0.2)
        seconds = time.monotonic() - begin
        with output.open(newline="") as stream:
            rows = list(csv.DictReader(stream))
    lost = Counter(row["student"] for row in rows if row["status"] != "ok")
    print(f"\n{students} students x 4 exercises: {seconds:.1f} s, exit {grader.returncode}")
    print(f"grader's own memory: {most / 1024:.0f} MB")
    print(f"students who lost one exercise: {len(lost)}, more than one: {max(lost.values()) > 1}")


if __name__ == "__main__":
    main()
