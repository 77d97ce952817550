"""What the network of notebook 06 reaches: 20 and 2 numbers, tossed and grey pixels.

    python tests/benchmarks/vae.py [name ...]
    python tests/benchmarks/vae.py sampling
    python tests/benchmarks/vae.py rates
    python tests/benchmarks/vae.py betas

With one thread, a minute or less of CPU each. `sampling` compares the samples of a plain and of a
variational autoencoder with equal networks and equal passes. `rates` tries learning rates of the
20-D run on 2,000 digits of the training set that were kept out of training; test digits choose
nothing. `betas` trains section 12's network with weights near 1, for short and for long. The grey
run is the one to compare with pytorch/examples, vae/main.py: 105.55 on test digits after ten
epochs, in 54 seconds of CPU on the machine of the first measurement.
"""

import sys
import time
from collections.abc import Callable

import torch
from sklearn.mixture import GaussianMixture

import aelib

SETTINGS = {  # numbers in the code, width, epochs, batch, learning rate, tossed pixels
    "20-D": (20, 384, 11, 192, 6e-3, True),
    "2-D": (2, 384, 12, 192, 6e-3, True),
    "grey": (20, 384, 4, 192, 6e-3, False),
}
RATES = (3e-3, 6e-3, 1.2e-2)


def network(latent_dim: int, width: int, x: torch.Tensor) -> aelib.VAE:
    """Build the residual network of the lesson, which starts at the mean image."""
    vae = aelib.VAE(latent_dim)
    vae.encoder = aelib.ResidualAutoencoder(2 * latent_dim, width, blocks=1).encoder
    vae.decoder = aelib.ResidualAutoencoder(latent_dim, width, blocks=1).decoder
    return aelib.start_at_mean(vae, x)


def loss_of(tossed: bool, beta: float = 1.0) -> Callable[[aelib.VAE, torch.Tensor], torch.Tensor]:
    """Minus the ELBO with a weight, on pixels that are tossed anew each time or left grey."""

    def loss(model: aelib.VAE, x: torch.Tensor) -> torch.Tensor:
        x = torch.bernoulli(x) if tossed else x
        x_hat, mu, logvar = model(x)
        return aelib.negative_elbo(x_hat, x, mu, logvar, beta)

    return loss


def nearest(pictures: torch.Tensor, real: torch.Tensor) -> float:
    """Pixels in which black-and-white pictures differ from the nearest of the real ones."""
    ink = (pictures > 0.5).float()
    differ = ink.sum(dim=1)[:, None] + real.sum(dim=1) - 2 * ink @ real.T
    return differ.min(dim=1).values.mean().item()


def sampling() -> None:
    """Distances of samples to real digits, hidden layer of 256 and two passes for both."""
    x_train = aelib.load_mnist()[0]
    real = (x_train[::2] > 0.5).float()
    for seed in (0, 1, 2):
        aelib.seed_everything(seed)
        plain, vae = aelib.Autoencoder(20, hidden=(256,)), aelib.VAE(20, hidden=(256,))
        settings = {"epochs": 2, "lr": 6e-3, "seed": seed}
        aelib.fit(plain, x_train, lambda m, x: aelib.bernoulli_nll(m(x), x), **settings)
        aelib.fit(vae, x_train, loss_of(tossed=True), **settings)
        codes = plain.transform(x_train[:20_000]).double().numpy()
        line = f"VAE {nearest(vae.sample(500), real):.1f}"
        for n in (1, 10):
            bells = GaussianMixture(n, max_iter=300, random_state=seed).fit(codes)
            drawn = torch.from_numpy(bells.sample(500)[0]).float()
            line += f", plain with {n} bells {nearest(plain.inverse_transform(drawn), real):.1f}"
        print(f"seed {seed}: {line}", flush=True)


def betas() -> None:
    """Print distortion + rate of test digits for five weights near 1, three and twelve passes."""
    x_train, _, x_test, _ = aelib.load_mnist()
    x_small = aelib.load_mnist(n_train=10_000)[0]
    tossed_test = torch.bernoulli(x_test, generator=torch.Generator().manual_seed(0))
    for seed, epochs in ((0, 3), (1, 3), (2, 3), (0, 12)):
        sums = {}
        for beta in (0.5, 0.7, 1, 1.4, 2):
            aelib.seed_everything(seed)
            vae = aelib.start_at_mean(aelib.VAE(10, hidden=(256,)), x_train)
            aelib.fit(vae, x_small, loss_of(tossed=True, beta=beta), epochs=epochs, seed=seed)
            with torch.no_grad():
                x_hat, mu, logvar = vae(tossed_test)
            sums[beta] = aelib.negative_elbo(x_hat, tossed_test, mu, logvar).item()
        line = ", ".join(f"beta {beta}: {value:.1f}" for beta, value in sums.items())
        print(f"seed {seed}, {epochs} passes: {line}", flush=True)


def rates() -> None:
    """Print minus the ELBO of held-out digits for three learning rates of the 20-D run."""
    x_both = aelib.load_mnist()[0]
    x, x_val = x_both[:-2_000], x_both[-2_000:]
    tossed_val = torch.bernoulli(x_val, generator=torch.Generator().manual_seed(0))
    latent_dim, width, epochs, batch_size, _, _ = SETTINGS["20-D"]
    for lr in RATES:
        aelib.seed_everything(0)
        vae = network(latent_dim, width, x)
        aelib.fit(vae, x, loss_of(tossed=True), epochs=epochs, batch_size=batch_size, lr=lr)
        with torch.no_grad():
            x_hat, mu, logvar = vae(tossed_val)
        bound = aelib.negative_elbo(x_hat, tossed_val, mu, logvar).item()
        print(f"lr {lr:g}: {bound:.1f} nats on held-out digits", flush=True)


def main(names: list[str]) -> None:
    """Train the named settings, or all, from three seeds, and print a line for each."""
    x_train, _, x_test, _ = aelib.load_mnist()
    tossed_test = torch.bernoulli(x_test, generator=torch.Generator().manual_seed(0))
    for name in names or SETTINGS:
        latent_dim, width, epochs, batch_size, lr, tossed = SETTINGS[name]
        for seed in (0, 1, 2):
            aelib.seed_everything(seed)
            vae, started = network(latent_dim, width, x_train), time.process_time()
            settings = {"epochs": epochs, "batch_size": batch_size, "lr": lr, "seed": seed}
            aelib.fit(vae, x_train, loss_of(tossed), **settings)
            seconds, x = time.process_time() - started, tossed_test if tossed else x_test
            with torch.no_grad():
                x_hat, mu, logvar = vae(x)
            bound = aelib.negative_elbo(x_hat, x, mu, logvar).item()
            line = f"{name:5} seed {seed}: {bound:.2f} nats in {seconds:.0f} CPU s"
            if tossed:
                line += f", 100 draws {aelib.iwae_bound(vae, x[::10], 100):.2f}"
            print(line, flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["sampling"]:
        sampling()
    elif sys.argv[1:] == ["rates"]:
        rates()
    elif sys.argv[1:] == ["betas"]:
        betas()
    else:
        main(sys.argv[1:])
