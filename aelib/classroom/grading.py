"""`aelib grade`: a class of submissions -> grades.csv, a summary, feedback."""

import hashlib
import inspect
import os
import queue
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tqdm import tqdm

from aelib import exercises
from aelib.classroom import report, sandbox
from aelib.classroom.isolation import Limits
from aelib.classroom.journal import Journal, JournalError
from aelib.classroom.marking import Desk, Row, mark_of
from aelib.classroom.preparation import PreparationError, tasks
from aelib.classroom.staff import Settings
from aelib.classroom.submissions import Collected, Student, SubmissionError, collect
from aelib.classroom.surveys import numbers_in
from aelib.classroom.verdicts import LOOK
from aelib.data.files import DataError

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
    output = options.output
    journal = output.with_name(output.name + ".journal")
    picture = output.with_suffix(".png")
    written = [path for path in (output, picture, options.feedback) if path]
    collected = collect(options.submissions, options.level, (*written, journal))
    found, fingerprint = tasks(options.exercises, options.seed, options.lessons)
    limits = Limits(options.seconds, options.memory << 20)
    settings = Settings(found, limits, options.trusted)
    run = hashlib.sha256(f"{fingerprint} {_own_code()} {limits} {options.trusted}".encode())
    with Journal(journal, run.hexdigest()) as notes:
        jobs = options.jobs or os.cpu_count() or 1
        results = _mark_all(collected.students, settings, notes, jobs)
    lessons, said = lessons_of(results, settings, options.lessons)
    rows, told = complete(collected.students, results, settings, lessons)
    report.write_grades(output, rows)
    report.draw(picture, rows)
    if options.feedback:
        report.write_feedback(options.feedback, rows, {task.name: task for task in found})
    lost = _left_aside(collected, results, bool(options.lessons))
    print(report.summary(rows, [said, *told, *collected.told, *lost, *_passed_over(collected)]))
    print("Written:", *written)
    return 1 if lost or collected.told else 0


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


def lessons_of(results: Results, settings: Settings, asked: Sequence[str]) -> tuple[list[str], str]:
    """Return the lessons that count for everybody, and a sentence that says why these."""
    if asked or len(settings.lessons) == 1:
        return settings.lessons, f"Graded: lesson {', '.join(settings.lessons)}, as asked."
    counts = Counter(lesson for result in results.values() for lesson in result["lessons"])
    some = sum(1 for result in results.values() if result["lessons"])
    most = max(counts.values(), default=0)
    chosen = sorted(one for one, count in counts.items() if 2 * count > some or count == most == 1)
    chosen = chosen or sorted(one for one, count in counts.items() if count == most)
    if not chosen:
        return settings.lessons, "Nobody handed in a lesson that could be told; all are asked."
    others = sorted(set(counts) - set(chosen))
    left = f" Lesson {', '.join(others)} came from few and does not count" if others else ""
    ways = "; to choose, name each: --lesson NN." if others else ""
    return chosen, f"Graded: lesson {', '.join(chosen)}, which most handed in.{left}{ways}"


def complete(
    students: Students, results: Results, settings: Settings, lessons: Sequence[str]
) -> tuple[list[Row], list[str]]:
    """Add rows for what is missing or unreadable; return the rows of `lessons`, what to tell."""
    rows, told = [], []
    tasks_of = [task for task in settings.tasks if task.lesson in lessons]
    for name, student in students.items():
        result = results[name]
        given = {row["exercise"]: Row(**row) for row in result["rows"]}
        told += [f"{name}: {note}." for note in result["notes"]]
        told += [f"{name}: {file} cannot be read: {why}." for file, why in result["unreadable"]]
        if not student.notebooks and not student.others:
            told.append(f"{name}: nothing was handed in.")
        if student.others:
            told.append(f"{name}: no notebook, so not read: {_some(student.others)}.")
        rows += [given.get(task.name) or _without(name, student, task, result) for task in tasks_of]
    return rows, told


def _without(name: str, student: Student, task: Any, result: dict[str, Any]) -> Row:
    """The row of an exercise whose lesson was not graded."""
    file, why = _broken(result["unreadable"], task.lesson)
    if file:
        return Row(name, file, task.name, 0, task.points, "unreadable", why)
    if student.others and not student.notebooks:
        why = f"{_some(student.others)} was handed in, which is no notebook"
        return Row(name, "", task.name, 0, task.points, LOOK, why)
    there = f"; {_some([n.name for n in student.notebooks])} has none of its exercises"
    why = f"no notebook of lesson {task.lesson}" + (there if student.notebooks else "")
    return Row(name, "", task.name, 0, task.points, "missing", why)


def _some(names: Sequence[str], most: int = 3) -> str:
    """The first few of many names."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _broken(unreadable: list[tuple[str, str]], lesson: str) -> tuple[str, str]:
    """The file that may have been this lesson's, and why it cannot be read; empty for none."""
    for name, why in reversed(unreadable):
        if lesson in (numbers := numbers_in(name)) or not numbers:
            return name, why
    return "", ""


def _left_aside(collected: Collected, results: Results, asked: bool) -> list[str]:
    """What was handed in and not graded: the reason for an exit status other than 0."""
    lost = [f"{path} was left aside: {why}." for path, why in collected.aside]
    for name, student in collected.students.items():
        result = results[name]
        if (
            student.others
            or result["unreadable"]
            or not result["lessons"]
            or (not asked and any("holds no exercise" in note for note in result["notes"]))
        ):
            lost.append(f"{name}: not all that was handed in could be graded.")
    return lost


def _passed_over(collected: Collected) -> list[str]:
    own = collected.own
    return [f"Passed over, since a platform or an earlier run wrote them: {_some(own)}."] * bool(
        own
    )
