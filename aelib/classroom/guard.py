"""Between the worker and what a learner wrote: forks, hands over jobs, watches time and memory.

The guard cuts itself off from the rest of the sandbox and forks the process that does what the
learner wrote. Only then it reads the jobs, hands over one after the other, and reports what came
of each. So the learner's process holds nothing but two pipes to its guard and the job in hand.
"""

import os
import select
import signal
import struct
import time
from contextlib import suppress
from io import BytesIO
from typing import Any

import numpy as np

from aelib.classroom import answering, calls, frames, isolation

_LOOK = 0.05  # seconds between two looks at the time and the memory that are used

Done = tuple[str, bytes]  # how a job ended, and what it sent


def serve(requests: int, replies: int, place: "Place") -> bool:
    """Fork, then read the jobs, hand over one after the other, and reply what came of each."""
    try:
        count, largest = struct.unpack("<QQ", _exactly(requests, 16))
    except EOFError:
        return False
    learner = Learner(place, count)
    done: list[Done] = []
    for number in range(count):
        (size,) = struct.unpack("<Q", _exactly(requests, 8))
        job = _exactly(requests, size)  # also those that are not done any more must be read
        if number == 0 or done[-1][0] == "done":
            done.append(learner.do(job, largest))
    learner.end()
    outcomes = [outcome for outcome, _ in done]
    contents = [np.frombuffer(content, np.uint8) for _, content in done]
    with os.fdopen(replies, "wb", closefd=False) as stream:
        frames.write(stream, {"outcomes": outcomes}, contents)
    return True


class Place:
    """Where a learner's process lives: its limits, and what it is cut off from."""

    def __init__(self, limits: isolation.Limits, sandboxed: bool, processes: int) -> None:
        self.limits, self.sandboxed, self.processes = limits, sandboxed, processes
        self.namespaces = False
        self.shared = isolation.memory_of(processes, (), 0)

    def can_isolate(self) -> bool:
        """Try whether this machine lets a process cut itself off."""
        pid = os.fork()
        if pid == 0:
            try:
                self.namespaces = True
                learner = Learner(self, 1)
                outcome, _ = learner.do(frames.joined({"do": "nothing"}, []), 1000)
                os._exit(0 if outcome == "done" else 1)
            finally:
                os._exit(1)
        return os.waitpid(pid, 0)[1] == 0


class Learner:
    """The process that does what a learner wrote, as its guard holds it."""

    def __init__(self, place: Place, jobs: int) -> None:
        """Fork it for so many jobs."""
        self._place, self._others = place, isolation.running(place.processes)
        self._end: tuple[int, Any] | None = None
        held = isolation.address_space()
        if place.namespaces:
            isolation.enter_namespaces()
        receiver, self._jobs = os.pipe()
        self._results, sender = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                _prepare(place, held, jobs, (receiver, sender))
                _obey(receiver, sender, place.limits)
            finally:
                os._exit(0)
        os.close(receiver)
        os.close(sender)

    def do(self, job: bytes, largest: int) -> Done:
        """Hand over a job; read what comes until it is whole, too much, or the time is up."""
        if select.select([self._results], [], [], 0)[0]:
            return "crashed", b""  # it ended, or sends what nobody asked for
        with suppress(BrokenPipeError):
            _write(self._jobs, struct.pack("<Q", len(job)) + job)
        limits = self._place.limits
        deadline = time.monotonic() + limits.wall
        spent = isolation.processor_time(self._pid) + limits.seconds
        content, size = b"", 8
        while len(content) < size:
            if outcome := self._wait(deadline, spent):
                return self._ended(outcome)
            part = os.read(self._results, 1 << 20)
            if not part:
                return self._ended("crashed")
            content += part
            if size == 8 and len(content) >= 8:
                size += struct.unpack("<Q", content[:8])[0]
                if size - 8 > largest:
                    return self._ended("too much")
        return ("done", content[8:]) if len(content) == size else self._ended("too much")

    def _wait(self, deadline: float, spent: float) -> str:
        """Wait until something comes; say what is wrong if the time or the memory is used up."""
        place = self._place
        while not select.select([self._results], [], [], _LOOK)[0]:
            if time.monotonic() > deadline or isolation.processor_time(self._pid) > spent:
                return "timed out"
            used = isolation.memory_of(place.processes, self._others, place.shared)
            if used > place.limits.memory:
                return "out of memory"
        return ""

    def _ended(self, outcome: str) -> Done:
        """End it; the limit on its processor time may have done so."""
        status, used = self.end()
        cpu = used.ru_utime + used.ru_stime
        by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        # The limit counts ticks of the clock; on a busy machine they run ahead of the time used.
        spent = cpu >= max(1, round(self._place.limits.seconds)) / 2
        if outcome == "crashed" and by in (signal.SIGXCPU, signal.SIGKILL):
            outcome = "timed out" if spent else "out of memory"  # a control group's limit kills
        return outcome, b""

    def end(self) -> tuple[int, Any]:
        """End it and all that it started; return its status and what it used."""
        if self._end:
            return self._end
        os.close(self._jobs)
        for _ in range(20):  # it ends by itself when there are no more jobs
            pid, status, used = os.wait4(self._pid, os.WNOHANG)
            if pid:
                break
            time.sleep(0.001)
        else:
            os.kill(self._pid, signal.SIGKILL)
            _, status, used = os.wait4(self._pid, 0)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._pid, signal.SIGKILL)  # where it has no space that ends with it
        self._end = status, used
        return self._end


def _prepare(place: Place, held: int, jobs: int, pipes: tuple[int, int]) -> None:
    """Leave a process with two pipes, few rights and limits."""
    os.setsid()
    os.dup2(1, 2)  # what learners print goes nowhere
    low, high = sorted(pipes)
    os.closerange(3, low)
    os.closerange(low + 1, high)
    os.closerange(high + 1, 4096)
    isolation.to_be_killed_first()
    if place.namespaces:
        isolation.empty_folders(place.limits)
        isolation.drop_rights()
    isolation.hide()
    isolation.set_limits(place.limits, held, jobs)
    if place.sandboxed:
        calls.refuse_what_no_exercise_needs()


def _obey(receiver: int, sender: int, limits: isolation.Limits) -> None:
    """Do the jobs that come, and send what comes of each."""
    own = os.getpid()
    while True:
        try:
            (size,) = struct.unpack("<Q", _exactly(receiver, 8))
            header, arrays = frames.read_whole(_exactly(receiver, size))
        except EOFError:
            return
        stream = BytesIO()
        frames.write(stream, *answering.done(header, arrays, limits.seconds))
        if os.getpid() != own:  # a process that the learner's function forked
            return
        content = stream.getvalue()
        _write(sender, struct.pack("<Q", len(content)) + content)


def _exactly(source: int, size: int) -> bytes:
    """Read so many bytes.

    Raises:
        EOFError: It ends before.
    """
    parts, left = [], size
    while left:
        part = os.read(source, min(left, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _write(target: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(target, view) :]
