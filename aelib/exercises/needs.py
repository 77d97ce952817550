"""What belongs to an answer: its function, or number, and every statement that it needs.

One rule for `check`, which warns, and for the grader, which runs them: of all cells in order, the
statements that bind a name which the answer mentions, directly or through others. Whatever they
are: definitions, aliases, computed numbers, `K /= 2`, imports, loops that fill a list. All of
them, not only the last: so a default argument or a decorator meets the value it met in Jupyter.
Nothing here runs a statement.
"""

import ast
from dataclasses import dataclass

from aelib.exercises.cells import Code, read_cells

__all__ = ["Taken", "broken", "read_cells", "taken", "untaken"]


@dataclass(frozen=True)
class Taken:
    """One way to read a notebook for an exercise.

    Args:
        target: The name that holds the answer once the statements have run.
        statements: What to run, in order.
        cells: The number of each one's cell; 0 for what names the answer given to `check`.
        where: "as the notebook ends", or where `check` was called.
    """

    target: str
    statements: tuple[str, ...]
    cells: tuple[int, ...]
    where: str


def taken(code: Code, exercise: str) -> list[Taken]:
    """Return the ways to read an answer: as the notebook ends, then as `check` met it, last first.

    A name that is only imported is no answer.
    """
    found: dict[tuple[object, ...], Taken] = {}
    given: list[tuple[ast.expr, int, str]] = [
        (asked.given, asked.place, "as `check` was given it")
        for asked in reversed(code.asked)
        if asked.name == exercise
    ]
    ways = [(ast.Name(exercise, ast.Load()), len(code.statements), "as the notebook ends"), *given]
    for expression, end, where in ways:
        mentioned = {n.id for n in ast.walk(expression) if isinstance(n, ast.Name)}
        name = expression.id if isinstance(expression, ast.Name) else ""
        if name and all(s.kind == "import" for s in code.binding(name, end)):
            continue
        places = code.needed(mentioned, end)
        key = (*places, ast.dump(expression))
        chosen = [code.statements[place] for place in places]
        sources, cells = [s.source for s in chosen], [s.cell for s in chosen]
        if not name:
            sources, cells = [*sources, f"_answer = {ast.unparse(expression)}"], [*cells, 0]
        found.setdefault(key, Taken(name or "_answer", tuple(sources), tuple(cells), where))
    return list(found.values())


def broken(code: Code, exercise: str) -> str:
    """Say which cell that defines it cannot be read, and why; empty where there is none."""
    for cell, source, why in code.broken:
        if f"def {exercise}(" in source or f"{exercise} =" in source:
            return f"the cell that defines it (code cell {cell}) cannot be read: {why}"
    return ""


def untaken(code: Code, exercise: str) -> str:
    """Say why there is no answer; empty where nothing at all was written."""
    if unreadable := broken(code, exercise):
        return unreadable
    imported = [s for s in code.binding(exercise) if s.kind == "import"]
    if imported:
        return f"it is imported (`{imported[-1].source}`), not written"
    return ""
