"""The error beside two levels: the mean image's, and that of PCA with as many numbers."""

from collections.abc import Iterator

import torch

from aelib.diagnosis.gradients import cut_off
from aelib.diagnosis.guesses import guess
from aelib.diagnosis.patient import Patient

Findings = Iterator[tuple[str, str]]
EXPLAIN = (  # what explains an error above the mean image's, if it is not far above
    *("mean image", "saturated output", "double sigmoid", "softmax output", "unscaled pixels"),
    *("diverged", "lagging statistics", "rows apart", "dead pixels", "worse than the mean image"),
)
EXPLAIN_A_LITTLE = ("dead units", "posterior collapse")

_SLIGHT = 0.25  # of what PCA gains on the mean image
_TOO_SHORT = "The loss was still falling when training ended: train longer, or with larger steps."
_TOO_SMALL = "Train longer, or with other steps, or make the layers beside the code wider."


def look_at_levels(patient: Patient, found: dict[str, str]) -> dict[str, str]:
    """What was found, and what the two levels add to it.

    An error above the mean image's is always told with both numbers.
    """
    if patient.error > patient.mean_error:
        return _above_the_mean_image(patient, found)
    return found if found else dict(_far_above_pca(patient))


def _above_the_mean_image(patient: Patient, found: dict[str, str]) -> dict[str, str]:
    little = EXPLAIN_A_LITTLE if patient.error < 1.5 * patient.mean_error else ()
    if cause := next((name for name in (*EXPLAIN, *little) if name in found), ""):
        sentence = found[cause]
        told = sentence if patient.both in sentence else f"{sentence} Besides, {patient.both}."
        return found | {cause: told}
    if patient.mends:
        return found  # clean pictures are new to it
    words = (
        guess(patient)
        or cut_off(patient)
        or (_TOO_SHORT if patient.still_falling else "")
        or (
            "Was it trained on pixels of another scale than x, or on other pictures? Did the "
            "optimizer get all of its parameters, and are these the trained weights?"
        )
    )
    return found | {"worse than the mean image": f"{patient.both}. {words}"}


def _far_above_pca(patient: Patient) -> Findings:
    """A network that learned less than a quarter of what straight lines could."""
    n, k = patient.code.shape
    if patient.cloud or patient.maps != k or not patient.code.is_floating_point() or 5 * k > n:
        return
    gain = patient.mean_error - patient.error
    if gain > _SLIGHT * patient.mean_error or patient.mends:
        return
    if not torch.equal(patient.copy(patient.x), patient.x_hat):
        return  # it draws its codes: its KL may keep them few
    flat = patient.flat.float()
    strengths = torch.linalg.svdvals(flat - flat.mean(dim=0))
    pca = float((strengths[k:] ** 2).sum()) / n
    if gain < _SLIGHT * (patient.mean_error - pca):
        cure = _TOO_SHORT if patient.still_falling else _TOO_SMALL
        yield (
            "underfitting",
            f"{patient.both}; PCA with as many numbers as the code, {k}, comes down to {pca:.4g} "
            f"on these pictures. {cut_off(patient) or cure}",
        )
