"""Exercises of lesson 04: counting, a small network, receptive fields, stamps, moved pixels."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

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

Layers = list[tuple[int, int]]


def conv_parameters(n_in: int, n_out: int, kernel: int) -> int:
    """Parameters of a convolution with a square kernel."""
    return n_out * (n_in * kernel**2 + 1)


def conv_step(x: torch.Tensor, weights: Weights, lr: float) -> Copies:
    """Copies of x (N, 1, H, W) by a small network, before and after one training step."""
    maps = len(weights["0.bias"])
    network = nn.Sequential(
        nn.Conv2d(1, maps, kernel_size=3, padding=1),
        nn.SiLU(),
        nn.MaxPool2d(2),
        nn.ConvTranspose2d(maps, 1, kernel_size=4, stride=2, padding=1),
        nn.Sigmoid(),
    )
    network.load_state_dict(weights)
    optimizer = torch.optim.SGD(network.parameters(), lr=lr)
    before = network(x)
    loss = ((before - x) ** 2).sum() / len(x)
    loss.backward()
    optimizer.step()
    return before.detach(), network(x).detach()


def prints(size: int, kernel: int, stride: int) -> list[int]:
    """How often each place of a line is stamped."""
    counts = [0] * ((size - 1) * stride + kernel)
    for place in range(size):
        for k in range(kernel):
            counts[place * stride + k] += 1
    return counts


def field(layers: Layers) -> int:
    """Side of the receptive field after layers of (kernel, stride)."""
    side, apart = 1, 1
    for kernel, stride in layers:
        side += (kernel - 1) * apart
        apart *= stride
    return side


def blocks_to_see_all() -> int:
    """How many blocks of convolution and pooling until a unit sees 28 pixels."""
    # [field([(3, 1), (2, 2)] * n) for n in range(1, 6)] is 4, 10, 22, 46, 94
    return 4


def for_shuffled(
    first: torch.Tensor, last: torch.Tensor, bias: torch.Tensor, order: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """First matrix, last matrix and last bias of a network that reads x[:, order]."""
    return first[:, order], last[order], bias[order]


def moved(x: torch.Tensor, pixels: int) -> torch.Tensor:
    """Pictures (N, 784), moved to the right; what leaves a row enters it on the left."""
    return x.reshape(-1, 28, 28).roll(pixels, dims=2).flatten(start_dim=1)


def _convolutions(rng: np.random.Generator) -> list[Arguments]:
    return [(int(a), int(b), int(c)) for a, b, c in rng.integers(2, (40, 40, 8), (5, 3))]


def _small_networks(rng: np.random.Generator) -> list[Arguments]:
    """Pictures, the weights of a network as PyTorch keeps them, and a learning rate."""
    cases: list[Arguments] = []
    for n, maps, side, lr in ((1, 2, (6, 8), 1.1), (3, 4, (8, 8), 0.02), (4, 3, (8, 6), 0.03)):
        shapes = {"0.weight": (maps, 1, 3, 3), "0.bias": (maps,)}
        shapes |= {"3.weight": (maps, 1, 4, 4), "3.bias": (1,)}
        weights = {name: floats(rng.normal(size=shape)) for name, shape in shapes.items()}
        x = floats(rng.random((n, 1, *side)))
        cases.append((x, weights, lr * float(rng.uniform(1, 2))))
    return cases


def _stepped(
    bend: Callable[..., torch.Tensor] = functional.silu,
    pool: Callable[..., torch.Tensor] = functional.max_pool2d,
    last: Callable[..., torch.Tensor] = torch.sigmoid,
    **changed: Any,
) -> Step:
    """Make a variant of `conv_step` with one thing changed, here or in the step itself."""

    def copy(x: torch.Tensor, w: Weights) -> torch.Tensor:
        maps = pool(bend(functional.conv2d(x, w["0.weight"], w["0.bias"], padding=1)), 2)
        stamps: Any = {"weight": w["3.weight"], "bias": w["3.bias"], "stride": 2, "padding": 1}
        return last(functional.conv_transpose2d(maps, **stamps))

    return stepped(copy, **changed)


def _untold(weights: Weights) -> Weights:
    """The weights that fresh layers draw, in place of those given."""
    maps = len(weights["0.bias"])
    layers = nn.Conv2d(1, maps, 3), nn.ConvTranspose2d(maps, 1, 4)
    drawn = [value.detach() for layer in layers for value in layer.parameters()]
    return dict(zip(weights, drawn, strict=True))


def _stamps(rng: np.random.Generator) -> list[Arguments]:
    """Stamps that overlap, that touch, that leave gaps; one alone; narrow ones."""
    shapes = ((3, 2), (6, 3), (2, 3), (4, 2), (3, 1), (1, 2))
    sizes = rng.integers(4, 12, len(shapes))
    return [(1, 5, 2), *((int(n), *shape) for n, shape in zip(sizes, shapes, strict=True))]


def _stacks(rng: np.random.Generator) -> list[Arguments]:
    stacks = [[_layer(rng) for _ in range(n)] for n in (1, 2, 3, 4, 6)]  # no kernel leaves holes
    return [([(3, 1), (2, 2)],), *((stack,) for stack in stacks), ([],)]


def _layer(rng: np.random.Generator) -> tuple[int, int]:
    kernel = int(rng.integers(2, 6))
    return kernel, int(rng.integers(1, min(kernel, 3) + 1))


def _weights(rng: np.random.Generator) -> list[Arguments]:
    cases: list[Arguments] = []
    for pixels, units in ((6, 4), (12, 5), (20, 20)):
        shapes = ((units, pixels), (pixels, units), (pixels,))
        first, last, bias = (torch.as_tensor(rng.normal(size=shape)).float() for shape in shapes)
        cases.append((first, last, bias, torch.as_tensor(rng.permutation(pixels))))
    return cases


def _pictures(rng: np.random.Generator) -> list[Arguments]:
    shifts = ((1, 2), (4, -3), (3, 0))
    return [(torch.as_tensor(rng.normal(size=(n, 784))).float(), k) for n, k in shifts]


def _rolled(sign: int, dim: int) -> Callable[[torch.Tensor, int], torch.Tensor]:
    def roll(x: torch.Tensor, pixels: int) -> torch.Tensor:
        return x.reshape(-1, 28, 28).roll(sign * pixels, dims=dim).flatten(start_dim=1)

    return roll


def _emptied(x: torch.Tensor, pixels: int) -> torch.Tensor:
    """Move, and leave 0 where nothing comes from."""
    columns = torch.arange(28) - pixels
    inside = (columns >= 0) & (columns < 28)
    pictures = x.reshape(-1, 28, 28)[:, :, columns.clamp(0, 27)] * inside
    return pictures.flatten(start_dim=1)


def _field_with(step: Callable[[int, int, int, int], tuple[int, int]]) -> Callable[[Layers], int]:
    """Make a variant of `field` with another step: side, apart, kernel, stride."""

    def variant(layers: Layers) -> int:
        side, apart = 1, 1
        for kernel, stride in layers:
            side, apart = step(side, apart, kernel, stride)
        return side

    return variant


EXERCISES = [
    Exercise(
        name="conv_parameters",
        lesson="04",
        minutes=5,
        points=1,
        reference=conv_parameters,
        cases=_convolutions,
        tolerance=1e-9,
        hints=(
            "How many weights has one stencil? How many stencils does one output map have?",
            "An output map adds up n_in stencils of kernel * kernel weights, and one bias.",
            "Count what belongs to one output map, its bias included, and multiply by their "
            "number.",
        ),
        wrong=(
            Mistake(
                lambda n_in, n_out, kernel: n_in * n_out * kernel**2,
                "the weights are right, but the biases are missing: one for each output map",
            ),
            Mistake(
                lambda n_in, n_out, kernel: n_in * n_out * (kernel**2 + 1),
                "you gave every stencil a bias; there is one for each output map",
            ),
            Mistake(
                lambda n_in, n_out, kernel: n_out * (n_in * kernel + 1),
                "a stencil of side `kernel` has kernel ** 2 weights",
            ),
            Mistake(
                lambda n_in, n_out, kernel: n_out * (kernel**2 + 1),
                "each output map has one stencil for every input map; n_in is missing",
            ),
            Mistake(
                lambda n_in, n_out, kernel: n_in * n_out * kernel**2 + 1,
                "one bias is not enough; each output map has its own",
            ),
            Mistake(
                lambda n_in, n_out, kernel: n_in * (n_out * kernel**2 + 1),
                "the biases belong to the output maps; you counted one for each input map",
            ),
        ),
    ),
    Exercise(
        name="conv_step",
        lesson="04",
        minutes=20,
        points=3,
        reference=conv_step,
        cases=_small_networks,
        hints=(
            "Five layers in an nn.Sequential, in the order of the text. How many maps there are, "
            "the shapes in `weights` say.",
            "nn.Conv2d(1, maps, 3, padding=1) keeps height and width, nn.MaxPool2d(2) halves them, "
            "nn.ConvTranspose2d(maps, 1, 4, stride=2, padding=1) doubles them.",
            "Load the weights, keep the copies from before the step, let loss.backward() and "
            "torch.optim.SGD take it, and ask the network once more.",
        ),
        wrong=(
            *wrong_steps(_stepped),
            Mistake(
                _stepped(bend=lambda maps: maps),
                "the SiLU behind the convolution is missing",
            ),
            Mistake(
                _stepped(bend=functional.relu),
                "there is a ReLU where the text asks for a SiLU",
            ),
            Mistake(
                _stepped(pool=functional.avg_pool2d),
                "the pooling takes the mean of four values; max pooling keeps the largest",
            ),
            Mistake(
                _stepped(last=lambda a: a),
                "the sigmoid at the end is missing",
            ),
            *wrong_handling(_stepped, _untold),
        ),
    ),
    Exercise(
        name="prints",
        lesson="04",
        minutes=10,
        points=1,
        reference=prints,
        cases=_stamps,
        tolerance=1e-9,
        hints=(
            "Begin with a list of zeros and let every stamp add 1 to the places below it.",
            "The last stamp begins at (size - 1) * stride; so how long is the line?",
            "Stamp number `place` begins at place * stride and covers `kernel` places; places "
            "between stamps stay 0.",
        ),
        wrong=(
            Mistake(
                lambda size, kernel, stride: [min(n, 1) for n in prints(size, kernel, stride)],
                "you wrote 1 where a place is stamped; add 1 for each stamp that covers it",
            ),
            Mistake(
                lambda size, kernel, stride: prints(size, kernel, 1),
                "the stamps stand one place apart here; they should be `stride` apart",
            ),
            Mistake(
                lambda size, kernel, stride: prints(size, kernel, stride)[: size * stride],
                "the line ends too early; the last stamp begins at (size - 1) * stride and is "
                "`kernel` long",
            ),
            Mistake(
                lambda size, kernel, stride: prints(size + 1, kernel, stride),
                "there is one stamp too many; the first is number 0, the last number size - 1",
            ),
            Mistake(
                lambda size, kernel, stride: prints(size - 1, kernel, stride) if size > 1 else [],
                "there is one stamp too few; the last begins at (size - 1) * stride",
            ),
            Mistake(
                lambda size, kernel, stride: prints(size, stride, kernel),
                "kernel and stride are exchanged: the stamp is `kernel` wide",
            ),
        ),
    ),
    Exercise(
        name="field",
        lesson="04",
        minutes=10,
        points=2,
        reference=field,
        cases=_stacks,
        tolerance=1e-9,
        hints=(
            "Without any layer a unit is a pixel and sees itself: the side is 1.",
            "Keep two numbers: the side so far, and how many pixels neighbouring units are apart.",
            "A kernel of 3 reaches two units further: how many pixels is that? Then mind the "
            "stride.",
        ),
        wrong=(
            Mistake(
                _field_with(lambda side, apart, kernel, stride: (side + kernel - 1, apart)),
                "the strides are missing: after a stride of 2 the units are 2 pixels apart, and a "
                "kernel reaches twice as far",
            ),
            Mistake(
                _field_with(
                    lambda side, apart, kernel, stride: (
                        side + (kernel - 1) * apart * stride,
                        apart * stride,
                    )
                ),
                "a layer's own stride counts only for the layers after it; add to the side first",
            ),
            Mistake(
                _field_with(
                    lambda side, apart, kernel, stride: (side + kernel * apart, apart * stride)
                ),
                "a kernel of 3 reaches 2 units further, not 3; add kernel - 1 steps",
            ),
            Mistake(
                _field_with(
                    lambda side, apart, kernel, stride: (side + (kernel - 1) * apart, stride)
                ),
                "the distance between units multiplies from layer to layer; you kept the last "
                "stride only",
            ),
            Mistake(
                _field_with(lambda side, apart, kernel, stride: (side * kernel, apart)),
                "you multiplied the kernels; neighbouring units see overlapping pixels, so a "
                "kernel adds to the side",
            ),
            Mistake(
                lambda layers: field(layers) - 1,
                "one too few: without any layer a unit sees one pixel, so begin with 1",
            ),
            Mistake(
                lambda layers: field(layers[::-1]),
                "you went through the layers backwards; begin at the picture",
            ),
        ),
    ),
    Exercise(
        name="blocks_to_see_all",
        lesson="04",
        minutes=5,
        points=1,
        reference=blocks_to_see_all,
        cases=no_arguments,
        tolerance=1e-4,
        hints=(
            "Two blocks see 10 pixels. What do three see?",
            "Print field([(3, 1), (2, 2)] * n) for n = 1, 2, 3, ...",
            "The sides begin with 4 and 10; go on until one is at least 28.",
        ),
        wrong=(
            Mistake(
                lambda: 3,
                "three blocks see 22 pixels; that is not yet 28",
            ),
            Mistake(
                lambda: 2,
                "two blocks see 10 pixels; in ConvAutoencoder only the dense layer sees the rest",
            ),
            Mistake(
                lambda: 5,
                "five are enough, but so many are not needed",
            ),
            Mistake(
                lambda: 7,
                "7 times 4 is 28, but a later block adds more than the first; its units are "
                "further apart",
            ),
            Mistake(
                lambda: 46,
                "that is the side of the field; report the number of blocks",
            ),
        ),
    ),
    Exercise(
        name="for_shuffled",
        lesson="04",
        minutes=15,
        points=2,
        reference=for_shuffled,
        cases=_weights,
        tensor=True,
        hints=(
            "Each column of the first matrix belongs to a pixel, and so does each row of the last.",
            "Pixel number i of the shuffled picture is pixel order[i] of the picture.",
            "Index with `order`: the first matrix by its columns, what draws by its rows.",
        ),
        wrong=(
            Mistake(
                lambda first, last, bias, order: for_shuffled(first, last, bias, order.argsort()),
                "this undoes the order; x[:, order] is read by weights in the same order, so use "
                "`order` itself",
            ),
            Mistake(
                lambda first, last, bias, order: (first[:, order], last[order], bias),
                "the matrices are right, but the bias also has a number for each pixel",
            ),
            Mistake(
                lambda first, last, bias, order: (first[:, order], last, bias),
                "the encoder is right, but the decoder still draws in the old order",
            ),
            Mistake(
                lambda first, last, bias, order: (first, last[order], bias[order]),
                "the decoder is right, but the encoder still reads in the old order",
            ),
            Mistake(
                lambda first, last, bias, order: (
                    first[:, order],
                    last[order.argsort()],
                    bias[order.argsort()],
                ),
                "the encoder is right; this decoder puts the pixels in another order than `order`",
            ),
        ),
    ),
    Exercise(
        name="moved",
        lesson="04",
        minutes=20,
        points=2,
        reference=moved,
        cases=_pictures,
        tensor=True,
        hints=(
            "A list of pixels has no right and left; make pictures of it first.",
            "After x.reshape(-1, 28, 28), dimension 1 counts rows and 2 counts columns.",
            "`roll` takes the dimension to move along; make lists of pixels again afterwards.",
        ),
        wrong=(
            Mistake(
                lambda x, pixels: x.roll(pixels, dims=1),
                "what leaves a row enters the next one; make pictures of the lists before you roll",
            ),
            Mistake(
                _rolled(sign=1, dim=1),
                "these pictures moved down; their columns are dimension 2",
            ),
            Mistake(
                _rolled(sign=-1, dim=2),
                "these pictures moved to the left; a positive number moves to the right",
            ),
            Mistake(
                _rolled(sign=1, dim=0),
                "you moved the images, not the pixels: the first dimension counts images",
            ),
            Mistake(
                lambda x, pixels: x,
                "these are the pictures as they were; `roll` returns the moved ones",
            ),
            Mistake(
                _emptied,
                "what leaves on the right should enter on the left, as `roll` does it",
            ),
        ),
    ),
]
