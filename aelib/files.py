"""Files that are either whole or not there: atomic writing, and the error for damaged ones."""

import os
import tempfile
from pathlib import Path


class DataError(Exception):
    """A file is missing, truncated, altered or cannot be written; the text names the cure."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write bytes so that `path` holds either its old content or all of the new.

    Raises:
        DataError: The folder cannot be written or the disk is full; nothing is left behind.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
        temporary = None
    except OSError as error:
        reason = error.strerror or error
        raise DataError(
            f"Cannot write {path}: {reason}. Free some disk space or choose a folder "
            "that you may write to, then try again."
        ) from error
    finally:
        if temporary is not None:  # also when the writing was interrupted
            Path(temporary).unlink(missing_ok=True)
