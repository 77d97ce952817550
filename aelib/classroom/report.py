"""Rows -> grades.csv, the class in words and as a picture, feedback for each student."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple, fields
from io import BytesIO
from itertools import groupby
from pathlib import Path

from aelib.classroom.archives import MARK_OF_FEEDBACK
from aelib.classroom.exports import write_table
from aelib.classroom.marking import Attempt, Row
from aelib.classroom.preparation import Task
from aelib.classroom.verdicts import STATUSES, clean
from aelib.data.files import write_atomically

# Okabe and Ito (2008), from right to lost; hatches tell them apart without colour.
_LOOKS = {
    "ok": ("#009E73", ""),
    "wrong": ("#E69F00", "//"),
    "not attempted": ("#DDDDDD", ""),
    "error": ("#D55E00", "xx"),
    "timed out": ("#CC79A7", ".."),
    "out of memory": ("#56B4E9", "--"),
    "crashed": ("#0072B2", "\\\\"),
    "look at this": ("#F0E442", "oo"),
    "unreadable": ("#000000", ""),
    "missing": ("#FFFFFF", "++"),
}
_MOST_MISTAKES = 8
_LOST = ("unreadable", "missing")


def write_grades(path: Path, rows: Sequence[Row]) -> None:
    """Write grades.csv, whole or not at all."""
    names = [field.name for field in fields(Row)][:-1]  # what a student is told is in the feedback
    write_table(path, names, [astuple(row)[:-1] for row in rows])


def summary(rows: Sequence[Row], told: Sequence[str]) -> str:
    """The class in words: statuses of each exercise, and the most frequent mistakes."""
    students = {row.student for row in rows}
    exercises = list(dict.fromkeys(row.exercise for row in rows))
    used = [status for status in STATUSES if any(row.status == status for row in rows)]
    width = max(len(name) for name in ["exercise", *exercises])
    lines = [f"{_count(len(students), 'student')}, {_count(len(exercises), 'exercise')}."]
    lines += ["", " ".join(["exercise".ljust(width), *used])]
    for name in exercises:
        counts = Counter(row.status for row in rows if row.exercise == name)
        cells = [str(counts[status]).rjust(len(status)) for status in used]
        lines.append(" ".join([name.ljust(width), *cells]))
    mistakes = Counter(
        (row.exercise, row.detail) for row in rows if row.status in ("wrong", "error", "timed out")
    ).most_common(_MOST_MISTAKES)
    if mistakes:
        lines += ["", "Most frequent mistakes:"]
        lines += [f"{number:4d} x {name}: {detail}" for (name, detail), number in mistakes]
    return "\n".join([*lines, *([""] if told else []), *told])


def _count(number: int, name: str) -> str:
    return f"{number} {name}" + ("" if number == 1 else "s")


def draw(path: Path, rows: Sequence[Row]) -> None:
    """Draw for each exercise how many students have which status."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    exercises = list(dict.fromkeys(row.exercise for row in rows))
    figure = Figure(figsize=(8, 1.2 + 0.35 * len(exercises)), layout="constrained")
    ax = figure.add_subplot()
    left = [0] * len(exercises)
    counts = Counter((row.exercise, row.status) for row in rows)
    for status, (colour, hatch) in _LOOKS.items():
        widths = [counts[name, status] for name in exercises]
        if any(widths):
            bars = ax.barh(exercises, widths, left=left, color=colour, hatch=hatch, label=status)
            for bar in bars:
                bar.set(edgecolor="#444444", linewidth=0.5)
            left = [start + width for start, width in zip(left, widths, strict=True)]
    ax.invert_yaxis()
    ax.set_xlabel("students")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper center", ncols=5, frameon=False, fontsize=9)
    stream = BytesIO()
    FigureCanvasAgg(figure).print_png(stream)
    write_atomically(path, stream.getvalue())


def write_feedback(folder: Path, rows: Sequence[Row], tasks: Mapping[str, Task]) -> None:
    """Write one Markdown file for each student: diagnoses and first hints, no solutions."""
    names: set[str] = set()
    write_atomically(folder / MARK_OF_FEEDBACK, b"")
    for student, group in groupby(rows, key=lambda row: row.student):
        name = base = re.sub(r"[^\w .-]", "_", student).strip(". ")[:100] or "student"
        number = 1
        while name.lower() in names:
            number += 1
            name = f"{base}-{number}"
        names.add(name.lower())
        write_atomically(folder / f"{name}.md", feedback(student, list(group), tasks).encode())


def feedback(student: str, rows: Sequence[Row], tasks: Mapping[str, Task]) -> str:
    """Return a student's feedback as Markdown."""
    lines = [f"# {_plain(student)}", ""]
    reached, most = sum(row.score for row in rows), sum(row.max for row in rows)
    lines += [f"{reached:g} of {most:g} points.", ""]
    for row in rows:
        if row.status in _LOST:  # one line for a notebook, not one for each of its exercises
            sentence = _lost(row, tasks[row.exercise].lesson)
            lines += [] if sentence in lines else [sentence, ""]
            continue
        lines += [f"## {row.exercise}: {row.score:g} of {row.max:g}", ""]
        if row.status == "ok":
            lines += ["Right.", ""]
            continue
        said = row.told or row.detail
        end = "" if said.endswith("?") else "."
        lines += [f"{row.status.capitalize()}: {_plain(said)}{end}", ""]
        lines += [f"Hint: {tasks[row.exercise].hint}", ""]
    files = sorted({row.notebook for row in rows if row.status not in _LOST})
    if files:
        lines += ["Graded from " + ", ".join(_plain(name) for name in files) + "."]
    return "\n".join(lines) + "\n"


def _lost(row: Row, lesson: str) -> str:
    """Say once why nothing of a lesson could be graded."""
    if row.status == "missing":
        return f"Lesson {lesson}: {_plain(row.detail)}."
    name, why = _plain(row.notebook), _plain(row.detail)
    return f"{name} could not be read: {why}. Please hand it in again."


def _plain(text: str) -> str:
    """Take Markdown's and HTML's signs out of what a learner may have written."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", text)


def explanation(student: str, task: Task, attempts: Sequence[Attempt]) -> str:
    """Say what was taken of each notebook, what ran, and what came of each case."""
    lines = [f"{student}, {task.name} (lesson {task.lesson}, {task.points} points)"]
    if not attempts:
        lines.append("No notebook holds anything for it.")
    for attempt in attempts:
        where = f", {attempt.way['where']}" if attempt.way else ""
        lines += ["", f"{attempt.file}{where}:"]
        pieces = zip(attempt.way.get("cells", ()), attempt.way.get("statements", ()), strict=True)
        for cell, statement in pieces:
            first, *rest = [clean(line) for line in statement.splitlines()] or [""]
            lines += [f"  {f'cell {cell}' if cell else 'check':>8} | {first}"]
            lines += [f"           | {line}" for line in rest]
        verdict = attempt.verdict
        for number, right in enumerate(verdict.right):
            case = task.prepared.descriptions[number] or "no arguments"
            lines.append(f"  case {number + 1}: {'right' if right else 'not right'} ({case})")
        score = f"{task.points * verdict.share:g} of {task.points}"
        lines.append(f"  {verdict.status}, {score}: {clean(verdict.detail)}")
    return "\n".join(lines)
