"""What the learner calls: check an answer, ask for a hint or the solution, commit to a guess."""

import ctypes
import inspect
import textwrap
from collections.abc import Callable
from contextlib import suppress
from math import isfinite
from threading import Thread
from time import monotonic
from typing import Any

from aelib.exercises import find, of_lesson, record
from aelib.exercises.base import Exercise, TimeUp, answers, fixed_draws, prepare
from aelib.exercises.judge import Verdict, judge


def check(name: str, answer: Any) -> None:
    """Print in one line whether an exercise is right, or what is wrong with it.

    Args:
        name: The exercise's name, as its text gives it.
        answer: The function written; a plain number or text where one is to be reported.

    Never raises, and gives up after the exercise's time limit.
    """
    if callable(name) and isinstance(answer, str):
        name, answer = answer, name
    exercise = _known(name)
    if exercise is None:
        return
    with fixed_draws():
        verdict = _judged(exercise, answer)
    print(f"{name}: {verdict.sentence}{'' if verdict.sentence.endswith('?') else '.'}")
    if verdict.status == "ok":
        record.add_solved(name)


def hint(name: str) -> None:
    """Print the next of an exercise's three hints."""
    exercise = _known(name)
    if exercise is None:
        return
    number = record.next_hint(name)
    print(f"Hint {number} of 3 for {name}: {exercise.hints[number - 1]}")
    if number == 3:
        print(f'That was the last one; aelib.solution("{name}") shows a solution.')


def solution(name: str) -> None:
    """Print the source of a right solution."""
    exercise = _known(name)
    if exercise is not None:
        print(textwrap.dedent(inspect.getsource(exercise.reference)).rstrip())


def predict(name: str, guess: float | str | None, truth: float | str | None = None) -> None:
    """Commit to a guess before a picture; afterwards, see guess and truth together.

    Args:
        name: What is guessed, in a few words.
        guess: A number or a word; None as long as there is none.
        truth: What came out; None before it is known.
    """
    if truth is None:
        print(f"{name}: no guess yet." if guess is None else f"{name}: your guess is {guess}.")
    elif guess is None:
        print(f"{name}: it is {_short(truth)}; you made no guess.")
    else:
        print(f"{name}: you guessed {guess}, it is {_short(truth)}. {_distance(guess, truth)}")


def my_progress(lesson: str) -> None:
    """Print how many exercises of a lesson, such as "05", are solved, as a small bar."""
    try:
        names = [exercise.name for exercise in of_lesson(lesson)]
    except LookupError as error:
        print(error.args[0])
        return
    done = [name in record.solved() for name in names]
    bar = "".join("■" if solved else "□" for solved in done)
    print(f"Lesson {lesson}: {sum(done)} of {len(done)} exercises solved {bar}")


def _known(name: Any) -> Exercise | None:
    """Return the exercise of that name; say so where there is none."""
    try:
        return find(name)
    except LookupError as error:
        print(error.args[0])
        return None


def _judged(exercise: Exercise, answer: Any) -> Verdict:
    if answer is None:
        return Verdict("not attempted", "not written yet")
    if not callable(answer):
        if exercise.parameters:
            return Verdict(
                "wrong", f'give the function itself: check("{exercise.name}", {exercise.name})'
            )
        value = answer
        answer = lambda: value  # noqa: E731 - a number is a function without arguments
    prepared = prepare(exercise, seed=0)
    given = _limited(lambda: answers(exercise, answer, prepared.cases), exercise.seconds)
    if given is None:
        return Verdict(
            "error",
            f"no answer within {exercise.seconds:g} seconds; is there a loop that never ends, or "
            "one over single pixels?",
        )
    return judge(prepared, given, exercise.tolerance)


def _limited(job: Callable[[], Any], seconds: float) -> Any:
    """Run a job in a thread of its own; None if it did not end in time."""
    results: list[Any] = []

    def work() -> None:
        with suppress(TimeUp):
            results.append(job())

    thread = Thread(target=work, daemon=True)
    thread.start()
    try:
        thread.join(seconds)
    finally:  # also when the stop button was pressed
        stopper = Thread(target=_stop, args=(thread,), daemon=True)
        stopper.start()
        stopper.join(0.2)
    return results[0] if results else None


def _stop(thread: Thread) -> None:
    """End a thread; a loop that catches everything has to be told more than once."""
    target, give_up = ctypes.c_ulong(thread.ident or 0), monotonic() + 60
    while thread.is_alive() and monotonic() < give_up:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(target, ctypes.py_object(TimeUp))
        thread.join(0.002)


def _short(value: float | str) -> str:
    """Write whole and large numbers in full, others with three digits."""
    if isinstance(value, str | bool):
        return str(value)
    number = float(value)
    return f"{number:,.0f}" if number.is_integer() or abs(number) >= 1000 else f"{number:.3g}"


def _distance(guess: float | str, truth: float | str) -> str:
    """Say how far a guess is from the truth."""
    try:
        off, size = float(guess) - float(truth), abs(float(truth))
    except (TypeError, ValueError):  # words
        same = str(guess).strip().lower() == str(truth).strip().lower()
        return "Well seen." if same else "Which part surprised you?"
    if not isfinite(off):
        return "Which part surprised you?"
    if abs(off) <= 0.1 * size:
        return "Well seen."
    share = f"{abs(off):.3g}" if not size else f"{100 * abs(off) / size:,.0f} %"
    return f"You were {share} too {'high' if off > 0 else 'low'}."
