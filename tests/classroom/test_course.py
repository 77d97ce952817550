"""Every exercise of the course can be solved in the sandbox, within its limits."""

import csv
import inspect

from handed_in import needs_bubblewrap, notebook

from aelib.cli import main
from aelib.exercises import lessons


def test_whoever_knows_the_answers_gets_every_point(tmp_path):
    needs_bubblewrap()
    (tmp_path / "in" / "ada").mkdir(parents=True)
    for lesson, exercises in lessons().items():
        cells = []
        for exercise in exercises:
            name, reference = exercise.name, exercise.reference
            if not inspect.isfunction(reference) or "<" in reference.__qualname__:
                cells.append(f"def {name}():\n    return {reference()!r}")
                continue
            found = f"from {reference.__module__} import {reference.__name__} as right_{name}"
            given = ", ".join(exercise.parameters)
            cells.append(f"{found}\ndef {name}({given}):\n    return right_{name}({given})")
        (tmp_path / "in" / "ada" / f"{lesson}_lesson.ipynb").write_text(notebook(*cells))
    assert main(["grade", str(tmp_path / "in"), "-o", str(tmp_path / "g.csv")]) == 0
    with (tmp_path / "g.csv").open() as stream:
        rows = {row["exercise"]: (row["status"], row["detail"]) for row in csv.DictReader(stream)}
    assert set(rows) == {e.name for exercises in lessons().values() for e in exercises}
    assert {name: row for name, row in rows.items() if row != ("ok", "right")} == {}
