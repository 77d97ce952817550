"""Code cells and their outputs as blocks that the page's template lays out."""

import ast
import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbconvert.filters import ansi2html
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from aelib import widgets
from aelib.site.figures import is_plot, png_size, trimmed
from aelib.site.lessons import SiteError

_WIDGET = re.compile(rf"({'|'.join(widgets.__all__)})\(")
_IMAGES_ALONE = re.compile(r"\A(?!.*(?:title|label|\bax\b|axes)).*\bshow_images\(", re.S)
_NO_GUESS = ": you made no guess.\nIt is "  # what `predict` says of an answer that nobody guessed
_NOT_YET = re.compile(r"^.+: no guess yet\.\n?", flags=re.M)  # and before there is an answer
_HISTORY = re.compile(r"History\(\d+ epochs\)$")  # what training gives back says nothing more
_NEEDS_PYTHON = {
    "TrainingMonitor": "Training ran here. When you run the lesson yourself, you watch the loss "
    "fall.",
    "TrainingPlayground": "A still picture: the network is trained in a running notebook, or on "
    "the page of the playground, to which a link leads.",
    "": "A still picture: this widget asks Python. Run the lesson yourself to move it.",
}


@dataclass
class Block:
    """A piece of a page: prose, code, text, a picture, a note, or a widget with its picture."""

    kind: str
    html: str = ""
    alt: str = ""
    file: str = ""
    width: int = 0
    height: int = 0
    model: str = ""  # of a live widget
    name: str = ""  # its class
    is_plot: bool = False  # of a picture: a dark page may show it in light ink
    lettered: bool = True  # of a picture: it has words or numbers to be read
    alone: bool = False  # of a picture: hardly anything is said of it before the next heading
    columns: bool = False  # of text: it stands in columns, so its lines may not be broken
    outputs: list["Block"] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    @property
    def is_large(self) -> bool:
        """Whether a picture's letters would be too small on a phone, so that it is moved there.

        A plot's are larger than those over digits and photographs.
        """
        return self.lettered and self.width > (640 if self.is_plot else 600)


def python(source: str) -> str:
    """Coloured code."""
    return highlight(source, PythonLexer(), HtmlFormatter(nowrap=True)).rstrip("\n")


def code_block(
    cell: Any,
    stem: str,
    number: int,
    files: dict[str, bytes],
    model: str,
    known: Mapping[str, str] | None = None,
) -> Block:
    """A code cell with its outputs.

    Args:
        cell: The notebook's cell.
        stem: The page's name, for the names of its pictures.
        number: Which cell of the notebook it is.
        files: Takes the pictures' names and bytes.
        model: The widget that lives in this cell, "" for none.
        known: Where the names of aelib are documented; a cell that imports them leads there.
    """
    code = python(cell.source)
    outputs: list[Block] = []
    for i, output in enumerate(cell.outputs):
        outputs += _output(output, f"pictures/{stem}-{number}-{i}.png", files, model)
    if model and not any(block.kind == "live" for block in outputs):
        place = f"Cell {number} of {stem}"
        raise SiteError(f"{place} stores no still picture of its widget: run the notebook anew.")
    outputs = [block for i, block in enumerate(outputs) if not _is_told(block, outputs[:i])]
    for block in outputs:
        block.lettered = not _IMAGES_ALONE.search(cell.source) or block.is_plot
    kind = _kind(cell, outputs)
    code = _linked(code, known or {}) if kind == "imports" else code
    if kind in ("guess", "verdict"):
        outputs = _without_guesses(outputs)
    if kind == "guess":
        code = _cut(code)
    return Block(kind, html=code, outputs=outputs, tags=list(cell.metadata.get("tags", [])))


def _cut(code: str) -> str:
    """Coloured code of a guess; what follows two empty lines, a wall can leave out."""
    head, gap, rest = code.partition("\n\n\n")
    whole = head.count("<span") == head.count("</span>")
    return f'{head}<span class="rest">{gap}{rest}</span>' if gap and whole else code


def _linked(code: str, known: Mapping[str, str]) -> str:
    """Coloured code in which each name that the reference documents leads there."""

    def link(found: re.Match[str]) -> str:
        address = known.get(found[1])
        return f'<a class="name" href="{address}">{found[1]}</a>' if address else found[0]

    return re.sub(r'<span class="n">(\w+)</span>', link, code)


def _kind(cell: Any, outputs: list[Block]) -> str:
    """How a page shows a cell: what only imports or claims is folded, verdicts are covered."""
    if any(_NO_GUESS in each.html for each in outputs) and all(e.kind != "live" for e in outputs):
        return "verdict"
    if any(_NOT_YET.search(each.html) for each in outputs):
        return "guess"
    if not outputs and _only_claims(cell.source):
        return "checks"
    return "imports" if not outputs and _mostly_imports(cell.source) else "code"


def _without_guesses(outputs: list[Block]) -> list[Block]:
    """What a page, on which nobody can type a guess, need not say of it is left out."""
    for each in outputs:
        each.html = _NOT_YET.sub("", each.html).replace(_NO_GUESS, ": ")
    return [each for each in outputs if each.html or each.kind != "text"]


def _mostly_imports(source: str) -> bool:
    """Whether a cell of at least three statements does nothing but import and set up."""
    nodes = ast.parse(source).body
    imports = [isinstance(node, ast.Import | ast.ImportFrom) for node in nodes]
    return len(nodes) > 2 and sum(imports) >= 0.6 * len(nodes)


def _only_claims(source: str) -> bool:
    """Whether a cell does nothing but hold the numbers in the text."""
    nodes = ast.parse(source).body
    return all(map(_holds, nodes)) and any(map(_is_claim, map(ast.unparse, nodes)))


def _holds(node: ast.stmt) -> bool:
    """Whether it claims, loops over claims, or writes down what is claimed."""
    if isinstance(node, ast.For):
        return all(map(_holds, node.body))
    if isinstance(node, ast.Assign):
        return _is_written(node)
    return isinstance(node, ast.Assert | ast.Expr) and _is_claim(ast.unparse(node))


def _is_claim(code: str) -> bool:
    return re.search(r"^\s*(assert\b|(aelib\.)?claim\()", code, flags=re.M) is not None


def _is_written(node: ast.Assign) -> bool:
    try:
        ast.literal_eval(node.value)
    except ValueError:
        return False
    return True


def _output(output: Any, name: str, files: dict[str, bytes], model: str) -> list[Block]:
    if output.output_type == "stream":
        return [_text(output.text.rstrip("\n"))]
    if output.output_type == "error":
        return [_text("\n".join(output.traceback))]
    data = output.data
    text = "".join(data.get("text/plain", ""))
    widget = _WIDGET.match(text)
    if "image/png" in data:
        picture = _picture(output, name, files)
        if widget and model:
            picture.kind, picture.model, picture.name = "live", model, widget[1]
        note = [Block("note", html=_why_still(widget[1]))] if widget and not model else []
        return [picture, *note]
    if widget:
        return [Block("note", html=_why_still(widget[1]))]
    return [_text(text)]


def _text(printed: str) -> Block:
    """What was printed; two spaces between words are there to set words below each other."""
    return Block("text", html=ansi2html(printed), columns=bool(re.search(r"\S {2,}\S", printed)))


def _is_told(block: Block, before: list[Block]) -> bool:
    """Whether it says nothing new: a note that stands there already, what training gives back."""
    known = block.kind == "note" and block.html in [each.html for each in before]
    return known or _HISTORY.match(block.html) is not None


def _why_still(widget: str) -> str:
    return _NEEDS_PYTHON.get(widget, _NEEDS_PYTHON[""])


def _picture(output: Any, name: str, files: dict[str, bytes]) -> Block:
    """A PNG in a file of its own, as wide as the notebook shows it."""
    drawn = base64.b64decode(output.data["image/png"])
    content = trimmed(drawn)
    about = output.metadata.get("image/png", {})
    width, height = png_size(content)
    shown = int(about.get("width", width))
    files[name] = content
    return Block(
        "picture",
        alt=about.get("alt", ""),
        file=name,
        width=shown,
        height=round(height * shown / width),
        is_plot=is_plot(drawn),
    )
