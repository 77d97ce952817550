"""Codes without a keyhole, and rows that are copied one by one."""

from collections.abc import Iterator
from math import isqrt

import torch

from aelib.diagnosis.patient import Patient, mean_error
from aelib.losses import squared_error

Findings = Iterator[tuple[str, str]]
_CURE = "Use a narrower code, or train it to remove noise."


def look_at_copies(patient: Patient) -> Findings:
    """Pictures that no digit looks like are copied too."""
    if patient.y is not None or patient.is_narrow:
        return
    columns = [column[torch.randperm(len(column))] for column in patient.flat.T]
    nonsense = torch.stack(columns, dim=1)  # every pixel from another picture
    kept = 1 - squared_error(patient.copy(nonsense), nonsense).item() / patient.mean_error
    if kept > 0.15:
        yield "copying", f"{_widths(patient)}scrambled pictures {kept:.0%} is copied too. {_CURE}"
    elif patient.code.is_floating_point():
        yield from _of_the_smooth_kind(patient)


def look_at_rows(patient: Patient) -> Findings:
    """Each row of pixels is copied by itself."""
    x = patient.x[:20]
    if x.ndim < 3 or x.shape[-2] < 3 or patient.is_constant:
        return
    middle, changed = x.shape[-2] // 2, x.clone()
    changed[..., middle, :] = x.roll(1, 0)[..., middle, :]
    moved = (patient.copy(changed) - patient.copy(x)).abs().reshape(x.shape)
    there = float(moved[..., middle, :].max())
    moved[..., middle, :] = 0
    if there > 1e-4 and float(moved.max()) < 1e-6:
        yield (
            "rows apart",
            "each row of pixels is copied without a look at the others: a change of one row "
            "changes nothing elsewhere. A Linear layer works along the last side of x: begin with "
            "nn.Flatten(), and let the layers take all pixels.",
        )


def _widths(patient: Patient) -> str:
    return (
        f"the code has {patient.code.shape[1]:,} numbers for {patient.flat.shape[1]:,} pixels, "
        "and of "
    )


def _of_the_smooth_kind(patient: Patient) -> Findings:
    """Strokes of any kind are copied, and noise is not mended."""
    side = isqrt(patient.flat.shape[1])
    if side * side != patient.flat.shape[1]:
        return
    low, high = patient.ends
    clean = patient.flat[:200]
    quilts = _pieced_together(clean.reshape(-1, side, side))
    noisy = (clean + 0.5 * (high - low) * torch.randn_like(clean)).clamp(low, high)
    kept = 1 - squared_error(patient.copy(quilts), quilts).item() / mean_error(quilts)
    left = squared_error(patient.copy(noisy), clean) / squared_error(noisy, clean)
    if kept > 0.75 and left > 0.33:  # a denoiser copies strokes too, and leaves less of the noise
        yield (
            "copying",
            f"{_widths(patient)}pictures pieced together from quarters of others {kept:.0%} is "
            f"copied too. {_CURE}",
        )


def _pieced_together(pictures: torch.Tensor) -> torch.Tensor:
    """Quarters of four other pictures each, upside down: rows of pixels."""
    half = pictures.shape[1] // 2
    quilts, others = pictures.clone(), pictures.flip(1)
    top, bottom = slice(None, half), slice(half, None)
    places = [(rows, columns) for rows in (top, bottom) for columns in (top, bottom)]
    for i, (rows, columns) in enumerate(places, start=1):
        quilts[:, rows, columns] = others.roll(i, 0)[:, rows, columns]
    return quilts.flatten(1)
