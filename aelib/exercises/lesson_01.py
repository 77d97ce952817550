"""Exercises of lesson 01: the squared error, and backpropagation by hand."""

import numpy as np

from aelib.exercises.base import Arguments, Exercise, Mistake


def error_of_each(x_hat: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Squared error of each image (N,)."""
    return ((x_hat - x) ** 2).sum(axis=1)


def _pictures(rng: np.random.Generator) -> list[Arguments]:
    return [
        (rng.random((n, width)), rng.random((n, width)))
        for n, width in ((1, 784), (3, 784), (5, 12))
    ]


EXERCISES = [
    Exercise(
        name="error_of_each",
        lesson="01",
        minutes=5,
        points=1,
        reference=error_of_each,
        cases=_pictures,
        hints=(
            "Subtract, square, and add up what belongs to one image.",
            "`sum` takes an axis: 0 runs over the images, 1 over the pixels.",
            "((x_hat - x) ** 2).sum(axis=...) has to have shape (N,).",
        ),
        wrong=(
            Mistake(
                lambda x_hat, x: ((x_hat - x) ** 2).mean(axis=1),
                "you took the mean over the pixels; the loss here is their sum",
            ),
            Mistake(
                lambda x_hat, x: ((x_hat - x) ** 2).sum(axis=0),
                "you summed over the images; sum over the pixels, axis 1",
            ),
            Mistake(
                lambda x_hat, x: ((x_hat - x) ** 2).sum(),
                "this is one number for all images together; return one for each",
            ),
            Mistake(
                lambda x_hat, x: abs(x_hat - x).sum(axis=1),
                "these are absolute differences; square them",
            ),
            Mistake(
                lambda x_hat, x: np.sqrt(((x_hat - x) ** 2).sum(axis=1)),
                "this is the root of the squared error; leave out the root",
            ),
        ),
    ),
]
