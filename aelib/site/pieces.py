"""What one element of a page, or one cell, is to a talk: what it asks, answers or announces."""

import re
from dataclasses import dataclass

from aelib.site.cells import Block

_LINES = 12  # of code that a sentence announces; more could not be read on a wall
DESK = (
    "Two cores compute",
    "Before the summary, ",
    "(Measured on ",
    "(Where nothing runs, ",
)  # how such prose begins
_OF_CODE = re.compile(r"<p>\((<a[^>]*>)?<code>")  # and so does a note to a line of code


@dataclass
class Piece:
    """An element of prose or a cell, as a screen shows it.

    Args:
        kind: The element's tag, or "cell".
        html: The element; "" for a cell.
        block: The cell; of prose, the block that the element comes from.
        step: After how many key presses it is uncovered.
        covered: Whether the page shows it only when a reader asks: it says what was to be guessed.
        announced: Whether the sentence before it ends with a colon.
        guess: Its number on the lesson's sheet, if it asks for a guess there; else 0.
    """

    kind: str
    html: str
    block: Block
    step: int = 0
    covered: bool = False
    announced: bool = False
    guess: int = 0

    @property
    def words(self) -> int:
        """Words of prose."""
        return len(plain(self.html).split())

    @property
    def for_the_desk(self) -> bool:
        """Whether it says how to work with the notebook, which no class does before a wall."""
        told = plain(self.html)
        return "aelib.hint(" in told or told.startswith(DESK) or self.is_of_code

    @property
    def is_of_code(self) -> bool:
        """Whether it is a note to code, which a wall does not show unless somebody asks."""
        return _OF_CODE.match(self.html) is not None and self.html.strip().endswith(")</p>")

    @property
    def asks(self) -> bool:
        """Whether it is prose that asks for a guess."""
        return "<strong>Predict" in self.html

    @property
    def announces(self) -> bool:
        """Whether it is a few words that say nothing alone, such as "Three things to see."."""
        few = self.kind == "p" and self.words <= 6
        return few and not (self.asks or self.is_exercise or "<math" in self.html)

    @property
    def is_heading(self) -> bool:
        """Whether it names what follows."""
        return self.kind in ("h1", "h2", "h3")

    @property
    def ends(self) -> str:
        """The last sign of its words."""
        return plain(self.html)[-1:]

    @property
    def leads_on(self) -> bool:
        """Whether what follows belongs to it."""
        is_open = re.search(r"(:|\w)</p>\s*$", self.html) is not None  # not after a formula
        return self.is_heading or self.announces or is_open

    @property
    def marked(self) -> str:
        """The element as the page has it, with what presenter mode must know of it."""
        desk = ' data-desk="code"' if self.is_of_code else " data-desk"
        marks = " data-leads" * self.leads_on + desk * self.for_the_desk
        marks += f' data-guess="{self.guess}"' if self.guess else ""
        return self.html.replace(f"<{self.kind}", f"<{self.kind}{marks}", 1)

    @property
    def is_exercise(self) -> bool:
        """Whether an exercise begins here."""
        return self.html.startswith("<p><strong>Exercise")

    @property
    def is_picture(self) -> bool:
        """Whether it has something to look at: a picture, a widget, a table."""
        return self.kind == "div" or any(o.kind in ("picture", "live") for o in self.block.outputs)

    @property
    def is_told(self) -> bool:
        """Whether it is code to be seen unasked: what to fill in, what a sentence announces."""
        short = self.block.kind == "code" and self.block.html.count("\n") < _LINES
        asked = "exercise" in self.block.tags or (self.announced and short)
        alone = asked and not self.block.outputs
        return self.kind == "cell" and (self.block.kind == "guess" or alone)

    @property
    def is_answer(self) -> bool:
        """Whether it is a cell that says something which somebody could guess."""
        empty = self.block.kind == "guess" or "exercise" in self.block.tags
        says = any(output.kind != "note" for output in self.block.outputs)
        return self.kind == "cell" and says and not empty

    @property
    def is_quiz(self) -> bool:
        """Whether it is the questions at the end of a lesson."""
        return any(output.name == "Quiz" for output in self.block.outputs)

    @property
    def is_verdict(self) -> bool:
        """Whether it is a cell that says in numbers what came out of a guess."""
        return self.block.kind == "verdict" and not self.is_picture

    @property
    def lives(self) -> bool:
        """Whether it is a widget to be moved."""
        return any(output.kind == "live" for output in self.block.outputs)


def plain(html: str) -> str:
    """The words of HTML."""
    return re.sub(r"<annotation.*?</annotation>|<[^>]+>", "", html, flags=re.S).strip()
