"""How a function wants its numbers: as tensors of its model's type, or as NumPy arrays."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from aelib.adapter.pytorch import as_array, is_module, pytorch


@dataclass(frozen=True)
class Call:
    """One way of calling."""

    tensors: bool
    kind: str  # of floats, where the owner has no weights

    def tensor(self, values: Any, owner: Any) -> Any:
        """In the type and on the device of a model's weights."""
        parameters = owner.parameters() if is_module(owner) else ()
        weight = next((p for p in parameters if p.is_floating_point()), None)
        if weight is None:
            return values.to(getattr(pytorch(), self.kind))
        return values.to(weight.device, weight.dtype)

    def raw(self, function: Any, values: np.ndarray, owner: Any) -> Any:
        """What a function answers to an array, without gradients, in evaluation mode."""
        if not self.tensors:
            return function(values.astype(self.kind))
        torch = pytorch()
        from aelib.engine.capture import evaluating

        with torch.no_grad(), evaluating(owner):
            return function(self.tensor(torch.from_numpy(np.ascontiguousarray(values)), owner))

    def run(self, function: Callable[[Any], Any], values: np.ndarray, owner: Any) -> np.ndarray:
        """The same, where the answer is one array or tensor: as float32."""
        answer = self.raw(function, np.asarray(values, np.float32), owner)
        return np.asarray(as_array(answer), np.float32)


TENSORS = Call(True, "float32")
ALL = (  # in the order in which they are tried with what may be no network
    *(Call(False, "float32"), Call(False, "float64")),
    *(TENSORS, Call(True, "float64")),
)
