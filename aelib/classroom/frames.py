"""Messages through a pipe: a JSON header, then arrays as npy. Nothing is ever unpickled."""

import json
import math
import re
import struct
from collections.abc import Sequence
from io import BytesIO
from typing import IO, Any

import numpy as np

from aelib.exercises.base import Answer
from aelib.exercises.leaves import Leaf

_LONGEST_HEADER = 4_000_000
_MOST_ARRAYS = 10_000
_MAGIC = b"\x93NUMPY\x01\x00"
_NPY = re.compile(
    r"\{'descr': '([<>|=][biufcU]\d{1,9})', 'fortran_order': (False|True), "
    r"'shape': \(((?:\d{1,12}(?:, ?|(?=\))))*)\), \}\s*"
)

Message = tuple[dict[str, Any], list[np.ndarray]]


class FrameError(Exception):
    """The bytes are no message: cut short, too long, or made up."""


def write(stream: IO[bytes], header: dict[str, Any], arrays: Sequence[np.ndarray] = ()) -> None:
    """Write one message at once."""
    stream.write(joined(header, [to_npy(array) for array in arrays]))
    stream.flush()


def joined(header: dict[str, Any], arrays: Sequence[bytes]) -> bytes:
    """Return a message of arrays that are npy files already."""
    text = json.dumps({**header, "arrays": len(arrays)}).encode()
    parts = [struct.pack("<Q", len(text)), text]
    for content in arrays:
        parts += [struct.pack("<Q", len(content)), content]
    return b"".join(parts)


def read(stream: IO[bytes], limit: int = 1 << 40) -> Message:
    """Read one message.

    Raises:
        EOFError: The stream ended before it began.
        FrameError: It is cut short, larger than `limit` bytes, or no message at all.
    """
    first = stream.read(8)
    if not first:
        raise EOFError
    size = _size(first, min(limit, _LONGEST_HEADER))
    try:
        header = json.loads(_exactly(stream, size))
        count = header["arrays"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise FrameError("the header cannot be read") from error
    if not isinstance(count, int) or not 0 <= count <= _MOST_ARRAYS:
        raise FrameError("a number of arrays that cannot be")
    arrays = []
    for _ in range(count):
        limit -= size
        size = _size(_exactly(stream, 8), limit)
        arrays.append(from_npy(_exactly(stream, size)))
    return header, arrays


def read_whole(content: bytes) -> Message:
    """Read a message that must be all of `content`.

    Raises:
        FrameError: It is not, or something follows it.
    """
    stream = BytesIO(content)
    try:
        message = read(stream, len(content))
    except EOFError as error:
        raise FrameError("nothing came") from error
    if stream.read(1):
        raise FrameError("something follows the message")
    return message


def _size(content: bytes, limit: int) -> int:
    if len(content) != 8 or (size := struct.unpack("<Q", content)[0]) > limit:
        raise FrameError("a length that cannot be")
    return int(size)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) != size:
        raise FrameError("cut short")
    return content


def to_npy(array: np.ndarray) -> bytes:
    """Return the bytes of an npy file."""
    stream = BytesIO()
    np.save(stream, np.asarray(array), allow_pickle=False)
    return stream.getvalue()


def from_npy(content: bytes) -> np.ndarray:
    """Read an npy file that holds numbers or text and exactly as many bytes as it says.

    Raises:
        FrameError: It does not.
    """
    start = len(_MAGIC) + 2
    end = start + int.from_bytes(content[start - 2 : start], "little")
    match = _NPY.fullmatch(content[start:end].decode("latin-1"))
    if not content.startswith(_MAGIC) or match is None:
        raise FrameError("no array")
    shape = tuple(int(side) for side in re.findall(r"\d+", match[3]))
    try:
        dtype = np.dtype(match[1])
        if math.prod(shape) * dtype.itemsize != len(content) - end:
            raise FrameError("an array that is not as large as it says")
        values = np.frombuffer(content, dtype, offset=end)
        return values.reshape(shape[::-1]).T if match[2] == "True" else values.reshape(shape)
    except (TypeError, ValueError) as error:
        raise FrameError("an array that cannot be") from error


def pack(value: Any, arrays: list[np.ndarray]) -> Any:
    """Turn arguments into JSON; arrays and tensors are appended to `arrays`."""
    if isinstance(value, dict):
        return {"dict": [[pack(k, arrays), pack(v, arrays)] for k, v in value.items()]}
    if isinstance(value, tuple | list):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {kind: [pack(part, arrays) for part in value]}
    if value is None or type(value) in (bool, int, float, str):
        return {"plain": value}
    kind = "array" if isinstance(value, np.ndarray) else "number"
    if hasattr(value, "detach"):
        kind, value = "tensor", value.detach().numpy()
    arrays.append(np.array(value))
    return {kind: len(arrays) - 1}


def unpack(packed: Any, arrays: Sequence[np.ndarray], tensors: bool) -> Any:
    """Undo `pack`; without `tensors` a tensor comes as an array, and torch is not needed."""
    ((kind, content),) = packed.items()
    if kind == "plain":
        return content
    if kind == "dict":
        return {unpack(k, arrays, tensors): unpack(v, arrays, tensors) for k, v in content}
    if kind in ("tuple", "list"):
        parts = [unpack(part, arrays, tensors) for part in content]
        return tuple(parts) if kind == "tuple" else parts
    array = arrays[content]
    if kind == "tensor" and tensors:
        import torch

        return torch.from_numpy(array.copy())
    if kind == "number":
        return array[()]
    return array.copy() if tensors else array


def pack_answers(answers: Sequence[Answer], largest: int) -> Message:
    """Turn answers into a message; of arrays with more than `largest` bytes only the shape goes."""
    arrays: list[np.ndarray] = []

    def put(values: np.ndarray) -> dict[str, Any]:
        if values.nbytes > largest:
            return {"shape": list(values.shape)}
        arrays.append(values)
        return {"array": len(arrays) - 1}

    packed = [
        {
            "leaves": [[leaf.path, leaf.kind, put(leaf.values)] for leaf in answer.leaves],
            "gradients": [put(slope) for slope in answer.gradients],
            "changed": list(answer.changed),
            "error": answer.error,
        }
        for answer in answers
    ]
    return {"answers": packed}, arrays


def unpack_answers(message: Message) -> tuple[Answer, ...]:
    """Undo `pack_answers`.

    Raises:
        FrameError: The message does not hold answers.
    """
    header, arrays = message

    def take(packed: dict[str, Any]) -> np.ndarray:
        if "shape" in packed:
            return np.broadcast_to(np.nan, tuple(int(side) for side in packed["shape"]))
        return arrays[int(packed["array"])]

    try:
        return tuple(
            Answer(
                tuple(Leaf(str(p), str(k), take(v)) for p, k, v in packed["leaves"]),
                tuple(take(slope) for slope in packed["gradients"]),
                tuple(str(name) for name in packed["changed"]),
                str(packed["error"]),
            )
            for packed in header["answers"]
        )
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise FrameError("no answers") from error
