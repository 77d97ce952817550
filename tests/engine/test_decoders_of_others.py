"""Other people's decoders are drawn right in the browser, or the kernel answers and says why."""

import sys
from pathlib import Path

import numpy as np
import pytest

from aelib.engine.packing import unpack

sys.path.insert(0, str(Path(__file__).parent))
from decoders import DECODERS, KERNEL, codes_of, opened


@pytest.mark.parametrize("name", DECODERS)
def test_it_is_drawn_right_or_left_to_the_kernel(name):
    source, packed, where = opened(name)
    if name in KERNEL:
        assert packed is None
        assert where.startswith("kernel, because ")
        assert KERNEL[name] in where
        return
    assert where == "browser"
    rows = codes_of(source)
    program = unpack(packed)
    drawn = np.stack([program.run(row).ravel() for row in rows])
    np.testing.assert_allclose(drawn, source.decode(rows), atol=1e-3)


def test_nearly_all_of_them_run_in_the_browser():
    assert len(DECODERS) >= 60
    assert len(DECODERS) - len(KERNEL) >= 0.9 * len(DECODERS)
