"""Notebook -> what an exercise needs of it: imports, constants and definitions.

Nothing here runs what the notebook says; loose statements are not even kept. It is called inside
the sandbox all the same, since a parser can be brought down as well.
"""

import ast
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

_PYTHON_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_PLAIN = (ast.Constant, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.expr_context)
_PLAIN_TOO = (ast.Tuple, ast.List, ast.Dict, ast.Set)


class UnreadableError(Exception):
    """The file is no notebook; the text says why."""


@dataclass
class Found:
    """What a notebook holds, all cells together; of several definitions the last one counts."""

    imports: dict[str, str] = field(default_factory=dict)  # bound name -> statement
    stars: list[str] = field(default_factory=list)  # from ... import *
    definitions: dict[str, ast.stmt] = field(default_factory=dict)  # def, class, lambda
    constants: dict[str, ast.stmt] = field(default_factory=dict)  # name = plain value
    checked: dict[str, ast.expr] = field(default_factory=dict)  # check("name", this)
    broken: list[tuple[str, str]] = field(default_factory=list)  # source, why


def read(content: bytes) -> Found:
    """Read a notebook file.

    Raises:
        UnreadableError: It is none.
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
    found = Found()
    for cell in cells:
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source: Any = cell.get("source", cell.get("input", ""))
            parts = source if isinstance(source, list) else [source]
            _take_cell(found, "".join(map(str, parts)))
    return found


def _take_cell(found: Found, source: str) -> None:
    lines = source.splitlines()
    if lines and lines[0].startswith("%%") and not lines[0].startswith(_PYTHON_MAGICS):
        return
    kept = ["" if line.lstrip().startswith(("%", "!", "?")) else line for line in lines]
    try:
        tree = ast.parse("\n".join(kept))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        where = f" in its line {line}" if line else ""
        found.broken.append((source, f"{type(error).__name__}{where}"))
        return
    for statement in tree.body:
        _take(found, statement)


def _take(found: Found, statement: ast.stmt) -> None:
    if isinstance(statement, _DEFINITIONS):
        found.definitions[statement.name] = statement
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        for name, line in _single_imports(statement):
            found.stars.append(line) if name == "*" else found.imports.update({name: line})
    elif isinstance(statement, ast.Assign | ast.AnnAssign):
        _take_assignment(found, statement)
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        _take_check(found, statement.value)


def _single_imports(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """One statement for each name, so that one that fails costs no other."""
    for alias in statement.names:
        line: ast.stmt
        if isinstance(statement, ast.ImportFrom):
            line = ast.ImportFrom(statement.module, [alias], statement.level)
        else:
            line = ast.Import([alias])
        yield alias.asname or alias.name.partition(".")[0], ast.unparse(line)


def _take_assignment(found: Found, statement: ast.Assign | ast.AnnAssign) -> None:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    if len(targets) != 1 or not isinstance(targets[0], ast.Name) or statement.value is None:
        return
    if isinstance(statement.value, ast.Lambda):
        found.definitions[targets[0].id] = statement
    elif _is_plain(statement.value):
        found.constants[targets[0].id] = statement


def _is_plain(value: ast.expr) -> bool:
    return all(isinstance(node, (*_PLAIN, *_PLAIN_TOO)) for node in ast.walk(value))


def _take_check(found: Found, call: ast.Call) -> None:
    """Note what `check("name", answer)` was asked about: a name, or a plain value."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name != "check" or len(call.args) != 2 or not isinstance(call.args[0], ast.Constant):
        return
    if isinstance(call.args[1], ast.Name | ast.Lambda) or _is_plain(call.args[1]):
        found.checked[str(call.args[0].value)] = call.args[1]


def select(found: Found, exercise: str) -> dict[str, Any]:
    """Return the statements that an exercise's function needs, and the name that holds it.

    "statements" is empty where nothing was written; "problem" then says whether the function
    stands in a cell that cannot be read.
    """
    target, extra = exercise, None
    if exercise not in found.definitions and exercise in found.checked:
        given = found.checked[exercise]
        target = given.id if isinstance(given, ast.Name) else "_answer"
        extra = None if isinstance(given, ast.Name) else f"_answer = {ast.unparse(given)}"
    root = found.definitions.get(target) or found.constants.get(target)
    if root is None and extra is None:
        return {"target": target, "statements": [], "problem": _problem(found, exercise)}
    statements = _reachable(found, [root] if root else [])
    return {"target": target, "statements": statements + ([extra] if extra else []), "problem": ""}


def _problem(found: Found, exercise: str) -> str:
    for source, why in found.broken:
        if f"def {exercise}(" in source or f"{exercise} =" in source:
            return f"the cell that defines it cannot be read: {why}"
    return ""


def _reachable(found: Found, roots: list[ast.stmt]) -> list[str]:
    """Imports, constants and definitions that the roots mention, directly or not."""
    wanted: set[str] = set()
    todo = list(roots)
    while todo:
        for node in ast.walk(todo.pop()):
            if isinstance(node, ast.Name) and node.id not in wanted:
                wanted.add(node.id)
                known = found.definitions.get(node.id) or found.constants.get(node.id)
                todo += [known] if known else []
    definitions = {**found.constants, **found.definitions}
    kept = [node for name, node in definitions.items() if name in wanted or node in roots]
    own = {name for name in definitions if name in wanted}
    imports = [line for name, line in found.imports.items() if name in wanted - own]
    return [*found.stars, *imports, *(ast.unparse(node) for node in kept)]


def survey(content: bytes, exercises: Sequence[str]) -> dict[str, Any]:
    """Return what each exercise needs of a notebook, or why the notebook cannot be read."""
    try:
        found = read(content)
    except UnreadableError as error:
        return {"unreadable": str(error)[:300]}
    return {"exercises": {name: select(found, name) for name in exercises}}
