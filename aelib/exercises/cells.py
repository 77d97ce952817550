"""Code cells -> their statements: what each binds, changes and uses. Nothing here runs one."""

import ast
import warnings
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from symtable import SymbolTable

from aelib.exercises.scopes import symbol_table

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SILENT = {"print", "check", "hint", "solution", "predict", "my_progress", "display", "show"}
_RUNS_PYTHON = ("time", "timeit", "capture", "prun", "debug", "memit", "mprun", "lprun")
_TROUBLE = (SyntaxError, ValueError, RecursionError, MemoryError)


@dataclass(frozen=True)
class Statement:
    """One statement at the top of a cell.

    Args:
        node: Its tree.
        cell: The number of its cell, counted from 1.
        kind: "import", "define" or "other".
        binds: The names that it binds.
        touches: Names of objects that it may change: `W.append(3)`, `fit(net, x)`.
    """

    node: ast.stmt
    cell: int
    kind: str
    binds: frozenset[str]
    touches: frozenset[str] = frozenset()

    @cached_property
    def uses(self) -> set[str]:
        """The names that it, or a function within it, takes from the notebook."""
        with suppress(*_TROUBLE):
            return set(_taken_from_outside(symbol_table(self.source)))
        return set()

    @property
    def source(self) -> str:
        """Its text, without comments."""
        return ast.unparse(self.node)


@dataclass(frozen=True)
class Asked:
    """A call `check("name", given)`: where it stands among the statements, and what it is given."""

    name: str
    given: ast.expr
    place: int


@dataclass
class Code:
    """The statements of all cells, and what cannot be read of them."""

    statements: list[Statement] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    broken: list[tuple[int, str, str]] = field(default_factory=list)  # cell, source, why

    def needed(self, names: Iterable[str], end: int | None = None) -> list[int]:
        """Return the places of the statements before `end` that these names need.

        Star imports always belong to it.
        """
        end = len(self.statements) if end is None else end
        binders = self._binders
        wanted, todo, chosen = set(names), list(names), set(binders.get("*", ()))
        while todo:
            for place in binders.get(todo.pop(), ()):
                if place < end and place not in chosen:
                    chosen.add(place)
                    new = self.statements[place].uses - wanted
                    wanted |= new
                    todo += new
        return sorted(place for place in chosen if place < end)

    def binding(self, name: str, end: int | None = None) -> list[Statement]:
        """Return the statements before `end` that bind a name."""
        return [s for s in self.statements[:end] if name in s.binds]

    @cached_property
    def _binders(self) -> dict[str, list[int]]:
        objects = {n for s in self.statements if s.kind == "other" for n in s.binds}
        binders: dict[str, list[int]] = {}
        for place, statement in enumerate(self.statements):
            for name in statement.binds | (statement.touches & objects):
                binders.setdefault(name, []).append(place)
        return binders


def read_cells(cells: Iterable[str]) -> Code:
    """Read the code cells of a notebook, or what a kernel has been given, in order."""
    code = Code()
    for number, source in enumerate(cells, 1):
        try:
            _take_cell(code, python(source), number)
        except _TROUBLE as error:
            line = getattr(error, "lineno", None)
            where = f" in its line {line}" if line else ""
            code.broken.append((number, source, f"{type(error).__name__}{where}"))
    return code


def _take_cell(code: Code, body: list[ast.stmt], number: int) -> None:
    for node in body:
        code.statements += [_statement(single, number) for single in _singles(node)]
        if not isinstance(node, _DEFINITIONS):
            _note_checks(code, node)


def python(source: str) -> list[ast.stmt]:
    """Parse a cell as Jupyter does: magics, `!` and `?` are no Python; of %%time the rest is.

    Raises:
        SyntaxError: It is no Python either. ValueError, RecursionError, MemoryError likewise.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source).body
        except SyntaxError:
            body = ast.parse(_transformed(source)).body
    return [part for node in body for part in _without_magic(node)]


def _transformed(source: str) -> str:
    """Turn what only Jupyter understands into Python, with IPython's own rules."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return str(TransformerManager().transform_cell(source))
    except Exception as error:
        raise SyntaxError(str(error)) from error


def _without_magic(node: ast.stmt) -> list[ast.stmt]:
    """What is Python in a statement that IPython made of a magic."""
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return [node]
    if call.func.attr not in ("run_line_magic", "run_cell_magic", "system"):
        return [node]
    words = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    if len(words) < 2 or words[0] not in _RUNS_PYTHON:
        return []
    return python(words[-1]) if words[-1].strip() else []


def _singles(node: ast.stmt) -> Iterator[ast.stmt]:
    """An import of several names as several imports, so that one that fails costs no other."""
    if isinstance(node, ast.ImportFrom) and node.module != "__future__":
        yield from (ast.ImportFrom(node.module, [alias], node.level) for alias in node.names)
    elif isinstance(node, ast.Import):
        yield from (ast.Import([alias]) for alias in node.names)
    else:
        yield node


def _statement(node: ast.stmt, cell: int) -> Statement:
    if isinstance(node, ast.Import | ast.ImportFrom):
        alias = node.names[0]
        name = alias.asname or alias.name.partition(".")[0]
        future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        return Statement(node, cell, "import", frozenset({"*" if future else name}))
    if isinstance(node, _DEFINITIONS):  # what it declares global is bound when it is called
        inside = {n for part in ast.walk(node) if isinstance(part, ast.Global) for n in part.names}
        return Statement(node, cell, "define", frozenset({node.name} | inside))
    binds = set(_bound(node))
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
        return Statement(node, cell, "define", frozenset(binds))
    stored = {n for part in ast.walk(node) if _is_part_stored(part) for n in _root(part)}
    return Statement(node, cell, "other", frozenset(binds | stored), frozenset(_touched(node)))


def _bound(node: ast.AST) -> Iterator[str]:
    """The names that a statement binds, those within functions and comprehensions left out."""
    if isinstance(node, _DEFINITIONS):
        yield node.name
        return
    if isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        return
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0]
    for child in ast.iter_child_nodes(node):
        yield from _bound(child)


def _taken_from_outside(table: SymbolTable) -> Iterator[str]:
    """The names that a statement, or a function within it, takes from the notebook."""
    top = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (top or symbol.is_global()):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _taken_from_outside(child)


def _touched(node: ast.stmt) -> Iterator[str]:
    """Names whose object a statement may change, without binding them."""
    in_loop = isinstance(node, ast.For | ast.While)
    for part in ast.walk(node):
        calls = [part.value] if isinstance(part, ast.Expr) else [part] if in_loop else []
        for call in calls:
            if isinstance(call, ast.Call) and _called(call) not in _SILENT:
                yield from _root(call.func)
                yield from (a.id for a in call.args if isinstance(a, ast.Name))


def _is_part_stored(part: ast.AST) -> bool:
    """Whether it is a part of an object that is stored: `f.table = {}`, `torch.x = 1`."""
    return isinstance(part, ast.Attribute | ast.Subscript) and not isinstance(part.ctx, ast.Load)


def _root(node: ast.AST) -> list[str]:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return [node.id] if isinstance(node, ast.Name) else []


def _called(call: ast.Call) -> str:
    root = _root(call.func)
    name = str(getattr(call.func, "attr", getattr(call.func, "id", "")))
    return "show" if root in (["plt"], ["ax"], ["fig"]) else name


def _note_checks(code: Code, node: ast.stmt) -> None:
    """Note what `check("name", answer)` was asked about, wherever in a statement it stands."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and _called(call) == "check":
            named = {k.arg: k.value for k in call.keywords}
            given = [*call.args, *(named[n] for n in ("name", "answer") if n in named)]
            if len(given) == 2 and not _is_text(given[0]):
                given.reverse()  # check(answer, "name") is understood as well
            if len(given) == 2 and isinstance(given[0], ast.Constant):
                place = len(code.statements) - (not isinstance(node, ast.Import | ast.ImportFrom))
                code.asked.append(Asked(str(given[0].value), given[1], max(place, 0)))


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
