"""Widgets that live on a page: their cells are run once, and what the browser needs is packed."""

import base64
import hashlib
import re
import subprocess
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import nbformat
from nbclient import NotebookClient

from aelib.site.lessons import Lesson, SiteError
from aelib.site.scripts import SMALL, live_script

_VIEW = "application/vnd.jupyter.widget-view+json"
_STATE = "application/vnd.jupyter.widget-state+json"
_ENDS = re.compile(r"(?<=\n\}\)\(\);)\n")  # of a file in a joined module: see widgets.base.module
_OURS = ("_esm", "_css", "_anywidget_id", "layout", "tabbable", "tooltip", "_dom_classes")


@dataclass
class Live:
    """The widgets of one page.

    Args:
        views: Which model a cell shows: cell number -> model.
        models: What a model knows: name -> state; bytes are lists of keys of `blobs`.
        blobs: Runs of bytes; equal ones are kept once.
        modules: The files that ES modules were joined from, by name, each once.
        css: Style sheets, each once.
    """

    views: dict[int, str] = field(default_factory=dict)
    models: dict[str, dict[str, Any]] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    modules: dict[str, str] = field(default_factory=dict)
    css: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)  # the kernel's, which are random, to ours

    def only(self, model: str) -> "Live":
        """One of the models, with what it needs."""
        kept = self.models[model]
        keys = {key for runs in kept["bytes"].values() for key in runs}
        return Live(
            models={model: kept},
            blobs={key: self.blobs[key] for key in sorted(keys)},
            modules={part: self.modules[part] for part in kept["module"]},
            css=self.css,
        )

    def scripts(self) -> list[str]:
        """One classic script for each model, which also loads where there is no server.

        They are meant to be read in this order: what several models need comes with the first.
        """
        sent: set[str] = set()
        return [self._script(name, sent) for name in self.models]

    def _script(self, name: str, sent: set[str]) -> str:
        model = self.models[name]
        keys = {key for runs in model["bytes"].values() for key in runs} - sent
        modules = {key: self.modules[key] for key in model["module"] if key not in sent}
        sent |= keys | modules.keys()
        about = {"model": model, "modules": modules}
        return live_script(name, about, {key: self.blobs[key] for key in keys})


def execute(lesson: Lesson) -> Any:
    """Run all cells of a lesson; returns the executed notebook."""
    return _run(lesson, list(range(len(lesson.notebook.cells))))


def run_live(lesson: Lesson, executed: Any = None) -> Live:
    """Find the widgets in the cells tagged `live`.

    Args:
        lesson: The import cell and the cells tagged `live` run in a fresh kernel.
        executed: The notebook as `execute` left it, if all cells were run anyway.

    Raises:
        SiteError: A cell fails.
    """
    cells = lesson.notebook.cells
    code = [i for i, cell in enumerate(cells) if cell.cell_type == "code"]
    tagged = [i for i in code if "live" in cells[i].metadata.get("tags", [])]
    if not tagged:
        return Live()
    chosen = tagged if executed else sorted({code[0], *tagged})
    notebook = executed or _run(lesson, chosen)
    states = notebook.metadata.get("widgets", {}).get(_STATE, {}).get("state", {})
    places = {i: i for i in chosen} if executed else dict(enumerate(chosen))
    live = Live()
    for at, number in places.items():
        for output in notebook.cells[at].outputs:
            identifier = output.get("data", {}).get(_VIEW, {}).get("model_id")
            if identifier and _runs_in_browser(output, states[identifier]["state"]):
                live.views[number] = _add(live, states[identifier], identifier)
    return live


def of_widget(widget: Any) -> Live:
    """A widget made here, with all that a page needs of it."""
    state, buffers = {}, []
    for key, value in widget.get_state().items():
        if isinstance(value, bytes):
            buffers.append({"path": [key], "data": base64.b64encode(value).decode()})
        else:
            state[key] = value
    live = Live()
    _add(live, {"state": state, "buffers": buffers}, "")
    return live


def _run(lesson: Lesson, chosen: list[int]) -> Any:
    notebook = nbformat.v4.new_notebook(metadata=lesson.notebook.metadata)
    notebook.cells = [deepcopy(lesson.notebook.cells[i]) for i in chosen]
    resources = {"metadata": {"path": str(lesson.path.parent)}}
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources=resources)
    try:
        client.execute(stderr=subprocess.DEVNULL)  # the kernel's log; what cells say is in outputs
    except Exception as error:  # a failing cell, a kernel that does not start
        raise SiteError(f"{lesson.path.name} does not run: {error}") from error
    return notebook


def _runs_in_browser(output: Any, state: dict[str, Any]) -> bool:
    """Whether a widget has a still picture for others, and no model that only Python can run."""
    alone = all(model["where"] == "browser" for model in state.get("_models", []))
    return "_esm" in state and "image/png" in output.data and alone


def _add(live: Live, record: dict[str, Any], identifier: str) -> str:
    """Take a model's state in; a widget shown twice is one model."""
    if identifier in live.names:
        return live.names[identifier]
    name = live.names[identifier] = f"widget-{len(live.names) + 1}"
    state = record["state"]
    parts = {_short(part.encode()): part for part in _parts(state["_esm"])}
    live.modules |= parts
    if state["_css"] not in live.css:
        live.css.append(state["_css"])
    kept = {
        k: v for k, v in state.items() if k not in _OURS and not k.startswith(("_model_", "_view_"))
    }
    packed = {}
    for buffer in record.get("buffers", []):
        (key,) = buffer["path"]
        runs = _cut(
            base64.b64decode(buffer["data"]), kept.get("_models", []) if key == "_weights" else []
        )
        packed[key] = [_short(run) for run in runs]
        live.blobs |= {_short(run): run for run in runs}
    live.models[name] = {"module": list(parts), "state": kept, "bytes": packed}
    return name


def _parts(module: str) -> list[str]:
    """The files that a module was joined from, which widgets share; a small one stays whole.

    Joined by line breaks they are the module again.
    """
    return [module] if len(module) < SMALL else _ENDS.split(module)


def _cut(content: bytes, models: list[dict[str, Any]]) -> list[bytes]:
    """Cut weights where a network begins or ends, so that widgets can share networks."""
    networks = [m[part] for m in models for part in ("decoder", "encoder") if m[part]]
    marks = sorted({0, len(content), *(n[end] for n in networks for end in ("begin", "end"))})
    return [content[a:b] for a, b in pairwise(marks)]


def _short(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
