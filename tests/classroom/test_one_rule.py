"""What `check` calls right gets full marks: each exercise written in thirty ways."""

import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from handed_in import needs_bubblewrap, notebook
from ways import OF_FUNCTIONS, OF_NUMBERS, cells, ways_for

from aelib.cli import main
from aelib.exercises import lessons

EVERY = [exercise for every in lessons().values() for exercise in every]


def what_check_says(notebooks):
    """What `check` prints last, for each notebook, in a process of IPython."""
    command = [sys.executable, str(Path(__file__).with_name("kernel.py"))]
    with tempfile.TemporaryDirectory() as folder:  # what is solved here is solved nowhere else
        own = os.environ | {"AELIB_PROGRESS": f"{folder}/progress.json"}
        run = subprocess.run(
            command,
            input=json.dumps(notebooks),
            capture_output=True,
            text=True,
            check=True,
            env=own,
        )
    return json.loads(run.stdout)


def asked(exercise, way):
    """The cells of a way, and a call of `check` at the end where they have none."""
    own = cells(exercise, way)
    ends = any("check(" in cell for cell in own)
    return own if ends else [*own, f"check('{exercise.name}', {exercise.name})"]


def test_there_are_at_least_twenty_ways():
    assert len(OF_FUNCTIONS) >= 30
    assert len(OF_NUMBERS) == 4


ALL = [(exercise, way) for exercise in EVERY for way in ways_for(exercise)]
SOME = [ALL[k] for k in range(0, len(ALL), 13)]  # every exercise twice and every way many times


@pytest.mark.parametrize("pairs", [SOME, pytest.param(ALL, marks=pytest.mark.slow)])
def test_whatever_check_calls_right_gets_full_marks(tmp_path, pairs):
    needs_bubblewrap()
    said = what_check_says([asked(exercise, way) for exercise, way in pairs])
    wrong = [
        (exercise.name, way, text)
        for (exercise, way), text in zip(pairs, said, strict=True)
        if f"{exercise.name}: right." not in text
    ]
    assert wrong == []
    for exercise, way in pairs:
        folder = tmp_path / "in" / way.replace("%", "magic ")
        folder.mkdir(parents=True, exist_ok=True)
        book = folder / f"{exercise.lesson}_{exercise.name}.ipynb"
        book.write_text(notebook(*cells(exercise, way)))
    every = [word for lesson in lessons() for word in ("--lesson", lesson)]
    main(["grade", str(tmp_path / "in"), "-o", str(tmp_path / "g.csv"), *every])
    with (tmp_path / "g.csv").open() as stream:
        rows = {(row["student"], row["exercise"]): row for row in csv.DictReader(stream)}
    lost = [
        (way, exercise.name, row["status"], row["detail"])
        for exercise, way in pairs
        if (row := rows[way.replace("%", "magic "), exercise.name])["status"] != "ok"
    ]
    assert lost == []
