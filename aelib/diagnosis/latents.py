"""The latents of a sparse autoencoder: which are never on, which nearly always, and how large."""

from collections.abc import Iterator
from typing import Any

import torch

from aelib.diagnosis.patient import Patient
from aelib.losses import squared_error

Findings = Iterator[tuple[str, str]]

_DEAD = 0.2  # share of the latents
_SEEN = 10  # how often a latent would be on, if all were used alike: fewer rows tell nothing
_LONGER = 1.1  # times the size at which the copies would be best


def is_sparse(model: Any) -> bool:
    """Whether it is built as `SparseAutoencoder` is, whose rows are any numbers."""
    return all(
        callable(getattr(model, name, None)) for name in ("all_latents", "strongest", "directions")
    )


def look_at_latents(patient: Patient) -> Findings:
    """Dead latents, dense latents, and latents that a penalty made too small."""
    if not is_sparse(patient.model):
        return
    on = patient.code > 0
    share, at_a_time = on.float().mean(dim=0), on.sum(dim=1).float().mean().item()
    yield from _dead(share, at_a_time, len(on))
    yield from _dense(share, at_a_time, patient.flat.shape[1])
    yield from _shrunk(patient)


def _dead(share: torch.Tensor, at_a_time: float, rows: int) -> Findings:
    dead = int((share == 0).sum())
    if dead > _DEAD * len(share) and rows * at_a_time / len(share) >= _SEEN:
        yield (
            "dead latents",
            f"{dead} of {len(share)} latents are on in none of {rows:,} rows. If there are more "
            "latents than things to find, that costs nothing: take fewer. If not, subtract the "
            "mean row from x, begin the encoder with the decoder's directions, as "
            "SparseAutoencoder does, and train anew.",
        )


def _dense(share: torch.Tensor, at_a_time: float, numbers: int) -> Findings:
    often = int((share > 0.5).sum())
    if at_a_time >= numbers / 2:
        yield (
            "dense latents",
            f"{at_a_time:.0f} latents are on at a time, for rows of {numbers} numbers: so many "
            "copy well in any directions, so nothing makes these the true ones. Take a smaller k; "
            "with a penalty on sizes in place of k, let the k strongest speak.",
        )
    elif often:
        yield (
            "dense latents",
            f"{often} of {len(share)} latents are on in more than half of the rows, while "
            f"{at_a_time:.0f} are on at a time: they tell no row from another. Subtract the mean "
            "row from x, and train anew.",
        )


def _shrunk(patient: Patient) -> Findings:
    """Whether the copies would be better if all latents were larger by one factor."""
    with torch.no_grad():
        bias = patient.model.decode(torch.zeros_like(patient.code[:1]))
    parts, rest = patient.x_hat - bias, patient.flat - bias
    best = float((parts * rest).sum() / (parts * parts).sum().clamp_min(1e-12))
    if best > _LONGER:
        better = squared_error(bias + best * parts, patient.flat).item()
        yield (
            "shrinkage",
            f"with every latent {best:.2f} times as large the error would fall from "
            f"{patient.error:.4g} to {better:.4g}. A penalty on sizes makes all of them smaller: "
            "let the k strongest speak instead, or do not read the sizes as sizes.",
        )
