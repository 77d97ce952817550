"""Files that are whole or not there: where they lie, checked reading, atomic writing."""

import gzip
import hashlib
import os
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path

from platformdirs import user_cache_dir

_RESTORE = "Copy data/ again from a fresh clone of the course"
_SCIKIT_IMAGE = {  # sha256 of files that the wheel of scikit-image ships, nothing is downloaded
    "lfw_subset.npy": "9560ec2f5edfac01973f63a8a99d00053fecd11e21877e18038fbe500f8e872c",
    "astronaut.png": "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    "camera.png": "b0793d2adda0fa6ae899c03989482bff9a42d3d5690fc7e3648f2795d730c23a",
    "chelsea.png": "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
    "coffee.png": "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7",
    "coins.png": "f8d773fc9cfa6f4d8e5942dc34d0a0788fcaed2a4fefbbed0aef5398d7ef4cba",
    "motorcycle_left.png": "db18e9c4157617403c3537a6ba355dfeafe9a7eabb6b9b94cb33f6525dd49179",
    "rocket.jpg": "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c",
}
_ABANDONED = 3600  # seconds after which an unfinished file belongs to a process that was killed


class DataError(Exception):
    """A file is missing, truncated, altered or cannot be written; the text names the cure.

    Example:
        >>> try:
        ...     aelib.load("no_such_file.safetensors")
        ... except aelib.DataError as error:
        ...     print(error)
        no_such_file.safetensors is missing. Check the name, or save the model first.
    """


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


def data_dir() -> Path:
    """The course's data/ folder: beside the package in a checkout, inside it in a wheel.

    Example:
        >>> (aelib.data.data_dir() / "mnist").is_dir()
        True
    """
    package = Path(__file__).parents[1]
    return package / "_data" if (package / "_data").is_dir() else package.parent / "data"


def cache_dir() -> Path:
    """The folder for decompressed files: $AELIB_CACHE, else the user's cache folder.

    Example:
        >>> _ = aelib.load_mnist(10, 10)  # unpacks the digits into it
        >>> (aelib.data.cache_dir() / "mnist").is_dir()
        True
    """
    return Path(os.environ.get("AELIB_CACHE") or user_cache_dir("aelib", appauthor=False))


def unpack(path: Path, sha256: str) -> bytes:
    """Decompress a file of data/ and check its content."""
    try:
        content = gzip.decompress(path.read_bytes())
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing. {_RESTORE}.") from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path} is truncated or damaged ({error}). {_RESTORE}.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}). {_RESTORE}.") from error
    _check_sha256(path, content, sha256, _RESTORE)
    return content


def scikit_image_file(name: str) -> bytes:
    """The checked bytes of a file inside the scikit-image package."""
    path, restore = _scikit_image_dir() / name, "Install scikit-image again"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}). {restore}.") from error
    _check_sha256(path, content, _SCIKIT_IMAGE[name], restore)
    return content


def _scikit_image_dir() -> Path:
    import skimage

    return Path(skimage.__file__).parent / "data"


def _check_sha256(path: Path, content: bytes, sha256: str, restore: str) -> None:
    if sha256_of(content) != sha256:
        raise DataError(
            f"{path} is not the published file: its sha256 is {sha256_of(content)[:12]}..., "
            f"it should be {sha256[:12]}.... {restore}."
        )


def sha256_of(content: bytes | memoryview) -> str:
    """The sha256 of some bytes, in 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
