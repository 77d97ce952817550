"""The character model: what it reads, what it answers, and that it only looks back."""

import pytest
import torch

import aelib
from aelib.models.characters import LETTERS, spelled


@pytest.fixture
def model():
    torch.manual_seed(0)
    return aelib.CharacterModel(width=5, state=7).eval()


def test_the_alphabet_is_the_end_of_a_text_and_what_can_be_typed():
    assert len(LETTERS) == len(set(LETTERS)) == 96
    assert LETTERS[0] == "\n"
    assert set("aZ09 ~!") <= set(LETTERS)


def test_a_text_is_spelled_in_places_and_read_back():
    text = "\nReturn x[0] (a str)."
    assert "".join(LETTERS[i] for i in spelled(text)) == text
    assert spelled("").shape == (0,)
    assert "".join(LETTERS[i] for i in spelled("a\té")) == "a??"


def test_a_state_after_each_character_and_a_score_for_each_that_may_come(model):
    letters = torch.stack([spelled("abcd"), spelled("(x)!")])
    assert model.states(letters).shape == (2, 4, 7)
    assert model(letters).shape == (2, 4, 96)
    torch.testing.assert_close(model.scores(model.states(letters)), model(letters))


def test_it_knows_nothing_of_what_comes_after(model):
    one, other = spelled("the same, then this"), spelled("the same, then that")
    a, b = model.states(torch.stack([one, other]))
    torch.testing.assert_close(a[:17], b[:17])
    assert not torch.allclose(a[17], b[17])


def test_it_is_saved_and_loaded(model, tmp_path):
    aelib.save(model, tmp_path / "m.safetensors")
    again = aelib.load(tmp_path / "m.safetensors")
    letters = spelled("so it is")[None]
    torch.testing.assert_close(again(letters), model(letters))


@pytest.mark.parametrize("sizes", [{"width": 0}, {"state": 1.5}])
def test_impossible_sizes_are_refused(sizes):
    with pytest.raises(ValueError, match=r"(width|state) must be a whole number, 1 or more"):
        aelib.CharacterModel(**sizes)
