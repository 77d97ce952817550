"""Exercises of lesson 06: the price of a code, a draw, the bound, and other courses' losses."""

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy

from aelib.exercises.base import Arguments, Exercise, Mistake, no_arguments

Tensor = torch.Tensor


def draw_code(mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
    """Turn noise from standard dice into codes (N, K) from N(mu, exp(logvar))."""
    return mu + torch.exp(0.5 * logvar) * eps


def kl_of_each(mu: Tensor, logvar: Tensor) -> Tensor:
    """KL of each number of the code (K,), averaged over the images, in nats."""
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).mean(dim=0)


def elbo_of_each(x_hat: Tensor, x: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
    """ELBO of each image (N,), in nats: larger is better."""
    log_likelihood = -binary_cross_entropy(x_hat, x, reduction="none").sum(dim=1)
    return log_likelihood - 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(dim=1)


def free_bits(mu: Tensor, logvar: Tensor, free: float) -> Tensor:
    """KL summed over the numbers of the code, where each costs at least `free` nats."""
    return kl_of_each(mu, logvar).clamp(min=free).sum()


def in_our_nats(error: float, kl: float, pixels: int, numbers: int) -> float:
    """Minus the ELBO per image, from a mean over all pixels and a mean over all of the code."""
    return pixels * error + numbers * kl


def one_nat() -> float:
    """Return the logvar below 0 at which a cloud with mean 0 costs one nat."""
    low, high = -10.0, 0.0
    for _ in range(60):
        middle = (low + high) / 2
        price = 0.5 * (np.exp(middle) - 1 - middle)
        low, high = (middle, high) if price > 1 else (low, middle)
    return low


def log_mean_exp(log_w: Tensor) -> Tensor:
    """Log of the mean of exp(log_w) over the draws: (K, N) -> (N,)."""
    return torch.logsumexp(log_w, dim=0) - np.log(len(log_w))


def _tensor(values: np.ndarray) -> Tensor:
    return torch.from_numpy(values.astype(np.float32))


def _clouds(rng: np.random.Generator) -> list[Arguments]:
    shapes = ((1, 3), (5, 2), (4, 7))
    return [(_tensor(rng.normal(size=s)), _tensor(rng.normal(size=s) - 0.5)) for s in shapes]


def _clouds_and_noise(rng: np.random.Generator) -> list[Arguments]:
    return [(mu, logvar, _tensor(rng.normal(size=mu.shape))) for mu, logvar in _clouds(rng)]


def _clouds_and_limits(rng: np.random.Generator) -> list[Arguments]:
    """Limits that some numbers of the code reach, or none, or all of them."""
    cases: list[Arguments] = []
    for (mu, logvar), share in zip(_clouds(rng) * 2, (0.5, 0.5, 0.5, 4, 0.1, 0.0), strict=True):
        prices = kl_of_each(mu, logvar).sort().values
        limit = prices[len(prices) // 3] if share == 0.5 else share * (prices[-1] + 0.5)
        cases.append((mu, logvar, float(limit) + 0.01))
    return cases


def _pictures(rng: np.random.Generator) -> list[Arguments]:
    cases = []
    for (mu, logvar), pixels in zip(_clouds(rng), (784, 20, 9), strict=True):
        x_hat = 0.05 + 0.9 * rng.random((len(mu), pixels))
        x = (rng.random((len(mu), pixels)) < 0.4).astype(float)
        cases.append((_tensor(x_hat), _tensor(x), mu, logvar))
    return cases


def _printed(rng: np.random.Generator) -> list[Arguments]:
    sizes = ((784, 20), (784, 200), (1024, 2), (12_288, 128))
    return [(round(rng.uniform(0.1, 1.6), 4), round(rng.uniform(0.2, 2), 4), *s) for s in sizes]


def _weights(rng: np.random.Generator) -> list[Arguments]:
    """Images at different levels side by side; draws of one image that lie 150 apart."""
    levels = np.array([-40.0, -1000.0, 0.0, -215.0, 120.0, -95.0])
    wide = rng.normal(size=(10, 3)) + np.array([-1000.0, -30.0, 0.0])
    wide[rng.integers(10), :] += 150.0
    several = levels + 2 * rng.normal(size=(4, 6))
    return [(_tensor(v),) for v in (several, wide, levels[:5] + rng.normal(size=(1, 5)))]


EXERCISES = [
    Exercise(
        name="draw_code",
        lesson="06",
        minutes=5,
        points=1,
        reference=draw_code,
        cases=_clouds_and_noise,
        differentiable=("mu", "logvar"),
        hints=(
            "Section 4 has it as a formula: mean, plus spread times noise.",
            "The spread is the root of the variance. What is the root of exp(logvar)?",
            "Halving a logarithm takes the root: exponentiate half of logvar, and scale eps by it.",
        ),
        wrong=(
            Mistake(
                lambda mu, logvar, eps: mu + logvar.exp() * eps,
                "you multiply the noise by the variance; the spread is its root, exp(0.5 * logvar)",
            ),
            Mistake(
                lambda mu, logvar, eps: mu + logvar * eps,
                "you multiply the noise by the logarithm itself; exponentiate it first",
            ),
            Mistake(
                lambda mu, logvar, eps: mu + 0.5 * logvar.exp() * eps,
                "the half belongs inside the exponential: exp(0.5 * logvar)",
            ),
            Mistake(
                lambda mu, logvar, eps: mu + torch.exp(0.5 * logvar) * torch.randn_like(mu),
                "you drew new noise; use eps, so that the result can be checked",
            ),
            Mistake(
                lambda mu, logvar, eps: mu,
                "this is the middle of the cloud; add the spread times eps",
            ),
        ),
    ),
    Exercise(
        name="kl_of_each",
        lesson="06",
        minutes=5,
        points=1,
        reference=kl_of_each,
        cases=lambda rng: [(2.5 * mu, logvar) for mu, logvar in _clouds(rng)],
        differentiable=("mu", "logvar"),
        hints=(
            "Take `kl_divergence` apart: what is summed there, and over what?",
            "The bracket has the shape (N, K). Average over the images only.",
            "It is half of mu squared plus the variance, minus 1, minus logvar; then the mean.",
        ),
        wrong=(
            Mistake(
                lambda mu, logvar: 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(dim=1),
                "you summed over the code; average over the images, dim 0",
            ),
            Mistake(
                lambda mu, logvar: 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum() / len(mu),
                "this is the price of the whole code; give one price for each of its numbers",
            ),
            Mistake(
                lambda mu, logvar: (
                    0.5 * (mu**2 + torch.exp(0.5 * logvar) - 1 - 0.5 * logvar).mean(dim=0)
                ),
                "you priced the spread; logvar is the log of the variance",
            ),
            Mistake(
                lambda mu, logvar: 0.5 * (mu**2 + logvar.exp() - logvar).mean(dim=0),
                "the -1 is missing: standard dice must cost nothing",
            ),
        ),
    ),
    Exercise(
        name="elbo_of_each",
        lesson="06",
        minutes=10,
        points=2,
        reference=elbo_of_each,
        cases=_pictures,
        differentiable=("x_hat", "mu", "logvar"),
        hints=(
            "The last line of the table in section 3, once for each image.",
            "log p(x | z) is minus the cross-entropy, summed over the pixels. The KL is taken off.",
            'reduction="none" keeps one number for each pixel; both parts need a sum along dim 1.',
        ),
        wrong=(
            Mistake(
                lambda x_hat, x, mu, logvar: -elbo_of_each(x_hat, x, mu, logvar),
                "this is minus the ELBO, the loss; the ELBO itself is negative here",
            ),
            Mistake(
                lambda x_hat, x, mu, logvar: (
                    elbo_of_each(x_hat, x, mu, logvar)
                    + (mu**2 + logvar.exp() - 1 - logvar).sum(dim=1)
                ),
                "the KL has the wrong sign: it is a price, so it is taken off",
            ),
            Mistake(
                lambda x_hat, x, mu, logvar: elbo_of_each(x_hat, x, mu, logvar).mean(),
                "this is the average; give one number for each image",
            ),
            Mistake(
                lambda x_hat, x, mu, logvar: (
                    -binary_cross_entropy(x_hat, x, reduction="none").sum(dim=1)
                ),
                "this is the first part only; the KL is missing",
            ),
            Mistake(
                lambda x_hat, x, mu, logvar: (
                    -binary_cross_entropy(x_hat, x, reduction="none").mean(dim=1)
                    - 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(dim=1)
                ),
                "you took the mean over the pixels; the log of a product is a sum",
            ),
        ),
    ),
    Exercise(
        name="free_bits",
        lesson="06",
        minutes=10,
        points=2,
        reference=free_bits,
        cases=_clouds_and_limits,
        hints=(
            "Start from what `kl_of_each` answers.",
            "A number that costs less than `free` counts as `free`. Then add up.",
            "`clamp` with a lower limit does it, between the mean over images and the sum.",
        ),
        wrong=(
            Mistake(
                lambda mu, logvar, free: kl_of_each(mu, logvar).sum(),
                "this is the plain KL; `free` is not used",
            ),
            Mistake(
                lambda mu, logvar, free: kl_of_each(mu, logvar).sum().clamp(min=free),
                "the limit holds for every number of the code, not for their sum",
            ),
            Mistake(
                lambda mu, logvar, free: (
                    (0.5 * (mu**2 + logvar.exp() - 1 - logvar)).clamp(min=free).sum() / len(mu)
                ),
                "average over the images first; the limit holds for the average",
            ),
            Mistake(
                lambda mu, logvar, free: kl_of_each(mu, logvar).clamp(max=free).sum(),
                "this makes the rest free and charges the first part: clamp from below",
            ),
            Mistake(
                lambda mu, logvar, free: (kl_of_each(mu, logvar) - free).clamp(min=0).sum(),
                "you took the free part off; keep it in, so that the sum stays in nats paid",
            ),
            Mistake(
                lambda mu, logvar, free: kl_of_each(mu, logvar).clamp(min=free).mean(),
                "sum over the numbers of the code, do not average",
            ),
        ),
    ),
    Exercise(
        name="in_our_nats",
        lesson="06",
        minutes=10,
        points=2,
        reference=in_our_nats,
        cases=_printed,
        hints=(
            "How does one get from a mean back to a sum?",
            "The two means are over different numbers of things.",
            "A mean times how many there are is the sum. The code holds `numbers` of them.",
        ),
        wrong=(
            Mistake(
                lambda error, kl, pixels, numbers: pixels * (error + kl),
                "the KL was averaged over the numbers of the code, not over the pixels",
            ),
            Mistake(
                lambda error, kl, pixels, numbers: pixels * error + kl,
                "the KL is a mean as well; turn it into a sum over the code",
            ),
            Mistake(
                lambda error, kl, pixels, numbers: error + kl,
                "these are means; our convention sums over pixels and over the code",
            ),
            Mistake(
                lambda error, kl, pixels, numbers: error / pixels + kl / numbers,
                "you divided; a mean times the count is the sum",
            ),
        ),
    ),
    Exercise(
        name="one_nat",
        lesson="06",
        minutes=10,
        points=2,
        reference=one_nat,
        cases=no_arguments,
        tolerance=0.0017,  # half a hundredth: -2.95 is right to two decimals, -2.94 is not
        hints=(
            "Draw the right curve of section 6 again and look where it reaches 1, on the left.",
            "Or try values of logvar between -4 and -2 in the formula.",
            "0.5 * (exp(v) - 1 - v) = 1 has a solution just above -3.",
        ),
        wrong=(
            Mistake(lambda: 1.505, "that is the wide cloud; the narrow one has a logvar below 0"),
            Mistake(lambda: -1.474, "that is the log of the spread; give the log of the variance"),
            Mistake(lambda: 0.0524, "that is the variance; give its logarithm"),
            Mistake(lambda: 0.05, "that is the variance, rounded; give its logarithm"),
            Mistake(lambda: 0.229, "that is the spread; give the log of the variance"),
            Mistake(lambda: 2.948, "the number is right but for its sign: the logvar lies below 0"),
            Mistake(lambda: -1.841, "you left out the half in front of the bracket"),
        ),
    ),
    Exercise(
        name="log_mean_exp",
        lesson="06",
        minutes=15,
        points=3,
        reference=log_mean_exp,
        cases=_weights,
        tolerance=1e-6,
        hints=(
            "exp(-1000) is 0 in floating point. Which number can be taken out of the sum first?",
            "log(sum of exp(a)) = m + log(sum of exp(a - m)), with m the largest a.",
            "torch.logsumexp does that along a dimension. What does dividing by K do to a log?",
        ),
        wrong=(
            Mistake(
                lambda log_w: torch.logsumexp(log_w, dim=0),
                "this is the log of the sum; take off the log of the number of draws",
            ),
            Mistake(
                lambda log_w: torch.logsumexp(log_w, dim=0) - len(log_w),
                "take off the logarithm of the number of draws, not the number itself",
            ),
            Mistake(
                lambda log_w: log_w.exp().mean(dim=0).log(),
                "exp(-1000) is 0 in floating point, and its log minus infinity; take the largest "
                "weight of each image out first",
            ),
            Mistake(
                lambda log_w: (log_w - log_w.max()).exp().mean(dim=0).log() + log_w.max(),
                "one maximum for the whole table leaves other images at exp(-1000); take each "
                "image's own, along dim 0",
            ),
            Mistake(
                lambda log_w: log_w.max(dim=0).values,
                "this is the largest weight alone; the others count as well",
            ),
            Mistake(
                lambda log_w: log_w.mean(dim=0),
                "this is the mean of the logs, the ELBO; you need the log of the mean",
            ),
            Mistake(
                lambda log_w: torch.logsumexp(log_w, dim=1) - np.log(log_w.shape[1]),
                "you averaged over the images; the draws are dim 0",
            ),
        ),
    ),
]
