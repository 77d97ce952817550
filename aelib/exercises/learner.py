"""What the learner calls: check an answer, ask for a hint or the solution, commit to a guess."""

import ast
import builtins
import re
from collections.abc import Iterable
from typing import Any

from aelib.exercises import find, guesses, of_lesson, record
from aelib.exercises.base import Exercise, answers, prepare
from aelib.exercises.draws import fixed_draws
from aelib.exercises.judge import Verdict, judge
from aelib.exercises.limited import limited
from aelib.exercises.needs import read_cells, taken, untaken


def check(name: str, answer: Any) -> None:
    """Print in one line whether an exercise is right, or what is wrong with it.

    Args:
        name: The exercise's name, as its text gives it.
        answer: The function written; a plain number or text where one is to be reported.

    Never raises, and gives up after the exercise's time limit.

    Example:
        >>> def error_of_each(x_hat, x):
        ...     return ((x_hat - x) ** 2).sum(axis=1)
        >>> aelib.check("error_of_each", error_of_each)
        error_of_each: right.
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
        if lack := _not_to_be_graded(name):
            print(f"If this is graded: {lack}.")
    elif verdict.status != "not attempted":
        record.add_tried(name)


def _not_to_be_graded(name: str) -> str:
    """Say what a grader could not do with this answer: it reads the cells as `needs` does."""
    shell = getattr(builtins, "get_ipython", lambda: None)()
    cells = list(getattr(shell, "user_ns", {}).get("In", ()))
    if not any(name in cell for cell in cells):
        return ""  # not in Jupyter
    try:
        code = read_cells(cells)
        ways = taken(code, name)
        if not ways:
            return untaken(code, name) or "it is not defined in a cell of this notebook"
        given = next((asked.given for asked in reversed(code.asked) if asked.name == name), None)
    except RecursionError:
        return ""
    is_named = isinstance(given, ast.Name) and given.id == name  # then it is as the notebook ends
    way = ways[0] if is_named else ways[min(1, len(ways) - 1)]
    slow = next((s for s in way.statements if _SLOW.search(s) and "def " not in s), "")
    line = slow.strip().partition("\n")[0][:60]
    return f"`{line}` is run too, within seconds and without your files" if slow else ""


_SLOW = re.compile(r"\b(fit|train|read_csv|open|load|loadtxt|urlopen|load_\w+)\(")


def hint(name: str, number: int | None = None) -> None:
    """Print the next of an exercise's three hints, or one of them again.

    Args:
        name: The exercise's name.
        number: 1, 2 or 3; the next one if left out.

    Example:
        >>> aelib.hint("error_of_each", 1)
        Hint 1 of 3 for error_of_each: ...
    """
    exercise = _known(name)
    if exercise is None:
        return
    if number is not None and number not in (1, 2, 3):
        print(f'There are three hints for {name}: aelib.hint("{name}", 1), 2 and 3.')
        return
    shown = record.next_hint(name) if number is None else int(number)
    print(f"Hint {shown} of 3 for {name}: {exercise.hints[shown - 1]}")
    if shown == 3 and number is None:
        print(
            f'That was the last one; aelib.hint("{name}", 1) shows the first again, '
            f'aelib.solution("{name}") a solution.'
        )


def solution(name: str, tried: bool = False) -> None:
    """Print the source of a right solution; ask first whether one has tried.

    Args:
        name: The exercise's name.
        tried: True shows it without a question. So does an answer that `check` has seen.

    Example:
        >>> aelib.solution("error_of_each", tried=True)
        def ...
    """
    exercise = _known(name)
    if exercise is None:
        return
    if tried or name in record.tried():
        print(exercise.solution)
        return
    print(
        f'Have you tried {name}? Write an answer and check it, or ask aelib.hint("{name}"). '
        f'The solution all the same: aelib.solution("{name}", tried=True).'
    )


def predict(
    name: str,
    guess: float | str | None,
    truth: float | str | None = None,
    also: Iterable[float | str] = (),
) -> None:
    """Commit to a guess before a picture; afterwards, see guess and truth together.

    The truth stands on a second line: of a folded output, JupyterLab shows the first.

    Args:
        name: What is guessed, in a few words.
        guess: A number, a range such as "below 20", or a word; None as long as there is none.
        truth: What came out, in the same forms; None before it is known.
        also: Other words for the same truth.

    Example:
        >>> aelib.predict("squared error of PCA", "below 30", 21.06)
        squared error of PCA: you guessed below 30.
        It is 21.1. Well seen.
    """
    if truth is None:
        print(f"{name}: no guess yet." if guess is None else f"{name}: your guess is {guess}.")
    elif guess is None:
        print(f"{name}: you made no guess.\nIt is {_short(truth)}.")
    else:
        told = f"It is {_short(truth)}. {_near(guess, truth, also)}"
        print(f"{name}: you guessed {guess}.\n{told}")


def my_progress(lesson: str) -> None:
    """Print how many exercises of a lesson, such as "05", are solved, as a small bar.

    Args:
        lesson: Its two digits.

    Example:
        >>> aelib.my_progress("01")
        Lesson 01: ... of 5 exercises solved ...
    """
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
    given = limited(lambda: answers(exercise, answer, prepared.cases), exercise.seconds)
    if given is None:
        return Verdict(
            "error",
            f"no answer within {exercise.seconds:g} seconds; is there a loop that never ends, or "
            "one over single pixels?",
        )
    return judge(prepared, given, exercise.tolerance)


def _near(guess: Any, truth: Any, also: Iterable[Any]) -> str:
    """How near a guess came; whatever stands there, a lesson goes on."""
    try:
        return guesses.verdict(guess, truth, (also,) if isinstance(also, str) else also)
    except Exception:  # a guess may be anything
        return guesses.SURPRISE


def _short(value: float | str) -> str:
    """Write whole and large numbers in full, others with three digits."""
    if isinstance(value, str | bool):
        return str(value)
    number = float(value)
    return f"{number:,.0f}" if number.is_integer() or abs(number) >= 1000 else f"{number:.3g}"
