"""aelib/engine/trainer.js once more in NumPy, to the last bit: the same sums in the same order.

Numbers are float32 throughout; only the schedule and the first weights are made in float64.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from aelib.engine.random import bits, key, uniform

F = np.float32
PIXELS = 784


def shuffled(of, n):
    order = list(range(n))
    words = bits(of, np.arange(n)).tolist()
    for i in range(n - 1, 0, -1):
        j = words[i] * (i + 1) // 2**32
        order[i], order[j] = order[j], order[i]
    return order


def polynomial(coefficients, x):
    p = F(coefficients[0])
    for c in coefficients[1:]:
        p = p * x + F(c)
    return p


def exp(x):
    v = np.clip(x, F(-87), F(87))
    n = (v * F(1.44269504) + F(12582912)) - F(12582912)
    r = (v - n * F(0.693359375)) - n * F(-2.12194440e-4)
    c = [
        1.98756915e-4,
        1.3981999507e-3,
        8.3334519073e-3,
        4.1665795894e-2,
        0.16666665459,
        0.50000001201,
    ]
    p = ((polynomial(c, r) * r) * r + r) + F(1)
    return p * ((n.astype(np.int32) + 127) << 23).view(F)


def logistic(v):
    return F(1) / (F(1) + exp(-v))


def tanh(v):
    s, size = v * v, np.abs(v)
    c = [
        -5.70498872745e-3,
        2.06390887954e-2,
        -5.37397155531e-2,
        1.33314422036e-1,
        -3.33332819422e-1,
    ]
    near = (polynomial(c, s) * s) * v + v
    far = np.copysign(F(1) - F(2) / (exp(size + size) + F(1)), v)
    return np.where(size < F(0.625), near, far)


def log(v):
    word = v.view(np.int32)
    n = ((word >> 23) - 126).astype(F)
    m = ((word & 0x007FFFFF) | 0x3F000000).view(F)
    low = m < F(0.707106781)
    n, m = n - low.astype(F), np.where(low, m + m, m) - F(1)
    c = [7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1]
    p = polynomial([*c, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1], m)
    s = m * m
    p = (p * m) * s + n * F(-2.12194440e-4)
    return (m + (p - F(0.5) * s)) + n * F(0.693359375)


def sine(v, shift):
    size = np.abs(v)
    n = ((size * F(1.27323954)).astype(np.int32) + 1) & ~1
    f, octant = n.astype(F), n + 2 * shift
    x = ((size - f * F(0.78515625)) - f * F(2.4187564849853515625e-4)) - f * F(
        3.77489497744594108e-8
    )
    s = x * x
    c = polynomial([2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2], s)
    c = ((c * s) * s - F(0.5) * s) + F(1)
    p = (polynomial([-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1], s) * s) * x + x
    y = np.where(octant & 2, c, p)
    turned = ((octant & 4) != 0) != (np.zeros_like(v, bool) if shift else v < 0)
    return np.where(turned, -y, y)


def normals(of, n):
    counts = np.arange(n).reshape(-1, 2, 4)
    u = ((bits(of, counts) >> np.uint32(8)) + np.uint32(1)).astype(F) * F(2**-24)
    radius, angle = np.sqrt(F(-2) * log(u[:, 0])), F(6.2831855) * u[:, 1]
    return np.stack([radius * sine(angle, 1), radius * sine(angle, 0)], axis=1).ravel()


def multiply(a, b, bias=None):
    made = np.zeros((len(a), b.shape[1]), F) if bias is None else np.tile(bias, (len(a), 1))
    for k in range(a.shape[1]):
        made = made + a[:, k : k + 1] * b[k]
    return made


def row_sums(terms):
    sums = np.zeros((len(terms), 4), F)
    for k in range(0, terms.shape[1], 4):
        sums = sums + terms[:, k : k + 4]
    return (sums[:, 0] + sums[:, 1]) + (sums[:, 2] + sums[:, 3])


def cosine(p):
    if p > 0.5:
        return -cosine(1 - p)
    square, total = (math.pi * p) * (math.pi * p), 1.0
    for k in range(22, 0, -2):
        total = 1 - (total * square) / (k * (k - 1))
    return total


def power(base, n):
    made = 1.0
    while n > 0:
        if n % 2:
            made *= base
        base *= base
        n //= 2
    return made


def one_cycle(step, total):
    def between(start, end, p):
        return end + ((start - end) / 2) * (cosine(p) + 1)

    peak = (0.4 if total == 5 else 0.2) * total - 1
    if step <= peak:
        return between(1 / 25, 1, step / peak), between(0.95, 0.85, step / peak)
    p = min(1, (step - peak) / (total - 1 - peak))
    return between(1, 1 / 250000, p), between(0.85, 0.95, p)


SLOPES = {
    "relu": lambda x, y: (x > 0).astype(F),
    "silu": lambda x, y: logistic(x) * (F(1) + x * (F(1) - logistic(x))),
    "tanh": lambda x, y: F(1) - y * y,
}
BENDS = {"relu": lambda x: np.maximum(x, F(0)), "silu": lambda x: x * logistic(x), "tanh": tanh}


@dataclass
class Trainer:
    """What openTrainer answers, for the settings that it takes."""

    settings: dict
    train: np.ndarray  # uint8 (N, 784)
    values: list = field(default_factory=list)  # of each layer: weights (inputs, outputs), biases
    steps: int = 0

    def __post_init__(self):
        s = self.settings
        clouds = 2 if s["variational"] else 1
        down, up = [PIXELS, *s["hidden"]], [*s["hidden"][::-1], PIXELS]
        outputs = [*s["hidden"], clouds * s["latent"], *up]
        inputs = [*down, s["latent"], *s["hidden"][::-1]]
        self.middle = len(s["hidden"])
        self.logistic = s["loss"] == "nats" or s["bend"] != "none"
        for layer, (n, m) in enumerate(zip(inputs, outputs, strict=True)):
            bound = 1 / math.sqrt(n)
            u = uniform(key(s["seed"], 1, layer), np.arange((n + 1) * m))
            both = ((2 * u - 1) * bound).astype(F).reshape(n + 1, m)
            self.values.append([both[:-1].copy(), both[-1].copy()])
        mean = self.train.sum(axis=0, dtype=np.float64) / 255 / len(self.train)
        total = np.zeros(outputs[0])
        for i in range(PIXELS):
            total = total + mean[i] * self.values[0][0][i].astype(float)
        self.values[0][1] = (self.values[0][1].astype(float) - total).astype(F)
        p = mean.clip(0.005, 0.995)
        logit = log(p.astype(F)).astype(float) - log((1 - p).astype(F)).astype(float)
        self.values[-1][1] = (logit if self.logistic else mean).astype(F)
        zeros = [[np.zeros_like(v) for v in pair] for pair in self.values]
        self.means, self.squares = zeros, [[v.copy() for v in pair] for pair in zeros]

    def bent(self, layer):
        return self.settings["bend"] != "none" and layer not in (self.middle, len(self.values) - 1)

    def random(self, n):
        """The noise that the next step adds to n pictures, and what it draws their codes with."""
        s = self.settings
        rows, width = -(-n // 4) * 4, -(-s["latent"] // 8) * 8
        grain = normals(key(s["seed"], 3, self.steps), rows * PIXELS).reshape(rows, PIXELS)
        dice = normals(key(s["seed"], 4, self.steps), rows * width).reshape(rows, width)
        return grain[:n], dice[:n, : s["latent"]]

    def gradients(self, indices):
        """Of each layer, for these training pictures, and their mean squared error."""
        s, n = self.settings, len(indices)
        grain, dice = self.random(n)
        clean = self.train[indices].astype(F) * F(1 / 255)
        x = np.clip(clean + F(s["noise"]) * grain, F(0), F(1)) if s["noise"] else clean
        inputs, befores = [], []
        for layer, (weight, bias) in enumerate(self.values):
            inputs.append(x)
            before = multiply(x, weight, bias)
            befores.append(before)
            x = BENDS[s["bend"]](before) if self.bent(layer) else before
            if layer == self.middle and s["variational"]:
                deviation = exp(F(0.5) * before[:, s["latent"] :])
                x = before[:, : s["latent"]] + deviation * dice
        y = logistic(x) if self.logistic else x
        miss = (y - clean) * F((1 if s["loss"] == "nats" else 2) * F(1 / n))
        slope = miss * (y * (F(1) - y)) if s["loss"] != "nats" and self.logistic else miss
        found = []
        for layer in reversed(range(len(self.values))):
            sums = np.zeros(slope.shape[1], F)
            for row in slope:
                sums = sums + row
            found.insert(0, [multiply(inputs[layer].T, slope), sums])
            if not layer:
                break
            slope = multiply(slope, self.values[layer][0].T)
            if self.bent(layer - 1):
                slope = slope * SLOPES[s["bend"]](befores[layer - 1], inputs[layer])
            elif layer - 1 == self.middle:
                slope = self.through_code(slope, inputs[layer], befores[layer - 1], dice)
        return found, row_sums((y - clean) * (y - clean)).astype(float).sum() / n

    def through_code(self, slope, z, cloud, dice):
        s, n = self.settings, len(z)
        if s["l1"]:
            slope = slope + F(s["l1"] / n) * np.sign(z)
        if not s["variational"]:
            return slope
        mu, logvar = np.split(cloud, 2, axis=1)
        deviation, weight = exp(F(0.5) * logvar), F(s["kl"] / n)
        excess = weight * (deviation * deviation - F(1))
        spread = F(0.5) * (slope * (deviation * dice) + excess)
        return np.concatenate([slope + weight * mu, spread], axis=1)

    def step(self):
        """One step on the next batch of this pass."""
        s, count = self.settings, len(self.train)
        per_pass = -(-count // s["batch"])
        passed, at = divmod(self.steps, per_pass)
        order = shuffled(key(s["seed"], 2, passed), count)
        found, error = self.gradients(order[at * s["batch"] : (at + 1) * s["batch"]])
        share, first = one_cycle(self.steps % (per_pass * s["passes"]), per_pass * s["passes"])
        rate = s["rate"] * share
        scaled = F(rate / (1 - power(first, self.steps + 1)))
        correction, keep = F(1 / (1 - power(0.99, self.steps + 1))), F(1 - rate * 0.01)
        b1, b2 = F(first), F(0.99)
        for layer, pair in enumerate(found):
            for part, g in enumerate(pair):
                m = b1 * self.means[layer][part] + (F(1) - b1) * g
                v = b2 * self.squares[layer][part] + (F(1) - b2) * (g * g)
                self.means[layer][part], self.squares[layer][part] = m, v
                change = (scaled * m) / (np.sqrt(v * correction) + F(1e-8))
                self.values[layer][part] = self.values[layer][part] * keep - change
        self.steps += 1
        return error
