"""What a lesson says of its own numbers: held to them in tests, a remark in a learner's hands."""

import os
from typing import Any


def claim(holds: Any, sentence: str) -> None:
    """Hold a sentence of a lesson to the numbers that were just computed.

    In the course's tests (AELIB_CLAIMS=strict) a claim that fails is an error. In a notebook it
    never stops anything: one line says which sentence was written for other settings.

    Args:
        holds: True or False, as Python, NumPy or torch write them: one value, not an array.
        sentence: The claim in words, as the text makes it: "below PCA's 21.06".

    Raises:
        AssertionError: It does not hold, and AELIB_CLAIMS is "strict".
        TypeError: `holds` is not one truth value, or the sentence is missing.

    Example:
        >>> aelib.claim(5.6 < 21.06, "the deep network's error is below PCA's")
    """
    if not isinstance(sentence, str) or not sentence.strip():
        raise TypeError("claim(holds, sentence) needs the claim in words, such as 'below PCA'.")
    if getattr(holds, "shape", ()) != () or str(getattr(holds, "dtype", "bool")) not in _BOOLEAN:
        raise TypeError(_ONE.format(f"an array of shape {tuple(getattr(holds, 'shape', ()))}"))
    if not hasattr(holds, "dtype") and not isinstance(holds, bool):
        raise TypeError(_ONE.format(repr(holds)))
    if holds:
        return
    if os.environ.get("AELIB_CLAIMS") == "strict":
        raise AssertionError(f"This claim of the lesson does not hold: {sentence}")
    print(f"With your settings this does not hold: {sentence}.")


_BOOLEAN = {"bool", "torch.bool"}
_ONE = "claim needs True or False, such as a comparison of two numbers, not {}; try .all()."
