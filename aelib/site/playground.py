"""The page on which the reader trains a network: its words, its digits, its widget."""

import base64
from pathlib import Path

from aelib.data import load_mnist
from aelib.site.cells import Block
from aelib.site.figures import png_size
from aelib.site.lessons import Lesson
from aelib.site.live import Live, of_widget
from aelib.site.prose import PLAYGROUND, page_of
from aelib.widgets import TrainingPlayground

PAGE = page_of(PLAYGROUND)
_DIGITS = 5_000  # the last thousand are held out


def playground(files: dict[str, bytes], lessons: list[Lesson]) -> tuple[Live, Block]:
    """The widget, and its block with the still picture.

    Args:
        files: Takes the picture.
        lessons: Those to whose pages its goals lead.
    """
    x, y, _, _ = load_mnist(_DIGITS, 10)
    widget = TrainingPlayground(x, y)
    widget._in_address = True
    widget._lessons = {lesson.number: lesson.page for lesson in lessons}
    live = of_widget(widget)
    data, metadata = widget._repr_mimebundle_()
    name = "pictures/playground.png"
    files[name] = base64.b64decode(data["image/png"])
    (model,) = live.models
    block = Block("live", model=model, name=type(widget).__name__, file=name)
    block.width, block.height = png_size(files[name])
    block.alt = metadata["image/png"]["alt"]
    return live, block


def words(course: Path) -> str | None:
    """The page's Markdown, or None where the course has no such page."""
    path = course / "notebooks" / PLAYGROUND
    return path.read_text(encoding="utf-8") if path.is_file() else None
