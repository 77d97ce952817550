"""What has been graded so far, one line for each student: enough to go on after a power cut."""

import fcntl
import json
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from aelib.data.files import write_atomically


class JournalError(Exception):
    """The journal cannot be used; the sentence says why."""


class Journal:
    """A file of finished students beside grades.csv.

    A line is written whole and reaches the disk before the next student is begun; a line that
    was cut short by a power cut is no line. Only what the same files, exercises, seed and limits
    gave is used again.
    """

    def __init__(self, path: Path, run: str) -> None:
        """Open it and drop what does not belong to this run.

        Raises:
            JournalError: Another run writes to it, or it cannot be written.
            DataError: The folder cannot be written.
        """
        self._path, self._run = path, run
        self._lock = _locked(path.parent)
        try:
            self._records = _read(path, run)
            lines = [json.dumps(record) + "\n" for record in self._records.values()]
            write_atomically(path, "".join(lines).encode())
            self._stream: TextIO = path.open("a", encoding="utf-8")
        except BaseException:
            os.close(self._lock)
            raise

    def find(self, student: str, content: str) -> dict[str, Any] | None:
        """Return what is known of a student whose files have this checksum."""
        record = self._records.get(student)
        return record["result"] if record and record["content"] == content else None

    def add(self, student: str, content: str, result: dict[str, Any]) -> None:
        """Note a student as finished.

        Raises:
            JournalError: The disk is full; who was noted before is kept.
        """
        record = {"run": self._run, "student": student, "content": content, "result": result}
        try:
            self._stream.write(json.dumps(record) + "\n")
            self._stream.flush()
            os.fsync(self._stream.fileno())
        except OSError as error:
            raise JournalError(
                f"Cannot write {self._path} ({error.strerror}). What was graded before is kept: "
                "free some disk space, then the same command goes on."
            ) from error

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        try:
            with suppress(OSError):  # what a full disk refused was reported by `add`
                self._stream.close()
        finally:
            os.close(self._lock)


def _read(path: Path, run: str) -> dict[str, Any]:
    """The whole lines of this run; a student's last line counts."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise JournalError(f"{path} cannot be read ({error.strerror}). Delete it.") from error
    records = {}
    for line in lines:
        try:
            record = json.loads(line)
            if record["run"] == run:
                records[record["student"]] = record
        except (ValueError, LookupError, TypeError):
            continue
    return records


def _locked(folder: Path) -> int:
    """Hold a folder that only one run can hold."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise JournalError(f"Another `aelib grade` is writing to {folder.resolve()}.") from error
    except OSError as error:
        raise JournalError(f"Cannot write to {folder} ({error.strerror}).") from error
    return handle
