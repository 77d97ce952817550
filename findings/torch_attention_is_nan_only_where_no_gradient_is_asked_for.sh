#!/usr/bin/env bash
# Guess:   in evaluation mode a TransformerEncoderLayer gives the same numbers with and without
#          torch.no_grad(); if a row whose tokens are all masked were NaN, training would show it.
# Happens: with gradients such a row is finite (scaled_dot_product_attention answers with 0 for it),
#          in training mode and in evaluation mode. Under no_grad() or inference_mode() the layer
#          takes a short cut whose softmax makes NaN of it, without a warning: the loss falls, and
#          the validation loss is NaN. And two masked tokens of a row that is otherwise fine come
#          out of a TransformerEncoder as exact zeros without gradients, and as numbers with them.
# Version: torch 2.13.0 (cf. pytorch/pytorch, pull request 190486, open in July 2026).
# Course:  aelib.diagnose asks such a network once more with gradients, and names this cause and
#          its cure instead of a division by 0.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fresh.sh"
fresh torch==2.13.0 numpy==2.4.6

"$python" - << 'PYTHON'
import contextlib
import warnings

import torch
from torch import nn

warnings.simplefilter("ignore")  # nested tensors are a prototype
torch.manual_seed(0)
layer = nn.TransformerEncoderLayer(16, 4, 32, dropout=0.0, batch_first=True)
encoder = nn.TransformerEncoder(layer, 2)
x, masked = torch.randn(3, 5, 16), torch.zeros(3, 5, dtype=torch.bool)
masked[0], masked[1, 3:] = True, True
for mode in ("training", "evaluation"):
    layer.train(mode == "training")
    for name, context in (("gradients", contextlib.nullcontext), ("no_grad", torch.no_grad)):
        with context():
            answer = layer(x, src_key_padding_mask=masked)
        bad = answer.isnan().any(dim=2).any(dim=1).tolist()
        print(f"{mode:10}  {name:9}  rows with NaN: {bad}")
        assert bad == [mode == "evaluation" and name == "no_grad", False, False], "changed"
encoder.eval()
with torch.no_grad():
    without = encoder(x, src_key_padding_mask=masked)[1, 3:]
with_them = encoder(x, src_key_padding_mask=masked)[1, 3:]
print(f"masked tokens, largest number: {without.abs().max():.1f} without gradients, "
      f"{with_them.abs().max():.1f} with them")
assert without.abs().max() == 0 and with_them.abs().max() > 0.1, "changed"
print("NaN in evaluation without gradients, and nowhere else")
PYTHON
