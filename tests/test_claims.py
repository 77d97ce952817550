"""claim: a failure in the course's tests, a remark in a learner's hands."""

import numpy as np
import pytest
import torch

from aelib import claim


@pytest.fixture
def learner(monkeypatch):
    """As in a notebook that somebody has changed."""
    monkeypatch.delenv("AELIB_CLAIMS", raising=False)


@pytest.mark.parametrize("true", [True, np.float32(1) < 2, torch.tensor(1) < 2, 1 < 2])
def test_a_claim_that_holds_says_nothing(true, capsys):
    assert claim(true, "less than two") is None
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("false", [False, np.float32(3) < 2, torch.tensor(3) < 2])
def test_a_false_claim_fails_in_the_tests(false):
    with pytest.raises(AssertionError, match="less than two"):
        claim(false, "less than two")


def test_a_false_claim_never_stops_a_learner_and_is_told_in_one_line(learner, capsys):
    claim(False, "below PCA's 21.06")
    assert capsys.readouterr().out == "With your settings this does not hold: below PCA's 21.06.\n"


@pytest.mark.parametrize("value", [np.ones(3) < 2, torch.ones(1) < 2, 1.0, "yes", None, [True]])
def test_what_is_not_one_truth_value_is_refused(value, learner):
    with pytest.raises(TypeError, match="claim needs True or False"):
        claim(value, "less than two")


@pytest.mark.parametrize("sentence", ["", " ", 3])
def test_a_claim_has_words(sentence):
    with pytest.raises(TypeError, match="in words"):
        claim(True, sentence)
