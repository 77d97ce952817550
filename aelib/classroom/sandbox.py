"""Starts the worker in bubblewrap: no network, no home, a read-only system, nobody's rights."""

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from threading import Timer
from typing import Any

import numpy as np

from aelib.classroom import frames
from aelib.classroom.isolation import SCRATCH, Limits
from aelib.classroom.memory import home_of_groups, new_group

_PACKAGE = Path(__file__).parents[1]
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store")
_SETTINGS = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives")
_UNSHARE = ("user", "pid", "net", "ipc", "uts")
_NAMESPACES = True  # to be tried for each exercise; tests set it to False
_START = 120.0  # seconds that importing torch may take


def _environment(scratch: str) -> dict[str, str]:
    """All variables that the worker gets; nothing of the teacher's."""
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": scratch,
        "TMPDIR": scratch,
        "AELIB_PROGRESS": f"{scratch}/progress.json",
        "AELIB_CACHE": f"{scratch}/aelib",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": f"{scratch}/matplotlib",
        "OMP_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(_PACKAGE.parent),
    }


def memory_in_words(megabytes: int, trusted: bool) -> str:
    """Say how strong the limit on memory is on this machine."""
    if trusted:
        return f"Memory: {megabytes} MB for each process; there is no sandbox."
    most = f", and a control group stops them at {_at_most(megabytes)} MB" * bool(home_of_groups())
    start = f"Memory: {megabytes} MB for all processes of an exercise together"
    return f"{start}, counted 20 times a second{most}."


def _at_most(memory: int) -> int:
    """What a control group allows: a little more, so that what is counted is told as its cause."""
    return memory + memory // 4


class SandboxError(Exception):
    """No sandbox can be had; the sentence names the cure."""


class WorkerError(Exception):
    """The worker ended."""


def check() -> None:
    """Make sure that bubblewrap is here and can do its work.

    Raises:
        SandboxError: It is not, or it cannot.
    """
    ways = "or trust what they wrote with your account and files: --trusted"
    if sys.platform != "linux" or shutil.which("bwrap") is None:
        where = "" if sys.platform == "linux" else "on a Linux machine (or WSL) "
        raise SandboxError(
            "Submissions run in a sandbox, which needs the program bubblewrap. Install it "
            f"{where}(Debian, Ubuntu: `sudo apt install bubblewrap`), {ways}."
        )
    run = subprocess.run([*_bwrap(), sys.executable, "-c", ""], capture_output=True, text=True)
    if run.returncode:
        said = (run.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise SandboxError(
            f"bubblewrap cannot make a sandbox on this machine ({said}). Let ordinary users "
            "have user namespaces (Ubuntu 24.04: `sudo sysctl -w "
            f"kernel.apparmor_restrict_unprivileged_userns=0`), {ways}."
        )


def _bwrap(hidden: Sequence[Path] = ()) -> list[str]:
    """The command line up to the program that is to run inside, where `hidden` files are empty."""
    root = os.getuid() == 0
    line = ["bwrap", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
    line += [f"--unshare-{name}" for name in _UNSHARE if not (root and name == "user")]
    if root:  # the worker itself becomes nobody, so that the limit on processes holds
        line += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        line += ["--uid", "65534", "--gid", "65534"]
    line += ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", SCRATCH]
    line += ["--perms", "1777", "--tmpfs", "/dev/shm"]
    for path in _visible():
        for folder in reversed(path.parents[:-1]):
            line += ["--perms", "0755", "--dir", str(folder)]
        line += ["--ro-bind", str(path), str(path)]
    for path in map(Path, _SYSTEM):
        if path.is_symlink():
            line += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            line += ["--ro-bind", str(path), str(path)]
    for name in _SETTINGS:
        line += ["--ro-bind-try", name, name]
    for path in _within_reach(hidden):
        line += ["--ro-bind", "/dev/null", str(path)]
    line += ["--remount-ro", "/", "--chdir", SCRATCH]
    for name, value in _environment(SCRATCH).items():
        line += ["--setenv", name, value]
    return line


def _within_reach(files: Sequence[Path]) -> list[Path]:
    """Every name by which the sandbox would show a file; a folder may be shown under two."""
    found = []
    for folder in (*_visible(), *map(Path, _SYSTEM)):
        whole = folder.resolve()
        for file in files:
            if file.exists() and file.resolve().is_relative_to(whole):
                found.append(folder / file.resolve().relative_to(whole))
    return found


def _visible() -> list[Path]:
    """Where Python, its packages and aelib lie; none within another, or within the system."""
    folders = {Path(sys.prefix), Path(sys.base_prefix), _PACKAGE}
    for name in ("torch", "numpy"):
        spec = find_spec(name)
        if spec and spec.origin:
            folders.add(Path(spec.origin).parents[1])
    program = Path(sys.executable)
    while program.is_symlink():  # each link on the way to the program must be there
        program = program.parent / program.readlink()
        folders.add(program.parent.parent)
    folders |= {folder.resolve() for folder in folders}
    system = [Path(name) for name in _SYSTEM]
    kept: list[Path] = []
    for folder in sorted(folders, key=lambda folder: len(folder.parts)):
        if folder.is_dir() and not any(folder.is_relative_to(other) for other in system + kept):
            kept.append(folder)
    return kept


class Worker:
    """One worker process: asked one thing after the other."""

    def __init__(
        self, limits: Limits, *, torch: bool, trusted: bool, hidden: Sequence[Path] = ()
    ) -> None:
        """Start it; without torch it only reads notebooks.

        Raises:
            SandboxError: It does not start.
        """
        self._limits = limits
        if trusted:  # there, a limit would count all processes of the teacher's account
            limits = Limits(limits.seconds, limits.memory, 0, limits.file_size)
        options = {
            "limits": asdict(limits),
            "sandboxed": not trusted,
            "namespaces": _NAMESPACES and not trusted,
            "torch": torch,
            "reads": not torch,
        }
        program = [sys.executable, "-P", "-s", "-m", "aelib.classroom.worker", json.dumps(options)]
        command = program if trusted else [*_bwrap(hidden), *program]
        self._group = None if trusted else new_group()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the worker
        self._process = subprocess.Popen(
            self._group.within(command) if self._group else command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=_environment(tempfile.gettempdir()),
            cwd=tempfile.gettempdir() if trusted else "/",
        )
        try:
            ready, _ = self._read(_START)
            if self._group:
                self._group.allow(_at_most(limits.memory))
        except (WorkerError, OSError) as error:
            self._errors.seek(0)
            lines = self._errors.read().decode(errors="replace").strip().splitlines()
            self.close()
            said = lines[-1] if lines else "it says nothing"
            raise SandboxError(f"The worker does not start: {said}") from error
        self.for_one_student = not ready["namespaces"] and not trusted

    def ask(self, jobs: Sequence[bytes], *, largest: int) -> list[tuple[str, bytes]]:
        """Have jobs of one student done by one process, until one does not end as it should.

        Returns:
            For each job that was begun how it ended (done, timed out, too much, crashed, out of
            memory) and the bytes that came of it.

        Raises:
            WorkerError: The worker ended over it.
        """
        try:
            self._stdin.write(struct.pack("<QQ", len(jobs), largest))
            for job in jobs:
                self._stdin.write(struct.pack("<Q", len(job)))
                self._stdin.write(job)
            self._stdin.flush()
            header, contents = self._read(len(jobs) * self._limits.wall + 60)
            return list(zip(header["outcomes"], map(np.ndarray.tobytes, contents), strict=True))
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise WorkerError from error

    def close(self) -> None:
        """End it, and with it everything in its sandbox."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()
        if self._group:
            self._group.remove()

    @property
    def _stdin(self) -> Any:
        return self._process.stdin

    def _read(self, seconds: float) -> frames.Message:
        assert self._process.stdout is not None
        timer = Timer(seconds, self._process.kill)
        timer.start()
        try:
            return frames.read(self._process.stdout)
        except (EOFError, frames.FrameError) as error:
            raise WorkerError from error
        finally:
            timer.cancel()
