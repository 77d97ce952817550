"""Exercises of lesson 07: a place on the map, fair rings, a turn, a class as bias, a fair pair."""

from collections.abc import Callable

import numpy as np
import torch

from aelib.exercises.base import Arguments, Exercise, Mistake, no_arguments

Layer = tuple[torch.Tensor, torch.Tensor]


def place_of_number_5() -> list[float]:
    """Where test digit number 5 lives on the map."""
    # two.transform(x_test[5:6])
    return [-2.096, 0.587]


def fair_radii(n: int) -> torch.Tensor:
    """Middles of n equally likely rings of the unit disc."""
    share = (torch.arange(n) + 0.5) / n  # of the disc within a radius r: r ** 2
    return share**0.5


def turned(a: torch.Tensor, b: torch.Tensor, t: float) -> torch.Tensor:
    """Code at share t of the spherical way from a to b."""
    unit_a, unit_b = a / a.norm(), b / b.norm()
    angle = torch.acos(unit_a @ unit_b)
    way = torch.sin((1 - t) * angle) * unit_a + torch.sin(t * angle) * unit_b
    return ((1 - t) * a.norm() + t * b.norm()) * way / torch.sin(angle)


def for_one_class(weight: torch.Tensor, bias: torch.Tensor, n_classes: int, label: int) -> Layer:
    """Layer of z alone that does what the layer of z and one-hot does for one class."""
    k = weight.shape[1] - n_classes
    return weight[:, :k], bias + weight[:, k + label]


def balanced_direction(z: torch.Tensor, has_it: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Direction of an attribute among codes that agree in another one."""
    ways = [
        z[has_it & group].mean(dim=0) - z[~has_it & group].mean(dim=0) for group in (other, ~other)
    ]
    return (ways[0] + ways[1]) / 2


def _counts(rng: np.random.Generator) -> list[Arguments]:
    return [(int(n),) for n in (1, *rng.integers(2, 40, 3))]


def _pairs(rng: np.random.Generator) -> list[Arguments]:
    """Codes of different lengths, some of the way between them."""
    cases: list[Arguments] = []
    for width in (2, 3, 16):
        a, b = (torch.as_tensor(rng.normal(size=width)).float() for _ in range(2))
        cases.append((a, 3 * b, float(rng.uniform(0.1, 0.4))))
    return cases


def _layers(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for out, k, n_classes in ((5, 2, 10), (4, 7, 3), (96, 16, 10)):
        weight = torch.as_tensor(rng.normal(size=(out, k + n_classes))).float()
        bias = torch.as_tensor(rng.normal(size=out)).float()
        cases.append((weight, bias, n_classes, int(rng.integers(1, n_classes))))
    return cases


def _groups(rng: np.random.Generator) -> list[Arguments]:
    """Codes in four groups of different sizes, none of them empty."""
    cases: list[Arguments] = []
    for width, sizes in ((2, (1, 2, 3, 5)), (16, (30, 4, 6, 20)), (3, (2, 9, 7, 1))):
        has_it = torch.tensor([1, 1, 0, 0], dtype=torch.bool).repeat_interleave(torch.tensor(sizes))
        other = torch.tensor([1, 0, 1, 0], dtype=torch.bool).repeat_interleave(torch.tensor(sizes))
        rows = torch.as_tensor(rng.permutation(len(has_it)))
        while not (has_it != has_it[rows[-2]])[rows[-1]] or other[rows[-1]] == other[rows[-2]]:
            rows = rows[torch.as_tensor(rng.permutation(len(rows)))]  # the last row counts
        z = torch.as_tensor(rng.normal(size=(len(has_it), width))).float()
        cases.append((z, has_it[rows], other[rows]))
    return cases


def _between(
    mix: Callable[[torch.Tensor, torch.Tensor, float, torch.Tensor], torch.Tensor],
) -> Callable[..., torch.Tensor]:
    """Make a variant of `turned` from what it does with a, b, t and the angle."""

    def variant(a: torch.Tensor, b: torch.Tensor, t: float) -> torch.Tensor:
        return mix(a, b, t, torch.acos(a @ b / a.norm() / b.norm()))

    return variant


def _sines(a: torch.Tensor, b: torch.Tensor, t: float, angle: torch.Tensor) -> torch.Tensor:
    return torch.sin((1 - t) * angle) * a + torch.sin(t * angle) * b


def _pushed_out(a: torch.Tensor, b: torch.Tensor, t: float, _: torch.Tensor) -> torch.Tensor:
    straight = (1 - t) * a / a.norm() + t * b / b.norm()
    return ((1 - t) * a.norm() + t * b.norm()) * straight / straight.norm()


def _within(z: torch.Tensor, has_it: torch.Tensor, group: torch.Tensor) -> torch.Tensor:
    return z[has_it & group].mean(dim=0) - z[~has_it & group].mean(dim=0)


def _by_size(z: torch.Tensor, has_it: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    share = other.float().mean()
    return share * _within(z, has_it, other) + (1 - share) * _within(z, has_it, ~other)


EXERCISES = [
    Exercise(
        name="place_of_number_5",
        lesson="07",
        minutes=5,
        points=1,
        reference=place_of_number_5,
        cases=no_arguments,
        tolerance=0.03,
        hints=(
            "The row below the map begins with `go to` and ends with a field for a number.",
            "Type 5 into the field, press Enter, and evaluate digit_map.z in a cell of your own.",
            "It is the sixth test digit, since counting starts at 0. Read both numbers of its "
            "code.",
        ),
        wrong=(
            Mistake(
                lambda: [0.587, -2.096],
                "these are the right numbers in the wrong order; z1 runs across, z2 up",
            ),
            Mistake(
                lambda: [-0.263, -0.056],
                "this is where the first 5 lives; you pressed the button of the class 5, the "
                "number of the picture goes into the field at the end",
            ),
            Mistake(
                lambda: [-0.209, 0.263],
                "this is number 4; counting starts at 0",
            ),
            Mistake(
                lambda: [-0.863, 0.199],
                "this is number 0, where the cursor starts; go to number 5 first, and press Enter",
            ),
            Mistake(
                lambda: [0.0, 0.0],
                "this is the middle of the map, where the key 0 leads",
            ),
        ),
    ),
    Exercise(
        name="fair_radii",
        lesson="07",
        minutes=10,
        points=1,
        reference=fair_radii,
        cases=_counts,
        tensor=True,
        hints=(
            "Section 2 turns shares into places by the inverse of `share to the left of z`.",
            "The share of the disc within radius r is r ** 2. Which r has the share p?",
            "Ring i ends at the share (i + 1) / n and begins at i / n. Which share is its middle?",
        ),
        wrong=(
            Mistake(
                lambda n: (torch.arange(n) + 0.5) / n,
                "these radii are evenly spaced, but an outer ring has more room; the share within "
                "radius r is r ** 2",
            ),
            Mistake(
                lambda n: (torch.arange(n) / n) ** 0.5,
                "these are the inner edges of the rings; add one half before you divide",
            ),
            Mistake(
                lambda n: ((torch.arange(n) + 1) / n) ** 0.5,
                "these are the outer edges of the rings; add one half, not 1",
            ),
            Mistake(
                lambda n: torch.special.ndtri((torch.arange(n) + 0.5) / n),
                "these are the quantiles of the normal distribution; a disc has others",
            ),
            Mistake(
                lambda n: ((torch.arange(n) + 1) / (n + 1)) ** 0.5,
                "these cut the disc into n + 1 rings; the middles of n rings lie at (i + 1/2) / n",
            ),
            Mistake(
                lambda n: ((torch.arange(n) + 0.5) / n) ** 2,
                "the share is the square of the radius, so the radius is its root, not its square",
            ),
        ),
    ),
    Exercise(
        name="turned",
        lesson="07",
        minutes=15,
        points=2,
        reference=turned,
        cases=_pairs,
        hints=(
            "Separate two things: which way the code points, and how long it is.",
            "Divide a and b by their lengths; their scalar product is the cosine of the angle.",
            "The direction is the formula of section 7 with unit vectors; the length goes evenly "
            "from that of a to that of b.",
        ),
        wrong=(
            Mistake(
                _between(lambda a, b, t, angle: (1 - t) * a + t * b),
                "this is the straight way; turn instead",
            ),
            Mistake(
                _between(lambda a, b, t, angle: _sines(a, b, t, angle) / torch.sin(angle)),
                "you turned a and b themselves, so the length does not change evenly; turn unit "
                "vectors and set the length afterwards",
            ),
            Mistake(
                _between(
                    lambda a, b, t, angle: (
                        _sines(a / a.norm(), b / b.norm(), t, angle) / torch.sin(angle)
                    )
                ),
                "the direction is right, but the length is always 1; it should go from that of a "
                "to that of b",
            ),
            Mistake(
                lambda a, b, t: turned(b, a, t),
                "at t = 0 this is b; the way begins at a",
            ),
            Mistake(
                _between(
                    lambda a, b, t, angle: (
                        ((1 - t) * a.norm() + t * b.norm())
                        * _sines(a / a.norm(), b / b.norm(), t, angle)
                    )
                ),
                "the sines must be divided by the sine of the whole angle",
            ),
            Mistake(
                _between(_pushed_out),
                "this is the straight way pushed out to the right length: it turns faster in the "
                "middle than at the ends",
            ),
        ),
    ),
    Exercise(
        name="for_one_class",
        lesson="07",
        minutes=15,
        points=2,
        reference=for_one_class,
        cases=_layers,
        tensor=True,
        hints=(
            "Which columns of the weight meet z, and which one meets the 1 of the one-hot?",
            "The first K columns meet z. Of the last n_classes columns one is multiplied by 1, "
            "the others by 0.",
            "The first of the classes' columns is number weight.shape[1] - n_classes. Which is "
            "yours?",
        ),
        wrong=(
            Mistake(
                lambda weight, bias, n_classes, label: (weight[:, :-n_classes], bias),
                "this layer forgets the class; its column must go into the bias",
            ),
            Mistake(
                lambda weight, bias, n_classes, label: (
                    weight[:, :-n_classes],
                    bias + weight[:, label],
                ),
                "you added column `label`, which meets z; the classes' columns come after the "
                "first K",
            ),
            Mistake(
                lambda weight, bias, n_classes, label: (
                    weight[:, :-n_classes],
                    bias + weight[:, -label],
                ),
                "you counted the classes' columns from the end; class 0 is the first of them",
            ),
            Mistake(
                lambda weight, bias, n_classes, label: (
                    weight[:, :-n_classes],
                    weight[:, weight.shape[1] - n_classes + label],
                ),
                "the column is right, but the layer's own bias is lost; add the two",
            ),
            Mistake(
                lambda weight, bias, n_classes, label: (
                    weight[:, :-n_classes],
                    bias + weight[:, -n_classes:].sum(dim=1),
                ),
                "you added the columns of all classes; only one of them is multiplied by 1",
            ),
            Mistake(
                lambda weight, bias, n_classes, label: (
                    weight[:, n_classes:],
                    bias + weight[:, label],
                ),
                "you took the one-hot to come first; z does",
            ),
        ),
    ),
    Exercise(
        name="balanced_direction",
        lesson="07",
        minutes=25,
        points=3,
        reference=balanced_direction,
        cases=_groups,
        hints=(
            "In the plain direction, who smiles and who is lit from the right are nearly the "
            "same people.",
            "Among those lit from the right, compare those who smile with those who do not; then "
            "do it again among the others.",
            "`has_it & other` picks who has both, `~` turns a condition round; two directions come "
            "out, and their mean is the answer.",
        ),
        wrong=(
            Mistake(
                lambda z, has_it, other: z[has_it].mean(dim=0) - z[~has_it].mean(dim=0),
                "this is the plain direction; `other` is not used, so the light comes along",
            ),
            Mistake(
                lambda z, has_it, other: _within(z, has_it, other),
                "this uses only the pictures with `other`; those without can be compared too",
            ),
            Mistake(
                lambda z, has_it, other: _within(z, has_it, ~other),
                "this uses only the pictures without `other`; those with it can be compared too",
            ),
            Mistake(
                _by_size,
                "you weighted the two directions by the number of pictures; take their plain mean",
            ),
            Mistake(
                lambda z, has_it, other: _within(z, has_it, other) - _within(z, has_it, ~other),
                "you subtracted the two directions, which leaves what differs between them; take "
                "their mean",
            ),
            Mistake(
                lambda z, has_it, other: _within(z, other, has_it),
                "this is the direction of `other` among those who have the attribute; the roles "
                "are exchanged",
            ),
        ),
    ),
]
