"""Exercises -> cases, right answers and known mistakes, made once for each run.

A process of its own that the teacher trusts: it imports torch and the file of exercises, which
never reaches the sandbox. What the grader needs of them comes back as messages.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any

from aelib.classroom import frames
from aelib.exercises import lessons
from aelib.exercises.base import Answer, Exercise, Prepared, prepare
from aelib.exercises.judge import judge

_OWN = "own_exercises"  # what the teacher's module is called, whatever its file's name


class PreparationError(Exception):
    """The exercises cannot be used; the sentence says which and why."""


@dataclass(frozen=True)
class Task:
    """An exercise as the grader sees it: no function, only numbers and words.

    Args:
        name: The function's name.
        lesson: Two digits.
        points: What it is worth.
        hint: The first of its hints.
        tolerance: As the exercise has it.
        prepared: Cases, right answers and mistakes' answers.
        question: What a worker is told of the exercise: its cases, and how to call the answer.
        arrays: The arrays of the cases, as npy files.
        largest: Bytes that one message of answers may have.
    """

    name: str
    lesson: str
    points: int
    hint: str
    tolerance: float
    prepared: Prepared
    question: dict[str, Any]
    arrays: tuple[bytes, ...]
    largest: int


def tasks(file: Path | None, seed: int, only: Sequence[str]) -> tuple[list[Task], str]:
    """Prepare the exercises of a file, or the course's own; of lessons named in `only`, if any.

    Returns:
        The tasks, and a fingerprint of all that was prepared.

    Raises:
        PreparationError: The exercises cannot be used.
    """
    command = [sys.executable, "-m", __name__, str(file or ""), str(seed), *only]
    path = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    run = subprocess.run(command, capture_output=True, env=environment)
    if run.returncode:
        lines = run.stderr.decode(errors="replace").strip().splitlines()
        raise PreparationError(lines[-1] if lines else "The exercises could not be prepared.")
    stream, found = BytesIO(run.stdout), []
    while stream.tell() < len(run.stdout):
        found.append(_receive(stream))
    return found, hashlib.sha256(run.stdout).hexdigest()


def _receive(stream: BytesIO) -> Task:
    header, arrays = frames.read(stream)
    expected = frames.unpack_answers(frames.read(stream))
    wrong = tuple(
        (frames.unpack_answers(frames.read(stream)), sentence) for sentence in header["sentences"]
    )
    cases = frames.unpack(header["cases"], arrays, tensors=False)
    descriptions, parameters = tuple(header["descriptions"]), tuple(header["parameters"])
    prepared = Prepared(tuple(cases), descriptions, expected, wrong, parameters)
    question = {key: header[key] for key in ("cases", "parameters", "differentiable")}
    arrays_of = [leaf.values for answer in expected for leaf in answer.leaves]
    slopes = [slope for answer in expected for slope in answer.gradients]
    one = max(1 << 20, 4 * max((array.nbytes for array in arrays_of + slopes), default=0))
    return Task(
        header["name"],
        header["lesson"],
        header["points"],
        header["hint"],
        header["tolerance"],
        prepared,
        {**question, "do": "run", "largest": one},
        tuple(map(frames.to_npy, arrays)),
        (1 << 22) + 8 * sum(array.nbytes for array in arrays_of + slopes),
    )


def main() -> None:
    """Prepare the exercises named on the command line; write messages to standard output."""
    file, seed, *only = sys.argv[1:]
    stream = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the file prints is no message
    try:
        for exercise in _chosen(file, only):
            _send(stream, exercise, int(seed))
    except PreparationError as error:
        sys.exit(str(error))


def _chosen(file: str, only: list[str]) -> list[Exercise]:
    found = _of_file(Path(file)) if file else list(chain.from_iterable(lessons().values()))
    names = [exercise.name for exercise in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise PreparationError(f"Two exercises have the name {sorted(twice)[0]!r}.")
    chosen = [exercise for exercise in found if not only or exercise.lesson in only]
    if not chosen:
        there = ", ".join(sorted({exercise.lesson for exercise in found}))
        raise PreparationError(f"No exercises for lesson {', '.join(only)}; there are: {there}.")
    return chosen


def checked(file: Path) -> tuple[list[str], list[str]]:
    """Check a teacher's own exercises; returns their faults, and what was tried.

    Raises:
        PreparationError: The file cannot be used.
    """
    from aelib.exercises.own import faults  # which takes torch, and the grader does without

    return faults(_of_file(file), getattr(sys.modules[_OWN], "EQUIVALENT", {}))


def _of_file(file: Path) -> list[Exercise]:
    """Import a teacher's file and take the Exercises from its list."""
    sys.dont_write_bytecode = True  # a copy of it would lie beside it
    sys.path.insert(0, str(file.resolve().parent))
    spec = spec_from_file_location(_OWN, file)
    if spec is None or spec.loader is None or not file.is_file():
        raise PreparationError(f"{file} is no Python file that can be read.")
    module = sys.modules[_OWN] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise PreparationError(f"{file} stops with {type(error).__name__}: {error}") from error
    chosen = getattr(module, "EXERCISES", None)
    if isinstance(chosen, list | tuple) and all(isinstance(e, Exercise) for e in chosen) and chosen:
        return list(chosen)
    raise PreparationError(f"{file} has no list EXERCISES of Exercise objects in it.")


def _send(stream: Any, exercise: Exercise, seed: int) -> None:
    prepared = prepare(exercise, seed)
    verdict = judge(prepared, prepared.expected, exercise.tolerance)
    if verdict.status != "ok":
        raise PreparationError(
            f"The reference of {exercise.name} is not right itself: {verdict.sentence}."
        )
    arrays: list[Any] = []
    header = {
        "name": exercise.name,
        "lesson": exercise.lesson,
        "points": exercise.points,
        "hint": exercise.hints[0],
        "tolerance": exercise.tolerance,
        "parameters": exercise.parameters,
        "differentiable": exercise.differentiable,
        "cases": frames.pack(list(prepared.cases), arrays),
        "descriptions": list(prepared.descriptions),
        "sentences": [sentence for _, sentence in prepared.wrong],
    }
    frames.write(stream, header, arrays)
    _send_answers(stream, prepared.expected)
    for answers, _ in prepared.wrong:
        _send_answers(stream, answers)


def _send_answers(stream: Any, answers: Sequence[Answer]) -> None:
    header, arrays = frames.pack_answers(answers, largest=1 << 40)
    frames.write(stream, header, arrays)


if __name__ == "__main__":
    main()
