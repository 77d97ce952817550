"""The API reference as readers meet it: narrow and wide, light and dark, by keyboard."""

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from courses import OPENING, write_course

from aelib.site.build import build_site


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A course of one lesson, and the whole reference."""
    lesson = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(OPENING)])
    folder = write_course(tmp_path_factory.mktemp("course"), lesson)
    build_site(folder, folder / "site")
    return folder / "site"


@pytest.fixture
def put(browser, site):
    """Open a page; its security policy must hold, and no script may fail."""
    contexts, trouble = [], []

    def open_page(name, **options):
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda line: trouble.append(line.text) if line.type == "error" else None)
        page.goto(f"{site.as_uri()}/{name}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert trouble == []


@pytest.mark.parametrize("name", ["api.html", "api_widgets.html"])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_it_fits_can_be_read_by_everybody_and_scrolls_only_downwards(put, name, width, scheme):
    page = put(name, viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    found = Axe().run(page, options={"preload": False}).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


def test_the_search_leads_to_a_name_by_keyboard(put):
    page = put("index.html")
    page.keyboard.press("/")
    page.keyboard.type("psnr")
    page.locator("#results a").first.wait_for()
    assert page.locator("#results strong").first.text_content() == "aelib.psnr"
    page.keyboard.press("Tab")  # past the field's own button to empty it, or to the first result
    page.locator("#results a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/api_metrics.html#psnr")
    assert page.locator("h2", has_text="aelib.psnr").is_visible()
    assert page.locator(".contents a[aria-current]").text_content() == "psnr"
