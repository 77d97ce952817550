"""How much of the gradient of the error reaches each layer, and where it is cut off."""

import torch

from aelib.diagnosis.patient import Patient


def gradients(patient: Patient) -> list[float | None]:
    """The norm at each layer's weights, the first layer first; None where nothing arrives."""
    weights = [p for p in patient.model.parameters() if p.ndim > 1 and p.requires_grad]
    x = patient.x[:200]
    try:
        error = ((patient.asked.copy(x) - x.flatten(1)) ** 2).sum()
        slopes = torch.autograd.grad(error, weights, allow_unused=True)
    except RuntimeError:  # all are frozen, or nothing leads to them
        return [None]
    return [None if slope is None else float(slope.norm()) for slope in slopes] or [None]


def cut_off(patient: Patient) -> str:
    """What keeps the first weights from learning, if no gradient at all comes to them."""
    frozen = [p for p in patient.model.parameters() if not p.requires_grad]
    if frozen:
        return f"{len(frozen)} of its weights and biases are frozen (requires_grad=False)."
    sizes = gradients(patient)
    if sizes[0] is None and sizes[-1] is not None:
        return (
            "No gradient comes to its first weights: a detach(), a no_grad(), a round() or an "
            "argmax() on the way cuts it off."
        )
    return ""
