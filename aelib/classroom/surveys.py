"""A student's notebooks -> what each holds for the exercises; they are parsed in the sandbox."""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from aelib.classroom import frames
from aelib.classroom.kinds import lessons_in
from aelib.classroom.staff import Settings, Staff
from aelib.classroom.submissions import Notebook, Student, SubmissionError
from aelib.classroom.verdicts import clean

_SURVEY = 16 << 20  # bytes of definitions that one notebook may hold
_MOST_BYTES = 256 << 20  # that are read of one student
_READING = {
    "timed out": "takes too long",
    "too much": "brings more than all definitions of a course",
    "crashed": "brings the reader down",
    "out of memory": "needs too much memory",
}


@dataclass(frozen=True)
class Survey:
    """A notebook that was read: the lessons that it is of, and what each exercise needs of it."""

    name: str
    lessons: frozenset[str]
    exercises: dict[str, dict[str, Any]]
    late: bool = False
    named: str = ""  # whose the file's name says it is


def survey_all(
    student: Student, staff: Staff, settings: Settings, deadline: float
) -> tuple[list[Survey], list[tuple[str, str]], list[str]]:
    """Read all notebooks: what is in them, which cannot be read, and what to tell."""
    surveys: list[Survey] = []
    unreadable: list[tuple[str, str]] = []
    notes = list(student.notes)
    left = _MOST_BYTES
    for notebook in reversed(student.notebooks):
        if left <= 0 or time.monotonic() > deadline:
            many = "are too large" if left <= 0 else "take too long to read"
            unreadable.append((notebook.name, f"this student's notebooks together {many}"))
            continue
        survey, size = _survey(notebook, staff, settings)
        left -= size
        if "unreadable" in survey:
            unreadable.append((notebook.name, clean(survey["unreadable"])))
            continue
        lessons = _lessons(notebook.name, survey["exercises"], settings)
        found = survey["exercises"]
        own = notebook.late, notebook.named
        surveys.append(Survey(notebook.name, frozenset(lessons), found, *own))
        if not lessons:
            notes.append(f"{notebook.name} holds no exercise of this run")
    return surveys[::-1], unreadable[::-1], notes


def _survey(notebook: Notebook, staff: Staff, settings: Settings) -> tuple[dict[str, Any], int]:
    """What the exercises need of a notebook, and how large it is."""
    names = [task.name for task in settings.tasks]
    try:
        content = np.frombuffer(notebook.read(), np.uint8)
    except SubmissionError as error:
        return {"unreadable": str(error)}, 0
    job = frames.joined(
        {"do": "read", "names": names, "prints": settings.prints}, [frames.to_npy(content)]
    )
    ((outcome, answer),) = staff.ask("read", [job], _SURVEY)
    if outcome != "done":
        return {"unreadable": f"reading it {_READING[outcome]}"}, content.size
    try:
        return frames.read_whole(answer)[0], content.size
    except frames.FrameError as error:
        return {"unreadable": str(error)}, content.size


def _lessons(name: str, exercises: dict[str, Any], settings: Settings) -> set[str]:
    """The lessons a notebook is of: by what it defines and checks, else by its name."""
    counts = dict.fromkeys(settings.lessons, 0)
    checked = set()
    for task in settings.tasks:
        selected = exercises[task.name]
        there = bool(selected["ways"] or selected["problem"])
        counts[task.lesson] += there
        checked |= {task.lesson} if there and selected["asked"] else set()
    named = [lesson for lesson in lessons_in(name) if lesson in counts]
    most = max(counts.values())
    likely = [lesson for lesson, count in counts.items() if count == most and most]
    if likely:
        return {next((one for one in named if one in likely), likely[0]), *checked}
    if lessons_in(name):
        return set(named[:1])
    return set(settings.lessons) if len(counts) == 1 else set()
