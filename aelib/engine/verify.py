"""Nothing is sent to a browser before it was compared with the function itself."""

from collections.abc import Callable

import numpy as np

from aelib.engine.packing import Packed, pack
from aelib.engine.program import Program, Refused, Rows, failed

Function = Callable[[np.ndarray], np.ndarray]  # rows (N, k) -> rows (N, m)

_STRUCTURE = 1e-5  # of the largest value: another step, or another weight
_ROUNDING = 1e-3  # what float16 may do to a pixel
_ALONE = 3  # rows that are also given one by one


def codes_to_try(latent_dim: int, *ends: np.ndarray, codes: np.ndarray | None = None) -> np.ndarray:
    """Codes (N, latent_dim) at which a decoder shows what it does.

    Args:
        latent_dim: How many numbers a code has.
        ends: Codes that matter, such as the ends of all sliders.
        codes: Codes of the data; eight of them are taken.
    """
    random = np.random.default_rng(0)
    rows = [
        np.zeros((1, latent_dim)),
        3 * random.normal(size=(32, latent_dim)),
        random.normal(size=(8, latent_dim)),
        *(np.reshape(end, (-1, latent_dim)) for end in ends),
    ]
    if codes is not None and len(codes):
        rows.append(codes[:: max(1, len(codes) // 8)][:8])
    return np.concatenate(rows).astype(np.float32)


def pictures_to_try(pixels: int, *pictures: np.ndarray) -> np.ndarray:
    """Pictures (N, pixels) in [0, 1] at which an encoder shows what it does."""
    random = np.random.default_rng(0)
    noise = random.random((16, pixels)) ** random.uniform(0.2, 8, (16, 1))  # dark and light
    plain = np.linspace(0, 1, 3)[:, None] * np.ones(pixels)
    some = [p[:: max(1, len(p) // 8)][:8] for p in pictures if len(p)]
    return np.concatenate([plain, noise, *some]).astype(np.float32)


def verify(program: Program, function: Function, rows: np.ndarray) -> Packed:
    """Compare a program with the function that it was recorded from, and pack it.

    Args:
        program: Of one input, a row.
        function: What it must compute, for each row by itself.
        rows: What both are given (N, k), float32.

    Raises:
        Refused: They differ, or the function's answers depend on more than the row.
    """
    answers = called(function, rows)
    drawn = Rows(program)(rows)
    if drawn.shape != answers.shape:
        raise Refused(
            f"it answers with {answers[0].size} numbers, one row alone with {drawn[0].size}"
        )
    if not np.isfinite(answers).all():
        raise Refused("it answers with NaN or infinity")
    for row, answer in zip(rows[:_ALONE], answers, strict=False):
        if _apart(called(function, row[None]), answer[None]) > _STRUCTURE:
            raise Refused("its answer to a row depends on the other rows, or on earlier calls")
    if (apart := _apart(drawn, answers)) > _STRUCTURE:
        raise Refused(f"its steps as they were recorded draw something else (by {apart:.1g})")
    if _apart(called(function, rows), answers) > _STRUCTURE:
        raise Refused("it answers the same rows differently from call to call")
    return _rounded(program, answers, rows)


def _rounded(program: Program, answers: np.ndarray, rows: np.ndarray) -> Packed:
    """Pack so that no rounding shows: large constants as float16 if that is enough."""
    large = range(len(program.constants))
    for exact in ((), large):
        packed, there = pack(program, exact)
        if all(map(np.array_equal, there.constants, program.constants)):
            return packed  # nothing was rounded: weights from a file of float16, say
        drawn = Rows(there)(rows)
        if _apart(drawn, answers, 1.0) <= _ROUNDING:
            return packed
    raise Refused("its weights are too large or too small for float16")


def called(function: Function, rows: np.ndarray) -> np.ndarray:
    """What a function answers to rows (N, k), float32 (N, m).

    Raises:
        Refused: It fails.
    """
    try:
        return np.asarray(function(rows.copy()), np.float32).reshape(len(rows), -1)
    except Exception as error:  # a model of somebody may raise anything
        raise failed(error) from error


def _apart(a: np.ndarray, b: np.ndarray, least: float = 1e-3) -> float:
    """The largest difference, as a share of the largest value of its row, at least of `least`.

    Where no value of any row reaches 1, `least` is that share of the largest.
    """
    largest = np.abs(b).max(axis=1)
    scale = np.maximum(largest, least * min(1.0, largest.max(initial=1e-30)))
    with np.errstate(invalid="ignore"):
        found = float((np.abs(a - b).max(axis=1) / scale).max())
    return found if found == found else np.inf  # NaN is not near anything
