"""What lesson 08 quotes and does not compute: detectors that cost more, and other settings.

    python tests/benchmarks/detectors.py                  # all five parts, about 15 CPU minutes
    python tests/benchmarks/detectors.py digits           # SVM from all; 24,000 pictures
    python tests/benchmarks/detectors.py densities        # Gaussians and their mixtures
    python tests/benchmarks/detectors.py labels           # classifiers with curved borders
    python tests/benchmarks/detectors.py faces            # codes of one number
    python tests/benchmarks/detectors.py copiers          # wide networks, linear and bent

Prints mean AUCs over ten held-out digits, shares of planted labels among the first eighty, and mean
AUCs over ten folds of faces; data, seeds and settings are the lesson's.
"""

import sys
from collections.abc import Callable

import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis
from sklearn.metrics import roc_auc_score
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import RepeatedKFold, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from sklearn.svm import SVC, OneClassSVM

import aelib

Scores = Callable[[np.ndarray], np.ndarray]


def loss(model: aelib.Autoencoder, x: torch.Tensor) -> torch.Tensor:
    """The squared error per picture."""
    return aelib.squared_error(model(x), x)


def copy_error(known: np.ndarray, latent_dim: int, width: int, **settings: float) -> Scores:
    """Scores by the error of an autoencoder that was trained on `known`."""
    torch.manual_seed(0)
    model = aelib.Autoencoder(latent_dim, hidden=(width,), input_dim=known.shape[1])
    aelib.fit(model, torch.from_numpy(known), loss, **settings)
    return lambda x: ((model.inverse_transform(model.transform(x)) - x) ** 2).sum(axis=1)


def pca_error(known: np.ndarray, n: int) -> Scores:
    """Scores by the error of PCA with n numbers."""
    pca = PCA(n, svd_solver="full").fit(known)
    return lambda x: ((pca.inverse_transform(pca.transform(x)) - x) ** 2).sum(axis=1)


def one_class(known: np.ndarray) -> Scores:
    """Scores by a one-class SVM that learns from all of PCA's 32 numbers."""
    pca = PCA(32, svd_solver="covariance_eigh").fit(known)
    z = pca.transform(known)
    svm = OneClassSVM(gamma=30 / (z.var() * 32), nu=0.05).fit(z)
    return lambda x: -svm.score_samples(pca.transform(x))


def neighbours(known: np.ndarray) -> Scores:
    """Scores by the mean squared distance to five neighbours in PCA's 32 numbers."""
    pca = PCA(32, svd_solver="covariance_eigh").fit(known)
    near = NearestNeighbors(n_neighbors=5).fit(pca.transform(known))
    return lambda x: (near.kneighbors(pca.transform(x))[0] ** 2).mean(axis=1)


def digits() -> None:
    """Mean AUC on the lesson's test digits: the SVM from all 8,000, and 24,000 pictures."""
    x, y, x_test, y_test = (part.numpy() for part in aelib.load_mnist(24_000, 3000))

    def mean_auc(learn: Callable[[np.ndarray], Scores], n: int) -> float:
        known = [x[:n][y[:n] != digit] for digit in range(10)]
        return float(
            np.mean([roc_auc_score(y_test == d, learn(known[d])(x_test)) for d in range(10)])
        )

    print(f"SVM from all 8,000: {mean_auc(one_class, 8000):.3f}", flush=True)
    print(f"neighbours, 24,000: {mean_auc(neighbours, 24_000):.3f}", flush=True)
    settings = {"epochs": 5, "batch_size": 64, "lr": 8e-3}
    value = mean_auc(lambda known: copy_error(known, 16, 256, **settings), 24_000)
    print(f"autoencoder, 24,000: {value:.3f}", flush=True)


def gaussian(n: int) -> Callable[[np.ndarray], Scores]:
    """Scores by probabilistic PCA: one Gaussian with n directions of its own, the rest alike."""

    def learn(known: np.ndarray) -> Scores:
        pca = PCA(n, svd_solver="covariance_eigh").fit(known)
        return lambda x: -pca.score_samples(x)

    return learn


def mixture(n: int, parts: int) -> Callable[[np.ndarray], Scores]:
    """Scores by Gaussians in PCA's n numbers; of one, it is the Mahalanobis distance there."""

    def learn(known: np.ndarray) -> Scores:
        pca = PCA(n, svd_solver="covariance_eigh").fit(known)
        gaussians = GaussianMixture(parts, reg_covar=1e-3, random_state=0)
        gaussians.fit(pca.transform(known))
        return lambda x: -gaussians.score_samples(pca.transform(x))

    return learn


def densities() -> None:
    """Mean AUC on the test digits, the settings of each kind chosen on the validation part."""
    x, y, x_test, y_test = (part.numpy() for part in aelib.load_mnist(10_000, 3000))
    asked = ((x[8000:], y[8000:]), (x_test, y_test))

    def mean_aucs(learn: Callable[[np.ndarray], Scores]) -> list[float]:
        areas = []
        for digit in range(10):
            score = learn(x[:8000][y[:8000] != digit])
            areas.append([roc_auc_score(labels == digit, score(new)) for new, labels in asked])
        return np.mean(areas, axis=0).tolist()

    kinds = {
        "Mahalanobis": {f"{n} numbers": mixture(n, 1) for n in (16, 32, 64, 128)},
        "probabilistic PCA": {f"{n} numbers": gaussian(n) for n in (16, 32, 64, 128, 256)},
        "mixture": {
            f"{parts} Gaussians in {n} numbers": mixture(n, parts)
            for n in (16, 32, 64)
            for parts in (10, 30, 60, 120)
        },
    }
    for kind, settings in kinds.items():
        found = {setting: mean_aucs(learn) for setting, learn in settings.items()}
        best = max(found, key=lambda setting: found[setting][0])
        print(f"{kind}, {best}: {found[best][1]:.3f}", flush=True)


def labels() -> None:
    """Share of planted labels among the 80 least likely, five-fold, in PCA's 32 numbers."""
    x, y, _, _ = (part.numpy() for part in aelib.load_mnist(10_000, 1))
    z, y = PCA(32, svd_solver="covariance_eigh").fit_transform(x[:8000]), y[:8000]
    rng = np.random.default_rng(0)
    planted = rng.permutation(8000) < 80
    given = np.where(planted, (y + rng.integers(1, 10, 8000)) % 10, y)
    rivals = {
        "quadratic discriminant": (QuadraticDiscriminantAnalysis(), "predict_proba"),
        "ten neighbours": (KNeighborsClassifier(10, weights="distance"), "predict_proba"),
        "SVM": (SVC(C=10, decision_function_shape="ovr"), "decision_function"),
    }
    for name, (classifier, method) in rivals.items():
        answers = cross_val_predict(classifier, z / z.std(), given, cv=5, method=method)
        first = np.argsort(answers[np.arange(8000), given], kind="stable")[:80]
        print(f"{name}: {planted[first].mean():.2f}", flush=True)


def faces() -> None:
    """Mean AUC of backgrounds among faces, with codes of one number."""
    photos, is_face = (part.numpy() for part in aelib.load_faces())
    normal, others = photos[is_face == 1], photos[is_face == 0]
    folds = list(RepeatedKFold(n_splits=5, n_repeats=2, random_state=0).split(normal))
    settings = {"epochs": 60, "batch_size": 16, "lr": 3e-3}
    learners: dict[str, Callable[[np.ndarray], Scores]] = {
        "PCA, 1 number": lambda known: pca_error(known, 1),
        "PCA, 16 numbers": lambda known: pca_error(known, 16),
        "autoencoder, 1 number": lambda known: copy_error(known, 1, 64, **settings),
    }
    for name, learn in learners.items():
        areas = []
        for known, new in folds:
            x = np.concatenate([normal[new], others])
            areas.append(roc_auc_score(np.arange(len(x)) >= len(new), learn(normal[known])(x)))
        print(f"{name}: {np.mean(areas):.3f}", flush=True)


def copiers() -> None:
    """AUC of letters among digits for networks that are nowhere narrower than a picture."""
    x, _, x_test, _ = aelib.load_mnist(4000, 1600)
    mixed = torch.cat([x_test, aelib.draw_letters(400, seed=0)[0]])
    models = {
        "linear": aelib.LinearAutoencoder,
        "bent": lambda n: aelib.Autoencoder(n, hidden=(n,)),
    }
    for name, make in models.items():
        torch.manual_seed(0)
        model = make(784)
        aelib.fit(model, x, loss, epochs=3, batch_size=64, lr=2e-3)
        errors = (model.inverse_transform(model.transform(mixed)) - mixed).square().sum(dim=1)
        area = roc_auc_score(np.arange(2000) >= 1600, errors)
        means = errors[1600:].mean(), errors[:1600].mean()
        print(f"{name}: AUC {area:.2f}, letters {means[0]:.1f}, digits {means[1]:.1f}", flush=True)


PARTS = {part.__name__: part for part in (digits, densities, labels, faces, copiers)}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
