"""Lesson 10's torn texts with more splits, more seeds and one more rival: about five CPU minutes.

    python tests/benchmarks/halves.py

For three splits of the modules: of 100 left halves, for how many is the right half among the first
ten? By pieces of words (three to five letters), by PPMI, by the lesson's network; with the modules
of the questions unread, and, as a control, with siblings of the questions among those read.
"""

import numpy as np
import torch
from scipy.sparse.linalg import eigsh
from sklearn.feature_extraction.text import TfidfVectorizer

import aelib

SIZE = 64


def word_loss(model: aelib.LinearAutoencoder, x: torch.Tensor) -> torch.Tensor:
    """Lesson 10's loss: minus the log share of each word, weighed by TF-IDF; nats per text."""
    return -(torch.log_softmax(model(x), dim=1) * x).sum(dim=1).mean()


def network(texts: torch.Tensor, seed: int) -> aelib.LinearAutoencoder:
    """The lesson's network, trained on these texts."""
    torch.manual_seed(seed)
    model = aelib.LinearAutoencoder(SIZE, input_dim=texts.shape[1])
    aelib.fit(model, texts, word_loss, epochs=20, lr=1e-2, seed=seed)
    return model


def ppmi_codes(texts: torch.Tensor) -> np.ndarray:
    """A code for each word: the leading eigenvectors of the table of PPMI."""
    present = (texts > 0).float().numpy()
    together = present.T @ present
    np.fill_diagonal(together, 0)
    often = together.sum(axis=0)
    by_chance = np.outer(often, often) / often.sum()
    ratio = np.maximum(together, 1e-9) / np.maximum(by_chance, 1e-9)
    values, vectors = eigsh(np.maximum(np.log(ratio), 0), SIZE, which="LA", v0=np.ones(len(often)))
    return vectors * np.sqrt(values)


def unit(z: np.ndarray) -> np.ndarray:
    """Rows of length 1; empty ones stay 0."""
    z = np.asarray(z)
    return z / np.maximum(np.linalg.norm(z, axis=1, keepdims=True), 1e-9)


def in_first_ten(asks: np.ndarray, answers: np.ndarray) -> float:
    """Percent of the rows whose own partner is among the ten nearest by cosine."""
    cosines = unit(asks) @ unit(answers).T
    return 100 * ((cosines >= np.diag(cosines)[:, None]).sum(axis=1) <= 10).mean()


def main() -> None:
    """One line for each split and each choice of what was read."""
    docs = aelib.load_docstrings()
    vectorizer = TfidfVectorizer(token_pattern="[a-z]{2,}", min_df=3, sublinear_tf=True)
    words = torch.from_numpy(vectorizer.fit_transform(docs.texts).toarray()).float()
    vocabulary, modules = vectorizer.get_feature_names_out(), np.array(docs.modules)

    def spelled(texts: torch.Tensor) -> list[str]:
        return [" ".join(vocabulary[row > 0]) for row in texts.numpy()]

    for seed in (0, 1, 2):
        to_left = torch.rand(words.shape, generator=torch.Generator().manual_seed(seed)) < 0.5
        left, right = words * to_left, words * ~to_left
        dice = np.random.default_rng(seed)
        names = dice.permutation(np.unique(modules))
        so_far = np.cumsum([(modules == name).sum() for name in names])
        held_out = np.isin(modules, names[so_far <= 0.375 * len(words)])
        unread, read = dice.permutation(np.flatnonzero(held_out)), np.flatnonzero(~held_out)
        asked, siblings = np.array_split(unread, 2)
        instead = np.append(dice.permutation(read)[: len(read) - len(siblings)], siblings)
        for who, rows in {"modules unread": read, "siblings read": instead}.items():
            letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5))
            letters.fit(spelled(words[rows]))
            by_letters = [letters.transform(spelled(part[asked])) for part in (left, right)]
            halves = [unit(part[asked]) for part in (left, right)]
            codes, model = ppmi_codes(words[rows]), network(words[rows], seed)
            found = {
                "letters": in_first_ten(*(part.toarray() for part in by_letters)),
                "PPMI": in_first_ten(*(part @ codes for part in halves)),
                "network": in_first_ten(*(model.transform(part) for part in halves)),
            }
            line = ", ".join(f"{name} {value:.1f}" for name, value in found.items())
            print(f"split {seed}, {len(asked)} asked, {who}: {line}", flush=True)


if __name__ == "__main__":
    main()
