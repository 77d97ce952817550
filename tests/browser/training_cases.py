"""What the trainer is tried with: every bend, loss and penalty, sizes that fit no vector."""

import base64

import numpy as np
import torch
from torch.nn import functional

PLAIN = {
    **{"latent": 3, "hidden": [20], "bend": "silu", "loss": "nats", "variational": False},
    **{"batch": 13, "rate": 5e-3, "passes": 2, "noise": 0, "kl": 0, "l1": 0, "seed": 7},
}
CASES = {
    "SiLU, nats": {},
    "ReLU, squared error, two hidden layers": {
        "bend": "relu",
        "loss": "squared",
        "hidden": [20, 9],
    },
    "tanh, squared error": {"bend": "tanh", "loss": "squared"},
    "tanh, nats, no hidden layer": {"bend": "tanh", "hidden": []},
    "linear": {"bend": "none", "loss": "squared", "hidden": []},
    "linear in the middle, nats": {"bend": "none", "latent": 8},
    "denoising": {"noise": 0.3},
    "variational": {"variational": True, "kl": 0.7},
    "sparse": {"l1": 0.4, "bend": "relu", "loss": "squared", "latent": 11},
    "all at once": {
        "variational": True,
        "kl": 2.5,
        "l1": 0.3,
        "noise": 0.2,
        "latent": 17,
        "hidden": [24, 16],
    },
}


def pictures(n, seed=0):
    """Bytes (n, 784): strokes on paper."""
    generator = np.random.default_rng(seed)
    ink = generator.integers(1, 256, (n, 784)) * (generator.random((n, 784)) < 0.2)
    return ink.astype(np.uint8)


TRAIN, TEST = pictures(30), pictures(10, seed=1)
STEPS = 5  # of a cycle of 6: up to the peak and down
ASKED = """
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const text = (values) => {
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return btoa(Array.from(raw, (b) => String.fromCharCode(b)).join(""));
};
export function run({ openTrainer }, { settings, train, test, steps, weights }, kernels) {
  const trainer = openTrainer(settings, bytes(train), bytes(test), kernels);
  if (weights) trainer.setWeights(weights.map((w) => new Float32Array(bytes(w).buffer)));
  const begun = trainer.weights().map(text);
  const errors = Array.from({ length: steps }, () => trainer.step());
  const ended = trainer.weights().map(text);
  const { codes, ...held } = trainer.evaluate({ nats: true });
  trainer.learn([3, 1, 2, 9, 11]);
  const gradients = trainer.gradients().map(text);
  return { begun, errors, ended, held, codes: [text(codes)], gradients };
}
"""


def sent(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def received(lists):
    return [np.frombuffer(base64.b64decode(text), "<f4") for text in lists]


def job(settings, steps=STEPS, **more):
    return {"settings": settings, "train": sent(TRAIN), "test": sent(TEST), "steps": steps, **more}


def flat(pairs):
    """Layers as the trainer hands them out."""
    return [np.concatenate([np.asarray(w).ravel(), np.asarray(b).ravel()]) for w, b in pairs]


def objective(settings, values, clean, grain, dice):
    """What a step makes smaller, as PyTorch has it: clean (n, 784) and the random numbers given."""
    s, middle = settings, len(settings["hidden"])
    x = (clean + s["noise"] * grain).clamp(0, 1)
    penalty = torch.zeros(())
    for layer, (weight, bias) in enumerate(values):
        x = x @ weight + bias
        if layer == middle:
            if s["variational"]:
                mu, logvar = x.chunk(2, dim=1)
                x = mu + (0.5 * logvar).exp() * dice
                penalty = penalty + s["kl"] * 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum()
            penalty = penalty + s["l1"] * x.abs().sum()
        elif layer < len(values) - 1 and s["bend"] != "none":
            x = {"relu": torch.relu, "silu": functional.silu, "tanh": torch.tanh}[s["bend"]](x)
    if s["loss"] == "nats":
        loss = functional.binary_cross_entropy_with_logits(x, clean, reduction="sum")
    else:
        loss = ((x.sigmoid() if s["bend"] != "none" else x) - clean).pow(2).sum()
    return (loss + penalty) / len(clean)
