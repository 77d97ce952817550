"""Takes live widgets out of a notebook that is to be committed.

A stored view without its stored state shows "model not found"; a stored state holds all weights
and changes with every run. The still picture and the text that every widget stores stay.
"""

from typing import Any

_VIEW = "application/vnd.jupyter.widget-view+json"


def strip(notebook: dict[str, Any]) -> bool:
    """Remove widget views and widget state from a notebook, in place.

    Args:
        notebook: What json.load makes of an .ipynb file.

    Returns:
        Whether there was anything to remove.
    """
    changed = notebook.get("metadata", {}).pop("widgets", None) is not None
    for cell in notebook.get("cells", []):
        for output in cell.get("outputs", []):
            for part in (output.get("data", {}), output.get("metadata", {})):
                changed |= part.pop(_VIEW, None) is not None
    return changed
