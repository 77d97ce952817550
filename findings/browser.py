"""Opens a saved notebook in a real JupyterLab, without running it; ends with 77 where none can be.

Use: python browser.py NOTEBOOK 'JavaScript that answers with what is seen in the outputs'
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

names = ("chromium", "chromium-browser", "google-chrome")
path = next(filter(None, map(shutil.which, names)), None)
if path is None:
    print("no Chromium here: install one (Debian: apt-get install chromium) and run this again")
    sys.exit(77)

from playwright.sync_api import sync_playwright  # noqa: E402 - only where a browser is

notebook, question = Path(sys.argv[1]), sys.argv[2]
own = {f"JUPYTER_{name}_DIR": str(Path.cwd() / name) for name in ("CONFIG", "DATA", "RUNTIME")}
command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1"]
command += ["--ServerApp.port=0", "--IdentityProvider.token=", "--allow-root"]
command += ["--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
log = Path("lab.log")
with log.open("w") as stderr:
    server = subprocess.Popen(command, env=os.environ | own, stderr=stderr)
try:
    for _ in range(600):
        found = re.search(r"(http://127\.0\.0\.1:\d+)/lab", log.read_text())
        if found:
            break
        time.sleep(0.1)
    with sync_playwright() as p:
        page = p.chromium.launch(executable_path=path, args=flags).new_page()
        page.goto(f"{found[1]}/lab/tree/{notebook.name}")
        page.locator(".jp-OutputArea-output").first.wait_for(timeout=120_000)
        page.wait_for_timeout(15_000)  # until the kernel and the widgets are there
        print(page.evaluate(question))
finally:
    server.terminate()
    server.wait(20)
