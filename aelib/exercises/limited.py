"""Run a job for so many seconds at most, in a kernel that lives on."""

import ctypes
from _thread import start_new_thread
from collections.abc import Callable
from threading import Event, Lock
from time import monotonic, sleep
from typing import Any

from aelib.exercises.base import TimeUp


def limited(job: Callable[[], Any], seconds: float) -> Any:
    """Run a job in a thread of its own; None if it did not end in time.

    A plain thread, not a Thread: it ends quietly even if TimeUp, a SystemExit, comes too late.
    """
    results: list[Any] = []
    begun, ended, gate = Event(), Event(), Lock()

    def work() -> None:
        begun.set()
        try:
            results.append(job())
        finally:
            with gate:
                ended.set()

    thread = start_new_thread(work, ())
    try:
        ended.wait(seconds)
    finally:  # also when the stop button was pressed
        if not ended.is_set():
            start_new_thread(_stop, (thread, begun, ended, gate))
            ended.wait(0.2)
    return results[0] if results else None


def _stop(thread: int, begun: Event, ended: Event, gate: Lock) -> None:
    """End a thread; a loop that catches everything has to be told more than once."""
    target, give_up = ctypes.c_ulong(thread), monotonic() + 60
    begun.wait(60)  # before, nobody knows its number, and it would seem to have ended
    while monotonic() < give_up:
        with gate:  # so that what has ended is never told
            alive = not ended.is_set() and ctypes.pythonapi.PyThreadState_SetAsyncExc(
                target, ctypes.py_object(TimeUp)
            )
        if not alive:
            return
        sleep(0.002)
