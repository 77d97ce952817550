"""The process inside the sandbox: imports torch once, then forks for each student.

A request is several jobs of one student. A guard, forked for it, reads it and has it done, so that
this process, which all others come from, never holds a learner's text nor an exercise's cases.
"""

import gc
import json
import os
import select
import sys
import traceback
from importlib import import_module
from importlib.util import find_spec

from aelib.classroom import answering, frames, guard, isolation

# Loaded before the first fork: what learners' functions use most. Not what imports scikit-learn:
# each fork would be slower by a third.
_WARM = ("losses", "models", "noise", "training")
_NO_MORE = 7  # exit status of a guard that found no request


def main() -> None:
    """Serve requests until standard input ends."""
    options = json.loads(sys.argv[1])
    limits = isolation.Limits(**options["limits"])
    requests, replies = os.dup(0), os.dup(1)
    _silence()
    if options["sandboxed"]:
        isolation.become_nobody()
    if options["torch"]:
        _warm_up()
    if options["reads"]:
        answering.warm_up_reading()
    place = guard.Place(limits, options["sandboxed"], isolation.processes(options["sandboxed"]))
    place.namespaces = options["namespaces"] and place.can_isolate()
    isolation.hide()
    gc.collect()
    gc.freeze()
    with os.fdopen(os.dup(replies), "wb") as stream:
        frames.write(stream, {"ready": True, "namespaces": place.namespaces})
    while _served(requests, replies, place):
        pass


def _served(requests: int, replies: int, place: guard.Place) -> bool:
    """Let a guard read one request, do it and reply; False where there is none."""
    select.select([requests], [], [])
    pid = os.fork()
    if pid == 0:
        try:
            os._exit(0 if guard.serve(requests, replies, place) else _NO_MORE)
        except Exception:
            traceback.print_exc()  # for the one who grades
        finally:
            os._exit(1)
    status = os.waitpid(pid, 0)[1]
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) in (0, _NO_MORE):
        return os.WEXITSTATUS(status) == 0
    sys.exit("a guard ended")  # killed, which is possible where it is not hidden


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
