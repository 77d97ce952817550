"""What decodes for a widget, and how the browser may learn it.

PyTorch is imported when a model is its own, so that widgets also show what NumPy can compute.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from aelib.engine.program import NotRecorded, Program, Refused, Rows

if TYPE_CHECKING:
    from torch import nn

Function = Callable[[np.ndarray], np.ndarray]
Recording = Callable[[], Program]  # raises Refused where it cannot be recorded
_NEEDS = (
    "A widget needs something that decodes: a model with decode, an object with "
    "inverse_transform, or a function and latent_dim=..., not {}."
)
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


def open_source(
    model: Any,
    latent_dim: int | None = None,
    label: str | None = None,
    conditional: bool = False,
) -> Source:
    """Look at what was given and try it once.

    Args:
        model: A model with encoder and decoder, an object with inverse_transform (and
            transform), an nn.Sequential, or any function from codes to pixels.
        latent_dim: How many numbers a code has, where the model does not say so itself.
        label: What the learner reads below the picture.
        conditional: Whether a model that must be told a class is welcome.

    Raises:
        TypeError: It does not decode, or must be told a class where that is not possible.
        ValueError: The latent_dim is wrong or missing, what comes back is no picture, or a
            weight is NaN or infinite.
    """
    owner = getattr(model, "__self__", model)  # of a bound method such as pca.inverse_transform
    decode = _method(model, "inverse_transform", "decode")
    if decode is None and callable(model) and not hasattr(model, "encode"):
        decode = model
    if decode is None or isinstance(model, type):  # the class itself, for example
        raise TypeError(_NEEDS.format(type(model).__name__))
    dim, classes = _latent_dim(owner, latent_dim), getattr(owner, "n_classes", 0)
    if classes and not conditional:
        raise TypeError(_TOLD.format(type(owner).__name__))
    codes = np.linspace(-1, 1, 2 * dim, dtype=np.float32).reshape(2, dim)
    labels = np.arange(2) % max(classes, 1)
    run, pictures = _try(decode, owner, tell(codes, labels, classes), classes, "Decoding")
    _check_weights(owner, pictures)
    encode, run_encode = _method(owner, "transform", "encode"), None
    if encode is not None:
        seen = tell(pictures.clip(0, 1), labels, classes)
        run_encode, found = _try(encode, owner, seen, classes, "Encoding")
        if found.shape != codes.shape:
            raise ValueError(f"Encoding two pictures gave {found.shape}, not {codes.shape}.")
    return Source(
        label=label or _name(owner),
        latent_dim=dim,
        decode=run,
        encode=run_encode,
        samples=hasattr(owner, "sample"),
        record_decode=_recording(decode, owner, dim, classes),
        record_encode=_recording(encode, owner, pictures.shape[1], classes),
        fingerprint=partial(_fingerprint, owner, run, tell(codes, labels, classes)),
        pixels=pictures.shape[1],
        classes=classes,
    )


def open_network(network: "nn.Module", width: int, label: str) -> Source:
    """A network from rows (N, width) to rows, by its forward, in evaluation mode.

    Raises:
        ValueError: It does not take such rows, or does not answer with rows.
    """
    probe = np.linspace(-1, 1, 2 * width, dtype=np.float32).reshape(2, width)
    run, answer = _try(network, network, probe, 0, "Running the network on")
    record = _recording(network, network, width, 0)
    seen = partial(_fingerprint, network, run, probe)
    return Source(label, width, run, None, False, record, record, seen, answer.shape[1])


def tell(rows: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Append its class, as one-hot, to each row: how a conditional model is called here."""
    return np.hstack([rows, np.eye(classes, dtype=np.float32)[labels]]) if classes else rows


def _untell(function: Any, classes: int) -> Any:
    """A function of rows and classes as one of rows that end with their class."""
    if not classes:
        return function
    return lambda rows: function(rows[:, :-classes], rows[:, -classes:].argmax(1))


def _name(owner: Any) -> str:
    name = str(getattr(owner, "__name__", type(owner).__name__))
    return name if name.isidentifier() else "decoded"  # <lambda> tells a learner nothing


def _method(model: Any, *names: str) -> Any:
    """The first of the named methods that the model has."""
    found = (getattr(model, name, None) for name in names)
    return next(filter(callable, found), None)


def _latent_dim(owner: Any, given: int | None) -> int:
    known = getattr(owner, "latent_dim", getattr(owner, "n_components_", None))
    if known is None and given is None:
        raise ValueError(
            "Say latent_dim=..., how many numbers a code has: a function does not tell."
        )
    if given is not None and known is not None and given != known:
        raise ValueError(
            f"latent_dim={given} was given, but the model's codes have {known} numbers."
        )
    dim = known if given is None else given
    if isinstance(dim, bool) or not isinstance(dim, int | np.integer) or dim < 1:
        raise ValueError(f"latent_dim must be a whole number, 1 or more, not {dim!r}.")
    return int(dim)


def _try(
    function: Any, owner: Any, probe: np.ndarray, classes: int, verb: str
) -> tuple[Function, np.ndarray]:
    """Find out whether a function takes arrays or tensors, and what it answers."""
    function = _untell(function, classes)
    attempts = (
        function,
        _through_torch(function, owner),
        lambda rows: function(rows.astype(float)),
    )
    for attempt in map(_float32, attempts):
        try:
            answer = attempt(probe)
            break
        except Refused:  # it knows no tensors: what it said before is the reason
            pass
        except Exception as error:  # a learner's function may raise anything
            reason = f"{type(error).__name__}: {error}"
    else:
        raise ValueError(f"{verb} two rows of {probe.shape[1]} numbers failed with {reason}")
    if answer.ndim != 2 or len(answer) != 2:
        raise ValueError(f"{verb} {probe.shape} gave {answer.shape}, it should be two rows.")
    return attempt, answer


def _float32(function: Any) -> Function:
    """Arrays in and out; of a VAE's (mu, logvar) the first; (N, 1, H, W) as rows."""

    def run(values: np.ndarray) -> np.ndarray:
        answer = function(np.asarray(values, np.float32))
        rows = np.asarray(answer[0] if isinstance(answer, tuple) else answer, np.float32)
        grey = rows.ndim == 3 or (rows.ndim == 4 and rows.shape[1] == 1)
        return rows.reshape(len(rows), -1) if grey else rows

    return run


def _through_torch(function: Any, owner: Any) -> Any:
    """A function of tensors as one of arrays, in evaluation mode."""

    def run(values: np.ndarray) -> Any:
        torch = _pytorch()
        from aelib.engine.capture import evaluating, first_tensor

        with torch.no_grad(), evaluating(owner):
            return first_tensor(function(_as_owned(torch.from_numpy(values), owner))).cpu()

    return run


def _pytorch() -> ModuleType:
    """PyTorch, for what cannot be had without it."""
    try:
        import torch
    except ImportError:
        raise NotRecorded("PyTorch is not installed") from None
    return torch


def _is_module(owner: Any) -> bool:
    """Whether this is a network of PyTorch, which was imported then."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(owner, torch.nn.Module)


def _as_owned(values: Any, owner: Any) -> Any:
    """A tensor in the type and on the device of a model's weights."""
    parameters = owner.parameters() if _is_module(owner) else ()
    weight = next((p for p in parameters if p.is_floating_point()), values)
    return values.to(weight.device, weight.dtype)


def _recording(function: Any, owner: Any, width: int, classes: int) -> Recording:
    """Records a function at one row when it is called."""

    def record() -> Program:
        if isinstance(function, Rows):
            return function.program
        torch = _pytorch()
        from aelib.engine.capture import capture, evaluating
        from aelib.engine.told import capture_told

        row = torch.linspace(-1, 1, width, dtype=torch.float32)[None]
        with evaluating(owner):
            if classes:
                return capture_told(lambda z, y: function(_as_owned(z, owner), y), row, classes)
            return capture(lambda z: function(_as_owned(z, owner)), row)

    return record


def _fingerprint(owner: Any, run: Function, probe: np.ndarray) -> int:
    """A number that is another one once a weight, a buffer, an array or an answer has changed.

    The answers tell of what a function or a pipeline holds; the weights, of what two rows miss.
    """
    if _is_module(owner):
        tensors = [t.detach().cpu() for t in (*owner.parameters(), *owner.buffers())]
        arrays = [t.float().numpy() for t in tensors]
    else:
        arrays = [a for a in getattr(owner, "__dict__", {}).values() if isinstance(a, np.ndarray)]
    found = crc32(np.ascontiguousarray(run(probe)).data)
    for array in arrays:
        if array.dtype != object:
            found = crc32(np.ascontiguousarray(array).data, found)
    return found


def _check_weights(owner: Any, pictures: np.ndarray) -> None:
    """Say which weight it is, where NaN comes out."""
    if np.isfinite(pictures).all() or not _is_module(owner):
        return
    for name, weight in owner.named_parameters():
        if not weight.isfinite().all():
            raise ValueError(
                f"{name} holds NaN or infinity: train the model again before showing it."
            )
