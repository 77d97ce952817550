"""What holds for every test, those of the notebooks included."""

import os
import tempfile
from pathlib import Path

import pytest

# Set before torch is loaded, here and in the notebooks' kernels. Two threads that must wait for
# each other crawl on a machine that is busy with something else; one thread does not.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# In a lesson a claim that does not hold is a remark; here it is a failure.
os.environ["AELIB_CLAIMS"] = "strict"

# What the person who runs the tests has solved is theirs, and must not change what is printed.
os.environ["AELIB_PROGRESS"] = str(Path(tempfile.mkdtemp()) / "progress.json")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Fail the cells after one that ran out of time, which nbval only expects to fail."""
    report = yield
    if hasattr(report, "wasxfail") and ".ipynb" in item.nodeid:
        del report.wasxfail
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: a cell before this one was stopped, it took too long."
    return report
