"""A lesson survives being changed: each cell can be run twice, and settings are there to be tried.

On little data, with trainings cut short, for the lessons that are quick then; with `-m slow` for
all, in full, as a learner meets them, and with ten more changes that a student makes in an hour.
"""

import matplotlib.pyplot as plt
import pytest
from cells import (
    LESSONS,
    NOTEBOOKS,
    changed,
    code_cells,
    draw_nothing,
    outside,
    printed,
    run_all,
    run_hour,
    run_twice,
    shorten,
    stop_each_training,
)
from hour import HOUR
from table import CODE, HALF, SEED, SHORTER

CHANGES = {
    "half the data": HALF,
    "another seed": dict.fromkeys(LESSONS, SEED),
    "another code": CODE,
}
QUICK = {"00", "01", "02", "04"}  # two minutes in all
each_lesson = pytest.mark.parametrize("lesson", LESSONS)


def in_both_sizes(quick):
    """Each lesson short and whole; only the quick ones, short, are not slow."""
    rows = [(lesson, size) for lesson in LESSONS for size in ("short", "whole")]
    slow = {row: [] if row[0] in quick and row[1] == "short" else pytest.mark.slow for row in rows}
    return pytest.mark.parametrize(
        ("lesson", "size"), [pytest.param(*row, marks=slow[row]) for row in rows]
    )


each_lesson_in_both_sizes = in_both_sizes(QUICK)


@pytest.fixture(autouse=True)
def in_a_learners_hands(size, monkeypatch):
    """Claims that do not hold are remarks; the notebook's folder is the current one."""
    monkeypatch.setenv("AELIB_CLAIMS", "")
    monkeypatch.chdir(NOTEBOOKS)
    if size == "short":
        shorten(monkeypatch)
        draw_nothing(monkeypatch)


def cut(lesson, size):
    """The lesson's own loops, cut short."""
    return SHORTER.get(lesson, {}) if size == "short" else {}


@each_lesson_in_both_sizes
def test_a_cell_run_twice_says_and_trains_the_same(lesson, size):
    cells = code_cells(lesson)
    texts = run_twice(changed(cells, cut(lesson, size)))
    if size == "whole":
        for i, cell in cells:
            assert texts[i] == printed(cell), f"cell {i}, after each cell was run twice"


@pytest.mark.parametrize("change", CHANGES)
@each_lesson_in_both_sizes
def test_a_changed_lesson_runs_to_its_end(lesson, change, size):
    run_all(changed(code_cells(lesson), CHANGES[change][lesson] | cut(lesson, size)))


@in_both_sizes(quick={"00", "01"})
def test_all_cells_run_again_after_an_edit_in_the_middle_say_what_they_said(lesson, size):
    edit = list(CODE[lesson].items())[:1]
    run_hour(changed(code_cells(lesson), cut(lesson, size)), edit)


@pytest.mark.parametrize("size", ["short"])
@pytest.mark.parametrize(
    "lesson", [pytest.param(n, marks=[] if n == "01" else pytest.mark.slow) for n in LESSONS]
)
def test_a_lesson_whose_trainings_are_stopped_in_their_first_epoch_runs_to_its_end(
    lesson, size, monkeypatch
):
    stop_each_training(monkeypatch)
    run_all(changed(code_cells(lesson), cut(lesson, size)))


@pytest.mark.parametrize("size", ["whole"])
@each_lesson
def test_every_text_of_the_tables_stands_in_its_lesson(lesson, size):
    for changes in (
        SEED,
        HALF[lesson],
        CODE[lesson],
        *({old: new} for old, new, *_ in HOUR.get(lesson, [])),
    ):
        changed(code_cells(lesson), changes)


@pytest.mark.slow
@pytest.mark.parametrize("size", ["short"])
@pytest.mark.parametrize("lesson", HOUR)
def test_a_students_hour_meets_no_bare_error_and_no_number_that_is_none(lesson, size):
    run_hour(changed(code_cells(lesson), cut(lesson, size)), HOUR[lesson])


@pytest.mark.parametrize("size", ["whole"])
@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (["x = {}", "x['z']"], "cell 1: line 1: KeyError"),
        (["import aelib", "aelib.Autoencoder(0)"], "cell 1: line 1: ValueError: latent_dim"),
        (["print(float('nan'))"], "cell 0 tells no number"),
    ],
)
def test_a_bare_error_and_what_is_no_number_are_noticed(cells, sentence, size):
    with pytest.raises(AssertionError, match=sentence):
        run_all(enumerate(cells))


@pytest.mark.parametrize("size", ["whole"])
def test_a_bar_or_a_point_that_the_limits_hide_is_noticed(size):
    _, ax = plt.subplots()
    ax.barh(["PCA", "deep"], [21, 70])
    ax.plot([3, 2], [0.5, 9], "o")
    ax.plot([0, 100], [1, 1], "s-")  # a line that leaves the picture shows that it does
    ax.axhline(-5)
    assert outside(ax) == []
    ax.set(xlim=(60, 0), ylim=(2, -1))
    assert outside(ax) == [(70.0, 1.4), (2.0, 9.0)]
    plt.close()


@pytest.mark.parametrize("size", ["whole"])
def test_a_sentence_of_ours_may_end_a_lesson_where_the_table_says_so(size):
    cells = ["import aelib", "aelib.Autoencoder(0)", "1 / 0"]
    run_all(enumerate(cells), told="latent_dim must be a whole number")
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        run_all(enumerate(["1 / 0"]), told="division")


@pytest.mark.parametrize("size", ["whole"])
def test_an_hour_goes_on_after_an_error_and_takes_each_change_back(size):
    cells = ["n = 2\nprint(n)", "import aelib\nmodel = aelib.Autoencoder(n)", "print(1 / (n - 3))"]
    hour = [("n = 2", "n = 3"), ("n - 3", "n - 2"), ("Autoencoder(n)", "Autoencoder(0)")]
    with pytest.raises(AssertionError) as found:
        run_hour(list(enumerate(cells)), hour)
    assert [line.split(": cell")[0] for line in str(found.value).splitlines()] == [
        "'n - 3' -> 'n - 2'",
        "'Autoencoder(n)' -> 'Autoencoder(0)'",
        "'n = 2' -> 'n = 3'",
    ]
    told = [(*hour[2], "latent_dim must be a whole number"), ("n = 2", "n = 4", "no such sentence")]
    with pytest.raises(AssertionError, match="nobody says 'no such sentence'"):
        run_hour(list(enumerate(cells)), told)


@pytest.mark.parametrize("size", ["whole"])
def test_a_name_that_is_used_for_two_things_is_noticed(size):
    cells = ["n = 2", "print(n)", "n = [3]", "print(n[0])"]
    with pytest.raises(AssertionError, match=r"run again: cell 1 printed '2.n', then '\[3\]"):
        run_hour(list(enumerate(cells)), [("n = 2", "n = 4")])


@pytest.mark.parametrize("size", ["whole"])
def test_what_an_edit_in_the_middle_leaves_behind_is_noticed(size):
    cells = ["seen = globals().setdefault('seen', [])\nprint(seen)", "seen.append(2)"]
    with pytest.raises(AssertionError, match=r"run again: cell 0 printed '\[\]"):
        run_hour(list(enumerate(cells)), [("append(2)", "append(3)")])


MAKE = "import torch, aelib\nx = torch.rand(40, 784)\nmodel = aelib.Autoencoder(2, hidden=4)"
TRAIN = "_ = aelib.fit(model, x, lambda m, x: aelib.squared_error(m(x), x), epochs=1)"


@pytest.mark.parametrize("size", ["whole"])
@pytest.mark.parametrize(
    ("sources", "sentence"),
    [
        (["n = 0", "n += 1\nprint(n)"], "cell 1 printed '1.n', then '2.n'"),
        ([MAKE, TRAIN], "cell 1 trains other networks of model"),
    ],
)
def test_a_cell_that_goes_on_where_it_stopped_is_noticed(sources, sentence, size):
    with pytest.raises(AssertionError, match=sentence):
        run_twice(enumerate(sources))
