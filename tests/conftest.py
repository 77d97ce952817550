"""Chance is the same in every run: whatever a test draws without a seed of its own."""

import random

import numpy as np
import pytest
import torch


def _seed():
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002  the global one that libraries draw from
    torch.manual_seed(0)


def pytest_collectstart():
    _seed()  # tables of parameters are drawn when a module is imported


@pytest.fixture(autouse=True)
def seeded():
    """Each test begins with the same numbers, alone or after others."""
    _seed()
