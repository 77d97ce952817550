"""Arrays -> Axes: the pictures of the course, drawn on `ax` or on a new figure."""

import math
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, cast

import matplotlib.pyplot as plt
import numpy as np
from IPython.core.getipython import get_ipython
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike
from PIL import Image

from aelib.adapter.pictures import layout_of
from aelib.adapter.pytorch import as_array

# Okabe and Ito (2008): told apart by colour-blind eyes; black first, yellow left out.
COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
# Ten classes: those seven, two of them darkened for thin strokes, and three more. Ten colours are
# too many for some eyes, so each class is drawn as its own number as well.
CLASS_COLOURS = (
    *("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7"),
    *("#B07800", "#3A9BD5", "#882255", "#7A7A00", "#777777"),
)
_LINES = ("--", ":", "-.")
_DENSITY = 2  # pixels of the file for each pixel of the page: crisp on dense screens


def show_images(
    images: ArrayLike,
    *,
    columns: int = 10,
    titles: Sequence[str] | None = None,
    shape: tuple[int, ...] | None = None,
    vmin: float = 0.0,
    vmax: float = 1.0,
    cmap: str = "gray_r",
    ax: Axes | None = None,
) -> Axes:
    """Draw images side by side, all with the same limits: grey ones as ink, dark on light.

    Args:
        images: Grey (N, pixels), (N, H, W) or (N, 1, H, W); in colour (N, 3, H, W) or
            (N, H, W, 3), red, green and blue. Floats, usually in [0, 1], or bytes.
        columns: Images in a row.
        titles: A few words above each image.
        shape: (H, W), or (3, H, W); needed where flat images are not square and grey.
        vmin: The value drawn as paper, in colour as black; -1 for pictures in [-1, 1].
        vmax: The value drawn as ink, in colour as white.
        cmap: matplotlib's colour map for grey images: "gray" where 0 is black and 1 is white,
            as in photographs; "RdBu_r" with vmin = -vmax for differences.
        ax: Where to draw; a new figure if None.

    Raises:
        ValueError: There is no image, its shape cannot be told, its values lie far from vmin and
            vmax, or titles are too few.

    Example:
        >>> x = aelib.load_mnist(10, 10)[0]
        >>> ax = aelib.show_images(x, columns=5)
        >>> photos = torch.rand(4, 3, 32, 48)  # in colour
        >>> ax = aelib.show_images(photos, titles=["a", "b", "c", "d"])
    """
    pictures = _as_pictures(images, shape)
    _check_limits(pictures, vmin, vmax)
    if titles is not None and len(titles) != len(pictures):
        raise ValueError(f"{len(pictures)} images need as many titles, not {len(titles)}.")
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    height, width, *channels = pictures.shape[1:]
    step_y, step_x = height + max(2, height // (2 if titles else 10)), width + max(2, width // 10)
    sheet = np.full((rows * step_y, columns * step_x, *channels), np.nan)
    ax = ax or new_axes(width=min(8.0, 0.9 * columns), ratio=rows * step_y / (columns * step_x))
    for i, picture in enumerate(pictures):
        top, left = i // columns * step_y + step_y - height, i % columns * step_x
        sheet[top : top + height, left : left + width] = picture
        if titles:
            ax.text(left + width / 2, top - 1, titles[i], ha="center", va="bottom", fontsize=8)
    shown = _in_colour(sheet, vmin, vmax) if channels else sheet
    ax.imshow(shown, cmap=cmap, vmin=vmin, vmax=vmax, interpolation="nearest")
    ax.set_axis_off()
    return ax


def plot_reconstructions(
    rows: Mapping[str, ArrayLike],
    *,
    shape: tuple[int, ...] | None = None,
    vmin: float = 0.0,
    vmax: float = 1.0,
    cmap: str = "gray_r",
    ax: Axes | None = None,
) -> Axes:
    """Draw the same images in labelled rows, one version below the other.

    Args:
        rows: A label for each row and its images, in any shape that `show_images` takes; for
            example {"input": x, "autoencoder": x_hat}.
        shape: (H, W), or (3, H, W); needed where flat images are not square and grey.
        vmin: The value drawn as paper, in colour as black; -1 for pictures in [-1, 1].
        vmax: The value drawn as ink, in colour as white.
        cmap: matplotlib's colour map for grey images, as for `show_images`.
        ax: Where to draw; a new figure if None.

    Raises:
        ValueError: There is no row, the rows hold different numbers of images, or values lie far
            from vmin and vmax.

    Example:
        >>> x = aelib.load_mnist(10, 10)[0]
        >>> x_hat = aelib.Autoencoder(16)(x).detach()
        >>> ax = aelib.plot_reconstructions({"input": x, "untrained": x_hat})
    """
    pictures = [_as_pictures(images, shape) for images in rows.values()]
    if not pictures or len({p.shape for p in pictures}) != 1:
        raise ValueError(
            "Every row must hold the same images; got "
            f"{ {label: np.shape(images) for label, images in rows.items()} }."
        )
    stacked, columns = np.concatenate(pictures), len(pictures[0])
    ax = show_images(stacked, columns=columns, vmin=vmin, vmax=vmax, cmap=cmap, ax=ax)
    height = pictures[0].shape[1]
    for i, label in enumerate(rows):
        middle = (i + 1) * (height + max(2, height // 10)) - height / 2
        ax.text(-2, middle, label, ha="right", va="center")
    return ax


def plot_history(
    history: Mapping[str, Sequence[float]],
    *,
    floors: Mapping[str, float] | None = None,
    ylabel: str = "squared error per image",
    ax: Axes | None = None,
) -> Axes:
    """Draw loss curves over the epochs, with the levels they should be read against.

    Args:
        history: A name for each curve and its losses, one per epoch; for example
            {"training": history.loss, "test": history.validation}.
        floors: A name for each level, such as the mean image, PCA or a perfect copy.
        ylabel: The loss and its unit.
        ax: Where to draw; a new figure if None.

    Example:
        >>> curves = {"training": [52.0, 21.5, 17.9], "validation": [30.0, 20.1, 18.2]}
        >>> ax = aelib.plot_history(curves, floors={"PCA": 21.1})
        >>> ax.get_ylabel()
        'squared error per image'
    """
    ax = ax or new_axes(width=6.4, ratio=0.55)
    markers = "osv^D"
    for i, (name, losses) in enumerate(history.items()):
        epochs = np.arange(1, len(losses) + 1)
        marker = markers[i % len(markers)] if len(losses) <= 40 else None
        ax.plot(epochs, losses, marker=marker, color=COLOURS[i % len(COLOURS)], label=name)
    for i, (name, level) in enumerate((floors or {}).items()):
        ax.axhline(level, linestyle=_LINES[i % 3], color="0.4")
        ax.annotate(
            f"{name}: {level:.4g}",
            (1, level),
            xycoords=("axes fraction", "data"),
            xytext=(-4, 3),
            textcoords="offset points",
            ha="right",
            fontsize=9,
        )
    ax.set(xlabel="epoch", ylabel=ylabel)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(frameon=False)
    return ax


def plot_bars(
    values: Mapping[str, float], *, digits: int = 2, xlabel: str = "", ax: Axes | None = None
) -> Axes:
    """Draw a race: a bar for each name, the first on top, with its number written beside it.

    Args:
        values: A name and a number for each bar.
        digits: Digits behind the decimal point.
        xlabel: What was measured and its unit.
        ax: Where to draw; a new figure if None, as high as the bars need.

    Example:
        >>> ax = aelib.plot_bars({"PCA": 21.06, "autoencoder": 5.7}, xlabel="squared error")
        >>> [text.get_text() for text in ax.texts]
        ['21.06', '5.70']
    """
    ax = ax or new_axes(width=6, ratio=0.08 + 0.06 * len(values))
    bars = ax.barh(list(values), list(values.values()), color=COLOURS[1])
    ax.bar_label(bars, fmt=f"%.{digits}f", padding=3)
    ax.invert_yaxis()
    ax.margins(x=0.12)  # room for the numbers
    ax.set_xlabel(xlabel)
    return ax


def plot_latent(
    z: ArrayLike,
    y: ArrayLike,
    *,
    size: float = 30.0,
    limits: Sequence[float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a map of 2-D codes, each point as its class's number, in its class's colour.

    Args:
        z: Codes (N, 2).
        y: Their classes (N,), whole numbers from 0 on.
        size: Area of a number in square points.
        limits: The lowest and highest value on both axes, for maps that are to be compared; by
            default each map fits its own points. One unit is as long across as up.
        ax: Where to draw; a new figure if None.

    Raises:
        ValueError: z is not (N, 2), holds no point or NaN, or y has another length or is not
            made of whole numbers from 0 on.

    Example:
        >>> z, y = torch.randn(100, 2), torch.arange(100) % 10
        >>> ax = aelib.plot_latent(z, y)
        >>> ax.get_xlabel(), ax.get_ylabel()
        ('z1', 'z2')
    """
    z, y = _check_map(z, y)
    ax = ax or new_axes(width=6.0, ratio=1.0)
    for label in np.unique(y):
        colour, (across, up) = CLASS_COLOURS[label % len(CLASS_COLOURS)], z[y == label].T
        ax.scatter(across, up, size, colour, marker=f"${label}$", linewidths=0, label=str(label))
    ax.set_aspect("equal", adjustable="datalim" if limits is None else "box")
    if limits is not None:
        ax.set(xlim=limits, ylim=limits)
    ax.set(xlabel="z1", ylabel="z2")
    return ax


def plot_manifold(
    images: ArrayLike,
    *,
    shape: tuple[int, ...] | None = None,
    labels: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a square grid of decoded images edge to edge, as a map of the plane they come from.

    Args:
        images: n * n of them in any shape that `show_images` takes, row by row, top left first,
            as from latent_grid.
        shape: (H, W), or (3, H, W); needed where flat images are not square and grey.
        labels: What to write below each column and, from the bottom up, beside each row.
        ax: Where to draw; a new figure if None.

    Raises:
        ValueError: The number of images is no square, or labels are not one for each column.

    Example:
        >>> vae = aelib.VAE(2)
        >>> pictures = vae.inverse_transform(aelib.latent_grid(10))
        >>> ax = aelib.plot_manifold(pictures)
    """
    pictures = _as_pictures(images, shape)
    n, (height, width, *channels) = math.isqrt(len(pictures)), pictures.shape[1:]
    if n * n != len(pictures):
        raise ValueError(f"A map needs n * n images, such as 100 or 225, not {len(pictures)}.")
    if labels is not None and len(labels) != n:
        raise ValueError(f"{n} columns need as many labels, not {len(labels)}.")
    ax = ax or new_axes(width=6.4, ratio=height / width)
    sheet = pictures.reshape(n, n, height, width, *channels).swapaxes(1, 2)
    sheet = sheet.reshape(n * height, n * width, *channels)
    sheet = np.round(31 * sheet) / 31  # greys enough for small pictures, and half the bytes
    shown = _in_colour(sheet) if channels else sheet
    ax.imshow(shown, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
    places = np.arange(len(labels or ())) + 0.5
    ax.set_xticks(places * width, labels or (), fontsize=8)
    ax.set_yticks((n - places) * height, labels or (), fontsize=8)
    ax.spines[["top", "right"]].set_visible(True)
    ax.set(xlabel="z1", ylabel="z2")
    return ax


def _check_map(z: ArrayLike, y: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Both as arrays, if they are points of a plane with a class each."""
    z, y = np.asarray(z, dtype=float), np.asarray(y)
    if z.ndim != 2 or z.shape[1] != 2 or not len(z) or not np.isfinite(z).all():
        raise ValueError(
            f"A map needs codes z of shape (N, 2) without NaN, not {z.shape}; of longer codes "
            "choose two columns, such as z[:, :2]."
        )
    if y.shape != (len(z),) or not np.issubdtype(y.dtype, np.integer) or y.min() < 0:
        raise ValueError(
            f"y must hold a whole number from 0 on for each of the {len(z)} codes, not "
            f"{y.dtype} of shape {y.shape}."
        )
    return z, y


def new_axes(width: float, ratio: float) -> Axes:
    """A new figure of `width` inches and `ratio` times that height, with one Axes."""
    _, ax = plt.subplots(figsize=(width, width * ratio), layout="constrained")
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def show(ax: Axes, alt: str) -> None:
    """Show the figure of `ax` in the notebook, with a text for those who cannot see it.

    Outside a notebook it prints the text; `plt.show()` opens a window with the figure.

    Args:
        ax: Any Axes of the figure.
        alt: What the picture shows, in a sentence or two.

    Raises:
        ValueError: The text is empty.

    Example:
        >>> ax = aelib.plot_bars({"PCA": 21.06, "autoencoder": 5.7})
        >>> aelib.show(ax, "Two bars: PCA 21, the autoencoder 6.")
        Two bars: PCA 21, the autoencoder 6.
    """
    if not alt.strip():
        raise ValueError("A figure needs an alt text: say in a sentence what it shows.")
    if get_ipython() is None:
        print(alt)
        return
    figure = cast(Figure, ax.get_figure(root=True))
    stream = BytesIO()
    figure.savefig(stream, format="png", dpi=_DENSITY * 96, bbox_inches="tight")
    plt.close(figure)
    png = _in_a_palette(stream)
    width = int.from_bytes(png[16:20]) // _DENSITY  # a PNG tells its width in these bytes
    display(
        {"image/png": png, "text/plain": alt},
        metadata={"image/png": {"alt": alt, "width": width}},
        raw=True,
    )


def _in_a_palette(stream: BytesIO) -> bytes:
    """The same picture with 256 colours: a third of the bytes, no difference to the eye."""
    smaller = BytesIO()
    with Image.open(stream) as image:
        palette = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        palette.save(smaller, "png", optimize=True)
    return smaller.getvalue()


def _as_pictures(images: Any, shape: tuple[int, ...] | None) -> np.ndarray:
    """Grey (N, H, W) or in colour (N, H, W, 3), from any usual shape; bytes as shares of 255."""
    given = as_array(images)
    try:
        layout = layout_of(given.shape[1:], shape) if given.ndim in (2, 3, 4) else None
    except ValueError:
        layout = None
    if layout is None or not given.size or given.dtype.kind not in "buif":
        raise ValueError(
            "Images must be numbers of shape (N, pixels), (N, H, W) or (N, 3, H, W) and at least "
            f"one, not {given.shape}; for one image write images[:1], for flat ones that are not "
            "square give shape=(H, W), or shape=(3, H, W) in colour."
        )
    pixels = given.astype(float) / (255 if given.dtype == np.uint8 else 1)
    size = (layout.channels, layout.height, layout.width)
    pictures = np.moveaxis(layout.as_rows(pixels).reshape(-1, *size), 1, 3)
    return pictures[..., 0] if layout.channels == 1 else pictures


def _in_colour(sheet: np.ndarray, vmin: float = 0.0, vmax: float = 1.0) -> np.ndarray:
    """Red, green, blue and how opaque: gaps, which hold NaN, are seen through."""
    colours = ((sheet - vmin) / (vmax - vmin)).clip(0, 1)
    return np.concatenate([np.nan_to_num(colours), np.isfinite(sheet[..., :1])], axis=2)


def _check_limits(pictures: np.ndarray, vmin: float, vmax: float) -> None:
    """Raise ValueError where pixels on another scale would all be drawn alike."""
    pixels, far = pictures[np.isfinite(pictures)], 10 * abs(vmax - vmin)
    low, high = pixels.min(initial=vmin), pixels.max(initial=vmax)
    if low < vmin - far or high > vmax + far:
        raise ValueError(
            f"Images lie in [{low:.4g}, {high:.4g}] and are drawn from vmin={vmin:g} to "
            f"vmax={vmax:g}. Usual cure: images / 255 where they are bytes in floats, or give "
            "vmin and vmax."
        )
