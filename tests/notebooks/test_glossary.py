"""notebooks/GLOSSARY.md and SYLLABUS.md agree with the lessons."""

import re
from pathlib import Path

import nbformat
import pytest

from aelib.originals import lesson_files

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSONS = lesson_files(NOTEBOOKS)
ROW = re.compile(
    r"^\| \*\*(?P<term>[^|*]+)\*\*(?:, (?P<ours>[^|]+))? \| (?P<what>[^|]+) "
    r"\| \[\d\d\]\((?P<file>[^)]+)\) \|$"
)


def prose(path):
    """A lesson's words on one line, in small letters; what it draws and prints is left out."""
    cells = nbformat.read(path, as_version=4).cells
    text = " ".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return " ".join(re.sub(r"[*`]", "", text).lower().split())


PROSE = {path.name: prose(path) for path in LESSONS}


def rows():
    lines = (NOTEBOOKS / "GLOSSARY.md").read_text(encoding="utf-8").splitlines()
    return [ROW.match(line) for line in lines if line.startswith("| ") and "](" in line]


def words(cell):
    """The separate words of a cell: "code, latent vector" are two."""
    parts = (part.strip(" `") for part in re.split(r",|\(|\)", cell.replace("`", "")))
    return [part.lower() for part in parts if part]


def test_every_row_has_its_parts_and_they_are_sorted():
    found = rows()
    assert all(found)
    assert len(found) > 60
    terms = [row["term"].strip("`").lower() for row in found]
    assert terms == sorted(terms)
    assert len(set(terms)) == len(terms)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["term"])
def test_a_term_stands_in_its_lesson_and_our_word_in_some_lesson(row):
    assert any(word in PROSE[row["file"]] for word in words(row["term"])), row["file"]
    for word in words(row["ours"] or ""):
        assert any(word in text for text in PROSE.values()), word


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_has_needs_and_outcomes_in_the_syllabus(path):
    text = (NOTEBOOKS / "SYLLABUS.md").read_text(encoding="utf-8")
    assert f"| [{path.name[:2]}]({path.name}) | " in text
    assert re.search(rf"^\| {path.name[:2]} \| \S+", text, flags=re.M)


def test_each_term_plan_goes_through_its_lessons_in_order_and_the_longest_through_all():
    text = (NOTEBOOKS / "SYLLABUS.md").read_text(encoding="utf-8").split("## Three terms")[1]
    weeks = [line.split("|")[2:5] for line in text.splitlines() if re.match(r"\| \d", line)]
    for plan in zip(*weeks, strict=True):
        lessons = re.findall(r"\d\d", " ".join(plan))
        assert lessons == sorted(set(lessons))
    assert lessons == [path.name[:2] for path in LESSONS]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_leads_to_glossary_and_references(path):
    cells = nbformat.read(path, as_version=4).cells
    last = [cell.source for cell in cells if cell.cell_type == "markdown"][-1]
    assert "](GLOSSARY.md)" in last
    assert "](REFERENCES.md)" in last
