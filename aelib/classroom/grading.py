"""`aelib grade`: a class of submissions -> grades.csv, a summary, feedback."""

import hashlib
import inspect
import os
import queue
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

from tqdm import tqdm

from aelib import exercises
from aelib.classroom import exports, report, sandbox
from aelib.classroom.completing import (
    complete,
    left_aside,
    lessons_of,
    missing,
    on_the_list,
    passed_over,
)
from aelib.classroom.isolation import Limits
from aelib.classroom.journal import Journal, JournalError
from aelib.classroom.marking import Desk, Row, mark_of
from aelib.classroom.preparation import PreparationError, Task, tasks
from aelib.classroom.roster import Person, RosterError, read_roster
from aelib.classroom.similar import pairs
from aelib.classroom.staff import Settings
from aelib.classroom.submissions import Collected, Student, SubmissionError, collect
from aelib.data.files import DataError

_TROUBLE = (
    *(SubmissionError, PreparationError, RosterError, JournalError, DataError),
    sandbox.SandboxError,
)
Students = dict[str, Student]
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
        level: Where the students' folders stand in SUBMISSIONS; 0 to find out.
        roster: A list of the class; who is on it and handed in nothing gets rows too.
        due: What came later is marked as late.
        export: "moodle" or "canvas": write its columns too.
        similar: Tell which answers are alike.
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
    level: int = 0
    roster: Path | None = None
    due: datetime | None = None
    export: str = ""
    similar: bool = False


def grade(options: Options) -> int:
    """Grade a class; returns 0 only if every submission was graded, 2 if none could be."""
    try:
        return _grade(options)
    except _TROUBLE as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped. The same command goes on where this one ended.", file=sys.stderr)
        return 130
    return 2


def _grade(options: Options) -> int:
    if not options.trusted:
        sandbox.check()
    people = read_roster(options.roster) if options.roster else []
    written = _written(options)
    journal = options.output.with_name(options.output.name + ".journal")
    collected = _collected(options, (*written.values(), journal))
    found, fingerprint = tasks(options.exercises, options.seed, options.lessons)
    settings = _settings(options, found)
    print(sandbox.memory_in_words(options.memory, options.trusted))
    run = f"{fingerprint} {_own_code()} {settings.limits} {options.trusted} {options.similar}"
    with Journal(journal, hashlib.sha256(run.encode()).hexdigest()) as notes:
        jobs = options.jobs or os.cpu_count() or 1
        results = _mark_all(collected.students, settings, notes, jobs)
    lessons, said = lessons_of(results, settings, options.lessons)
    rows, told = complete(collected.students, results, settings, lessons)
    matched, absent, unmatched = on_the_list(collected.students, people)
    rows += [missing(person.name, task) for person in absent for task in settings.of(lessons)]
    lost = left_aside(collected, results, bool(options.lessons)) + unmatched
    _write(options, written, rows, settings, matched | {one.name: one for one in absent})
    print(report.summary(rows, [said, *told, *collected.told, *lost, *passed_over(collected)]))
    if options.similar:
        alike = pairs({name: result["prints"] for name, result in results.items()})
        print("\nAlike:", *alike, sep="\n  ")
    print("Written:", *written.values())
    return 1 if lost or collected.told else 0


def _write(
    options: Options,
    written: dict[str, Path],
    rows: list[Row],
    settings: Settings,
    people: dict[str, Person],
) -> None:
    """Write all files of a run."""
    totals = exports.totals(rows)
    report.write_grades(written["grades"], rows)
    report.draw(written["picture"], rows)
    exports.write_totals(written["totals"], totals)
    if options.feedback:
        report.write_feedback(options.feedback, rows, {task.name: task for task in settings.tasks})
    if options.export == "moodle":
        exports.write_moodle(written["export"], totals, people)
    elif options.export == "canvas":
        names = {row.exercise for row in rows}
        lessons = sorted({task.lesson for task in settings.tasks if task.name in names})
        exports.write_canvas(written["export"], totals, people, f"Lesson {', '.join(lessons)}")


def _written(options: Options) -> dict[str, Path]:
    """The files that a run writes."""
    output = options.output
    found = {"grades": output, "picture": output.with_suffix(".png")}
    found["totals"] = output.with_name(f"{output.stem}-totals.csv")
    if options.export:
        found["export"] = output.with_name(f"{output.stem}-{options.export}.csv")
    return found | ({"feedback": options.feedback} if options.feedback else {})


def _collected(options: Options, skip: tuple[Path, ...]) -> Collected:
    due = options.due.timestamp() if options.due else float("inf")
    teachers = tuple(path for path in (options.roster, options.exercises) if path)
    return collect(options.submissions, options.level, (*skip, *teachers), due)


def _settings(options: Options, found: Sequence[Task]) -> Settings:
    own = options.exercises
    hidden = (own.resolve(), Path(cache_from_source(str(own.resolve())))) if own else ()
    limits = Limits(options.seconds, options.memory << 20)
    return Settings(found, limits, options.trusted, hidden, options.similar)


def explain(options: Options, student: str, exercise: str) -> int:
    """Show what was taken of a student's notebooks for an exercise, and how it was judged."""
    try:
        if not options.trusted:
            sandbox.check()
        collected = _collected(options, ())
        found, _ = tasks(options.exercises, options.seed, options.lessons)
        known = {task.name: task for task in found}
        if student not in collected.students:
            raise SubmissionError(f"No student {student!r}: {', '.join(collected.students)}.")
        if exercise not in known:
            raise SubmissionError(f"No exercise {exercise!r}: {', '.join(known)}.")
        desk = Desk(_settings(options, found))
        try:
            attempts = desk.explain(collected.students[student], known[exercise])
        finally:
            desk.stop()
    except _TROUBLE as error:
        print(error, file=sys.stderr)
        return 2
    print(report.explanation(student, known[exercise], attempts))
    return 0


def _own_code() -> str:
    """Changes when the grader, or what it judges with, changes."""
    total = hashlib.sha256(f"{version('torch')} {version('numpy')}".encode())
    for folder in (Path(__file__).parent, Path(inspect.getfile(exercises)).parent):
        for path in sorted(folder.glob("*.py")):
            total.update(path.read_bytes())
    return total.hexdigest()


def _mark_all(students: Students, settings: Settings, journal: Journal, jobs: int) -> Results:
    """Mark every student who is not in the journal, several at a time."""
    marks = {name: mark_of(student) for name, student in students.items()}
    known = {name: journal.find(name, marks[name]) for name in students}
    results = {name: result for name, result in known.items() if result}
    todo = [name for name in students if name not in results]
    if results:
        print(f"{len(results)} of {len(students)} students have been graded before.")
    with ThreadPoolExecutor(jobs) as pool:
        desks = [Desk(settings) for _ in range(min(jobs, len(todo)))]
        free: queue.SimpleQueue[Desk] = queue.SimpleQueue()
        for desk in desks:
            free.put(desk)
        waiting = [pool.submit(_mark, free, name, students[name]) for name in todo]
        try:
            for done in tqdm(as_completed(waiting), total=len(todo), unit="student", disable=None):
                name, results[name] = done.result()
                journal.add(name, marks[name], results[name])
        finally:  # also where the one who grades stops it
            pool.shutdown(wait=False, cancel_futures=True)
            for desk in desks:
                desk.stop()
    return results


def _mark(
    free: "queue.SimpleQueue[Desk]", name: str, student: Student
) -> tuple[str, dict[str, Any]]:
    """Mark one student at a free desk."""
    desk = free.get()
    try:
        return name, desk.mark(name, student)
    finally:
        free.put(desk)
