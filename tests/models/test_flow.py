"""The network of a flow: what it is told, what it refuses, what its waves are."""

import pytest
import torch

import aelib
from aelib.models.flow import waves


@pytest.fixture
def model():
    torch.manual_seed(0)
    return aelib.VelocityNetwork(6, n_classes=3, width=8)


@pytest.fixture
def z_t():
    return torch.randn(5, 6, generator=torch.Generator().manual_seed(1))


def test_a_row_is_answered_by_itself_and_with_its_own_time_and_class(model, z_t):
    t, y = torch.tensor([0.1, 0.4, 0.4, 1.0, 0.7]), torch.tensor([0, 2, 1, -1, 2])
    together = model(z_t, t, y)
    for i in range(5):
        torch.testing.assert_close(together[[i]], model(z_t[[i]], t[[i]], y[[i]]))


def test_minus_one_is_no_class_and_so_is_none(model, z_t):
    t = torch.full((5,), 0.3)
    assert torch.equal(model(z_t, t), model(z_t, t, torch.full((5,), -1)))
    answers = [model(z_t, t, torch.full((5,), y)) for y in (-1, 0, 1, 2)]
    assert len({tuple(a.flatten().tolist()) for a in answers}) == 4


def test_the_waves_are_eight_sines_and_eight_cosines_from_half_a_wave_on():
    found = waves(torch.tensor([0.0, 0.5, 1.0]))
    assert found.shape == (3, 16)
    torch.testing.assert_close(found[0], torch.tensor([0.0] * 8 + [1.0] * 8))
    torch.testing.assert_close(
        found[1, [0, 1, 8, 9]], torch.tensor([1.0, 0, 0, -1]), atol=1e-6, rtol=0
    )


def test_it_learns_where_a_code_lies():
    torch.manual_seed(0)
    codes = torch.tensor([[2.0, -1.0]]) + 0.01 * torch.randn(256, 2)
    model = aelib.VelocityNetwork(2, width=32)
    aelib.fit(model, codes, aelib.flow_loss, epochs=60, batch_size=32, lr=1e-2)
    end = aelib.euler(model, torch.randn(20, 2), 8)[-1]
    assert (end - torch.tensor([2.0, -1.0])).abs().max() < 0.2


def test_saved_and_loaded_it_answers_alike(model, z_t, tmp_path):
    aelib.save(model, tmp_path / "flow.safetensors")
    again = aelib.load(tmp_path / "flow.safetensors")
    t, y = torch.rand(5), torch.tensor([0, 1, 2, -1, 0])
    assert torch.equal(again(z_t, t, y), model(z_t, t, y))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"z_t": torch.zeros(5, 4)}, r"z_t has shape \(5, 4\), this model takes \(N, 6\)"),
        ({"z_t": torch.zeros(5, 6).double()}, "z_t holds torch.float64, this model torch.float32"),
        ({"t": 0.5}, r"one time for each of 5 rows, shape \(5,\), not float; torch.full"),
        ({"t": torch.zeros(4)}, r"not \(4,\)"),
        (
            {"y": torch.tensor([0, 1, 2, 3, 0])},
            r"y lies in \[0, 3\]; this network knows the classes 0 to 2",
        ),
        (
            {"y": [0, 1, 2, 0, 0]},
            r"y must be a tensor of 5 classes, int64.*torch.as_tensor\(y\).long",
        ),
        ({"y": torch.zeros(5)}, "int64, shape"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(model, z_t, change, sentence):
    given = {"z_t": z_t, "t": torch.full((5,), 0.5), "y": None} | change
    with pytest.raises(ValueError, match=sentence):
        model(given["z_t"], given["t"], given["y"])


def test_a_network_without_classes_says_how_to_make_one_with(z_t):
    model = aelib.VelocityNetwork(6)
    assert model(z_t, torch.rand(5)).shape == (5, 6)
    with pytest.raises(ValueError, match="without classes; VelocityNetwork\\(dim, n_classes=10\\)"):
        model(z_t, torch.rand(5), torch.zeros(5, dtype=torch.int64))


@pytest.mark.parametrize("sizes", [(0,), (4, -1), (4, 2, 0), (2.5,)])
def test_sizes_are_whole_numbers(sizes):
    with pytest.raises(ValueError, match="must be a whole number"):
        aelib.VelocityNetwork(*sizes)
