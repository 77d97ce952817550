"""What a notebook says when a late cell is run first, memory is full or a training stopped."""

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

TRAIN = """\
import signal
x, steps = torch.rand(300, 784), []
def stopped(model, x):
    steps.append(1)
    if len(steps) == {step}:
        signal.raise_signal(signal.SIGINT)  # what the stop button sends
    return aelib.squared_error(model(x), x)
model = aelib.Autoencoder(2, hidden=4)
history = aelib.fit(model, x, stopped, epochs=4, batch_size=100, validation=x)
"""
LOOK = """\
print(history.interrupted, len(history.loss), history.validation[-1] > 0)
aelib.show(aelib.plot_history(history), "the loss of an epoch that was cut short")
"""


@pytest.fixture(scope="module")
def outputs():
    """What each of these cells, run in one kernel, leaves behind."""
    cells = ["import aelib", "deep.transform(x_test)"]
    cells += ["import torch\ntorch.empty(10**15)", "raise MemoryError"]
    cells += ["def f():\n    print(n)\n    n = 1\nf()", "1 / 0", "raise RuntimeError('no')"]
    cells += ["def best(rows):\n    return rows['forest']\nbest({'SVM': 1})"]
    cells += ["import os\nos.environ['NOT_SET']"]
    cells += [TRAIN.format(step=2), LOOK, "del history", TRAIN.format(step=1), LOOK]
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


def test_a_row_that_was_left_out_above_ends_in_a_sentence(outputs):
    assert [output.output_type for output in outputs[7]] == ["error", "stream"]
    assert said(outputs[7]).startswith(
        "This cell asks for 'forest', which is left out or spelt otherwise"
    )


@pytest.mark.parametrize("place", [4, 5, 6, 8])
def test_other_errors_stay_as_they_are(outputs, place):
    assert [output.output_type for output in outputs[place]] == ["error"]


def test_stopped_in_the_first_epoch_a_training_keeps_what_it_learned(outputs):
    """The cells below run on, with the mean of the one step that there is."""
    (monitor,) = outputs[9]
    assert monitor.output_type == "display_data"
    assert said(outputs[10]) == "True 1 True\n"
    assert outputs[10][-1].output_type == "display_data"


def test_stopped_before_the_first_step_nothing_is_there_and_a_sentence_says_so(outputs):
    assert outputs[12][-1].ename == "KeyboardInterrupt"
    assert said(outputs[13]).startswith("history is not there (yet): it is made in a cell above")
