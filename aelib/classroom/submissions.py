"""Folder or zip -> students and their notebooks. Nothing is unpacked to disk, no link followed."""

import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path, PurePosixPath

LARGEST_NOTEBOOK = 32 << 20
_LARGEST_ZIP = 64 << 20  # of one student
_LARGEST_INDEX = 8 << 20  # a zip's list of its files
_DEPTH = 2  # a learning platform's zip of students' zips

# Ada Lovelace_123456_assignsubmission_file_/06.ipynb, or the same in one name (Moodle)
_MOODLE = re.compile(r"(?P<who>.+?_\d+)_assignsubmission_[a-z]+_?(?P<rest>.*)", re.S)
# lovelaceada_LATE_4711_90210_06-1.ipynb: student, number, number of the upload (Canvas)
_CANVAS = re.compile(r"(?P<who>[^_]+_)(?:LATE_)?(?P<id>\d+)_(?P<upload>\d+)_(?P<rest>.+)", re.S)
# ada_06_vae_from_scratch.ipynb
_NUMBERED = re.compile(r"(?P<who>.+?)[_ -]+(?P<rest>\d\d_.+)", re.S)
_AGAIN = re.compile(r"(?:-|\()(\d{1,3})\)?$")  # homework-1.ipynb, homework (1).ipynb


class SubmissionError(Exception):
    """A file that cannot be read or must not be; the text says why."""


@dataclass(frozen=True)
class Notebook:
    """One notebook that was handed in, not read yet.

    Args:
        name: Its file name.
        order: The last of several notebooks is the one with the largest.
        read: Returns its bytes.

    `read` raises SubmissionError where they cannot be had.
    """

    name: str
    order: tuple[int, float, int, str]
    read: Callable[[], bytes]


@dataclass(frozen=True)
class _Entry:
    """A file: its path below the top, its time, and how to read at most so many bytes."""

    parts: tuple[str, ...]
    time: float
    read: Callable[[int], bytes]


def collect(path: Path) -> dict[str, list[Notebook]]:
    """Return the notebooks of every student, in the order of the students' names.

    A student who handed in something else has an empty list.

    Raises:
        SubmissionError: There is nothing that could be graded.
    """
    if path.is_dir():
        entries = _of_folder(path)
    elif path.suffix.lower() == ".zip":
        entries = _of_class_zip(path)
    elif path.is_file():
        entries = iter([_Entry((path.name,), path.stat().st_mtime, partial(_read_file, path))])
    else:
        raise SubmissionError(f"{path} is neither a folder nor a zip nor a notebook.")
    students: dict[str, list[Notebook]] = {}
    for entry in entries:
        if _is_stray(entry.parts):
            continue
        student, upload, name = _whose(tuple(map(_readable, entry.parts)))
        found = students.setdefault(student, [])
        if name.lower().endswith(".ipynb"):
            again = _AGAIN.search(name[:-6])
            order = (upload, entry.time, int(again[1]) if again else 0, name)
            found.append(Notebook(name, order, partial(entry.read, LARGEST_NOTEBOOK)))
    if path.is_dir():
        for folder in path.iterdir():
            if folder.is_dir() and not folder.is_symlink() and not _is_noise((folder.name,)):
                students.setdefault(_whose((_readable(folder.name), "x"))[0], [])
    if not students:
        raise SubmissionError(f"{path} holds no submissions.")
    return {
        student: sorted(students[student], key=lambda n: n.order) for student in sorted(students)
    }


def _whose(parts: tuple[str, ...]) -> tuple[str, int, str]:
    """Student, number of the upload, and file name."""
    first, last = parts[0], parts[-1]
    alone = len(parts) == 1
    if match := _MOODLE.fullmatch(first):
        return match["who"], 0, (match["rest"] or last) if alone else last
    if match := _CANVAS.fullmatch(first):
        return match["who"] + match["id"], int(match["upload"]), match["rest"] if alone else last
    if not alone and not first.lower().endswith(".zip"):
        return first, 0, last
    stem = PurePosixPath(first).stem
    if match := _NUMBERED.fullmatch(stem):
        return match["who"], 0, last
    return stem, 0, last


def _readable(name: str) -> str:
    """A name without control characters and broken letters, which a terminal might obey."""
    return "".join(letter if letter.isprintable() else "_" for letter in name)


def _is_stray(parts: tuple[str, ...]) -> bool:
    """A file beside the submissions, such as a list of names, that belongs to no student."""
    ours = parts[0].lower().endswith((".ipynb", ".zip"))
    platform = _MOODLE.fullmatch(parts[0]) or _CANVAS.fullmatch(parts[0])
    return len(parts) == 1 and not ours and not platform


def _is_noise(parts: tuple[str, ...]) -> bool:
    """Files that systems leave: hidden ones, resource forks, checkpoints."""
    return any(part.startswith(".") or part in ("__MACOSX", "Thumbs.db") for part in parts)


def _of_folder(top: Path) -> Iterator[_Entry]:
    for folder, names, files in os.walk(top):
        names.sort()
        for name in sorted(files) + [n for n in names if (Path(folder) / n).is_symlink()]:
            path = Path(folder) / name
            parts = path.relative_to(top).parts
            if _is_noise(parts):
                continue
            if path.suffix.lower() == ".zip" and not path.is_symlink():
                yield from _of_zip(partial(_read_file, path), parts, 1)
            else:
                yield _Entry(parts, path.lstat().st_mtime, partial(_read_file, path))


def _read_file(path: Path, limit: int) -> bytes:
    try:
        kind = path.lstat()
        if not stat.S_ISREG(kind.st_mode):
            what = "a link" if stat.S_ISLNK(kind.st_mode) else "no ordinary file"
            raise SubmissionError(f"it is {what}, which is not followed")
        if kind.st_size > limit:
            raise SubmissionError(f"it has {kind.st_size >> 20} MB, more than {limit >> 20}")
        return path.read_bytes()
    except OSError as error:
        raise SubmissionError(f"it cannot be read ({error.strerror})") from error


def _of_class_zip(path: Path) -> Iterator[_Entry]:
    """A learning platform's zip; a folder of the same name around all of it is left out."""
    try:
        with path.open("rb") as stream, zipfile.ZipFile(stream) as archive:
            entries = list(_inside(archive, partial(_open_path, path), (), 0))
    except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
        raise SubmissionError(f"{path} is no zip that can be read ({error}).") from error
    wrapped = all(len(e.parts) > 1 and e.parts[0] == path.stem for e in entries)
    for entry in entries:
        yield _Entry(entry.parts[1:], entry.time, entry.read) if wrapped else entry


def _open_path(path: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(path)


def _of_zip(read: Callable[[int], bytes], parts: tuple[str, ...], depth: int) -> Iterator[_Entry]:
    """The files in a student's zip; one that cannot be read stands for a notebook of its name."""
    opened = partial(_open_bytes, read)
    try:
        if depth > _DEPTH:
            raise SubmissionError("it is a zip within a zip within a zip")
        with opened() as archive:
            yield from _inside(archive, opened, parts, depth)
    except SubmissionError as error:
        name = f"{parts[-1]}.ipynb" if len(parts) > 1 else parts[-1]
        whole = (*parts[:-1], name) if len(parts) > 1 else (parts[0], f"{parts[0]}.ipynb")
        yield _Entry(whole, 0.0, partial(_refuse, str(error)))


def _open_bytes(read: Callable[[int], bytes]) -> zipfile.ZipFile:
    """Open a zip whose index is not too long to be read.

    Raises:
        SubmissionError: It is, or it is no zip.
    """
    content = read(_LARGEST_ZIP)
    end = content.rfind(b"PK\x05\x06")
    try:
        (index,) = struct.unpack("<I", content[end + 12 : end + 16])
        if end < 0 or index > _LARGEST_INDEX:
            raise SubmissionError("it is no zip, or one of far too many files")
        return zipfile.ZipFile(BytesIO(content))
    except (struct.error, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise SubmissionError(f"it is no zip that can be read ({error})") from error


def _inside(
    archive: zipfile.ZipFile,
    opened: Callable[[], zipfile.ZipFile],
    above: tuple[str, ...],
    depth: int,
) -> Iterator[_Entry]:
    for info in archive.infolist():
        path = PurePosixPath(info.filename.replace("\\", "/"))
        inner = tuple(part for part in path.parts if part not in ("/", "..", "."))
        if not inner or info.is_dir() or _is_noise(inner):  # an empty name breaks is_dir
            continue
        parts, time = (*above, *inner), _seconds(info)
        read = partial(_read_member, opened, info)
        outside = path.is_absolute() or ".." in path.parts or ":" in path.parts[0]
        if outside:
            reason = f"its path in the zip, {info.filename[:80]}, leads out of the zip"
            yield _Entry(parts, time, partial(_refuse, reason))
        elif stat.S_ISLNK(info.external_attr >> 16):
            yield _Entry(parts, time, partial(_refuse, "it is a link, which is not followed"))
        elif path.suffix.lower() == ".zip":
            yield from _of_zip(read, parts, depth + 1)
        else:
            yield _Entry(parts, time, read)


def _seconds(info: zipfile.ZipInfo) -> float:
    """A zip's date as a number that grows with time."""
    year, month, day, hour, minute, second = info.date_time
    return float(((((year * 13 + month) * 32 + day) * 24 + hour) * 60 + minute) * 60 + second)


def _read_member(opened: Callable[[], zipfile.ZipFile], info: zipfile.ZipInfo, limit: int) -> bytes:
    """Unpack one file in memory, never more than `limit` bytes."""
    try:
        with opened() as archive, archive.open(info) as stream:
            content = stream.read(limit + 1)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise SubmissionError(f"it is damaged in the zip ({error})") from error
    except (RuntimeError, NotImplementedError, ValueError) as error:
        raise SubmissionError(f"it cannot be taken out of the zip ({error})") from error
    if len(content) > limit:
        raise SubmissionError(f"unpacked it has more than {limit >> 20} MB")
    return content


def _refuse(reason: str, _: int) -> bytes:
    raise SubmissionError(reason)
