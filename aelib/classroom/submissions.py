"""A class's folder or zip -> students, the notebooks of each, and all that belongs to nobody."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from aelib.classroom import archives, kinds, names
from aelib.classroom.archives import Entry, SubmissionError, entries
from aelib.classroom.platforms import Place

_MOST_NOTEBOOKS = 50  # of one student

__all__ = ["Collected", "Notebook", "Student", "SubmissionError", "collect"]


@dataclass(frozen=True)
class Notebook:
    """One notebook that was handed in, not read yet.

    Args:
        name: Its file name.
        order: The last of several notebooks is the one with the largest.
        mark: Changes when the file changes.
        read: Returns its bytes.
        late: Whether it came after the time that was due.
        named: Whose its name says it is, where a folder or a zip is somebody's.

    `read` raises SubmissionError where they cannot be had.
    """

    name: str
    order: tuple[float, float, int, str]
    mark: str
    read: Callable[[], bytes]
    late: bool = False
    named: str = ""


@dataclass
class Student:
    """What one student handed in.

    Args:
        notebooks: From the first to the last.
        others: Names of files that are no notebooks.
        unread: Names of the first notebooks, where there are too many.
        notes: What to tell the teacher.
    """

    notebooks: list[Notebook] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Collected:
    """All of SUBMISSIONS.

    Args:
        students: By name, in the order of the names.
        aside: Files that are nobody's, each with the reason.
        own: Files of a platform or of an earlier run, which nobody misses.
        told: What was decided and could be wrong.
    """

    students: dict[str, Student]
    aside: list[tuple[str, str]]
    own: list[str]
    told: list[str]


def collect(
    path: Path, level: int = 0, skip: tuple[Path, ...] = (), due: float = float("inf")
) -> Collected:
    """Find the students in a folder, a zip or a notebook; `skip` are files that a run writes.

    What was handed in after `due` (seconds since 1970) is late: by the time that a platform
    wrote in a name, or else by that of the file.

    Raises:
        SubmissionError: There is nothing that could be graded, or it cannot be told whose.
    """
    written = {p.resolve() for p in skip}
    found = [e for e in entries(path) if not path.is_dir() or not _is_within(path, e, written)]
    paths = [tuple(map(kinds.readable, entry.parts)) for entry in found]
    try:
        places, told = names.place(paths, level)
    except names.AmbiguousError as error:
        raise SubmissionError(str(error)) from error
    called = _names_by_gradescope(found)
    collected = Collected({}, [], [], told)
    for entry, parts, place in zip(found, paths, places, strict=True):
        if not place.student:
            _put_aside(collected, entry, parts, place)
            continue
        name = called.get(place.student, place.student)
        student = collected.students.setdefault(name, Student())
        if place.name and not place.own:
            _add(student, entry, place, due)
        elif place.own:
            collected.own.append("/".join(parts))
    if not collected.students:
        raise SubmissionError(f"{path} holds no submissions.")
    students = {name: collected.students[name] for name in sorted(collected.students)}
    for student in students.values():
        _put_in_order(student)
    return Collected(students, collected.aside, collected.own, told)


def _names_by_gradescope(found: list[Entry]) -> dict[str, str]:
    """Folder of Gradescope's export -> the name in the list that it puts beside them."""
    called: dict[str, str] = {}
    for entry in found:
        if entry.parts[-1] != "submission_metadata.yml":
            continue
        folder = ""
        for line in entry.read(archives.LARGEST_NOTEBOOK).decode("utf-8", "replace").splitlines():
            if match := re.match(r"(submission_\d+):", line):
                folder = match[1]
            elif (match := re.match(r"\s*-?\s*:name: (.+)", line)) and folder not in called:
                name = match[1].strip("'\" ")
                called[folder] = kinds.readable(f"{name}_{folder.partition('_')[2]}")
    return called


def _is_within(top: Path, entry: Entry, written: set[Path]) -> bool:
    path = top.joinpath(*entry.parts).resolve() if written else top
    return bool(written) and (path in written or any(p in written for p in path.parents))


def _put_aside(collected: Collected, entry: Entry, parts: kinds.Parts, place: Place) -> None:
    path = "/".join(parts)
    if place.own:
        collected.own.append(path)
    else:
        collected.aside.append((path, kinds.readable(entry.trouble) or place.why))


def _add(student: Student, entry: Entry, place: Place, due: float) -> None:
    if entry.trouble or kinds.is_notebook(place.name) or _holds_cells(entry, place.name):
        order = (place.attempt, entry.time, place.again, place.name)
        read = partial(entry.read, archives.LARGEST_NOTEBOOK)
        late = place.late or (place.when or entry.time) > due
        student.notebooks.append(Notebook(place.name, order, entry.mark, read, late, place.named))
    else:
        student.others.append(place.name)


def _holds_cells(entry: Entry, name: str) -> bool:
    """Whether a .json file is a notebook that lost its ending."""
    if not name.lower().endswith(".json"):
        return False
    try:
        content = entry.read(archives.LARGEST_NOTEBOOK)
    except SubmissionError:
        return False
    return b'"cells"' in content and b'"cell_type"' in content


def _put_in_order(student: Student) -> None:
    student.notebooks.sort(key=lambda notebook: notebook.order)
    student.unread = [notebook.name for notebook in student.notebooks[:-_MOST_NOTEBOOKS]]
    del student.notebooks[: len(student.unread)]
    renamed = [n.name for n in student.notebooks if not n.name.lower().endswith((".ipynb", ".zip"))]
    student.notes += [f"{name} was read as the notebook that it seems to be" for name in renamed]
