"""A class on a real JupyterHub: who logs in, how long it takes, what each costs in memory.

    pip install -e ".[classroom]" && npm install -g configurable-http-proxy
    python tests/classroom/hub.py [USERS]

Starts a hub on 127.0.0.1 with a local spawner. Each user logs in with the form, starts a server
and a kernel, and runs the first half of notebook 01. Then the memory of every user is measured:
RSS counts shared pages for each, PSS divides them by those who share them. Ends the hub.
"""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from tornado.httpclient import HTTPRequest
from tornado.ioloop import IOLoop
from tornado.websocket import websocket_connect

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "notebooks" / "01_autoencoder_from_scratch.ipynb"
PASSWORD, TOKEN = secrets.token_hex(8), secrets.token_hex(16)
CONFIG = """
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_ip = "127.0.0.1"
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api_port}"
c.ConfigurableHTTPProxy.command = {proxy!r}
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = {password!r}
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{top}/home/{{username}}"
c.Spawner.cmd = [{program!r}]
c.Spawner.args = ["--allow-root"]
c.Spawner.start_timeout = c.Spawner.http_timeout = 600
c.Spawner.environment = {{
    "OMP_NUM_THREADS": "1",
    "PYTHONPATH": {path!r},
    "AELIB_CACHE": "{top}/cache",  # one for the class, as README advises
}}
c.JupyterHub.services = [{{"name": "test", "api_token": {token!r}}}]
c.JupyterHub.load_roles = [{{
    "name": "test",
    "scopes": ["admin:users", "admin:servers", "access:servers"],
    "services": ["test"],
}}]
c.JupyterHub.concurrent_spawn_limit = 100
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def proxy():
    """The proxy's command line; its program comes from npm."""
    path = os.environ.get("CONFIGURABLE_HTTP_PROXY") or shutil.which("configurable-http-proxy")
    return [path] if path else sys.exit("npm install -g configurable-http-proxy")


def start(top):
    """Start a hub in a folder of its own; return it, its address and its log."""
    port = free_port()
    program = Path(sys.executable).parent / "jupyterhub-singleuser"
    config = CONFIG.format(
        port=port,
        hub_port=free_port(),
        api_port=free_port(),
        proxy=proxy(),
        password=PASSWORD,
        token=TOKEN,
        top=top,
        program=str(program),
        path=os.environ.get("PYTHONPATH") or str(ROOT),
    )
    (top / "config.py").write_text(config)
    log = (top / "log").open("w")
    command = [sys.executable, "-m", "jupyterhub", "-f", str(top / "config.py")]
    hub = subprocess.Popen(command, cwd=top, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    wait_for(lambda: requests.get(f"{address}/hub/health", timeout=5).ok, 120)
    return hub, address


def wait_for(condition, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if condition():
                return
        except requests.RequestException:
            pass
        time.sleep(0.3)
    raise TimeoutError(f"not ready after {seconds} s")


def log_in(address, user, password):
    """Log in with the form, as a browser does; return whether that let the user in."""
    browser = requests.Session()
    page = browser.get(f"{address}/hub/login", timeout=60)
    (xsrf,) = re.findall(r'name="_xsrf" value="([^"]+)"', page.text)[:1]
    form = {"username": user, "password": password, "_xsrf": xsrf}
    answer = browser.post(f"{address}/hub/login", data=form, timeout=600, allow_redirects=False)
    return answer.status_code == 302


def open_kernel(address, user):
    """Start a user's server and a kernel; return its id and the seconds until each was ready."""
    session = requests.Session()
    session.headers["Authorization"] = f"token {TOKEN}"
    begin = time.monotonic()
    session.post(f"{address}/hub/api/users/{user}/server", timeout=600).raise_for_status()
    status = f"{address}/hub/api/users/{user}"
    wait_for(lambda: session.get(status, timeout=60).json()["servers"][""]["ready"], 600)
    server = time.monotonic() - begin
    answer = session.post(f"{address}/user/{user}/api/kernels", json={}, timeout=600)
    answer.raise_for_status()
    return answer.json()["id"], server, time.monotonic() - begin - server


def cells():
    """The code of the first half of the lesson."""
    notebook = json.loads(LESSON.read_text(encoding="utf-8"))
    code = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    return code[: len(code) // 2]


async def run_cells(address, user, kernel):
    """Run the cells one after the other; return the first error, if any."""
    url = f"{address.replace('http', 'ws')}/user/{user}/api/kernels/{kernel}/channels"
    request = HTTPRequest(url, headers={"Authorization": f"token {TOKEN}"}, request_timeout=600)
    channel = await websocket_connect(request, max_message_size=1 << 28)
    for number, code in enumerate(cells()):
        content = {"code": code, "silent": False, "allow_stdin": False, "stop_on_error": True}
        head = {"msg_id": f"{number}", "msg_type": "execute_request", "username": user}
        head |= {"session": user, "version": "5.3", "date": "2026-01-01T00:00:00Z"}
        parts = {"header": head, "parent_header": {}, "metadata": {}, "content": content}
        await channel.write_message(json.dumps({**parts, "channel": "shell", "buffers": []}))
        while True:
            text = await channel.read_message()
            if text is None:
                return "the kernel's channel was closed"
            message = json.loads(text) if isinstance(text, str) else {"msg_type": ""}
            ours = message.get("parent_header", {}).get("msg_id") == f"{number}"
            if ours and message["msg_type"] == "error":
                return f"{message['content']['ename']}: {message['content']['evalue']}"
            if ours and message["msg_type"] == "execute_reply":
                break
    channel.close()
    return ""


def work(address, user):
    """All that one user does."""
    assert not log_in(address, user, "wrong"), "a wrong password let somebody in"
    assert log_in(address, user, PASSWORD), "the right password did not"
    kernel, server, started = open_kernel(address, user)
    begin = time.monotonic()
    error = IOLoop(make_current=False).run_sync(lambda: run_cells(address, user, kernel))
    return server, started, time.monotonic() - begin, error


def memory(pid):
    """RSS and PSS of a process in MB."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return [int(re.search(rf"^{name}:\s+(\d+)", text, re.M)[1]) / 1024 for name in ("Rss", "Pss")]


def processes(user):
    """The user's server and kernels: (what, RSS, PSS)."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            words = (folder / "cmdline").read_text() if folder.name.isdigit() else ""
            ours = f"JUPYTERHUB_USER={user}\0" in (folder / "environ").read_text() if words else ""
        except OSError:
            continue
        if ours:
            found.append(("kernel" if "ipykernel" in words else "server", *memory(folder.name)))
    return found


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    users = [f"student{i}" for i in range(count)]
    with tempfile.TemporaryDirectory() as name:
        hub, address = start(Path(name))
        try:
            with ThreadPoolExecutor(count) as pool:
                results = list(pool.map(lambda user: work(address, user), users))
            print("user        server s  kernel s  cells s   RSS MB (server + kernel)   PSS MB")
            total = 0.0
            for user, (server, kernel, ran, error) in zip(users, results, strict=True):
                held = processes(user)
                rss = " + ".join(f"{r:.0f}" for _, r, _ in sorted(held, reverse=True))
                pss = sum(p for _, _, p in held)
                total += pss
                print(f"{user:10s} {server:9.1f} {kernel:9.1f} {ran:8.1f}   {rss:>24s} {pss:8.0f}")
                assert not error, error
            own = memory(hub.pid)
            print(f"{count} users, PSS {total / count:.0f} MB each; hub {own[0]:.0f} MB once.")
        except BaseException:
            print((Path(name) / "log").read_text()[-3000:], file=sys.stderr)
            raise
        finally:
            hub.terminate()
            hub.wait(60)


if __name__ == "__main__":
    main()
