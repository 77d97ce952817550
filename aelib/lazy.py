"""Names that are imported when they are first used (PEP 562), so that a package costs nothing."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy(
    package: str, home: Mapping[str, str], modules: Mapping[str, str] | None = None
) -> tuple[list[str], Callable[[str], Any], Callable[[], list[str]]]:
    """Make the `__all__`, `__getattr__` and `__dir__` of a package.

    Args:
        package: The package's own name.
        home: The module, seen from the package, in which each public name is defined.
        modules: Public modules, and where each lies, seen from the package.
    """
    rooms = modules or {}
    names = sorted([*home, *rooms])

    def find(name: str) -> Any:
        if name in rooms:
            return import_module(f"{package}.{rooms[name]}")
        if name in home:
            return getattr(import_module(f"{package}.{home[name]}"), name)
        raise AttributeError(f"{package} has no {name!r}; it has {', '.join(names)}")

    return names, find, lambda: names
