"""How any model is asked for copies of pictures and for their codes, found by running it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from aelib.adapter import Adapted, adapt, open_pictures
from aelib.adapter.answers import rows_in
from aelib.adapter.calls import TENSORS
from aelib.losses import squared_error

Copy = Callable[[torch.Tensor], torch.Tensor]
Classes = tuple[torch.Tensor, ...]


@dataclass(frozen=True)
class Asked:
    """A model in two functions of pictures like x."""

    copy: Copy  # -> flat copies (N, pixels), float32; probabilities where it answers with logits
    encode: Callable[[torch.Tensor], Any]  # -> what its encoder answers
    compared: bool  # it is asked as a whole, and is known to decode the code alone
    shape: tuple[int, ...]  # of what it answers x with
    beside: list[torch.Tensor]  # what it answers besides a copy, for each picture


def ask(model: Any, x: torch.Tensor, classes: Classes) -> Asked:
    """Find out how the model is asked.

    Raises:
        ValueError: It fails on x, or does not answer with copies.
    """
    adapted = None if classes else _adapted(model, x)
    copy, answer, whole = _way_to_copy(model, x, classes, adapted)
    parts = list(rows_in(answer, len(x)))
    shape = tuple(_copy_in(answer, x).shape)
    beside = [part for part in parts if part.ndim == 2 and part.numel() < x.numel()]
    if torch.equal(copy(x[:20]), copy(x[:20])):
        beside = []  # it draws nothing, so these are not mu and logvar
    halves = adapted is not None and adapted.encodes and not adapted.way.whole
    encode = _encoder(model, x, classes, adapted)
    return Asked(copy, encode, whole and halves, shape, beside)


def _adapted(model: Any, x: torch.Tensor) -> Adapted | None:
    """The model as two functions, where it can be had so."""
    try:
        low, high = (float(end) for end in x.aminmax())
        return adapt(model, open_pictures(x[:2], value_range=(min(low, 0), max(high, 1))))
    except Exception:  # its pictures are no pictures, or it is one piece
        return None


def _way_to_copy(
    model: Any, x: torch.Tensor, classes: Classes, adapted: Adapted | None
) -> tuple[Copy, Any, bool]:
    """How the model is asked for copies, what it answers to x, and whether as a whole."""

    def whole(shape: tuple[int, ...]) -> Callable[[torch.Tensor], Any]:
        def answer(x: torch.Tensor) -> Any:
            rows = TENSORS.tensor(x.reshape(len(x), *shape), model)
            return model(rows, *(c[: len(x)] for c in classes))

        return answer

    def in_two(x: torch.Tensor) -> torch.Tensor:
        assert adapted is not None
        rows = TENSORS.tensor(adapted.layout.scaled(x.flatten(1)), model)
        pixels: torch.Tensor = adapted.layout.unscaled(adapted.decode(adapted.encode(rows)))
        return pixels

    ways: list[Callable[[torch.Tensor], Any]] = [whole(shape) for shape in _shapes(x, adapted)]
    first: Exception | None = None
    for way in [*ways, in_two] if adapted and adapted.encodes else ways:
        try:
            answer = way(x)
            x_hat = _rows(_copy_in(answer, x))
        except Exception as error:  # another shape, then
            first = first or error
            continue
        return _copies(way, _are_logits(x_hat, x.flatten(1))), answer, way is not in_two
    if isinstance(first, ValueError):
        raise first
    raise ValueError(
        f"The model fails on x of shape {tuple(x.shape)} with {type(first).__name__}: "
        f"{(str(first).splitlines() or [''])[0]}. Give x as the network had it in training."
    ) from first


def _shapes(x: torch.Tensor, adapted: Adapted | None) -> list[tuple[int, ...]]:
    """In which shapes the model may want a picture."""
    shapes = [tuple(x.shape[1:])]
    if adapted and adapted.picture:
        shapes += [adapted.picture]
    else:
        side = round(x[0].numel() ** 0.5)
        shapes += [(x[0].numel(),)]
        shapes += [(1, side, side)] if side * side == x[0].numel() else []
    return list(dict.fromkeys(shapes))


def _copies(way: Callable[[torch.Tensor], Any], logits: bool) -> Copy:
    def copy(x: torch.Tensor) -> torch.Tensor:
        x_hat = _rows(_copy_in(way(x), x))
        return x_hat.sigmoid() if logits else x_hat

    return copy


def _rows(copies: torch.Tensor) -> torch.Tensor:
    return copies.reshape(len(copies), -1).float().cpu()


def _copy_in(answer: Any, x: torch.Tensor) -> torch.Tensor:
    """The first tensor of an answer with as many numbers as x, and not x itself."""
    found = [part for part in rows_in(answer, len(x)) if part.numel() == x.numel()]
    for part in found:
        if len(found) == 1 or not torch.equal(_rows(part), x.flatten(1)):
            return part
    if found:
        return found[0]
    got = tuple(answer.shape) if isinstance(answer, torch.Tensor) else type(answer).__name__
    raise ValueError(
        f"The model answers x of shape {tuple(x.shape)} with {got}; diagnose needs a copy "
        "of x, alone or in a tuple, a list or an object."
    )


def _are_logits(x_hat: torch.Tensor, target: torch.Tensor) -> bool:
    if x_hat.min() >= -1.001 and x_hat.max() < 1.5:  # such as those of a tanh
        return False
    return bool(squared_error(x_hat.sigmoid(), target) < squared_error(x_hat, target))


def _encoder(
    model: Any, x: torch.Tensor, classes: Classes, adapted: Adapted | None
) -> Callable[[torch.Tensor], Any]:
    """What encodes; where nothing does, the narrowest output on the way through."""

    def by_adapter(x: torch.Tensor) -> Any:
        assert adapted is not None
        assert adapted.way.encode is not None
        rows = adapted.layout.as_given(x.flatten(1), adapted.picture or ())
        parts = list(rows_in(adapted.way.encode(TENSORS.tensor(rows, model)), len(x)))
        index, halved = adapted.chosen
        return parts[index].chunk(2, 1) if halved else parts[index:]

    def by_method(x: torch.Tensor) -> Any:
        return model.encode(TENSORS.tensor(x, model), *(c[: len(x)] for c in classes))

    if adapted is not None and adapted.encodes and not adapted.way.whole:
        return by_adapter
    if callable(getattr(model, "encode", None)) and _runs(by_method, x[:2]):
        return by_method
    shape = next(
        iter(
            s
            for s in _shapes(x, adapted)
            if _runs(model, TENSORS.tensor(x[:2].reshape(2, *s), model))
        ),
        None,
    )
    return lambda x: _narrowest(model, x if shape is None else x.reshape(len(x), *shape))


def _runs(function: Any, x: torch.Tensor) -> bool:
    try:
        function(x)
    except Exception:  # another shape, then
        return False
    return True


def _narrowest(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """The output with the fewest numbers on the way through a network, the last of equals."""
    outputs: list[torch.Tensor] = []

    def note(_: nn.Module, __: Any, output: Any) -> None:
        if isinstance(output, torch.Tensor) and output.ndim > 1 and len(output) == len(x):
            outputs.append(output)

    leaves = [module for module in model.modules() if not list(module.children())]
    hooks = []
    try:
        hooks = [leaf.register_forward_hook(note) for leaf in leaves]
        model(TENSORS.tensor(x, model))
    except Exception:  # a scripted one cannot be listened to
        return x
    finally:
        for hook in hooks:
            hook.remove()
    return min(outputs[::-1] or [x], key=lambda output: output[0].numel())
