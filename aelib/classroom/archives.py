"""Folder or zip -> the files in it. Nothing is unpacked to disk, no link is followed."""

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from io import BytesIO
from pathlib import Path, PurePosixPath

from aelib.classroom.kinds import Parts, is_noise, is_notebook, stem_of

LARGEST_NOTEBOOK = 32 << 20
_LARGEST_ZIP = 64 << 20  # of one student
_LARGEST_INDEX = 8 << 20  # a zip's list of its files
MARK_OF_FEEDBACK = ".aelib-feedback"  # an empty file in the folder of feedback that we write
_DEPTH = 3  # a zip of a learning platform's zips of students' zips
_UNICODE_NAME = 0x7075  # extra field of a zip, written by Info-ZIP


class SubmissionError(Exception):
    """A file that cannot be read or must not be; the text says why."""


@dataclass(frozen=True)
class Entry:
    """A file that was handed in, not read yet.

    Args:
        parts: Its path below the top; the last is empty for a folder without files.
        time: When it was changed; grows.
        mark: Changes when the file changes.
        read: Returns its bytes, at most so many.
        trouble: Why it cannot be read, where that is known.
    """

    parts: Parts
    time: float
    mark: str
    read: Callable[[int], bytes]
    trouble: str = ""


def entries(path: Path) -> list[Entry]:
    """Return every file in a folder or a zip, or the one file.

    Raises:
        SubmissionError: It is none of these.
    """
    if path.is_dir():
        return list(_of_folder(path))
    if path.suffix.lower() == ".zip":
        return _of_class_zip(path)
    if path.is_file() and (is_notebook(path.name) or path.suffix.lower() == ".json"):
        return [_of_file(path, (path.name,))]
    raise SubmissionError(f"{path} is neither a folder nor a zip nor a notebook.")


def _of_folder(top: Path) -> Iterator[Entry]:
    shut: list[OSError] = []
    for folder, names, files in os.walk(top, onerror=shut.append):
        names.sort()
        here = Path(folder)
        if MARK_OF_FEEDBACK in files:  # an earlier run's
            names.clear()
            files = [MARK_OF_FEEDBACK]
        if not names and not files and here != top:
            yield Entry((*here.relative_to(top).parts, ""), 0.0, "", partial(_refuse, "empty"))
        for name in sorted(files) + [n for n in names if (here / n).is_symlink()]:
            path = here / name
            parts = path.relative_to(top).parts
            if is_noise(parts):
                continue
            if path.suffix.lower() == ".zip" and not path.is_symlink():
                yield from _of_zip(partial(_read_file, path), parts, 1)
            else:
                yield _of_file(path, parts)
    for error in shut:
        path = Path(str(error.filename))
        if path == top:
            raise SubmissionError(f"{top} cannot be read ({error.strerror}).") from error
        yield _troubled(path.relative_to(top).parts, f"it cannot be read ({error.strerror})")


def _of_file(path: Path, parts: Parts) -> Entry:
    kind = path.lstat()
    trouble = ""
    if not stat.S_ISREG(kind.st_mode):
        what = "a link" if stat.S_ISLNK(kind.st_mode) else "no ordinary file"
        trouble = f"it is {what}, which is not followed"
    mark = f"{kind.st_size} {kind.st_mtime_ns}"
    return Entry(parts, kind.st_mtime, mark, partial(_read_file, path), trouble)


def _troubled(parts: Parts, why: str) -> Entry:
    return Entry(parts, 0.0, why, partial(_refuse, why), why)


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


def _of_class_zip(path: Path) -> list[Entry]:
    """A learning platform's zip, kept open; a folder of its name around all of it is left out."""
    try:
        archive = zipfile.ZipFile(path)
        found = list(_inside(archive, lambda: archive, (), 0))
    except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
        raise SubmissionError(f"{path} is no zip that can be read ({error}).") from error
    own = {path.stem, stem_of((path.name,))}
    wrapped = all(len(e.parts) > 1 and e.parts[0] in own for e in found)
    return [Entry(e.parts[1:], e.time, e.mark, e.read, e.trouble) if wrapped else e for e in found]


def _of_zip(read: Callable[[int], bytes], parts: Parts, depth: int) -> Iterator[Entry]:
    """The files in a student's zip; one that cannot be read stands for itself."""
    opened = partial(_opened, read)
    try:
        if depth > _DEPTH:
            raise SubmissionError("it is a zip within zips, four deep")
        yield from _inside(opened(), opened, parts, depth)
    except SubmissionError as error:
        yield _troubled(parts, str(error))


@lru_cache(maxsize=4)
def _opened(read: Callable[[int], bytes]) -> zipfile.ZipFile:
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
    archive: zipfile.ZipFile, opened: Callable[[], zipfile.ZipFile], above: Parts, depth: int
) -> Iterator[Entry]:
    infos = archive.infolist()
    names = [_name(info) for info in infos]
    filled = {name[:k] for name in names for k in range(1, len(name))}
    for info, name in zip(infos, names, strict=True):
        inner = tuple(part for part in name if part not in ("/", "..", "."))
        if not inner or is_noise(inner):
            continue
        parts, time = (*above, *inner), _seconds(info)
        if info.filename.endswith(("/", "\\")):  # a folder; of use where nothing is in it
            if name not in filled:
                yield Entry((*parts, ""), time, "", partial(_refuse, "empty"))
            continue
        read = partial(_read_member, opened, info)
        mark = f"{info.CRC} {info.file_size} {info.date_time}"
        if name != inner:
            shown = info.filename[:80]
            yield _troubled(parts, f"its path in the zip, {shown}, leads out of the zip")
        elif stat.S_ISLNK(info.external_attr >> 16):
            yield _troubled(parts, "it is a link, which is not followed")
        elif parts[-1].lower().endswith(".zip"):
            yield from _of_zip(read, parts, depth + 1)
        else:
            yield Entry(parts, time, mark, read)


def _name(info: zipfile.ZipInfo) -> Parts:
    """The path of a member; a drive's letter is left out, a name without its mark read as UTF-8."""
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = _unicode_name(info) or name
    parts = PurePosixPath(name.replace("\\", "/")).parts
    drive = len(parts) > 1 and len(parts[0]) == 2 and parts[0].endswith(":")
    return parts[1:] if drive else parts


def _unicode_name(info: zipfile.ZipInfo) -> str:
    """The name that Info-ZIP writes beside one in the letters of another system."""
    extra = info.extra
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        if kind == _UNICODE_NAME:
            return extra[9 : 4 + size].decode("utf-8", "replace")
        extra = extra[4 + size :]
    return ""


def _seconds(info: zipfile.ZipInfo) -> float:
    """A zip's date in seconds since 1970; it tells no time zone, so ours is taken."""
    try:
        return datetime(*info.date_time).timestamp()
    except ValueError:
        return 0.0


def _read_member(opened: Callable[[], zipfile.ZipFile], info: zipfile.ZipInfo, limit: int) -> bytes:
    """Unpack one file in memory, never more than `limit` bytes."""
    try:
        with opened().open(info) as stream:
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
