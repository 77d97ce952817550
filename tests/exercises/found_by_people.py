"""Wrong answers that people thought of and that `check` once called right."""

import math

import numpy as np
import torch

FOUND = {
    "best_rotation": {"turns only, never a mirror (Kabsch)": lambda b, v: kabsch(b, v)},
    "own_axes": {
        "decomposes C and does not look at B": lambda b, c: signed(
            np.linalg.eigh(c)[1][:, ::-1][:, : b.shape[1]]
        ),
    },
    "shots_needed": {
        "rounds up from a thousandth on": lambda gain: int(10 ** (gain / 10) + 0.999),
        "one more than rounded down": lambda gain: math.floor(10 ** (gain / 10)) + 1,
    },
    "pepper": {
        "numbers at the limits are below them": lambda x, amount, draw: torch.where(
            draw <= amount, (draw <= amount / 2).float(), x
        ),
    },
    "allocate_bits": {
        "the last of equal errors": lambda deviation, total: one_by_one(deviation, total),
    },
    "log_mean_exp": {
        "one maximum for the whole table": lambda w: w.max() + (w - w.max()).exp().mean(0).log(),
        "the smallest value taken out": lambda w: w.amin(0) + (w - w.amin(0)).exp().mean(0).log(),
        "nothing taken out": lambda w: w.exp().mean(0).log(),
    },
    "mean_image_floor": {
        "adds 1e-6 inside the logarithms": lambda x_train, x_test: nats(
            x_test, x_train.mean(0) + 1e-6, 1 - x_train.mean(0) + 1e-6
        ),
    },
    "best_answer": {
        "chooses among the K": lambda answers, p: answers[
            (((answers[:, None] - answers) ** 2).sum(2) @ p).argmin()
        ],
    },
    "free_bits": {
        "free is not used": lambda mu, logvar, free: (
            0.5 * (mu**2 + logvar.exp() - 1 - logvar).mean(0).sum()
        ),
    },
}


def kabsch(b, v):
    first, _, second = np.linalg.svd(b.T @ v)
    first[:, -1] *= np.sign(np.linalg.det(first @ second))
    return first @ second


def one_by_one(deviation, total):
    bits = np.zeros(len(deviation), dtype=int)
    for _ in range(total):
        bits[np.argsort(deviation / 2.0**bits, kind="stable")[-1]] += 1
    return bits


def signed(axes):
    return axes * np.sign(axes.sum(axis=0))


def nats(x, ink, paper):
    return -(x * ink.log() + (1 - x) * paper.log()).sum() / len(x)
