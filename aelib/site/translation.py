"""The prose of a course as gettext messages, and a course with its prose in another language.

A message is a heading, a paragraph, an item of a list or a row of a table: Markdown as it stands,
without the mark in front. Joined, the pieces of a text are that text again, so that what nobody
has translated stays as it was, to the letter. Code, outputs and pictures are never touched.
"""

import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import polib

from aelib.data.files import DataError, write_atomically
from aelib.originals import lesson_files
from aelib.site.lessons import SiteError

_OPENS = re.compile(r"#|\||\s*(?:[-*+]|\d+\.) ")  # a heading, a row, an item
_MARK = re.compile(r"\s*(?:#+ (?:\d+ · )?|[-*+] |\d+\. |> |\| )?")
_KEPT = re.compile(r"`+[^`]+`+|\$\$[^$]+\$\$|\$[^$\n]+\$|\]\([^)\s]+\)|<[^>\s][^>]*>|\|")


def translate(course: Path, catalogue: Path, output: Path | None) -> int:
    """What the command does: messages out, or with an output folder back; returns its status."""
    try:
        if output is None:
            print(f"{take_out(course, catalogue)} messages: {catalogue}")
        else:
            done, of = put_back(course, catalogue, output)
            print(f"{done} of {of} messages are translated: {output}")
    except (SiteError, DataError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def take_out(course: Path, catalogue: Path) -> int:
    """Write the messages of all lessons and texts of a course as a .pot file.

    Returns:
        How many there are; what several places say is one message.

    Raises:
        SiteError: The folder holds no lessons.
        DataError: The file cannot be written.
    """
    entries: dict[str, polib.POEntry] = {}
    for name, number, text in _texts(course):
        for words in filter(None, (_message(piece)[1] for piece in _pieces(text))):
            entry = entries.setdefault(words, polib.POEntry(msgid=words))
            if (name, number) not in entry.occurrences:
                entry.occurrences.append((name, number))
    found = polib.POFile(wrapwidth=100)
    found.metadata = {"Content-Type": "text/plain; charset=utf-8", "Language": ""}
    found.extend(entries.values())
    write_atomically(catalogue, f"{found}\n".encode())
    return len(entries)


def put_back(course: Path, catalogue: Path, output: Path) -> tuple[int, int]:
    """Write a course, README.md, notebooks/ and data/, with the words of a .po file.

    Messages without a translation, and those that gettext marked as fuzzy, stay as they were.

    Returns:
        How many messages are translated, and how many there are.

    Raises:
        SiteError: The folder holds no lessons, the file cannot be read, or a translation lacks
            some code, formula, link or mark of its message.
        DataError: The output folder exists, or cannot be written.
    """
    if output.exists():
        raise DataError(f"{output} is there already; name a folder that is not.")
    try:
        words = polib.pofile(str(catalogue))
    except (OSError, UnicodeError) as error:
        raise SiteError(f"{catalogue} is no .po file that can be read ({error}).") from error
    known = {entry.msgid: entry.msgstr for entry in words.translated_entries()}
    for message, said in known.items():
        _check(message, said)
    asked: set[str] = set()
    _write(course, output, words.metadata.get("Language") or "und", _speaker(known, asked))
    return len(asked & known.keys()), len(asked)


def _speaker(known: dict[str, str], asked: set[str]) -> Callable[[str], str]:
    """A function that translates a text; it notes which messages it met."""

    def said(text: str) -> str:
        done = []
        for piece in _pieces(text):
            mark, words, end = _message(piece)
            asked.update([words] if words else [])
            done.append(mark + known.get(words, words) + end if words else piece)
        return "".join(done)

    return said


def _write(course: Path, output: Path, language: str, said: Callable[[str], str]) -> None:
    """Copy the course; each text goes through `said`."""
    lessons = _lessons(course)
    try:
        for folder in filter(Path.is_dir, (course / "notebooks", course / "data")):
            hidden = shutil.ignore_patterns(".*")
            shutil.copytree(folder, output / folder.name, ignore=hidden)
    except OSError as error:
        raise DataError(f"{output} cannot be written ({error}).") from error
    for path in _prose(course):
        text = said(path.read_text(encoding="utf-8"))
        write_atomically(output / path.relative_to(course), text.encode())
    for path in lessons:
        notebook = nbformat.read(path, as_version=4)
        notebook.metadata["lang"] = language
        for cell in _markdown(notebook):
            cell.source = said(cell.source)
        content = nbformat.writes(notebook) + "\n"
        write_atomically(output / path.relative_to(course), content.encode())


def _texts(course: Path) -> Iterator[tuple[str, str, str]]:
    """Each text of the course: its file, the number of its cell, and its Markdown."""
    lessons = _lessons(course)
    for path in _prose(course):
        yield str(path.relative_to(course)), "1", path.read_text(encoding="utf-8")
    for path in lessons:
        notebook = nbformat.read(path, as_version=4)
        for number, cell in enumerate(notebook.cells, 1):
            if cell.cell_type == "markdown":
                yield str(path.relative_to(course)), str(number), cell.source


def _markdown(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def _prose(course: Path) -> list[Path]:
    """The README and the texts beside the lessons."""
    return [course / "README.md", *sorted((course / "notebooks").glob("*.md"))]


def _lessons(course: Path) -> list[Path]:
    folder = course / "notebooks"
    paths = lesson_files(folder) if folder.is_dir() else []
    if not paths or not (course / "README.md").is_file():
        raise SiteError(f"{course} holds no README.md and lessons: run this in the course folder.")
    return paths


def _pieces(text: str) -> list[str]:
    """Cut Markdown where messages begin; joined, the pieces are the text again."""
    pieces, fence = [""], ""
    for line in text.splitlines(keepends=True):
        mark = fence or next((m for m in ("```", "$$") if line.lstrip().startswith(m)), "")
        toggles = bool(mark) and line.count(mark) % 2 == 1
        if fence:
            pieces[-1] += line
        elif toggles or not line.strip() or _OPENS.match(line):
            pieces.append(line)
        else:
            pieces[-1] += line
        if toggles:
            fence = "" if fence else mark
            pieces += [] if fence else [""]
    return pieces


def _message(piece: str) -> tuple[str, str, str]:
    """The mark in front, the words to translate ("" where there are none), and the end."""
    mark = re.match(_MARK, piece)
    assert mark is not None  # it matches nothing, too
    words = piece[mark.end() :].rstrip()
    end = piece[mark.end() + len(words) :]
    return mark[0], words if re.search(r"[^\W\d_]", _KEPT.sub("", words)) else "", end


def _check(message: str, said: str) -> None:
    """Raise SiteError unless a translation holds all code, formulas and links of its message."""
    lost = Counter(_KEPT.findall(message)) - Counter(_KEPT.findall(said))
    added = Counter(_KEPT.findall(said)) - Counter(_KEPT.findall(message))
    if lost or added:
        what = " and ".join(
            [f"lacks {part}" for part in lost] + [f"has {part} of its own" for part in added]
        )
        raise SiteError(
            f"The translation of {message[:60]!r} {what}: code, formulas and links stay."
        )
