"""x, x_hat -> number: summed over the pixels of an image, averaged over images."""

from collections.abc import Callable
from typing import Any

import torch


def squared_error(x_hat: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Squared error per image.

    Args:
        x_hat: Reconstructions (N, ...), float.
        x: The images they should equal, of the same shape.

    Returns:
        A scalar: squared differences, summed over pixels, averaged over the N images.

    Raises:
        ValueError: The shapes differ, or there is no image.

    Example:
        >>> x = torch.zeros(2, 784)
        >>> aelib.squared_error(x + 0.5, x)  # 784 times a quarter
        tensor(196.)
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

    Example:
        >>> x = torch.ones(2, 784)
        >>> x_hat = torch.full((2, 784), 0.5)  # a coin for each pixel
        >>> round(aelib.bernoulli_nll(x_hat, x).item(), 1)  # 784 times log 2
        543.4
    """
    check_pair(x_hat, x)
    check_unit_interval(x_hat, x)
    above_0, below_1 = torch.finfo(x_hat.dtype).tiny, 1 - torch.finfo(x_hat.dtype).eps / 2
    p = x_hat.clamp(above_0, below_1)  # certain and wrong is bad, not infinitely bad
    # by hand, as binary_cross_entropy takes nearly three times as long on a CPU
    return -(x * p.log() + (1 - x) * (1 - p).log()).sum() / len(x)


def bernoulli_entropy(x: torch.Tensor) -> torch.Tensor:
    """The floor of `bernoulli_nll` on these images, in nats per image: a perfect copy's score.

    Args:
        x: Images (N, ...), float in [0, 1].

    Returns:
        A scalar; 0 for black-and-white images, more for grey ones.

    Raises:
        ValueError: There is no image, or x does not lie in [0, 1].

    Example:
        >>> grey, black = torch.full((2, 784), 0.5), torch.ones(2, 784)
        >>> [round(aelib.bernoulli_entropy(x).item(), 1) for x in (grey, black)]
        [543.4, 0.0]
    """
    check_pair(x, x)
    check_unit_interval(x, x)
    return (torch.special.entr(x) + torch.special.entr(1 - x)).sum() / len(x)


def l1_penalty(z: torch.Tensor) -> torch.Tensor:
    """Sum of the absolute values of a code: pulls every value towards exactly 0.

    Args:
        z: Codes (N, K), float.

    Returns:
        A scalar: |z|, summed over the K values of a code, averaged over the N images.

    Raises:
        ValueError: There is no image.

    Reference: Goodfellow, Bengio and Courville (2016), Deep Learning, section 14.2.1.

    Example:
        >>> aelib.l1_penalty(torch.tensor([[1.0, -2.0], [0.0, 3.0]]))
        tensor(3.)
    """
    check_not_empty(z)
    return z.abs().sum() / len(z)


def sparsity_kl(z: torch.Tensor, rho: float = 0.05) -> torch.Tensor:
    """How far each unit's mean activation is from rho, as a Kullback-Leibler divergence.

    Args:
        z: Codes (N, K), float in [0, 1], for example after a sigmoid.
        rho: The share of images for which a unit should be on, between 0 and 1.

    Returns:
        A scalar in nats, summed over the K units: KL(rho || mean), where a unit's mean over the
        N images of the batch is held between 1e-6 and 1 - 1e-6. 0 if every mean is rho.

    Raises:
        ValueError: There is no image, z does not lie in [0, 1], or rho is not between 0 and 1.

    Reference: Ng (2011), Sparse autoencoder, CS294A lecture notes.

    Example:
        >>> busy, rare = torch.full((100, 3), 0.5), torch.full((100, 3), 0.05)
        >>> [abs(round(aelib.sparsity_kl(z, rho=0.05).item(), 2)) for z in (busy, rare)]
        [1.48, 0.0]
    """
    check_not_empty(z)
    check_activations(z, rho)
    mean = z.mean(dim=0).clamp(1e-6, 1 - 1e-6)
    on, off = rho * torch.log(rho / mean), (1 - rho) * torch.log((1 - rho) / (1 - mean))
    return (on + off).sum()


def contraction(encode: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    """Squared Frobenius norm of the encoder's Jacobian: how strongly codes react to pixels.

    Args:
        encode: Images (N, D) -> codes (N, K), differentiable, each image on its own (no batch
            normalisation). It is differentiated once for each of the K values.
        x: Images (N, D), float.

    Returns:
        A scalar: (d z_k / d x_d) ** 2, summed over the K values and D pixels, averaged over the
        N images. It can be differentiated again, so that it can be trained on.

    Raises:
        ValueError: There is no image.

    Reference: Rifai, Vincent, Muller, Glorot and Bengio (2011), Contractive auto-encoders.

    Example:
        >>> x = torch.rand(5, 784)
        >>> aelib.contraction(lambda x: 2 * x[:, :3], x)  # three codes, each reacts with 2
        tensor(12.)
    """
    check_not_empty(x)
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        sums = encode(x).sum(dim=0)
        rows = [torch.autograd.grad(z_k, x, create_graph=True)[0] for z_k in sums]
    return torch.stack(rows).square().sum() / len(x)


def sparse_error(model: Any, x: torch.Tensor, unused: float = 1 / 32) -> torch.Tensor:
    """Squared error of a sparse autoencoder, and of what its unused latents could add to it.

    Latents that no row of the batch chose get no gradient, and a latent that is never chosen is
    dead. So the strongest k of them are asked to draw what is left over, x - x_hat.

    Use large batches. What a batch did not choose need not be dead, it may only be rare; asked to
    draw the rest, which is smaller than a row, its encoder gets smaller, and the others win from
    then on. With 256 latents, k = 3 and 256 rows in a batch, three choices for each latent, 77 to
    91 of them died where 5 to 7 do without this loss; with 4,000 rows in a batch 2 or 3.

    Args:
        model: A `SparseAutoencoder`: it has `all_latents`, `strongest`, `directions`
            and `decode`.
        x: Rows (N, D), float.
        unused: Weight of the second error; 0 leaves it out.

    Returns:
        A scalar: squared differences, summed over the D numbers of a row, averaged over the N
        rows, plus `unused` times the same for the rest and what the unused latents make of it.

    Raises:
        ValueError: There is no row, or unused is negative.

    Reference: Gao et al. (2024), Scaling and evaluating sparse autoencoders, appendix A.2; there
        a latent counts as unused after ten million rows, here after a batch.

    Example:
        >>> model = aelib.SparseAutoencoder(input_dim=32, latents=128, k=4)
        >>> x = torch.randn(100, 32)
        >>> error = aelib.sparse_error(model, x, unused=0)
        >>> bool(error == aelib.squared_error(model(x), x))
        True
    """
    check_not_empty(x)
    check_weight("unused", unused)
    latents = model.all_latents(x)
    z = model.strongest(latents)
    x_hat = model.decode(z)
    error, never = squared_error(x_hat, x), (z == 0).all(dim=0)
    if unused == 0 or not never.any():
        return error
    spare = model.strongest(latents * never)
    return error + unused * squared_error(spare @ model.directions(), (x - x_hat).detach())


def flow_loss(model: Any, z: torch.Tensor, y: torch.Tensor | None = None) -> torch.Tensor:
    """Flow matching: how far the network's velocity is from that of straight paths to noise.

    Each row is mixed with fresh noise, z_t = (1 - t) z + t noise, with t even between 0 and 1; the
    network is asked for noise - z, the velocity on the straight path from the one to the other.

    Args:
        model: A network from z_t, t (and y) to velocities, such as a `VelocityNetwork`.
        z: Codes (N, D), float, best centred on 0 and of about unit spread.
        y: A class for each row, int64 (N,), -1 for none; left out where the network knows none.

    Returns:
        A scalar: squared differences, summed over the D numbers of a code, averaged over the N
        rows. It does not reach 0, as one mixture can come from many pairs of code and noise.

    Raises:
        ValueError: There is no row, or the network answers with another shape.

    References: Lipman et al. (2023), Flow matching for generative modeling; Liu, Gong and Liu
        (2023), Flow straight and fast.

    Example:
        >>> z = torch.randn(2000, 16)
        >>> still = lambda z_t, t: torch.zeros_like(z_t)  # answers 0 to everything
        >>> round(aelib.flow_loss(still, z).item() / 16)  # the variance of noise - z
        2
    """
    check_not_empty(z)
    t, noise = torch.rand(len(z)), torch.randn_like(z)
    z_t = (1 - t[:, None]) * z + t[:, None] * noise
    v = model(z_t, t) if y is None else model(z_t, t, y)
    return squared_error(v, noise - z)


def kl_divergence(mu: torch.Tensor, logvar: torch.Tensor) -> torch.Tensor:
    """How far the clouds N(mu, exp(logvar)) are from N(0, 1), in nats.

    Args:
        mu: Means (N, K), float.
        logvar: Logarithms of the variances (N, K), float.

    Returns:
        A scalar: KL(N(mu, exp(logvar)) || N(0, 1)), summed over the K numbers of a code,
        averaged over the N images. Never negative.

    Raises:
        ValueError: The shapes differ, there is no image, or a variance is too large to write.

    Reference: Kingma and Welling (2014), Auto-encoding variational Bayes, appendix B.

    Example:
        >>> mu, logvar = torch.ones(1, 4), torch.zeros(1, 4)
        >>> aelib.kl_divergence(mu, logvar)  # half of 1 for each of four numbers
        tensor(2.)
    """
    check_pair(mu, logvar, "mu", "logvar")
    check_logvar(logvar)
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum() / len(mu)


def negative_elbo(
    x_hat: torch.Tensor,
    x: torch.Tensor,
    mu: torch.Tensor,
    logvar: torch.Tensor,
    beta: float = 1.0,
) -> torch.Tensor:
    """What a variational autoencoder makes small: reconstruction plus beta times KL, in nats.

    Args:
        x_hat: Probabilities of ink (N, D) decoded from a drawn code.
        x: The images (N, D).
        mu: Means of the codes (N, K).
        logvar: Logarithms of their variances (N, K).
        beta: Weight of the KL; 1 is the bound on -log p(x).

    Returns:
        A scalar in nats per image: bernoulli_nll + beta * kl_divergence.

    Raises:
        ValueError: Shapes differ, a value is out of range, or beta is negative.

    References: Kingma and Welling (2014); Higgins et al. (2017), beta-VAE.

    Example:
        >>> x, x_hat = torch.ones(1, 784), torch.full((1, 784), 0.5)
        >>> mu, logvar = torch.ones(1, 4), torch.zeros(1, 4)
        >>> round(aelib.negative_elbo(x_hat, x, mu, logvar, beta=2.0).item(), 1)  # 543.4 + 2 * 2
        547.4
    """
    check_weight("beta", beta)
    return bernoulli_nll(x_hat, x) + beta * kl_divergence(mu, logvar)


def check_logvar(logvar: torch.Tensor) -> None:
    """Raise ValueError where exp(logvar) would overflow, or where it is NaN."""
    if not logvar.max() < 80:
        raise ValueError(
            f"logvar reaches {logvar.max():.4g}: its exponential is too large to compute with. "
            "Is it really the logarithm of a variance? Lower the learning rate, or clamp it."
        )


def check_weight(name: str, weight: float) -> None:
    """Raise ValueError unless a loss's weight is 0 or more."""
    if not weight >= 0:
        raise ValueError(f"{name} must be 0 or more, not {weight!r}.")


def check_not_empty(values: torch.Tensor) -> None:
    """Raise ValueError unless there is a row for at least one image."""
    if values.ndim != 2 or len(values) == 0:
        raise ValueError(
            f"Shape {tuple(values.shape)} holds no rows to average; give (N, ...), one row for "
            "each of at least one image."
        )


def check_activations(z: torch.Tensor, rho: float) -> None:
    """Raise ValueError unless z lies in [0, 1] and rho between 0 and 1."""
    if not 0 < rho < 1:
        raise ValueError(f"rho must be between 0 and 1, for example 0.05, not {rho!r}.")
    low, high = z.aminmax()
    if not (low >= 0 and high <= 1):  # also when NaN
        raise ValueError(
            f"z lies in [{low:.4g}, {high:.4g}], sparsity_kl needs [0, 1]. End the encoder with "
            "a sigmoid, or use l1_penalty."
        )


def check_pair(
    x_hat: torch.Tensor, x: torch.Tensor, first: str = "x_hat", second: str = "x"
) -> None:
    """Raise ValueError unless both hold the same number of images of the same size."""
    if x_hat.shape != x.shape:
        raise ValueError(
            f"{first} has shape {tuple(x_hat.shape)} and {second} has {tuple(x.shape)}; "
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
