"""What is right is called right, however it is written."""

import warnings
from itertools import chain

import numpy as np
import pytest
import torch
from right_answers import RIGHT

from aelib.exercises import lessons
from aelib.exercises.base import answers, prepare
from aelib.exercises.judge import judge

EVERY = list(chain.from_iterable(lessons().values()))


def named(exercise):
    return f"{exercise.lesson}-{exercise.name}"


def forms(right):
    """A report in the forms in which people give it."""
    if isinstance(right, str):
        return [right, right.lower(), f" {right} ", np.str_(right), right.upper()]
    if isinstance(right, list):
        return [tuple(right), np.array(right), torch.tensor(right), [np.float64(v) for v in right],
                [torch.tensor(v) for v in right]]  # fmt: skip
    return [float(right), np.float64(right), np.array(right), torch.tensor(float(right)),
            np.float32(right)]  # fmt: skip


def written_differently(exercise):
    if exercise.parameters:
        return RIGHT[exercise.name]
    return [lambda value=value: value for value in forms(exercise.reference())]


@pytest.mark.parametrize("exercise", EVERY, ids=named)
def test_right_answers_in_other_clothes_are_right(exercise):
    given = written_differently(exercise)
    assert len(given) >= 5
    for seed in (0, 1):
        prepared = prepare(exercise, seed)
        for number, function in enumerate(given):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a mean of no rows warns, and is put right
                told = judge(
                    prepared, answers(exercise, function, prepared.cases), exercise.tolerance
                )
            assert told.sentence == "right", f"answer {number} of {exercise.name}"
