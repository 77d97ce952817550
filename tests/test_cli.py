"""aelib.cli: the console command."""

import json
import sys

import pytest

from aelib.cli import main

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
