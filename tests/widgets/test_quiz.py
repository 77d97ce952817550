"""The questions of each lesson, and the widget that asks them."""

import json
import tomllib
from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageFont

import aelib
from aelib.originals import lesson_files
from aelib.widgets import Quiz
from aelib.widgets.quiz import _MASK

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "aelib" / "exercises" / "quiz").glob("*.toml"))
QUESTIONS = {
    file.stem: tomllib.loads(file.read_text(encoding="utf-8"))["question"] for file in FILES
}
EVERY = [(lesson, question) for lesson, some in QUESTIONS.items() for question in some]


def key_of(widget):
    """What the browser makes of the masked key."""
    return json.loads(bytes(b ^ ((_MASK + 7 * i) & 255) for i, b in enumerate(widget._key)))


@pytest.fixture
def small():
    wrong = [{"answer": f"wrong {i}", "why": f"since {i}"} for i in range(3)]
    return Quiz([{"text": "Which?", "right": "this", "why": "it is", "wrong": wrong}] * 2)


# The files


def test_each_lesson_has_its_questions():
    lessons = [path.name[:2] for path in lesson_files(ROOT / "notebooks")]
    assert set(QUESTIONS) >= {lesson for lesson in lessons if lesson <= "14"}
    assert all(5 <= len(some) <= 8 for some in QUESTIONS.values())


@pytest.mark.parametrize(("lesson", "question"), EVERY)
def test_a_question_has_four_answers_and_a_reason_for_each(lesson, question):
    assert set(question) == {"text", "right", "why", "wrong"}
    answers = [question["right"], *(wrong["answer"] for wrong in question["wrong"])]
    reasons = [question["why"], *(wrong["why"] for wrong in question["wrong"])]
    assert len(set(answers)) == len(set(reasons)) == 4
    assert question["text"].endswith("?")
    for sentence in (*answers, *reasons):
        assert sentence.endswith("."), sentence
        assert len(sentence) < 200, sentence


def test_no_question_is_asked_twice():
    texts = Counter(question["text"] for _, question in EVERY)
    assert max(texts.values()) == 1


def test_neither_place_nor_length_gives_the_right_answer_away():
    places, longest = Counter(), 0
    for lesson in QUESTIONS:
        widget = aelib.quiz(lesson)
        for shown, key in zip(widget._questions, key_of(widget), strict=True):
            places[key["right"]] += 1
            lengths = [len(answer) for answer in shown["answers"]]
            longest += lengths[key["right"]] == max(lengths)
    total = sum(places.values())
    assert all(places[place] > 0.1 * total for place in range(4)), places
    assert longest < 0.9 * total


# The widget


def test_a_lesson_is_asked_for_by_its_digits():
    assert repr(aelib.quiz("06")).startswith("Quiz(Questions on lesson 06, ")
    with pytest.raises(LookupError, match="No lesson '6' has questions; there are 00, 01"):
        aelib.quiz("6")
    with pytest.raises(LookupError, match="No lesson 6 has"):
        aelib.quiz(6)


def test_the_right_answer_keeps_its_reason(small):
    for shown, key in zip(small._questions, key_of(small), strict=True):
        reasons = dict(zip(shown["answers"], key["why"], strict=True))
        assert shown["answers"][key["right"]] == "this"
        assert reasons == {"this": "it is", **{f"wrong {i}": f"since {i}" for i in range(3)}}


def test_what_the_browser_gets_holds_no_answer_as_plain_text():
    for lesson, questions in QUESTIONS.items():
        widget = aelib.quiz(lesson)
        sent = widget.get_state()
        plain = json.dumps({k: v for k, v in sent.items() if not isinstance(v, bytes)})
        bundle = widget._repr_mimebundle_()[0]
        page = plain + repr(bundle["text/plain"]) + widget._still()[1]
        for question in questions:
            reasons = [question["why"], *(wrong["why"] for wrong in question["wrong"])]
            for reason in reasons:
                assert reason not in page
                assert reason.encode() not in widget._key
        assert '"right"' not in plain


def test_nothing_is_chosen_at_first_and_places_are_checked(small):
    assert small.chosen == [-1, -1]
    small.chosen = [3, 0]
    for bad in ([0], [0, 4], [-2, 0], [0, 0, 0]):
        with pytest.raises(ValueError, match="a place for each of the 2 questions"):
            small.chosen = bad
    assert small.chosen == [3, 0]


def test_the_still_picture_can_be_read_and_says_what_it_is(small):
    png, text = small._still()
    assert Image.open(BytesIO(png)).width == 520
    assert text == "Questions, four answers each. Which? Which?"


def test_the_still_pictures_font_has_every_sign_of_every_question():
    """What a font lacks it draws as a box with a cross."""
    font = ImageFont.load_default(size=13)
    box = bytes(font.getmask("\uffff"))
    for lesson in QUESTIONS:
        for question in aelib.quiz(lesson)._questions:
            for sign in set("".join([question["text"], *question["answers"]])) - {" "}:
                assert bytes(font.getmask(sign)) != box, sign
