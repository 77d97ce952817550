"""A sentence is true: two more answers with the same mistake, written otherwise, are told it."""

import inspect
from functools import cache

import pytest
from same_mistakes import SAME

from aelib.exercises import find, lessons
from aelib.exercises.base import answers, prepare
from aelib.exercises.judge import judge

CASES = [(name, words) for name, mistakes in SAME.items() for words in mistakes]


prepared = cache(prepare)  # the cases and all listed mistakes, once for each seed


def told(exercise, answer, seed):
    cases = prepared(exercise, seed)
    function = answer if callable(answer) else lambda: answer
    return judge(cases, answers(exercise, function, cases.cases), exercise.tolerance)


def sentence_with(exercise, words):
    sentences = [mistake.sentence for mistake in exercise.wrong]
    (sentence,) = [words] if words in sentences else [s for s in sentences if words in s]
    return sentence


@pytest.mark.parametrize(("name", "words"), CASES)
def test_the_same_mistake_written_otherwise_is_told_the_same(name, words):
    exercise = find(name)
    sentence, both = sentence_with(exercise, words), SAME[name][words]
    assert len(both) == 2
    for answer in both:
        for seed in (0, 1):
            assert told(exercise, answer, seed).sentence == sentence


@pytest.mark.parametrize("lesson", lessons())
def test_every_mistake_has_its_two_more_answers(lesson):
    for exercise in lessons()[lesson]:
        tried = {sentence_with(exercise, words) for words in SAME[exercise.name]}
        assert tried == {mistake.sentence for mistake in exercise.wrong}, exercise.name


def test_none_of_them_calls_the_reference():
    """They are other ways of going wrong, and no echo of the list."""
    source = inspect.getsource(inspect.getmodule(SAME["moved"]["moved down"][0]))
    assert "from aelib" not in source
