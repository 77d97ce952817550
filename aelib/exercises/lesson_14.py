"""Exercises of lesson 14: what came after the autoencoder, in small pieces."""

import numpy as np
import torch

from aelib.exercises.base import Arguments, Exercise, Mistake


def effective_classes(counts: np.ndarray) -> float:
    """Exponential of the entropy, in nats, of the classes' shares."""
    p = counts[counts > 0] / counts.sum()
    return np.exp(-(p * np.log(p)).sum())


def slope_through(z: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Gradient towards z of the squared error of z, rounded straight through."""
    return 2 * (z.round() - target)


def artist_slopes(score: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Derivatives of log(1 - sigmoid(score)) and of -log(sigmoid(score))."""
    return -torch.sigmoid(score), torch.sigmoid(score) - 1


def move_entries(codebook: torch.Tensor, z: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    """Move every entry to the mean of the vectors that took it."""
    moved = codebook.clone()
    for entry in chosen.unique():
        moved[entry] = z[chosen == entry].mean(dim=0)
    return moved


def curved_step(x_a: torch.Tensor, x_hat: torch.Tensor, a: float, b: float) -> torch.Tensor:
    """Find the noise in x_a, and mix it anew with x_hat."""
    noise = (x_a - a**0.5 * x_hat) / (1 - a) ** 0.5
    return b**0.5 * x_hat + (1 - b) ** 0.5 * noise


def _shares(counts: np.ndarray) -> np.ndarray:
    return counts[counts > 0] / counts.sum()


def _never_to_nothing(
    codebook: torch.Tensor, z: torch.Tensor, chosen: torch.Tensor
) -> torch.Tensor:
    rows = [z[chosen == k].sum(dim=0) / (chosen == k).sum().clamp(1) for k in range(len(codebook))]
    return torch.stack(rows)


def _sums(codebook: torch.Tensor, z: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    moved = codebook.clone()
    for entry in chosen.unique():
        moved[entry] = z[chosen == entry].sum(dim=0)
    return moved


def _with_the_old(codebook: torch.Tensor, z: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    moved = codebook.clone()
    for entry in chosen.unique():
        moved[entry] = torch.cat([codebook[entry][None], z[chosen == entry]]).mean(dim=0)
    return moved


def _the_last(codebook: torch.Tensor, z: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    moved = codebook.clone()
    for vector, entry in zip(z, chosen, strict=True):
        moved[entry] = vector
    return moved


def _over_everybody(codebook: torch.Tensor, z: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    moved = codebook.clone()
    for entry in chosen.unique():
        moved[entry] = z[chosen == entry].sum(dim=0) / len(z)
    return moved


def _without_roots(x_a: torch.Tensor, x_hat: torch.Tensor, a: float, b: float) -> torch.Tensor:
    return b * x_hat + (1 - b) * (x_a - a * x_hat) / (1 - a)


def _old_noise_share(x_a: torch.Tensor, x_hat: torch.Tensor, a: float, b: float) -> torch.Tensor:
    noise = (x_a - a**0.5 * x_hat) / (1 - a) ** 0.5
    return b**0.5 * x_hat + (1 - a) ** 0.5 * noise


def _difference_as_noise(
    x_a: torch.Tensor, x_hat: torch.Tensor, a: float, b: float
) -> torch.Tensor:
    return b**0.5 * x_hat + (1 - b) ** 0.5 * (x_a - x_hat)


def _undivided(x_a: torch.Tensor, x_hat: torch.Tensor, a: float, b: float) -> torch.Tensor:
    return b**0.5 * x_hat + (1 - b) ** 0.5 * (x_a - a**0.5 * x_hat)


def _roles_swapped(x_a: torch.Tensor, x_hat: torch.Tensor, a: float, b: float) -> torch.Tensor:
    return curved_step(x_a, x_hat, 1 - a, 1 - b)


def _class_counts(rng: np.random.Generator) -> list[Arguments]:
    with_none = rng.integers(1, 90, 10)
    with_none[rng.integers(10)] = 0
    some = [(np.append(rng.integers(2, 60, n - 1), 1),) for n in (10, 3)]
    return [*some, (with_none,), (np.array([0, 40, 0]),)]


def _numbers(rng: np.random.Generator) -> list[Arguments]:
    shapes = ((1, 5), (4, 3), (7, 2))
    pairs = [(3 * rng.normal(size=shape), 3 * rng.normal(size=shape)) for shape in shapes]
    return [tuple(torch.from_numpy(values).float() for values in pair) for pair in pairs]


def _scores(rng: np.random.Generator) -> list[Arguments]:
    return [(torch.from_numpy(2 * rng.normal(size=n)).float(),) for n in (1, 6, 9)]


def _vectors(rng: np.random.Generator) -> list[Arguments]:
    cases = []
    for entries, n, width in ((4, 12, 3), (6, 9, 2), (5, 1, 4)):
        codebook, z = rng.normal(size=(entries, width)), 1 + rng.normal(size=(n, width))
        chosen = torch.from_numpy(rng.integers(0, entries - 1, n))  # nobody takes the last
        cases.append((torch.from_numpy(codebook).float(), torch.from_numpy(z).float(), chosen))
    return cases


def _mixtures(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for n in (1, 4, 6):
        a = float(rng.uniform(0.05, 0.6))
        b = float(rng.uniform(a + 0.1, 0.95))
        x_a, x_hat = (torch.from_numpy(rng.normal(size=(n, 9))).float() for _ in range(2))
        cases.append((x_a, x_hat, a, b))
    return cases


EXERCISES = [
    Exercise(
        name="effective_classes",
        lesson="14",
        minutes=10,
        points=1,
        reference=effective_classes,
        cases=_class_counts,
        hints=(
            "First turn the counts into shares; leave out classes without samples.",
            "The entropy is the sum of -p * log(p), with the natural logarithm.",
            "Keep the counts above 0, divide by their sum; np.exp of the entropy is the answer.",
        ),
        wrong=(
            Mistake(
                lambda counts: -(_shares(counts) * np.log(_shares(counts))).sum(),
                "this is the entropy itself; take its exponential, so that it counts classes",
            ),
            Mistake(
                lambda counts: np.exp(-(_shares(counts) * np.log2(_shares(counts))).sum()),
                "e goes with the natural logarithm; log2 belongs to powers of two",
            ),
            Mistake(
                lambda counts: float((counts > 0).sum()),
                "this counts the classes that occur at all; a rare one should count less",
            ),
            Mistake(
                lambda counts: 1 / (_shares(counts) ** 2).sum(),
                "this is one divided by the summed squares (Simpson's number); the exponential of "
                "the entropy is asked for",
            ),
            Mistake(
                lambda counts: -(_shares(counts) * np.log2(_shares(counts))).sum(),
                "this is the entropy in bits; take it in nats, and its exponential",
            ),
            Mistake(
                lambda counts: np.exp((_shares(counts) * np.log(_shares(counts))).sum()),
                "the minus is missing: logarithms of shares are negative",
            ),
            Mistake(
                lambda counts: np.exp(-np.log(_shares(counts)).mean()),
                "you averaged over the classes; weigh each logarithm by its share",
            ),
        ),
    ),
    Exercise(
        name="slope_through",
        lesson="14",
        minutes=10,
        points=2,
        reference=slope_through,
        cases=_numbers,
        hints=(
            "What is the slope of the loss towards q? Straight-through hands it on to z unchanged.",
            "The slope of (q - target) squared towards q is twice the difference.",
            "So it is that slope, written with the rounded numbers in place of z.",
        ),
        wrong=(
            Mistake(
                lambda z, target: 2 * (z - target),
                "this is the slope without rounding; the loss was computed with the rounded q",
            ),
            Mistake(
                lambda z, target: torch.zeros_like(z),
                "rounding truly has slope 0; straight-through pretends that it has slope 1",
            ),
            Mistake(
                lambda z, target: (z.round() - target) ** 2,
                "this is the loss at each place; its slope towards z is asked for",
            ),
            Mistake(
                lambda z, target: 2 * (z.floor() - target),
                "floor always rounds down; round goes to the nearest whole number",
            ),
            Mistake(
                lambda z, target: 2 * (z.round() - z),
                "the error is measured against the target, not against z",
            ),
        ),
    ),
    Exercise(
        name="artist_slopes",
        lesson="14",
        minutes=15,
        points=2,
        reference=artist_slopes,
        cases=_scores,
        hints=(
            "The derivative of sigmoid(s) is sigmoid(s) * (1 - sigmoid(s)).",
            "With the chain rule, log(1 - sigmoid) loses one of the two factors; -log sigmoid the "
            "other. Both slopes are negative.",
            "At -5 the first is about -0.007 and the second -0.993: the second artist still "
            "learns.",
        ),
        wrong=(
            Mistake(
                lambda score: (torch.sigmoid(score) - 1, -torch.sigmoid(score)),
                "the two are in the other order: first log(1 - sigmoid), then -log(sigmoid)",
            ),
            Mistake(
                lambda score: (torch.sigmoid(score), 1 - torch.sigmoid(score)),
                "both losses fall when the score rises, so both slopes are negative",
            ),
            Mistake(
                lambda score: (-torch.sigmoid(score), 1 - torch.sigmoid(score)),
                "the second loss has a minus in front of its logarithm: it falls, too",
            ),
            Mistake(
                lambda score: (
                    -1 / (1 - torch.sigmoid(score)),
                    -1 / torch.sigmoid(score),
                ),
                "these are the slopes towards sigmoid(score); go on with the chain rule",
            ),
            Mistake(
                lambda score: (
                    torch.log(1 - torch.sigmoid(score)),
                    -torch.log(torch.sigmoid(score)),
                ),
                "these are the losses; their derivatives are asked for",
            ),
            Mistake(
                lambda score: (torch.sigmoid(score), torch.sigmoid(score) - 1),
                "the first loss falls when the score rises, so its slope is negative too",
            ),
            Mistake(
                lambda score: (-torch.sigmoid(score) * torch.sigmoid(-score),) * 2,
                "this is the slope of the sigmoid itself; divide by what stands in each logarithm",
            ),
            Mistake(
                lambda score: (
                    -torch.sigmoid(score) / len(score),
                    (torch.sigmoid(score) - 1) / len(score),
                ),
                "you took the mean over the scores; each score has a slope of its own",
            ),
        ),
    ),
    Exercise(
        name="move_entries",
        lesson="14",
        minutes=20,
        points=2,
        reference=move_entries,
        cases=_vectors,
        hints=(
            "Begin with a copy of the codebook; chosen.unique() are the entries that were taken.",
            "z[chosen == entry] are the vectors that took an entry.",
            "Their mean over dim 0 is the new entry. What nobody took is in your copy already.",
        ),
        wrong=(
            Mistake(
                _never_to_nothing,
                "an entry that nobody took went to zero; it should stay where it was",
            ),
            Mistake(_sums, "these are sums of the vectors; take their mean"),
            Mistake(_with_the_old, "the old entry counts as one more vector here; leave it out"),
            Mistake(_the_last, "each entry went to the last vector that took it; take the mean"),
            Mistake(
                _over_everybody,
                "you divided by the number of all vectors; divide by those that took the entry",
            ),
        ),
    ),
    Exercise(
        name="curved_step",
        lesson="14",
        minutes=25,
        points=3,
        reference=curved_step,
        cases=_mixtures,
        hints=(
            "Solve x_a = sqrt(a) * x_hat + sqrt(1 - a) * n for the noise n.",
            "The noise, (x_a - sqrt(a) * x_hat) / sqrt(1 - a), is the same in the next one.",
            "Mix x_hat and that noise with the roots of b and of 1 - b.",
        ),
        wrong=(
            Mistake(
                _without_roots,
                "this is the straight mixture's step; here the shares are roots, of a and of 1 - a",
            ),
            Mistake(
                _old_noise_share,
                "the noise has still its old share; in the new mixture it is the root of 1 - b",
            ),
            Mistake(
                _difference_as_noise,
                "x_a - x_hat is not the noise: take the root of a times x_hat away, and divide",
            ),
            Mistake(
                _roles_swapped,
                "a belongs to the digit here and 1 - a to the noise, the other way round than t in "
                "section 4",
            ),
            Mistake(_undivided, "divide by the root of 1 - a: that is how much noise was mixed in"),
        ),
    ),
]
