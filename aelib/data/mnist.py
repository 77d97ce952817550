"""File -> checked -> tensors: the handwritten digits of MNIST."""

from functools import cache
from pathlib import Path
from typing import cast

import numpy as np
import torch

from aelib.checks import whole_number
from aelib.data.files import (
    DataError,
    cache_dir,
    data_dir,
    sha256_of,
    unpack,
    write_atomically,
    write_if_new,
)

_MNIST = {  # sha256 of the decompressed files, as published and as in data/mnist/README.md
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
_PIXELS = {  # sha256 of all pixels as load_mnist returns them
    "train": "257f039238a0be158bad088c051a53908383fd47df03a7b1c229bb7bc968f160",
    "t10k": "bc9f8f501f39b3ca61f899a2f402edf2024bde012b73223431b6bd735e47a165",
}


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

    Example:
        >>> x_train, y_train, x_test, y_test = aelib.load_mnist(n_train=1000, n_test=200)
        >>> tuple(x_train.shape), tuple(x_test.shape)
        ((1000, 784), (200, 784))
        >>> y_train.bincount().tolist()
        [100, 100, 100, 100, 100, 100, 100, 100, 100, 100]
    """
    whole_number("n_train", n_train, 1, 60_000)
    whole_number("n_test", n_test, 1, 10_000)
    return (*_mnist_part("train", n_train), *_mnist_part("t10k", n_test))


def _mnist_part(part: str, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Pixels and labels of the first `size` digits of one part, class by class in turn."""
    images = _read_idx(f"{part}-images-idx3-ubyte")
    labels = _read_idx(f"{part}-labels-idx1-ubyte")
    rows = balanced_rows(labels, size)
    x = _all_pixels(part, images) if size == len(images) else _pixels(images[rows])
    return torch.from_numpy(x), torch.from_numpy(labels[rows].astype(np.int64))


def _pixels(images: np.ndarray) -> np.ndarray:
    """Bytes (N, 28, 28) as float32 in [0, 1] (N, 784)."""
    return np.divide(images.reshape(len(images), -1), np.float32(255), dtype=np.float32)


def _all_pixels(part: str, images: np.ndarray) -> np.ndarray:
    """All pixels, in memory once for all kernels of a machine.

    They lie in a file of the cache that every kernel maps; who writes to them gets copies of the
    pages written to. Where the file cannot be kept, on a full disk, each kernel has its own.
    """
    path = cache_dir() / "mnist" / f"{part}-images-float32"
    there = path.is_file()
    if not there:  # not made yet, or emptied since it was verified
        _pixels_are_intact.cache_clear()
    if not _pixels_are_intact(path, part):
        pixels = _pixels(images)
        try:
            if there:
                path.unlink(missing_ok=True)  # damaged
            write_if_new(path, cast(bytes, pixels.data))
        except (DataError, OSError):
            return pixels
        _pixels_are_intact.cache_clear()
    return np.memmap(path, np.float32, mode="c", shape=(len(images), images[0].size))


@cache  # looked at once in each process
def _pixels_are_intact(path: Path, part: str) -> bool:
    return _is_intact(path, _PIXELS[part])


def balanced_rows(labels: np.ndarray, size: int) -> np.ndarray | slice:
    """The rows of a subset with equally many of each label, in file order."""
    if size == len(labels):
        return slice(None)
    turn = np.empty(len(labels), dtype=np.int64)  # a row's place among those of its label
    for label in np.unique(labels):
        turn[labels == label] = np.arange(np.count_nonzero(labels == label))
    return np.sort(np.lexsort((labels, turn))[:size])


def _read_idx(name: str) -> np.ndarray:
    """Read the IDX format: two zero bytes, type, rank, the sizes, then the bytes themselves."""
    if not _mnist_file(name).is_file():  # somebody emptied the cache since it was verified
        _mnist_file.cache_clear()
    content = np.memmap(_mnist_file(name), mode="r")
    rank = int(content[3])
    shape = content[4 : 4 + 4 * rank].view(">u4")
    return content[4 + 4 * rank :].reshape(shape)


@cache  # verified once in each process
def _mnist_file(name: str) -> Path:
    """One decompressed file, intact, in a cache that all kernels share."""
    path, sha256 = cache_dir() / "mnist" / name, _MNIST[name]
    if not _is_intact(path, sha256):
        content = unpack(data_dir() / "mnist" / f"{name}.gz", sha256)
        try:
            write_atomically(path, content)
        except DataError as error:
            raise DataError(f"{error} Or name another folder in AELIB_CACHE.") from error
    return path


def _is_intact(path: Path, sha256: str) -> bool:
    try:
        return sha256_of(np.memmap(path, mode="r").data) == sha256
    except (OSError, ValueError):  # not there, not readable, or empty
        return False
