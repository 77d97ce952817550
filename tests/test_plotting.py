"""aelib.plotting: what is drawn is read from the artists, never from pixels."""

import struct

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from numpy.testing import assert_allclose

from aelib import (
    plot_bars,
    plot_history,
    plot_latent,
    plot_manifold,
    plot_reconstructions,
    plotting,
    show,
    show_images,
)
from aelib.plotting import CLASS_COLOURS, COLOURS

mpl.use("Agg")


@pytest.fixture(autouse=True)
def _no_figure_is_left():
    yield
    plt.close("all")


@pytest.fixture
def ax():
    return plt.subplots()[1]


def random_images(n, height=4, width=4):
    return np.random.default_rng(0).uniform(size=(n, height, width))


def drawn(ax):
    """The one sheet of pixels on these axes; gaps hold NaN."""
    (image,) = ax.images
    return np.ma.filled(image.get_array().astype(float), np.nan)


def pictures_on(ax, rows, columns, height=4, width=4):
    """Cut the sheet into its tiles and drop the gaps."""
    sheet = drawn(ax)
    tiles = sheet.reshape(rows, len(sheet) // rows, columns, -1).swapaxes(1, 2)
    tiles = tiles.reshape(rows * columns, *tiles.shape[2:])
    return tiles[:, -height:, :width]


def texts(ax):
    return [text.get_text() for text in ax.texts]


# A race


def test_bars_carry_their_names_and_numbers_first_on_top(ax):
    plot_bars({"PCA": 20.346, "network": 5.6}, digits=1, xlabel="error", ax=ax)
    assert [patch.get_width() for patch in ax.patches] == [20.346, 5.6]
    assert texts(ax) == ["20.3", "5.6"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["PCA", "network"]
    assert ax.yaxis_inverted()
    assert ax.get_xlim()[1] > 20.346 * 1.1, "no room for the numbers"


# Images side by side


def test_images_stand_in_reading_order_and_gaps_are_empty():
    images = random_images(6)
    ax = show_images(images, columns=3)
    assert_allclose(pictures_on(ax, rows=2, columns=3), images)
    assert np.isfinite(drawn(ax)).sum() == images.size


def test_an_unfinished_row_stays_empty():
    images = random_images(5)
    tiles = pictures_on(show_images(images, columns=3), rows=2, columns=3)
    assert_allclose(tiles[:5], images)
    assert np.isnan(tiles[5]).all()


def test_no_more_columns_than_images():
    images = random_images(2)
    assert_allclose(pictures_on(show_images(images), rows=1, columns=2), images)


@pytest.mark.parametrize("as_given", [np.asarray, torch.as_tensor, np.ndarray.tolist])
def test_flat_and_square_images_arrays_tensors_and_lists_are_one(as_given):
    images = random_images(3)
    for given in (as_given(images), as_given(images.reshape(3, 16))):
        assert_allclose(pictures_on(show_images(given), rows=1, columns=3), images)


def test_flat_images_that_are_not_square_need_a_shape():
    images = random_images(2, height=3, width=5)
    flat = images.reshape(2, 15)
    tiles = pictures_on(show_images(flat, shape=(3, 5)), rows=1, columns=2, height=3, width=5)
    assert_allclose(tiles, images)
    with pytest.raises(ValueError, match="shape="):
        show_images(flat)


def test_all_images_share_their_limits_whatever_they_hold():
    (image,) = show_images(random_images(2) / 10).images
    assert image.get_clim() == (0, 1)
    assert image.get_cmap().name == "gray_r"
    (image,) = show_images(random_images(2), vmin=-3, vmax=3, cmap="RdBu_r").images
    assert image.get_clim() == (-3, 3)
    assert image.get_cmap().name == "RdBu_r"


def test_titles_stand_above_their_image():
    ax = show_images(random_images(3), columns=2, titles=["a", "b", "c"])
    assert texts(ax) == ["a", "b", "c"]
    sheet = drawn(ax)
    for text in ax.texts:
        x, y = text.get_position()
        assert np.isnan(sheet[int(y), int(x)])
        assert np.isfinite(sheet[int(y) + 1, int(x)])


def test_titles_must_be_as_many_as_images():
    with pytest.raises(ValueError, match="2 images need as many titles, not 1"):
        show_images(random_images(2), titles=["a"])


@pytest.mark.parametrize("images", [np.empty((0, 16)), np.ones(16), np.ones((2, 4, 5, 6)), []])
def test_what_is_no_stack_of_images_is_refused(images):
    with pytest.raises(ValueError, match="at least one"):
        show_images(images)


# In colour

COLOURED = np.random.default_rng(1).uniform(size=(4, 3, 5, 6)).astype(np.float32)


@pytest.mark.parametrize(
    ("given", "shape", "vmin"),
    [
        (COLOURED, None, 0),
        (np.moveaxis(COLOURED, 1, 3), None, 0),
        (COLOURED.reshape(4, -1), (3, 5, 6), 0),
        (torch.tensor(COLOURED, requires_grad=True), None, 0),
        (2 * torch.tensor(COLOURED) - 1, None, -1),
    ],
    ids=["channels first", "channels last", "flat", "tensor with a gradient", "from -1 to 1"],
)
def test_colour_is_drawn_as_colour_and_gaps_are_seen_through(given, shape, vmin):
    ax = show_images(given, columns=2, shape=shape, vmin=vmin)
    sheet = drawn(ax)
    tiles = sheet.reshape(2, len(sheet) // 2, 2, -1, 4).swapaxes(1, 2).reshape(4, -1, 8, 4)
    assert_allclose(tiles[:, -5:, :6, :3], np.moveaxis(COLOURED, 1, 3), atol=1e-6)
    assert (sheet[..., 3] > 0).sum() == 4 * 5 * 6


def test_rows_and_maps_of_colour_are_drawn_too():
    rows = plot_reconstructions({"input": COLOURED, "copy": 1 - COLOURED})
    assert drawn(rows).shape[2] == 4
    sheet = drawn(plot_manifold(COLOURED))
    assert_allclose(sheet[:5, 6:, :3], np.moveaxis(COLOURED[1], 0, 2), atol=1 / 62 + 1e-6)


def test_a_channel_of_grey_is_grey_and_bytes_are_shares_of_255():
    images = random_images(2)
    assert_allclose(pictures_on(show_images(images[:, None]), rows=1, columns=2), images)
    levels = (255 * images).astype(np.uint8)
    tiles = pictures_on(show_images(levels), rows=1, columns=2)
    assert_allclose(tiles, images, atol=1 / 255)


def test_pixels_of_another_scale_are_not_drawn_all_alike_and_the_cure_is_one():
    floats = 255.0 * random_images(2)
    with pytest.raises(ValueError, match=r"from vmin=0 to vmax=1\. Usual cure: images / 255"):
        show_images(floats)
    show_images(floats / 255)
    show_images(floats, vmax=255)


# Rows of reconstructions


def test_rows_are_drawn_below_each_other_and_labelled_in_order():
    first, second = random_images(3), 1 - random_images(3)
    ax = plot_reconstructions({"input": first, "copy": second})
    assert_allclose(pictures_on(ax, rows=2, columns=3), np.concatenate([first, second]))
    assert texts(ax) == ["input", "copy"]


def test_a_label_stands_left_of_the_middle_of_its_row():
    ax = plot_reconstructions({"input": random_images(3), "copy": random_images(3)})
    sheet = drawn(ax)
    filled = np.flatnonzero(np.isfinite(sheet).any(axis=1)).reshape(2, 4)
    for text, row in zip(ax.texts, filled, strict=True):
        x, y = text.get_position()
        assert x < 0
        assert row.min() < y < row.max() + 1


def test_rows_can_have_signed_colours_and_share_them():
    rows = {"a": random_images(2) - 0.5, "b": random_images(2) * 3}
    (image,) = plot_reconstructions(rows, vmin=-2, vmax=2, cmap="RdBu_r").images
    assert image.get_clim() == (-2, 2)
    assert image.get_cmap().name == "RdBu_r"


def test_rows_of_flat_images_take_a_shape():
    flat = random_images(2, height=3, width=5).reshape(2, 15)
    ax = plot_reconstructions({"a": flat, "b": flat}, shape=(3, 5))
    assert np.isfinite(drawn(ax)).sum() == 2 * flat.size


@pytest.mark.parametrize("rows", [{}, {"a": random_images(3), "b": random_images(2)}])
def test_rows_of_different_images_are_refused(rows):
    with pytest.raises(ValueError, match="same images"):
        plot_reconstructions(rows)


# Loss curves


def test_curves_run_over_epochs_from_1():
    ax = plot_history({"training": [3.0, 2.0, 1.0], "test": [4.0, 3.0]})
    training, test = ax.lines
    assert_allclose(training.get_xydata(), [(1, 3), (2, 2), (3, 1)])
    assert_allclose(test.get_xydata(), [(1, 4), (2, 3)])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["training", "test"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "squared error per image")


def test_curves_differ_in_colour_and_marker():
    ax = plot_history({name: [2.0, 1.0] for name in "abcde"})
    assert len({line.get_color() for line in ax.lines}) == 5
    assert len({line.get_marker() for line in ax.lines}) == 5


def test_long_curves_have_no_markers():
    (line,) = plot_history({"training": list(range(50))}).lines
    assert line.get_marker() == "None"


def test_floors_are_level_lines_with_name_and_value():
    floors = {"mean image": 52.9, "PCA": 21.06}
    ax = plot_history({"training": [60.0, 30.0]}, floors=floors, ylabel="nats per image")
    _, *levels = ax.lines
    for line, level in zip(levels, floors.values(), strict=True):
        assert set(line.get_ydata()) == {level}
    assert texts(ax) == ["mean image: 52.9", "PCA: 21.06"]
    assert len({line.get_linestyle() for line in levels}) == 2
    assert ax.get_ylabel() == "nats per image"


# Maps of 2-D codes


def test_each_class_is_drawn_in_its_colour_at_its_codes():
    z, y = np.random.default_rng(0).normal(size=(40, 2)), np.arange(40) % 4
    ax = plot_latent(z, y)
    assert [dots.get_label() for dots in ax.collections] == ["0", "1", "2", "3"]
    for label, dots in enumerate(ax.collections):
        assert_allclose(dots.get_offsets(), z[y == label])
        assert to_hex(dots.get_facecolor()[0]).upper() == CLASS_COLOURS[label]


def test_each_class_is_drawn_as_its_own_number():
    ax = plot_latent(np.zeros((10, 2)), np.arange(10))
    glyphs = [dots.get_paths()[0].vertices for dots in ax.collections]
    assert len({glyph.tobytes() for glyph in glyphs}) == 10
    expected = mpl.markers.MarkerStyle("$7$")
    assert_allclose(glyphs[7], expected.get_path().transformed(expected.get_transform()).vertices)


def test_ten_classes_have_ten_colours_and_more_begin_again():
    assert len(set(CLASS_COLOURS)) == 10
    ax = plot_latent(np.zeros((2, 2)), [1, 11])
    one, eleven = ax.collections
    assert_allclose(one.get_facecolor(), eleven.get_facecolor())
    assert one.get_paths()[0].vertices.shape != eleven.get_paths()[0].vertices.shape


def contrast_with_white(colour):
    """WCAG 2: 1 is none, 21 is black on white."""
    value = np.array(mpl.colors.to_rgb(colour))
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05)


@pytest.mark.parametrize("colour", CLASS_COLOURS)
def test_thin_numbers_stand_out_from_the_paper(colour):
    assert contrast_with_white(colour) > 2.9


def test_a_map_takes_tensors():
    ax = plot_latent(torch.tensor([[1.0, 2.0]]), torch.tensor([5]), size=50)
    assert_allclose(ax.collections[0].get_offsets(), [(1, 2)])
    assert_allclose(ax.collections[0].get_sizes(), [50])


def test_maps_with_limits_are_equal_and_all_are_undistorted():
    z, y = np.array([[0.0, 0.0], [5.0, 1.0]]), [0, 1]
    ax = plot_latent(z, y, limits=(-3, 8))
    assert ax.get_xlim() == ax.get_ylim() == (-3, 8)
    assert ax.get_aspect() == plot_latent(z, y).get_aspect() == 1
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("z1", "z2")


def test_a_map_without_limits_shows_every_point():
    z = np.array([[-40.0, 0.0], [5.0, 1.0]])
    ax = plot_latent(z, [0, 1])
    ax.figure.canvas.draw()
    assert ax.get_xlim()[0] < -40 < 5 < ax.get_xlim()[1]
    assert ax.get_ylim()[0] < 0 < 1 < ax.get_ylim()[1]


@pytest.mark.parametrize(
    "z", [np.zeros((3, 3)), np.zeros(3), np.zeros((0, 2)), [[0.0, 1.0], [0.0, np.nan], [0.0, 0.0]]]
)
def test_a_map_refuses_what_is_no_plane_of_points(z):
    with pytest.raises(ValueError, match=r"codes z of shape \(N, 2\) without NaN"):
        plot_latent(z, [0, 1, 2])


@pytest.mark.parametrize(
    "y", [[0, 1], [0, 1, -1], [0.0, 1.0, 2.0], ["a", "b", "c"], [[0], [1], [2]]]
)
def test_a_map_refuses_labels_that_do_not_fit(y):
    with pytest.raises(ValueError, match="whole number from 0 on for each of the 3 codes"):
        plot_latent(np.zeros((3, 2)), y)


# Where it is drawn


DRAWINGS = [
    lambda ax: show_images(random_images(2), ax=ax),
    lambda ax: plot_reconstructions({"a": random_images(2)}, ax=ax),
    lambda ax: plot_history({"a": [2.0, 1.0]}, ax=ax),
    lambda ax: plot_latent([[0.0, 1.0]], [3], ax=ax),
]


@pytest.mark.parametrize("draw", DRAWINGS)
def test_the_given_axes_are_drawn_on_and_returned(draw, ax):
    assert draw(ax) is ax
    assert ax.has_data()
    assert plt.get_fignums() == [ax.figure.number]


@pytest.mark.parametrize("draw", DRAWINGS)
def test_without_axes_a_new_figure_is_made(draw):
    before = set(plt.get_fignums())
    new = draw(None)
    assert set(plt.get_fignums()) - before == {new.figure.number}
    assert new.has_data()


def test_colours_of_curves_are_distinct():
    assert len(set(COLOURS)) == 7


# Showing it in a notebook


@pytest.fixture
def displayed(monkeypatch):
    calls = []
    monkeypatch.setattr(plotting, "get_ipython", object)
    monkeypatch.setattr(plotting, "display", lambda data, **rest: calls.append((data, rest)))
    return calls


def test_show_emits_a_png_with_its_text_and_closes_the_figure(ax, displayed):
    ax.plot([1, 2])
    assert show(ax, "A rising line.") is None
    ((data, rest),) = displayed
    assert data["text/plain"] == "A rising line."
    assert data["image/png"].startswith(b"\x89PNG\r\n")
    assert rest["raw"]
    assert rest["metadata"]["image/png"]["alt"] == "A rising line."
    assert plt.get_fignums() == []


def test_a_shown_picture_has_two_pixels_for_each_of_the_page(ax, displayed):
    show(ax, "Empty axes.")
    data, rest = displayed[0]
    assert (
        rest["metadata"]["image/png"]["width"]
        == struct.unpack(">I", data["image/png"][16:20])[0] // 2
    )


def test_a_shown_picture_is_small(displayed):
    z = np.random.default_rng(0).normal(size=(400, 2))
    show(plot_latent(z, np.arange(400) % 10), "A cloud of digits.")
    png = displayed[0][0]["image/png"]
    assert png[25] == 3, "colours come from a palette"
    assert len(png) < 120_000


def test_show_takes_any_axes_of_a_figure(displayed):
    figure, axes = plt.subplots(1, 2)
    inset = axes[1].inset_axes((0, 0, 0.5, 0.5))
    show(inset, "Two empty axes.")
    assert len(displayed) == 1
    assert not plt.fignum_exists(figure.number)


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_a_figure_without_text_is_not_shown(ax, displayed, alt):
    with pytest.raises(ValueError, match="alt text"):
        show(ax, alt)
    assert displayed == []


# plot_manifold


def test_a_manifold_lays_its_pictures_edge_to_edge_row_by_row(ax):
    images = np.arange(9 * 6).reshape(9, 6) / 54
    assert plot_manifold(images, shape=(2, 3), ax=ax) is ax
    sheet = ax.images[0].get_array()
    assert sheet.shape == (6, 9)
    for i in range(9):
        row, column = divmod(i, 3)
        part = sheet[2 * row : 2 * row + 2, 3 * column : 3 * column + 3]
        assert_allclose(part, images[i].reshape(2, 3), atol=0.51 / 31)
    assert (ax.images[0].norm.vmin, ax.images[0].norm.vmax) == (0, 1)


def test_a_manifolds_labels_count_up_from_the_bottom_left():
    ax = plot_manifold(np.zeros((9, 16)), labels=["-1", "0", "1"])
    assert [t.get_text() for t in ax.get_xticklabels()] == ["-1", "0", "1"]
    assert_allclose(ax.get_xticks(), [2, 6, 10])
    assert_allclose(ax.get_yticks(), [10, 6, 2])  # pictures count rows from the top


@pytest.mark.parametrize(
    ("n", "labels", "words"),
    [(8, None, "n \\* n images"), (9, ["a", "b"], "3 columns need as many labels, not 2")],
)
def test_a_manifold_that_is_no_square_is_refused(n, labels, words):
    with pytest.raises(ValueError, match=words):
        plot_manifold(np.zeros((n, 16)), labels=labels)
