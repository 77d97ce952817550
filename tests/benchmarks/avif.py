"""Lesson 09's closest rival: AVIF, which has to take its time to be near; about two CPU minutes.

    python tests/benchmarks/avif.py            # speed 3
    python tests/benchmarks/avif.py 6 3 0      # other speeds; 0 takes many minutes

Prints bytes and PSNR of AVIF on the lesson's thousand digits, all in one sheet, and the bytes at
the quality of the lesson's 32 numbers with 5 bits each, by interpolation between two qualities.
"""

import io
import sys
from pathlib import Path

import nbformat
import numpy as np
from PIL import Image, features

import aelib

LESSON = Path(__file__).parents[2] / "notebooks" / "09_compression.ipynb"
QUALITIES = (5, 6, 8)


def main(speeds: list[int]) -> None:
    """Take the lesson's own data, codec and sheet, and put AVIF beside them."""
    if not features.check("avif"):
        sys.exit("This Pillow has no AVIF; pip install a wheel of Pillow from PyPI.")
    lesson = tools()
    x = lesson["x"]
    size, x_hat = lesson["coded"](lesson["large"], x, 5)
    target = aelib.psnr(x_hat, x)
    print(f"autoencoder, 32 numbers of 5 bits: {size:.1f} bytes, {target:.2f} dB")
    for speed in speeds:
        points = []
        for quality in QUALITIES:
            stream = io.BytesIO()
            lesson["sheet"](x).save(stream, "avif", quality=quality, speed=speed)
            copy = lesson["digits"](Image.open(stream), len(x))
            points.append((aelib.psnr(copy, x), len(stream.getvalue()) / len(x)))
            quality_now, bytes_now = points[-1]
            print(f"speed {speed}, quality {quality}: {bytes_now:.1f} bytes, {quality_now:.2f} dB")
        needed = np.interp(target, *zip(*sorted(points), strict=True))
        print(f"speed {speed}: {needed:.1f} bytes there, {needed / size:.2f} times", flush=True)


def tools() -> dict:
    """What the lesson's cells define that compute nothing: its data, networks and functions."""
    cells = [c for c in nbformat.read(LESSON, as_version=4).cells if c.cell_type == "code"]
    names: dict = {}
    for cell in cells:
        if "live" in cell.metadata.get("tags", []) and "Flipbook(" not in cell.source:
            source = cell.source.replace('Path("..")', f"Path({str(LESSON.parents[1])!r})")
            if "curves = {" not in source:
                exec(source, names)
    return names


if __name__ == "__main__":
    main([int(speed) for speed in sys.argv[1:]] or [3])
