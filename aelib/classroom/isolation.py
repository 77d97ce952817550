"""What a forked process is cut off from, and its limits (Linux; the limits also elsewhere)."""

import ctypes
import os
import re
import resource
import sys
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# Where the sandbox can be written to. Not /tmp: Python itself may be installed below that.
SCRATCH = "/scratch"
_NEWNS, _NEWIPC, _NEWUSER, _NEWPID = 0x00020000, 0x08000000, 0x10000000, 0x20000000
_NOSUID_NODEV = 0x2 | 0x4
_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 4, 38
_CAPABILITY_VERSION = 0x20080522
_NOBODY = 65534


class IsolationError(OSError):
    """The kernel refuses a namespace or a mount."""


@dataclass(frozen=True)
class Limits:
    """What one exercise of one student may use.

    Args:
        seconds: CPU time; three times as much may pass on the clock.
        memory: Bytes beyond what the worker itself holds.
        processes: Processes and threads; 0 sets no limit.
        file_size: Bytes of one file, and four times as much of all files.
    """

    seconds: float = 5.0
    memory: int = 1 << 30
    processes: int = 8
    file_size: int = 16 << 20

    @property
    def wall(self) -> float:
        """Seconds on the clock."""
        return 3 * self.seconds


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: object) -> None:
    """Call the C library.

    Raises:
        IsolationError: It refuses.
    """
    if getattr(_libc(), name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise IsolationError(number, f"{name}: {os.strerror(number)}")


def become_nobody() -> None:
    """Give root's rights up for good; nothing to do for another user."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)


def hide() -> None:
    """Keep other processes of the same user from looking into this one or tracing it."""
    if sys.platform == "linux":
        _call("prctl", _PR_SET_DUMPABLE, 0, 0, 0, 0)


def enter_namespaces() -> None:
    """Give this process and its children users, mounts and messages of their own.

    The next child to be forked is process 1 of a space of its own: it sees no other process, and
    when it ends the kernel ends all that it started.

    Raises:
        IsolationError: The kernel refuses.
    """
    user, group = os.getuid(), os.getgid()
    _call("prctl", _PR_SET_DUMPABLE, 1, 0, 0, 0)  # else the maps below belong to root
    _call("unshare", _NEWUSER | _NEWNS | _NEWIPC | _NEWPID)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    hide()


def empty_folders(limits: Limits) -> None:
    """Put new, small, empty file systems where the sandbox can be written to, and on /proc.

    Raises:
        IsolationError: The kernel refuses.
    """
    size = f"size={4 * limits.file_size},nr_inodes=1000"
    for folder, options in ((SCRATCH, size), ("/dev/shm", size), ("/proc", "size=4k")):
        if Path(folder).is_dir():
            arguments = (b"tmpfs", folder.encode(), b"tmpfs", _NOSUID_NODEV, options.encode())
            _call("mount", *arguments)
    os.chdir(SCRATCH)


def drop_rights() -> None:
    """Give up every capability, and the way to win one back by starting a program."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    _call("capset", header, (ctypes.c_uint32 * 6)())
    _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def set_limits(limits: Limits, held: int, jobs: int) -> None:
    """Limit this process and its children; `held` is the address space it has to begin with.

    The guard watches the processor time of each job; here it is that of all jobs.
    """
    seconds = max(1, round(limits.seconds))
    wanted = {
        "CPU": seconds * jobs,
        "FSIZE": limits.file_size,
        "CORE": 0,
        "NOFILE": 64,
        "NPROC": limits.processes or None,
        "AS": held + limits.memory if held else None,
    }
    for name, value in wanted.items():
        if value is not None:
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))


def processor_time(process: int) -> float:
    """Seconds of processor time that a process has used, its children left out."""
    try:  # Linux's number for the clock of a process
        return time.clock_gettime(~process << 3 | 2)
    except OSError:
        return 0.0


def address_space() -> int:
    """Bytes of address space that this process has; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 0
    return pages * resource.getpagesize()


def processes(sandboxed: bool) -> int:
    """A descriptor of the sandbox's list of processes, -1 where there is none of its own.

    It stays of use when another file system is put over /proc.
    """
    if not sandboxed or sys.platform != "linux":
        return -1
    return os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)


def running(listed: int) -> frozenset[str]:
    """The processes of the sandbox."""
    return frozenset(n for n in os.listdir(listed) if n.isdigit()) if listed >= 0 else frozenset()


def memory_of(listed: int, others: Collection[str], shared: int) -> int:
    """Bytes that the sandbox's processes hold, those named in `others` left out.

    `shared` is what each has from the process that it was forked from, and does not count.
    """
    total = 0
    for number in running(listed) - set(others):
        with suppress(OSError, ValueError):
            handle = os.open(f"{number}/status", os.O_RDONLY, dir_fd=listed)
            with os.fdopen(handle, "rb") as stream:
                held = sum(1024 * int(kb) for kb in _HELD.findall(stream.read()))
            total += max(0, held - shared)
    return total


_HELD = re.compile(rb"^Rss(?:Anon|Shmem):\s+(\d+) kB", re.M)


def to_be_killed_first() -> None:
    """Where memory runs out, let the kernel end this process before its guard; it ends hidden."""
    if sys.platform == "linux":
        with suppress(OSError):
            _call("prctl", _PR_SET_DUMPABLE, 1, 0, 0, 0)  # else the file belongs to root
            Path("/proc/self/oom_score_adj").write_text("1000")
        hide()
