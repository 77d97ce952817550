#!/usr/bin/env bash
# Guess:   FastICA(16) finds 16 directions. It whitens with PCA and then only turns the axes, so it
#          copies data exactly as well as PCA with 16 components, and which column comes first
#          cannot matter.
# Happens: after the SVD each axis is multiplied by the sign of its first feature, to make the signs
#          reproducible. Where that feature never varies, as in the blank corner of a digit, it is 0
#          or rounding noise, and the sign of 0 is 0: on scikit-learn's digits the largest axis is
#          wiped out, the copies have twice PCA's error, and the mixing matrix has rank 15 (and what
#          is left depends on the order of the rows). There is no warning. With the columns rolled
#          so that a varying pixel comes first nothing is lost. MNIST as it is loses axes, too.
# Version: scikit-learn 1.9.1 (sklearn/decomposition/_fastica.py, "Give consistent eigenvectors").
# Course:  the widgets warn of a FastICA that lost directions and name the way around, which is
#          PCA(n, whiten=True) followed by FastICA(whiten=False).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fresh.sh"
fresh scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1

OMP_NUM_THREADS=1 "$python" - << 'PYTHON'
import warnings

import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA, FastICA
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import make_pipeline

warnings.simplefilter("ignore", ConvergenceWarning)
x = load_digits().data / 16
orders = {"as they are": x, "first two columns last": np.roll(x, -2, axis=1)}
print("the first pixel is between", x[:, 0].min(), "and", x[:, 0].max())


def error(model, x):
    return ((model.inverse_transform(model.transform(x)) - x) ** 2).sum(axis=1).mean()


ratio, lost = {}, {}
for name, data in orders.items():
    by_pca = error(PCA(16, svd_solver="full").fit(data), data)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        ica = FastICA(16, max_iter=500, random_state=0).fit(data)
    told = [warning for warning in told if warning.category is not ConvergenceWarning]
    ratio[name] = error(ica, data) / by_pca
    lost[name] = int((~ica.whitening_.any(axis=1)).sum())
    rank = np.linalg.matrix_rank(ica.mixing_)
    print(f"{name}: {lost[name]} of 16 axes are zero, mixing matrix of rank {rank}, ", end="")
    print(f"error {ratio[name]:.2f} times PCA's, {len(told)} warnings of it")
behind = make_pipeline(
    PCA(16, whiten=True, svd_solver="full"), FastICA(whiten=False, max_iter=500, random_state=0)
)
around = error(behind.fit(x), x) / error(PCA(16, svd_solver="full").fit(x), x)
print(f"behind PCA(16, whiten=True): error {around:.2f} times PCA's")
still = lost["as they are"] > 0 and ratio["as they are"] > 1.05 and not told
assert still and lost["first two columns last"] == 0, "changed"
assert abs(ratio["first two columns last"] - 1) < 0.01 and abs(around - 1) < 0.01, "changed"
print("FastICA wiped out a direction because the first column never varies, and did not say so")
PYTHON
