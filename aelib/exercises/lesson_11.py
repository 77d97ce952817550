"""Exercises of lesson 11: brightness, means, folded pixels, edges."""

import numpy as np

from aelib.exercises.base import Arguments, Exercise, Mistake

_LUMA = np.array([0.299, 0.587, 0.114])


def luminance(photo: np.ndarray) -> np.ndarray:
    """Brightness (H, W) of a photograph (3, H, W): 0.299 red, 0.587 green, 0.114 blue."""
    red, green, blue = photo
    return 0.299 * red + 0.587 * green + 0.114 * blue


def best_answer(answers: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """The mean of the possible pictures (K, D), weighted by their probabilities (K,)."""
    return probabilities @ answers


def unfold_squares(maps: np.ndarray) -> np.ndarray:
    """Four maps (4, H, W) as one picture (2 H, 2 W), a square of pixels from each place."""
    _, height, width = maps.shape
    picture = np.zeros((2 * height, 2 * width), maps.dtype)
    for i in range(4):
        picture[i // 2 :: 2, i % 2 :: 2] = maps[i]
    return picture


def edge_strength(picture: np.ndarray) -> np.ndarray:
    """Sobel's edges (H - 2, W - 2) of a picture (H, W), without its border."""
    down, across = _differences(picture)
    return np.sqrt(down**2 + across**2)


def made_consistent(large: np.ndarray, small: np.ndarray) -> np.ndarray:
    """Shift each square of 2 x 2 pixels of large so that its mean is the pixel of small."""
    height, width = small.shape
    missing = small - large.reshape(height, 2, width, 2).mean(axis=(1, 3))
    return large + missing.repeat(2, axis=0).repeat(2, axis=1)


def _differences(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rows = (picture[:, :-2] + 2 * picture[:, 1:-1] + picture[:, 2:]) / 4
    columns = (picture[:-2] + 2 * picture[1:-1] + picture[2:]) / 4
    return rows[2:] - rows[:-2], columns[:, 2:] - columns[:, :-2]


def _most_probable(answers: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    return answers[probabilities.argmax()]


def _best_of_the_given(answers: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    errors = ((answers[:, None] - answers) ** 2).sum(axis=2)
    return answers[(errors @ probabilities).argmin()]


def _weighted_median(answers: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    order = answers.argsort(axis=0)
    reached = probabilities[order].cumsum(axis=0) >= 0.5
    return np.take_along_axis(answers, order, 0)[
        reached.argmax(axis=0), np.arange(answers.shape[1])
    ]


def _tiled(maps: np.ndarray) -> np.ndarray:
    return np.block([[maps[0], maps[1]], [maps[2], maps[3]]])


def _columns_first(maps: np.ndarray) -> np.ndarray:
    return unfold_squares(maps[[0, 2, 1, 3]])


def _reshaped(maps: np.ndarray) -> np.ndarray:
    return maps.reshape(2 * maps.shape[1], 2 * maps.shape[2])


def _repeated(maps: np.ndarray) -> np.ndarray:
    return maps[0].repeat(2, axis=0).repeat(2, axis=1)


def _unweighted(picture: np.ndarray) -> np.ndarray:
    rows = (picture[:, :-2] + picture[:, 1:-1] + picture[:, 2:]) / 4
    columns = (picture[:-2] + picture[1:-1] + picture[2:]) / 4
    return np.hypot(rows[2:] - rows[:-2], columns[:, 2:] - columns[:, :-2])


def _absolute(picture: np.ndarray) -> np.ndarray:
    down, across = _differences(picture)
    return np.abs(down) + np.abs(across)


def _tiled_missing(large: np.ndarray, small: np.ndarray) -> np.ndarray:
    height, width = small.shape
    return large + np.tile(small - large.reshape(height, 2, width, 2).mean(axis=(1, 3)), (2, 2))


def _four_in_a_row(large: np.ndarray, small: np.ndarray) -> np.ndarray:
    missing = small - large.reshape(*small.shape, 4).mean(axis=2)
    return large + missing.repeat(2, axis=0).repeat(2, axis=1)


def _scaled(large: np.ndarray, small: np.ndarray) -> np.ndarray:
    height, width = small.shape
    share = small / large.reshape(height, 2, width, 2).mean(axis=(1, 3))
    return large * share.repeat(2, axis=0).repeat(2, axis=1)


def _photos(rng: np.random.Generator) -> list[Arguments]:
    return [(rng.normal(0.5, 1, (3, h, w)),) for h, w in ((1, 4), (3, 5), (6, 3))]


def _possibilities(rng: np.random.Generator) -> list[Arguments]:
    """In the last case the picture with the least expected error is not the most probable one."""
    cases: list[Arguments] = [
        (rng.normal(size=(k, d)), rng.dirichlet(np.ones(k))) for k, d in ((2, 5), (4, 3), (7, 6))
    ]
    apart = np.array([[8.0, -8, 8], [-1, 1, -1], [-2, 1, -1], [-1, 1, -2]])
    return [*cases, (apart + 0.1 * rng.normal(size=(4, 3)), np.array([0.31, 0.23, 0.23, 0.23]))]


def _maps(rng: np.random.Generator) -> list[Arguments]:
    return [(rng.normal(size=(4, h, w)),) for h, w in ((1, 3), (2, 2), (5, 3))]


def _pictures(rng: np.random.Generator) -> list[Arguments]:
    return [(rng.normal(size=(h, w)),) for h, w in ((3, 3), (4, 9), (8, 5))]


def _sizes(rng: np.random.Generator) -> list[Arguments]:
    shapes = ((1, 3), (4, 2), (3, 5))
    return [(rng.random((2 * h, 2 * w)) + 0.1, rng.normal(size=(h, w))) for h, w in shapes]


EXERCISES = [
    Exercise(
        name="luminance",
        lesson="11",
        minutes=5,
        points=1,
        reference=luminance,
        cases=_photos,
        hints=(
            "Red, green and blue are the first, second and third entry of the first axis.",
            "photo[0] is red everywhere, an array (H, W).",
            "Multiply each of the three by its weight, and add them up.",
        ),
        wrong=(
            Mistake(
                lambda photo: photo.mean(axis=0),
                "you took the plain mean; the eye sees green brightest, so weigh the colours",
            ),
            Mistake(
                lambda photo: np.tensordot([0.2126, 0.7152, 0.0722], photo, 1),
                "these are the weights of another standard (Rec. 709); here they are 0.299, 0.587 "
                "and 0.114",
            ),
            Mistake(
                lambda photo: np.tensordot(_LUMA[::-1], photo, 1),
                "red and blue changed places: red comes first",
            ),
            Mistake(
                lambda photo: np.tensordot(_LUMA, photo, 1) / 3,
                "the weights already sum to 1; do not divide by 3",
            ),
            Mistake(
                lambda photo: photo.max(axis=0),
                "this is the largest of the three; add them up, each with its weight",
            ),
            Mistake(
                lambda photo: np.stack([np.tensordot(_LUMA, photo, 1)] * 3),
                "one number for each pixel is asked for, (H, W); you repeated it three times",
            ),
        ),
    ),
    Exercise(
        name="best_answer",
        lesson="11",
        minutes=10,
        points=2,
        reference=best_answer,
        cases=_possibilities,
        hints=(
            "Section 5: what was the best answer for the jumper, and what if red were rarer?",
            "It is a mean, in which a probable picture counts more.",
            "Weigh each picture with its probability, and add up over the K pictures.",
        ),
        wrong=(
            Mistake(
                lambda answers, probabilities: answers.mean(axis=0),
                "you took the plain mean; a probable picture must count more",
            ),
            Mistake(
                _most_probable,
                "this is the most probable picture; it is far off whenever another one is true",
            ),
            Mistake(
                _best_of_the_given,
                "this is the best among the K pictures; any picture may be the answer, also one "
                "that is none of them",
            ),
            Mistake(
                lambda answers, probabilities: probabilities @ answers / len(answers),
                "the probabilities already sum to 1; do not divide by K as well",
            ),
            Mistake(
                _weighted_median,
                "this is the median, best for the absolute error; the squared one wants the mean",
            ),
            Mistake(
                lambda answers, probabilities: (
                    probabilities**2 @ answers / (probabilities**2).sum()
                ),
                "the error is squared, the probabilities are not",
            ),
        ),
    ),
    Exercise(
        name="unfold_squares",
        lesson="11",
        minutes=15,
        points=2,
        reference=unfold_squares,
        cases=_maps,
        hints=(
            "Make an empty picture (2 H, 2 W). Which of its pixels come from the first map?",
            "picture[0::2, 0::2] are the upper left pixels of all squares.",
            "A step of 2 in a slice takes every second pixel; begin at 0 or 1, for rows and "
            "columns.",
        ),
        wrong=(
            Mistake(
                _tiled,
                "you put the maps side by side; neighbours in a square come from four maps",
            ),
            Mistake(
                _columns_first,
                "upper right and lower left changed places: the second map is the upper right",
            ),
            Mistake(
                _reshaped,
                "reshape alone keeps each map together; the order of the axes must change first",
            ),
            Mistake(_repeated, "you enlarged the first map; the other three hold pixels too"),
            Mistake(
                lambda maps: unfold_squares(maps[::-1]),
                "the squares are turned round: the first map is the upper left, not the last",
            ),
        ),
    ),
    Exercise(
        name="edge_strength",
        lesson="11",
        minutes=20,
        points=2,
        reference=edge_strength,
        cases=_pictures,
        hints=(
            "picture[2:] - picture[:-2] is the row below minus the row above, for all at once.",
            "Weigh three neighbours: (a[:, :-2] + 2 * a[:, 1:-1] + a[:, 2:]) / 4.",
            "For the sideways difference weigh along the other axis. Squares, sum, root at the "
            "end.",
        ),
        wrong=(
            Mistake(
                lambda picture: edge_strength(picture) * 4,
                "divide each difference by 4, so that a step from 0 to 1 has strength 1",
            ),
            Mistake(
                lambda picture: edge_strength(picture) / np.sqrt(2),
                "this is scikit-image's version; here there is no root of 2",
            ),
            Mistake(_unweighted, "the middle pixel counts twice: the weights are 1, 2, 1"),
            Mistake(
                lambda picture: _unweighted(picture) * 4 / 3,
                "the middle pixel counts twice: the weights are 1, 2, 1, divided by 4, not three "
                "times a third",
            ),
            Mistake(
                lambda picture: _unweighted(picture) * 4,
                "the middle pixel counts twice: the weights are 1, 2, 1, and their sum is divided "
                "by 4",
            ),
            Mistake(
                lambda picture: np.hypot(
                    picture[2:, 1:-1] - picture[:-2, 1:-1], picture[1:-1, 2:] - picture[1:-1, :-2]
                ),
                "this looks at one pixel on each side only; the two beside it count as well",
            ),
            Mistake(
                _absolute,
                "you added absolute values; take the root of the sum of squares",
            ),
            Mistake(
                lambda picture: np.abs(_differences(picture)[0]),
                "that is the downward difference only; edges can stand upright too",
            ),
            Mistake(
                lambda picture: np.abs(_differences(picture)[1]),
                "that is the sideways difference only; edges can lie flat too",
            ),
            Mistake(
                lambda picture: edge_strength(picture) ** 2,
                "the root is missing: strength is the root of the sum of squares",
            ),
            Mistake(
                lambda picture: np.pad(edge_strength(picture), 1),
                "leave the border out: (H - 2, W - 2) is asked for",
            ),
        ),
    ),
    Exercise(
        name="made_consistent",
        lesson="11",
        minutes=25,
        points=3,
        reference=made_consistent,
        cases=_sizes,
        hints=(
            "How far is each square's mean from the pixel it should have?",
            "large.reshape(H, 2, W, 2).mean(axis=(1, 3)) are the means of all squares.",
            "`repeat` enlarges the differences, along both axes; add them to large.",
        ),
        wrong=(
            Mistake(
                lambda large, small: small.repeat(2, axis=0).repeat(2, axis=1),
                "you enlarged the small picture; the details of the large one are lost",
            ),
            Mistake(
                _tiled_missing,
                "np.tile puts whole copies side by side; each difference belongs to its own square",
            ),
            Mistake(
                _four_in_a_row,
                "four numbers in a row are no square: reshape to (H, 2, W, 2) and take the mean "
                "over axes 1 and 3",
            ),
            Mistake(
                _scaled,
                "you multiplied each square; add the same number to its four pixels",
            ),
            Mistake(
                lambda large, small: 2 * large - made_consistent(large, small),
                "the correction has the wrong sign: the small pixel minus the mean of the square",
            ),
            Mistake(
                lambda large, small: large + (made_consistent(large, small) - large) / 4,
                "a quarter is not enough: the mean moves by the number you add to all four",
            ),
            Mistake(
                lambda large, small: large + (small - large[::2, ::2]).repeat(2, 0).repeat(2, 1),
                "you compared the upper left pixel only; compare the mean of the square",
            ),
        ),
    ),
]
