"""An extension of Jupyter's server: quick small messages, and pictures where no widget can live.

jupyter_server leaves Nagle's algorithm on, which holds back the second of two small messages until
the first is acknowledged: some 40 ms for each move of a slider that the kernel answers.

A saved notebook holds a widget's view and, beside it, a still picture. Where no kernel runs, the
view would be shown as "Error displaying widget: model not found", and the picture not at all. So
a notebook without a kernel is opened without views that have no state; its file stays as it is.
"""

from inspect import iscoroutinefunction
from typing import Any

from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

from aelib.widgets.strip import strip_dead


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Where the server finds what it loads."""
    return [{"module": "aelib.jupyter.server"}]


def _load_jupyter_server_extension(app: Any) -> None:
    """Called by Jupyter's server as it starts."""
    KernelWebsocketHandler.open = _open_without_delay  # type: ignore[method-assign]
    if iscoroutinefunction(app.contents_manager.get):
        app.contents_manager.get = _with_pictures(app.contents_manager.get, app.session_manager)


_open = KernelWebsocketHandler.open


def _open_without_delay(self: Any, *arguments: Any, **options: Any) -> Any:
    self.set_nodelay(True)
    return _open(self, *arguments, **options)


def _with_pictures(get: Any, sessions: Any) -> Any:
    """The server's way to read a file, without dead views in notebooks that no kernel serves."""

    async def get_with_pictures(path: str, *arguments: Any, **options: Any) -> Any:
        model = await get(path, *arguments, **options)
        if model["type"] == "notebook" and model.get("content"):
            served = [session["path"] for session in await sessions.list_sessions()]
            if path.strip("/") not in [each.strip("/") for each in served]:
                strip_dead(model["content"])
        return model

    return get_with_pictures
