"""One student: files -> rows of status, points and diagnosis."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from aelib.classroom import frames
from aelib.classroom.isolation import Limits
from aelib.classroom.preparation import Task
from aelib.classroom.sandbox import Worker, WorkerError
from aelib.classroom.submissions import Notebook, SubmissionError
from aelib.exercises.base import Answer
from aelib.exercises.judge import judge

STATUSES = (
    *("ok", "wrong", "not attempted", "error", "timed out", "out of memory", "crashed"),
    *("unreadable", "missing"),
)
_NO_MEMORY = ("MemoryError", "can't allocate memory", "Unable to allocate")
_SURVEY = 16 << 20  # bytes of definitions that one notebook may hold
_LESSON = re.compile(r"(?<!\d)(\d\d)(?=[_ .-])")


@dataclass(frozen=True)
class Row:
    """One line of grades.csv."""

    student: str
    notebook: str
    exercise: str
    score: float
    max: float
    status: str
    detail: str


@dataclass(frozen=True)
class Settings:
    """What holds for every student of a run."""

    tasks: Sequence[Task]
    limits: Limits
    trusted: bool

    @property
    def lessons(self) -> list[str]:
        """The lessons that have tasks."""
        return sorted({task.lesson for task in self.tasks})


class Desk:
    """Where one student after the other is marked; keeps its workers, and new ones if they die."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._workers: dict[str, Worker] = {}
        self._stopped = False

    def stop(self) -> None:
        """End the workers, and what is being marked; called by another thread."""
        self._stopped = True
        for worker in list(self._workers.values()):
            worker.close()

    def mark(self, student: str, notebooks: Sequence[Notebook]) -> dict[str, Any]:
        """Return {"rows": of the lessons handed in, "unreadable": [name, why], "notes": []}."""
        rows: list[Row] = []
        found: dict[str, tuple[str, dict[str, Any]]] = {}
        unreadable: list[tuple[str, str]] = []
        notes: list[str] = []
        for notebook in notebooks:
            survey = self._survey(notebook)
            if "unreadable" in survey:
                unreadable.append((notebook.name, survey["unreadable"]))
                continue
            lesson = self._lesson(notebook.name, survey["exercises"])
            if lesson is None:
                notes.append(f"{notebook.name} holds no exercise of this run")
            elif lesson in found:
                notes.append(
                    f"lesson {lesson} came twice: {notebook.name} was graded, "
                    f"{found[lesson][0]} was not"
                )
            if lesson is not None:
                found[lesson] = notebook.name, survey["exercises"]
        for lesson, (name, exercises) in sorted(found.items()):
            tasks = [task for task in self._settings.tasks if task.lesson == lesson]
            rows += [self._grade(student, name, task, exercises[task.name]) for task in tasks]
        if "run" in self._workers and self._workers["run"].for_one_student:
            self._workers.pop("run").close()
        lessons = sorted(found)
        plain = [asdict(row) for row in rows]
        return {"rows": plain, "lessons": lessons, "unreadable": unreadable, "notes": notes}

    def _ask(
        self, job: dict[str, Any], arrays: Sequence[np.ndarray], largest: int
    ) -> tuple[str, bytes]:
        """Ask the worker; begin with a new one after it died."""
        kind, settings = job["do"], self._settings
        if self._stopped:
            raise WorkerError
        if kind not in self._workers:  # the one that only reads goes without torch
            tasks = settings.tasks if kind == "run" else ()
            self._workers[kind] = Worker(settings.limits, tasks, trusted=settings.trusted)
        try:
            return self._workers[kind].ask(job, arrays, largest=largest)
        except WorkerError:
            if self._stopped:
                raise
            self._workers.pop(kind).close()
            return "crashed", b""

    def _survey(self, notebook: Notebook) -> dict[str, Any]:
        """What the exercises need of a notebook; it is parsed in the sandbox as well."""
        names = [task.name for task in self._settings.tasks]
        try:
            content = np.frombuffer(notebook.read(), np.uint8)
            outcome, answer = self._ask({"do": "read", "names": names}, [content], _SURVEY)
            if outcome != "done":
                return {"unreadable": f"reading it {_READING[outcome]}"}
            return frames.read_whole(answer)[0]
        except (SubmissionError, frames.FrameError) as error:
            return {"unreadable": str(error)}

    def _lesson(self, name: str, exercises: dict[str, Any]) -> str | None:
        """The lesson a notebook is of: by what it defines, else by its name."""
        counts = dict.fromkeys(self._settings.lessons, 0)
        for task in self._settings.tasks:
            selected = exercises[task.name]
            counts[task.lesson] += bool(selected["statements"] or selected["problem"])
        named = [lesson for lesson in numbers_in(name) if lesson in counts]
        most = max(counts.values())
        likely = [lesson for lesson, count in counts.items() if count == most and most]
        if likely:
            return next((lesson for lesson in named if lesson in likely), likely[0])
        if numbers_in(name):
            return named[0] if named else None
        return self._settings.lessons[0] if len(counts) == 1 else None

    def _grade(self, student: str, name: str, task: Task, selected: dict[str, Any]) -> Row:
        status, detail = self._verdict(task, selected)
        score = task.points if status == "ok" else 0
        return Row(student, name, task.name, score, task.points, status, _clean(detail))

    def _verdict(self, task: Task, selected: dict[str, Any]) -> tuple[str, str]:
        if selected["problem"]:
            return "error", selected["problem"]
        if not selected["statements"]:
            return "not attempted", "not written yet"
        job = {"do": "run", "exercise": task.name, **selected}
        outcome, content = self._ask(job, (), task.largest)
        if outcome != "done":
            return _STATUS[outcome], f"the function {_HOW[outcome]}"
        try:
            given = frames.unpack_answers(frames.read_whole(content))
            if len(given) != len(task.prepared.cases):
                raise frames.FrameError("not one answer for each case")
        except frames.FrameError as error:
            return "error", f"what it sent is no answer: {error}"
        return _judged(task, given)


_STATUS = {"timed out": "timed out", "too much": "error", "crashed": "crashed"}
_HOW = {
    "timed out": "took too long; is there a loop that never ends, or one over single pixels?",
    "too much": "brought far more values than expected",
    "crashed": "ended its process (by exit or by a fault of memory)",
}


_TAKEN = "of a notebook only definitions, imports and plain constants are taken"
_READING = {
    "timed out": "takes too long",
    "too much": "brings more than all definitions of a course",
    "crashed": "brings the reader down",
}


def _judged(task: Task, given: Sequence[Answer]) -> tuple[str, str]:
    """Judge answers; nothing that they hold may stop the one who grades."""
    if any(sign in answer.error for answer in given for sign in _NO_MEMORY):
        return "out of memory", "it needs more memory than an exercise may use"
    try:
        verdict = judge(task.prepared, given, task.tolerance)
    except Exception as error:
        return "error", f"its answer cannot be compared ({type(error).__name__})"
    if verdict.status == "error" and "NameError" in verdict.sentence:
        return "error", f"{verdict.sentence}; {_TAKEN}"
    return verdict.status, verdict.sentence


def _clean(text: str) -> str:
    """One line without control characters; what learners wrote may stand in it."""
    return "".join(c if c.isprintable() else " " for c in text)[:400]


def numbers_in(name: str) -> list[str]:
    """The two-digit numbers in a file's name: of which lesson it seems to be."""
    return _LESSON.findall(name)


def checksum(notebooks: Sequence[Notebook]) -> str:
    """Of all files of a student, with their names and order."""
    total = hashlib.sha256()
    for notebook in notebooks:
        total.update(f"{notebook.name}\0".encode(errors="replace"))
        try:
            total.update(hashlib.sha256(notebook.read()).digest())
        except SubmissionError as error:
            total.update(str(error).encode(errors="replace"))
    return total.hexdigest()
