"""One student: files -> for each exercise the best attempt: a row of status, points, words."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from aelib.classroom import frames, verdicts
from aelib.classroom.preparation import Task
from aelib.classroom.staff import Settings, Staff
from aelib.classroom.submissions import Student
from aelib.classroom.surveys import Survey, survey_all
from aelib.classroom.verdicts import LOOK, Verdict, clean

TOO_LONG = "all exercises of this student together took too long"
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
    told: str = ""  # to the student, where that is less than the detail


@dataclass(frozen=True)
class Attempt:
    """One way to read one notebook for one exercise, and how it was judged."""

    file: str
    way: dict[str, Any]
    verdict: Verdict
    late: bool = False


class Desk:
    """Where one student after the other is marked; keeps its workers, and new ones if they die."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._staff = settings, Staff(settings)
        self._deadline = float("inf")
        self._known: dict[tuple[str, ...], Verdict] = {}

    def stop(self) -> None:
        """End the workers, and what is being marked; called by another thread."""
        self._staff.stop()

    def mark(self, name: str, student: Student) -> dict[str, Any]:
        """Return the "rows" of the "lessons" handed in, and sentences on what was not plain."""
        surveys, unreadable, notes = self._read(student)
        self._try_all_at_once(surveys)
        lessons = sorted({lesson for survey in surveys for lesson in survey.lessons})
        rows, doubts = [], []
        for lesson in lessons:
            doubts += _of_two(lesson, surveys)
            files = [survey.name for survey in surveys if lesson in survey.lessons]
            if len(files) > 1:
                notes.append(
                    f"lesson {lesson} came {len(files)} times: each exercise takes the best of "
                    + ", ".join(files)
                )
            for task in self._settings.tasks:
                if task.lesson == lesson:
                    rows.append(self._row(name, task, self.attempts(task, surveys), files[-1]))
        self._staff.next_student()
        plain = [asdict(row) for row in rows]
        prints = {
            task.name: survey.exercises[task.name].get("print", [])
            for task in self._settings.tasks
            for survey in surveys
            if survey.exercises[task.name]["ways"]
        }
        return {
            **{"rows": plain, "lessons": lessons, "unreadable": unreadable, "notes": notes},
            **{"prints": prints, "doubts": doubts},
        }

    def explain(self, student: Student, task: Task) -> list[Attempt]:
        """Return every attempt at one exercise, the newest notebook first."""
        return self.attempts(task, self._read(student)[0], until_right=False)

    def _read(self, student: Student) -> tuple[list[Survey], list[tuple[str, str]], list[str]]:
        """Begin with a student: from now on runs the time that all their exercises may take."""
        self._deadline = time.monotonic() + _MOST_SECONDS * self._settings.limits.wall
        self._known = {}
        return survey_all(student, self._staff, self._settings, self._deadline)

    def attempts(
        self, task: Task, surveys: Sequence[Survey], until_right: bool = True
    ) -> list[Attempt]:
        """Judge every way in which the notebooks answer an exercise, until one is right.

        After one that is right but late, those that came in time are judged as well.
        """
        found: list[Attempt] = []
        seen: set[tuple[Any, ...]] = set()
        for survey in reversed(surveys):
            selected, late = survey.exercises[task.name], survey.late

            def done(late: bool = late) -> bool:
                right = (one for one in found if one.verdict.status == "ok")
                return until_right and any(one.late <= late for one in right)

            for way in selected["ways"]:
                key = (late, way["target"], *way["statements"])
                if key not in seen and not done():
                    seen.add(key)
                    verdict = self._unless_it_was_right(task, way, selected["said_right"])
                    found.append(Attempt(survey.name, way, verdict, late))
            problem, said = selected["problem"], selected["said_right"]
            if said and not problem and not selected["ways"]:
                problem = "no cell of code holds it now"
            if problem and not any(one.verdict.status == "ok" for one in found):
                status = LOOK if "imported" in problem or said else "error"
                detail = (
                    f"Jupyter printed that it is right, but here: {problem}" if said else problem
                )
                found.append(Attempt(survey.name, {}, Verdict(status, detail, (), problem), late))
        return found

    def _unless_it_was_right(self, task: Task, way: dict[str, Any], said_right: bool) -> Verdict:
        """Where Jupyter once printed that it is right and we disagree, somebody must look."""
        verdict = self._verdict(task, way)
        if not said_right or verdict.status == "ok":
            return verdict
        said = f"Jupyter printed that it is right, but here: {verdict.detail}"
        return Verdict(LOOK, said, verdict.right, verdict.told or verdict.detail)

    def _row(self, student: str, task: Task, found: Sequence[Attempt], newest: str) -> Row:
        """The row of the best attempt; of equal ones what came in time, and then the newest."""
        if not found:
            found = [Attempt(newest, {}, Verdict("not attempted", "not written yet"))]
        best = max(found, key=lambda attempt: (*attempt.verdict.rank, not attempt.late))
        verdict, last = best.verdict, found[0].verdict
        detail = verdict.detail
        if verdict.status == "ok" and last.status not in ("ok", "not attempted"):
            where = best.file if best.file != found[0].file else best.way["where"]
            detail = f"right in {where}; not so in the last version: {last.detail}"
        score = round(task.points * verdict.share, 2)
        right = verdict.right
        cases = f"{sum(right)} of {len(right)}" if right else ""
        return Row(
            *(student, best.file, task.name, score, task.points, verdict.status),
            *(clean(detail), cases, "late" if best.late else "", clean(verdict.told)),
        )

    def _verdict(self, task: Task, way: dict[str, Any]) -> Verdict:
        if time.monotonic() > self._deadline:
            return Verdict(LOOK, TOO_LONG)
        key = (task.name, way["target"], *way["statements"])
        if key not in self._known:
            ((outcome, content),) = self._staff.ask("run", [_job(task, way)], task.largest)
            self._known[key] = verdicts.of_message(task, outcome, content, way)
        return self._known[key]

    def _try_all_at_once(self, surveys: Sequence[Survey]) -> None:
        """Let one process answer all exercises, and note what is right.

        What is not right is asked again in a process of its own, since an exercise must not
        suffer from another one; only the first has had such a process already.
        """
        todo = []
        for task in self._settings.tasks:
            newest = next((s for s in reversed(surveys) if s.exercises[task.name]["ways"]), None)
            if newest and any(task.lesson in survey.lessons for survey in surveys):
                todo.append((task, newest.exercises[task.name]["ways"][0]))
        while todo and time.monotonic() < self._deadline:
            jobs = [_job(task, way) for task, way in todo]
            done = self._staff.ask("run", jobs, max(task.largest for task, _ in todo))
            for place, ((task, way), answer) in enumerate(zip(todo, done, strict=False)):
                verdict = verdicts.of_message(task, *answer, way)
                if place == 0 or verdict.status in ("ok", "not attempted"):
                    self._known[(task.name, way["target"], *way["statements"])] = verdict
            todo = todo[len(done) :]


def _of_two(lesson: str, surveys: Sequence[Survey]) -> list[str]:
    """Say where one student's notebooks of a lesson have the names of two people."""
    named = dict.fromkeys(one.named for one in surveys if lesson in one.lessons and one.named)
    if len(named) < 2:
        return []
    files = [next(one.name for one in surveys if one.named == name) for name in [*named][:2]]
    return [f"{files[0]} and {files[1]} are of lesson {lesson}: two attempts, or two students?"]


def _job(task: Task, way: dict[str, Any]) -> bytes:
    """The message that asks for an answer to all cases of an exercise."""
    asked = {"statements": way["statements"], "target": way["target"]}
    return frames.joined({**task.question, **asked}, task.arrays)


def mark_of(student: Student) -> str:
    """Changes when a file of a student changes."""
    return "\n".join(f"{n.name}\0{n.mark}\0{n.late}" for n in student.notebooks)
