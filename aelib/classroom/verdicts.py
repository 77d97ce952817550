"""What came out of the sandbox -> status, share of the points and a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from aelib.classroom import discreet, frames
from aelib.classroom.preparation import Task
from aelib.exercises.base import Answer
from aelib.exercises.judge import judge

LOOK = "look at this"
STATUSES = (
    *("ok", "wrong", "not attempted", "error", "timed out", "out of memory", "crashed"),
    *(LOOK, "unreadable", "missing"),
)
_NO_ANSWER = "what it sent is no answer"
_NO_MEMORY = ("MemoryError", "can't allocate memory", "Unable to allocate")
_ENDED = {
    "timed out": "took too long; is there a loop that never ends, or one over single pixels?",
    "too much": "brought far more values than expected",
    "crashed": "ended its process (by exit or by a fault of memory)",
    "out of memory": "needs, with all its processes, more memory than an exercise may use",
}


@dataclass(frozen=True)
class Verdict:
    """How one answer was judged.

    Args:
        status: One of STATUSES.
        detail: What is right or wrong, for the one who teaches.
        right: For each case whether it was right; empty where none was compared.
    """

    status: str
    detail: str
    right: tuple[bool, ...] = ()
    told: str = ""  # to the student, where that is less

    @property
    def share(self) -> float:
        """The share of the points: of the cases that are right."""
        if self.status == "ok":
            return 1.0
        return sum(self.right) / len(self.right) if self.right else 0.0

    @property
    def rank(self) -> tuple[float, bool, bool]:
        """Of several attempts the one with the largest counts."""
        return self.share, self.status == LOOK, self.status != "not attempted"


def of_message(task: Task, outcome: str, content: bytes, way: dict[str, Any]) -> Verdict:
    """Judge what the sandbox sent of one way to read an answer."""
    if outcome != "done":
        status = outcome if outcome in STATUSES else "error"
        return Verdict(status, f"the function {_ENDED[outcome]}")
    try:
        message = frames.read_whole(content)
        given = frames.unpack_answers(message)
        if len(given) != len(task.prepared.cases):
            raise frames.FrameError("not one answer for each case")
        verdict = _judged(task, [_named(answer, task) for answer in given], way)
        return _unless_it_lacked(verdict, message[0].get("skipped", []), way)
    except Exception as error:  # a learner's process can send anything
        return Verdict("error", f"{_NO_ANSWER}: {error}", told=_NO_ANSWER)


def _named(answer: Answer, task: Task) -> Answer:
    """Of the names that it says were changed only those of arguments."""
    changed = tuple(name for name in answer.changed if name in task.prepared.parameters)
    return replace(answer, changed=changed)


def _judged(task: Task, given: Sequence[Answer], way: dict[str, Any]) -> Verdict:
    """Judge answers; nothing that they hold may stop the one who grades."""
    if any(sign in answer.error for answer in given for sign in _NO_MEMORY):
        return Verdict("out of memory", "it needs more memory than an exercise may use")
    try:
        found = judge(task.prepared, given, task.tolerance)
        if found.status == "ok":
            return Verdict("ok", found.sentence, (True,) * len(given))
        right = tuple(_is_right(task, place, answer) for place, answer in enumerate(given))
    except Exception as error:
        return Verdict("error", f"its answer cannot be compared ({type(error).__name__})")
    some = any(right) and "cases" not in found.sentence
    start = f"right for {sum(right)} of {len(right)} cases, but " if some else ""
    errors = [answer.error for answer in given if answer.error]
    if errors:
        told = discreet.of_error(errors[0], way, task)
    else:
        told = discreet.of_sentence(found.sentence, task)
    return Verdict(found.status, start + found.sentence, right, start + told)


def _is_right(task: Task, place: int, answer: Answer) -> bool:
    """Whether one case, by itself, is right in every respect."""
    prepared = task.prepared
    one = replace(
        prepared,
        cases=prepared.cases[place : place + 1],
        descriptions=prepared.descriptions[place : place + 1],
        expected=prepared.expected[place : place + 1],
        wrong=(),
    )
    return judge(one, [answer], task.tolerance).status == "ok"


def _unless_it_lacked(verdict: Verdict, skipped: Any, way: dict[str, Any]) -> Verdict:
    """Where a statement that it needs could not be run here, somebody must look."""
    if verdict.status == "ok" or not skipped:
        return verdict
    place, why = int(skipped[0][0]), str(skipped[0][1])
    statement, cell = way["statements"][place], way["cells"][place]
    line = statement.strip().partition("\n")[0][:80]
    detail = f"it needs `{line}` (code cell {cell}), which {why}; then {verdict.detail}"
    told = f"it needs `{line}`, which could not be run here; your teacher will look at it"
    return Verdict(LOOK, detail, verdict.right, told)


def clean(text: str) -> str:
    """One line without control characters; what learners wrote may stand in it."""
    return "".join(c if c.isprintable() else " " for c in text)[:500]
