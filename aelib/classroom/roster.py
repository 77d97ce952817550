"""The list of a class: who is on it, and whose submission is whose."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_FIRST = {"first name", "firstname", "given name", "vorname", "prénom"}
_LAST = {"last name", "lastname", "surname", "family name", "nachname", "nom"}
_WHOLE = {"full name", "name", "student", "display name", "student name"}
_LOGIN = {"email address", "email", "e-mail", "username", "user", "login", "sis login id",
          "login id", "github_username", "identifier"}  # fmt: skip
_NUMBER = {"id", "id number", "student id", "sis user id", "sid", "identifier", "userid"}


class RosterError(Exception):
    """The list cannot be used; the sentence says why."""


@dataclass(frozen=True)
class Person:
    """A line of the list.

    Args:
        name: As the list writes it.
        row: All its columns.
    """

    name: str
    row: Mapping[str, str]

    def fields(self, known: set[str]) -> list[str]:
        """What stands in columns of these names."""
        found = {(column or "").strip().lower(): value for column, value in self.row.items()}
        return [value.strip() for column, value in found.items() if column in known and value]

    def names(self) -> set[str]:
        """What the name of a submission may be: the person's name in any order, or a login."""
        logins = [part for text in self.fields(_LOGIN) for part in (text, text.partition("@")[0])]
        return {key for name in (self.name, *logins) for key in _keys(name)}

    def numbers(self) -> set[str]:
        """The numbers by which a platform may know the person."""
        return {re.sub(r"\D", "", text) for text in self.fields(_NUMBER)} - {""}


def read_roster(path: Path) -> list[Person]:
    """Read a class list: CSV with a header, as Moodle, Canvas or a spreadsheet writes it.

    Raises:
        RosterError: It cannot be read, or no column holds names.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RosterError(f"{path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise RosterError(
            f"{path} is no UTF-8 text; save it once more from the spreadsheet, as CSV UTF-8."
        ) from error
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    rows = list(csv.DictReader(text.splitlines(), delimiter=separator))
    people = [Person(name, row) for row in rows if (name := _name(row))]
    if not people:
        raise RosterError(
            f'{path} has no column with names; call it "name", or "first name" and "last name".'
        )
    return people


def _name(row: Mapping[str, str]) -> str:
    fields = {(c or "").strip().lower(): (v or "").strip() for c, v in row.items() if v is None
              or isinstance(v, str)}  # fmt: skip
    if "points possible" in fields.get("student", "").lower():
        return ""  # the second line of Canvas's gradebook
    parts = [next((fields[c] for c in fields if c in known), "") for known in (_FIRST, _LAST)]
    whole = next((fields[c] for c in fields if c in _WHOLE), "")
    return whole or " ".join(filter(None, parts))


def match(students: Iterable[str], people: Iterable[Person]) -> tuple[dict[str, Person], list[str]]:
    """Find the person of each student; the second are those who fit nobody, or more than one."""
    by_name: dict[str, list[Person]] = {}
    by_number: dict[str, list[Person]] = {}
    for person in people:
        for key in person.names():
            by_name.setdefault(key, []).append(person)
        for number in person.numbers():
            by_number.setdefault(number, []).append(person)
    students = list(students)
    found: dict[str, Person] = {}
    for student in students:
        ending = re.search(r"_(\d+)$", student)
        named = {id(p): p for key in _keys_of(student) for p in by_name.get(key, ())}
        if len(named) != 1 and ending:  # nobody of that name, or two: the number decides
            numbered = {id(p): p for p in by_number.get(ending[1], ())}
            named = {k: p for k, p in numbered.items() if k in named or not named}
        if len(named) == 1:
            (found[student],) = named.values()
    claims = [id(person) for person in found.values()]
    matched = {s: p for s, p in found.items() if claims.count(id(p)) == 1}
    return matched, [student for student in students if student not in matched]


def _keys_of(student: str) -> set[str]:
    """What the name of a submission may stand for: with and without a platform's number."""
    bare = re.sub(r"_\d+$", "", student)
    login = re.search(r"\(([^()]+)\)$", bare)
    parts = [student, bare, re.sub(r"\([^()]*\)", "", bare), *([login[1]] if login else [])]
    return {key for part in parts for key in _keys(part)}


def _keys(name: str) -> set[str]:
    """A name in small letters without accents: its words sorted, and as one word, turned round."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.findall(r"[^\W_]+", plain)
    turned = {"".join(words[k:] + words[:k]) for k in range(len(words))}
    return {" ".join(sorted(words)), *turned} - {""}
