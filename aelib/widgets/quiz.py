"""Questions on a lesson, four answers each, and a reason for every answer."""

import hashlib
import json
import textwrap
import tomllib
from io import BytesIO
from pathlib import Path
from typing import Any

import traitlets
from PIL import Image, ImageDraw, ImageFont

from aelib.widgets.base import StillWidget, module

_FILES = Path(__file__).parents[1] / "exercises" / "quiz"
_MASK = 131  # as in quiz.js
_WIDTH, _LINE = 520, 19  # pixels of the still picture, and of a line in it


def quiz(lesson: str) -> "Quiz":
    """Return the questions of a lesson, such as "06".

    Args:
        lesson: Its two digits.

    Raises:
        LookupError: There is no such lesson; the sentence says which there are.

    Example:
        >>> aelib.quiz("06")
        Quiz(Questions on lesson 06, ...)
    """
    known = sorted(file.stem for file in _FILES.glob("*.toml"))
    if lesson not in known:
        raise LookupError(f"No lesson {lesson!r} has questions; there are {', '.join(known)}.")
    read = tomllib.loads((_FILES / f"{lesson}.toml").read_text(encoding="utf-8"))
    return Quiz(read["question"], title=f"Questions on lesson {lesson}")


class Quiz(StillWidget):
    """Questions to think about: choose an answer, check it, read why.

    Nobody keeps marks. `chosen` holds what was checked, a place for each question or -1; it ends
    with the page.

    Args:
        questions: Dicts with "text", "right", "why" and "wrong", a list of dicts with "answer"
            and "why".
        title: What a screen reader calls them together.

    Example:
        >>> wrong = [{"answer": "16", "why": "A number of 32 bits has four bytes."}]
        >>> asked = {"text": "How long are 16 numbers?", "right": "64 bytes", "why": "4 times 16."}
        >>> aelib.widgets.Quiz([{**asked, "wrong": wrong}], title="Bytes")
        Quiz(Bytes, 1 questions)
    """

    _esm = module("quiz")
    chosen: traitlets.List = traitlets.List(traitlets.Int()).tag(sync=True)
    _title = traitlets.Unicode().tag(sync=True)
    _questions: traitlets.List = traitlets.List(traitlets.Dict()).tag(sync=True)
    _key = traitlets.Bytes().tag(sync=True)  # JSON: the right place and the reasons, masked

    def __init__(self, questions: list[dict[str, Any]], *, title: str = "Questions") -> None:
        shown, key = [], []
        for question in questions:
            reasons = {question["right"]: question["why"]}
            reasons |= {wrong["answer"]: wrong["why"] for wrong in question["wrong"]}
            answers = sorted(reasons, key=_shuffled)
            shown.append({"text": question["text"], "answers": answers})
            right = answers.index(question["right"])
            key.append({"right": right, "why": [reasons[answer] for answer in answers]})
        super().__init__(
            chosen=[-1] * len(shown), _title=title, _questions=shown, _key=_masked(key)
        )

    def __repr__(self) -> str:
        return f"Quiz({self._title}, {len(self._questions)} questions)"

    @traitlets.validate("chosen")
    def _places(self, proposal: Any) -> list[int]:
        chosen = proposal["value"]
        counts = [len(question["answers"]) for question in self._questions]
        fits = len(chosen) == len(counts) and all(
            -1 <= place < count for place, count in zip(chosen, counts, strict=False)
        )
        if not fits:
            raise ValueError(
                f"chosen takes a place for each of the {len(counts)} questions, or -1; "
                f"not {chosen}."
            )
        return chosen

    def _still(self) -> tuple[bytes, str]:
        """The questions and their answers as a page to read; it gives nothing away."""
        lines: list[tuple[int, str, bool]] = []  # its left end, its words, whether a ring leads it
        for number, question in enumerate(self._questions, 1):
            asked = textwrap.wrap(f"{number}. {question['text']}", 76)
            lines += [(8, line, False) for line in asked]
            for answer in question["answers"]:
                first, *rest = textwrap.wrap(answer, 72)
                lines += [(32, first, True), *((32, line, False) for line in rest)]
            lines.append((8, "", False))
        page = Image.new("L", (_WIDTH, _LINE * len(lines) + 10), "white")
        draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=13)
        for row, (left, line, ring) in enumerate(lines):
            top = 6 + _LINE * row
            draw.text((left, top), line, font=font, fill="black")
            if ring:  # the font has no such sign
                draw.ellipse((left - 16, top + 4, left - 8, top + 12), outline="black")
        stream = BytesIO()
        page.quantize(3).save(stream, format="png", optimize=True)
        texts = " ".join(question["text"] for question in self._questions)
        return stream.getvalue(), f"{self._title}, four answers each. {texts}"


def _shuffled(answer: str) -> str:
    """An order that is the same everywhere and says nothing about which answer is right."""
    return hashlib.sha256(answer.encode()).hexdigest()


def _masked(key: list[dict[str, Any]]) -> bytes:
    """Keep the answers from being read by accident in a page's source."""
    content = json.dumps(key).encode()
    return bytes(byte ^ ((_MASK + 7 * i) & 255) for i, byte in enumerate(content))
