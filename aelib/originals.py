"""The lessons as the course has them: a fresh copy beside the one that a learner changed."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from aelib.data.files import DataError, write_if_new

Originals = dict[str, Callable[[], bytes]]  # a file's name -> what reads it


def lesson_files(folder: Path) -> list[Path]:
    """The lessons in a folder, in order, without the copies that somebody made beside them.

    A copy is called as its lesson and then something more, as `aelib reset`, JupyterLab and
    browsers write it: 03_name-fresh.ipynb, 03_name-Copy1.ipynb, 03_name (1).ipynb.
    """
    return [folder / name for name in _lessons_among([path.name for path in folder.iterdir()])]


def _lessons_among(names: list[str]) -> list[str]:
    numbered = [name for name in names if re.fullmatch(r"\d\d_.*\.ipynb", name)]
    stems = [name.removesuffix(".ipynb") for name in numbered]
    return sorted(
        f"{stem}.ipynb"
        for stem in stems
        if not any(stem.startswith(other) and stem != other for other in stems)
    )


def put_beside(lesson: str, folder: Path) -> Path:
    """Write a fresh copy of a lesson; nothing that is there is touched.

    Args:
        lesson: Its number, such as "03" or "3", or the name of its file.
        folder: Where the learner's lessons are, or the course folder above them.

    Returns:
        The new file, such as 03_latent_space_vs_pca-fresh.ipynb.

    Raises:
        DataError: There is no such lesson, no original of it, or the copy cannot be written.
    """
    course = Path(__file__).parents[1]
    wanted = re.match(r"(\d{1,2})(?!\d)", Path(lesson).name)
    if wanted is None:
        raise DataError(f"{lesson!r} names no lesson: give its number, as in `aelib reset 03`.")
    folder = _of_lessons(folder, course)
    originals = _shipped(course / "aelib" / "_notebooks")
    for place in (folder, course / "notebooks"):
        originals = originals or _in_git(place)
    originals = originals or _shipped(course / ".originals")
    if not originals:
        raise DataError(
            f"The course in {course} keeps no originals: it is neither installed as a package nor "
            "from git, nor opened by start.py. Get the course once more, into another folder."
        )
    names = [name for name in originals if name.startswith(f"{int(wanted[1]):02}_")]
    if not names:
        known = ", ".join(sorted(name[:2] for name in originals))
        raise DataError(f"There is no lesson {wanted[1]}; the lessons are {known}.")
    return _written(folder, Path(names[0]).stem, originals[names[0]]())


def _of_lessons(folder: Path, course: Path) -> Path:
    """The folder that holds a learner's lessons: the one given, or notebooks/ in it."""
    for place in (folder, folder / "notebooks"):
        if any(place.glob("[0-9][0-9]_*.ipynb")):
            return place
    inside = folder.resolve().is_relative_to(course / "notebooks")
    return folder if inside or not folder.resolve().is_relative_to(course) else course / "notebooks"


def _shipped(folder: Path) -> Originals:
    """The lessons that lie in a folder."""
    files = lesson_files(folder) if folder.is_dir() else []
    return {path.name: path.read_bytes for path in files}


def _in_git(folder: Path) -> Originals:
    """The lessons of a clone as they came from the course: also where a learner committed."""
    for version in ("@{upstream}", "HEAD"):
        listed = _git(folder, "ls-tree", "--name-only", "-z", version, "./").decode().split("\0")
        if names := _lessons_among(listed):
            return {name: _reader(folder, f"{version}:./{name}") for name in names}
    return {}


def _reader(folder: Path, file: str) -> Callable[[], bytes]:
    return lambda: _git(folder, "show", file)


def _git(folder: Path, *command: str) -> bytes:
    """What git answers; nothing where it is not installed or has no such thing."""
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *command], capture_output=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return b""


def _written(folder: Path, stem: str, content: bytes) -> Path:
    """The copy, under the first name that is free."""
    number = 1
    while (path := folder / f"{stem}-fresh{number if number > 1 else ''}.ipynb").exists():
        number += 1
    write_if_new(path, content)
    return path
