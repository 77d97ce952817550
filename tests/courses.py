"""A course of one lesson, as `aelib site` reads it."""

import nbformat
from PIL import Image

README = "# A course\n\nIt has a lesson.\n\n![A grey box.](picture.png)\n\n*Grey.*\n\n## More\n"
OPENING = "# 00 · First\n\n**What?**\n\nIt takes 2 minutes."


def write_course(folder, notebook):
    """A README with its picture and one lesson, in a folder that may not be there yet."""
    (folder / "notebooks").mkdir(parents=True)
    Image.new("L", (60, 30), 200).save(folder / "picture.png")
    (folder / "README.md").write_text(README)
    nbformat.write(notebook, folder / "notebooks" / "00_first.ipynb")
    return folder
