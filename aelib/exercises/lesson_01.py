"""Exercises of lesson 01: squared error, backpropagation, a first network, an unseen digit."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy

from aelib.exercises.base import Arguments, Exercise, Mistake, no_arguments
from aelib.exercises.stepping import (
    Copies,
    Step,
    Weights,
    floats,
    stepped,
    wrong_handling,
    wrong_steps,
)

Parameters = dict[str, np.ndarray]


def error_of_each(x_hat: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Squared error of each image (N,)."""
    return ((x_hat - x) ** 2).sum(axis=1)


def gradients_tanh(x: np.ndarray, p: Parameters) -> Parameters:
    """Gradients of all four arrays, with a bend in the encoder."""
    h = np.tanh(x @ p["W1"] + p["b1"])
    y = 1 / (1 + np.exp(-(h @ p["W2"] + p["b2"])))
    delta = 2 * (y - x) * y * (1 - y) / len(x)
    delta_h = delta @ p["W2"].T * (1 - h**2)
    return {
        "W1": x.T @ delta_h,
        "b1": delta_h.sum(axis=0),
        "W2": h.T @ delta,
        "b2": delta.sum(axis=0),
    }


def one_step(x: torch.Tensor, weights: Weights, lr: float) -> Copies:
    """Copies of x by a network with the given weights, before and after one training step."""

    class Network(nn.Module):
        def __init__(self, n_pixels: int, n_codes: int) -> None:
            super().__init__()
            self.encoder = nn.Linear(n_pixels, n_codes)
            self.decoder = nn.Linear(n_codes, n_pixels)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.sigmoid(self.decoder(self.encoder(x)))

    n_pixels, n_codes = weights["decoder.weight"].shape
    network = Network(n_pixels, n_codes)
    network.load_state_dict(weights)
    optimizer = torch.optim.SGD(network.parameters(), lr=lr)
    before = network(x)
    loss = ((before - x) ** 2).sum() / len(x)
    loss.backward()
    optimizer.step()
    return before.detach(), network(x).detach()


def gradient_tied(x: np.ndarray, p: Parameters) -> np.ndarray:
    """Gradient of the one matrix W1 (D, K) that stands in two places."""
    h = x @ p["W1"] + p["b1"]
    y = 1 / (1 + np.exp(-(h @ p["W1"].T + p["b2"])))
    delta = 2 * (y - x) * y * (1 - y) / len(x)
    in_encoder = x.T @ (delta @ p["W1"])
    in_decoder = h.T @ delta
    return in_encoder + in_decoder.T


def error_on_seven() -> float:
    """Error on the 7s divided by the error on the other test digits."""
    # x_no_seven = x_train[y_train != 7][:10_000]
    # model = aelib.Autoencoder(16)
    # fit(model, x_no_seven, loss, epochs=4)
    # x_hat = model.inverse_transform(model.transform(x_test))
    # error = ((x_hat - x_test) ** 2).sum(dim=1)
    # error[y_test == 7].mean() / error[y_test != 7].mean()
    return 1.47  # another seed gives 1.4 or 1.5


def _pictures(rng: np.random.Generator) -> list[Arguments]:
    """Copies that leave the range from 0 to 1, as those of PCA do."""
    return [
        (rng.normal(size=(n, width)), rng.normal(size=(n, width)))
        for n, width in ((1, 784), (3, 784), (5, 12))
    ]


def _networks(rng: np.random.Generator) -> list[Arguments]:
    """Pictures, and parameters of 784 -> 16 -> 784 networks in small."""
    sizes = ((1, 12, 3), (4, 12, 3), (6, 20, 5))
    return [(rng.normal(size=(n, d)), _parameters(rng, d, k)) for n, d, k in sizes]


def _tied_networks(rng: np.random.Generator) -> list[Arguments]:
    cases = _networks(rng)
    return [(x, p | {"W2": p["W1"].T}) for x, p in cases]


def _parameters(rng: np.random.Generator, d: int, k: int) -> Parameters:
    shapes = {"W1": (d, k), "b1": (k,), "W2": (k, d), "b2": (d,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def _first_networks(rng: np.random.Generator) -> list[Arguments]:
    """Pictures, the weights of a network as PyTorch keeps them, and a learning rate."""
    cases: list[Arguments] = []
    for n, d, k, lr in ((1, 12, 3, 0.1), (4, 12, 3, 0.2), (6, 20, 5, 1.1)):
        shapes = {"encoder.weight": (k, d), "encoder.bias": (k,)}
        shapes |= {"decoder.weight": (d, k), "decoder.bias": (d,)}
        weights = {name: floats(rng.normal(size=shape)) for name, shape in shapes.items()}
        cases.append((floats(rng.random((n, d))), weights, lr * float(rng.uniform(1, 2))))
    return cases


def _stepped(
    bend: Callable[[torch.Tensor], torch.Tensor] = lambda code: code,
    last: Callable[[torch.Tensor], torch.Tensor] = torch.sigmoid,
    **changed: Any,
) -> Step:
    """Make a variant of `one_step` with one thing changed, here or in the step itself."""

    def copy(x: torch.Tensor, w: Weights) -> torch.Tensor:
        code = bend(x @ w["encoder.weight"].T + w["encoder.bias"])
        return last(code @ w["decoder.weight"].T + w["decoder.bias"])

    return stepped(copy, **changed)


def _untold(weights: Weights) -> Weights:
    """The weights that fresh layers draw, in place of those given."""
    n_pixels, n_codes = weights["decoder.weight"].shape
    encoder, decoder = nn.Linear(n_pixels, n_codes), nn.Linear(n_codes, n_pixels)
    drawn = (encoder.weight, encoder.bias, decoder.weight, decoder.bias)
    return dict(zip(weights, (value.detach() for value in drawn), strict=True))


def _backwards(
    bend: Callable[[Any], Any] = np.tanh,
    slope: Callable[[Any], Any] = lambda h: 1 - h**2,
    seen_by_w2: Callable[[Any, Any], Any] = lambda h, a: h,
    slope_at_b1: Callable[[Any], Any] = lambda slopes: slopes,
    seen_by_slope: Callable[[Any, Any], Any] = lambda h, a: h,
) -> Callable[..., Parameters]:
    """Make a variant of `gradients_tanh` with one thing changed."""

    def gradients(x: np.ndarray, p: Parameters) -> Parameters:
        a = x @ p["W1"] + p["b1"]
        h = bend(a)
        y = 1 / (1 + np.exp(-(h @ p["W2"] + p["b2"])))
        delta = 2 * (y - x) * y * (1 - y) / len(x)
        wanted, slopes = delta @ p["W2"].T, slope(seen_by_slope(h, a))
        return {
            "W1": x.T @ (wanted * slopes),
            "b1": (wanted * slope_at_b1(slopes)).sum(axis=0),
            "W2": seen_by_w2(h, a).T @ delta,
            "b2": delta.sum(axis=0),
        }

    return gradients


def _two_places(x: np.ndarray, p: Parameters) -> tuple[np.ndarray, np.ndarray]:
    """Both terms of `gradient_tied`."""
    h = x @ p["W1"] + p["b1"]
    y = 1 / (1 + np.exp(-(h @ p["W1"].T + p["b2"])))
    delta = 2 * (y - x) * y * (1 - y) / len(x)
    return x.T @ (delta @ p["W1"]), (h.T @ delta).T


EXERCISES = [
    Exercise(
        name="error_of_each",
        lesson="01",
        minutes=5,
        points=1,
        reference=error_of_each,
        cases=_pictures,
        hints=(
            "Subtract, square, and add up what belongs to one image.",
            "`sum` takes an axis: 0 runs over the images, 1 over the pixels.",
            "Square the difference of the two arrays, then sum so that the shape (N,) is left.",
        ),
        wrong=(
            Mistake(
                lambda x_hat, x: ((x_hat - x) ** 2).mean(axis=1),
                "you took the mean over the pixels; the loss here is their sum",
            ),
            Mistake(
                lambda x_hat, x: ((x_hat - x) ** 2).sum(axis=0),
                "you summed over the images; sum over the pixels, axis 1",
            ),
            Mistake(
                lambda x_hat, x: ((x_hat - x) ** 2).sum(),
                "this is one number for all images together; return one for each",
            ),
            Mistake(
                lambda x_hat, x: ((x_hat - x) ** 2).sum() / len(x),
                "this is the mean over the images; return one number for each image",
            ),
            Mistake(
                lambda x_hat, x: abs(x_hat - x).sum(axis=1),
                "these are absolute differences; square them",
            ),
            Mistake(
                lambda x_hat, x: (x_hat - x).sum(axis=1) ** 2,
                "you summed first and squared then; square each difference before you sum",
            ),
            Mistake(
                lambda x_hat, x: np.sqrt(((x_hat - x) ** 2).sum(axis=1)),
                "this is the root of the squared error; leave out the root",
            ),
        ),
    ),
    Exercise(
        name="gradients_tanh",
        lesson="01",
        minutes=10,
        points=2,
        reference=gradients_tanh,
        cases=_networks,
        hints=(
            "Copy `gradients` and ask at each line whether the bend changes it.",
            "Forwards, h becomes np.tanh(f(x, p)). Backwards, the error passes the same bend.",
            "The error that arrives at the code gets one more factor, the slope of tanh at h.",
        ),
        wrong=(
            Mistake(
                _backwards(bend=lambda a: a, slope=np.ones_like),
                "this is the gradient without the bend; h is np.tanh(f(x, p)) now, and delta_h "
                "gets the slope of tanh",
            ),
            Mistake(
                _backwards(slope=np.ones_like),
                "h is bent, but on the way back the slope is missing; multiply delta_h by "
                "1 - h ** 2",
            ),
            Mistake(
                _backwards(slope=lambda h: 1 - np.tanh(h) ** 2),
                "h is bent already, and you bend it once more in the slope; it is 1 - h ** 2",
            ),
            Mistake(
                _backwards(seen_by_slope=lambda h, a: a),
                "the slope 1 - h ** 2 takes the h before np.tanh here; use the h after it",
            ),
            Mistake(
                _backwards(slope=lambda h: h * (1 - h)),
                "h * (1 - h) is the slope of the sigmoid; that of tanh is 1 - h ** 2",
            ),
            Mistake(
                _backwards(bend=lambda a: a),
                "the way back is bent, but not the way forwards: h is np.tanh(f(x, p))",
            ),
            Mistake(
                _backwards(slope=lambda h: 1 - h),
                "the slope is 1 - h, but it should be 1 - h ** 2; square h",
            ),
            Mistake(
                _backwards(seen_by_w2=lambda h, a: a),
                "W1 is right, but W2 is given the code before the bend; use h.T @ delta with the "
                "h after tanh",
            ),
            Mistake(
                _backwards(slope_at_b1=np.ones_like),
                "W1 is right, but b1 misses the slope of tanh; both take the same delta_h",
            ),
        ),
    ),
    Exercise(
        name="one_step",
        lesson="01",
        minutes=15,
        points=3,
        reference=one_step,
        cases=_first_networks,
        hints=(
            "The shapes in `weights` say how many pixels and how many numbers of the code.",
            "Two `nn.Linear` layers called encoder and decoder, and the sigmoid behind the second. "
            "The step is forward, loss, backward, step.",
            "`torch.optim.SGD(network.parameters(), lr=lr)` takes the step. Keep the copies from "
            "before it, and ask the network once more behind it.",
        ),
        wrong=(
            *wrong_steps(_stepped),
            Mistake(
                _stepped(
                    loss=lambda x_hat, x: binary_cross_entropy(x_hat, x, reduction="sum") / len(x)
                ),
                "the network is right, but this step makes the cross-entropy smaller; the loss "
                "here is the squared error",
            ),
            Mistake(
                _stepped(optimizer=torch.optim.Adam),
                "the network is right, but this is a step of Adam; plain gradient descent is "
                "torch.optim.SGD",
            ),
            Mistake(
                _stepped(last=lambda a: a),
                "the sigmoid at the end is missing",
            ),
            Mistake(
                _stepped(bend=torch.sigmoid),
                "there is a sigmoid behind the encoder too; only the decoder has one",
            ),
            *wrong_handling(_stepped, _untold),
        ),
    ),
    Exercise(
        name="gradient_tied",
        lesson="01",
        minutes=15,
        points=3,
        reference=gradient_tied,
        cases=_tied_networks,
        hints=(
            "If you turn one number of the shared matrix, two places of the network change.",
            "`gradients` tells what each place says, as 'W1' and 'W2'. One stands transposed.",
            "Let `gradients` do the work, turn one of its two matrices, and add them.",
        ),
        wrong=(
            Mistake(
                lambda x, p: _two_places(x, p)[0],
                "this is what the encoder says; the same matrix also stands in the decoder, so "
                "add what the decoder says",
            ),
            Mistake(
                lambda x, p: _two_places(x, p)[1],
                "this is what the decoder says; the same matrix also stands in the encoder, so "
                "add what the encoder says",
            ),
            Mistake(
                lambda x, p: sum(_two_places(x, p)) / 2,
                "you took the mean of the two places; gradients add up",
            ),
            Mistake(
                lambda x, p: 2 * _two_places(x, p)[0],
                "you counted the encoder's gradient twice; the decoder's is another one",
            ),
            Mistake(
                lambda x, p: _two_places(x, p)[0] - _two_places(x, p)[1],
                "you subtracted the decoder's gradient; gradients add up",
            ),
        ),
    ),
    Exercise(
        name="error_on_seven",
        lesson="01",
        minutes=20,
        points=3,
        reference=error_on_seven,
        cases=no_arguments,
        tolerance=0.1,  # seeds, rows and longer trainings give 1.41 to 1.54; the root is 1.2
        hints=(
            "Train in a cell of your own, as in section 8, and leave the 7s out of the data.",
            "y_test == 7 picks the 7s of the test set, y_test != 7 all others.",
            "Divide the mean error on the 7s by the mean error on the other digits.",
        ),
        wrong=(
            Mistake(
                lambda: 0.7,
                "less than 1 says that the 7s are copied better; either the training set still "
                "holds them, or the ratio is upside down",
            ),
            Mistake(
                lambda: 1.21,
                "that is the root of the ratio, of lengths and not of squared errors, or the "
                "network has learned too little: 10,000 digits, 4 epochs, and `fit` as it is",
            ),
            Mistake(
                lambda: 0.17,
                "that looks like the sum of the errors on the 7s over the sum on the others, of "
                "which there are nine times as many; divide the means",
            ),
            Mistake(
                lambda: 0.47,
                "that is how much larger the error is, as a share of the other; the factor counts "
                "the whole, so add 1",
            ),
            Mistake(
                lambda: 32.5,
                "that looks like the error on the 7s itself; divide it by the error on the others",
            ),
            Mistake(
                lambda: 22.2,
                "that looks like the error on the other digits; it belongs below the line",
            ),
            Mistake(
                lambda: 10.3,
                "that looks like the difference of the two errors; divide, do not subtract",
            ),
            Mistake(
                lambda: 147.0,
                "that looks like a ratio in per cent; report the ratio itself",
            ),
        ),
    ),
]
