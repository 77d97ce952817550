"""data/decoders: the ready networks are what their README says."""

import re
import zlib
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from sklearn.feature_extraction.text import TfidfVectorizer

import aelib
from aelib import noise
from aelib.data import split_by_module
from aelib.data.photos import enlarged, grey
from aelib.models.blocks import picture_network
from aelib.models.characters import spelled
from aelib.models.masked import together

FOLDER = Path(__file__).parents[1] / "data" / "decoders"


def claimed(name):
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    return re.search(rf"`{name}\.safetensors` \|[^|]*\| ([\d.]+) \|", text)[1]


DIGITS = ["vae_2d", "vae_16d", "vae_16d_small", "cvae_digits", "codec_16d", "codec_32d"]


@pytest.mark.parametrize("name", DIGITS)
def test_the_error_is_the_one_in_the_readme(name):
    model = aelib.load(FOLDER / f"{name}.safetensors").float()
    _, _, x_test, y_test = aelib.load_mnist(n_train=1)
    told = [y_test] if name == "cvae_digits" else []
    x_hat = model.inverse_transform(model.transform(x_test, *told), *told)
    assert f"{aelib.squared_error(x_hat, x_test).item():.1f}" == claimed(name)


def test_so_is_the_error_on_faces_it_never_saw():
    model = aelib.load(FOLDER / "vae_faces.safetensors").float()
    x, _ = aelib.draw_faces(5_000, seed=1)
    x_hat = model.inverse_transform(model.transform(x))
    assert f"{aelib.squared_error(x_hat, x).item():.2f}" == claimed("vae_faces")


def test_the_denoiser_reaches_the_decibels_of_the_readme_and_helps_against_every_noise():
    model = aelib.load(FOLDER / "denoiser.safetensors").float()
    x = aelib.load_mnist(n_train=1)[2]
    noisy = noise.gaussian(x, 0.5, generator=torch.Generator().manual_seed(0))
    restored = model.inverse_transform(model.transform(noisy))
    assert f"{aelib.psnr(restored, x):.1f}" == claimed("denoiser")
    x = x[:300]
    for spoiled in (
        noise.gaussian(x, 0.3),
        noise.salt_and_pepper(x, 0.3),
        noise.masking(x, 0.5),
        noise.occlusion(x, 10),
        noise.blur(x, 1.5),
    ):
        restored = model.inverse_transform(model.transform(spoiled))
        assert aelib.squared_error(restored, x) < 0.8 * aelib.squared_error(spoiled, x)


def test_the_text_network_has_the_cross_entropy_of_the_readme_on_the_vocabulary_of_lesson_10():
    vectorizer = TfidfVectorizer(token_pattern="[a-z]{2,}", min_df=3, sublinear_tf=True)
    x = torch.from_numpy(vectorizer.fit_transform(aelib.load_docstrings().texts).toarray()).float()
    model = aelib.load(FOLDER / "search_64d.safetensors").float()
    logits = model.inverse_transform(model.transform(x))
    cross_entropy = -(torch.log_softmax(logits, dim=1) * x).sum(dim=1).mean()
    assert f"{cross_entropy.item():.1f}" == claimed("search_64d")


def photo_network(name, width):
    """A network of lesson 11, with the shipped weights, and the photograph it has not seen."""
    network = aelib.Residual(picture_network(4, width, depth=4))
    network.load_state_dict(load_file(FOLDER / f"{name}.safetensors"))
    return network.eval(), aelib.load_photos()["astronaut"]


def decibels(x_hat, x):
    return aelib.psnr(x_hat.reshape(1, -1), x.reshape(1, -1))


def test_the_upscaler_reaches_the_decibels_of_the_readme_and_beats_lanczos():
    network, photo = photo_network("upscaler_4x", 48)
    with torch.no_grad():
        x_hat = network(enlarged(photo, 4)[None])[0].clamp(0, 1)
    assert f"{decibels(x_hat, photo):.1f}" == claimed("upscaler_4x")
    assert decibels(x_hat, photo) > decibels(enlarged(photo, 4, "LANCZOS"), photo) + 0.5


def test_the_colouriser_reaches_the_decibels_of_the_readme_and_beats_grey():
    network, photo = photo_network("colouriser", 24)
    with torch.no_grad():
        x_hat = network(grey(photo)[None])[0].clamp(0, 1)
    assert f"{decibels(x_hat, photo):.1f}" == claimed("colouriser")
    assert decibels(x_hat, photo) > decibels(grey(photo), photo) + 1


def test_the_codebook_reaches_the_error_of_the_readme():
    model = aelib.VQVAE()
    model.load_state_dict(load_file(FOLDER / "vq_digits.safetensors"))
    x = aelib.load_mnist(n_train=1)[2]
    with torch.no_grad():
        x_hat = torch.cat([model(rows)[0] for rows in x.split(1000)])
    assert f"{aelib.squared_error(x_hat, x).item():.1f}" == claimed("vq_digits")


def test_the_masked_autoencoder_has_the_error_of_the_readme_and_undercuts_the_average_digit():
    model = aelib.load(FOLDER / "masked_digits.safetensors").float()
    x_train, _, x, _ = aelib.load_mnist()
    torch.manual_seed(0)
    visible = torch.rand(len(x), 16).argsort(dim=1)[:, :4]
    marks = torch.ones(len(x), 16).scatter(1, visible, 0)[..., None]
    hidden = together(marks.expand(-1, -1, 49), 7)
    with torch.no_grad():
        x_hat = torch.cat(
            [model(*some) for some in zip(x.split(1000), visible.split(1000), strict=True)]
        )
    assert f"{aelib.squared_error(x_hat * hidden, x * hidden).item():.1f}" == claimed(
        "masked_digits"
    )
    average = aelib.squared_error(x_train.mean(dim=0) * hidden, x * hidden).item()
    assert abs(average - 40) < 1


def test_the_flow_has_the_error_of_the_readme_and_draws_the_digit_that_it_is_told():
    codec = aelib.load(FOLDER / "codec_16d.safetensors").float()
    flow = aelib.load(FOLDER / "flow_16d.safetensors").float()
    x_train, y_train, x_test, y_test = aelib.load_mnist()
    z, z_test = codec.transform(x_train), codec.transform(x_test)
    mean = z.mean(dim=0)
    scale = (z - mean).std()
    torch.manual_seed(0)
    y = y_test.masked_fill(torch.rand(len(y_test)) < 0.1, -1)
    with torch.no_grad():
        error = aelib.flow_loss(flow, (z_test - mean) / scale, y)
    assert f"{error.item():.1f}" == claimed("flow_16d")
    wanted = torch.arange(10).repeat(20)
    drawn = aelib.euler(aelib.guided(flow, wanted, 1), torch.randn(200, 16), 16)[-1]
    x_hat = codec.inverse_transform(drawn * scale + mean)
    nearest = torch.cdist(x_hat, x_train).argmin(dim=1)
    assert (y_train[nearest] == wanted).float().mean() > 0.85


def test_the_character_model_has_the_cross_entropy_of_the_readme_on_modules_it_never_read():
    model = aelib.load(FOLDER / "characters.safetensors").float()
    judged = split_by_module(aelib.load_docstrings())[2]
    stream = spelled("".join("\n" + text for text in judged))
    rows = stream[: len(stream) // 256 * 256].reshape(-1, 256)
    with torch.no_grad():
        scores = torch.cat([model(part[:, :-1]) for part in rows.split(100)])
    found = torch.nn.functional.cross_entropy(scores.flatten(0, 1), rows[:, 1:].flatten())
    assert f"{found.item():.2f}" == claimed("characters")
    assert found < 1.7  # one of 96 at random costs 4.6, counting single characters 3.3


def test_its_sparse_autoencoder_keeps_what_the_readme_says():
    reader = aelib.load(FOLDER / "characters.safetensors").float().requires_grad_(False)
    sparse = aelib.load(FOLDER / "features.safetensors").float().requires_grad_(False)
    judged = split_by_module(aelib.load_docstrings())[2]
    order = torch.randperm(len(judged), generator=torch.Generator().manual_seed(0))
    stream = spelled("".join("\n" + judged[i] for i in order))
    rows = stream[: 256 * 240].reshape(240, 256)
    states = reader.states(rows)[:, :-1].flatten(0, 1)
    copies = torch.cat([sparse(some) for some in states.split(10_000)])
    average = states.mean(dim=0).expand_as(states)
    true, copied, least = (
        torch.nn.functional.cross_entropy(reader.scores(some), rows[:, 1:].flatten())
        for some in (states, copies, average)
    )
    assert f"{(least - copied) / (least - true):.2f}" == claimed("features")


@pytest.mark.parametrize("name", ["characters", "features"])
def test_the_networks_of_lesson_17_are_rounded_to_whole_steps_and_deflate_to_about_half(name):
    raw = b""
    for weight in aelib.load(FOLDER / f"{name}.safetensors").parameters():
        if weight.ndim > 1:
            size = weight.float().square().mean().sqrt()
            steps = weight.float() / 2.0 ** (size.log2().round() - 5)
            assert torch.equal(steps, steps.round())
            raw += weight.detach().numpy().tobytes()
    packer = zlib.compressobj(strategy=zlib.Z_HUFFMAN_ONLY)
    sent = packer.compress(raw[::2] + raw[1::2]) + packer.flush()
    assert len(sent) < 0.56 * len(raw)


@pytest.mark.parametrize("name", ["characters", "features"])
def test_the_networks_of_lesson_17_travel_as_half_a_megabyte_each(name):
    assert (FOLDER / f"{name}.safetensors").stat().st_size < 500_000


def test_each_is_small():
    sizes = {path.stem: path.stat().st_size for path in FOLDER.glob("*.safetensors")}
    assert all(size < 700_000 for name, size in sizes.items() if not name.startswith("codec"))
    assert max(sizes.values()) < 1_000_000  # the codecs stay in Python
