"""The playground under hands and keys: it learns, stops, begins again, and says so."""

import re
from itertools import pairwise

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

import aelib
from aelib.widgets import TrainingPlayground
from conftest import HARNESS, state_of

HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


UNDER_WAY = "/^[1-9]/.test(document.querySelector('.figures').textContent)"


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def figures(page):
    return page.locator(".figures").inner_text()


def steps(page):
    return int(figures(page).split(" ")[0])


def error(page):
    return float(re.search(r"squared error ([\d.]+)", figures(page))[1])


def until(page, condition):
    page.wait_for_function(condition, timeout=30_000)


def until_it_says(page, words):
    page.locator(".figures", has_text=words).wait_for(timeout=30_000)


def test_it_learns_until_the_passes_are_over(show, blobs):
    page = show(TrainingPlayground(*blobs, latent_dim=4, passes=30, batch_size=16))
    until_it_says(page, "PCA with 4")
    before = error(page)
    press(page, "Start")
    until_it_says(page, "The passes are over.")
    assert steps(page) == 30 * 8
    assert error(page) < 0.8 * before
    page.get_by_role("button", name="Go on").wait_for()
    until(page, f"document.querySelector('.status').textContent === {figures(page)!r}")


def test_the_lines_are_those_of_the_mean_picture_and_of_pca(show, blobs):
    page = show(TrainingPlayground(*blobs, latent_dim=3))
    until_it_says(page, "PCA with 3")
    x, held = blobs[0][:128], blobs[0][128:]
    pca = PCA(3, svd_solver="full").fit(x)
    left = ((held - pca.inverse_transform(pca.transform(held))) ** 2).sum(axis=1).mean()
    assert f"PCA with 3 has {left:.2f}" in figures(page)
    spoken = page.locator(".curve svg").get_attribute("aria-label")
    mean = ((held - x.mean(axis=0)) ** 2).sum(axis=1).mean()
    assert f"the mean digit {mean:.2f}, PCA with 3 {left:.2f}" in spoken


@pytest.mark.parametrize(
    "settings",
    [
        {"kl": 1.0},
        {"bend": "relu", "loss": "squared", "hidden": [20, 12]},
        {"bend": "none", "loss": "squared", "hidden": []},
    ],
)
def test_python_gets_the_network(show, blobs, settings):
    widget = TrainingPlayground(*blobs, latent_dim=5, batch_size=32, **settings)
    with pytest.raises(ValueError, match="Nothing is trained yet"):
        widget.model()
    page = show(widget)
    press(page, "Ten steps")
    until(page, "model.get('_trained').byteLength > 0")
    assert steps(page) == 10
    sent = page.evaluate("[...new Uint8Array(model.get('_trained').buffer)]")
    heard = {"_trained": memoryview(bytes(sent))}  # as a kernel hands it over
    widget.set_state(heard | {"_trained_as": page.evaluate("model.get('_trained_as')")})
    model, held = widget.model(), torch.tensor(blobs[0][128:])
    x_hat = model.inverse_transform(model.transform(held))
    assert float(aelib.squared_error(x_hat, held)) == pytest.approx(error(page), abs=0.0051)


def test_a_network_that_was_handed_in_is_trained_on(show, blobs):
    torch.manual_seed(3)
    start = aelib.VAE(4, hidden=(24,))
    held = torch.tensor(blobs[0][128:])
    before = float(aelib.squared_error(start.inverse_transform(start.transform(held)), held))
    page = show(TrainingPlayground(*blobs, start=start, batch_size=32))
    until_it_says(page, "0 of ")
    assert error(page) == pytest.approx(before, abs=0.0051)
    assert "It begins with the network that Python handed in." in page.locator("main").inner_text()
    press(page, "Ten steps")
    until(page, "model.get('_trained').byteLength > 0")
    assert error(page) < before
    assert page.evaluate("model.get('_trained_steps').byteLength") == 40
    how = page.evaluate("model.get('_trained_how')")
    assert (how["per_pass"], how["done"]) == (4, False)
    page.get_by_role("combobox", name="hidden units").select_option("16")  # another network
    until(page, "document.querySelector('.begun').textContent === ''")


def test_a_run_is_kept_whole_and_one_thing_changed(show, blobs):
    page = show(TrainingPlayground(*blobs, hidden=[16], batch_size=32))
    keep = page.get_by_role("button", name="Keep this run")
    assert keep.is_disabled()  # there is nothing to keep
    for seen in ("10 of ", "20 of "):
        press(page, "Ten steps")
        until(page, f"document.querySelector('.status').textContent.startsWith('{seen}')")
    pictures = page.locator(".playground figure canvas")  # all but the map, which has another size
    read = "(all) => all.map((canvas) => canvas.toDataURL())"
    before = None
    while before != (before := pictures.evaluate_all(read)):  # measures come after the figures
        page.wait_for_timeout(1000)
    figures_before = figures(page)
    keep.click()
    until(page, "document.querySelector('.figures').textContent.startsWith('0 of ')")
    heading = page.locator(".heading")
    assert heading.first.text_content() == "New run (the same settings)"
    page.get_by_label("L1 on the code").select_option("3")
    page.get_by_label("bend").select_option("relu")
    until(page, "document.querySelector('.heading').textContent.includes('bend ReLU, L1 3')")
    kept = f"Kept (bend SiLU, L1 0): {figures_before}"
    assert heading.last.text_content() == kept
    spoken = page.locator(".curve svg").get_attribute("aria-label")
    assert "the kept curve, bend SiLU, L1 0, ended at" in spoken
    assert page.locator(".curve polyline.kept").count() == 1
    assert set(before) <= set(pictures.evaluate_all(read))
    press(page, "Drop the kept run")
    assert heading.count() == 1
    assert page.locator(".curve polyline.kept").count() == 0


def test_ten_steps_that_a_setting_interrupts_are_not_made_by_the_next_network(show, blobs):
    page = show(TrainingPlayground(*blobs, hidden=[16], batch_size=32))
    until_it_says(page, "0 of ")
    page.evaluate(
        """() => {
          const all = [...document.querySelectorAll("button")];
          all.find((each) => each.textContent === "Ten steps").click();
          model.set("hidden", [24]);
        }"""
    )
    page.wait_for_timeout(1000)
    assert steps(page) == 0
    assert page.get_by_role("button", name="Start", exact=True).is_visible()
    press(page, "Ten steps")
    until(page, "document.querySelector('.status').textContent.startsWith('10 of ')")


def test_the_trained_network_is_at_once_in_the_other_widgets(show, blobs):
    widget = TrainingPlayground(*blobs, latent_dim=3, hidden=[24], batch_size=32)
    page = show(widget)
    assert page.get_by_role("button", name="Walk on its map").is_disabled()
    outline = "e => getComputedStyle(e).outlineStyle"  # a place, and no gap, as long as it is empty
    assert page.locator(".aelib-look").evaluate(outline) == "dashed"
    press(page, "Ten steps")
    page.get_by_role("group", name="Latent map").wait_for()
    assert page.locator(".aelib-look").evaluate(outline) == "none"
    assert "The network after 10 steps" in page.locator(".looks").inner_text()
    press(page, "Move its numbers")
    page.get_by_role("slider", name="z[2]").wait_for()
    sent = page.evaluate("[...new Uint8Array(model.get('_trained').buffer)]")
    heard = {"_trained": memoryview(bytes(sent))}  # as a kernel hands it over
    widget.set_state(heard | {"_trained_as": page.evaluate("model.get('_trained_as')")})
    model = widget.model()
    read = "(c) => [...c.getContext('2d').getImageData(0, 0, 28, 28).data]"
    drawn = page.get_by_role("img", name="the network").evaluate(read)[::4]
    own = model.inverse_transform(model.transform(torch.tensor(blobs[0][128:129])))
    np.testing.assert_allclose(drawn, 255 * (1 - np.asarray(own)[0]), atol=0.51)
    press(page, "Add noise")
    page.get_by_role("group", name="Noise explorer").wait_for()
    press(page, "Draw a digit")
    page.get_by_role("button", name="7: the next one").click()
    page.locator(".status", has_text="the reconstruction").wait_for()
    page.get_by_label("numbers in the code").fill("1")
    press(page, "One step")
    page.locator(".looks", has_text="after 1 step,").wait_for()
    assert page.get_by_role("button", name="Walk on its map").is_disabled()


def test_again_is_the_same_and_another_seed_is_not(show, blobs):
    page = show(TrainingPlayground(*blobs, hidden=[16]))
    seen = []
    for button in ("Begin again", "Another seed", "Begin again"):
        press(page, "Ten steps")
        until(page, "document.querySelector('.figures').textContent.startsWith('10 of ')")
        page.get_by_role("button", name="Go on").wait_for()
        seen.append(page.locator("canvas").first.evaluate("(c) => c.toDataURL()"))
        press(page, button)
        until(page, "document.querySelector('.figures').textContent.startsWith('0 of ')")
    assert seen[0] == seen[1] != seen[2]


def test_a_learning_rate_that_is_too_high_ends_in_a_sentence_and_a_way_back(show, blobs):
    widget = TrainingPlayground(*blobs, lr=10, bend="none", loss="squared", batch_size=16)
    page = show(widget)
    press(page, "Start")
    until(page, "document.querySelector('.trouble').textContent !== ''")
    assert page.locator(".figures").is_hidden()  # they are of the steps before
    alert = page.locator(".trouble")
    assert re.match(r"The network is lost after \d+ steps?: its error is ", alert.text_content())
    assert alert.get_attribute("role") == "alert"
    assert "The learning rate 10 is too high for it." in alert.text_content()
    bar = page.locator(".playground .top")
    assert "Lost at step" in bar.inner_text()
    assert bar.get_by_role("button").first.inner_text() == "Start"  # there is nothing to go on with
    assert "NaN" not in page.locator("main").inner_text()
    for _ in range(4):  # as often as it takes
        if not alert.text_content():
            break
        page.get_by_role("button", name="Begin again with a tenth of it").click()
        page.wait_for_timeout(1500)
    assert alert.text_content() == ""
    assert "Lost" not in bar.inner_text()
    assert page.evaluate("model.get('lr')") < 10


def test_a_hidden_page_waits(show, blobs):
    page = show(TrainingPlayground(*blobs, passes=1000, batch_size=4))
    press(page, "Start")
    until(page, UNDER_WAY)
    page.evaluate(HIDE, True)
    page.get_by_role("button", name="Go on", exact=True).wait_for()
    page.wait_for_timeout(200)
    rested = steps(page)
    page.wait_for_timeout(300)
    assert steps(page) == rested
    page.evaluate(HIDE, False)
    until(page, f"!document.querySelector('.figures').textContent.startsWith('{rested} of ')")
    press(page, "Pause")


def test_keys_build_another_network(show, blobs):
    page = show(TrainingPlayground(*blobs))
    press(page, "One step")
    until(page, "document.querySelector('.figures').textContent.startsWith('1 of ')")
    box = page.get_by_label("numbers in the code")
    box.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("900")
    page.keyboard.press("Tab")
    assert page.evaluate("model.get('latent_dim')") == 64
    told = page.locator(".groups .asked").first.inner_text()
    assert told == "A whole number from 1 to 64, so it is 64."
    until(page, "document.querySelector('.figures').textContent.startsWith('0 of ')")
    page.get_by_label("second hidden layer").select_option("32")
    assert page.evaluate("model.get('hidden')") == [128, 32]
    page.evaluate("model.set('latent_dim', 1)")  # from Python
    assert box.input_value() == "1"
    press(page, "One step")
    until(page, "document.querySelector('.figures').textContent.startsWith('1 of ')")


def test_whoever_clicks_into_a_number_writes_another_one(show, blobs):
    page = show(TrainingPlayground(*blobs))
    box = page.get_by_label("numbers in the code")
    box.click()
    page.keyboard.type("2")  # 16 is not made 162
    page.keyboard.press("Enter")
    assert page.evaluate("model.get('latent_dim')") == 2
    told = page.locator(".groups .asked").first
    assert told.inner_text() == ""
    box.click()
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    assert page.evaluate("model.get('latent_dim')") == 3
    box.fill("")
    page.keyboard.press("Tab")
    assert box.input_value() == "3"
    assert told.inner_text().endswith("so it is 3.")


def test_on_a_phone_the_focus_never_goes_back_up(page, show, blobs):
    page.set_viewport_size({"width": 360, "height": 740})
    page = show(TrainingPlayground(*blobs, hidden=[16]))
    until_it_says(page, "0 of ")
    page.locator(".quests summary").click()  # its goals are to be reached too
    tops = page.evaluate(
        """() => [...document.querySelectorAll(
             ".playground :is(button, input, select, summary)")]
             .filter((each) => each.checkVisibility())
             .map((each) => each.getBoundingClientRect().bottom + scrollY)"""
    )
    assert len(tops) >= 20
    assert all(below > above - 20 for above, below in pairwise(tops))  # of one row, some are lower


def test_on_a_narrow_page_what_the_reader_opened_stays_open(page, show, blobs):
    page.set_viewport_size({"width": 360, "height": 740})
    show(TrainingPlayground(*blobs, passes=1000))
    page.get_by_text("Settings", exact=True).click()
    box = page.get_by_label("numbers in the code")
    box.fill("3")
    press(page, "Start")
    until(page, UNDER_WAY)
    assert box.is_visible()
    press(page, "Pause")
    press(page, "Keep this run")
    picture = page.get_by_role("img", name="held-out digits").first
    assert box.bounding_box()["y"] < picture.bounding_box()["y"]


def test_a_goal_is_ticked_when_it_is_reached_and_stays_so(show, blobs):
    page = show(TrainingPlayground(*blobs, latent_dim=2, passes=40, batch_size=16))
    goals = page.locator(".quests li")
    assert goals.count() == 10
    assert page.locator(".quests .reached").count() == 0
    tally = page.locator(".tally[role=status]")
    assert tally.inner_text() == "0 of ten goals reached."
    assert goals.first.inner_text().endswith("(Lesson\u00a001)")  # no page is known here
    assert goals.get_by_role("link").count() == 0
    until_it_says(page, "PCA with 2")
    press(page, "Start")
    until_it_says(page, "The passes are over.")
    until(page, "model.get('reached').includes('two')")
    assert "✓ Two numbers, below PCA" in goals.first.inner_text()
    assert "PCA's two numbers span a flat sheet." in tally.inner_text()
    count = page.locator(".quests .reached").count()
    assert tally.inner_text().startswith("✓ Reached at step ")
    assert "asleep: none of them" in page.locator(".spread [role=img]").get_attribute("aria-label")
    assert "read as" in page.get_by_role("img", name="drawn from codes").get_attribute("aria-label")
    press(page, "Another seed")
    until(page, "document.querySelector('.figures').textContent.startsWith('0 of ')")
    assert page.locator(".quests .reached").count() >= 1
    assert tally.inner_text() == f"{count} of ten goals reached."
    goals.first.get_by_role("button").click()  # what it teaches can be read again
    assert (
        "✓ Two numbers, below PCA. PCA's two numbers span" in page.locator(".pinned").inner_text()
    )


def test_goals_are_kept_in_the_browser_and_forgotten_when_asked(browser, blobs, tmp_path):
    (tmp_path / "page.html").write_text(HARNESS, encoding="utf-8")
    widget = TrainingPlayground(*blobs, latent_dim=2, passes=40, batch_size=16)
    page = browser.new_page()

    def opened():
        page.goto((tmp_path / "page.html").as_uri())
        page.evaluate("(state) => open_widget(state, 1)", state_of(widget))
        page.locator(".quests .reached, .quests li").first.wait_for()
        return page.evaluate("model.get('reached')")

    assert opened() == []
    until_it_says(page, "PCA with 2")
    press(page, "Start")
    until(page, "model.get('reached').includes('two')")
    assert (
        "is kept in this browser. Nothing is sent anywhere." in page.locator(".quests").inner_text()
    )
    until_it_says(page, "The passes are over.")
    assert "two" in opened()
    assert page.locator(".quests .reached").count() >= 1
    press(page, "Forget what was reached")
    assert opened() == []
    page.evaluate("localStorage.setItem('aelib-playground-goals', '{broken')")
    assert opened() == []
    page.close()


def test_where_a_browser_keeps_nothing_the_goals_work_and_say_so(show, blobs):
    page = show(TrainingPlayground(*blobs))  # a page without an address: storage is refused
    assert "since this browser keeps nothing" in page.locator(".quests").inner_text()


def test_a_goal_that_is_chosen_stays_in_sight_with_its_distance(show, blobs):
    page = show(TrainingPlayground(*blobs, latent_dim=3, hidden=[16], batch_size=32))
    pinned = page.locator(".pinned")
    assert pinned.is_hidden()
    goal = page.get_by_role("button", name="Half as many")
    goal.click()
    assert goal.get_attribute("aria-pressed") == "true"
    until_it_says(page, "PCA with 3")
    press(page, "Ten steps")
    page.locator(".pinned", has_text="Now: PCA with 16 has ").wait_for()
    assert f"this network {error(page):.2f}." in pinned.inner_text()
    page.get_by_role("button", name="Two numbers, below PCA").click()
    assert pinned.inner_text().endswith("It needs 2 numbers in the code.")
    page.get_by_role("button", name="Two numbers, below PCA").click()
    assert pinned.is_hidden()


def test_who_listens_hears_the_goal_and_how_far_it_is(show, blobs):
    blobs = [np.tile(each, (20, 1) if each.ndim > 1 else 20) for each in blobs]  # seconds of work
    page = show(TrainingPlayground(*blobs, latent_dim=3, hidden=[16], passes=1000))
    until_it_says(page, "PCA with 3")
    says = "document.querySelector('.status').textContent"
    goal = page.get_by_role("button", name="A network that is PCA")
    goal.press("Enter")
    aim = "A network that is PCA. It needs no bend, squared error."
    until(page, f"{says} === {aim!r}")
    assert page.locator(".status").get_attribute("aria-live") == "polite"
    rest = "(now) => (performance.now = () => now.call(performance) + 20_000)"
    page.evaluate(f"({rest})(performance.now)")  # the last sentence is long over
    page.keyboard.press("p")
    until(page, f"/^[1-9].* of .* steps[.] {aim}$/.test({says})")
    page.keyboard.press("p")
    page.get_by_role("button", name="Go on", exact=True).wait_for()
    page.wait_for_timeout(600)
    assert page.evaluate(says) == f"{figures(page)} {aim}"


def test_what_gets_the_focus_never_hides_behind_the_goal_in_sight(page, show, blobs):
    page.set_viewport_size({"width": 360, "height": 740})
    show(TrainingPlayground(*blobs, hidden=[16]))
    page.locator(".controls > details").evaluate_all("all => all.map((e) => (e.open = true))")
    page.get_by_role("button", name="Ten digits from dice").press("Enter")
    page.locator(".pinned", has_text="It needs a KL weight above 0").wait_for()
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        assert page.evaluate("""() => {
          const held = document.activeElement;
          const { left, top } = held.getBoundingClientRect();
          return held.contains(document.elementFromPoint(left + 9, top + 4));
        }"""), page.evaluate("document.activeElement.outerHTML")


def test_a_button_that_does_nothing_more_hands_the_focus_on(show, blobs):
    page = show(TrainingPlayground(*blobs, hidden=[16], batch_size=32))
    held = "document.activeElement.textContent"
    press(page, "Ten steps")
    page.get_by_role("button", name="Keep this run", disabled=False).press("Enter")
    assert page.evaluate(held) == "Drop the kept run"
    page.keyboard.press("Enter")  # the run beside it has no step yet: there is nothing to keep
    assert page.evaluate(held) == "Another seed"
    page.evaluate("model.set('reached', ['two'])")
    page.get_by_role("button", name="Forget what was reached").press("Enter")
    assert page.evaluate(held) == "○ Ten digits from dice"
    page.evaluate("model.set('lr', 1000)")
    press(page, "Start")
    page.get_by_role("button", name="Begin again with a tenth of it").press("Enter")
    assert page.evaluate("document.activeElement.className") == "main"


def test_noise_acts_on_a_network_at_rest_and_a_kl_from_0_begins_another(show, blobs):
    page = show(TrainingPlayground(*blobs, hidden=[16], batch_size=32))
    press(page, "Ten steps")
    page.get_by_role("button", name="Go on").wait_for()
    before, picture = error(page), page.get_by_role("img", name="held-out digits")
    read = "(canvas) => canvas.toDataURL()"
    clean = picture.evaluate(read)
    page.get_by_label("noise on its input").select_option("0.8")
    until_it_says(page, "a median filter has")
    assert steps(page) == 10
    assert error(page) != before
    assert picture.evaluate(read) != clean
    page.get_by_label("KL weight").select_option("1")
    until(page, "document.querySelector('.figures').textContent.startsWith('0 of ')")
    assert "a KL weight that comes from 0 or goes to 0" in page.locator("main").inner_text()


def test_the_key_p_starts_and_pauses_from_any_setting(show, blobs):
    page = show(TrainingPlayground(*blobs, passes=1000))
    page.get_by_label("bend").focus()
    page.keyboard.press("p")
    until(page, UNDER_WAY)
    page.keyboard.press("p")
    page.get_by_role("button", name="Go on", exact=True).wait_for()
    assert page.evaluate("model.get('bend')") == "silu"


def test_a_number_that_was_only_typed_counts_when_p_is_pressed(show, blobs):
    page = show(TrainingPlayground(*blobs, latent_dim=4, hidden=[16], passes=1000))
    page.get_by_label("numbers in the code").press("Control+a")
    page.keyboard.type("12")
    assert page.evaluate("model.get('latent_dim')") == 4
    page.keyboard.press("p")
    until(page, UNDER_WAY)
    assert page.evaluate("model.get('latent_dim')") == 12
    until_it_says(page, "PCA with 12")


def test_a_wheel_over_a_number_does_not_change_it(show, blobs):
    page = show(TrainingPlayground(*blobs))
    box = page.get_by_label("numbers in the code")
    box.click()
    page.mouse.wheel(0, 100)
    page.wait_for_timeout(200)
    assert box.input_value() == "16"
    assert page.evaluate("model.get('latent_dim')") == 16


def test_what_stands_below_says_that_it_is_the_network_before(show, blobs):
    page = show(TrainingPlayground(*blobs, hidden=[16], batch_size=32))
    press(page, "Ten steps")
    page.locator(".looks", has_text="The network after 10 steps").wait_for()
    page.get_by_label("bend").select_option("relu")
    page.locator(
        ".looks", has_text="Still the network that was trained before (bend SiLU)"
    ).wait_for()


def test_the_address_holds_the_settings_where_the_page_is_its_own(show, blobs):
    widget = TrainingPlayground(*blobs)
    widget._in_address = True
    page = show(widget)
    page.get_by_label("KL weight").select_option("3")
    page.get_by_label("second hidden layer").select_option("32")
    assert page.evaluate("location.hash") == "#hidden=128-32&kl=3"
    page.evaluate("location.hash = '#latent_dim=2&bend=gelu'")  # as a link does
    until(page, "model.get('latent_dim') === 2")
    assert page.evaluate("[model.get('kl'), model.get('bend')]") == [0, "silu"]
    assert page.get_by_label("numbers in the code").input_value() == "2"
    assert "bend=gelu; it must be one of none" in page.locator("main").inner_text()
    said = "The link has set: numbers 2, hidden units 128, KL weight 0."
    until(page, f"document.querySelector('.status').textContent.startsWith({said!r})")
    assert page.evaluate("document.activeElement.textContent") == "Start"
    page.evaluate("location.hash = '#What-you-see'")  # a place on the page, no settings
    page.wait_for_timeout(50)
    assert page.evaluate("model.get('latent_dim')") == 2


def test_without_webassembly_it_trains_too_and_says_what_that_costs(page, show, blobs):
    widget = TrainingPlayground(*blobs, hidden=[16], batch_size=16)
    widget._worker = f"delete self.WebAssembly;\n{widget._worker}"
    show(widget)
    press(page, "One step")
    until(page, "document.querySelector('.figures').textContent.startsWith('1 of ')")
    assert "thirty times as long" in page.locator("main").inner_text()


def test_a_slow_device_begins_with_less_and_an_address_with_what_it_asks_for(show, blobs):
    widget = TrainingPlayground(*blobs, hidden=[16])
    widget._in_address = True
    slow = "let told = 0; performance.now = () => (told += 1000);"  # a second for each step
    widget._worker = f"{slow}\n{widget._worker}"
    page = show(widget)
    until_it_says(page, "slower than most: 100 digits and 10 passes to begin with.")
    assert page.evaluate("[model.get('pictures'), model.get('passes')]") == [100, 10]
    assert page.evaluate("location.hash") == "#pictures=100&passes=10"
    page.evaluate("location.hash = '#latent_dim=2'")  # a link asks for more
    until(page, "model.get('latent_dim') === 2")
    page.locator(".begun", has_text="The link has set: ").wait_for()
    until_it_says(page, "0 of ")
    assert "slower" not in figures(page)
    press(page, "One step")
    until(page, "document.querySelector('.figures').textContent.startsWith('1 of ')")
    assert "slower" not in figures(page)
