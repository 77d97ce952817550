"""Draws the letters of glyphs.gz from the fonts that matplotlib ships.

    python data/letters/build.py

Needs matplotlib 3.11 or newer (3.10 has no cmti10.ttf). The committed file was made with
matplotlib 3.11.2 and Pillow 13.0.0; other versions of Pillow bring another FreeType, which draws
the same font a little differently, so the letters are shipped as drawn.
"""

import gzip
import hashlib
from pathlib import Path
from string import ascii_letters

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

FONTS = (  # of those that matplotlib ships, the ones with a to z and A to Z
    *(f"DejaVuSans{style}" for style in ("", "-Bold", "-Oblique", "-BoldOblique")),
    *(f"DejaVuSansMono{style}" for style in ("", "-Bold", "-Oblique", "-BoldOblique")),
    *(f"DejaVuSerif{style}" for style in ("", "-Bold", "-Italic", "-BoldItalic")),
    *(f"STIXGeneral{style}" for style in ("", "Bol", "Italic", "BolIta")),
    *("cmb10", "cmmi10", "cmr10", "cmss10", "cmti10", "cmtt10"),
)


def glyphs() -> np.ndarray:
    """Every letter in every font, the letters of a font in a row: (fonts * 52, 72, 72) bytes."""
    pictures = []
    for name in FONTS:
        path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"
        font = ImageFont.truetype(path, 42, layout_engine=ImageFont.Layout.BASIC)
        for letter in ascii_letters:
            picture = Image.new("L", (72, 72))
            left, top, right, bottom = font.getbbox(letter)
            corner = 36 - (left + right) / 2, 36 - (top + bottom) / 2
            ImageDraw.Draw(picture).text(corner, letter, fill=255, font=font)
            pictures.append(np.asarray(picture))
    return np.stack(pictures)


if __name__ == "__main__":
    content = glyphs().tobytes()
    target = Path(__file__).with_name("glyphs.gz")
    target.write_bytes(gzip.compress(content, 9, mtime=0))
    print(f"{target.name}: {len(content):,} bytes, sha256 {hashlib.sha256(content).hexdigest()}")
