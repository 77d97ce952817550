"""Small messages between kernel and browser leave at once; read by JupyterLab at its start.

`start.py` names this folder in JUPYTER_CONFIG_PATH. jupyter_server leaves Nagle's algorithm on,
which holds back the second of two small messages until the first is acknowledged: some 40 ms for
each move of a slider that the kernel answers.
"""

from typing import Any

from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

_open = KernelWebsocketHandler.open


def _open_without_delay(self: Any, *arguments: Any, **options: Any) -> Any:
    self.set_nodelay(True)
    return _open(self, *arguments, **options)


KernelWebsocketHandler.open = _open_without_delay  # type: ignore[method-assign]
