"""Writes the pages: one for each lesson, an index, and what they share."""

import json
import shutil
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import nbformat

from aelib.data.files import write_atomically
from aelib.site import api
from aelib.site.addresses import Addresses
from aelib.site.cells import Block, code_block, python
from aelib.site.colab import for_colab
from aelib.site.figures import mark_alone, png_size
from aelib.site.lessons import Lesson, SiteError, course_words, read_lessons
from aelib.site.live import Live, execute, run_live
from aelib.site.maths import FormulaError
from aelib.site.playground import PAGE, playground, words
from aelib.site.prose import TEXTS, Prose, page_of
from aelib.site.reference import read_reference
from aelib.site.screens import screens_of
from aelib.site.search import prose_sections, sections
from aelib.site.sheets import Sheet, answers_of, numbered, sheet_of
from aelib.site.templates import render

_MARK = ".nojekyll"  # hosts that would build a site from our files leave them as they are
_FRONT = "front"  # the tag of the cell whose widget the first page shows, too
_LIGHT = 400_000  # bytes of its data that the first page can carry
_BEGIN = "import numpy as np\nimport torch\nimport aelib"  # what the examples take for granted
_MADE_BY = "made by aelib site; this folder is replaced as a whole\n"


@dataclass
class _Pages:
    """What the build has so far: files by name, entries of the search, the first page's widget."""

    shared: dict[str, Any]  # what all templates may ask for
    files: dict[str, bytes]
    entries: list[dict[str, str]] = field(default_factory=list)
    front: list[tuple[Lesson, Block, Live]] = field(default_factory=list)  # one, or none

    def add(self, name: str, template: str, live: Live, **values: Any) -> None:
        """Render a page and put its widgets' data beside it."""
        stem = name.removesuffix(".html")
        values = {**self.shared, **values, "live": live, "stem": stem}
        self.files[name] = render(template, values)
        if live.models:
            for number, script in enumerate(live.scripts(), 1):
                self.files[f"live/{stem}-{number}.js"] = script.encode()
            self.files[f"live/{stem}.css"] = "\n".join(live.css).encode()


def build_site(
    course: Path, output: Path, addresses: Addresses | None = None, run: bool = False
) -> list[str]:
    """Build the pages of a course.

    Args:
        course: The folder that holds README.md and notebooks/.
        output: The folder to write; what an earlier build left there is removed.
        addresses: Where a reader can run the lessons.
        run: Run all lessons first, in place of taking the committed outputs.

    Returns:
        The pages' names.

    Raises:
        SiteError: Something in the course is not as it must be; nothing was written.
        DataError: The folder cannot be written.
    """
    if output.exists() and not _ours(output):
        raise SiteError(f"{output} holds other files: choose another folder with -o.")
    lessons = read_lessons(course)
    shared: dict[str, Any] = {
        "lessons": lessons,
        "addresses": addresses or Addresses(),
        **course_words(course),
    }
    shared["lang"] = lessons[0].notebook.metadata.get("lang", "en")
    texts = [path for name in TEXTS if (path := course / "notebooks" / name).is_file()]
    shared["playground"] = PAGE if words(course) else ""
    shared["texts"] = [(page_of(path.name), _title(path)) for path in texts]
    shared["texts"].append(("api.html", "API reference"))
    pages = _Pages(shared, _static())
    beside = zip([None, *lessons], lessons, [*lessons[1:], None], strict=False)
    sheets = [_lesson_page(pages, lesson, before, after, run) for before, lesson, after in beside]
    for path in texts:
        _text_page(pages, path)
    _api_pages(pages)
    _playground_page(pages, course)
    _index_page(pages, course)
    for sheet in sheets:
        pages.add(sheet.page, "sheet.html", Live(), lesson=sheet.lesson, sheet=sheet)
    pages.add("teacher.html", "teacher.html", Live(), sheets=sheets, answers=answers_of(course))
    found = json.dumps(pages.entries, ensure_ascii=False)
    pages.files["search-index.js"] = f"course.found({found});\n".encode()
    _write(pages.files, output)
    return [name for name in pages.files if name.endswith(".html")]


def _ours(folder: Path) -> bool:
    mark = folder / _MARK
    return (mark.is_file() and mark.read_text() == _MADE_BY) or not any(folder.iterdir())


def _write(pages: dict[str, bytes], output: Path) -> None:
    """Replace the folder; a reader of the old pages never meets half of the new."""
    draft = output.with_name(f".{output.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    for name, content in {**pages, _MARK: _MADE_BY.encode()}.items():
        write_atomically(draft / name, content)
    shutil.rmtree(output, ignore_errors=True)
    draft.rename(output)


def _static() -> dict[str, bytes]:
    """Style, scripts and icon, which all pages share."""
    folder = files("aelib.site").joinpath("static")
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def _lesson_page(
    pages: _Pages, lesson: Lesson, before: Lesson | None, after: Lesson | None, run: bool
) -> Sheet:
    """The page of a lesson, its pictures, and the notebook itself; returns its sheet."""
    executed = execute(lesson) if run else None
    live = run_live(lesson, executed)
    if executed:
        lesson.notebook.cells = executed.cells
    try:
        prose, blocks = _blocks(lesson, live, pages.files)
    except FormulaError as error:
        raise SiteError(f"{lesson.path.name}: {error}") from error
    pages.entries += sections(lesson, blocks, prose.headings)
    headings = [heading for heading in prose.headings if heading.level in (2, 3)]
    sheet = sheet_of(lesson)
    screens = numbered(screens_of(blocks), sheet)
    parts = {"blocks": blocks, "screens": screens, "headings": headings}
    around = {"lesson": lesson, "previous": before, "next": after}
    pages.add(lesson.page, "lesson.html", live, **parts, **around)
    pages.files[f"notebooks/{lesson.path.name}"] = _download(lesson)
    if pages.shared["addresses"].colab:
        made = for_colab(lesson.path, pages.shared["addresses"])
        pages.files[f"colab/{lesson.path.name}"] = made
    shown = {output.model: output for block in blocks for output in block.outputs}
    cells = enumerate(lesson.notebook.cells)
    tagged = [number for number, cell in cells if _FRONT in cell.metadata.get("tags", [])]
    for model in filter(None, map(live.views.get, tagged)):
        pages.front.append((lesson, shown[model], live.only(model)))
    return sheet


def _text_page(pages: _Pages, path: Path) -> None:
    """The page of a text beside the lessons, which the search finds too."""
    prose = Prose(api.addresses())
    html = prose.html(path.read_text(encoding="utf-8"))
    page, title = page_of(path.name), _title(path)
    pages.entries += prose_sections(page, title, html, prose.headings)
    pages.add(page, "text.html", Live(), heading=title, html=html)


def _api_pages(pages: _Pages) -> None:
    """The reference of the package: a list of all names, and a page for each room."""
    reference = read_reference()
    html: dict[str, Any] = {"text": api.text_html, "line": api.line_html, "link": api.linked}
    html |= {"example": api.example_html, "colour": python}
    begin = python(_BEGIN)
    pages.add("api.html", "api.html", Live(), reference=reference, begin=begin, **html)
    beside = zip([None, *reference], reference, [*reference[1:], None], strict=False)
    for before, page, after in beside:
        around = {"before": before, "page": page, "after": after, "known": api.addresses()}
        pages.add(page.file, "api_page.html", Live(), **around, **html)
        pages.entries += api.search_entries(page)


def _playground_page(pages: _Pages, course: Path) -> None:
    """The page on which the reader trains a network, if the course has one."""
    text = words(course)
    if text is None:
        return
    prose = Prose()
    opening, _, rest = text.partition("\n---\n")
    html = [prose.html(part) for part in (opening, rest)]
    live, block = playground(pages.files, pages.shared["lessons"])
    heading = opening.partition("\n")[0].removeprefix("# ")
    pages.entries += prose_sections(PAGE, heading, html[1], prose.headings[1:])
    values = {"heading": heading, "opening": html[0], "html": html[1], "widget": block}
    pages.add(PAGE, "playground.html", live, **values)


def _title(path: Path) -> str:
    """What a text beside the lessons is called: its first heading."""
    return path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


def _blocks(lesson: Lesson, live: Live, pictures: dict[str, bytes]) -> tuple[Prose, list[Block]]:
    known = api.addresses()
    prose, blocks = Prose(known), []
    for number, cell in enumerate(lesson.notebook.cells):
        if cell.cell_type == "markdown":
            blocks.append(Block("prose", html=prose.html(cell.source)))
        elif cell.cell_type == "code":
            model = live.views.get(number, "")
            blocks.append(code_block(cell, lesson.path.stem, number, pictures, model, known))
    mark_alone(blocks)
    return prose, blocks


def _download(lesson: Lesson) -> bytes:
    """The notebook to run; in the pages' folder it is called as in the repository."""
    return (nbformat.writes(nbformat.read(lesson.path, as_version=4)) + "\n").encode()


def _index_page(pages: _Pages, course: Path) -> None:
    """The first page, with the picture of the README and the widget of the cell tagged `front`."""
    picture = (course / pages.shared["picture"]).read_bytes()
    width, height = png_size(picture)
    pages.files["pictures/course.png"] = picture
    if len(pages.front) > 1:
        names = ", ".join(lesson.path.name for lesson, *_ in pages.front)
        count = len(pages.front)
        raise SiteError(
            f"The first page shows one widget, not {count}: tag one cell `{_FRONT}` in {names}."
        )
    lesson, widget, live = pages.front[0] if pages.front else (None, None, Live())
    size = sum(map(len, live.scripts()))
    if lesson and size > _LIGHT:
        raise SiteError(
            f"The widget tagged `{_FRONT}` in {lesson.path.name} has {size:,} bytes, and the first "
            f"page takes {_LIGHT:,}: tag a lighter widget."
        )
    values = {"lesson": lesson, "widget": widget, "width": width, "height": height}
    pages.add("index.html", "index.html", live, **values)
