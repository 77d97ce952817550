"""Which answers are alike once names, numbers' spelling and layout are left out."""

import ast
from collections import defaultdict
from collections.abc import Mapping, Sequence
from hashlib import blake2b

_LENGTH = 5  # of the runs of tokens that are compared
_SHORT = 60  # tokens: below, most right answers are alike
_ALIKE = 0.8  # of all runs of both


def fingerprint(statements: Sequence[str]) -> list[int]:
    """Return a number for each run of tokens of an answer; names count by their order only."""
    tokens: list[str] = []
    names: dict[str, str] = {}
    for statement in statements:
        for node in ast.walk(ast.parse(statement)):
            tokens.append(_token(node, names))
    runs = {" ".join(tokens[k : k + _LENGTH]) for k in range(max(1, len(tokens) - _LENGTH + 1))}
    digests = sorted(blake2b(run.encode(), digest_size=6).digest() for run in runs)
    return [len(tokens), *(int.from_bytes(digest, "little") for digest in digests)]


def _token(node: ast.AST, names: dict[str, str]) -> str:
    kind = type(node).__name__
    if isinstance(node, ast.Name | ast.arg):
        name = node.id if isinstance(node, ast.Name) else node.arg
        return names.setdefault(name, f"name{len(names)}")
    if isinstance(node, ast.Constant):
        return kind if isinstance(node.value, str) else repr(node.value)
    return node.attr if isinstance(node, ast.Attribute) else kind


def pairs(prints: Mapping[str, Mapping[str, Sequence[int]]]) -> list[str]:
    """Say which students' answers to an exercise are alike, most alike first.

    Args:
        prints: Student -> exercise -> fingerprint.
    """
    by_exercise: dict[str, dict[str, Sequence[int]]] = defaultdict(dict)
    for student, exercises in prints.items():
        for name, one in exercises.items():
            if one:
                by_exercise[name][student] = one
    found: list[tuple[float, str]] = []
    short: list[str] = []
    for name, answers in by_exercise.items():
        long = {s: set(one[1:]) for s, one in answers.items() if one[0] >= _SHORT}
        short += [name] if len(long) < len(answers) else []
        students = sorted(long)
        for k, first in enumerate(students):
            for other in students[k + 1 :]:
                share = len(long[first] & long[other]) / (len(long[first] | long[other]) or 1)
                if share >= _ALIKE:
                    found.append((share, f"{name}: {first} and {other}, {share:.0%} alike"))
    lines = [text for _, text in sorted(found, key=lambda pair: (-pair[0], pair[1]))]
    if short:
        lines.append(f"Too short to tell, since right answers look alike: {', '.join(short)}.")
    return lines or ["No two answers are alike."]
