#!/usr/bin/env bash
# Guess:   torch.fx.symbolic_trace(model) is the model; a forward hook that changes the output is
#          either traced or refused.
# Happens: a hook on a submodule is kept (the leaf is called as a module), a hook on the module that
#          was handed in is dropped without a word. Wrapped into one more module, it is kept.
# Version: torch 2.13.0.
# Course:  aelib.engine records what really runs instead of tracing, and compares the result with
#          the function before anything is drawn.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fresh.sh"
fresh torch==2.13.0 numpy==2.4.6

"$python" - << 'PYTHON'
import torch
from torch import fx, nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3, 2)

    def forward(self, x):
        return self.linear(x)


torch.manual_seed(0)
x, model = torch.rand(4, 3), Net()
model.register_forward_hook(lambda module, inputs, output: output + 1)
root = (fx.symbolic_trace(model)(x) - model(x)).abs().max().item()
wrapped = nn.Sequential(model)
inside = (fx.symbolic_trace(wrapped)(x) - wrapped(x)).abs().max().item()
print(f"hook on the root: traced and real differ by {root:.3f}")
print(f"the same module inside another: {inside:.3f}")
assert abs(root - 1) < 1e-6 and inside < 1e-6, "changed"
print("the root's hook was lost without a word")
PYTHON
