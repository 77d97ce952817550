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


def add_solved(name: str) -> None:
    """Note that an exercise is solved."""
    record = _read()
    record["solved"] = sorted({*record["solved"], name})
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
        return {"solved": [str(name) for name in record["solved"]], "hints": hints}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {"solved": [], "hints": {}}


def _write(record: dict[str, Any]) -> None:
    """Write it; a full disk or a read-only folder must not spoil the lesson."""
    try:
        path().parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path(), json.dumps(record, indent=1).encode())
    except (OSError, DataError):
        pass
