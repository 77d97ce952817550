"""Any model -> how it is called: tried with two pictures, or with two codes, until it answers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np

from aelib.adapter.adapted import (
    SQUASH,
    Adapted,
    Unfit,
    choices,
    chosen_of,
    near,
    picture_in,
    told_of,
)
from aelib.adapter.answers import rows_in
from aelib.adapter.calls import ALL, TENSORS, Call
from aelib.adapter.pictures import Layout, Pictures, checked_range, layout_of
from aelib.adapter.pytorch import is_module, pytorch
from aelib.adapter.ways import (
    Way,
    guessed_dims,
    halves_of,
    known_dim,
    owner_of,
    unfitted,
    ways_of,
)
from aelib.engine.program import NotRecorded

NEEDS = (
    "A widget needs something that decodes: a model with encoder and decoder, an object with "
    "inverse_transform, or a function and latent_dim=..., not {}."
)
CURE = (
    "Give an object with functions of your own instead: types.SimpleNamespace(encode=lambda x: "
    "..., decode=lambda z: ...), tensors in and out."
)


def adapt(
    model: Any,
    pictures: Pictures | None = None,
    *,
    latent_dim: int | None = None,
    shape: Any = None,
    value_range: Any = None,
) -> Adapted:
    """Find out how a model is used, by running it.

    Args:
        model: A network with encoder and decoder, methods or parts of any class; an object of
            scikit-learn; a network that copies pictures; or a function of codes.
        pictures: What it is tried with; at least one is needed where the model does not tell
            the size of its code.
        latent_dim: The size of its code, to decide or to check.
        shape: (H, W) or (3, H, W) of its pictures, where they are not square and grey.
        value_range: As in `open_pictures`, where there are no pictures to see it in.

    Raises:
        TypeError: Nothing in it decodes.
        ValueError: It fails, or what comes back are no codes or no pictures.
    """
    owner, ways = owner_of(model), list(ways_of(model))
    if not ways:
        raise TypeError(NEEDS.format(type(model).__name__))
    _check_dim(owner, latent_dim)
    trial = _Trial(owner, pictures, latent_dim, shape, value_range)
    reasons: list[str] = []
    decodes: Adapted | None = None
    for way in chain(ways, _copies(model, ways, trial)):
        try:
            found = trial.run(way)
        except Unfit as reason:
            reasons.append(str(reason))
            continue
        if found.encodes:
            return found
        decodes = decodes or found
        if trial.pictures is None and found.latent_dim == found.layout.pixels:
            trial.pictures = Pictures(_two(found.drawn(_codes(found.latent_dim))), found.layout)
    could_encode = pictures is not None and any(way.encode for way in ways)
    if decodes is None or could_encode:
        raise ValueError(unfitted(model) or reasons[0])
    return decodes


def _copies(model: Any, ways: list[Way], trial: "_Trial") -> Iterator[Way]:
    """Ways of a network that answers pictures with pictures, if it is one."""
    if not is_module(model) or any(way.encode for way in ways) or not trial.pictures:
        return
    torch = pytorch()
    from aelib.engine.capture import evaluating

    rows, layout = torch.from_numpy(_two(trial.pictures.rows)), trial.pictures.layout
    for picture in layout.shapes():
        try:
            with torch.no_grad(), evaluating(model):
                x = TENSORS.tensor(layout.as_given(layout.unscaled(rows), picture), model)
                picture_in(model(x), 2, layout)
                found = list(halves_of(model, x))
        except Exception:  # not in this shape, then
            continue
        yield from found
        return


@dataclass
class _Trial:
    """What is tried with, and how."""

    owner: Any
    pictures: Pictures | None
    latent_dim: int | None
    shape: Any
    value_range: Any

    def run(self, way: Way) -> Adapted:
        """Use a model in one way, first with its own type of numbers.

        Raises:
            Unfit: It does not work.
        """
        reasons = []
        for call in ALL if way.arrays else (TENSORS,):
            try:
                return self._with(way, call)
            except Unfit as reason:
                reasons.append(str(reason))
        told = [reason for reason in reasons if NotRecorded.__name__ not in reason]
        raise Unfit((told or reasons)[-1])  # without PyTorch, what was said with NumPy counts

    def _with(self, way: Way, call: Call) -> Adapted:
        if self.pictures is not None and way.encode is not None:
            return self._by_pictures(way, call, self.pictures)
        if (n := getattr(self.owner, "n_features_in_", None)) and way.encode is not None:
            layout = self._layout((n,))  # scikit-learn's objects say what they take
            rows = np.linspace(0, 1, 2 * n, dtype=np.float32).reshape(2, n)
            return self._by_pictures(way, call, Pictures(rows, layout))
        found = self._by_codes(way, call)
        if way.encode is None:
            return found
        try:
            drawn = Pictures(found.drawn(_codes(found.latent_dim)).clip(0, 1), found.layout)
            return self._by_pictures(way, call, drawn)
        except Unfit:
            return found  # it decodes, and takes other pictures

    def _by_pictures(self, way: Way, call: Call, pictures: Pictures) -> Adapted:
        rows, layout, reason = _two(pictures.rows), pictures.layout, ""
        for picture in layout.shapes():
            given = layout.as_given(layout.unscaled(rows), picture)
            try:
                answer = call.raw(way.encode, given, self.owner)
                again = call.raw(way.encode, given, self.owner)
            except Exception as error:  # a learner's function may raise anything
                reason = reason or told_of("Encoding", tuple(given.shape), error)
                continue
            for chosen in choices(answer, again, 2):
                code = chosen_of(answer, 2, chosen)
                size = int(np.prod(code.shape[1:]))
                if self.latent_dim not in (None, size):
                    reason = (
                        f"latent_dim={self.latent_dim} was given, but the model's codes have "
                        f"{size} numbers."
                    )
                    continue
                made = Adapted(
                    *(self.owner, layout, size, way, call, tuple(code.shape[1:]), picture, chosen)
                )
                try:
                    return self._like_the_whole(made, rows)
                except Exception as error:  # a learner's function may raise anything
                    reason = told_of("Decoding", tuple(code.shape), error)
        raise Unfit(reason or f"Encoding two pictures gave no code for each. {CURE}")

    def _like_the_whole(self, made: Adapted, rows: np.ndarray) -> Adapted:
        """With what the whole model does after decoding, if it can be run as a whole."""
        copies = made.drawn(made.coded(rows))
        whole = self._answers(made, rows)
        if whole is None or made.way.whole:
            return made
        from aelib.adapter.quiet import WithoutNoise

        with WithoutNoise():
            for squash in SQUASH:
                one = replace(made, squash=squash)
                copies = one.drawn(one.coded(rows))
                if near(copies, whole):
                    return one
            copies = made.drawn(made.coded(rows))
        values = pytorch().from_numpy(made.layout.unscaled(whole))
        if any(near(copies, made.layout.scaled(f(values).numpy())) for f in SQUASH.values()):
            return made  # the whole network answers with logits, say, and decode does not
        raise Unfit(
            f"{type(self.owner).__name__}: what its decoder makes of its code is not what the "
            f"whole network answers, so something lies between them or around them. {CURE}"
        )

    def _answers(self, made: Adapted, rows: np.ndarray) -> np.ndarray | None:
        """What a network as a whole answers, noise being 0; None where it cannot be compared."""
        if not is_module(self.owner) or not made.call.tensors or not made.picture:
            return None
        from aelib.adapter.quiet import WithoutNoise

        given = made.layout.as_given(made.layout.unscaled(rows), made.picture)

        def once(x: Any) -> Any:
            pixels = picture_in(self.owner(x), 2, made.layout)
            return made.layout.scaled(made.layout.as_rows(pixels))

        try:
            with WithoutNoise():
                first, second = (made.call.run(once, given, self.owner) for _ in range(2))
        except Exception:  # it has no forward of pictures alone
            return None
        return first if near(first, second) else None  # it draws at random

    def _by_codes(self, way: Way, call: Call) -> Adapted:
        known = self.latent_dim or known_dim(self.owner)
        dims = [known] if known else guessed_dims(way.decode, self.owner)
        if not dims:
            raise Unfit(
                "Say latent_dim=..., how many numbers a code has: a function does not tell."
            )
        reason = ""
        for code in ((dim, *more) for dim in dims for more in ((), (1, 1))):
            codes = _codes(code[0]).reshape(2, *code)
            try:
                answer = call.raw(way.decode, codes, self.owner)
                return self._decoder(way, call, code, list(rows_in(answer, 2)))
            except Exception as error:  # a learner's function may raise anything
                reason = reason or told_of("Decoding", codes.shape, error)
        raise Unfit(
            f"{reason}. If its codes have another size: latent_dim=..., or give pictures x."
        )

    def _decoder(self, way: Way, call: Call, code: tuple[int, ...], found: list[Any]) -> Adapted:
        """A way that decodes only, which answered two codes with these arrays."""
        if not found:
            raise Unfit("Decoding two codes did not give two rows, one for each.")
        layout = self._layout(tuple(found[0].shape[1:]))
        if len(code) == 3 and layout.pixels < 64:  # maps of numbers, which may be larger
            raise Unfit("Its code is made of maps, whose size only pictures tell.")
        picture_in(found, 2, layout)
        return Adapted(self.owner, layout, code[0], way, call, code)

    def _layout(self, native: tuple[int, ...]) -> Layout:
        """How the pictures lie that a decoder answers with."""
        if self.pictures is not None:
            return self.pictures.layout
        try:
            layout = layout_of(native, self.shape)
        except ValueError as error:
            raise Unfit(str(error)) from error
        low, high = checked_range(self.value_range) if self.value_range is not None else (0.0, 1.0)
        return replace(layout, low=low, high=high)


def _check_dim(owner: Any, given: Any) -> None:
    """Raise ValueError unless latent_dim is a whole number and what the model says."""
    if given is None:
        return
    if isinstance(given, bool) or not isinstance(given, int | np.integer) or given < 1:
        raise ValueError(f"latent_dim must be a whole number, 1 or more, not {given!r}.")
    known = known_dim(owner)
    if known is not None and known != given:
        raise ValueError(
            f"latent_dim={given} was given, but the model's codes have {known} numbers."
        )


def _codes(dim: int) -> np.ndarray:
    return np.linspace(-1, 1, 2 * dim, dtype=np.float32).reshape(2, dim)


def _two(rows: np.ndarray) -> np.ndarray:
    """Two pictures that differ."""
    other = rows[1] if len(rows) > 1 else np.roll(rows[0], 1) * 0.9
    return np.stack([rows[0], other]).astype(np.float32)
