"""Thirty ways to write a right answer, made from an exercise's reference."""

import inspect

STUB = "def {name}({args}):\n    return None  # your code\n"

# way -> cells; `right` is the reference, `args` the names of the arguments
OF_FUNCTIONS = {
    "plain": ["def {name}({args}):\n    return {right}({args})", "check('{name}', {name})"],
    "alias": ["def mine({args}):\n    return {right}({args})\n{name} = mine"],
    "lambda": ["{name} = lambda {args}: {right}({args})", "check('{name}', {name})"],
    "partial": ["import functools\n{name} = functools.partial({right})", "check('{name}', {name})"],
    "closure": ["def make(f):\n    def inner({args}):\n        return f({args})\n    return inner",
                "{name} = make({right})"],
    "decorated below the stub": [
        STUB, "def timed(f):\n    def g(*a):\n        return f(*a)\n    return g\n\n@timed\n"
        "def {name}({args}):\n    return {right}({args})", "check('{name}', {name})"],
    "in an if": ["if True:\n    def {name}({args}):\n        return {right}({args})"],
    "in a try": ["try:\n    import no_such_package\nexcept ImportError:\n"
                 "    def {name}({args}):\n        return {right}({args})"],
    "callable object": ["class Answer:\n    def __call__(self{comma}{args}):\n"
                        "        return {right}({args})\n\n{name} = Answer()"],
    "static method": [STUB, "class S:\n    @staticmethod\n    def f({args}):\n"
                      "        return {right}({args})", "check('{name}', S.f)"],
    "another name given to check": [STUB, "def mine({args}):\n    return {right}({args})",
                                    "check('{name}', mine)"],
    "a lambda given to check": [STUB, "check('{name}', lambda {args}: {right}({args}))"],
    "a default bound early": ["F = {right}\ndef {name}({args}{comma}f=F):\n    return f({args})",
                              "check('{name}', {name})", "F = None"],
    "a table": ["TABLE = {{}}", "TABLE['f'] = {right}",
                "def {name}({args}):\n    return TABLE['f']({args})"],
    "a list filled in a loop": ["L = []\nfor f in ({right},):\n    L.append(f)",
                                "def {name}({args}):\n    return L[0]({args})"],
    "computed constants": ["A, B = 4, 2", "A /= B\nA = int(A) - 2",
                           "def {name}({args}):\n    return [{right}][A]({args})"],
    "a percent sign first": ["def {name}({args}):\n    place = (\n        (2 + 2)\n        % 2\n"
                             "    )\n    return [{right}][place]({args})"],
    "magics around it": ["%pwd\n!true\ndef {name}({args}):\n"
                         "    return {right}({args})", "check('{name}', {name})"],
    "%%time": ["%%time\ndef {name}({args}):\n    return {right}({args})"],
    "%%capture": ["%%capture out\ndef {name}({args}):\n    return {right}({args})"],
    "help in the cell": ["len?\ndef {name}({args}):\n    return {right}({args})"],
    "an indented cell": ["    def {name}({args}):\n        return {right}({args})"],
    "a shell's answer": ["files = !true\ndef {name}({args}):\n    return {right}({args})"],
    "type aliases": ["import numpy as np\nArray = np.ndarray\nBoth = Array | None\n"
                     "def {name}({args}) -> Both:\n    return {right}({args})"],
    "annotations of the future": ["from __future__ import annotations",
                                  "def {name}({args}) -> Unknown:\n    return {right}({args})"],
    "wrong, then right": ["def {name}({args}):\n    return 7", "check('{name}', {name})",
                          "def {name}({args}):\n    return {right}({args})",
                          "check('{name}', {name})"],
    "right, then spoiled below": ["K = {right}", "def {name}({args}):\n    return K({args})",
                                  "check('{name}', {name})", "K = None"],
    "helpers below it": ["def {name}({args}):\n    return helper({args})",
                         "def helper({args}):\n    return {right}({args})"],
    "several imports of one package": [
        "import os\nimport os.path", "def {name}({args}):\n    os.path.join('a', 'b')\n"
        "    return {right}({args})"],
    "a global set by a function": ["def {name}({args}):\n    return state['f']({args})",
                                   "state = dict(f=None)\nstate.update(f={right})"],
}  # fmt: skip
OF_NUMBERS = {  # where a number or a word is to be reported, these as well
    "the value itself": ["{name} = {value!r}", "check('{name}', {name})"],
    "a value given to check": [STUB, "check('{name}', {value!r})"],
    "a name given to check": [STUB, "best = {value!r}", "check('{name}', best)"],
    "a value below the stub": [STUB, "{name} = {value!r}"],
}


def cells(exercise, way):
    """The cells of one way to write an answer that is right."""
    reference, name = exercise.reference, exercise.name
    names = exercise.parameters
    value = None if names else reference()
    written = inspect.isfunction(reference) and "<" not in reference.__qualname__
    if written:
        start = f"from {reference.__module__} import {reference.__name__} as right_{name}"
    else:
        start = f"def right_{name}():\n    return {value!r}"
    texts = (OF_FUNCTIONS | OF_NUMBERS)[way]
    args = ", ".join(names)
    fields = {"name": name, "args": args, "right": f"right_{name}", "value": value}
    fields["comma"] = ", " if args else ""
    return [start, *(text.format(**fields) for text in texts)]


def ways_for(exercise):
    return [*OF_FUNCTIONS, *(() if exercise.parameters else OF_NUMBERS)]
