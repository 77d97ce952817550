"""Weights -> weights in whole steps, which deflate to about half: a page with them is lighter."""

from math import log2

import torch
from torch import nn


@torch.no_grad()
def in_steps(model: nn.Module, halvings: int) -> nn.Module:
    """Round each matrix to whole steps, and all to 16 bits.

    A step is a power of two, so that float16 holds what comes out exactly. Vectors, such as
    biases, are few and only become 16-bit numbers.

    Args:
        model: Its weights are changed.
        halvings: From a matrix' root mean square down to its step: 5 of them make it a 32nd.
    """
    for weight in model.parameters():
        if weight.ndim > 1 and (size := weight.square().mean().sqrt().item()) > 0:
            step = 2.0 ** (round(log2(size)) - halvings)
            weight.copy_((weight / step).round() * step)
    return model.half()
