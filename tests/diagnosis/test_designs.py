"""Public designs, trained a little: diagnose takes each and says of none what is not true.

They are those that the widgets draw (tests/others.py); what one needs for its KL is here. Three
have a fault by design.
"""

import pytest
import torch
from networks import X_TEST, X, kl, loop
from others import OTHERS
from torch import nn
from torch.nn import functional

from aelib import diagnose
from aelib.adapter.answers import rows_in


def of_distributions(model, x):
    q = model.encode(x)
    return model.decode(q.rsample()).mean, q.mean, q.variance.log()


def drawn_first(model, x):
    z, mu, logvar = model.encode(x)
    return model.decode(z), mu, logvar


def of_outputs(model, x):
    mu, logvar = (model.encoder(x)[name] for name in ("embedding", "log_covariance"))
    return model.decoder(mu + torch.randn_like(mu))["reconstruction"], mu, logvar


VARIATIONAL = {  # copies, mu and logvar as the design has them in training
    "pytorch/examples: VAE": lambda m, x: m(x),
    "AntixK/PyTorch-VAE: lists": lambda m, x: [part for part in m(x) if part is not x],
    "noise by normal_, no method but forward": lambda m, x: (*m(x), m.fc_logvar(m.encoder(x))),
    "Jackson-Kang: Encoder and Decoder handed in": lambda m, x: m(x),
    "pythae: ModelOutput in and out": of_outputs,
    "torch.distributions on both sides": of_distributions,
    "a drawn code first, then mu and logvar": drawn_first,
    "mu and logvar in one row": lambda m, x: (m(x), *m.encoder(x).chunk(2, dim=1)),
    "scripted": lambda m, x: m(x),
}


def of_codebook(model, x):
    """As it is trained: the gradient passes by the choice of an entry."""
    z = model._pre_vq_conv(model._encoder(x))
    places = z.permute(0, 2, 3, 1)
    nearest = torch.cdist(places.reshape(-1, 4), model._codebook).argmin(dim=1)
    q = model._codebook[nearest].view(places.shape).permute(0, 3, 1, 2)
    apart = ((q - z.detach()) ** 2).sum() + ((q.detach() - z) ** 2).sum() / 4
    return torch.sigmoid(model._decoder(z + (q - z).detach())), apart / len(x)


def of_noisy(model, x):
    return model((x + 0.4 * torch.randn_like(x)).clamp(0, 1)), 0.0


def with_its_own_kl(model, x):
    return model(x), model.encoder.kl / len(x)


OTHERWISE = {  # copies, and what is added to their error
    "zalandoresearch: VQ-VAE, loss first": of_codebook,
    "milesial: U-Net with n_classes": of_noisy,
    "an encoder that draws, and keeps its KL": with_its_own_kl,
}
NO_NETWORK = "an object of two functions"
EPOCHS = {"a convolutional one with pooling and tanh, data in [-1, 1]": 16}
TRUE_OF = {  # and right to say
    "an LSTM over the rows": "double sigmoid",  # its answers are sigmoids of tanhs
    "a flat list of layers": "dead units",  # ReLUs on a code of three numbers
    "a transformer of patches": "underfitting",  # it is not told where a patch lies
}


def pictures(x, shape, low):
    """Digits in the shape and the range of a design."""
    x = x.view(-1, 1, 28, 28)
    if shape[-1] in (16, 32):
        x = functional.pad(x, (2, 2, 2, 2))
        x = functional.avg_pool2d(x, 32 // shape[-1])
    if shape[0] == 3:
        x = x * torch.tensor([1.0, 0.7, 0.4]).view(1, 3, 1, 1)
    return low + (1 - low) * x.reshape(-1, *shape)


def loss_of(name, copy):
    def loss(model, x):
        more = 0.0
        if name in VARIATIONAL:
            answer, mu, logvar = VARIATIONAL[name](model, x)
            more = kl(mu, logvar)
        elif name in OTHERWISE:
            answer, more = OTHERWISE[name](model, x)
        else:
            answer = copy(model, x)
        x_hat = next(rows_in(answer, len(x)))
        return ((x_hat.reshape(x.shape) - x) ** 2).flatten(1).sum(dim=1).mean() + more

    return loss


def trained(name):
    make, shape, low, copy = OTHERS[name]
    torch.manual_seed(0)
    model = make()
    kind = next(p.dtype for p in model.parameters())
    x, epochs = pictures(X, shape, low), EPOCHS.get(name, 8)
    model, history = loop(model.float(), loss_of(name, copy), x, epochs=epochs, lr=1e-2)
    return model.to(kind), history, pictures(X_TEST, shape, low)


@pytest.mark.parametrize("name", [name for name in OTHERS if name != NO_NETWORK])
def test_a_public_design_is_taken_and_not_accused(name):
    model, history, x = trained(name)
    report = diagnose(model, x, history)
    assert report.findings == ([TRUE_OF[name]] if name in TRUE_OF else []), report


def test_what_is_no_network_is_told_so():
    with pytest.raises(ValueError, match=r"model must be a network \(nn.Module\)"):
        diagnose(OTHERS[NO_NETWORK][0](), X_TEST)
    assert not isinstance(OTHERS[NO_NETWORK][0](), nn.Module)
