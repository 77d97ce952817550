"""z -> z: walks and places in the latent space."""

from collections.abc import Callable
from operator import index
from typing import Any

import torch

METHODS = ("linear", "spherical")


def interpolate(
    a: torch.Tensor, b: torch.Tensor, steps: int, method: str = "linear"
) -> torch.Tensor:
    """Codes on the way from a to b, both ends included and exact.

    "linear" walks straight on. "spherical" turns from the direction of a to that of b at a
    constant rate while the length changes evenly; in many dimensions it stays where codes drawn
    from N(0, 1) live, far from 0.

    Args:
        a: The first code (K,), float; for "spherical" not 0.
        b: The last, of the same shape and type.
        steps: How many codes, 2 or more.
        method: "linear" or "spherical".

    Returns:
        Codes (steps, K); row 0 is a, the last row is b.

    Raises:
        ValueError: A shape or type differs, a number is not finite, steps or method is unknown,
            or "spherical" has no one way: a or b is 0, or they point in opposite directions.

    Reference: Shoemake (1985), Animating rotation with quaternion curves; White (2016), Sampling
        generative networks.

    Example:
        >>> a, b = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])
        >>> aelib.interpolate(a, b, 3)[1], aelib.interpolate(a, b, 3, method="spherical")[1]
        (tensor([0.5000, 0.5000]), tensor([0.7071, 0.7071]))
    """
    _check_ends(a, b)
    _check_walk(steps, method)
    t = torch.linspace(0, 1, steps, dtype=a.dtype)[:, None]
    path = (1 - t) * a + t * b
    if method == "spherical":
        _check_turn(a, b)
        unit_a, unit_b = a / a.norm(), b / b.norm()
        angle = 2 * torch.atan2((unit_a - unit_b).norm(), (unit_a + unit_b).norm())
        share_a, share_b = (s * torch.sinc(s * angle / torch.pi) for s in (1 - t, t))
        turned = share_a * unit_a + share_b * unit_b
        lengths = (1 - t) * a.norm() + t * b.norm()
        path = lengths * turned / turned.norm(dim=1, keepdim=True)
    path[0], path[-1] = a, b  # not even rounded
    return path


def latent_grid(n: int) -> torch.Tensor:
    """Places on a plane such that each stands for the same share of N(0, 1) draws.

    Cut the plane into n columns of equal probability and each into n cells: the places are the
    cells' medians. They lie dense in the middle and far apart outside.

    Args:
        n: Places along each side.

    Returns:
        Codes (n * n, 2), float32, row by row as a picture is read: top left first.

    Raises:
        ValueError: n is not a whole number, 1 or more.

    Example:
        >>> z = aelib.latent_grid(10)
        >>> tuple(z.shape), bool(z[0, 0] < 0 < z[0, 1])  # from the top left
        ((100, 2), True)
    """
    _check_whole("n", n, 1)
    place = torch.special.ndtri((torch.arange(n) + 0.5) / n)
    return torch.cartesian_prod(-place, place).flip(1)


def attribute_direction(z: torch.Tensor, has_it: torch.Tensor) -> torch.Tensor:
    """The way from the codes without an attribute to those with it.

    Args:
        z: Codes (N, K), float.
        has_it: Whether each picture has the attribute (N,): True or 1, False or 0.

    Returns:
        The mean of the codes with it minus the mean of those without (K,): z + direction has as
        much more of it as the one group has, on average, more than the other.

    Raises:
        ValueError: z is not (N, K) or not finite, has_it is not N times yes or no, or one of the
            two groups is empty.

    References: Larsen et al. (2016), Autoencoding beyond pixels using a learned similarity
        metric; White (2016), Sampling generative networks.

    Example:
        >>> z = torch.tensor([[0.0, 0.0], [2.0, 1.0], [4.0, 1.0]])
        >>> aelib.attribute_direction(z, torch.tensor([False, True, True]))
        tensor([3., 1.])
    """
    _check_codes(z)
    _check_groups(has_it, len(z))
    has_it = torch.as_tensor(has_it).bool()
    return z[has_it].mean(dim=0) - z[~has_it].mean(dim=0)


@torch.no_grad()
def euler(
    velocity: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], noise: torch.Tensor, steps: int
) -> torch.Tensor:
    """Walk from noise to codes along a velocity, in equal steps, without gradients.

    Args:
        velocity: z_t (N, D) and times t (N,), 1 noise and 0 code -> velocities (N, D), such as a
            trained `VelocityNetwork`, or what `guided` makes of one.
        noise: Where the walks begin (N, D), float, drawn from N(0, 1).
        steps: How many, 1 or more.

    Returns:
        All places (steps + 1, N, D): row 0 is the noise, the last row are the codes.

    Raises:
        ValueError: noise is no matrix of numbers, or steps is not a whole number, 1 or more.

    Reference: Lipman et al. (2023), Flow matching for generative modeling.

    Example:
        >>> noise, code = torch.randn(5, 2), torch.tensor([3.0, 4.0])
        >>> path = aelib.euler(lambda z_t, t: noise - code, noise, steps=8)  # always the same way
        >>> tuple(path.shape), bool((path[-1] - code).abs().max() < 1e-5)
        ((9, 5, 2), True)
    """
    _check_walk_of(noise, steps)
    path = [noise]
    for left in range(steps, 0, -1):
        t = torch.full((len(noise),), left / steps)
        path.append(path[-1] - velocity(path[-1], t) / steps)
    return torch.stack(path)


def guided(
    model: Callable[..., torch.Tensor], y: torch.Tensor, weight: float
) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    """A velocity that is pushed towards classes (classifier-free guidance).

    Args:
        model: A network from z_t, t, y to velocities that was also trained without y, such as a
            `VelocityNetwork` with n_classes.
        y: A class for each walk, int64 (N,).
        weight: 0 leaves the classes out, 1 takes the network told of them as it is, and more goes
            further in the direction in which the classes change its answer.

    Returns:
        A velocity for `euler`.

    Reference: Ho and Salimans (2022), Classifier-free diffusion guidance.

    Example:
        >>> model, y = aelib.VelocityNetwork(16, n_classes=10), torch.tensor([7, 7])
        >>> z_t, t = torch.randn(2, 16), torch.rand(2)
        >>> torch.allclose(aelib.guided(model, y, 1)(z_t, t), model(z_t, t, y), atol=1e-6)
        True
    """

    def velocity(z_t: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        without, told = model(z_t, t), model(z_t, t, y)
        return without + weight * (told - without)

    return velocity


def _check_ends(a: torch.Tensor, b: torch.Tensor) -> None:
    for name, code in (("a", a), ("b", b)):
        if not isinstance(code, torch.Tensor) or code.ndim != 1 or not code.is_floating_point():
            found = tuple(code.shape) if isinstance(code, torch.Tensor) else type(code).__name__
            raise ValueError(
                f"{name} must be one code, a float tensor of shape (K,), not {found}; of several "
                "codes z take one, such as z[0]."
            )
        if not code.isfinite().all():
            raise ValueError(f"{name} holds NaN or infinity.")
    if a.shape != b.shape or a.dtype != b.dtype:
        raise ValueError(
            f"a has {len(a)} numbers of {a.dtype} and b {len(b)} of {b.dtype}; both must be "
            "codes of the same model."
        )


def _check_walk(steps: int, method: str) -> None:
    _check_whole("steps", steps, 2)
    if method not in METHODS:
        raise ValueError(f"method must be 'linear' or 'spherical', not {method!r}.")


def _check_walk_of(noise: Any, steps: int) -> None:
    if not isinstance(noise, torch.Tensor) or noise.ndim != 2 or not noise.is_floating_point():
        found = tuple(noise.shape) if isinstance(noise, torch.Tensor) else type(noise).__name__
        raise ValueError(f"noise must be a float tensor of shape (N, D), not {found}.")
    _check_whole("steps", steps, 1)


def _check_turn(a: torch.Tensor, b: torch.Tensor) -> None:
    """Raise ValueError where no plane is named in which to turn."""
    apart = (a / a.norm() + b / b.norm()).norm()
    if not apart > 1e-4:  # also NaN, where a or b is 0
        raise ValueError(
            "A spherical walk needs two directions that are not opposite, and neither code 0; "
            "use method='linear', or go by way of a third code."
        )


def _check_codes(z: torch.Tensor) -> None:
    if not isinstance(z, torch.Tensor) or z.ndim != 2 or not z.is_floating_point():
        found = tuple(z.shape) if isinstance(z, torch.Tensor) else type(z).__name__
        raise ValueError(f"z must be codes, a float tensor of shape (N, K), not {found}.")
    if not z.isfinite().all():
        raise ValueError("z holds NaN or infinity. Did the training diverge?")


def _check_groups(has_it: torch.Tensor, n: int) -> None:
    labels = torch.as_tensor(has_it)
    if labels.shape != (n,) or not ((labels == 0) | (labels == 1)).all():
        raise ValueError(
            f"has_it must say yes or no for each of the {n} codes: {n} times True or False, or 1 "
            "or 0; of a number make an answer, such as smile > 0."
        )
    with_it = int(labels.bool().sum())
    if with_it in (0, n):
        raise ValueError(
            f"{'Every' if with_it else 'No'} picture has the attribute; a direction needs some "
            "with it and some without."
        )


def _check_whole(name: str, value: Any, smallest: int) -> None:
    try:
        fits = not isinstance(value, bool) and index(value) >= smallest
    except TypeError:
        fits = False
    if not fits:
        raise ValueError(f"{name} must be a whole number, {smallest} or more, not {value!r}.")
