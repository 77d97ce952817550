"""Programs of functions that are told a class beside the code."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from aelib.engine.capture import capture
from aelib.engine.program import Builder, Program, Refused


def capture_told(function: Callable[..., Any], row: torch.Tensor, classes: int) -> Program:
    """Record a function of a row and a class as a program of one longer row.

    Args:
        function: From a row (1, K) and a class, a NumPy array (1,), to a tensor.
        row: What it is recorded with.
        classes: How many there are.

    Returns:
        A program of a row (1, K + classes) that ends with the class as one-hot. Constants that
        differ from class to class become a sum over the one-hot numbers.

    Raises:
        Refused: The steps, not only the constants, depend on the class, or there is a step that
            a program cannot have.
    """

    def told(k: int) -> Program:
        return capture(lambda z: function(z, np.array([k])), row)

    programs = [told(k) for k in range(classes)]
    first = programs[0]
    if any((p.steps, p.output) != (first.steps, first.output) for p in programs):
        raise Refused("its steps depend on the class")
    build, width = Builder(), row.shape[1]
    both = build.input((1, width + classes))
    cut = {"strides": [width + classes, 1]}
    one_hot = build.step("strided", [both], [1, classes], offset=width, **cut)
    numbers = [build.step("strided", [both], [1, width], offset=0, **cut)]
    for versions in zip(*(p.constants for p in programs), strict=True):
        if all(np.array_equal(versions[0], v) for v in versions):
            numbers.append(build.constant(versions[0]))
        else:
            table = build.constant(np.stack([v.ravel() for v in versions]))
            found = build.step("linear", [one_hot, table], [1, versions[0].size])
            numbers.append(build.reshape(found, versions[0].shape))
    for step in first.steps:
        inputs = [numbers[i] for i in step.inputs]
        numbers.append(build.step(step.op, inputs, step.shape, **step.attributes))
    return build.finish(numbers[first.output])
