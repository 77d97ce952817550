"""aelib.diagnose: silent on healthy networks, and the right name for each broken one."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from aelib import (
    VAE,
    VQVAE,
    Autoencoder,
    ConditionalVAE,
    ConvAutoencoder,
    History,
    LinearAutoencoder,
    ResidualAutoencoder,
    UNet,
    bernoulli_nll,
    diagnose,
    fit,
    kl_divergence,
    load_mnist,
    models,
    negative_elbo,
    squared_error,
)
from aelib.exercises import find
from aelib.exercises.base import answers, prepare
from aelib.exercises.judge import judge

X, Y, X_TEST, Y_TEST = load_mnist(3000, 500)


def copying(model, x):
    return bernoulli_nll(model(x), x)


def linear_copying(model, x):
    return squared_error(model(x), x)


def denoising(model, x):
    return bernoulli_nll(model((x + 0.4 * torch.randn_like(x)).clamp(0, 1)), x)


def unmasking(model, x):
    return bernoulli_nll(model(x * (torch.rand_like(x) > 0.5)), x)


def quantised(model, x):
    x_hat, apart = model(x)
    return bernoulli_nll(x_hat, x) + apart


def elbo(model, x):
    x_hat, mu, logvar = model(x)
    return negative_elbo(x_hat, x, mu, logvar)


def told_elbo(model, rows):
    x, y = rows[:, :-1], rows[:, -1].long()
    x_hat, mu, logvar = model(x, y)
    return negative_elbo(x_hat, x, mu, logvar)


def trained(model, loss=copying, x=X, epochs=5, lr=5e-3, seed=0, validation=X_TEST):
    """A model and its history."""
    return model, fit(model, x, loss, epochs=epochs, lr=lr, seed=seed, validation=validation)


HEALTHY = {
    LinearAutoencoder: (lambda: LinearAutoencoder(16), linear_copying, 5),
    Autoencoder: (lambda: Autoencoder(16, hidden=(128,)), copying, 6),
    ResidualAutoencoder: (lambda: ResidualAutoencoder(30, width=128, blocks=1), copying, 4),
    VAE: (lambda: VAE(8, hidden=(128,)), elbo, 6),
}
HEALTHY_AND_SLOW = {
    ConvAutoencoder: (lambda: ConvAutoencoder(32, channels=(8, 16)), copying, 6),
    UNet: (UNet, denoising, 1),
    VQVAE: (VQVAE, quantised, 2),
}


@pytest.fixture(params=range(3), ids="seed {}".format)
def seed(request):
    torch.manual_seed(request.param)
    return request.param


@pytest.fixture(params=[0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))])
def few_seeds(request):
    torch.manual_seed(request.param)
    return request.param


def test_every_class_of_models_is_examined():
    classes = {
        value
        for value in vars(models).values()
        if isinstance(value, type) and issubclass(value, models.Model)
    }
    no_pictures = {models.Model, models.SparseAutoencoder}
    assert classes - no_pictures | {VQVAE} == {*HEALTHY, *HEALTHY_AND_SLOW, ConditionalVAE}


@pytest.mark.parametrize("kind", HEALTHY, ids=lambda kind: kind.__name__)
def test_a_healthy_network_has_no_finding(kind, seed):
    assert_healthy(kind, seed, *HEALTHY[kind])


@pytest.mark.parametrize("kind", HEALTHY_AND_SLOW, ids=lambda kind: kind.__name__)
def test_a_healthy_convolutional_network_has_no_finding(kind, few_seeds):
    assert_healthy(kind, few_seeds, *HEALTHY_AND_SLOW[kind])


def assert_healthy(kind, seed, make, loss, epochs):
    model, history = trained(make(), loss, epochs=epochs, seed=seed)
    report = diagnose(model, X_TEST, history, x_train=X)
    assert report.findings == []
    assert repr(report) == f"{kind.__name__} on 500 pictures: nothing found."


def test_a_healthy_conditional_network_has_no_finding(seed):
    rows, test_rows = (torch.cat([x, y[:, None].float()], 1) for x, y in ((X, Y), (X_TEST, Y_TEST)))
    model = ConditionalVAE(8, 10, hidden=(128,))
    _, history = trained(model, told_elbo, rows, epochs=6, seed=seed, validation=test_rows)
    assert diagnose(model, X_TEST, history, y=Y_TEST, x_train=X).findings == []


@pytest.mark.parametrize(
    ("width", "loss", "epochs"),
    [(64, unmasking, 4), (1000, denoising, 2)],
    ids=["half of the pixels hidden", "noise"],
)
def test_a_loss_on_altered_pictures_is_no_leak(width, loss, epochs, few_seeds):
    """Clean pictures cost more than altered ones, on the training rows as well."""
    model, history = trained(Autoencoder(width, (256,)), loss, epochs=epochs, seed=few_seeds)
    assert diagnose(model, X_TEST, history, x_train=X).findings == []
    assert diagnose(model, X_TEST, history).findings == []


def test_networks_without_encode_and_with_logits_are_examined_too(seed):
    layers = nn.Linear(784, 128), nn.SiLU(), nn.Linear(128, 8), nn.Linear(8, 128), nn.SiLU()
    model = nn.Sequential(*layers, nn.Linear(128, 784))

    def loss(model, x):
        return functional.binary_cross_entropy_with_logits(model(x), x, reduction="sum") / len(x)

    assert diagnose(*patient(trained(model, loss, seed=seed))).findings == []


def test_pictures_need_not_be_flat():
    model = nn.Sequential(nn.Flatten(), *Autoencoder(8, hidden=(64,)).children())
    model.append(nn.Unflatten(1, (1, 28, 28)))
    x, x_test = X.reshape(-1, 1, 28, 28), X_TEST.reshape(-1, 1, 28, 28)

    def loss(model, x):
        return bernoulli_nll(model(x).flatten(1), x.flatten(1))

    model, history = trained(model, loss, x, validation=x_test)
    assert diagnose(model, x_test, history).findings == []


# The broken runs of lesson 13, smaller


def patient(model_and_history):
    model, history = model_and_history
    return model, X_TEST, history


def findings(model, loss=copying, **settings):
    return diagnose(*patient(trained(model, loss, **settings))).findings


def unscaled_loss(model, x):
    return functional.binary_cross_entropy_with_logits(model(x), 255 * x, reduction="sum") / len(x)


def test_a_negative_loss_and_pixels_of_a_file(seed):
    model = LinearAutoencoder(16)
    model, history = trained(model, unscaled_loss, seed=seed, epochs=2)
    assert diagnose(model, X_TEST, history).findings == ["unscaled pixels"]
    assert diagnose(model, 255 * X_TEST, History(loss=[1.0])).findings == ["unscaled pixels"]


def test_the_mean_image(seed):
    widths = (784, 128, 128, 16, 128, 128)
    layers = [layer for a, b in pairwise(widths) for layer in (nn.Linear(a, b), nn.Sigmoid())]
    model = nn.Sequential(*layers, nn.Linear(128, 784), nn.Sigmoid())
    assert findings(model, seed=seed) == ["mean image"]


@pytest.mark.parametrize("dead", [1, 2])
def test_dead_units(seed, dead):
    code = nn.Linear(128, 2)
    with torch.no_grad():
        code.weight[:dead], code.bias[:dead] = 0, -1
    down = nn.Linear(784, 128), nn.ReLU(), code, nn.ReLU()
    up = nn.Linear(2, 128), nn.ReLU(), nn.Linear(128, 784), nn.Sigmoid()
    model, history = trained(nn.Sequential(*down, *up), seed=seed, lr=1e-3)
    report = diagnose(model, X_TEST, history)
    assert report.findings == ["dead units"]
    silent = model[:4](X_TEST).amax(dim=0) == 0
    assert f"{int(silent.sum())} of 2 numbers of the code: always the same" in repr(report)


class Told(nn.Module):
    """A network whose encoder answers with what it is told to."""

    def __init__(self, code):
        super().__init__()
        self.code, self.network = code, LinearAutoencoder(16)

    def encode(self, x):
        return self.code(x)

    def forward(self, x):
        return self.network(x)


def report_on(code):
    return diagnose(Told(code), X_TEST, History(loss=[30.0]))


def test_a_map_is_dead_only_where_it_is_silent_at_every_place():
    corners = X_TEST.reshape(-1, 2, 14, 28)[:, :, :7, :7]  # blank corners, ink elsewhere
    assert (corners.std(dim=0) == 0).any()
    assert "dead units" not in report_on(lambda _: corners).findings
    half = torch.cat([corners, torch.zeros(500, 2, 7, 7)], dim=1)
    assert "2 of 4 maps of the code: always the same" in repr(report_on(lambda _: half))


def test_places_may_come_before_numbers_and_codes_may_be_whole_numbers():
    tokens = X_TEST.reshape(-1, 49, 16)[:, :, :4]  # the first four pixels of each stretch
    assert (tokens.flatten(1).std(dim=0) == 0).any()
    assert "dead units" not in report_on(lambda _: tokens).findings
    assert "dead units" not in report_on(lambda _: (8 * tokens[:, :, 0]).long()).findings


def test_an_untrained_network_is_not_saturated(seed):
    report = diagnose(Autoencoder(16, hidden=(128,)), X_TEST, History(loss=[180.0]))
    assert report.findings == ["mean image"]
    assert "a worse one than the mean image" in repr(report)
    assert "Was it trained at all?" in repr(report)


def test_pixels_below_0_for_a_sigmoid(seed):
    model, history = trained(
        Autoencoder(16, (128,)), linear_copying, 2 * X - 1, seed=seed, epochs=2
    )
    report = diagnose(model, 2 * X_TEST - 1, history)
    assert "unscaled pixels" in report.findings
    assert "x lies in [-1, 1] and all answers in [0, 1]" in repr(report)
    network = LinearAutoencoder(16)
    history = trained(network, linear_copying, 2 * X - 1, epochs=2)[1]
    assert "unscaled pixels" not in diagnose(network, 2 * X_TEST - 1, history).findings


def test_outputs_at_the_ends_of_the_sigmoid(seed):
    model = Autoencoder(16, hidden=(128,))
    assert findings(model, linear_copying, lr=0.2, epochs=3, seed=seed) == ["saturated output"]


def kl_too_cheap(model, x):
    x_hat, mu, logvar = model(x)
    return bernoulli_nll(x_hat, x) + kl_divergence(mu, logvar) / 1000


def kl_too_dear(model, x):
    x_hat, mu, logvar = model(x)
    return functional.binary_cross_entropy(x_hat, x) + kl_divergence(mu, logvar)


@pytest.mark.parametrize(
    ("loss", "name"), [(kl_too_cheap, "weak KL"), (kl_too_dear, "posterior collapse")]
)
def test_error_and_kl_in_different_conventions(loss, name, seed):
    assert findings(VAE(8, hidden=(128,)), loss, seed=seed, epochs=6) == [name]


@pytest.mark.parametrize("draw", [lambda logvar: logvar, torch.exp], ids=["spread", "variance"])
def test_codes_drawn_with_another_spread_than_logvar_says(draw, seed):
    class Wrong(VAE):
        def reparameterize(self, mu, logvar):
            return mu + draw(logvar) * torch.randn_like(mu)

    assert findings(Wrong(8, hidden=(128,)), elbo, seed=seed, epochs=6) == ["wrong spread"]


def test_no_noise_in_evaluation_mode_is_a_choice():
    class Quiet(VAE):
        def reparameterize(self, mu, logvar):
            return super().reparameterize(mu, logvar) if self.training else mu

    assert findings(Quiet(8, hidden=(128,)), elbo, epochs=6) == []


def test_validation_rows_in_the_training_part(seed):
    deck = X[:600].repeat(3, 1)[torch.randperm(1800)]
    model = Autoencoder(32, hidden=(128,))
    model, history = trained(model, x=deck[300:], validation=deck[:300], epochs=15, lr=0.01)
    assert diagnose(model, X_TEST, history).findings == ["leaked rows"]
    assert diagnose(model, X_TEST, history, x_train=deck[300:]).findings == ["leaked rows"]
    rows = diagnose(model, deck[:300], history, x_train=deck[300:])
    assert rows.findings == ["leaked rows"]
    assert "different pictures of x are among the training rows" in repr(rows)


def test_overfitting():
    model = Autoencoder(32, hidden=(128,))
    assert findings(model, x=X[:300], epochs=60, lr=0.01) == ["overfitting"]


class TooWide(nn.Module):
    def __init__(self):
        super().__init__()
        look = nn.Conv2d(1, 8, 3, padding=1), nn.SiLU()
        self.encode = nn.Sequential(nn.Unflatten(1, (1, 28, 28)), *look)
        self.decode = nn.Sequential(nn.Conv2d(8, 1, 3, padding=1), nn.Sigmoid(), nn.Flatten())

    def forward(self, x):
        return self.decode(self.encode(x))


@pytest.mark.parametrize(
    "model", [TooWide, lambda: LinearAutoencoder(1000)], ids=["maps", "linear"]
)
def test_a_code_as_wide_as_the_picture_that_copies_anything(model, few_seeds):
    loss, lr = (copying, 0.02) if model is TooWide else (linear_copying, 2e-3)
    assert "copying" in findings(model(), loss, epochs=5, lr=lr, seed=few_seeds)


def test_dropout_left_switched_on():
    layers = nn.Linear(784, 128), nn.SiLU(), nn.Dropout(0.5), nn.Linear(128, 16), nn.Linear(16, 784)
    model, history = trained(nn.Sequential(*layers, nn.Sigmoid()))
    assert diagnose(model, X_TEST, history).findings == []
    model.train()
    assert diagnose(model, X_TEST, history).findings == ["training mode"]
    assert model.training


def test_a_loss_that_became_nan():
    history = History(loss=[100.0, float("nan")])
    assert diagnose(Autoencoder(2), X_TEST, history).findings == ["diverged"]


def test_weights_or_answers_that_are_no_numbers():
    model, history = Autoencoder(2), History(loss=[100.0])
    model.decoder[0].weight.data[0, 0] = torch.nan
    report = diagnose(model, X_TEST, history)
    assert report.findings == ["diverged"]
    assert "the model's weights hold NaN" in repr(report)
    logarithm = nn.Sequential(nn.Linear(784, 4), nn.ReLU(), nn.Linear(4, 784), Logarithm())
    assert "diverged" in diagnose(logarithm, X_TEST, history).findings


class Logarithm(nn.Module):
    def forward(self, x):
        return x.log()


@pytest.mark.parametrize("kind", [np.array, torch.tensor, tuple])
def test_the_losses_of_a_loop_of_ones_own_may_be_kept_in_anything(kind):
    model, history = trained(Autoencoder(16, hidden=(128,)))
    own = SimpleNamespace(loss=kind(history.loss), validation=None)
    assert diagnose(model, X_TEST, own).findings == []
    own.validation = kind([2 * history.loss[-1]])
    assert diagnose(model, X_TEST, own).findings == ["overfitting"]


def test_pictures_that_ask_for_gradients():
    model, x = LinearAutoencoder(2), X_TEST.clone().requires_grad_()
    assert diagnose(model, x, History(loss=[50.0]), x_train=x).findings[0] == "leaked rows"


def test_the_report_says_how_many_pictures_were_looked_at():
    report = diagnose(Autoencoder(2), X, History(loss=[200.0]))
    assert repr(report).startswith("Autoencoder on the first 1,000 of 3,000 pictures: ")


def test_nothing_outside_is_changed():
    model = nn.Sequential(nn.Linear(784, 16), nn.BatchNorm1d(16), nn.Linear(16, 784), nn.Sigmoid())
    before = {name: value.clone() for name, value in model.state_dict().items()}
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    report = diagnose(model, X_TEST, History(loss=[500.0]))
    assert torch.rand(1) == expected
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert model.training
    assert repr(report).startswith("Sequential on 500 pictures: ")


def test_the_report_reads_as_a_text():
    model = VAE(8, hidden=(128,))
    report = diagnose(*patient(trained(model, kl_too_dear)))
    head, line = repr(report).splitlines()
    assert head == "VAE on 500 pictures: 1 finding"
    assert line.startswith("- posterior collapse: none of the 8 numbers of the code is active, ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("model", X_TEST, History(loss=[1.0])), "model must be a network"),
        ((Autoencoder(2), X_TEST.numpy(), History(loss=[1.0])), "x must be a float tensor of ten"),
        ((Autoencoder(2), X_TEST[:9], History(loss=[1.0])), "x must be a float tensor of ten"),
        ((Autoencoder(2), X_TEST / 0, History(loss=[1.0])), "x holds NaN or infinity"),
        ((Autoencoder(2), X_TEST[:1].repeat(20, 1), None), "one picture again and again"),
        ((Autoencoder(2), X_TEST, History()), "history must be what fit returned"),
        ((Autoencoder(2), X_TEST, ["a"]), "history must be what fit returned"),
        ((nn.Linear(784, 10), X_TEST, History(loss=[1.0])), r"with \(500, 10\); diagnose needs a"),
        ((ConditionalVAE(2, 10), X_TEST, History(loss=[1.0])), "give y=y_test"),
        ((Autoencoder(2), (X_TEST * 255).byte(), History(loss=[1.0])), r"uint8.*float\(\) / 255"),
        ((Autoencoder(2), X_TEST > 0, History(loss=[1.0])), r"torch.bool.*: x.float\(\)\."),
        ((Autoencoder(2), X_TEST, History(loss=["a"])), "history must be what fit returned"),
        ((Told(lambda x: "z"), X_TEST, History(loss=[1.0])), "500 pictures with str; diagnose"),
        ((Told(lambda x: x[0]), X_TEST, History(loss=[1.0])), r"500 pictures with \(784,\); diag"),
    ],
)
def test_bad_input_gets_one_clear_sentence(arguments, message):
    with pytest.raises(ValueError, match=message):
        diagnose(*arguments)


def test_classes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="y must hold one class for each of 500 rows"):
        diagnose(ConditionalVAE(2, 10), X_TEST, History(loss=[1.0]), y=Y_TEST[:20])
    with pytest.raises(ValueError, match="y must hold one class for each of 3000 rows"):
        diagnose(ConditionalVAE(2, 10), X, History(loss=[1.0]), y=Y[:1000])
    with pytest.raises(ValueError, match="y must hold classes as whole numbers, 0 to 9, and not"):
        diagnose(ConditionalVAE(2, 10), X_TEST, History(loss=[1.0]), y=[str(y) for y in Y_TEST])


@pytest.mark.parametrize(
    "x_train",
    [X.numpy(), X[:, :700], X.double(), X.reshape(-1, 28, 28)],
    ids=["array", "width", "dtype", "shape"],
)
def test_training_rows_unlike_x_are_refused(x_train):
    with pytest.raises(ValueError, match="x_train must be a tensor of rows like x: x is "):
        diagnose(Autoencoder(2), X_TEST, History(loss=[1.0]), x_train=x_train)


# The exercises of the lesson


def told(name, function, seed=0):
    exercise = find(name)
    prepared = prepare(exercise, seed)
    return judge(prepared, answers(exercise, function, prepared.cases), exercise.tolerance).sentence


@pytest.mark.parametrize("letter", ["C.", "F", "Answer C", "", "A or C"])
def test_what_is_no_letter_of_a_case_is_told_so(letter):
    sentence = told("case_1", lambda: letter)
    assert f"{letter!r} is none of the answers; one letter from A to E" in sentence
    assert told("case_1", lambda: "c ") == "right"
    assert told("case_1", lambda: "a").startswith("A? An overflow jumps")


def floor(x_train, x_test, low):
    mean = x_train.mean(dim=0).clamp(low, 1 - low)
    return -(x_test * mean.log() + (1 - x_test) * (1 - mean).log()).sum() / len(x_test)


def test_a_pixel_that_is_always_paper_needs_the_clamp():
    assert told("mean_image_floor", lambda x_train, x_test: floor(x_train, x_test, 1e-6)) == "right"
    unclamped = told("mean_image_floor", lambda x_train, x_test: floor(x_train, x_test, 0))
    assert "its result holds NaN or infinity" in unclamped
    assert "log(0)" in unclamped
    for low in (1e-4, 1e-3, 0.05):
        wrong = told("mean_image_floor", lambda *sets, low=low: floor(*sets, low))
        assert wrong != "right"


def test_two_pictures_alone_do_not_show_what_is_dead():
    assert told("share_of_dead", lambda z: (z.std(dim=0) == 0).float().mean()) == "right"
    assert "compare all rows" in told("share_of_dead", lambda z: (z[1] == z[0]).float().mean())
