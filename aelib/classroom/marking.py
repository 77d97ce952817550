"""One student: files -> for each exercise the best attempt: a row of status, points, words."""

import re
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from aelib.classroom import frames, verdicts
from aelib.classroom.isolation import Limits
from aelib.classroom.preparation import Task
from aelib.classroom.sandbox import Worker, WorkerError
from aelib.classroom.submissions import Notebook, Student, SubmissionError
from aelib.classroom.verdicts import LOOK, Verdict, clean

_SURVEY = 16 << 20  # bytes of definitions that one notebook may hold
_LESSON = re.compile(r"(?<!\d)(\d\d)(?=[_ .-])")
_MOST_BYTES = 256 << 20  # that are read of one student
_MOST_SECONDS = 8  # times the longest that one exercise may take: for all of one student


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
    cases: str = ""
    late: str = ""


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


@dataclass(frozen=True)
class Attempt:
    """One way to read one notebook for one exercise, and how it was judged."""

    file: str
    way: dict[str, Any]
    verdict: Verdict


@dataclass(frozen=True)
class _Survey:
    """A notebook that was read: the lessons that it is of, and what each exercise needs of it."""

    name: str
    lessons: frozenset[str]
    exercises: dict[str, dict[str, Any]]


class Desk:
    """Where one student after the other is marked; keeps its workers, and new ones if they die."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._workers: dict[str, Worker] = {}
        self._stopped = False
        self._deadline = float("inf")

    def stop(self) -> None:
        """End the workers, and what is being marked; called by another thread."""
        self._stopped = True
        for worker in list(self._workers.values()):
            worker.close()

    def mark(self, name: str, student: Student) -> dict[str, Any]:
        """Return the "rows" of the "lessons" handed in, "unreadable" [name, why] and "notes"."""
        self._deadline = time.monotonic() + _MOST_SECONDS * self._settings.limits.wall
        surveys, unreadable, notes = self._survey_all(student)
        lessons = sorted({lesson for survey in surveys for lesson in survey.lessons})
        rows = []
        for lesson in lessons:
            files = [survey.name for survey in surveys if lesson in survey.lessons]
            if len(files) > 1:
                notes.append(
                    f"lesson {lesson} came {len(files)} times: each exercise takes the best of "
                    + ", ".join(files)
                )
            for task in self._settings.tasks:
                if task.lesson == lesson:
                    rows.append(self._row(name, task, self.attempts(task, surveys), files[-1]))
        if "run" in self._workers and self._workers["run"].for_one_student:
            self._workers.pop("run").close()
        plain = [asdict(row) for row in rows]
        return {"rows": plain, "lessons": lessons, "unreadable": unreadable, "notes": notes}

    def explain(self, student: Student, task: Task) -> list[Attempt]:
        """Return every attempt at one exercise, the newest notebook first."""
        self._deadline = time.monotonic() + _MOST_SECONDS * self._settings.limits.wall
        return self.attempts(task, self._survey_all(student)[0], until_right=False)

    def attempts(
        self, task: Task, surveys: Sequence[_Survey], until_right: bool = True
    ) -> list[Attempt]:
        """Judge every way in which the notebooks answer an exercise, until one is right."""
        found: list[Attempt] = []
        seen: set[tuple[Any, ...]] = set()
        for survey in reversed(surveys):
            selected = survey.exercises[task.name]
            if selected["problem"]:
                status = LOOK if "imported" in selected["problem"] else "error"
                found.append(Attempt(survey.name, {}, Verdict(status, selected["problem"])))
            for way in selected["ways"]:
                key = (way["target"], *way["statements"])
                if key in seen or (until_right and found and found[-1].verdict.status == "ok"):
                    continue
                seen.add(key)
                verdict = self._verdict(task, way)
                if selected["said_right"] and verdict.status != "ok":
                    said = "Jupyter printed that it is right, but here: "
                    verdict = Verdict(LOOK, said + verdict.detail, verdict.right)
                found.append(Attempt(survey.name, way, verdict))
        return found

    def _row(self, student: str, task: Task, found: Sequence[Attempt], newest: str) -> Row:
        """The row of the best attempt; of equal ones the newest counts."""
        if not found:
            found = [Attempt(newest, {}, Verdict("not attempted", "not written yet"))]
        best = max(found, key=lambda attempt: attempt.verdict.rank)
        verdict, last = best.verdict, found[0].verdict
        detail = verdict.detail
        if verdict.status == "ok" and best is not found[0] and last.status != "not attempted":
            where = best.file if best.file != found[0].file else best.way["where"]
            detail = f"right in {where}; not so in the last version: {last.detail}"
        score = round(task.points * verdict.share, 2)
        right = verdict.right
        cases = f"{sum(right)} of {len(right)}" if right else ""
        return Row(
            *(student, best.file, task.name, score, task.points, verdict.status),
            *(clean(detail), cases),
        )

    def _verdict(self, task: Task, way: dict[str, Any]) -> Verdict:
        if time.monotonic() > self._deadline:
            return Verdict(LOOK, "all exercises of this student together took too long")
        job = {"do": "run", "exercise": task.name, **way}
        outcome, content = self._ask(job, (), task.largest)
        return verdicts.of_message(task, outcome, content, way)

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

    def _survey_all(
        self, student: Student
    ) -> tuple[list[_Survey], list[tuple[str, str]], list[str]]:
        """Read all notebooks: what is in them, which cannot be read, and what to tell."""
        surveys: list[_Survey] = []
        unreadable: list[tuple[str, str]] = []
        notes = list(student.notes)
        left = _MOST_BYTES
        for notebook in reversed(student.notebooks):
            survey, left = self._survey(notebook, left)
            if "unreadable" in survey:
                unreadable.append((notebook.name, clean(survey["unreadable"])))
                continue
            lessons = self._lessons(notebook.name, survey["exercises"])
            surveys.append(_Survey(notebook.name, frozenset(lessons), survey["exercises"]))
            if not lessons:
                notes.append(f"{notebook.name} holds no exercise of this run")
        return surveys[::-1], unreadable[::-1], notes

    def _survey(self, notebook: Notebook, left: int) -> tuple[dict[str, Any], int]:
        """What the exercises need of a notebook; it is parsed in the sandbox as well."""
        names = [task.name for task in self._settings.tasks]
        if left <= 0 or time.monotonic() > self._deadline:
            return {"unreadable": "this student's notebooks together are too large"}, left
        try:
            content = np.frombuffer(notebook.read(), np.uint8)
            outcome, answer = self._ask({"do": "read", "names": names}, [content], _SURVEY)
            if outcome != "done":
                return {"unreadable": f"reading it {_READING[outcome]}"}, left - content.size
            return frames.read_whole(answer)[0], left - content.size
        except (SubmissionError, frames.FrameError) as error:
            return {"unreadable": str(error)}, left

    def _lessons(self, name: str, exercises: dict[str, Any]) -> set[str]:
        """The lessons a notebook is of: by what it defines and checks, else by its name."""
        counts = dict.fromkeys(self._settings.lessons, 0)
        checked = set()
        for task in self._settings.tasks:
            selected = exercises[task.name]
            there = bool(selected["ways"] or selected["problem"])
            counts[task.lesson] += there
            checked |= {task.lesson} if there and selected["asked"] else set()
        named = [lesson for lesson in numbers_in(name) if lesson in counts]
        most = max(counts.values())
        likely = [lesson for lesson, count in counts.items() if count == most and most]
        if likely:
            return {next((one for one in named if one in likely), likely[0]), *checked}
        if numbers_in(name):
            return set(named[:1])
        return set(self._settings.lessons) if len(counts) == 1 else set()


_READING = {
    "timed out": "takes too long",
    "too much": "brings more than all definitions of a course",
    "crashed": "brings the reader down",
    "out of memory": "needs too much memory",
}


def numbers_in(name: str) -> list[str]:
    """The two-digit numbers in a file's name: of which lesson it seems to be."""
    return _LESSON.findall(name)


def mark_of(student: Student) -> str:
    """Changes when a file of a student changes."""
    return "\n".join(f"{n.name}\0{n.mark}" for n in student.notebooks)
