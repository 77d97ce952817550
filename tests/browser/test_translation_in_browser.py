"""Lesson 00 in a language that nobody speaks: longer words with accents, and its widgets work."""

import os
import re
import shutil
from pathlib import Path

import nbformat
import polib
import pytest

from aelib.site.build import build_site
from aelib.site.translation import put_back, take_out

ROOT = Path(__file__).parents[2]
LESSON = "00_start_here"
STAYS = re.compile(r"(`+[^`]+`+|\$[^$]+\$|\]\([^)]*\)|<[^>]+>|https?://\S+|&\w+;)")
ACCENTS = str.maketrans("aeiouyAEIOUYcnsz", "áéîöúýÁÉÎÖÚÝçñšž")
SCREENSHOTS = os.environ.get("AELIB_SCREENSHOTS")  # a folder to keep pictures of the page in
PICTURE = """(box) => box.querySelectorAll("canvas")[1].toDataURL()"""


def pseudo(message):
    """Words a third longer, with accents; code, formulas, links and marks as they are."""
    parts = STAYS.split(message)
    for i in range(0, len(parts), 2):
        longer = re.sub(r"[^\W\d_]{3,}", lambda word: word[0] + len(word[0]) // 3 * "ë", parts[i])
        parts[i] = longer.translate(ACCENTS)
    return "".join(parts)


@pytest.fixture(scope="module")
def translated(tmp_path_factory):
    """A course of lesson 00 alone, its translation, and the pages of that."""
    folder = tmp_path_factory.mktemp("translation")
    course = folder / "course"
    (course / "notebooks").mkdir(parents=True)
    shutil.copy(ROOT / "README.md", course)
    shutil.copytree(ROOT / "notebooks" / "pictures", course / "notebooks" / "pictures")
    shutil.copy(ROOT / "notebooks" / f"{LESSON}.ipynb", course / "notebooks")
    shutil.copytree(ROOT / "data" / "decoders", course / "data" / "decoders")
    take_out(course, folder / "course.pot")
    words = polib.pofile(str(folder / "course.pot"))
    for entry in words:
        entry.msgstr = pseudo(entry.msgid)
    words.metadata["Language"] = "qps"
    words.save(str(folder / "qps.po"))
    done, of = put_back(course, folder / "qps.po", folder / "qps")
    assert done == of > 100
    build_site(folder / "qps", folder / "site")
    return folder


def test_prose_is_translated_and_everything_else_is_as_it_was(translated):
    before, after = (
        nbformat.read(translated / name / "notebooks" / f"{LESSON}.ipynb", as_version=4).cells
        for name in ("course", "qps")
    )
    for old, new in zip(before, after, strict=True):
        if old.cell_type == "code":
            assert new == old
        else:
            assert new.source != old.source
            assert STAYS.findall(new.source) == STAYS.findall(old.source)
            assert new.source.count("**") == old.source.count("**")


def test_the_page_is_translated_and_its_sliders_move(translated, browser):
    page = browser.new_page(viewport={"width": 360, "height": 740})
    trouble = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda line: trouble.append(line.text) if line.type == "error" else None)
    page.goto((translated / "site" / f"{LESSON}.html").as_uri())
    page.locator("html[data-live]").wait_for()
    assert page.locator("main").get_attribute("lang") == "qps"
    assert "Stártë héréë" in page.locator("h1").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    box = page.locator(".live.ready[data-kind=LatentExplorer]")
    before = box.evaluate(PICTURE)
    box.get_by_role("slider").first.focus()
    page.keyboard.press("End")
    assert box.evaluate(PICTURE) != before
    if SCREENSHOTS:
        page.screenshot(path=f"{SCREENSHOTS}/translated.png")
    page.close()
    assert trouble == []
