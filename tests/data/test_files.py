"""aelib.data.files: a file is either whole or not there."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aelib.data import files
from aelib.data.files import DataError, write_atomically, write_if_new


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


@pytest.mark.parametrize("write", [write_atomically, write_if_new])
def test_what_a_killed_process_left_is_cleared_by_the_next_but_not_what_is_being_written(
    tmp_path, write
):
    path = tmp_path / "file[1].bin"
    program = (
        "import os, sys; from pathlib import Path; from aelib import files;"
        "os.fsync = lambda _: os.kill(os.getpid(), 9);"
        "files.write_atomically(Path(sys.argv[1]), b'half')"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(path)])
    assert killed.returncode == -9
    assert not path.exists()
    (left,) = tmp_path.iterdir()
    write(path, b"first")
    assert left.exists(), "another process may be writing it at this moment"
    os.utime(left, (0, 0))
    write_atomically(path, b"second")
    assert [p.name for p in tmp_path.iterdir()] == ["file[1].bin"]
    assert path.read_bytes() == b"second"


def test_files_of_a_similar_name_are_no_leavings(tmp_path):
    for name in (".file.bin.old", "file.bin.part", ".other.x.part"):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (0, 0))
    write_atomically(tmp_path / "file.bin", b"")
    assert len(list(tmp_path.iterdir())) == 4


def test_the_first_of_several_writers_counts(tmp_path):
    write_if_new(tmp_path / "file.bin", b"first")
    write_if_new(tmp_path / "file.bin", b"second")
    assert (tmp_path / "file.bin").read_bytes() == b"first"
    assert os.listdir(tmp_path) == ["file.bin"]


def test_a_file_system_without_links_is_told_in_a_sentence(tmp_path, monkeypatch):
    def no_links(*_):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    with pytest.raises(DataError, match="Operation not permitted"):
        write_if_new(tmp_path / "file.bin", b"")
    assert os.listdir(tmp_path) == []


def test_cache_dir_follows_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("AELIB_CACHE", str(tmp_path))
    assert files.cache_dir() == tmp_path
    monkeypatch.setenv("AELIB_CACHE", "")
    assert files.cache_dir().name == "aelib"


def test_data_dir_in_a_wheel_is_inside_the_package(tmp_path, monkeypatch):
    (tmp_path / "aelib" / "_data").mkdir(parents=True)
    monkeypatch.setattr(files, "__file__", str(tmp_path / "aelib" / "data" / "files.py"))
    assert files.data_dir() == tmp_path / "aelib" / "_data"
