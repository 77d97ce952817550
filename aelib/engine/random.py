"""Random numbers that a count and a key decide: random.js in NumPy, the same 32 bits."""

from typing import Any

import numpy as np


def mix(x: Any) -> np.ndarray:
    """Scramble whole numbers of 32 bits, each into another one (lowbias32 of Wellons)."""
    x = np.asarray(x, np.uint32)
    with np.errstate(over="ignore"):  # NumPy warns of a single number only
        x = (x ^ (x >> np.uint32(16))) * np.uint32(0x21F0AAAD)
        x = (x ^ (x >> np.uint32(15))) * np.uint32(0x735A2D97)
    return x ^ (x >> np.uint32(15))


def key(seed: int, *purpose: int) -> np.ndarray:
    """One key for a seed and what the numbers are for."""
    made = mix(seed)
    for part in purpose:
        made = mix(mix(part) ^ made)
    return made


def bits(of: np.ndarray, counts: Any) -> np.ndarray:
    """32 random bits of a key for each count, uint32."""
    return mix(mix(counts) ^ of)


def uniform(of: np.ndarray, counts: Any) -> np.ndarray:
    """A number in [0, 1) of a key for each count, float64 of which 24 bits are random."""
    return (bits(of, counts) >> np.uint32(8)) / 2**24
