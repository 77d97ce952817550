"""Whose notebook is it? Folders, zips, learning platforms, and what must not be opened."""

import io
import os
import stat
import warnings
import zipfile
from contextlib import suppress

import pytest
from handed_in import RIGHT_HALF, notebook
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aelib.classroom import archives
from aelib.classroom.submissions import SubmissionError, collect

GOOD = notebook(RIGHT_HALF)


def zipped(**files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def names(path):
    found = collect(path).students
    return {name: [n.name for n in student.notebooks] for name, student in found.items()}


def notebooks(path, student):
    return collect(path).students[student].notebooks


def refused(path, student):
    """Why a student's one file is not read."""
    (notebook,) = notebooks(path, student)
    with pytest.raises(SubmissionError) as error:
        notebook.read()
    return str(error.value)


def test_a_folder_of_folders(tmp_path):
    for student in ("Ada Lovelace", "Émilie"):
        (tmp_path / student / "deeper").mkdir(parents=True)
        (tmp_path / student / "deeper" / "06_vae.ipynb").write_text(GOOD)
    (tmp_path / "absent").mkdir()
    (tmp_path / "Ada Lovelace" / ".ipynb_checkpoints").mkdir()
    (tmp_path / "Ada Lovelace" / ".ipynb_checkpoints" / "06.ipynb").write_text(GOOD)
    (tmp_path / "class.csv").write_text("a list beside the submissions")
    assert names(tmp_path) == {
        "Ada Lovelace": ["06_vae.ipynb"],
        "absent": [],
        "Émilie": ["06_vae.ipynb"],
    }
    assert notebooks(tmp_path, "Émilie")[0].read() == GOOD.encode()


def test_a_folder_of_notebooks_and_zips(tmp_path):
    (tmp_path / "ada.ipynb").write_text(GOOD)
    (tmp_path / "grace_06_vae_from_scratch.ipynb").write_text(GOOD)
    (tmp_path / "alan.zip").write_bytes(zipped(**{"x/06.ipynb": GOOD, "__MACOSX/._06.ipynb": ""}))
    assert names(tmp_path) == {
        "ada": ["ada.ipynb"],
        "alan": ["06.ipynb"],
        "grace": ["grace_06_vae_from_scratch.ipynb"],
    }
    assert notebooks(tmp_path, "alan")[0].read() == GOOD.encode()


def test_what_an_earlier_run_left_is_nobodys_and_costs_nothing(tmp_path):
    (tmp_path / "ada.ipynb").write_text(GOOD)
    for name in ("grades.csv", "grades.png", "grades-totals.csv", "grades-moodle.csv"):
        (tmp_path / name).write_text("")
    found = collect(tmp_path)
    assert (list(found.students), found.aside, len(found.own)) == (["ada"], [], 4)


def test_names_hold_nothing_that_a_terminal_obeys(tmp_path):
    path = tmp_path / "class.zip"
    path.write_bytes(zipped(**{"a\x1b[31md\x07a/06\n.ipynb": GOOD}))
    assert names(path) == {"a_[31md_a": ["06_.ipynb"]}
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / os.fsdecode(b"\xff.ipynb")).write_text(GOOD)
    assert names(tmp_path / "in") == {"_": ["_.ipynb"]}


def test_one_notebook(tmp_path):
    (tmp_path / "ada_06_vae.ipynb").write_text(GOOD)
    assert names(tmp_path / "ada_06_vae.ipynb") == {"ada": ["ada_06_vae.ipynb"]}


MOODLE = {
    "Ada Lovelace_1815_assignsubmission_file_/06_vae.ipynb": GOOD,
    "Alan Turing_1912_assignsubmission_file/06_vae.ipynb": GOOD,
    "Grace Hopper_1906_assignsubmission_file_06_vae.ipynb": GOOD,
    "Emmy Noether_1882_assignsubmission_onlinetext_/onlinetext.html": "sorry",
}
CANVAS = {
    "lovelaceada_1815_9001_06_vae.ipynb": GOOD,
    "turingalan_LATE_1912_9002_06_vae-1.ipynb": GOOD,
    "hoppergrace_1906_9003_essay.pdf": b"%PDF",
}


@pytest.mark.parametrize("wrapped", ["", "Assignment 6/"])
def test_moodles_zip(tmp_path, wrapped):
    path = tmp_path / "Assignment 6.zip"
    path.write_bytes(zipped(**{wrapped + name: content for name, content in MOODLE.items()}))
    assert names(path) == {
        "Ada Lovelace_1815": ["06_vae.ipynb"],
        "Alan Turing_1912": ["06_vae.ipynb"],
        "Emmy Noether_1882": [],
        "Grace Hopper_1906": ["06_vae.ipynb"],
    }


def test_canvas_zip_holding_a_zip(tmp_path):
    inner = zipped(**{"work/06.ipynb": GOOD})
    path = tmp_path / "submissions.zip"
    path.write_bytes(zipped(**CANVAS, **{"noetheremmy_1882_9004_all.zip": inner}))
    assert names(path) == {
        "hoppergrace_1906": [],
        "lovelaceada_1815": ["06_vae.ipynb"],
        "noetheremmy_1882": ["06.ipynb"],
        "turingalan_1912": ["06_vae-1.ipynb"],
    }
    assert notebooks(path, "noetheremmy_1882")[0].read() == GOOD.encode()


def test_the_last_of_several_comes_last(tmp_path):
    (tmp_path / "ada").mkdir()
    for age, name in enumerate(["06-2.ipynb", "06.ipynb", "06-10.ipynb"]):
        (tmp_path / "ada" / name).write_text(GOOD)
        os.utime(tmp_path / "ada" / name, (1000 - age, 1000 - age))
    assert names(tmp_path)["ada"] == ["06-10.ipynb", "06.ipynb", "06-2.ipynb"]  # by time
    for name in ("06-2.ipynb", "06.ipynb", "06-10.ipynb"):
        os.utime(tmp_path / "ada" / name, (1000, 1000))
    assert names(tmp_path)["ada"] == ["06.ipynb", "06-2.ipynb", "06-10.ipynb"]  # by number


def test_canvas_numbers_its_uploads(tmp_path):
    path = tmp_path / "s.zip"
    path.write_bytes(zipped(**{"a_1_20_x.ipynb": "new", "a_1_3_x.ipynb": "old"}))
    assert [n.read() for n in notebooks(path, "a_1")] == [b"old", b"new"]


# --- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../../escape.ipynb", "/etc/escape.ipynb", "..\\escape.ipynb"])
def test_a_path_that_leads_out_of_the_zip_is_refused(tmp_path, name):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ada.zip").write_bytes(zipped(**{name: GOOD}))
    assert "leads out of the zip" in refused(tmp_path / "in", "ada")
    assert [p.name for p in tmp_path.rglob("*.ipynb")] == []


def test_a_zip_bomb_is_refused_before_it_is_large(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST_NOTEBOOK", 1 << 20)
    (tmp_path / "ada.zip").write_bytes(zipped(**{"06.ipynb": bytes(50 << 20)}))
    assert "unpacked it has more than 1 MB" in refused(tmp_path, "ada")


def test_a_zip_bomb_that_lies_about_its_size_is_refused(tmp_path):
    content = bytearray(zipped(**{"06.ipynb": bytes(1 << 20)}))
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = (10).to_bytes(4, "little")
    (tmp_path / "ada.zip").write_bytes(content)
    assert "damaged in the zip" in refused(tmp_path, "ada")


def test_zips_in_zips_in_zips_are_refused(tmp_path):
    content = zipped(**{"06.ipynb": GOOD})
    for _ in range(4):
        content = zipped(**{"more.zip": content})
    (tmp_path / "ada.zip").write_bytes(content)
    assert "a zip within zips, four deep" in refused(tmp_path, "ada")


def test_a_zip_of_far_too_many_files_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "_LARGEST_INDEX", 1000)
    files = {f"{i}.ipynb": "" for i in range(100)}
    (tmp_path / "ada.zip").write_bytes(zipped(**files))
    assert "far too many files" in refused(tmp_path, "ada")


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + bytes(18) + b"x", bytes(1000)])
def test_a_broken_zip_is_named(tmp_path, content):
    (tmp_path / "ada.zip").write_bytes(content)
    (tmp_path / "grace.ipynb").write_text(GOOD)
    if content.startswith(b"PK\x05"):  # an empty zip with something behind it holds nothing
        assert collect(tmp_path)
    else:
        assert "no zip" in refused(tmp_path, "ada")


def test_a_link_in_a_zip_is_refused(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        info = zipfile.ZipInfo("06.ipynb")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    (tmp_path / "ada.zip").write_bytes(stream.getvalue())
    assert "link" in refused(tmp_path, "ada")


def test_links_and_pipes_in_a_folder_are_refused(tmp_path):
    (tmp_path / "in" / "ada").mkdir(parents=True)
    (tmp_path / "in" / "grace").mkdir()
    (tmp_path / "other.ipynb").write_text(GOOD)
    (tmp_path / "in" / "ada" / "06.ipynb").symlink_to(tmp_path / "other.ipynb")
    os.mkfifo(tmp_path / "in" / "grace" / "06.ipynb")
    (tmp_path / "in" / "alan").symlink_to(tmp_path / "in" / "ada", target_is_directory=True)
    assert "link" in refused(tmp_path / "in", "ada")
    assert "no ordinary file" in refused(tmp_path / "in", "grace")
    assert ("alan", "it is a link, which is not followed") in collect(tmp_path / "in").aside


def test_a_notebook_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST_NOTEBOOK", 1 << 20)
    (tmp_path / "ada.ipynb").write_bytes(bytes(3 << 20))
    assert "3 MB, more than 1" in refused(tmp_path, "ada")


def test_a_locked_file_in_a_zip_is_named(tmp_path):
    content = bytearray(zipped(**{"06.ipynb": GOOD}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    content[content.index(b"PK\x03\x04") + 6] |= 1
    (tmp_path / "ada.zip").write_bytes(content)
    assert "password" in refused(tmp_path, "ada")


def test_nothing_to_grade_is_said(tmp_path):
    with pytest.raises(SubmissionError, match="holds no submissions"):
        collect(tmp_path)
    with pytest.raises(SubmissionError, match="neither a folder nor a zip nor a notebook"):
        collect(tmp_path / "nowhere")
    (tmp_path / "class.tar.gz").write_bytes(b"x")
    with pytest.raises(SubmissionError, match="neither a folder nor a zip nor a notebook"):
        collect(tmp_path / "class.tar.gz")
    (tmp_path / "class.zip").write_bytes(b"no zip")
    with pytest.raises(SubmissionError, match="no zip that can be read"):
        collect(tmp_path / "class.zip")


QUICK = settings(
    max_examples=100,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
PART = st.sampled_from(["..", ".", "", "C:", "ada", "con", "x" * 300, "a\x1b[2Jb", "\u202eb", "\0"])


@QUICK
@given(st.lists(st.lists(PART | st.text(max_size=5), min_size=1, max_size=4).map("/".join)))
def test_whatever_the_files_of_a_zip_are_called_nothing_is_written_anywhere(tmp_path, names):
    folder = tmp_path / "class"
    folder.mkdir(exist_ok=True)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a name that comes twice
        for name in names:
            told = name.encode("utf-8", "replace").decode()
            archive.writestr(zipfile.ZipInfo(f"{told}.ipynb"), GOOD)
    (folder / "ada.zip").write_bytes(stream.getvalue())
    (folder / "grace.ipynb").write_text(GOOD)
    for name, student in collect(folder).students.items():
        assert name.isprintable()
        for one in student.notebooks:
            with suppress(SubmissionError):
                assert one.read() == GOOD.encode()
    assert os.listdir(tmp_path) == ["class"]
    assert sorted(os.listdir(folder)) == ["ada.zip", "grace.ipynb"]


def test_a_file_without_a_name_in_a_zip_is_passed_over(tmp_path):
    with zipfile.ZipFile(tmp_path / "ada.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("\0"), "")
        archive.writestr("06.ipynb", GOOD)
    assert names(tmp_path) == {"ada": ["06.ipynb"]}


@QUICK
@given(st.data())
def test_a_damaged_zip_never_does_more_than_be_refused(tmp_path, data):
    content = bytearray(zipped(**{"ada/06.ipynb": GOOD, "grace.zip": zipped(**{"6.ipynb": GOOD})}))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "class.zip").write_bytes(content)
    with suppress(SubmissionError):
        for student in collect(tmp_path / "class.zip").students.values():
            for one in student.notebooks:
                with suppress(SubmissionError):
                    one.read()
