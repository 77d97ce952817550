"""A class of 40 from four platforms, with thirty ways to be right and eleven not to: every mark."""

import csv
import zipfile

import pytest
from handed_in import needs_bubblewrap, notebook
from ways import OF_FUNCTIONS, cells, ways_for

from aelib.cli import main
from aelib.exercises import of_lesson

# what is not right -> cells, status
NOT_RIGHT = {
    "the stub": (["def {name}({args}):\n    return None  # your code"], "not attempted"),
    "deleted": (["x = 1"], "not attempted"),
    "raises NotImplementedError": (
        ["def {name}({args}):\n    raise NotImplementedError"], "not attempted"),
    "a constant": (["def {name}({args}):\n    return 12345.0"], "wrong"),
    "a word": (["def {name}({args}):\n    return 'forty-two'"], "wrong"),
    "right, then made wrong": (
        ["def {name}({args}):\n    return {right}({args})",
         "def {name}({args}):\n    return 12345.0", "check('{name}', {name})"], "wrong"),
    "a name that is nowhere": (["def {name}({args}):\n    return nowhere"], "error"),
    "too many arguments": (["def {name}({args}{comma}one, more):\n    return 1"], "error"),
    "a syntax error": (["def {name}({args}):\n    return (1"], "error"),
    "imported": (["from aelib import squared_error as {name}"], "look at this"),
    "a file of one's own": (
        ["table = open('my_results.csv').read()", "def {name}({args}):\n    return table"],
        "look at this"),
}  # fmt: skip
EXERCISES = of_lesson("06")
FIRST = "Ada Bo Cleo Dan Eve Fay Gus Hal Ida Jo".split()  # noqa: SIM905
LAST = {"moodle": "Lovelace", "canvas": "Zola", "blackboard": "Noether", "github": "Turing"}


def chosen(student, place):
    """What one of the 40 wrote for one exercise: two of three answers are right."""
    exercise = EXERCISES[place]
    number = 7 * student + place
    if number % 3 == 2:
        way = [*NOT_RIGHT][number % len(NOT_RIGHT)]
        texts, status = NOT_RIGHT[way]
        start = cells(exercise, "plain")[0]
        args = ", ".join(exercise.parameters)
        fields = {"name": exercise.name, "args": args, "comma": ", " if args else ""}
        own = [text.format(right=f"right_{exercise.name}", **fields) for text in texts]
        return [start, *own], status
    right = ways_for(exercise)
    return cells(exercise, right[number % len(right)]), "ok"


def written(student):
    """The notebook of one student: each exercise in a cell space of its own names."""
    found = [chosen(student, place)[0] for place in range(len(EXERCISES))]
    return found


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    needs_bubblewrap()
    top = tmp_path_factory.mktemp("forty")
    (top / "in").mkdir()
    books = [
        [notebook(*own) for own in written(student)] for student in range(40)
    ]  # one for each exercise, since the ways use the same names
    names = {}
    with zipfile.ZipFile(top / "in" / "Lesson 06.zip", "w") as archive:
        for k, first in enumerate(FIRST):
            folder = f"{first} Lovelace_{100 + k}_assignsubmission_file_"
            names[f"{first} Lovelace_{100 + k}"] = k
            for place, book in enumerate(books[k]):
                archive.writestr(f"{folder}/06_part{place}.ipynb", book)
    for k, first in enumerate(FIRST):
        for place, book in enumerate(books[10 + k]):
            late = "LATE_" if k % 4 == 0 else ""
            path = f"zola{first.lower()}_{late}{700 + k}_{9000 + 10 * k + place}_06_{place}.ipynb"
            (top / "in" / "canvas").mkdir(exist_ok=True)
            (top / "in" / "canvas" / path).write_text(book)
        names[f"zola{first.lower()}_{700 + k}"] = 10 + k
        when = f"2026-11-0{1 + k % 9}-12-00-00"
        for place, book in enumerate(books[20 + k]):
            path = f"Lesson 06_{first.lower()}n_attempt_{when}_06_{place}.ipynb"
            (top / "in" / "blackboard").mkdir(exist_ok=True)
            (top / "in" / "blackboard" / path).write_text(book)
        names[f"{first.lower()}n"] = 20 + k
        folder = top / "in" / "lesson06-submissions" / f"lesson06-{first.lower()}t"
        folder.mkdir(parents=True)
        for place, book in enumerate(books[30 + k]):
            (folder / f"06_{place}.ipynb").write_text(book)
        names[f"{first.lower()}t"] = 30 + k
    status = main(["grade", str(top / "in"), "-o", str(top / "g.csv"), "--lesson", "06"])
    with (top / "g.csv").open(newline="", encoding="utf-8-sig") as stream:
        rows = {(row["student"], row["exercise"]): row for row in csv.DictReader(stream)}
    return status, names, rows


def test_nobody_is_lost_or_merged_and_nothing_is_left_aside(graded):
    status, names, rows = graded
    assert {student for student, _ in rows} == set(names)
    assert len(rows) == 40 * len(EXERCISES)
    assert status == 0


def test_no_mark_is_false(graded):
    _, names, rows = graded
    false = []
    for student, number in names.items():
        for place, exercise in enumerate(EXERCISES):
            row = rows[student, exercise.name]
            expected = chosen(number, place)[1]
            points = exercise.points if expected == "ok" else 0
            if (row["status"], float(row["score"])) != (expected, points):
                false.append((student, exercise.name, expected, row["status"], row["detail"]))
    assert false == []


def test_all_ways_are_among_them():
    used = {(7 * s + p) % 3 == 2 for s in range(40) for p in range(7)}
    assert used == {True, False}
    assert len(OF_FUNCTIONS) >= 30


def test_late_is_kept(graded):
    _, _, rows = graded
    assert rows["zolaada_700", "draw_code"]["late"] == "late"
    assert rows["zolabo_701", "draw_code"]["late"] == ""
