"""The net of mutants: right solutions, bent in many small ways, and none of them passes.

Each exercise's reference is bent by aelib.exercises.bending, and each bent version is judged as
`check` and the grader judge an answer. `equivalent.py` lists those that are no mistakes, with the
reason. By default two seeds are tried, the one of `check` and another; with `-m slow` all from 0 to
19.
"""

import warnings
from collections.abc import Iterator
from itertools import chain

import numpy as np
import pytest
from equivalent import EQUIVALENT, WRONG_NUMBERS, WRONG_WORDS
from found_by_people import FOUND

from aelib.exercises import lessons
from aelib.exercises.base import Exercise, answers, prepare
from aelib.exercises.bending import Bent, bent
from aelib.exercises.judge import judge

EVERY = list(chain.from_iterable(lessons().values()))
FUNCTIONS = [exercise for exercise in EVERY if exercise.parameters]
REPORTS = [exercise for exercise in EVERY if not exercise.parameters]
LEAST = 15  # mutants that an exercise must kill


def named(exercise: Exercise) -> str:
    return f"{exercise.lesson}-{exercise.name}"


def accepted(exercise: Exercise, mutants: list[Bent], seeds: range) -> Iterator[tuple[int, str]]:
    """Each mutant called right, with the seed of the cases that it passed."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # mutants divide by zero
        for seed in seeds:
            prepared = prepare(exercise, seed)
            for mutant in mutants:
                given = answers(exercise, mutant.function, prepared.cases)
                if judge(prepared, given, exercise.tolerance).status == "ok":
                    yield seed, mutant.what


def listed(exercise: Exercise, what: str) -> bool:
    return any(what in excused for excused in EQUIVALENT.get(exercise.name, {}).values())


def all_are_killed(exercise: Exercise, seeds: range) -> int:
    """Fail where a mutant lives; return how many were killed."""
    mutants = bent(exercise)
    wrong = [mutant for mutant in mutants if not listed(exercise, mutant.what)]
    wrong += [
        Bent(f"found by people: {what}", f) for what, f in FOUND.get(exercise.name, {}).items()
    ]
    living = sorted(set(accepted(exercise, wrong, seeds)))
    assert not living, f"{exercise.name} accepts: {living}"
    return len(wrong)


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=named)
def test_no_bent_solution_is_called_right(exercise, record_property):
    killed = all_are_killed(exercise, range(2))
    record_property("killed", killed)
    assert killed >= LEAST


@pytest.mark.slow
@pytest.mark.parametrize("exercise", FUNCTIONS, ids=named)
def test_no_bent_solution_is_called_right_by_any_grader(exercise):
    killed = all_are_killed(exercise, range(20))
    print(f"{named(exercise)}: {killed} mutants killed with each of 20 seeds")


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=named)
def test_what_is_listed_as_equivalent_is_there_and_is_right(exercise):
    """A list that excuses a mutant that dies, or one that is no longer there, is out of date."""
    excused = {what for some in EQUIVALENT.get(exercise.name, {}).values() for what in some}
    mutants = [mutant for mutant in bent(exercise) if mutant.what in excused]
    assert excused == {mutant.what for mutant in mutants}
    assert excused == {what for _, what in accepted(exercise, mutants, range(1))}


def test_every_list_belongs_to_an_exercise():
    names = {exercise.name for exercise in EVERY}
    assert {*EQUIVALENT, *FOUND} <= names


# Reports: a number, some numbers or a word


def wrong_reports(exercise: Exercise) -> list[object]:
    """What people report by accident, round about the right answer and far from it."""
    right = exercise.reference()
    if isinstance(right, str):
        return [word for word in WRONG_WORDS if word != right]
    if isinstance(right, list):
        numbers = [[bend(value) for value in right] for bend in WRONG_NUMBERS]
        return [*numbers, right[::-1], right[:1], [*right, 0.0], sum(right), str(right), None, []]
    numbers = [bend(right) for bend in WRONG_NUMBERS]
    numbers += [right * (1 + 1.5 * exercise.tolerance), right * (1 - 1.5 * exercise.tolerance)]
    return [*numbers, str(right), [right, right], None, [], "", np.full(3, right), {"a": right}]


@pytest.mark.parametrize("exercise", REPORTS, ids=named)
def test_no_other_report_is_called_right(exercise):
    prepared = prepare(exercise, seed=0)
    wrong = wrong_reports(exercise)
    assert len(wrong) >= LEAST
    for value in wrong:
        given = answers(exercise, lambda value=value: value, prepared.cases)
        assert judge(prepared, given, exercise.tolerance).status != "ok", value
