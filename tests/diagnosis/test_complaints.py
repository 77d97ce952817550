"""What people complained of in public, rebuilt small: `diagnose` names the cause.

Each function is a complaint: it returns a network and its history, perhaps with settings of
`diagnose`, and stands beside what must be found and a part of the sentence.
"""

import pytest
import torch
from networks import (
    VAE,
    X_TEST,
    Changed,
    Convolutional,
    X,
    crossed_logits,
    dense,
    elbo,
    good,
    kl,
    loop,
    mean_squared,
    squared,
)
from torch import nn
from torch.nn import functional

from aelib import History, TrainingError, diagnose, fit

COMPLAINTS = {}


def complaint(source, finding, words=""):
    def enter(make):
        COMPLAINTS[f"{source}: {make.__name__}"] = make, finding, words
        return make

    return enter


@complaint("keras#3642", "unscaled pixels", "255")
def bytes_as_trained():
    model, history = loop(dense(), mean_squared, 255 * X, epochs=2)
    return model, history, {"x": 255 * X_TEST}


@complaint("digits of scikit-learn, a forum", "unscaled pixels", "Divide it by 16")
def sixteen_greys():
    model, history = loop(dense(), mean_squared, 16 * X, epochs=1)
    return model, history, {"x": 16 * X_TEST}


@complaint("keras#3642", "worse than the mean image", "scale")
def bytes_in_training_only():
    return loop(dense(), mean_squared, 255 * X, epochs=6)


@complaint("HAKE-Action-Torch#34", "unscaled pixels", "below 0")
def negative_loss():
    return loop(dense(end=()), crossed_logits, 255 * X, epochs=2)


@complaint("lightning-bolts#177", "unscaled pixels", "nothing below 0 can")
def normalised_to_minus_one():
    model, history = loop(dense(), squared, 2 * X - 1, epochs=2)
    return model, history, {"x": 2 * X_TEST - 1}


@complaint("convolutional_autoencoder, request 9", "unscaled pixels", "nothing below 0 can")
def standardised_for_a_sigmoid():
    x, x_test = ((t - 0.1307) / 0.3081 for t in (X, X_TEST))
    model, history = loop(dense(), squared, x, epochs=2)
    return model, history, {"x": x_test}


@complaint("PyTorch-VAE#48", None)
def tanh_on_zero_to_one():
    return loop(dense(end=(nn.Tanh(),)))


@complaint("WorldModels#12", "posterior collapse", "summed")
def means_of_both():
    def loss(model, x):
        x_hat, mu, logvar = model(x)
        return functional.mse_loss(x_hat, x) + kl(mu, logvar)

    return loop(VAE(), loss)


@complaint("identical and blurred, a blog", "posterior collapse")
def kl_outweighs():
    return loop(VAE(), lambda model, x: elbo(model, x, 100))


@complaint("latent-diffusion#227", "weak KL")
def kl_times_a_millionth():
    return loop(VAE(), lambda model, x: elbo(model, x, 1e-6))


@complaint("vdvae#10", "weak KL")
def kl_forgotten():
    return loop(VAE(), lambda model, x: elbo(model, x, 0))


@complaint("a forum", "weak KL", "sign")
def kl_subtracted():
    return loop(VAE(), lambda model, x: elbo(model, x, -0.3), epochs=8)


def with_nan():
    x = X.clone()
    x[7, 3] = torch.nan
    return x


@complaint("keras#12371", "NaN in the data", "row 7")
def a_row_with_nan():
    model, history = loop(dense(), squared, with_nan(), epochs=1)
    return model, history, {"x_train": with_nan()}


@complaint("keras#12371", "diverged", "x_train.isnan")
def a_row_with_nan_not_shown():
    return loop(dense(), squared, with_nan(), epochs=2)


@complaint("kvfrans#5", "diverged", "logarithm of 0")
def logarithm_of_0():
    def loss(model, x):
        p = model(x).clamp(0, 1)
        return -(x * p.log() + (1 - x) * (1 - p).log()).sum(dim=1).mean()

    return loop(dense(end=()), loss, epochs=2)


@complaint("a forum", "diverged", "tenth of the learning rate")
def steps_too_large():
    return dense(), History(loss=[50.0, 900.0, 1e6, float("nan")])


class Bands(nn.Module):
    """A Transformer over bands of four rows, which does not look at empty ones."""

    def __init__(self):
        super().__init__()
        self.into, self.back = nn.Linear(112, 32), nn.Linear(32, 112)
        self.layer = nn.TransformerEncoderLayer(32, 4, 64, dropout=0.0, batch_first=True)

    def forward(self, x):
        bands = x.reshape(len(x), 7, 112)
        empty = (bands == 0).all(dim=2)
        return self.back(self.layer(self.into(bands), src_key_padding_mask=empty)).reshape(x.shape)


def with_an_empty_picture():
    return torch.cat([torch.zeros(1, 784), X_TEST[1:]])


@complaint("pytorch#190486", "diverged", "1 of 500 answers are NaN where no gradient is asked for")
def all_tokens_masked():
    model, history = loop(Bands(), squared, epochs=1)
    return model, history, {"x": with_an_empty_picture()}


def normalised(momentum):
    def norm(n):
        return nn.BatchNorm1d(n, momentum=momentum)

    down = nn.Linear(784, 128), norm(128), nn.ReLU(), nn.Linear(128, 16), norm(16)
    up = nn.Linear(16, 128), norm(128), nn.ReLU(), nn.Linear(128, 784), nn.Sigmoid()
    return nn.Sequential(*down, *up)


@complaint("pytorch#4741", "lagging statistics", "reset_running_stats")
def evaluation_is_worse():
    return loop(normalised(0.0005))


@complaint("soft-intro-vae-pytorch#13", "lagging statistics", "momentum")
def evaluation_would_be_worse():
    model, history = loop(normalised(0.0005))
    return model.train(), history


@complaint("ganomaly#83", "training mode", "model.eval()")
def eval_forgotten():
    model, history = loop(normalised(0.1))
    return model.train(), history


@complaint("a forum", "training mode", "model.eval()")
def dropout_after_loading():
    layers = nn.Linear(784, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 16), nn.Linear(16, 784)
    model, history = loop(nn.Sequential(*layers, nn.Sigmoid()))
    return model.train(), history


@complaint("a forum", "mean image", "Was it trained at all")
def weights_that_were_never_loaded():
    trained, history = good()
    model = dense()
    names = {f"module.{name}": value for name, value in trained.state_dict().items()}
    model.load_state_dict(names, strict=False)
    return model.eval(), history


@complaint("pytorch-beginner#38", "mean image")
def everything_turns_white():
    model = Convolutional(2, nn.Tanh())
    model, history = loop(model, mean_squared, 2 * X.view(-1, 1, 28, 28) - 1, epochs=1, lr=3e-5)
    return model, history, {"x": 2 * X_TEST.view(-1, 1, 28, 28) - 1}


@complaint("a forum", "double sigmoid", "BCELoss")
def stuck_at_0_693():
    return loop(dense(), crossed_logits)


@complaint("a forum", "double sigmoid", "0.50 to 0.73")
def two_sigmoids_in_a_row():
    return loop(Changed(dense(), torch.sigmoid), squared)


@complaint("Autoencoder anomaly detection#6", "copying", "pieced together")
def anomalies_are_copied_too():
    pictures = X.view(-1, 1, 28, 28)
    model, history = loop(Convolutional(16, stride=1), squared, pictures, epochs=3)
    return model, history, {"x": X_TEST.view(-1, 1, 28, 28)}


@complaint("Jackson-Kang#1", "wrong spread", "randn_like")
def noise_from_0_to_1():
    class Uniform(VAE):
        def reparameterize(self, mu, logvar):
            return mu + torch.exp(0.5 * logvar) * torch.rand_like(mu)

    return loop(Uniform(), elbo)


@complaint("a forum", "wrong spread", "torch.exp(0.5 * logvar)")
def variance_as_deviation():
    class Wide(VAE):
        def reparameterize(self, mu, logvar):
            return mu + torch.exp(logvar) * torch.randn_like(mu)

    return loop(Wide(), elbo)


@complaint("question 63500337", "dead units", "ReLU")
def relu_on_a_narrow_code():
    model = dense(4)
    with torch.no_grad():
        model[2].weight[:2], model[2].bias[:2] = 0, -1
    layers = list(model)
    return loop(nn.Sequential(*layers[:3], nn.ReLU(), *layers[3:]))


@complaint("a forum", "overfitting")
def a_hundred_rows():
    return loop(dense(32), x=X[:100], epochs=150, validation=X_TEST)


def transposed(x):
    return x.view(-1, 28, 28).transpose(1, 2).reshape(-1, 784)


@complaint("a forum", "worse than the mean image", "inverted")
def the_negative():
    model, history = good()
    return Changed(model, lambda y: 1 - y).eval(), history


@complaint("a forum", "worse than the mean image", "transposed")
def rows_and_columns():
    model, history = good()
    return Changed(model, transposed).eval(), history


@complaint("a forum", "worse than the mean image", "shifted by 2 rows and 3 columns")
def shifted():
    model, history = good()
    moved = Changed(model, lambda y: y.view(-1, 28, 28).roll((2, 3), (1, 2)).reshape(-1, 784))
    return moved.eval(), history


@complaint("a forum", "worse than the mean image", "mixed up")
def rows_mixed_up():
    model, history = good()
    return Changed(model, lambda y: y.roll(1, 0)).eval(), history


@complaint("a forum", "leaked rows")
def validation_rows_in_training():
    rows = torch.cat([X, X_TEST])
    model, history = loop(dense(), x=rows, validation=X_TEST, epochs=2)
    return model, history, {"x_train": rows}


@complaint("a forum", "worse than the mean image", "trained on inverted pictures")
def ink_and_paper_changed_after_training():
    return loop(dense(), x=1 - X)


@complaint("a forum", "worse than the mean image", "2 * x - 1")
def trained_between_minus_one_and_one():
    return loop(dense(end=(nn.Tanh(),)), x=2 * X - 1)


@complaint("a forum", "unscaled pixels", "nothing above 1 can")
def tanh_on_standardised_pixels():
    x, x_test = ((t - 0.1307) / 0.3081 for t in (X, X_TEST))
    model, history = loop(dense(end=(nn.Tanh(),)), squared, x)
    return model, history, {"x": x_test}


@complaint("a forum", "unscaled pixels", "nothing below 0 can")
def relu_on_standardised_pixels():
    x, x_test = ((t - 0.1307) / 0.3081 for t in (X, X_TEST))
    model, history = loop(dense(end=(nn.ReLU(),)), squared, x)
    return model, history, {"x": x_test}


@complaint("a forum", "softmax output", "take a sigmoid")
def softmax_for_a_sigmoid():
    return loop(dense(end=(nn.Softmax(dim=1),)))


@complaint("a forum", "worse than the mean image", "such as its label")
def one_number_instead_of_the_picture():
    return loop(
        dense(end=()), lambda model, x: ((model(x) - x.sum(1, keepdim=True) / 100) ** 2).mean()
    )


@complaint("a forum", "mean image", "Give both one shape")
def shapes_that_are_broadcast():
    model = Changed(dense(), lambda y: y.view(-1, 28, 28))

    def loss(model, x):
        return ((model(x.flatten(1)) - x) ** 2).mean()  # (N, 28, 28) - (N, 1, 28, 28)

    model, history = loop(model, loss, X.view(-1, 1, 28, 28), epochs=6)
    return model, history, {"x": X_TEST.view(-1, 1, 28, 28)}


@complaint("a forum", "mean image", "with its own picture")
def targets_shuffled_alone():
    return loop(dense(), lambda model, x: ((model(x) - x[torch.randperm(len(x))]) ** 2).mean())


@complaint("a forum", "underfitting", "PCA with as many numbers as the code, 32")
def a_decoder_that_is_too_small():
    class Narrow(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 32))
            self.decoder = nn.Sequential(nn.Linear(32, 3), nn.Linear(3, 784))

        def forward(self, x):
            return self.decoder(self.encoder(x))

    return loop(Narrow(), lr=5e-3)


@complaint("a forum", "worse than the mean image", "still falling")
def small_steps():
    return loop(dense(32), epochs=3, lr=1e-4)


@complaint("a forum", "rows apart", "nn.Flatten()")
def a_missing_flatten():
    layers = nn.Linear(28, 32), nn.ReLU(), nn.Linear(32, 4), nn.Linear(4, 28), nn.Sigmoid()
    model, history = loop(nn.Sequential(*layers), x=X.view(-1, 1, 28, 28), epochs=1)
    return model, history, {"x": X_TEST.view(-1, 1, 28, 28)}


@complaint("a forum", "wrong spread", "ReLU after the layer that answers with logvar")
def relu_on_logvar():
    class Rectified(VAE):
        def encode(self, x):
            return tuple(part.relu() for part in super().encode(x))

    return loop(Rectified(), elbo)


@complaint("a forum", "wrong spread", "no code is drawn")
def noise_forgotten():
    class Certain(VAE):
        def reparameterize(self, mu, logvar):
            return mu

    return loop(Certain(), elbo, epochs=3)


@complaint("a forum", "mean image", "a detach()")
def detached_code():
    class Detached(nn.Module):
        def __init__(self):
            super().__init__()
            self.network = dense(8)

        def forward(self, x):
            return self.network[3:](self.network[:3](x).detach())

    return loop(Detached())


@complaint("a forum", "dead units", "a penalty on the code outweighs")
def a_sparsity_that_outweighs():
    class Sparse(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Sequential(nn.Linear(784, 64), nn.ReLU())
            self.decoder = nn.Linear(64, 784)

        def forward(self, x):
            return self.decoder(self.encoder(x))

    def loss(model, x):
        z = model.encoder(x)
        return functional.mse_loss(model.decoder(z), x) + z.abs().sum(dim=1).mean()

    return loop(Sparse(), loss)


@complaint("a forum", "dead pixels", "A ReLU or a clamp at the end")
def relu_at_the_end():
    return loop(dense(end=(nn.ReLU(),)), mean_squared, epochs=4, lr=2e-2)


@complaint("a forum", "worse than the mean image", "Red and blue")
def red_and_blue_changed():
    tint = torch.tensor([1.0, 0.2, 0.0]).view(1, 3, 1, 1)
    x, x_test = (t.view(-1, 1, 28, 28) * tint for t in (X, X_TEST))
    model, history = loop(Convolutional(6, nn.Identity(), 3), x=x, epochs=2, lr=5e-3)
    return Changed(model, lambda y: y.flip(1)).eval(), history, {"x": x_test}


@complaint("a forum", "worse than the mean image", "Their channels are scattered")
def view_instead_of_permute():
    tint = torch.tensor([1.0, 0.7, 0.4]).view(1, 3, 1, 1)
    x, x_test = (t.view(-1, 1, 28, 28) * tint for t in (X, X_TEST))
    model, history = loop(Convolutional(6, nn.Identity(), 3), x=x, epochs=2, lr=5e-3)
    scattered = Changed(model, lambda y: y.permute(0, 2, 3, 1).reshape(-1, 3, 28, 28))
    return scattered.eval(), history, {"x": x_test}


def test_they_are_thirty_or_more():
    assert len(COMPLAINTS) >= 30


@pytest.mark.parametrize("name", COMPLAINTS)
def test_the_cause_is_named(name):
    make, finding, words = COMPLAINTS[name]
    torch.manual_seed(0)
    model, history, *more = make()
    settings = {"x": X_TEST, **(more[0] if more else {})}
    report = diagnose(model, settings.pop("x"), history, **settings)
    if finding is None:
        assert report.findings == []
    else:
        assert finding in report.findings, report
        assert words in report.sentences[finding]


def test_fit_names_the_causes_that_stop_it():
    with pytest.raises(ValueError, match="NaN or infinity, first in row 7"):
        fit(dense(), with_nan(), squared, epochs=1)
    with pytest.raises(TrainingError, match="logarithm of 0"):
        fit(dense(end=(nn.ReLU(),)), X, lambda m, x: -m(x).log().mean(), epochs=1)


def test_the_cure_of_tokens_that_are_all_masked_cures():
    model, history, settings = all_tokens_masked()
    was = torch.backends.mha.get_fastpath_enabled()
    try:
        torch.backends.mha.set_fastpath_enabled(False)
        assert "diverged" not in diagnose(model, settings["x"], history).findings
    finally:
        torch.backends.mha.set_fastpath_enabled(was)


def test_the_cure_of_lagging_statistics_cures():
    model, history = loop(normalised(0.0005))
    norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm1d)]
    for norm in norms:
        norm.momentum = None
        norm.reset_running_stats()
    with torch.no_grad():
        model.train()(X)
    assert diagnose(model.eval(), X_TEST, history).findings == []
