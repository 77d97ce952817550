"""Whose is it? Paths of files that were handed in -> students. GRADING.md has the rules as a table.

Two files are one student's only where a platform's name or a folder says so, or where one file
name is the other's with the mark of a copy. In doubt they stay apart, and it is said.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath

Parts = tuple[str, ...]

# Names that a platform gives to a student's file or folder, wherever in a path they stand.
_MOODLE = re.compile(r"(?P<who>.+?_\d+)_assignsubmission_[a-z]+_?(?P<rest>.*)", re.S)
_BLACKBOARD = re.compile(
    r"(?P<who>.+)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_(?P<rest>.+)|\.txt|)", re.S
)
_BRIGHTSPACE = re.compile(
    r"(?P<id>\d+-\d+) - (?P<who>.+?) - (?P<when>[^-]*\d{4},? [\d.:]{3,5}(?: ?[AP]M)?)"
    r"(?: - (?P<rest>.+))?",
    re.S,
)
_EXCHANGE = re.compile(  # of nbgrader
    r"(?P<who>.+?)\+[^+]+\+(?P<when>\d{4}-\d\d-\d\d[ _T]\d\d.\d\d.\d\d[^+]*)(?:\+.*)?", re.S
)
_SAKAI = re.compile(r"(?P<who>[^,]+, ?[^()]+\([^()]+\))", re.S)
_GRADESCOPE = re.compile(r"(?P<who>submission_\d+)", re.S)
_OF_FOLDERS = (_MOODLE, _BLACKBOARD, _BRIGHTSPACE, _EXCHANGE, _SAKAI, _GRADESCOPE)
_OF_FILES = (_MOODLE, _BLACKBOARD, _BRIGHTSPACE)

# lovelaceada_LATE_4711_90210_06-1.ipynb: student, late, number, number of the upload (Canvas)
_CANVAS = re.compile(
    r"(?P<who>[^_]+)_(?:(?P<late>LATE)_)?(?P<id>\d+)_(?:(?P<upload>\d+)_(?P<rest>.+)|text\.html)",
    re.S,
)
_CLASSROOM = re.compile(r"(?P<who>.*[^\W\d].*?) - (?P<rest>.+)", re.S)  # of Google
_NUMBERED = re.compile(r"(?P<who>.*?)[_ -]*(?<!\d)(?P<lesson>\d\d)(?!\d)[_ -]*(?P<rest>.*)", re.S)
_COPY = re.compile(
    r"(?:[ _-]*\((?P<a>\d{1,3})\)|-(?P<b>\d{1,2})|[ _-]+[Cc]opy ?(?P<c>\d{0,3})"
    r"|[ _-]+(?:Kopie|copie|copia))$"
)
_COPY_OF = re.compile(r"(?:Copy|Kopie|Copie|Copia|Kopi|Cópia) (?:of|von|de|di|av|af) ", re.I)

# Words that stand where a name would stand, and are none.
_WORDS = (
    "lesson lessons lektion leçon lecon notebook nb homework home work hw ha assignment assign "
    "exercise exercises ex uebung übung aufgabe blatt sheet task tasks problem set ps pset lab "
    "week woche day unit chapter kapitel module modul part teil project final solution solutions "
    "loesung lösung submission abgabe copy kopie of von my ae aelib autoencoder course class kurs "
    "group gruppe groupe grupo team section untitled new old draft version v attempt done "
    # and those of our lessons' titles
    "start here from scratch bottleneck latent space vs pca convolutional denoising vae sampling "
    "with sliders anomaly detection compression features and retrieval colour superresolution "
    "recommender failure gallery beyond"
)
_NO_NAMES = set(_WORDS.split())
_WRAPPERS = re.compile(
    r".+-submissions|submitted|inbound|submitted files|student work|assignment_\d+_export", re.I
)
_BESIDE = {
    "submitted": {"source", "release", "autograded", "feedback", "solution"},  # of nbgrader
    "submitted files": {"working files"},  # of Teams
}
_VERSION = re.compile(r"version (\d+)", re.I)  # of Teams
_LESSON = re.compile(r"(?<!\d)(\d\d)(?=[_ .()-]|$)")


class AmbiguousError(Exception):
    """It cannot be told who is a student; the sentence says what to do."""


@dataclass(frozen=True)
class Place:
    """Where a file belongs.

    Args:
        student: Whose it is; empty for nobody's.
        name: What the student called it.
        attempt: Grows from a student's first attempt to the last, as a platform counts.
        again: The number in a copy's name.
        late: Whether the platform calls it late.
        why: Where it is nobody's: why it is left aside.
        own: Whether a platform or this program wrote it, so that nobody misses it.
    """

    student: str
    name: str
    attempt: float = 0.0
    again: int = 0
    late: bool = False
    why: str = ""
    own: bool = False


def place(paths: Sequence[Parts], level: int = 0) -> tuple[list[Place], list[str]]:
    """Find the student of every path; `level` is where their folders stand, 0 to find out.

    Returns:
        A place for each path, and what to tell of it.

    Raises:
        AmbiguousError: Two files may be one student's or two students'.
    """
    told: list[str] = []
    depths = _fixed(paths, level) if level else _depths(paths, told)
    below = [path[depth:] for path, depth in zip(paths, depths, strict=True)]
    wrappers = [path[depth - 1] if depth else "" for path, depth in zip(paths, depths, strict=True)]
    beside = _beside_submitted(paths)
    places: list[Place | None] = [
        _of_platform(parts) or _not_read(path, beside)
        for path, parts in zip(paths, below, strict=True)
    ]
    title = _title(parts[0] for parts in below)
    for i, parts in enumerate(below):
        if (found := places[i]) and _BLACKBOARD.fullmatch(parts[0]):
            places[i] = replace(found, student=found.student[title:])
    flat: dict[Parts, list[int]] = defaultdict(list)  # folder -> its plain files and zips
    for i, parts in enumerate(below):
        if places[i] is not None:
            continue
        if len(parts) > 1 and not _is_zip(parts[0]):
            places[i] = _in_folder(parts, wrappers[i])
        else:
            flat[paths[i][: depths[i]]].append(i)
    for group in flat.values():
        for i, found in zip(group, _of_files([below[i] for i in group], told), strict=True):
            places[i] = found
    return [found for found in places if found is not None], told


def _title(names: Iterable[str]) -> int:
    """How many letters of Blackboard's names are the assignment's title, the same for all."""
    whole = sorted({m["who"] for name in names if (m := _BLACKBOARD.fullmatch(name))})
    if len(whole) < 2:
        return whole[0].rfind("_") + 1 if whole else 0
    pairs = enumerate(zip(whole[0], whole[-1], strict=False))
    same = next((k for k, (one, other) in pairs if one != other), len(whole[0]))
    return whole[0].rfind("_", 0, same) + 1


def _beside_submitted(paths: Iterable[Parts]) -> dict[Parts, set[str]]:
    """Folders that hold "submitted", or Teams' "Submitted files": what beside these is not read."""
    found: dict[Parts, set[str]] = {}
    for path in paths:
        for k, part in enumerate(path[:-1]):
            if part.lower() in _BESIDE:
                found[path[:k]] = _BESIDE[part.lower()]
    return found


def _fixed(paths: Sequence[Parts], level: int) -> list[int]:
    return [min(level - 1, len(path) - 1) for path in paths]


def _depths(paths: Sequence[Parts], told: list[str]) -> list[int]:
    """How many folders around each path hold the class, not one student."""
    depths = [0] * len(paths)
    todo: list[list[int]] = [[i for i, path in enumerate(paths) if not is_own(path)]]
    while todo:
        level = todo.pop()
        groups: dict[str, list[int]] = defaultdict(list)
        for i in level:
            if len(paths[i]) - depths[i] > 1:
                groups[paths[i][depths[i]]].append(i)
        alone = len(groups) == 1 and not any(
            len(paths[i]) - depths[i] == 1 and is_work(paths[i][-1]) for i in level
        )
        below = {name: [paths[i][depths[i] + 1 :] for i in group] for name, group in groups.items()}
        for name in _wrapping(below, alone, told):
            for i in groups[name]:
                depths[i] += 1
            todo.append(groups[name])
    return depths


def _wrapping(below: dict[str, list[Parts]], alone: bool, told: list[str]) -> list[str]:
    """Which of the folders at one level hold several students."""
    plain = {name: inner for name, inner in below.items() if _of_platform((name, "x")) is None}
    known = [
        name
        for name in plain
        if _WRAPPERS.fullmatch(name)
        or "submitted" in map(str.lower, {inner[0] for inner in plain[name] if len(inner) > 1})
    ]
    known += [name for name in plain if len(_platform_students(plain[name])) > (not alone)]
    crowded = {
        name: pair for name, inner in plain.items() if (pair := _crowded(inner, name, alone))
    }
    unsure = [name for name in plain if name not in crowded and name not in known]
    unclear = {name: pair for name, pair in crowded.items() if name not in known}
    if unclear and not unsure:
        for name, (one, other) in unclear.items():
            told.append(f"{name} is taken for a folder of students; it holds {one} and {other}")
        return [*dict.fromkeys([*known, *unclear])]
    if unclear:
        name, (one, other) = next(iter(unclear.items()))
        raise AmbiguousError(
            f"{name} holds {one} and {other}: two students, or one student's two attempts? For "
            "students in the folders of the first level say --level 1, of the second --level 2."
        )
    return list(dict.fromkeys(known))


def _platform_students(inner: Iterable[Parts]) -> set[str]:
    firsts = {(parts[0], len(parts) > 1) for parts in inner}
    found = {
        p.student
        for name, folder in firsts
        if (p := _of_platform((name, "x") if folder else (name,))) is not None
    }
    return found | {m["who"] + m["id"] for m in _canvas([n for n, f in firsts if not f]).values()}


def _crowded(inner: list[Parts], name: str, alone: bool) -> tuple[str, str] | None:
    """Two notebooks of one lesson in a folder that look like those of two students."""
    if _is_zip(name) and not alone:
        return None
    seen: dict[tuple[bool, str], tuple[str, str]] = {}
    direct = any(len(parts) == 1 and is_notebook(parts[0]) for parts in inner)
    for parts in inner:
        if not is_notebook(parts[-1]) or (direct and len(parts) > 1):
            continue
        stem = notebook_stem(parts[-1])
        stem = _without_copy(stem)[0]
        who = _name_in(stem)[0] if len(parts) == 1 else parts[0]
        key = (len(parts) > 1, lesson_of(parts[-1]) or ("" if alone else stem))
        other, path = seen.setdefault(key, (who, "/".join(parts)))
        if who and other and who != other:
            return path, "/".join(parts)
    return None


def _of_platform(parts: Parts) -> Place | None:
    """The place of a path that begins with a platform's name for a student."""
    alone = len(parts) == 1
    for rule in _OF_FILES if alone else _OF_FOLDERS:
        match = rule.fullmatch(parts[0])
        if match is None:
            continue
        found = match.groupdict()
        name = parts[-1] if not alone else found.get("rest") or parts[-1]
        own = rule is _BLACKBOARD and alone and not found["rest"]
        why = "the platform's own note" if own else ""
        who = found["who"] + (f"_{found['id'].partition('-')[0]}" if "id" in found else "")
        return Place(who, name, _moment(found.get("when") or ""), why=why, own=own)
    return None


def _moment(when: str) -> float:
    """A number that grows with the time which a platform wrote in a name."""
    text = re.sub(r"\b(\d{3}) ?([AP]M)", r"0\1 \2", when.replace(".", "").replace(":", ""))
    for pattern in (
        "%b %d, %Y %I%M %p",
        "%B %d, %Y %I%M %p",
        "%d %B, %Y %I%M %p",
        "%d %B, %Y %H%M",
    ):
        try:
            return datetime.strptime(text, pattern).timestamp()
        except ValueError:
            continue
    digits = re.sub(r"\D", "", when)[:14]
    return float(digits or 0)


def _in_folder(parts: Parts, wrapper: str) -> Place:
    """A folder is a student's; GitHub Classroom puts hw6-ada into hw6-submissions."""
    slug = wrapper.removesuffix("-submissions") + "-"
    who = parts[0].removeprefix(slug) if wrapper.endswith("-submissions") else parts[0]
    versions = [float(m[1]) for part in parts[1:-1] if (m := _VERSION.fullmatch(part))]
    again = _without_copy(notebook_stem(parts[-1]))[1]
    return Place(who, parts[-1], versions[-1] if versions else 0.0, again)


def _of_files(files: list[Parts], told: list[str]) -> list[Place]:
    """Students of the plain files and zips of one folder, by their names."""
    firsts = list(dict.fromkeys(parts[0] for parts in files))
    work = [name for name in firsts if is_work(name)]
    known = _by_name(work, told)
    places: list[Place] = []
    for parts in files:
        found = known.get(parts[0])
        if found is None:
            why = "it lies beside the submissions and is no notebook"
            places.append(Place("", parts[0], why=why))
        else:
            places.append(found if len(parts) == 1 else replace(found, name=parts[-1]))
    return places


def _by_name(names: list[str], told: list[str]) -> dict[str, Place]:
    """File name -> student. Files that would be one student's without being copies stay apart."""
    found = {
        name: Place(
            f"{m['who']}_{m['id']}",
            m["rest"] or name,
            float(m["upload"] or 0),
            late=bool(m["late"]),
        )
        for name, m in _canvas(names).items()
    }
    guesses = {name: _guess(name) for name in names if name not in found}
    same: dict[str, list[_Guess]] = defaultdict(list)
    for guess in guesses.values():
        same[guess.who].append(guess)
    apart: list[str] = []
    for name, guess in guesses.items():
        group = same[guess.who]
        if guess.who and _are_one(group):
            found[name] = Place(guess.who, name, again=guess.again)
        else:
            apart += [name] if len(group) > 1 else []
            found[name] = Place(notebook_stem(name), name)
    if apart:
        listed = ", ".join(sorted(apart)[:4]) + (" and others" if len(apart) > 4 else "")
        told.append(f"{listed}: no student's name could be told, so each file is a student")
    return found


@dataclass(frozen=True)
class _Guess:
    """What a file's name seems to say."""

    who: str
    lesson: str
    title: str  # what else stands in it
    stem: str  # without the mark of a copy
    again: int


def _guess(name: str) -> _Guess:
    stem, again = _without_copy(notebook_stem(name))
    who, lesson, title = _name_in(stem)
    return _Guess(who, lesson, title, stem, again)


def _are_one(group: list[_Guess]) -> bool:
    """Whether files that give one name are one student's: copies of one, or several lessons."""
    stems: dict[str, set[str]] = defaultdict(set)
    for guess in group:
        stems[guess.lesson].add(guess.stem)
    copies = len(group) > len({guess.stem for guess in group})
    named_first = all(guess.stem.startswith(guess.who) for guess in group)
    several = len(stems) > 1
    return (
        all(len(one) == 1 for one in stems.values())
        and (named_first or not copies)
        and (not several or all(_is_no_name(guess.title) for guess in group))
    )


def _canvas(names: Iterable[str]) -> dict[str, re.Match[str]]:
    """The files that Canvas named: each upload has a number of its own, and names are no words."""
    found = {name: match for name in names if (match := _CANVAS.fullmatch(name))}
    uploads = [match["upload"] for match in found.values() if match["upload"]]
    if len(set(uploads)) < len(uploads):
        return {}
    return {n: m for n, m in found.items() if not _is_no_name(m["who"])}


def _name_in(stem: str) -> tuple[str, str, str]:
    """The student's name in a file's name, empty if there is none; the lesson, and the rest."""
    if match := _CLASSROOM.fullmatch(stem):
        return match["who"], lesson_of(match["rest"]), ""
    match = _NUMBERED.fullmatch(stem)
    if match is None:
        return ("" if _is_no_name(stem) else stem), "", ""
    first, rest = match["who"], match["rest"]
    if not _is_no_name(first):
        return first, match["lesson"], rest
    if first and not _is_no_name(rest):
        return rest, match["lesson"], ""
    return "", match["lesson"], rest  # 06_vae_from_scratch: a lesson's title


def _is_no_name(text: str) -> bool:
    words = re.findall(r"[^\W\d_]+", text.lower())
    return all(word in _NO_NAMES for word in words)


def _without_copy(stem: str) -> tuple[str, int]:
    """A name without the mark that a second copy gets, and its number."""
    stem = _COPY_OF.sub("", stem)
    match = _COPY.search(stem)
    if match is None or not stem[: match.start()]:
        return stem, 0
    number = match["a"] or match["b"] or match["c"] or "1"
    return _without_copy(stem[: match.start()])[0], int(number)


def lesson_of(name: str) -> str:
    """The first two-digit number in a file's name: of which lesson it seems to be."""
    found = _LESSON.findall(name)
    return str(found[0]) if found else ""


def is_notebook(name: str) -> bool:
    """Whether a file's name says that it is a notebook, also where a browser renamed it."""
    return name.lower().endswith((".ipynb", ".ipynb.txt", ".ipynb.json"))


def notebook_stem(name: str) -> str:
    """A file's name without what marks its kind."""
    return _KINDS.sub("", name) or name


def _is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


# Kinds of files in which somebody may hand in work, though only notebooks and zips are read.
_KINDS = re.compile(
    r"(\.(ipynb|zip|json|py|html?|rar|7z|tar|t?gz|bz2|xz|pdf|docx?|odt|rtf|pages|r?md|qmd)"
    r"(\.(txt|json|gz|bz2|xz))?)$",
    re.I,
)
_LISTS = re.compile(r"(readme|index|grades|feedback|comments|notes)\b.*", re.I | re.S)


def is_work(name: str) -> bool:
    """Whether a file beside others may be what a student handed in."""
    return bool(_KINDS.search(name)) and not _LISTS.fullmatch(name)


_NOISE = {"__MACOSX", "Thumbs.db", "desktop.ini", ".DS_Store", "__pycache__", ".ipynb_checkpoints",
          ".git", ".github", ".gitignore", ".gitattributes", ".vscode", ".idea", ".venv",
          ".pytest_cache"}  # fmt: skip
_OWN = {
    *("timestamp.txt", "comments.txt", "submission_metadata.yml", "index.html"),
    *("grades.csv", "grades.png", "grades.csv.journal", ".aelib-feedback"),
}


def is_noise(parts: Parts) -> bool:
    """Files that systems leave: resource forks, checkpoints, version control."""
    return any(part in _NOISE or part.startswith(("._", "~$")) for part in parts)


def is_own(parts: Parts) -> bool:
    """What a platform, or an earlier run, put beside the submissions."""
    lower = [part.lower() for part in parts]
    feedback = lower[0] == "feedback" or "feedback attachment(s)" in lower
    return lower[-1] in _OWN or feedback or "_assignfeedback_" in lower[0]


def _not_read(parts: Parts, beside: dict[Parts, set[str]]) -> Place | None:
    why = ""
    if is_own(parts):
        why = "a platform's or an earlier run's own"
    for k, part in enumerate(parts[:-1]):
        if part.lower() in beside.get(parts[:k], ()):
            why = "only what was submitted is read"
    return Place("", "/".join(parts), why=why, own=True) if why else None


def readable(name: str) -> str:
    """A name in one spelling (NFC), without control characters, which a terminal might obey."""
    name = unicodedata.normalize("NFC", name)
    return "".join(letter if letter.isprintable() else "_" for letter in name)


def stem_of(path: Parts) -> str:
    """The name of a zip without its ending and the mark of a copy: HW6 (1).zip -> HW6."""
    return _without_copy(PurePosixPath(path[-1]).stem)[0]
