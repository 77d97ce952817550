"""Exercises of lesson 08: scores, thresholds and what an alarm is worth."""

import numpy as np

from aelib.exercises.base import Arguments, Exercise, Mistake


def false_alarm_share(scores: np.ndarray, y: np.ndarray, threshold: float) -> float:
    """Share of the normal examples that reach the threshold."""
    return (scores[y == 0] >= threshold).mean()


def choose_threshold(scores: np.ndarray, y: np.ndarray, share: float) -> float:
    """Score that only this share of the normal examples exceeds."""
    return np.quantile(scores[y == 0], 1 - share)


def area_by_pairs(scores: np.ndarray, y: np.ndarray) -> float:
    """Share of pairs in which the odd example scores higher; ties count half."""
    odd, normal = scores[y == 1][:, None], scores[y == 0]
    return (odd > normal).mean() + (odd == normal).mean() / 2


def true_share_of_alarms(hits: float, false_alarms: float, odd: float) -> float:
    """Odd ones among all that raise an alarm."""
    return hits * odd / (hits * odd + false_alarms * (1 - odd))


def smallest_cost(scores: np.ndarray, y: np.ndarray, false_cost: float, miss_cost: float) -> float:
    """Cost of false alarms and misses at the best of all thresholds."""
    normal, odd = scores[y == 0], scores[y == 1]
    return min(
        false_cost * (normal >= t).sum() + miss_cost * (odd < t).sum()
        for t in np.append(scores, np.inf)
    )


def _cost_of_shares(
    scores: np.ndarray, y: np.ndarray, false_cost: float, miss_cost: float
) -> float:
    normal, odd = scores[y == 0], scores[y == 1]
    return smallest_cost(scores, y, false_cost / len(normal), miss_cost / len(odd))


def _cost_without_silence(
    scores: np.ndarray, y: np.ndarray, false_cost: float, miss_cost: float
) -> float:
    normal, odd = scores[y == 0], scores[y == 1]
    return min(
        false_cost * (normal >= t).sum() + miss_cost * (odd < t).sum() for t in np.unique(scores)
    )


def _cost_above_only(
    scores: np.ndarray, y: np.ndarray, false_cost: float, miss_cost: float
) -> float:
    normal, odd = scores[y == 0], scores[y == 1]
    return min(
        false_cost * (normal > t).sum() + miss_cost * (odd <= t).sum() for t in np.unique(scores)
    )


def _cost_of_hits(scores: np.ndarray, y: np.ndarray, false_cost: float, miss_cost: float) -> float:
    normal, odd = scores[y == 0], scores[y == 1]
    return min(
        false_cost * (normal >= t).sum() + miss_cost * (odd >= t).sum()
        for t in np.append(scores, np.inf)
    )


def _best_threshold(
    scores: np.ndarray, y: np.ndarray, false_cost: float, miss_cost: float
) -> float:
    normal, odd = scores[y == 0], scores[y == 1]
    return min(
        np.append(scores, np.inf),
        key=lambda t: false_cost * (normal >= t).sum() + miss_cost * (odd < t).sum(),
    )


def _sample(rng: np.random.Generator, normal: int, odd: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores in steps of a quarter, so that some are equal, below 0 too, in a random order.

    The last example is a normal one with a low score, the one before it odd with a high one.
    """
    y = np.append(rng.permutation(np.repeat([0, 1], [normal - 1, odd - 1])), [1, 0])
    scores = np.round(4 * (rng.normal(0, 1, normal + odd) + 1.2 * y)) / 4
    scores[-2:] = scores.max() + 0.25, scores.min() - 0.25
    return scores, y


def _with_threshold(rng: np.random.Generator) -> list[Arguments]:
    """Thresholds that some normal scores reach exactly, one of them below 0."""
    cases: list[Arguments] = []
    for sizes, place in (((30, 12), -4), ((9, 21), -4), ((40, 5), 8)):
        scores, y = _sample(rng, *sizes)
        threshold = np.sort(scores[y == 0])[place]
        beside = 0.25 * (threshold == np.round(threshold))  # so that rounding it is noticed
        cases.append((scores + beside, y, float(threshold + beside)))
    return cases


def _with_share(rng: np.random.Generator) -> list[Arguments]:
    shares = ((80, 30, 0.1), (25, 40, 0.2), (150, 10, 0.02))
    return [(*_continuous(rng, n, m), share) for n, m, share in shares]


def _continuous(rng: np.random.Generator, normal: int, odd: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores without ties; the last example has a say."""
    y = np.append(rng.permutation(np.repeat([0, 1], [normal - 1, odd - 1])), [1, 0])
    scores = rng.normal(size=normal + odd) + 2 * y
    scores[-2:] = scores.min() - 0.5, scores[y == 0].max() + 0.5
    return scores - 5 * (normal == 80), y  # one set has scores below 0 only


def _with_ties(rng: np.random.Generator) -> list[Arguments]:
    return [_sample(rng, *sizes) for sizes in ((30, 12), (7, 25), (18, 5))]


def _shares(rng: np.random.Generator) -> list[Arguments]:
    return [tuple(rng.uniform(0.02, 0.4, 3).tolist()) for _ in range(4)]


def _with_costs(rng: np.random.Generator) -> list[Arguments]:
    """Among them one where silence is cheapest, and one where an alarm for all is."""
    several = [(*_sample(rng, 40, 8), cost, 3 * cost) for cost in rng.uniform(1.2, 2.4, 3)]
    few, many = _sample(rng, 30, 2), _sample(rng, 3, 25)
    return [
        *several,
        *((*_continuous(rng, 25, 20), 1.5, cost) for cost in (2.5, 3.5)),
        (np.append(few[0], 9.0), np.append(few[1], 0), 7.5, 1.5),
        (np.append(many[0], -9.0), np.append(many[1], 1), 1.0, 9.5),
    ]


EXERCISES = [
    Exercise(
        name="false_alarm_share",
        lesson="08",
        minutes=5,
        points=1,
        reference=false_alarm_share,
        cases=_with_threshold,
        hints=(
            "Which examples can raise a false alarm at all?",
            "Keep the scores where y == 0, and compare them with the threshold.",
            "The comparison makes True and False of the normal scores; what is their mean?",
        ),
        wrong=(
            Mistake(
                lambda scores, y, threshold: (scores[y == 0] > threshold).mean(),
                "a score equal to the threshold is an alarm too; write >=",
            ),
            Mistake(
                lambda scores, y, threshold: ((scores >= threshold) & (y == 0)).mean(),
                "you divided by the number of all examples; a false alarm share is one of the "
                "normal examples",
            ),
            Mistake(
                lambda scores, y, threshold: (y[scores >= threshold] == 0).mean(),
                "this is the share of the alarms that are false; asked is the share of the normal "
                "examples that raise one",
            ),
            Mistake(
                lambda scores, y, threshold: (scores[y == 1] >= threshold).mean(),
                "these are the hits; normal examples have y == 0",
            ),
            Mistake(
                lambda scores, y, threshold: (scores[y == 0] < threshold).mean(),
                "these are the normal examples without an alarm; alarms lie at the threshold or "
                "above it",
            ),
            Mistake(
                lambda scores, y, threshold: (scores[y == 0] >= threshold).sum(),
                "this counts the false alarms; divide by the number of normal examples",
            ),
        ),
    ),
    Exercise(
        name="choose_threshold",
        lesson="08",
        minutes=10,
        points=2,
        reference=choose_threshold,
        cases=_with_share,
        hints=(
            "Only normal examples may decide.",
            "A share of 0.05 above means a share of 0.95 below.",
            "np.quantile takes the scores that may decide, and the share that lies below.",
        ),
        wrong=(
            Mistake(
                lambda scores, y, share: np.quantile(scores, 1 - share),
                "the odd examples have a say here; keep the scores where y == 0",
            ),
            Mistake(
                lambda scores, y, share: np.quantile(scores[y == 0], share),
                "this share lies below the threshold; it should lie above it, so take 1 - share",
            ),
            Mistake(
                lambda scores, y, share: np.quantile(scores[y == 1], 1 - share),
                "these are the odd examples; the normal ones have y == 0",
            ),
            Mistake(
                lambda scores, y, share: np.percentile(scores[y == 0], 1 - share),
                "np.percentile counts to 100; use np.quantile, or 100 * (1 - share)",
            ),
            Mistake(
                lambda scores, y, share: scores[y == 0].max(),
                "above the highest normal score there is no false alarm at all; `share` is not "
                "used",
            ),
            Mistake(
                lambda scores, y, share: np.quantile(scores[y == 0], 1 - share, method="higher"),
                "np.quantile draws a line between two scores where the place falls between them; "
                "take it as it is",
            ),
        ),
    ),
    Exercise(
        name="area_by_pairs",
        lesson="08",
        minutes=15,
        points=2,
        reference=area_by_pairs,
        cases=_with_ties,
        hints=(
            "Compare every odd score with every normal one.",
            "scores[y == 1][:, None] > scores[y == 0] is a table with a row for each odd example.",
            "Its mean counts the clear pairs; make a second table for the ties and count it half.",
        ),
        wrong=(
            Mistake(
                lambda scores, y: (scores[y == 1][:, None] > scores[y == 0]).mean(),
                "pairs with equal scores count as nothing here; they count as half",
            ),
            Mistake(
                lambda scores, y: (scores[y == 1][:, None] >= scores[y == 0]).mean(),
                "pairs with equal scores count fully here; they count as half",
            ),
            Mistake(
                lambda scores, y: 1 - area_by_pairs(scores, y),
                "this is the share of pairs in which the normal one is higher; turn the comparison "
                "round",
            ),
            Mistake(
                lambda scores, y: np.sign(scores[y == 1][:, None] - scores[y == 0]).mean(),
                "this runs from -1 to 1: higher counts 1, equal 0, lower -1; they should count 1, "
                "a half and 0",
            ),
            Mistake(
                lambda scores, y: area_by_pairs(scores, y) * (y == 1).mean() * (y == 0).mean(),
                "you divided by the number of all pairs; count only pairs of one odd and one "
                "normal example",
            ),
            Mistake(
                lambda scores, y: (
                    (scores[y == 1][:, None] > scores[y == 0]).sum()
                    / (scores[y == 1][:, None] != scores[y == 0]).sum()
                ),
                "pairs with equal scores were left out; they count as half, and stay among the "
                "pairs",
            ),
            Mistake(
                lambda scores, y: area_by_pairs(scores, y) * (y == 1).sum() * (y == 0).sum(),
                "this counts pairs; divide by the number of pairs",
            ),
        ),
    ),
    Exercise(
        name="true_share_of_alarms",
        lesson="08",
        minutes=10,
        points=2,
        reference=true_share_of_alarms,
        cases=_shares,
        hints=(
            "Imagine a million examples. How many of them are odd, and how many of those are hit?",
            "True alarms are hits * odd of all examples; false ones false_alarms * (1 - odd).",
            "The share is the true alarms among all alarms, the true and the false ones.",
        ),
        wrong=(
            Mistake(
                lambda hits, false_alarms, odd: hits / (hits + false_alarms),
                "this would be right if half of the world were odd: either odd does not occur or "
                "it cancels. Weigh hits with odd, and false alarms with 1 - odd",
            ),
            Mistake(
                lambda hits, false_alarms, odd: hits * odd / (hits * odd + false_alarms),
                "false alarms come from the normal examples only; weigh them with 1 - odd",
            ),
            Mistake(
                lambda hits, false_alarms, odd: 1 - true_share_of_alarms(hits, false_alarms, odd),
                "this is the share of alarms that are false",
            ),
            Mistake(
                lambda hits, false_alarms, odd: hits * odd / (false_alarms * (1 - odd)),
                "this is the number of true alarms for each false one; divide by all alarms",
            ),
            Mistake(
                lambda hits, false_alarms, odd: hits * odd + false_alarms * (1 - odd),
                "this is the share of examples that raise an alarm; divide the true alarms by it",
            ),
            Mistake(
                lambda hits, false_alarms, odd: hits * odd,
                "this is the share of all examples that are odd and hit; divide it by the share "
                "that raises an alarm",
            ),
        ),
    ),
    Exercise(
        name="smallest_cost",
        lesson="08",
        minutes=20,
        points=3,
        reference=smallest_cost,
        cases=_with_costs,
        hints=(
            "First write the cost of one threshold t, then try all of them.",
            "The cost of t: false_cost times the number of normal scores >= t, plus miss_cost "
            "times the number of odd scores < t.",
            "Try every score for t, and one threshold more at which nothing raises an alarm.",
        ),
        wrong=(
            Mistake(
                lambda scores, y, false_cost, miss_cost: smallest_cost(
                    scores, y, miss_cost, false_cost
                ),
                "the two costs are swapped: false_cost belongs to normal examples that raise an "
                "alarm",
            ),
            Mistake(
                _cost_of_shares,
                "you multiplied the costs by shares; every false alarm and every miss costs, so "
                "count them",
            ),
            Mistake(
                _cost_without_silence,
                "infinity is missing among the thresholds: sometimes no alarm at all is cheapest",
            ),
            Mistake(
                _cost_above_only,
                "a score equal to the threshold is an alarm too; as it stands, an alarm for all is "
                "never tried",
            ),
            Mistake(
                _best_threshold,
                "this is the best threshold; asked is what it costs",
            ),
            Mistake(
                _cost_of_hits,
                "you count odd examples that raise an alarm; what costs are those that raise none",
            ),
        ),
    ),
]
