"""Exercises stand where their idea appears, one of them before the lesson shows its own answer."""

import ast
import re
from itertools import chain
from pathlib import Path

import nbformat
import pytest

import aelib
from aelib.exercises import lessons
from aelib.originals import lesson_files

ROOT = Path(__file__).parents[2]
PATHS = {path.stem[:2]: path for path in lesson_files(ROOT / "notebooks")}
CELLS = {lesson: nbformat.read(path, as_version=4).cells for lesson, path in PATHS.items()}
WITH_EXERCISES = [lesson for lesson in PATHS if lesson in lessons()]
COUNTS = {"four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}

# What an exercise asks for before the lesson shows its own: how the lesson's own code begins.
OWN_ANSWERS = {
    "01": {"error_of_each": "def squared_error(", "one_step": "class OneBend("},
    "02": {"dead_units": "def exact_zeros(", "contraction_tanh": "def contraction_sigmoid("},
    "03": {"pca_by_hand": "torch.linalg.eigh(C)", "decoder_for_mixed": "torch.linalg.inv(S)"},
    "04": {"conv_parameters": "in_stencils =", "field": "def sees(", "prints": "def taps("},
    "05": {
        "pepper": "noise.salt_and_pepper(",
        "psnr_of_each": "def psnr(",
        "linear_denoiser": "torch.linalg.solve(A",
    },
    "06": {"draw_code": "* torch.randn_like(mu)", "kl_of_each": "def kl_divergence("},
    "07": {"turned": "def interpolate("},
    "08": {"false_alarm_share": "alarm[~odd].mean()", "area_by_pairs": "pairs = of_mixed"},
    "09": {"pictures_to_break_even": "break_even ="},
    "10": {"precision_at": "hits.mean()", "addresses_in_ball": "balls = ["},
    "11": {"luminance": "def grey(", "best_answer": "mean = jumpers.mean("},
    "12": {
        "masked_rmse": "def rmse(",
        "damped_film_mean": "def damped_mean(",
        "recall_at": "def recall(",
    },
    "13": {"case_1": "x_file.min()", "share_of_dead": None},
}


@pytest.fixture(params=WITH_EXERCISES)
def lesson(request):
    return request.param


def is_exercise(cell):
    return "exercise" in cell.metadata.get("tags", [])


def stub_of(cells, name):
    """The place of the one cell in which an exercise is to be written."""
    (place,) = (i for i, c in enumerate(cells) if is_exercise(c) and f"def {name}(" in c.source)
    return place


def prompt_of(cells, name):
    """The text that asks for an exercise; a case of lesson 13 has suspects in its place."""
    place = stub_of(cells, name)
    texts = [c.source for c in cells[:place] if c.cell_type == "markdown"]
    return next((text for text in reversed(texts) if "**Exercise " in text), "")


def sections(cells):
    """The heading above each cell, which may stand within the cell itself."""
    found, heading = [], ""
    for cell in cells:
        if cell.cell_type == "markdown":
            heading = [heading, *re.findall(r"^## (.+)$", cell.source, flags=re.M)][-1]
        found.append(heading)
    return found


def in_its_section(cells, name):
    return not sections(cells)[stub_of(cells, name)].endswith("Exercises")


def names(lesson):
    return [exercise.name for exercise in lessons()[lesson]]


def test_every_exercise_has_its_cell_and_its_check(lesson):
    cells = CELLS[lesson]
    for name in names(lesson):
        below = cells[stub_of(cells, name) + 1]
        assert is_exercise(below)
        assert below.source.startswith(f'check("{name}", {name})')


@pytest.mark.parametrize("lesson", [f"{n:02}" for n in range(1, 14)])
def test_two_exercises_or_more_stand_in_the_section_they_belong_to(lesson):
    inside = [name for name in names(lesson) if in_its_section(CELLS[lesson], name)]
    assert len(inside) >= 2, inside


@pytest.mark.parametrize("lesson", [f"{n:02}" for n in range(1, 14)])
def test_an_exercise_comes_before_the_lessons_own_answer(lesson):
    cells, heads = CELLS[lesson], sections(CELLS[lesson])
    own = {
        name: [
            i
            for i, cell in enumerate(cells)
            if cell.cell_type == "code" and not is_exercise(cell) and text in cell.source
        ]
        for name, text in OWN_ANSWERS[lesson].items()
        if text
    }
    stubs = {name: stub_of(cells, name) for name in own}
    for name, places in own.items():
        assert places, f"nothing in lesson {lesson} is the own answer to {name}"
        assert stubs[name] < min(places), f"{name} comes after the lesson's own answer"
    assert any(heads[stubs[name]] == heads[places[0]] for name, places in own.items())


def test_in_lessons_01_and_04_a_network_is_built_where_networks_appear():
    for lesson, name in (("01", "one_step"), ("04", "conv_step")):
        assert name in names(lesson)
        assert in_its_section(CELLS[lesson], name)


def test_exercises_are_numbered_in_the_order_in_which_they_come(lesson):
    cells = CELLS[lesson]
    asked = [int(n) for c in cells for n in re.findall(r"^\*\*Exercise (\d+)", c.source, re.M)]
    assert asked == list(range(1, len(asked) + 1))
    assert len(asked) == sum(not name.startswith("case_") for name in names(lesson))


def test_the_minutes_are_those_of_the_exercises(lesson):
    cells = CELLS[lesson]
    for exercise in lessons()[lesson]:
        if not exercise.name.startswith("case_"):
            minutes = re.search(
                r"\*\*Exercise \d+ \((\d+) minutes", prompt_of(cells, exercise.name)
            )
            assert int(minutes[1]) == exercise.minutes, exercise.name


def test_the_last_section_says_where_the_others_stand(lesson):
    cells, heads = CELLS[lesson], sections(CELLS[lesson])
    inside = [n for n in names(lesson) if in_its_section(cells, n) and not n.startswith("case_")]
    where = sorted({int(heads[stub_of(cells, n)].partition(".")[0]) for n in inside})
    last = next(c.source for c in cells if re.search(r"^## .*Exercises$", c.source, re.M))
    told = re.search(r"Exercises 1 (?:to|and) (\d+) stand in sections ([\d, and]+)", last)
    if not inside:
        assert not told
        return
    assert int(told[1]) == len(inside)
    assert list(map(int, re.findall(r"\d+", told[2]))) == where


def test_no_cell_takes_the_name_of_an_exercise(lesson):
    """What a learner has written would be lost, or would change what the lesson shows."""
    for cell in CELLS[lesson]:
        if cell.cell_type == "code" and not is_exercise(cell):
            top = ast.parse(cell.source).body
            bound = [getattr(node, "name", None) for node in top]
            nodes = chain.from_iterable(map(ast.walk, (n for n in top if is_plain(n))))
            used = [node.id for node in nodes if isinstance(node, ast.Name)]
            assert not {*bound, *used} & {*names(lesson)}, cell.source


def is_plain(node):
    return not isinstance(node, ast.FunctionDef | ast.ClassDef)


@pytest.mark.parametrize("lesson", PATHS)
def test_the_questions_of_a_lesson_stand_before_its_summary(lesson):
    cells, call = CELLS[lesson], f'aelib.quiz("{lesson}")'
    (place,) = (i for i, c in enumerate(cells) if c.cell_type == "code" and c.source == call)
    assert "live" in cells[place].metadata.tags
    assert not any(map(is_exercise, cells[place:]))
    assert "## What we learned" in cells[place + 1].source
    (said,) = re.findall(r"(\w+) questions", cells[place - 1].source)
    assert COUNTS[said] == len(aelib.quiz(lesson)._questions)
