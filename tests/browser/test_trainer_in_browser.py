"""Training in the page: PyTorch's gradients and steps, the same bits in every engine."""

import base64
import gzip
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from reference_trainer import Trainer, key, shuffled
from training_cases import (
    ASKED,
    CASES,
    PLAIN,
    STEPS,
    TEST,
    TRAIN,
    flat,
    job,
    objective,
    received,
    sent,
)

import aelib
from aelib import engine
from aelib.widgets.base import module

RUN = """async ([sources, jobs]) => {
  const load = (text) => import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
  const [trainer, memory, { run }] = await Promise.all(sources.map(load));
  const kernels = memory.trainingKernels();
  const both = (job) => [kernels, null].map((each) => run(trainer, job, each));
  return [kernels !== null, jobs.map(both)];
}"""


def in_page(browser, jobs):
    page = browser.new_page()
    assembled, answers = page.evaluate(RUN, [[module("trainer"), module("memory"), ASKED], jobs])
    page.close()
    assert assembled  # else only plain JavaScript was tried
    return answers


@pytest.fixture(scope="module")
def answers(browser):
    found = in_page(browser, [job({**PLAIN, **case}) for case in CASES.values()])
    return dict(zip(CASES, found, strict=True))


@pytest.mark.parametrize("name", CASES)
def test_plain_javascript_and_python_find_the_same_bits(answers, name):
    assembled, plain = answers[name]
    assert assembled == plain
    reference = Trainer({**PLAIN, **CASES[name]}, TRAIN)
    for ours, theirs in zip(received(assembled["begun"]), flat(reference.values), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    errors = [reference.step() for _ in range(STEPS)]
    assert assembled["errors"] == errors
    for ours, theirs in zip(received(assembled["ended"]), flat(reference.values), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", CASES)
def test_gradients_are_pytorchs(answers, name):
    settings, assembled = {**PLAIN, **CASES[name]}, answers[name][0]
    reference = Trainer(settings, TRAIN, steps=STEPS)
    shapes = [weight.shape for weight, _ in reference.values]
    indices = [3, 1, 2, 9, 11]
    grain, dice = (torch.tensor(v, dtype=torch.float64) for v in reference.random(len(indices)))
    values = []
    for (n, m), content in zip(shapes, received(assembled["ended"]), strict=True):
        parts = content[: n * m].reshape(n, m), content[n * m :]
        values.append([torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in parts])
    clean = torch.tensor(TRAIN[indices] / 255)
    objective(settings, values, clean, grain, dice).backward()
    expected = flat([[p.grad for p in pair] for pair in values])
    for ours, theirs in zip(received(assembled["gradients"]), expected, strict=True):
        assert np.linalg.norm(ours - theirs) < 1e-4 * np.linalg.norm(theirs)


def test_two_hundred_steps_are_pytorchs(browser):
    settings = {**PLAIN, "batch": 10, "passes": 67}  # 201 steps: the cycle almost whole
    start = Trainer(settings, TRAIN)
    [[assembled, _]] = in_page(browser, [job(settings, 200)])
    values = [[torch.tensor(p, requires_grad=True) for p in pair] for pair in start.values]
    leaves = [p for pair in values for p in pair]
    optimizer = torch.optim.AdamW(leaves, lr=settings["rate"], betas=(0.9, 0.99))
    plan = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5e-3, total_steps=201, pct_start=0.2)
    clean = torch.tensor(TRAIN.astype(np.float32)) / 255
    for batch in batches(settings, 200):
        optimizer.zero_grad()
        objective(settings, values, clean[batch], torch.zeros(1), torch.zeros(1)).backward()
        optimizer.step()
        plan.step()
    expected = flat([[p.detach() for p in pair] for pair in values])
    for ours, theirs in zip(received(assembled["ended"]), expected, strict=True):
        assert np.linalg.norm(ours - theirs) < 1e-3 * np.linalg.norm(theirs)


def batches(settings, steps):
    """The pictures of each step, in the order that a seed gives."""
    size, count = settings["batch"], len(TRAIN)
    for step in range(steps):
        passed, at = divmod(step, -(-count // size))
        yield shuffled(key(settings["seed"], 2, passed), count)[at * size : (at + 1) * size]


def test_weights_can_be_handed_in(browser):
    settings = {**PLAIN, "variational": True, "kl": 1}
    other = Trainer({**settings, "seed": 8}, TRAIN)
    given = [sent(w.astype("<f4")) for w in flat(other.values)]
    [[assembled, _]] = in_page(browser, [job(settings, 0, weights=given)])
    assert assembled["begun"] == given


def test_held_out_pictures_are_measured_as_the_losses_do(answers):
    settings = {**PLAIN, **CASES["variational"]}
    answer = answers["variational"][0]
    x = torch.tensor(TEST.astype(np.float32)) / 255
    for (n, m), content in zip(
        [(784, 20), (20, 6), (3, 20), (20, 784)], received(answer["ended"]), strict=True
    ):
        w, b = torch.tensor(content[: n * m].reshape(n, m)), torch.tensor(content[n * m :])
        if n == 784:
            before = torch.nn.functional.silu(x @ w + b)
        elif m == 6:
            mu, logvar = (before @ w + b).chunk(2, dim=1)
        elif n == settings["latent"]:
            before = torch.nn.functional.silu(mu @ w + b)
        else:
            x_hat = (before @ w + b).sigmoid()
    held = answer["held"]
    assert held["error"] == pytest.approx(float(aelib.squared_error(x_hat, x)), rel=1e-5)
    assert held["nats"] == pytest.approx(float(aelib.bernoulli_nll(x_hat, x)), rel=1e-5)
    assert held["kl"] == pytest.approx(float(aelib.kl_divergence(mu, logvar)), rel=1e-4)
    np.testing.assert_allclose(received(answer["codes"])[0], mu.ravel(), rtol=1e-4, atol=1e-5)


def test_the_training_kernels_are_small():
    folder = Path(engine.__file__).parent
    text = re.search(r'"(.*)"', (folder / "training_kernels.js").read_text(encoding="utf-8"))[1]
    assert len(gzip.compress(base64.b64decode(text), 9)) <= 4096
