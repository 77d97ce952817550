"""Rating films and seeing what is recommended."""

import base64
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from aelib.widgets import FilmRater

TITLES = [f"Film {i}" for i in range(40)]
COUNTS = np.arange(1, 41)


@pytest.fixture
def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(40, 8), nn.Tanh(), nn.Linear(8, 40)).eval()


@pytest.fixture
def rater(network):
    return FilmRater(network, TITLES, [3, 5, 7], COUNTS)


def test_it_recommends_what_the_network_scores_highest(network, rater):
    rater.stars = [5, 0, 1]
    x = torch.zeros(1, 40)
    x[0, 3], x[0, 7] = 1.0, -0.6
    order = network(x)[0].argsort(descending=True).tolist()
    assert rater.top == [film for film in order if film not in (3, 7)][:10]


def test_nothing_rated_is_recommended_again(rater):
    rater.stars = [5, 5, 0.5]
    assert not {3, 5, 7} & set(rater.top)


def test_the_balance_takes_the_logarithm_of_the_counts_away(network, rater):
    rater.balance = 1.0
    scores = network(torch.zeros(1, 40))[0].detach().numpy() - np.log(COUNTS)
    assert rater.top == np.argsort(-scores, kind="stable")[:10].tolist()


def test_the_still_picture_says_what_is_rated_and_recommended(rater):
    rater.stars = [4.5, 0, 0]
    data, metadata = rater._repr_mimebundle_()
    alt = metadata["image/png"]["alt"]
    assert "4.5 stars: Film 3" in alt
    assert f"1. {TITLES[rater.top[0]]}" in alt
    assert Image.open(BytesIO(base64.b64decode(data["image/png"]))).size[0] == 760
    assert data["text/plain"] == "FilmRater(3 films to rate, 40 to recommend)"


@pytest.mark.parametrize("stars", [[6, 0, 0], [-1, 0, 0], [0, 0], [np.nan, 0, 0], "abc"])
def test_impossible_stars_are_refused(rater, stars):
    with pytest.raises(ValueError, match="stars"):
        rater.stars = stars
    assert rater.stars == [0, 0, 0]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"films": [40]}, r"places of the 40 titles, 0 to 39"),
        ({"films": []}, r"places of the 40 titles"),
        ({"popularity": np.ones(3)}, r"popularity has shape \(3,\)"),
        ({"network": nn.Sequential(nn.Linear(7, 7))}, r"does not take 40 numbers"),
        ({"network": nn.Sequential(nn.Linear(40, 7))}, r"answers with 7 numbers, it should be 40"),
    ],
)
def test_what_does_not_fit_is_refused(network, change, sentence):
    settings = {"network": network, "titles": TITLES, "films": [3], "popularity": COUNTS}
    with pytest.raises(ValueError, match=sentence):
        FilmRater(**{**settings, **change})


class Noisy(nn.Module):
    def forward(self, x):
        return x + torch.rand_like(x)


def test_what_the_browser_cannot_run_the_kernel_answers_with_the_reason():
    rater = FilmRater(nn.Sequential(nn.Linear(40, 40), Noisy()), TITLES, [3], COUNTS)
    assert rater.where == "kernel, because it draws random numbers"
    assert rater._models[0]["decoder"] is None
    assert rater._weights == b""


def test_a_network_that_was_trained_further_is_sent_again_when_it_is_shown(network, rater):
    assert rater.where == "browser"
    before = rater._weights
    rater._repr_mimebundle_()
    assert rater._weights == before
    with torch.no_grad():
        network[0].weight += 0.5
        network[2].bias[:] = torch.arange(40.0)
    rater._repr_mimebundle_()
    assert rater._weights != before
    assert rater.top == list(range(39, 29, -1))


def test_a_network_in_training_mode_is_asked_in_evaluation_mode_and_left_in_training():
    network = nn.Sequential(nn.BatchNorm1d(40), nn.Dropout(0.5), nn.Linear(40, 40)).train()
    rater = FilmRater(network, TITLES, [3], COUNTS)
    assert rater.where == "browser"
    assert all(part.training for part in network)
