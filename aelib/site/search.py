"""What the search of the course looks through: one entry for each section of a lesson."""

import re
from html import unescape

from aelib.site.cells import Block
from aelib.site.lessons import Lesson
from aelib.site.prose import Heading

_HEADING = re.compile(r"<h[1-6] id=")


def sections(lesson: Lesson, blocks: list[Block], headings: list[Heading]) -> list[dict[str, str]]:
    """The prose between one heading and the next, as plain text.

    Returns:
        Entries of page, lesson, heading and text.
    """
    html = "".join(block.html for block in blocks if block.kind == "prose")
    return prose_sections(lesson.page, f"{lesson.number} · {lesson.title}", html, headings)


def prose_sections(
    page: str, title: str, html: str, headings: list[Heading]
) -> list[dict[str, str]]:
    """The same for the prose of any page."""
    _, *parts = _HEADING.split(html)
    return [
        {
            "page": f"{page}#{heading.anchor}" if heading.level > 1 else page,
            "lesson": title,
            "heading": heading.text,
            "text": _plain(part.partition(">")[2].partition("</h")[2].partition(">")[2]),
        }
        for heading, part in zip(headings, parts, strict=True)
    ]


def _plain(html: str) -> str:
    """Text without tags; of a formula, what it looks like."""
    text = re.sub(r"<annotation.*?</annotation>", " ", html, flags=re.S)
    text = re.sub(r"</?(?:p|li|td|th|tr|ul|ol|div|table|span|math)\b[^>]*>", " ", text)
    text = unescape(re.sub(r"<[^>]+>", "", text)).replace("\N{SOFT HYPHEN}", "")
    return " ".join(text.split())
