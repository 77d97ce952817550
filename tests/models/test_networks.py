"""What every network of aelib.models promises, and how each differs from the others."""

import re

import numpy as np
import pytest
import torch
from torch import nn

import aelib

SMALL = {  # a quick one of each class
    "LinearAutoencoder": lambda: aelib.LinearAutoencoder(3),
    "Autoencoder": lambda: aelib.Autoencoder(3, hidden=(20, 10)),
    "ConvAutoencoder": lambda: aelib.ConvAutoencoder(3, channels=(2, 4)),
    "ResidualAutoencoder": lambda: aelib.ResidualAutoencoder(3, width=16),
}
WITH_SIGMOID = [name for name in SMALL if name != "LinearAutoencoder"]


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


@pytest.fixture(params=SMALL)
def model(request):
    return SMALL[request.param]()


@pytest.fixture
def x():
    return torch.rand(5, 784, generator=torch.Generator().manual_seed(0))


def count(module):
    return sum(p.numel() for p in module.parameters())


# --- what all of them do ---


def test_every_plain_autoencoder_of_the_module_is_tested_here():
    others = {"SparseAutoencoder", "MaskedAutoencoder"}  # test_sparse.py, test_masked.py
    found = {name for name in vars(aelib.models) if name.endswith("Autoencoder")}
    assert found - others == set(SMALL)


def test_pixels_become_codes_and_codes_become_pixels(model, x):
    z = model.encode(x)
    assert z.shape == (5, 3)
    assert z.dtype == torch.float32
    x_hat = model.decode(z)
    assert x_hat.shape == (5, 784)
    assert x_hat.dtype == torch.float32


def test_forward_is_decode_after_encode(model, x):
    torch.testing.assert_close(model(x), model.decode(model.encode(x)))


def test_one_image_and_no_image_are_batches_too(model, x):
    assert model(x[:1]).shape == (1, 784)
    assert model(x[:0]).shape == (0, 784)


def test_an_image_does_not_depend_on_its_batch(model, x):
    model.eval()
    torch.testing.assert_close(model(x)[2:3], model(x[2:3]), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", WITH_SIGMOID)
def test_pixels_lie_between_zero_and_one(name):
    x_hat = SMALL[name]().inverse_transform(100 * torch.randn(50, 3))
    assert 0 <= x_hat.min() <= x_hat.max() <= 1


def test_gradients_reach_every_parameter(model, x):
    with torch.no_grad():  # leave the zeros at which residual blocks begin
        for parameter in model.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    (model(x) - x).square().sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name


def test_the_same_seed_makes_the_same_network(model, x):
    torch.manual_seed(0)
    twin = SMALL[type(model).__name__]()
    torch.testing.assert_close(model(x), twin(x), rtol=0, atol=0)


def test_arguments_make_such_a_model_again(model):
    twin = type(model)(**model.arguments)
    shapes = {key: value.shape for key, value in model.state_dict().items()}
    assert {key: value.shape for key, value in twin.state_dict().items()} == shapes
    assert twin.arguments == model.arguments


def test_encoder_and_decoder_are_sequences_of_layers(model, x):
    assert type(model.encoder) is nn.Sequential
    assert type(model.decoder) is nn.Sequential
    torch.testing.assert_close(model.decoder(model.encoder(x)), model(x))


def test_a_model_can_compute_in_float64(model, x):
    model = model.double()
    assert model(x.double()).dtype == torch.float64
    with pytest.raises(ValueError, match=r"x holds torch.float32, this model torch.float64"):
        model(x)


# --- scikit-learn's verbs ---


def test_transform_answers_numpy_with_numpy_and_tensor_with_tensor(model, x):
    z = model.transform(x)
    z_numpy = model.transform(x.numpy())
    assert isinstance(z, torch.Tensor)
    assert isinstance(z_numpy, np.ndarray)
    assert z_numpy.dtype == np.float32
    np.testing.assert_array_equal(z.numpy(), z_numpy)
    x_hat = model.inverse_transform(z)
    x_hat_numpy = model.inverse_transform(z_numpy)
    assert isinstance(x_hat, torch.Tensor)
    assert isinstance(x_hat_numpy, np.ndarray)
    np.testing.assert_array_equal(x_hat.numpy(), x_hat_numpy)


def test_transform_takes_the_float64_arrays_of_scikit_learn(model, x):
    z = model.transform(x.numpy().astype(np.float64))
    assert z.dtype == np.float32
    np.testing.assert_array_equal(z, model.transform(x.numpy()))


def test_transform_leaves_its_argument_alone(model, x):
    before = x.clone()
    model.inverse_transform(model.transform(x))
    torch.testing.assert_close(x, before, rtol=0, atol=0)


@pytest.mark.parametrize("training", [True, False])
def test_transform_needs_no_gradients_and_restores_the_training_flag(model, x, training):
    seen = []
    model.train(training)
    model.encoder.register_forward_pre_hook(lambda *_: seen.append(model.training))
    z = model.transform(x.clone().requires_grad_())
    assert not z.requires_grad
    assert seen == [False], "transform works in evaluation mode"
    assert model.training is training
    assert model.encoder.training is training
    assert all(p.grad is None for p in model.parameters())


def test_the_training_flag_is_restored_after_bad_input_too(model, x):
    model.train()
    with pytest.raises(ValueError, match="shape"):
        model.transform(x[:, :700])
    assert model.training


# --- bad input gets one clear sentence ---


def spoilt(x, row):
    x = x.clone()
    x[row, 7] = float("nan")
    return x


BAD_PIXELS = {
    "too narrow": (lambda x: x[:, :700], r"\(5, 700\).*\(N, 784\).*made for another model"),
    "pictures": (lambda x: x.reshape(5, 28, 28), r"\(5, 28, 28\).*one row for each image"),
    "channels": (lambda x: x.reshape(5, 1, 28, 28), r"\(5, 1, 28, 28\).*flatten\(1\)"),
    "one flat image": (lambda x: x[0], r"shape \(784,\)"),
    "NaN": (lambda x: spoilt(x, 3), "x holds NaN, first in row 3"),
    "bytes": (lambda x: (x * 255).byte(), r"torch.uint8.*x.float\(\) / 255"),
    "integers": (lambda x: (x * 255).long(), r"torch.int64.*x.float\(\) / 255"),
    "0 to 255": (lambda x: x * 255, r"x lies in \[.*\].*\[0, 1\].*x / 255"),
    "standardised": (lambda x: 12 * (x - 0.5), r"x lies in .*no other scaling or centring"),
    "infinite": (lambda x: x / 0, r"x lies in"),
    "float64": (lambda x: x.double(), r"torch.float64, this model torch.float32.*x.float\(\)"),
    "an array": (lambda x: x.numpy(), "must be a torch tensor, not ndarray; torch.as_tensor"),
    "a list": (lambda x: x.tolist(), "must be a torch tensor, not list"),
}


CURABLE = {
    "pictures": lambda x: x.reshape(5, 28, 28),
    "channels": lambda x: x.reshape(5, 1, 28, 28),
    "one picture": lambda x: x[0].reshape(28, 28),
    "one flat image": lambda x: x[0],
    "a picture in each column": lambda x: x.T,
    "bytes": lambda x: (x * 255).byte(),
    "ink or none": lambda x: x > 0.5,
    "ones and zeros": lambda x: (x > 0.5).long(),
    "float64": lambda x: x.double(),
    "float64, 0 to 255": lambda x: 255 * x.double(),
}


def cured(error, names):
    """What the cure that an error names makes of a value."""
    return eval(re.search(r"Usual cure: (.*?)(, a single row)?\.$", str(error.value))[1], names)


@pytest.mark.parametrize("case", CURABLE)
def test_the_usual_cure_cures(model, x, case):
    bad = CURABLE[case](x)
    with pytest.raises(ValueError, match="Usual cure") as error:
        model.transform(bad)
    good = cured(error, {"x": bad})
    assert model.transform(good).shape[1] == model.latent_dim
    assert good.amax() <= 1
    assert good.amax() > 0.1


def test_the_cure_is_a_double_where_the_model_is(x):
    model = aelib.Autoencoder(3, hidden=20).double()
    with pytest.raises(ValueError, match=r"torch\.float32, this model torch\.float64") as error:
        model.transform(x)
    assert model.transform(cured(error, {"x": x})).dtype == torch.float64


@pytest.mark.parametrize("spoil", [lambda z: z.T, lambda z: z[0], lambda z: z.long()])
def test_the_cure_of_a_code_cures_too(spoil):
    model, z = aelib.Autoencoder(3, hidden=20), 5 * torch.ones(7, 3)
    with pytest.raises(ValueError, match="Usual cure") as error:
        model.inverse_transform(spoil(z))
    good = cured(error, {"z": spoil(z)})
    torch.testing.assert_close(
        model.inverse_transform(good), model.inverse_transform(z[: len(good)])
    )


@pytest.mark.parametrize("case", BAD_PIXELS)
@pytest.mark.parametrize("verb", ["encode", "forward"])
def test_bad_pixels_are_refused_with_a_sentence(model, x, case, verb):
    spoil, sentence = BAD_PIXELS[case]
    with pytest.raises(ValueError, match=f"(?s){sentence}"):
        getattr(model, verb)(spoil(x))


@pytest.mark.parametrize("case", sorted(BAD_PIXELS.keys() - {"an array"}))
def test_transform_refuses_them_too(model, x, case):
    spoil, sentence = BAD_PIXELS[case]
    with pytest.raises(ValueError, match=f"(?s){sentence}"):
        model.transform(spoil(x))


def test_bytes_in_an_array_are_refused(model, x):
    with pytest.raises(ValueError, match=r"torch.uint8.*/ 255"):
        model.transform((x.numpy() * 255).astype(np.uint8))


def test_noisy_pixels_are_welcome(model, x):
    noisy = (x + 0.3 * torch.randn_like(x)).clamp(-1, 2)
    assert model(noisy).isfinite().all()


BAD_CODES = {
    "too wide": (torch.zeros(5, 4), r"z has shape \(5, 4\).*\(N, 3\)"),
    "one flat code": (torch.zeros(3), r"z has shape \(3,\)"),
    "3-D": (torch.zeros(5, 3, 1), r"z has shape \(5, 3, 1\)"),
    "NaN": (torch.full((5, 3), float("nan")), "z holds NaN, first in row 0"),
    "integers": (torch.zeros(5, 3, dtype=torch.long), "z holds torch.int64"),
    "float64": (torch.zeros(5, 3).double(), r"z holds torch.float64.*z.float\(\)"),
    "a list": ([[0.0, 0.0, 0.0]], "z must be a torch tensor, not list"),
}


@pytest.mark.parametrize("case", BAD_CODES)
@pytest.mark.parametrize("verb", ["decode", "inverse_transform"])
def test_bad_codes_are_refused_with_a_sentence(model, case, verb):
    z, sentence = BAD_CODES[case]
    with pytest.raises(ValueError, match=f"(?s){sentence}"):
        getattr(model, verb)(z)


@pytest.mark.parametrize("bad", [0, -1, 2.5, 3.0, True, "16", None, [16]])
@pytest.mark.parametrize("name", SMALL)
def test_latent_dim_must_be_a_whole_number(name, bad):
    with pytest.raises(ValueError, match=r"latent_dim must be a whole number, 1 or more, not"):
        getattr(aelib, name)(bad)


@pytest.mark.parametrize("name", SMALL)
def test_whole_numbers_of_numpy_are_whole_numbers(name):
    model = getattr(aelib, name)(np.int64(4))
    assert model.latent_dim == 4
    assert type(model.arguments["latent_dim"]) is int, "it must go into a JSON file"


@pytest.mark.parametrize(
    ("kind", "arguments", "sentence"),
    [
        ("Autoencoder", {"hidden": (512, 0)}, "hidden must be a whole number"),
        ("Autoencoder", {"hidden": "800"}, "hidden must be a whole number, 1 or more, not '800'"),
        ("Autoencoder", {"hidden": None}, "hidden must be a whole number, 1 or more, not None"),
        ("ConvAutoencoder", {"channels": 16}, r"channels must be two whole numbers, not \[16\]"),
        ("Autoencoder", {"input_dim": -784}, "input_dim must be a whole number"),
        ("ConvAutoencoder", {"channels": (16, 2.5)}, "channels must be a whole number"),
        ("ConvAutoencoder", {"channels": (16, 32, 64)}, r"two whole numbers, not \[16, 32, 64\]"),
        ("ConvAutoencoder", {"input_dim": 783}, r"input_dim is 783.*square pictures"),
        ("ConvAutoencoder", {"input_dim": 625}, r"input_dim is 625.*divisible by 4"),
        ("ResidualAutoencoder", {"width": 0}, "width must be a whole number"),
        ("ResidualAutoencoder", {"blocks": True}, "blocks must be a whole number"),
    ],
)
def test_other_arguments_are_checked_as_well(kind, arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        getattr(aelib, kind)(3, **arguments)


# --- what each of them is ---


def test_linear_autoencoder_is_linear(x):
    model, y = aelib.LinearAutoencoder(16).double(), torch.rand(5, 784).double()
    x = x.double()
    for a in (0.0, 0.3, 1.0):
        expected = a * model(x) + (1 - a) * model(y)
        torch.testing.assert_close(model(a * x + (1 - a) * y), expected)


@pytest.mark.parametrize("name", WITH_SIGMOID)
def test_the_others_are_not(name, x):
    model, y = SMALL[name](), torch.rand(5, 784)
    assert not torch.allclose(model((x + y) / 2), (model(x) + model(y)) / 2, atol=1e-6)


def test_parameter_counts():
    both = 784 * 32 + 32 + 32 * 784 + 784
    assert count(aelib.LinearAutoencoder(32)) == both
    half = 784 * 512 + 512 * 256 + 256 * 32
    assert count(aelib.Autoencoder(32)) == 2 * half + (512 + 256 + 32) + (256 + 512 + 784)
    encoder = (9 * 16 + 16) + (9 * 16 * 32 + 32) + (7 * 7 * 32 * 32 + 32)
    decoder = (32 * 1568 + 1568) + (16 * 32 * 16 + 16) + (16 * 16 + 1)
    assert count(aelib.ConvAutoencoder(32)) == encoder + decoder
    block = 2 * 384 + (384 * 192 + 192) + (192 * 384 + 384)
    layers = (784 * 384 + 384) + (384 * 30 + 30) + (30 * 384 + 384) + (384 * 784 + 784)
    assert count(aelib.ResidualAutoencoder(30)) == layers + 4 * block + 2 * (2 * 384)


@pytest.mark.parametrize("name", ["Autoencoder", "VAE"])
def test_a_single_hidden_layer_may_be_a_number(name):
    alone, in_a_row = (getattr(aelib, name)(4, hidden=h) for h in (30, [30]))
    assert str(alone) == str(in_a_row)
    assert alone.arguments == in_a_row.arguments


def test_autoencoder_has_the_hidden_layers_it_was_asked_for():
    model = aelib.Autoencoder(4, hidden=(30, 20, 10))
    widths = [layer.out_features for layer in model.encoder if isinstance(layer, nn.Linear)]
    assert widths == [30, 20, 10, 4]
    widths = [layer.out_features for layer in model.decoder if isinstance(layer, nn.Linear)]
    assert widths == [10, 20, 30, 784]


def test_conv_autoencoder_sees_small_neighbourhoods():
    model = aelib.ConvAutoencoder(3)
    x = torch.rand(64, 784, requires_grad=True)
    for layers, side in ((4, 4), (7, 10)):  # after the first and after the second pooling
        maps = model.encoder[:layers](x)
        middle = maps.shape[-1] // 2
        (gradient,) = torch.autograd.grad(maps[:, :, middle, middle].sum(), x, retain_graph=True)
        seen = gradient.abs().sum(dim=0).reshape(28, 28) > 0
        rows, columns = seen.any(dim=1).sum(), seen.any(dim=0).sum()
        assert (rows, columns) == (side, side)


def test_conv_decoder_draws_every_pixel_with_equally_many_taps():
    layers = [m for m in aelib.ConvAutoencoder(3).decoder if isinstance(m, nn.ConvTranspose2d)]
    assert len(layers) == 2
    for layer in layers:
        ones = nn.ConvTranspose2d(1, 1, layer.kernel_size, layer.stride, layer.padding, bias=False)
        nn.init.ones_(ones.weight)
        taps = ones(torch.ones(1, 1, 9, 9))[0, 0, 2:-2, 2:-2]
        assert taps.unique().numel() == 1


def test_conv_autoencoder_takes_other_square_pictures():
    model = aelib.ConvAutoencoder(5, input_dim=16 * 16)
    assert model(torch.rand(2, 256)).shape == (2, 256)


def test_residual_adds_its_block():
    block = nn.Sequential(nn.Linear(4, 4), nn.Tanh())
    x = torch.randn(3, 4)
    torch.testing.assert_close(aelib.Residual(block)(x), x + block(x))


def test_residual_blocks_begin_as_a_copy():
    model = aelib.ResidualAutoencoder(3, width=16, blocks=2)
    blocks = [m for m in model.modules() if isinstance(m, aelib.Residual)]
    x = torch.randn(5, 16)
    assert len(blocks) == 4
    for block in blocks:
        torch.testing.assert_close(block(x), x, rtol=0, atol=0)


# --- the U-Net ---


@pytest.fixture
def unet():
    return aelib.UNet(channels=(3, 5), hidden=7).eval()


def test_a_unet_has_a_wide_code_and_the_verbs_of_the_others(unet, x):
    z = unet.encode(x)
    assert z.shape == (5, 784)
    assert unet.decode(z).shape == (5, 784)
    torch.testing.assert_close(unet.inverse_transform(unet.transform(x)), unet(x))
    assert 0 <= unet(x).min() <= unet(x).max() <= 1
    assert aelib.UNet(latent_dim=392, channels=(3, 5)).encode(x).shape == (5, 392)
    assert aelib.UNet(latent_dim=64, input_dim=256)(x[:, :256]).shape == (5, 256)


def test_its_parameters_are_counted():
    def stencils(n_in, n_out, kernel):
        return n_in * n_out * kernel**2 + n_out

    block = {n: 2 * n + 2 * stencils(n, n, 3) for n in (16, 32)}
    dense = 2 * 1568 + (1568 * 64 + 64) + (64 * 1568 + 1568)
    inside = stencils(16, 32, 4) + 2 * block[32] + dense + stencils(32, 16, 4)
    ends = stencils(1, 16, 4) + stencils(16, 4, 3) + stencils(4, 1, 4)
    assert count(aelib.UNet()) == inside + 2 * block[16] + ends


def test_its_blocks_begin_as_copies_and_only_the_outer_one_adds(unet):
    blocks = [m for m in unet.modules() if isinstance(m, aelib.Residual)]
    assert len(blocks) == 6
    copies = 0
    for block in blocks:
        maps = torch.randn(2, 5, 7, 7) if _channels(block) == 5 else torch.randn(2, 3, 14, 14)
        copies += torch.equal(block(maps), maps)
    assert copies == 5


def _channels(block):
    first = next(m for m in block.modules() if isinstance(m, nn.Conv2d | nn.LayerNorm))
    return 5 if isinstance(first, nn.LayerNorm) else first.in_channels


def test_a_pixel_has_a_short_way_around_and_a_long_way_through(unet, x):
    """Its code hears every pixel of the picture, but near ones also without the bottom."""
    nn.init.normal_(unet.encoder[3].block[3].block[4].weight)  # the last layer at the bottom
    x.requires_grad_()
    (gradient,) = torch.autograd.grad(unet.encode(x)[:, 90].sum(), x)
    assert (gradient != 0).all()
    for parameter in unet.encoder[3].block.parameters():
        nn.init.zeros_(parameter)
    (gradient,) = torch.autograd.grad(unet.encode(x)[:, 90].sum(), x)
    assert 0 < (gradient != 0).sum(dim=1).max() < 784


def test_a_unet_is_saved_with_its_running_means(unet, x, tmp_path):
    unet.train()
    unet(x)  # batch normalisation takes notes
    aelib.save(unet.eval(), tmp_path / "unet.safetensors")
    again = aelib.load(tmp_path / "unet.safetensors")
    torch.testing.assert_close(again(x), unet(x))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"latent_dim": 100}, "latent_dim is 100.*14 x 14 numbers.*multiple of 196"),
        ({"latent_dim": 0}, "latent_dim must be a whole number"),
        ({"channels": (16,)}, r"two whole numbers, not \[16\]"),
        ({"channels": (0, 1)}, "channels must be a whole number"),
        ({"hidden": 0}, "hidden must be a whole number"),
        ({"input_dim": 625}, "input_dim is 625.*divisible by 4"),
    ],
)
def test_a_unet_that_cannot_be_is_refused(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        aelib.UNet(**arguments)


# --- the variational autoencoder ---


@pytest.fixture
def vae():
    return aelib.VAE(3, hidden=(20,)).eval()


def test_vae_encodes_to_the_mean_and_the_logarithm_of_the_variance(vae, x):
    mu, logvar = vae.encode(x)
    assert mu.shape == logvar.shape == (5, 3)
    torch.testing.assert_close(torch.cat([mu, logvar], dim=1), vae.encoder(x))
    torch.testing.assert_close(vae.transform(x), mu.detach())


def test_vae_draws_codes_with_that_mean_and_variance(vae):
    mu, logvar = torch.tensor([[2.0, -1.0, 0.0]]), torch.tensor([[0.0, 2.0, -3.0]])
    z = vae.reparameterize(mu.expand(200_000, 3), logvar.expand(200_000, 3))
    torch.testing.assert_close(z.mean(dim=0), mu[0], rtol=0, atol=0.03)
    torch.testing.assert_close(z.var(dim=0).log(), logvar[0], rtol=0, atol=0.03)


def test_vae_gradients_reach_both_outputs_of_the_encoder(vae, x):
    x_hat, mu, logvar = vae(x)
    mu.retain_grad()
    logvar.retain_grad()
    aelib.negative_elbo(x_hat, x, mu, logvar).backward()
    assert mu.grad.abs().sum() > 0
    assert logvar.grad.abs().sum() > 0
    assert all(p.grad is not None for p in vae.parameters())


def test_vae_samples_are_decoded_normal_codes(vae):
    pictures = vae.sample(4, generator=torch.Generator().manual_seed(1))
    z = torch.randn(4, 3, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(pictures, vae.inverse_transform(z))
    assert not pictures.requires_grad
    with pytest.raises(ValueError, match="n must be a whole number, 1 or more, not 0"):
        vae.sample(0)


def test_vae_comes_back_from_a_file(vae, x, tmp_path):
    aelib.save(vae, tmp_path / "vae.safetensors")
    copy = aelib.load(tmp_path / "vae.safetensors")
    torch.testing.assert_close(copy.transform(x), vae.transform(x))


def test_vae_refuses_pixels_as_the_others_do(vae, x):
    with pytest.raises(ValueError, match="255"):
        vae.encode(x * 255)


# --- the conditional variational autoencoder ---


@pytest.fixture
def conditional():
    return aelib.ConditionalVAE(3, 4, hidden=(20,)).eval()


Y = torch.tensor([0, 3, 1, 1, 2])  # the classes of the five pictures x


def test_conditional_vae_answers_as_a_vae_does(conditional, x):
    mu, logvar = conditional.encode(x, Y)
    assert mu.shape == logvar.shape == (5, 3)
    assert conditional.decode(mu, Y).shape == (5, 784)
    x_hat, mu_too, _ = conditional(x, Y)
    assert x_hat.shape == (5, 784)
    torch.testing.assert_close(mu_too, mu)
    assert isinstance(conditional, aelib.VAE)


def test_both_halves_see_the_class_and_nothing_but_the_class(conditional, x):
    one_hot = torch.eye(4)[Y]
    torch.testing.assert_close(
        torch.cat(conditional.encode(x, Y), dim=1), conditional.encoder(torch.cat([x, one_hot], 1))
    )
    z = torch.randn(5, 3)
    torch.testing.assert_close(
        conditional.decode(z, Y), conditional.decoder(torch.cat([z, one_hot], 1))
    )
    assert (conditional.decode(z, Y) - conditional.decode(z, (Y + 1) % 4)).abs().max() > 1e-4
    assert (conditional.encode(x, Y)[0] - conditional.encode(x, (Y + 1) % 4)[0]).abs().max() > 1e-4


def test_conditional_vae_gradients_reach_every_parameter(conditional, x):
    x_hat, mu, logvar = conditional(x, Y)
    aelib.negative_elbo(x_hat, x, mu, logvar).backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in conditional.parameters())


def test_its_quiet_verbs_take_classes_in_any_dress_and_any_number_of_rows(conditional):
    x = torch.rand(2100, 784)
    y = torch.arange(2100) % 4
    z = conditional.transform(x, y)
    assert not z.requires_grad
    torch.testing.assert_close(z, conditional.encode(x, y)[0].detach())
    for dress in (y.numpy(), y.tolist(), y.int()):
        torch.testing.assert_close(conditional.transform(x, dress), z)
    z_numpy = conditional.transform(x.numpy(), y.numpy())
    assert isinstance(z_numpy, np.ndarray)
    x_hat = conditional.inverse_transform(z_numpy, y)
    assert isinstance(x_hat, np.ndarray)
    torch.testing.assert_close(torch.from_numpy(x_hat), conditional.decode(z, y).detach())


def test_samples_are_of_the_classes_asked_for(conditional):
    pictures = conditional.sample([2, 0, 2], generator=torch.Generator().manual_seed(1))
    z = torch.randn(3, 3, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(pictures, conditional.inverse_transform(z, torch.tensor([2, 0, 2])))
    assert not pictures.requires_grad
    assert conditional.sample(Y).shape == (5, 784)


def test_conditional_vae_comes_back_from_a_file(conditional, x, tmp_path):
    assert conditional.arguments == {
        "latent_dim": 3,
        "n_classes": 4,
        "hidden": [20],
        "input_dim": 784,
    }
    aelib.save(conditional, tmp_path / "conditional.safetensors")
    copy = aelib.load(tmp_path / "conditional.safetensors")
    assert type(copy) is aelib.ConditionalVAE
    assert copy.n_classes == 4
    torch.testing.assert_close(copy.transform(x, Y), conditional.transform(x, Y))


def test_a_label_can_travel_as_the_last_column_of_a_batch_and_decides_what_is_drawn():
    y = torch.arange(64) % 2
    x = torch.zeros(64, 16)
    x[y == 0, :8] = x[y == 1, 8:] = 0.9

    def loss(model, batch):
        pixels, classes = batch[:, :-1], batch[:, -1].long()
        x_hat, mu, logvar = model(pixels, classes)
        return aelib.negative_elbo(x_hat, pixels, mu, logvar)

    model = aelib.ConditionalVAE(2, 2, hidden=(16,), input_dim=16)
    aelib.fit(model, torch.cat([x, y[:, None]], dim=1), loss, epochs=60, batch_size=16, lr=0.02)
    torch.testing.assert_close(model.sample(y), x, rtol=0, atol=0.25)


BAD_CLASSES = {
    "unknown": (torch.tensor([0, 1, 2, 3, 4]), r"y lies in \[0, 4\].*classes 0 to 3"),
    "negative": (torch.tensor([0, 1, -1, 3, 2]), r"y lies in \[-1, 3\]"),
    "too few": (Y[:4], r"one class for each of 5 rows.*shape \(4,\)"),
    "one-hot": (torch.eye(4)[Y], r"float32 of shape \(5, 4\)"),
    "floats": (Y.float(), "as whole numbers.*not float32"),
    "one for all": (2, r"int64 of shape \(\)"),
    "words": (["a", "b", "c", "d", "e"], "one class for each of 5 rows"),
    "nothing": (None, "one class for each of 5 rows"),
}


@pytest.mark.parametrize("case", BAD_CLASSES)
@pytest.mark.parametrize("verb", ["encode", "decode", "forward", "transform", "inverse_transform"])
def test_classes_that_are_none_are_refused_with_a_sentence(conditional, x, case, verb):
    y, sentence = BAD_CLASSES[case]
    values = torch.zeros(5, 3) if "code" in verb or "inverse" in verb else x
    values = x if verb == "encode" else values
    with pytest.raises(ValueError, match=sentence):
        getattr(conditional, verb)(values, y)


@pytest.mark.parametrize("y", [[], [[0, 1]], [4], 3, ["a"]])
def test_no_sample_of_what_is_no_class(conditional, y):
    with pytest.raises(ValueError, match=r"y must hold one class|y lies in"):
        conditional.sample(y)


def test_conditional_vae_refuses_the_pixels_and_codes_that_others_refuse(conditional, x):
    with pytest.raises(ValueError, match="255"):
        conditional.encode(x * 255, Y)
    with pytest.raises(ValueError, match=r"z has shape \(5, 7\)"):
        conditional.decode(torch.zeros(5, 7), Y)
    with pytest.raises(ValueError, match="x must be a torch tensor, not list"):
        conditional.transform(x.tolist(), Y)
    with pytest.raises(ValueError, match="n_classes must be a whole number"):
        aelib.ConditionalVAE(3, 0)


@pytest.mark.parametrize("make", [aelib.Autoencoder, aelib.ResidualAutoencoder])
def test_start_at_mean_draws_the_mean_image_whatever_the_code(make):
    x = torch.rand(50, 784).round() * 0.8 + 0.1
    model = aelib.start_at_mean(make(3), x)
    last = model.decoder[-2]
    torch.testing.assert_close(torch.sigmoid(last.bias), x.mean(dim=0))


def test_start_at_mean_reads_the_difference_from_the_mean():
    x = torch.rand(50, 784)
    plain, started = aelib.Autoencoder(3), aelib.Autoencoder(3)
    started.load_state_dict(plain.state_dict())
    aelib.start_at_mean(started, x)
    expected = plain.encoder[0](x - x.mean(dim=0))
    torch.testing.assert_close(started.encoder[0](x), expected, atol=1e-5, rtol=1e-5)


def test_start_at_mean_keeps_pixels_that_never_see_ink_trainable():
    model = aelib.start_at_mean(aelib.Autoencoder(3), torch.zeros(5, 784))
    assert model.decoder[-2].bias.isfinite().all()


@pytest.mark.parametrize("make", [aelib.LinearAutoencoder, aelib.ConvAutoencoder, aelib.UNet])
def test_start_at_mean_refuses_what_has_no_such_ends(make):
    with pytest.raises(ValueError, match=f"linear layer and a sigmoid.*{make.__name__} does not"):
        aelib.start_at_mean(make(784), torch.rand(5, 784))


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (torch.zeros(0, 784), "holds no image"),
        (torch.full((2, 784), torch.nan), "holds NaN"),
        (torch.rand(2, 784) * 255, "takes pixels in"),
        (torch.rand(2, 28, 28), "one row for each image"),
    ],
)
def test_start_at_mean_says_what_is_wrong_with_the_images(x, text):
    with pytest.raises(ValueError, match=text):
        aelib.start_at_mean(aelib.Autoencoder(3), x)


def test_looking_leaves_each_module_in_the_mode_that_it_had(x):
    model = aelib.UNet().train()
    frozen = next(m for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d)).eval()
    model.transform(x[:2])
    assert model.training
    assert not frozen.training
    assert sum(not m.training for m in model.modules()) == 1


# Pictures in colour, and of any shape


@pytest.mark.parametrize("shape", [(20, 32), (3, 20, 32)])
@pytest.mark.parametrize("make", [aelib.ConvAutoencoder, aelib.UNet])
def test_convolution_takes_pictures_in_colour_and_of_any_shape(make, shape, tmp_path):
    model = make(10 * 16, input_dim=shape)
    x = torch.rand(4, *shape).flatten(1)
    assert model.encode(x).shape == (4, 160)
    assert model(x).shape == x.shape == (4, model.input_dim)
    aelib.save(model, tmp_path / "model.safetensors")
    again = aelib.load(tmp_path / "model.safetensors")
    torch.testing.assert_close(again.transform(x), model.transform(x))


def test_convolution_in_colour_sees_which_way_is_up():
    torch.manual_seed(0)
    model = aelib.ConvAutoencoder(8, input_dim=(3, 20, 32))
    x = torch.rand(2, 3, 20, 32)
    assert not torch.allclose(model.encode(x.flatten(1)), model.encode(x.flip(2).flatten(1)))
    assert model.encoder[0](x.flatten(1)).equal(x), "channel after channel, row after row"


def test_pictures_that_are_not_flat_are_refused_with_a_cure_that_works():
    model, x = aelib.ConvAutoencoder(8, input_dim=(3, 20, 32)), torch.rand(2, 3, 20, 32)
    with pytest.raises(ValueError, match=r"Usual cure: x\.flatten\(1\)"):
        model(x)
    assert model(x.flatten(1)).shape == (2, 1920)


@pytest.mark.parametrize("shape", [(18, 32), (3, 20, 30), (20, 0), (1, 3, 20, 32), 783, "28"])
def test_convolution_refuses_sides_that_cannot_be_halved_twice(shape):
    with pytest.raises(ValueError, match="input_dim"):
        aelib.ConvAutoencoder(8, input_dim=shape)
    assert aelib.ConvAutoencoder(8, input_dim=(20, 32)).input_dim == 640  # as the message says
