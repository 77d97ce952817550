"""Right solutions, bent in many small ways: each of them is wrong and must be refused.

Three kinds of bends:
    in the source    an operator, a comparison, a constant, an axis, a function exchanged; a term,
                     a factor, an index, a call, an argument, a statement left out
    in an argument   zeros or ones in its place, its sign lost, one row or one column for all of
                     them, the first two rows only, sorted, centred, another argument for it
    in the result    its sign lost, clamped, squared, rounded, averaged, the first for all, reversed
"""

import ast
import copy
import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from aelib.exercises.base import Exercise

Function = Callable[..., Any]


@dataclass(frozen=True)
class Bent:
    """A bent solution and what was bent."""

    what: str
    function: Function


def bent(exercise: Exercise) -> list[Bent]:
    """Every bent version of an exercise's reference, each change once."""
    kinds = (_in_the_source(exercise), _in_an_argument(exercise), _in_the_result(exercise))
    found: dict[str, Bent] = {}
    for kind in kinds:
        for one in kind:
            found.setdefault(one.what, one)
    return list(found.values())


# In the source


def _in_the_source(exercise: Exercise) -> Iterator[Bent]:
    reference = exercise.reference
    module = sys.modules[reference.__module__]
    definitions = _needed(ast.parse(inspect.getsource(module)), reference.__name__)
    own = [argument.arg for argument in definitions[0].args.args]
    for number, definition in enumerate(definitions):
        names = [argument.arg for argument in definition.args.args]
        for place, node in enumerate(ast.walk(definition)):
            for new in _replacements(node, names if number else own):
                changed = _replaced(definition, place, new)
                what = f"{_text(node)} -> {_text(new)}"
                try:
                    scope = dict(vars(module))
                    tree = ast.Module(
                        [*definitions[:number], changed, *definitions[number + 1 :]], []
                    )
                    exec(compile(ast.fix_missing_locations(tree), "<bent>", "exec"), scope)
                except (SyntaxError, ValueError, TypeError):
                    continue
                yield Bent(what, scope[reference.__name__])


def _needed(tree: ast.Module, name: str) -> list[ast.FunctionDef]:
    """The function of that name and those of its module that it calls."""
    known = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    wanted, found = [name], []
    while wanted:
        definition = known[wanted.pop()]
        if definition in found:
            continue
        definition = known[definition.name]
        found.append(definition)
        names = [node.id for node in ast.walk(definition) if isinstance(node, ast.Name)]
        wanted += [one for one in names if one in known]
    for definition in found:  # types say nothing at run time
        definition.returns = None
        for argument in definition.args.args:
            argument.annotation = None
        if ast.get_docstring(definition):
            definition.body = definition.body[1:]
    return found


def _replaced(tree: ast.FunctionDef, place: int, new: ast.AST) -> ast.FunctionDef:
    """A copy of the tree with another node at that place."""
    tree = copy.deepcopy(tree)
    old = list(ast.walk(tree))[place]
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
            elif isinstance(value, list):
                value[:] = [new if part is old else part for part in value]
    return tree


def _text(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(node)).replace("\n", "; ")[:90]


_OPERATORS = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Mult),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
_COMPARISONS = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq, ast.GtE, ast.LtE),
    ast.NotEq: (ast.Eq,),
}
_FUNCTIONS = {
    "sum": ("mean", "max", "prod"),
    "mean": ("sum", "max"),
    "max": ("min", "sum"),
    "min": ("max",),
    "any": ("all",),
    "all": ("any",),
    "argmax": ("argmin",),
    "argmin": ("argmax",),
    "var": ("std", "mean"),
    "log": ("log2", "exp", "log10"),
    "log2": ("log", "log10"),
    "log10": ("log", "log2"),
    "logsumexp": ("sum", "amax"),
    "exp": ("log", "expm1"),
    "floor": ("ceil", "round"),
    "ceil": ("floor",),
    "round": ("floor", "ceil"),
    "sin": ("cos",),
    "cos": ("sin",),
    "acos": ("asin",),
    "tanh": ("sinh", "sin"),
    "sqrt": ("abs", "square"),
    "abs": ("square",),
    "square": ("abs",),
    "norm": ("sum",),
    "sigmoid": ("tanh",),
    "repeat": ("tile",),
    "zeros": ("ones",),
    "topk": ("sort",),
    "comb": ("perm",),
    "clone": ("zeros_like",),
    "bincount": ("unique",),
}
_AXES = {"axis", "dim", "dims", "start_dim"}
_WORDS = {"sum": ("mean", "none"), "mean": ("sum", "none"), "none": ("sum", "mean")}


def _replacements(node: ast.AST, names: list[str]) -> Iterator[ast.AST]:
    """What may stand in the place of a node."""
    node = copy.deepcopy(node)
    if isinstance(node, ast.BinOp):
        for kind in _OPERATORS.get(type(node.op), ()):
            yield ast.BinOp(node.left, kind(), node.right)
        yield node.left
        yield node.right
    elif isinstance(node, ast.AugAssign):
        for kind in _OPERATORS.get(type(node.op), ()):
            yield ast.AugAssign(node.target, kind(), node.value)
        yield ast.Pass()
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for kind in _COMPARISONS.get(type(node.ops[0]), ()):
            yield ast.Compare(node.left, [kind()], node.comparators)
    elif isinstance(node, ast.Constant):
        yield from map(ast.Constant, _other_constants(node.value))
    elif isinstance(node, ast.Call):
        yield from _other_calls(node)
    elif (isinstance(node, ast.Attribute) and node.attr == "T") or (
        isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)
    ):
        yield node.value
    elif isinstance(node, ast.Slice):
        for part in ("lower", "upper", "step"):
            if getattr(node, part) is not None:
                yield ast.Slice(**{**_parts(node), part: None})
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
    elif isinstance(node, ast.If):
        yield ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
    elif isinstance(node, ast.For):
        yield ast.For(node.target, node.iter, [*node.body, ast.Break()], [])
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
        yield from (ast.Name(other, ast.Load()) for other in names if other != node.id)
    elif isinstance(node, ast.keyword) and node.arg in _AXES:
        value = node.value.value if isinstance(node.value, ast.Constant) else None
        others = {0: (1, None, -1), 1: (0, None), 2: (1, 0), None: ()}[value]
        yield from (ast.keyword(node.arg, ast.Constant(other)) for other in others)


def _parts(node: ast.Slice) -> dict[str, Any]:
    return {"lower": node.lower, "upper": node.upper, "step": node.step}


def _other_constants(value: Any) -> Iterator[Any]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (
            other for other in (value + 1, value - 1, -value, 2 * value, 0) if other != value
        )
    elif isinstance(value, float):
        yield from (other for other in (2 * value, value / 2, -value, value + 1) if other != value)
    elif isinstance(value, str):
        yield from _WORDS.get(value, ())


def _other_calls(node: ast.Call) -> Iterator[ast.AST]:
    """Another function, without the function, or with an argument less."""
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    for other in _FUNCTIONS.get(name, ()):
        if isinstance(node.func, ast.Attribute):
            function: ast.expr = ast.Attribute(node.func.value, other, ast.Load())
        else:
            function = ast.Name(other, ast.Load())
        yield ast.Call(function, node.args, node.keywords)
    if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value):
        yield node.func.value
    elif node.args:
        yield node.args[0]
    for place in range(len(node.keywords)):
        rest = node.keywords[:place] + node.keywords[place + 1 :]
        yield ast.Call(node.func, node.args, rest)
    for place in range(len(node.args)):
        rest = node.args[:place] + node.args[place + 1 :]
        yield ast.Call(node.func, rest, node.keywords)


def _is_module(node: ast.expr) -> bool:
    root = node
    while isinstance(root, ast.Attribute):
        root = root.value
    return isinstance(root, ast.Name) and root.id in ("np", "torch", "math")


# In an argument


def _in_an_argument(exercise: Exercise) -> Iterator[Bent]:
    for place, name in enumerate(exercise.parameters):
        for how, bend in _BENDS_OF_ARGUMENTS.items():
            yield Bent(f"{name}: {how}", _with_argument(exercise.reference, place, bend))


def _with_argument(function: Function, place: int, bend: Callable[[Any], Any]) -> Function:
    def bent_function(*given: Any) -> Any:
        return function(*given[:place], bend(given[place]), *given[place + 1 :])

    return _taking_as_many(bent_function, function)


def _taking_as_many(wrapper: Function, function: Function) -> Function:
    wrapper.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    return wrapper


def _each(bend: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Bend numbers and arrays, and every array in a dict or list; leave words and pairs alone."""

    def everywhere(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: everywhere(part) for key, part in value.items()}
        if isinstance(value, tuple | list):
            return type(value)(everywhere(part) for part in value)
        return value if isinstance(value, str) else bend(value)

    return everywhere


def _rows(value: Any) -> Any:
    """An array of at least one axis; a number is none."""
    if not getattr(value, "ndim", 0):
        raise TypeError("no rows")
    return value


def _like(value: Any, new: Any) -> Any:
    return torch.as_tensor(new) if isinstance(value, torch.Tensor) else new


def _zero(value: Any) -> Any:
    return value * 0 if getattr(value, "dtype", None) not in (bool, torch.bool) else value & False


def _first_row(value: Any) -> Any:
    return 0 * _rows(value) + value[:1]


def _first_column(value: Any) -> Any:
    return 0 * _rows(value) + value[..., :1]


def _only_two(value: Any) -> Any:
    """The first two rows; the others are treated like the second."""
    return _rows(value)[[min(row, 1) for row in range(len(value))]]


def _without_last(value: Any) -> Any:
    """The last row is treated like the one before."""
    return _rows(value)[[max(0, min(row, len(value) - 2)) for row in range(len(value))]]


def _sorted(value: Any) -> Any:
    return _like(value, np.sort(np.asarray(_rows(value)), axis=0))


def _backwards(value: Any) -> Any:
    return value[list(range(len(_rows(value))))[::-1]]


def _columns_backwards(value: Any) -> Any:
    return value[..., list(range(_rows(value).shape[-1]))[::-1]]


def _rounded(value: Any) -> Any:
    if isinstance(value, int) or np.asarray(value).dtype.kind in "biu":
        raise TypeError("nothing to round")
    return value.round() if hasattr(value, "round") else float(round(value))


def _clipped(value: Any) -> Any:
    return value.clip(0, 1) if hasattr(value, "clip") else min(max(value, 0), 1)


_BENDS_OF_ARGUMENTS: dict[str, Callable[[Any], Any]] = {
    "zeros": _each(_zero),
    "ones": _each(lambda value: _zero(value) + 1),
    "the sign turned": _each(lambda value: -value),
    "without signs": _each(abs),
    "1 minus it": _each(lambda value: 1 - value),
    "twice as large": _each(lambda value: 2 * value),
    "one more": _each(lambda value: value + 1),
    "clipped to 0 and 1": _each(_clipped),
    "rounded": _each(_rounded),
    "its mean everywhere": _each(lambda value: 0 * value + 1.0 * _rows(value).mean()),
    "centred": _each(lambda value: value - 1.0 * _rows(value).mean(0)),
    "the first row for all": _each(_first_row),
    "the first column for all": _each(_first_column),
    "the first two rows only": _each(_only_two),
    "without the last row": _each(_without_last),
    "sorted": _each(_sorted),
    "rows backwards": _each(_backwards),
    "columns backwards": _each(_columns_backwards),
    "its first entry left out": lambda value: value[1:],
    "its last entry left out": lambda value: value[:-1],
    "entries backwards": lambda value: value[::-1],  # of lists and arrays
    "its first entry for all": lambda value: [value[0] for _ in value],
    "its last entry for all": lambda value: [value[-1] for _ in value],
}


# In the result


def _in_the_result(exercise: Exercise) -> Iterator[Bent]:
    for how, bend in _BENDS_OF_RESULTS.items():
        yield Bent(f"result: {how}", _with_result(exercise.reference, bend))


def _with_result(function: Function, bend: Callable[[Any], Any]) -> Function:
    def everywhere(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: everywhere(part) for key, part in value.items()}
        if isinstance(value, tuple | list) and not all(isinstance(v, int | float) for v in value):
            return type(value)(everywhere(part) for part in value)
        if isinstance(value, str):
            return bend(value)
        if isinstance(value, torch.Tensor):
            return bend(value)
        return bend(np.asarray(value))

    def bent_function(*given: Any) -> Any:
        return everywhere(function(*given))

    return _taking_as_many(bent_function, function)


_BENDS_OF_RESULTS: dict[str, Callable[[Any], Any]] = {
    "zeros": _zero,
    "ones": lambda value: _zero(value) + 1,
    "the sign turned": lambda value: -value,
    "without signs": abs,
    "1 minus it": lambda value: 1 - value,
    "twice as large": lambda value: 2 * value,
    "one more": lambda value: value + 1,
    "a tenth more": lambda value: 1.1 * value,
    "squared": lambda value: value * value,
    "its root": lambda value: abs(value) ** 0.5,
    "clipped to 0 and 1": _clipped,
    "never below 0": lambda value: value.clip(0),
    "never above 0": lambda value: value.clip(max=0) if hasattr(value, "clip") else value,
    "rounded": lambda value: value.round(),
    "its mean": lambda value: (1.0 * _rows(value)).mean(),
    "its mean everywhere": lambda value: 0 * value + (1.0 * _rows(value)).mean(),
    "its sum": lambda value: _rows(value).sum(),
    "centred": lambda value: value - (1.0 * _rows(value)).mean(0),
    "the first row for all": _first_row,
    "the first column for all": _first_column,
    "the first two rows only": _only_two,
    "without the last row": _without_last,
    "sorted": _sorted,
    "rows backwards": _backwards,
    "columns backwards": _columns_backwards,
    "its first row alone": lambda value: _rows(value)[0],
    "its first entry left out": lambda value: value[1:],
    "its last entry left out": lambda value: value[:-1],
    "empty": lambda value: [],
    "nothing": lambda value: None,
    "as a word": lambda value: "yes",
    "not a number": lambda value: float("nan") * value,
    "infinity": lambda value: float("inf") + value,
}
