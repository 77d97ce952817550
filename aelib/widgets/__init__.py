"""x, z -> what a hand can move: sliders, maps, pads; and what moves while a network trains.

A widget enters as one Python file (traits and checks) and one file of static/ (what is drawn).
Names are loaded when they are first used.
"""

from aelib.lazy import lazy

_HOME = {
    "BeforeAfter": "before_after",
    "CodeSwap": "code_swap",
    "DigitPad": "digit_pad",
    "Exported": "exported",
    "FeatureBrowser": "feature_browser",
    "FilmRater": "film_rater",
    "Flipbook": "flipbook",
    "FlowExplorer": "flow_explorer",
    "LatentExplorer": "latent_explorer",
    "LatentMap": "latent_map",
    "MaskExplorer": "mask_explorer",
    "NoiseExplorer": "noise_explorer",
    "Quiz": "quiz",
    "SuperpositionExplorer": "superposition_explorer",
    "TextSearch": "text_search",
    "ThresholdExplorer": "threshold_explorer",
    "TrainingMonitor": "training_monitor",
    "TrainingPlayground": "training_playground",
    "TwoDecoders": "latent_explorer",
    "export": "exported",
}

__all__, __getattr__, __dir__ = lazy(__name__, _HOME)
