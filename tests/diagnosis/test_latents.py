"""`diagnose` on sparse autoencoders: planted directions, found well or spoiled, and the cures."""

import pytest
import torch
from torch import nn
from torch.nn.functional import normalize

import aelib
from aelib import diagnose


def planted():
    """Rows of 16 numbers, each a sum of about three of 64 directions."""
    g = torch.Generator().manual_seed(0)
    truth = normalize(torch.randn(64, 16, generator=g))
    sizes = 0.5 + torch.rand(9000, 64, generator=g)
    z = sizes * (torch.rand(9000, 64, generator=g) < 0.05)
    return z @ truth + 0.02 * torch.randn(9000, 16, generator=g)


ROWS = planted()
X, X_TEST = ROWS[:8000], ROWS[8000:]


def copying(model, x):
    return aelib.squared_error(model(x), x)


def paying(weight):
    def loss(model, x):
        z = model.encode(x)
        return aelib.squared_error(model.decode(z), x) + weight * aelib.l1_penalty(z)

    return loss


def trained(latents=64, k=3, loss=copying, *, tied=True):
    torch.manual_seed(0)
    model = aelib.SparseAutoencoder(16, latents, k)
    if not tied:
        nn.init.kaiming_uniform_(model.encoder.weight, a=5**0.5)
    history = aelib.fit(model, X, loss, epochs=15, batch_size=256, lr=1e-2, validation=X_TEST)
    return model, history


def told(model, history=None, x=X_TEST):
    return diagnose(model, x, history, x_train=X)


@pytest.fixture(scope="module")
def healthy():
    return trained()


def test_a_healthy_one_is_left_alone(healthy):
    report = told(*healthy)
    assert str(report) == "SparseAutoencoder on 1,000 rows: nothing found."


def test_its_rows_may_be_any_numbers(healthy):
    """Activations are no pixels: a range beyond 10 is not complained of."""
    model, _ = healthy
    wide = aelib.SparseAutoencoder(16, 64, 3)
    wide.load_state_dict(model.state_dict())
    with torch.no_grad():
        wide.encoder.bias *= 30
        wide.decoder.bias *= 30
    assert diagnose(wide, 30 * X_TEST, x_train=30 * X).findings == []


def test_dead_latents_are_told_and_the_tied_start_cures_them(healthy):
    report = told(*trained(tied=False))
    assert report.findings == ["dead latents"]
    assert "begin the encoder with the decoder's directions" in report.sentences["dead latents"]
    assert "dead latents" not in told(*healthy).findings  # that is its tied twin


def test_few_rows_do_not_make_a_rare_latent_dead(healthy):
    model, _ = healthy
    assert "dead latents" not in told(model, x=X_TEST[:40]).findings


def test_dense_latents_are_told_and_a_smaller_k_cures_them(healthy):
    report = told(*trained(k=8))
    assert report.findings == ["dense latents"]
    assert "smaller k" in report.sentences["dense latents"]


def test_a_weak_penalty_leaves_the_latents_dense():
    assert "dense latents" in told(*trained(k=64, loss=paying(0.05))).findings


def test_a_latent_that_is_nearly_always_on_is_told_and_centred_rows_cure_it(healthy):
    """It stands for the mean row, which the bias had better hold."""
    model, _ = healthy
    always = aelib.SparseAutoencoder(16, 64, 3)
    always.load_state_dict(model.state_dict())
    with torch.no_grad():
        always.encoder.bias[0] = 50.0
    report = told(always)
    assert "1 of 64 latents are on in more than half" in report.sentences["dense latents"]


def test_shrinkage_is_told_and_the_k_strongest_cure_it(healthy):
    report = told(*trained(k=64, loss=paying(0.8)))
    assert "let the k strongest speak" in report.sentences["shrinkage"]
    assert "shrinkage" not in told(*healthy).findings


def test_an_untrained_one_is_not_healthy():
    torch.manual_seed(0)
    model = aelib.SparseAutoencoder(16, 64, 3)
    with torch.no_grad():
        model.encoder.bias -= 100
    assert "mean image" in told(model).findings
