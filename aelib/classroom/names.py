"""Whose is it? Paths of files that were handed in -> students. GRADING.md has the rules as a table.

Two files are one student's only where a platform's name or a folder says so, or where one file
name is the other's with the mark of a copy. In doubt they stay apart, and it is said.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from aelib.classroom.apart import apart
from aelib.classroom.kinds import (
    Parts,
    is_assignment,
    is_no_name,
    is_notebook,
    is_own,
    is_place,
    is_title,
    is_work,
    is_zip,
    lesson_of,
    name_in,
    named_by,
    notebook_stem,
    stem_of,
    without_copy,
)
from aelib.classroom.platforms import BLACKBOARD, Place, by_canvas, of_platform, title_length

_WRAPPERS = re.compile(
    r".+-submissions|submitted|inbound|submitted files|student work|assignment_\d+_export", re.I
)
_BESIDE = {
    "submitted": {"source", "release", "autograded", "feedback", "solution"},  # of nbgrader
    "submitted files": {"working files"},  # of Teams
}
_DASHED = re.compile(r"-[1-9]\d?$")
_VERSION = re.compile(r"version (\d+)", re.I)  # of Teams


class AmbiguousError(Exception):
    """It cannot be told who is a student; the sentence says what to do."""


def place(paths: Sequence[Parts], level: int = 0) -> tuple[list[Place], list[str]]:
    """Find the student of every path; `level` is where their folders stand, 0 to find out.

    Returns:
        A place for each path, and what to tell of it.

    Raises:
        AmbiguousError: Two files may be one student's or two students'.
    """
    told: list[str] = []
    depths = _fixed(paths, level) if level else _depths(paths, told)
    below = [path[depth:] for path, depth in zip(paths, depths, strict=True)]
    wrappers = [path[depth - 1] if depth else "" for path, depth in zip(paths, depths, strict=True)]
    beside = _beside_submitted(paths)
    places: list[Place | None] = [
        of_platform(parts) or _not_read(path, beside)
        for path, parts in zip(paths, below, strict=True)
    ]
    title = title_length(parts[0] for parts in below)
    for i, parts in enumerate(below):
        if (found := places[i]) and BLACKBOARD.fullmatch(parts[0]):
            places[i] = replace(found, student=found.student[title:])
    several = sum(is_work(path[-1]) for path in paths) > 1  # of one alone nobody asks whose it is
    flat: dict[Parts, list[int]] = defaultdict(list)  # folder -> its plain files and zips
    for i, parts in enumerate(below):
        if places[i] is not None:
            continue
        if len(parts) > 1 and not is_zip(parts[0]):
            places[i] = _in_folder(parts, wrappers[i])
        else:
            flat[paths[i][: depths[i]]].append(i)
    for folder, group in flat.items():
        found_here = _of_files([below[i] for i in group], folder, told if several else [])
        for i, found in zip(group, found_here, strict=True):
            places[i] = found
    above = [path[:depth] for path, depth in zip(paths, depths, strict=True)]
    return apart([one for one in places if one is not None], above, told), told


def _beside_submitted(paths: Iterable[Parts]) -> dict[Parts, set[str]]:
    """Folders that hold "submitted", or Teams' "Submitted files": what beside these is not read."""
    found: dict[Parts, set[str]] = {}
    for path in paths:
        for k, part in enumerate(path[:-1]):
            if part.lower() in _BESIDE:
                found[path[:k]] = _BESIDE[part.lower()]
    return found


def _fixed(paths: Sequence[Parts], level: int) -> list[int]:
    return [min(level - 1, len(path) - 1) for path in paths]


def _depths(paths: Sequence[Parts], told: list[str]) -> list[int]:
    """How many folders around each path hold the class, not one student."""
    depths = [0] * len(paths)
    todo: list[list[int]] = [[i for i, path in enumerate(paths) if not is_own(path)]]
    while todo:
        level = todo.pop()
        groups: dict[str, list[int]] = defaultdict(list)
        for i in level:
            if len(paths[i]) - depths[i] > 1:
                groups[paths[i][depths[i]]].append(i)
        alone = len(groups) == 1 and not any(
            len(paths[i]) - depths[i] == 1 and is_work(paths[i][-1]) for i in level
        )
        below = {name: [paths[i][depths[i] + 1 :] for i in group] for name, group in groups.items()}
        for name in _wrapping(below, alone, told):
            for i in groups[name]:
                depths[i] += 1
            todo.append(groups[name])
    return depths


def _wrapping(below: dict[str, list[Parts]], alone: bool, told: list[str]) -> list[str]:
    """Which of the folders at one level hold several students."""
    plain = {name: inner for name, inner in below.items() if of_platform((name, "x")) is None}
    known = [
        name
        for name in plain
        if _WRAPPERS.fullmatch(name)
        or is_place(stem_of((name,)) if is_zip(name) else name)
        or "submitted" in map(str.lower, {inner[0] for inner in plain[name] if len(inner) > 1})
    ]
    known += [name for name, inner in plain.items() if _names_students(inner, alone)]
    asked = [name for name in plain if is_assignment(name) and name not in known]
    crowded = {
        name: pair for name, inner in plain.items() if (pair := _crowded(inner, name, alone))
    }
    unsure = [name for name in plain if name not in crowded and name not in (*known, *asked)]
    unclear = {name: pair for name, pair in crowded.items() if name not in (*known, *asked)}
    told += [f"{name} is taken for a folder of students, not for a student" for name in asked]
    known += asked
    if unclear and not unsure:
        for name, (one, other) in unclear.items():
            told.append(f"{name} is taken for a folder of students; it holds {one} and {other}")
        return [*dict.fromkeys([*known, *unclear])]
    if unclear:
        name, (one, other) = next(iter(unclear.items()))
        raise AmbiguousError(
            f"{name} holds {one} and {other}: two students, or one student's two attempts? For "
            "students in the folders of the first level say --level 1, of the second --level 2."
        )
    return list(dict.fromkeys(known))


def _names_students(inner: Iterable[Parts], alone: bool) -> bool:
    """Whether a platform's names tell students, at whatever depth; of Canvas's looser ones two."""
    files = defaultdict(list)
    for parts in inner:
        steps = [(part, "x") for part in parts[:-1]] + [(parts[-1],)]
        if any(map(of_platform, steps)):
            return True
        files[parts[:-1]].append(parts[-1])
    matches = [match for group in files.values() for match in by_canvas(group).values()]
    return len({match["who"] + match["id"] for match in matches}) > (not alone)


def _crowded(inner: list[Parts], name: str, alone: bool) -> tuple[str, str] | None:
    """Two notebooks of one lesson in a folder or zip that look like those of two students."""
    if is_zip(name) and not alone:  # somebody's, but what is in it may be others'
        if by_canvas([name]):
            return None
        inner = [parts[-1:] for parts in inner if lesson_of(parts[-1])]
    seen: dict[tuple[bool, str], tuple[str, str]] = {}
    nobody = is_no_name(name)  # "Section 1" is no student
    direct = any(len(parts) == 1 and is_notebook(parts[0]) for parts in inner)
    for parts in inner:
        if not is_notebook(parts[-1]) or (direct and len(parts) > 1):
            continue
        stem = notebook_stem(parts[-1])
        stem = without_copy(stem)[0]
        who = name_in(stem)[0] if len(parts) == 1 else parts[0]
        key = (len(parts) > 1, lesson_of(parts[-1]) or ("" if alone or nobody else stem))
        other, path = seen.setdefault(key, (who, "/".join(parts)))
        if who and other and who != other:
            return path, "/".join(parts)
    return None


def _in_folder(parts: Parts, wrapper: str) -> Place:
    """A folder is a student's; GitHub Classroom puts hw6-ada into hw6-submissions."""
    slug = wrapper.removesuffix("-submissions") + "-"
    who = parts[0].removeprefix(slug) if wrapper.endswith("-submissions") else parts[0]
    versions = [float(m[1]) for part in parts[1:-1] if (m := _VERSION.fullmatch(part))]
    again = without_copy(notebook_stem(parts[-1]))[1]
    return Place(
        who, parts[-1], versions[-1] if versions else 0.0, again, named=named_by(parts[-1])
    )


def _of_files(files: list[Parts], folder: Parts, told: list[str]) -> list[Place]:
    """Students of the plain files and zips of one folder, by their names."""
    firsts = list(dict.fromkeys(parts[0] for parts in files))
    work = [name for name in firsts if is_work(name)]
    known = _by_name(work, "".join(f"{part}/" for part in folder), told)
    places: list[Place] = []
    for parts in files:
        found = known.get(parts[0])
        if found is None:
            why = "it lies beside the submissions and is no notebook"
            places.append(Place("", parts[0], why=why))
        else:
            named = found.named and named_by(parts[-1])
            inner = replace(found, name=parts[-1], named=named)
            places.append(found if len(parts) == 1 else inner)
    return places


def _by_name(names: list[str], where: str, told: list[str]) -> dict[str, Place]:
    """File name -> student. Files that would be one student's without being copies stay apart."""
    found = {
        name: Place(
            f"{m['who']}_{m['id']}",
            m["rest"] or name,
            float(m["upload"] or 0),
            late=bool(m["late"]),
        )
        for name, m in by_canvas(names).items()
    }
    guesses = {name: _guess(name) for name in names if name not in found}
    same: dict[str, list[_Guess]] = defaultdict(list)
    for guess in guesses.values():
        same[guess.who].append(guess)
    apart: list[str] = []
    for name, guess in guesses.items():
        group = same[guess.who]
        if guess.who and _are_one(group):
            found[name] = Place(guess.who, name, again=guess.again, named=guess.who)
        else:
            apart.append(where + name)
            found[name] = Place(notebook_stem(name), name, named=notebook_stem(name))
    if apart:
        listed = ", ".join(sorted(apart)[:4]) + (" and others" if len(apart) > 4 else "")
        told.append(f"{listed}: no student's name could be told, so each file is a student")
    return found


@dataclass(frozen=True)
class _Guess:
    """What a file's name seems to say."""

    who: str
    lesson: str
    title: str  # what else stands in it
    stem: str  # without the mark of a copy
    whole: str  # with it
    again: int


def _guess(name: str) -> _Guess:
    whole = notebook_stem(name)
    stem, again = without_copy(whole)
    who, lesson, title = name_in(stem)
    return _Guess(who, lesson, title, stem, whole, again)


def _are_one(group: list[_Guess]) -> bool:
    """Whether files that give one name are one student's: copies of one, or several lessons."""
    stems: dict[str, set[str]] = defaultdict(set)
    for guess in group:
        stems[guess.lesson].add(guess.stem)
    copies = len(group) > len({guess.stem for guess in group})
    whole = {guess.whole for guess in group}
    dashed = (guess for guess in group if _DASHED.search(guess.whole))
    named_first = all(guess.stem.startswith(guess.who) for guess in group)
    several = len(stems) > 1
    return (
        all(len(one) == 1 for one in stems.values())
        and (named_first or not copies)
        and all(guess.stem in whole for guess in dashed)  # user-1 and user-2 may be two
        and (not several or all(is_title(guess.title) for guess in group))
    )


def _not_read(parts: Parts, beside: dict[Parts, set[str]]) -> Place | None:
    why = ""
    if is_own(parts):
        why = "a platform's or an earlier run's own"
    for k, part in enumerate(parts[:-1]):
        if part.lower() in beside.get(parts[:k], ()):
            why = "only what was submitted is read"
    return Place("", "/".join(parts), why=why, own=True) if why else None
