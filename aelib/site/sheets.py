"""Sheets to print: a lesson's guesses to fill in by hand, its exercises, and what came out."""

import ast
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

from aelib.exercises import lessons
from aelib.site.cells import python
from aelib.site.elements import elements
from aelib.site.lessons import Lesson
from aelib.site.pieces import plain
from aelib.site.prose import Prose
from aelib.site.screens import Screen

_PREDICT = "<strong>Predict"
_NOT_YET = re.compile(r"^(.+): no guess yet\.", flags=re.M)
_NOTHING = re.compile(r"^([\w, =]+?) = None(?:, None)*(?:  # (.+))?$", flags=re.M)
_CAME_OUT = re.compile(r"^(.+): you made no guess\.\nIt is (.+)\.$", flags=re.M)


@dataclass
class Line:
    """One guess: what it is called, and what there is to choose from.

    Args:
        name: What is guessed; "" where the question says it all.
        choices: Words to choose from; none for a number or a word of one's own.
        unit: What the number counts.
        answer: What came out; "" where the page's picture says it.
        picture: What that picture shows, in the words of its text for those who do not see it.
    """

    name: str = ""
    choices: list[str] = field(default_factory=list)
    unit: str = ""
    answer: str = ""
    picture: str = ""


@dataclass
class Question:
    """A paragraph that asks for guesses."""

    html: str
    lines: list[Line]


@dataclass
class Sheet:
    """What the sheet of one lesson holds; each exercise is HTML."""

    lesson: Lesson
    questions: list[Question] = field(default_factory=list)
    exercises: list[str] = field(default_factory=list)

    @property
    def page(self) -> str:
        """The sheet's file name."""
        return f"{self.lesson.path.stem}-sheet.html"

    @property
    def solutions(self) -> dict[str, str]:
        """A right answer to each exercise that the lesson checks, as HTML by its name."""
        cells = [cell.source for cell in self.lesson.notebook.cells]
        ours = lessons().get(self.lesson.number, [])
        checked = [x for x in ours if any(f'check("{x.name}"' in source for source in cells)]
        return {exercise.name: python(exercise.solution) for exercise in checked}

    @property
    def is_long(self) -> bool:
        """Whether it fits on one page in small type only."""
        html = " ".join([*(question.html for question in self.questions), *self.exercises])
        lines = sum(len(question.lines) for question in self.questions)
        return len(plain(html).split()) + 12 * lines > 600


def sheet_of(lesson: Lesson) -> Sheet:
    """Collect what a lesson asks, in its order, from the committed notebook."""
    sheet, prose = Sheet(lesson), Prose()
    said = "".join(o.get("text", "") for c in lesson.notebook.cells for o in c.get("outputs", []))
    answers = dict(_CAME_OUT.findall(said))
    waiting = last = seen = ""
    for cell in lesson.notebook.cells:
        if cell.cell_type == "markdown":
            parts = elements(prose.html(cell.source))
            sheet.exercises += _exercises(parts)
            for tag, html in parts:
                asks = tag == "p" and _PREDICT in html
                if waiting and (asks or tag == "h2"):
                    sheet.questions.append(Question(waiting, [Line(picture=seen)]))
                    waiting = ""
                if asks:
                    waiting, seen = "<p>" + html[html.index(_PREDICT) :], ""
                last = html if tag == "p" else last
        elif cell.cell_type == "code" and (lines := _lines(cell, answers)):
            sheet.questions.append(Question(waiting or last, lines))
            waiting = ""
        else:
            seen = seen or _shown(cell)
    sheet.questions += [Question(waiting, [Line(picture=seen)])] if waiting else []
    return sheet


def numbered(screens: list[Screen], sheet: Sheet) -> list[Screen]:
    """Give each question its number on the sheet, by which a class finds it from the wall."""
    waiting = [plain(question.html) for question in sheet.questions]
    for piece in [piece for screen in screens for piece in screen.pieces if piece.kind == "p"]:
        if waiting and plain(piece.html).endswith(waiting[0]):
            piece.guess = len(sheet.questions) - len(waiting) + 1
            waiting.pop(0)
    return screens


def _shown(cell: Any) -> str:
    """What the first picture of a cell shows; "" where there is none, or a widget to be moved."""
    for output in cell.get("outputs", []):
        alt = output.get("metadata", {}).get("image/png", {}).get("alt", "")
        if alt and output.data.get("text/plain") == alt:
            return str(alt)
    return ""


def _exercises(parts: list[tuple[str, str]]) -> list[str]:
    """The prompts of a cell: first paragraphs, with the lists and formulas that follow."""
    found: list[str] = []
    for tag, html in parts:
        if html.startswith("<p><strong>Exercise"):
            found.append(html)
        elif found and (tag in ("ul", "ol", "div") or "formula" in html):
            found[-1] += html
    return found


def _lines(cell: Any, answers: dict[str, str]) -> list[Line]:
    """The guesses that a cell asks for: calls of `predict` on names that are None yet."""
    names = _NOT_YET.findall("".join(output.get("text", "") for output in cell.outputs))
    comments: dict[str, str] = {}
    for given, comment in re.findall(_NOTHING, cell.source):
        comments |= _shared(re.findall(r"\w+", given), comment)
    calls = [ast.unparse(n.args[1]) for n in ast.walk(ast.parse(cell.source)) if _predicts(n)]
    found: list[Line] = []
    for name, guess in zip(names, calls, strict=False):
        comment = comments.get(guess, "")
        choices = re.findall(r'"([^"]+)"', comment)
        if not comment and found:
            choices = found[-1].choices  # said once for both
        unit = "" if choices or "your" in comment else comment
        line = Line(name, choices, unit, answers.get(name, ""))
        found += [line] if line not in found else []
    return found


def _shared(names: list[str], comment: str) -> dict[str, str]:
    """The comment of each name: its own part where there are as many, between semicolons."""
    parts = comment.split("; ")
    if len(parts) != len(names):
        return dict.fromkeys(names, comment)
    for place, part in enumerate(parts[1:], start=1):
        parts[place] = parts[place - 1] if part == "the same" else part
    return dict(zip(names, parts, strict=True))


def _predicts(node: ast.AST) -> TypeGuard[ast.Call]:
    if not isinstance(node, ast.Call) or len(node.args) < 2:
        return False
    return ast.unparse(node.func) in ("predict", "aelib.predict")


def answers_of(course: Path) -> dict[str, str]:
    """What notebooks/ANSWERS.md says of each lesson, as HTML by its two digits; "" for nothing."""
    found: dict[str, str] = defaultdict(str)
    path = course / "notebooks" / "ANSWERS.md"
    lesson = ""
    for tag, html in elements(Prose().html(path.read_text("utf-8"))) if path.is_file() else []:
        if tag == "h2":
            lesson = re.sub(r"<[^>]+>", "", html)[:2]
        elif lesson:
            found[lesson] += html
    return found
