"""Lesson 14's codebook: which cure brings dead entries back, and what is it worth? Two CPU minutes.

    python tests/benchmarks/codebooks.py

Each line: entries that no training digit uses, perplexity, share of the most frequent entry, and
the squared error of test digits. All are trained as in the lesson, on 12,000 digits for two passes;
only the start of the codebook and what is done with unused entries differ.
"""

from collections.abc import Callable

import torch
from sklearn.cluster import KMeans

import aelib

Weights = Callable[[torch.Tensor], torch.Tensor]  # squared distances -> how likely each is drawn


def vq_loss(model: aelib.VQVAE, x: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of the copy, and what pulls vectors and codebook together."""
    x_hat, apart = model(x)
    return aelib.bernoulli_nll(x_hat, x) + apart


def reviving(weights: Weights) -> Callable[[aelib.VQVAE, torch.Tensor], torch.Tensor]:
    """The same loss; entries that a batch does not use are moved to some of its vectors before."""

    def loss(model: aelib.VQVAE, x: torch.Tensor) -> torch.Tensor:
        if model.training:
            with torch.no_grad():
                z = model.vectors(x)
                chosen = model.nearest(z).flatten()
                unused = chosen.bincount(minlength=len(model.codebook)) == 0
                z = z.flatten(0, 1)
                far = (z - model.codebook[chosen]).square().sum(dim=1)
                if unused.any():
                    drawn = torch.multinomial(weights(far), int(unused.sum()), replacement=True)
                    model.codebook[unused] = z[drawn]
        return vq_loss(model, x)

    return loss


def at_centres(model: aelib.VQVAE, x: torch.Tensor, seed: int) -> None:
    """Move the codebook to the centres that k-means finds among the vectors of the start."""
    with torch.no_grad():
        z = model.vectors(x[:1000]).flatten(0, 1)
        centres = KMeans(len(model.codebook), n_init=1, random_state=seed).fit(z.numpy())
        model.codebook.copy_(torch.from_numpy(centres.cluster_centers_))


CURES = {
    "none": (vq_loss, False),
    "k-means at the start": (vq_loss, True),
    "revived anywhere": (reviving(torch.ones_like), False),
    "revived where served worst": (reviving(lambda far: far), False),
}


def main() -> None:
    """Print a line for each cure and seed."""
    x, _, x_test, _ = aelib.load_mnist(n_train=12_000, n_test=4_000)
    for name, (loss, centred) in CURES.items():
        for seed in range(3):
            torch.manual_seed(seed)
            model = aelib.VQVAE()
            if centred:
                at_centres(model, x, seed)
            aelib.fit(model, x, loss, epochs=2, batch_size=64, lr=1e-2, seed=seed)
            with torch.no_grad():
                codes = torch.cat([model.nearest(model.vectors(part)) for part in x.split(2000)])
                error = aelib.squared_error(model(x_test)[0], x_test).item()
            shares = codes.flatten().bincount(minlength=len(model.codebook)) / codes.numel()
            perplexity = torch.special.entr(shares).sum().exp().item()
            print(
                f"{name:28} {int((shares == 0).sum()):2} unused, perplexity {perplexity:4.1f}, "
                f"most frequent {shares.max():.2f}, error {error:.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
