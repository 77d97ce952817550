"""The process inside the sandbox: imports torch once, then forks for each exercise.

A job comes as a message on standard input, its outcome goes as one to standard output. Every
job is done by two new processes. The guard cuts itself off from the rest of the sandbox, forks
the process that does what the learner wrote, reads what that one sends until the time is up, and
reports. The learner's process holds nothing but the pipe to its guard.
"""

import __future__

import gc
import json
import linecache
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from typing import Any, BinaryIO

import numpy as np

from aelib.classroom import extract, frames, isolation
from aelib.exercises.base import Answer, answer

# Loaded before the first fork: what learners' functions use most. Not what imports scikit-learn:
# each fork would be slower by a third.
_WARM = ("losses", "models", "noise", "training")

Job = Callable[[], frames.Message]


def main() -> None:
    """Serve jobs until standard input ends."""
    options = json.loads(sys.argv[1])
    limits = isolation.Limits(**options["limits"])
    jobs, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    _silence()
    if options["sandboxed"]:
        isolation.become_nobody()
    if options["torch"]:
        _warm_up()
    namespaces = options["namespaces"] and _can_isolate(limits, replies)
    isolation.hide()
    gc.collect()
    gc.freeze()
    frames.write(replies, {"ready": True, "namespaces": namespaces})
    _serve(jobs, replies, limits, namespaces)


def _serve(jobs: BinaryIO, replies: BinaryIO, limits: isolation.Limits, namespaces: bool) -> None:
    exercises: dict[str, dict[str, Any]] = {}
    while True:
        try:
            header, arrays = frames.read(jobs)
        except EOFError:
            return
        if header["do"] == "load":
            cases = frames.unpack(header["cases"], arrays, tensors=True)
            exercises[header["name"]] = {**header, "cases": cases}
            continue
        if header["do"] == "read":
            job = partial(_surveyed, arrays[0].tobytes(), header["names"])
        else:
            job = partial(
                _answered, {**header, "seconds": limits.seconds}, exercises[header["exercise"]]
            )
        _guarded(job, header["largest"], replies, limits, namespaces)


def _surveyed(content: bytes, names: list[str]) -> frames.Message:
    return extract.survey(content, names), []


def _answered(header: dict[str, Any], exercise: dict[str, Any]) -> frames.Message:
    """Run the statements that belong to an answer, then call it on every case."""
    scope: dict[str, Any] = {"__name__": "submission"}
    skipped = _run_all(header["statements"], scope, header["seconds"])
    target, count = header["target"], len(exercise["cases"])
    function = scope.get(target)
    if target not in scope:
        why = skipped[-1][1] if skipped else "is nowhere"
        given, skipped = [Answer(error=f"its own definition {why}")] * count, skipped[:-1]
    elif function is None:
        given = [Answer()] * count
    elif not callable(function) and exercise["parameters"]:
        given = [Answer(error=f"it is {type(function).__name__!r}, not a function")] * count
    else:
        called = function if callable(function) else lambda: function
        names, slopes = exercise["parameters"], exercise["differentiable"]
        given = [answer(called, case, names, slopes) for case in exercise["cases"]]
    message, arrays = frames.pack_answers(given, exercise["largest"])
    return {**message, "skipped": skipped}, arrays


class _TooSlow(BaseException):
    """Ends a statement that takes longer than grading waits."""


def _run_all(statements: list[str], scope: dict[str, Any], seconds: float) -> list[tuple[int, str]]:
    """Run statements one after the other; return the place of each that stopped, and why.

    All together get 0.6 of the time of an exercise, and each a little where that is used up.
    """
    skipped, left, flags = [], 0.6 * seconds, 0
    if any("annotations" in s for s in statements if s.startswith("from __future__")):
        flags = __future__.annotations.compiler_flag

    def stop(*_: Any) -> None:
        raise _TooSlow

    with suppress(ValueError):  # --trusted in a thread
        signal.signal(signal.SIGPROF, stop)
    for number, statement in enumerate(statements):
        file = f"<statement {number}>"  # its lines are quoted when it stops
        linecache.cache[file] = (len(statement), None, statement.splitlines(True), file)
        begin = time.process_time()
        try:
            signal.setitimer(signal.ITIMER_PROF, max(left, 0.1))
            exec(compile(statement, file, "exec", flags), scope)  # what the sandbox is for
        except _TooSlow:
            skipped.append((number, "takes longer than grading waits"))
        except BaseException as error:
            skipped.append((number, f"stopped with {type(error).__name__}: {str(error)[:200]}"))
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        left -= time.process_time() - begin
    return skipped


def _guarded(
    job: Job, largest: int, replies: BinaryIO, limits: isolation.Limits, namespaces: bool
) -> None:
    """Do a job in a process of its own and write its outcome."""
    guard = os.fork()
    if guard == 0:
        try:
            outcome, content = _guard(job, largest, limits, namespaces)
            frames.write(replies, outcome, [np.frombuffer(content, np.uint8)])
            os._exit(0)
        finally:
            os._exit(1)
    if os.waitpid(guard, 0)[1] != 0:  # killed, which is possible where it is not hidden
        frames.write(replies, {"outcome": "crashed", "cpu": 0}, [np.zeros(0, np.uint8)])


def _guard(
    job: Job, largest: int, limits: isolation.Limits, namespaces: bool
) -> tuple[dict[str, Any], bytes]:
    """Fork the process that does the job; return how it ended and what it sent."""
    held = isolation.address_space()
    if namespaces:
        isolation.enter_namespaces()
    receiver, sender = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _prepare_child(sender, limits, held, namespaces)
            own, stream = os.getpid(), BytesIO()
            frames.write(stream, *job())
            if os.getpid() == own:  # not a process that the learner's function forked
                with os.fdopen(sender, "wb") as pipe:
                    pipe.write(stream.getvalue())
        finally:
            os._exit(0)
    os.close(sender)
    content, trouble, status, used = _attend(child, receiver, largest, limits.wall)
    cpu = used.ru_utime + used.ru_stime
    ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    # The limit counts ticks of the clock; on a busy machine they run ahead of the time used.
    if ended in (signal.SIGXCPU, signal.SIGKILL) and cpu >= max(1, round(limits.seconds)) / 2:
        trouble = trouble or "timed out"
    done = content and not os.WIFSIGNALED(status)
    return {"outcome": trouble or ("done" if done else "crashed"), "cpu": cpu}, content


def _prepare_child(sender: int, limits: isolation.Limits, held: int, namespaces: bool) -> None:
    """Leave a process with one pipe, few rights and limits."""
    os.setsid()
    os.dup2(1, 2)  # what learners print goes nowhere
    os.closerange(3, sender)
    os.closerange(sender + 1, 4096)
    if namespaces:
        isolation.empty_folders(limits)
        isolation.drop_rights()
    isolation.hide()
    isolation.set_limits(limits, held)


def _attend(child: int, pipe: int, largest: int, seconds: float) -> tuple[bytes, str, int, Any]:
    """Read what a process sends until it ends; end it if it sends too much or takes too long."""
    content, trouble, deadline = b"", "", time.monotonic() + seconds
    while True:
        pid, status, used = os.wait4(child, 0 if trouble else os.WNOHANG)
        while (part := _part(pipe, 0.0 if pid else 0.01)) and len(content) <= largest:
            content += part
            if not pid:
                break
        if pid:
            break
        if len(content) > largest:
            trouble = "too much"
        elif time.monotonic() > deadline:
            trouble = "timed out"
        if trouble:
            os.kill(child, signal.SIGKILL)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)  # where it has no space of its own that ends with it
    return content[:largest], trouble, status, used


def _part(pipe: int, seconds: float) -> bytes:
    """Return what has come through a pipe, waiting no longer than that."""
    if not select.select([pipe], [], [], seconds)[0]:
        return b""
    part = os.read(pipe, 1 << 20)
    if not part:  # closed at the other end, which is about to end
        time.sleep(min(seconds, 0.001))
    return part


def _can_isolate(limits: isolation.Limits, replies: BinaryIO) -> bool:
    """Try whether this machine lets a process cut itself off."""
    pid = os.fork()
    if pid == 0:
        try:
            outcome, _ = _guard(lambda: ({}, []), 1000, limits, namespaces=True)
            os._exit(0 if outcome["outcome"] == "done" else 1)
        except OSError:
            os._exit(1)
        finally:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


def _silence() -> None:
    """Put nothing where standard input and output were; errors stay, for the one who grades."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)


def _warm_up() -> None:
    """Import torch, on one thread, and what of aelib needs it."""
    import torch

    torch.set_num_threads(1)
    torch.ones(8, 8).matmul(torch.ones(8, 8)).exp().sum()  # what is set up at the first use
    for name in _WARM:
        if find_spec(f"aelib.{name}"):
            import_module(f"aelib.{name}")


if __name__ == "__main__":
    main()
