"""A folder of IDX files -> checked -> tensors: any set in MNIST's format."""

import gzip
import zlib
from pathlib import Path

import numpy as np
import torch

from aelib.checks import whole_number
from aelib.data.files import DataError
from aelib.data.mnist import balanced_rows

_TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
_PARTS = {"train": ("train",), "test": ("t10k", "test")}


def load_idx(
    folder: str | Path,
    n_train: int | None = None,
    n_test: int | None = None,
    *,
    name: str = "",
    transposed: bool | None = None,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Load a set in MNIST's format, such as Fashion-MNIST, KMNIST or EMNIST, gzipped or not.

    The folder holds four files, as they are published: images and labels, of `train` and of
    `t10k` or `test`. A smaller set is balanced over the classes, as `load_mnist` does it.

    Args:
        folder: Where the files lie.
        n_train: How many of the training pictures; all if None.
        n_test: How many of the test pictures; all if None.
        name: A part of the files' names, where a folder holds several sets: "letters" of EMNIST.
        transposed: Whether rows and columns of the pictures have changed places in the file;
            None says so for files that begin with "emnist", where they have.

    Returns:
        x_train (n_train, H * W) and x_test (n_test, H * W), float32 in [0, 1], bytes / 255;
        y_train and y_test, int64, as in the file. In the order x_train, y_train, x_test, y_test.

    Raises:
        DataError: A file is missing, truncated or no IDX file; the text names it.
        ValueError: n_train or n_test is not a whole number that the set can supply.

    Reference: LeCun, Cortes and Burges, The MNIST database of handwritten digits.

    Example:
        >>> folder = aelib.data.data_dir() / "mnist"  # any other set in this format will do
        >>> x_train, y_train, x_test, y_test = aelib.load_idx(folder, n_train=100, n_test=20)
        >>> tuple(x_train.shape), tuple(x_test.shape)
        ((100, 784), (20, 784))
    """
    train = _part(Path(folder), "train", n_train, name, transposed)
    test = _part(Path(folder), "test", n_test, name, transposed)
    return (*train, *test)


def _part(
    folder: Path, part: str, size: int | None, name: str, transposed: bool | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Pixels and labels of the first `size` pictures of one part, class by class in turn."""
    path, label_path = (_find(folder, part, kind, name) for kind in ("images", "labels"))
    images, labels = _read(path, 3), _read(label_path, 1)
    if len(images) != len(labels):
        raise DataError(
            f"{path} holds {len(images):,} pictures and {label_path} {len(labels):,} labels. "
            "Take both from the same set."
        )
    if images.dtype != np.uint8:
        raise DataError(f"{path} holds {images.dtype} and no bytes; pictures are bytes, 0 to 255.")
    if path.name.startswith("emnist") if transposed is None else transposed:
        images = images.transpose(0, 2, 1)
    if size is not None:
        whole_number(f"n_{part}", size, 1, len(images))
        rows = balanced_rows(labels, size)
        images, labels = images[rows], labels[rows]
    pixels = np.divide(images.reshape(len(images), -1), np.float32(255), dtype=np.float32)
    return torch.from_numpy(pixels), torch.from_numpy(labels.astype(np.int64))


def _find(folder: Path, part: str, kind: str, name: str) -> Path:
    """The one file of a part that holds pictures, or labels."""
    if not folder.is_dir():
        raise DataError(f"{folder} is no folder. Give the folder that holds the four files.")
    files = [p for p in sorted(folder.iterdir()) if kind in p.name and "idx" in p.name]
    found = [p for p in files if name in p.name and any(word in p.name for word in _PARTS[part])]
    plain = {p.name.removesuffix(".gz"): p for p in found}  # packed and unpacked are one
    if len(plain) == 1:
        return next(iter(plain.values()))
    wanted = f"{_PARTS[part][0]}-{kind}-idx{3 if kind == 'images' else 1}-ubyte"
    if not plain:
        raise DataError(
            f"{folder} holds no file such as {wanted}, or {wanted}.gz. Keep the names under which "
            "the set is published."
        )
    raise DataError(
        f"{folder} holds several: {', '.join(plain)}. Say which with name=..., a part of its name."
    )


def _read(path: Path, rank: int) -> np.ndarray:
    """Read the IDX format: two zero bytes, type, rank, the sizes, then the numbers themselves."""
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path} is truncated or damaged ({error}). Fetch it again.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}).") from error
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in _TYPES:
        raise DataError(f"{path} is no IDX file: it does not begin as one. Fetch it again.")
    kind, ranks = np.dtype(_TYPES[content[2]]), content[3]
    if ranks != rank or len(content) < 4 + 4 * rank:
        raise DataError(f"{path} holds an array of rank {ranks}; {rank} is needed here.")
    shape = np.frombuffer(content, ">u4", rank, 4).astype(int)
    size = int(np.prod(shape, dtype=object)) * kind.itemsize
    if not size or len(content) != 4 + 4 * rank + size:
        raise DataError(
            f"{path} should hold {' x '.join(map(str, shape))} numbers and has "
            f"{len(content) - 4 - 4 * rank:,} bytes of them. Fetch it again."
        )
    return np.frombuffer(content, kind, offset=4 + 4 * rank).reshape(shape)
