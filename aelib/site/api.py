"""The reference as HTML: docstrings, examples with what they print, entries of the search."""

import doctest
import re
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape

from aelib.site.cells import python
from aelib.site.prose import held
from aelib.site.reference import Entry, Page, read_reference

_ANY_CODE = re.compile(r"`([^`]+)`")
_MINUS = re.compile(r"(?<![\w)\]-])-(?=\w)")  # as a hyphen, it could end a line alone


@cache
def addresses() -> dict[str, str]:
    """Where each public name is documented: as it is imported, and from aelib or a room of it."""
    found: dict[str, str] = {}
    for page in read_reference():
        for entry in page.entries:
            address = f"{page.file}#{entry.anchor}"
            found |= {entry.anchor: address, entry.anchor.rpartition(".")[2]: address}
            found |= {member.anchor: f"{page.file}#{member.anchor}" for member in entry.members}
    return found


def linked(name: str, known: Mapping[str, str]) -> str:
    """A piece of inline code, with a link where it is a public name such as aelib.fit."""
    plain = name.removeprefix("aelib.").removesuffix("()")
    code = f"<code>{escape(name, quote=False)}</code>"
    return f'<a href="{known[plain]}">{code}</a>' if plain in known else code


def text_html(text: str, known: Mapping[str, str]) -> str:
    """Text of a docstring: paragraphs, lists with dashes, and code in backticks."""
    return "".join(_block(block, known) for block in re.split(r"\n\s*\n", text.strip()))


def line_html(text: str, known: Mapping[str, str]) -> str:
    """The same for a text that is one paragraph."""
    pieces = _ANY_CODE.split(text)
    return "".join(
        linked(piece, known)
        if i % 2
        else held(_MINUS.sub("\N{MINUS SIGN}", escape(piece, quote=False)))
        for i, piece in enumerate(pieces)
    )


def _block(block: str, known: Mapping[str, str]) -> str:
    if not block.lstrip().startswith("- "):
        return f"<p>{line_html(block, known)}</p>\n"
    items = re.split(r"^\s*- ", block, flags=re.M)[1:]
    return f"<ul>{''.join(f'<li>{line_html(item, known)}</li>' for item in items)}</ul>\n"


def example_html(docstring: str) -> Iterator[tuple[str, str]]:
    """The example of a docstring as pairs: code without prompts, and what is printed after it."""
    code = ""
    for part in doctest.DocTestParser().get_examples(docstring):
        code += part.source
        if part.want:
            yield python(code), escape(part.want.rstrip(), quote=False)
            code = ""
    if code:
        yield python(code), ""


def search_entries(page: Page) -> Iterator[dict[str, str]]:
    """What the search looks through: an entry for each name."""
    for entry in page.entries:
        words = [text for each in (entry, *entry.members) for text in _texts(each)]
        yield {
            "page": f"{page.file}#{entry.anchor}",
            "lesson": f"API · {page.heading}",
            "heading": entry.name,
            "text": " ".join(" ".join(words).replace("`", "").split()),
        }


def _texts(entry: Entry) -> Iterator[str]:
    for part in entry.parts:
        yield part.text
        for name, text in part.rows:
            yield f"{name}: {text}" if name else text
