"""Compare answers with the expected ones and say in one sentence what is wrong.

Plain NumPy: whoever grades a class judges outside the process that ran the learner's code.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aelib.exercises.base import Answer, Prepared
from aelib.exercises.compare import agree, arranged, close
from aelib.exercises.diagnosis import KINDS, diagnosis
from aelib.exercises.leaves import Leaf

Answers = Sequence[Answer]
WHOLE, DECIMAL = "whole numbers", "decimal numbers"


@dataclass(frozen=True)
class Verdict:
    """How an answer was judged.

    Args:
        status: "ok", "wrong", "not attempted" or "error" (it raised, or could not be used).
        sentence: What is right or wrong, and what to change.
    """

    status: str
    sentence: str


def judge(prepared: Prepared, given: Answers, tolerance: float) -> Verdict:
    """Judge the answers to all cases: the first diagnosis that fits, from sure to vague."""
    expected = prepared.expected
    given = [arranged(g, e) for g, e in zip(given, expected, strict=True)]
    if all(answer.missing for answer in given):
        return Verdict("not attempted", "not written yet")
    if all(answer.silent for answer in given):
        return Verdict("wrong", given[0].error)
    for answer, case in zip(given, prepared.descriptions, strict=True):
        if answer.error and not answer.silent:
            place = f" (called with {case})" if case and "stopped" in answer.error else ""
            return Verdict("error", f"{answer.error}{place}")
    if all(agree(e, g, tolerance) for e, g in zip(expected, given, strict=True)):
        flaw = _flaw(expected, given, tolerance)
        return Verdict("wrong", flaw) if flaw else Verdict("ok", "right")
    for wrong, sentence in prepared.wrong:
        if all(agree(w, g, tolerance) for w, g in zip(wrong, given, strict=True)):
            return Verdict("wrong", sentence)
    return Verdict("wrong", diagnosis(prepared, given, tolerance))


def _flaw(expected: Answers, given: Answers, tolerance: float) -> str:
    """What is wrong with right values: an input changed, a kind, a dtype, a gradient."""
    for e, g in zip(expected, given, strict=True):
        if set(g.changed) - set(e.changed):
            return f"right values, but it changes its input {g.changed[0]}; work on a copy"
        for wanted, leaf in zip(e.leaves, g.leaves, strict=True):
            if wanted.kind == "tensor" and leaf.kind != "tensor" and wanted.values.ndim:
                return f"right values, but as {KINDS[leaf.kind]}; return a torch tensor"
            sorts = _sort(wanted), _sort(leaf)
            alike = "number" in (wanted.kind, leaf.kind) or sorts == (DECIMAL, WHOLE)
            if not alike and sorts[0] != sorts[1]:
                return f"right values, but as {_sort(leaf)}; return {_sort(wanted)}"
        for wanted_slope, slope in zip(e.gradients, g.gradients, strict=True):
            if not close(wanted_slope, slope, max(tolerance, 1e-3)):
                return (
                    "right values, but wrong gradients towards what is learned; is a part of it "
                    "cut off by detach, item, numpy, torch.tensor or no_grad?"
                )
    return ""


def _sort(leaf: Leaf) -> str:
    """What sort of numbers an array holds."""
    others = {"b": "True and False", "c": "complex numbers", "i": WHOLE, "u": WHOLE, "U": "words"}
    return others.get(leaf.values.dtype.kind, DECIMAL)
