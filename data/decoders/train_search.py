"""Train the text autoencoder with which lesson 10 searches documentation by meaning.

    python data/decoders/train_search.py

Takes about ten CPU seconds. Writes search_64d.safetensors beside this file, as 16-bit numbers, and
prints the figure that README.md quotes. Its columns are the words of the vectoriser below, in the
order of the alphabet.
"""

from pathlib import Path

import torch
from sklearn.feature_extraction.text import TfidfVectorizer

import aelib

HERE = Path(__file__).parent


def loss(model: aelib.LinearAutoencoder, x: torch.Tensor) -> torch.Tensor:
    """Mean over rows x (N, n_words): minus the log share of each word, weighed by TF-IDF; nats."""
    return -(torch.log_softmax(model(x), dim=1) * x).sum(dim=1).mean()


def main() -> None:
    """Train, round to 16 bits, save, measure."""
    vectorizer = TfidfVectorizer(token_pattern="[a-z]{2,}", min_df=3, sublinear_tf=True)
    tfidf = vectorizer.fit_transform(aelib.load_docstrings().texts)
    x = torch.from_numpy(tfidf.toarray()).float()
    aelib.seed_everything(0)
    model = aelib.LinearAutoencoder(64, input_dim=x.shape[1])
    aelib.fit(model, x, loss, epochs=20, lr=1e-2)
    model.half()
    aelib.save(model, HERE / "search_64d.safetensors")
    model.float()
    with torch.no_grad():
        print(f"64 numbers: a cross-entropy of {loss(model, x).item():.1f} per docstring")


if __name__ == "__main__":
    main()
