"""How learning platforms name what they hand over; GRADING.md has the table, with sources."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from aelib.classroom.kinds import Parts, is_no_name

# Names that a platform gives to a student's file or folder, wherever in a path they stand.
_MOODLE = re.compile(r"(?P<who>.+?_\d+)_assignsubmission_[a-z]+_?(?P<rest>.*)", re.S)
BLACKBOARD = re.compile(
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
_OF_FOLDERS = (_MOODLE, BLACKBOARD, _BRIGHTSPACE, _EXCHANGE, _SAKAI, _GRADESCOPE)
_OF_FILES = (_MOODLE, BLACKBOARD, _BRIGHTSPACE)

# lovelaceada_LATE_4711_90210_06-1.ipynb: student, late, number, number of the upload (Canvas)
_CANVAS = re.compile(
    r"(?P<who>[^_]+)_(?:(?P<late>LATE)_)?(?P<id>\d+)_(?:(?P<upload>\d+)_(?P<rest>.+)|text\.html)",
    re.S,
)


@dataclass(frozen=True)
class Place:
    """Where a file belongs.

    Args:
        student: Whose it is; empty for nobody's.
        name: What the student called it.
        named: Whose the file's own name says it is, where a folder or a zip is somebody's.
        when: The time that the platform wrote in the name, in seconds since 1970; 0 for none.
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
    when: float = 0.0
    named: str = ""


def of_platform(parts: Parts) -> Place | None:
    """The place of a path that begins with a platform's name for a student."""
    alone = len(parts) == 1
    for rule in _OF_FILES if alone else _OF_FOLDERS:
        match = rule.fullmatch(parts[0])
        if match is None:
            continue
        found = match.groupdict()
        name = parts[-1] if not alone else found.get("rest") or parts[-1]
        own = rule is BLACKBOARD and alone and not found["rest"]
        why = "the platform's own note" if own else ""
        who = found["who"] + (f"_{found['id'].partition('-')[0]}" if "id" in found else "")
        when = _moment(found.get("when") or "")
        return Place(who, name, when, why=why, own=own, when=when)
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
    zone = UTC if when.endswith("UTC") else None  # None: the time of this machine
    try:
        moment = datetime.strptime(re.sub(r"\D", "", when)[:14], "%Y%m%d%H%M%S")
        return moment.replace(tzinfo=zone).timestamp()
    except ValueError:
        return 0.0


def by_canvas(names: Iterable[str]) -> dict[str, re.Match[str]]:
    """The files that Canvas named: each upload has a number of its own, and names are no words."""
    found = {name: match for name in names if (match := _CANVAS.fullmatch(name))}
    uploads = [match["upload"] for match in found.values() if match["upload"]]
    if len(set(uploads)) < len(uploads):
        return {}
    return {n: m for n, m in found.items() if not is_no_name(m["who"])}


def title_length(names: Iterable[str]) -> int:
    """How many letters of Blackboard's names are the assignment's title, the same for all."""
    whole = sorted({m["who"] for name in names if (m := BLACKBOARD.fullmatch(name))})
    if len(whole) < 2:
        return whole[0].rfind("_") + 1 if whole else 0
    pairs = enumerate(zip(whole[0], whole[-1], strict=False))
    same = next((k for k, (one, other) in pairs if one != other), len(whole[0]))
    return whole[0].rfind("_", 0, same) + 1
