"""What decodes for a widget: a network that the browser can run, or a function that it cannot."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import nn

from aelib.engine.packing import Layer, pack

Function = Callable[[np.ndarray], np.ndarray]
_NEEDS = (
    "A widget needs something that decodes: a model with decode, an object with "
    "inverse_transform, or a function and latent_dim=..., not {}."
)
_TOLD = (
    "{} must be told a class: LatentExplorer has a chooser for it; give other widgets a model of "
    "one class, or functions."
)


@dataclass(frozen=True)
class Packed:
    """A network as the browser gets it."""

    layers: list[Layer]
    weights: bytes
    inputs: int


@dataclass(frozen=True)
class Source:
    """A model, a scikit-learn transformer or a function, seen by a widget."""

    label: str
    latent_dim: int
    decode: Function  # (N, latent_dim) -> (N, pixels), float32 arrays
    encode: Function | None
    samples: bool  # codes drawn from N(0, 1) mean something
    decoder: Packed | None = field(repr=False)  # None: the kernel answers
    encoder: Packed | None = field(repr=False)
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
        TypeError: It does not decode, has a layer that the browser does not know, or must be
            told a class where that is not possible.
        ValueError: The latent_dim is wrong or missing, or what comes back is no picture.
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
    probe = tell(codes, np.arange(2) % max(classes, 1), classes)
    decode, pictures = _try(_untell(decode, classes), owner, probe, "Decoding")
    seen = tell(pictures.clip(0, 1), np.arange(2) % max(classes, 1), classes)
    encode = _method(owner, "transform", "encode")
    if encode is not None:
        encode, found = _try(_untell(encode, classes), owner, seen, "Encoding")
        if found.shape != codes.shape:
            raise ValueError(f"Encoding two pictures gave {found.shape}, not {codes.shape}.")
    decoder, encoder = _networks(model) if model is owner else (None, None)
    return Source(
        label=label or _name(owner),
        latent_dim=dim,
        decode=decode,
        encode=encode,
        samples=hasattr(owner, "sample"),
        decoder=_packed(decoder, decode, probe),
        encoder=_packed(encoder, encode, seen, dim),
        pixels=pictures.shape[1],
        classes=classes,
    )


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


def _try(function: Any, owner: Any, probe: np.ndarray, verb: str) -> tuple[Function, np.ndarray]:
    """Find out whether a function takes arrays or tensors, and what it answers."""
    for attempt in (_float32(function), _float32(_through_torch(function, owner))):
        try:
            answer = attempt(probe)
            break
        except Exception as error:  # a learner's function may raise anything
            reason = f"{type(error).__name__}: {error}"
    else:
        raise ValueError(f"{verb} two rows of {probe.shape[1]} numbers failed with {reason}")
    if answer.ndim != 2 or len(answer) != 2:
        raise ValueError(f"{verb} {probe.shape} gave {answer.shape}, it should be two rows.")
    return attempt, answer


def _float32(function: Any) -> Function:
    """Arrays in and out; of a VAE's (mu, logvar) the first."""

    def run(values: np.ndarray) -> np.ndarray:
        answer = function(np.asarray(values, np.float32))
        return np.asarray(answer[0] if isinstance(answer, tuple) else answer, np.float32)

    return run


def _through_torch(function: Any, owner: Any) -> Any:
    """A function of tensors as one of arrays, in evaluation mode."""

    def run(values: np.ndarray) -> Any:
        with torch.no_grad(), _evaluating(owner):
            return function(torch.from_numpy(values))

    return run


@contextmanager
def _evaluating(model: Any) -> Iterator[None]:
    was_training = getattr(model, "training", False)
    if was_training:
        model.eval()
    try:
        yield
    finally:
        if was_training:
            model.train()


def _networks(model: Any) -> tuple[nn.Module | None, nn.Module | None]:
    """The decoder and the encoder as PyTorch layers, where there are such."""
    if isinstance(model, nn.Sequential):
        return model, None
    if hasattr(model, "components_") and hasattr(model, "mean_"):  # PCA is two linear layers
        down = torch.as_tensor(model.components_, dtype=torch.float64)
        mean = torch.as_tensor(model.mean_, dtype=torch.float64)
        return _linear(down.T, mean), _linear(down, -down @ mean)
    parts = (getattr(model, "decoder", None), getattr(model, "encoder", None))
    return tuple(p if isinstance(p, nn.Module) else None for p in parts)  # type: ignore[return-value]


def _linear(weight: torch.Tensor, bias: torch.Tensor) -> nn.Linear:
    layer = nn.Linear(weight.shape[1], weight.shape[0], dtype=weight.dtype)
    layer.weight.data, layer.bias.data = weight, bias
    return layer


def _packed(
    network: nn.Module | None, function: Any, probe: np.ndarray, keep: int | None = None
) -> Packed | None:
    """The packed network, or None where it alone is not what the function computes."""
    if network is None or function is None:
        return None
    layers, weights = pack(network)
    dtype = next((p.dtype for p in network.parameters()), torch.float32)
    try:
        with torch.no_grad(), _evaluating(network):
            answer = network(torch.from_numpy(probe).to(dtype)).numpy()
    except RuntimeError:  # for example a decoder that also takes a label
        return None
    # a VAE's encoder answers mean and log-variance; the code is the mean
    expected = np.asarray(function(probe))
    if not np.allclose(answer[:, :keep], expected, atol=1e-4, rtol=1e-3):
        return None
    return Packed(layers, weights, probe.shape[1])
