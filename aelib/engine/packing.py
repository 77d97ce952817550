"""A program -> what engine.js reads: steps as JSON, and constants as float16.

Small constants, and those whose rounding would show, travel as two numbers each, a float16 and
what it left over, which is nearly float32; where nothing is left over, as of weights from a file
of float16, one is enough. Only large matrices are rounded to float16, where the errors average
out.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from aelib.engine.program import Program, Step

_LARGEST = 65504.0  # of float16
_FEW = 32_768  # numbers of a small constant: at most 128 KiB as pairs


@dataclass(frozen=True)
class Packed:
    """A program as the browser gets it.

    Args:
        program: What JSON can hold: inputs, constants, steps, outputs.
        weights: The constants' numbers, float16, little-endian.
    """

    program: dict[str, Any]
    weights: bytes


def pack(program: Program, exact: Collection[int] = ()) -> tuple[Packed, Program]:
    """Pack a program.

    Args:
        program: What is to run in the browser.
        exact: Places of large constants that travel as pairs nevertheless.

    Returns:
        What is sent, and the program as it will be there, its constants rounded.
    """
    parts: list[np.ndarray] = []
    places, rounded, begin = [], [], 0
    for i, constant in enumerate(program.constants):
        sent = [constant.clip(-_LARGEST, _LARGEST).astype("<f2")]
        there = sent[0].astype(np.float32)
        left_over = (constant.astype("f8") - there).clip(-_LARGEST, _LARGEST)
        pair = (constant.size <= _FEW or i in exact) and left_over.any()
        if pair:
            sent.append(left_over.astype("<f2"))
            there += sent[1]  # exact but for the last bit, as in the browser
        places.append([begin, list(constant.shape), int(pair)])
        rounded.append(there)
        parts += [part.ravel() for part in sent]
        begin += len(sent) * constant.size
    described = {
        "inputs": [list(shape) for shape in program.inputs],
        "constants": places,
        "steps": [
            {"op": s.op, "in": list(s.inputs), "shape": list(s.shape), **s.attributes}
            for s in program.steps
        ],
        "outputs": [program.output],
    }
    weights = np.concatenate([np.empty(0, "<f2"), *parts]).tobytes()
    return Packed(described, weights), replace(program, constants=rounded)


def unpack(packed: Packed) -> Program:
    """The program that the browser reads out of what it is sent."""
    halves = np.frombuffer(packed.weights, "<f2").astype("f8")
    constants = []
    for begin, shape, pair in packed.program["constants"]:
        n = int(np.prod(shape, dtype=int))
        values = halves[begin : begin + n] + (halves[begin + n : begin + 2 * n] if pair else 0)
        constants.append(values.astype(np.float32).reshape(shape))
    steps = []
    for described in packed.program["steps"]:
        attributes = dict(described)
        op, inputs, shape = (attributes.pop(key) for key in ("op", "in", "shape"))
        steps.append(Step(op, tuple(inputs), tuple(shape), attributes))
    inputs = [tuple(shape) for shape in packed.program["inputs"]]
    return Program(inputs, constants, steps, packed.program["outputs"][0])
