"""The still picture of a widget, for places that cannot run it."""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageFont

_GAP = 2
_ZOOM = 2
_GREYS = 31  # enough for a thumbnail, and a third of the bytes in a committed notebook
_LINE, _WIDTH = 26, 760  # pixels of a page of words
_LETTERS = 46  # as many as a column of it takes


def contact_sheet(rows: np.ndarray, shape: Sequence[int]) -> bytes:
    """Lay pictures out as a PNG, ink dark on light; colours as they are.

    Args:
        rows: (R, C, pixels) in [0, 1], channel after channel.
        shape: (H, W), or (H, W, 3).
    """
    n_rows, n_columns = rows.shape[:2]
    height, width, channels = (*shape, 1)[:3]
    pictures = np.nan_to_num(rows).clip(0, 1).reshape(n_rows, n_columns, channels, height, width)
    if channels == 1:
        pictures = 1 - pictures
    around = [(0, 0), (0, 0), (0, 0), (0, _GAP), (0, _GAP)]
    padded = np.pad(pictures, around, constant_values=1).transpose(0, 3, 1, 4, 2)
    sheet = padded.reshape(n_rows * (height + _GAP), -1, channels)
    levels = (np.round(sheet * _GREYS) * (255 / _GREYS)).astype(np.uint8)
    large = levels.repeat(_ZOOM, axis=0).repeat(_ZOOM, axis=1)
    stream = BytesIO()
    image = Image.fromarray(large[:, :, 0] if channels == 1 else large)
    image.save(stream, format="png", optimize=True)
    return stream.getvalue()


def two_columns(left: list[str], right: list[str]) -> bytes:
    """Write two columns of words as a PNG, black on white.

    Args:
        left: One string a line; what does not fit is cut off.
        right: The same, for the other column.
    """
    page = Image.new("L", (_WIDTH, _LINE * (max(len(left), len(right)) + 1)), 255)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=15)
    for column, lines in enumerate((left, right)):
        for row, words in enumerate(lines):
            place = (12 + column * _WIDTH // 2, _LINE // 2 + row * _LINE)
            draw.text(place, words[:_LETTERS], font=font, fill=0)
    stream = BytesIO()
    page.quantize(8).save(stream, format="png", optimize=True)
    return stream.getvalue()


def lit_lines(title: str, lines: Sequence[tuple[str, np.ndarray]]) -> bytes:
    """Write lines of letters, black on a ground that is the bluer the stronger a letter is.

    Letters above a third of the strongest are underlined, above two thirds twice as thickly.

    Args:
        title: What stands above them.
        lines: Letters, and a number from 0 to 1 for each.
    """
    page = Image.new("RGB", (_WIDTH, _LINE * (len(lines) + 2)), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=15)
    draw.text((12, _LINE // 2), title, font=font, fill=0)
    for row, (letters, shares) in enumerate(lines):
        x, y = 12.0, _LINE * (row + 1) + _LINE // 2
        for letter, share in zip(letters.replace("\n", "\u00b6"), shares, strict=True):
            width = font.getlength(letter)
            if share > 0:
                ground = tuple(round(255 - share * away) for away in (155, 80, 10))
                draw.rectangle((x, y - 2, x + width, y + 17), fill=ground)
            thick = sum(share > level for level in (1 / 3, 2 / 3))
            if thick:
                draw.rectangle((x, y + 17, x + width, y + 16 + 2 * thick), fill="black")
            draw.text((x, y), letter, font=font, fill=0)
            x += width
    stream = BytesIO()
    page.quantize(16).save(stream, format="png", optimize=True)
    return stream.getvalue()
