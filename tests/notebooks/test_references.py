"""notebooks/REFERENCES.md lists what the lessons cite, and nothing else."""

import re
from pathlib import Path

import nbformat
import pytest

from aelib.originals import lesson_files

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
ENTRY = re.compile(
    r"^- (?P<first>[^,(]+?)(?: and [^,(]+| and others)?(?:,[^(]*)? \((?P<year>\d{4})\)\. \*"
)
NAME = r"(?:[Vv]an (?:den |der )?)?[A-ZÀ-Þ][\w-]+"
OTHERS = rf"(?:(?:, (?:{NAME}))*,? and (?:{NAME}|colleagues|others))?"
# "Kingma and Welling (2014)" and "(Kingma and Welling, 2014; Rezende and others, 2014)"
OUTSIDE = re.compile(rf"(?P<first>{NAME}){OTHERS} \((?P<year>(?:19|20)\d\d)\b")
INSIDE = re.compile(rf"(?P<first>{NAME}){OTHERS}, (?P<year>(?:19|20)\d\d)\b")
TOLD = re.compile(rf"In (?P<year>(?:19|20)\d\d) [A-Z]\w+ (?P<first>{NAME}) and")  # as a story


def entries():
    lines = (NOTEBOOKS / "REFERENCES.md").read_text(encoding="utf-8").splitlines()
    listed = [line for line in lines if line.startswith("- ")]
    found = [ENTRY.match(line) for line in listed]
    assert all(found), [line for line, match in zip(listed, found, strict=True) if not match]
    return {(match["first"].lower(), match["year"]) for match in found}


def cited(path):
    cells = nbformat.read(path, as_version=4).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    matches = [match for form in (OUTSIDE, INSIDE, TOLD) for match in form.finditer(prose)]
    return {(match["first"].lower(), match["year"]) for match in matches}


def everything_cited():
    return set().union(*map(cited, lesson_files(NOTEBOOKS)))


@pytest.mark.parametrize("path", lesson_files(NOTEBOOKS), ids=lambda path: path.stem)
def test_what_a_lesson_cites_is_listed(path):
    assert cited(path) - entries() == set()


def test_what_is_listed_is_cited():
    assert entries() - everything_cited() == set()


def test_what_follows_a_title_begins_with_a_capital():
    text = (NOTEBOOKS / "REFERENCES.md").read_text(encoding="utf-8")
    assert re.findall(r"[.?]\* [a-z]\w*(?= )", text) == []


def test_entries_are_sorted_and_stand_once():
    lines = (NOTEBOOKS / "REFERENCES.md").read_text(encoding="utf-8").splitlines()
    listed = [line for line in lines if line.startswith("- ")]
    assert len(set(listed)) == len(listed)
    assert len(everything_cited()) > 60, "the citations are found"
