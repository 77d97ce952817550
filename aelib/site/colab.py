"""Lessons as Colab opens them: with a cell that brings the course, which Colab does not know."""

from pathlib import Path
from shlex import quote

import nbformat

from aelib.site.addresses import Addresses


def setup(addresses: Addresses) -> str:
    """The cell's source: the package and the data of one branch, and no package beside it.

    Without the packages that aelib needs, which Colab has: pip would put others in the place of
    some that are loaded already, and Colab would ask for a restart.
    """
    folder, branch = quote(f"/content/{addresses.name}"), quote(addresses.branch)
    clone = f"git clone -q --depth 1 --branch {branch} {quote(addresses.repository)} {folder}"
    return "\n".join(
        [
            "# @title The course's package and data; Colab's own packages stay as they are",
            f"!test -d {folder} || {clone}",
            f"!pip install -q --no-deps {folder}",
            f"%cd -q {folder}/notebooks",
        ]
    )


def for_colab(path: Path, addresses: Addresses) -> bytes:
    """A lesson's notebook with that cell below its title.

    Args:
        path: The notebook.
        addresses: The repository and its branch.
    """
    notebook = nbformat.read(path, as_version=4)
    cell = nbformat.v4.new_code_cell(setup(addresses), id="colab-setup")
    cell.metadata = nbformat.from_dict({"cellView": "form"})  # the title; its code on a click
    notebook.cells.insert(1, cell)
    return (nbformat.writes(notebook) + "\n").encode()
