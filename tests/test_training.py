"""aelib.training: one loop for every network, and files that are checked byte for byte."""

import json
import struct
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

import aelib
from aelib import Autoencoder, DataError, LinearAutoencoder, TrainingError, fit, load, save
from aelib.losses import squared_error


def copy_loss(model, x):
    return squared_error(model(x), x)


@pytest.fixture
def x():
    return torch.rand(300, 784, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def model():
    torch.manual_seed(0)
    return Autoencoder(4, hidden=(16,))


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


# What fit does


def test_the_loss_falls_and_the_history_says_so(model, x):
    before = copy_loss(model, x).item()
    history = fit(model, x, copy_loss, epochs=3, batch_size=64, validation=x)
    assert len(history.loss) == len(history.validation) == 3
    assert len(history.steps) == 3 * 5
    assert history.validation[-1] == pytest.approx(copy_loss(model, x).item(), rel=1e-5)
    assert history.validation[-1] < before
    assert history.seconds > 0
    assert repr(history) == "History(3 epochs)"  # short and fixed: it may end a cell
    assert not history.interrupted


def test_an_epochs_loss_is_the_mean_of_its_batches(model, x):
    history = fit(model, x, copy_loss, epochs=2, batch_size=100)
    assert history.loss == pytest.approx(
        [np.mean(history.steps[:3]), np.mean(history.steps[3:])], rel=1e-12
    )


@pytest.mark.parametrize("epochs", [1, 2, 3, 4, 5, 6])
def test_any_number_of_steps_can_be_trained(model, x, epochs):
    """Of five steps a fifth is one, and PyTorch's schedule would divide by zero."""
    history = fit(model, x, copy_loss, epochs=epochs, batch_size=len(x))
    assert len(history.steps) == epochs


def test_every_row_is_used_once_in_each_epoch(model, x):
    seen = []

    def spy(model, batch):
        seen.append(batch[:, 0])
        return copy_loss(model, batch)

    fit(model, x, spy, epochs=2, batch_size=70)
    first, second = torch.cat(seen[:5]), torch.cat(seen[5:])
    assert torch.equal(first.sort().values, x[:, 0].sort().values)
    assert torch.equal(second.sort().values, x[:, 0].sort().values)
    assert not torch.equal(first, second)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(x):
    def trained(seed):
        torch.manual_seed(0)
        model = Autoencoder(4, hidden=(16,))
        fit(model, x, copy_loss, epochs=1, seed=seed)
        return weights(model)

    assert torch.equal(trained(0), trained(0))
    assert not torch.equal(trained(0), trained(1))


def test_the_seed_also_rules_what_the_loss_draws_and_leaves_the_outside_alone(model, x):
    drawn = []

    def noisy(model, batch):
        drawn.append(torch.rand(1).item())
        return copy_loss(model, batch)

    torch.manual_seed(123)
    fit(model, x, noisy, epochs=1, seed=5)
    after = torch.rand(1).item()
    fit(model, x, noisy, epochs=1, seed=5)
    assert drawn[: len(drawn) // 2] == drawn[len(drawn) // 2 :]
    torch.manual_seed(123)
    assert after == torch.rand(1).item()


def test_it_agrees_with_a_plain_loop_written_out(x):
    def fresh():
        torch.manual_seed(0)
        return LinearAutoencoder(3)

    by_fit, by_hand = fresh(), fresh()
    fit(by_fit, x, copy_loss, epochs=2, batch_size=128, lr=1e-3, seed=7)
    optimizer = torch.optim.AdamW(by_hand.parameters(), lr=1e-3, betas=(0.9, 0.99))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, total_steps=6, pct_start=0.2)
    torch.manual_seed(7)
    for _ in range(2):
        for rows in torch.randperm(300).split(128):
            optimizer.zero_grad()
            copy_loss(by_hand, x[rows]).backward()
            optimizer.step()
            schedule.step()
    torch.testing.assert_close(weights(by_fit), weights(by_hand), rtol=1e-4, atol=1e-6)


def test_it_trains_in_training_mode_and_ends_in_evaluation_mode(model, x):
    modes = []

    def spy(model, batch):
        modes.append(model.training)
        return copy_loss(model, batch)

    fit(model, x, spy, epochs=2, batch_size=300, validation=x)
    assert modes == [True, False, True, False]
    assert not model.training


# What stops it


@pytest.mark.parametrize("stop_at", range(2, 9))
def test_the_stop_button_keeps_what_was_learned(model, x, stop_at):
    calls, before = [], weights(model)

    def stopped(model, batch):
        calls.append(1)
        if len(calls) == stop_at:
            raise KeyboardInterrupt
        return copy_loss(model, batch)

    history = fit(model, x, stopped, epochs=4, batch_size=100, validation=x)
    assert history.interrupted
    trained = stop_at - 1 - (stop_at - 1) // 4  # each fourth call is a validation
    assert len(history.steps) == trained
    assert weights(model).isfinite().all()
    assert not torch.equal(weights(model), before)
    assert not model.training
    epochs = (trained + 2) // 3  # of which the last may be one that was cut short
    assert len(history.loss) == len(history.validation) == epochs
    left = history.steps[3 * (epochs - 1) :]
    assert history.loss[-1] == pytest.approx(np.mean(left))


def test_stopped_before_the_first_step_it_stops_as_any_cell_does(model, x):
    def stopped(model, batch):
        raise KeyboardInterrupt

    before = weights(model)
    with pytest.raises(KeyboardInterrupt):
        fit(model, x, stopped, epochs=4)
    assert torch.equal(weights(model), before)
    assert not model.training


def test_nan_stops_with_place_and_likely_cause(model, x):
    calls = []

    def breaks(model, batch):
        calls.append(1)
        return copy_loss(model, batch) * (float("nan") if len(calls) == 5 else 1)

    with pytest.raises(TrainingError, match=r"nan in epoch 2, step 2\. Data and weights are in"):
        fit(model, x, breaks, epochs=3, batch_size=100)
    assert not model.training


def test_an_absurd_learning_rate_is_named(x):
    network = nn.Linear(784, 784)
    with pytest.raises(TrainingError, match="learning rate"):
        fit(network, x, copy_loss, epochs=60, lr=1e20)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"epochs": 0}, "epochs must be a whole number, 1 or more, not 0"),
        ({"epochs": 1.5}, "epochs must be a whole number"),
        ({"batch_size": 0}, "batch_size must be a whole number"),
        ({"lr": 0}, "lr must be greater than 0"),
        ({"lr": float("nan")}, "lr must be greater than 0"),
        ({"x": torch.empty(0, 784)}, "at least one row"),
        ({"x": torch.ones(3, 784, dtype=torch.uint8)}, "tensor of floats"),
        ({"lr": "0.1"}, "lr must be greater than 0"),
        ({"epochs": True}, "epochs must be a whole number"),
    ],
)
def test_settings_out_of_range_are_named(model, x, change, sentence):
    settings = {"x": x, "epochs": 1} | change
    with pytest.raises(ValueError, match=sentence):
        fit(model, settings.pop("x"), copy_loss, **settings)


def test_pixels_that_were_not_scaled_are_named(model, x):
    with pytest.raises(ValueError, match="255"), pytest.warns(UserWarning, match="x / 255"):
        fit(model, x * 255, copy_loss, epochs=1)


def test_numbers_of_numpy_are_numbers(model, x):
    history = fit(
        model, x, copy_loss, epochs=np.int64(2), batch_size=np.int32(150), lr=np.float32(0.01)
    )
    assert len(history.steps) == 4


def test_seed_everything_seeds_all_three():
    import random

    def draw():
        aelib.seed_everything(3)
        return random.random(), np.random.rand(), torch.rand(1).item()  # noqa: NPY002

    assert draw() == draw()


# Files


@pytest.fixture
def path(tmp_path, model):
    save(model, tmp_path / "model.safetensors")
    return tmp_path / "model.safetensors"


@pytest.mark.parametrize(
    "original", [Autoencoder(4, hidden=(16, 8)), LinearAutoencoder(3, input_dim=100)]
)
def test_a_loaded_model_is_the_saved_one(tmp_path, original):
    save(original, tmp_path / "m.safetensors")
    copy = load(tmp_path / "m.safetensors")
    assert type(copy) is type(original)
    assert copy.arguments == original.arguments
    x = torch.rand(5, original.input_dim)
    assert torch.equal(copy.transform(x), original.transform(x))
    assert torch.equal(copy.inverse_transform(copy.transform(x)), copy(x))
    assert not copy.training
    assert all(p.requires_grad for p in copy.parameters())


def test_saving_replaces_the_file_and_leaves_nothing_else(path, model):
    save(model, str(path))
    assert [p.name for p in path.parent.iterdir()] == ["model.safetensors"]


def test_a_full_disk_keeps_the_old_file(path, model, monkeypatch):
    import os

    before = path.read_bytes()
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(DataError, match="No space left"):
        save(model, path)
    assert path.read_bytes() == before


def test_a_kernel_killed_while_it_saves_keeps_the_old_file(path):
    before = path.read_bytes()
    program = (
        "import os, sys, aelib; model = aelib.Autoencoder(2);"
        "os.fsync = lambda _: os.kill(os.getpid(), 9); aelib.save(model, sys.argv[1])"
    )
    assert subprocess.run([sys.executable, "-c", program, str(path)]).returncode == -9
    assert path.read_bytes() == before
    assert load(path).latent_dim == 4


def test_a_network_of_ones_own_is_refused_with_the_way_on(tmp_path):
    class Mine(Autoencoder):
        pass

    for network in (nn.Sequential(Mine(2)), Mine(2)):
        with pytest.raises(ValueError, match=r"safetensors\.torch\.save_model"):
            save(network, tmp_path / "m.safetensors")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"no\.safetensors is missing"):
        load(tmp_path / "no.safetensors")


@pytest.mark.parametrize("kept", [0, 4, 100, 5000, -1])
def test_a_truncated_file_is_named(path, kept):
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DataError, match=r"model\.safetensors cannot be read.*Save the model again"):
        load(path)


def test_every_flipped_bit_is_noticed(path):
    content = path.read_bytes()
    rng = np.random.default_rng(0)
    places = [*range(60), *rng.integers(60, len(content), 60), len(content) - 1]
    for place in places:
        broken = bytearray(content)
        broken[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(broken)
        try:
            loaded = load(path)
        except DataError:
            continue
        path.write_bytes(content)  # a flip that changes nothing, such as in white space
        for name, value in load(path).state_dict().items():
            assert torch.equal(loaded.state_dict()[name], value)


def with_header(path, change):
    """Rewrite the file's JSON header; the digest is made to fit by `change`."""
    content = path.read_bytes()
    size = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + size])
    change(header["__metadata__"])
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + content[8 + size :])


@pytest.mark.parametrize(
    "origin",
    [
        "not json",
        "[]",
        '{"model": "Autoencoder"}',
        '{"model": "nn", "arguments": {}}',
        '{"model": "__builtins__", "arguments": {}}',
        '{"model": "../../etc/passwd", "arguments": {}}',
        '{"model": "Autoencoder", "arguments": {"latent_dim": 4, "evil": 1}}',
        '{"model": "Autoencoder", "arguments": {"latent_dim": 1000000000000, "hidden": []}}',
        '{"model": "LinearAutoencoder", "arguments": {"latent_dim": 4}}',
    ],
)
def test_hostile_metadata_is_refused(path, origin):
    from safetensors.torch import load_file

    from aelib.saving import _digest

    stored = load_file(path)
    change = {"aelib": origin, "sha256": _digest(stored, origin)}
    with_header(path, lambda metadata: metadata.update(change))
    with pytest.raises(DataError, match="does not describe a model of aelib"):
        load(path)


def test_a_file_of_another_program_is_refused(tmp_path):
    from safetensors.torch import save_file

    save_file({"a": torch.ones(2)}, tmp_path / "other.safetensors")
    with pytest.raises(DataError, match=r"not what aelib\.save wrote"):
        load(tmp_path / "other.safetensors")
