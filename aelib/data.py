"""File -> checked -> tensors: the data sets of the course."""

import gzip
import hashlib
import os
import zlib
from functools import cache
from operator import index
from pathlib import Path

import numpy as np
import torch
from platformdirs import user_cache_dir

from aelib.files import DataError, write_atomically

_MNIST = {  # sha256 of the decompressed files, as published and as in data/mnist/README.md
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
_RESTORE = "Copy data/ again from a fresh clone of the course"


def load_mnist(
    n_train: int = 60_000, n_test: int = 10_000
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Load the handwritten digits of MNIST, the same rows at every call.

    A smaller set is balanced over the ten digits and is contained in every larger one.

    Args:
        n_train: How many of the 60,000 training digits.
        n_test: How many of the 10,000 test digits.

    Returns:
        x_train (n_train, 784) and x_test (n_test, 784), float32 in [0, 1], 0 is paper and
        1 is ink; y_train and y_test, int64, the digit that was written. In the order
        x_train, y_train, x_test, y_test.

    Raises:
        DataError: A file is missing, truncated or altered.
        ValueError: n_train or n_test is not a whole number that the set can supply.

    Reference:
        LeCun, Cortes and Burges, The MNIST database of handwritten digits.
    """
    _check_size("n_train", n_train, 60_000)
    _check_size("n_test", n_test, 10_000)
    return (*_mnist_part("train", n_train), *_mnist_part("t10k", n_test))


def _check_size(name: str, size: int, largest: int) -> None:
    try:
        fits = not isinstance(size, bool) and 1 <= index(size) <= largest
    except TypeError:
        fits = False
    if not fits:
        raise ValueError(f"{name} must be a whole number from 1 to {largest:,}, not {size!r}.")


def _mnist_part(part: str, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Pixels and labels of the first `size` digits of one part, class by class in turn."""
    images = _read_idx(_mnist_file(f"{part}-images-idx3-ubyte"))
    labels = _read_idx(_mnist_file(f"{part}-labels-idx1-ubyte"))
    rows = _balanced_rows(labels, size)
    x = np.divide(images[rows].reshape(size, -1), np.float32(255), dtype=np.float32)
    return torch.from_numpy(x), torch.from_numpy(labels[rows].astype(np.int64))


def _balanced_rows(labels: np.ndarray, size: int) -> np.ndarray | slice:
    """The rows of a subset with equally many of each label, in file order."""
    if size == len(labels):
        return slice(None)
    turn = np.empty(len(labels), dtype=np.int64)  # a row's place among those of its label
    for label in np.unique(labels):
        turn[labels == label] = np.arange(np.count_nonzero(labels == label))
    return np.sort(np.lexsort((labels, turn))[:size])


def _read_idx(content: np.ndarray) -> np.ndarray:
    """Read the IDX format: two zero bytes, type, rank, the sizes, then the bytes themselves."""
    rank = int(content[3])
    shape = content[4 : 4 + 4 * rank].view(">u4")
    return content[4 + 4 * rank :].reshape(shape)


@cache  # verified once in each process
def _mnist_file(name: str) -> np.ndarray:
    """The bytes of one decompressed file, mapped from a cache that all kernels share."""
    path, sha256 = cache_dir() / "mnist" / name, _MNIST[name]
    if not _is_intact(path, sha256):
        content = _unpack(_data_dir() / "mnist" / f"{name}.gz", sha256)
        try:
            write_atomically(path, content)
        except DataError as error:
            raise DataError(f"{error} Or name another folder in AELIB_CACHE.") from error
    return np.memmap(path, mode="r")


def _is_intact(path: Path, sha256: str) -> bool:
    try:
        return _sha256(np.memmap(path, mode="r").data) == sha256
    except (OSError, ValueError):  # not there, not readable, or empty
        return False


def _unpack(path: Path, sha256: str) -> bytes:
    """Decompress a file of data/ and check its content."""
    try:
        content = gzip.decompress(path.read_bytes())
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing. {_RESTORE}.") from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path} is truncated or damaged ({error}). {_RESTORE}.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}). {_RESTORE}.") from error
    if _sha256(content) != sha256:
        raise DataError(
            f"{path} is not the published file: its sha256 is {_sha256(content)[:12]}..., "
            f"it should be {sha256[:12]}.... {_RESTORE}."
        )
    return content


def _sha256(content: bytes | memoryview) -> str:
    return hashlib.sha256(content).hexdigest()


def cache_dir() -> Path:
    """The folder for decompressed files: $AELIB_CACHE, else the user's cache folder."""
    return Path(os.environ.get("AELIB_CACHE") or user_cache_dir("aelib", appauthor=False))


def _data_dir() -> Path:
    """The course's data/ folder: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).parent
    return package / "_data" if (package / "_data").is_dir() else package.parent / "data"
