"""A lesson as a talk: how it is cut into screens, and what a key uncovers."""

from itertools import pairwise
from pathlib import Path

import pytest

from aelib.site.build import _blocks
from aelib.site.cells import Block
from aelib.site.elements import elements
from aelib.site.lessons import read_lessons
from aelib.site.live import Live
from aelib.site.pieces import DESK
from aelib.site.prose import Prose
from aelib.site.screens import screens_of

ROOT = Path(__file__).parents[2]
LESSONS = read_lessons(ROOT)


def blocks_of(lesson):
    """The blocks of a lesson; what is tagged live counts as alive without a kernel."""
    cells = enumerate(lesson.notebook.cells)
    alive = {
        i: "widget-1"
        for i, cell in cells
        if "live" in cell.metadata.get("tags", [])
        and any("image/png" in output.get("data", {}) for output in cell.outputs)
    }
    return _blocks(lesson, Live(views=alive), {})[1]


@pytest.fixture(scope="module")
def talks():
    return {lesson.number: screens_of(blocks_of(lesson)) for lesson in LESSONS}


def test_every_lesson_is_a_talk_of_12_to_25_screens(talks):
    counts = {number: sum(s.on_path for s in screens) for number, screens in talks.items()}
    assert len(counts) == len(LESSONS)
    assert {n: count for n, count in counts.items() if not 12 <= count <= 25} == {}


def test_nothing_of_the_page_is_lost_and_its_order_stays():
    for lesson in LESSONS[:4]:
        blocks = blocks_of(lesson)
        pieces = [piece for screen in screens_of(blocks) for piece in screen.pieces]
        prose = "".join(block.html for block in blocks if block.kind == "prose")
        assert "".join(piece.html for piece in pieces) == prose
        cells = [piece.block for piece in pieces if piece.kind == "cell"]
        assert cells == [block for block in blocks if block.kind != "prose"]


def test_every_screen_of_the_path_shows_something_at_once_or_on_a_key(talks):
    for number, screens in talks.items():
        for screen in screens:
            shown = [p for p in screen.pieces if p.kind != "cell" or p.is_answer]
            assert [p for p in shown if p.kind not in ("h2", "h3")], (number, screen.title)


def test_no_verdict_is_seen_before_a_key_asks_for_it(talks):
    count = 0
    for screens in talks.values():
        for screen in screens:
            for i, piece in enumerate(screen.pieces):
                if piece.block.kind == "verdict":
                    asked = [p.step for p in screen.pieces[:i] if p.asks]
                    assert piece.step > max(asked, default=0)
                    count += 1
    assert count > 40


def test_a_wall_holds_few_words_at_once(talks):
    words = [
        sum(p.words for p in screen.pieces if p.step == step and p.kind != "div")
        for screens in talks.values()
        for screen in screens
        if screen.on_path
        for step in {piece.step for piece in screen.pieces}
    ]
    assert sum(count <= 110 for count in words) >= 0.9 * len(words)
    assert sum(words) / len(words) < 60


# The rule, on a page of our own


def page(*parts):
    """Markdown for prose; for a cell, what it says: a word, "picture", or nothing."""
    prose, blocks = Prose(), []
    for part in parts:
        if not isinstance(part, tuple):
            blocks.append(Block("prose", html=prose.html(part)))
            continue
        kind, *tags = part
        pictures = ("picture", "live", "note")
        shown = {k: Block(k, width=300, height=200) for k in pictures} | {"": None}
        output = shown.get(kind, Block("text", html=kind))
        blocks.append(Block(kind if kind in ("verdict", "guess") else "code", tags=tags))
        blocks[-1].outputs = [output] if output else []
    return screens_of(blocks)


def steps(screen):
    return [(p.kind if p.kind != "cell" else p.block.kind, p.step) for p in screen.pieces]


def test_a_question_its_answer_and_what_is_said_of_it_come_one_after_the_other():
    title, section = page("# T", "## 1. S\n\n**Predict:** how?", ("guess",), ("verdict",), "So.")
    assert (title.title, section.title) == ("T", "1. S")
    assert steps(section) == [("h2", 0), ("p", 0), ("guess", 0), ("verdict", 1), ("p", 2)]


def test_the_page_covers_what_comes_out_of_a_guess_and_what_is_said_of_it():
    def covered(*parts):
        screen = page("# T", *parts)[1]
        names = {"cell": lambda p: p.block.kind}
        return [(names.get(p.kind, lambda p: p.kind)(p), p.covered) for p in screen.pieces[1:]]

    ask, guess, verdict = "## S\n\n**Predict:** how?", ("guess",), ("verdict",)
    assert covered(ask, guess, verdict, "So.") == [
        *(("p", False), ("guess", False), ("verdict", True), ("p", True)),
    ]
    # a picture that tells it before the verdict does
    assert covered(ask, guess, ("",), ("picture",), verdict, "So.") == [
        *(("p", False), ("guess", False), ("code", False), ("code", True)),
        *(("verdict", True), ("p", True)),
    ]


def test_what_is_said_of_a_guess_stays_covered_on_the_next_screen():
    long = "This is said of what came out, in more words than one line takes. " * 6
    parts = ["## S\n\n**Predict:** how?", ("guess",), ("picture",), ("verdict",)]
    after = [f"{long}\n\n{long}\n\n{long}", ("picture",), "### Next\n\nIt goes on here."]
    screens = page("# T", *parts, *after)
    assert len(screens) > 2
    pieces = [p for screen in screens[1:] for p in screen.pieces]
    # the picture, the verdict, two texts; and open, what leads to the next picture
    assert [p.covered for p in pieces[3:8]] == [True] * 4 + [False]
    assert [p.covered for p in pieces[-2:]] == [False, False]


def test_nothing_that_is_said_of_a_guess_stands_open_on_a_page(talks):
    count = 0
    for number, screens in talks.items():
        for screen in screens:
            kinds = [p.block.kind for p in screen.pieces]
            for i, kind in enumerate(kinds):
                if kind == "verdict":
                    after = screen.pieces[i + 1 : i + 2]
                    heads = ("h2", "h3")
                    for p in after:
                        free = p.asks or p.is_exercise or p.lives or p.kind in heads
                        assert p.covered or free or p.block.kind == "guess", (number, screen.title)
                    asked = [k for k in range(i) if kinds[k] == "guess"]
                    between = screen.pieces[max(asked, default=i) : i]
                    told = [p for p in between if p.is_answer and not p.lives]
                    assert all(p.covered for p in told), (number, screen.title)
                    count += 1
    assert count > 60


def test_the_page_of_the_race_does_not_tell_its_end_below_the_button(talks):
    pieces = [p for screen in talks["04"] for p in screen.pieces]
    told = next(p for p in pieces if p.html.startswith("<p>The tie is not exact"))
    shown = next(p for p in pieces if p.html.startswith("<p>The copies of ten digits"))
    assert (told.covered, shown.covered) == (True, False)


def test_a_screen_ends_where_its_picture_has_been_read():
    long = "Look at what comes next, which is a picture of many colours, and say what you see."
    parts = [f"## S\n\n{long}", ("picture",), f"A line.\n\n{long}", ("picture",)]
    _, first, second = page("# T", *parts)
    assert steps(first) == [("h2", 0), ("p", 0), ("code", 1), ("p", 2)]
    assert steps(second) == [("p", 0), ("code", 1)]
    assert (first.first, second.first, second.title) == (True, False, "S")


def test_a_screen_keeps_what_leads_to_its_picture_and_what_goes_on_about_it():
    # one sentence that reads a picture and leads to the next keeps both on one screen
    _, only = page("# T", "## S\n\nLook.", ("picture",), "A line. Next.", ("",), ("picture",))
    assert kinds([only]) == [["h2", "p", "code", "p", "code", "code"]]
    # prose that shows nothing of its own stays with the picture before it
    closely = "A line.\n\nLook closely, though, at the foot of the 2."
    _, only = page("# T", "## S\n\nLook.", ("picture",), closely)
    assert kinds([only]) == [["h2", "p", "code", "p", "p"]]
    after = "A line.\n\n**Predict:** what will it be?"
    _, first, second = page("# T", "## S\n\nLook.", ("picture",), after)
    assert kinds([first, second]) == [["h2", "p", "code", "p"], ["p"]]
    # and so does a table that sums it up
    summed = f"{closely}\n\n| you want | take |\n|---|---|\n| speed | PCA |"
    _, only = page("# T", "## S\n\nLook.", ("picture",), summed)
    assert kinds([only]) == [["h2", "p", "code", "p", "p", "div"]]
    # how it was measured is for the desk, and has read nothing
    note = "(Measured on a Monday.)\n\nAnother order, as you see."
    _, only = page("# T", "## S\n\nLook.", ("picture",), note, ("picture",))
    assert kinds([only])[0][:5] == ["h2", "p", "code", "p", "p"]


def test_no_screen_of_a_talk_begins_with_what_a_cell_shows(talks):
    begins = [
        (number, screen.title, screen.pieces[0].block.kind)
        for number, screens in talks.items()
        for before, screen in pairwise(screens)
        if screen.on_path and screen.pieces[0].is_answer
        if not any(piece.is_exercise or piece.lives for piece in before.pieces)
    ]
    assert begins == []


def test_a_single_line_stands_with_the_picture_it_leads_to():
    _, screen = page("# T", "## S\n\nWe take strengths that hurt.", ("picture",), "So it is.")
    assert steps(screen) == [("h2", 0), ("p", 0), ("code", 0), ("p", 1)]
    _, screen = page("# T", "## S\n\nIs our measure theirs?", ("a word",), "It is.")
    assert steps(screen) == [("h2", 0), ("p", 0), ("code", 1), ("p", 2)]


def test_what_is_for_the_desk_makes_no_step_of_its_own():
    task, note = (
        "**Exercise 1.** " + "Do this. " * 25,
        "Call `aelib.hint(1)`. " + "And so on. " * 15,
    )
    _, screen = page("# T", f"{task}\n\n{note}", ("", "exercise"))
    assert steps(screen) == [("p", 0), ("p", 0), ("code", 0)]


def test_what_a_colon_announces_comes_at_once_unless_it_is_to_be_guessed():
    _, screen = page("# T", "## S\n\nHere it is:", ("picture",), "So it is.")
    assert steps(screen) == [("h2", 0), ("p", 0), ("code", 0), ("p", 1)]
    _, screen = page("# T", "## S\n\n**Predict:** how?\n\nHere it is:", ("picture",), "So it is.")
    assert steps(screen) == [("h2", 0), ("p", 0), ("p", 0), ("code", 1), ("p", 2)]
    _, screen = page("# T", "## S\n\n**Predict:** how?", ("guess",), "Then:", ("",), ("verdict",))
    assert [step for _, step in steps(screen)][-1] > 0


def kinds(screens):
    return [[p.kind if p.kind != "cell" else p.block.kind for p in s.pieces] for s in screens]


def test_what_leads_to_the_next_picture_stands_on_its_screen():
    for between in ("And in colour?", "Here it is once more:", "### More\n\nA line of prose."):
        _, first, second = page("# T", "## S\n\nLook.", ("picture",), between, ("picture",))
        assert kinds([first]) == [["h2", "p", "code"]]
        assert second.pieces[-1].is_picture
        assert len(second.pieces) > 1
    # said of the first picture, in one sentence that asks nothing
    _, first = page("# T", "## S\n\nLook.", ("picture",), "So it is.")
    assert kinds([first]) == [["h2", "p", "code", "p"]]
    # what leads to an exercise goes with it
    _, first, second = page("# T", "## S\n\nLook there.\n\nBuild ours:\n\n**Exercise 1.** Do.")
    assert kinds([first, second]) == [["h2", "p"], ["p", "p"]]
    assert [first.is_exercise, second.is_exercise] == [False, True]


def test_a_verdict_in_numbers_and_what_is_said_of_it_stay_beside_the_picture():
    parts = [
        "## S\n\nLook.",
        ("picture",),
        "A note to it.",
        ("verdict",),
        "Three things:\n\n- One.",
    ]
    _, only = page("# T", *parts)
    assert kinds([only]) == [["h2", "p", "code", "p", "verdict", "p", "ul"]]


def test_what_a_widget_is_asked_and_what_to_try_with_it_stay_beside_it():
    after = "You see it move, and something else with it.\n\nNow turn the page. What happens?"
    _, first, second = page("# T", "## S\n\nLook.", ("live",), after, ("picture",))
    assert kinds([first, second]) == [["h2", "p", "code", "p", "p"], ["code"]]
    _, first, second = page("# T", "## S", ("live",), "It moves.\n\nTry this:\n\n- Go.\n\nSo.")
    assert kinds([first, second]) == [["h2", "code", "p", "p", "ul"], ["p"]]
    assert [step for _, step in steps(first)] == [0, 0, 1, 1, 1]  # said when it was moved


def test_half_a_sentence_leads_on_to_its_list():
    long = "There are many words in it, and it goes on and on for a line of its own, until"
    _, screen = page("# T", f"## S\n\n{long}\n\n- it ends.\n\nSo it is, and in this place.")
    assert [p.leads_on for p in screen.pieces] == [True, True, False, False]


def test_code_that_a_sentence_announces_is_seen_unasked():
    screens = page("# T", "## S\n\nOurs looks like this:", ("",), "So it is.", ("",))
    assert [p.is_told for p in screens[1].pieces] == [False, False, True, False, False]
    screens = page("# T", "## S\n\nIt answers this:", ("a word",))  # the answer is announced
    assert not any(p.is_told for p in screens[1].pieces)


def test_announced_code_that_is_too_long_for_a_wall_waits_for_its_key(talks):
    told = [p.block for screens in talks.values() for s in screens for p in s.pieces if p.is_told]
    announced = [b for b in told if b.kind == "code" and "exercise" not in b.tags]
    lines = [block.html.count("\n") + 1 for block in announced]
    assert len(lines) >= 8
    assert max(lines) <= 12


def test_no_screen_of_a_talk_ends_with_what_leads_on(talks):
    ends = [
        (n, s.title, s.pieces[-1]) for n, screens in talks.items() for s in screens if s.on_path
    ]
    assert len(ends) > 300
    assert [(n, title, p.html) for n, title, p in ends if p.leads_on and p.kind != "h1"] == []


def test_an_exercise_has_a_screen_and_those_at_the_end_stay_at_home():
    there, at_home = "**Exercise 1.** Do it.", "**Exercise 2.** And that."
    screens = page("# T", f"## S\n\nSo.\n\n{there}", ("", "exercise"), f"## Exercises\n\n{at_home}")
    assert [(s.title, s.on_path) for s in screens] == [
        *(("T", True), ("S", True), ("S", True), ("Exercises", False), ("Exercises", False))
    ]
    assert [piece.is_told for piece in screens[2].pieces] == [False, True]


def test_long_prose_comes_in_several_steps_and_nothing_of_it_is_left_out():
    long = " ".join(["word"] * 60)
    parts = ["## S", f"First {long}.", f"Middle {long}.", "A line that can stand alone here."]
    parts += [f"Last {long}:", f"- a list {long}"]
    _, screen = page("# T", "\n\n".join(parts), ("picture",))
    assert steps(screen) == [
        *(("h2", 0), ("p", 0), ("p", 1), ("p", 1), ("p", 2)),
        *(("ul", 2), ("code", 3)),  # what ends in a colon leads on
    ]


def test_neighbours_of_one_section_are_joined_until_there_are_25():
    beat = ["Look.", ("picture",), "Read."]
    screens = page("# T", "## S", *(beat * 40), "## Z\n\nEnd.")
    assert len(screens) == 25
    assert screens[-1].title == "Z"


def test_html_is_cut_where_its_outermost_elements_begin():
    html = "<p>a <em>b</em><br></p>\n<ul>\n<li>c</li></ul>\n<p>d &lt; e</p>"
    assert elements(html) == [
        ("p", "<p>a <em>b</em><br></p>\n"),
        ("ul", "<ul>\n<li>c</li></ul>\n"),
        ("p", "<p>d &lt; e</p>"),
    ]
    assert elements("") == []


def test_what_is_said_for_the_desk_does_not_part_an_exercise_from_its_code():
    task = "**Exercise 1.** " + "Write it so. " * 20
    hint = "Fill it in. " * 10 + '`aelib.hint("it")` helps.'
    screens = page("# T", f"## S\n\nSo.\n\n{task}\n\n{hint}", ("", "exercise"))
    assert steps(screens[2]) == [("p", 0), ("p", 0), ("code", 0)]


def test_a_training_of_which_a_page_shows_only_a_note_answers_nothing():
    _, screen = page("# T", "## S\n\nA network learns to copy.", ("note",), "Its codes are wide.")
    assert steps(screen) == [("h2", 0), ("p", 0), ("code", 0), ("p", 0)]


def test_a_picture_after_an_exercise_stands_with_what_is_said_of_it():
    exercise = ("## S\n\nSo.\n\n**Exercise 1.** Do it.", ("", "exercise"))
    screens = page("# T", *exercise, ("picture",), "It is seen there.")
    assert kinds(screens[1:]) == [["h2", "p"], ["p", "code"], ["code", "p"]]


def test_few_words_that_announce_something_are_shown_with_it():
    long = "Much is said here. " * 30
    told = f"## S\n\n{long}\n\n**The suspects.**\n\n- {long}\n- Another.\n\n{long}"
    _, screen = page("# T", told)
    assert steps(screen) == [("h2", 0), ("p", 0), ("p", 1), ("ul", 1), ("p", 2)]
    _, screen = page("# T", f"## S\n\n{long}\n\nThree things to see.\n\n**First:** {long}")
    assert steps(screen) == [("h2", 0), ("p", 0), ("p", 1), ("p", 1)]


def test_every_suspect_is_announced_on_the_wall(talks):
    lists = [
        (before.html, before.step == after.step)
        for screen in talks["13"]
        for before, after in pairwise(screen.pieces)
        if after.html.startswith("<ul>\n<li><strong>A.")
    ]
    assert len(lists) == 10
    assert all("The suspects." in html and together for html, together in lists)


def test_what_leads_on_says_so_to_the_script_that_lays_a_screen_out():
    told = ["## S", "Three things to see.", "- One.", "### More", "What follows:"]
    _, screen = page("# T", "\n\n".join([*told, "And this is a sentence of its own."]))
    marked = {piece.marked.strip() for piece in screen.pieces if "data-leads" in piece.marked}
    assert marked == {
        piece.html.strip().replace(f"<{piece.kind}", f"<{piece.kind} data-leads", 1)
        for piece in screen.pieces
        if piece.kind in ("h2", "h3") or piece.html.startswith(("<p>Three", "<p>What"))
    }
    assert len(marked) == 4


def test_a_sentence_that_a_formula_ends_leads_on_and_notebook_talk_is_marked_for_the_desk():
    told = [
        "## S",
        "A bell of our choice. Then",
        "$$ a = b $$",
        "Call `aelib.hint(1)` in a cell of your own, and go on.",
        "(`flatten(1)` makes rows of pictures. Ours are rows already.)",
        "Before the summary, five questions. Choose an answer.",
    ]
    _, screen = page("# T", "\n\n".join(told))
    open_end, formula, hint, note, quiz = screen.pieces[1:]
    assert note.marked.startswith('<p data-desk="code">')
    assert quiz.marked.startswith("<p data-desk>")
    assert open_end.marked.startswith("<p data-leads>")
    assert "data-" not in formula.marked
    assert hint.marked.startswith("<p data-desk>")


@pytest.mark.parametrize("beginning", DESK)
def test_what_marks_prose_for_the_desk_still_begins_a_paragraph_of_a_lesson(beginning):
    """Who rewords such a paragraph is told here, and not by a class that reads it on the wall."""
    cells = (cell for lesson in LESSONS for cell in lesson.notebook.cells)
    told = (part for cell in cells for part in cell.source.split("\n\n"))
    assert any(part.startswith(beginning) for part in told)
