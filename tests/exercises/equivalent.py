"""Bent solutions that are right all the same, each with the reason, and wrong reports.

EQUIVALENT: exercise -> reason -> descriptions of `bending.bent`. What is listed differs from the
right solution on no input that the exercise's text allows.
"""

import math

LAST_AXIS = "axis -1 of a table is axis 1"
NOT_NEGATIVE = "the result is never below 0"
WHOLE = "the result is a whole number"
SHARE = "the result lies between 0 and 1"
COUNT = "a size or a count is above 0"
POSITIVE = "this number is never below 0"
UNIT = "this number lies between 0 and 1"
ANY_NUMBER = "a number of any library is the same answer"
SUMMED = "it adds up over the rows, so their order does not matter"
SQUARED = "it stands in a square, or is as far below 0 as above"
SCALE_FREE = "the size of all numbers together cancels"
SHIFT_FREE = "only differences count"
TRUTH = "y holds only 0 and 1"
PIXELS = "cross-entropy takes pixels and probabilities from 0 to 1"
LABELS = "only whether labels are equal counts"
DETACHED = "whether gradients could pass on from the answer does not matter"

_NOT_NEGATIVE = {NOT_NEGATIVE: ["result: without signs", "result: never below 0"]}
_WHOLE = {**_NOT_NEGATIVE, WHOLE: ["result: rounded"]}
_SHARE = {SHARE: ["result: without signs", "result: clipped to 0 and 1", "result: never below 0"]}
_LEFT_ATTACHED = ["before.detach() -> before", "network(x).detach() -> network(x)"]
_OF_0_AND_1 = [
    "y: the sign turned",
    "y: without signs",
    "y: twice as large",
    "y: clipped to 0 and 1",
    "y == 0 -> y <= 0",
]


def _positive(*names: str) -> list[str]:
    return [f"{name}: without signs" for name in names]


def _unit(*names: str) -> list[str]:
    return [f"{name}: {how}" for name in names for how in ("without signs", "clipped to 0 and 1")]


def _order(*names: str) -> list[str]:
    return [f"{name}: {how}" for name in names for how in ("rows backwards", "entries backwards")]


EQUIVALENT: dict[str, dict[str, list[str]]] = {
    "error_of_each": {**_NOT_NEGATIVE, LAST_AXIS: ["1 -> -1"]},
    "gradients_tanh": {SUMMED: _order("x")},
    "one_step": {**_SHARE, DETACHED: _LEFT_ATTACHED, UNIT: _unit("x"), POSITIVE: _positive("lr")},
    "gradient_tied": {SUMMED: _order("x")},
    "dead_units": {
        **_WHOLE,
        ANY_NUMBER: ["int((z == 0).all(dim=0).sum()) -> (z == 0).all(dim=0).sum()"],
        "a unit is dead in any order, whatever the sign and size of the others": [
            "z: the sign turned",
            "z: without signs",
            "z: twice as large",
            "z: sorted",
            "z: rows backwards",
            "z: columns backwards",
        ],
    },
    "components_needed": {
        **_WHOLE,
        ANY_NUMBER: ["int(np.argmax(pca_errors <= level)) -> np.argmax(pca_errors <= level)"],
        POSITIVE: _positive("pca_errors", "level"),
    },
    "hoyer": {
        **_SHARE,
        LAST_AXIS: ["1 -> -1"],
        "it measures no sign, no size and no order": [
            "z: the sign turned",
            "z: without signs",
            "z: twice as large",
            "z: columns backwards",
        ],
    },
    "contraction_tanh": {**_NOT_NEGATIVE, SUMMED: ["x: rows backwards"]},
    "keep_largest": {
        COUNT: _positive("k"),
        LAST_AXIS: ["z.topk(k, dim=1) -> z.topk(k)", "1 -> -1"],
    },
    "pca_by_hand": {COUNT: _positive("k")},
    "cost_of_turning": {
        **_NOT_NEGATIVE,
        COUNT: _positive("k"),
        POSITIVE: _positive("variances"),
        SHIFT_FREE: ["variances: one more", "variances: centred"],
        SQUARED: ["degrees: the sign turned", "degrees: without signs"],
    },
    "best_rotation": {SCALE_FREE: ["B: twice as large", "V: twice as large"]},
    "own_axes": {
        "a sign is its own inverse": [
            "axes * np.sign(axes.sum(axis=0)) -> axes / np.sign(axes.sum(axis=0))"
        ],
        "sum and mean have the same sign": ["axes.sum(axis=0) -> axes.mean(axis=0)"],
        "other bases of the same sheet": [
            "B: the sign turned",
            "B: twice as large",
            "B: columns backwards",
        ],
        SCALE_FREE: ["C: twice as large"],
    },
    "conv_parameters": {
        **_WHOLE,
        COUNT: _positive("n_in", "n_out"),
        SQUARED: ["kernel: the sign turned", "kernel: without signs"],
    },
    "conv_step": {
        **_SHARE,
        DETACHED: _LEFT_ATTACHED,
        UNIT: _unit("x"),
        POSITIVE: _positive("lr"),
        "the maps are added up, in any order": ["weights: rows backwards"],
    },
    "prints": {
        **_WHOLE,
        COUNT: _positive("size", "kernel", "stride"),
        "a line of prints is its own mirror image": [
            "result: rows backwards",
            "result: columns backwards",
        ],
    },
    "field": {**_WHOLE, COUNT: _positive("layers")},
    "for_shuffled": {"places are whole and not below 0": _positive("order")},
    "psnr_of_each": {LAST_AXIS: ["1 -> -1"]},
    "pepper": {
        "where takes True for 1": ["(draw < amount / 2).float() -> draw < amount / 2"],
        UNIT: _unit("amount", "draw"),
    },
    "shots_needed": {**_WHOLE, POSITIVE: _positive("gain")},
    "linear_denoiser": {
        LAST_AXIS: ["1 -> -1"],
        "both have N rows": ["x -> x_noisy"],
        POSITIVE: _positive("alpha"),
    },
    "noisy_target_error": {
        **_NOT_NEGATIVE,
        "all have N rows": ["x -> x_hat", "x -> draw"],
        POSITIVE: _positive("sigma"),
    },
    "kl_of_each": {
        **_NOT_NEGATIVE,
        SQUARED: ["mu: the sign turned", "mu: without signs"],
        SUMMED: ["mu: rows backwards", "logvar: rows backwards"],
    },
    "elbo_of_each": {
        LAST_AXIS: ["1 -> -1"],
        PIXELS: _unit("x_hat", "x"),
        "the pixels of this lesson are tossed: 0 or 1": ["x: rounded"],
        SQUARED: ["mu: the sign turned", "mu: without signs"],
        "it adds up over the numbers of the code": [
            "mu: columns backwards",
            "logvar: columns backwards",
        ],
        "a log-probability of tossed pixels is never above 0": ["result: never above 0"],
    },
    "free_bits": {
        **_NOT_NEGATIVE,
        SQUARED: ["mu: the sign turned", "mu: without signs"],
        "it averages over the images first": [
            "mu: sorted",
            "mu: rows backwards",
            "logvar: sorted",
            "logvar: rows backwards",
        ],
        POSITIVE: _positive("free"),
    },
    "in_our_nats": {
        **_NOT_NEGATIVE,
        POSITIVE: _positive("error", "kl"),
        COUNT: _positive("pixels", "numbers"),
    },
    "log_mean_exp": {"a mean knows no order": ["log_w: sorted", "log_w: rows backwards"]},
    "fair_radii": {
        **_SHARE,
        COUNT: _positive("n"),
        "radii come in order": ["result: sorted"],
    },
    "turned": {UNIT: _unit("t")},
    "for_one_class": {LAST_AXIS: ["1 -> -1"], COUNT: _positive("n_classes", "label")},
    "balanced_direction": {
        "the mean over two conditions of one sign": ["1 -> -1"],
        SHIFT_FREE: ["z: one more", "z: centred"],
    },
    "false_alarm_share": {**_SHARE, TRUTH: _OF_0_AND_1},
    "choose_threshold": {TRUTH: _OF_0_AND_1, UNIT: _unit("share")},
    "area_by_pairs": {
        **_SHARE,
        TRUTH: [
            "y: without signs",
            "y: clipped to 0 and 1",
            "y == 0 -> y <= 0",
            "y == 1 -> y >= 1",
        ],
        "only the order of scores counts": [
            "scores: twice as large",
            "scores: one more",
            "scores: centred",
        ],
    },
    "true_share_of_alarms": {**_SHARE, UNIT: _unit("hits", "false_alarms", "odd")},
    "smallest_cost": {
        **_NOT_NEGATIVE,
        TRUTH: [
            "y: without signs",
            "y: clipped to 0 and 1",
            "y == 0 -> y <= 0",
            "y == 1 -> y >= 1",
        ],
        "only the order of scores counts": [
            "scores: twice as large",
            "scores: one more",
            "scores: centred",
        ],
        POSITIVE: _positive("false_cost", "miss_cost"),
    },
    "bits_per_pixel": {**_NOT_NEGATIVE, COUNT: _positive("n_bytes", "height", "width")},
    "entropy_bits": {
        **_NOT_NEGATIVE,
        "only how often each value occurs counts": [
            "q: the sign turned",
            "q: 1 minus it",
            "q: twice as large",
            "q: one more",
            "q: sorted",
            "q: rows backwards",
            "q: columns backwards",
            "q: entries backwards",
        ],
    },
    "pictures_to_break_even": {
        **_WHOLE,
        COUNT: _positive("decoder_bytes", "code_bytes", "rival_bytes"),
    },
    "allocate_bits": {
        **_WHOLE,
        COUNT: _positive("total"),
        POSITIVE: _positive("deviation"),
        SCALE_FREE: ["deviation: twice as large"],
    },
    "precision_at": {**_SHARE, COUNT: _positive("k"), LABELS: _positive("found", "labels")},
    "addresses_in_ball": {**_WHOLE, COUNT: _positive("n_bits", "radius")},
    "first_mate": {
        **_SHARE,
        "the length of row i scales all cosines alike": [
            "np.linalg.norm(z, axis=1) * np.linalg.norm(z[i]) -> np.linalg.norm(z, axis=1)",
            "np.linalg.norm(z, axis=1) * np.linalg.norm(z[i]) -> "
            "np.linalg.norm(z, axis=1) / np.linalg.norm(z[i])",
        ],
        "which of equal cosines comes first is left open": [
            "np.argsort(-cosines, kind='stable') -> np.argsort(-cosines)"
        ],
        "cosines of one sign and any size": [
            "z: the sign turned",
            "z: twice as large",
            "z: columns backwards",
        ],
        LABELS: [
            "groups: the sign turned",
            "groups: without signs",
            "groups: 1 minus it",
            "groups: twice as large",
            "groups: one more",
            "groups: centred",
        ],
        COUNT: _positive("i"),
    },
    "moved_query": {
        "it adds to a new array, so the query stays": ["query.copy() -> query"],
        "a mean knows no order": [
            *_order("good", "bad"),
            "good: sorted",
            "bad: sorted",
        ],
    },
    "best_answer": {UNIT: _unit("probabilities")},
    "unfold_squares": {
        "decimals of any precision": [
            "np.zeros((2 * height, 2 * width), maps.dtype) -> np.zeros((2 * height, 2 * width))"
        ],
        "every pixel is written to": [
            "np.zeros((2 * height, 2 * width), maps.dtype) -> "
            "np.ones((2 * height, 2 * width), maps.dtype)"
        ],
    },
    "edge_strength": {
        **_NOT_NEGATIVE,
        "differences, squared": [
            "4 -> -4",
            "picture: the sign turned",
            "picture: 1 minus it",
            "picture: one more",
        ],
    },
    "made_consistent": {
        LAST_AXIS: ["1 -> -1"],
        POSITIVE: _positive("large"),
        "the mean of each square is set anew": ["large: one more"],
    },
    "masked_rmse": {
        **_NOT_NEGATIVE,
        "known is 0 or 1 and stands above and below the line": [
            "known: the sign turned",
            "known: without signs",
            "known: twice as large",
            "known: clipped to 0 and 1",
            "known: rounded",
        ],
    },
    "damped_film_mean": {
        **_NOT_NEGATIVE,
        POSITIVE: _positive("stars", "damping"),
        COUNT: _positive("film", "n_films"),
    },
    "recall_at": {
        **_SHARE,
        "only the order of scores counts": [
            "scores: twice as large",
            "scores: one more",
            "scores: centred",
        ],
        "truth values": [
            "liked: without signs",
            "liked: clipped to 0 and 1",
            "seen: without signs",
            "seen: twice as large",
            "seen: clipped to 0 and 1",
        ],
        COUNT: _positive("k"),
    },
    "film_neighbours": {
        **_WHOLE,
        LAST_AXIS: ["1 -> -1"],
        "cosines of one sign and any size": [
            "weight: the sign turned",
            "weight: twice as large",
            "weight: columns backwards",
        ],
        COUNT: _positive("i", "k"),
    },
    "share_of_dead": {
        **_SHARE,
        "only whether values are equal counts, in any order": [
            "z: the sign turned",
            "z: 1 minus it",
            "z: twice as large",
            "z: one more",
            "z: centred",
            "z: sorted",
            "z: rows backwards",
            "z: columns backwards",
        ],
    },
    "mean_image_floor": {
        **_NOT_NEGATIVE,
        PIXELS: _unit("x_train", "x_test"),
        "means over images know no order": [
            "x_train: sorted",
            "x_train: rows backwards",
            "x_test: sorted",
            "x_test: rows backwards",
        ],
    },
    "repeat_and_split": {COUNT: _positive("n_validation", "times")},
    "repaired_elbo": {
        **_NOT_NEGATIVE,
        PIXELS: _unit("x_hat", "x"),
        SQUARED: ["mu: the sign turned", "mu: without signs"],
        "it adds up over images and numbers": [
            "mu: rows backwards",
            "mu: columns backwards",
            "logvar: rows backwards",
            "logvar: columns backwards",
        ],
    },
    "variance_through": {
        **_NOT_NEGATIVE,
        "a list of numbers is the same answer": ["np.array(shares) -> shares"],
        "tanh is as far below 0 as above": ["x: the sign turned", "weights: the sign turned"],
        "a variance knows no order": _order("x"),
    },
    "effective_classes": {
        **_NOT_NEGATIVE,
        COUNT: _positive("counts"),
        SCALE_FREE: ["counts: twice as large"],
        "classes have no order": [*_order("counts"), "counts: sorted", "counts: columns backwards"],
    },
    "slope_through": {"z is rounded anyway": ["z: rounded"]},
    "generator_slopes": {"both slopes are below 0": ["result: never above 0"]},
    "move_entries": {
        "an entry moved twice stands where it stood": ["chosen.unique() -> chosen"],
        "places are not below 0": _positive("chosen"),
    },
    "residual_codes": {**_WHOLE, LAST_AXIS: ["1 -> -1"]},
    "finite_scalars": {
        WHOLE: ["result: rounded"],
        COUNT: _positive("levels"),
        "levels is an odd number": ["(levels - 1) / 2 -> (levels - 1) // 2"],
    },
    "curved_step": {UNIT: _unit("a", "b")},
    "perfect_answer": {
        LAST_AXIS: ["1 -> -1"],
        UNIT: _unit("t"),
        "a sum over the points knows no order": ["points: rows backwards"],
    },
    "on_the_way": {UNIT: _unit("t")},
    "one_scale": {
        "it is centred anyway": ["result: centred", "z: centred", "z: one more"],
        SCALE_FREE: ["z: twice as large"],
    },
    "frechet_of_columns": {
        **_NOT_NEGATIVE,
        "mean and deviation know no order": [*_order("a", "b"), "a: sorted", "b: sorted"],
    },
    "straightness": {
        **_SHARE,
        LAST_AXIS: ["1 -> -1"],
        SCALE_FREE: ["path: twice as large"],
        SHIFT_FREE: ["path: one more", "path: centred"],
        "a length knows no direction and no order of the numbers": [
            "path: 1 minus it",
            "path: the sign turned",
            "path: rows backwards",
            "path: columns backwards",
        ],
    },
    "guided_velocity": {POSITIVE: _positive("weight")},
    "dimensions_each": {
        **_SHARE,
        LAST_AXIS: ["1 -> -1"],
        "a share of the plane has no sign, no size and no axes": [
            "W: the sign turned",
            "W: twice as large",
            "W: columns backwards",
        ],
    },
    "share_found": {
        **_SHARE,
        LAST_AXIS: ["1 -> -1"],
        "that a cosine is the limit itself is a matter of rounding": [
            "cosines.max(axis=1) >= at_least -> cosines.max(axis=1) > at_least"
        ],
        "cosines have no lengths": ["truth: twice as large", "found: twice as large"],
        "a share of a set knows no order": _order("truth", "found"),
        UNIT: _unit("at_least"),
    },
    "f1_above": {**_SHARE, TRUTH: _unit("y")},
    "shrunk_to": {**_NOT_NEGATIVE, POSITIVE: _positive("z_true", "z_found")},
    "recovered": {
        "a softmax does not see what is added to all scores": [
            f"{name}: one more" for name in ("scores", "replaced", "average")
        ],
        "places are not below 0": _positive("letters"),
    },
    "without_direction": {
        "a direction has no length and two ends": [
            "direction: the sign turned",
            "direction: twice as large",
        ]
    },
    "hole_error": {
        **_NOT_NEGATIVE,
        LAST_AXIS: ["1 -> -1"],
        TRUTH: [*_unit("seen"), "seen: rounded"],
    },
    "neighbours_mean": {
        COUNT: _positive("k"),
        SHIFT_FREE: ["seen: twice as large"],
        TRUTH: [*_unit("seen"), "seen: rounded"],
        "a shelf knows no order": _order("library"),
    },
    "patches_of": {LAST_AXIS: ["1 -> -1"], COUNT: _positive("size")},
    "contrast_loss": {
        **_NOT_NEGATIVE,
        LAST_AXIS: ["1 -> -1"],
        "normalize takes axis 1 where none is named": [
            "normalize(a, dim=1) -> normalize(a)",
            "normalize(b, dim=1) -> normalize(b)",
        ],
        "cosines have no lengths": ["a: twice as large", "b: twice as large"],
        POSITIVE: _positive("temperature"),
    },
    "variance_penalty": {
        **_NOT_NEGATIVE,
        POSITIVE: _positive("least"),
        "deviations know no sign, no mean and no order": [
            *(f"z: {how}" for how in ("the sign turned", "1 minus it", "one more", "centred")),
            *(f"z: {how}" for how in ("sorted", "columns backwards")),
            *_order("z"),
        ],
    },
    "ema_step": {
        UNIT: _unit("keep"),
        "both lists have the same length": [
            "True -> False",
            "zip(target, online, strict=True) -> zip(target, online)",
        ],
    },
    "nearest_mean": {
        LAST_AXIS: ["1 -> -1"],
        WHOLE: ["result: rounded"],
        "a list of rows is taken for a table": [
            "np.stack([z[y == label].mean(axis=0) for label in labels]) -> "
            "[z[y == label].mean(axis=0) for label in labels]"
        ],
        "all distances are divided by the same width": [
            "((z_new[:, None] - means) ** 2).sum(axis=2) -> "
            "((z_new[:, None] - means) ** 2).mean(axis=2)"
        ],
        "a label that comes twice has the same mean twice": ["np.unique(y) -> y"],
    },
}

# What is made of a right number, and words that are no answer or another one.
WRONG_NUMBERS = (
    lambda value: -value,
    lambda value: 2 * value,
    lambda value: value / 2,
    lambda value: value + 1.5,
    lambda value: value - 1.5,
    lambda value: 1 / value,
    lambda value: 100 * value,
    lambda value: value / 100,
    lambda value: value**2,
    lambda value: abs(value) ** 0.5,
    lambda value: 1 - value,
    lambda value: value - 1,
    lambda value: 10 * value,
    lambda value: math.log(abs(value)),
    lambda value: 0 * value,
    lambda value: math.inf,
    lambda value: -math.inf,
    lambda value: math.nan,
    lambda value: math.exp(min(value, 9)),
    lambda value: 784 * value,
    lambda value: value * 1j,
)
WRONG_WORDS = (
    *("A", "B", "C", "D", "E", "F", "a b", "AB", "A or B", "", " ", "1", "0", "?"),
    *("yes", "true", "maybe", "none", "case", "letter"),
)
