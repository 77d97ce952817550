#!/usr/bin/env bash
# Guess:   scikit-learn keeps float32, as it does for NumPy arrays: PCA of a float32 torch tensor
#          works on the tensor's own memory, or on a copy of the same size, and answers in float32.
# Happens: check_array looks for a NumPy dtype, finds torch's, and converts to float64: a copy
#          of twice the size, answers in float64. The same numbers as a NumPy array stay float32.
# Version: scikit-learn 1.9.1 with torch 2.13.0 (array API dispatch off, the default).
# Course:  networks and metrics hand arrays, not tensors, to scikit-learn where memory counts.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fresh.sh"
fresh scikit-learn==1.9.1 torch==2.13.0 numpy==2.4.6

"$python" - << 'PYTHON'
import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.utils import check_array

x = torch.rand(1000, 50)
from_tensor, from_array = check_array(x, dtype=[np.float64, np.float32]), check_array(
    x.numpy(), dtype=[np.float64, np.float32]
)
print("tensor:", x.dtype, x.nbytes, "bytes ->", from_tensor.dtype, from_tensor.nbytes, "bytes")
print("array: ", x.numpy().dtype, x.nbytes, "bytes ->", from_array.dtype, from_array.nbytes)
codes = PCA(2, svd_solver="full").fit_transform(x), PCA(2, svd_solver="full").fit_transform(
    x.numpy()
)
print("codes of PCA:", codes[0].dtype, "from the tensor,", codes[1].dtype, "from the array")
still = from_tensor.dtype == np.float64 and from_array.dtype == np.float32
assert still and codes[0].dtype == np.float64 and codes[1].dtype == np.float32, "changed"
print("a float32 tensor became float64, a float32 array did not")
PYTHON
