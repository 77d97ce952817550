"""Notebooks as lessons: what they are called, what they ask, how long they take."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from aelib.originals import lesson_files


class SiteError(Exception):
    """The pages cannot be built; the text names what was wrong and the cure."""


@dataclass(frozen=True)
class Lesson:
    """A notebook as the site sees it."""

    path: Path
    number: str  # "03"
    title: str  # without the number
    question: str
    minutes: int | None  # of reading and exercises
    notebook: Any  # nbformat.NotebookNode

    @property
    def page(self) -> str:
        """The page's file name."""
        return f"{self.path.stem}.html"

    @property
    def anchor(self) -> str:
        """Its heading as an address, on its own page and in TEACHING.md."""
        return re.sub(r"\s+", "-", f"{self.number} · {self.title}")


def read_lessons(course: Path) -> list[Lesson]:
    """Read the notebooks of a course folder, in order.

    Raises:
        SiteError: There are none, or one cannot be read or has no outputs.
    """
    folder = course / "notebooks"
    paths = lesson_files(folder) if folder.is_dir() else []
    if not paths:
        raise SiteError(f"{folder} holds no lessons: run this in the course folder.")
    return [_read(path) for path in paths]


def _read(path: Path) -> Lesson:
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat raises many kinds
        raise SiteError(f"{path} is not a notebook that can be read ({error}).") from error
    first = notebook.cells[0].source if notebook.cells else ""
    heading = re.match(r"# (\d\d) · (.+)", first)
    if not heading:
        raise SiteError(f"{path} must open with a heading such as `# {path.stem[:2]} · Title`.")
    question = re.search(r"^\*\*(.+?)\*\*$", first, flags=re.M)
    return Lesson(
        path=path,
        number=heading[1],
        title=heading[2].strip(),
        question=question[1] if question else "",
        minutes=_minutes(first),
        notebook=notebook,
    )


def _minutes(text: str) -> int | None:
    """The largest number of the paragraph about minutes: computing takes less than reading."""
    about = [part for part in text.split("\n\n") if "minute" in part and not part.startswith("#")]
    numbers = [int(n) for n in re.findall(r"\b\d+\b", about[-1])] if about else []
    return max(numbers, default=None)


def course_words(course: Path) -> dict[str, str]:
    """Title, opening paragraph, picture and caption of the course, from its README.

    Raises:
        SiteError: There is no README, or it does not begin with these.
    """
    path = course / "README.md"
    pattern = (
        r"# (?P<title>.+)\n\n(?P<opening>.+)\n\n"
        r"!\[(?P<alt>.+)\]\((?P<picture>.+)\)\n\n\*(?P<caption>.+)\*\n"
    )
    found = re.match(pattern, path.read_text(encoding="utf-8")) if path.is_file() else None
    if not found:
        raise SiteError(f"{path} must open with title, a paragraph, a picture and its caption.")
    return found.groupdict()
