"""One limit for the memory of all processes of an exercise: a control group of the kernel."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path
from time import sleep

_TOP = Path("/sys/fs/cgroup")
_NUMBERS = count(1)
_LIMITS = ("memory.max", "memory.limit_in_bytes")  # of version 2 and of version 1
_USED = ("memory.current", "memory.usage_in_bytes")


class Group:
    """A control group for a worker and all that it starts."""

    def __init__(self, home: Path) -> None:
        """Make one below `home`.

        Raises:
            OSError: This machine does not allow it.
        """
        control = home / "cgroup.subtree_control"
        if control.exists() and "memory" not in control.read_text().split():
            control.write_text("+memory")
        self._path = home / f"aelib-{os.getpid()}-{next(_NUMBERS)}"
        self._path.mkdir()
        if self._file(_LIMITS) is None:
            self._path.rmdir()
            raise FileNotFoundError("control groups here do not limit memory")

    def _file(self, names: tuple[str, str]) -> Path | None:
        return next((p for name in names if (p := self._path / name).exists()), None)

    def within(self, command: Sequence[str]) -> list[str]:
        """Return the command line that begins a program in it, before it can start another."""
        return ["sh", "-c", 'echo $$ > "$0" && exec "$@"', f"{self._path}/cgroup.procs", *command]

    def allow(self, memory: int) -> None:
        """Limit what its processes hold together to so many bytes more than now."""
        used, limit = self._file(_USED), self._file(_LIMITS)
        if used and limit:
            limit.write_text(str(int(used.read_text()) + memory))
        with suppress(OSError):  # where the kernel counts swap
            (self._path / "memory.swap.max").write_text("0")

    def remove(self) -> None:
        """Remove it, once its processes have ended."""
        for _ in range(100):
            try:
                self._path.rmdir()
                return
            except OSError:
                sleep(0.01)


def new_group() -> Group | None:
    """Make a control group where this machine allows it."""
    home = home_of_groups()
    return Group(home) if home else None


@cache
def home_of_groups() -> Path | None:
    """The control group in which ours can be made; None where none can."""
    for home in _candidates():
        with suppress(OSError):
            group = Group(home)
            try:
                group.allow(1 << 30)
                if not subprocess.run(group.within(["true"]), capture_output=True).returncode:
                    return home
            finally:
                group.remove()
    return None


def _candidates() -> Iterator[Path]:
    """The control groups that this process is in, each followed by those around it."""
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, kinds, path = line.split(":", 2)
            if kinds == "" or "memory" in kinds.split(","):
                top = _TOP / "memory" if kinds else _TOP
                own = top / path.lstrip("/")
                yield from (one for one in (own, *own.parents) if one.is_relative_to(top))
