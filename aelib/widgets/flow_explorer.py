"""From noise to a picture along a flow, one step after another."""

import zlib
from typing import Any

import numpy as np
import torch
import traitlets
from torch import nn

from aelib.engine.capture import first_tensor
from aelib.models.flow import VelocityNetwork, waves
from aelib.widgets.base import ModelWidget, Numbers, in_range, module
from aelib.widgets.latent_map import plane_of
from aelib.widgets.sending import send_network
from aelib.widgets.sources import open_network
from aelib.widgets.twin import contact_sheet

STEPS = (1, 2, 4, 8, 16, 32)
_ROWS = 5  # times in the still picture
_POINTS = 600  # codes on the map
_RANGES = {"time": (0, 1), "weight": (0, 6)}


class _Scaled(nn.Module):
    """Decodes a flow's codes: they are centred and of one scale, the decoder's are not."""

    def __init__(self, decoder: Any, mean: torch.Tensor, scale: float) -> None:
        super().__init__()
        self.decoder, self.mean, self.scale = decoder, mean, scale

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return first_tensor(self.decoder(z * self.scale + self.mean))


class FlowExplorer(ModelWidget):
    """Walk from noise to a picture; choose the class, the guidance, the steps and the time.

    The walk is computed in the browser at every change. `explorer.time` is where on it the
    pictures are, 1 noise and 0 the end; `explorer.path` are its places, computed by PyTorch.

    Args:
        velocity: A trained `VelocityNetwork`.
        decoder: What draws the flow's codes: a module from codes (N, D) to pixels (N, pixels),
            such as `autoencoder.decoder`.
        codes: Codes (N, D) that the flow was trained on, for the map; the first 600 are shown.
        y: Their classes, for the map and for what is said aloud.
        mean: What was taken away from the decoder's codes before training, (D,); 0 if None.
        scale: What they were divided by.
        digit: The class to begin with, -1 for none.
        weight: The guidance to begin with: 0 no class, 1 the class as it is, up to 6.
        steps: How many to begin with: 1, 2, 4, 8, 16 or 32.
        time: Where on the walk to begin.
        noise: Where the walk begins, (D,); drawn with seed 0 if None.

    Raises:
        TypeError: velocity is no VelocityNetwork.
        ValueError: Sizes do not fit, a number is out of range, or a weight is NaN.

    Example:
        >>> flow, model = aelib.VelocityNetwork(4, n_classes=10), aelib.Autoencoder(4, hidden=32)
        >>> codes, y = torch.randn(50, 4), torch.arange(50) % 10
        >>> aelib.widgets.FlowExplorer(flow, model.decoder, codes, y, digit=7)
        FlowExplorer(4 numbers, 10 classes)
    """

    _esm = module("flow_explorer")
    noise = Numbers().tag(sync=True)
    digit = traitlets.Int(-1).tag(sync=True)
    weight = traitlets.Float(1.0).tag(sync=True)
    steps = traitlets.Int(16).tag(sync=True)
    time = traitlets.Float(0.0).tag(sync=True)
    _shape: traitlets.List = traitlets.List(traitlets.Int()).tag(sync=True)  # H, W
    _pixels = traitlets.Bytes().tag(sync=True)  # of the codes on the map: uint8, deflated
    _codes = traitlets.Bytes().tag(sync=True)  # float32
    _labels: traitlets.List = traitlets.List(traitlets.Int()).tag(sync=True)
    _plane = traitlets.Dict().tag(sync=True)
    _classes = traitlets.Int(0).tag(sync=True)
    _flow = traitlets.Dict().tag(sync=True)  # the program of the velocity
    _flow_weights = traitlets.Bytes().tag(sync=True)

    def __init__(
        self,
        velocity: VelocityNetwork,
        decoder: Any,
        codes: Any,
        y: Any = None,
        *,
        mean: Any = None,
        scale: float = 1.0,
        digit: int = -1,
        weight: float = 1.0,
        steps: int = 16,
        time: float = 0.0,
        noise: Any = None,
    ) -> None:
        self._z = torch.as_tensor(codes).detach()[:_POINTS].float()
        _check_flow(velocity, self._z, y)
        self.dim, self._velocity = self._z.shape[1], velocity
        centre = torch.zeros(self.dim) if mean is None else torch.as_tensor(mean).detach()
        pictures = open_network(_Scaled(decoder, centre, float(scale)), self.dim, "decoder")
        flow = open_network(velocity.layers, self.dim + 16 + velocity.n_classes, "velocity")
        side = round(pictures.pixels**0.5)
        self._side = [side, side]
        if side * side != pictures.pixels:
            raise ValueError(f"The decoder answers with {pictures.pixels} numbers, no square.")
        drawn = torch.randn(self.dim, generator=torch.Generator().manual_seed(0))
        super().__init__(
            [pictures, flow],
            _shape=self._side,
            _labels=[] if y is None else [int(label) for label in y[:_POINTS]],
            _classes=velocity.n_classes,
            noise=drawn if noise is None else noise,
            digit=digit,
            weight=weight,
            steps=steps,
            time=time,
        )

    def _opened(self) -> dict[str, Any]:
        """The decoder and the velocity, each verified, and the map."""
        codes = self._z.numpy()
        some = torch.randn(24, self.dim, generator=torch.Generator().manual_seed(1))
        both = torch.cat([some, self._z[:24]])
        models, weights = send_network(self._sources[0], both.numpy())
        n = self._velocity.n_classes
        classes = torch.eye(n)[torch.arange(len(both)) % max(n, 1)] if n else both[:, :0]
        times = torch.linspace(0, 1, len(both))
        rows = torch.cat([both, waves(times), classes], dim=1).numpy()
        (flow,), flow_weights = send_network(self._sources[1], rows)
        if flow["decoder"] is None:
            raise ValueError(f"The browser cannot run the velocity: {flow['where']}.")
        levels = self.draw(codes).clip(0, 1) * 255
        return {
            "_models": models,
            "_weights": weights,
            "_flow": flow["decoder"]["program"],
            "_flow_weights": flow_weights,
            "_pixels": zlib.compress(levels.round().astype(np.uint8).tobytes(), 9),
            "_codes": codes.astype("<f4").tobytes(),
            "_plane": plane_of(codes),
        }

    def n_numbers(self, name: str) -> int:
        """How many numbers the trait of this name takes."""
        return self.dim

    def __repr__(self) -> str:
        return f"FlowExplorer({self.dim} numbers, {self._velocity.n_classes} classes)"

    def draw(self, codes: Any) -> np.ndarray:
        """What the decoder makes of a flow's codes (N, D): pixels (N, pixels), float32."""
        return self._sources[0].decode(np.asarray(codes, np.float32))

    @property
    def path(self) -> np.ndarray:
        """The places of the walk, (steps + 1, D), float32: row 0 is the noise."""
        return self._walk(torch.tensor([self.digit]))[:, 0]

    @torch.no_grad()
    def _walk(self, y: torch.Tensor) -> np.ndarray:
        """Walks from the one noise, (steps + 1, classes, D)."""
        z = torch.tensor(self.noise)[None].repeat(len(y), 1)
        path = [z]
        for left in range(self.steps, 0, -1):
            t = torch.full((len(y),), left / self.steps)
            v = self._velocity(z, t)
            if (y >= 0).all():
                v = v + self.weight * (self._velocity(z, t, y) - v)
            z = z - v / self.steps
            path.append(z)
        return torch.stack(path).numpy()

    def _still(self) -> tuple[bytes, str]:
        """One noise and every class, at a few times on the way."""
        n = self._velocity.n_classes
        path = self._walk(torch.arange(n) if n else torch.tensor([-1]))
        at = np.linspace(0, self.steps, min(_ROWS, self.steps + 1)).round().astype(int)
        rows = np.stack([self.draw(path[step]) for step in at])
        told = f"for each of {n} classes" if n else "without a class"
        text = (
            f"Walks from the same noise {told}, with guidance {self.weight:g}: decoded after "
            f"{', '.join(map(str, at))} of {self.steps} steps, from top to bottom."
        )
        return contact_sheet(rows, self._side), text

    @traitlets.validate("digit")
    def _known_class(self, proposal: Any) -> int:
        n = self._velocity.n_classes
        if not -1 <= proposal["value"] < n:
            raise ValueError(f"digit must lie in -1..{n - 1}, not {proposal['value']}.")
        return proposal["value"]

    @traitlets.validate("steps")
    def _one_of_a_few(self, proposal: Any) -> int:
        if proposal["value"] not in STEPS:
            few = ", ".join(map(str, STEPS))
            raise ValueError(f"steps must be one of {few}, not {proposal['value']}.")
        return proposal["value"]

    @traitlets.validate("time", "weight")
    def _in_range(self, proposal: Any) -> float:
        return in_range(proposal, _RANGES)


def _check_flow(velocity: Any, codes: torch.Tensor, y: Any) -> None:
    """Raise unless there is a velocity of codes as wide as these, and a class for each."""
    if not isinstance(velocity, VelocityNetwork):
        raise TypeError(
            f"velocity must be a VelocityNetwork, not {type(velocity).__name__}: "
            "aelib.VelocityNetwork(dim, n_classes=10), trained with aelib.flow_loss."
        )
    width = velocity.layers[-1].out_features
    if codes.ndim != 2 or len(codes) < 2 or codes.shape[1] != width:
        raise ValueError(f"codes must be (N, {width}), two or more, not {tuple(codes.shape)}.")
    if not codes.isfinite().all():
        raise ValueError("codes holds NaN or infinity.")
    if y is not None and len(y) < len(codes):
        raise ValueError(f"y has {len(y)} classes for {len(codes)} codes.")
