"""Nothing on the playground moves because a sentence comes or goes, on a wide or a narrow page."""

import pytest

from aelib.widgets import TrainingPlayground

WATCH = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const watched = () => ({
    buttons: all(".top > .row button"),
    settings: all(".controls summary, .settings :is(select, input)"),
    goals: all(".quests button, .quests a"),
    pictures: all(".pictures :is(canvas, svg, select)").filter((each) => !window.twoRuns),
    below: all(".looks button, .below"),
  });
  document.querySelector("main").insertAdjacentHTML("beforeend", "<p class='below'>text</p>");
  const before = new Map();
  window.moved = [];
  let scrolled = scrollY;
  const look = () => {
    for (const [kind, nodes] of Object.entries(watched())) {
      for (const node of nodes) {
        const { left, top, width } = node.getBoundingClientRect();
        if (!width) continue;
        const place = [left + scrollX, top, top + scrollY].map(Math.round);
        const was = before.get(node);
        before.set(node, place);
        if (!was || (kind === "buttons" && scrollY !== scrolled)) continue; // they stay in sight
        const [right, down, away] = place.map((v, i) => Math.abs(v - was[i]) > 1);
        if (!right && !(down && away)) continue; // as it was, or scrolled
        moved.push([kind, node.textContent.slice(0, 30) || node.tagName, was, place]);
      }
    }
    scrolled = scrollY;
    requestAnimationFrame(look);
  };
  look();
}"""
DONE = "The passes are over."
PLACES = [(1000, 800), (360, 740)]


@pytest.fixture(params=PLACES, ids=["wide", "narrow"])
def opened(request, page, show):
    """Show a playground whose places are watched; what was folded is open."""
    width, height = request.param
    page.set_viewport_size({"width": width, "height": height})

    def put(widget):
        show(widget)
        page.locator(".controls > details").evaluate_all("all => all.map((e) => (e.open = true))")
        page.locator(".figures", has_text="squared error").wait_for()
        page.wait_for_timeout(600)  # the page has its first pictures, and has been heard
        page.evaluate(WATCH)
        return page

    return put


def moved(page):
    page.wait_for_timeout(500)  # what is told comes a little later than what is done
    return page.evaluate("moved")


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def test_while_it_trains_and_stops_and_a_goal_is_reached(opened, blobs):
    widget = TrainingPlayground(*blobs, latent_dim=2, passes=40, batch_size=16)
    page = opened(widget)
    goal = page.get_by_role("button", name="Two numbers, below PCA")
    for name in ("One step", "Ten steps", "Another seed", "Begin again"):
        press(page, name)
        after = "Go on" if "step" in name else "Start"
        page.get_by_role("button", name=after, exact=True).wait_for()
    page.evaluate("scrollTo(0, 0)")  # further down the buttons come into sight, as they must
    page.wait_for_timeout(100)
    goal.dispatch_event("click")
    press(page, "Start")
    page.locator(".figures", has_text=DONE).wait_for()
    page.wait_for_function("model.get('reached').includes('two')")
    assert "PCA's two numbers span" in page.locator(".tally").inner_text()
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(100)
    goal.dispatch_event("click")
    page.get_by_role("button", name="Ten digits from dice").dispatch_event("click")
    assert moved(page) == []


def test_while_a_network_is_lost_and_begins_again(opened, blobs):
    page = opened(TrainingPlayground(*blobs, lr=10, bend="none", loss="squared", batch_size=16))
    press(page, "Start")
    page.get_by_role("button", name="Begin again with a tenth of it").wait_for()
    assert moved(page) == []
    page.get_by_role("button", name="Begin again with a tenth of it").click()
    page.wait_for_timeout(1000)
    assert moved(page) == []


def test_while_settings_are_changed_and_a_number_is_refused(opened, blobs):
    page = opened(TrainingPlayground(*blobs, hidden=[16], batch_size=32))
    press(page, "Ten steps")
    page.get_by_role("group", name="Latent map").wait_for()
    for name, value in (("noise on its input", "0.8"), ("KL weight", "1"), ("bend", "none")):
        page.get_by_role("combobox", name=name).select_option(value)
        page.wait_for_timeout(300)
    for name in ("numbers in the code", "passes", "seed"):
        page.get_by_label(name).fill("99999999999")
        page.keyboard.press("Tab")
        page.wait_for_timeout(100)
        assert "A whole number from" in page.locator(".settings").all_inner_texts().__str__()
    page.get_by_label("numbers in the code").fill("1")
    press(page, "Ten steps")
    assert moved(page) == []


def test_a_kept_run_moves_no_setting_and_no_button(opened, blobs):
    page = opened(TrainingPlayground(*blobs, hidden=[16], batch_size=32))
    press(page, "Ten steps")
    page.get_by_role("button", name="Go on", exact=True).wait_for()
    page.get_by_role("group", name="Latent map").wait_for()
    page.evaluate("twoRuns = true")  # the pictures make room for a second screen
    press(page, "Keep this run")
    page.get_by_label("bend").select_option("relu")
    press(page, "Ten steps")
    page.wait_for_timeout(500)
    assert [each for each in moved(page) if each[0] != "below"] == []
    page.evaluate("[twoRuns, moved.length] = [false, 0]")
    page.wait_for_timeout(100)
    page.evaluate("moved.length = 0")  # from here on the pictures stay, too
    page.get_by_label("numbers in the code").fill("3")
    press(page, "Ten steps")
    page.locator(".heading", has_text="numbers 3").wait_for()
    assert moved(page) == []


def test_where_webassembly_is_refused(opened, blobs):
    widget = TrainingPlayground(*blobs, hidden=[16], batch_size=16)
    widget._worker = f"delete self.WebAssembly;\n{widget._worker}"
    page = opened(widget)
    assert "twenty to thirty times as long" in page.locator(".told").inner_text()
    page.evaluate("document.querySelector('.tally').textContent = ''")  # as it was before
    assert moved(page) == []
