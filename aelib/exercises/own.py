"""Checks a teacher's own exercises before a class meets them."""

import warnings
from collections.abc import Mapping, Sequence

import numpy as np

from aelib.exercises import lessons
from aelib.exercises.base import Answer, Exercise, Prepared, answers, prepare
from aelib.exercises.bending import Bent, bent
from aelib.exercises.draws import fixed_draws
from aelib.exercises.judge import judge
from aelib.exercises.limited import limited

_SEEDS = range(3)
_SECONDS = 2.0  # for a bent solution, which may loop for ever

Equivalent = Mapping[str, Mapping[str, Sequence[str]]]  # exercise -> reason -> what is bent


def faults(exercises: Sequence[Exercise], equivalent: Equivalent) -> tuple[list[str], list[str]]:
    """Find a reference that is refused, a mistake that is not told, a bent solution that passes.

    Args:
        exercises: What a class is to be given.
        equivalent: Bent solutions that are right all the same, each with the reason.

    Returns:
        A sentence for each fault, and one for each exercise on how many bent solutions were tried.
    """
    course = [exercise for every in lessons().values() for exercise in every]
    with fixed_draws():
        return _faults(exercises, equivalent, course)


def _faults(
    exercises: Sequence[Exercise], equivalent: Equivalent, course: Sequence[Exercise]
) -> tuple[list[str], list[str]]:
    found, tried = [], []
    for exercise in exercises:
        prepared = [prepare(exercise, seed) for seed in _SEEDS]
        for seed, one in enumerate(prepared):
            found += [f"{exercise.name}, seed {seed}: {fault}" for fault in _of(exercise, one)]
        if exercise.parameters and exercise not in course:  # whose tests bend them all
            excused = {what for some in equivalent.get(exercise.name, {}).values() for what in some}
            lines, count = _of_the_bent(exercise, prepared, excused)
            found += [f"{exercise.name}: {line}" for line in lines]
            tried.append(f"{exercise.name}: {count} bent solutions are refused")
    return found, tried


def _of(exercise: Exercise, prepared: Prepared) -> list[str]:
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


def _of_the_bent(
    exercise: Exercise, prepared: Sequence[Prepared], excused: set[str]
) -> tuple[list[str], int]:
    """The faults of what bent solutions are called, and how many were refused."""
    every = bent(exercise)
    wrong = [mutant for mutant in every if mutant.what not in excused]
    living = [m.what for m in wrong if any(_passes(exercise, one, m) for one in prepared)]
    lines = [f"EQUIVALENT has {what!r}, which is no bent solution of it"
             for what in sorted(excused - {mutant.what for mutant in every})]  # fmt: skip
    if living:
        lines.append(
            f"{len(living)} of {len(wrong)} bent solutions are called right. Make cases that tell "
            "them from the reference, or list under EQUIVALENT what is right as well: "
            + "; ".join(map(repr, living))
        )
    return lines, len(wrong) - len(living)


def _passes(exercise: Exercise, prepared: Prepared, mutant: Bent) -> bool:
    def job() -> tuple[Answer, ...]:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # mutants divide by zero
            return answers(exercise, mutant.function, prepared.cases)

    given = limited(job, min(_SECONDS, exercise.seconds))
    return given is not None and judge(prepared, given, exercise.tolerance).status == "ok"
