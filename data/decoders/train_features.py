"""Train the sparse autoencoder whose features lesson 17 lets its readers browse.

    python data/decoders/train_features.py

Takes about a CPU minute. Reads characters.safetensors and writes features.safetensors beside this
file, as 16-bit numbers, and prints the figure that README.md quotes. The settings are those of the
lesson; what the lesson does to the states before (their mean taken off, their size made 1) is
inside this one, so that it takes the states as they are.
"""

from pathlib import Path

import torch
from rounding import in_steps  # beside this file
from torch.nn.functional import cross_entropy

import aelib
from aelib.data import split_by_module
from aelib.models.characters import spelled

HERE = Path(__file__).parent


def rows_of(texts: list[str], n: int) -> torch.Tensor:
    """The texts in the lesson's order, each with an end of line before it, cut into rows of 256."""
    order = torch.randperm(len(texts), generator=torch.Generator().manual_seed(0))
    return spelled("".join("\n" + texts[i] for i in order)[: 256 * n]).reshape(n, 256)


def copying(model: aelib.SparseAutoencoder, x: torch.Tensor) -> torch.Tensor:
    """The squared error of the copies."""
    return aelib.squared_error(model(x), x)


def unscaled(model: aelib.SparseAutoencoder, mean: torch.Tensor, size: torch.Tensor) -> None:
    """Make a network of (x - mean) / size one of x, whose latents are `size` times as large."""
    with torch.no_grad():
        model.decoder.bias.mul_(size).add_(mean)
        model.encoder.bias.mul_(size)


def recovered(
    model: aelib.SparseAutoencoder, reader: aelib.CharacterModel, letters: torch.Tensor
) -> float:
    """The cross-entropy recovered: 0 as from the average state, 1 as from the true one."""
    states = reader.states(letters)[:, :-1].flatten(0, 1)

    def surprise(states: torch.Tensor) -> torch.Tensor:
        return cross_entropy(reader.scores(states), letters[:, 1:].flatten())

    average = surprise(states.mean(dim=0).expand_as(states))
    return ((average - surprise(model(states))) / (average - surprise(states))).item()


def main() -> None:
    """Train, take the states' scale in, round, save, measure."""
    learned, _, judged = split_by_module(aelib.load_docstrings())
    reader = aelib.load(HERE / "characters.safetensors").float().requires_grad_(False)
    states = torch.cat(
        [reader.states(some).flatten(0, 1) for some in rows_of(learned, 430).split(80)]
    )
    mean = states.mean(dim=0)
    size = (states - mean).norm(dim=1).mean() / mean.numel() ** 0.5
    torch.manual_seed(0)
    model = aelib.SparseAutoencoder(mean.numel(), latents=512, k=16)
    aelib.fit(model, (states - mean) / size, copying, epochs=5, batch_size=512, lr=5e-3)
    unscaled(model, mean, size)
    in_steps(model, halvings=5)
    aelib.save(model, HERE / "features.safetensors")
    with torch.no_grad():
        share = recovered(model.float(), reader, rows_of(judged, 240))
    print(f"features: {share:.2f} of the cross-entropy of modules that were held out")


if __name__ == "__main__":
    main()
