"""aelib.site: notebooks in, static pages out. tests/browser opens the pages of the course."""

import base64
import json
import re
import shutil
from contextlib import redirect_stdout
from io import BytesIO, StringIO
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import numpy as np
import pytest
from PIL import Image

import aelib
from aelib.cli import main
from aelib.site.addresses import Addresses
from aelib.site.build import build_site
from aelib.site.cells import Block, code_block
from aelib.site.check import check_site, page_weight
from aelib.site.figures import mark_alone
from aelib.site.lessons import SiteError, read_lessons
from aelib.site.live import Live, _cut
from aelib.site.maths import FormulaError, mathml
from aelib.site.prose import Prose, breakable
from aelib.site.scripts import live_script, read_script
from aelib.site.search import prose_sections
from aelib.widgets.base import module

ROOT = Path(__file__).parents[2]
STYLE = (ROOT / "aelib" / "site" / "static" / "style.css").read_text(encoding="utf-8")
OPENING = "# 00 · First\n\n**What is it?**\n\nIt computes 2 minutes. Reading takes about 40."


def png(width=60, height=30):
    stream = BytesIO()
    Image.new("L", (width, height), 200).save(stream, format="png")
    return base64.b64encode(stream.getvalue()).decode()


def code_cell(source="1 + 1", text=None, picture=None, tags=(), **about):
    data = {"text/plain": text} if text else {}
    data |= {"image/png": picture} if picture else {}
    outputs = [nbformat.v4.new_output("display_data", data, metadata=about)] if data else []
    cell = nbformat.v4.new_code_cell(source, outputs=outputs, execution_count=1)
    cell.metadata["tags"] = list(tags)
    return cell


def blocks_of(cell, model=""):
    files = {}
    return code_block(cell, "00_first", 3, files, model), files


@pytest.fixture
def course(tmp_path):
    """A course of two lessons without widgets."""
    folder = tmp_path / "course"
    (folder / "notebooks").mkdir(parents=True)
    (folder / "picture.png").write_bytes(base64.b64decode(png()))
    readme = "# A course\n\nIt has lessons.\n\n![A grey box.](picture.png)\n\n*Grey.*\n\n## More\n"
    (folder / "README.md").write_text(readme)
    figure = code_cell("draw()", "x", png(), **{"image/png": {"alt": "A grey box.", "width": 30}})
    markdown = nbformat.v4.new_markdown_cell
    lessons = {
        "00_first": [markdown(OPENING), figure, markdown("## Where $x^2$ goes\n\nTo the *end*.")],
        "01_second": [markdown("# 01 · Second\n\n[back](00_first.ipynb#Where-x2-goes)")],
    }
    for stem, cells in lessons.items():
        notebook = nbformat.v4.new_notebook(cells=cells)
        nbformat.write(notebook, folder / "notebooks" / f"{stem}.ipynb")
    return folder


@pytest.fixture
def site(course, tmp_path):
    build_site(course, tmp_path / "site")
    return tmp_path / "site"


# Formulas


def shape(tex, **options):
    """The elements of a formula and their text, without the annotation."""
    root = ElementTree.fromstring(mathml(tex, **options))
    row = root[0][0]
    return "".join(row.itertext()).replace("\u2061", ""), {e.tag for e in row.iter()}


def test_no_line_begins_with_what_ends_a_formula_or_a_number():
    html = Prose().html("So $x$. Go one $j$-th of the way ($a$), by 95 %. Then $b$ ends.")
    assert html.count('<span class="held">') == 3
    held = [part.partition("</span>")[0] for part in html.split('<span class="held">')[1:]]
    assert [re.sub(r"<annotation.*?</annotation>|<[^>]+>", "", part) for part in held] == [
        *("x.", "j-th", "(a),"),
    ]
    assert "95\N{NO-BREAK SPACE}%" in html
    assert "7 % 3" in Prose().html("`7 % 3`")  # code is copied as it is


@pytest.mark.parametrize(
    ("tex", "text", "tags"),
    [
        (r"\frac{1}{1 + e^{-a}}", "11+e\u2212a", {"mfrac", "msup"}),
        (r"\hat x", "x^", {"mover"}),
        (r"\mathbb E", "\U0001d53c", {"mi"}),
        (r"\mathcal N(0, I)", "\U0001d4a9(0,I)", {"mi"}),
        (r"\lVert z \rVert_1", "‖z‖1", {"msub"}),
        (r"\operatorname{tr} C", "trC", {"mspace"}),
        (r"\arg\max_k p_k", "argmaxkpk", {"mspace"}),
        (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", "a=bc=d", {"mtable", "mtd"}),
    ],
)
def test_formulas_become_mathml(tex, text, tags):
    found_text, found_tags = shape(tex)
    assert found_text == text
    assert tags <= found_tags


def test_a_function_stands_apart_from_its_argument_but_not_from_a_bracket():
    spaces = [mathml(tex).count("mspace") for tex in (r"2 \log x", r"\log x", r"\log(x)", r"\log")]
    assert spaces == [2, 1, 0, 0]


def test_the_formulas_source_comes_along():
    root = ElementTree.fromstring(mathml("a < b", display=True))
    assert root.find(".//annotation").text == "a < b"
    assert root.get("display") == "block"


def test_formulas_side_by_side_come_one_below_the_other_where_it_is_narrow():
    html = Prose().html(r"$$h = f(x), \qquad y = g(h) \quad \text{for } x$$")
    assert html.count("<math") == 3
    assert html.count('<span class="formula">') == 1
    held = r"$$\begin{aligned} a &= b \quad c \end{aligned}$$", r"$$\frac{a \quad b}{c}$$"
    assert [Prose().html(tex).count("<math") for tex in held] == [1, 1]


def test_long_code_breaks_where_a_reader_would_break_it():
    html = Prose().html(
        "`model.decode(keep_largest(model.encode(x), 20))` and `aelib.hint('name')`"
    )
    assert "model.<wbr>decode(<wbr>keep_<wbr>largest(<wbr>model.<wbr>encode(<wbr>x)," in html
    assert "aelib.hint(" in html
    one_letter = breakable("noisy_target_error(x_hat, x, draw, sigma)")
    assert one_letter.endswith("noisy_<wbr>target_<wbr>error(<wbr>x_hat, x, draw, sigma)")
    assert breakable("tests/benchmarks/recipe.py") == "tests/<wbr>benchmarks/<wbr>recipe.py"
    assert breakable("<code>short</code>") == "<code>short</code>"
    assert "<wbr>" not in breakable("<code>made_consistent(large, small)</code>")


def test_what_is_read_as_one_word_stays_on_one_line():
    html = Prose().html(
        "With t-SNE (lesson 04), of (N, 784) in [0, 1], 28 \N{MULTIPLICATION SIGN} 28 and 1e-6. "
        "So a well-known one, `(N, 784)`, lesson four, or (a list, of words), keeps its places."
    )
    held = re.findall(r'<span class="held">(.*?)</span>', html)
    size = "28 \N{MULTIPLICATION SIGN} 28"
    assert held == ["t-SNE", "lesson 04", "(N, 784)", "[0, 1]", size, "1e-6"]
    assert "<strong>Exercise 1 (5 minutes)." in Prose().html("**Exercise 1 (5 minutes).** Write")


def test_a_picture_that_nothing_is_said_of_is_not_put_beside_a_heading():
    picture = Block("picture", width=600, height=300)
    nothing = [Block("code", outputs=[picture]), Block("prose", html="<h2>Next</h2><p>Words.</p>")]
    mark_alone(nothing)
    assert picture.alone
    few = [nothing[0], Block("prose", html="<p>One line.</p>\n"), nothing[1]]
    mark_alone(few)
    assert picture.alone
    for said in ("<p>" + "many words " * 30 + "</p>", "<p>One.</p><p>Two.</p><p>Three.</p>"):
        mark_alone([nothing[0], Block("prose", html=f"{said}\n<h3>Next</h3>")])
        assert not picture.alone
    mark_alone([nothing[0], Block("code", html="a = 1\nb = 2\n"), nothing[1]])
    assert not picture.alone


@pytest.mark.parametrize("tex", [r"\unheardof{x}", r"\frac{1"])
def test_a_formula_that_cannot_be_shown_is_refused(tex):
    with pytest.raises(FormulaError, match=re.escape(repr(tex))):
        mathml(tex)


def test_every_formula_of_the_course_can_be_shown():
    count = 0
    for lesson in read_lessons(ROOT):
        prose = Prose()
        for cell in lesson.notebook.cells:
            if cell.cell_type == "markdown":
                count += prose.html(cell.source).count("<math")
    assert count > 100


# Prose


def test_headings_are_jupyterlabs_anchors_and_each_is_its_own():
    prose = Prose()
    prose.html("# 07 · A & B\n\n## 1. Two words\n\n## 1. Two words\n\n### With `code` and $x$")
    assert [(h.level, h.anchor) for h in prose.headings] == [
        (1, "07-·-A-&-B"),
        (2, "1.-Two-words"),
        (2, "1.-Two-words-2"),
        (3, "With-code-and-x"),
    ]


def test_a_link_to_a_notebook_leads_to_its_page():
    html = Prose().html("[a](05_x.ipynb#1.-On) [b](https://example.org/y.ipynb) [c](#here)")
    assert re.findall('href="([^"]+)"', html) == [
        "05_x.html#1.-On",
        "https://example.org/y.ipynb",
        "#here",
    ]


def test_a_link_to_what_has_no_page_keeps_its_words_only():
    assert Prose().html("See the [README](../README.md#x).") == "<p>See the README.</p>\n"


def test_the_pages_style_is_not_meant_for_what_is_inside_of_a_widget():
    """The right answer of a quiz was set flush right, as a column of a table is."""
    bare = set(re.findall(r"^\.([\w-]+)(?:,| \{)", STYLE, flags=re.M))
    static = (ROOT / "aelib" / "widgets" / "static").glob("*.js")
    code = "\n".join(file.read_text(encoding="utf-8") for file in static)
    named = re.findall(r'class: [`"]([^`"]+)|classList\.\w+\("([^"]+)', code)
    inside = {word for names in named for name in names for word in name.split()}
    inside |= {"right", "wrong"}  # of an answer, see quiz.js
    assert bare & inside <= {"unseen"}  # which means the same in both


def test_tables_have_no_inline_style():
    html = Prose().html("| a | b |\n|---|--:|\n| 1 | 2 |\n")
    assert "style" not in html
    assert '<td class="right">2</td>' in html
    assert '<th scope="col">a</th>' in html


def test_a_long_word_in_a_table_may_be_divided_and_is_found_whole():
    prose = Prose()
    html = prose.html("# A\n\n| term |\n|---|\n| **reparameterisation** |\n")
    assert "reparameter\N{SOFT HYPHEN}isation" in html
    (found,) = prose_sections("page.html", "A", html, prose.headings)
    assert found["text"] == "term reparameterisation"


# Lessons


def test_a_lesson_knows_its_title_question_and_minutes(course):
    first, second = read_lessons(course)
    assert (first.number, first.title, first.question) == ("00", "First", "What is it?")
    assert (first.minutes, second.minutes) == (40, None)
    assert first.page == "00_first.html"


def test_the_courses_own_lessons_do_too():
    for lesson in read_lessons(ROOT):
        assert lesson.question.endswith("?")
        assert 10 <= lesson.minutes <= 180


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "is not a notebook"), (json.dumps({"cells": []}), "is not a notebook|must open with")],
)
def test_a_broken_notebook_is_named(course, content, message):
    (course / "notebooks" / "02_broken.ipynb").write_text(content)
    with pytest.raises(SiteError, match=f"02_broken.*({message})"):
        read_lessons(course)


def test_a_copy_beside_a_lesson_gets_no_page(course, tmp_path):
    shutil.copy(
        course / "notebooks" / "00_first.ipynb", course / "notebooks" / "00_first-Copy1.ipynb"
    )
    (course / "notebooks" / "01_second-fresh.ipynb").write_text("no notebook")
    build_site(course, tmp_path / "site")
    assert {page.name for page in (tmp_path / "site").glob("0*.html")} == {
        *("00_first.html", "00_first-sheet.html"),
        *("01_second.html", "01_second-sheet.html"),
    }


def test_a_folder_without_lessons_or_readme_is_named(course, tmp_path):
    with pytest.raises(SiteError, match="holds no lessons"):
        build_site(tmp_path, tmp_path / "site")
    (course / "README.md").write_text("nothing")
    with pytest.raises(SiteError, match=r"README\.md must open with"):
        build_site(course, tmp_path / "site")
    assert not (tmp_path / "site").exists()


# Cells


def test_a_picture_has_a_file_its_size_and_its_text():
    about = {"image/png": {"alt": "A grey box.", "width": 30}}
    block, files = blocks_of(code_cell("draw()", "x", png(60, 30), **about))
    (picture,) = block.outputs
    assert (picture.kind, picture.alt, picture.width, picture.height) == (
        "picture",
        "A grey box.",
        30,
        15,
    )
    assert Image.open(BytesIO(files[picture.file])).size == (60, 30)


@pytest.mark.parametrize(
    ("code", "lettered"),
    [
        ("show(show_images(x[:20]), 'Twenty digits.')", False),
        ("show(show_images(x, titles=names), 'Twenty digits.')", True),
        ("show(plot_reconstructions(rows), 'Twenty digits.')", True),
        ("_, ax = plt.subplots()\nshow_images(x, ax=ax)", True),
    ],
)
def test_only_a_wide_picture_with_words_in_it_is_moved_sideways_on_a_phone(code, lettered):
    block, _ = blocks_of(code_cell(code, "x", png(700, 30), **{"image/png": {"alt": "Digits."}}))
    assert block.outputs[0].lettered is lettered
    assert block.outputs[0].is_large is lettered


def test_small_letters_over_pictures_are_moved_sooner_than_those_of_a_plot():
    def large(width, is_plot):
        return Block("picture", width=width, is_plot=is_plot).is_large

    assert [large(width, is_plot=False) for width in (590, 610, 650)] == [False, True, True]
    assert [large(width, is_plot=True) for width in (590, 610, 650)] == [False, False, True]


def test_text_is_escaped_and_code_is_coloured():
    block, _ = blocks_of(code_cell("x < 1  # no", "<b>"))
    assert block.outputs[0].html == "&lt;b&gt;"
    assert '<span class="c1"># no</span>' in block.html
    assert "&lt;" in block.html


def test_printed_words_may_be_broken_and_columns_may_not():
    for text, columns in {"error: True\nbelow: 3": False, "set   10\nerror 20": True}.items():
        block, _ = blocks_of(code_cell("x", text))
        assert block.outputs[0].columns is columns
    assert not blocks_of(code_cell("x", "Sequential(\n  (0): Linear()\n)"))[0].outputs[0].columns


def test_a_cell_of_asserts_is_folded():
    assert blocks_of(code_cell("assert 1 < 2\nassert True"))[0].kind == "checks"
    assert blocks_of(code_cell("claim(1 < 2, 'less')"))[0].kind == "checks"
    assert blocks_of(code_cell("for x in y:\n    aelib.claim(x, 'all')"))[0].kind == "checks"
    assert blocks_of(code_cell("claim_all = f(x)"))[0].kind == "code"
    assert blocks_of(code_cell("for x in y:\n    assert x"))[0].kind == "checks"
    assert blocks_of(code_cell("table = {1: 2.5}\nassert table == y"))[0].kind == "checks"
    assert blocks_of(code_cell("x = f(1)\nassert x"))[0].kind == "code"
    assert blocks_of(code_cell("x = 1"))[0].kind == "code"
    assert blocks_of(code_cell("assert 1", "said"))[0].kind == "code"


def test_imports_are_folded_and_verdicts_wait_for_a_guess():
    assert blocks_of(code_cell("import a\nimport b\n\na.seed(0)"))[0].kind == "imports"
    assert blocks_of(code_cell("import a\nx = a.f()\ny = a.g(x)"))[0].kind == "code"
    assert blocks_of(code_cell("import a\nimport b\nfrom c import d", "said"))[0].kind == "code"
    said = StringIO()
    with redirect_stdout(said):
        aelib.predict("error", None, 3)
    stream = nbformat.v4.new_output("stream", text=said.getvalue())
    cell = nbformat.v4.new_code_cell("predict('error', None, 3)", outputs=[stream])
    assert blocks_of(cell)[0].kind == "verdict"
    cell.outputs[0].text = "error: no guess yet.\n"
    assert blocks_of(cell)[0].kind == "guess"


def test_a_page_does_not_blame_its_reader_for_having_made_no_guess():
    said = StringIO()
    with redirect_stdout(said):
        aelib.predict("error", None, 3)
        print("mean: 52.9")
    stream = nbformat.v4.new_output("stream", text=said.getvalue())
    cell = nbformat.v4.new_code_cell("predict('error', None, 3)", outputs=[stream])
    assert [each.html for each in blocks_of(cell)[0].outputs] == ["error: 3.\nmean: 52.9"]
    cell.outputs[0].text = "one: no guess yet.\nother: no guess yet.\n"
    assert blocks_of(cell)[0].outputs == []


def test_a_guess_says_what_a_wall_can_leave_out():
    made = 'g = None  # "a" or "b"\npredict("way", g)\n\n\ndef count(model):\n    return 1'
    block = blocks_of(code_cell(made, "way: no guess yet.\n"))[0]
    asked, rest = block.html.split('<span class="rest">')
    assert "predict" in asked
    assert "count" not in asked
    assert "count" in rest
    assert rest.endswith("</span>")
    alone = blocks_of(code_cell('predict("way", None)', "way: no guess yet.\n"))[0]
    assert (alone.kind, "rest" in alone.html) == ("guess", False)
    other = blocks_of(code_cell(made, "one\n"))[0]  # no guess
    assert (other.kind, "rest" in other.html) == ("code", False)


def test_what_training_gives_back_is_not_shown():
    assert blocks_of(code_cell("fit(model, x)", "History(2 epochs)"))[0].outputs == []
    said = blocks_of(code_cell("fit(model, x)", "History(2 epochs) is what it was"))[0].outputs
    assert len(said) == 1


def test_a_widget_lives_or_says_that_it_needs_python():
    cell = code_cell("w", "LatentMap(2 dimensions)", png())
    live = blocks_of(cell, "widget-1")[0].outputs
    assert [(b.kind, b.model, b.name) for b in live] == [("live", "widget-1", "LatentMap")]
    still = blocks_of(cell)[0].outputs
    assert [b.kind for b in still] == ["picture", "note"]
    assert "asks Python" in still[1].html
    cell = code_cell("w", "TrainingPlayground(400 pictures, 100 held out)", png())
    assert "page of the playground" in blocks_of(cell)[0].outputs[1].html
    (note,) = blocks_of(code_cell("fit()", "TrainingMonitor(epochs=6)"))[0].outputs
    assert (note.kind, "Training ran here" in note.html) == ("note", True)


def test_three_trainings_in_one_cell_are_noted_once():
    cell = code_cell("fit()", "TrainingMonitor(epochs=6)")
    cell.outputs += [*cell.outputs, nbformat.v4.new_output("stream", text="said"), *cell.outputs]
    assert [block.kind for block in blocks_of(cell)[0].outputs] == ["note", "text"]


def test_room_is_kept_for_every_widget_that_lives_on_a_page():
    style = (Path(aelib.__file__).parent / "site" / "static" / "style.css").read_text("utf-8")
    kept = set(re.findall(r'\.live\[data-kind="(\w+)"\]', style))
    texts = [path.read_text("utf-8") for path in (ROOT / "notebooks").glob("*.ipynb")]
    used = {name for name in aelib.widgets.__all__ for text in texts if f"{name}(" in text}
    used -= {"TrainingMonitor", "TwoDecoders"}  # not on a page; a LatentExplorer by another name
    assert used <= kept <= set(aelib.widgets.__all__)


def test_a_live_widget_needs_a_still_picture():
    with pytest.raises(SiteError, match="no still picture of its widget"):
        blocks_of(code_cell("w", "LatentMap(2 dimensions)"), "widget-1")


# Live widgets

LIVE = """\
import numpy as np
import torch

from aelib.models import Autoencoder
from aelib.widgets import LatentExplorer, NoiseExplorer
"""
UNSURE = """\
class Unsure(Autoencoder):
    def encode(self, x):
        return super().encode(x) + torch.rand(1)
"""


@pytest.fixture
def page_with_widgets(course, tmp_path):
    """Two explorers that share a decoder; a decoder and an encoder that only Python can run."""
    path = course / "notebooks" / "00_first.ipynb"
    notebook = nbformat.read(path, as_version=4)
    about = {"image/png": {"alt": "A still picture."}}

    def widget(source, tags=("live",)):
        return code_cell(source, "LatentExplorer(2 dimensions)", png(), tags, **about)

    notebook.cells[1:2] = [  # the first code cell is the import cell
        code_cell(LIVE),
        code_cell("raise RuntimeError('this cell is not live')"),
        code_cell("model = Autoencoder(2, hidden=(8,)).eval()", tags=["live"]),
        widget("LatentExplorer(model)"),
        widget("LatentExplorer(model, z=[1.123456789, 0.987654321])", ("live", "front")),
        widget("LatentExplorer(lambda z: np.repeat(z, 8, axis=1) ** 2, latent_dim=2)"),
        code_cell(UNSURE, tags=["live"]),
        widget("NoiseExplorer(Unsure(2, hidden=(8,)), np.ones((2, 784)))"),
        widget("untagged", ()),
    ]
    nbformat.write(notebook, path)
    build_site(course, tmp_path / "site")
    return tmp_path / "site"


def script_of(pages, name):
    """What a script of a page brings for its widget."""
    return read_script((pages / "live" / f"{name}.js").read_text())


def test_only_what_the_browser_can_run_lives_and_weights_travel_once(page_with_widgets):
    html = (page_with_widgets / "00_first.html").read_text()
    assert re.findall('data-model="([^"]+)"', html) == ["widget-1", "widget-2"]
    assert html.count("asks Python") == 3
    scripts = [script_of(page_with_widgets, f"00_first-{n}") for n in (1, 2)]
    assert [name for name, *_ in scripts] == ["widget-1", "widget-2"]
    assert re.findall(r'src="live/([^"]+)"', html) == ["00_first-1.js", "00_first-2.js"]
    first, second = (about["model"] for _, about, _ in scripts)
    assert first["bytes"]["_weights"] == second["bytes"]["_weights"]
    joined = "\n".join(scripts[0][1]["modules"][part] for part in first["module"])
    assert joined == module("latent_explorer")
    assert second["module"] == first["module"]
    assert scripts[1][1]["modules"] == {}  # what is shared came first
    assert not set(scripts[0][2]) & set(scripts[1][2])
    weights = [scripts[0][2][key] for key in first["bytes"]["_weights"]]
    assert np.frombuffer(b"".join(weights), np.float16).size >= 8 * 784
    assert second["state"]["z"] == [1.123456789, 0.987654321]
    assert not {"_esm", "_css", "layout"} & set(first["state"])
    assert check_site(page_with_widgets) == []


def test_the_first_page_shows_the_widget_that_is_tagged_for_it(page_with_widgets):
    index = (page_with_widgets / "index.html").read_text()
    assert re.findall('data-model="([^"]+)"', index) == ["widget-2"]
    assert 'href="00_first.html">lesson 00' in index
    name, about, _ = script_of(page_with_widgets, "index-1")
    assert (name, about["model"]["state"]["z"]) == ("widget-2", [1.123456789, 0.987654321])
    assert not (page_with_widgets / "live" / "index-2.js").exists()


def test_the_first_page_has_no_widget_where_none_is_tagged(site):
    assert "data-model" not in (site / "index.html").read_text()


@pytest.mark.parametrize(("tagged", "found"), [(2, "not 2"), (1, "a lighter widget")])
def test_two_widgets_for_the_first_page_or_a_heavy_one_are_refused(
    course, tmp_path, monkeypatch, tagged, found
):
    path = course / "notebooks" / "00_first.ipynb"
    notebook = nbformat.read(path, as_version=4)
    shown = ["LatentExplorer(Autoencoder(2, hidden=(8,)).eval())"] * tagged
    about = {"image/png": {"alt": "A still picture."}}
    notebook.cells[1:2] = [code_cell(LIVE)] + [
        code_cell(source, "LatentExplorer(2 dimensions)", png(), ("live", "front"), **about)
        for source in shown
    ]
    nbformat.write(notebook, path)
    monkeypatch.setattr("aelib.site.build._LIGHT", 10 if tagged == 1 else 10**6)
    with pytest.raises(SiteError, match=found):
        build_site(course, tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_a_live_cell_that_fails_is_named(course, tmp_path):
    path = course / "notebooks" / "00_first.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1] = code_cell("1 / 0", tags=["live"])
    nbformat.write(notebook, path)
    with pytest.raises(SiteError, match=r"(?s)00_first\.ipynb does not run.*ZeroDivisionError"):
        build_site(course, tmp_path / "site")


def test_weights_are_cut_where_networks_begin_and_end():
    models = [{"decoder": {"begin": 0, "end": 4}, "encoder": {"begin": 4, "end": 10}}]
    assert _cut(b"0123456789", models) == [b"0123", b"456789"]
    assert _cut(b"0123456789", []) == [b"0123456789"]
    assert _cut(b"", []) == []


def test_a_page_without_widgets_loads_no_script_for_them(site):
    assert "live.js" not in (site / "00_first.html").read_text()
    assert Live().scripts() == []


# Pages


def test_a_page_has_its_parts(site):
    html = (site / "00_first.html").read_text()
    assert '<html lang="en">' in html
    assert "<title>00 · First · Autoencoders</title>" in html
    assert 'href="#Where-x2-goes"' in html
    assert '<a rel="next" href="01_second.html">' in html
    assert 'rel="prev"' not in html
    assert 'href="notebooks/00_first.ipynb" download' in html
    assert "python start.py" in html
    assert "mybinder" not in html
    index = (site / "index.html").read_text()
    assert "What is it?" in index
    assert "40 minutes" in index


def test_the_download_is_the_committed_notebook(site, course):
    name = "notebooks/00_first.ipynb"
    assert (site / name).read_bytes() == (course / name).read_bytes()


def test_search_has_an_entry_for_each_section(site):
    script = (site / "search-index.js").read_text()
    entries = json.loads(script.removeprefix("course.found(").removesuffix(");\n"))
    entries = [e for e in entries if not e["page"].startswith("api_")]  # see test_reference.py
    assert [e["page"] for e in entries] == [
        "00_first.html",
        "00_first.html#Where-x2-goes",
        "01_second.html",
    ]
    assert entries[1]["text"] == "To the end."
    assert entries[1]["heading"] == "Where x2 goes"


def test_two_builds_are_equal_and_a_folder_of_others_is_left_alone(course, site, tmp_path):
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    (site / "old.html").write_text("from an earlier build")
    build_site(course, site)
    assert {path: path.read_bytes() for path in site.rglob("*") if path.is_file()} == before
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with pytest.raises(SiteError, match="holds other files"):
        build_site(course, mine)
    assert (mine / "thesis.txt").exists()


def test_execute_runs_the_lessons_anew(course, tmp_path):
    path = course / "notebooks" / "00_first.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1] = code_cell("print(6 * 7)")
    nbformat.write(notebook, path)
    (course / "notebooks" / "01_second.ipynb").unlink()
    build_site(course, tmp_path / "site", run=True)
    assert '<pre class="said">42</pre>' in (tmp_path / "site" / "00_first.html").read_text()


# Addresses


def test_links_are_made_from_one_address():
    there = Addresses("https://github.com/a/b", hub="https://hub.example.org/", colab="made")
    links = dict(there.links("01_x.ipynb"))
    assert links == {
        "Binder": "https://mybinder.org/v2/gh/a/b/main?urlpath=lab%2Ftree%2Fnotebooks%2F01_x.ipynb",
        "Colab": "https://colab.research.google.com/github/a/b/blob/made/01_x.ipynb",
        "JupyterHub": "https://hub.example.org/hub/user-redirect/git-pull"
        "?repo=https%3A%2F%2Fgithub.com%2Fa%2Fb&branch=main"
        "&urlpath=lab%2Ftree%2Fb%2Fnotebooks%2F01_x.ipynb",
    }
    assert there.commands()[0] == "git clone https://github.com/a/b && cd b"
    assert Addresses().links("01_x.ipynb") == []
    gitlab = Addresses("https://gitlab.com/g/s/p.git")
    assert gitlab.links("x.ipynb")[0][1].startswith("https://mybinder.org/v2/gl/g%2Fs%2Fp/main?")
    assert Addresses("https://git.example.org/a/b").links("x.ipynb") == []


def test_links_stand_on_the_page(course, tmp_path):
    build_site(course, tmp_path / "site", Addresses("https://github.com/a/b"))
    html = (tmp_path / "site" / "00_first.html").read_text()
    assert "git clone https://github.com/a/b &amp;&amp; cd b" in html
    assert 'href="https://mybinder.org/' in html
    assert "Colab" not in html  # it would open a notebook that does not find the course
    assert not (tmp_path / "site" / "colab").exists()
    assert check_site(tmp_path / "site") == []


def test_notebooks_for_colab_bring_the_course_below_their_title(course, tmp_path):
    build_site(course, tmp_path / "site", Addresses("https://github.com/a/b", "up", colab="made"))
    assert "On Colab choose <em>Run all</em>" in (tmp_path / "site" / "00_first.html").read_text()
    own = nbformat.read(course / "notebooks" / "00_first.ipynb", as_version=4)
    made = nbformat.read(tmp_path / "site" / "colab" / "00_first.ipynb", as_version=4)
    nbformat.validate(made)
    title, setup, *rest = made.cells
    assert [title, *rest] == own.cells
    assert setup.source.splitlines()[1:] == [
        "!test -d /content/b || "
        "git clone -q --depth 1 --branch up https://github.com/a/b /content/b",
        "!pip install -q --no-deps /content/b",  # no package that is loaded already is changed
        "%cd -q /content/b/notebooks",
    ]
    assert check_site(tmp_path / "site") == []


@pytest.mark.parametrize("repository", ["https://gitlab.com/a/b", ""])
def test_colab_opens_notebooks_from_github_only(repository):
    with pytest.raises(SiteError, match=r"Colab opens notebooks from github\.com"):
        Addresses(repository, colab="made")


def test_the_notebooks_for_colab_do_not_overwrite_the_course():
    with pytest.raises(SiteError, match="need a branch beside 'main'"):
        Addresses("https://github.com/a/b", colab="main")


@pytest.mark.parametrize(
    "given",
    [
        *("https://github.com/a/b", "http://github.com/a/b/", "https://github.com/a/b.git"),
        *("github.com/a/b", "www.github.com/a/b", "https://www.GitHub.com/a/b"),
        *("git@github.com:a/b.git", "ssh://git@github.com/a/b.git", "git://github.com/a/b"),
        *("ssh://git@github.com:22/a/b", "https://me@github.com/a/b", " https://github.com/a/b "),
        *("https://github.com/a/b?tab=readme", "https://github.com/a/b#start"),
    ],
)
def test_an_address_in_any_usual_form_gives_the_links(given):
    there = Addresses(given)
    assert there == Addresses("https://github.com/a/b", "main")
    assert [name for name, _ in there.links("x.ipynb")] == ["Binder"]


@pytest.mark.parametrize(
    "given",
    [
        "https://github.com/a/b/tree/next",
        "https://github.com/a/b/blob/next/notebooks/00_start_here.ipynb",
        "https://github.com/a/b/tree/next/",
    ],
)
def test_an_address_that_names_a_branch_opens_that_branch(given):
    assert Addresses(given) == Addresses("https://github.com/a/b", "next")
    assert Addresses(given, "other").branch == "other"


def test_groups_of_gitlab_and_their_branches():
    there = Addresses("https://gitlab.com/g/s/p/-/tree/next")
    assert there == Addresses("git@gitlab.com:g/s/p.git", "next")


@pytest.mark.parametrize(
    "given",
    ["b", "../course", "/home/me/course", "https://github.com", "github.com/a", "a/b", "x y"],
)
def test_what_is_no_address_is_refused(given):
    with pytest.raises(SiteError, match="no address of a repository: give one such as https"):
        Addresses(given)


def test_a_hub_needs_an_address_of_the_web():
    with pytest.raises(SiteError, match="no address"):
        Addresses(hub="hub.example.org")


# The check


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("<em>end</em>", "<em>end</p>", "unexpected-end-tag"),
        ('lang="en"', "", "language"),
        ('alt="A grey box."', 'alt=""', "no alternative text"),
        ('width="30" height="15"', "", "does not say its size"),
        ('href="01_second.html"', 'href="09_none.html"', "links to 09_none.html"),
        ('href="01_second.html"', 'href="01_second.html#no"', "nothing there is called so"),
        ('href="#Where-x2-goes"', 'href="#elsewhere"', "nothing there is called so"),
        ('src="site.js"', 'src="https://cdn.example.org/x.js"', "asks another host"),
        ('href="style.css"', 'href="//cdn.example.org/x.css"', "asks another host"),
        ('<h2 id="run">', '<h4 id="run">', "leave out a level"),
        ('id="query"', 'id="search"', "two elements are called 'search'"),
        ('<p class="about">', '<p class="about" style="color: red">', "inline style"),
        ("<title>00 · First · Autoencoders</title>", "<title></title>", "no title"),
    ],
)
def test_the_check_finds_the_fault(site, old, new, fault):
    assert check_site(site) == []
    path = site / "00_first.html"
    html = path.read_text()
    assert old in html
    path.write_text(
        html.replace(old, new, 1).replace("</h2>\n<p>Two", "</h4>\n<p>Two", "h4" in new)
    )
    faults = check_site(site)
    assert any("00_first.html" in each and fault in each for each in faults), faults


def test_the_check_finds_requests_in_styles_and_scripts(site):
    (site / "style.css").write_text("body { background: url(https://cdn.example.org/x.png) }")
    (site / "site.js").write_text('fetch("https://example.org/count")')
    assert sorted(check_site(site)) == [
        "site.js: asks for https://example.org/count",
        "style.css: asks for https://cdn.example.org/x.png",
    ]


@pytest.mark.parametrize("lines", [1, 2000])  # as it is, or deflated
def test_the_check_finds_requests_in_a_widgets_module(site, lines):
    source = 'import x from "https://cdn.example.org/x.js";' + "\n// and more" * lines
    about = {"model": {"state": {}}, "modules": {"m": source}}
    (site / "live").mkdir()
    script = live_script("widget-1", about, {})
    (site / "live" / "00_first-1.js").write_text(script)
    assert ("cdn.example.org" in script) == (lines == 1)
    assert check_site(site) == ["00_first-1.js: asks for https://cdn.example.org/x.js"]


def test_a_widgets_script_holds_its_bytes_and_is_light():
    random = np.random.default_rng(0)
    weights = random.normal(0, 0.05, 40_000)
    blobs = {
        "halves": weights.astype("<f2").tobytes(),
        "floats": weights.astype("<f4").tobytes(),
        "odd": random.bytes(20_001),
        "small": b"few",
        "none": b"",
    }
    about = {"model": {"state": {"titles": ["Ünder"] * 4000}}, "modules": {}}
    script = live_script("widget-2", about, blobs)
    assert read_script(script) == ("widget-2", about, blobs)
    plain = sum(4 * len(content) / 3 for content in blobs.values())
    assert len(script) < 0.85 * plain


@pytest.mark.parametrize("length", range(9))
def test_bytes_of_any_length_come_back(length):
    blobs = {"few": bytes(range(250, 250 - length, -1)), "none": bytes(length)}
    assert read_script(live_script("widget-1", {}, blobs))[2] == blobs


def test_the_check_weighs_a_page_with_all_it_loads(site):
    path = site / "index.html"
    before = page_weight(path)
    assert before > path.stat().st_size + (site / "style.css").stat().st_size
    (site / "pictures" / "course.png").write_bytes(bytes(600_000))
    assert page_weight(path) > 600_000
    assert any("index.html: weighs" in fault for fault in check_site(site))


# Colours


def luminance(colour):
    values = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    parts = [v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
    return float(np.dot([0.2126, 0.7152, 0.0722], parts))


def contrast(one, other):
    light, dark = sorted(map(luminance, (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


PAIR = r"light-dark\((#\w{6}), (#\w{6})\)"


def test_all_text_has_contrast_in_both_themes():
    named = dict(re.findall(r"--([\w-]+): (light-dark\([^)]+\))", STYLE))
    pairs = {name: re.fullmatch(PAIR, pair).groups() for name, pair in named.items()}
    tokens = re.findall(rf"\{{ color: {PAIR};", STYLE)
    assert len(tokens) >= 7
    texts = [pairs["ink"], pairs["quiet"], pairs["accent"], *tokens]
    for text in texts:
        for ground in (pairs["paper"], pairs["tint"]):
            for theme in (0, 1):
                assert contrast(text[theme], ground[theme]) >= 4.5, (text, ground)
    for theme in (0, 1):
        assert contrast(pairs["ink"][theme], pairs["mark"][theme]) >= 4.5
        assert contrast(pairs["paper"][theme], pairs["accent"][theme]) >= 4.5
        assert contrast(pairs["strong-line"][theme], pairs["paper"][theme]) >= 3  # of controls


# The command


def test_the_command_builds_and_checks(course, tmp_path, capsys):
    output = str(tmp_path / "out")
    assert main(["site", "--course", str(course), "-o", output]) == 0
    assert "17 pages: open" in capsys.readouterr().out
    assert main(["site", "--check", "-o", output]) == 0
    assert "no faults" in capsys.readouterr().out
    (Path(output) / "01_second.html").write_text("<p>")
    assert main(["site", "--check", "-o", output]) == 1
    assert "01_second.html: " in capsys.readouterr().out


def test_the_command_says_what_is_wrong(tmp_path, capsys):
    assert main(["site", "--course", str(tmp_path), "-o", str(tmp_path / "out")]) == 2
    assert "holds no lessons" in capsys.readouterr().err
    assert main(["site", "--check", "-o", str(tmp_path / "out")]) == 2
    assert "build them first" in capsys.readouterr().err
    assert main(["site", "--repository", "b", "-o", str(tmp_path / "out")]) == 2
    assert "no address" in capsys.readouterr().err


# The page on which the reader trains a network


def test_a_course_with_a_playground_has_its_page(course, tmp_path):
    words = "# Train it\n\nPress Start.\n\n---\n\n## What you see\n\nDigits.\n"
    (course / "notebooks" / "PLAYGROUND.md").write_text(words)
    site = tmp_path / "site"
    assert "playground.html" in build_site(course, site)
    assert check_site(site) == []  # it says what is too heavy, too
    assert 'href="playground.html"' in (site / "index.html").read_text()
    assert Prose().html("[it](PLAYGROUND.md#kl=1)").count('href="playground.html#kl=1"') == 1
    html = (site / "playground.html").read_text()
    assert html.index("Press Start.") < html.index('class="live"') < html.index("What you see")
    assert "playground.html#What-you-see" in (site / "search-index.js").read_text()
    _, about, blobs = script_of(site, "playground-1")
    pages = about["model"]["state"]["_lessons"]  # to which its goals lead
    assert pages
    assert all(page.startswith(number) and (site / page).exists() for number, page in pages.items())
    assert max(map(len, blobs.values())) <= 850_000


def test_a_course_without_one_has_none(site):
    assert not (site / "playground.html").exists()
    assert "playground.html" not in (site / "index.html").read_text()


def test_the_page_of_each_lesson_leads_to_its_plan_for_a_class():
    plans = Prose()
    plans.html((ROOT / "notebooks" / "TEACHING.md").read_text("utf-8"))
    lessons = read_lessons(ROOT)
    assert {lesson.anchor for lesson in lessons} <= {heading.anchor for heading in plans.headings}
