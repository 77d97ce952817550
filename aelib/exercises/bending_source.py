"""Right solutions, bent in their source: an operator, a constant, an axis, a call, a part left out.

Runs the text of a reference, which whoever calls this has imported and so run already.
"""

import ast
import copy
import inspect
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from aelib.exercises.base import Exercise

Function = Callable[..., Any]


def in_the_source(exercise: Exercise) -> Iterator[tuple[str, Function]]:
    """Yield what was bent and the bent solution; nothing where a reference is no `def`."""
    reference = exercise.reference
    module = sys.modules.get(reference.__module__)
    definitions = _needed(module, getattr(reference, "__name__", "")) if module else []
    if not definitions:
        return
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
                yield what, scope[reference.__name__]


def _needed(module: ModuleType, name: str) -> list[ast.FunctionDef]:
    """The function of that name and those of its module that it calls; none for a lambda."""
    tree = ast.parse(inspect.getsource(module))
    known = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    wanted, found = [name] if name in known else [], []
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
        for comparison in _COMPARISONS.get(type(node.ops[0]), ()):
            yield ast.Compare(node.left, [comparison()], node.comparators)
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
        value: Any = node.value.value if isinstance(node.value, ast.Constant) else None
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
        named = node.keywords[:place] + node.keywords[place + 1 :]
        yield ast.Call(node.func, node.args, named)
    for place in range(len(node.args)):
        rest = node.args[:place] + node.args[place + 1 :]
        yield ast.Call(node.func, rest, node.keywords)


def _is_module(node: ast.expr) -> bool:
    root = node
    while isinstance(root, ast.Attribute):
        root = root.value
    return isinstance(root, ast.Name) and root.id in ("np", "torch", "math")
