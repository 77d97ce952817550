"""What of a widget's models is sent to the browser: verified programs, or why there are none."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from aelib.engine.affine import affine
from aelib.engine.packing import Packed
from aelib.engine.program import NotRecorded, Refused
from aelib.engine.verify import codes_to_try, pictures_to_try, verify
from aelib.widgets.sources import Function, Recording, Source, tell


def send(
    sources: list[Source],
    spread: dict[str, list[float]],
    codes: np.ndarray,
    pictures: np.ndarray | None,
) -> tuple[list[dict[str, Any]], bytes]:
    """The models as the browser sees them, and all their weights in one run of bytes.

    Args:
        sources: What decodes.
        spread: How far the sliders go.
        codes: Codes of the first source's data (N, latent_dim), perhaps none.
        pictures: Pictures (N, pixels) if encoders are sent too.
    """
    models, weights = [], b""
    for source in sources:
        ends = np.asarray([spread["low"], spread["high"]])
        mine = codes if source is sources[0] else None
        decoder, where = packed_or_why(partial(packed_decoder, source, ends, mine))
        encoder = None
        if pictures is not None:
            encoder, where_encoder = packed_or_why(partial(packed_encoder, source, pictures))
            where = where if encoder or not decoder else where_encoder
        model, weights = described(source, where, weights, decoder=decoder, encoder=encoder)
        models.append(model)
    return models, weights


def send_network(source: Source, rows: np.ndarray) -> tuple[list[dict[str, Any]], bytes]:
    """As `send`, for one network that is verified with rows of its own (N, k), float32."""
    decoder, where = packed_or_why(partial(_packed, source.record_decode, source.decode, rows))
    model, weights = described(source, where, b"", decoder=decoder, encoder=None)
    return [model], weights


def described(
    source: Source, where: str, weights: bytes, **parts: Packed | None
) -> tuple[dict[str, Any], bytes]:
    """A model as the browser sees it, and the weights with its own appended."""
    named = {"label": source.label, "samples": source.samples, "classes": source.classes}
    model: dict[str, Any] = {**named, "where": where}
    for name, packed in parts.items():
        begin, weights = len(weights), weights + (packed.weights if packed else b"")
        found = packed and {"program": packed.program, "begin": begin, "end": len(weights)}
        model[name] = found
    return model, weights


def packed_or_why(make: Callable[[], Packed]) -> tuple[Packed | None, str]:
    """What is sent, or None; and the word that a person reads."""
    try:
        return make(), "browser"
    except Refused as reason:
        return None, f"kernel, because {reason}"


def packed_decoder(source: Source, ends: np.ndarray, codes: np.ndarray | None) -> Packed:
    """A source's decoder, verified.

    Raises:
        Refused: The browser could not be trusted with it.
    """
    rows = codes_to_try(source.latent_dim, ends, codes=codes)
    return _packed(source.record_decode, source.decode, _told(rows, source))


def packed_encoder(source: Source, pictures: np.ndarray) -> Packed:
    """A source's encoder, verified.

    Raises:
        Refused: The browser could not be trusted with it, or there is none.
    """
    if source.encode is None:
        raise Refused("it does not encode")
    rows = pictures_to_try(source.pixels, pictures)
    return _packed(source.record_encode, source.encode, _told(rows, source))


def _packed(record: Recording, function: Function, rows: np.ndarray) -> Packed:
    try:
        return verify(record(), function, rows)
    except NotRecorded as reason:
        try:
            return verify(affine(function, rows.shape[1]), function, rows)
        except Refused:
            raise reason from None


def _told(rows: np.ndarray, source: Source) -> np.ndarray:
    """With a class for each row, where there are classes."""
    return tell(rows, np.arange(len(rows)) % max(source.classes, 1), source.classes)
