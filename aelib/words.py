"""A keyword that nobody knows, and the right one that was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

_MEANT = {  # what other libraries call it
    "x": "data images pictures X x_test x_train dataset inputs",
    "y": "labels targets classes target y_test",
    "strength": "sigma std amount level p noise_level",
    "kind": "noise noise_type type mode",
    "shape": "image_shape img_shape size image_size input_shape img_size",
    "latent_dim": "z_dim n_components dim latent_size n_latent dims",
    "labels": "names titles captions",
    "value_range": "range vmin vmax clim data_range",
    "points": "n n_points point count",
    "z": "code start latent initial",
    "seed": "random_state rng generator",
    "index": "i idx picture",
}


def refuse_unknown(where: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Raise TypeError for the first keyword that is not known.

    Args:
        where: What was called.
        given: The keywords it was given.
        known: All that it takes.
    """
    names = sorted(set(known))
    for word in given:
        if word not in names:
            near = _nearest(word, names)
            meant = f" Did you mean {near}=?" if near else ""
            raise TypeError(f"{where} has no {word}=.{meant} It takes {', '.join(names)}.")


def _nearest(word: str, names: list[str]) -> str:
    """The known word that is meant or spelled alike; an empty one if there is none."""
    for name in names:
        if word in _MEANT.get(name, "").split():
            return name
    return next(iter(get_close_matches(word, names, 1, 0.6)), "")
