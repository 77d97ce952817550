"""aelib.loss_value: what a loss must answer, and why it became no number."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from aelib import TrainingError, bernoulli_nll, fit, squared_error

X = torch.rand(97, 20, generator=torch.Generator().manual_seed(0))


def network(*end):
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(20, 4), nn.Linear(4, 20), *end)


def copy_loss(model, x):
    return squared_error(model(x), x)


WRONG = {
    "nn.MSELoss()": (nn.MSELoss(), r"nn\.MSELoss\(\) compares copies with pictures"),
    "squared_error": (squared_error, r"loss=lambda model, x: squared_error\(model\(x\), x\)"),
    "mse_loss": (functional.mse_loss, "mse_loss compares copies"),
    "nothing": (lambda model, x: None, "nothing: its last line must begin with return"),
    "one value per picture": (
        lambda model, x: ((model(x) - x) ** 2).sum(1),
        r"shape \(97,\).*\.sum\(\) / len\(x\)",
    ),
    "tuple": (lambda model, x: (copy_loss(model, x), x), "2 values: return the one to make small"),
    "dictionary": (lambda model, x: {"loss": x, "kl": x}, "a dictionary of loss, kl"),
    "plain number": (lambda model, x: copy_loss(model, x).item(), r"leave out \.item\(\)"),
    "no gradient": (lambda model, x: copy_loss(model, x).detach(), r"Leave out \.detach\(\)"),
    "words": ("mse", "loss must be a function of a model and a batch, not 'mse'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_loss_is_named(name):
    loss, sentence = WRONG[name]
    with pytest.raises(ValueError, match=sentence):
        fit(network(), X, loss, epochs=1)


@pytest.mark.parametrize("loss", [nn.MSELoss(), squared_error, functional.mse_loss])
def test_the_way_that_is_named_trains(loss):
    assert fit(network(), X, lambda model, x: loss(model(x), x), epochs=1).loss


def test_a_fault_inside_a_right_loss_stays_as_it_is():
    def loss(model, x):
        return x.no_such_thing

    with pytest.raises(AttributeError, match="no_such_thing"):
        fit(network(), X, loss, epochs=1)


def test_one_number_may_be_kept_in_a_row():
    assert fit(network(), X, lambda model, x: copy_loss(model, x)[None], epochs=1).loss


def test_the_logarithm_of_0_is_not_called_a_learning_rate():
    def loss(model, x):
        return -(x * model(x).log()).sum() / len(x)

    with pytest.raises(TrainingError, match=r"epoch 1, step 1.*logarithm of 0") as told:
        fit(network(nn.ReLU()), X, loss, epochs=1)
    assert "learning rate" not in str(told.value)
    fit(network(nn.ReLU()), X, lambda m, x: -(x * m(x).clamp(min=1e-6).log()).mean(), epochs=1)
    fit(network(nn.Sigmoid()), X, lambda model, x: bernoulli_nll(model(x), x), epochs=1)


def test_a_slope_that_is_no_number_is_named():
    def loss(model, x, least=0.0):
        copy = model(x)
        return ((copy - copy) ** 2 + least).sqrt().sum()

    with pytest.raises(TrainingError, match=r"slope was not.*square root.*1e-8"):
        fit(network(), X, loss, epochs=2)
    fit(network(), X, lambda model, x: loss(model, x, 1e-8), epochs=2)


def test_steps_that_are_too_large_are_named():
    with pytest.raises(TrainingError, match=r"steps were too large.*lr / 10"):
        fit(nn.Linear(20, 20), X, copy_loss, epochs=60, lr=1e20)


def test_nan_in_a_later_batch_of_a_loader_is_named():
    x = X.clone()
    x[90] = torch.nan
    with pytest.raises(TrainingError, match="This batch holds NaN"):
        fit(network(), torch.utils.data.DataLoader(x, 10), copy_loss, epochs=1)


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (nn.Linear, "not the class Linear"),
        ("model", "not str"),
        (nn.ReLU(), "no weight that can learn"),
        (nn.Linear(20, 20).requires_grad_(False), "all are frozen"),
    ],
)
def test_what_cannot_learn_is_named(model, sentence):
    with pytest.raises(ValueError, match=sentence):
        fit(model, X, copy_loss, epochs=1)
