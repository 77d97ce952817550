"""What a hand can move, and what moves by itself while a network trains.

The names are loaded when they are first used, as in aelib itself.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "BeforeAfter": "before_after",
    "CodeSwap": "code_swap",
    "DigitPad": "digit_pad",
    "FilmRater": "film_rater",
    "Flipbook": "flipbook",
    "LatentExplorer": "latent_explorer",
    "LatentMap": "latent_map",
    "NoiseExplorer": "noise_explorer",
    "TextSearch": "text_search",
    "ThresholdExplorer": "threshold_explorer",
    "TrainingMonitor": "training_monitor",
    "TwoDecoders": "latent_explorer",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    """Import the module that holds `name` when it is first asked for (PEP 562)."""
    if name in _HOME:
        return getattr(import_module(f"aelib.widgets.{_HOME[name]}"), name)
    raise AttributeError(f"aelib.widgets has no {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    """Offer the public names to tab completion."""
    return __all__
