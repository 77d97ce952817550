"""A network that reads letter by letter, taken apart: what it carries along, and one step of it."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from aelib.engine.capture import evaluating, first_tensor

_AT_ONCE = 8192  # letters, padding too: a text's states are far larger than the text
_APART = 1e-4  # what a chance may differ by; of weights of 16 bits a hundred times as much
_SHORT = (torch.float16, torch.bfloat16)
_NEEDS = (
    "FeatureBrowser needs a network of one nn.Embedding, one nn.GRU, nn.LSTM or nn.RNN, and one "
    "nn.Linear from its state to a score for each letter of the alphabet; "
)


@dataclass(frozen=True)
class Reader:
    """Copies of a network's parts, in float32 on the CPU and in evaluation mode.

    What it carries from letter to letter, its memory, is a row: the state of each layer, then, of
    an LSTM, the cell of each layer.
    """

    embedding: nn.Embedding
    recurrent: nn.RNNBase
    scores: nn.Linear
    alphabet: str

    @property
    def width(self) -> int:
        """How many numbers the state of the last layer has."""
        return self.recurrent.hidden_size

    @property
    def memory(self) -> int:
        """How many numbers are carried along."""
        return self._kinds * self.recurrent.num_layers * self.width

    @property
    def _kinds(self) -> int:
        return 2 if isinstance(self.recurrent, nn.LSTM) else 1

    def spelled(self, text: str) -> list[int]:
        """The places of its letters in the alphabet; a letter that is not there is read as "?"."""
        place = {letter: i for i, letter in enumerate(self.alphabet)}
        return [place.get(letter, place.get("?", 0)) for letter in text]

    def step(self, rows: torch.Tensor) -> torch.Tensor:
        """A letter, one-hot, and the memory before it (N, letters + memory) -> the memory after."""
        n, layers = len(self.alphabet), self.recurrent.num_layers
        x = rows[:, :n] @ self.embedding.weight
        before = rows[:, n:].reshape(-1, self._kinds, layers, self.width).permute(1, 2, 0, 3)
        before = before.contiguous()
        x = x[:, None] if self.recurrent.batch_first else x[None]
        _, after = self.recurrent(x, tuple(before) if self._kinds == 2 else before[0])
        after = torch.stack(after) if self._kinds == 2 else after[None]
        return after.permute(2, 0, 1, 3).reshape(-1, self.memory)

    def state_of(self, memory: torch.Tensor) -> torch.Tensor:
        """The state of the last layer (N, width) out of the memory (N, memory)."""
        end = self.recurrent.num_layers * self.width
        return memory[:, end - self.width : end]

    @torch.no_grad()
    def memories(self, text: str) -> np.ndarray:
        """The memory before a text and after each of its letters (len(text) + 1, memory)."""
        found = [torch.zeros(1, self.memory)]
        for letter in self.spelled(text):
            one_hot = torch.eye(len(self.alphabet))[[letter]]
            found.append(self.step(torch.cat([one_hot, found[-1]], dim=1)))
        return torch.cat(found).numpy()

    @torch.no_grad()
    def states(self, texts: Sequence[str]) -> list[torch.Tensor]:
        """The state after each letter of each text, (len(text), width)."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        found: dict[int, torch.Tensor] = {}
        while order:
            longest = max(1, len(texts[order[-1]]))
            some = order[-max(1, _AT_ONCE // longest) :]
            del order[-len(some) :]
            letters = torch.zeros(len(some), len(texts[some[-1]]), dtype=torch.int64)
            for row, i in zip(letters, some, strict=True):
                row[: len(texts[i])] = torch.tensor(self.spelled(texts[i]), dtype=torch.int64)
            for states, i in zip(self._run(letters), some, strict=True):
                found[i] = states[: len(texts[i])].clone()
        return [found[i] for i in range(len(texts))]

    def _run(self, letters: torch.Tensor) -> torch.Tensor:
        """Letters (N, T) -> the state after each (N, T, width)."""
        if not letters.shape[1]:
            return torch.empty(*letters.shape, self.width)
        x = self.embedding(letters)
        if self.recurrent.batch_first:
            return self.recurrent(x)[0]
        return self.recurrent(x.transpose(0, 1))[0].transpose(0, 1)


def open_reader(model: Any, alphabet: str, text: str) -> Reader:
    """Find a network's parts, and hold them together against the network itself.

    Args:
        model: From letters, places in the alphabet (N, T) int64, to scores (N, T, letters).
        alphabet: A letter for each row of its embedding.
        text: What it is tried with.

    Raises:
        TypeError: It is no network of PyTorch.
        ValueError: It has other parts, or they do not make up all that it does.
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"{_NEEDS}this is a {type(model).__name__}.")
    name, parts = type(model).__name__, list(model.modules())
    embedding = _only(nn.Embedding, "nn.Embedding", parts, name)
    recurrent = _only((nn.GRU, nn.LSTM, nn.RNN), "recurrent layer", parts, name)
    if recurrent.bidirectional or recurrent.proj_size:
        raise ValueError(f"{_NEEDS}{name} reads both ways, or projects its state.")
    ends = [
        m
        for m in parts
        if isinstance(m, nn.Linear)
        and (m.in_features, m.out_features) == (recurrent.hidden_size, embedding.num_embeddings)
    ]
    scores = _only(nn.Linear, "such nn.Linear", ends, name)
    _check_alphabet(alphabet, embedding.num_embeddings)
    table, layer, last = (deepcopy(m).float().cpu().eval() for m in (embedding, recurrent, scores))
    reader = Reader(table, layer, last, alphabet)
    _check_whole(model, reader, text)
    return reader


def _only(kinds: Any, words: str, parts: Sequence[nn.Module], name: str) -> Any:
    """The only part of a kind."""
    found = [part for part in parts if isinstance(part, kinds)]
    if len(found) != 1:
        raise ValueError(f"{_NEEDS}{name} has {len(found) or 'no'} {words}.")
    return found[0]


def _check_alphabet(alphabet: str, rows: int) -> None:
    if not isinstance(alphabet, str) or len(alphabet) != rows or len(set(alphabet)) != rows:
        raise ValueError(
            f"The embedding has {rows} rows: give alphabet=, a string of {rows} different letters, "
            "in the order of the rows."
        )


def _check_whole(model: nn.Module, reader: Reader, text: str) -> None:
    """Raise ValueError unless the parts, one after the other, are all that the network does."""
    letters = torch.tensor([reader.spelled(text[:64])])
    weight = next(model.parameters())
    reason = ""
    with torch.no_grad():
        expected = reader.scores(reader.states([text[:64]])[0]).softmax(dim=1)
        for given in (letters, letters.T):
            try:
                with evaluating(model):
                    answer = first_tensor(model(given.to(weight.device))).float().cpu()
            except Exception as error:  # a network of somebody may raise anything
                reason = f"it failed with {type(error).__name__}"
                continue
            if answer.numel() == expected.numel():
                apart = (answer.reshape(expected.shape).softmax(dim=1) - expected).abs().max()
                if apart < (100 * _APART if weight.dtype in _SHORT else _APART):
                    return
            reason = "it answers something else"
    raise ValueError(
        f"FeatureBrowser runs the embedding, the recurrent layer and the linear layer of "
        f"{type(model).__name__} one after the other, and that is not all that it does: {reason} "
        "when it is called with letters. Give it the network without what comes between them."
    )
