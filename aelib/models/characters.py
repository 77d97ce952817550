"""text -> the next character: the small recurrent network whose states lesson 17 takes apart."""

import torch
from torch import nn

from aelib.checks import whole_number

LETTERS = "\n" + "".join(map(chr, range(32, 127)))  # the end of a text, and what can be typed


class CharacterModel(nn.Module):
    """Guesses the next character of a text from a state that it carries along.

    An embedding, one recurrent layer (GRU) and a score for each of the 96 characters in `LETTERS`.

    Args:
        width: How many numbers a character becomes.
        state: How many numbers the state has.

    Raises:
        ValueError: A size is not a whole number, 1 or more.

    Reference: Cho et al. (2014), Learning phrase representations using RNN encoder-decoder for
        statistical machine translation, for the GRU.

    Example:
        >>> model = aelib.CharacterModel(width=16, state=32)
        >>> letters = torch.tensor([[41, 70, 77, 77, 80]])  # "Hello", places in LETTERS
        >>> tuple(model.states(letters).shape), tuple(model(letters).shape)
        ((1, 5, 32), (1, 5, 96))
    """

    def __init__(self, width: int = 48, state: int = 224) -> None:
        super().__init__()
        _check_sizes(width, state)
        self.embedding = nn.Embedding(96, width)
        self.gru = nn.GRU(width, state, batch_first=True)
        self.scores = nn.Linear(state, 96)

    def states(self, letters: torch.Tensor) -> torch.Tensor:
        """Characters (N, T), int64 places in LETTERS -> the state after each (N, T, state)."""
        return self.gru(self.embedding(letters))[0]

    def forward(self, letters: torch.Tensor) -> torch.Tensor:
        """Characters (N, T) -> a score for each that may come next (N, T, 96)."""
        return self.scores(self.states(letters))


def spelled(text: str) -> torch.Tensor:
    """A text as places in LETTERS, int64 (len(text),); what is not there becomes "?"."""
    place = {letter: i for i, letter in enumerate(LETTERS)}
    return torch.tensor([place.get(letter, place["?"]) for letter in text], dtype=torch.int64)


def _check_sizes(width: int, state: int) -> None:
    """Raise ValueError unless both are whole numbers, 1 or more."""
    whole_number("width", width)
    whole_number("state", state)
