"""What holds for every exercise of the course."""

from collections import Counter
from inspect import signature

import numpy as np
import pytest
import torch

from aelib.exercises import find, lessons
from aelib.exercises.base import answers, prepare
from aelib.exercises.judge import judge

EVERY = [exercise for lesson in lessons().values() for exercise in lesson]


@pytest.fixture(params=EVERY, ids=lambda exercise: f"{exercise.lesson}-{exercise.name}")
def exercise(request):
    return request.param


@pytest.fixture
def verdict(exercise):
    """Judge a function like `check` does; another seed makes other cases."""

    def judged(function, seed=0):
        prepared = prepare(exercise, seed)
        given = answers(exercise, function, prepared.cases)
        return judge(prepared, given, exercise.tolerance)

    return judged


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_reference_is_right(exercise, verdict, seed):
    assert verdict(exercise.reference, seed).sentence == "right"


@pytest.mark.parametrize("seed", [0, 1])
def test_each_mistake_has_its_own_diagnosis(exercise, verdict, seed):
    assert len(exercise.wrong) >= 4
    for mistake in exercise.wrong:
        answer = verdict(mistake.function, seed)
        assert (answer.status, answer.sentence) == ("wrong", mistake.sentence)
    assert len({mistake.sentence for mistake in exercise.wrong}) == len(exercise.wrong)


def in_the_other_library(value):
    """Arrays for tensors in double precision, tensors for arrays and numbers."""
    if isinstance(value, dict):
        return {key: in_the_other_library(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [in_the_other_library(part) for part in value]
    if isinstance(value, torch.Tensor):
        return value.detach().numpy().astype(float if value.is_floating_point() else None)
    return value if isinstance(value, str) else torch.tensor(np.array(value))


def as_lists(value):
    """Lists and plain numbers for tensors and arrays."""
    if isinstance(value, dict):
        return {key: as_lists(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return tuple(as_lists(part) for part in value)
    return value.tolist() if hasattr(value, "tolist") else value


@pytest.mark.parametrize("clothes", [in_the_other_library, as_lists])
def test_a_mistake_in_other_clothes_gets_the_same_diagnosis(exercise, verdict, clothes):
    for mistake in exercise.wrong:

        def dressed(*given, function=mistake.function):
            return clothes(function(*given))

        dressed.__signature__ = signature(exercise.reference)
        assert verdict(dressed).sentence == mistake.sentence


@pytest.mark.parametrize("seed", range(2, 10))
def test_no_mistake_is_taken_for_right_with_other_seeds(exercise, seed):
    """A class is graded with a seed of its own."""
    prepared = prepare(exercise, seed)
    for given, sentence in prepared.wrong:
        assert judge(prepared, given, exercise.tolerance).status == "wrong", sentence


def test_the_stub_is_not_written_yet(verdict):
    assert verdict(lambda *_: None).status == "not attempted"


def raising(*_):
    raise ZeroDivisionError("division by zero")


def leaving(*_):
    raise SystemExit(1)


@pytest.mark.parametrize(
    "garbage",
    [
        lambda *_: "text",
        lambda *_: object(),
        lambda *_: [],
        lambda *_: {"a": [1, "b", None]},
        lambda *_: np.nan,
        lambda *_: np.broadcast_to(1.0, (10**6, 10**6)),
        lambda *_: np.zeros((0, 3)),
        lambda *_: 1j,
        lambda: None,
        lambda a, b, c, d, e, f: 1,
        raising,
        leaving,
    ],
)
def test_garbage_is_survived_and_never_right(verdict, garbage):
    answer = verdict(garbage)
    assert answer.status != "ok"
    assert answer.sentence


def test_it_says_what_it_is_and_helps(exercise):
    assert exercise.name.isidentifier()
    assert exercise.minutes > 0
    assert exercise.points > 0
    assert len(set(exercise.hints)) == 3
    assert all(len(hint.split()) >= 4 for hint in exercise.hints)
    for mistake in exercise.wrong:
        assert not mistake.sentence.endswith("."), "check ends the sentence"


def test_its_cases_are_new_for_each_seed_and_of_several_sizes(exercise):
    if not exercise.parameters:
        return
    first, again, other = (str(prepare(exercise, seed).expected) for seed in (0, 0, 1))
    assert first == again
    assert first != other
    assert len(prepare(exercise, 0).cases) >= 3


def test_names_are_unique():
    assert max(Counter(exercise.name for exercise in EVERY).values()) == 1


def test_a_lesson_holds_its_own_exercises():
    for lesson, exercises in lessons().items():
        assert {exercise.lesson for exercise in exercises} == {lesson}
        assert len(exercises) >= 4


def test_a_name_nearly_right_is_answered_with_the_right_one():
    with pytest.raises(LookupError, match=f"Did you mean '{EVERY[0].name}'"):
        find(EVERY[0].name + "x")
