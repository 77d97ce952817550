"""A page in any browser that a command can open: it asks a server of ours what to do next."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from typing import Any

CHROMIUM = "chromium --headless=new --no-sandbox --disable-gpu --no-first-run --user-data-dir={}"
FIREFOX = "firefox --headless --no-remote --profile {}"  # {} is a folder of its own
KINDS = {".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "text/json"}
KINDS |= {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}
KINDS |= {".svg": "image/svg+xml"}
LOOP = """<!doctype html><title>asks</title><link rel="icon" href="data:,"><script type="module">
import { answer } from "/page.mjs";
for (let last = { ready: true }; ; ) {
  const asked = await fetch("/next", { method: "POST", body: JSON.stringify(last) });
  try {
    last = { answer: await answer(await asked.json()) };
  } catch (error) {
    last = { error: `${error}\\n${error.stack}` };
  }
}
</script>"""


@contextmanager
def anywhere(command: str, folder: Path, patience: float = 120) -> Iterator[Callable[[Any], Any]]:
    """Open a page in a browser and ask it things.

    Args:
        command: What opens a browser; {} stands for the folder of its profile, and the address is
            added at the end.
        folder: The files of the page. page.mjs exports answer(job), which may take its time.
        patience: Seconds to wait for an answer.

    Yields:
        A function from a job to its answer, both as JSON knows them. It raises RuntimeError where
        the page fails.
    """
    jobs: Queue[Any] = Queue()
    answers: Queue[Any] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = folder / self.path.partition("?")[0].lstrip("/")
            content = LOOP.encode() if self.path == "/" else path.read_bytes()
            self._send(content, KINDS.get(path.suffix, "text/html"))

        def do_POST(self) -> None:
            answers.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            with suppress(BrokenPipeError, ConnectionResetError):  # the browser has been closed
                self._send(json.dumps(jobs.get()).encode(), "text/json")

        def _send(self, content: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    def heard() -> Any:
        try:
            answer = answers.get(timeout=patience)
        except Empty:
            raise RuntimeError(f"{command} does not answer") from None
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer.get("answer")

    def ask(job: Any) -> Any:
        jobs.put(job)
        return heard()

    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server,
    ):
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        opened = [*shlex.split(command.format(profile)), address]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        browser = subprocess.Popen(opened, **quiet, start_new_session=True)
        try:
            heard()
            yield ask
        finally:
            os.killpg(browser.pid, signal.SIGTERM)  # with all that it started
            browser.wait(30)
            jobs.put(None)  # frees the page's last question
            server.shutdown()


def installed(command: str) -> bool:
    """Whether the first word of a command is a program here."""
    return shutil.which(shlex.split(command)[0]) is not None
