"""The loaders give the same checked rows at every call, and say what is wrong with a file."""

import gzip
import hashlib
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import aelib
from aelib import DataError
from aelib.data import files, mnist

IMPOSSIBLE_SIZES = [0, -1, True, 2.5, "10", None, float("nan")]
LABELS = "t10k-labels-idx1-ubyte"
IMAGES = "t10k-images-idx3-ubyte"


@pytest.fixture(autouse=True)
def fresh_process():
    """Forget what earlier tests read, and what this test read from damaged files."""
    cached = (mnist._mnist_file, mnist._pixels_are_intact)
    yield
    for function in cached:
        function.cache_clear()


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("AELIB_CACHE", str(tmp_path / "cache"))
    mnist._mnist_file.cache_clear()
    return tmp_path / "cache" / "mnist"


@pytest.fixture
def own_data(own_cache, tmp_path, monkeypatch):
    """A copy of the small files of data/ that a test may damage."""
    folder = tmp_path / "data" / "mnist"
    folder.mkdir(parents=True)
    for name in (LABELS, IMAGES):
        source = files.data_dir() / "mnist" / f"{name}.gz"
        (folder / source.name).write_bytes(source.read_bytes())
    monkeypatch.setattr(mnist, "data_dir", lambda: folder.parent)
    return folder


# --- MNIST: what comes back -------------------------------------------------------------------


def test_mnist_has_the_published_shapes_types_and_range():
    x_train, y_train, x_test, y_test = aelib.load_mnist()
    assert x_train.shape == (60_000, 784)
    assert x_test.shape == (10_000, 784)
    assert y_train.shape == (60_000,)
    assert y_test.shape == (10_000,)
    for x in (x_train, x_test):
        assert x.dtype == torch.float32
        assert (x.min(), x.max()) == (0, 1)
    assert y_train.dtype == y_test.dtype == torch.int64


def test_mnist_is_the_published_data():
    _, y_train, _, y_test = aelib.load_mnist()
    # counts and first labels as printed in LeCun's description and in every tutorial since
    assert y_train.bincount().tolist() == [
        5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949
    ]  # fmt: skip
    assert y_test.bincount().tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert y_train[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert y_test[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]


def test_pixels_are_bytes_divided_by_255():
    _, _, x_test, _ = aelib.load_mnist(1, 10_000)
    with gzip.open(files.data_dir() / "mnist" / f"{IMAGES}.gz") as file:
        content = np.frombuffer(file.read(), dtype=np.uint8, offset=16).reshape(-1, 784)
    np.testing.assert_array_equal(x_test.numpy() * 255, content)


def test_ink_is_1_and_paper_is_0():
    x, *_ = aelib.load_mnist(100, 1)
    corners = x.reshape(-1, 28, 28)[:, :3, :3]
    assert corners.max() == 0
    assert 0.1 < x.mean() < 0.2


@pytest.mark.parametrize("size", [10, 500, 5000])
def test_subsets_are_balanced(size):
    _, y_train, _, y_test = aelib.load_mnist(size, size)
    assert y_train.bincount().tolist() == [size // 10] * 10
    assert y_test.bincount(minlength=10).max() - size // 10 <= size // 50  # few 5s in the test set


def test_subset_of_any_size_is_balanced_to_one():
    _, y, *_ = aelib.load_mnist(1237, 1)
    counts = y.bincount()
    assert counts.sum() == 1237
    assert counts.max() - counts.min() <= 1


def test_smaller_sets_are_contained_in_larger_ones():
    rows = [{row.numpy().tobytes() for row in aelib.load_mnist(n, 1)[0]} for n in (20, 333, 2000)]
    assert rows[0] < rows[1] < rows[2]


def test_labels_belong_to_their_images():
    x_all, y_all, *_ = aelib.load_mnist(60_000, 1)
    label_of = {row.tobytes(): label for row, label in zip(x_all.numpy(), y_all, strict=True)}
    x, y, *_ = aelib.load_mnist(500, 1)
    assert [label_of[row.tobytes()] for row in x.numpy()] == y.tolist()


def test_every_call_gives_the_same_rows_and_may_be_written_to():
    first, again = aelib.load_mnist(30, 20), aelib.load_mnist(30, 20)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    first[0].zero_()
    first[3].zero_()
    assert all(torch.equal(a, b) for a, b in zip(aelib.load_mnist(30, 20), again, strict=True))


def test_numpy_integers_are_whole_numbers():
    assert len(aelib.load_mnist(np.int64(7), np.uint8(5))[0]) == 7


@pytest.mark.parametrize("size", [*IMPOSSIBLE_SIZES, 60_001])
def test_impossible_n_train_is_named(size):
    with pytest.raises(ValueError, match=r"n_train must be a whole number from 1 to 60,000, not "):
        aelib.load_mnist(n_train=size)


@pytest.mark.parametrize("size", [*IMPOSSIBLE_SIZES, 10_001])
def test_impossible_n_test_is_named(size):
    with pytest.raises(ValueError, match=r"n_test must be a whole number from 1 to 10,000, not "):
        aelib.load_mnist(n_test=size)


# --- MNIST: files -----------------------------------------------------------------------------


def test_checksums_are_those_of_the_readme():
    readme = (files.data_dir() / "mnist" / "README.md").read_text(encoding="utf-8")
    for name, sha256 in mnist._MNIST.items():
        assert f"{sha256}  {name}" in readme


def test_cache_holds_the_decompressed_file(own_cache):
    aelib.load_mnist(1, 1)
    assert sorted(path.name for path in own_cache.iterdir()) == sorted(mnist._MNIST)
    for name, sha256 in mnist._MNIST.items():
        assert hashlib.sha256((own_cache / name).read_bytes()).hexdigest() == sha256


# --- MNIST: all pixels, once for all kernels ---------------------------------------------------

PIXELS = "t10k-images-float32"


def all_test_pixels():
    return aelib.load_mnist(1, 10_000)[2]


def test_all_pixels_are_kept_as_float32_and_small_sets_are_not(own_cache):
    aelib.load_mnist(10, 10)
    assert not (own_cache / PIXELS).exists()
    x = all_test_pixels()
    assert (own_cache / PIXELS).read_bytes() == x.numpy().tobytes()


def test_writing_to_all_pixels_changes_neither_the_file_nor_another_call(own_cache):
    first, before = all_test_pixels(), all_test_pixels().clone()
    first.zero_()
    assert torch.equal(all_test_pixels(), before)
    mnist._pixels_are_intact.cache_clear()
    assert torch.equal(all_test_pixels(), before)


@pytest.mark.parametrize("damage", [lambda b: b[:5000], lambda b: b"", lambda b: b[:-1] + b"\x7f"])
def test_damaged_pixels_are_made_again(own_cache, damage):
    good = all_test_pixels().clone()
    content = (own_cache / PIXELS).read_bytes()
    (own_cache / PIXELS).unlink()
    (own_cache / PIXELS).write_bytes(damage(content))
    mnist._pixels_are_intact.cache_clear()
    assert torch.equal(all_test_pixels(), good)
    assert (own_cache / PIXELS).read_bytes() == content


def test_pixels_that_vanish_are_made_again(own_cache):
    good = all_test_pixels().clone()
    (own_cache / PIXELS).unlink()
    assert torch.equal(all_test_pixels(), good)
    assert (own_cache / PIXELS).exists()


def test_pixels_that_cannot_be_kept_are_given_all_the_same(own_cache, monkeypatch):
    good = all_test_pixels().clone()
    (own_cache / PIXELS).unlink()

    def full(path, content):
        raise DataError("Cannot write: No space left on device.")

    monkeypatch.setattr(mnist, "write_if_new", full)
    assert torch.equal(all_test_pixels(), good)
    assert not (own_cache / PIXELS).exists()


def test_kernels_that_begin_together_map_the_same_file(own_cache, monkeypatch):
    """Else eight kernels that find no file each map one of their own, and share nothing."""
    real, first = mnist.write_if_new, []

    def slow(path, content):
        if not first:
            first.append(None)
            assert len(all_test_pixels()) == 10_000  # another kernel, while this one is at it
            first.append((own_cache / PIXELS).stat().st_ino)
        real(path, content)

    monkeypatch.setattr(mnist, "write_if_new", slow)
    all_test_pixels()
    assert (own_cache / PIXELS).stat().st_ino == first[-1]
    assert [path.name for path in own_cache.glob("*float32*")] == [PIXELS]


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for the memory of a process")
def test_all_pixels_are_memory_that_processes_share(own_cache):
    program = (
        "import aelib; x = aelib.load_mnist(1, 10_000)[2]; x.sum();"
        "maps = open('/proc/self/smaps').read().split('float32')[1];"
        "print(*(int(maps.split(name + ':')[1].split()[0])"
        " for name in ('Rss', 'Private_Dirty', 'Anonymous')))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    resident, dirty, own = map(int, run.stdout.split())
    assert resident > 30_000  # KB
    assert dirty == own == 0


def test_cache_is_used_when_data_is_gone(own_data):
    mnist._mnist_file(LABELS)
    mnist._mnist_file.cache_clear()
    (own_data / f"{LABELS}.gz").unlink()
    assert mnist._mnist_file(LABELS).stat().st_size == 10_008


@pytest.mark.parametrize("damage", [lambda b: b[:5000], lambda b: b"", lambda b: b[:-1] + b"\x7f"])
def test_damaged_cache_is_repaired(own_data, own_cache, damage):
    good = mnist._mnist_file(LABELS).read_bytes()
    mnist._mnist_file.cache_clear()
    (own_cache / LABELS).unlink()
    (own_cache / LABELS).write_bytes(damage(good))
    assert mnist._mnist_file(LABELS).read_bytes() == good
    assert (own_cache / LABELS).read_bytes() == good


@pytest.mark.parametrize("moment", ["os.fsync", "os.link", "pathlib.Path.replace"])
def test_a_kernel_killed_while_it_unpacks_harms_no_other(own_cache, moment):
    kill = f"import os, pathlib; {moment} = lambda *_: os.kill(os.getpid(), 9)"
    program = f"import aelib; {kill}; aelib.load_mnist(10, 10_000)"
    killed = subprocess.run([sys.executable, "-c", program], capture_output=True)
    assert killed.returncode == -9
    mnist._mnist_file.cache_clear()
    name = "t10k-images-idx3-ubyte"
    published = files.unpack(files.data_dir() / "mnist" / f"{name}.gz", mnist._MNIST[name])
    assert (all_test_pixels() * 255).round().to(torch.uint8).numpy().tobytes() == published[16:]


def test_a_cache_emptied_while_the_kernel_runs_is_filled_again(own_cache):
    _, before, _, _ = aelib.load_mnist(10, 10)
    for file in own_cache.iterdir():
        file.unlink()
    _, after, _, _ = aelib.load_mnist(10, 10)
    assert torch.equal(before, after)
    assert len(list(own_cache.iterdir())) == 4


def test_missing_file(own_data):
    (own_data / f"{LABELS}.gz").unlink()
    with pytest.raises(DataError, match=rf"{LABELS}\.gz is missing\. Copy data/ again"):
        mnist._mnist_file(LABELS)


def test_truncated_file(own_data):
    path = own_data / f"{LABELS}.gz"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match=r"truncated or damaged.*Copy data/ again"):
        mnist._mnist_file(LABELS)


def test_file_with_flipped_bytes(own_data):
    path = own_data / f"{LABELS}.gz"
    content = bytearray(path.read_bytes())
    content[2000:2040] = bytes(40)
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"damaged|not the published file"):
        mnist._mnist_file(LABELS)


def test_file_that_is_no_gzip(own_data):
    (own_data / f"{LABELS}.gz").write_bytes(b"<html>not found</html>")
    with pytest.raises(DataError, match=r"truncated or damaged.*Not a gzipped file"):
        mnist._mnist_file(LABELS)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.data())
def test_a_damaged_file_is_refused_or_gives_what_was_published(choices):
    published = files.data_dir() / "mnist" / f"{LABELS}.gz"
    content = bytearray(published.read_bytes())
    for _ in range(choices.draw(st.integers(1, 4))):
        content[choices.draw(st.integers(0, len(content) - 1))] = choices.draw(st.integers(0, 255))
    content = content[: choices.draw(st.integers(0, len(content)))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / published.name
        path.write_bytes(content)
        with suppress(DataError):
            assert files.unpack(path, mnist._MNIST[LABELS]) == gzip.decompress(
                published.read_bytes()
            )


def test_altered_content_in_a_sound_gzip(own_data):
    content = bytearray(files.unpack(own_data / f"{LABELS}.gz", mnist._MNIST[LABELS]))
    content[20] ^= 1
    (own_data / f"{LABELS}.gz").write_bytes(gzip.compress(bytes(content)))
    with pytest.raises(DataError, match=r"not the published file: its sha256 is .*, it should be"):
        mnist._mnist_file(LABELS)


def test_file_that_is_a_folder(own_data):
    (own_data / f"{LABELS}.gz").unlink()
    (own_data / f"{LABELS}.gz").mkdir()
    with pytest.raises(DataError, match=r"cannot be read|is missing"):
        mnist._mnist_file(LABELS)


def test_a_bad_file_leaves_nothing_in_the_cache(own_data, own_cache):
    (own_data / f"{LABELS}.gz").write_bytes(b"nonsense")
    with pytest.raises(DataError):
        mnist._mnist_file(LABELS)
    assert not own_cache.exists() or list(own_cache.iterdir()) == []


def test_cache_that_cannot_be_written_names_the_cure(own_data, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("AELIB_CACHE", str(tmp_path / "file"))
    with pytest.raises(DataError, match=r"Cannot write .* AELIB_CACHE\."):
        mnist._mnist_file(LABELS)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_cache_names_the_cure(own_data, tmp_path, monkeypatch):
    folder = tmp_path / "read-only"
    folder.mkdir(mode=0o500)
    monkeypatch.setenv("AELIB_CACHE", str(folder))
    with pytest.raises(DataError, match=r"Cannot write .* AELIB_CACHE\."):
        mnist._mnist_file(LABELS)
