"""Files that are either whole or not there: atomic writing, and the error for damaged ones."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path

_ABANDONED = 3600  # seconds after which an unfinished file belongs to a process that was killed


class DataError(Exception):
    """A file is missing, truncated, altered or cannot be written; the text names the cure."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write bytes so that `path` holds either its old content or all of the new.

    Raises:
        DataError: The folder cannot be written or the disk is full; nothing is left behind.
    """
    with _written_beside(path, content) as finished:
        finished.replace(path)


def write_if_new(path: Path, content: bytes) -> None:
    """Write bytes unless the file is there: of processes that begin together the first counts.

    Raises:
        DataError: The folder cannot be written, knows no second name for a file, or the disk is
            full; nothing is left behind.
    """
    with _written_beside(path, content) as finished, suppress(FileExistsError):
        os.link(finished, path)


@contextmanager
def _written_beside(path: Path, content: bytes) -> Iterator[Path]:
    """A finished file under another name in the folder of `path`, gone at the end."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _clear_abandoned(path)
        handle, temporary = tempfile.mkstemp(".part", f".{path.name}.", path.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        yield Path(temporary)
    except OSError as error:
        reason = error.strerror or error
        raise DataError(
            f"Cannot write {path}: {reason}. Free some disk space or choose a folder "
            "that you may write to, then try again."
        ) from error
    finally:
        if temporary is not None:  # also when the writing was interrupted
            Path(temporary).unlink(missing_ok=True)


def _clear_abandoned(path: Path) -> None:
    """Remove what a killed process left of the same file."""
    for part in path.parent.glob(f".{escape(path.name)}.*.part"):
        with suppress(FileNotFoundError):  # another process clears, too
            if time.time() - part.stat().st_mtime > _ABANDONED:
                part.unlink()
