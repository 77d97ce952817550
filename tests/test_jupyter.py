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
from jupyter_client import BlockingKernelClient

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
            for _ in range(3000):
                if found := re.search(r"(http://127\.0\.0\.1:\d+)/", log.read_text()):
                    break
                time.sleep(0.1)
            url, folder_text = found[1], folder / "saved.ipynb"

            def ask(path, body=None, method=None):
                content = None if body is None else json.dumps(body).encode()
                with urlopen(Request(f"{url}/api/{path}", content, method=method)) as answer:
                    return json.loads(answer.read() or "null")

            ask.runtime = folder / "RUNTIME"
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


@pytest.fixture
def kernel(server):
    """The id of a kernel that serves the notebook."""
    session = {"path": "saved.ipynb", "name": "", "type": "notebook", "kernel": {"name": "python3"}}
    made = server("sessions", session)
    yield made["kernel"]["id"]
    server(f"sessions/{made['id']}", method="DELETE")


def run(server, kernel, code):
    """Run a cell; return whether it went well, and what it printed."""
    said = []

    def listen(message):
        said.append(message["content"].get("text", ""))

    client = BlockingKernelClient()
    client.load_connection_file(server.runtime / f"kernel-{kernel}.json")
    client.start_channels(hb=False)  # a kernel that still imports may miss a beat: no death
    client.wait_for_ready(60)
    reply = client.execute_interactive(code, timeout=60, output_hook=listen)
    client.stop_channels()
    return reply["content"]["status"], "".join(said)


def make_widget(server, kernel):
    """Let the kernel hold the widget of the saved view, as it does after the cell was run."""
    code = "from comm import create_comm; create_comm('jupyter.widget', comm_id='gone')"
    assert run(server, kernel, code) == ("ok", "")


def test_a_late_cell_that_is_run_before_the_course_is_imported_ends_in_a_sentence(server, kernel):
    status, said = run(server, kernel, "show(x_test)")
    assert status == "error"
    assert said.startswith("show is not there (yet): it is made in a cell above")
    names = "('aelib', 'suppress', 'explain_errors')"
    _, said = run(server, kernel, f"print([name for name in {names} if name in globals()])")
    assert said == "[]\n", "no name is there that the lesson's own cells did not make"
    server(f"kernels/{kernel}/restart", {})
    assert "show is not there (yet)" in run(server, kernel, "show(x_test)")[1]


def test_python_without_the_course_starts_without_a_word(tmp_path):
    command = [sys.executable, "-S", JUPYTER / "kernel_startup.py"]
    done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def kinds_at_rest(server, kernel):
    """Of what types the output is, once the kernel can be asked."""
    for _ in range(600):
        if server(f"kernels/{kernel}")["execution_state"] == "idle":
            break
        time.sleep(0.1)
    return kinds(server)


def test_with_its_kernel_the_widgets_are_there_again(server, kernel):
    make_widget(server, kernel)
    assert kinds_at_rest(server, kernel) == {"image/png", "text/plain", VIEW}


def test_a_kernel_that_was_restarted_knows_no_widget(server, kernel):
    make_widget(server, kernel)
    assert VIEW in kinds_at_rest(server, kernel)
    server(f"kernels/{kernel}/restart", {})
    assert kinds(server) == {"image/png", "text/plain"}, "while it starts"
    assert kinds_at_rest(server, kernel) == {"image/png", "text/plain"}


def test_a_kernel_that_is_gone_takes_its_widgets_along(server):
    assert kinds(server) == {"image/png", "text/plain"}


def test_other_files_and_folders_are_read_as_always(server):
    assert server("contents/plain.txt")["content"] == "a text"
    assert {entry["name"] for entry in server("contents")["content"]} >= {"plain.txt"}
    assert server("contents/saved.ipynb?content=0")["content"] is None


def test_start_py_and_an_installed_package_switch_on_the_same():
    (file,) = (JUPYTER / "jupyter_server_config.d").glob("*.json")
    wanted = {"ServerApp": {"jpserver_extensions": {"aelib.jupyter.server": True}}}
    assert json.loads(file.read_text()) == wanted
