"""Rules that every committed notebook keeps, checked without a kernel."""

import ast
import re
import statistics
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from refresh import README_PICTURE, clean, is_verdict, readme_picture

from aelib.originals import lesson_files

ROOT = Path(__file__).parents[2]
NOTEBOOKS = lesson_files(ROOT / "notebooks")
TAGS = {"defines", "exercise", "front", "live"}


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def notebook(path):
    return nbformat.read(path, as_version=4)


@pytest.fixture
def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def lines(cell):
    return [line for line in cell.source.splitlines() if line.strip()]


def outputs(code):
    return [output for cell in code for output in cell.outputs]


def test_the_name_has_a_number_and_snake_case(path):
    assert re.fullmatch(r"\d\d(_[a-z0-9]+)+", path.stem)


def test_the_file_is_small(path):
    assert path.stat().st_size <= 700_000


def test_it_is_valid_and_holds_nothing_else(notebook):
    nbformat.validate(notebook)
    before = nbformat.writes(notebook)
    clean(notebook)
    assert nbformat.writes(notebook) == before, "run tests/notebooks/refresh.py --clean"


def test_what_came_out_of_a_guess_is_folded_and_nothing_else(code):
    folded = [cell for cell in code if cell.metadata.get("jupyter", {}).get("outputs_hidden")]
    guessed = [cell for cell in code if is_verdict(cell)]
    assert folded == guessed
    assert all("predict(" in cell.source for cell in folded)


def test_the_first_line_of_a_folded_output_gives_nothing_away(code):
    """JupyterLab shows it: `predict` comes before what else a cell prints of the answer."""
    for cell in filter(is_verdict, code):
        shown = cell.outputs[0]
        text = shown.get("text") or shown.data["text/plain"]
        first = text.partition("\n")[0]
        assert re.search(r": (you made no guess|no guess yet)\.$|^TrainingMonitor\(", first), first


def test_it_was_run_once_from_top_to_bottom(code):
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))


def test_what_prints_has_its_output(code):
    for cell in code:
        calls = [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.Call)]
        names = {getattr(call.func, "id", "") for call in calls}
        if names & {"print", "show"} and not cell.source.startswith("def "):
            assert cell.outputs, cell.source


ASKS_THE_NETWORK = re.compile(r"\b(fetch_\w+\(|urllib|urlopen|requests\.|wget|curl|download=True)")


def test_a_cell_that_asks_the_network_says_so_before(notebook):
    said = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            said = cell.source
        elif ASKS_THE_NETWORK.search(cell.source):
            assert "network" in said, cell.source


def test_no_output_is_an_error_or_a_warning(code):
    for output in outputs(code):
        assert output.output_type != "error"
        assert output.get("name") != "stderr", output.get("text")


def test_every_picture_has_a_text(code):
    for output in outputs(code):
        if "image/png" in output.get("data", {}):
            alt = output.metadata.get("image/png", {}).get("alt", "")
            assert len(alt.split()) >= 6, f"alt text missing or too short: {alt!r}"


def test_code_cells_are_short(code):
    lengths = [len(lines(cell)) for cell in code]
    assert statistics.median(lengths) <= 5
    assert max(lengths) <= 25


def test_prose_outweighs_code(notebook, code):
    prose = " ".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    ratio = len(prose.split()) / sum(len(lines(cell)) for cell in code)
    assert ratio >= 4.5, f"{ratio:.1f} words of prose for each line of code"


def test_code_keeps_the_rules_of_the_house(code):
    for cell in code:
        assert not re.search(r"^\s*[%!]", cell.source, flags=re.M), "no magic commands"
        assert "import *" not in cell.source
        assert not re.search(r"\b(interact|Output)\(", cell.source)
        assert not cell.source.rstrip().endswith(";"), "nbval cannot see what is suppressed"


def test_a_curve_that_a_student_adds_has_a_marker_too(code):
    """Where marks and curves are counted together, there are marks for more curves than ours."""
    calls = [n for cell in code for n in ast.walk(ast.parse(cell.source)) if type(n) is ast.Call]
    for call in calls:
        if ast.unparse(call.func) == "zip" and ast.unparse(call).endswith("strict=False)"):
            marks = [each for each in call.args if isinstance(each, ast.Constant | ast.Tuple)]
            assert all(len(ast.literal_eval(each)) >= 6 for each in marks), ast.unparse(call)


def test_what_a_lesson_claims_it_claims_in_words(code):
    nodes = [node for cell in code for node in ast.walk(ast.parse(cell.source))]
    bare = [ast.unparse(node) for node in nodes if isinstance(node, ast.Assert)]
    assert not bare, "claim(condition, 'the sentence') says what does not hold; an assert stops"
    for node in nodes:
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "claim":
            assert len(node.args) == 2, ast.unparse(node)
            assert len(words_of(node.args[1]).split()) >= 2, ast.unparse(node)


def words_of(sentence):
    """The words that a string or an f-string holds, without what is put in."""
    constants = [node.value for node in ast.walk(sentence) if isinstance(node, ast.Constant)]
    return " ".join(value for value in constants if isinstance(value, str))


def test_imports_stand_in_one_cell(code):
    importing = [
        cell
        for cell in code
        if any(
            isinstance(node, ast.Import | ast.ImportFrom) for node in ast.parse(cell.source).body
        )
    ]
    assert importing == [code[0]]
    assert "seed_everything(0)" in code[0].source


def test_tags_are_known(code):
    assert {tag for cell in code for tag in cell.metadata.get("tags", [])} <= TAGS


def test_one_cell_of_the_course_is_tagged_for_the_first_page_and_has_sliders():
    cells = [cell for path in NOTEBOOKS for cell in nbformat.read(path, as_version=4).cells]
    (front,) = [cell for cell in cells if "front" in cell.metadata.get("tags", [])]
    assert "live" in front.metadata.tags
    assert "LatentExplorer" in front.source  # sliders: no word of a lesson is needed to move one


def test_it_opens_with_title_question_and_minutes(notebook, path):
    first = notebook.cells[0].source
    assert first.startswith(f"# {path.stem[:2]} · ")
    assert re.search(r"^\*\*.+\?\*\*$", first, flags=re.M), "the question, in bold"
    assert "minute" in first


def test_headings_come_in_order(notebook):
    levels = [
        len(marks)
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for marks in re.findall(r"^(#+) ", cell.source, flags=re.M)
    ]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(deeper <= level + 1 for level, deeper in pairwise(levels))


def test_sections_are_numbered_without_a_gap(notebook):
    prose = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    numbers = [int(number) for number in re.findall(r"^## (\d+)\.", prose, flags=re.M)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_where_next_leads_to_each_lesson_that_it_names(notebook):
    prose = "\n\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    _, where_next = prose.split("\n## Where next\n")
    assert re.search(r"\]\(\d\d_\w+\.ipynb\)", where_next)
    without_links = re.sub(r"\[[^\]]*\]\([^)]*\)", "", where_next)
    assert re.findall(r"(?:[Ll]essons? |\*\*)[01]\d\b", without_links) == []


def test_no_number_of_the_prose_can_be_broken_at_its_minus(notebook):
    prose = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    words = re.sub(r"`[^`]*`|\$[^$]*\$", "", prose)  # a browser breaks 1e-6 after its hyphen
    assert re.findall(r"\d+e-\d+", words) == []


@pytest.mark.parametrize("path", [*NOTEBOOKS, *ROOT.glob("notebooks/*.md")], ids=lambda p: p.stem)
def test_a_number_below_zero_has_a_minus_and_no_hyphen(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = nbformat.reads(text, as_version=4).cells
        text = "\n\n".join(c.source for c in cells if c.cell_type == "markdown")
    no_prose = r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|\]\([^)]*\)|<?https?:\S*"
    words = re.sub(no_prose, "", text, flags=re.S)
    assert re.findall(r".*(?<![\w.])-\d.*|.*\b[A-Z] - \d.*", words) == []


def test_a_guess_is_asked_for_in_words(notebook):
    said = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            said = cell.source
        elif "= None  #" in cell.source and "predict(" in cell.source:
            assert re.search(r"\bpredict|\bguess", said, flags=re.I), cell.source


def test_every_column_of_a_table_has_a_name(notebook):
    prose = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    for heads in re.findall(r"^(\|.*\|)\n\|[-:| ]+\|$", prose, flags=re.M):
        assert all(head.strip() for head in heads.strip("|").split("|")), heads


def test_it_has_exercises_a_summary_and_a_way_on(notebook, path):
    prose = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    least = 0 if path.stem.startswith("00") else 4  # the first lesson is for playing
    assert len(re.findall(r"^\*\*Exercise \d", prose, flags=re.M)) >= least
    assert "## What we learned" in prose
    assert "## Where next" in prose


def test_readme_lists_it(path):
    assert f"notebooks/{path.name}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readmes_picture_is_made_by_notebook_01():
    assert README_PICTURE.read_bytes() == readme_picture()
