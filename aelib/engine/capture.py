"""What a function of tensors really computes, recorded while it runs.

Neither torch.fx nor torch.export take models as people write them; PyTorch's dispatcher sees
every operation of every one. Only what depends on the inputs becomes a step of the program;
weights, and all that is made of them alone, are constants.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils._pytree import tree_flatten

from aelib.engine.program import NotRecorded, Program, failed
from aelib.engine.recorder import Recorder, Watch


@contextmanager
def _plain_operations() -> Iterator[None]:
    """No fused operations: attention and friends as the steps that they consist of."""
    fast, onednn = torch.backends.mha.get_fastpath_enabled(), torch._C._get_mkldnn_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    torch._C._set_mkldnn_enabled(False)
    try:
        with torch.no_grad(), sdpa_kernel(SDPBackend.MATH):
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
        torch._C._set_mkldnn_enabled(onednn)


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """Put a model into evaluation mode, and each of its modules back as it was."""
    modules = list(model.modules()) if isinstance(model, torch.nn.Module) else []
    training = [m for m in modules if getattr(m, "training", False)]  # a frozen one has none
    if training:
        model.eval()
    try:
        yield
    finally:
        for m in training:
            m.training = True


def capture(function: Callable[..., Any], *inputs: torch.Tensor) -> Program:
    """Run a function once and return what it computed as a program.

    Args:
        function: From tensors to a tensor; of a tuple, list or dictionary the first tensor counts.
        inputs: What it is called with, copied first; usually one row.

    Raises:
        Refused: It has a step that a program cannot have, or fails.
    """
    copies = [x.detach().clone() for x in inputs]
    recorder = Recorder()
    watch = Watch(recorder)
    for x in copies:
        recorder.begin(x)
    try:
        with _plain_operations(), watch, recorder:
            answer = first_tensor(function(*copies))
        value = recorder.read(answer)
    except Exception as error:  # a model of somebody may raise anything
        raise failed(error) from error
    if watch.left:
        raise NotRecorded("it hands the code's numbers to Python or NumPy on the way")
    if value is None:
        raise NotRecorded("its steps are not PyTorch's")
    return recorder.build.finish(value)


def first_tensor(answer: Any) -> torch.Tensor:
    """The tensor that was answered with, or the first of several."""
    if isinstance(answer, torch.Tensor):
        return answer
    if callable(getattr(answer, "values", None)):  # a ModelOutput is a dictionary
        answer = list(answer.values())
    found = [t for t in tree_flatten(answer)[0] if isinstance(t, torch.Tensor)]
    if not found:
        raise NotRecorded(f"it answers with {type(answer).__name__}, not with a tensor")
    return found[0]
