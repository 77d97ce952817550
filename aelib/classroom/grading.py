"""`aelib grade`: a class of submissions -> grades.csv, a summary, feedback."""

import hashlib
import os
import queue
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from aelib.classroom import report, sandbox
from aelib.classroom.isolation import Limits
from aelib.classroom.journal import Journal, JournalError
from aelib.classroom.marking import Desk, Row, Settings, checksum, numbers_in
from aelib.classroom.preparation import PreparationError, tasks
from aelib.classroom.submissions import Notebook, SubmissionError, collect
from aelib.data.files import DataError

Students = dict[str, list[Notebook]]
Results = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Options:
    """What the command line says.

    Args:
        submissions: Folder, zip or notebook.
        output: grades.csv; a journal and a picture are put beside it.
        exercises: A teacher's own file with Exercise objects; None takes the course's.
        seed: Decides the random cases.
        lessons: Grade only these.
        feedback: Folder for a Markdown file for each student.
        seconds: CPU time for one exercise of one student.
        memory: Megabytes for one exercise of one student.
        jobs: Workers at a time.
        trusted: Do without a sandbox.
    """

    submissions: Path
    output: Path = Path("grades.csv")
    exercises: Path | None = None
    seed: int = 1
    lessons: Sequence[str] = ()
    feedback: Path | None = None
    seconds: float = 5.0
    memory: int = 1024
    jobs: int = 0
    trusted: bool = False


def grade(options: Options) -> int:
    """Grade a class; returns 0 only if every submission was graded, 2 if none could be."""
    try:
        return _grade(options)
    except (SubmissionError, PreparationError, sandbox.SandboxError) as error:
        print(error, file=sys.stderr)
    except (JournalError, DataError) as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped. The same command goes on where this one ended.", file=sys.stderr)
        return 130
    return 2


def _grade(options: Options) -> int:
    if not options.trusted:
        sandbox.check()
    students = collect(options.submissions)
    found, fingerprint = tasks(options.exercises, options.seed, options.lessons)
    limits = Limits(options.seconds, options.memory << 20)
    settings = Settings(found, limits, options.trusted)
    run = hashlib.sha256(f"{fingerprint} {limits} {options.trusted}".encode()).hexdigest()
    journal = options.output.with_name(options.output.name + ".journal")
    with Journal(journal, run) as notes:
        results = _mark_all(students, settings, notes, options.jobs or os.cpu_count() or 1)
    rows, problems = complete(students, results, settings)
    report.write_grades(options.output, rows)
    report.draw(options.output.with_suffix(".png"), rows)
    if options.feedback:
        report.write_feedback(options.feedback, rows, {task.name: task for task in found})
    print(report.summary(rows, problems))
    written = [options.output, options.output.with_suffix(".png"), options.feedback]
    print("Written:", *filter(None, written))
    whole = all(result["lessons"] and not result["unreadable"] for result in results.values())
    return 0 if whole else 1


def _mark_all(students: Students, settings: Settings, journal: Journal, jobs: int) -> Results:
    """Mark every student who is not in the journal, several at a time."""
    sums = {student: checksum(notebooks) for student, notebooks in students.items()}
    known = {student: journal.find(student, sums[student]) for student in students}
    results = {student: result for student, result in known.items() if result}
    todo = [student for student in students if student not in results]
    if results:
        print(f"{len(results)} of {len(students)} students have been graded before.")
    with ThreadPoolExecutor(jobs) as pool:
        desks = [Desk(settings) for _ in range(min(jobs, len(todo)))]
        free: queue.SimpleQueue[Desk] = queue.SimpleQueue()
        for desk in desks:
            free.put(desk)
        waiting = [pool.submit(_mark, free, student, students[student]) for student in todo]
        try:
            for done in tqdm(as_completed(waiting), total=len(todo), unit="student", disable=None):
                student, results[student] = done.result()
                journal.add(student, sums[student], results[student])
        finally:  # also where the one who grades stops it
            pool.shutdown(wait=False, cancel_futures=True)
            for desk in desks:
                desk.stop()
    return results


def _mark(
    free: "queue.SimpleQueue[Desk]", student: str, notebooks: Sequence[Notebook]
) -> tuple[str, dict[str, Any]]:
    """Mark one student at a free desk."""
    desk = free.get()
    try:
        return student, desk.mark(student, notebooks)
    finally:
        free.put(desk)


def complete(
    students: Students, results: Results, settings: Settings
) -> tuple[list[Row], list[str]]:
    """Add rows for what is missing or cannot be read; return all rows, and what to tell.

    The lessons asked of everybody are those that anybody handed in.
    """
    lessons = {lesson for result in results.values() for lesson in result["lessons"]}
    lessons = lessons or set(settings.lessons)
    rows, told = [], []
    for student in students:
        result = results[student]
        rows += [Row(**row) for row in result["rows"]]
        told += [f"{student}: {note}." for note in result["notes"]]
        told += [f"{student}: {name} cannot be read: {why}." for name, why in result["unreadable"]]
        if not students[student]:
            told.append(f"{student}: no notebook was handed in.")
        for task in settings.tasks:
            if task.lesson in lessons and task.lesson not in result["lessons"]:
                name, why = _broken(result["unreadable"], task.lesson)
                status = "unreadable" if name else "missing"
                detail = why or f"no notebook of lesson {task.lesson}"
                rows.append(Row(student, name, task.name, 0, task.points, status, detail))
    return rows, told


def _broken(unreadable: list[tuple[str, str]], lesson: str) -> tuple[str, str]:
    """The file that may have been this lesson's, and why it cannot be read; empty for none."""
    for name, why in reversed(unreadable):
        if lesson in (numbers := numbers_in(name)) or not numbers:
            return name, why
    return "", ""
