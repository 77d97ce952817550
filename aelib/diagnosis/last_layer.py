"""The last layer: answers that are no numbers, that cannot reach x, a squashing too many."""

from collections.abc import Iterator
from math import log

from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from aelib.diagnosis.patient import Patient

Findings = Iterator[tuple[str, str]]


def look_at_range(patient: Patient) -> Findings:
    """Answers that are no numbers, or pixels that the last layer cannot answer with."""
    low, high = (float(end) for end in patient.x.aminmax())
    least, most = (float(end) for end in patient.x_hat.aminmax())
    if not patient.x_hat.isfinite().all():
        yield "diverged", _why_no_numbers(patient)
    elif low < -0.1 and least >= 0:
        yield (
            "unscaled pixels",
            f"x lies in [{low:.4g}, {high:.4g}] and all answers "
            f"{'in [0, 1]' if most <= 1 else 'above 0'}, so nothing below 0 can be copied. Bring "
            "the pixels to [0, 1] and train anew.",
        )
    elif high > 1.2 and 0.95 < most <= 1:
        yield (
            "unscaled pixels",
            f"x lies in [{low:.4g}, {high:.4g}] and all answers end at {most:.2g}, so nothing "
            "above 1 can be copied. Bring the pixels to the range of the last layer, or leave out "
            "its squashing, and train anew.",
        )


def _why_no_numbers(patient: Patient) -> str:
    """Where answers that are NaN or infinite come from."""
    attends = any(isinstance(module, nn.MultiheadAttention) for module in patient.model.modules())
    if attends and patient.copy_for_training().isfinite().all():  # it computes in two ways
        n_bad = int((~patient.x_hat.isfinite().all(dim=1)).sum())
        return (
            f"{n_bad} of {len(patient.x_hat)} answers are NaN where no gradient is asked for, and "
            "finite where one is. PyTorch's short cut through attention makes NaN of a row whose "
            "tokens are all masked. Leave a token of each picture unmasked, or call "
            "torch.backends.mha.set_fastpath_enabled(False)."
        )
    return (
        "some of the answers are NaN or infinite, and the weights are not. Look for a division "
        "by 0 and for the logarithm of 0 in the model."
    )


def look_at_pixels(patient: Patient) -> Findings:
    """Pixels that change in x and are always 0 in the copies."""
    variance = patient.flat.var(dim=0)
    changing = variance > 0.1 * variance.max()
    dead = changing & (patient.x_hat == 0).all(dim=0)
    if patient.x_hat.min() >= 0 and not patient.is_constant and dead.sum() > 0.05 * changing.sum():
        yield (
            "dead pixels",
            f"of {int(changing.sum())} pixels that change much, {int(dead.sum())} are always 0 in "
            f"the copies, and {patient.both}. A ReLU or a clamp at the end stops their gradient: "
            "end with a sigmoid, or with nothing.",
        )


def look_at_ends(patient: Patient) -> Findings:
    """A sigmoid that is taken twice, or a softmax in its place."""
    x, x_hat = patient.flat, patient.x_hat
    if x.min() < 0 or x.max() > 1 or x_hat.min() < 0 or x_hat.max() > 1:
        return
    low, high = float(x_hat.min()), float(x_hat.max())
    of_sigmoid, of_tanh = low > 0.499, 0.268 < low < 0.29  # at paper, where most answers are
    if (of_sigmoid or of_tanh) and high < 0.7311 and x.min() < 0.1:
        yield (
            "double sigmoid",
            f"all answers lie in [{low:.2f}, {high:.2f}], where a sigmoid of a "
            f"{'sigmoid must lie (0.50' if of_sigmoid else 'tanh must lie (0.27'} to 0.73). Leave "
            "out one of the two.",
        )
    elif patient.error > 0.5 * patient.mean_error and _sums_to_1(patient):
        yield (
            "softmax output",
            f"the answers of a picture add up to 1, and those pixels do not: {patient.both}. The "
            "last layer is a softmax, which chooses one of many; take a sigmoid.",
        )
    elif patient.error > 0.5 * patient.mean_error:
        yield from _of_logits_twice(patient)


def _sums_to_1(patient: Patient) -> bool:
    """Whether the answers add up to 1 along one of their sides."""
    answers = patient.x_hat.reshape(patient.asked.shape)
    sides = [side for side in range(1, answers.ndim) if answers.shape[side] > 1]
    return any(bool(((answers.sum(dim=side) - 1).abs() < 1e-3).all()) for side in sides)


def _of_logits_twice(patient: Patient) -> Findings:
    """The loss is that of logits, and the answers have been through a sigmoid."""
    x, x_hat = patient.flat, patient.x_hat
    twice = binary_cross_entropy_with_logits(x_hat, x, reduction="sum").item() / len(x)
    units = (1, x.shape[1], x.numel())  # a loss may be averaged over pixels, or all be summed
    told = [loss * unit for loss in patient.losses for unit in units if loss > 0]
    if any(abs(log(value / twice)) < 0.03 for value in told):
        yield (
            "double sigmoid",
            "the loss is what BCEWithLogitsLoss makes of answers that went through a "
            f"sigmoid already ({twice / x.shape[1]:.3f} for each pixel). Leave out the "
            "model's sigmoid, or use BCELoss.",
        )
