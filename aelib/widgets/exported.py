"""Models in files that widgets can show without PyTorch: verified programs, run by NumPy."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from aelib.adapter import open_pictures
from aelib.data.files import DataError, write_atomically
from aelib.engine.packing import Packed, unpack
from aelib.engine.program import Refused, Rows
from aelib.widgets.base import spread_of
from aelib.widgets.sending import packed_decoder, packed_encoder
from aelib.widgets.sources import open_source


def export(
    model: Any,
    path: str | Path,
    x: Any = None,
    *,
    latent_dim: int | None = None,
    encoder: bool = True,
) -> None:
    """Write a model for places that have NumPy but not PyTorch; `Exported` reads it there.

    What the browser would run is compared with what the model itself computes, as it is before
    a widget is shown, and is written as float16.

    Args:
        model: As for LatentExplorer, but none that must be told a class.
        path: The file, usually *.safetensors; a file of that name is replaced.
        x: Real pictures (N, pixels) in [0, 1], float32, which decoder and encoder are also tried
            with.
        latent_dim: How many numbers a code has, where the model does not say so itself.
        encoder: Whether to write how it encodes, if it does.

    Raises:
        DataError: The file cannot be written.
        TypeError: It does not decode, or does what cannot be written down as a program.
        ValueError: Sizes do not fit, or numbers are not finite.

    Example:
        >>> model = aelib.Autoencoder(2, hidden=32)
        >>> aelib.widgets.export(model, "digits.safetensors")
        >>> aelib.widgets.Exported("digits.safetensors").latent_dim
        2
    """
    opened = None if x is None else open_pictures(x, most=200)
    source = open_source(model, latent_dim, pictures=opened)
    pictures = np.empty((0, source.pixels)) if opened is None else opened.rows
    codes = np.empty((0, source.latent_dim))
    if len(pictures) and source.encode is not None:
        codes = source.encode(pictures)
    spread = spread_of(codes)
    parts, what = {}, "decoder"
    try:
        parts[what] = packed_decoder(source, np.asarray([spread["low"], spread["high"]]), codes)
        if encoder and source.encode is not None:
            what = "encoder"
            parts[what] = packed_encoder(source, pictures)
    except Refused as reason:
        cure = "; encoder=False does without" if what == "encoder" else ""
        raise TypeError(f"The {what} cannot be exported: {reason}{cure}.") from None
    weights = {name: np.frombuffer(part.weights, "<f2") for name, part in parts.items()}
    described = {
        "label": source.label,
        "latent_dim": source.latent_dim,
        "samples": source.samples,
        "programs": {name: part.program for name, part in parts.items()},
    }
    text = json.dumps(described)
    metadata = {"aelib.exported": text, "sha256": _digest(weights, text)}
    write_atomically(Path(path), safetensors.numpy.save(weights, metadata))


class Exported:
    """A model that `export` wrote. NumPy alone runs it, so it can be shown without PyTorch.

    It has `latent_dim`, `decode` from codes (N, latent_dim) to pictures (N, pixels), and where it
    was exported with it `encode` the other way round, all float32 arrays.

    Args:
        path: The file.

    Raises:
        DataError: The file is missing, truncated, altered, or none of `export`.

    Example:
        >>> aelib.widgets.export(aelib.Autoencoder(2, hidden=32), "digits.safetensors")
        >>> model = aelib.widgets.Exported("digits.safetensors")  # here NumPy is enough
        >>> aelib.widgets.LatentExplorer(model)
        LatentExplorer(2 dimensions)
    """

    def __init__(self, path: str | Path) -> None:
        described, weights = _read(path)
        try:
            programs = described["programs"]
            rows = {
                part: Rows(unpack(Packed(programs[part], weights[part].tobytes())))
                for part in programs
            }
            self.__name__ = str(described["label"])
            self.latent_dim = int(described["latent_dim"])
            self.decode = rows["decoder"]
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"{path} does not describe an exported model ({error}).") from error
        if "encoder" in rows:
            self.encode = rows["encoder"]
        if described["samples"]:
            self.sample = self._sample

    def _sample(self, n: int, seed: int = 0) -> np.ndarray:
        """Pictures of n codes drawn from N(0, 1)."""
        codes = np.random.default_rng(seed).normal(size=(n, self.latent_dim))
        return self.decode(codes.astype(np.float32))


def _read(path: str | Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What a file says and holds, with its checksum compared."""
    try:
        with safetensors.safe_open(path, "np") as file:
            metadata = file.metadata() or {}
            weights = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing. Check the name, or export the model first.") from error
    except (OSError, safetensors.SafetensorError) as error:
        raise DataError(f"{path} cannot be read ({error}). Export the model again.") from error
    text = metadata.get("aelib.exported", "")
    if not text and "aelib" in metadata:
        raise DataError(f"{path} was written by aelib.save: read it with aelib.load and export it.")
    if metadata.get("sha256") != _digest(weights, text):
        raise DataError(f"{path} is not what export wrote: the checksum differs. Export it again.")
    return json.loads(text), weights


def _digest(weights: dict[str, np.ndarray], text: str) -> str:
    """A checksum of everything in the file."""
    parts = [text.encode(), *(name.encode() + weights[name].tobytes() for name in sorted(weights))]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
