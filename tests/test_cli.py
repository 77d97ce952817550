"""aelib.cli: the console command."""

import copy
import json
import subprocess
import sys
from pathlib import Path

import pytest

from aelib.cli import main
from aelib.widgets.strip import strip_dead

LIVE = {
    "cells": [
        {
            "cell_type": "code",
            "source": "é",
            "outputs": [
                {"data": {"text/plain": "W()", "application/vnd.jupyter.widget-view+json": {}}}
            ],
        }
    ],
    "metadata": {"widgets": {"state": {}}},
}


@pytest.fixture
def notebook(tmp_path):
    path = tmp_path / "lesson.ipynb"
    path.write_text(json.dumps(LIVE), encoding="utf-8")
    return path


def test_strip_takes_views_and_state_out_and_keeps_the_text(notebook, capsys):
    assert main(["strip", str(notebook)]) == 0
    kept = json.loads(notebook.read_text(encoding="utf-8"))
    assert kept["cells"][0]["outputs"] == [{"data": {"text/plain": "W()"}}]
    assert kept["cells"][0]["source"] == "é"
    assert kept["metadata"] == {}
    assert "took out live widgets" in capsys.readouterr().out


def test_strip_check_only_tells(notebook, capsys):
    before = notebook.read_bytes()
    assert main(["strip", "--check", str(notebook)]) == 1
    assert notebook.read_bytes() == before
    assert "holds live widgets" in capsys.readouterr().out
    main(["strip", str(notebook)])
    assert main(["strip", "--check", str(notebook)]) == 0


def test_strip_is_a_filter_of_git(notebook, tmp_path):
    """As .gitattributes of the course and the line in it set it up."""
    attributes = Path(__file__).parents[1] / ".gitattributes"
    (tmp_path / ".gitattributes").write_text(attributes.read_text())

    def git(*command):
        return subprocess.run(
            ["git", *command], cwd=tmp_path, check=True, capture_output=True
        ).stdout

    git("init")
    git("config", "filter.aelib.clean", f'"{sys.executable}" -m aelib strip -')
    before = notebook.read_bytes()
    git("add", ".")
    kept = json.loads(git("show", f":{notebook.name}"))
    assert kept["cells"][0]["outputs"] == [{"data": {"text/plain": "W()"}}]
    assert kept["cells"][0]["source"] == "é"
    assert notebook.read_bytes() == before, "the file itself stays alive"


def test_a_notebook_without_widgets_goes_through_the_filter_untouched(tmp_path):
    plain = b'{"cells": [],\n "metadata": {}}'
    command = [sys.executable, "-m", "aelib", "strip", "-"]
    run = subprocess.run(command, input=plain, capture_output=True, cwd=tmp_path, check=True)
    assert run.stdout == plain


def test_only_views_without_state_are_dead():
    view, state = "widget-view", "widget-state"
    kinds = {name: f"application/vnd.jupyter.{name}+json" for name in (view, state)}
    bundles = [{"text/plain": name, kinds[view]: {"model_id": name}} for name in ("dead", "alive")]
    notebook = {
        "metadata": {"widgets": {kinds[state]: {"state": {"alive": {}}}}},
        "cells": [{"outputs": [{"data": bundle} for bundle in bundles]}, {"source": "no outputs"}],
    }
    before = copy.deepcopy(notebook)
    strip_dead(notebook)
    dead, alive = notebook["cells"][0]["outputs"]
    assert dead == {"data": {"text/plain": "dead"}}
    assert alive == before["cells"][0]["outputs"][1]
    assert notebook["metadata"] == before["metadata"]


def test_strip_says_what_is_no_notebook(tmp_path, capsys):
    (tmp_path / "broken.ipynb").write_text("{")
    assert main(["strip", str(tmp_path / "broken.ipynb")]) == 2
    assert "broken.ipynb is not a notebook" in capsys.readouterr().err


def test_without_a_command_it_says_which_there_are(capsys):
    with pytest.raises(SystemExit) as stop:
        main([])
    assert stop.value.code == 2
    assert "strip" in capsys.readouterr().err


def test_site_without_its_packages_names_the_command_that_brings_them(monkeypatch, capsys):
    for name in [name for name in sys.modules if name.startswith("aelib.site")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "html5lib", None)
    assert main(["site"]) == 2
    said = capsys.readouterr().err
    assert "html5lib" in said
    assert "pip install -e '.[site]'" in said
