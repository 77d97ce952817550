"""Other people's decoders are drawn right in the browser, or the kernel answers and says why."""

import sys
import warnings
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from aelib.engine.packing import unpack
from aelib.widgets.sending import packed_decoder, packed_or_why
from aelib.widgets.sources import open_source, tell

sys.path.insert(0, str(Path(__file__).parent))
from decoders import DECODERS

KERNEL = {  # and the reason that a person reads
    "dynamically quantised": "quantized::linear_dynamic is not known",
    "a volume: ConvTranspose3d": "a convolution in three dimensions",
    "VQ-VAE: the nearest entry of a codebook": "where it looks depends on the code",
    "MLPRegressor": "it answers with ndarray, not with a tensor",
}


@cache
def opened(name):
    """A decoder as a widget sees it, what is sent of it, and where it decodes."""
    torch.manual_seed(0)
    with warnings.catch_warnings():  # scripting is deprecated; some fits have not converged
        warnings.simplefilter("ignore")
        model, latent_dim = DECODERS[name]()
        source = open_source(model, latent_dim, conditional=True)
        ends = np.full((2, latent_dim), [[-3.0], [3.0]])
        return source, *packed_or_why(lambda: packed_decoder(source, ends, None))


@pytest.mark.parametrize("name", DECODERS)
def test_it_is_drawn_right_or_left_to_the_kernel(name):
    source, packed, where = opened(name)
    if name in KERNEL:
        assert packed is None
        assert where.startswith("kernel, because ")
        assert KERNEL[name] in where
        return
    assert where == "browser"
    random = np.random.default_rng(5)
    codes = random.normal(size=(12, source.latent_dim)) * random.uniform(0.1, 4, (12, 1))
    rows = tell(codes.astype(np.float32), np.arange(12) % max(source.classes, 1), source.classes)
    program = unpack(packed)
    drawn = np.stack([program.run(row).ravel() for row in rows])
    np.testing.assert_allclose(drawn, source.decode(rows), atol=1e-3)


def test_nearly_all_of_them_run_in_the_browser():
    assert len(DECODERS) >= 60
    assert len(DECODERS) - len(KERNEL) >= 0.9 * len(DECODERS)
