"""A function that PyTorch does not compute, but that is a matrix and a shift all the same."""

from collections.abc import Callable

import numpy as np

from aelib.engine.program import Builder, Program, Refused
from aelib.engine.verify import called

_WIDEST = 4096  # numbers of a row: more would be slow to try
_STEP = 4.0  # how far each number is moved: far, for the sake of rounding


def affine(function: Callable[[np.ndarray], np.ndarray], width: int) -> Program:
    """The program x W + b that a function of rows is, if it is one: verify it.

    PCA and most of scikit-learn's decompositions decode in this way, also behind a pipeline.

    Args:
        function: From rows (N, width) to rows (N, m), float32.
        width: How many numbers a row has; it is called with width + 1 rows.

    Raises:
        Refused: The rows are too long for it, or it fails.
    """
    if width > _WIDEST:
        raise Refused(f"rows of {width} numbers are too long to find a matrix by trying")
    rows = np.concatenate([np.zeros((1, width)), _STEP * np.eye(width)]).astype(np.float32)
    shift, *moved = called(function, rows).astype(float)
    build = Builder()
    x = build.input((1, width))
    w, b = build.constant((np.array(moved) - shift) / _STEP), build.constant(shift)
    return build.finish(build.step("linear", [x, w, b], (1, len(shift))))
