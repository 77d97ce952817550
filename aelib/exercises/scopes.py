"""Which names a piece of Python binds and reads, said alike by every version of Python.

From 3.12 on, a list, set or dict comprehension is part of the scope around it (PEP 709), and so are
its variables in `symtable`: `[f(k) for k in ks]` would seem to read a `k` of the notebook. A
generator expression has a scope of its own in all versions, so that stands in for them.
"""

import ast
import symtable


def symbol_table(source: str) -> symtable.SymbolTable:
    """The scopes of a cell, or of a statement, each comprehension a scope of its own.

    Raises:
        SyntaxError: Where the statements cannot stand in a cell.
    """
    if "for" in source:  # most statements hold no comprehension, and a class has many statements
        source = ast.unparse(_Apart().visit(ast.parse(source)))
    return symtable.symtable(source, "<cell>", "exec")


class _Apart(ast.NodeTransformer):
    """Puts a generator expression in place of each comprehension."""

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp) -> ast.AST:
        self.generic_visit(node)
        return ast.GeneratorExp(node.elt, node.generators)

    visit_SetComp = visit_ListComp  # noqa: N815, ast calls it so

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        self.generic_visit(node)
        pair = ast.Tuple([node.key, node.value], ast.Load())
        return ast.GeneratorExp(pair, node.generators)
