"""What `check` calls right gets full marks: each exercise written in thirty ways."""

import csv
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import pytest
from handed_in import needs_bubblewrap, notebook
from ways import OF_FUNCTIONS, OF_NUMBERS, cells, ways_for

from aelib.classroom.submissions import _MOST_NOTEBOOKS
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
PIECES = 8  # of ALL, so that none takes minutes
IN_ONE = 25  # notebooks that one student hands in; the grader reads 50 at most


def dealt(pairs):
    """Student -> pairs: nobody writes in two ways, so that no answer stands in for another."""
    of_way = defaultdict(list)
    for exercise, way in pairs:
        of_way[way].append((exercise, way))
    return {
        f"{way.replace('%', 'magic ')} {1 + first // IN_ONE}": own[first : first + IN_ONE]
        for way, own in of_way.items()
        for first in range(0, len(own), IN_ONE)
    }


def test_every_pair_is_dealt_once():
    every = dealt(ALL)
    given = sorted((exercise.name, way) for own in every.values() for exercise, way in own)
    assert given == sorted((exercise.name, way) for exercise, way in ALL)
    assert max(map(len, every.values())) <= IN_ONE < _MOST_NOTEBOOKS


@pytest.mark.parametrize(
    "pairs",
    [
        pytest.param(SOME, id="some"),
        *(
            pytest.param(ALL[k::PIECES], id=f"piece {k + 1}", marks=pytest.mark.slow)
            for k in range(PIECES)
        ),
    ],
)
def test_whatever_check_calls_right_gets_full_marks(tmp_path, pairs, capsys):
    needs_bubblewrap()
    said = what_check_says([asked(exercise, way) for exercise, way in pairs])
    wrong = [
        (exercise.name, way, text)
        for (exercise, way), text in zip(pairs, said, strict=True)
        if f"{exercise.name}: right." not in text
    ]
    assert wrong == []
    for student, own in dealt(pairs).items():
        folder = tmp_path / "in" / student
        folder.mkdir(parents=True)
        for exercise, way in own:
            book = folder / f"{exercise.lesson}_{exercise.name}.ipynb"
            book.write_text(notebook(*cells(exercise, way)))
    every = [word for lesson in lessons() for word in ("--lesson", lesson)]
    status = main(["grade", str(tmp_path / "in"), "-o", str(tmp_path / "g.csv"), *every])
    assert status == 0, capsys.readouterr().out
    with (tmp_path / "g.csv").open() as stream:
        rows = {(row["student"], row["exercise"]): row for row in csv.DictReader(stream)}
    lost = [
        (way, exercise.name, row["status"], row["detail"])
        for student, own in dealt(pairs).items()
        for exercise, way in own
        if (row := rows[student, exercise.name])["status"] != "ok"
    ]
    assert lost == []
