"""Sheets to print: what a lesson asks, and what came out."""

import re
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from courses import write_course

from aelib.exercises import lessons
from aelib.site.build import build_site
from aelib.site.lessons import read_lessons
from aelib.site.sheets import sheet_of

ROOT = Path(__file__).parents[2]
SHEETS = {lesson.number: sheet_of(lesson) for lesson in read_lessons(ROOT)}


def notebook_of(*cells):
    """A lesson with these cells: Markdown, or code with what it printed."""
    made = []
    for cell in cells:
        if isinstance(cell, str):
            made.append(nbformat.v4.new_markdown_cell(cell))
            continue
        outputs = [nbformat.v4.new_output("stream", text=text) for text in cell[1:]]
        made.append(nbformat.v4.new_code_cell(cell[0], outputs=outputs))
    return nbformat.v4.new_notebook(cells=made)


def sheet(*cells):
    return sheet_of(SimpleNamespace(notebook=notebook_of(*cells), path=Path("00_x.ipynb")))


GUESS = 'g = None  # "up" or "down"\npredict("way", g)'


def test_a_guess_has_its_question_its_choices_and_its_answer():
    asked = sheet(
        "It moves. **Predict:** where to?",
        (GUESS, "way: no guess yet.\n"),
        ('predict("way", g, "up")', "way: you made no guess.\nIt is up.\n"),
    )
    (question,) = asked.questions
    assert question.html.startswith("<p><strong>Predict:</strong> where to?")
    (line,) = question.lines
    assert (line.name, line.choices, line.unit, line.answer) == ("way", ["up", "down"], "", "up")


def test_a_number_has_its_unit_and_a_question_without_a_cell_a_blank():
    asked = sheet(
        "**Predict:** what shape?",
        "How many?\n\n**Predict:** say.",
        ('n = None  # bytes\npredict("size", n)', "size: no guess yet.\n"),
    )
    assert [[(x.name, x.unit, x.choices) for x in q.lines] for q in asked.questions] == [
        [("", "", [])],
        [("size", "bytes", [])],
    ]


def test_guesses_of_one_line_have_each_their_own_part_of_its_comment():
    cell = 'a, b, c = None, None, None  # 1 or 2; the same; "up" or "down"\n'
    cell += 'predict("first", a)\npredict("second", b)\npredict("third", c)'
    waits = "".join(f"{name}: no guess yet.\n" for name in ("first", "second", "third"))
    (question,) = sheet("**Predict:** which?", (cell, waits)).questions
    assert [(x.unit, x.choices) for x in question.lines] == [
        ("1 or 2", []),
        ("1 or 2", []),
        ("", ["up", "down"]),
    ]
    units = [line.unit for each in SHEETS.values() for q in each.questions for line in q.lines]
    assert [unit for unit in units if ";" in unit] == []
    assert {"3, 10, 30 or 50", "9, 16 or 30"} <= set(units)


def test_where_a_picture_answers_the_teacher_reads_what_it_shows():
    asked = sheet("**Predict:** what shape?", "Look.", "## Next", "**Predict:** and this?")
    assert [q.lines[0].picture for q in asked.questions] == ["", ""]
    first, guess, last = (
        SHEETS["03"].questions[5],
        SHEETS["03"].questions[0],
        SHEETS["00"].questions[0],
    )
    assert first.lines[0].picture.startswith("Share of test digits recognised")
    assert (guess.lines[0].picture, guess.lines[0].answer) == ("", "below 1 %")
    assert "Nine pictures from a 1 to a 0" in last.lines[0].picture  # not that of the widget above


def test_exercises_are_their_first_paragraph_with_its_list():
    text = "**Exercise 1.** Do:\n\n- this\n\nRun the cell below."
    (exercise,) = sheet(text).exercises
    assert "this" in exercise
    assert "Run" not in exercise


@pytest.mark.parametrize("number", SHEETS)
def test_a_lessons_sheet_has_all_its_exercises_and_guesses(number):
    made = SHEETS[number]
    prose = [c.source for c in made.lesson.notebook.cells if c.cell_type == "markdown"]
    assert len(made.exercises) == sum(f"\n{text}".count("\n**Exercise ") for text in prose)
    asked = [cell for cell in made.lesson.notebook.cells if ": no guess yet" in str(cell)]
    assert sum(bool(question.lines[0].name) for question in made.questions) == len(asked)
    assert len(made.questions) >= 3


def test_what_came_out_is_known_for_nearly_all_guesses():
    lines = [x for made in SHEETS.values() for q in made.questions for x in q.lines if x.name]
    assert len(lines) > 60
    assert sum(bool(line.answer) for line in lines) >= 0.95 * len(lines)


def test_answers_stand_on_the_teachers_page_only(tmp_path):
    notebook = notebook_of(
        "# 00 · First\n\n**What is it?**",
        "**Predict:** where to?",
        (GUESS, "way: no guess yet.\n"),
    )
    folder = write_course(tmp_path / "course", notebook)
    (folder / "notebooks" / "ANSWERS.md").write_text("# A\n\n## 00 · First\n\n- **Why?** Fog.\n")
    pages = tmp_path / "site"
    build_site(folder, pages)
    holds = [path.name for path in pages.rglob("*.*") if b"Fog." in path.read_bytes()]
    assert holds == ["teacher.html"]
    assert not [p for p in pages.rglob("*.*") if b"teacher.html" in p.read_bytes()]


def test_the_teacher_has_a_right_answer_to_every_exercise():
    for number, exercises in lessons().items():
        assert list(SHEETS[number].solutions) == [exercise.name for exercise in exercises]
    assert "components_for_90" in SHEETS["03"].solutions["components_for_90"]


def test_a_lesson_of_another_course_shows_no_answers_of_ours():
    made = sheet("**Exercise 1.** Do.", ('check("spin", spin)', ""))
    made.lesson.number = "03"
    assert made.solutions == {}


def parts_of(name):
    """The sections of a page of notebooks/: each title with the text below it."""
    text = (ROOT / "notebooks" / name).read_text("utf-8")
    return dict(re.findall(r"^## (.+)\n((?:(?!## ).*\n?)*)", text, flags=re.M))


def test_the_teachers_answers_name_the_lessons_in_their_order():
    titles = [f"{made.lesson.number} · {made.lesson.title}" for made in SHEETS.values()]
    assert list(parts_of("ANSWERS.md")) == titles


def plain(question):
    return re.sub('[*"]', "", question).casefold()


@pytest.mark.parametrize("number", SHEETS)
def test_each_question_of_a_lessons_plans_has_an_answer(number):
    plans, answers = (
        next(text for title, text in parts_of(name).items() if title.startswith(number))
        for name in ("TEACHING.md", "ANSWERS.md")
    )
    plans = "\n".join(line for line in plans.splitlines() if " minutes.**" in line)
    asked = re.findall(r"[:;] ([^:;·?]+\?)", plans)  # a question stands behind a colon
    assert 1 <= len(asked) == plans.count("?")
    answered = set(map(plain, re.findall(r"^- \*\*(.+?\?)\*\* \S", answers, flags=re.M)))
    assert [question for question in asked if plain(question) not in answered] == []
