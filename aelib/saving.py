"""model -> file -> model: safetensors with a checksum, and nothing is ever unpickled."""

import hashlib
import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import safetensors
import safetensors.torch
import torch
from torch import nn

from aelib.data.files import DataError, write_atomically
from aelib.models import networks
from aelib.models.blocks import Residual
from aelib.models.characters import CharacterModel
from aelib.models.codebook import VQVAE
from aelib.models.flow import VelocityNetwork
from aelib.models.masked import MaskedAutoencoder
from aelib.models.sparse import SparseAutoencoder

_ARGUMENTS: dict[type, Callable[[Any], dict[str, Any]]] = {  # where a model does not say itself
    CharacterModel: lambda m: {"width": m.gru.input_size, "state": m.gru.hidden_size},
    MaskedAutoencoder: lambda m: {"size": m.size, "width": m.read.out_features},
    VelocityNetwork: lambda m: {
        "dim": m.layers[-1].out_features,
        "n_classes": m.n_classes,
        "width": m.layers[0].out_features,
    },
    SparseAutoencoder: lambda m: {"input_dim": m.input_dim, "latents": m.latent_dim, "k": m.k},
    VQVAE: lambda m: {"n_codes": m.codebook.shape[0], "width": m.codebook.shape[1]},
}
_FOREIGN = {  # how other programs' files begin
    b"PK\x03\x04": "a file of torch.save: torch.load(path, weights_only=True) reads its tensors",
    b"\x80": "a pickle, which may run any program when it is opened: aelib reads none",
    b"\x89HDF": "an HDF5 file, as Keras writes: keras.models.load_model reads it",
    b"\x93NUMPY": "an array of NumPy: np.load reads it",
    b"\x1f\x8b": "compressed by gzip: unpack it first",
    b"\x89PNG": "a picture",
    b"\xff\xd8": "a picture",
}


def save(model: nn.Module, path: str | Path) -> None:
    """Write a model to a safetensors file, whole or not at all.

    Args:
        model: Any model of aelib, also a VQVAE or a Residual; or an nn.Sequential of PyTorch's
            layers and of these.
        path: The file, usually *.safetensors; a file of that name is replaced.

    Raises:
        DataError: The file cannot be written.
        ValueError: `load` could not make such a model again; the text names another way.

    Example:
        >>> model = aelib.Autoencoder(2, hidden=32)
        >>> aelib.save(model, "model.safetensors")
        >>> again = aelib.load("model.safetensors")
        >>> x = torch.rand(3, 784)
        >>> torch.equal(again.transform(x), model.transform(x))
        True
    """
    origin = json.dumps(_described(model))
    weights = {name: t.detach().contiguous() for name, t in model.state_dict().items()}
    try:
        again = _built(json.loads(origin))
        same = repr(again) == repr(model) and {
            name: t.shape for name, t in again.state_dict().items()
        } == {name: t.shape for name, t in weights.items()}
    except (AttributeError, KeyError, RuntimeError, TypeError, ValueError):
        same = False
    shared = len({t.data_ptr() for t in weights.values() if t.numel()}) < sum(
        bool(t.numel()) for t in weights.values()
    )
    if not same or shared:
        raise ValueError(_no_way(type(model).__name__))
    metadata = {"aelib": origin, "sha256": _digest(weights, origin)}
    write_atomically(Path(path), safetensors.torch.save(weights, metadata))


def load(path: str | Path) -> nn.Module:
    """Read a model that `save` wrote, in evaluation mode, after checking every byte of it.

    Args:
        path: The file.

    Returns:
        The model, on the CPU.

    Raises:
        DataError: The file is missing, truncated, altered, or of another program; the text says
            what it is, and what reads it.

    Example:
        >>> path = aelib.data.data_dir() / "decoders" / "vae_2d.safetensors"
        >>> vae = aelib.load(path).float()
        >>> tuple(vae.sample(5).shape)  # five digits that nobody wrote
        (5, 784)
    """
    try:
        with safetensors.safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            weights = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing. Check the name, or save the model first.") from error
    except (OSError, safetensors.SafetensorError) as error:
        raise DataError(_unreadable(Path(path), error)) from error
    if "aelib" not in metadata and weights:
        raise DataError(_foreign_tensors(path, weights))
    if metadata.get("sha256") != _digest(weights, metadata.get("aelib", "")):
        raise DataError(_damaged(path, "is not what aelib.save wrote: the checksum differs"))
    try:
        model = _built(json.loads(metadata["aelib"]))
        model.load_state_dict(weights, assign=True)
        return model.eval()
    except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise DataError(_damaged(path, f"does not describe a model of aelib ({error})")) from error


def _described(model: nn.Module) -> dict[str, Any]:
    """How to make such a model again, in words of JSON.

    Raises:
        ValueError: It is of a class that neither aelib nor PyTorch knows.
    """
    kind, name = type(model), type(model).__name__
    if kind in _ARGUMENTS:
        return {"model": name, "arguments": _ARGUMENTS[kind](model)}
    if kind is _known(name) and hasattr(model, "arguments"):
        return {"model": name, "arguments": model.arguments}
    if kind is Residual:
        return {"model": name, "block": _described(cast(nn.Module, model.block))}
    if kind is nn.Sequential:
        return {"model": name, "parts": [[n, _described(m)] for n, m in model.named_children()]}
    if kind is _known(name):
        taken = list(inspect.signature(kind).parameters)
        found = {n: getattr(model, n) for n in taken if hasattr(model, n)}
        if "bias" in found and not isinstance(found["bias"], bool):
            found["bias"] = found["bias"] is not None
        return {"model": name, "arguments": json.loads(json.dumps(found))}
    raise ValueError(_no_way(name))


def _known(name: str) -> type | None:
    """A class of aelib's models or of PyTorch's layers."""
    mine = {kind.__name__: kind for kind in (Residual, *_ARGUMENTS)}
    kind = mine.get(name) or getattr(networks, name, None) or getattr(nn, name, None)
    models = (networks.Model, Residual, *_ARGUMENTS)
    if not isinstance(kind, type) or not issubclass(kind, nn.Module):
        return None
    ours = issubclass(kind, models) and kind is not networks.Model
    return kind if ours or kind.__module__.startswith("torch.nn.modules") else None


def _built(description: Any) -> Any:
    """The model that a description tells of, without numbers."""
    name = description["model"]
    kind = _known(name)
    if kind is None:
        raise ValueError(f"{name} is no model")
    with torch.device("meta"):  # shapes only: an absurd size costs no memory
        if kind is nn.Sequential:
            model = nn.Sequential()
            for part, inside in description["parts"]:
                model.add_module(str(part), _built(inside))
            return model
        if kind is Residual:
            return Residual(_built(description["block"]))
        arguments = description["arguments"]
        if kind.__module__.startswith("torch."):  # JSON knows lists alone
            arguments = {n: tuple(v) if isinstance(v, list) else v for n, v in arguments.items()}
        return kind(**arguments)


def _no_way(name: str) -> str:
    return (
        f"save writes the models of aelib and nn.Sequential of PyTorch's layers, not {name}; for a "
        "network of your own use safetensors.torch.save_model(model, path), and read it with "
        "safetensors.torch.load_model(model, path) into one that you made anew."
    )


def _unreadable(path: Path, error: Exception) -> str:
    """What a file is that no safetensors can be read from."""
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError:  # a folder, say
        head = b""
    for begin, words in _FOREIGN.items():
        if head.startswith(begin):
            return f"{path} is no model of aelib but {words}."
    return _damaged(path, f"cannot be read ({error})")


def _foreign_tensors(path: str | Path, weights: dict[str, torch.Tensor]) -> str:
    """What is in a safetensors file of another program."""
    some = [f"{name} {tuple(t.shape)}" for name, t in list(weights.items())[:3]]
    more = ", ..." if len(weights) > 3 else ""
    return (
        f"{path} is not what aelib.save wrote but holds {len(weights)} tensors of another program "
        f"({', '.join(some)}{more}). Make that program's network and read them into it: "
        "safetensors.torch.load_model(model, path)."
    )


def _damaged(path: str | Path, what: str) -> str:
    return f"{path} {what}. Save the model again, or copy the file again from its source."


def _digest(weights: dict[str, torch.Tensor], origin: str) -> str:
    """sha256 over the origin and every weight's name, type, shape and bytes."""
    digest = hashlib.sha256(origin.encode())
    for name, value in sorted(weights.items()):
        digest.update(f"{name} {value.dtype} {tuple(value.shape)}".encode())
        digest.update(value.cpu().contiguous().flatten().view(torch.uint8).numpy().data)
    return digest.hexdigest()
