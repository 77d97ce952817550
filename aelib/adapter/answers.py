"""What models answer with: tensors, tuples, dictionaries, objects with fields, distributions."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from aelib.adapter.pytorch import is_distribution, is_tensor

_FIRST = (  # names of fields that are looked at first, in this order
    *("mu", "mean", "z_mean", "loc", "z", "code", "codes", "latent", "latents", "embedding"),
    *("x_hat", "reconstruction", "recon", "recon_x", "sample", "logits", "output"),
)


def arrays_in(answer: Any) -> Iterator[Any]:
    """Every tensor or array of an answer, the likeliest first.

    A distribution counts as its mean; of an object with fields those named as codes or copies
    usually are come first.
    """
    if isinstance(answer, np.ndarray) or is_tensor(answer):
        yield answer
    elif is_distribution(answer):
        yield answer.mean
    elif isinstance(answer, Mapping):
        yield from _of_fields(dict(answer))
    elif isinstance(answer, tuple | list):
        for part in answer:
            yield from arrays_in(part)
    elif hasattr(answer, "toarray"):  # a sparse matrix
        yield answer.toarray()
    elif hasattr(answer, "__array__"):  # of another library
        yield np.asarray(answer)
    elif hasattr(answer, "__dict__"):
        yield from _of_fields(vars(answer))


def _of_fields(fields: dict[str, Any]) -> Iterator[Any]:
    names = [str(name) for name in fields]
    order = sorted(names, key=lambda n: _FIRST.index(n) if n in _FIRST else len(_FIRST))
    for name in order:
        yield from arrays_in(fields[name])


def rows_in(answer: Any, n: int) -> Iterator[Any]:
    """Those tensors or arrays of an answer that hold something for each of n rows."""
    for found in arrays_in(answer):
        if found.ndim > 1 and len(found) == n and found[0].size != 0:
            yield found
