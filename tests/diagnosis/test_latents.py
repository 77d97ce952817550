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


def trained(latents=64, k=3, loss=copying, *, tied=True, moved=0.0):
    """A network and its history; `moved` is added to all rows."""
    torch.manual_seed(0)
    model = aelib.SparseAutoencoder(16, latents, k)
    if not tied:
        nn.init.kaiming_uniform_(model.encoder.weight, a=5**0.5)
    x, x_test = X + moved, X_TEST + moved
    history = aelib.fit(model, x, loss, epochs=15, batch_size=256, lr=1e-2, validation=x_test)
    return model, history


def told(model, history=None, x=X_TEST, x_train=X):
    return diagnose(model, x, history, x_train=x_train)


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
    assert told(*healthy).findings == []  # with k = 3


@pytest.mark.parametrize("weight", [0.05, 0.8])
def test_a_penalty_leaves_the_latents_dense_and_the_k_strongest_cure_it(healthy, weight):
    report = told(*trained(k=64, loss=paying(weight)))
    assert "let the k strongest speak" in report.sentences["dense latents"]
    assert told(*healthy).findings == []  # with k = 3


def test_rows_off_the_middle_spoil_latents_and_subtracting_the_mean_row_cures_it():
    """Some latents stand for the mean row and are nearly always on; most of the others die."""
    offset = 3 * torch.randn(16, generator=torch.Generator().manual_seed(1))
    report = told(*trained(moved=offset), x=X_TEST + offset, x_train=X + offset)
    assert report.findings == ["dead latents", "dense latents"]
    for sentence in report.sentences.values():
        assert "ubtract the mean row from x" in sentence
    mean = (X + offset).mean(dim=0)
    centred = told(
        *trained(moved=offset - mean), x=X_TEST + offset - mean, x_train=X + offset - mean
    )
    assert centred.findings == []


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
