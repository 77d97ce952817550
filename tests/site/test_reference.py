"""The API reference: every public name, read from the sources and made into pages."""

import inspect
import json
import re

import nbformat
import pytest
from courses import OPENING, write_course

import aelib
from aelib.site import api
from aelib.site.build import build_site
from aelib.site.check import check_site
from aelib.site.prose import Prose
from aelib.site.reference import read_reference

PAGES = read_reference()
ENTRIES = {entry.name: entry for page in PAGES for entry in page.entries}
KNOWN = api.addresses()


def imported(name):
    found = aelib
    for part in name.split(".")[1:]:
        found = getattr(found, part)
    return found


def public_names():
    """As Python sees them: what can be called, of the package and of its rooms."""
    rooms = [(aelib, dir(aelib), ""), (aelib.noise, vars(aelib.noise), "noise.")]
    for name in ("data", "diagnosis", "models", "widgets"):
        room = getattr(aelib, name)
        rooms.append((room, room.__all__, f"{name}."))
    for room, names, prefix in rooms:
        for name in names:
            value = getattr(room, name)
            mine = callable(value) and value.__module__.startswith("aelib")
            if mine and not name.startswith("_") and (not prefix or not hasattr(aelib, name)):
                yield f"aelib.{prefix}{name}"


def test_every_public_name_is_there_once():
    assert sorted(ENTRIES) == sorted(set(public_names()))
    assert sum(len(page.entries) for page in PAGES) == len(ENTRIES) > 80


@pytest.mark.parametrize("name", ENTRIES)
def test_what_is_taken_is_told_and_nothing_else(name):
    """Units and shapes are words: only that each argument has some can be tested."""
    told = {n for p in ENTRIES[name].parts if p.title == "Takes" for n, words in p.rows if words}
    value = imported(name)
    if inspect.isclass(value) and issubclass(value, Exception):
        return
    parameters = inspect.signature(value).parameters
    free = {n for n, p in parameters.items() if p.kind is p.VAR_KEYWORD and n == "traits"}
    taken = {n for n in parameters if n != "self"} - free
    if taken != told:
        traits = set(value.class_trait_names(sync=True)) if free else set()
        assert taken <= told, f"not told: {taken - told}"
        assert told <= taken | traits, f"told, and not taken: {told - taken}"


def test_what_is_given_is_told_word_for_word():
    for entry in (one for each in ENTRIES.values() for one in (each, *each.members)):
        for part in entry.parts:
            if part.title == "Gives":
                ((_, told),) = part.rows
                assert " ".join(told.split()) in " ".join(entry.docstring.split())


def test_what_is_cited_stands_as_such_with_one_paper_or_with_several():
    parts = [part for entry in ENTRIES.values() for part in entry.parts]
    assert not [part.text for part in parts if not part.title and "Reference" in part.text]
    cited = {part.title for part in parts if part.title.startswith("Reference")}
    assert cited == {"Reference", "References"}


def test_signatures_are_python():
    for entry in ENTRIES.values():
        for each in (entry, *entry.members):
            if "(" in each.signature and "->" in each.signature.rpartition(")")[2]:
                compile(f"def {re.sub(r'^[a-z.]*[.]', '', each.signature)}: 0", "", "exec")
    assert ENTRIES["aelib.psnr"].signature == (
        "aelib.psnr(x_hat: torch.Tensor, x: torch.Tensor) -> float"
    )
    assert ENTRIES["aelib.DataError"].signature == "aelib.DataError"


def test_a_class_has_its_methods_and_says_whose_it_has_too():
    vae = ENTRIES["aelib.VAE"]
    names = [member.name for member in vae.members]
    assert "aelib.VAE.sample" in names
    assert "aelib.VAE.decode" not in names
    assert vae.bases == ["aelib.models.Model"]
    explorer = ENTRIES["aelib.widgets.LatentExplorer"]
    assert "where" in [m.name.rpartition(".")[2] for m in explorer.members]
    assert explorer.bases == []


def test_a_minus_is_none_that_may_end_a_line():
    text = "The one-class bound on -log p(x), from -1 on; a - b -> c, (-1, 1), `vmin=-1`."
    html = re.sub("</?span[^>]*>", "", api.line_html(text, {}))
    shown = "one-class bound on ~log p(x), from ~1 on; a - b -&gt; c, (~1, 1), "
    assert shown.replace("~", "\N{MINUS SIGN}") in html
    assert "vmin=-1" in html


def test_docstrings_become_html():
    html = api.text_html("It is 1 < 2, see `fit`\nor `x`.\n\n- one\n  more\n- two & `VAE`", KNOWN)
    assert html == (
        '<p>It is 1 &lt; 2, see <a href="api_training.html#fit"><code>fit</code></a>\n'
        "or <code>x</code>.</p>\n<ul><li>one\n  more\n</li><li>two &amp; "
        '<a href="api_models.html#VAE"><code>VAE</code></a></li></ul>\n'
    )


def test_an_example_is_shown_as_code_that_can_be_copied_and_what_it_prints():
    docstring = "Text.\n\nExample:\n    >>> x = 1\n    >>> x < 2\n    True\n    >>> y = x\n"
    pairs = list(api.example_html(docstring))
    plain = [(re.sub("<[^>]+>", "", code), printed) for code, printed in pairs]
    assert plain == [("x = 1\nx &lt; 2", "True"), ("y = x", "")]


def test_the_first_mention_of_a_name_leads_to_the_reference_but_no_link_holds_another():
    prose = Prose(KNOWN)
    html = prose.html("## On `fit`\n\n[a `load`](x.html), `aelib.psnr()`, `psnr` and `z`")
    assert re.findall('href="([^"]+)"', html) == ["x.html", "api_metrics.html#psnr"]
    assert "<a" not in prose.headings[0].html
    assert Prose().html("`fit`") == "<p><code>fit</code></p>\n"


def test_long_code_breaks_after_dots_and_the_like_and_short_code_stays_whole():
    html = Prose().html(
        "`torch.distributions.kl_divergence` `x.mean(axis=0)` `run tests/few/vae.py at 0.25`"
    )
    assert re.findall("<code>(.*?)</code>", html) == [
        "torch.<wbr>distributions.<wbr>kl_<wbr>divergence",
        *("x.mean(axis=0)", "run tests/few/vae.py at 0.25"),
    ]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The pages of a course of one lesson."""
    opening = nbformat.v4.new_markdown_cell(OPENING)
    source = "import torch\n\nimport aelib\nfrom aelib import fit, load_mnist\n\nseed = 1"
    imports = nbformat.v4.new_code_cell(source)
    notebook = nbformat.v4.new_notebook(cells=[opening, imports])
    folder = write_course(tmp_path_factory.mktemp("course"), notebook)
    build_site(folder, folder / "site")
    return folder / "site"


def test_the_pages_have_no_fault_and_every_name_has_its_place(site):
    assert check_site(site) == []
    for name, address in KNOWN.items():
        page, _, anchor = address.partition("#")
        assert f'id="{anchor}"' in (site / page).read_text(), name


def test_first_page_every_foot_and_imports_lead_there(site):
    index = (site / "index.html").read_text()
    assert "lists every name" in index
    lesson = (site / "00_first.html").read_text()
    assert '<a href="api.html">API reference</a>' in lesson
    found = re.findall('<a class="name" href="([^"]+)">(\\w+)</a>', lesson)
    assert found == [("api_training.html#fit", "fit"), ("api_data.html#load_mnist", "load_mnist")]


def test_the_search_finds_every_name_by_its_text(site):
    script = (site / "search-index.js").read_text()
    entries = json.loads(script.removeprefix("course.found(").removesuffix(");\n"))
    found = {entry["heading"]: entry for entry in entries}
    assert set(ENTRIES) <= set(found)
    psnr = found["aelib.psnr"]
    assert psnr["page"] == "api_metrics.html#psnr"
    assert psnr["lesson"] == "API · Measures and diagnosis"
    assert "Decibels" in psnr["text"]
    assert "`" not in psnr["text"]
