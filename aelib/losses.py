"""x, x_hat -> number: summed over the pixels of an image, averaged over images."""

import torch
from torch.nn import functional


def squared_error(x_hat: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Squared error per image.

    Args:
        x_hat: Reconstructions (N, ...), float.
        x: The images they should equal, of the same shape.

    Returns:
        A scalar: squared differences, summed over pixels, averaged over the N images.

    Raises:
        ValueError: The shapes differ, or there is no image.
    """
    check_pair(x_hat, x)
    return ((x_hat - x) ** 2).sum() / len(x)


def bernoulli_nll(x_hat: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Cross-entropy per image, in nats: the negative log-likelihood of Bernoulli pixels.

    Args:
        x_hat: Probabilities of ink (N, ...), float in [0, 1], for example after a sigmoid.
        x: The images (N, ...), float in [0, 1]; grey counts as that much of a black pixel.

    Returns:
        A scalar: -x log(x_hat) - (1 - x) log(1 - x_hat), summed over pixels, averaged over
        the N images. It does not reach 0 for grey pixels, see `bernoulli_entropy`.

    Raises:
        ValueError: The shapes differ, there is no image, or x_hat is not a probability.

    Reference: Goodfellow, Bengio and Courville (2016), Deep Learning, section 6.2.2.2.
    """
    check_pair(x_hat, x)
    check_unit_interval(x_hat, x)
    return functional.binary_cross_entropy(x_hat, x, reduction="sum") / len(x)


def bernoulli_entropy(x: torch.Tensor) -> torch.Tensor:
    """The floor of `bernoulli_nll` on these images, in nats per image: a perfect copy's score.

    Args:
        x: Images (N, ...), float in [0, 1].

    Returns:
        A scalar; 0 for black-and-white images, more for grey ones.

    Raises:
        ValueError: There is no image, or x does not lie in [0, 1].
    """
    return bernoulli_nll(x, x)


def check_pair(x_hat: torch.Tensor, x: torch.Tensor) -> None:
    """Raise ValueError unless both hold the same number of images of the same size."""
    if x_hat.shape != x.shape:
        raise ValueError(
            f"x_hat has shape {tuple(x_hat.shape)} and x has {tuple(x.shape)}; "
            "both must be the same images. Did you pass another batch, or forget to flatten?"
        )
    if len(x) == 0:
        raise ValueError("There is no image in this batch; an average needs at least one.")


def check_unit_interval(x_hat: torch.Tensor, x: torch.Tensor) -> None:
    """Raise ValueError unless every value is a number in [0, 1]."""
    for name, values in (("x_hat", x_hat), ("x", x)):
        low, high = values.aminmax()
        if not (low >= 0 and high <= 1):  # also when NaN
            raise ValueError(
                f"{name} lies in [{low:.4g}, {high:.4g}], cross-entropy needs [0, 1]. Scale "
                "pixels with / 255, and end the decoder with a sigmoid."
            )
