"""What the learner has solved: one small file in a folder of their own; nothing is sent."""

import json
import os
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from aelib.data.files import DataError, write_atomically


def solved() -> set[str]:
    """Return the names of all exercises solved."""
    return set(_read()["solved"])


def tried() -> set[str]:
    """Return the names of all exercises that an answer was checked for."""
    record = _read()
    return {*record["solved"], *record["tried"]}


def add_solved(name: str) -> None:
    """Note that an exercise is solved."""
    _add("solved", name)


def add_tried(name: str) -> None:
    """Note that an answer to an exercise was checked."""
    _add("tried", name)


def _add(where: str, name: str) -> None:
    record = _read()
    if name not in record[where]:
        record[where] = sorted({*record[where], name})
        _write(record)


def next_hint(name: str) -> int:
    """Count the hints of an exercise: 1, 2, 3, and 3 ever after."""
    record = _read()
    record["hints"][name] = number = min(3, record["hints"].get(name, 0) + 1)
    _write(record)
    return number


def path() -> Path:
    """Return the file; the environment variable AELIB_PROGRESS moves it."""
    return Path(os.environ.get("AELIB_PROGRESS") or user_data_path("aelib") / "progress.json")


def _read() -> dict[str, Any]:
    """Read the record; begin a new one where there is none that can be read."""
    try:
        record = json.loads(path().read_text(encoding="utf-8"))
        hints = {str(name): int(number) for name, number in record["hints"].items()}
        solved, tried = ([str(name) for name in record.get(k, [])] for k in ("solved", "tried"))
        return {"solved": solved, "hints": hints, "tried": tried}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {"solved": [], "hints": {}, "tried": []}


def _write(record: dict[str, Any]) -> None:
    """Write it; a full disk or a read-only folder must not spoil the lesson."""
    try:
        path().parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path(), json.dumps(record, indent=1).encode())
    except (OSError, DataError):
        pass
