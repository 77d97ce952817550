"""Exercises of lesson 05: decibels, noise by hand, averaging, and the best linear denoiser."""

import math

import numpy as np
import torch

from aelib.exercises.base import Arguments, Exercise, Mistake, no_arguments


def psnr_of_each(x_hat: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """PSNR of each image (N,) in decibels."""
    return -10 * ((x_hat - x) ** 2).mean(dim=1).log10()


def pepper(x: torch.Tensor, amount: float, draw: torch.Tensor) -> torch.Tensor:
    """Salt and pepper, from one uniform number for each pixel."""
    return torch.where(draw < amount, (draw < amount / 2).float(), x)


def shots_needed(gain: float) -> int:
    """How many shots must be averaged for a gain of so many decibels."""
    return math.ceil(10 ** (gain / 10))


def linear_denoiser(x_noisy: torch.Tensor, x: torch.Tensor, alpha: float) -> torch.Tensor:
    """Weights (D + 1, D) of ridge regression, the constant in the first row."""
    inputs = torch.cat([torch.ones(len(x), 1), x_noisy], dim=1)
    a = inputs.T @ inputs / len(x)
    b = inputs.T @ x / len(x)
    return torch.linalg.solve(a + alpha * torch.eye(len(a)), b)


def breaking_point() -> float:
    """Return the sigma at which the ready denoiser's digits have fallen to 17 dB."""
    # for sigma in (0.7, 0.75, 0.8, 0.85, 0.9):
    #     print(sigma, psnr(restore(ready, noise.gaussian(x_few, sigma)), x_few))
    return 0.83


def noisy_target_error(
    x_hat: torch.Tensor, x: torch.Tensor, draw: torch.Tensor, sigma: float
) -> torch.Tensor:
    """Squared error per image towards a noisy target that is not clipped."""
    return ((x_hat - (x + sigma * draw)) ** 2).sum() / len(x)


def _uniform(rng: np.random.Generator, n: int, width: int) -> torch.Tensor:
    return torch.as_tensor(rng.random((n, width))).float()


def _normal(rng: np.random.Generator, n: int, width: int) -> torch.Tensor:
    return torch.as_tensor(rng.normal(size=(n, width))).float()


def _pairs(rng: np.random.Generator) -> list[Arguments]:
    """Bad copies, and good ones: decibels below 0 and above."""
    cases: list[Arguments] = []
    for n, d, off in ((1, 784, 2.0), (3, 784, 0.1), (5, 12, 0.5)):
        x = _normal(rng, n, d)
        cases.append((x + off * _normal(rng, n, d), x))
    return cases


def _peppered(rng: np.random.Generator) -> list[Arguments]:
    """Some numbers lie exactly at amount and at half of it; both are quarters, so exactly."""
    cases: list[Arguments] = []
    for n, d, amount in ((1, 200, 0.25), (3, 200, 0.5), (4, 50, 1.0), (2, 90, 0.0)):
        draw = _uniform(rng, n, d)
        draw[:, 3:5] = torch.tensor([amount, amount / 2])
        cases.append((_normal(rng, n, d), amount, draw))
    return cases


def _gains(rng: np.random.Generator) -> list[Arguments]:
    """Whole numbers of decibels, and one that is met by seven shots but for a hair."""
    by_a_hair = 10 * math.log10(7 + rng.uniform(1e-4, 5e-4))
    return [(0,), (5,), (20,), *((int(gain),) for gain in rng.integers(11, 19, 3)), (by_a_hair,)]


def _noisy_pairs(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for n, d, alpha in ((40, 5, 0.1), (90, 8, 0.5), (30, 12, 2.0)):
        x = _normal(rng, n, d) + 0.5
        cases.append((x + 0.5 * _normal(rng, n, d), x, alpha))
    return cases


def _targets(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for n, d, sigma in ((1, 784, 0.5), (3, 784, 1.5), (6, 20, 0.2)):
        cases.append((_normal(rng, n, d), _normal(rng, n, d), _normal(rng, n, d), sigma))
    return cases


def _without_mean(x_noisy: torch.Tensor, x: torch.Tensor, alpha: float) -> torch.Tensor:
    """Ridge regression that does not penalise the constant."""
    mean_noisy, mean = x_noisy.mean(dim=0), x.mean(dim=0)
    a = (x_noisy - mean_noisy).T @ (x_noisy - mean_noisy) / len(x)
    b = (x_noisy - mean_noisy).T @ (x - mean) / len(x)
    weights = torch.linalg.solve(a + alpha * torch.eye(len(a)), b)
    return torch.cat([(mean - mean_noisy @ weights)[None], weights])


def _summed(x_noisy: torch.Tensor, x: torch.Tensor, alpha: float) -> torch.Tensor:
    """Ridge regression with sums in place of averages."""
    return linear_denoiser(x_noisy, x, alpha / len(x))


def _constant_last(x_noisy: torch.Tensor, x: torch.Tensor, alpha: float) -> torch.Tensor:
    return linear_denoiser(x_noisy, x, alpha).roll(-1, dims=0)


EXERCISES = [
    Exercise(
        name="psnr_of_each",
        lesson="05",
        minutes=5,
        points=1,
        reference=psnr_of_each,
        cases=_pairs,
        tensor=True,
        hints=(
            "The lesson's `psnr` has it all; one step at its end is too many.",
            "The mean over the pixels, dim 1, comes before the logarithm.",
            "Take `psnr` without its last mean; a shape of (N,) is left.",
        ),
        wrong=(
            Mistake(
                lambda x_hat, x: -10 * ((x_hat - x) ** 2).mean(dim=1).log10().mean(),
                "this is the average of all images; leave the last mean out",
            ),
            Mistake(
                lambda x_hat, x: -10 * ((x_hat - x) ** 2).sum(dim=1).log10(),
                "you summed over the pixels; PSNR takes their mean",
            ),
            Mistake(
                lambda x_hat, x: -10 * ((x_hat - x) ** 2).mean(dim=1).log(),
                "you took the natural logarithm; decibels need log10",
            ),
            Mistake(
                lambda x_hat, x: -10 * ((x_hat - x) ** 2).log10().mean(dim=1),
                "you averaged the logarithms of the pixels; average the squares first",
            ),
            Mistake(
                lambda x_hat, x: -10 * ((x_hat - x) ** 2).mean(dim=0).log10(),
                "you averaged over the images, dim 0; average over the pixels, dim 1",
            ),
            Mistake(
                lambda x_hat, x: -10 * (x_hat - x).abs().mean(dim=1).log10(),
                "these are absolute differences; square them",
            ),
            Mistake(
                lambda x_hat, x: -20 * ((x_hat - x) ** 2).mean(dim=1).log10(),
                "20 goes with the root of the squared error; with the squared error itself it is "
                "10",
            ),
        ),
    ),
    Exercise(
        name="pepper",
        lesson="05",
        minutes=10,
        points=1,
        reference=pepper,
        cases=_peppered,
        hints=(
            "`torch.where(condition, a, b)` takes a where the condition holds, and b elsewhere.",
            "Of the replaced pixels, ink is 1.0 where draw < amount / 2, and paper is 0.0.",
            "One `where` chooses the pixels to replace; a comparison made `.float()` says with "
            "what.",
        ),
        wrong=(
            Mistake(
                lambda x, amount, draw: torch.where(draw < amount, (draw >= amount / 2).float(), x),
                "ink and paper are exchanged: ink where draw is below half of amount",
            ),
            Mistake(
                lambda x, amount, draw: torch.where(draw < amount, (draw < 0.5).float(), x),
                "you compare with 0.5; ink goes where draw is below half of amount",
            ),
            Mistake(
                lambda x, amount, draw: torch.where(draw >= amount, (draw < amount / 2).float(), x),
                "you replaced the pixels that should stay, and kept those to be replaced",
            ),
            Mistake(
                lambda x, amount, draw: torch.where(draw < amount, 0.0, x),
                "all replaced pixels became paper: that is masking; half of them must be ink",
            ),
            Mistake(
                lambda x, amount, draw: torch.where(draw < amount, 1.0, x),
                "all replaced pixels became ink; half of them must be paper",
            ),
            Mistake(
                lambda x, amount, draw: torch.where(
                    draw < amount / 2, 1.0, torch.where(draw > 1 - amount / 2, 0.0, x)
                ),
                "right in its share, but paper goes where draw lies between amount / 2 and amount",
            ),
        ),
    ),
    Exercise(
        name="shots_needed",
        lesson="05",
        minutes=10,
        points=1,
        reference=shots_needed,
        cases=_gains,
        hints=(
            "n shots divide the squared error by n. How many decibels is that?",
            "The gain is 10 * log10(n). Solve for n, and remember that shots are whole.",
            "A tenth of the gain is the logarithm of n. Undo the logarithm, and round up.",
        ),
        wrong=(
            Mistake(
                lambda gain: math.ceil(10 ** (gain / 20)),
                "20 is for amplitudes; PSNR is made of squared errors, so divide by 10",
            ),
            Mistake(
                lambda gain: 10 ** (gain / 10),
                "there are no parts of shots; round up to a whole number",
            ),
            Mistake(
                lambda gain: round(10 ** (gain / 10)),
                "you rounded to the nearest; with too few shots the gain is missed, so round up",
            ),
            Mistake(
                lambda gain: math.floor(10 ** (gain / 10)),
                "you rounded down; with too few shots the gain is missed, so round up",
            ),
            Mistake(
                lambda gain: math.ceil(math.exp(gain * math.log(10) / 10)),
                "right but for rounding: exp and log miss 100 by a hair, and rounding up makes 101 "
                "of it; write 10 ** (gain / 10)",
            ),
            Mistake(
                lambda gain: math.floor(10 ** (gain / 10)) + 1,
                "one too many where a whole number of shots meets the gain exactly; use math.ceil",
            ),
            Mistake(
                lambda gain: math.ceil(math.exp(gain / 10)),
                "decibels are powers of 10, not of e",
            ),
            Mistake(
                lambda gain: math.ceil(10 ** (gain / 5)),
                "you took the square once too often: n shots divide the squared error by n",
            ),
        ),
    ),
    Exercise(
        name="linear_denoiser",
        lesson="05",
        minutes=15,
        points=2,
        reference=linear_denoiser,
        cases=_noisy_pairs,
        tolerance=1e-3,
        hints=(
            "Put a column of ones before the noisy pixels: its weight is the constant.",
            "A is inputs.T @ inputs / N and B is inputs.T @ x / N.",
            "torch.linalg.solve(left, B) solves left @ weights = B. What must be added to A first?",
        ),
        wrong=(
            Mistake(
                lambda x_noisy, x, alpha: linear_denoiser(x_noisy, x, 0.0),
                "alpha has no effect; add it to the diagonal of A",
            ),
            Mistake(_summed, "A and B are sums here; divide both by the number of pairs"),
            Mistake(
                _without_mean,
                "you spared the constant from alpha; here alpha stands on the whole diagonal",
            ),
            Mistake(_constant_last, "the constant is in the last row; put it into the first"),
            Mistake(
                lambda x_noisy, x, alpha: linear_denoiser(x_noisy, x, alpha)[1:],
                "the row of the constant is missing; put a column of ones before the pixels",
            ),
            Mistake(
                lambda x_noisy, x, alpha: linear_denoiser(x, x_noisy, alpha),
                "you predict the noisy picture from the clean one; it should be the other way",
            ),
            Mistake(
                lambda x_noisy, x, alpha: linear_denoiser(x_noisy, x_noisy, alpha),
                "the target is the noisy picture; it should be the clean one",
            ),
        ),
    ),
    Exercise(
        name="breaking_point",
        lesson="05",
        minutes=15,
        points=1,
        reference=breaking_point,
        cases=no_arguments,
        tolerance=0.04,
        hints=(
            "The slider shows one digit; the average needs `psnr` over `x_few`.",
            "Restore `noise.gaussian(x_few, sigma)` with `ready`, for some values of sigma.",
            "It lies between 0.7 and 0.9.",
        ),
        wrong=(
            Mistake(
                lambda: 0.195,
                "there the noisy digits have 17 dB; look at the restored ones",
            ),
            Mistake(
                lambda: 0.785,
                "there the mean error of all digits has reached 17 dB; `psnr` takes the decibels "
                "of each digit, and their mean then",
            ),
            Mistake(
                lambda: 0.74,
                "this is the U-Net of section 7; the one asked for is `ready`, which knows more "
                "strengths",
            ),
            Mistake(lambda: 0.5, "there the restored digits still have 20 dB; go on"),
            Mistake(lambda: 17.0, "these are the decibels; report the strength of the noise"),
        ),
    ),
    Exercise(
        name="noisy_target_error",
        lesson="05",
        minutes=20,
        points=2,
        reference=noisy_target_error,
        cases=_targets,
        differentiable=("x_hat",),
        hints=(
            "Make the noisy target first, then use the squared error of the course.",
            "Sum over the pixels, average over the images; clip nothing.",
            "The target is x plus the noise; from there on it is the loss of lesson 01.",
        ),
        wrong=(
            Mistake(
                lambda x_hat, x, draw, sigma: (
                    ((x_hat - (x + sigma * draw).clamp(0, 1)) ** 2).sum() / len(x)
                ),
                "you clipped the target; then its mean is no longer the clean picture",
            ),
            Mistake(
                lambda x_hat, x, draw, sigma: ((x_hat - x) ** 2).sum() / len(x),
                "the target is clean here; add sigma * draw to it",
            ),
            Mistake(
                lambda x_hat, x, draw, sigma: ((x_hat - (x + draw)) ** 2).sum() / len(x),
                "sigma is missing: the noise is sigma * draw",
            ),
            Mistake(
                lambda x_hat, x, draw, sigma: ((x_hat + sigma * draw - x) ** 2).sum() / len(x),
                "the noise is on the wrong side: add it to x, not to x_hat",
            ),
            Mistake(
                lambda x_hat, x, draw, sigma: ((x_hat - (x + sigma**2 * draw)) ** 2).sum() / len(x),
                "you multiplied by the variance; sigma is the standard deviation",
            ),
        ),
    ),
]
