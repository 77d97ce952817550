"""aelib/jupyter in a real server of Jupyter, without a browser."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

JUPYTER = Path(__file__).parents[1] / "aelib" / "jupyter"
VIEW = "application/vnd.jupyter.widget-view+json"
KERNEL = {"name": "python3", "display_name": "Python 3"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Ask a server that was started with the settings in aelib/jupyter: ask(path, body)."""
    folder = tmp_path_factory.mktemp("server")
    own = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    command = [sys.executable, "-m", "jupyter_server", "--ServerApp.ip=127.0.0.1", "--allow-root"]
    command += ["--ServerApp.port=0", "--IdentityProvider.token=", "--no-browser"]
    command += ["--ServerApp.disable_check_xsrf=True", f"--ServerApp.root_dir={folder}"]
    data = {"image/png": "iVBORw0KGgo=", "text/plain": "W()", VIEW: {"model_id": "gone"}}
    output = {"output_type": "display_data", "metadata": {}, "data": data}
    cell = {"cell_type": "code", "id": "a", "execution_count": 1, "metadata": {}, "source": "w"}
    notebook = {"cells": [cell | {"outputs": [output]}], "metadata": {"kernelspec": KERNEL}}
    text = json.dumps(notebook | {"nbformat": 4, "nbformat_minor": 5})
    (folder / "saved.ipynb").write_text(text)
    (folder / "plain.txt").write_text("a text")
    log = folder / "server.log"
    settings = os.environ | own | {"JUPYTER_CONFIG_PATH": str(JUPYTER)}
    with log.open("w") as said, subprocess.Popen(command, env=settings, stderr=said) as process:
        try:
            for _ in range(600):
                if found := re.search(r"(http://127\.0\.0\.1:\d+)/", log.read_text()):
                    break
                time.sleep(0.1)
            url, folder_text = found[1], folder / "saved.ipynb"

            def ask(path, body=None, method=None):
                content = None if body is None else json.dumps(body).encode()
                with urlopen(Request(f"{url}/api/{path}", content, method=method)) as answer:
                    return json.loads(answer.read() or "null")

            yield ask
            assert folder_text.read_text() == text, "the file stays as it was saved"
            assert "aelib.jupyter.server | extension was successfully loaded" in log.read_text()
        finally:
            process.terminate()
            process.wait(20)


def kinds(server):
    """Of what types the output is when the notebook is opened."""
    content = server("contents/saved.ipynb")["content"]
    return set(content["cells"][0]["outputs"][0]["data"])


def test_without_a_kernel_a_notebook_is_opened_with_its_pictures(server):
    assert kinds(server) == {"image/png", "text/plain"}


def test_with_a_kernel_its_widgets_are_there_again(server):
    session = {"path": "saved.ipynb", "name": "", "type": "notebook", "kernel": KERNEL}
    made = server("sessions", session | {"kernel": {"name": "python3"}})
    assert kinds(server) == {"image/png", "text/plain", VIEW}
    server(f"sessions/{made['id']}", method="DELETE")
    assert kinds(server) == {"image/png", "text/plain"}


def test_other_files_and_folders_are_read_as_always(server):
    assert server("contents/plain.txt")["content"] == "a text"
    assert {entry["name"] for entry in server("contents")["content"]} >= {"plain.txt"}
    assert server("contents/saved.ipynb?content=0")["content"] is None


def test_start_py_and_an_installed_package_switch_on_the_same():
    (file,) = (JUPYTER / "jupyter_server_config.d").glob("*.json")
    wanted = {"ServerApp": {"jpserver_extensions": {"aelib.jupyter.server": True}}}
    assert json.loads(file.read_text()) == wanted
