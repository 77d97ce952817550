"""x -> z -> x_hat: the course's networks, and the blocks that they are made of.

A network enters when a lesson trains it; it keeps the promises of `Model`: encode, decode,
forward, transform and inverse_transform.
"""

from aelib.models.blocks import Residual
from aelib.models.characters import CharacterModel
from aelib.models.codebook import VQVAE
from aelib.models.flow import VelocityNetwork
from aelib.models.masked import MaskedAutoencoder
from aelib.models.networks import (
    VAE,
    Autoencoder,
    ConditionalVAE,
    ConvAutoencoder,
    LinearAutoencoder,
    Model,
    ResidualAutoencoder,
    UNet,
    start_at_mean,
)
from aelib.models.sparse import SparseAutoencoder

__all__ = [
    "VAE",
    "VQVAE",
    "Autoencoder",
    "CharacterModel",
    "ConditionalVAE",
    "ConvAutoencoder",
    "LinearAutoencoder",
    "MaskedAutoencoder",
    "Model",
    "Residual",
    "ResidualAutoencoder",
    "SparseAutoencoder",
    "UNet",
    "VelocityNetwork",
    "start_at_mean",
]
