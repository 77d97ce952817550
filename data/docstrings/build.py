"""Collect the documentation strings of Python's standard library into docstrings.csv.gz.

    python data/docstrings/build.py

Takes a few seconds. The file that is shipped was made with CPython 3.11.7 on Linux; another
version or system has other strings, so the checksum in aelib/data/tables.py changes with it.
"""

import csv
import gzip
import importlib
import inspect
import io
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).parent
SKIPPED = {"antigravity", "ctypes", "distutils", "idlelib", "lib2to3", "pydoc_data", "test", "this"}
SKIPPED |= {"ensurepip", "tkinter", "turtle", "turtledemo", "venv"}  # some open windows
SHORTEST = 8  # words


def modules() -> Iterator[ModuleType]:
    """Import every public module of the standard library that this system has."""
    for name in sorted(sys.stdlib_module_names - SKIPPED):
        if not name.startswith("_"):
            try:
                yield importlib.import_module(name)
            except ImportError:  # made for another system
                print(f"{name} is not on this system")


def members(owner: ModuleType | type, prefix: str = "") -> Iterator[tuple[str, object]]:
    """Public classes and functions defined here, and the methods of the classes."""
    for name, value in sorted(vars(owner).items()):
        own = isinstance(owner, type) or getattr(value, "__module__", None) == owner.__name__
        if name.startswith("_") or not own:
            continue
        if inspect.isroutine(value) or isinstance(value, property):
            yield prefix + name, value
        elif inspect.isclass(value) and not prefix:
            yield name, value
            yield from members(value, f"{name}.")


def text_of(value: object) -> str:
    """Its own documentation, inherited from nowhere, on one line."""
    doc = vars(value).get("__doc__") if inspect.isclass(value) else value.__doc__
    return re.sub(r"\s+", " ", doc).strip() if isinstance(doc, str) else ""


def main() -> None:
    """Write module, name and text of each, once."""
    warnings.simplefilter("ignore")  # deprecated modules say so
    rows, seen = [("module", "name", "text")], set()
    for module in modules():
        for name, value in members(module):
            text = text_of(value)
            if len(text.split()) >= SHORTEST and text not in seen:
                seen.add(text)
                rows.append((module.__name__, name, text))
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows(rows)
    content = gzip.compress(table.getvalue().encode(), 9, mtime=0)
    (HERE / "docstrings.csv.gz").write_bytes(content)
    print(f"{len(rows) - 1:,} texts")


if __name__ == "__main__":
    main()
