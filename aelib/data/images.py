"""Pictures of your own -> checked -> tensors: a folder of files, or one photograph or scan."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError

from aelib.checks import whole_number
from aelib.data.files import DataError

_KINDS = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"}
_PAPER = 0.15  # of the darkest ink: what is paler is paper, its grain and its shadows
_EVERY = 5  # of the pictures of a class goes into the test set


def load_images(
    folder: str | Path,
    *,
    size: int | tuple[int, int] = 28,
    grey: bool = True,
    centred: bool = False,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Load a folder of pictures; its subfolders are the classes, in alphabetical order.

    A picture that was held sideways is turned as its camera says, transparency lies on white,
    the middle is cut out in the shape that is asked for and then made smaller. One that has the
    right size already keeps its pixels exactly. Where there are folders `train` and `test` they
    are the split; else every fifth picture of each class, by name, is a test picture.

    Plots and widgets draw grey pictures as ink on paper, so a photograph would look like its
    negative: give them 1 - x, or load it with grey=False.

    Args:
        folder: Where they lie: PNG, JPEG, WebP, BMP, GIF or TIFF.
        size: The side in pixels, or (height, width).
        grey: Grey pictures, or red, green and blue.
        centred: Prepare each as MNIST was, see `as_digit`; then they are grey and square.

    Returns:
        x_train, y_train, x_test, y_test. x is float32 in [0, 1]: grey (N, H * W), colour
        (N, 3, H, W); 0 is black and 1 white, but for centred ones 0 is paper and 1 ink. y is
        int64, the place of the subfolder, 0 where there is none.

    Raises:
        DataError: There is no picture, or one cannot be read; the text names the file.
        ValueError: size is no size, or centred pictures are asked for in colour or not square.

    Example:
        >>> from PIL import Image
        >>> for i in range(5):
        ...     Image.new("RGB", (80, 60), (40 * i, 90, 200)).save(f"{i}.png")
        >>> x_train, y_train, x_test, y_test = aelib.load_images(".", size=(24, 32), grey=False)
        >>> tuple(x_train.shape), tuple(x_test.shape)
        ((4, 3, 24, 32), (1, 3, 24, 32))
    """
    height, width = _size(size)
    if centred and (not grey or height != width):
        raise ValueError("centred pictures are grey and square: grey=True and one number as size.")

    def read(path: Path) -> np.ndarray:
        with _opened(path) as picture:
            return (
                as_digit(picture, height).numpy()
                if centred
                else _fitted(picture, height, width, grey)
            )

    parts = _split(Path(folder))
    found: list[torch.Tensor] = []
    for files in parts:
        shape = (height * width,) if grey else (3, height, width)
        rows = [read(path) for path, _ in files]
        x = np.stack(rows) if rows else np.empty((0, *shape), np.float32)
        found += [torch.from_numpy(x), torch.tensor([y for _, y in files], dtype=torch.int64)]
    return found[0], found[1], found[2], found[3]


def as_digit(picture: Any, size: int = 28) -> torch.Tensor:
    """A photograph or a scan of one digit or letter as MNIST would have it.

    It becomes grey; dark on light is turned round, so that paper is 0 and ink is 1; what is
    paler than 15 per cent of the darkest ink counts as paper. The box of the ink is scaled to 20 of
    28 pixels and its centre of mass lies in the middle.

    Args:
        picture: A PIL image, or an array or tensor: grey (H, W), or colour (H, W, 3) or
            (3, H, W), bytes or floats in [0, 1]. Of any size, for example 64 x 64.
        size: The side of the answer.

    Returns:
        One row of pixels (size * size,), float32 in [0, 1].

    Raises:
        ValueError: It is no picture, or there is no ink on it.

    Example:
        >>> from PIL import Image
        >>> photo = Image.new("RGB", (64, 64), "white")  # or Image.open("one.jpg")
        >>> photo.paste("navy", (28, 12, 36, 52))  # a stroke of a ruler
        >>> x = aelib.as_digit(photo)
        >>> x.reshape(28, 28).sum(dim=0).max()  # it is now 20 pixels high
        tensor(20.)
    """
    whole_number("size", size)
    pixels = _grey_of(picture)
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    ink = np.abs(pixels - np.median(edge))
    if ink.max() < 0.1:
        raise ValueError("There is no ink on this picture: every pixel is about as its edge is.")
    ink = ((ink / ink.max() - _PAPER) / (1 - _PAPER)).clip(0, 1)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    scale = 20 * size / 28 / max(np.ptp(rows) + 1, np.ptp(columns) + 1)
    down, across = (
        _shares(ink.sum(axis=1 - axis), size, scale) for axis in (0, 1)
    )  # every pixel is the mean of what it covers, as DigitPad draws it
    return torch.from_numpy((down @ ink @ across.T).clip(0, 1).astype(np.float32).ravel())


def _shares(mass: np.ndarray, size: int, scale: float) -> np.ndarray:
    """How much of each fine pixel falls into each of `size` coarse ones, (size, fine).

    Args:
        mass: The ink in each row, or in each column: its centre comes to the middle.
        size: How many coarse pixels there are.
        scale: How wide a fine pixel is, in coarse ones.
    """
    fine, coarse = np.arange(len(mass)), np.arange(size)[:, None]
    begin = (fine - ((fine + 0.5) * mass).sum() / mass.sum()) * scale + size / 2
    return (np.minimum(begin + scale, coarse + 1) - np.maximum(begin, coarse)).clip(0)


def _grey_of(picture: Any) -> np.ndarray:
    """Any picture as grey pixels (H, W) in [0, 1]."""
    if isinstance(picture, Image.Image):
        turned = ImageOps.exif_transpose(picture)
        return _pixels(turned, "L")
    pixels = np.asarray(picture)
    if pixels.ndim == 3 and pixels.shape[0] in (1, 3):
        pixels = np.moveaxis(pixels, 0, 2)
    if pixels.ndim not in (2, 3) or not pixels.size or pixels.dtype.kind not in "buif":
        raise ValueError(f"A picture is (H, W), (H, W, 3) or (3, H, W), not {pixels.shape}.")
    pixels = pixels.astype(np.float32) / (255 if pixels.dtype == np.uint8 else 1)
    if not (pixels.min() >= 0 and pixels.max() <= 1):
        raise ValueError("Pixels must be bytes, or floats in [0, 1]; usual cure: / 255.")
    if pixels.ndim == 3:
        weights = [0.299, 0.587, 0.114] if pixels.shape[2] == 3 else [1 / pixels.shape[2]]
        pixels = (pixels * np.array(weights, np.float32)).sum(axis=2)
    return pixels


def _size(size: Any) -> tuple[int, int]:
    pair = size if isinstance(size, tuple | list) else (size, size)
    if len(pair) != 2:
        raise ValueError(f"size must be one number or (height, width), not {size!r}.")
    return whole_number("size", pair[0]), whole_number("size", pair[1])


def _opened(path: Path) -> Image.Image:
    """A picture as its camera held it.

    Raises:
        DataError: It cannot be read.
    """
    try:
        with Image.open(path) as picture:
            picture.load()
            return ImageOps.exif_transpose(picture)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise DataError(f"{path} cannot be read as a picture ({error}).") from error
    except Image.DecompressionBombError as error:
        raise DataError(f"{path} is too large to be opened safely ({error}).") from error


def _pixels(picture: Image.Image, mode: str) -> np.ndarray:
    """Pixels in [0, 1], grey (H, W) or colour (H, W, 3); transparency lies on white."""
    if picture.mode.startswith("I"):  # 16 bits for each pixel
        deep = np.asarray(picture, np.float32) / 65535
        return deep if mode == "L" else np.stack([deep] * 3, axis=2)
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        sheet = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(sheet, picture.convert("RGBA"))
    return np.asarray(picture.convert(mode), np.float32) / 255


def _fitted(picture: Image.Image, height: int, width: int, grey: bool) -> np.ndarray:
    """The middle of a picture in the shape that is asked for, as pixels."""
    pixels = _pixels(picture, "L" if grey else "RGB")
    if pixels.shape[:2] != (height, width):
        bytes_ = Image.fromarray((pixels * 255).round().astype(np.uint8))
        resized = ImageOps.fit(bytes_, (width, height), Image.Resampling.LANCZOS)
        pixels = np.asarray(resized, np.float32) / 255
    return pixels.ravel() if grey else np.ascontiguousarray(pixels.transpose(2, 0, 1))


def _split(folder: Path) -> list[list[tuple[Path, int]]]:
    """Training and test files, each with the number of its class."""
    if not folder.is_dir():
        raise DataError(f"{folder} is no folder. Give the folder that holds the pictures.")
    if (folder / "train").is_dir() and (folder / "test").is_dir():
        names = sorted({p.name for part in ("train", "test") for p in _folders(folder / part)})
        return [_files(folder / part, names) for part in ("train", "test")]
    files = _files(folder, [p.name for p in _folders(folder)])
    places: dict[int, int] = {}
    parts: list[list[tuple[Path, int]]] = [[], []]
    for path, y in files:
        places[y] = places.get(y, 0) + 1
        parts[places[y] % _EVERY == 0].append((path, y))
    return parts


def _folders(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


def _files(folder: Path, names: list[str]) -> list[tuple[Path, int]]:
    """The pictures of a folder and of its subfolders, by name."""
    found = [(p, 0) for p in sorted(folder.iterdir()) if _is_picture(p)]
    for y, name in enumerate(names):
        inside = folder / name
        found += [
            (p, y) for p in (sorted(inside.iterdir()) if inside.is_dir() else []) if _is_picture(p)
        ]
    if not found:
        raise DataError(
            f"{folder} holds no picture: no PNG, JPEG, WebP, BMP, GIF or TIFF, in it or in its "
            "subfolders."
        )
    return found


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in _KINDS and not path.name.startswith(".") and path.is_file()
