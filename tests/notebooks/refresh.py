"""Run notebooks anew and keep only what belongs in the repository.

    python tests/notebooks/refresh.py notebooks/01_autoencoder_from_scratch.ipynb
    python tests/notebooks/refresh.py --clean notebooks/*.ipynb  # without a run

A kept notebook holds text and pictures. Views of widgets, their state, timings and whatever an
editor added are dropped: a stored view without its state shows "model not found". What came out of
a guess is folded: JupyterLab shows it when a learner clicks on it or runs its cell.
"""

import os
import sys
import tempfile
import time
from base64 import b64decode
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from aelib.widgets.strip import strip

ROOT = Path(__file__).parents[2]
README_PICTURE = ROOT / "notebooks" / "pictures" / "sixteen_numbers.png"
VERDICT = "you made no guess"  # what `predict` says where nobody guessed
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def clean(notebook: nbformat.NotebookNode) -> None:
    """Drop in place what is not text, picture, tag or kernel name; fold what a guess is about."""
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    strip(notebook)
    for cell in notebook.cells:
        tags = cell.metadata.get("tags")
        cell.metadata = {"tags": tags} if tags else {}
        if is_verdict(cell):
            cell.metadata["jupyter"] = {"outputs_hidden": True}


def is_verdict(cell: nbformat.NotebookNode) -> bool:
    """Whether a cell's outputs give a guess away; a living widget is never folded."""
    if "live" in cell.metadata.get("tags", []):
        return False
    return any(VERDICT in output.get("text", "") for output in cell.get("outputs", []))


def run(path: Path) -> float:
    """Execute the notebook in its folder and write it back; returns the seconds it took."""
    notebook = nbformat.read(path, as_version=4)
    started = time.perf_counter()
    NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        resources={"metadata": {"path": path.parent}},
        coalesce_streams=True,  # else chance decides where printed text is cut in two
    ).execute()
    clean(notebook)
    nbformat.write(notebook, path)
    return time.perf_counter() - started


def readme_picture() -> bytes:
    """The picture of README.md, as notebook 01 drew it."""
    notebook = nbformat.read(ROOT / "notebooks" / "01_autoencoder_from_scratch.ipynb", as_version=4)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "three copies of each through 16 numbers" in data.get("text/plain", ""):
                return b64decode(data["image/png"])
    raise LookupError("notebook 01 holds no picture of digits and their copies")


if __name__ == "__main__":
    os.environ["AELIB_CLAIMS"] = "strict"  # nothing false is kept
    # As a new learner sees it, who has solved nothing yet.
    os.environ["AELIB_PROGRESS"] = str(Path(tempfile.mkdtemp()) / "progress.json")
    only_clean = sys.argv[1] == "--clean"
    for name in sys.argv[1 + only_clean :]:
        if only_clean:
            notebook = nbformat.read(name, as_version=4)
            clean(notebook)
            nbformat.write(notebook, name)
        else:
            print(f"{name}: {run(Path(name)):.0f} s")
    README_PICTURE.parent.mkdir(exist_ok=True)
    README_PICTURE.write_bytes(readme_picture())
