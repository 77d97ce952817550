"""Right answers in other clothes: for each exercise at least five, written differently.

Loops, one library for the other, other precisions, plain numbers, lists and tuples, other
formulas. Reports need none: test_right_answers.py makes their forms.
"""

# ruff: noqa: N803

import heapq
import itertools
import math
from collections import Counter
from functools import partial

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

t64 = torch.float64


def as_array(x):
    return x.detach().numpy().astype(float)


def dimensions_by_loop(W):
    shares = []
    for own in W:
        length = math.sqrt(sum(v * v for v in own))
        met = [sum(v * w for v, w in zip(own, other, strict=True)) / length for other in W]
        shares.append(length**2 / sum(m * m for m in met))
    return shares


def surprise(row, letter):
    return math.log(sum(math.exp(score) for score in row)) - row[letter]


def kl_table(mu, logvar):
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar)


def through_torch(x, p, names, forward):
    """Gradients by autograd of the squared error, averaged over the images."""
    leaves = {name: torch.tensor(p[name], requires_grad=True) for name in names}
    loss = ((forward(torch.tensor(x), leaves) - torch.tensor(x)) ** 2).sum() / len(x)
    loss.backward()
    return {name: leaf.grad.numpy() for name, leaf in leaves.items()}


def bent(x, p):
    return torch.sigmoid(torch.tanh(x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])


def by_nudges(x, p):
    """Central differences, one weight at a time."""

    def loss(p):
        h = np.tanh(x @ p["W1"] + p["b1"])
        y = 1 / (1 + np.exp(-(h @ p["W2"] + p["b2"])))
        return ((y - x) ** 2).sum() / len(x)

    found = {}
    for name in p:
        found[name] = np.zeros_like(p[name])
        for place in np.ndindex(p[name].shape):
            values = []
            for nudge in (1e-5, -1e-5):
                nudged = {key: value.copy() for key, value in p.items()}
                nudged[name][place] += nudge
                values.append(loss(nudged))
            found[name][place] = (values[0] - values[1]) / 2e-5
    return found


def tanh_by_steps(x, p, dtype=float):
    x = x.astype(dtype)
    h = np.tanh(x @ p["W1"] + p["b1"])
    y = np.reciprocal(1 + np.exp(-h @ p["W2"] - p["b2"]))
    delta = 2 / len(x) * np.multiply(y - x, y - y * y)
    back = np.einsum("nd,kd->nk", delta, p["W2"]) / np.cosh(x @ p["W1"] + p["b1"]) ** 2
    w1 = np.einsum("nd,nk->dk", x, back)
    return {"b2": delta.sum(0), "W2": h.T @ delta, "b1": back.sum(0), "W1": w1}


def image_by_image(x, p):
    total = {name: np.zeros_like(value) for name, value in p.items()}
    for row in x:
        h = np.tanh(row @ p["W1"] + p["b1"])
        y = 1 / (1 + np.exp(-(h @ p["W2"] + p["b2"])))
        delta = 2 * (y - row) * y * (1 - y) / len(x)
        back = (p["W2"] @ delta) * (1 - h) * (1 + h)
        for name, part in (("W2", np.outer(h, delta)), ("b2", delta), ("b1", back)):
            total[name] = total[name] + part
        total["W1"] = total["W1"] + np.outer(row, back)
    return total


def tied_parts(x, p):
    h = x @ p["W1"] + p["b1"]
    y = 1 / (1 + np.exp(-(h @ p["W2"] + p["b2"])))
    delta = 2 * (y - x) * y * (1 - y) / len(x)
    return x.T @ delta @ p["W2"].T, delta.T @ h


def tied_by_autograd(x, p, transpose):
    w = torch.tensor(p["W1"], requires_grad=True)
    b1, b2, x = (torch.tensor(v) for v in (p["b1"], p["b2"], x))
    y = torch.sigmoid((x @ w + b1) @ transpose(w) + b2)
    return torch.autograd.grad(((y - x) ** 2).sum() / len(x), w)[0]


def tied_by_rows(x, p):
    total = 0
    for row in x:
        total = total + sum(tied_parts(row[None], p)) / len(x)
    return total


def through_numpy(x, weights, lr):
    """One step by hand, with the gradients of lesson 01."""
    x = as_array(x)
    w1, b1, w2, b2 = (as_array(value) for value in weights.values())

    def copies():
        h = x @ w1.T + b1
        return h, 1 / (1 + np.exp(-(h @ w2.T + b2)))

    h, before = copies()
    delta = 2 * (before - x) * before * (1 - before) / len(x)
    delta_h = delta @ w2
    w1, b1 = w1 - lr * delta_h.T @ x, b1 - lr * delta_h.sum(0)
    w2, b2 = w2 - lr * delta.T @ h, b2 - lr * delta.sum(0)
    return before, copies()[1]


class TwoLayers(nn.Module):
    def __init__(self, n_pixels, n_codes):
        super().__init__()
        self.encoder = nn.Linear(n_pixels, n_codes)
        self.decoder = nn.Sequential(nn.Linear(n_codes, n_pixels), nn.Sigmoid())

    def forward(self, x):
        return self.decoder(self.encoder(x))


def with_copied_weights(x, weights, lr):
    network = TwoLayers(x.shape[1], len(weights["encoder.bias"]))
    with torch.no_grad():
        for own, given in zip(network.parameters(), weights.values(), strict=True):
            own.copy_(given)
    return trained_once(network, x, lr)


def trained_once(network, x, lr):
    """Both copies, the step taken by hand."""
    before = network(x)
    loss = F.mse_loss(before, x, reduction="sum") / len(x)
    loss.backward()
    with torch.no_grad():
        for value in network.parameters():
            value -= lr * value.grad
    return before, network(x)


def one_bend(x, w):
    return torch.sigmoid(
        F.linear(F.linear(x, w["encoder.weight"], w["encoder.bias"]), w["decoder.weight"])
        + w["decoder.bias"]
    )


def stencils(x, w):
    maps = F.max_pool2d(F.silu(F.conv2d(x, w["0.weight"], w["0.bias"], padding=1)), 2)
    return F.conv_transpose2d(maps, w["3.weight"], w["3.bias"], stride=2, padding=1).sigmoid()


def by_functions(draw, x, weights, lr):
    """The same without any module: gradients of the weights themselves."""
    leaves = {name: value.clone().requires_grad_() for name, value in weights.items()}
    before = draw(x, leaves)
    loss = (before - x).square().flatten(1).sum(1).mean()
    slopes = torch.autograd.grad(loss, list(leaves.values()))
    pairs = zip(leaves.items(), slopes, strict=True)
    return before, draw(x, {name: value - lr * slope for (name, value), slope in pairs})


def by_torch_func(draw, x, weights, lr):
    slopes = torch.func.grad(lambda w: (draw(x, w) - x).pow(2).sum() / x.shape[0])(weights)
    moved = {name: weights[name] - lr * slopes[name] for name in weights}
    return [draw(x, weights), draw(x, moved)]


def in_double(step, x, weights, lr):
    return step(x.double(), {name: value.double() for name, value in weights.items()}, lr)


def image_after_image(draw, x, weights, lr):
    """Gradients add up over the images; the step is taken at the end."""
    leaves = {name: value.clone().requires_grad_() for name, value in weights.items()}
    optimizer = torch.optim.SGD(leaves.values(), lr=lr)
    for one in x.split(1):
        (((draw(one, leaves) - one) ** 2).sum() / len(x)).backward()
    optimizer.step()
    return draw(x, weights).tolist(), draw(x, leaves).tolist()


class Stencils(nn.Module):
    """Other names for the layers, and a pooling of its own."""

    def __init__(self, maps):
        super().__init__()
        self.down = nn.Conv2d(1, maps, 3, padding="same")
        self.up = nn.ConvTranspose2d(maps, 1, (4, 4), 2, 1)

    def forward(self, x):
        maps = self.down(x)
        maps = maps * torch.sigmoid(maps)
        n, k, height, width = maps.shape
        maps = maps.reshape(n, k, height // 2, 2, width // 2, 2).amax(dim=(3, 5))
        return torch.sigmoid(self.up(maps))


def own_stencils(x, weights, lr):
    network = Stencils(len(weights["0.bias"]))
    names = {"0": "down", "3": "up"}
    network.load_state_dict({names[n[0]] + n[1:]: value for n, value in weights.items()})
    return trained_once(network, x, lr)


def keep_by_loop(z, k):
    rows = []
    for row in z:
        kept = torch.zeros_like(row, dtype=torch.bool)
        kept[row.argsort(descending=True)[:k]] = True
        rows.append(row * kept)
    return torch.stack(rows)


def stamped(size, kernel, stride, make=list):
    line = np.zeros((size - 1) * stride + kernel, int)
    for place in range(size):
        line[place * stride : place * stride + kernel] += 1
    return make(line.tolist())


def field_from_the_end(layers):
    side = 1
    for kernel, stride in reversed(layers):
        side = (side - 1) * stride + kernel
    return side


def field_by_intervals(layers):
    low, high, apart = 0, 0, 1
    for kernel, stride in layers:
        high = high + (kernel - 1) * apart
        apart = apart * stride
    return high - low + 1


def edge_by_loops(picture):
    height, width = picture.shape
    found = np.zeros((height - 2, width - 2))
    for i, j in itertools.product(range(1, height - 1), range(1, width - 1)):
        down = sum(w * (picture[i + 1, j + d] - picture[i - 1, j + d]) for d, w in WEIGHTS)
        across = sum(w * (picture[i + d, j + 1] - picture[i + d, j - 1]) for d, w in WEIGHTS)
        found[i - 1, j - 1] = math.hypot(down / 4, across / 4)
    return found


WEIGHTS = ((-1, 1), (0, 2), (1, 1))


def edge_by_convolution(picture, convolve):
    down = np.array([[-1.0, -2, -1], [0, 0, 0], [1, 2, 1]]) / 4
    return np.hypot(convolve(picture, down), convolve(picture, down.T))


def correlate(picture, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(picture, (3, 3))
    return (windows * kernel).sum(axis=(2, 3))


def by_conv2d(picture, kernel):
    x, w = (torch.tensor(v)[None, None] for v in (picture, kernel))
    return F.conv2d(x, w)[0, 0].numpy()


def squares_by_loop(large, small):
    new = large.copy()
    for i, j in np.ndindex(small.shape):
        square = new[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        square += small[i, j] - square.mean()
    return new


def costs_by_sorting(scores, y, false_cost, miss_cost):
    order = np.argsort(-scores, kind="stable")
    best = total = miss_cost * (y == 1).sum()
    for place, i in enumerate(order):
        total += false_cost if y[i] == 0 else -miss_cost
        last = place + 1 == len(order) or scores[order[place + 1]] != scores[i]
        best = min(best, total) if last else best
    return best


def bits_by_heap(deviation, total):
    heap = [(-error, i, 0) for i, error in enumerate(deviation)]
    heapq.heapify(heap)
    for _ in range(total):
        error, i, bits = heap[0]
        heapq.heapreplace(heap, (error / 2, i, bits + 1))
    return [bits for _, _, bits in sorted(heap, key=lambda entry: entry[1])]


def bits_by_plain_loop(deviation, total):
    errors, bits = [float(d) for d in deviation], [0] * len(deviation)
    for _ in range(total):
        place = errors.index(max(errors))
        errors[place] /= 2
        bits[place] += 1
    return bits


def mate_by_sorting(z, groups, i):
    unit = z / np.linalg.norm(z, axis=1, keepdims=True)
    others = sorted((j for j in range(len(z)) if j != i), key=lambda j: -(unit[j] @ unit[i]))
    places = [place for place, j in enumerate(others, 1) if groups[j] == groups[i]]
    return 1 / places[0] if places else 0


def mate_by_counting(z, groups, i):
    cosines = F.cosine_similarity(torch.tensor(z), torch.tensor(z[i])[None]).numpy()
    mates = [j for j in range(len(z)) if j != i and groups[j] == groups[i]]
    if not mates:
        return 0.0
    best = max(cosines[j] for j in mates)
    return 1.0 / (1 + sum(cosines[j] > best for j in range(len(z)) if j != i))


def mate_by_mask(z, groups, i):
    cosines = np.array([row @ z[i] / math.sqrt((row @ row) * (z[i] @ z[i])) for row in z])
    cosines[i] = -np.inf
    order = np.argsort(cosines)[::-1][:-1]
    hits = np.flatnonzero(groups[order] == groups[i])
    return 1 / (hits[0] + 1) if hits.size else 0.0


def mate_without_i(z, groups, i):
    rest = np.delete(np.arange(len(z)), i)
    unit = torch.nn.functional.normalize(torch.tensor(z), dim=1).numpy()
    ranked = rest[np.argsort(-(unit[rest] @ unit[i]))]
    return next((1 / n for n, j in enumerate(ranked, 1) if groups[j] == groups[i]), 0)


def layers_of_variance(x, weights):
    start = np.mean([column.var() for column in x.T])
    shares = []
    for weight in weights:
        x = np.tanh(np.einsum("ni,io->no", x, weight))
        shares.append(np.mean([column.var() for column in x.T]) / start)
    return shares


def denoiser_by_lstsq(x_noisy, x, alpha):
    ones = torch.ones(len(x), 1)
    inputs = torch.cat([ones, x_noisy], 1)
    extra = (alpha * len(x)) ** 0.5 * torch.eye(inputs.shape[1])
    padded = torch.cat([x, torch.zeros(inputs.shape[1], x.shape[1])])
    return torch.linalg.lstsq(torch.cat([inputs, extra]), padded).solution


def denoiser_in_numpy(x_noisy, x, alpha, how):
    inputs = np.hstack([np.ones((len(x), 1)), as_array(x_noisy)])
    a = inputs.T @ inputs / len(x) + alpha * np.eye(inputs.shape[1])
    return how(a, inputs.T @ as_array(x) / len(x))


def denoiser_by_svd(x_noisy, x, alpha):
    inputs = torch.cat([torch.ones(len(x), 1), x_noisy], 1).double()
    u, s, vt = torch.linalg.svd(inputs, full_matrices=False)
    return vt.T @ ((s / (s**2 + alpha * len(x)))[:, None] * (u.T @ x.double()))


def turned_by_basis(a, b, t):
    unit_a, unit_b = a / a.norm(), b / b.norm()
    across = unit_b - (unit_b @ unit_a) * unit_a
    across = across / across.norm()
    angle = torch.atan2(unit_b @ across, unit_b @ unit_a) * t
    length = a.norm() + t * (b.norm() - a.norm())
    return length * (torch.cos(angle) * unit_a + torch.sin(angle) * across)


def turned_in_numpy(a, b, t):
    a, b = as_array(a), as_array(b)
    la, lb = np.sqrt(a @ a), np.sqrt(b @ b)
    angle = np.arccos(a @ b / la / lb)
    way = np.sin(angle - t * angle) * a / la + np.sin(t * angle) * b / lb
    return (la * (1 - t) + lb * t) * way / np.sin(angle)


def codes_by_loop(z, codebooks):
    codes = torch.zeros(len(z), len(codebooks), dtype=torch.long)
    for i, rest in enumerate(z):
        for stage, codebook in enumerate(codebooks):
            codes[i, stage] = (codebook - rest).square().sum(dim=1).argmin()
            rest = rest - codebook[codes[i, stage]]
    return codes


def codes_in_numpy(z, codebooks):
    rest, codes = as_array(z).astype(float), []
    for codebook in as_array(codebooks).astype(float):
        codes.append(((rest[:, None] - codebook) ** 2).sum(axis=2).argmin(axis=1))
        rest = rest - codebook[codes[-1]]
    return np.array(codes).T


def codes_from_the_end(z, codebooks):
    """The first stage, and then the same for what it leaves, with the other codebooks."""
    if len(codebooks) == 0:
        return torch.zeros(len(z), 0, dtype=torch.long)
    first = torch.cdist(z, codebooks[0]).min(dim=1).indices
    others = codes_from_the_end(z - codebooks[0][first], codebooks[1:])
    return torch.cat([first[:, None], others], dim=1)


def entries_by_loop(codebook, z, chosen):
    moved = []
    for k in range(len(codebook)):
        members = [z[i] for i in range(len(z)) if chosen[i] == k]
        moved.append(torch.stack(members).mean(0) if members else codebook[k])
    return torch.stack(moved)


def entries_by_one_hot(codebook, z, chosen):
    table = F.one_hot(chosen, len(codebook)).float()
    counts = table.sum(0)[:, None]
    return torch.where(counts > 0, table.T @ z / counts.clamp(min=1), codebook)


def entries_by_index_add(codebook, z, chosen):
    sums = torch.zeros_like(codebook).index_add_(0, chosen, z)
    counts = torch.bincount(chosen, minlength=len(codebook))
    moved = codebook.clone()
    moved[counts > 0] = sums[counts > 0] / counts[counts > 0, None]
    return moved


def entries_in_numpy(codebook, z, chosen):
    moved = as_array(codebook)
    for k in set(chosen.tolist()):
        moved[k] = as_array(z)[chosen.numpy() == k].mean(axis=0)
    return moved


def perfect_by_hand(x_t, points, t):
    """One row at a time, with densities in place of a softmax."""
    rows = []
    for row in as_array(x_t):
        noises = (row - (1 - t) * as_array(points)) / t
        density = np.exp(-(noises**2).sum(axis=1) / 2)
        rows.append((density[:, None] * as_array(points)).sum(axis=0) / density.sum())
    return np.array(rows)


def walked(path):
    """The length of each path, step by step."""
    total = torch.zeros(path.shape[1])
    for before, after in itertools.pairwise(path):
        total += ((after - before) ** 2).sum(dim=1).sqrt()
    return total


RIGHT = {
    "error_of_each": [
        lambda x_hat, x: np.square(x_hat - x).sum(-1),
        lambda x_hat, x: [float(((a - b) ** 2).sum()) for a, b in zip(x_hat, x, strict=True)],
        lambda x_hat, x: np.einsum("nd,nd->n", x_hat - x, x_hat - x),
        lambda x_hat, x: np.linalg.norm(x - x_hat, axis=1) ** 2,
        lambda x_hat, x: torch.tensor((x_hat - x) ** 2).sum(dim=1),
        lambda x_hat, x: tuple(
            sum((a - b) ** 2 for a, b in zip(r, s, strict=True))
            for r, s in zip(x_hat, x, strict=True)
        ),
    ],
    "gradients_tanh": [
        lambda x, p: through_torch(x, p, p, bent),
        by_nudges,
        tanh_by_steps,
        image_by_image,
        lambda x, p: {name: value.tolist() for name, value in tanh_by_steps(x, p).items()},
        lambda x, p: {name: torch.tensor(v) for name, v in image_by_image(x, p).items()},
    ],
    "one_step": [
        through_numpy,
        with_copied_weights,
        partial(by_functions, one_bend),
        partial(by_torch_func, one_bend),
        partial(in_double, partial(by_functions, one_bend)),
        partial(image_after_image, one_bend),
    ],
    "gradient_tied": [
        lambda x, p: sum(tied_parts(x, p)),
        lambda x, p: tied_by_autograd(x, p, lambda w: w.T),
        lambda x, p: tied_by_autograd(x, p, lambda w: w.transpose(0, 1)).numpy(),
        tied_by_rows,
        lambda x, p: np.add(*tied_parts(x, p)).tolist(),
    ],
    "dead_units": [
        lambda z: sum(bool((z[:, k] == 0).all()) for k in range(z.shape[1])),
        lambda z: z.shape[1] - int((z != 0).any(dim=0).sum()),
        lambda z: int((z.abs().amax(dim=0) == 0).sum()),
        lambda z: int(np.all(z.numpy() == 0, axis=0).sum()),
        lambda z: (z.abs().double().sum(0) == 0).sum(),
        lambda z: sum(not any(column) for column in z.T.tolist()),
    ],
    "components_needed": [
        lambda pca_errors, level: next(k for k, e in enumerate(pca_errors) if e <= level),
        lambda pca_errors, level: int((pca_errors > level).sum()),
        lambda pca_errors, level: np.flatnonzero(pca_errors <= level)[0],
        lambda pca_errors, level: (
            len(pca_errors) - np.searchsorted(pca_errors[::-1], level, "right")
        ),
        lambda pca_errors, level: np.where(pca_errors <= level)[0].min(),
    ],
    "hoyer": [
        lambda z: (
            (math.sqrt(z.shape[1]) - z.abs().sum(-1) / z.square().sum(-1).sqrt())
            / (math.sqrt(z.shape[1]) - 1)
        ),
        lambda z: (
            (z.shape[1] ** 0.5 - z.norm(p=1, dim=1) / z.norm(p=2, dim=1)) / (z.shape[1] ** 0.5 - 1)
        ),
        lambda z: (
            (np.sqrt(z.shape[1]) - np.abs(as_array(z)).sum(1) / np.linalg.norm(as_array(z), axis=1))
            / (np.sqrt(z.shape[1]) - 1)
        ),
        lambda z: [
            float((len(r) ** 0.5 - r.abs().sum() / r.norm()) / (len(r) ** 0.5 - 1)) for r in z
        ],
        lambda z: (
            (z.shape[1] ** 0.5 - F.normalize(z.double()).abs().sum(1)) / (z.shape[1] ** 0.5 - 1)
        ),
    ],
    "contraction_tanh": [
        lambda W, b, x: (
            (((1 - torch.tanh(F.linear(x, W, b)) ** 2) ** 2) * (W**2).sum(1)).sum(1).mean()
        ),
        lambda W, b, x: (
            torch.einsum("nk,kd->nkd", 1 - torch.tanh(x @ W.T + b).square(), W).square().sum()
            / len(x)
        ),
        lambda W, b, x: (
            sum(((1 - torch.tanh(W @ row + b) ** 2)[:, None] * W).norm() ** 2 for row in x) / len(x)
        ),
        lambda W, b, x: (
            torch.cosh(x.double() @ W.double().T + b) ** -4 @ W.double().square().sum(1)
        ).mean(),
        lambda W, b, x: (
            (1 - torch.tanh(x.detach() @ W.T + b) ** 2).pow(2).mean(0) * W.pow(2).sum(1)
        ).sum(),
    ],
    "keep_largest": [
        keep_by_loop,
        lambda z, k: torch.zeros_like(z).scatter(1, z.topk(k).indices, z.topk(k).values),
        lambda z, k: z * (z >= z.sort(dim=1, descending=True).values[:, k - 1 : k]),
        lambda z, k: z.masked_fill(
            z < z.kthvalue(z.shape[1] - k + 1, dim=1, keepdim=True).values, 0
        ),
        lambda z, k: z * (z.argsort(1, descending=True).argsort(1) < k).double(),
    ],
    "pca_by_hand": [
        lambda x, k: (lambda m, v: (x - m) @ v.T @ v + m)(
            x.mean(0), np.linalg.svd(x - x.mean(0), full_matrices=False)[2][:k]
        ),
        lambda x, k: (lambda u, s, v: (u[:, :k] * s[:k]) @ v[:k] + x.mean(0))(
            *np.linalg.svd(x - x.mean(0), full_matrices=False)
        ),
        lambda x, k: (lambda v: x.mean(0) + (x - x.mean(0)) @ v @ v.T)(
            np.linalg.eigh(np.cov(x.T))[1][:, ::-1][:, :k]
        ),
        lambda x, k: (
            lambda m: (
                torch.tensor(m)
                + (lambda u, s, v: u[:, :k] * s[:k] @ v[:k])(
                    *torch.linalg.svd(torch.tensor(x - m), full_matrices=False)
                )
            )
        )(x.mean(0)),
        lambda x, k: [
            list(row)
            for row in (lambda v: (x - x.mean(0)) @ v @ v.T + x.mean(0))(
                np.linalg.eigh((x - x.mean(0)).T @ (x - x.mean(0)) / len(x))[1][:, -k:]
            )
        ],
    ],
    "decoder_for_mixed": [
        lambda B, S: np.linalg.solve(S.T, B.T).T,
        lambda B, S: B @ np.linalg.pinv(S),
        lambda B, S: torch.tensor(B) @ torch.linalg.inv(torch.tensor(S)),
        lambda B, S: torch.linalg.solve(torch.tensor(S), torch.tensor(B), left=False),
        lambda B, S: np.dot(B, np.linalg.inv(S)).tolist(),
    ],
    "cost_of_turning": [
        lambda variances, k, degrees: (
            math.sin(math.radians(degrees)) ** 2 * (variances[k - 1] - variances[k])
        ),
        lambda variances, k, degrees: (
            variances[k - 1]
            - (
                np.cos(np.pi * degrees / 180) ** 2 * variances[k - 1]
                + np.sin(np.pi * degrees / 180) ** 2 * variances[k]
            )
        ),
        lambda variances, k, degrees: (
            (1 - np.cos(np.deg2rad(degrees)) ** 2) * (variances[k - 1] - variances[k])
        ),
        lambda variances, k, degrees: (
            (1 - np.cos(2 * np.radians(degrees))) / 2 * -np.diff(variances)[k - 1]
        ),
        lambda variances, k, degrees: (
            torch.sin(torch.deg2rad(torch.tensor(degrees, dtype=t64))) ** 2
            * (variances[k - 1] - variances[k])
        ),
    ],
    "best_rotation": [
        lambda B, V: np.linalg.svd(V.T @ B)[2].T @ np.linalg.svd(V.T @ B)[0].T,
        lambda B, V: (lambda u, s, w: np.einsum("ij,jk->ik", u, w))(*np.linalg.svd(B.T @ V)),
        lambda B, V: (lambda u, s, w: u @ w)(*torch.linalg.svd(torch.tensor(B.T @ V))),
        lambda B, V: (lambda m, e: m @ e[1] @ np.diag(e[0] ** -0.5) @ e[1].T)(
            B.T @ V, np.linalg.eigh(V.T @ B @ B.T @ V)
        ),
        lambda B, V: (lambda u, s, w: (u @ w).tolist())(*np.linalg.svd(B.T @ V)),
    ],
    "own_axes": [
        lambda B, C: (
            lambda q: (lambda v: np.where(v.sum(0) > 0, v, -v))(
                q @ np.linalg.eigh(q.T @ C @ q)[1][:, ::-1]
            )
        )(np.linalg.qr(B)[0]),
        lambda B, C: (
            lambda q: (lambda v: v * np.sign(v.sum(0)))(q @ np.linalg.svd(q.T @ C @ q)[0])
        )(np.linalg.svd(B, full_matrices=False)[0]),
        lambda B, C: (
            lambda q: (lambda v: v * v.sum(0).sign())(
                q @ torch.linalg.eigh(q.T @ torch.tensor(C) @ q)[1].flip(1)
            )
        )(torch.linalg.qr(torch.tensor(B))[0]),
        lambda B, C: (
            lambda q: np.stack(
                [v if v.sum() > 0 else -v for v in (q @ np.linalg.eigh(q.T @ C @ q)[1]).T[::-1]], 1
            )
        )(np.linalg.qr(B[:, ::-1])[0]),
        lambda B, C: (
            lambda q: (lambda v: (v / np.sign(v.mean(0))).tolist())(
                q @ np.linalg.eigh(-q.T @ C @ q)[1]
            )
        )(np.linalg.qr(B)[0]),
    ],
    "conv_parameters": [
        lambda n_in, n_out, kernel: n_in * n_out * kernel**2 + n_out,
        lambda n_in, n_out, kernel: sum(
            w.numel() for w in nn.Conv2d(n_in, n_out, kernel).parameters()
        ),
        lambda n_in, n_out, kernel: float(n_out + n_out * n_in * kernel * kernel),
        lambda n_in, n_out, kernel: sum(n_in * kernel * kernel + 1 for _ in range(n_out)),
        lambda n_in, n_out, kernel: np.prod([n_out, n_in, kernel, kernel]) + n_out,
        lambda n_in, n_out, kernel: torch.tensor(n_out * (n_in * kernel**2 + 1)),
    ],
    "conv_step": [
        own_stencils,
        partial(by_functions, stencils),
        partial(by_torch_func, stencils),
        partial(in_double, partial(by_functions, stencils)),
        partial(image_after_image, stencils),
    ],
    "prints": [
        stamped,
        lambda size, kernel, stride: stamped(size, kernel, stride, tuple),
        lambda size, kernel, stride: stamped(size, kernel, stride, np.array),
        lambda size, kernel, stride: [
            sum(p * stride <= i < p * stride + kernel for p in range(size))
            for i in range((size - 1) * stride + kernel)
        ],
        lambda size, kernel, stride: (
            lambda c: [c[i] for i in range((size - 1) * stride + kernel)]
        )(Counter(p * stride + k for p in range(size) for k in range(kernel))),
        lambda size, kernel, stride: np.bincount(
            (np.arange(size)[:, None] * stride + np.arange(kernel)).ravel(),
            minlength=(size - 1) * stride + kernel,
        ),
    ],
    "field": [
        field_from_the_end,
        field_by_intervals,
        lambda layers: (
            1
            + sum((k - 1) * math.prod(s for _, s in layers[:i]) for i, (k, _) in enumerate(layers))
        ),
        lambda layers: float(field_from_the_end(layers)),
        lambda layers: int(
            1
            + np.sum(
                [
                    (k - 1) * a
                    for (k, _), a in zip(
                        layers, np.cumprod([1, *(s for _, s in layers)]), strict=False
                    )
                ]
            )
        ),
    ],
    "for_shuffled": [
        lambda first, last, bias, order: (
            first.index_select(1, order),
            last.index_select(0, order),
            bias.index_select(0, order),
        ),
        lambda first, last, bias, order: [first.T[order].T, last[order, :], bias[order]],
        lambda first, last, bias, order: (
            torch.stack([first[:, i] for i in order], 1),
            torch.stack([last[i] for i in order]),
            torch.stack([bias[i] for i in order]),
        ),
        lambda first, last, bias, order: (
            first.double()[:, order],
            last.double()[order],
            bias.double()[order],
        ),
        lambda first, last, bias, order: (lambda p: (first @ p.T, p @ last, p @ bias))(
            torch.eye(len(order))[order]
        ),
    ],
    "moved": [
        lambda x, pixels: torch.roll(x.view(-1, 28, 28), pixels, 2).reshape(-1, 784),
        lambda x, pixels: torch.as_tensor(
            np.roll(x.numpy().reshape(-1, 28, 28), pixels, axis=2).reshape(len(x), 784)
        ),
        lambda x, pixels: x.reshape(-1, 28, 28)[:, :, (torch.arange(28) - pixels) % 28].flatten(1),
        lambda x, pixels: torch.stack(
            [torch.cat([row.roll(pixels) for row in image.split(28)]) for image in x]
        ),
        lambda x, pixels: x.reshape(-1, 28).roll(pixels, 1).reshape(len(x), -1).double(),
    ],
    "psnr_of_each": [
        lambda x_hat, x: 10 * torch.log10(1 / ((x - x_hat) ** 2).mean(1)),
        lambda x_hat, x: -20 * ((x_hat - x) ** 2).mean(dim=1).sqrt().log10(),
        lambda x_hat, x: torch.stack(
            [-10 * F.mse_loss(a, b).log10() for a, b in zip(x_hat, x, strict=True)]
        ),
        lambda x_hat, x: -10 / math.log(10) * F.mse_loss(x_hat, x, reduction="none").mean(1).log(),
        lambda x_hat, x: torch.tensor(
            -10 * np.log10(((as_array(x_hat) - as_array(x)) ** 2).mean(1))
        ),
        lambda x_hat, x: -10 * ((x_hat - x).double().norm(dim=1) ** 2 / x.shape[1]).log10(),
    ],
    "pepper": [
        lambda x, amount, draw: torch.where(draw >= amount, x, (draw < amount / 2) * 1.0),
        lambda x, amount, draw: x.masked_fill(draw < amount, 0.0).masked_fill(
            draw < amount / 2, 1.0
        ),
        lambda x, amount, draw: np.where(draw < amount, np.where(draw < amount / 2, 1, 0), x),
        lambda x, amount, draw: [
            [
                (1.0 if d < amount / 2 else 0.0) if d < amount else v
                for v, d in zip(r.tolist(), s.tolist(), strict=True)
            ]
            for r, s in zip(x, draw, strict=True)
        ],
        lambda x, amount, draw: x * (draw >= amount) + (draw < amount / 2).double(),
    ],
    "shots_needed": [
        lambda gain: int(np.ceil(10 ** (gain / 10))),
        lambda gain: math.ceil(pow(10, gain / 10)),
        lambda gain: next(n for n in itertools.count(1) if n >= 10 ** (gain / 10)),
        lambda gain: -int(-(10 ** (gain / 10)) // 1),
        lambda gain: next(n for n in itertools.count(1) if 10 * math.log10(n) >= gain),
        lambda gain: np.ceil(np.power(10.0, gain / 10)),
    ],
    "linear_denoiser": [
        denoiser_by_lstsq,
        lambda x_noisy, x, alpha: denoiser_in_numpy(x_noisy, x, alpha, np.linalg.solve),
        lambda x_noisy, x, alpha: denoiser_in_numpy(
            x_noisy, x, alpha, lambda a, b: np.linalg.inv(a) @ b
        ),
        lambda x_noisy, x, alpha: denoiser_in_numpy(
            x_noisy, x, alpha, lambda a, b: (np.linalg.pinv(a) @ b).tolist()
        ),
        denoiser_by_svd,
    ],
    "noisy_target_error": [
        lambda x_hat, x, draw, sigma: F.mse_loss(x_hat, x + sigma * draw, reduction="sum") / len(x),
        lambda x_hat, x, draw, sigma: ((x_hat - (x + sigma * draw).detach()) ** 2).sum(1).mean(),
        lambda x_hat, x, draw, sigma: (x_hat - x - sigma * draw).norm() ** 2 / x_hat.shape[0],
        lambda x_hat, x, draw, sigma: (
            sum(((a - b - sigma * c) ** 2).sum() for a, b, c in zip(x_hat, x, draw, strict=True))
            / len(x)
        ),
        lambda x_hat, x, draw, sigma: (
            (x_hat.double() - torch.tensor(as_array(x) + sigma * as_array(draw))).square().sum()
            / len(x)
        ),
    ],
    "draw_code": [
        lambda mu, logvar, eps: mu + logvar.exp().sqrt() * eps,
        lambda mu, logvar, eps: mu + (logvar / 2).exp() * eps.detach(),
        lambda mu, logvar, eps: torch.addcmul(mu, torch.exp(logvar * 0.5), eps),
        lambda mu, logvar, eps: torch.stack(
            [m + torch.exp(v / 2) * e for m, v, e in zip(mu, logvar, eps, strict=True)]
        ),
        lambda mu, logvar, eps: (
            mu.double() + logvar.double().mul(0.5).exp() * torch.tensor(as_array(eps))
        ),
    ],
    "kl_of_each": [
        lambda mu, logvar: kl_table(mu, logvar).sum(0) / len(mu),
        lambda mu, logvar: -0.5 * (1 + logvar - mu.pow(2) - logvar.exp()).mean(0),
        lambda mu, logvar: torch.distributions.kl_divergence(
            torch.distributions.Normal(mu, (logvar / 2).exp()), torch.distributions.Normal(0.0, 1.0)
        ).mean(0),
        lambda mu, logvar: torch.stack(
            [kl_table(m, v).mean() for m, v in zip(mu.T, logvar.T, strict=True)]
        ),
        lambda mu, logvar: kl_table(mu.double(), logvar.double()).mean(dim=0),
    ],
    "elbo_of_each": [
        lambda x_hat, x, mu, logvar: (
            (x * x_hat.log() + (1 - x) * (1 - x_hat).log()).sum(1) - kl_table(mu, logvar).sum(1)
        ),
        lambda x_hat, x, mu, logvar: (
            torch.where(x > 0.5, x_hat, 1 - x_hat).log().sum(1) - kl_table(mu, logvar).sum(1)
        ),
        lambda x_hat, x, mu, logvar: (
            torch.distributions.Bernoulli(x_hat).log_prob(x).sum(1) - kl_table(mu, logvar).sum(1)
        ),
        lambda x_hat, x, mu, logvar: (
            -F.binary_cross_entropy(x_hat, x.detach(), reduction="none").sum(-1)
            - kl_table(mu, logvar).sum(-1)
        ),
        lambda x_hat, x, mu, logvar: torch.stack(
            [
                -F.binary_cross_entropy(a, b, reduction="sum") - kl_table(m, v).sum()
                for a, b, m, v in zip(x_hat, x, mu, logvar, strict=True)
            ]
        ),
    ],
    "free_bits": [
        lambda mu, logvar, free: torch.clamp(kl_table(mu, logvar).mean(0), min=free).sum(),
        lambda mu, logvar, free: sum(
            max(float(price), free) for price in kl_table(mu, logvar).mean(0)
        ),
        lambda mu, logvar, free: torch.maximum(
            kl_table(mu, logvar).mean(0), torch.tensor(free)
        ).sum(),
        lambda mu, logvar, free: np.maximum(as_array(kl_table(mu, logvar)).mean(0), free).sum(),
        lambda mu, logvar, free: (
            (F.relu(kl_table(mu, logvar).double().mean(0) - free) + free).sum().item()
        ),
    ],
    "in_our_nats": [
        lambda error, kl, pixels, numbers: error * pixels + kl * numbers,
        lambda error, kl, pixels, numbers: float(np.dot([error, kl], [pixels, numbers])),
        lambda error, kl, pixels, numbers: torch.tensor(error * pixels + kl * numbers, dtype=t64),
        lambda error, kl, pixels, numbers: sum(a * b for a, b in ((error, pixels), (kl, numbers))),
        lambda error, kl, pixels, numbers: pixels * (error + numbers / pixels * kl),
    ],
    "log_mean_exp": [
        lambda w: w.amax(0) + (w - w.amax(0)).exp().mean(0).log(),
        lambda w: w.logsumexp(0) - math.log(w.shape[0]),
        lambda w: torch.stack(
            [torch.logsumexp(column - math.log(len(column)), 0) for column in w.T]
        ),
        lambda w: np.logaddexp.reduce(as_array(w), axis=0) - np.log(len(w)),
        lambda w: [
            max(c) + math.log(sum(math.exp(v - max(c)) for v in c) / len(c))
            for c in w.double().T.tolist()
        ],
    ],
    "fair_radii": [
        lambda n: torch.sqrt((torch.arange(n) + 0.5) / n),
        lambda n: torch.tensor([math.sqrt((i + 0.5) / n) for i in range(n)]),
        lambda n: torch.linspace(0.5 / n, 1 - 0.5 / n, n).sqrt(),
        lambda n: torch.arange(1, 2 * n, 2).double().div(2 * n).sqrt(),
        lambda n: torch.from_numpy(np.sqrt((np.arange(n) + 0.5) / n)),
    ],
    "turned": [
        turned_by_basis,
        turned_in_numpy,
        lambda a, b, t: turned_in_numpy(a, b, t).tolist(),
        lambda a, b, t: torch.tensor(turned_in_numpy(a, b, t)),
        lambda a, b, t: turned_by_basis(a.double(), b.double(), t),
    ],
    "for_one_class": [
        lambda weight, bias, n_classes, label: (
            weight[:, :-n_classes],
            bias + weight[:, -n_classes:][:, label],
        ),
        lambda weight, bias, n_classes, label: [
            weight[:, : weight.shape[1] - n_classes],
            bias + weight[:, -n_classes:] @ F.one_hot(torch.tensor(label), n_classes).float(),
        ],
        lambda weight, bias, n_classes, label: (
            lambda parts: (parts[0], parts[1][:, label] + bias)
        )(weight.split([weight.shape[1] - n_classes, n_classes], dim=1)),
        lambda weight, bias, n_classes, label: (
            weight.double()[:, :-n_classes],
            (bias + weight[:, label - n_classes]).double(),
        ),
        lambda weight, bias, n_classes, label: (
            weight.narrow(1, 0, weight.shape[1] - n_classes),
            torch.stack(
                [b + row[len(row) - n_classes + label] for b, row in zip(bias, weight, strict=True)]
            ),
        ),
    ],
    "balanced_direction": [
        lambda z, has_it, other: (
            sum(z[has_it & g].mean(0) - z[~has_it & g].mean(0) for g in (other, ~other)) / 2
        ),
        lambda z, has_it, other: (
            (
                z[has_it & other].mean(0)
                + z[has_it & ~other].mean(0)
                - z[~has_it & other].mean(0)
                - z[~has_it & ~other].mean(0)
            )
            * 0.5
        ),
        lambda z, has_it, other: torch.stack(
            [z[has_it & g].mean(0) - z[~has_it & g].mean(0) for g in (other, ~other)]
        ).mean(0),
        lambda z, has_it, other: np.mean(
            [
                as_array(z)[(has_it & g).numpy()].mean(0)
                - as_array(z)[(~has_it & g).numpy()].mean(0)
                for g in (other, ~other)
            ],
            axis=0,
        ),
        lambda z, has_it, other: (lambda w: w.double() @ z.double())(
            sum(
                s * (m & g) / (m & g).sum()
                for s, m in ((0.5, has_it), (-0.5, ~has_it))
                for g in (other, ~other)
            )
        ),
    ],
    "false_alarm_share": [
        lambda scores, y, threshold: np.mean(scores[y == 0] >= threshold),
        lambda scores, y, threshold: ((scores >= threshold) & (y == 0)).sum() / (y == 0).sum(),
        lambda scores, y, threshold: 1 - (scores[y != 1] < threshold).mean(),
        lambda scores, y, threshold: (lambda n: sum(s >= threshold for s in n) / len(n))(
            [s for s, odd in zip(scores, y, strict=True) if not odd]
        ),
        lambda scores, y, threshold: (
            (torch.tensor(scores)[torch.tensor(y) == 0] >= threshold).double().mean()
        ),
    ],
    "choose_threshold": [
        lambda scores, y, share: np.percentile(scores[y == 0], 100 * (1 - share)),
        lambda scores, y, share: torch.quantile(
            torch.tensor(scores)[torch.tensor(y) == 0], 1 - share
        ),
        lambda scores, y, share: -np.quantile(-scores[y == 0], share),
        lambda scores, y, share: (
            lambda s: np.interp((1 - share) * (len(s) - 1), np.arange(len(s)), s)
        )(np.sort(scores[y != 1])),
        lambda scores, y, share: float(
            np.quantile([s for s, odd in zip(scores, y, strict=True) if odd == 0], 1 - share)
        ),
    ],
    "area_by_pairs": [
        lambda scores, y: np.mean(
            [(a > b) + (a == b) / 2 for a in scores[y == 1] for b in scores[y == 0]]
        ),
        lambda scores, y: (1 + np.sign(scores[y == 1][:, None] - scores[y == 0]).mean()) / 2,
        lambda scores, y: (
            lambda n: (
                sum(
                    np.searchsorted(n, scores[y == 1]) + np.searchsorted(n, scores[y == 1], "right")
                )
                / 2
                / len(n)
                / (y == 1).sum()
            )
        )(np.sort(scores[y == 0])),
        lambda scores, y: np.heaviside(
            np.subtract.outer(scores[y == 1], scores[y == 0]), 0.5
        ).mean(),
        lambda scores, y: (lambda d: ((d > 0).double() + (d == 0).double() / 2).mean())(
            torch.tensor(scores[y == 1])[:, None] - torch.tensor(scores[y == 0])
        ),
    ],
    "true_share_of_alarms": [
        lambda hits, false_alarms, odd: 1 / (1 + false_alarms * (1 - odd) / (hits * odd)),
        lambda hits, false_alarms, odd: (lambda true, false: true / (true + false))(
            1e6 * odd * hits, 1e6 * (1 - odd) * false_alarms
        ),
        lambda hits, false_alarms, odd: (
            1 - false_alarms * (1 - odd) / (false_alarms * (1 - odd) + hits * odd)
        ),
        lambda hits, false_alarms, odd: (
            np.multiply(hits, odd) / np.dot([hits, false_alarms], [odd, 1 - odd])
        ),
        lambda hits, false_alarms, odd: (
            torch.tensor(hits * odd, dtype=t64) / (false_alarms - odd * (false_alarms - hits))
        ),
    ],
    "smallest_cost": [
        costs_by_sorting,
        lambda scores, y, false_cost, miss_cost: min(
            false_cost * sum((scores >= t) & (y == 0)) + miss_cost * sum((scores < t) & (y == 1))
            for t in [*scores, math.inf]
        ),
        lambda scores, y, false_cost, miss_cost: (
            lambda t: (
                false_cost * (scores[y == 0] >= t).sum(1) + miss_cost * (scores[y == 1] < t).sum(1)
            ).min()
        )(np.append(scores, np.inf)[:, None]),
        lambda scores, y, false_cost, miss_cost: float(
            costs_by_sorting(scores, y, false_cost, miss_cost)
        ),
        lambda scores, y, false_cost, miss_cost: sorted(
            np.where(y == 0, false_cost * (scores >= t), miss_cost * (scores < t)).sum()
            for t in {*scores.tolist(), float("inf")}
        )[0],
    ],
    "bits_per_pixel": [
        lambda n_bytes, height, width: n_bytes * 8 / height / width,
        lambda n_bytes, height, width: n_bytes / (height * width / 8),
        lambda n_bytes, height, width: np.float64(8 * n_bytes) / np.prod([height, width]),
        lambda n_bytes, height, width: torch.tensor(8.0 * n_bytes) / (height * width),
        lambda n_bytes, height, width: np.array(n_bytes * 8 / (width * height)),
    ],
    "entropy_bits": [
        lambda q: sum(
            c / q.size * math.log2(q.size / c) for c in Counter(q.ravel().tolist()).values()
        ),
        lambda q: (
            np.log2(q.size)
            - (lambda c: (c * np.log2(c)).sum())(np.unique(q, return_counts=True)[1]) / q.size
        ),
        lambda q: -np.mean([np.log2((q == value).mean()) for value in q.ravel()]),
        lambda q: (
            torch.distributions.Categorical(
                torch.tensor(np.unique(q, return_counts=True)[1] / q.size)
            ).entropy()
            / math.log(2)
        ),
        lambda q: (lambda p: -(p * np.log(p)).sum() / np.log(2))(
            np.array([(q == v).mean() for v in set(q.ravel().tolist())])
        ),
    ],
    "pictures_to_break_even": [
        lambda decoder_bytes, code_bytes, rival_bytes: (
            0
            if rival_bytes <= code_bytes
            else math.floor(decoder_bytes / (rival_bytes - code_bytes)) + 1
        ),
        lambda decoder_bytes, code_bytes, rival_bytes: next(
            (n for n in range(10**5) if decoder_bytes + n * code_bytes < n * rival_bytes), 0
        ),
        lambda decoder_bytes, code_bytes, rival_bytes: (
            (decoder_bytes // (rival_bytes - code_bytes) + 1) * (rival_bytes > code_bytes)
            if rival_bytes != code_bytes
            else 0
        ),
        lambda decoder_bytes, code_bytes, rival_bytes: (
            -(-(decoder_bytes + 1) // (rival_bytes - code_bytes)) if rival_bytes > code_bytes else 0
        ),
        lambda decoder_bytes, code_bytes, rival_bytes: (
            1.0 + divmod(decoder_bytes, rival_bytes - code_bytes)[0]
            if rival_bytes > code_bytes
            else 0.0
        ),
    ],
    "allocate_bits": [
        bits_by_heap,
        bits_by_plain_loop,
        lambda deviation, total: np.array(bits_by_plain_loop(deviation, total)),
        lambda deviation, total: torch.tensor(bits_by_heap(deviation, total)),
        lambda deviation, total: np.bincount(
            np.argsort(-(deviation[:, None] / 2.0 ** np.arange(total)).ravel(), kind="stable")[
                :total
            ]
            // total,
            minlength=len(deviation),
        ),
    ],
    "precision_at": [
        lambda found, labels, k: np.mean(
            [np.mean(row[:k] == label) for row, label in zip(found, labels, strict=True)]
        ),
        lambda found, labels, k: (labels == found[:, :k].T).sum() / (k * len(labels)),
        lambda found, labels, k: (
            sum(
                f == label
                for row, label in zip(found.tolist(), labels.tolist(), strict=True)
                for f in row[:k]
            )
            / len(labels)
            / k
        ),
        lambda found, labels, k: (
            (torch.tensor(found)[:, :k] == torch.tensor(labels)[:, None]).double().mean()
        ),
        lambda found, labels, k: (
            1 - np.count_nonzero(found[:, :k] - labels.reshape(-1, 1)) / found[:, :k].size
        ),
    ],
    "addresses_in_ball": [
        lambda n_bits, radius: sum(math.comb(n_bits, t) for t in range(min(radius, n_bits) + 1)),
        lambda n_bits, radius: (
            sum(a.bit_count() <= radius for a in range(2**n_bits))
            if n_bits < 13
            else sum(
                math.factorial(n_bits) // math.factorial(t) // math.factorial(n_bits - t)
                for t in range(radius + 1)
            )
        ),
        lambda n_bits, radius: float(sum(math.comb(n_bits, t) for t in range(radius + 1))),
        lambda n_bits, radius: sum(
            len(list(itertools.combinations(range(n_bits), t))) for t in range(radius + 1)
        ),
        lambda n_bits, radius: (
            2**n_bits - sum(math.comb(n_bits, t) for t in range(radius + 1, n_bits + 1))
        ),
    ],
    "first_mate": [
        mate_by_sorting,
        mate_by_counting,
        mate_by_mask,
        mate_without_i,
        lambda z, groups, i: torch.tensor(mate_by_mask(z, groups, i), dtype=t64),
    ],
    "moved_query": [
        lambda query, good, bad: (
            query
            + sum(0.75 / len(good) * row for row in good)
            - sum(0.25 / len(bad) * row for row in bad)
        ),
        lambda query, good, bad: (
            query
            + (0.75 * good.mean(0) if good.size else 0)
            - (0.25 * bad.mean(0) if bad.size else 0)
        ),
        lambda query, good, bad: (
            query + 0.75 * good.sum(0) / max(1, len(good)) - 0.25 * bad.sum(0) / max(1, len(bad))
        ).tolist(),
        lambda query, good, bad: (
            torch.tensor(query)
            + 0.75 * torch.tensor(good).mean(0).nan_to_num()
            - 0.25 * torch.tensor(bad).mean(0).nan_to_num()
        ),
        lambda query, good, bad: [
            q + 0.75 * (g.mean() if g.size else 0) - 0.25 * (b.mean() if b.size else 0)
            for q, g, b in zip(query, good.T, bad.T, strict=True)
        ],
    ],
    "luminance": [
        lambda photo: np.tensordot([0.299, 0.587, 0.114], photo, 1),
        lambda photo: np.einsum("chw,c->hw", photo, [0.299, 0.587, 0.114]),
        lambda photo: (photo * np.array([0.299, 0.587, 0.114])[:, None, None]).sum(axis=0),
        lambda photo: np.moveaxis(photo, 0, -1) @ [0.299, 0.587, 0.114],
        lambda photo: [
            [0.299 * r + 0.587 * g + 0.114 * b for r, g, b in zip(*rows, strict=True)]
            for rows in zip(*photo.tolist(), strict=True)
        ],
        lambda photo: (
            0.299 * torch.tensor(photo)[0]
            + 0.587 * torch.tensor(photo)[1]
            + 0.114 * torch.tensor(photo)[2]
        ),
    ],
    "best_answer": [
        lambda answers, probabilities: (probabilities[:, None] * answers).sum(0),
        lambda answers, probabilities: np.average(answers, axis=0, weights=probabilities),
        lambda answers, probabilities: sum(
            p * a for p, a in zip(probabilities, answers, strict=True)
        ),
        lambda answers, probabilities: (answers.T @ probabilities).tolist(),
        lambda answers, probabilities: torch.einsum(
            "k,kd->d", torch.tensor(probabilities), torch.tensor(answers)
        ),
    ],
    "unfold_squares": [
        lambda maps: F.pixel_shuffle(torch.tensor(maps)[None], 2)[0, 0].numpy(),
        lambda maps: (
            maps.reshape(2, 2, *maps.shape[1:])
            .transpose(2, 0, 3, 1)
            .reshape(2 * maps.shape[1], 2 * maps.shape[2])
        ),
        lambda maps: np.array(
            [
                [maps[2 * (i % 2) + j % 2, i // 2, j // 2] for j in range(2 * maps.shape[2])]
                for i in range(2 * maps.shape[1])
            ]
        ),
        lambda maps: np.stack(
            [
                np.stack(maps[:2], -1).reshape(maps.shape[1], -1),
                np.stack(maps[2:], -1).reshape(maps.shape[1], -1),
            ],
            1,
        ).reshape(2 * maps.shape[1], -1),
        lambda maps: sum(
            np.kron(m, k) for m, k in zip(maps, np.eye(4).reshape(4, 2, 2), strict=True)
        ).tolist(),
    ],
    "edge_strength": [
        edge_by_loops,
        lambda picture: edge_by_convolution(picture, correlate),
        lambda picture: edge_by_convolution(picture, by_conv2d),
        lambda picture: edge_by_loops(picture).tolist(),
        lambda picture: torch.tensor(edge_by_convolution(picture, correlate)),
    ],
    "made_consistent": [
        squares_by_loop,
        lambda large, small: (
            large
            + np.kron(
                small
                - (large[::2, ::2] + large[1::2, ::2] + large[::2, 1::2] + large[1::2, 1::2]) / 4,
                np.ones((2, 2)),
            )
        ),
        lambda large, small: (
            lambda t: (
                t
                + F.interpolate(
                    torch.tensor(small)[None, None] - F.avg_pool2d(t, 2), scale_factor=2
                )
            )[0, 0]
        )(torch.tensor(large)[None, None]),
        lambda large, small: (
            lambda s: (s + (small - s.mean((1, 3)))[:, None, :, None]).reshape(large.shape)
        )(large.reshape(small.shape[0], 2, small.shape[1], 2)),
        lambda large, small: squares_by_loop(large, small).tolist(),
    ],
    "masked_rmse": [
        lambda x_hat, x, known: np.sqrt(((x_hat - x)[known == 1] ** 2).mean()),
        lambda x_hat, x, known: math.sqrt(np.average((x_hat - x) ** 2, weights=known)),
        lambda x_hat, x, known: np.linalg.norm((x_hat - x) * known) / known.sum() ** 0.5,
        lambda x_hat, x, known: (
            np.mean(
                [(a - b) ** 2 for a, b, k in zip(x_hat.flat, x.flat, known.flat, strict=True) if k]
            )
            ** 0.5
        ),
        lambda x_hat, x, known: F.mse_loss(
            torch.tensor(x_hat)[torch.tensor(known) > 0], torch.tensor(x)[torch.tensor(known) > 0]
        ).sqrt(),
    ],
    "damped_film_mean": [
        lambda stars, film, n_films, damping: [
            (stars[film == i].sum() + damping * stars.mean()) / ((film == i).sum() + damping)
            for i in range(n_films)
        ],
        lambda stars, film, n_films, damping: (
            stars.mean()
            + np.bincount(film, stars - stars.mean(), n_films)
            / (np.bincount(film, minlength=n_films) + damping)
        ),
        lambda stars, film, n_films, damping: (
            lambda hot: (stars @ hot + damping * stars.mean()) / (hot.sum(0) + damping)
        )(np.eye(n_films)[film]),
        lambda stars, film, n_films, damping: tuple(
            np.average(
                np.append(stars[film == i], stars.mean()),
                weights=np.append(np.ones((film == i).sum()), damping),
            )
            for i in range(n_films)
        ),
        lambda stars, film, n_films, damping: (
            (
                torch.zeros(n_films, dtype=t64).index_add(
                    0, torch.tensor(film), torch.tensor(stars)
                )
                + damping * stars.mean()
            )
            / (torch.bincount(torch.tensor(film), minlength=n_films) + damping)
        ),
    ],
    "recall_at": [
        lambda scores, liked, seen, k: (
            liked[~seen][np.argsort(scores[~seen])[::-1][:k]].sum() / min(k, liked.sum())
        ),
        lambda scores, liked, seen, k: (
            sum(
                liked[i]
                for i in sorted(
                    (i for i in range(len(scores)) if not seen[i]), key=lambda i: -scores[i]
                )[:k]
            )
            / min(k, sum(liked))
        ),
        lambda scores, liked, seen, k: (
            np.isin(np.flatnonzero(liked), np.argsort(np.where(seen, np.inf, -scores))[:k]).sum()
            / min(k, np.count_nonzero(liked))
        ),
        lambda scores, liked, seen, k: (
            torch.tensor(liked)[
                torch.tensor(np.where(seen, -np.inf, scores)).topk(min(k, len(scores))).indices
            ].sum()
            / min(k, int(liked.sum()))
        ),
        lambda scores, liked, seen, k: (
            len(
                set(heapq.nlargest(k, np.flatnonzero(~seen).tolist(), key=lambda i: scores[i]))
                & set(np.flatnonzero(liked).tolist())
            )
            / min(k, liked.sum())
        ),
    ],
    "film_neighbours": [
        lambda weight, i, k: sorted(
            (j for j in range(len(weight)) if j != i),
            key=lambda j: -(weight[j] @ weight[i]) / np.linalg.norm(weight[j]),
        )[:k],
        lambda weight, i, k: np.argsort(
            -F.cosine_similarity(torch.tensor(weight), torch.tensor(weight[i])[None]).numpy()
        )[1 : k + 1],
        lambda weight, i, k: (lambda c: c.index_fill(0, torch.tensor(i), -2).topk(k).indices)(
            F.cosine_similarity(torch.tensor(weight), torch.tensor(weight[i])[None])
        ),
        lambda weight, i, k: tuple(
            j
            for j in np.argsort((weight @ weight[i]) / (weight**2).sum(1) ** 0.5)[::-1].tolist()
            if j != i
        )[:k],
        lambda weight, i, k: (
            lambda rest: rest[
                np.argsort(-(weight[rest] @ weight[i]) / np.linalg.norm(weight[rest], axis=1))
            ][:k]
        )(np.delete(np.arange(len(weight)), i)),
    ],
    "share_of_dead": [
        lambda z: (z.amax(0) == z.amin(0)).float().mean(),
        lambda z: sum(len(set(column)) == 1 for column in z.T.tolist()) / z.shape[1],
        lambda z: float(np.mean(np.ptp(z.numpy(), axis=0) == 0)),
        lambda z: 1 - (z != z[0]).any(dim=0).double().mean().item(),
        lambda z: np.all(z.numpy() == z.numpy()[0], axis=0).sum() / z.shape[1],
    ],
    "mean_image_floor": [
        lambda x_train, x_test: (
            F.binary_cross_entropy(
                x_train.mean(0).clamp(1e-6, 1 - 1e-6).expand_as(x_test), x_test, reduction="sum"
            )
            / len(x_test)
        ),
        lambda x_train, x_test: (
            lambda m: (
                -(x_test.double() * m.log() + (1 - x_test.double()) * (1 - m).log()).sum(1).mean()
            )
        )(x_train.double().mean(0).clamp(1e-6, 1 - 1e-6)),
        lambda x_train, x_test: (
            lambda m, x: -(x * np.log(m) + (1 - x) * np.log1p(-m)).sum() / len(x)
        )(as_array(x_train).mean(0).clip(1e-6, 1 - 1e-6), as_array(x_test)),
        lambda x_train, x_test: (
            lambda m, x: -(x @ m.log() + (1 - x) @ (1 - m).log()).mean().item()
        )(torch.clip(x_train.mean(0), 1e-6, 1 - 1e-6), x_test),
        lambda x_train, x_test: (
            lambda m, x: -float((x * m.log() + (1 - x) * (1 - m).log()).sum())
        )(x_train.mean(0).clamp(1e-6, 1 - 1e-6), x_test.mean(0)),
    ],
    "repeat_and_split": [
        lambda x, n_validation, times: (
            x[n_validation:].repeat(times, axis=0),
            x[:n_validation].copy(),
        ),
        lambda x, n_validation, times: [
            np.array([row for row in x[n_validation:] for _ in range(times)]),
            x[:n_validation],
        ],
        lambda x, n_validation, times: (
            x[n_validation + np.arange(times * (len(x) - n_validation)) // times],
            x[:n_validation],
        ),
        lambda x, n_validation, times: (
            torch.tensor(x[n_validation:]).repeat_interleave(times, dim=0),
            torch.tensor(x[:n_validation]),
        ),
        lambda x, n_validation, times: tuple(
            part.tolist() for part in (np.repeat(x[n_validation:], times, 0), x[:n_validation])
        ),
    ],
    "repaired_elbo": [
        lambda x_hat, x, mu, logvar: (
            F.binary_cross_entropy(x_hat, x, reduction="none").sum(1) + kl_table(mu, logvar).sum(1)
        ).mean(),
        lambda x_hat, x, mu, logvar: (
            F.binary_cross_entropy(x_hat, x.detach()) * x.shape[1]
            + kl_table(mu, logvar).mean() * mu.shape[1]
        ),
        lambda x_hat, x, mu, logvar: (
            (
                -(x * x_hat.log() + (1 - x) * torch.log1p(-x_hat)).sum()
                - 0.5 * (1 + logvar - mu**2 - logvar.exp()).sum()
            )
            / len(x)
        ),
        lambda x_hat, x, mu, logvar: (
            F.binary_cross_entropy(x_hat, x, reduction="sum") / len(x)
            + torch.distributions.kl_divergence(
                torch.distributions.Normal(mu, (logvar / 2).exp()),
                torch.distributions.Normal(0.0, 1.0),
            )
            .sum(1)
            .mean()
        ),
        lambda x_hat, x, mu, logvar: (
            sum(
                F.binary_cross_entropy(a, b, reduction="sum") + kl_table(m, v).sum()
                for a, b, m, v in zip(x_hat, x, mu, logvar, strict=True)
            )
            / len(x)
        ),
    ],
    "variance_through": [
        layers_of_variance,
        lambda x, weights: np.array(layers_of_variance(x, weights)),
        lambda x, weights: [
            np.square(h - h.mean(0)).mean() / np.square(x - x.mean(0)).mean()
            for h in list(itertools.accumulate(weights, lambda h, w: np.tanh(h @ w), initial=x))[1:]
        ],
        lambda x, weights: torch.tensor(layers_of_variance(x, weights)),
        lambda x, weights: tuple(
            h.var(0, correction=0).mean() / torch.tensor(x).var(0, correction=0).mean()
            for h in list(
                itertools.accumulate(
                    map(torch.tensor, weights),
                    lambda h, w: torch.tanh(h @ w),
                    initial=torch.tensor(x),
                )
            )[1:]
        ),
    ],
    "effective_classes": [
        lambda counts: math.exp(
            -sum(c / counts.sum() * math.log(c / counts.sum()) for c in counts if c)
        ),
        lambda counts: (lambda p: np.prod(p**-p))(counts[counts > 0] / counts.sum()),
        lambda counts: 2 ** -(lambda p: (p * np.log2(p)).sum())(counts[counts > 0] / counts.sum()),
        lambda counts: (
            torch.distributions.Categorical(torch.tensor(counts / counts.sum())).entropy().exp()
        ),
        lambda counts: np.exp(
            np.log(counts.sum()) - (counts * np.log(np.maximum(counts, 1))).sum() / counts.sum()
        ),
    ],
    "slope_through": [
        lambda z, target: 2 * torch.round(z) - 2 * target,
        lambda z, target: (lambda q: torch.autograd.grad(((q - target) ** 2).sum(), q)[0])(
            z.round().requires_grad_()
        ),
        lambda z, target: (
            lambda w: torch.autograd.grad(((w + (w.round() - w).detach() - target) ** 2).sum(), w)[
                0
            ]
        )(z.clone().requires_grad_()),
        lambda z, target: 2 * (np.rint(as_array(z)) - as_array(target)),
        lambda z, target: [
            [2 * (round(a) - b) for a, b in zip(r, s, strict=True)]
            for r, s in zip(z.tolist(), target.tolist(), strict=True)
        ],
    ],
    "generator_slopes": [
        lambda score: (-score.sigmoid(), -(-score).sigmoid()),
        lambda score: [-1 / (1 + torch.exp(-score)), -1 / (1 + torch.exp(score))],
        lambda score: tuple(
            torch.autograd.grad(f(s).sum(), s)[0]
            for s in [score.clone().requires_grad_()]
            for f in (
                lambda s: torch.log(1 - torch.sigmoid(s)),
                lambda s: -torch.log(torch.sigmoid(s)),
            )
        ),
        lambda score: (lambda s: (-1 / (1 + np.exp(-s)), 1 / (1 + np.exp(-s)) - 1))(
            as_array(score)
        ),
        lambda score: (
            -(1 + torch.tanh(score.double() / 2)) / 2,
            -(1 - torch.tanh(score.double() / 2)) / 2,
        ),
    ],
    "move_entries": [
        entries_by_loop,
        entries_by_one_hot,
        entries_by_index_add,
        entries_in_numpy,
        lambda codebook, z, chosen: entries_by_loop(codebook, z, chosen).tolist(),
    ],
    "residual_codes": [
        codes_by_loop,
        lambda z, codebooks: codes_by_loop(z, codebooks).tolist(),
        codes_in_numpy,
        codes_from_the_end,
        lambda z, codebooks: codes_from_the_end(z.double(), codebooks.double()).int(),
    ],
    "finite_scalars": [
        lambda z, levels: torch.round(levels // 2 * z.tanh()),
        lambda z, levels: np.rint((levels - 1) / 2 * np.tanh(as_array(z))),
        lambda z, levels: [[round(levels // 2 * math.tanh(v)) for v in row] for row in z.tolist()],
        lambda z, levels: ((levels - 1) * (torch.sigmoid(2 * z) - 0.5)).round().long(),
        lambda z, levels: (levels // 2 * z.tanh() + 0.5).floor().double(),
    ],
    "curved_step": [
        lambda x_a, x_hat, a, b: (
            b**0.5 * x_hat + ((1 - b) / (1 - a)) ** 0.5 * (x_a - a**0.5 * x_hat)
        ),
        lambda x_a, x_hat, a, b: (
            math.sqrt(b) * x_hat
            + math.sqrt(1 - b) * (x_a - math.sqrt(a) * x_hat) / math.sqrt(1 - a)
        ),
        lambda x_a, x_hat, a, b: (
            (np.sqrt(b) - np.sqrt(a * (1 - b) / (1 - a))) * as_array(x_hat)
            + np.sqrt((1 - b) / (1 - a)) * as_array(x_a)
        ),
        lambda x_a, x_hat, a, b: (
            torch.lerp(x_a, x_hat, 0) * ((1 - b) / (1 - a)) ** 0.5
            + x_hat * (b**0.5 - (a * (1 - b) / (1 - a)) ** 0.5)
        ),
        lambda x_a, x_hat, a, b: [
            list(b**0.5 * h + (1 - b) ** 0.5 * (v - a**0.5 * h) / (1 - a) ** 0.5)
            for v, h in zip(x_a, x_hat, strict=True)
        ],
    ],
    "dimensions_each": [
        dimensions_by_loop,
        lambda W: np.diag(W @ W.T) ** 2 / ((W @ W.T) ** 2).sum(axis=1),
        lambda W: np.array([(v @ v) ** 2 / np.square(W @ v).sum() for v in W]),
        lambda W: (
            torch.tensor(W).norm(dim=1) ** 2
            / (torch.tensor(W) @ F.normalize(torch.tensor(W)).T).square().sum(dim=0)
        ),
        lambda W: (
            (
                np.linalg.norm(W, axis=1)
                / np.linalg.norm(W @ (W / np.linalg.norm(W, axis=1)[:, None]).T, axis=0)
            )
            ** 2
        ),
    ],
    "explained_variance": [
        lambda x, x_hat: 1 - np.square(x - x_hat).mean() / x.var(axis=0).mean(),
        lambda x, x_hat: (
            1
            - sum(np.sum((a - b) ** 2) for a, b in zip(x, x_hat, strict=True))
            / sum(np.sum((a - x.mean(0)) ** 2) for a in x)
        ),
        lambda x, x_hat: (
            1
            - F.mse_loss(torch.tensor(x_hat), torch.tensor(x))
            / torch.tensor(x).var(dim=0, correction=0).mean()
        ),
        lambda x, x_hat: (
            1 - (np.linalg.norm(x - x_hat) / np.linalg.norm(x - x.mean(axis=0, keepdims=True))) ** 2
        ),
        lambda x, x_hat: np.float32(
            (((x - x.mean(0)) ** 2).sum() - ((x - x_hat) ** 2).sum()) / ((x - x.mean(0)) ** 2).sum()
        ),
    ],
    "share_found": [
        lambda truth, found, at_least: np.mean(
            [
                any(t @ f >= at_least * np.linalg.norm(t) * np.linalg.norm(f) for f in found)
                for t in truth
            ]
        ),
        lambda truth, found, at_least: (
            (
                (truth / np.linalg.norm(truth, axis=1, keepdims=True))
                @ (found / np.linalg.norm(found, axis=1, keepdims=True)).T
                >= at_least
            )
            .any(axis=1)
            .mean()
        ),
        lambda truth, found, at_least: (
            (
                F.cosine_similarity(torch.tensor(truth)[:, None], torch.tensor(found), dim=2).amax(
                    1
                )
                >= at_least
            )
            .double()
            .mean()
        ),
        lambda truth, found, at_least: (
            (F.normalize(torch.tensor(truth)) @ F.normalize(torch.tensor(found)).T)
            .max(dim=1)
            .values.ge(at_least)
            .float()
            .mean()
            .item()
        ),
        lambda truth, found, at_least: (
            sum(max(t @ f / math.sqrt(t @ t * (f @ f)) for f in found) >= at_least for t in truth)
            / len(truth)
        ),
    ],
    "f1_above": [
        lambda scores, y, cut: (lambda p, r: 2 * p * r / (p + r))(
            y[scores > cut].mean(), (scores > cut)[y].mean()
        ),
        lambda scores, y, cut: (
            2
            * sum(s > cut and t for s, t in zip(scores, y, strict=True))
            / sum((s > cut) + t.astype(int) for s, t in zip(scores, y, strict=True))
        ),
        lambda scores, y, cut: 2 / (1 / y[scores > cut].mean() + 1 / (scores > cut)[y].mean()),
        lambda scores, y, cut: (lambda hits, false, missed: hits / (hits + (false + missed) / 2))(
            np.count_nonzero((scores > cut) & y),
            np.count_nonzero((scores > cut) & ~y),
            np.count_nonzero((scores <= cut) & y),
        ),
        lambda scores, y, cut: (
            2
            * (torch.tensor(scores > cut) * torch.tensor(y)).sum()
            / (torch.tensor(scores > cut).sum() + torch.tensor(y).sum())
        ),
    ],
    "shrunk_to": [
        lambda z_true, z_found: np.mean(
            [f / t for t, f in zip(z_true.flat, z_found.flat, strict=True) if t > 0 and f > 0]
        ),
        lambda z_true, z_found: np.exp(
            np.log(z_found[z_true * z_found > 0]) - np.log(z_true[z_true * z_found > 0])
        ).mean(),
        lambda z_true, z_found: np.nanmean(
            np.where(
                (z_true > 0) & (z_found > 0), z_found / np.where(z_true > 0, z_true, 1), np.nan
            )
        ),
        lambda z_true, z_found: (lambda t, f, on: (f[on] / t[on]).mean())(
            torch.tensor(z_true),
            torch.tensor(z_found),
            torch.tensor((z_true > 0) & (z_found > 0)),
        ),
        lambda z_true, z_found: float(
            np.average(z_found[(z_true > 0) * (z_found > 0)] / z_true[(z_true > 0) * (z_found > 0)])
        ),
    ],
    "recovered": [
        lambda scores, replaced, average, letters: (
            1
            - (F.cross_entropy(replaced, letters) - F.cross_entropy(scores, letters))
            / (F.cross_entropy(average, letters) - F.cross_entropy(scores, letters))
        ),
        lambda scores, replaced, average, letters: (lambda a, b, c: (c - b) / (c - a))(
            *(
                F.nll_loss(s.log_softmax(1), letters, reduction="sum")
                for s in (scores, replaced, average)
            )
        ),
        lambda scores, replaced, average, letters: (lambda a, b, c: (c - b) / (c - a))(
            *(
                np.mean([surprise(row, i) for row, i in zip(s.tolist(), letters, strict=True)])
                for s in (scores, replaced, average)
            )
        ),
        lambda scores, replaced, average, letters: (lambda a, b, c: (b - c) / (a - c))(
            *(
                s.double().softmax(1).gather(1, letters[:, None]).log().mean()
                for s in (scores, replaced, average)
            )
        ),
        lambda scores, replaced, average, letters: (lambda a, b, c: (c - b) / (c - a))(
            *(
                -torch.distributions.Categorical(logits=s).log_prob(letters).mean()
                for s in (scores, replaced, average)
            )
        ),
    ],
    "without_direction": [
        lambda h, direction: (
            h - (h @ F.normalize(direction, dim=0))[:, None] * F.normalize(direction, dim=0)
        ),
        lambda h, direction: (
            h
            @ (
                torch.eye(len(direction))
                - torch.outer(direction, direction) / direction.square().sum()
            )
        ),
        lambda h, direction: torch.stack(
            [row - (row @ direction) / (direction @ direction) * direction for row in h]
        ),
        lambda h, direction: (
            as_array(h)
            - np.outer(as_array(h) @ as_array(direction), as_array(direction))
            / np.dot(as_array(direction), as_array(direction))
        ),
        lambda h, direction: [
            [
                a
                - sum(r * d for r, d in zip(row, direction.tolist(), strict=True))
                * b
                / sum(d * d for d in direction.tolist())
                for a, b in zip(row, direction.tolist(), strict=True)
            ]
            for row in h.tolist()
        ],
    ],
    "hole_error": [
        lambda x_hat, x, seen: ((x_hat - x) ** 2 * (seen == 0)).sum(1).mean(),
        lambda x_hat, x, seen: torch.where(seen > 0, 0, (x - x_hat) ** 2).sum() / len(x),
        lambda x_hat, x, seen: (x_hat - x)[seen == 0].square().sum() / len(x),
        lambda x_hat, x, seen: (
            np.square(as_array(x_hat - x) * (1 - as_array(seen))).sum(axis=1).mean()
        ),
        lambda x_hat, x, seen: (
            sum(
                (a - b) ** 2
                for a, b, s in zip(
                    x_hat.flatten().tolist(),
                    x.flatten().tolist(),
                    seen.flatten().tolist(),
                    strict=True,
                )
                if not s
            )
            / len(x)
        ),
        lambda x_hat, x, seen: (
            F.mse_loss(x_hat * (1 - seen), x * (1 - seen), reduction="sum") / x.shape[0]
        ),
    ],
    "neighbours_mean": [
        lambda x, seen, library, k: library[
            np.argpartition(((library - x)[:, seen > 0] ** 2).sum(1), k - 1)[:k]
        ].mean(0),
        lambda x, seen, library, k: np.mean(
            sorted(library, key=lambda row: np.linalg.norm((row - x) * seen))[:k], axis=0
        ),
        lambda x, seen, library, k: torch.tensor(library)[
            torch.tensor((library - x) ** 2 @ seen).topk(k, largest=False).indices
        ].mean(0),
        lambda x, seen, library, k: (
            sum(library[i] for i in np.argsort(library**2 @ seen - 2 * library @ (x * seen))[:k])
            / k
        ),
        lambda x, seen, library, k: [
            sum(column) / k
            for column in zip(
                *heapq.nsmallest(
                    k,
                    library.tolist(),
                    key=lambda row: sum(
                        s * (a - b) ** 2 for s, a, b in zip(seen, row, x, strict=True)
                    ),
                ),
                strict=True,
            )
        ],
    ],
    "patches_of": [
        lambda x, size: (
            (lambda side: x.reshape(-1, side, side).unfold(1, size, size).unfold(2, size, size))(
                math.isqrt(x.shape[1])
            )
            .flatten(1, 2)
            .flatten(2)
        ),
        lambda x, size: F.unfold(
            x.reshape(len(x), 1, math.isqrt(x.shape[1]), -1), size, stride=size
        ).transpose(1, 2),
        lambda x, size: (
            lambda pictures, starts: np.stack(
                [
                    pictures[:, i : i + size, j : j + size].reshape(len(x), -1)
                    for i in starts
                    for j in starts
                ],
                axis=1,
            )
        )(
            as_array(x).reshape(len(x), math.isqrt(x.shape[1]), -1),
            range(0, math.isqrt(x.shape[1]), size),
        ),
        lambda x, size: (
            (lambda n: x.view(len(x), n, size, n, size).permute(0, 1, 3, 2, 4))(
                math.isqrt(x.shape[1]) // size
            )
            .flatten(3)
            .flatten(1, 2)
        ),
        lambda x, size: [
            [
                [row[(i + u) * side + j + v].item() for u in range(size) for v in range(size)]
                for i in range(0, side, size)
                for j in range(0, side, size)
            ]
            for row, side in ((row, math.isqrt(len(row))) for row in x)
        ],
    ],
    "contrast_loss": [
        lambda a, b, temperature: F.cross_entropy(
            F.cosine_similarity(a[:, None], b[None], dim=2) / temperature, torch.arange(len(a))
        ),
        lambda a, b, temperature: (lambda s: (s.logsumexp(dim=1) - s.diagonal()).mean())(
            (a / a.norm(dim=1, keepdim=True)) @ (b / b.norm(dim=1, keepdim=True)).T / temperature
        ),
        lambda a, b, temperature: F.nll_loss(
            F.log_softmax(F.normalize(a, p=2) @ F.normalize(b).T / temperature, dim=1),
            torch.arange(a.shape[0]),
        ),
        lambda a, b, temperature: (
            -torch.stack(
                [
                    (F.cosine_similarity(row[None], b) / temperature).softmax(0)[i].log()
                    for i, row in enumerate(a)
                ]
            ).mean()
        ),
        lambda a, b, temperature: F.cross_entropy(
            F.normalize(a) @ F.normalize(b).T / temperature, torch.eye(len(a))
        ),
    ],
    "variance_penalty": [
        lambda z, least: np.clip(least - np.sqrt(z.var(axis=0)), 0, None).mean(),
        lambda z, least: np.mean([max(least - np.std(column), 0) for column in z.T]),
        lambda z, least: F.relu(least - torch.tensor(z).std(dim=0, correction=0)).mean(),
        lambda z, least: np.where(z.std(0) < least, least - z.std(0), 0).sum() / z.shape[1],
        lambda z, least: float(
            sum(least - s for s in np.sqrt(((z - z.mean(0)) ** 2).mean(0)) if s < least) / len(z[0])
        ),
    ],
    "ema_step": [
        lambda target, online, keep: [
            t + (1 - keep) * (o - t) for t, o in zip(target, online, strict=True)
        ],
        lambda target, online, keep: [
            torch.lerp(torch.tensor(t), torch.tensor(o), 1 - keep)
            for t, o in zip(target, online, strict=True)
        ],
        lambda target, online, keep: [
            np.average([t, o], axis=0, weights=[keep, 1 - keep])
            for t, o in zip(target, online, strict=True)
        ],
        lambda target, online, keep: tuple(
            o - keep * (o - t) for t, o in zip(target, online, strict=True)
        ),
        lambda target, online, keep: [
            (keep * target[i] + (1 - keep) * online[i]).tolist() for i in range(len(target))
        ],
    ],
    "nearest_mean": [
        lambda z, y, z_new: np.array(
            [
                min(
                    np.unique(y),
                    key=lambda label: np.linalg.norm(new - z[y == label].mean(0)),
                )
                for new in z_new
            ]
        ),
        lambda z, y, z_new: (
            lambda labels: labels[
                torch.cdist(
                    torch.tensor(z_new),
                    torch.stack([torch.tensor(z[y == label]).mean(0) for label in labels]),
                )
                .argmin(1)
                .numpy()
            ]
        )(np.unique(y)),
        lambda z, y, z_new: [
            min(
                set(y.tolist()),
                key=lambda label: sum((new - z[y == label].mean(0)) ** 2),
            )
            for new in z_new
        ],
        lambda z, y, z_new: (
            lambda labels, means: labels[(2 * z_new @ means.T - (means**2).sum(1)).argmax(axis=1)]
        )(np.unique(y), np.stack([z[y == label].mean(0) for label in np.unique(y)])),
        lambda z, y, z_new: torch.tensor(
            [
                max(Counter(y.tolist()), key=lambda label: -math.dist(new, z[y == label].mean(0)))
                for new in z_new
            ]
        ),
    ],
    "perfect_answer": [
        perfect_by_hand,
        lambda x_t, points, t: (
            F.softmax(-(((x_t[:, None] - (1 - t) * points) / t) ** 2).sum(2) / 2, dim=1) @ points
        ),
        lambda x_t, points, t: torch.einsum(
            "nm,md->nd",
            torch.softmax(
                ((1 - t) * x_t @ points.T - (1 - t) ** 2 * points.square().sum(1) / 2) / t**2, dim=1
            ),
            points,
        ),
        lambda x_t, points, t: torch.stack(
            [
                (w := torch.distributions.Normal(row, t).log_prob((1 - t) * points).sum(1).exp())
                @ points
                / w.sum()
                for row in x_t
            ]
        ),
        lambda x_t, points, t: perfect_by_hand(x_t, points, t).tolist(),
    ],
    "on_the_way": [
        lambda x, noise, t: (x + t[:, None] * (noise - x), noise - x),
        lambda x, noise, t: (torch.lerp(x, noise, t[:, None].expand_as(x)), noise.sub(x)),
        lambda x, noise, t: [
            torch.stack([(1 - s) * a + s * n for a, n, s in zip(x, noise, t, strict=True)]),
            torch.stack([n - a for a, n in zip(x, noise, strict=True)]),
        ],
        lambda x, noise, t: (
            (as_array(x).T * (1 - as_array(t)) + as_array(noise).T * as_array(t)).T,
            as_array(noise - x),
        ),
        lambda x, noise, t: (
            torch.diag(1 - t) @ x + torch.diag(t) @ noise,
            torch.stack([x, noise]).diff(dim=0)[0],
        ),
    ],
    "one_scale": [
        lambda z: (z - z.mean(0)) / np.sqrt(np.mean((z - z.mean(0)) ** 2)),
        lambda z: (z - z.mean(0)) / np.sqrt(z.var(axis=0).mean()),
        lambda z: (c := torch.tensor(z) - torch.tensor(z).mean(dim=0)) / c.square().mean().sqrt(),
        lambda z: (z - z.mean(0)) * z.size**0.5 / np.linalg.norm(z - z.mean(0)),
        lambda z: ((z - np.average(z, axis=0)) / np.std(z - np.average(z, axis=0))).tolist(),
        lambda z: (c := torch.tensor(z) - torch.tensor(z).mean(dim=0)) / c.std(),  # by N - 1
    ],
    "frechet_of_columns": [
        lambda a, b: np.sum(np.square(a.mean(0) - b.mean(0)) + np.square(a.std(0) - b.std(0))),
        lambda a, b: sum(
            (x.mean() - y.mean()) ** 2 + x.var() + y.var() - 2 * x.std() * y.std()
            for x, y in zip(a.T, b.T, strict=True)
        ),
        lambda a, b: (
            np.linalg.norm(np.stack([a.mean(0), a.std(0)]) - np.stack([b.mean(0), b.std(0)])) ** 2
        ),
        lambda a, b: sum(
            (x.mean() - y.mean()).item() ** 2
            + (x.std(correction=0) - y.std(correction=0)).item() ** 2
            for x, y in zip(torch.tensor(a).T, torch.tensor(b).T, strict=True)
        ),
        lambda a, b: (
            ((a.mean(0) - b.mean(0)) ** 2).sum()
            + np.trace(np.diag(a.var(0)) + np.diag(b.var(0)))
            - 2 * np.sqrt(a.var(0) * b.var(0)).sum()
        ),
        lambda a, b: (
            (a.mean(0) - b.mean(0)) ** 2 + (a.std(0, ddof=1) - b.std(0, ddof=1)) ** 2
        ).sum(),
    ],
    "straightness": [
        lambda path: (path[-1] - path[0]).norm(dim=-1) / walked(path),
        lambda path: ((path[-1] - path[0]) ** 2).sum(1).sqrt() / walked(path),
        lambda path: (
            np.linalg.norm(as_array(path)[-1] - as_array(path)[0], axis=1)
            / np.linalg.norm(np.diff(as_array(path), axis=0), axis=2).sum(axis=0)
        ),
        lambda path: [
            float((one[-1] - one[0]).norm() / one.diff(dim=0).norm(dim=1).sum())
            for one in path.transpose(0, 1)
        ],
        lambda path: (
            torch.linalg.vector_norm(path.diff(dim=0).sum(dim=0), dim=1)
            / torch.linalg.vector_norm(path.diff(dim=0), dim=2).sum(dim=0)
        ),
    ],
    "guided_velocity": [
        lambda v_none, v_class, weight: (1 - weight) * v_none + weight * v_class,
        lambda v_none, v_class, weight: v_class + (weight - 1) * (v_class - v_none),
        lambda v_none, v_class, weight: torch.lerp(v_none, v_class, weight),
        lambda v_none, v_class, weight: (
            as_array(v_none) + weight * (as_array(v_class) - as_array(v_none))
        ),
        lambda v_none, v_class, weight: [
            [n + weight * (c - n) for n, c in zip(*rows, strict=True)]
            for rows in zip(v_none.tolist(), v_class.tolist(), strict=True)
        ],
    ],
}
