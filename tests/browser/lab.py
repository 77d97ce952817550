"""A real browser, a real JupyterLab on a folder of its own, and a notebook run in it."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium():
    """Playwright and the path of a browser; without them CI fails and a laptop skips, aloud."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    try:
        from playwright import sync_api
    except ImportError:
        sync_api = None
    if path and sync_api:
        return sync_api, path
    reason = (
        "The widgets are tested in a browser: install Chromium (Debian: apt-get install chromium) "
        "and playwright (pip install playwright; no browser download is needed)."
    )
    return pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


def jupyter_lab(folder, *settings):
    """JupyterLab in `folder`, as `jupyter` starts it."""
    return jupyter("jupyterlab", folder, *settings)


@contextmanager
def jupyter(program, folder, *more):
    """Start JupyterLab or Notebook 7 in `folder` with settings of its own; give its address."""
    settings = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    command = [sys.executable, "-m", program, "--no-browser", "--ServerApp.ip=127.0.0.1"]
    command += ["--ServerApp.port=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}"]
    command += [
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    command += more
    command += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    log = folder / "lab.log"
    with (
        log.open("w") as stderr,
        subprocess.Popen(command, cwd=folder, env=os.environ | settings, stderr=stderr) as server,
    ):
        try:
            yield _address(server, log)
        finally:
            server.terminate()  # it stops its kernels first
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


def _address(server, log, patience=60):
    """Where the server listens, once its log says so."""
    for _ in range(10 * patience):
        if found := re.search(r"(http://127\.0\.0\.1:\d+)/(?:lab|tree)", log.read_text()):
            return found[1]
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"Jupyter did not start:\n{log.read_text()}")


def write_notebook(path, *cells):
    """Write a notebook of these code cells."""
    code = [
        {"cell_type": "code", "execution_count": None, "id": f"c{i}", "metadata": {}, "outputs": []}
        | {"source": source}
        for i, source in enumerate(cells)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.write_text(
        json.dumps({"cells": code, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})
    )


def open_and_run(page, url, name, address=None):
    """Open a notebook, in JupyterLab or at an address, and start all its cells once it listens."""
    page.goto(address or f"{url}/lab/workspaces/{name.removesuffix('.ipynb')}/tree/{name}")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
    for _ in range(120):  # the page says "idle" before it is connected; the server knows better
        sessions = page.request.get(f"{url}/api/sessions").json()
        kernels = [s["kernel"] for s in sessions if s["path"] == name]
        if any(k["connections"] and k["execution_state"] == "idle" for k in kernels):
            break
        page.wait_for_timeout(500)
    page.wait_for_timeout(1000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
