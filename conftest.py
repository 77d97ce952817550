"""What holds for every test, those of the notebooks included."""

import itertools
import os
import random
import tempfile
from pathlib import Path

import pytest

# Set before torch is loaded, here and in the notebooks' kernels. Two threads that must wait for
# each other crawl on a machine that is busy with something else; one thread does not.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# In a lesson a claim that does not hold is a remark; here it is a failure.
os.environ["AELIB_CLAIMS"] = "strict"

# What the person who runs the tests has solved is theirs, and must not change what is printed.
OWN = Path(tempfile.mkdtemp())
os.environ["AELIB_PROGRESS"] = str(OWN / "progress.json")
NUMBERS = itertools.count()


def _seed():
    import numpy as np  # not before the number of threads is set
    import torch

    random.seed(0)
    np.random.seed(0)  # noqa: NPY002  the global one that libraries draw from
    torch.manual_seed(0)


def pytest_collectstart():
    """Chance is the same in every run: tables of parameters are drawn when a module is imported."""
    _seed()


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """A test begins with the same numbers and with nothing solved, whatever ran before it."""
    _seed()
    monkeypatch.setenv("AELIB_PROGRESS", str(OWN / f"progress-{next(NUMBERS)}.json"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Fail the cells after one that ran out of time, which nbval only expects to fail."""
    report = yield
    if hasattr(report, "wasxfail") and ".ipynb" in item.nodeid:
        del report.wasxfail
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: a cell before this one was stopped, it took too long."
    return report
