"""How near a guess came: numbers, ranges and words, written as people write them."""

import re
from collections.abc import Iterable
from math import inf, isfinite, isnan
from typing import Any

SURPRISE = "Which part surprised you?"
SEEN = "Well seen."
_NEAR = 0.1  # of the truth: a guess so near is a right one

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
_WORDS = dict(zip(_ONES, map(float, range(13)), strict=True)) | {
    **{"none": 0.0, "half": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "tenth": 0.1},
    **{"hundredth": 0.01, "twenty": 20.0, "fifty": 50.0, "hundred": 100.0, "thousand": 1000.0},
}
_YES_AND_NO = {
    **dict.fromkeys(("yes", "y", "true", "right"), "yes"),
    **dict.fromkeys(("no", "n", "false", "wrong"), "no"),
}
_DOZENS = {"tens": (10.0, 100.0), "hundreds": (100.0, 1000.0), "thousands": (1e3, 1e6)}
_BELOW = r"(?:below|under|less than|fewer than|at most|up to|<=?|≤)\s*(.+)|(.+) or (?:less|fewer)"
_ABOVE = r"(?:above|over|more than|at least|>=?|≥)\s*(.+)|(.+) or more"
_BETWEEN = r"(?:between\s+)?(.+?)\s*(?:to|and|(?<=[\d%\s])-)\s*(.+)"

Range = tuple[float, float]


def verdict(guess: Any, truth: Any, also: Iterable[Any] = ()) -> str:
    """Say in a few words how near a guess came.

    Args:
        guess: A number, a range such as "below 20" or "1 to 10 %", or words.
        truth: What came out, in the same forms.
        also: Other words for the truth.
    """
    if any(_same_words(guess, other) for other in (truth, *also)):
        return SEEN
    guessed, true = _range(guess), _range(truth)
    if guessed is None or true is None or isnan(guessed[0]) or isnan(true[0]):
        return SURPRISE
    if guessed[0] == guessed[1] and true[0] == true[1]:
        return _distance(guessed[0], true[0])
    if true[0] <= guessed[0] and guessed[1] <= true[1]:
        return SEEN
    if true[0] == true[1] and guessed[0] <= true[0] <= guessed[1]:
        return SEEN
    if guessed[1] <= true[0] or true[1] <= guessed[0]:
        return f"You were too {'low' if guessed[1] <= true[0] else 'high'}."
    return "Partly right: your range goes further."


def _distance(guess: float, truth: float) -> str:
    off, size = guess - truth, abs(truth)
    if not isfinite(off):
        return SURPRISE
    if abs(off) <= _NEAR * size:
        return SEEN
    share = f"{abs(off):.3g}" if not size else f"{100 * abs(off) / size:,.0f} %"
    return f"You were {share} too {'high' if off > 0 else 'low'}."


def _same_words(guess: Any, truth: Any) -> bool:
    """Whether two texts say the same; the beginning of a word, such as "conv", is enough."""
    one, other = _words(guess), _words(truth)
    if not one or _number(other) is not None:
        return one == other
    return one == other or (len(one) >= 3 and one.isalpha() and other.startswith(one))


def _words(value: Any) -> str:
    """Small letters, without articles and full stops; True is yes."""
    text = re.sub(r"[\s_]+", " ", str(value)).strip(" .!\"'").lower()
    text = re.sub(r"^(?:(?:the|an?|about|roughly|nearly|around)\s+|~\s*)+", "", text)
    return _YES_AND_NO.get(text, text)


def _number(value: Any) -> float | None:
    """Read a number in digits or in words; a sign for per cent changes nothing."""
    text = re.sub(r"\s*(?:%|per ?cent|percent)$", "", _words(value))
    text = re.sub(r"(?<=\d)[, ](?=\d{3}\b)", "", text)
    try:
        return float(_WORDS.get(text, text))
    except ValueError:
        return None


def _range(value: Any) -> Range | None:
    """Read a number as a range of one, and words such as "below 20" as what they mean."""
    if not isinstance(value, str):
        try:
            # bytes have no __float__, and yet float reads them
            return (float(value), float(value)) if hasattr(value, "__float__") else None
        except (TypeError, ValueError):
            return None
    text, number = re.sub(r"\s+", " ", value).strip(" .").lower(), _number(value)
    if number is not None:
        return number, number
    if text in _DOZENS:
        return _DOZENS[text]
    for pattern, low in ((_BELOW, True), (_ABOVE, False)):
        found = re.fullmatch(pattern, text)
        limit = _number(found[1] or found[2]) if found else None
        if limit is not None:
            return (-inf, limit) if low else (limit, inf)
    found = re.fullmatch(_BETWEEN, text)
    ends = [_number(found[1]), _number(found[2])] if found else []
    return (ends[0], ends[1]) if len(ends) == 2 and None not in ends else None  # type: ignore
