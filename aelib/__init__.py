"""The helper package of the autoencoder course.

Data moves one way: file, tensor, encoder, z, decoder, picture or slider, and the modules
follow it: data, models, losses, training, metrics, plotting, widgets. The public names below
are loaded when they are first used, so `import aelib` alone costs neither torch nor widgets.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "DataError": "files",
    "draw_letters": "data",
    "draw_faces": "faces",
    "load_faces": "data",
    "load_mnist": "data",
    "photo_patches": "data",
    "load_photos": "photos",
    "load_docstrings": "tables",
    "load_movielens": "tables",
    "Autoencoder": "models",
    "ConditionalVAE": "models",
    "ConvAutoencoder": "models",
    "LinearAutoencoder": "models",
    "VAE": "models",
    "Residual": "models",
    "ResidualAutoencoder": "models",
    "UNet": "models",
    "start_at_mean": "models",
    "VQVAE": "codebook",
    "claim": "claims",
    "bernoulli_entropy": "losses",
    "bernoulli_nll": "losses",
    "contraction": "losses",
    "l1_penalty": "losses",
    "sparsity_kl": "losses",
    "kl_divergence": "losses",
    "negative_elbo": "losses",
    "squared_error": "losses",
    "History": "training",
    "TrainingError": "training",
    "fit": "training",
    "load": "training",
    "save": "training",
    "seed_everything": "training",
    "active_units": "metrics",
    "iwae_bound": "metrics",
    "neighbour_accuracy": "metrics",
    "pca_error": "metrics",
    "principal_angles": "metrics",
    "psnr": "metrics",
    "roc": "metrics",
    "ssim": "metrics",
    "check": "exercises.learner",
    "hint": "exercises.learner",
    "my_progress": "exercises.learner",
    "predict": "exercises.learner",
    "solution": "exercises.learner",
    "diagnose": "health",
    "attribute_direction": "latent",
    "interpolate": "latent",
    "latent_grid": "latent",
    "plot_history": "plotting",
    "plot_latent": "plotting",
    "plot_manifold": "plotting",
    "plot_reconstructions": "plotting",
    "show": "plotting",
    "show_images": "plotting",
}
_MODULES = {
    "data",
    "exercises",
    "faces",
    "files",
    "latent",
    "losses",
    "metrics",
    "models",
    "noise",
    "plotting",
    "training",
    "widgets",
}

__all__ = sorted([*_HOME, *_MODULES])


def __getattr__(name: str) -> Any:
    """Import the module that holds `name` when it is first asked for (PEP 562)."""
    if name in _MODULES:
        return import_module(f"aelib.{name}")
    if name in _HOME:
        return getattr(import_module(f"aelib.{_HOME[name]}"), name)
    raise AttributeError(f"aelib has no {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    """Offer the public names to tab completion."""
    return __all__
