"""What a student is told of an error: nothing that the function could have put there itself.

A function could raise its inputs as text, and so carry the cases out into its feedback. So of an
error only its kind goes there, the line of the student's own text where it stopped, and what
Python or torch say in fixed words with small numbers.
"""

import builtins
import re
from typing import Any

_ERROR = re.compile(
    r"it stopped(?: at `(?P<line>[^`]*)`)? with (?P<kind>\w+)(?:: (?P<said>.*))?", re.S
)
_NAME, _SIZE = r"'([\w.]{1,40})'", r"[-\d, x()\[\]]{1,40}"
_FIXED = [
    re.compile(pattern)
    for pattern in (
        rf"name {_NAME} is not defined",
        rf"No module named {_NAME}",
        rf"(?:module )?{_NAME} (?:object )?has no attribute {_NAME}",
        rf"mat1 and mat2 shapes cannot be multiplied {_SIZE} and {_SIZE}",
        rf"The size of tensor a {_SIZE} must match the size of tensor b {_SIZE} at .{{5,40}}\d",
        rf"Dimension out of range .expected to be in range of {_SIZE}, but got -?\d.",
        rf"operands could not be broadcast together with shapes {_SIZE}",
        r"index -?\d+ is out of bounds for (?:axis|dimension) \d with size \d+",
        r"(?:list|tuple|string) index out of range|division by zero",
        r"maximum recursion depth exceeded.{0,60}",
    )
]


def discreet(error: str, way: dict[str, Any]) -> str:
    """Return what may be told to a student of an answer's error."""
    source = "\n".join(way["statements"])
    lines = {line.strip()[:80] for line in source.splitlines()}
    match = _ERROR.match(error)
    if match is None:
        return error if error.startswith(_OURS) and len(error) < 200 else "it cannot be used"
    kind = match["kind"] if hasattr(builtins, match["kind"]) else "an error of its own"
    where = f" at `{match['line']}`" if match["line"] in lines else ""
    said = match["said"] or ""
    fixed = next((found for one in _FIXED if (found := one.fullmatch(said))), None)
    known = fixed is not None and all(name in source for name in fixed.groups())
    return f"it stopped{where} with {kind}" + (f": {said}" if known else "")


_OURS = ("it should take ", "it leaves torch", "it is '", "its own definition ", "it returned ")
