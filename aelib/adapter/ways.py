"""The ways in which people write an autoencoder, and what encodes and decodes in each."""

import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from aelib.adapter.answers import rows_in
from aelib.adapter.pytorch import is_module, is_tensor, pytorch

Function = Callable[..., Any]
_ENCODE = ("encode", "encoder", "Encoder", "_encoder", "enc")
_DECODE = ("decode", "decoder", "Decoder", "_decoder", "dec")
_DIM = (
    *("latent_dim", "n_components_", "latent_size", "latent_dims", "z_dim", "zdim", "z_size"),
    *("dim_z", "nz", "n_latent", "latent_channels", "code_size", "bottleneck_dim"),
)


@dataclass(frozen=True)
class Way:
    """What encodes, if anything does, and what decodes."""

    decode: Function
    encode: Function | None = None
    arrays: bool = False  # it may want NumPy arrays: those are tried first
    whole: bool = False  # there is no code: it decodes the picture itself


def ways_of(model: Any) -> Iterator[Way]:
    """How a model may be used, what it says itself before what can only be found."""
    if isinstance(model, type):  # the class itself, for example
        return
    owner = owner_of(model)
    if owner is not model:  # a bound method, such as pca.inverse_transform
        yield Way(model, first_of(owner, "transform", *_ENCODE), arrays=True)
        return
    if (back := first_of(model, "inverse_transform")) is not None:
        yield Way(back, first_of(model, "transform", *_ENCODE), arrays=True)
        return
    decode = first_of(model, *_DECODE)
    if decode is not None:
        if (encode := first_of(model, *_ENCODE)) is not None:
            yield Way(decode, encode, arrays=not is_module(model))
        part = first_of(model, *_DECODE[1:])
        if is_module(model) and is_module(part):
            yield Way(part, _input_of(model, part))
        yield Way(decode, arrays=not is_module(model))
    elif callable(model) and first_of(model, *_ENCODE) is None:
        yield Way(model, arrays=not is_module(model))


def halves_of(model: Any, x: Any) -> Iterator[Way]:
    """A network that copies pictures and names no parts: cut at its narrowest place, or whole.

    Args:
        model: Any module that can be called.
        x: Two pictures as it takes them.
    """
    if isinstance(model, pytorch().nn.Sequential):
        sizes, values = [], x
        for layer in model:
            values = layer(values)
            sizes.append(values[0].numel() if is_tensor(values) else 10**9)
        cut = min(range(len(sizes)), key=lambda i: (sizes[i], -i))  # the last of equals
        if sizes[cut] < x[0].numel() and cut + 1 < len(model):
            yield Way(model[cut + 1 :], model[: cut + 1])
    yield Way(model, lambda pictures: pictures, whole=True)


def owner_of(model: Any) -> Any:
    """Whose weights they are: of a bound method its object."""
    return getattr(model, "__self__", model) if inspect.isroutine(model) else model


def first_of(model: Any, *names: str) -> Any:
    """The first of the named methods or parts that can be called."""
    found = (getattr(model, name, None) for name in names)
    return next(filter(callable, found), None)


def must_be_told(owner: Any, decode: Function) -> int:
    """How many classes a conditional model has; 0 for all others, whatever they are called."""
    classes = getattr(owner, "n_classes", 0)
    if not isinstance(classes, int) or not classes:
        return 0
    try:
        needed = inspect.signature(decode).parameters.values()
    except (TypeError, ValueError):
        return 0
    return classes if sum(p.default is p.empty and p.kind <= 1 for p in needed) == 2 else 0


def known_dim(owner: Any) -> int | None:
    """How many numbers a code has, where the model says so."""
    values = (getattr(owner, name, None) for name in _DIM)
    return next((int(v) for v in values if isinstance(v, int | np.integer) and v > 0), None)


def guessed_dims(decode: Function, owner: Any) -> list[int]:
    """How many numbers its layers take: one of these is the code's size, small ones first."""
    found: list[int] = []
    parts: tuple[Any, ...] = (decode, owner)
    for part in parts:
        layers = part.modules() if is_module(part) else ()
        sizes = {
            getattr(m, name)
            for m in layers
            for name in ("in_features", "in_channels", "input_size")
            if isinstance(getattr(m, name, None), int)
        }
        found += sorted(sizes)
    return list(dict.fromkeys(found))


def unfitted(model: Any) -> str:
    """What scikit-learn says of an estimator without fit, "" of all else.

    Its own classes do not always say so themselves: in 1.6 an unfitted PCA lacks an attribute.
    """
    base = sys.modules.get("sklearn.base")
    if base is None or not isinstance(model, base.BaseEstimator):
        return ""
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    try:
        check_is_fitted(model)
    except NotFittedError as error:
        return str(error)
    return ""


def lost_directions(model: Any) -> str:
    """What is missing from a FastICA, alone or in a pipeline, and what to do; "" of all else.

    Before it turns the axes, scikit-learn multiplies each of them by the sign of its first
    feature. Where that feature never varies, as in the corner of a digit, the sign may be 0.
    """
    fast_ica = getattr(sys.modules.get("sklearn.decomposition"), "FastICA", ())
    pipeline = getattr(sys.modules.get("sklearn.pipeline"), "Pipeline", ())
    steps = [step for _, step in model.steps] if isinstance(model, pipeline) else [model]
    for step in steps:
        whitening = getattr(step, "whitening_", ()) if isinstance(step, fast_ica) else ()
        n, lost = len(whitening), sum(not np.any(row) for row in whitening)
        if lost:
            return (
                f"This FastICA has lost {lost} of its {n} directions, because the first feature "
                "of the data never varies (scikit-learn multiplies by its sign, which is 0). "
                f"Fit make_pipeline(PCA({n}, whiten=True), FastICA(whiten=False)) instead."
            )
    return ""


class _FoundError(Exception):
    """Not an error: it ends a run once the code is known."""


def _input_of(model: Any, part: Any) -> Function:
    """What a part of a network is given while the whole network runs, noise being 0."""

    def encode(x: Any) -> Any:
        from aelib.adapter.quiet import WithoutNoise

        heard: list[Any] = []

        def hear(_: Any, given: Any) -> None:
            heard.append(given)
            raise _FoundError

        handle = part.register_forward_pre_hook(hear)
        try:
            with WithoutNoise():
                model(x)
        except _FoundError:
            pass
        finally:
            handle.remove()
        if not heard or len(heard[0]) != 1:
            raise ValueError("its decoder is given more than a code")
        return next(rows_in(heard[0], len(x)))

    return encode
