"""What completes the marks: the lessons that count, rows for what is missing, what was left."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from aelib.classroom.kinds import lessons_in
from aelib.classroom.marking import TOO_LONG, Row
from aelib.classroom.preparation import Task
from aelib.classroom.roster import Person, match
from aelib.classroom.staff import Settings
from aelib.classroom.submissions import Collected, Student
from aelib.classroom.verdicts import LOOK

Students = Mapping[str, Student]
Results = Mapping[str, dict[str, Any]]


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
    tasks_of = settings.of(lessons)
    for name, student in students.items():
        result = results[name]
        given = {row["exercise"]: Row(**row) for row in result["rows"]}
        told += [f"{name}: {note}." for note in result["notes"]]
        told += [f"{name}: {file} cannot be read: {why}." for file, why in result["unreadable"]]
        if not student.notebooks and not student.others:
            told.append(f"{name}: nothing was handed in.")
        if student.others:
            told.append(f"{name}: no notebook, so not read: {some(student.others)}.")
        if student.unread:
            told.append(f"{name}: too many notebooks, so not read: {some(student.unread)}.")
        rows += [given.get(task.name) or _without(name, student, task, result) for task in tasks_of]
    return rows, told


def _without(name: str, student: Student, task: Any, result: dict[str, Any]) -> Row:
    """The row of an exercise whose lesson was not graded."""
    file, why = _broken(result["unreadable"], task.lesson)
    if file:
        return Row(name, file, task.name, 0, task.points, "unreadable", why)
    if student.others and not student.notebooks:
        why = f"{some(student.others)} was handed in, which is no notebook"
        return Row(name, "", task.name, 0, task.points, LOOK, why)
    there = f"; {some([n.name for n in student.notebooks])} has none of its exercises"
    why = f"no notebook of lesson {task.lesson} was handed in" + (
        there if student.notebooks else ""
    )
    return Row(name, "", task.name, 0, task.points, "missing", why)


def some(names: Sequence[str], most: int = 3) -> str:
    """The first few of many names."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _broken(unreadable: list[tuple[str, str]], lesson: str) -> tuple[str, str]:
    """The file that may have been this lesson's, and why it cannot be read; empty for none."""
    for name, why in reversed(unreadable):
        if lesson in (numbers := lessons_in(name)) or not numbers:
            return name, why
    return "", ""


def left_aside(collected: Collected, results: Results, asked: bool) -> list[str]:
    """What was handed in and not graded: the reason for an exit status other than 0."""
    lost = [f"{path} was left aside: {why}." for path, why in collected.aside]
    for name, student in collected.students.items():
        result = results[name]
        lost += [f"{name}: {doubt}" for doubt in result["doubts"]]
        if (
            student.others
            or student.unread
            or result["unreadable"]
            or any(TOO_LONG in row["detail"] for row in result["rows"])
            or not result["lessons"]
            or (not asked and any("holds no exercise" in note for note in result["notes"]))
        ):
            lost.append(f"{name}: not all that was handed in could be graded.")
    return lost


def passed_over(collected: Collected) -> list[str]:
    """What nobody misses."""
    own = collected.own
    return [f"Passed over, since a platform or an earlier run wrote them: {some(own)}."] * bool(own)


def on_the_list(
    students: Students, people: Sequence[Person]
) -> tuple[dict[str, Person], list[Person], list[str]]:
    """Return who is who on the list, who handed in nothing, and a line for whom it lacks."""
    if not people:
        return {}, [], []
    matched, unmatched = match(students, people)
    there = {id(person) for person in matched.values()}
    absent = [person for person in people if id(person) not in there]
    lines = [f"{name} is nobody on the list, or fits more than one." for name in unmatched]
    return matched, absent, lines


def missing(name: str, task: Task) -> Row:
    """The row of somebody on the list who handed in nothing."""
    return Row(name, "", task.name, 0, task.points, "missing", "nothing was handed in")
