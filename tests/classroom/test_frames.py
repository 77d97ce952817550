"""Arrays through a pipe: what is sent arrives, and what is made up is refused."""

import io
import json
import pickle
import struct

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from aelib.classroom import frames
from aelib.classroom.frames import FrameError
from aelib.exercises.base import Answer
from aelib.exercises.leaves import Leaf

ARRAYS = [
    np.zeros(()),
    np.arange(6.0, dtype=np.float32).reshape(2, 3),
    np.asfortranarray(np.arange(6).reshape(2, 3)),
    np.zeros((0, 5), np.uint8),
    np.array([True, False]),
    np.array(["ink", "é"]),
    np.array([1 + 2j]),
    np.array([np.nan, np.inf]),
]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda a: f"{a.dtype}{a.shape}")
def test_arrays_arrive_as_they_were(array):
    arrived = frames.from_npy(frames.to_npy(array))
    assert arrived.dtype == array.dtype
    np.testing.assert_array_equal(arrived, array)


def test_messages_follow_one_another():
    stream = io.BytesIO()
    frames.write(stream, {"n": 1}, ARRAYS)
    frames.write(stream, {"n": 2})
    stream.seek(0)
    header, arrays = frames.read(stream)
    assert (header["n"], len(arrays)) == (1, len(ARRAYS))
    assert frames.read(stream)[0]["n"] == 2
    with pytest.raises(EOFError):
        frames.read(stream)


def test_arguments_arrive_as_they_were():
    given = (torch.arange(3), np.ones(2), 3, 0.5, "x", None, True, [1, (2,)], {"a": torch.ones(1)})
    arrays = []
    packed = json.loads(json.dumps(frames.pack((*given, np.float64(2)), arrays)))
    arrived = frames.unpack(packed, arrays, tensors=True)
    assert torch.equal(arrived[0], given[0])
    assert arrived[2:8] == given[2:8]
    assert torch.equal(arrived[8]["a"], given[8]["a"])
    assert arrived[9] == 2
    assert isinstance(frames.unpack(packed, arrays, tensors=False)[0], np.ndarray)


def test_answers_arrive_and_huge_ones_as_their_shape():
    answer = Answer((Leaf("[0]", "tensor", np.ones((9, 9))),), (np.ones(2),), ("x",), "")
    message = frames.pack_answers([answer, Answer(error="it stopped")], largest=100)
    first, second = frames.unpack_answers(message)
    assert first.leaves[0].values.shape == (9, 9)
    assert np.isnan(first.leaves[0].values).all()
    assert (first.changed, first.gradients[0].tolist()) == (("x",), [1, 1])
    assert second.error == "it stopped"


def npy(header, content=b""):
    text = header.encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x93NUMPY",
        npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", pickle.dumps([1])),
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (10000000000,), }", bytes(8)),
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 99999999999), }")[:-1],
        npy("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }", bytes(8)),
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", bytes(8)),
        npy("{'descr': '<f9', 'fortran_order': False, 'shape': (1,), }", bytes(9)),
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", bytes(9)),
        npy("__import__('os').abort()"),
        npy("(" * 60_000),
    ],
)
def test_made_up_arrays_are_refused(content):
    with pytest.raises(FrameError):
        frames.from_npy(content)


def framed(header, *parts):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return b"".join(struct.pack("<Q", len(p)) + p for p in (text, *parts))


ONE = frames.to_npy(np.ones(1))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        struct.pack("<Q", 1 << 60) + b"x",
        framed(b"{"),
        framed(b"[" * 100_000),
        framed([]),
        framed({}),
        framed({"arrays": -1}),
        framed({"arrays": 10**9}),
        framed({"arrays": "1"}, ONE),
        framed({"arrays": 2}, ONE),
        framed({"arrays": 1}, ONE) + b"more",
        framed({"arrays": 1}, ONE) * 2,
    ],
)
def test_made_up_messages_are_refused(content):
    with pytest.raises(FrameError):
        frames.read_whole(content)


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"answers": 3},
        {"answers": [None]},
        {"answers": [{"leaves": [["", "number"]], "gradients": [], "changed": [], "error": ""}]},
        {"answers": [{"leaves": [["", "number", {"array": 7}]], "gradients": []}]},
        {"answers": [{"leaves": [["", "tensor", {"shape": [-1, 1e99]}]], "gradients": []}]},
        {"answers": [{"leaves": [["", "tensor", {"shape": [10**30]}]], "gradients": []}]},
    ],
)
def test_made_up_answers_are_refused(header):
    with pytest.raises(FrameError):
        frames.unpack_answers((header, [np.ones(1)]))


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.data())
def test_damaged_messages_never_do_more_than_be_refused(data):
    stream = io.BytesIO()
    frames.write(stream, *frames.pack_answers([Answer((Leaf("", "array", np.ones(3)),))], 1000))
    content = bytearray(stream.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        answers = frames.unpack_answers(frames.read_whole(bytes(content)))
        assert all(isinstance(answer, Answer) for answer in answers)
    except FrameError:
        pass
