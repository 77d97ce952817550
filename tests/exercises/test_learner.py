"""What a learner calls: one line for every input, never an exception, never a wait without end."""

import contextlib
import gc
import json
import random
import sys
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from aelib import DataError, check, exercises, hint, my_progress, predict, solution
from aelib.exercises import record
from aelib.exercises.base import Exercise, Mistake, TimeUp
from aelib.exercises.limited import _stop, limited


def double(x):
    """Twice x."""
    return 2 * x


OWN = Exercise(
    name="double",
    lesson="99",
    minutes=1,
    points=1,
    reference=double,
    cases=lambda rng: [(float(value),) for value in rng.random(8)],
    hints=("Look at it.", "Add it to itself.", "Multiply by 2."),
    wrong=(Mistake(lambda x: x / 2, "you halved it; multiply by 2"),),
)
COUNT = Exercise(
    name="count",
    lesson="99",
    minutes=1,
    points=1,
    reference=lambda: 7,
    cases=lambda rng: [()],
    hints=("Look at it.", "Count it.", "It is a prime."),
    wrong=(Mistake(lambda: 6, "one too few"),),
)


@pytest.fixture(autouse=True)
def a_lesson_of_our_own(monkeypatch, tmp_path):
    """Two small exercises in place of the course's, and a record of our own."""
    monkeypatch.setattr(exercises, "lessons", lambda: {"99": [OWN, COUNT]})
    monkeypatch.setenv("AELIB_PROGRESS", str(tmp_path / "folder" / "progress.json"))


@pytest.fixture
def hasty(monkeypatch):
    """The first exercise with a time limit that a test can wait for."""
    monkeypatch.setattr(exercises, "lessons", lambda: {"99": [replace(OWN, seconds=0.3), COUNT]})


@pytest.fixture
def printed(capsys):
    """Call and return the one line that it prints; two where a guess meets the truth."""

    def told(function, *arguments):
        function(*arguments)
        out, err = capsys.readouterr()
        assert err == ""
        assert out.count("\n") == (2 if function is predict and len(arguments) > 2 else 1)
        return out.rstrip("\n")

    return told


# check


def test_it_says_what_is_right_and_what_is_wrong(printed):
    assert printed(check, "double", lambda x: x + x) == "double: right."
    assert printed(check, "double", lambda x: None) == "double: not written yet."
    assert printed(check, "double", lambda x: [].append(2 * x)) == (
        "double: it returns nothing; write return in front of the result."
    )
    assert printed(check, "double", lambda x: x / 2) == "double: you halved it; multiply by 2."


def test_it_says_the_same_every_time(printed):
    lines = {printed(check, "double", lambda x: x + random.random()) for _ in range(3)}
    assert len(lines) == 1


def test_a_question_ends_with_its_own_mark(printed):
    line = printed(check, "double", lambda x: 2 * x if x > 0.5 else None)
    assert line.endswith("is there a return on each way?")


def test_a_number_may_be_given_as_it_is(printed):
    assert printed(check, "count", 7) == "count: right."
    assert printed(check, "count", 6) == "count: one too few."
    assert printed(check, "count", 12) == "count: 12 is not it."
    assert printed(check, "count", "seven") == ("count: it returns a text; expected a number.")


def test_an_unknown_name(printed):
    assert printed(check, "doubel", double) == (
        "There is no exercise 'doubel'. Did you mean 'double'?"
    )
    for name in (None, 3, ["double"], double):
        assert printed(check, name, double).startswith("There is no exercise")


def test_name_and_function_exchanged(printed):
    assert printed(check, double, "double") == "double: right."


@pytest.mark.parametrize("result", [3.0, np.ones(3), "text", [1], {"a": 1}])
def test_the_result_in_place_of_the_function(printed, result):
    line = printed(check, "double", result)
    assert line == 'double: give the function itself: check("double", double).'


def test_nothing_at_all(printed):
    assert printed(check, "double", None) == "double: not written yet."


class Empty:
    pass


class Taking:
    def __init__(self, x):
        self.x = x


class Raising:
    def __call__(self, x):
        raise OSError("no such file.")


@pytest.mark.parametrize(
    "answer",
    [Empty, Taking, Raising(), print, len, int, dict, type, Empty(), object(), torch, float("nan")],
)
def test_whatever_is_given_it_answers_in_one_line(printed, answer):
    line = printed(check, "double", answer) if answer is not print else "double: "
    assert line.startswith("double: ")
    assert "right" not in line
    assert ".." not in line


def leave(x):
    sys.exit(3)


def interrupt(x):
    raise KeyboardInterrupt


def sink(x):
    return sink(x)


@pytest.mark.parametrize(
    ("function", "name"),
    [(leave, "SystemExit"), (interrupt, "KeyboardInterrupt"), (sink, "RecursionError")],
)
def test_what_would_end_the_kernel_ends_the_call(printed, function, name):
    assert name in printed(check, "double", function)


# Loops without end


def loop(x):
    while True:
        pass


def stubborn(x):
    while True:
        try:
            sum(range(100))
        except BaseException:
            continue


def sleeping(x):
    time.sleep(1000)


@pytest.mark.parametrize("function", [loop, stubborn, sleeping])
def test_it_waits_no_longer_than_the_time_limit(hasty, printed, function):
    started = time.monotonic()
    line = printed(check, "double", function)
    assert line == (
        "double: no answer within 0.3 seconds; is there a loop that never ends, or one over "
        "single pixels?"
    )
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("function", [loop, stubborn])
def test_a_loop_does_not_go_on_behind_the_scenes(hasty, printed, function):
    before = len(sys._current_frames())
    printed(check, "double", function)
    assert ended(before), "its thread is still running"


def ended(before):
    """Wait until there are as few threads as before; the limit is for a busy machine."""
    for _ in range(3000):
        if len(sys._current_frames()) <= before:
            return True
        time.sleep(0.01)
    return False


@pytest.fixture
def said(monkeypatch):
    """What threads say on their way out.

    What earlier tests left behind, such as the sockets of a notebook's kernel, would complain in
    the middle of it; so that is swept up first.
    """
    heard = []
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    gc.collect()
    gc.disable()
    monkeypatch.setattr(sys, "unraisablehook", heard.append)
    monkeypatch.setattr(threading, "excepthook", heard.append)
    yield heard
    gc.enable()


def test_a_thread_that_is_told_too_late_ends_without_a_word(said, capfd):
    """TimeUp may arrive between the end of the job and the end of its thread."""
    before = len(sys._current_frames())

    def at_the_last_moment():
        try:
            while True:
                pass
        finally:
            raise TimeUp  # as if one more came on the way out

    for _ in range(20):
        assert limited(at_the_last_moment, 0.001) is None
    assert ended(before)
    assert said == []
    assert capfd.readouterr().err == ""


def test_a_thread_that_has_not_begun_is_waited_for():
    """Python finds no thread of its number yet; it must not be taken for one that has ended."""
    begun, ended, nobody = threading.Event(), threading.Event(), 1
    arguments = (nobody, begun, ended, threading.Lock())
    stopper = threading.Thread(target=_stop, args=arguments, daemon=True)
    stopper.start()
    stopper.join(0.1)
    assert stopper.is_alive()
    begun.set()
    stopper.join(30)
    assert not stopper.is_alive()


def test_what_ends_at_the_time_limit_is_right_or_late_and_nothing_else(said, capfd):
    for wait in np.linspace(0.002, 0.006, 60):
        assert limited(lambda w=wait: time.sleep(w) or "done", 0.004) in ("done", None)
    assert said == []
    assert capfd.readouterr().err == ""


def test_after_a_loop_the_next_check_works(hasty, printed, monkeypatch):
    printed(check, "double", loop)
    monkeypatch.setattr(exercises, "lessons", lambda: {"99": [OWN]})
    assert printed(check, "double", double) == "double: right."


# What it leaves alone


def draws():
    return random.random(), np.random.rand(), torch.rand(()).item()  # noqa: NPY002


def seeded():
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002
    torch.manual_seed(5)


def drawing(x):
    return sum(draws()) + x


@pytest.mark.parametrize("function", [double, drawing, loop, leave])
def test_the_generators_outside_go_on_as_they_were(hasty, printed, function):
    seeded()
    expected = draws()
    seeded()
    printed(check, "double", function)
    assert draws() == expected


def test_a_call_that_ends_after_its_check_leaves_the_generators_alone(hasty, printed):
    """On a busy machine the thread that was stopped may take its leave when others draw again."""
    seeded()
    expected = draws()
    seeded()
    going = threading.Event()

    def lingers(x):
        try:
            while True:
                pass
        finally:
            while not going.is_set():
                with contextlib.suppress(TimeUp):
                    going.wait()

    before = len(sys._current_frames())
    printed(check, "double", lingers)
    going.set()
    assert ended(before)
    assert draws() == expected


def test_a_function_that_draws_gets_the_same_numbers_at_each_check(printed):
    seen = []

    def remembers(x):
        seen.append(draws())
        return 2 * x

    printed(check, "double", remembers)
    printed(check, "double", remembers)
    assert len(set(seen)) == 1


def test_gradients_stay_switched_off_where_they_were(printed):
    with torch.no_grad():
        printed(check, "double", lambda x: torch.set_grad_enabled(True) or 2 * x)
        assert not torch.is_grad_enabled()


# hint and solution


def test_hints_come_one_after_the_other_and_the_last_one_stays(capsys):
    for _ in range(4):
        hint("double")
    assert capsys.readouterr().out.splitlines() == [
        "Hint 1 of 3 for double: Look at it.",
        "Hint 2 of 3 for double: Add it to itself.",
        "Hint 3 of 3 for double: Multiply by 2.",
        LAST,
        "Hint 3 of 3 for double: Multiply by 2.",
        LAST,
    ]


LAST = (
    'That was the last one; aelib.hint("double", 1) shows the first again, '
    'aelib.solution("double") a solution.'
)


def test_a_hint_can_be_read_again_and_that_counts_for_nothing(printed):
    assert printed(hint, "double", 3) == "Hint 3 of 3 for double: Multiply by 2."
    assert printed(hint, "double", 1) == "Hint 1 of 3 for double: Look at it."
    assert printed(hint, "double") == "Hint 1 of 3 for double: Look at it."
    assert printed(hint, "double") == "Hint 2 of 3 for double: Add it to itself."


@pytest.mark.parametrize("number", [0, 4, -1, 1.5, "2", [1]])
def test_there_are_three_hints(printed, number):
    assert printed(hint, "double", number) == (
        'There are three hints for double: aelib.hint("double", 1), 2 and 3.'
    )


def test_each_exercise_counts_its_own_hints(capsys):
    hint("double")
    hint("count")
    assert "Hint 1 of 3 for count" in capsys.readouterr().out


def test_the_solution_is_code_that_is_right(capsys):
    solution("double", tried=True)
    source = capsys.readouterr().out
    assert source.startswith("def double(x):")
    written = {}
    exec(source, written)
    check("double", written["double"])
    assert capsys.readouterr().out == "double: right.\n"


def test_before_the_solution_it_asks_whether_one_has_tried(printed, capsys):
    asked = printed(solution, "double")
    assert asked.startswith("Have you tried double?")
    assert 'aelib.solution("double", tried=True)' in asked
    printed(check, "double", lambda x: None)  # the stub is no try
    assert printed(solution, "double") == asked
    printed(check, "double", lambda x: x / 2)
    solution("double")
    assert capsys.readouterr().out.startswith("def double(x):")


def test_a_record_that_cannot_be_written_does_not_lock_the_solution(monkeypatch, capsys):
    monkeypatch.setenv("AELIB_PROGRESS", "/proc/nowhere/progress.json")
    solution("double", tried=True)
    assert capsys.readouterr().out.startswith("def double(x):")


@pytest.mark.parametrize("function", [hint, solution])
def test_help_for_an_unknown_name(printed, function):
    assert printed(function, "dubble").endswith("Did you mean 'double'?")
    assert printed(function, None).startswith("There is no exercise None.")


# predict


def test_a_guess_is_asked_for_and_noted(printed):
    assert printed(predict, "error", None) == "error: no guess yet."
    assert printed(predict, "error", 12.5) == "error: your guess is 12.5."


def test_guess_and_truth_stand_side_by_side(printed):
    assert printed(predict, "error", None, 21.0586) == "error: you made no guess.\nIt is 21.1."
    assert printed(predict, "error", 40, 21.0586) == (
        "error: you guessed 40.\nIt is 21.1. You were 90 % too high."
    )
    assert printed(predict, "error", 10, 20) == (
        "error: you guessed 10.\nIt is 20. You were 50 % too low."
    )
    assert printed(predict, "error", 19, 20) == "error: you guessed 19.\nIt is 20. Well seen."


def test_large_numbers_are_written_in_full(printed):
    assert printed(predict, "weights", None, 115_217) == (
        "weights: you made no guess.\nIt is 115,217."
    )


def test_words_are_compared_without_regard_to_capitals(printed):
    assert printed(predict, "best", "Dense ", "dense").endswith("Well seen.")
    assert printed(predict, "best", "PCA", "dense") == (
        "best: you guessed PCA.\nIt is dense. Which part surprised you?"
    )


@pytest.mark.parametrize(
    ("guess", "truth", "end"),
    [
        (0, 0, "Well seen."),
        (0.5, 0, "You were 0.5 too high."),
        (-5, -10, "You were 50 % too high."),
        (-15, -10, "You were 50 % too low."),
        ("20", 20, "Well seen."),
        (np.float32(20), torch.tensor(20.0), "Well seen."),
        (True, True, "Well seen."),
        ("many", 20, "Which part surprised you?"),
        # ranges, in words or signs
        (0.5, "below 1 %", "Well seen."),
        ("<1 %", "below 1 %", "Well seen."),
        ("less than 1 %", "below 1 %", "Well seen."),
        ("under 1 percent", "below 1 %", "Well seen."),
        ("1 to 10 %", "below 1 %", "You were too high."),
        (5, "below 20", "Well seen."),
        (25, "below 20", "You were too high."),
        ("less than 10", "below 20", "Well seen."),
        ("at least 30", "below 20", "You were too high."),
        ("below 20", "above 20", "You were too low."),
        ("8", "7 or more", "Well seen."),
        (3, "7 or more", "You were too low."),
        ("between 1 and 6", "1 to 6", "Well seen."),
        ("1-6", "1 to 6", "Well seen."),
        ("1 to 20", "1 to 6", "Partly right: your range goes further."),
        (500, "hundreds", "Well seen."),
        (20, "hundreds", "You were too low."),
        ("15 to 25", 20, "Well seen."),
        ("below 10", 20, "You were too low."),
        ("a tenth or less", "less than a quarter", "Well seen."),
        ("a quarter or more", "less than a quarter", "You were too high."),
        (55, "about 55", "Well seen."),
        (54, "about 55", "Well seen."),
        # numbers as people write them
        ("1", "the 1", "Well seen."),
        (1, "the 1", "Well seen."),
        ("one", "the 1", "Well seen."),
        ("a one.", "the 1", "Well seen."),
        ("7", "the 1", "You were 600 % too high."),
        ("20 %", 20, "Well seen."),
        ("115,217", 115_217, "Well seen."),
        ("half", 0.5, "Well seen."),
        # words
        (True, "yes", "Well seen."),
        ("True", "yes", "Well seen."),
        ("y", "yes", "Well seen."),
        (False, "no", "Well seen."),
        ("no", "yes", "Which part surprised you?"),
        ("conv", "convolutional", "Well seen."),
        ("convolution", "convolutional", "Well seen."),
        ("same", "about the same", "Well seen."),
        ("the same", "the same", "Well seen."),
        ("", "dense", "Which part surprised you?"),
        ("dense", "convolutional", "Which part surprised you?"),
        ("co", "convolutional", "Which part surprised you?"),
        ([1, 2], 20, "Which part surprised you?"),
        (float("nan"), 20, "Which part surprised you?"),
        (float("inf"), 20, "Which part surprised you?"),
    ],
)
def test_any_guess_and_any_truth_can_be_compared(printed, guess, truth, end):
    assert printed(predict, "it", guess, truth).endswith(end)


def test_an_author_gives_words_of_the_same_meaning(printed):
    for guess in ("as good", "equal", "EQUAL "):
        line = printed(predict, "it", guess, "the same", ("as good", "equal"))
        assert line == f"it: you guessed {guess}.\nIt is the same. Well seen."
    assert printed(predict, "it", "worse", "the same", "equal").endswith("surprised you?")


@pytest.mark.parametrize("guess", [object(), {}, torch.zeros(3), b"1", lambda: 1])
def test_whatever_is_guessed_the_lesson_goes_on(printed, guess):
    assert printed(predict, "it", guess, "below 1 %").endswith("Which part surprised you?")


# my_progress, and the file it is read from


def test_what_is_solved_is_counted(printed):
    assert printed(my_progress, "99") == "Lesson 99: 0 of 2 exercises solved □□"
    printed(check, "count", 7)
    assert printed(my_progress, "99") == "Lesson 99: 1 of 2 exercises solved □■"
    printed(check, "count", 6)
    assert printed(my_progress, "99") == "Lesson 99: 1 of 2 exercises solved □■"
    printed(check, "double", double)
    assert printed(my_progress, "99") == "Lesson 99: 2 of 2 exercises solved ■■"


def test_progress_in_a_lesson_that_is_not_there(printed):
    assert printed(my_progress, "9") == "No lesson '9' has exercises; there are 99."


def test_the_record_is_a_small_file_of_the_learners_own(printed):
    printed(check, "count", 7)
    assert json.loads(record.path().read_text()) == {
        "solved": ["count"],
        "hints": {},
        "tried": [],
    }


@pytest.mark.parametrize(
    "damage",
    ["", "{", "[]", "null", '{"solved": 3}', '{"solved": [], "hints": {"a": "b"}}', "\x00\xff"],
)
def test_a_damaged_record_begins_anew(printed, damage):
    record.path().parent.mkdir()
    record.path().write_text(damage, encoding="utf-8")
    assert printed(my_progress, "99").startswith("Lesson 99: 0 of 2")
    assert printed(check, "count", 7) == "count: right."
    assert record.solved() == {"count"}


def test_a_folder_that_cannot_be_written_to_does_not_spoil_the_lesson(printed, monkeypatch):
    monkeypatch.setenv("AELIB_PROGRESS", "/proc/nowhere/progress.json")
    assert printed(check, "count", 7) == "count: right."
    assert printed(hint, "double").startswith("Hint 1 of 3")
    assert printed(my_progress, "99") == "Lesson 99: 0 of 2 exercises solved □□"


def test_a_full_disk_does_not_spoil_the_lesson(printed, monkeypatch):
    def full(path, content):
        raise DataError("No space left on device")

    monkeypatch.setattr(record, "write_atomically", full)
    assert printed(check, "count", 7) == "count: right."


def test_a_record_that_is_a_folder_does_not_spoil_the_lesson(printed):
    record.path().mkdir(parents=True)
    assert printed(check, "count", 7) == "count: right."
