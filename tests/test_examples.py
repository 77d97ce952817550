"""Every public name has an example of at most five lines in its docstring, and each is run."""

import doctest

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

import aelib
from aelib.site.reference import read_reference

mpl.use("Agg")

MOST = 5  # lines of an example
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
ENTRIES = {entry.name: entry for page in read_reference() for entry in page.entries}


def example_of(entry):
    names = {"aelib": aelib, "np": np, "torch": torch}
    return doctest.DocTestParser().get_doctest(entry.docstring, names, entry.name, None, 0)


@pytest.fixture
def _alone(tmp_path, monkeypatch):
    """In an empty folder, and no figure is left."""
    monkeypatch.chdir(tmp_path)
    yield
    plt.close("all")


@pytest.mark.parametrize("name", ENTRIES)
@pytest.mark.usefixtures("_alone")
def test_the_example_works(name):
    example = example_of(ENTRIES[name])
    lines = "".join(part.source for part in example.examples).splitlines()
    assert 1 <= len(lines) <= MOST, f"{name} needs an example of one to {MOST} lines"
    said = []
    doctest.DocTestRunner(optionflags=FLAGS).run(example, out=said.append)
    assert not said, "".join(said)


def test_an_example_that_is_wrong_would_be_noticed():
    example = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0)
    assert doctest.DocTestRunner().run(example, out=lambda said: None).failed == 1
