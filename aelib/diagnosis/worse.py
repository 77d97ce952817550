"""Copies that are worse than the mean image, and what was probably done to them."""

from collections.abc import Callable, Iterator
from math import isqrt, log, prod

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from aelib.diagnosis.patient import Patient
from aelib.losses import squared_error
from aelib.metrics import active_units

Findings = Iterator[tuple[str, str]]
_GUESSED = 0.7  # of the mean image's error: what a guess must come down to


def look_at_sigmoids(patient: Patient, _: nn.Module) -> Findings:
    """A sigmoid that is taken twice."""
    x, x_hat = patient.flat, patient.x_hat
    if x.min() < 0 or x.max() > 1 or x_hat.min() < 0 or x_hat.max() > 1:
        return
    if x_hat.min() > 0.499 and x_hat.max() < 0.7311 and x.min() < 0.1:
        yield (
            "double sigmoid",
            f"all answers lie in [{x_hat.min():.2f}, {x_hat.max():.2f}], where a sigmoid of a "
            "sigmoid must lie (0.50 to 0.73). Leave out one of the two.",
        )
        return
    twice = binary_cross_entropy_with_logits(x_hat, x, reduction="sum").item() / len(x)
    usual = squared_error(x_hat, x).item()
    for loss in patient.losses:
        for unit in (1, x.shape[1], prod(x.shape)):
            if abs(log(max(loss, 1e-9) * unit / twice)) < 0.03 and usual > 0.5 * patient.mean_error:
                yield (
                    "double sigmoid",
                    "the loss is what BCEWithLogitsLoss makes of answers that went through a "
                    f"sigmoid already ({twice / x.shape[1]:.3f} for each pixel). Leave out the "
                    "model's sigmoid, or use BCELoss.",
                )
                return


def look_at_error(patient: Patient, _: nn.Module) -> Findings:
    """An error above that of answering every picture with the mean one."""
    if patient.error <= patient.mean_error or patient.is_constant:
        return
    if (
        patient.cloud
        and active_units(patient.code) == 0
        and patient.error < 1.5 * patient.mean_error
    ):
        return  # its code says nothing, which is the finding
    mended = [squared_error(copy, patient.flat).item() for copy in copies_of_altered(patient)]
    if min(mended) < 0.9 * patient.mean_error:
        return  # it was trained to mend pictures, and clean ones are new to it
    yield (
        "worse than the mean image",
        f"the error is {patient.error:.1f}, that of answering every picture with the mean one "
        f"{patient.mean_error:.1f}. {_guess(patient)}",
    )


def copies_of_altered(patient: Patient) -> list[torch.Tensor]:
    """What it makes of pictures that noise was added to, or of which pixels are hidden."""
    low, high = patient.ends
    x, span = patient.x, high - low
    altered = [(x + s * span * torch.randn_like(x)).clamp(low, high) for s in (0.2, 0.4, 0.5)]
    altered += [low + (x - low) * (torch.rand_like(x) > p) for p in (0.3, 0.5, 0.75)]
    with torch.no_grad():
        return [patient.copy(pictures) for pictures in altered]


def _guess(patient: Patient) -> str:
    """What would mend the copies, if one of the usual mistakes was made."""
    least = _GUESSED * min(patient.error, patient.mean_error)
    low, high = patient.ends
    guesses: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
        "They are inverted: ink and paper have changed places between x and training.": (
            lambda y: low + high - y
        )
    }
    side = isqrt(patient.flat.shape[1])
    if side * side == patient.flat.shape[1]:
        guesses |= _on_a_grid(side)
    errors = {
        words: squared_error(change(patient.x_hat), patient.flat).item()
        for words, change in guesses.items()
    }
    best = min(errors, key=lambda words: errors[words])
    if errors[best] < least:
        return best
    if _are_mixed_up(patient):
        return (
            "Its rows are mixed up: the copies belong to other pictures of x. Compare each copy "
            "with the picture it was made of, and do not shuffle one of them alone."
        )
    for scale in (255.0, 1 / 255, 2.0, 16.0):
        try:
            copies = patient.copy(patient.x * scale)
        except Exception:  # the model refuses such numbers
            continue
        if squared_error(copies / scale, patient.flat).item() < least:
            return f"It was trained on pixels {scale:g} times as large: give it x in that scale."
    slope, shift = _line(patient)
    if squared_error(slope * patient.x_hat + shift, patient.flat).item() < least:
        return (
            f"They lie on another scale: {slope:.3g} times the answers, and {shift:+.3g}, would "
            "fit. Scale x as for training."
        )
    return (
        "Was it trained on pixels of another scale than x, or on other pictures, or are these "
        "other weights than the trained ones?"
    )


def _on_a_grid(side: int) -> dict[str, Callable[[torch.Tensor], torch.Tensor]]:
    def on_grid(
        change: Callable[[torch.Tensor], torch.Tensor],
    ) -> Callable[[torch.Tensor], torch.Tensor]:
        return lambda y: change(y.reshape(-1, side, side)).flatten(1)

    flips = {
        "They are transposed: rows and columns have changed places (view instead of permute?).": (
            on_grid(lambda y: y.transpose(1, 2))
        ),
        "They are upside down.": on_grid(lambda y: y.flip(1)),
        "They are mirrored, left and right.": on_grid(lambda y: y.flip(2)),
    }
    for down in range(-3, 4):
        for right in range(-3, 4):
            if down or right:
                flips[
                    f"They are shifted by {abs(down)} rows and {abs(right)} columns: look at "
                    "padding and cropping."
                ] = on_grid(lambda y, by=(-down, -right): y.roll(by, (1, 2)))  # type: ignore[misc]
    return flips


def _are_mixed_up(patient: Patient) -> bool:
    """Whether most copies are much nearer to another picture than to their own."""
    apart = torch.cdist(patient.x_hat[:300], patient.flat) ** 2
    nearest = apart.min(dim=1)
    other = nearest.indices != torch.arange(len(apart))
    return bool(other.float().mean() > 0.5 and nearest.values.mean() < 0.5 * patient.mean_error)


def _line(patient: Patient) -> tuple[float, float]:
    """The straight line that leads from the answers to the pictures best."""
    a, b = patient.x_hat.flatten(), patient.flat.flatten()
    slope = float(((a - a.mean()) * (b - b.mean())).mean() / a.var().clamp(min=1e-12))
    return slope, float(b.mean() - slope * a.mean())


def look_at_smooth_copies(patient: Patient, _: nn.Module) -> Findings:
    """A code as wide as the picture that copies strokes of any kind, and does not mend noise."""
    side = isqrt(patient.flat.shape[1])
    wide = patient.code.shape[1] >= patient.flat.shape[1] and patient.code.is_floating_point()
    if not wide or patient.y is not None or side * side != patient.flat.shape[1]:
        return
    low, high = patient.ends
    clean = patient.flat[:200]
    quilts = _pieced_together(clean.reshape(-1, side, side))
    noisy = (clean + 0.5 * (high - low) * torch.randn_like(clean)).clamp(low, high)
    shape = patient.x[:200].shape
    with torch.no_grad():
        own = squared_error(patient.copy(patient.x[:200]), clean).item()
        kept = _kept(patient.copy(quilts.reshape(shape)), quilts)
        mended = squared_error(patient.copy(noisy.reshape(shape)), clean).item()
    if kept > 0.75 and mended > 4 * own:  # a denoiser copies strokes too, and mends noise
        yield (
            "copying",
            f"the code has {patient.code.shape[1]:,} numbers for {patient.flat.shape[1]:,} pixels, "
            f"and of pictures pieced together from quarters of others {kept:.0%} is copied too. "
            "Use a narrower code, or train it to remove noise.",
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


def _kept(copies: torch.Tensor, pictures: torch.Tensor) -> float:
    spread = squared_error(pictures.mean(dim=0).expand_as(pictures), pictures).item()
    return 1 - squared_error(copies, pictures).item() / spread
