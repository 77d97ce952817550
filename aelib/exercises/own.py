"""Checks a teacher's own exercises before a class meets them."""

from collections.abc import Sequence

from aelib.exercises.base import Exercise, prepare
from aelib.exercises.judge import judge

_SEEDS = range(3)


def faults(exercises: Sequence[Exercise]) -> list[str]:
    """Say what is wrong with exercises: a reference that is refused, a mistake that is not told."""
    found = []
    for exercise in exercises:
        for seed in _SEEDS:
            found += [f"{exercise.name}, seed {seed}: {fault}" for fault in _of(exercise, seed)]
    return found


def _of(exercise: Exercise, seed: int) -> list[str]:
    prepared = prepare(exercise, seed)
    found = []
    verdict = judge(prepared, prepared.expected, exercise.tolerance)
    if verdict.status != "ok":
        found.append(f"its reference is refused ({verdict.sentence})")
    for given, sentence in prepared.wrong:
        verdict = judge(prepared, given, exercise.tolerance)
        if verdict.status == "ok":
            found.append(f"a mistake is called right ({sentence})")
        elif verdict.sentence != sentence:
            found.append(f"a mistake is told otherwise ({sentence}: {verdict.sentence})")
    if exercise.parameters and len(prepared.cases) < 2:
        found.append("it has one case only; right by luck is likely")
    return found
