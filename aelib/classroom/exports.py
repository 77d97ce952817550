"""Points of each student, as a table and in the columns that Moodle and Canvas read."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from aelib.classroom.marking import Row
from aelib.classroom.roster import Person
from aelib.classroom.verdicts import LOOK
from aelib.data.files import write_atomically


@dataclass(frozen=True)
class Total:
    """All points of one student."""

    student: str
    score: float
    max: float
    late: str
    look: int  # how many exercises somebody must look at


def totals(rows: Sequence[Row]) -> list[Total]:
    """Add up the points of every student."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.student, []).append(row)
    return [
        Total(
            student,
            round(sum(row.score for row in group), 2),
            sum(row.max for row in group),
            "late" if any(row.late for row in group) else "",
            sum(row.status == LOOK for row in group),
        )
        for student, group in groups.items()
    ]


def write_table(path: Path, header: Sequence[str], lines: Sequence[Sequence[object]]) -> None:
    """Write a CSV whole or not at all; what is not plain ASCII gets the mark that Excel needs."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([_cell(value) for value in header])
    writer.writerows([_cell(value) for value in line] for line in lines)
    text = stream.getvalue()
    write_atomically(path, text.encode("utf-8" if text.isascii() else "utf-8-sig"))


def _cell(value: object) -> object:
    """A number as it is short; text that no spreadsheet takes for a formula."""
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


def write_totals(path: Path, found: Sequence[Total]) -> None:
    """Write one line for each student."""
    lines = [(t.student, t.score, t.max, t.late, t.look) for t in found]
    write_table(path, ("student", "score", "max", "late", "to look at"), lines)


def write_moodle(path: Path, found: Sequence[Total], people: Mapping[str, Person]) -> None:
    """Write Moodle's grading worksheet; a list of the class that is one keeps all its columns."""
    columns = list(dict.fromkeys(c for p in people.values() for c in p.row if c))
    columns = columns or ["Identifier", "Full name"]
    columns += [c for c in ("Grade", "Maximum Grade", "Feedback comments") if c not in columns]
    lines = []
    for total in found:
        name, _, number = total.student.rpartition("_")
        own = {"Identifier": f"Participant {number}" if number.isdigit() else "",
               "Full name": name if number.isdigit() else total.student}  # fmt: skip
        row: dict[str, Any] = {
            **own,
            **(people[total.student].row if total.student in people else {}),
        }
        row |= {"Grade": _cell(float(total.score)), "Maximum Grade": _cell(float(total.max))}
        row["Feedback comments"] = " ".join(
            [total.late] * bool(total.late) + [f"{total.look} to look at"] * bool(total.look)
        )
        lines.append([row.get(column, "") for column in columns])
    write_table(path, columns, lines)


def write_canvas(
    path: Path, found: Sequence[Total], people: Mapping[str, Person], title: str
) -> None:
    """Write what Canvas's gradebook imports: its five columns, and one for the assignment."""
    known = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
    most = max((total.max for total in found), default=0)
    lines: list[list[object]] = [["    Points Possible", "", "", "", "", float(most)]]
    for total in found:
        name, _, number = total.student.rpartition("_")
        known_by = number.isdigit()
        own = {"Student": name if known_by else total.student, "ID": number if known_by else ""}
        row: dict[str, Any] = {
            **own,
            **(people[total.student].row if total.student in people else {}),
        }
        row["Student"] = people[total.student].name if total.student in people else row["Student"]
        lines.append([*(row.get(column, "") for column in known), float(total.score)])
    write_table(path, [*known, title], lines)
