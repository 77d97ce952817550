"""Train the character model whose states lesson 17 takes apart.

    python data/decoders/train_characters.py

Takes about two CPU minutes. Writes characters.safetensors beside this file, as 16-bit numbers, and
prints the figure that README.md quotes: the surprise at a character of modules that were held out.
"""

from math import cos, pi
from pathlib import Path

import torch
from rounding import in_steps  # beside this file
from torch.nn.functional import cross_entropy

import aelib
from aelib.data import split_by_module
from aelib.models.characters import spelled

HERE = Path(__file__).parent
STEPS, ROWS, LENGTH = 1200, 32, 128


def one_stream(texts: list[str]) -> torch.Tensor:
    """All texts in a row, each with an end of line before it."""
    return spelled("".join("\n" + text for text in texts))


def surprise(model: aelib.CharacterModel, letters: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of each next character, given those before it in its row (N, T), in nats."""
    scores = model(letters[:, :-1])
    return cross_entropy(scores.flatten(0, 1), letters[:, 1:].flatten())


def train(model: aelib.CharacterModel, stream: torch.Tensor) -> None:
    """Learn from rows that begin anywhere; the learning rate falls along half a cosine."""
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.05)
    for step in range(STEPS):
        optimizer.param_groups[0]["lr"] = 5e-3 * (1 + cos(pi * step / STEPS)) / 2
        begin = torch.randint(len(stream) - LENGTH, (ROWS, 1))
        loss = surprise(model, stream[begin + torch.arange(LENGTH + 1)])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 200 == 199:
            print(f"step {step + 1}: {loss.item():.2f} nats per character", flush=True)


def judge(model: aelib.CharacterModel, stream: torch.Tensor) -> tuple[float, torch.Tensor]:
    """Nats per character of a stream cut into rows of 256, and the states."""
    rows = stream[: len(stream) // 256 * 256].reshape(-1, 256)
    with torch.no_grad():
        return surprise(model, rows).item(), model.states(rows)


def main() -> None:
    """Train, measure, round, save, measure again."""
    learned, _, judged = split_by_module(aelib.load_docstrings())
    aelib.seed_everything(0)
    model = aelib.CharacterModel()
    train(model, one_stream(learned))
    before, states = judge(model, one_stream(judged))
    in_steps(model, halvings=5)
    aelib.save(model, HERE / "characters.safetensors")
    after, rounded = judge(model.float(), one_stream(judged))
    moved = (states - rounded).norm() / states.norm()
    print(f"characters: {after:.2f} nats per character of modules that were held out")
    print(f"before rounding {before:.4f}, after {after:.4f}; the states moved by {moved:.2%}")


if __name__ == "__main__":
    main()
