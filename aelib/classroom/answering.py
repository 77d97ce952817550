"""What is done with a job in the learner's own process: read a notebook, or run an answer."""

import __future__

import linecache
import signal
import sys
import time
from contextlib import suppress
from types import ModuleType
from typing import Any

import numpy as np

from aelib.classroom import extract, frames
from aelib.exercises.base import Answer, answer

_SHARE = 0.6  # of an exercise's time, for the statements before the answer is called
_LEAST = 0.1  # seconds for each statement where that is used up


def done(job: dict[str, Any], arrays: list[np.ndarray], seconds: float) -> frames.Message:
    """Do a job; returns the message to send."""
    if job["do"] == "read":
        return extract.survey(arrays[0].tobytes(), job["names"], job["prints"]), []
    if job["do"] == "run":
        return _answered(job, arrays, seconds)
    return {}, []


def warm_up_reading() -> None:
    """Load what reading takes before the first fork."""
    extract.survey(b'{"cells": [{"cell_type": "code", "source": "%matplotlib"}]}', ["x"])


def _answered(job: dict[str, Any], arrays: list[np.ndarray], seconds: float) -> frames.Message:
    """Run the statements that belong to an answer, then call it on every case."""
    sys.modules["__main__"] = module = ModuleType("__main__")  # as in a notebook
    scope = vars(module)
    skipped = _run_all(job["statements"], scope, seconds)
    cases = frames.unpack(job["cases"], arrays, tensors=True)
    target, function = job["target"], scope.get(job["target"])
    if target not in scope:
        why = skipped[-1][1] if skipped else "is nowhere"
        given, skipped = [Answer(error=f"its own definition {why}")] * len(cases), skipped[:-1]
    elif function is None:
        given = [Answer()] * len(cases)
    elif not callable(function) and job["parameters"]:
        given = [Answer(error=f"it is {type(function).__name__!r}, not a function")] * len(cases)
    else:
        called = function if callable(function) else lambda: function
        given = [answer(called, case, job["parameters"], job["differentiable"]) for case in cases]
    message, values = frames.pack_answers(given, job["largest"])
    return {**message, "skipped": skipped}, values


class _TooSlow(BaseException):
    """Ends a statement that takes longer than grading waits."""


def _stop(*_: Any) -> None:
    raise _TooSlow


def _run_all(statements: list[str], scope: dict[str, Any], seconds: float) -> list[tuple[int, str]]:
    """Run statements one after the other; return the place of each that stopped, and why."""
    skipped, left = [], _SHARE * seconds
    future = any(s.startswith("from __future__ import annotations") for s in statements)
    flags = __future__.annotations.compiler_flag if future else 0
    signal.signal(signal.SIGPROF, _stop)
    for number, statement in enumerate(statements):
        file = f"<statement {number}>"  # its lines are quoted when it stops
        linecache.cache[file] = (len(statement), None, statement.splitlines(True), file)
        begin = time.process_time()
        try:
            signal.setitimer(signal.ITIMER_PROF, max(left, _LEAST))
            exec(compile(statement, file, "exec", flags), scope)  # what the sandbox is for
        except _TooSlow:
            skipped.append((number, "takes longer than grading waits"))
        except BaseException as error:
            skipped.append((number, f"stopped with {type(error).__name__}: {_said(error)}"))
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        left -= time.process_time() - begin
    return skipped


def _said(error: BaseException) -> str:
    """What an exception says; its own way to say it may be broken."""
    with suppress(Exception):
        return str(error).partition("\n")[0][:200]
    return ""
