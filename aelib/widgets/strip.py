"""Takes live widgets out of a notebook that is to be committed, or opened without a kernel.

A stored view without its stored state shows "model not found"; a stored state holds all weights
and changes with every run. The still picture and the text that every widget stores stay.
"""

from collections.abc import Iterator, Set
from typing import Any

_VIEW = "application/vnd.jupyter.widget-view+json"
_STATE = "application/vnd.jupyter.widget-state+json"


def strip(notebook: dict[str, Any]) -> bool:
    """Remove widget views and widget state from a notebook, in place.

    Args:
        notebook: What json.load makes of an .ipynb file.

    Returns:
        Whether there was anything to remove.
    """
    changed = notebook.get("metadata", {}).pop("widgets", None) is not None
    for output in _outputs(notebook):
        for part in (output.get("data", {}), output.get("metadata", {})):
            changed |= part.pop(_VIEW, None) is not None
    return changed


def strip_dead(notebook: dict[str, Any], living: Set[str] = frozenset()) -> None:
    """Remove the views whose state neither the notebook nor a kernel holds, in place.

    Args:
        notebook: What json.load makes of an .ipynb file.
        living: The model_id of each widget that a kernel holds.
    """
    widgets = notebook.get("metadata", {}).get("widgets", {})
    held = {*widgets.get(_STATE, {}).get("state", {}), *living}
    for output in _outputs(notebook):
        view = output.get("data", {}).get(_VIEW)
        if view is not None and view.get("model_id") not in held:
            for part in (output["data"], output.get("metadata", {})):
                part.pop(_VIEW, None)


def _outputs(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for cell in notebook.get("cells", []):
        yield from cell.get("outputs", [])
