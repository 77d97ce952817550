"""The helper package of the autoencoder course.

Data moves one way: file, tensor, encoder, z, decoder, picture or slider, and the rooms follow it:
data, models, losses, training, metrics, plotting, engine, widgets. The public names below are
loaded when they are first used, so `import aelib` alone costs neither torch nor widgets.
"""

import sys

from aelib.lazy import lazy

_HOME = {
    "DataError": "data",
    "as_digit": "data",
    "draw_letters": "data",
    "draw_faces": "data",
    "load_faces": "data",
    "load_idx": "data",
    "load_images": "data",
    "load_mnist": "data",
    "photo_patches": "data",
    "load_photos": "data",
    "load_docstrings": "data",
    "load_movielens": "data",
    "Autoencoder": "models",
    "CharacterModel": "models",
    "ConditionalVAE": "models",
    "ConvAutoencoder": "models",
    "LinearAutoencoder": "models",
    "VAE": "models",
    "Residual": "models",
    "ResidualAutoencoder": "models",
    "SparseAutoencoder": "models",
    "UNet": "models",
    "start_at_mean": "models",
    "VQVAE": "models",
    "claim": "claims",
    "bernoulli_entropy": "losses",
    "bernoulli_nll": "losses",
    "contraction": "losses",
    "l1_penalty": "losses",
    "sparsity_kl": "losses",
    "kl_divergence": "losses",
    "negative_elbo": "losses",
    "sparse_error": "losses",
    "squared_error": "losses",
    "History": "training",
    "TrainingError": "loss_value",
    "fit": "training",
    "load": "saving",
    "save": "saving",
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
    "quiz": "widgets.quiz",
    "solution": "exercises.learner",
    "diagnose": "diagnosis",
    "attribute_direction": "latent",
    "interpolate": "latent",
    "latent_grid": "latent",
    "plot_bars": "plotting",
    "plot_history": "plotting",
    "plot_latent": "plotting",
    "plot_manifold": "plotting",
    "plot_reconstructions": "plotting",
    "show": "plotting",
    "show_images": "plotting",
}
_MODULES = {
    "data": "data",
    "diagnosis": "diagnosis",
    "exercises": "exercises",
    "faces": "data.faces",
    "files": "data.files",
    "latent": "latent",
    "losses": "losses",
    "metrics": "metrics",
    "models": "models",
    "noise": "noise",
    "plotting": "plotting",
    "training": "training",
    "widgets": "widgets",
}

__all__, __getattr__, __dir__ = lazy(__name__, _HOME, _MODULES)

if "ipykernel" in sys.modules:
    from aelib.notebook import explain_errors

    explain_errors()
    del explain_errors
