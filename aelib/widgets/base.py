"""What the widgets share: a still twin, models, a code z and example pictures."""

import base64
import inspect
import math
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets

from aelib import engine
from aelib.adapter import Pictures
from aelib.widgets.checks import check_told, classes, common_layout
from aelib.widgets.sending import send
from aelib.widgets.sources import Source, tell
from aelib.widgets.twin import contact_sheet
from aelib.words import refuse_unknown

_STATIC = Path(__file__).parent / "static"
_ENGINE = Path(engine.__file__).parent
_IMPORT = re.compile(r'^import (.*) from "[./\w]*?(\w+)\.js";$', re.M)


def module(name: str) -> str:
    """Join a file of static/ and all that it imports into the one module that anywidget takes.

    Each file is an ES module of its own, with its imports and exports on lines of their own. Here
    it becomes a function's scope, which answers with what the file exports; the last file, the
    widget's, stays as it is, and only its default export counts.
    """
    joined: dict[str, str] = {}
    last = _joined(name, joined)
    return "\n".join([*joined.values(), last])


def _joined(name: str, joined: dict[str, str]) -> str:
    """A file without its import lines; what it imports is added to `joined`, each file once."""
    path = next(p for p in (_STATIC / f"{name}.js", _ENGINE / f"{name}.js") if p.is_file())
    source = path.read_text(encoding="utf-8")
    for used in (found[2] for found in _IMPORT.finditer(source)):
        if used not in joined:
            body = re.sub(r"^export default .*\n", "", _joined(used, joined), flags=re.M)
            exported = ", ".join(re.findall(r"^export (?:async )?\w+\*? (\w+)", body, re.M))
            body = re.sub(r"^export ", "", body, flags=re.M)
            joined[used] = f"const {used}_js = (() => {{\n{body}return {{ {exported} }};\n}})();"
    return _IMPORT.sub(r"const \1 = \2_js;", source)


class Numbers(traitlets.List):
    """A list of floats that also takes arrays and tensors."""

    def validate(self, obj: Any, value: Any) -> list[float]:
        """Refuse what is not `obj.n_numbers(name)` finite numbers."""
        try:
            values = [float(v) for v in np.asarray(value).ravel()]
        except (TypeError, ValueError):
            raise ValueError(f"{self.name} must be a list of numbers, not {value!r}.") from None
        length = obj.n_numbers(self.name)
        if len(values) != length:
            raise ValueError(f"{self.name} takes {length} numbers, not {len(values)}.")
        if not all(map(math.isfinite, values)):
            raise ValueError(f"{self.name} holds NaN or infinity.")
        return values


class StillWidget(anywidget.AnyWidget):
    """A widget that leaves a still picture where it cannot run."""

    _css = _STATIC / "widgets.css"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The live view, and a still picture with a description for those who cannot run it."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        png, text = self._still()
        data = {**data, "image/png": base64.b64encode(png).decode(), "text/plain": repr(self)}
        return data, {**metadata, "image/png": {"alt": text}}

    def _still(self) -> tuple[bytes, str]:
        """A PNG and what it shows in words."""
        raise NotImplementedError


class ModelWidget(StillWidget):
    """Sends models to the browser, each verified, and answers for those that it cannot run."""

    _models = traitlets.List(traitlets.Dict()).tag(sync=True)
    _weights = traitlets.Bytes().tag(sync=True)  # float16

    def __init__(self, sources: list[Source], **traits: Any) -> None:
        self._sources = sources
        self._weights_seen = self._fingerprints()
        super().__init__(**self._opened(), **traits)
        self.on_msg(self._answer)

    def _fingerprints(self) -> list[int]:
        return [source.fingerprint() for source in self._sources]

    def _opened(self) -> dict[str, Any]:
        """What is sent of the models as they are now, and of all that follows from them."""
        raise NotImplementedError

    def _open_again(self) -> None:
        """Send the models anew: their weights have changed."""
        self._weights_seen = self._fingerprints()
        with self.hold_sync():
            for name, value in self._opened().items():
                setattr(self, name, value)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """As every widget's; a model that was trained further is verified and sent again."""
        if self._weights_seen != self._fingerprints():
            self._open_again()
        return super()._repr_mimebundle_(**kwargs)

    @property
    def where(self) -> str:
        """Who decodes: the browser, or the kernel and why."""
        found = {m["label"]: m["where"] for m in self._models}
        if len(set(found.values())) == 1:
            return self._models[0]["where"]
        return "; ".join(f"{label}: {where}" for label, where in found.items())

    def _answer(self, _: Any, message: dict[str, Any], buffers: list[Any]) -> None:
        """Decode z, or encode x, for a view whose browser cannot; it asks one thing at a time."""
        reply = {"id": message.get("id"), "view": message.get("view")}
        try:
            source = self._sources[message["model"]]
            function, asked = (source.encode, "x") if "x" in message else (source.decode, "z")
            assert function is not None  # a widget that encodes asks for it
            answer = function(np.asarray(message[asked], np.float32).reshape(1, -1))
        except Exception as error:  # the learner's function may raise anything
            self.send({**reply, "error": f"{type(error).__name__}: {error}"})
        else:
            self.send(reply, [np.nan_to_num(answer).astype("<f4").tobytes()])


def known_words(widget: Any, traits: dict[str, Any]) -> None:
    """Raise TypeError unless all traits are those of a widget that can be set."""
    named = list(inspect.signature(widget).parameters)
    public = [name for name in widget.class_traits(sync=True) if not name.startswith("_")]
    refuse_unknown(widget.__name__, traits, {*named, *public} - {"self", "traits"})


def in_range(proposal: Any, ranges: Mapping[str, tuple[float, float]]) -> Any:
    """The proposed value of a trait; raises ValueError unless it lies in the trait's range."""
    name, value = proposal["trait"].name, proposal["value"]
    low, high = ranges[name]
    if not low <= value <= high:
        raise ValueError(f"{name} must lie in {low}..{high}, not {value!r}.")
    return value


class LatentWidget(ModelWidget):
    """Sends models and examples to the browser once; only z travels after that."""

    z = Numbers().tag(sync=True)
    _shape = traitlets.List(traitlets.Int()).tag(sync=True)  # H, W, or H, W, 3
    _pixels = traitlets.Bytes().tag(sync=True)  # of the examples: uint8, deflated
    _codes = traitlets.Bytes().tag(sync=True)  # of the examples: float32
    _labels = traitlets.List(traitlets.Int()).tag(sync=True)
    _spread = traitlets.Dict().tag(
        sync=True
    )  # of each latent dimension: low, high, mean, deviation

    def __init__(
        self,
        sources: list[Source],
        pictures: Pictures | None = None,
        y: Any = None,
        *,
        with_encoders: bool = False,
        **traits: Any,
    ) -> None:
        self._layout = common_layout(sources)
        self._x = pictures.rows if pictures else np.empty((0, sources[0].pixels), np.float32)
        self._y = classes(y, self._x)
        self._with_encoders = with_encoders
        super().__init__(
            sources,
            _shape=self._layout.shape,
            _pixels=zlib.compress(
                (self._x * 255).round().clip(0, 255).astype(np.uint8).tobytes(), 9
            ),
            _labels=self._y.tolist(),
            **traits,
        )

    def _opened(self) -> dict[str, Any]:
        """Verified programs, and codes of x."""
        self._z_of_x = self._encode_examples(self._sources[0])
        spread, pictures = spread_of(self._z_of_x), self._x if self._with_encoders else None
        models, weights = send(self._sources, spread, self._z_of_x, pictures)
        codes = self._z_of_x.astype("<f4").tobytes()
        return {"_models": models, "_weights": weights, "_codes": codes, "_spread": spread}

    @traitlets.default("z")
    def _start(self) -> np.ndarray:
        """A real picture's code: at z = 0 many models show a grey blend."""
        return self._z_of_x[0] if len(self._z_of_x) else np.zeros(self.latent_dim)

    @property
    def latent_dim(self) -> int:
        """How many numbers z has."""
        return self._sources[0].latent_dim

    def n_numbers(self, name: str) -> int:
        """How many numbers the trait of this name takes."""
        return self.latent_dim

    def __repr__(self) -> str:
        n = self.latent_dim
        return f"{type(self).__name__}({n} dimension{'s' if n > 1 else ''})"

    def _still(self) -> tuple[bytes, str]:
        rows, text = self._twin()
        return contact_sheet(rows, self._layout.shape), text

    def _twin(self) -> tuple[np.ndarray, str]:
        """Rows of pictures (R, C, pixels) and what they show in words."""
        raise NotImplementedError

    def _encode_examples(self, source: Source) -> np.ndarray:
        if not len(self._x) or source.encode is None:
            return np.empty((0, source.latent_dim), np.float32)
        if source.classes:
            check_told(self._y, len(self._x), source.classes)
        codes = source.encode(tell(self._x, self._y, source.classes))
        if codes.shape != (len(self._x), source.latent_dim) or not np.isfinite(codes).all():
            raise ValueError(
                f"Encoding {len(self._x)} pictures gave {codes.shape}, it should be "
                f"{(len(self._x), source.latent_dim)} finite numbers."
            )
        return codes


def spread_of(codes: np.ndarray) -> dict[str, list[float]]:
    """How far to move along each column: past the outermost codes, or -3 to 3."""
    n = codes.shape[1]
    if len(codes) < 2:
        return {"low": [-3.0] * n, "high": [3.0] * n, "mean": [0.0] * n, "deviation": [1.0] * n}
    low, high = np.quantile(codes, [0.005, 0.995], axis=0)
    margin = np.maximum(0.15 * (high - low), 0.1)
    found = {
        "low": np.floor(10 * (low - margin)) / 10,
        "high": np.ceil(10 * (high + margin)) / 10,
        "mean": codes.mean(axis=0),
        "deviation": codes.std(axis=0),
    }
    return {name: values.astype(float).tolist() for name, values in found.items()}
