"""A class of 40 from four platforms: answers and marks by somebody who had not read the grader.

Ten hand in through each of Moodle, Canvas, Brightspace and Blackboard; each in one of five manners
to keep a notebook.
"""

import csv
import json
import zipfile
from itertools import islice
from pathlib import Path

import pytest
from by_hand import ANSWERS
from handed_in import needs_bubblewrap, notebook

from aelib.cli import main
from aelib.exercises import of_lesson

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSONS = {"06": "06_vae_from_scratch.ipynb", "12": "12_recommender.ipynb"}
IMPORTS = """import matplotlib.pyplot as plt
import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy
import aelib
from aelib import check"""
FIRST = ["Zoë", "Ana María", "O'Neil", "Li", "Jean-Luc", "Müge", "Ada", "Bo", "Søren", "Nguyễn"]
LAST = [
    "Okafor",
    "de la Cruz",
    "Pat",
    "Wei",
    "Picard",
    "Y\u0131lmaz",
    "Lovelace",
    "Li",
    "Ø",
    "Văn An",
]
FILES = {
    "06": ["06_vae_from_scratch.ipynb", "lesson06.ipynb", "Untitled.ipynb", "HW6-final (1).ipynb",
           "06 vae - Kopie.ipynb"],
    "12": ["12_recommender.ipynb", "lesson 12.ipynb", "Untitled1.ipynb", "HW12-final.ipynb",
           "recommender (solved).ipynb"],
}  # fmt: skip


def answer(student, exercise):
    """The mark that a person would give, and the cells."""
    place = [*ANSWERS].index(exercise)
    status, cells = ANSWERS[exercise][(student + place) % len(ANSWERS[exercise])]
    if "rater" in cells[-1] and student % 5 not in (0, 3):
        status = "error"  # in a notebook of exercises alone that name is nowhere
    return status, cells


def stub(exercise):
    args = ", ".join(exercise.parameters)
    return f"def {exercise.name}({args}):\n    return None  # your code"


def whole_lesson(student, lesson):
    """The lesson, its stubs overwritten."""
    cells = []
    for cell in json.loads((NOTEBOOKS / LESSONS[lesson]).read_text())["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code":
            continue
        for exercise in of_lesson(lesson):
            if source.startswith(f"def {exercise.name}("):
                cells += answer(student, exercise.name)[1]
                break
        else:
            cells.append(source)
    return notebook(*cells)


def exercises_alone(student, lesson):
    cells = [IMPORTS]
    for exercise in of_lesson(lesson):
        cells += answer(student, exercise.name)[1]
        cells.append(f"check('{exercise.name}', {exercise.name})")
    return notebook(*cells)


def from_colab(student, lesson):
    book = json.loads(exercises_alone(student, lesson))
    book["metadata"] = {"colab": {"provenance": []}, "kernelspec": {"name": "python3"}}
    for cell in book["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
        cell["metadata"] = {"id": "xYz"}
        cell.pop("id", None)
    return json.dumps(book)


def older_lesson(student, lesson):
    """Exercises stand after the imports, the last first, and answers below the stubs."""
    cells = json.loads(whole_lesson(student, lesson))["cells"]
    given = {e.name: answer(student, e.name)[1] for e in of_lesson(lesson)}
    ours = [text for texts in given.values() for text in texts]
    others = [c["source"] for c in cells[1:] if c["source"] not in ours]
    others = [text for text in others if not text.startswith("check(")]
    early = []
    for exercise in reversed(of_lesson(lesson)):
        name = exercise.name
        early += [stub(exercise), *given[name], f'check("{name}", {name})']
    return notebook(others[0], *early, *others[1:])


def answers_above_stubs(student, lesson):
    """What a person wrote stands above the lesson's own stubs, which were run again."""
    cells = [*json.loads(exercises_alone(student, lesson))["cells"][1:]]
    below = [text for e in of_lesson(lesson) for text in (stub(e), f'check("{e.name}", {e.name})')]
    return notebook(*(cell["source"] for cell in cells), *below)


MANNERS = [whole_lesson, exercises_alone, from_colab, older_lesson, answers_above_stubs]


def handed_in(student):
    """File name -> notebook, of one student."""
    manner = student % 5
    return {FILES[lesson][manner]: MANNERS[manner](student, lesson) for lesson in LESSONS}


def moodle(people):
    for number, (student, (first, last)) in enumerate(people):
        folder = f"{first} {last}_{48215 + number}_assignsubmission_file_"
        for name, text in handed_in(student).items():
            yield f"{folder}/{name}", text, (student, f"{first} {last}_{48215 + number}")
        if number % 3 == 0:
            text_folder = f"{first} {last}_{48215 + number}_assignsubmission_onlinetext_"
            yield f"{text_folder}/onlinetext.html", "<p>Here it is.</p>", None


def canvas(people):
    for number, (student, (first, last)) in enumerate(people):
        who = "".join(c for c in f"{last}{first}".lower() if c.isalnum())
        late = "LATE_" if number % 4 == 1 else ""
        for k, (name, text) in enumerate(handed_in(student).items()):
            stem = name.removesuffix(".ipynb").replace(" ", "_")
            again = "-2" if number % 3 == 0 else ""
            path = f"{who}_{late}{31007 + number}_{880000 + 10 * number + k}_{stem}{again}.ipynb"
            yield path, text, (student, f"{who}_{31007 + number}")


def brightspace(people):
    yield "index.html", "<html><body>Downloaded submissions</body></html>", None
    for number, (student, (first, last)) in enumerate(people):
        when = f"Nov {3 + number % 5}, 2026 {1 + number}{10 + number} PM"
        for name, text in handed_in(student).items():
            folder = f"{61230 + number}-90871 - {first} {last} - {when}"
            yield f"{folder}/{name}", text, (student, f"{first} {last}")


def blackboard(people):
    for number, (student, (first, last)) in enumerate(people):
        who = f"{first[0]}{last[:3]}{number}".lower().replace(" ", "")
        when = f"2026-11-0{1 + number % 8}-23-{10 + number}-07"
        head = f"Weeks 6 and 12_{who}_attempt_{when}"
        yield f"{head}.txt", f"Name: {first} {last} ({who})\nAssignment: Weeks 6 and 12\n", None
        if number % 4 == 2:  # an earlier attempt that holds nothing
            early = f"Weeks 6 and 12_{who}_attempt_2026-10-30-08-00-00"
            yield f"{early}.txt", f"Name: {first} {last} ({who})\n", None
            yield f"{early}_lesson06.ipynb", notebook("x = 1"), None
        for name, text in handed_in(student).items():
            yield f"{head}_{name}", text, (student, who)


PLATFORMS = {
    "ML-Weeks 6 and 12-2211": moodle, "submissions": canvas,
    "Weeks 6 and 12 Download 9 November, 2026 803 AM": brightspace,
    "gradebook_2026-ML_Weeks206": blackboard,
}  # fmt: skip


IN_EACH_RUN = (moodle, canvas)
CASES = [
    pytest.param(number, id=way.__name__, marks=() if way in IN_EACH_RUN else (pytest.mark.slow,))
    for number, way in enumerate(PLATFORMS.values())
]


@pytest.mark.parametrize("number", CASES)
def test_no_mark_is_false(tmp_path, number):
    needs_bubblewrap()
    title, way = [*PLATFORMS.items()][number]
    people = islice(enumerate(zip(FIRST, LAST, strict=True), 10 * number), 10)
    whose = {}
    with zipfile.ZipFile(tmp_path / f"{title}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text, owner in way(people):
            archive.writestr(path, text)
            if owner:
                whose[owner[1]] = owner[0]
    target = tmp_path / "out" / "grades.csv"
    target.parent.mkdir()
    options = ["--lesson", "06", "--lesson", "12"]
    status = main(["grade", str(tmp_path / f"{title}.zip"), "-o", str(target), *options])
    with target.open(newline="", encoding="utf-8-sig") as stream:
        rows = {(row["student"], row["exercise"]): row for row in csv.DictReader(stream)}
    named = {s: [name for name, _ in rows if s in name][0] for s in whose}  # noqa: RUF015
    assert {name for name, _ in rows} == set(named.values())
    false = []
    for who, student in whose.items():
        for exercise in (*of_lesson("06"), *of_lesson("12")):
            row, expected = rows[named[who], exercise.name], answer(student, exercise.name)[0]
            full = float(row["score"]) == exercise.points
            if row["status"] != expected or full != (expected == "ok"):
                false.append((who, exercise.name, expected, row["status"], row["detail"]))
    assert not false, "\n".join(map(repr, false))
    assert status == (way is moodle), "Moodle's pages of text are named, and left aside"
