"""Rare things in two numbers, trained in NumPy: the sums of static/superposition.js once more."""

from dataclasses import dataclass

import numpy as np

from aelib.engine.random import key, uniform

_ROWS, _BATCH, _STEPS, _STARTS, _RATE = 4096, 128, 300, 6, 0.05


@dataclass(frozen=True)
class Arrangement:
    """What the best of six starts made: an arrow for each thing, and what it loses.

    Args:
        arrows: The rows of W (things, 2), float64, turned as the page shows them.
        lost: The weighted squared error, as a share of what an answer with the means loses.
    """

    arrows: np.ndarray
    lost: float


def arrange(things: int, p: float, importance: float, seed: int) -> Arrangement:
    """Train h = x W, x_hat = ReLU(h W^T + b) for things that are there with probability p."""
    weight = importance ** np.arange(things)
    x = uniform(key(seed, 1), np.arange(_ROWS * things)).reshape(_ROWS, things)
    x = np.where(x < p, x / p, 0)
    tried = [_trained(x, weight, _first(seed, start, things)) for start in range(_STARTS)]
    lost, w = min(tried, key=lambda pair: pair[0])
    arrows = _turned(w[: 2 * things].reshape(things, 2))
    return Arrangement(arrows, float(lost / (weight @ x.var(axis=0))))


def _first(seed: int, start: int, things: int) -> np.ndarray:
    arrows = uniform(key(seed, 2, start), np.arange(2 * things)) - 0.5
    return np.append(arrows, np.zeros(things))


def _trained(x: np.ndarray, weight: np.ndarray, w: np.ndarray) -> tuple[float, np.ndarray]:
    """Adam, with a rate that falls along half a cosine: what is lost at the end, and weights."""
    m, v = np.zeros_like(w), np.zeros_like(w)
    for step in range(_STEPS):
        at = step * _BATCH % _ROWS
        _, g = _slope(w, x[at : at + _BATCH], weight)
        m += 0.1 * (g - m)
        v += 0.001 * (g * g - v)
        rate = _RATE / 2 * (1 + np.cos(np.pi * step / _STEPS))
        size = np.sqrt(v / (1 - 0.999 ** (step + 1))) + 1e-8
        w = w - rate * (m / (1 - 0.9 ** (step + 1))) / size
    return _slope(w, x, weight)[0], w


def _slope(w: np.ndarray, x: np.ndarray, weight: np.ndarray) -> tuple[float, np.ndarray]:
    """The weighted squared error, averaged over rows, and its gradient."""
    n = len(weight)
    arrows, b = w[: 2 * n].reshape(n, 2), w[2 * n :]
    h = x @ arrows
    before = h @ arrows.T + b
    error = np.maximum(before, 0) - x
    d = 2 * weight * error * (before > 0) / len(x)
    return (weight * error**2).sum() / len(x), np.append(
        d.T @ h + x.T @ (d @ arrows), d.sum(axis=0)
    )


def _turned(arrows: np.ndarray) -> np.ndarray:
    """The first long arrow points up, the next that does not lie along it to the right."""
    long = np.linalg.norm(arrows, axis=1) > 0.5
    a, b = arrows[long][0] if long.any() else arrows[0]
    upright = arrows @ np.array([[b, a], [-a, b]]) / (np.hypot(a, b) or 1)
    aside = upright[long & (abs(upright[:, 0]) > 0.1), 0]
    return upright * ([-1, 1] if len(aside) and aside[0] < 0 else [1, 1])
