"""aelib.load_images and aelib.as_digit: pictures of your own, exact, upright and the right way."""

import numpy as np
import pytest
import torch
from PIL import Image

from aelib import DataError, as_digit, load_images, load_mnist

RANDOM = np.random.default_rng(0)
GREY = RANDOM.integers(0, 256, (28, 28), np.uint8)
COLOUR = RANDOM.integers(0, 256, (20, 30, 3), np.uint8)


@pytest.fixture
def folder(tmp_path):
    for name in ("cats", "dogs"):
        (tmp_path / name).mkdir()
        for i in range(5):
            Image.fromarray(GREY).save(tmp_path / name / f"{i}.png")
    (tmp_path / "cats" / "notes.txt").write_text("no picture")
    return tmp_path


def test_subfolders_are_classes_and_every_fifth_picture_is_for_testing(folder):
    x_train, y_train, x_test, y_test = load_images(folder)
    assert y_train.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert y_test.tolist() == [0, 1]
    assert x_train.shape == (8, 784)
    assert torch.equal(x_test[0] * 255, torch.from_numpy(GREY).ravel().float())


def test_a_split_that_is_there_is_kept(folder, tmp_path):
    for part in ("train", "test"):
        for name in ("cats", "dogs"):
            (tmp_path / "split" / part / name).mkdir(parents=True)
            Image.fromarray(GREY).save(tmp_path / "split" / part / name / "a.PNG")
    _, y_train, _, y_test = load_images(tmp_path / "split")
    assert y_train.tolist() == y_test.tolist() == [0, 1]


def test_colour_is_kept_and_pictures_need_not_be_square(tmp_path):
    Image.fromarray(COLOUR).save(tmp_path / "a.png")
    x = load_images(tmp_path, size=(20, 30), grey=False)[0]
    assert x.shape == (1, 3, 20, 30)
    assert np.array_equal((x[0] * 255).round().byte().permute(1, 2, 0), COLOUR)
    small = load_images(tmp_path, size=(10, 10), grey=False)[0]
    assert small.shape == (1, 3, 10, 10)


def test_a_picture_held_sideways_is_turned(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    picture = np.zeros((40, 20), np.uint8)
    picture[:, 10:] = 255
    Image.fromarray(picture).save(tmp_path / "a.png", exif=exif)
    x = load_images(tmp_path, size=(20, 40))[0].reshape(20, 40)
    assert x[:9].max() == 0
    assert x[11:].min() == 1


def test_transparency_lies_on_white_and_deep_greys_and_palettes_are_read(tmp_path):
    clear = np.zeros((28, 28, 4), np.uint8)
    Image.fromarray(clear, "RGBA").save(tmp_path / "a.png")
    Image.fromarray(np.full((28, 28), 65535, np.uint16)).save(tmp_path / "b.png")
    Image.fromarray(GREY).convert("P").save(tmp_path / "c.gif")
    Image.fromarray(np.full((28, 28), 255, np.uint8)).convert("1").save(tmp_path / "d.bmp")
    x = load_images(tmp_path)[0]
    assert (x[[0, 1, 3]] == 1).all()
    assert torch.equal(x[2] * 255, torch.from_numpy(GREY).ravel().float())


@pytest.mark.parametrize(
    ("name", "content"), [("a.png", b""), ("a.jpg", b"\xff\xd8\xff"), ("b.png", b"hello")]
)
def test_a_picture_that_cannot_be_read_is_named(folder, name, content):
    (folder / "cats" / name).write_bytes(content)
    with pytest.raises(DataError, match=rf"{name} cannot be read as a picture"):
        load_images(folder)


def test_a_truncated_picture_is_named(folder):
    whole = (folder / "cats" / "0.png").read_bytes()
    (folder / "cats" / "0.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"0\.png cannot be read"):
        load_images(folder)


def test_a_folder_without_pictures_and_no_folder_are_named(tmp_path):
    with pytest.raises(DataError, match="holds no picture"):
        load_images(tmp_path)
    with pytest.raises(DataError, match="is no folder"):
        load_images(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "settings", [{"grey": False}, {"size": (28, 20)}], ids=["colour", "not square"]
)
def test_centred_pictures_are_grey_and_square(folder, settings):
    with pytest.raises(ValueError, match="centred pictures are grey and square"):
        load_images(folder, centred=True, **settings)
    with pytest.raises(ValueError, match="size must be"):
        load_images(folder, size=(1, 2, 3))


# --- one photograph or scan


def digit():
    return load_mnist(100, 100)[0][5].reshape(28, 28)


def scanned(dark_on_light=True, colour=True, side=64):
    """A digit as a scanner has it: on white paper, in colour, larger, somewhere on the sheet."""
    sheet = Image.new("L", (side, side), 0)
    large = Image.fromarray((digit().numpy() * 255).round().astype(np.uint8))
    sheet.paste(large.resize((side // 2, side // 2), Image.Resampling.BICUBIC), (3, 7))
    pixels = np.asarray(sheet)
    pixels = 235 - (pixels.astype(int) * 200 // 255) if dark_on_light else pixels
    picture = Image.fromarray(pixels.astype(np.uint8))
    return picture.convert("RGB") if colour else picture


@pytest.mark.parametrize("dark_on_light", [True, False])
@pytest.mark.parametrize("colour", [True, False])
@pytest.mark.parametrize("side", [64, 200])
def test_a_scan_becomes_a_picture_like_those_of_mnist(dark_on_light, colour, side):
    x = as_digit(scanned(dark_on_light, colour, side))
    assert x.shape == (784,)
    assert x.dtype == torch.float32
    assert 0 <= x.min() <= x.max() <= 1
    others = load_mnist(100, 100)[0]
    assert ((others - x) ** 2).sum(dim=1).argmin() == 5  # of a hundred digits it is this one
    rows, columns = (x.reshape(28, 28) > 0.1).nonzero().T
    assert max(rows.max() - rows.min(), columns.max() - columns.min()) + 1 in (19, 20, 21)


def test_arrays_and_tensors_are_pictures_too():
    scan = scanned()
    x, bytes_ = as_digit(scan), np.asarray(scan)
    for same in (bytes_, bytes_ / np.float32(255), torch.as_tensor(bytes_.copy()).permute(2, 0, 1)):
        torch.testing.assert_close(as_digit(same), x, atol=0.02, rtol=0)


def test_a_folder_of_scans_can_be_centred(tmp_path):
    scanned().save(tmp_path / "a.png")
    torch.testing.assert_close(load_images(tmp_path, centred=True)[0][0], as_digit(scanned()))


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (np.zeros((28, 28)), "no ink"),
        (np.ones((5, 28, 28, 1)), r"A picture is \(H, W\)"),
        (255 * np.ones((28, 28)), "usual cure: / 255"),
        ("seven.jpg", "A picture is"),
    ],
)
def test_what_is_no_digit_is_refused(picture, words):
    with pytest.raises(ValueError, match=words):
        as_digit(picture)
