"""Exercises of your own: change this file, check it, grade with it.

    aelib exercises check mine.py
    aelib grade SUBMISSIONS --exercises mine.py --seed 4711

The module `aelib.exercises.base` says what each part of an Exercise is for. Students write the
function in any cell, under the name that you choose.
"""

import numpy as np

from aelib.exercises.base import Arguments, Exercise, Mistake, no_arguments

# An exercise is a function that students write. This is the right answer.


def contrast(x: np.ndarray) -> np.ndarray:
    """Stretch every picture (N, D), so that its darkest pixel is 0 and its brightest is 1."""
    low = x.min(axis=1, keepdims=True)
    return (x - low) / (x.max(axis=1, keepdims=True) - low)


def pictures(rng: np.random.Generator) -> list[Arguments]:
    """Make the arguments of every call anew: some of one row, some of several, no two alike."""
    return [(rng.uniform(-0.5, 1.5, (rows, pixels)),) for rows, pixels in ((1, 9), (4, 16), (6, 4))]


# What students write by mistake, and the sentence that they are told.


def contrast_of_all(x: np.ndarray) -> np.ndarray:
    """Stretch all pictures together."""
    return (x - x.min()) / (x.max() - x.min())


def shifted_only(x: np.ndarray) -> np.ndarray:
    """Leave the brightest pixel where it is."""
    return x - x.min(axis=1, keepdims=True)


# Where a number is to be found, the function has no arguments.


def bits_of_a_code() -> int:
    """Return how many bits a code of 32 numbers takes, each one of 256 steps."""
    return 32 * 8


EXERCISES = [
    Exercise(
        name="contrast",
        lesson="91",  # two digits; the notebook may be called 91_anything.ipynb
        minutes=10,
        points=2,
        reference=contrast,
        cases=pictures,
        hints=(
            "Which pixel of a picture becomes 0, and which becomes 1?",
            "Take off the smallest value of each row, then divide by what is the largest then.",
            "x.min(axis=1, keepdims=True) keeps a column, which fits every row.",
        ),
        wrong=(
            Mistake(contrast_of_all, "you stretched all pictures together; each has its own range"),
            Mistake(shifted_only, "the darkest pixel is 0 now; divide by the range as well"),
        ),
    ),
    Exercise(
        name="bits_of_a_code",
        lesson="91",
        minutes=5,
        points=1,
        reference=bits_of_a_code,
        cases=no_arguments,
        tolerance=1e-6,
        hints=(
            "How many bits tell 256 steps apart?",
            "2 to the power of 8 is 256.",
            "Numbers of the code times bits of each.",
        ),
        wrong=(
            Mistake(lambda: 32 * 256, "that is numbers times steps; a step among 256 takes 8 bits"),
            Mistake(lambda: 32, "that is in bytes; the question is for bits"),
        ),
    ),
]

# The check bends the right answer in a hundred ways and wants each refused. Some are right all the
# same; they are listed here, each kind with its reason.
EQUIVALENT = {
    "contrast": {
        "the result lies between 0 and 1": [
            "result: without signs",
            "result: clipped to 0 and 1",
            "result: never below 0",
        ],
        "neither the brightness nor the contrast of the whole counts": [
            "x: twice as large",
            "x: one more",
        ],
        "axis -1 of a table is axis 1": ["1 -> -1"],
    },
}
