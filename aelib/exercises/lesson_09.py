"""Exercises of lesson 09: bits, bytes and what they are worth."""

import numpy as np

from aelib.exercises.base import Arguments, Exercise, Mistake, no_arguments


def bits_per_pixel(n_bytes: float, height: int, width: int) -> float:
    """Bits of a file for each pixel of the picture in it."""
    return 8 * n_bytes / (height * width)


def entropy_bits(q: np.ndarray) -> float:
    """Mean of -log2 p over all values, p the share of a value."""
    _, counts = np.unique(q, return_counts=True)
    p = counts / q.size
    return -(p * np.log2(p)).sum()


def pictures_to_break_even(decoder_bytes: int, code_bytes: int, rival_bytes: int) -> int:
    """Smallest number of pictures for which decoder and codes cost less than the rival."""
    saved = rival_bytes - code_bytes
    return 0 if saved <= 0 else decoder_bytes // saved + 1


def bits_per_pixel_of_sixteen() -> float:
    """16 numbers of 5 bits, spread over 784 pixels."""
    return 16 * 5 / 784


def allocate_bits(deviation: np.ndarray, total: int) -> np.ndarray:
    """Give one bit after the other to the number with the largest error."""
    bits = np.zeros(len(deviation), dtype=int)
    for _ in range(total):
        bits[np.argmax(deviation / 2.0**bits)] += 1
    return bits


def _equal_shares(deviation: np.ndarray, total: int) -> np.ndarray:
    bits = np.full(len(deviation), total // len(deviation))
    bits[: total % len(deviation)] += 1
    return bits


def _in_proportion(deviation: np.ndarray, total: int) -> np.ndarray:
    return np.round(total * deviation / deviation.sum()).astype(int)


def _never_less(deviation: np.ndarray, total: int) -> np.ndarray:
    bits = np.zeros(len(deviation), dtype=int)
    bits[np.argmax(deviation)] = total
    return bits


def _times_the_bits(deviation: np.ndarray, total: int) -> np.ndarray:
    bits = np.zeros(len(deviation), dtype=int)
    for _ in range(total):
        bits[np.argmax(deviation / 2 * bits)] += 1
    return bits


def _to_the_last_among_equals(deviation: np.ndarray, total: int) -> np.ndarray:
    bits = np.zeros(len(deviation), dtype=int)
    for _ in range(total):
        errors = deviation / 2.0**bits
        bits[np.flatnonzero(errors == errors.max())[-1]] += 1
    return bits


def _to_the_smallest(deviation: np.ndarray, total: int) -> np.ndarray:
    bits = np.zeros(len(deviation), dtype=int)
    for _ in range(total):
        bits[np.argmin(deviation / 2.0**bits)] += 1
    return bits


def _files(rng: np.random.Generator) -> list[Arguments]:
    return [(int(rng.integers(5, 900)), int(h), int(w)) for h, w in ((28, 28), (32, 48), (7, 100))]


def _integers(rng: np.random.Generator) -> list[Arguments]:
    peaked = np.round(rng.normal(8, 2, 400)).clip(0, 15).astype(np.uint8)
    return [(peaked,), (rng.integers(-2, 4, (30, 4)),), (rng.integers(0, 2, 51),)]


def _costs(rng: np.random.Generator) -> list[Arguments]:
    some = [(int(rng.integers(1000, 90_000)), 10, 10 + int(rng.integers(1, 60))) for _ in range(3)]
    return [(100, 10, 20), (99, 10, 20), (5020, 10, 40), *some, (5000, 40, 30), (5000, 30, 30)]


def _deviations(rng: np.random.Generator) -> list[Arguments]:
    """The last number varies much, the one before hardly at all; once some errors are equal."""
    doubled = 2.0 ** rng.integers(-2, 3)
    cases: list[Arguments] = [(doubled * np.array([2, 1, 4, 0.5, 1]), 6)]
    for n, total in ((4, 10), (16, 48), (7, 3)):
        deviation = rng.exponential(size=n) + 0.01
        deviation[-2:] = 0.02, 4 + rng.random()
        cases.append((deviation, total))
    return cases


EXERCISES = [
    Exercise(
        name="bits_per_pixel",
        lesson="09",
        minutes=5,
        points=1,
        reference=bits_per_pixel,
        cases=_files,
        hints=(
            "How many bits has a byte, and how many pixels has the picture?",
            "A picture of 28 by 28 has 784 pixels.",
            "Turn the bytes into bits, and divide by height times width.",
        ),
        wrong=(
            Mistake(
                lambda n_bytes, height, width: n_bytes / (height * width),
                "these are bytes per pixel; a byte has 8 bits",
            ),
            Mistake(
                lambda n_bytes, height, width: 8 * n_bytes / (height + width),
                "a picture has height times width pixels, not their sum",
            ),
            Mistake(
                lambda n_bytes, height, width: height * width / (8 * n_bytes),
                "these are pixels per bit; turn the fraction over",
            ),
            Mistake(
                lambda n_bytes, height, width: n_bytes / (8 * height * width),
                "you divided by 8; a byte has 8 bits, so multiply",
            ),
        ),
    ),
    Exercise(
        name="entropy_bits",
        lesson="09",
        minutes=15,
        points=2,
        reference=entropy_bits,
        cases=_integers,
        hints=(
            "np.unique(q, return_counts=True) counts how often each value occurs.",
            "p is a count divided by the number of all values; their sum is 1.",
            "Each value that occurs has -log2 p bits; weigh it with p, and add up.",
        ),
        wrong=(
            Mistake(
                lambda q: -sum(p * np.log(p) for p in _shares(q)),
                "this is in nats; take the logarithm to base 2",
            ),
            Mistake(
                lambda q: -np.mean([np.log2(p) for p in _shares(q)]),
                "you averaged over the different values; frequent ones must count more: weigh by p",
            ),
            Mistake(
                lambda q: np.log2(len(_shares(q))),
                "this is the entropy if all values were equally frequent; count how often each is",
            ),
            Mistake(
                lambda q: -sum(p * np.log2(p) for p in _shares(q)) * q.size,
                "these are the bits of the whole array; give the mean for one value",
            ),
            Mistake(
                lambda q: sum(p * np.log2(p) for p in _shares(q)),
                "the minus is missing: logarithms of shares are negative",
            ),
        ),
    ),
    Exercise(
        name="pictures_to_break_even",
        lesson="09",
        minutes=10,
        points=2,
        reference=pictures_to_break_even,
        cases=_costs,
        hints=(
            "How many bytes does each picture save? How many savings pay for the decoder?",
            "If code_bytes is not smaller than rival_bytes, nothing is ever saved.",
            "// says how many whole savings fit into the decoder. Must it be one more than that?",
        ),
        wrong=(
            Mistake(
                lambda decoder_bytes, code_bytes, rival_bytes: (
                    max(0, -(-decoder_bytes // (rival_bytes - code_bytes)))
                    if rival_bytes > code_bytes
                    else 0
                ),
                "at that number both cost the same in some cases; fewer bytes are asked for",
            ),
            Mistake(
                lambda decoder_bytes, code_bytes, rival_bytes: (
                    decoder_bytes / (rival_bytes - code_bytes) if rival_bytes > code_bytes else 0
                ),
                "pictures come whole; round to the first whole number at which it costs less",
            ),
            Mistake(
                lambda decoder_bytes, code_bytes, rival_bytes: (
                    decoder_bytes // (rival_bytes - code_bytes) if rival_bytes > code_bytes else 0
                ),
                "one picture too few: there the decoder has not paid for itself yet",
            ),
            Mistake(
                lambda decoder_bytes, code_bytes, rival_bytes: (
                    round(decoder_bytes / (rival_bytes - code_bytes))
                    if rival_bytes > code_bytes
                    else 0
                ),
                "the nearest whole number is often one too small; there the decoder is not paid",
            ),
            Mistake(
                lambda decoder_bytes, code_bytes, rival_bytes: decoder_bytes // rival_bytes + 1,
                "the codes cost something too: each picture saves rival_bytes - code_bytes",
            ),
        ),
    ),
    Exercise(
        name="bits_per_pixel_of_sixteen",
        lesson="09",
        minutes=5,
        points=1,
        reference=bits_per_pixel_of_sixteen,
        cases=no_arguments,
        tolerance=0.025,
        hints=(
            "How many bits has the whole code of one digit?",
            "A digit has 784 pixels.",
            "Count the bits of all 16 numbers, and spread them over the pixels.",
        ),
        wrong=(
            Mistake(lambda: 80.0, "these are the bits of the whole digit; divide by its pixels"),
            Mistake(lambda: 10 / 784, "these are bytes per pixel; a byte has 8 bits"),
            Mistake(lambda: 5 / 784, "that is one number of the code; there are 16"),
            Mistake(lambda: 72 / 784, "this is what is left after LZMA; before it, 80 bits"),
            Mistake(
                lambda: 784 / 80,
                "10 are the bytes of the whole digit, and 9.8 the pixels per bit; asked are the "
                "bits per pixel",
            ),
            Mistake(lambda: 16 * 32 / 784, "these are 32 bits for each number; section 2 used 5"),
        ),
    ),
    Exercise(
        name="allocate_bits",
        lesson="09",
        minutes=25,
        points=3,
        reference=allocate_bits,
        cases=_deviations,
        hints=(
            "A loop of `total` rounds; in each one number gets one bit.",
            "np.argmax finds the largest error; it takes the first among equals.",
            "Compute all errors anew in each round, with bits as it stands, and add 1 at the "
            "place.",
        ),
        wrong=(
            Mistake(_equal_shares, "everybody has equally many; look at the errors"),
            Mistake(
                _in_proportion,
                "these are shares in proportion to the deviation; one more bit halves an error, so "
                "go bit by bit",
            ),
            Mistake(
                _never_less,
                "all bits went to one number; a bit halves its error, so look again in each round",
            ),
            Mistake(
                _times_the_bits,
                "deviation / 2 * bits multiplies by the bits; each bit halves: deviation / 2**bits",
            ),
            Mistake(
                _to_the_last_among_equals,
                "where several errors are equally large the bit went to the last of them; it goes "
                "to the first",
            ),
            Mistake(
                _to_the_smallest, "you gave the bit to the smallest error; give it to the largest"
            ),
        ),
    ),
]


def _shares(q: np.ndarray) -> np.ndarray:
    """Share of each value that occurs."""
    return np.unique(q, return_counts=True)[1] / q.size
