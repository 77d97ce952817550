"""The helper package of the autoencoder course; `help(aelib.fit)` tells more of a single name.

Data moves one way: file, tensor, encoder, z, decoder, picture or slider.

data      load_mnist, load_idx, load_images, as_digit, load_faces, draw_faces, draw_letters,
          load_photos, photo_patches, load_movielens, load_docstrings; DataError
noise     noise.gaussian, noise.salt_and_pepper, noise.masking, noise.occlusion, noise.blur
models    LinearAutoencoder, Autoencoder, ConvAutoencoder, ResidualAutoencoder, UNet, VAE,
          ConditionalVAE, VQVAE, SparseAutoencoder, MaskedAutoencoder, CharacterModel,
          VelocityNetwork; Residual, start_at_mean
losses    squared_error, bernoulli_nll, bernoulli_entropy, kl_divergence, negative_elbo,
          l1_penalty, sparsity_kl, sparse_error, contraction, flow_loss
training  fit, History, TrainingError, seed_everything, save, load
metrics   pca_error, psnr, ssim, neighbour_accuracy, principal_angles, active_units, iwae_bound,
          roc, frechet_distance
diagnosis diagnose
latent    interpolate, latent_grid, attribute_direction, euler, guided
plotting  show, show_images, plot_reconstructions, plot_history, plot_bars, plot_latent,
          plot_manifold
widgets   widgets.LatentExplorer, widgets.LatentMap, widgets.TwoDecoders, widgets.DigitPad,
          widgets.NoiseExplorer, widgets.MaskExplorer, widgets.ThresholdExplorer,
          widgets.Flipbook,
          widgets.BeforeAfter, widgets.CodeSwap, widgets.TextSearch, widgets.FilmRater,
          widgets.FeatureBrowser, widgets.FlowExplorer, widgets.SuperpositionExplorer,
          widgets.TrainingMonitor, widgets.TrainingPlayground, widgets.Quiz, widgets.export,
          widgets.Exported
exercises check, hint, solution, predict, my_progress, quiz, claim

    import aelib
    x_train, y_train, x_test, y_test = aelib.load_mnist()
    model = aelib.Autoencoder(16)
    history = aelib.fit(model, x_train, lambda m, x: aelib.squared_error(m(x), x), epochs=3)
    aelib.widgets.LatentExplorer(model, x_test, y_test)

A name is loaded when it is first used, so `import aelib` alone costs neither torch nor widgets.
The static pages (`aelib site`) hold the whole reference, with an example of every name.
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
    "MaskedAutoencoder": "models",
    "VAE": "models",
    "Residual": "models",
    "ResidualAutoencoder": "models",
    "SparseAutoencoder": "models",
    "UNet": "models",
    "start_at_mean": "models",
    "VelocityNetwork": "models",
    "VQVAE": "models",
    "claim": "claims",
    "bernoulli_entropy": "losses",
    "bernoulli_nll": "losses",
    "contraction": "losses",
    "flow_loss": "losses",
    "l1_penalty": "losses",
    "sparsity_kl": "losses",
    "kl_divergence": "losses",
    "negative_elbo": "losses",
    "sparse_error": "losses",
    "squared_error": "losses",
    "History": "history",
    "TrainingError": "loss_value",
    "fit": "training",
    "load": "saving",
    "save": "saving",
    "seed_everything": "training",
    "active_units": "metrics",
    "frechet_distance": "metrics",
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
    "euler": "latent",
    "guided": "latent",
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

# No __all__: `help(aelib)` would print every class in full, 11,000 lines. dir(aelib) has the names.
_, __getattr__, __dir__ = lazy(__name__, _HOME, _MODULES)

if "ipykernel" in sys.modules:
    from aelib.notebook import explain_errors

    explain_errors()
    del explain_errors
