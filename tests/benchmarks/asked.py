"""Lesson 15, section 5: is it the loss, its weighting, or what is asked for? Two CPU minutes.

    python tests/benchmarks/asked.py
    python tests/benchmarks/asked.py picture    or velocity: one of the two only

The lesson's two networks in pixels differ in all three. Here each is trained by squared error for
two passes, with the mistakes in the picture weighted alike at all times or by 1 / t^2, which is
the flow's weighting. Printed is the Frechet distance of a thousand digits, as in the lesson.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import nbformat
import torch

Weights = Callable[[torch.Tensor], torch.Tensor]  # times -> what a mistake in the picture costs
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
NEEDED = ("from math", "x_all, y_all", "def reading_loss", "judge =", "def frechet_distance",
          "def features", "def euler", "strength =", "def in_pixels")  # fmt: skip


def lesson() -> dict[str, Any]:
    """Run the cells of notebook 15 that load, judge, mix and train; the names they defined."""
    mpl.use("agg")
    os.chdir(NOTEBOOKS)
    names: dict[str, Any] = {}
    for cell in nbformat.read("15_diffusion_and_flows.ipynb", as_version=4).cells:
        if cell.cell_type == "code" and any(words in cell.source for words in NEEDED):
            exec(cell.source, names)
    return names


def distance(names: dict[str, Any], velocity: bool, weights: Weights) -> float:
    """Train a network that is asked for one of the two, draw digits and measure them."""

    def picture(model: torch.nn.Module, x_t: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        answer = model(x_t, t)
        return x_t - t[:, None] * answer if velocity else answer.sigmoid()

    def loss(model: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
        x_t, t, _ = names["mixed"](x)
        wrong_by = picture(model, x_t, t) - x
        return (weights(t) * wrong_by.square().sum(dim=1)).mean()

    model = names["in_pixels"](loss, epochs=2)
    noise = torch.randn(1000, 784, generator=torch.Generator().manual_seed(0))
    path = names["euler"](
        lambda x_t, t: (x_t - picture(model, x_t, t)) / t[:, None], names["strength"] * noise, 32
    )
    return names["distance"](path[-1].clamp(0, 1))


if __name__ == "__main__":
    lesson_15 = lesson()
    weightings: dict[str, Weights] = {
        "weighted alike": torch.ones_like,
        "weighted as a flow": lambda t: 1 / t.clamp(min=0.05) ** 2,
    }
    for name in sys.argv[1:] or ("picture", "velocity"):
        for weighting, weights in weightings.items():
            far = distance(lesson_15, name == "velocity", weights)
            print(f"asked for the {name}, {weighting}: {far:.0f}", flush=True)
