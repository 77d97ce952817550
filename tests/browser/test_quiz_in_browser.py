"""A quiz under hands and keys, for eyes and ears, without a kernel."""

import json
import tomllib
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe

import aelib
from aelib.site.lessons import Lesson
from aelib.site.live import run_live
from aelib.site.scripts import read_script
from aelib.widgets import Quiz

ROOT = Path(__file__).parents[2]


@pytest.fixture
def quiz():
    wrong = [{"answer": f"wrong {i}", "why": f"Since {i}."} for i in range(3)]
    texts = ("First?", "Second?", "Third?")
    return Quiz([{"text": t, "right": "this", "why": "It is.", "wrong": wrong} for t in texts])


def told(page, number):
    return page.locator("fieldset").nth(number).get_by_role("status").inner_text()


def choose(page, number, answer):
    box = page.locator("fieldset").nth(number)
    box.get_by_role("radio", name=answer).check()
    box.get_by_role("button").click()


def test_a_right_and_a_wrong_answer_get_their_reasons(show, quiz):
    page = show(quiz)
    choose(page, 0, "this")
    assert told(page, 0) == "Right. It is."
    choose(page, 1, "wrong 2")
    assert told(page, 1) == "Not this one. Since 2."
    assert told(page, 2) == ""
    assert page.get_by_text("1 of 3 right so far.").is_visible()
    choose(page, 1, "this")
    assert told(page, 1) == "Right. It is."
    assert page.get_by_text("2 of 3 right so far.").is_visible()
    assert page.evaluate("model.get('chosen')[2]") == -1


def test_below_the_questions_there_is_room_for_one_line_only(show, quiz):
    page = show(quiz)
    last, whole = (page.locator(each).last.bounding_box() for each in ("fieldset", ".quiz"))
    left = whole["y"] + whole["height"] - last["y"] - last["height"]
    choose(page, 0, "this")
    total = page.get_by_text("1 of 3 right so far.").bounding_box()
    assert total["height"] < left < 3 * total["height"]


def test_answers_have_letters_by_which_a_class_can_vote(show, quiz):
    page = show(quiz)
    for number in range(3):
        radios = page.locator("fieldset").nth(number).get_by_role("radio")
        for letter, radio in zip("ABCD", radios.all(), strict=True):
            assert radio.and_(page.get_by_role("radio", name=f"{letter}.")).count() == 1


def test_a_number_and_its_per_cent_sign_stay_on_one_line(show):
    wrong = [{"answer": f"{n} % of it", "why": "No."} for n in (10, 20, 30)]
    text = "Of two, one explains 99 %, the other 80 %. Which is better?"
    page = show(Quiz([{"text": text, "right": "all 100 %", "why": "Yes.", "wrong": wrong}]))
    shown = page.locator("fieldset").evaluate("(box) => box.textContent")
    assert shown.count("\N{NO-BREAK SPACE}%") == 6
    assert " %" not in shown


def test_choosing_alone_gives_nothing_away(show, quiz):
    page = show(quiz)
    page.get_by_role("radio", name="this").first.check()
    assert told(page, 0) == ""
    assert page.locator("label.right, label.wrong").count() == 0


def test_checking_without_a_choice_asks_for_one(show, quiz):
    page = show(quiz)
    page.get_by_role("button", name="Check question 1").click()
    assert told(page, 0) == "Choose an answer first."
    assert page.evaluate("model.saved") == 0


def test_it_works_with_the_keyboard_alone(show, quiz):
    page = show(quiz)
    page.keyboard.press("Tab")
    for _ in range(4):
        page.keyboard.press("ArrowDown")  # round the four answers
    chosen = page.evaluate("document.activeElement.value")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("model.get('chosen')[0]") == int(chosen)
    assert told(page, 0)


def test_a_mark_and_a_word_tell_right_from_wrong_besides_the_colour(show, quiz):
    page = show(quiz)
    choose(page, 0, "this")
    choose(page, 1, "wrong 0")
    assert page.locator("label.right .mark").inner_text().strip() == "✓"
    assert page.locator("label.wrong .mark").inner_text().strip() == "✗"


def test_two_views_show_the_same_and_keep_their_radios_apart(show, quiz):
    page = show(quiz, views=2)
    choose(page, 0, "this")
    assert told(page, 3) == "Right. It is."
    assert page.locator("fieldset").nth(3).get_by_role("radio", name="this").is_checked()
    page.locator("fieldset").nth(0).get_by_role("radio", name="wrong 0").check()
    assert page.locator("fieldset").nth(3).get_by_role("radio", name="this").is_checked()


def test_python_sees_and_sets_what_was_chosen(show, quiz):
    quiz.chosen = [0, -1, -1]
    page = show(quiz)
    assert told(page, 0)
    page.evaluate("model.set('chosen', [-1, 2, -1])")
    assert told(page, 1)


@pytest.mark.parametrize("width", [360, 1000])
def test_a_long_question_stands_inside_its_box_and_check_apart_from_the_answers(show, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    show(aelib.quiz("06"))
    for box in page.locator("fieldset").all():
        parts = (box, box.locator("legend"), box.locator("label").last, box.locator("button"))
        edge, asked, last, check = (part.bounding_box() for part in parts)
        assert asked["y"] >= edge["y"] + 4
        assert box.locator("label").first.bounding_box()["y"] >= asked["y"] + asked["height"]
        assert check["y"] >= last["y"] + last["height"] + 4


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1000])
def test_a_lesson_is_readable_by_everybody(show, page, theme, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
    show(aelib.quiz("06"))
    for number in range(3):
        page.get_by_role("radio").nth(4 * number).check()
        page.get_by_role("button", name=f"Check question {number + 1}").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """What a static page gets of a cell that asks the questions of a lesson."""
    cell = nbformat.v4.new_code_cell
    cells = [cell("import aelib"), cell('aelib.quiz("06")', metadata={"tags": ["live"]})]
    notebook = nbformat.v4.new_notebook(cells=cells)
    path = tmp_path_factory.mktemp("course") / "06_made_up.ipynb"
    return run_live(Lesson(path, "06", "Made up", "Does it live?", 1, notebook))


def test_on_a_static_page_it_lives_without_a_kernel(page, live):
    (name,) = live.views.values()
    client = (ROOT / "aelib" / "site" / "static" / "live.js").read_text(encoding="utf-8")
    box = f'<div class="live" data-model="{name}"><div class="view"></div></div>'
    scripts = f"<script>const course = {{}}; {client}</script><script>{live.scripts()[0]}</script>"
    page.set_content(f"<!doctype html><title>A page</title>{box}{scripts}")
    page.locator(".live.ready").wait_for()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Check question 1").click()
    assert told(page, 0).startswith(("Right.", "Not this one."))
    assert page.get_by_text("right so far.").is_visible()


def test_a_static_pages_source_holds_no_reason_to_read(live):
    (script,) = live.scripts()
    _, about, _ = read_script(script)
    source = json.dumps(about, ensure_ascii=False)
    questions = (ROOT / "aelib" / "exercises" / "quiz" / "06.toml").read_text(encoding="utf-8")
    for question in tomllib.loads(questions)["question"]:
        assert json.dumps(question["text"], ensure_ascii=False) in source
        for reason in (question["why"], *(wrong["why"] for wrong in question["wrong"])):
            assert json.dumps(reason, ensure_ascii=False)[1:-1] not in source
            assert reason not in script
