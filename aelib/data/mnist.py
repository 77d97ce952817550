"""File -> checked -> tensors: the data sets of the course."""

import gzip
import hashlib
import os
import zlib
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import cast

import numpy as np
import torch
from platformdirs import user_cache_dir

from aelib.checks import whole_number
from aelib.data import letters
from aelib.data.files import DataError, write_atomically, write_if_new

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
PHOTOS = tuple(name[:-4] for name in _SCIKIT_IMAGE if name.endswith(".png"))
_MOST = 100_000  # letters or patches in one call: 300 MB


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
    whole_number("n_train", n_train, 1, 60_000)
    whole_number("n_test", n_test, 1, 10_000)
    return (*_mnist_part("train", n_train), *_mnist_part("t10k", n_test))


def load_faces(size: int = 28) -> tuple[torch.Tensor, torch.Tensor]:
    """Load 100 faces and 100 pieces of background, grey, cut from photographs of people.

    Args:
        size: The pictures' height and width; they are stored with 25 x 25 pixels.

    Returns:
        x (200, size * size), float32 in [0, 1], 0 is black and 1 is white, as in photographs;
        y (200,), int64, 1 for a face and 0 for none. The same rows at every call.

    Raises:
        DataError: scikit-image's file is missing or altered.
        ValueError: size is not a whole number from 1 to 256.

    Reference: Huang, Mattar, Lee and Learned-Miller (2012), Learning to align from scratch.
    """
    whole_number("size", size, 1, 256)
    from skimage.transform import resize

    pictures = np.load(BytesIO(scikit_image_file("lfw_subset.npy")), allow_pickle=False)
    pictures = resize(pictures, (200, size, size), order=1, anti_aliasing=size < 25)
    x = torch.from_numpy(pictures.reshape(200, -1).clip(0, 1).astype(np.float32))
    return x, torch.arange(200).less(100).long()


def photo_patches(
    n: int, *, seed: int = 0, photos: Sequence[str] = PHOTOS, size: int = 28
) -> torch.Tensor:
    """Cut grey patches at random places from photographs that scikit-image ships.

    Each photograph is first shrunk to half its height and width, so that a patch of 28 pixels
    shows more than one edge, and each is used about equally often.

    Args:
        n: How many patches; fewer are the first of more.
        seed: Decides the photographs and the places.
        photos: Names out of `aelib.data.PHOTOS`; keep some back to test on.
        size: A patch's height and width.

    Returns:
        x (n, size * size), float32 in [0, 1], 0 is black and 1 is white.

    Raises:
        DataError: scikit-image's file is missing or altered.
        ValueError: n, seed or size is out of range, or a name is not in PHOTOS.
    """
    whole_number("n", n, 1, _MOST)
    whole_number("seed", seed, 0, 2**32 - 1)
    whole_number("size", size, 1, 150)
    if isinstance(photos, str) or not photos or not set(photos) <= set(PHOTOS):
        raise ValueError(f"photos must be a list of names out of {PHOTOS}, not {photos!r}.")
    draws = np.random.default_rng(seed).random((n, 3))
    which = (draws[:, 0] * len(photos)).astype(int)
    x = np.empty((n, size, size), dtype=np.float32)
    for i, name in enumerate(photos):
        rows = which == i
        windows = np.lib.stride_tricks.sliding_window_view(_half_size_photo(name), (size, size))
        top, left = (draws[rows, 1:] * windows.shape[:2]).astype(int).T
        x[rows] = windows[top, left]
    return torch.from_numpy(x.reshape(n, -1))


@cache
def _half_size_photo(name: str) -> np.ndarray:
    """A grey photograph (H // 2, W // 2), float32 in [0, 1]; each pixel the mean of four."""
    from PIL import Image

    colour = np.asarray(Image.open(BytesIO(scikit_image_file(f"{name}.png"))), dtype=float) / 255
    grey = colour if colour.ndim == 2 else colour @ (0.2125, 0.7154, 0.0721)  # as rgb2gray
    height, width = (side // 2 for side in grey.shape)
    blocks = grey[: 2 * height, : 2 * width].reshape(height, 2, width, 2)
    return blocks.mean(axis=(1, 3)).clip(0, 1).astype(np.float32)


def draw_letters(n: int, *, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw letters from fonts, prepared as MNIST's digits are.

    Small and capital letters from 22 fonts, slightly turned, slanted, thinned or thickened.
    Each fills a box of 20 x 20 pixels; its centre of mass is the middle of 28 x 28.

    Args:
        n: How many letters; fewer are the first of more.
        seed: Decides letters, fonts and distortions.

    Returns:
        x (n, 784), float32 in [0, 1], 0 is paper and 1 is ink; y (n,), int64, the letter's place
        in the alphabet, 0 to 25, the same for small and capital.

    Raises:
        DataError: A font of matplotlib is missing or damaged.
        ValueError: n or seed is out of range.
    """
    whole_number("n", n, 1, _MOST)
    whole_number("seed", seed, 0, 2**32 - 1)
    return letters.draw(n, seed)


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


def _mnist_part(part: str, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Pixels and labels of the first `size` digits of one part, class by class in turn."""
    images = _read_idx(f"{part}-images-idx3-ubyte")
    labels = _read_idx(f"{part}-labels-idx1-ubyte")
    rows = _balanced_rows(labels, size)
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


def _balanced_rows(labels: np.ndarray, size: int) -> np.ndarray | slice:
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
        return _sha256(np.memmap(path, mode="r").data) == sha256
    except (OSError, ValueError):  # not there, not readable, or empty
        return False


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


def _check_sha256(path: Path, content: bytes, sha256: str, restore: str) -> None:
    if _sha256(content) != sha256:
        raise DataError(
            f"{path} is not the published file: its sha256 is {_sha256(content)[:12]}..., "
            f"it should be {sha256[:12]}.... {restore}."
        )


def _sha256(content: bytes | memoryview) -> str:
    return hashlib.sha256(content).hexdigest()


def cache_dir() -> Path:
    """The folder for decompressed files: $AELIB_CACHE, else the user's cache folder."""
    return Path(os.environ.get("AELIB_CACHE") or user_cache_dir("aelib", appauthor=False))


def data_dir() -> Path:
    """The course's data/ folder: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).parents[1]
    return package / "_data" if (package / "_data").is_dir() else package.parent / "data"
