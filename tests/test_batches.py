"""aelib.batches: what `fit` takes as x, says of it, and refuses before it trains."""

import warnings

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset, random_split

from aelib import Autoencoder, fit

X = torch.rand(97, 20, generator=torch.Generator().manual_seed(0))
Y = torch.arange(97) % 10


def network(*middle):
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(20, 4), *middle, nn.Linear(4, 20))


def loss(model, x):
    return ((model(x) - x) ** 2).sum() / len(x)


def seen_by(x, model=None, **settings):
    """The batches that a loss is given."""
    batches = []

    def spy(model, batch):
        batches.append(batch)
        return loss(model, batch)

    fit(model or network(), x, spy, epochs=1, **settings)
    return batches


class Pictures(Dataset):
    """A data set as people write one."""

    def __init__(self, make=lambda i: (X[i], int(Y[i]))):
        self.make = make

    def __len__(self):
        return 97

    def __getitem__(self, i):
        return self.make(i)


class Stream(IterableDataset):
    def __iter__(self):
        return iter(X)


PAIRS = {
    "tuple": lambda: (X, Y),
    "data set": lambda: TensorDataset(X, Y),
    "part of one": lambda: random_split(TensorDataset(X, Y), [97, 0])[0],
    "own data set": Pictures,
    "loader": lambda: DataLoader(TensorDataset(X, Y), 32, shuffle=True),
}


@pytest.mark.parametrize("kind", PAIRS)
def test_every_row_is_used_once_and_y_is_left_out_with_a_word(kind):
    with pytest.warns(UserWarning, match=r"x holds \(x, y\).*y is left out.*torch\.cat"):
        batches = seen_by(PAIRS[kind](), batch_size=32)
    assert torch.equal(torch.cat(batches).sort(dim=0).values, X.sort(dim=0).values)
    assert [len(batch) for batch in batches] == [32, 32, 32, 1]


def test_the_way_on_for_a_network_that_needs_y_is_one():
    rows = torch.cat([X.flatten(1), Y[:, None]], dim=1)
    assert torch.equal(
        torch.cat(seen_by(rows, nn.Linear(21, 21)))[:, -1].sort().values, Y.sort()[0]
    )


@pytest.mark.parametrize(
    "x",
    [
        X.numpy(),
        X.numpy().astype(float),
        X.double(),
        X.half(),
        X.tolist(),
        TensorDataset(X),
        DataLoader(X, 128),
        Pictures(lambda i: X[i]),
    ],
    ids=["array", "float64 array", "double", "half", "list", "data set", "loader", "own data set"],
)
def test_floats_of_any_kind_are_given_in_the_type_of_the_weights(x):
    (batch,) = seen_by(x)
    assert batch.dtype == torch.float32
    torch.testing.assert_close(batch.sort(dim=0).values, X.sort(dim=0).values, atol=1e-3, rtol=0)
    assert seen_by(x, network().double())[0].dtype == torch.float64


def test_an_array_is_trained_on_as_the_tensor_of_its_numbers():
    first, second = (fit(network(), x, loss, epochs=2).loss for x in (X, X.numpy()))
    assert first == second


def test_batches_go_where_the_model_lives():
    """On a machine without a GPU, PyTorch's device of shapes without numbers stands for one."""

    class EnoughError(Exception):
        pass

    def there(model, batch):
        assert batch.device.type == "meta"
        raise EnoughError

    with pytest.raises(EnoughError):
        fit(network().to("meta"), X, there, epochs=1)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_a_model_on_a_gpu_learns_from_data_on_the_cpu():
    history = fit(network().cuda(), X, loss, epochs=3, validation=X)
    on_cpu = fit(network(), X, loss, epochs=3, validation=X)
    assert history.loss == pytest.approx(on_cpu.loss, rel=1e-3)


@pytest.mark.parametrize("x", [X, DataLoader(X, 32)], ids=["tensor", "loader"])
def test_a_last_batch_of_one_joins_the_one_before_where_there_is_batch_normalisation(x):
    sizes = [len(batch) for batch in seen_by(x, network(nn.BatchNorm1d(4)), batch_size=32)]
    assert sizes == [32, 32, 33]
    assert [len(batch) for batch in seen_by(x, batch_size=32)] == [32, 32, 32, 1]


def test_a_loader_keeps_its_batches():
    with pytest.raises(ValueError, match="batches of 32: leave out batch_size"):
        fit(network(), DataLoader(X, 32), loss, epochs=1, batch_size=64)


REFUSED = {
    "NaN": (
        X.clone().index_fill_(0, torch.tensor(7), torch.nan),
        "NaN or infinity, first in row 7",
    ),
    "infinity": (X / torch.tensor([0.0] + 19 * [1.0]), "NaN or infinity, first in row 0"),
    "no rows": (X[:0], r"shape \(0, 20\); it needs at least one row"),
    "a number": (0.1, "not float"),
    "words": ("x_train", "not str"),
    "rows of unequal length": ([[1.0], [1.0, 2.0]], "not list"),
    "a function": (loss, "not function"),
    "no length": (Stream(), "without a length"),
    "no batch": (DataLoader(TensorDataset(X[:0])), "at least one row"),
    "no tensors": (Pictures(lambda i: object()), "a transform that makes a float tensor"),
    "dictionaries": (Pictures(lambda i: {"x": X[i]}), "A batch of x is a dict"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_trained_on_is_refused_before_anything_is_done(name):
    x, sentence = REFUSED[name]
    with pytest.raises(ValueError, match=sentence):
        seen_by(x)
    with pytest.raises(ValueError, match=sentence.replace("of x", "of validation")):
        fit(network(), X, not_called, epochs=1, validation=x)


def test_the_way_out_of_dictionaries_leads_out():
    data = Pictures(lambda i: {"label": torch.tensor(i), "pixels": X[i]})
    with pytest.raises(ValueError, match=r"torch\.stack\(\[row\['pixels'\] for row in data\]\)"):
        seen_by(data)
    assert len(torch.cat(seen_by(torch.stack([row["pixels"] for row in data])))) == 97


def not_called(model, batch):
    raise AssertionError("it began to train")


def test_a_loader_without_a_length_can_be_used_in_the_way_that_is_named():
    assert len(torch.cat(seen_by(torch.cat(list(DataLoader(Stream(), 32)))))) == 97


@pytest.mark.parametrize(
    ("x", "scale"),
    [
        ((255 * X).byte(), 255),
        ((255 * X).byte().numpy(), 255),
        ((16 * X).round().long().clamp(max=16), 16),
        (X > 0.5, 1),
    ],
    ids=["bytes", "array of bytes", "0 to 16", "true and false"],
)
def test_whole_numbers_are_refused_with_a_cure_that_cures(x, scale):
    with pytest.raises(ValueError, match=r"Usual cure: (torch.*)\.$") as refused:
        seen_by(x)
    cure = str(refused.value).partition("Usual cure: ")[2].rstrip(".")
    cured = eval(cure, {"torch": torch, "x": x})
    assert torch.equal(cured, torch.as_tensor(x).float() / scale)
    seen_by(cured)


def test_validation_is_looked_at_before_the_first_epoch():
    for wrong in (X[:, :5], X.reshape(97, 4, 5), (255 * X).byte()):
        with pytest.raises(ValueError, match="validation"):
            fit(network(), X, not_called, epochs=1, validation=wrong)


# What is said, and trained on all the same


@pytest.mark.parametrize(
    ("x", "sentence"),
    [
        ((255 * X).round(), r"x lies in \[\d, 255\], far from \[0, 1\].*x / 255"),
        (X[:1].repeat(50, 1), "All 50 rows of x are the same"),
    ],
    ids=["bytes", "one picture"],
)
def test_rows_that_are_hardly_meant_so_are_told(x, sentence):
    with pytest.warns(UserWarning, match=sentence) as told:
        seen_by(x)
    assert told[0].filename == __file__  # it points at the learner's line


def test_standardised_numbers_signs_and_places_in_a_table_are_not_told():
    heavy = torch.randn(97, 20) * torch.tensor([1.0] * 19 + [5])
    look_up = nn.Sequential(nn.Linear(20, 20), nn.Embedding(2, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        blank = X.index_fill(0, torch.tensor(40), 0)  # a patch of a photograph may be black
        for x in (2 * X - 1, heavy, X[:1], blank):
            seen_by(x)
        fit(look_up, 63 * X, lambda model, x: loss(model[0], x), epochs=1)


def test_autocast_outside_works():
    x = torch.rand(64, 784)
    with torch.autocast("cpu", torch.bfloat16):
        history = fit(Autoencoder(4, hidden=(16,)), x, loss, epochs=2, batch_size=32)
    assert np.isfinite(history.loss).all()
