"""Exercises of lesson 14: a generator's two losses, and codebooks of several kinds."""

from collections.abc import Callable

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


def generator_slopes(score: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Derivatives of log(1 - sigmoid(score)) and of -log(sigmoid(score))."""
    return -torch.sigmoid(score), torch.sigmoid(score) - 1


def move_entries(codebook: torch.Tensor, z: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    """Move every entry to the mean of the vectors that took it."""
    moved = codebook.clone()
    for entry in chosen.unique():
        moved[entry] = z[chosen == entry].mean(dim=0)
    return moved


def residual_codes(z: torch.Tensor, codebooks: torch.Tensor) -> torch.Tensor:
    """At each stage the nearest entry of its codebook to what the stages before left over."""
    rest, chosen = z, []
    for codebook in codebooks:
        chosen.append(torch.cdist(rest, codebook).argmin(dim=1))
        rest = rest - codebook[chosen[-1]]
    return torch.stack(chosen, dim=1)


def finite_scalars(z: torch.Tensor, levels: int) -> torch.Tensor:
    """Bend every number of z into the range of the levels, and round it to one of them."""
    return ((levels - 1) / 2 * torch.tanh(z)).round()


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


def _stages(
    z: torch.Tensor,
    codebooks: torch.Tensor,
    left: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    pick: Callable[[torch.Tensor, torch.Tensor], torch.Tensor] = lambda rest, codebook: torch.cdist(
        rest, codebook
    ).argmin(dim=1),
) -> tuple[torch.Tensor, torch.Tensor]:
    """The numbers chosen and what is left, with one step of the way exchanged."""
    rest, chosen = z, []
    for codebook in codebooks:
        chosen.append(pick(rest, codebook))
        rest = left(rest, codebook[chosen[-1]])
    return torch.stack(chosen, dim=1), rest


def _minus(rest: torch.Tensor, entry: torch.Tensor) -> torch.Tensor:
    return rest - entry


def _half(z: torch.Tensor, levels: int) -> torch.Tensor:
    return (levels - 1) / 2 * torch.tanh(z)


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


def _stacked(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for n, stages, entries, width in ((1, 2, 5, 3), (9, 3, 6, 2), (11, 4, 5, 4)):
        sizes = 2.0 ** -np.arange(stages)[:, None, None]  # later stages are finer
        codebooks = torch.from_numpy(sizes * rng.normal(size=(stages, entries, width)))
        z = 0.4 + 1.5 * torch.from_numpy(rng.normal(size=(n, width)))
        cases.append((z.float(), codebooks.float()))
    return cases


def _wide(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for n, width, levels in ((1, 8, 5), (6, 4, 7), (9, 3, 3)):
        z = 0.3 + 1.3 * rng.normal(size=(n, width))
        cases.append((torch.from_numpy(z).float(), levels))
    return cases


EXERCISES = [
    Exercise(
        name="generator_slopes",
        lesson="14",
        minutes=15,
        points=2,
        reference=generator_slopes,
        cases=_scores,
        hints=(
            "The derivative of sigmoid(s) is sigmoid(s) * (1 - sigmoid(s)).",
            "With the chain rule, log(1 - sigmoid) loses one of the two factors; -log sigmoid the "
            "other. Both slopes are negative.",
            "At -5 the first is about -0.007 and the second -0.993: the second generator still "
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
        name="residual_codes",
        lesson="14",
        minutes=20,
        points=3,
        reference=residual_codes,
        cases=_stacked,
        hints=(
            "What does the second codebook have to describe, once the first has answered?",
            "Keep a tensor of what is left; it begins as z. torch.cdist gives all distances.",
            "At each stage: argmin(dim=1) of the distances, then take codebook[chosen] away from "
            "what is left. Stack the choices along dim 1.",
        ),
        wrong=(
            Mistake(
                lambda z, codebooks: _stages(z, codebooks, lambda rest, entry: rest)[0],
                "every stage coded z itself; take away what the stages before have said",
            ),
            Mistake(
                lambda z, codebooks: _stages(z, codebooks, lambda rest, entry: z - entry)[0],
                "only the last entry was taken away from z; take it away from what was left",
            ),
            Mistake(
                lambda z, codebooks: _stages(z, codebooks, lambda rest, entry: rest + entry)[0],
                "the entry was added to what is left; take it away",
            ),
            Mistake(
                lambda z, codebooks: _stages(z, codebooks, lambda rest, entry: entry)[0],
                "you went on with the entry itself; go on with what it leaves over",
            ),
            Mistake(
                lambda z, codebooks: _stages(z, codebooks[:1].expand_as(codebooks), _minus)[0],
                "every stage used the first codebook; each has one of its own",
            ),
            Mistake(
                lambda z, codebooks: _stages(
                    z, codebooks, _minus, lambda rest, codebook: (rest @ codebook.T).argmax(dim=1)
                )[0],
                "the largest product prefers long entries; take the smallest distance",
            ),
            Mistake(
                lambda z, codebooks: _stages(
                    z,
                    codebooks,
                    _minus,
                    lambda rest, codebook: torch.cdist(rest, codebook).argmax(dim=1),
                )[0],
                "these are the furthest entries; take the nearest",
            ),
            Mistake(
                lambda z, codebooks: z - _stages(z, codebooks, _minus)[1],
                "this is the sum of the entries; return their numbers, one for each stage",
            ),
            Mistake(
                lambda z, codebooks: _stages(z, codebooks, _minus)[1],
                "this is what is left in the end; return the numbers of the entries",
            ),
        ),
    ),
    Exercise(
        name="finite_scalars",
        lesson="14",
        minutes=10,
        points=1,
        reference=finite_scalars,
        cases=_wide,
        hints=(
            "With 5 levels the whole numbers are -2, -1, 0, 1, 2: the largest is (5 - 1) / 2.",
            "tanh lies between -1 and 1; times the largest level it lies between the outer levels.",
            "(levels - 1) / 2 * torch.tanh(z), and then round.",
        ),
        wrong=(
            Mistake(_half, "nothing was rounded; the code is to consist of whole numbers"),
            Mistake(
                lambda z, levels: z.round().clamp(-(levels - 1) / 2, (levels - 1) / 2),
                "z was cut off at the outer levels, where no gradient passes; bend it with tanh",
            ),
            Mistake(
                lambda z, levels: torch.tanh(z).round(),
                "tanh alone leaves -1, 0 and 1; stretch it to the outer levels before rounding",
            ),
            Mistake(
                lambda z, levels: ((levels - 1) * torch.tanh(z)).round(),
                "twice as far as the outer levels: they lie at (levels - 1) / 2 and below 0",
            ),
            Mistake(
                lambda z, levels: (levels / 2 * torch.tanh(z)).round(),
                "levels / 2 reaches beyond the outer levels; use (levels - 1) / 2",
            ),
            Mistake(
                lambda z, levels: _half(z.round(), levels),
                "you rounded z before it was bent; round last",
            ),
            Mistake(
                lambda z, levels: _half(z, levels).floor(),
                "floor always rounds down; round goes to the nearest whole number",
            ),
            Mistake(
                lambda z, levels: _half(z, levels).round() / ((levels - 1) / 2),
                "you divided by the outer level in the end; whole numbers are asked for here",
            ),
            Mistake(
                lambda z, levels: ((levels - 1) * torch.sigmoid(z)).round(),
                "this counts the levels from 0; here they lie around 0, and tanh bends",
            ),
        ),
    ),
]
