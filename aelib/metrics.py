"""What was learned, as numbers."""

import numpy as np
import torch
from sklearn.decomposition import PCA


def pca_error(x_train: torch.Tensor, x_test: torch.Tensor, n_components: int) -> float:
    """Squared error per test image of the best linear code with as many numbers.

    Args:
        x_train: Images (N, D), float: the components are found on these.
        x_test: Images (M, D), float: the error is measured on these.
        n_components: How many numbers the code has, from 0 (the mean image) to D.

    Raises:
        ValueError: n_components is not a whole number from 0 to D, or the widths differ.
    """
    width = x_train.shape[1]
    if not 0 <= n_components <= min(x_train.shape) or x_test.shape[1] != width:
        raise ValueError(
            f"PCA finds 0 to {min(x_train.shape)} components in x_train {tuple(x_train.shape)} "
            f"and needs x_test of the same width; got {n_components} and {tuple(x_test.shape)}."
        )
    train, test = np.asarray(x_train), np.asarray(x_test)
    if n_components == 0:
        return float(np.square(test - train.mean(axis=0)).sum(axis=1).mean())
    pca = PCA(n_components, svd_solver="covariance_eigh").fit(train)
    return float(np.square(pca.inverse_transform(pca.transform(test)) - test).sum(axis=1).mean())
