"""Networks of PyTorch from and for a playground, and what its training was like."""

from typing import TYPE_CHECKING, Any

import numpy as np

from aelib.history import History

if TYPE_CHECKING:
    from aelib.models.networks import Model


def network_of(settings: dict[str, Any], weights: bytes) -> "Model":
    """Build the network that a page trained.

    Args:
        settings: As the page's trainer was told: latent, hidden, bend, loss, variational.
        weights: float32 of each layer in turn: weights (inputs, outputs), then biases.

    Returns:
        An Autoencoder, or a VAE if it is variational, in evaluation mode. A network of squared
        error without bends ends without the sigmoid, as the page's does.
    """
    import torch
    from torch import nn

    from aelib.models import VAE, Autoencoder

    kind = VAE if settings["variational"] else Autoencoder
    model: Model = kind(settings["latent"], settings["hidden"])
    bends: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "tanh": nn.Tanh, "none": nn.Identity}
    for part in (model.encoder, model.decoder):
        for i, layer in enumerate(part):
            if isinstance(layer, nn.SiLU) and settings["bend"] in bends:
                part[i] = bends[settings["bend"]]()
    if settings["loss"] == "squared" and settings["bend"] == "none":
        model.decoder[-1] = nn.Identity()
    values, at = np.frombuffer(weights, "<f4"), 0
    with torch.no_grad():
        for layer in [*model.encoder, *model.decoder]:
            if isinstance(layer, nn.Linear):
                n, m = layer.in_features, layer.out_features
                layer.weight.copy_(torch.tensor(values[at : at + n * m].reshape(n, m).T))
                layer.bias.copy_(torch.tensor(values[at + n * m : at + (n + 1) * m]))
                at += (n + 1) * m
    return model.eval()


def settings_of(model: Any) -> tuple[dict[str, Any], bytes]:
    """Open a network, so that a page can train it further.

    Args:
        model: A dense autoencoder of aelib for 28 x 28 pixels, variational or not: its encoder and
            decoder are linear layers, with the same bend after each hidden one.

    Returns:
        Its settings as the playground calls them, and its weights as `network_of` takes them.

    Raises:
        ValueError: It is another network.
    """
    import torch
    from torch import nn

    from aelib.models import VAE, Autoencoder, LinearAutoencoder

    if type(model) not in {VAE, Autoencoder, LinearAutoencoder}:
        kind = type(model).__name__
        raise ValueError(f"start must be an Autoencoder, a LinearAutoencoder or a VAE, not {kind}.")
    layers = [*model.encoder, *model.decoder]
    linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
    sigmoid = isinstance(layers[-1], nn.Sigmoid)
    between = [type(each) for each in layers[: None if not sigmoid else -1] if each not in linear]
    bend = _bend(between)
    if linear[0].in_features != 784:
        raise ValueError(f"start takes {linear[0].in_features} pixels, the playground has 784.")
    if not sigmoid and bend != "none":
        raise ValueError("start must end with a sigmoid, as it has bends.")
    with torch.no_grad():
        parts = [part for each in linear for part in (each.weight.T.ravel(), each.bias)]
        weights = torch.cat([part.float().cpu() for part in parts]).numpy().astype("<f4").tobytes()
    widths = [each.out_features for each in linear if each in list(model.encoder)]
    settings = {"latent_dim": model.latent_dim, "hidden": widths[:-1], "bend": bend}
    settings |= {"loss": "nats" if sigmoid else "squared", "kl": float(isinstance(model, VAE))}
    return settings, weights


def _bend(kinds: list[Any]) -> str:
    """What a playground calls the one kind of layer that stands between the linear ones."""
    from torch import nn

    names = {nn.ReLU: "relu", nn.SiLU: "silu", nn.Tanh: "tanh", nn.Identity: "none"}
    found = set(kinds) or {nn.Identity}
    if len(found) > 1 or not found <= set(names):
        kinds_found = ", ".join(sorted(kind.__name__ for kind in found))
        raise ValueError(f"start must have one bend of {', '.join(names.values())}: {kinds_found}.")
    return names[found.pop()]


def history_of(steps: bytes, how: dict[str, Any]) -> History:
    """The squared error of every batch as a History.

    Args:
        steps: float32, one for each step.
        how: per_pass, how many steps are a pass; seconds; done, whether the passes were over.
    """
    values = np.frombuffer(steps, "<f4").astype(float).tolist()
    passes = [values[at : at + how["per_pass"]] for at in range(0, len(values), how["per_pass"])]
    loss = [float(np.mean(each)) for each in passes]
    return History(loss, steps=values, seconds=how["seconds"], interrupted=not how["done"])
