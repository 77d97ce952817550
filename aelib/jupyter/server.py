"""An extension of Jupyter's server: quick small messages, and pictures where no widget can live.

jupyter_server leaves Nagle's algorithm on, which holds back the second of two small messages until
the first is acknowledged: some 40 ms for each move of a slider that the kernel answers.

A saved notebook holds a widget's view and, beside it, a still picture. Where no kernel knows the
widget, since none runs or it was restarted, the view would be shown as "Error displaying widget:
model not found", and the picture not at all. So a notebook is opened without such views; its file
stays as it is.

A learner who runs a late cell first has not imported the course, whose sentences explain what is
missing. So each new kernel runs kernel_startup.py, unless people have a startup file of their own.
"""

import os
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

from aelib.widgets.strip import strip_dead


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Where the server finds what it loads."""
    return [{"module": "aelib.jupyter.server"}]


def _load_jupyter_server_extension(app: Any) -> None:
    """Called by Jupyter's server as it starts."""
    KernelWebsocketHandler.open = _open_without_delay  # type: ignore[method-assign]
    app.kernel_manager.start_kernel = _with_startup(app.kernel_manager.start_kernel)
    if iscoroutinefunction(app.contents_manager.get):
        get, sessions, kernels = app.contents_manager.get, app.session_manager, app.kernel_manager
        app.contents_manager.get = _with_pictures(get, sessions, kernels)


_open = KernelWebsocketHandler.open


def _open_without_delay(self: Any, *arguments: Any, **options: Any) -> Any:
    self.set_nodelay(True)
    return _open(self, *arguments, **options)


def _with_startup(start: Any) -> Any:
    """The server's way to start a kernel, with kernel_startup.py as its PYTHONSTARTUP."""

    def start_with_startup(*arguments: Any, **options: Any) -> Any:
        env = dict(options.pop("env", None) or os.environ)
        env.setdefault("PYTHONSTARTUP", str(Path(__file__).with_name("kernel_startup.py")))
        return start(*arguments, env=env, **options)

    return start_with_startup


def _with_pictures(get: Any, sessions: Any, kernels: Any) -> Any:
    """The server's way to read a file, without the views of widgets that no kernel knows."""

    async def get_with_pictures(path: str, *arguments: Any, **options: Any) -> Any:
        model = await get(path, *arguments, **options)
        if model["type"] == "notebook" and model.get("content"):
            living: set[str] = set()
            for session in await sessions.list_sessions():
                if _same(session["path"], path):
                    held = await _held_by(kernels.get_kernel(session["kernel"]["id"]))
                    if held is None:
                        return model
                    living |= held
            strip_dead(model["content"], living)
        return model

    return get_with_pictures


def _same(path: str, other: str) -> bool:
    return path.strip("/") == other.strip("/")


async def _held_by(kernel: Any, patience: float = 2) -> set[str] | None:
    """The widgets that a kernel holds; None where it is at work and cannot be asked."""
    if kernel.execution_state in {"starting", "restarting"}:
        return set()
    if kernel.execution_state == "busy":
        return None
    client = kernel.client()
    client.start_channels(stdin=False, hb=False)
    try:
        reply = await client.comm_info("jupyter.widget", reply=True, timeout=patience)
    except TimeoutError:  # one at rest answers at once: this one has been restarted, or is at work
        return None if kernel.execution_state == "busy" else set()
    finally:
        client.stop_channels()
    return set(reply["content"].get("comms", ()))
