"""What a class costs: students x the seven exercises of lesson 06, in CPU seconds and memory.

    python tests/benchmarks/grading.py [STUDENTS ...] [--against FOLDER]

Grades a class of each size, by default 300, and, with --against, grades it with another checkout
of the course as well, right after, so that both meet the same load. One student in twenty-five
loops for ever, exits, eats memory or is wrong in one exercise. CPU seconds are those of the grader
and of all that it starts, as the system counts them; memory is the grader's own largest.
"""

import argparse
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parents[2]
RIGHT = {
    "draw_code": "def draw_code(mu, logvar, eps):\n    return mu + (logvar / 2).exp() * eps",
    "kl_of_each": "def kl_of_each(mu, logvar):\n"
    "    return (mu**2 + logvar.exp() - 1 - logvar).mean(0) / 2",
    "elbo_of_each": "def elbo_of_each(x_hat, x, mu, logvar):\n"
    "    bce = F.binary_cross_entropy(x_hat, x, reduction='none').sum(1)\n"
    "    return -bce - (mu**2 + logvar.exp() - 1 - logvar).sum(1) / 2",
    "free_bits": "def free_bits(mu, logvar, free):\n"
    "    return kl_of_each(mu, logvar).clamp(min=free).sum()",
    "in_our_nats": "def in_our_nats(error, kl, pixels, numbers):\n"
    "    return error * pixels + kl * numbers",
    "one_nat": "def one_nat():\n    return -2.948",
    "log_mean_exp": "def log_mean_exp(log_w):\n"
    "    return torch.logsumexp(log_w, 0) - np.log(len(log_w))",
}
SPOILED = [
    "def draw_code(mu, logvar, eps):\n    while True:\n        pass",
    "import os\ndef draw_code(mu, logvar, eps):\n    os._exit(0)",
    "def draw_code(mu, logvar, eps):\n    return torch.ones(10**6, 10**6)",
    "def draw_code(mu, logvar, eps):\n    return mu + logvar.exp() * eps",
]
START = "import numpy as np\nimport torch\nimport torch.nn.functional as F"
LOOSE = "x = load_mnist()\nwhile True:\n    pass"


def notebook(cells):
    cells = [{"cell_type": "code", "metadata": {}, "source": c, "outputs": []} for c in cells]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def hand_in(top, students):
    """A folder for each student, each with a notebook."""
    for i in range(students):
        cells = dict(RIGHT)
        if i % 25 == 7:
            cells["draw_code"] = SPOILED[i // 25 % len(SPOILED)]
        (top / f"student{i:04d}").mkdir(parents=True)
        path = top / f"student{i:04d}" / "06_vae_from_scratch.ipynb"
        path.write_text(notebook([START, LOOSE, *cells.values()]))


class Watch:
    """What a process and its workers use; the workers are ended, and so nobody waits for them."""

    def __init__(self, pid):
        self.pid, self.memory, self.workers = pid, 0, {}

    def look(self):
        found = re.search(r"VmHWM:\s+(\d+)", self._read(self.pid, "status"))
        self.memory = max(self.memory, int(found[1]) if found else 0)
        lines = {}
        for entry in os.listdir("/proc"):
            words = self._read(entry, "stat").rpartition(")")[2].split() if entry.isdigit() else []
            if words:  # its parent, and what it and those it waited for have used
                lines[int(entry)] = int(words[1]), sum(map(int, words[11:15]))
        for pid, (parent, ticks) in lines.items():
            if self._is_worker(pid) and not self._is_worker(parent) and self._is_below(pid, lines):
                self.workers[pid] = ticks

    def _is_worker(self, pid):
        return self._read(pid, "cmdline").startswith(f"{sys.executable}\0-P\0")

    def _is_below(self, pid, lines):
        while pid in lines and pid != self.pid:
            pid = lines[pid][0]
        return pid == self.pid

    @staticmethod
    def _read(pid, name):
        try:
            return Path(f"/proc/{pid}/{name}").read_bytes().decode(errors="replace")
        except OSError:
            return ""

    def cpu_of_workers(self):
        return sum(self.workers.values()) / os.sysconf("SC_CLK_TCK")


def graded(folder, checkout, output):
    """Grade a class with one checkout: CPU seconds, MB of the grader, and the rows."""
    words = ["aelib", "grade", str(folder), "-o", str(output), "--lesson", "06", "--seconds", "2"]
    own = os.environ | {"PYTHONPATH": str(checkout), "OMP_NUM_THREADS": "1"}
    grader = subprocess.Popen(
        [sys.executable, "-m", *words], env=own, stdout=subprocess.DEVNULL, cwd=output.parent
    )
    watch = Watch(grader.pid)
    while not os.waitid(os.P_PID, grader.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
        watch.look()
        time.sleep(0.1)
    _, status, used = os.wait4(grader.pid, 0)
    grader.returncode = os.waitstatus_to_exitcode(status)
    with output.open(newline="", encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    seconds = used.ru_utime + used.ru_stime + watch.cpu_of_workers()
    return seconds, watch.memory / 1024, rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("students", type=int, nargs="*", default=[300], metavar="STUDENTS")
    parser.add_argument("--against", type=Path, metavar="FOLDER", help="another checkout")
    chosen = parser.parse_args()
    builds = {"this": HERE} | ({"other": chosen.against.resolve()} if chosen.against else {})
    for students in chosen.students:
        spent = {}
        with tempfile.TemporaryDirectory() as name:
            top = Path(name)
            hand_in(top / "in", students)
            for build, checkout in builds.items():
                (top / build).mkdir()
                spent[build], most, rows = graded(top / "in", checkout, top / build / "grades.csv")
                lost = Counter(row["student"] for row in rows if row["status"] != "ok")
                print(
                    f"{build:>5}: {students} students x 7: {spent[build]:.1f} CPU s, "
                    f"{1000 * spent[build] / students / 7:.1f} ms an exercise, "
                    f"grader {most:.0f} MB; {len(rows)} rows, {len(lost)} students lost "
                    f"{max(lost.values(), default=0)} exercise at most",
                    flush=True,
                )
        if chosen.against:
            print(f"       this / other: {spent['this'] / spent['other']:.2f}", flush=True)


if __name__ == "__main__":
    main()
