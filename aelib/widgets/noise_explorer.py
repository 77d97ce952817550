"""Spoil a picture and see what the network makes of it."""

from typing import Any

import numpy as np
import traitlets

from aelib.adapter import open_pictures
from aelib.widgets.base import LatentWidget, known_words, module
from aelib.widgets.digit_pad import ENCODES
from aelib.widgets.sources import open_source

KINDS = ("gaussian", "salt and pepper", "masking", "occlusion", "blur")


class NoiseExplorer(LatentWidget):
    """Clean, noisy and denoised side by side, with the PSNR of each.

    The noise comes from `seed`: only what the learner moves changes. `kind`, `strength`, `seed`,
    `index` and `z` (the code of the noisy picture) can be read, set and observed.

    Args:
        model: A network with encoder and decoder, methods or parts of any class, or one that
            answers pictures with pictures, such as a U-Net.
        x: Clean pictures (N, pixels), (N, H, W), (N, 1, H, W) or (N, 3, H, W) in [0, 1] or
            [-1, 1]; the first 200 are used. Noise is added where paper is 0 and ink is 1.
        y: Their classes, for the buttons and for the spoken description.
        kind: gaussian, salt and pepper, masking, occlusion or blur.
        strength: From 0 to 1: the standard deviation, the share of the pixels, the square's side
            as a share of the picture's, or a quarter of the blur's radius in pixels.
        seed: Another seed, other noise.
        latent_dim: How many numbers a code has, to check it.
        shape: (H, W) or (3, H, W) of flat pictures that are not square and grey.
        value_range: The values of paper and of ink, of black and of white in colour, such as
            (-1, 1); seen in x if None.

    Raises:
        TypeError: The model does not encode and decode.
        ValueError: Sizes do not fit, numbers are not finite, or kind or strength is unknown.

    Example:
        >>> photos = torch.rand(10, 3, 32, 32)
        >>> denoiser = torch.nn.Conv2d(3, 3, 3, padding=1)
        >>> explorer = aelib.widgets.NoiseExplorer(denoiser, photos, kind="masking", strength=0.5)
        >>> explorer.where
        'browser'
    """

    _esm = module("noise_explorer")
    kind = traitlets.Unicode("gaussian").tag(sync=True)
    strength = traitlets.Float(0.3).tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)
    index = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        model: Any,
        x: Any,
        y: Any = None,
        *,
        latent_dim: int | None = None,
        shape: tuple[int, ...] | None = None,
        value_range: tuple[float, float] | None = None,
        **traits: Any,
    ) -> None:
        known_words(NoiseExplorer, traits)
        if x is None:
            raise ValueError("NoiseExplorer needs clean pictures x.")
        pictures = open_pictures(x, shape, value_range, 200)
        source = open_source(model, latent_dim, pictures=pictures)
        if source.encode is None:
            raise TypeError(ENCODES.format("NoiseExplorer"))
        super().__init__([source], pictures, y, with_encoders=True, **traits)

    @traitlets.validate("kind", "strength", "index")
    def _checked(self, proposal: Any) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        if name == "kind" and value not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {value!r}.")
        if name == "strength" and not 0 <= value <= 1:
            raise ValueError(f"strength must lie in [0, 1], not {value!r}.")
        if name == "index" and not 0 <= value < len(self._x):
            raise ValueError(f"index must lie in 0..{len(self._x) - 1}, not {value}.")
        return value

    def _twin(self) -> tuple[np.ndarray, str]:
        """Clean pictures, the same with Gaussian noise, and what the network makes of these."""
        source, x = self._sources[0], self._x[:8]
        noise = np.random.default_rng(self.seed).normal(size=x.shape).astype(np.float32)
        noisy = np.clip(x + 0.3 * noise, 0, 1)
        assert source.encode is not None  # NoiseExplorer asks for it
        rows = np.stack([x, noisy, source.decode(source.encode(noisy))])
        return (
            rows,
            "Clean digits, the same with Gaussian noise, and what the network makes of them.",
        )
