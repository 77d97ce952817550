"""Copies that are worse than the mean image: what was probably done to them, or to x."""

from collections.abc import Callable, Iterator
from math import isqrt

import torch

from aelib.diagnosis.patient import Patient, mean_error
from aelib.losses import squared_error

Change = Callable[[torch.Tensor], torch.Tensor]
_ROWS = 300
_MENDED = 0.8  # of the mean image's error: what a change must come down to


def guess(patient: Patient) -> str:
    """What would mend the copies, if one of the usual mistakes was made; nothing otherwise."""
    if words := odd_shapes(patient):
        return words
    left = {words: share for words, share in _changed(patient) if share < _MENDED}
    if left:
        return min(left, key=lambda words: left[words])
    if _are_mixed_up(patient):
        return (
            "Its rows are mixed up: the copies belong to other pictures of x. Compare each copy "
            "with the picture it was made of, and do not shuffle one of them alone."
        )
    slope, shift = _line(patient)
    line = squared_error(slope * patient.x_hat + shift, patient.flat).item()
    if line < _MENDED * min(patient.error, patient.mean_error):
        return (
            f"They lie on another scale: {slope:.3g} times the answers, and {shift:+.3g}, would "
            "fit. Scale x as for training."
        )
    within = float(patient.x_hat.var(dim=1).mean()), float(patient.flat.var(dim=1).mean())
    if within[0] < 0.02 * within[1] and not patient.is_constant:
        return (
            "Each copy is one even grey, and each another one: was it trained on one number for "
            "each picture, such as its label, instead of on the pictures?"
        )
    return ""


def odd_shapes(patient: Patient) -> str:
    """Whether copies and pictures, subtracted as they are, make many more numbers."""
    shape, own = patient.asked.shape, tuple(patient.x.shape)
    try:
        more = torch.broadcast_shapes(shape, own).numel() > patient.x.numel()
    except RuntimeError:  # they do not go together at all
        return ""
    if not more:
        return ""
    return (
        f"It answers {own} with {shape}: a loss that subtracts the two compares every copy with "
        "every picture. Give both one shape."
    )


def _changed(patient: Patient) -> Iterator[tuple[str, float]]:
    """Changes of the copies, and of what the model is given: the share of the error that stays."""
    flat, x_hat = patient.flat[:_ROWS], patient.x_hat[:_ROWS]
    for words, change in _of_copies(patient).items():
        yield words, squared_error(change(x_hat), flat).item() / mean_error(flat)
    for words, change in _of_pictures(patient).items():
        rows = change(flat)
        try:
            copies = patient.copy(rows)
        except Exception:  # the model refuses such numbers
            continue
        yield words, squared_error(copies, rows).item() / mean_error(rows)


def _of_copies(patient: Patient) -> dict[str, Change]:
    """Words -> what they say is undone, for rows of pixels."""
    low, high = patient.ends
    found: dict[str, Change] = {
        "They are inverted: ink and paper have changed places between x and training.": (
            lambda y: low + high - y
        )
    }
    if side := _side(patient):
        found |= {
            "They are transposed: rows and columns have changed places (view instead of "
            "permute?).": _on_grid(side, lambda y: y.transpose(1, 2)),
            "They are upside down.": _on_grid(side, lambda y: y.flip(1)),
            "They are mirrored, left and right.": _on_grid(side, lambda y: y.flip(2)),
            **{words: _on_grid(side, change) for words, change in _shifts()},
        }
    shape = tuple(patient.x.shape[1:])
    if len(shape) == 3 and shape[0] > 1:
        last = (*shape[1:], shape[0])
        found |= {
            "Their channels are scattered: take permute(0, 3, 1, 2), not view or reshape.": (
                lambda y: y.reshape(-1, *last).permute(0, 3, 1, 2).flatten(1)
            ),
            "Their channels are scattered: take permute(0, 2, 3, 1), not view or reshape.": (
                lambda y: y.reshape(-1, *shape).permute(0, 2, 3, 1).flatten(1)
            ),
            "Red and blue have changed places.": (
                lambda y: y.reshape(-1, *shape).flip(1).flatten(1)
            ),
        }
    return found


def _of_pictures(patient: Patient) -> dict[str, Change]:
    """Words -> what was done to the pictures that the model knows, for rows of pixels."""
    low, high = patient.ends
    mean, std = patient.flat.mean(), patient.flat.std()
    found: dict[str, Change] = {
        "It was trained on inverted pictures: give it x with ink and paper changed.": (
            lambda x: low + high - x
        ),
        "It was trained on pixels in [-1, 1]: give it 2 * x - 1.": lambda x: 2 * x - 1,
        "It was trained on pixels in [0, 1]: give it (x + 1) / 2.": lambda x: (x + 1) / 2,
        "It was trained on standardised pixels, on another scale: give it (x - mean) / std.": (
            lambda x: (x - mean) / std
        ),
    }
    for scale in (255.0, 1 / 255, 2.0, 16.0):
        words = f"It was trained on pixels {scale:.3g} times as large: give it x in that scale."
        found[words] = lambda x, by=scale: by * x  # type: ignore[misc]
    if side := _side(patient):
        found |= {
            "It was trained on transposed pictures (as EMNIST's files hold them): give it rows as "
            "columns.": _on_grid(side, lambda y: y.transpose(1, 2)),
            "It was trained on pictures upside down.": _on_grid(side, lambda y: y.flip(1)),
            "It was trained on mirrored pictures.": _on_grid(side, lambda y: y.flip(2)),
        }
    return found


def _side(patient: Patient) -> int:
    """How many rows and columns a square grey picture has; 0 for others."""
    pixels = patient.flat.shape[1]
    return isqrt(pixels) if isqrt(pixels) ** 2 == pixels else 0


def _on_grid(side: int, change: Change) -> Change:
    return lambda y: change(y.reshape(-1, side, side)).flatten(1)


def _shifts() -> Iterator[tuple[str, Change]]:
    """Moves back by up to three rows and columns."""
    for down in range(-3, 4):
        for right in range(-3, 4):
            if down or right:
                yield (
                    f"They are shifted by {abs(down)} rows and {abs(right)} columns: look at "
                    "padding and cropping.",
                    lambda y, by=(-down, -right): y.roll(by, (1, 2)),  # type: ignore[misc]
                )


def _are_mixed_up(patient: Patient) -> bool:
    """Whether most copies are much nearer to another picture than to their own."""
    apart = torch.cdist(patient.x_hat[:_ROWS], patient.flat.float()) ** 2
    nearest = apart.min(dim=1)
    other = (nearest.indices != torch.arange(len(apart))).float().mean()
    different = len(nearest.indices.unique()) / len(apart)  # not the same few for all
    near = nearest.values.mean() / patient.mean_error
    return bool(other > 0.5 and different > 0.5 and near < 0.5)


def _line(patient: Patient) -> tuple[float, float]:
    """The straight line that leads from the answers to the pictures best."""
    a, b = patient.x_hat.flatten(), patient.flat.flatten()
    slope = float(((a - a.mean()) * (b - b.mean())).mean() / a.var().clamp(min=1e-12))
    return slope, float(b.mean() - slope * a.mean())
