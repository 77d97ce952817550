"""Exercises of lesson 13: ten cases to be solved, and instruments to be built or repaired."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy

from aelib.exercises.base import Arguments, Exercise, Mistake, no_arguments
from aelib.losses import bernoulli_nll


def case_1() -> str:
    """Pixels of a file, 0 to 255: the cross-entropy has no floor."""
    return "C"


def case_2() -> str:
    """Five sigmoids in a row: hardly any gradient arrives at the first layer."""
    return "D"


def case_3() -> str:
    """A ReLU on a code of two numbers: one of them is dead."""
    return "B"


def case_4() -> str:
    """Steps too large: the outputs sit at the ends of the sigmoid."""
    return "E"


def case_5() -> str:
    """The error is summed, the KL averaged: it weighs too little."""
    return "A"


def case_6() -> str:
    """The error is averaged, the KL summed: it weighs too much."""
    return "B"


def case_7() -> str:
    """Drawn as a spread, priced as the logarithm of a variance."""
    return "D"


def case_8() -> str:
    """Repeated first and split afterwards: validation digits were trained on."""
    return "E"


def case_9() -> str:
    """A code eight times as large as the picture: it copies anything."""
    return "A"


def case_10() -> str:
    """Dropout was left switched to training."""
    return "C"


def share_of_dead(z: torch.Tensor) -> torch.Tensor:
    """Share of the numbers of a code that are the same for every picture."""
    return (z == z[0]).all(dim=0).float().mean()


def mean_image_floor(x_train: torch.Tensor, x_test: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of the mean training image on the test images, in nats per image."""
    mean = x_train.mean(dim=0).clamp(1e-6, 1 - 1e-6)
    return -(x_test * mean.log() + (1 - x_test) * (1 - mean).log()).sum() / len(x_test)


def repeat_and_split(x: np.ndarray, n_validation: int, times: int) -> tuple[np.ndarray, np.ndarray]:
    """Split first, then repeat the training part only."""
    return np.repeat(x[n_validation:], times, axis=0), x[:n_validation]


def repaired_elbo(
    x_hat: torch.Tensor, x: torch.Tensor, mu: torch.Tensor, logvar: torch.Tensor
) -> torch.Tensor:
    """Error and KL, both summed over their numbers and averaged over the images."""
    error = binary_cross_entropy(x_hat, x, reduction="sum") / len(x)
    kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum() / len(x)
    return error + kl


def variance_through(x: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
    """Variance over pictures of each layer's outputs, as a share of that of x."""
    start, shares = x.var(axis=0).mean(), []
    for weight in weights:
        x = np.tanh(x @ weight)
        shares.append(x.var(axis=0).mean() / start)
    return np.array(shares)


def _says(letter: str) -> Callable[[], str]:
    return lambda: letter


def _case(
    answer: Callable[[], str], against: dict[str, str], hints: tuple[str, str, str]
) -> Exercise:
    """A broken run and, for each wrong suspect, what speaks against it."""
    wrong = tuple(Mistake(_says(letter), f"{letter}? {why}") for letter, why in against.items())
    return Exercise(
        name=answer.__name__,
        lesson="13",
        minutes=3,
        points=1,
        reference=answer,
        cases=no_arguments,
        hints=hints,
        wrong=wrong,
    )


def _codes(rng: np.random.Generator) -> list[Arguments]:
    cases = []
    for n, k in ((6, 4), (9, 5), (5, 8)):
        dead = int(rng.integers(1, k - 1))
        z = torch.from_numpy(rng.normal(size=(n, k))).float().clamp(min=0)
        z[0, :] = 1  # no column is 0 by chance in all rows
        z[1] = z[0]  # two pictures that agree say nothing about the others
        columns = rng.permutation(k)[:dead]
        z[:, columns] = 0
        z[:, columns[0]] = 2.5 if k == 5 else 0.0
        cases.append((z,))
    return [*cases, (_barely_alive(rng),)]


def _barely_alive(rng: np.random.Generator) -> torch.Tensor:
    """Three dead numbers; others that differ a little, for one picture only, or below 0."""
    z = torch.full((6, 8), 1.25)
    z[:, 1] = -2.0
    z[1:, 3] += 0.125 * torch.arange(5)
    z[0, 4] = z[-1, 5] = 1.375
    z[:3, 6] = -1.25
    z[1:4, 7] = 1.0
    return z[:, torch.as_tensor(rng.permutation(8))]


def _two_sets(rng: np.random.Generator) -> list[Arguments]:
    sizes = ((12, 7, 6), (9, 4, 11), (6, 3, 20))
    cases = []
    for n_train, n_test, d in sizes:
        x_train, x_test = (
            torch.from_numpy(rng.random((n, d))).float() ** 2 for n in (n_train, n_test)
        )
        x_train[:, :2] = x_test[:, 0] = 0  # always paper; paper in all training images
        x_train[:, 2] = 1  # ink in all training images
        x_train[:, 3] = 1e-6
        x_train[[0, -2, -1], 4:] = torch.tensor([[1.0], [0.0], [1.0]])  # each of them counts
        cases.append((x_train, x_test))
    return [*cases, _faint_ink(rng)]


def _faint_ink(rng: np.random.Generator) -> Arguments:
    """Many training images, one of them with the faintest grey of a file where all have paper."""
    x_train, x_test = (torch.from_numpy(rng.random((n, 5))).float() for n in (1500, 4))
    x_train[:, 0], x_test[:, 0] = 0, 1
    x_train[7, 0] = 1 / 255
    return x_train, x_test


def _floor(mean: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of one answer to all images."""
    return -(x * mean.log() + (1 - x) * (1 - mean).log()).sum() / len(x)


def _decks(rng: np.random.Generator) -> list[Arguments]:
    return [
        (rng.normal(size=(n, d)), v, t)
        for n, d, v, t in ((7, 3, 2, 3), (10, 4, 5, 2), (6, 5, 1, 4))
    ]


def _elbos(rng: np.random.Generator) -> list[Arguments]:
    cases = []
    for n, d, k in ((4, 9, 3), (7, 5, 2), (3, 12, 5)):
        x_hat, x = (torch.from_numpy(rng.uniform(0.05, 0.95, (n, d))) for _ in range(2))
        mu, logvar = (torch.from_numpy(rng.normal(size=(n, k))) for _ in range(2))
        cases.append((x_hat, x, mu, logvar - 0.7))
    return cases


def _layers(rng: np.random.Generator) -> list[Arguments]:
    cases = []
    for n, widths, size in ((8, (5, 6, 4, 3), 0.4), (12, (4, 7, 5), 1.5), (9, (6, 3), 0.8)):
        weights = [size * rng.normal(size=pair) for pair in pairwise(widths)]
        cases.append((0.4 * rng.normal(size=(n, widths[0])) + 0.3 * rng.random(widths[0]), weights))
    return cases


def _elbo_with(
    error_of: Callable[..., torch.Tensor], kl_of: Callable[..., torch.Tensor]
) -> Callable[..., torch.Tensor]:
    """An ELBO with one part changed."""
    return lambda x_hat, x, mu, logvar: error_of(x_hat, x) + kl_of(mu, logvar)


def _error(x_hat: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    return binary_cross_entropy(x_hat, x, reduction="sum") / len(x)


def _kl(mu: torch.Tensor, logvar: torch.Tensor) -> torch.Tensor:
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum() / len(mu)


def _without_bend(x: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
    start, shares = x.var(axis=0).mean(), []
    for weight in weights:
        x = x @ weight
        shares.append(x.var(axis=0).mean() / start)
    return np.array(shares)


def _before_the_bend(x: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
    start, shares = x.var(axis=0).mean(), []
    for weight in weights:
        shares.append((x @ weight).var(axis=0).mean() / start)
        x = np.tanh(x @ weight)
    return np.array(shares)


def _over_units(x: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
    start, shares = x.var(axis=1).mean(), []
    for weight in weights:
        x = np.tanh(x @ weight)
        shares.append(x.var(axis=1).mean() / start)
    return np.array(shares)


def _over_all(x: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
    start, shares = x.var(), []
    for weight in weights:
        x = np.tanh(x @ weight)
        shares.append(x.var() / start)
    return np.array(shares)


def _layer_by_layer(x: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
    shares = variance_through(x, weights)
    return shares / np.concatenate([[1.0], shares[:-1]])


EXERCISES = [
    _case(
        case_1,
        {
            "A": "An overflow jumps and ends in infinity or NaN; this curve falls smoothly",
            "B": "With the sign turned the copies would be white where there is ink; they are "
            "black there, and nearly everywhere",
            "D": "This loss has the sigmoid inside, that is what with_logits says, and on proper "
            "pixels it is never negative",
            "E": "A narrow code makes a loss large, never negative",
        },
        (
            "What is the smallest value that this loss should have, and what must hold for that?",
            "The letter says where the pixels come from. Which numbers does a file hold?",
            "Cross-entropy takes x for a probability. Compare x_file.max() with 1.",
        ),
    ),
    _case(
        case_2,
        {
            "A": "Five times as many epochs do bring it off the level, but not to where the cured "
            "network is after six; ask what holds it back",
            "B": "The loss would be negative then, or absurdly large; load_mnist gives 0 to 1",
            "C": "Such outputs are white or black; these copies are grey, and the steps are those "
            "that other networks learn with",
            "E": "There is no ReLU in this network that could cut anything off",
        },
        (
            "All copies are the same. Which parts of the network need not work for that?",
            "The output layer has learnt the mean picture. What did the first layers learn?",
            "Five sigmoids in a row, and the slope of each is at most a quarter.",
        ),
    ),
    _case(
        case_3,
        {
            "A": "There is no KL in this loss that could pull at the code",
            "C": "The letter says that as small a network gets below 175, with two numbers",
            "D": "All copies would be the same then; these differ, and there are only two layers "
            "to pass",
            "E": "The curve is nearly level at its end; it will not fall by another twenty nats",
        },
        (
            "The copies differ, but along one line only. What does that say about the code?",
            "Read `mapmaker` with the argument that the letter gives. What comes after the two "
            "numbers?",
            "A ReLU answers 0 to everything below 0, and lets no gradient pass there.",
        ),
    ),
    _case(
        case_4,
        {
            "A": "With a dead code the decoder still learns the mean image; this is worse",
            "B": "The originals are drawn by the same line of code, and they look right",
            "C": "There is one hidden layer on each side; case 2 has five bends",
            "D": "Lesson 01 did it, with smaller steps",
        },
        (
            "The first pages of the film still change. When does it stop, and how do the outputs "
            "look there?",
            "The gradient that comes back through a sigmoid has the factor y (1 - y).",
            "What is y (1 - y) where y is 0 or 1, and what threw y there?",
        ),
    ),
    _case(
        case_5,
        {
            "B": "If the code said nothing, the copies would all be the same; they are good",
            "C": "The same decoder draws the copies, and these are good",
            "D": "The copies shown are of test digits, which it never saw",
            "E": "The draws are those of aelib.VAE, which lesson 06 checked; look at the loss",
        },
        (
            "The decoder can draw digits, if it gets the right codes. Which codes does it get?",
            "Over how many numbers does each part of the loss run, and is it summed or averaged?",
            "One part is summed over 128 times 784 numbers, the other averaged over 128 times 8.",
        ),
    ),
    _case(
        case_6,
        {
            "A": "The loss is level from the start, and nothing in the code moves any more",
            "C": "The network is that of case 5, which learnt to copy; only the loss is different",
            "D": "The same decoder drew good copies in case 5",
            "E": "Then the copies would be good and the drawn pictures bad, as in case 5",
        },
        (
            "What has changed since case 5, and in which direction?",
            "binary_cross_entropy averages over pixels unless told otherwise; kl_divergence sums.",
            "In our convention the error is 784 times too small. What does that make of beta?",
        ),
    ),
    _case(
        case_7,
        {
            "A": "The loss is negative_elbo, which sums both parts and averages over images",
            "B": "The honest network of case 5 has the same size and draws digits",
            "C": "A collapsed code copies nothing, as in case 6; these copies are good",
            "E": "The curves shown are of the training loss, where test digits play no part",
        },
        (
            "Follow the encoder's second answer through the code. Who uses it, and as what?",
            "What does negative_elbo expect as its last argument, and what does it get?",
            "Where the KL is smallest, at 0, how much noise is drawn?",
        ),
    ),
    _case(
        case_8,
        {
            "A": "It may be overfitted, but then the validation curve should have shown it, and it "
            "falls with the other; what keeps it down?",
            "B": "Both come from the same shuffled file; every other network here has about the "
            "same loss on old and new digits",
            "C": "There is no dropout and no batch normalisation here, and fit takes care of that",
            "D": "A mere copier copies new digits as well; this one does not",
        },
        (
            "The validation digits are easier for it than new ones. Where might it have met them?",
            "In which order were the digits repeated, shuffled and split?",
            "After the shuffle, where are the twins of a digit in validation_part?",
        ),
    ),
    _case(
        case_9,
        {
            "B": "The letters are drawn after the training, and x_train holds only digits",
            "C": "The test loss is as low as the training loss; it copies what it has never seen",
            "D": "It copies even pictures without any stroke, as you will see; count the numbers "
            "of this code",
            "E": "The copies are excellent, so the loss has looked at all that there is",
        },
        (
            "Why does an autoencoder have a narrow place at all?",
            "How many numbers does `encode` answer with, for a picture of 784?",
            "Eight maps of 28 by 28. What could be easier than to pass everything on?",
        ),
    ),
    _case(
        case_10,
        {
            "A": "With steps of 1e-5 no weight moves far; and damaged weights would still give the "
            "same copy twice",
            "B": "An overfitted network gives the same copy every time it is asked",
            "D": "They are the same test digits as before, and it had 117 nats on them",
            "E": "No line of this network draws a code; look for another part that uses chance",
        },
        (
            "The same weights and the same digit give different copies. Which layer can do that?",
            "What is the first line of `polish`, and who undoes it?",
            "Dropout draws at random as long as the network is told that it is being trained.",
        ),
    ),
    Exercise(
        name="share_of_dead",
        lesson="13",
        minutes=5,
        points=1,
        reference=share_of_dead,
        cases=_codes,
        hints=(
            "A number is dead if no picture differs from the first one.",
            "Compare z with z[0], and ask for each column whether all rows agree.",
            "Along dim 0, `all` gives a truth value for each column; which share of them is true?",
        ),
        wrong=(
            Mistake(
                lambda z: (z == 0).float().mean(),
                "this is the share of zeros; a living unit may be 0 for some pictures",
            ),
            Mistake(
                lambda z: (z == 0).all(dim=0).float().mean(),
                "a number that is always 2.5 is dead as well; compare with the first row, not "
                "with 0",
            ),
            Mistake(
                lambda z: (z == z[0]).all(dim=0).sum(),
                "this is their number; divide by the K numbers of the code",
            ),
            Mistake(
                lambda z: (z != z[0]).any(dim=0).float().mean(),
                "this is the share of the living; the dead are the others",
            ),
            Mistake(
                lambda z: (z == z[:, :1]).all(dim=1).float().mean(),
                "you compared along a row; a number of the code is a column",
            ),
            Mistake(
                lambda z: (z == 0).any(dim=0).float().mean(),
                "one zero does not make a number dead; it must be the same for all pictures",
            ),
            Mistake(
                lambda z: (z[1] == z[0]).float().mean(),
                "two pictures may agree where others do not; compare all rows with the first",
            ),
        ),
    ),
    Exercise(
        name="mean_image_floor",
        lesson="13",
        minutes=10,
        points=2,
        reference=mean_image_floor,
        cases=_two_sets,
        tolerance=2e-3,  # 1 - 1e-6 is a little less in float32
        hints=(
            "The mean image is x_train.mean(dim=0), clamped; it answers for every test image.",
            "-(x log m + (1 - x) log(1 - m)) for each pixel of each test image.",
            "Sum over the pixels and the test images, and divide by the number of test images.",
        ),
        wrong=(
            Mistake(
                lambda x_train, x_test: mean_image_floor(x_train, x_test) / x_test.shape[1],
                "this is in nats per pixel, the 0.26 of the forums; sum over the pixels",
            ),
            Mistake(
                lambda x_train, x_test: mean_image_floor(x_test, x_test),
                "you took the mean of the test images; a network only knows the training set",
            ),
            Mistake(
                lambda x_train, x_test: mean_image_floor(x_train, x_train),
                "you measured on the training images; measure on the test images",
            ),
            Mistake(
                lambda x_train, x_test: mean_image_floor(x_train, x_test) * len(x_test),
                "this is the sum over all test images; divide by their number",
            ),
            Mistake(
                lambda x_train, x_test: ((x_test - x_train.mean(dim=0)) ** 2).sum() / len(x_test),
                "this is the squared error; cross-entropy is asked for",
            ),
            Mistake(
                lambda x_train, x_test: (
                    -(x_test * x_train.mean(dim=0).clamp(1e-6).log()).sum() / len(x_test)
                ),
                "paper counts as well: add (1 - x) log(1 - m)",
            ),
            Mistake(
                lambda x_train, x_test: (
                    binary_cross_entropy(
                        x_train.mean(dim=0).expand_as(x_test), x_test, reduction="sum"
                    )
                    / len(x_test)
                ),
                "torch charges 100 nats where it meets log(0); clamp the mean between 1e-6 and "
                "1 - 1e-6 first",
            ),
            Mistake(
                lambda x_train, x_test: bernoulli_nll(
                    x_train.mean(dim=0).expand_as(x_test), x_test
                ),
                "the cell of case 2, where no pixel was always paper: bernoulli_nll charges 87 "
                "nats for ink there; clamp the mean between 1e-6 and 1 - 1e-6 first",
            ),
            Mistake(
                lambda x_train, x_test: (
                    -(
                        x_test * (x_train.mean(dim=0) + 1e-6).log()
                        + (1 - x_test) * (1 - x_train.mean(dim=0) + 1e-6).log()
                    ).sum()
                    / len(x_test)
                ),
                "you added 1e-6 inside the logarithms; hold the mean itself between 1e-6 and "
                "1 - 1e-6",
            ),
            Mistake(
                lambda x_train, x_test: _floor(x_train.clamp(1e-6, 1 - 1e-6).mean(dim=0), x_test),
                "you held the pixels of each image between 1e-6 and 1 - 1e-6 and took their mean "
                "then; take the mean first, so that faint ink stays what it is",
            ),
            Mistake(
                lambda x_train, x_test: _floor(x_train.mean(dim=0).clamp(0.01, 0.99), x_test),
                "0.01 is far from 0 for a mean pixel; clamp the mean between 1e-6 and 1 - 1e-6",
            ),
        ),
    ),
    Exercise(
        name="repeat_and_split",
        lesson="13",
        minutes=10,
        points=2,
        reference=repeat_and_split,
        cases=_decks,
        hints=(
            "Which comes first in an honest experiment, splitting or repeating?",
            "x[:n_validation] is the validation part, and it stays as it is.",
            "Only what is left for training goes through np.repeat, along axis 0.",
        ),
        wrong=(
            Mistake(
                lambda x, n_validation, times: (
                    np.repeat(x, times, axis=0)[n_validation:],
                    np.repeat(x, times, axis=0)[:n_validation],
                ),
                "this repeats before it splits, as the broken one does: twins land in both parts",
            ),
            Mistake(
                lambda x, n_validation, times: (
                    np.repeat(x[n_validation:], times, axis=0),
                    np.repeat(x[:n_validation], times, axis=0),
                ),
                "the validation pictures are to be there once each; repeat the training part only",
            ),
            Mistake(
                lambda x, n_validation, times: (
                    x[:n_validation],
                    np.repeat(x[n_validation:], times, axis=0),
                ),
                "right parts in the wrong order: return training, then validation",
            ),
            Mistake(
                lambda x, n_validation, times: (
                    np.repeat(x[:-n_validation], times, axis=0),
                    x[-n_validation:],
                ),
                "you took the last pictures for validation; the first ones are asked for",
            ),
            Mistake(
                lambda x, n_validation, times: (
                    np.repeat(x, times, axis=0),
                    x[:n_validation],
                ),
                "the validation pictures are still in the training part; leave them out",
            ),
            Mistake(
                lambda x, n_validation, times: (
                    np.tile(x[n_validation:], (times, 1)),
                    x[:n_validation],
                ),
                "the split is right, but equal pictures are to stand next to each other: np.repeat",
            ),
        ),
    ),
    Exercise(
        name="repaired_elbo",
        lesson="13",
        minutes=15,
        points=3,
        reference=repaired_elbo,
        cases=_elbos,
        tolerance=1e-5,
        differentiable=("x_hat", "mu", "logvar"),
        hints=(
            'The error: reduction="sum", and then divide by the number of images.',
            "The KL: sum over the numbers of the code, and divide by the number of images as well.",
            "The variance is exp(logvar): which three places of the KL change with that?",
        ),
        wrong=(
            Mistake(
                _elbo_with(binary_cross_entropy, _kl),
                "the error is still averaged over pixels (case 6): sum it and divide by the images",
            ),
            Mistake(
                _elbo_with(_error, lambda mu, v: 0.5 * (mu**2 + v.exp() - 1 - v).mean()),
                "the KL is still averaged over the code (case 5): sum it and divide by the images",
            ),
            Mistake(
                _elbo_with(_error, lambda mu, v: _kl(mu, 2 * v)),
                "logvar is still read as the logarithm of a spread (case 7): the variance is "
                "exp(logvar), not its square",
            ),
            Mistake(
                _elbo_with(
                    lambda x_hat, x: _error(x_hat, x) * len(x), lambda mu, v: _kl(mu, v) * len(mu)
                ),
                "both parts are summed over the images; divide by their number",
            ),
            Mistake(
                _elbo_with(_error, lambda mu, v: _kl(mu, v) * len(mu)),
                "the KL is summed over the images as well, and the error is not; divide it by "
                "their number",
            ),
            Mistake(
                _elbo_with(lambda x_hat, x: _error(x_hat, x) * len(x), _kl),
                "the error is summed over the images as well, and the KL is not; divide it by "
                "their number",
            ),
            Mistake(
                _elbo_with(lambda x_hat, x: 784 * binary_cross_entropy(x_hat, x), _kl),
                "784 is the number of pixels of a digit; these pictures have x.shape[1], so sum "
                "and divide by the number of images",
            ),
            Mistake(
                _elbo_with(_error, lambda mu, v: -_kl(mu, v)),
                "the KL is a price: add it",
            ),
            Mistake(
                _elbo_with(
                    binary_cross_entropy,
                    lambda mu, v: 0.5 * (mu**2 + (2 * v).exp() - 1 - 2 * v).mean(),
                ),
                "this is still the broken function: none of its three faults is mended",
            ),
            Mistake(
                _elbo_with(
                    binary_cross_entropy, lambda mu, v: 0.5 * (mu**2 + v.exp() - 1 - v).mean()
                ),
                "the variance is mended; both parts are still averaged over their numbers: sum "
                "them and divide by the images",
            ),
            Mistake(
                _elbo_with(_error, lambda mu, v: 0.5 * (mu**2 + (2 * v).exp() - 1 - 2 * v).mean()),
                "the error is mended; the KL is still averaged over the code (case 5), and takes "
                "logvar for the logarithm of a spread (case 7)",
            ),
            Mistake(
                _elbo_with(binary_cross_entropy, lambda mu, v: _kl(mu, 2 * v)),
                "the KL is summed now; the error is still averaged over pixels (case 6), and "
                "logvar taken for the logarithm of a spread (case 7)",
            ),
        ),
    ),
    Exercise(
        name="variance_through",
        lesson="13",
        minutes=20,
        points=3,
        reference=variance_through,
        cases=_layers,
        hints=(
            "x.var(axis=0) is the variance of each unit over the pictures; its mean is one number.",
            "In a loop: x = np.tanh(x @ weight), and note x.var(axis=0).mean().",
            "Note the number of the first x before the loop; each layer's is divided by it.",
        ),
        wrong=(
            Mistake(_without_bend, "the tanh after each matrix is missing"),
            Mistake(
                _before_the_bend, "you measured before the tanh; the outputs of a layer come after"
            ),
            Mistake(
                _over_units,
                "you took the variance over the units of a picture; take it over the pictures, "
                "axis=0",
            ),
            Mistake(
                _over_all,
                "this mixes the differences between units in; take the variance of each unit "
                "first, and average then",
            ),
            Mistake(
                _layer_by_layer,
                "you divided by the layer before; divide by the number of x itself",
            ),
            Mistake(
                lambda x, weights: variance_through(x, weights) * x.var(axis=0).mean(),
                "these are the variances themselves; divide by that of x",
            ),
        ),
    ),
]
