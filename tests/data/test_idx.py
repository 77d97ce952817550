"""aelib.load_idx: any set in MNIST's format, exactly as it lies in the files."""

import gzip

import numpy as np
import pytest
import torch

from aelib import DataError, load_idx, load_mnist
from aelib.data.files import data_dir


def idx(array, kind=8):
    head = bytes([0, 0, kind, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return head + array.tobytes()


@pytest.fixture
def folder(tmp_path):
    random = np.random.default_rng(0)
    for part, n in (("train", 40), ("t10k", 20)):
        images = random.integers(0, 256, (n, 5, 4), np.uint8)
        (tmp_path / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(images)))
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(idx(np.arange(n, dtype=np.uint8) % 4))
    return tmp_path


def test_mnist_itself_is_read_as_load_mnist_reads_it():
    ours, theirs = load_idx(data_dir() / "mnist", 500, 100), load_mnist(500, 100)
    assert all(map(torch.equal, ours, theirs))


def test_pictures_may_be_of_any_size_gzipped_or_not(folder):
    x_train, y_train, x_test, y_test = load_idx(folder)
    assert x_train.shape == (40, 20)
    assert x_test.shape == (20, 20)
    raw = gzip.decompress((folder / "train-images-idx3-ubyte.gz").read_bytes())[16:]
    assert torch.equal(x_train.ravel() * 255, torch.frombuffer(bytearray(raw), dtype=torch.uint8))
    assert y_train.tolist() == [i % 4 for i in range(40)]
    assert y_test.dtype == torch.int64


def test_a_smaller_set_is_balanced(folder):
    _, y_train, _, y_test = load_idx(str(folder), 12, 4)
    assert y_train.bincount().tolist() == [3, 3, 3, 3]
    assert y_test.bincount().tolist() == [1, 1, 1, 1]
    with pytest.raises(ValueError, match="n_train must be a whole number from 1 to 40"):
        load_idx(folder, 41)


def test_emnist_is_turned_and_one_of_several_sets_is_chosen_by_name(folder):
    for path in list(folder.iterdir()):
        part = path.name.replace("t10k", "test")
        for name in ("letters", "digits"):
            (folder / f"emnist-{name}-{part}").write_bytes(path.read_bytes())
    straight = load_idx(folder, name="emnist-letters", transposed=False)[0]
    turned = load_idx(folder, name="emnist-letters")[0]
    assert torch.equal(turned.reshape(-1, 4, 5).transpose(1, 2).flatten(1), straight)
    with pytest.raises(DataError, match=r"holds several: .* Say which with name="):
        load_idx(folder, name="emnist")


def broken(folder, name, content):
    (folder / name).write_bytes(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no IDX file"),
        (b"hello", "no IDX file"),
        (b"\0\0\x08\x03", "rank 3"),
        (idx(np.zeros(40, np.uint8)), "rank 1; 3 is needed"),
        (idx(np.zeros((40, 5, 4), np.uint8))[:-1], "should hold 40 x 5 x 4 numbers"),
        (idx(np.zeros((40, 5, 4), np.uint8)) + b"a", "should hold 40 x 5 x 4 numbers"),
        (idx(np.zeros((39, 5, 4), np.uint8)), "39 pictures and .* 40 labels"),
        (idx(np.zeros((40, 5, 4), ">f4"), 13), "no bytes"),
        (b"\0\0\x08\x03" + b"\xff" * 12, "should hold"),
        (gzip.compress(idx(np.zeros((40, 5, 4), np.uint8)), mtime=0)[:-9], "truncated or damaged"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_file(folder, content, words):
    (folder / "train-images-idx3-ubyte.gz").unlink()
    broken(folder, "train-images-idx3-ubyte", content)
    with pytest.raises(DataError, match=f"train-images-idx3-ubyte.*{words}"):
        load_idx(folder)


def test_a_missing_file_or_folder_is_named(folder):
    (folder / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(DataError, match="no file such as t10k-labels-idx1-ubyte"):
        load_idx(folder)
    with pytest.raises(DataError, match="is no folder"):
        load_idx(folder / "nowhere")
