"""Train an autoencoder in the page, without a kernel, and watch it learn."""

import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from aelib.adapter import open_pictures
from aelib.widgets.base import StillWidget, in_range, known_words, module
from aelib.widgets.checks import classes
from aelib.widgets.trained import history_of, network_of, settings_of
from aelib.widgets.twin import contact_sheet

if TYPE_CHECKING:
    from aelib.history import History
    from aelib.models.networks import Model

BENDS = ("none", "relu", "silu", "tanh")
LOSSES = ("squared", "nats")
_MOST = 10_000  # pictures: what a page can carry
_LAYERS, _WIDEST = 2, 256  # hidden layers of the encoder, and units of one
_RANGES = {  # the least and the most of each setting
    **{"latent_dim": (1, 64), "batch_size": (4, 512), "passes": (1, 1000), "seed": (0, 2**31 - 1)},
    **{"lr": (1e-6, 10), "noise": (0, 2), "kl": (0, 1000), "l1": (0, 1000)},
}


def _heard(sent: Any, _widget: Any) -> bytes:
    """Bytes from the page: a kernel hands them over as a memoryview, which the trait refuses."""
    return bytes(sent)


class TrainingPlayground(StillWidget):
    """A network that the reader builds and trains in the page.

    It is trained as `fit` trains: AdamW, a learning rate that rises for a fifth of the steps and
    falls, from the mean picture on. The same settings, pictures and seed give the same network to
    the last bit in every browser. All settings can be read, set and observed. When training stops,
    the network is below: its map, its numbers, a pad to draw on, noise; all without a kernel.

    Args:
        x: Grey pictures of 28 x 28 pixels, (N, 784), (N, 28, 28) or (N, 1, 28, 28) in [0, 1],
            200 to 10,000 of them.
        y: Their classes, whole numbers from 0 on, for the map's glyphs.
        held_out: How many of the pictures, the last ones, it is measured on and never learns from;
            a fifth of them, at most 1,000, if None.
        start: An Autoencoder, LinearAutoencoder or VAE of aelib that it begins with, in place of
            random weights; it decides latent_dim, hidden and bend.
        latent_dim: How many numbers the code has, 1 to 64.
        hidden: The widths of the encoder's hidden layers, at most two, each 1 to 256; the decoder
            mirrors them.
        bend: What follows each hidden layer: none, relu, silu or tanh.
        loss: squared (error per picture) or nats (cross-entropy).
        lr: The highest learning rate.
        batch_size: Pictures in one step.
        passes: How often every picture is used.
        noise: Standard deviation of the noise that its input gets; it must give the clean picture.
        kl: Weight of the KL divergence: above 0 the network is variational.
        l1: Weight of the sum of the code's absolute values.
        pictures: How many it learns from; all but the held-out ones if 0.
        seed: Decides first weights, order, noise and drawn codes.
        reached: The names of the goals that were reached, of the ten below the settings, here or
            before in this browser.

    Raises:
        ValueError: The pictures are others, a setting is out of range, or `start` is another
            network or contradicts a setting.

    Example:
        >>> x, y, _, _ = aelib.load_mnist(1_000, 10)
        >>> aelib.widgets.TrainingPlayground(x, y, latent_dim=2)
        TrainingPlayground(800 pictures, 200 held out)
    """

    _esm = module("training_playground")
    latent_dim = traitlets.Int(16).tag(sync=True)
    hidden: traitlets.List = traitlets.List(traitlets.Int(), [128]).tag(sync=True)
    bend = traitlets.Unicode("silu").tag(sync=True)
    loss = traitlets.Unicode("nats").tag(sync=True)
    lr = traitlets.Float(5e-3).tag(sync=True)
    batch_size = traitlets.Int(64).tag(sync=True)
    passes = traitlets.Int(20).tag(sync=True)
    noise = traitlets.Float(0.0).tag(sync=True)
    kl = traitlets.Float(0.0).tag(sync=True)
    l1 = traitlets.Float(0.0).tag(sync=True)
    pictures = traitlets.Int(0).tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)
    reached: traitlets.List = traitlets.List(traitlets.Unicode()).tag(sync=True)  # goals, by name
    _worker = traitlets.Unicode(module("training_worker")).tag(sync=True)
    _pixels = traitlets.Bytes().tag(sync=True)  # uint8, deflated
    _labels: traitlets.List = traitlets.List(traitlets.Int()).tag(sync=True)
    _held_out = traitlets.Int().tag(sync=True)
    _ranges = traitlets.Dict().tag(sync=True)  # what the page checks an address with
    _in_address = traitlets.Bool(False).tag(sync=True)  # the page's address holds the settings
    _lessons = traitlets.Dict().tag(sync=True)  # their pages, by number, where there are pages
    _trained = traitlets.Bytes().tag(sync=True, from_json=_heard)  # weights, trained last
    _trained_as = traitlets.Dict().tag(sync=True)  # its settings
    _trained_how = traitlets.Dict().tag(sync=True)  # seconds, steps in a pass, whether it is done
    _trained_steps = traitlets.Bytes().tag(sync=True, from_json=_heard)  # error of every batch
    _start = traitlets.Bytes().tag(sync=True)  # weights that it begins with, if it is built as
    _start_as = traitlets.Dict().tag(sync=True)  # these settings say

    def __init__(
        self,
        x: Any,
        y: Any = None,
        *,
        held_out: int | None = None,
        start: Any = None,
        **traits: Any,
    ) -> None:
        known_words(TrainingPlayground, traits)
        if start is not None:
            traits = _begun_with(start, traits)
        opened = open_pictures(x, most=_MOST)
        if opened.layout.shape != [28, 28]:
            size = " x ".join(map(str, opened.layout.shape))
            raise ValueError(f"TrainingPlayground takes grey 28 x 28 pictures, not {size}.")
        n = len(opened.rows)
        held = min(n // 5, 1000) if held_out is None else held_out
        if not 12 <= held <= n - 100:
            raise ValueError(
                f"{n} pictures, {held} of them held out: it takes 100 to learn from and 12 to be "
                "measured on; give more pictures, or another held_out."
            )
        self._bytes = (opened.rows * 255).round().clip(0, 255).astype(np.uint8)
        self._most = n - held
        super().__init__(
            _pixels=zlib.compress(self._bytes.tobytes(), 9),
            _labels=classes(y, opened.rows).tolist(),
            _held_out=held,
            _ranges=self._all_ranges(),
            **traits,
        )

    def __repr__(self) -> str:
        return f"TrainingPlayground({self._most} pictures, {self._held_out} held out)"

    def model(self) -> "Model":
        """The network that was trained last, as a module of PyTorch, with its weights.

        Raises:
            ValueError: None was trained yet.
        """
        if not self._trained:
            raise ValueError("Nothing is trained yet: press Start in the playground, then Pause.")
        return network_of(self._trained_as, self._trained)

    def history(self) -> "History":
        """What the last training was like: the squared error of every batch and of every pass.

        It is the error that a batch had before the step, whatever the network makes small.

        Raises:
            ValueError: None was trained yet.
        """
        if not self._trained:
            raise ValueError("Nothing is trained yet: press Start in the playground, then Pause.")
        return history_of(self._trained_steps, self._trained_how)

    def _all_ranges(self) -> dict[str, Any]:
        """Of each number its least, its most and whether it is whole; the words; the widths."""
        ranges = {**_RANGES, "pictures": (100, self._most)}
        whole = {name: isinstance(self.traits()[name], traitlets.Int) for name in ranges}
        numbers = {name: [low, high, whole[name]] for name, (low, high) in ranges.items()}
        words = {"bend": list(BENDS), "loss": list(LOSSES)}
        return {"numbers": numbers, "words": words, "widths": [_LAYERS, _WIDEST]}

    @traitlets.validate(*_RANGES)
    def _in_range(self, proposal: Any) -> Any:
        return in_range(proposal, _RANGES)

    @traitlets.validate("bend", "loss")
    def _known(self, proposal: Any) -> str:
        name, value = proposal["trait"].name, proposal["value"]
        known = BENDS if name == "bend" else LOSSES
        if value not in known:
            raise ValueError(f"{name} must be one of {', '.join(known)}, not {value!r}.")
        return value

    @traitlets.validate("hidden")
    def _narrow(self, proposal: Any) -> list[int]:
        widths = proposal["value"]
        if len(widths) > _LAYERS or not all(1 <= width <= _WIDEST for width in widths):
            raise ValueError(f"hidden must be at most two widths, 1 to 256 each, not {widths}.")
        return widths

    @traitlets.validate("pictures")
    def _there(self, proposal: Any) -> int:
        value = proposal["value"]
        if value and not 100 <= value <= self._most:
            raise ValueError(f"pictures must be 0 (all) or 100..{self._most}, not {value}.")
        return value

    def _still(self) -> tuple[bytes, str]:
        """Held-out pictures, and what a network draws of each before it has learned anything."""
        held, learned = self._bytes[self._most :], self._bytes[: self._most]
        shown = held[:8] / 255
        rows = np.stack([shown, np.tile(learned.mean(axis=0) / 255, (len(shown), 1))])
        return contact_sheet(rows, [28, 28]), (
            "Held-out digits above; below, the mean digit: what a network draws of each before it "
            "is trained is near to that. In a browser it is trained here."
        )


def _begun_with(model: Any, traits: dict[str, Any]) -> dict[str, Any]:
    """The traits of a playground that begins with a network.

    Raises:
        ValueError: A setting says otherwise than the network.
    """
    settings, weights = settings_of(model)
    fixed = {"latent_dim", "hidden", "bend"} | ({"loss"} if settings["bend"] == "none" else set())
    for name in sorted(fixed & set(traits)):
        if traits[name] != settings[name]:
            raise ValueError(f"start has {name}={settings[name]!r}, not {traits[name]!r}.")
    if (traits.get("kl", settings["kl"]) > 0) != (settings["kl"] > 0):
        raise ValueError("start must be a VAE if kl is above 0, and only then.")
    built = {**settings, "logistic": settings["loss"] == "nats"}
    return {**settings, **traits, "_start": weights, "_start_as": built}
