"""Two people of one name, handed over in two folders or zips: they stay apart, and it is told."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from aelib.classroom.kinds import Parts, lesson_of, notebook_stem
from aelib.classroom.platforms import Place

_NUMBERED = re.compile(r"(?P<name>.*[^\W\d_].*)_\d+")


def apart(places: list[Place], above: Sequence[Parts], told: list[str]) -> list[Place]:
    """Where one name came with one lesson from two of the folders `above`, part the two.

    A platform's number, or one of its own names, is one person wherever it stands. But Moodle
    numbers its people anew for each assignment, which is told.
    """
    came: dict[str, dict[Parts, set[str]]] = defaultdict(lambda: defaultdict(set))
    for place, folders in zip(places, above, strict=True):
        if place.student and place.name and not place.own and not place.attempt:
            lesson = lesson_of(place.name) or notebook_stem(place.name)
            came[place.student][folders].add(lesson)
    _tell_of_numbers(came, told)
    twice = {
        student
        for student, folders in came.items()
        if not _NUMBERED.fullmatch(student)
        and len(folders) > 1
        and sum(map(len, folders.values())) > len(set().union(*folders.values()))
    }
    for student in sorted(twice):
        listed = " and ".join("/".join(folders) or "the top" for folders in came[student])
        told.append(f"{student} is in {listed}: taken for two people, since one lesson is in both")
    return [
        replace(place, student=f"{place.student} ({'/'.join(folders) or 'top'})")
        if place.student in twice and not place.attempt
        else place
        for place, folders in zip(places, above, strict=True)
    ]


def _tell_of_numbers(came: dict[str, dict[Parts, set[str]]], told: list[str]) -> None:
    """Say where one name has different numbers in different downloads."""
    named: dict[str, list[str]] = defaultdict(list)
    for student in came:
        if match := _NUMBERED.fullmatch(student):
            named[match["name"]].append(student)
    for students in named.values():
        folders = [set(came[student]) for student in students]
        if len(students) > 1 and not set.intersection(*folders):
            listed = " and ".join(students)
            told.append(
                f"{listed} stay apart: two people of one name, or one whom Moodle numbered anew "
                "for another assignment; then grade each assignment by itself"
            )
