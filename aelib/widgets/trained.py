"""What a playground has trained, as a network of PyTorch."""

from typing import TYPE_CHECKING, Any

import numpy as np

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
