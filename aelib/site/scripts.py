"""What a page's widget needs as one script, light to send, and what such a script says."""

import base64
import json
import zlib
from typing import Any

SMALL = 20_480  # bytes: so few travel as they are, and need no browser that inflates
_PLANES = (1, 2, 4)  # bytes of a number: float16 has two, float32 four
_WAYS = (zlib.Z_DEFAULT_STRATEGY, zlib.Z_HUFFMAN_ONLY)  # texts repeat themselves, weights do not


def live_script(name: str, about: dict[str, Any], blobs: dict[str, bytes]) -> str:
    """A classic script that calls `course.live`; it also loads where there is no server.

    Args:
        name: Of the widget's model.
        about: What JSON can hold: the model, and the parts of ES modules that are new.
        blobs: Runs of bytes that are new, by name.
    """
    told = json.dumps(about, separators=(",", ":")).encode()
    data = {
        "name": name,
        "about": about if len(told) < SMALL else _packed(told),
        "blobs": {key: _packed(blobs[key]) for key in sorted(blobs)},
    }
    return f"course.live({json.dumps(data, separators=(',', ':'))});\n"


def read_script(text: str) -> tuple[str, dict[str, Any], dict[str, bytes]]:
    """The name, what is told and the bytes of a script that `live_script` made."""
    data = json.loads(text.removeprefix("course.live(").removesuffix(");\n"))
    about = data["about"]
    if isinstance(about, list):
        about = json.loads(_unpacked(*about))
    return data["name"], about, {key: _unpacked(*sent) for key, sent in data["blobs"].items()}


def _packed(content: bytes) -> tuple[int, str]:
    """Bytes as text, and in how many planes they were laid out before they were deflated; 0: plain.

    In planes the first bytes of all numbers come first, then the second ones: signs and exponents
    are much alike, and so become small. Text in base 85 needs five letters for four bytes.
    """
    forms = [(0, content)]
    for planes in _PLANES if len(content) >= SMALL else ():
        if len(content) % planes == 0:
            laid = b"".join(content[byte::planes] for byte in range(planes))
            forms += [(planes, _deflated(laid, way)) for way in _WAYS]
    planes, lightest = min(forms, key=lambda form: len(form[1]))
    return planes, base64.b85encode(lightest).decode()


def _deflated(content: bytes, way: int) -> bytes:
    packer = zlib.compressobj(9, strategy=way)
    return packer.compress(content) + packer.flush()


def _unpacked(planes: int, text: str) -> bytes:
    content = base64.b85decode(text)
    if planes == 0:
        return content
    laid = zlib.decompress(content)
    whole, size = bytearray(len(laid)), len(laid) // planes
    for byte in range(planes):
        whole[byte::planes] = laid[byte * size : (byte + 1) * size]
    return bytes(whole)
