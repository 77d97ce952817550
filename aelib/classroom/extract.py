"""Notebook -> for each exercise, the statements that belong to its answer.

Which these are is decided in aelib.exercises.needs, for `check` as well. Nothing here runs what
the notebook says. It is called inside the sandbox all the same, since a parser can be brought
down as well.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from aelib.classroom.similar import fingerprint
from aelib.exercises.needs import Code, broken, read_cells, taken, untaken

_MOST_WAYS = 4  # to read one notebook for one exercise
_OUTPUT = 4000  # letters of a cell's output in which the line of `check` is looked for


class UnreadableError(Exception):
    """The file is no notebook; the text says why."""


def survey(content: bytes, exercises: Sequence[str], prints: bool = False) -> dict[str, Any]:
    """Return what each exercise needs of a notebook, or why the notebook cannot be read.

    With `prints` also what `similar` compares.
    """
    try:
        cells = _code_cells(content)
    except UnreadableError as error:
        return {"unreadable": str(error)[:300]}
    code = read_cells(source for source, _ in cells)
    printed = "\n".join(output for _, output in cells if "right" in output)
    found = {name: _selected(code, name, printed) for name in exercises}
    if prints:
        for selected in found.values():
            ways = selected["ways"]
            selected["print"] = fingerprint(ways[0]["statements"]) if ways else []
    return {"exercises": found}


def _selected(code: Code, exercise: str, printed: str) -> dict[str, Any]:
    """The ways to read the answer, why there is none, and whether Jupyter once printed "right"."""
    said = f"{exercise}: right." in printed
    try:
        ways = [asdict(way) for way in taken(code, exercise)[:_MOST_WAYS]]
        problem = (broken if ways else untaken)(code, exercise)
    except RecursionError:
        ways, problem = [], "the cell that defines it is nested too deeply to be read"
    asked = any(one.name == exercise for one in code.asked)
    return {"ways": ways, "problem": problem, "said_right": said, "asked": asked}


def _code_cells(content: bytes) -> list[tuple[str, str]]:
    """Source and printed output of every code cell, in order.

    Raises:
        UnreadableError: It is no notebook.
    """
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
        cells = notebook.get("cells")
        if cells is None:  # nbformat 3
            cells = [cell for sheet in notebook["worksheets"] for cell in sheet["cells"]]
        if not isinstance(cells, list):
            raise UnreadableError("it has no list of cells")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        reason = "it is empty" if not content.strip() else f"not a notebook ({error})"
        raise UnreadableError(reason) from error
    code = [c for c in cells if isinstance(c, dict) and c.get("cell_type") == "code"]
    return [(_joined(c.get("source", c.get("input", ""))), _printed(c)) for c in code]


def _joined(text: Any) -> str:
    return "".join(map(str, text if isinstance(text, list) else [text]))


def _printed(cell: dict[str, Any]) -> str:
    """The end of what a cell printed, where the line of `check` stands."""
    outputs = cell.get("outputs")
    streams = [o.get("text", "") for o in outputs if isinstance(o, dict)] if outputs else []
    return "\n".join(
        _joined(text[-20:] if isinstance(text, list) else text)[-_OUTPUT:] for text in streams
    )
