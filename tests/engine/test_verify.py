"""A program that is not quite what the decoder does is seen."""

import sys
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from aelib.engine.capture import capture
from aelib.engine.program import Refused
from aelib.engine.verify import codes_to_try, verify
from aelib.widgets.sources import open_source

sys.path.insert(0, str(Path(__file__).parent))
from decoders import DECODERS

SOME = (
    "aelib.ResidualAutoencoder",
    "BatchNorm1d and LeakyReLU",
    "GLU",
    "shrinks and signs",
    "a hierarchical VAE: two levels, sums of means",
    "written with einsum and normalised codes",
    "causal attention with a mask of minus infinity",
)


def left_out(program):
    """Each step left out whose answer has its first operand's shape."""
    begin = len(program.inputs) + len(program.constants)
    shapes = [*program.inputs, *(c.shape for c in program.constants)]
    shapes += [step.shape for step in program.steps]
    for at, step in enumerate(program.steps):
        first = step.inputs[0]
        if step.op != "reshape" and shapes[first] == step.shape:
            copy = replace(step, op="reshape", inputs=(first,), attributes={})
            steps = [copy if i == at else s for i, s in enumerate(program.steps)]
            yield f"{step.op} {begin + at} left out", replace(program, steps=steps)


def constants_bent(program):
    """Biases and other vectors zeroed; all constants negated, and one number of each moved."""
    for at, constant in enumerate(program.constants):
        bent = {"negated": -constant}
        one = constant.copy()
        one.flat[np.abs(one).argmax()] *= 0.95
        bent["of which one number is moved"] = one
        if constant.ndim <= 1:
            bent["zeroed"] = 0 * constant
        for what, values in bent.items():
            others = [values if i == at else c for i, c in enumerate(program.constants)]
            yield f"constant {at} {what}", replace(program, constants=others)


def numbers_bent(program):
    """Each number among the attributes off by one per cent, each `swap` forgotten."""
    for at, step in enumerate(program.steps):
        for key in ("value", "slope", "alpha", "scale", "low", "high", "swap"):
            if not step.attributes.get(key):
                continue
            value = False if key == "swap" else 1.01 * step.attributes[key]
            bent = replace(step, attributes={**step.attributes, key: value})
            steps = [bent if i == at else s for i, s in enumerate(program.steps)]
            yield f"{key} of {step.op} {at}", replace(program, steps=steps)


def bent(name):
    """What is not seen of the programs that are bent so that it shows, and how many there are."""
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = open_source(*DECODERS[name]())
    program = source.record_decode()
    rows = codes_to_try(source.latent_dim)
    fresh = 2 * np.random.default_rng(3).normal(size=(40, source.latent_dim)).astype(np.float32)
    right = np.stack([program.run(row).ravel() for row in fresh])
    unseen, count = [], 0
    for make in (left_out, constants_bent, numbers_bent):
        for what, other in make(program):
            drawn = np.stack([other.run(row).ravel() for row in fresh])
            if np.allclose(drawn, right, rtol=0, atol=2e-5 * np.abs(right).max()):
                continue  # nobody would see it
            count += 1
            try:
                verify(other, source.decode, rows)
                unseen.append(f"{name}: {what}")
            except Refused:
                pass
    return unseen, count


def test_bent_programs_are_seen():
    unseen, count = map(sum, zip(*map(bent, SOME), strict=True), ([], 0))
    assert count > 150
    assert len(unseen) <= 0.01 * count, unseen


@pytest.mark.slow
def test_bent_programs_are_seen_whatever_the_decoder():
    told = ("aelib.ConditionalVAE", "classes through an embedding")  # their rows end with a class
    unseen, count = [], 0
    for name in [name for name in DECODERS if name not in told]:
        try:
            missed, tried = bent(name)
        except Refused:
            continue
        unseen, count = unseen + missed, count + tried
    print(count, unseen)
    assert count > 1000
    assert len(unseen) <= 0.01 * count, unseen


def test_an_enormous_answer_to_one_code_hides_nothing_in_the_others():
    w = torch.randn(4, 16, generator=torch.Generator().manual_seed(0))

    def decode(z, steeper=1.0):
        return torch.sigmoid(steeper * (z @ w)) + torch.exp(8 * z.abs().amax(1, keepdim=True) - 24)

    def run(rows):
        return decode(torch.from_numpy(rows)).numpy()

    z, rows = torch.zeros(1, 4), codes_to_try(4)
    assert run(rows).max() > 1e12
    verify(capture(decode, z), run, rows)
    with pytest.raises(Refused, match="something else"):
        verify(capture(lambda z: decode(z, 1.1), z), run, rows)


def test_a_function_that_fails_at_some_code_is_refused_with_what_it_said():
    def run(rows):
        if np.abs(rows).max() > 4:
            raise ValueError("too far out\nsecond line")
        return rows

    with pytest.raises(Refused, match=r"^it failed with ValueError: too far out$"):
        verify(capture(lambda z: z * 1, torch.zeros(1, 4)), run, codes_to_try(4))


def test_rounding_that_shows_makes_pairs_and_what_float16_cannot_hold_is_refused():
    torch.manual_seed(0)
    w = torch.randn(300, 200)

    def decode(scale):
        def run(rows):
            return torch.sin(scale * torch.from_numpy(rows) @ w).numpy()

        return run

    def packed(scale):
        program = capture(lambda z: torch.sin(scale * z @ w), torch.ones(1, 300))
        return verify(program, decode(scale), codes_to_try(300))

    assert [pair for *_, pair in packed(0.001).program["constants"]] == [0]
    assert [pair for *_, pair in packed(0.05).program["constants"]] == [1]
    w *= 1e6
    with pytest.raises(Refused, match="float16"):
        packed(1e-8)
