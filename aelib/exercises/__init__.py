"""An answer -> one line: the course's exercises, one file for each notebook, and what judges them.

An exercise enters the file of its lesson with its reference, cases, hints and usual mistakes.
"""

from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from aelib.exercises.base import Exercise


@cache
def lessons() -> dict[str, list[Exercise]]:
    """Return the exercises of every lesson, by its two digits."""
    names = sorted(module.name for module in iter_modules(__path__))
    return {
        name.removeprefix("lesson_"): import_module(f"aelib.exercises.{name}").EXERCISES
        for name in names
        if name.startswith("lesson_")
    }


def of_lesson(lesson: str) -> list[Exercise]:
    """Return the exercises of one lesson, such as "05".

    Raises:
        LookupError: There is no such lesson, or it has no exercises.
    """
    if lesson not in lessons():
        raise LookupError(f"No lesson {lesson!r} has exercises; there are {', '.join(lessons())}.")
    return lessons()[lesson]


def find(name: Any) -> Exercise:
    """Return the exercise of that name.

    Raises:
        LookupError: There is none; the sentence names the nearest.
    """
    known = {exercise.name: exercise for every in lessons().values() for exercise in every}
    if isinstance(name, str) and name in known:
        return known[name]
    near = get_close_matches(str(name), known, n=1)
    meant = f" Did you mean {near[0]!r}?" if near else " Its text gives the name."
    raise LookupError(f"There is no exercise {name!r}.{meant}")
