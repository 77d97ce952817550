"""What decodes for a widget, and how the browser may learn it.

PyTorch is imported when a model is its own, so that widgets also show what NumPy can compute.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from zlib import crc32

import numpy as np

from aelib.adapter import Adapted, Layout, Pictures, adapt
from aelib.adapter.adapt import CURE
from aelib.adapter.answers import rows_in
from aelib.adapter.calls import ALL, TENSORS
from aelib.adapter.pictures import layout_of
from aelib.adapter.pytorch import is_module, pytorch
from aelib.adapter.ways import first_of, lost_directions, must_be_told, owner_of
from aelib.engine.program import Program, Rows

Function = Callable[[np.ndarray], np.ndarray]
Recording = Callable[[], Program]  # raises Refused where it cannot be recorded
_TOLD = (
    "{} must be told a class: LatentExplorer has a chooser for it; give other widgets a model of "
    "one class, or functions."
)


@dataclass(frozen=True)
class Source:
    """A model, a scikit-learn transformer or a function, seen by a widget."""

    label: str
    latent_dim: int
    decode: Function  # (N, latent_dim) -> (N, pixels), float32 arrays
    encode: Function | None
    samples: bool  # codes drawn from N(0, 1) mean something
    record_decode: Recording
    record_encode: Recording
    fingerprint: Callable[[], int]  # another one once the model has changed
    pixels: int = 0
    classes: int = 0  # of a conditional model: each row ends with that many numbers, one-hot
    layout: Layout = field(default_factory=lambda: Layout(1, 1, 1))  # of a row of pixels
    whole: bool = False  # there is no code between encoder and decoder


def open_source(
    model: Any,
    latent_dim: int | None = None,
    label: str | None = None,
    conditional: bool = False,
    pictures: Pictures | None = None,
    shape: Any = None,
    value_range: Any = None,
) -> Source:
    """Look at what was given and try it once.

    Args:
        model: A network with encoder and decoder, of any class; an object with inverse_transform
            (and transform); a network that copies pictures; or a function from codes to pixels.
        latent_dim: How many numbers a code has, where neither model nor pictures tell.
        label: What the learner reads below the picture.
        conditional: Whether a model that must be told a class is welcome.
        pictures: What it is tried with.
        shape: (H, W) or (3, H, W) of its pictures, where they are not square and grey.
        value_range: What it draws as paper and as ink, where there are no pictures.

    Warns:
        UserWarning: It is a FastICA that lost directions while it was fitted.

    Raises:
        TypeError: It does not decode, or must be told a class where that is not possible.
        ValueError: The latent_dim is wrong or missing, what comes back is no picture, or a
            weight is NaN or infinite.
    """
    owner = owner_of(model)
    name = label or _name(owner)
    decode = first_of(model, "inverse_transform", "decode") or model
    if classes := must_be_told(owner, decode):
        if not conditional:
            raise TypeError(_TOLD.format(type(owner).__name__))
        return _told_source(model, owner, name, classes, decode, shape)
    settings = {"latent_dim": latent_dim, "shape": shape, "value_range": value_range}
    found = adapt(model, pictures, **settings)
    _check_weights(owner, found.drawn(_codes(found.latent_dim)))
    if said := lost_directions(owner):
        warnings.warn(said, stacklevel=3)
    return Source(
        label=name,
        latent_dim=found.latent_dim,
        decode=found.drawn,
        encode=found.coded if found.encodes else None,
        samples=hasattr(owner, "sample"),
        record_decode=_recording(owner, _plain(found, "decode"), found.latent_dim),
        record_encode=_recording(owner, _plain(found, "encode"), found.layout.pixels),
        fingerprint=partial(_fingerprint, owner, found.drawn, _codes(found.latent_dim)),
        pixels=found.layout.pixels,
        layout=found.layout,
        whole=found.way.whole,
    )


def _plain(found: Adapted, part: str) -> Any:
    """What decodes or encodes; where it is a program of rows already, that program."""
    given = getattr(found.way, part)
    as_it_is = (found.layout.low, found.layout.high) == (0, 1)
    return given if isinstance(given, Rows) and as_it_is else getattr(found, part)


def check_code(source: Source, widget: str) -> None:
    """Raise TypeError where there is no code to look at."""
    if source.whole:
        raise TypeError(
            f"{widget} found no code in {source.label}, a network that answers pictures with "
            f"pictures: NoiseExplorer(model, x) shows what it does. {CURE}"
        )


def _told_source(
    model: Any, owner: Any, name: str, classes: int, decode: Any, shape: Any
) -> Source:
    """A conditional model: rows of codes and of pixels end with their class."""
    dim = int(owner.latent_dim)
    codes, labels = _codes(dim), np.arange(2) % classes

    def untold(function: Any) -> Any:
        return lambda rows: function(rows[:, :-classes], rows[:, -classes:].argmax(1))

    def found(function: Any, probe: np.ndarray) -> tuple[Function, np.ndarray]:
        def run(rows: Any) -> Any:
            return next(rows_in(untold(function)(rows), len(rows))).reshape(len(rows), -1)

        for call in ALL:
            try:
                answer = call.run(run, probe, owner)
            except Exception as error:  # a learner's function may raise anything
                reason = f"{type(error).__name__}: {error}"
            else:
                return lambda rows, call=call: call.run(run, rows, owner), answer
        raise ValueError(f"Rows of {probe.shape[1]} numbers failed with {reason}")

    def recording(function: Any, width: int) -> Recording:
        def record() -> Program:
            torch = pytorch()

            from aelib.engine.capture import evaluating
            from aelib.engine.told import capture_told

            row = torch.linspace(-1, 1, width, dtype=torch.float32)[None]
            with evaluating(owner):
                return capture_told(
                    lambda z, y: function(TENSORS.tensor(z, owner), y), row, classes
                )

        return record

    drawn, pictures = found(decode, tell(codes, labels, classes))
    _check_weights(owner, pictures)
    encode = first_of(owner, "transform", "encode")
    coded = found(encode, tell(pictures.clip(0, 1), labels, classes))[0] if encode else None
    return Source(
        label=name,
        latent_dim=dim,
        decode=drawn,
        encode=coded,
        samples=hasattr(owner, "sample"),
        record_decode=recording(decode, dim),
        record_encode=recording(encode, pictures.shape[1]),
        fingerprint=partial(_fingerprint, owner, drawn, tell(codes, labels, classes)),
        pixels=pictures.shape[1],
        classes=classes,
        layout=layout_of(tuple(pictures.shape[1:]), shape),
    )


def open_network(network: Any, width: int, label: str) -> Source:
    """A network from rows (N, width) to rows, by its forward, in evaluation mode.

    Raises:
        ValueError: It does not take such rows, or does not answer with rows.
    """
    probe = _codes(width)

    from aelib.engine.capture import first_tensor

    def forward(rows: Any) -> Any:
        return first_tensor(network(rows)).reshape(len(rows), -1)

    def run(rows: np.ndarray) -> np.ndarray:
        return TENSORS.run(forward, rows, network)

    try:
        answer = run(probe)
    except Exception as error:  # a network of somebody may raise anything
        raise ValueError(
            f"Running the network on two rows of {width} numbers failed with "
            f"{type(error).__name__}: {error}"
        ) from error
    record = _recording(network, forward, width)
    seen = partial(_fingerprint, network, run, probe)
    return Source(label, width, run, None, False, record, record, seen, answer.shape[1])


def tell(rows: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Append its class, as one-hot, to each row: how a conditional model is called here."""
    return np.hstack([rows, np.eye(classes, dtype=np.float32)[labels]]) if classes else rows


def _codes(dim: int) -> np.ndarray:
    return np.linspace(-1, 1, 2 * dim, dtype=np.float32).reshape(2, dim)


def _name(owner: Any) -> str:
    name = str(getattr(owner, "__name__", type(owner).__name__))
    return name if name.isidentifier() else "decoded"  # <lambda> tells a learner nothing


def _recording(owner: Any, function: Any, width: int) -> Recording:
    """Records a function of rows at one row when it is called."""

    def record() -> Program:
        if isinstance(function, Rows):
            return function.program
        torch = pytorch()

        from aelib.engine.capture import capture, evaluating

        row = torch.linspace(-1, 1, width, dtype=torch.float32)[None]
        with evaluating(owner), warnings.catch_warnings(action="ignore"):
            return capture(lambda rows: function(TENSORS.tensor(rows, owner)), row)

    return record


def _fingerprint(owner: Any, run: Function, probe: np.ndarray) -> int:
    """A number that is another one once a weight, a buffer, an array or an answer has changed.

    The answers tell of what a function or a pipeline holds; the weights, of what two rows miss.
    """
    return fingerprint_of(owner, begin=crc32(np.ascontiguousarray(run(probe)).data))


def fingerprint_of(*owners: Any, begin: int = 0) -> int:
    """A number that is another one once a weight, a buffer or an array of an owner has changed."""
    found = begin
    for owner in owners:
        if is_module(owner):
            tensors = [t.detach().cpu() for t in (*owner.parameters(), *owner.buffers())]
            arrays = [t.float().numpy() for t in tensors]
        else:
            held = getattr(owner, "__dict__", {}).values()
            arrays = [array for array in held if isinstance(array, np.ndarray)]
        for array in arrays:
            if array.dtype != object:
                found = crc32(np.ascontiguousarray(array).data, found)
    return found


def _check_weights(owner: Any, pictures: np.ndarray) -> None:
    """Say which weight it is, where NaN comes out."""
    if np.isfinite(pictures).all() or not is_module(owner):
        return
    for name, weight in owner.named_parameters():
        if not weight.isfinite().all():
            raise ValueError(
                f"{name} holds NaN or infinity: train the model again before showing it."
            )
