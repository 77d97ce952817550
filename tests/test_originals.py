"""`aelib reset`: a fresh copy of a lesson beside the learner's, wherever the course came from."""

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from aelib import originals
from aelib.cli import main

ROOT = Path(__file__).parents[1]
NAME = "03_latent_space_vs_pca"


def git(folder, *command):
    who = ("-c", "user.name=me", "-c", "user.email=me@here")
    subprocess.run(["git", "-C", folder, *who, *command], check=True, capture_output=True)


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course folder with two lessons, of which a learner has one open."""
    folder = tmp_path / "course"
    (folder / "notebooks").mkdir(parents=True)
    for name in ("00_start_here", NAME):
        (folder / "notebooks" / f"{name}.ipynb").write_text("as it came")
    monkeypatch.setattr(originals, "__file__", str(folder / "aelib" / "originals.py"))
    monkeypatch.chdir(folder / "notebooks")
    return folder


@pytest.fixture
def clone(course):
    """The same, from git."""
    git(course, "init", "--initial-branch=main")
    git(course, "add", ".")
    git(course, "commit", "-m", "the course")
    return course


@pytest.fixture
def mine(course):
    return course / "notebooks" / f"{NAME}.ipynb"


@pytest.fixture
def fresh(course):
    return course / "notebooks" / f"{NAME}-fresh.ipynb"


@pytest.mark.parametrize("lesson", ["03", "3", NAME, f"notebooks/{NAME}.ipynb"])
def test_a_clone_gives_the_lesson_as_it_came(clone, mine, fresh, lesson, capsys):
    mine.write_text("changed")
    assert main(["reset", lesson]) == 0
    assert fresh.read_text() == "as it came"
    assert mine.read_text() == "changed"
    assert str(fresh.name) in capsys.readouterr().out


def test_a_fresh_copy_is_never_overwritten_either(clone, fresh):
    main(["reset", "03"])
    fresh.write_text("changed too")
    main(["reset", "03"])
    assert fresh.read_text() == "changed too"
    assert fresh.with_name(f"{NAME}-fresh2.ipynb").read_text() == "as it came"


@pytest.mark.usefixtures("clone")
def test_what_a_learner_staged_or_lost_comes_back_too(course, mine, fresh):
    mine.write_text("changed")
    git(course, "add", ".")
    mine.unlink()
    assert main(["reset", "03"]) == 0
    assert fresh.read_text() == "as it came"


def test_what_a_learner_committed_is_not_the_original(clone, tmp_path, monkeypatch):
    git(tmp_path, "clone", clone, "learner")
    notebooks = tmp_path / "learner" / "notebooks"
    (notebooks / f"{NAME}.ipynb").write_text("changed")
    git(notebooks, "commit", "-am", "mine")
    monkeypatch.chdir(notebooks)
    main(["reset", "03"])
    assert (notebooks / f"{NAME}-fresh.ipynb").read_text() == "as it came"


COPIES = ["-fresh", "-fresh2", "-Copy1", "-Copy1-Copy2", " (1)", " - Copy", " copy", "_mine"]


def test_no_copy_is_a_lesson(course):
    notebooks = course / "notebooks"
    lessons = originals.lesson_files(notebooks)
    for more in COPIES:
        (notebooks / f"{NAME}{more}.ipynb").write_text("changed")
    (notebooks / f"Copy of {NAME}.ipynb").write_text("changed")
    assert originals.lesson_files(notebooks) == lessons


def test_a_lesson_of_ones_own_is_one(course):
    own = course / "notebooks" / "15_my-own-lesson.ipynb"
    own.write_text("new")
    assert originals.lesson_files(course / "notebooks")[-1] == own


@pytest.mark.parametrize("more", COPIES)
def test_a_copy_that_was_committed_is_not_the_original(clone, mine, fresh, more):
    mine.with_name(f"{NAME}{more}.ipynb").write_text("changed")
    git(clone, "add", ".")
    git(clone, "commit", "-m", "mine")
    fresh.unlink(missing_ok=True)
    assert main(["reset", "03"]) == 0
    assert fresh.read_text() == "as it came"


def test_an_installed_package_carries_the_lessons(course, mine, fresh):
    kept = course / "aelib" / "_notebooks"
    kept.mkdir(parents=True)
    (kept / mine.name).write_text("as it came")
    mine.write_text("changed")
    assert main(["reset", "03"]) == 0
    assert fresh.read_text() == "as it came"


def test_a_course_without_git_has_what_start_py_kept(course, mine, fresh):
    (course / ".originals").mkdir()
    (course / ".originals" / mine.name).write_text("as it came")
    mine.write_text("changed")
    assert main(["reset", "03"]) == 0
    assert fresh.read_text() == "as it came"


@pytest.mark.usefixtures("clone")
@pytest.mark.parametrize("place", [".", "notebooks", "elsewhere"])
def test_the_copy_is_put_where_the_learners_lessons_are(course, mine, monkeypatch, place):
    folder = course.parent / "homework" if place == "elsewhere" else course / "notebooks"
    folder.mkdir(exist_ok=True)
    (folder / mine.name).write_text("changed")
    monkeypatch.chdir(folder if place == "elsewhere" else course / place)
    assert main(["reset", "03"]) == 0
    assert (folder / f"{NAME}-fresh.ipynb").read_text() == "as it came"


def test_without_any_original_it_says_so(course, capsys):
    assert main(["reset", "03"]) == 2
    said = capsys.readouterr().err
    assert "keeps no originals" in said
    assert "Get the course once more" in said


@pytest.mark.usefixtures("clone")
@pytest.mark.parametrize(
    ("lesson", "sentence"),
    [("77", "no lesson 77; the lessons are 00, 03"), ("pca", "'pca' names no lesson")],
)
def test_a_lesson_that_is_not_there(lesson, sentence, capsys):
    assert main(["reset", lesson]) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.usefixtures("clone")
def test_a_folder_that_cannot_be_written_to(tmp_path, capsys):
    (tmp_path / "a_file").touch()
    assert main(["reset", "03", "--folder", str(tmp_path / "a_file" / "x")]) == 2
    assert "Cannot write" in capsys.readouterr().err


def test_both_ways_that_lesson_00_names_do_what_it_says(clone, monkeypatch):
    cells = json.loads((ROOT / "notebooks" / "00_start_here.ipynb").read_text(encoding="utf-8"))
    prose = "".join("".join(cell["source"]) for cell in cells["cells"])
    reset, restore = (re.search(f"`({word} [^`]+)`", prose)[1] for word in ("aelib", "git"))
    mine = clone / "notebooks" / "00_start_here.ipynb"
    mine.write_text("changed")
    git(clone, "add", ".")  # as some do
    assert main(shlex.split(reset)[1:]) == 0
    assert mine.with_name("00_start_here-fresh.ipynb").read_text() == "as it came"
    assert mine.read_text() == "changed"
    subprocess.run(shlex.split(restore), cwd=clone, check=True, capture_output=True)
    assert mine.read_text() == "as it came"
