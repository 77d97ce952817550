"""aelib.files: a file is either whole or not there."""

import errno
import os
from pathlib import Path

import pytest

from aelib.files import DataError, write_atomically


def test_writes_the_bytes_and_makes_the_folder(tmp_path):
    path = tmp_path / "new" / "file.bin"
    write_atomically(path, b"abc")
    assert path.read_bytes() == b"abc"


def test_replaces_an_older_file(tmp_path):
    path = tmp_path / "file.bin"
    write_atomically(path, b"old")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["file.bin"]


def test_a_full_disk_keeps_the_old_file_and_leaves_nothing_behind(tmp_path, monkeypatch):
    path = tmp_path / "file.bin"
    write_atomically(path, b"old")

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match=r"Cannot write .*file\.bin: No space left.*try again"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file.bin"]


def test_an_interruption_leaves_nothing_behind(tmp_path, monkeypatch):
    def stop(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "file.bin", b"new")
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_a_file_is_told_in_a_sentence(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(DataError, match="Cannot write"):
        write_atomically(tmp_path / "taken" / "file.bin", b"")


def test_a_written_file_is_readable_by_others(tmp_path):
    path = Path(tmp_path / "file.bin")
    write_atomically(path, b"")
    assert path.stat().st_mode & 0o444 == 0o444
