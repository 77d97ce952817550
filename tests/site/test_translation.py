"""aelib.site.translation: the course's prose taken out as gettext messages, and put back."""

import json
import shutil
from pathlib import Path

import nbformat
import polib
import pytest
from courses import OPENING, write_course

from aelib.cli import main
from aelib.data.files import DataError
from aelib.site.lessons import SiteError
from aelib.site.translation import put_back, take_out

ROOT = Path(__file__).parents[2]
TEXT = """## 3 · What is lost

Each picture is `x`, with an error of $e_i = x - y$:

$$
e^2

 = 1
$$

- **Predict:** how large is it?
  Say a number.
1. See [lesson 01](01_a.ipynb).

| word | meaning |
|---|---|
| code | what `encode` gives |

```python
print("not prose")

x = 1
```
After the fence.
"""
MESSAGES = [
    "What is lost",
    "Each picture is `x`, with an error of $e_i = x - y$:",
    "**Predict:** how large is it?\n  Say a number.",
    "See [lesson 01](01_a.ipynb).",
    "word | meaning |",
    "code | what `encode` gives |",
    "After the fence.",
]


def course(folder, *cells):
    new = nbformat.v4
    notebook = new.new_notebook(cells=[new.new_markdown_cell(OPENING)])
    notebook.cells += [new.new_markdown_cell(cell) for cell in cells]
    notebook.cells.append(new.new_code_cell("words = 'What is lost'", execution_count=1))
    return write_course(folder, notebook)


def catalogue(folder, translations, *, fuzzy=(), language="de"):
    """A .po file of some messages; returns its path."""
    words = polib.POFile()
    words.metadata = {"Content-Type": "text/plain; charset=utf-8", "Language": language}
    for message, said in translations.items():
        words.append(
            polib.POEntry(msgid=message, msgstr=said, flags=["fuzzy"] * (message in fuzzy))
        )
    path = folder / "x.po"
    words.save(str(path))
    return path


def read(folder):
    return nbformat.read(folder / "notebooks" / "00_first.ipynb", as_version=4)


def test_a_message_is_a_heading_a_paragraph_an_item_or_a_row(tmp_path):
    folder = course(tmp_path / "course", TEXT)
    take_out(folder, tmp_path / "c.pot")
    of_cell = [
        entry.msgid
        for entry in polib.pofile(str(tmp_path / "c.pot"))
        if ("notebooks/00_first.ipynb", "2") in entry.occurrences
    ]
    assert of_cell == MESSAGES


def test_what_is_said_twice_is_asked_for_once(tmp_path):
    folder = course(tmp_path / "course", "Once more.", "Once more.")
    take_out(folder, tmp_path / "c.pot")
    (entry,) = [e for e in polib.pofile(str(tmp_path / "c.pot")) if e.msgid == "Once more."]
    assert [line for _, line in entry.occurrences] == ["2", "3"]


def test_translated_words_stand_where_the_others_stood(tmp_path):
    folder = course(tmp_path / "course", TEXT)
    said = {
        "What is lost": "Was verloren geht",
        MESSAGES[2]: "**Vorhersage:** wie groß ist er?\n  Eine Zahl.",
        "code | what `encode` gives |": "Code | was `encode` ergibt |",
        "After the fence.": "Nach dem Zaun.",
    }
    done, of = put_back(folder, catalogue(tmp_path, said), tmp_path / "deutsch")
    assert (done, of) == (4, 15)
    expected = TEXT
    for old, new in said.items():
        expected = expected.replace(old, new)
    notebook = read(tmp_path / "deutsch")
    assert notebook.cells[1].source == expected
    assert notebook.cells[2].source == "words = 'What is lost'"
    assert notebook.metadata["lang"] == "de"
    assert (tmp_path / "deutsch" / "README.md").read_text() == (folder / "README.md").read_text()


def test_a_fuzzy_translation_is_not_used(tmp_path):
    folder = course(tmp_path / "course", "Keep me.")
    said = catalogue(tmp_path, {"Keep me.": "Falsch."}, fuzzy=["Keep me."])
    put_back(folder, said, tmp_path / "deutsch")
    assert read(tmp_path / "deutsch").cells[1].source == "Keep me."


def test_without_translations_every_text_of_this_course_stays_to_the_letter(tmp_path):
    put_back(ROOT, catalogue(tmp_path, {}), tmp_path / "same")
    for path in [ROOT / "README.md", *(ROOT / "notebooks").glob("*.md")]:
        assert (tmp_path / "same" / path.relative_to(ROOT)).read_bytes() == path.read_bytes()
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        if "-" in path.name:
            continue  # a copy that somebody made
        copy = json.loads((tmp_path / "same" / path.relative_to(ROOT)).read_text(encoding="utf-8"))
        assert copy["metadata"].pop("lang") == "de"
        assert copy == json.loads(path.read_text(encoding="utf-8")), path.name


@pytest.mark.parametrize(
    ("message", "said", "what"),
    [
        ("It is `x`.", "Es ist x.", "lacks `x`"),
        ("It is $x^2$.", "Es ist $x^3$.", r"lacks \$x\^2\$ and has \$x\^3\$ of its own"),
        ("See [it](a.ipynb).", "Siehe [es](b.ipynb).", r"lacks \]\(a.ipynb\)"),
        ("a | b |", "a b |", r"lacks \|"),
    ],
)
def test_code_formulas_and_links_stay(tmp_path, message, said, what):
    folder = course(tmp_path / "course", message)
    with pytest.raises(SiteError, match=what):
        put_back(folder, catalogue(tmp_path, {message: said}), tmp_path / "deutsch")
    assert not (tmp_path / "deutsch").exists()


def test_a_folder_that_is_there_is_left_alone(tmp_path):
    folder = course(tmp_path / "course")
    with pytest.raises(DataError, match="is there already"):
        put_back(folder, catalogue(tmp_path, {}), folder)


def test_what_is_no_course_and_what_is_no_catalogue_is_said(tmp_path, capsys):
    assert main(["translate", "take", str(tmp_path / "c.pot"), "--course", str(tmp_path)]) == 2
    assert "holds no README.md and lessons" in capsys.readouterr().err
    folder = course(tmp_path / "course")
    (tmp_path / "no.po").write_text("no\n")
    put = ["translate", "put", str(tmp_path / "no.po"), str(tmp_path / "x")]
    assert main([*put, "--course", str(folder)]) == 2
    assert "no .po file that can be read" in capsys.readouterr().err
    shutil.rmtree(folder)


def test_the_commands_go_out_and_back(tmp_path, capsys):
    folder = course(tmp_path / "course", "Keep me.")
    take = ["translate", "take", str(tmp_path / "c.pot"), "--course", str(folder)]
    assert main(take) == 0
    words = polib.pofile(str(tmp_path / "c.pot"))
    for entry in words:
        entry.msgstr = entry.msgid.replace("Keep", "Halte")
    words.save(str(tmp_path / "de.po"))
    put = ["translate", "put", str(tmp_path / "de.po"), str(tmp_path / "de"), "--course"]
    assert main([*put, str(folder)]) == 0
    assert read(tmp_path / "de").cells[1].source == "Halte me."
    assert "of" in capsys.readouterr().out
