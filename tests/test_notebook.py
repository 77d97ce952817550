"""What a notebook says when a late cell is run first, and when memory is full."""

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook


@pytest.fixture(scope="module")
def outputs():
    """What each of these cells, run in one kernel, leaves behind."""
    cells = ["import aelib", "deep.transform(x_test)"]
    cells += ["import torch\ntorch.empty(10**15)", "raise MemoryError"]
    cells += ["def f():\n    print(n)\n    n = 1\nf()", "1 / 0", "raise RuntimeError('no')"]
    notebook = new_notebook(cells=[new_code_cell(source) for source in cells])
    NotebookClient(notebook, kernel_name="python3", allow_errors=True).execute()
    nbformat.validate(notebook)
    return [cell.outputs for cell in notebook.cells]


def said(outputs):
    return "".join(output.text for output in outputs if output.output_type == "stream")


def test_a_late_cell_that_is_run_first_ends_in_a_sentence(outputs):
    (error,) = [output for output in outputs[1] if output.output_type == "error"]
    assert error.ename == "NameError"
    assert said(outputs[1]).startswith("deep is not there (yet): it is made in a cell above")
    assert "Run All Above Selected Cell" in said(outputs[1])


@pytest.mark.parametrize("place", [2, 3])
def test_what_does_not_fit_into_memory_ends_in_a_sentence(outputs, place):
    assert [output.output_type for output in outputs[place]] == ["error", "stream"]
    assert said(outputs[place]).startswith("This does not fit into memory: take fewer rows")


@pytest.mark.parametrize("place", [4, 5, 6])
def test_other_errors_stay_as_they_are(outputs, place):
    assert [output.output_type for output in outputs[place]] == ["error"]
