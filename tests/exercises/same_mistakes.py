"""Two more answers for each listed mistake, written as learners write them.

exercise -> some words of the sentence -> two functions. None calls the reference or the answer
that stands beside the sentence; loops, the other library and longer ways are meant. Reports have
numbers and words in their place.
"""

# ruff: noqa: N803

import math
from collections import Counter
from functools import partial

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812


def nll(scores, letters):
    return -F.log_softmax(scores, dim=1)[range(len(letters)), letters].mean()


# Lesson 01


def sigmoid(a):
    return np.exp(a) / (1 + np.exp(a))


def by_chain(x, p, code=np.tanh, slope=lambda a: 1 - np.tanh(a) ** 2, **changed):
    """Row by row: what a learner gets who walks the table with one line wrong."""
    total = {name: np.zeros_like(value) for name, value in p.items()}
    for row in x:
        a = row @ p["W1"] + p["b1"]
        y = sigmoid(code(a) @ p["W2"] + p["b2"])
        delta = 2 * (y - row) * y * (1 - y) / len(x)
        back = (p["W2"] @ delta) * slope(a)
        total["W2"] += np.outer(changed.get("seen", code)(a), delta)
        total["b2"] += delta
        total["W1"] += np.outer(row, back)
        total["b1"] += (p["W2"] @ delta) * changed.get("slope_of_b1", slope)(a)
    return total


def by_autograd(x, p, forward):
    """What autograd answers for a network that is not the one asked for."""
    leaves = {name: torch.tensor(value, requires_grad=True) for name, value in p.items()}
    loss = ((forward(torch.tensor(x), leaves) - torch.tensor(x)) ** 2).sum() / len(x)
    loss.backward()
    return {name: leaf.grad.numpy() for name, leaf in leaves.items()}


def without_bend(x, p):
    return torch.sigmoid((x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])


class StraightThrough(torch.autograd.Function):
    """tanh forwards, and backwards what is handed to it."""

    @staticmethod
    def forward(ctx, a, slope):
        ctx.save_for_backward(slope(a))
        return torch.tanh(a)

    @staticmethod
    def backward(ctx, out):
        return out * ctx.saved_tensors[0], None


def with_slope(slope):
    def forward(x, p):
        h = StraightThrough.apply(x @ p["W1"] + p["b1"], slope)
        return torch.sigmoid(h @ p["W2"] + p["b2"])

    return lambda x, p: by_autograd(x, p, forward)


def bend_only_backwards(x, p):
    """The code stays straight, the way back gets 1 - h**2 of it."""
    h = x @ p["W1"] + p["b1"]
    y = sigmoid(h @ p["W2"] + p["b2"])
    delta = 2 * (y - x) * (y - y**2) / len(x)
    delta_h = np.einsum("nd,kd->nk", delta, p["W2"]) * (1 - h) * (1 + h)
    return {"W2": h.T @ delta, "b2": delta.sum(0), "W1": x.T @ delta_h, "b1": delta_h.sum(0)}


def w2_before_the_bend(x, p):
    h = x @ p["W1"] + p["b1"]
    bent = np.tanh(h)
    y = sigmoid(bent @ p["W2"] + p["b2"])
    delta = 2 * (y - x) * y * (1 - y) / len(x)
    delta_h = delta @ p["W2"].T / np.cosh(h) ** 2
    return {"W1": x.T @ delta_h, "b1": delta_h.sum(0), "W2": h.T @ delta, "b2": delta.sum(0)}


def b1_without_slope(x, p):
    bent = np.tanh(x @ p["W1"] + p["b1"])
    y = sigmoid(bent @ p["W2"] + p["b2"])
    delta = 2 * (y - x) * y * (1 - y) / len(x)
    wanted = delta @ p["W2"].T
    return {
        "W1": x.T @ (wanted * (1 - bent * bent)),
        "b1": wanted.sum(axis=0),
        "W2": bent.T @ delta,
        "b2": delta.sum(axis=0),
    }


def in_the_encoder(x, p):
    """Autograd where the decoder is a copy of its own."""
    w = torch.tensor(p["W1"], requires_grad=True)
    h = torch.tensor(x) @ w + torch.tensor(p["b1"])
    y = torch.sigmoid(h @ torch.tensor(p["W1"].T) + torch.tensor(p["b2"]))
    return torch.autograd.grad(((y - torch.tensor(x)) ** 2).sum() / len(x), w)[0].numpy()


def in_the_decoder(x, p):
    w = torch.tensor(p["W1"].T.copy(), requires_grad=True)
    h = torch.tensor(x @ p["W1"] + p["b1"])
    y = torch.sigmoid(h @ w + torch.tensor(p["b2"]))
    return torch.autograd.grad(((y - torch.tensor(x)) ** 2).sum() / len(x), w)[0].numpy().T


def in_both(x, p):
    """Each image's two parts, in a list."""
    parts = []
    for row in x:
        h = row @ p["W1"] + p["b1"]
        y = sigmoid(p["W1"] @ h + p["b2"])
        delta = 2 * (y - row) * y * (1 - y) / len(x)
        parts.append((np.outer(row, delta @ p["W1"]), np.outer(delta, h)))
    return sum(first for first, _ in parts), sum(second for _, second in parts)


# Lesson 03


def through_svd(x, k, centre=None, smallest=False, whole=False, add=True):
    """Copies by the SVD of the pictures, with one thing changed."""
    mean = x.mean(axis=0) if centre is None else centre(x)
    rows = np.linalg.svd(x - mean, full_matrices=True)[2]
    chosen = rows[len(rows) - k :] if smallest else rows[:k]
    seen = x if whole else x - mean
    copies = sum(np.outer(seen @ row, row) for row in chosen)
    return copies + mean if add else copies


def covariance_axes(x):
    return np.linalg.eigh(np.cov(x.T, bias=True))[1]


def loss_of_turning(variances, k, sine, cosine=None, k_from=0):
    """What is lost of direction k, less what is caught of the next."""
    here, following = variances[k - 1 + k_from], variances[min(k + k_from, len(variances) - 1)]
    caught = sine if cosine is None else 1 - cosine
    return here - ((1 - caught) * here + caught * following)


def turned_to(b, v):
    """The orthogonal matrix nearest to b.T @ v, by its square root."""
    m = b.T @ v
    values, axes = np.linalg.eigh(m.T @ m)
    return m @ axes @ np.diag(values**-0.5) @ axes.T


def in_its_sheet(b, c):
    """Orthonormal columns by the SVD, and the turn within them, largest variance first."""
    q = np.linalg.svd(b, full_matrices=False)[0]
    values, turn = np.linalg.eigh(q.T @ c @ q)
    return q @ turn[:, np.argsort(-values)]


def upwards(axes):
    return np.stack([a if a.sum() > 0 else -a for a in axes.T], axis=1)


# Networks that take a step


class Small(nn.Module):
    def __init__(self, weights, bend=None, last=torch.sigmoid):
        super().__init__()
        self.encoder = nn.Linear(*reversed(weights["encoder.weight"].shape))
        self.decoder = nn.Linear(*reversed(weights["decoder.weight"].shape))
        self.bend, self.last = bend or nn.Identity(), last

    def forward(self, x):
        return self.last(self.decoder(self.bend(self.encoder(x))))


def dense(weights, **changed):
    return Small(weights, **changed)


def stencils(weights, bend=nn.SiLU, pool=nn.MaxPool2d, last=nn.Sigmoid):
    maps = weights["0.bias"].numel()
    down, up = nn.Conv2d(1, maps, 3, padding=1), nn.ConvTranspose2d(maps, 1, 4, 2, 1)
    return nn.Sequential(down, bend(), pool(2), up, last())


def trained(make, x, weights, lr, *, loss=None, optimizer=torch.optim.SGD, load=True):
    network = make(weights)
    if load:
        network.load_state_dict(weights)
    taken = optimizer(network.parameters(), lr=lr)
    before = network(x)
    taken.zero_grad()
    (loss or summed)(before, x).backward()
    taken.step()
    return before, network(x)


def by_hand(make, x, weights, lr, *, sign=-1.0, scale=lambda x: 1 / len(x)):
    """The step written out, in double precision."""
    network = make(weights).double()
    network.load_state_dict(weights)
    x = x.double()
    before = network(x)
    (((x - before) ** 2).sum() * scale(x)).backward()
    with torch.no_grad():
        for value in network.parameters():
            value += sign * lr * value.grad
        return before, network(x)


def summed(x_hat, x):
    return F.mse_loss(x_hat, x, reduction="sum") / x.shape[0]


def step_is_forgotten(make, x, weights, lr):
    """loss.backward() without the step."""
    network = make(weights)
    network.load_state_dict(weights)
    torch.optim.SGD(network.parameters(), lr=lr)
    before = network(x)
    summed(before, x).backward()
    return before, network(x)


def not_asked_again(make, x, weights, lr):
    before, _ = trained(make, x, weights, lr)
    return before, before.clone()


def steps_of(make, last, bend):
    """The mistakes that both networks share."""
    return {
        "both pairs of copies": (
            partial(step_is_forgotten, make),
            partial(not_asked_again, make),
        ),
        "averaged over the pixels too": (
            partial(trained, make, loss=F.mse_loss),
            partial(by_hand, make, scale=lambda x: 1 / x.numel()),
        ),
        "divide the loss by the number": (
            partial(trained, make, loss=partial(F.mse_loss, reduction="sum")),
            partial(by_hand, make, scale=lambda x: 1.0),
        ),
        "goes uphill": (
            partial(trained, make, loss=lambda x_hat, x: -summed(x_hat, x)),
            partial(by_hand, make, sign=1.0),
        ),
        "the sigmoid at the end": (
            partial(trained, partial(make, last=last)),
            partial(by_hand, partial(make, last=last)),
        ),
        "weights of its own": (
            partial(trained, make, load=False),
            lambda x, weights, lr: [
                part.tolist() for part in trained(make, x, weights, lr, load=False)
            ],
        ),
        "exchanged": (
            lambda x, weights, lr: trained(make, x, weights, lr)[::-1],
            lambda x, weights, lr: tuple(reversed(by_hand(make, x, weights, lr))),
        ),
        **bend,
    }


def nats(x_hat, x):
    return -(x * x_hat.log() + (1 - x) * (1 - x_hat).log()).sum() / len(x)


# Lesson 04


def counted(size, kernel, stride, add=True):
    """Stamps pressed by slices."""
    line = np.zeros((size - 1) * stride + kernel, int)
    for place in range(size):
        here = slice(place * stride, place * stride + kernel)
        line[here] = line[here] + 1 if add else 1
    return line


def by_counter(places, length):
    found = Counter(places)
    return [found[i] for i in range(length)]


def stamps(size, kernel, stride):
    return [place * stride + k for place in range(size) for k in range(kernel)]


def interval(layers, reach=lambda kernel: kernel - 1, apart=True, first=0):
    """The field as an interval of pixels that grows."""
    low, high, step = 0, first, 1
    for kernel, stride in layers:
        high += reach(kernel) * step
        step *= stride if apart else 1
    return high - low + 1


def backwards_from_one(layers):
    """From the unit to the picture, but through the layers in the order of the list."""
    side = 1
    for kernel, stride in layers:
        side = (side - 1) * stride + kernel
    return side


def own_stride_first(layers):
    side, step = 1, 1
    for kernel, stride in layers:
        step *= stride
        side += step * (kernel - 1)
    return side


def only_the_last_stride(layers):
    side, previous = 1, 1
    for kernel, stride in layers:
        side, previous = side + previous * (kernel - 1), stride
    return side


def squares(x):
    return x.view(-1, 28, 28)


def by_columns(x, pixels, sign=-1):
    columns = (torch.arange(28) + sign * pixels) % 28
    return squares(x)[:, :, columns].reshape(len(x), 784)


def by_rows(x, pixels):
    rows = (torch.arange(28) - pixels) % 28
    return squares(x)[:, rows].reshape(len(x), 784)


def with_empty_columns(x, pixels):
    moved = torch.zeros_like(squares(x))
    if pixels > 0:
        moved[:, :, pixels:] = squares(x)[:, :, :-pixels]
    elif pixels < 0:
        moved[:, :, :pixels] = squares(x)[:, :, -pixels:]
    else:
        moved = squares(x)
    return moved.flatten(1)


def padded(x, pixels):
    left, right = max(pixels, 0), max(-pixels, 0)
    wide = F.pad(squares(x), (left, right))
    return wide[:, :, right : right + 28].flatten(1)


# Lesson 02


def columns_that(z, test):
    return sum(bool(test(column)) for column in z.T.tolist())


def sparseness(z, root=None, first=None, second=None, below=True):
    """Row by row; None stands for what the formula has."""
    found = []
    for row in z.double():
        width = (root or math.sqrt)(len(row))
        one = (first or (lambda r: r.abs().sum()))(row)
        two = (second or (lambda r: r.norm()))(row)
        found.append((width - one / two) / (width - 1 if below else 1))
    return torch.stack(found)


def tanh_norms(W, b, x, slope=lambda z: 1 - z**2, power=2, rows=lambda w: w.square().sum()):
    """One number for each image, unit by unit."""
    z = torch.tanh(torch.einsum("nd,kd->nk", x, W) + b)
    return sum(slope(z[:, k]) ** power * rows(W[k]) for k in range(len(W)))


def by_sorting(z, k, key=lambda v: v, fill=0.0):
    """Keep what is among the first k of a row when sorted by a key."""
    rows = []
    for row in z:
        order = key(row).argsort(descending=True)[:k]
        kept = torch.full_like(row, fill)
        kept[order] = row[order]
        rows.append(kept)
    return torch.stack(rows)


# Lesson 05


def decibels(errors):
    return torch.stack([10 * torch.log10(1 / error) for error in errors])


def pixel_by_pixel(x, amount, draw, choose):
    pairs = zip(x.flatten().tolist(), draw.flatten().tolist(), strict=True)
    return torch.tensor([choose(value, d) for value, d in pairs]).reshape(x.shape)


def ridge(inputs, targets, alpha, last=False, spare=False, n=None):
    """The weights by NumPy's solver."""
    ones = np.ones((len(inputs), 1))
    a = np.hstack([inputs, ones] if last else [ones, inputs])
    held = np.eye(a.shape[1])
    if spare:
        held[0, 0] = 0
    n = n or len(a)
    weights = np.linalg.solve(a.T @ a / n + alpha * held, a.T @ np.asarray(targets) / n)
    return torch.tensor(weights).float()


def ridge_by_lstsq(inputs, targets, alpha, n=None):
    """The same from more rows: alpha as pictures of its own."""
    n = n or len(inputs)
    a = torch.cat([torch.ones(len(inputs), 1), inputs], dim=1).double() / n**0.5
    a = torch.cat([a, alpha**0.5 * torch.eye(a.shape[1], dtype=a.dtype)])
    b = torch.cat([targets.double() / n**0.5, torch.zeros(a.shape[1], targets.shape[1])])
    return torch.linalg.lstsq(a, b).solution.float()


def towards(x_hat, target):
    return sum(((a - b) ** 2).sum() for a, b in zip(x_hat, target, strict=True)) / len(x_hat)


# Lesson 06


def kl_entries(mu, logvar):
    q = torch.distributions.Normal(mu, torch.exp(logvar / 2))
    return torch.distributions.kl_divergence(q, torch.distributions.Normal(0.0, 1.0))


def log_likelihood(x_hat, x):
    return (x * torch.log(x_hat) + (1 - x) * torch.log1p(-x_hat)).sum(dim=-1)


# Lesson 07


def on_the_arc(a, b, t, length=None, ends=lambda v: v / v.norm(), divide=True):
    """The spherical way in double precision, with one thing changed."""
    a, b = a.double(), b.double()
    angle = math.acos(float(F.cosine_similarity(a, b, dim=0)))
    way = math.sin(angle * (1 - t)) * ends(a) + math.sin(angle * t) * ends(b)
    return (length or (lambda a, b: 1.0))(a, b) * (way / math.sin(angle) if divide else way)


def even_length(t):
    return lambda a, b: torch.lerp(a.norm(), b.norm(), t)


def halves(weight, n_classes):
    return weight.split([weight.shape[1] - n_classes, n_classes], dim=1)


def difference(z, one, where):
    """With less without, among the rows where a condition holds."""
    rows = [(v, o) for v, o, w in zip(z, one.tolist(), where.tolist(), strict=True) if w]
    there = [v for v, o in rows if o]
    gone = [v for v, o in rows if not o]
    return sum(there) / len(there) - sum(gone) / len(gone)


# Lesson 08


def split(scores, y):
    pairs = list(zip(scores.tolist(), y.tolist(), strict=True))
    return [s for s, odd in pairs if not odd], [s for s, odd in pairs if odd]


def share_of(values, test):
    return sum(map(test, values)) / len(values)


def pair_points(scores, y, higher=1.0, equal=0.5, lower=0.0):
    normal, odd = split(scores, y)
    points = [higher if o > n else equal if o == n else lower for o in odd for n in normal]
    return sum(points), len(points)


def cheapest(scores, y, cost, thresholds=None):
    """The smallest cost of a list of normal and odd scores, over all thresholds."""
    normal, odd = split(scores, y)
    tried = [*scores.tolist(), math.inf] if thresholds is None else thresholds
    return min(cost(normal, odd, t) for t in tried)


# Lesson 09


def shares(q):
    values = np.asarray(q).ravel().tolist()
    return [count / len(values) for count in Counter(values).values()]


def tried_one_by_one(decoder, code, rival, enough):
    if code >= rival:
        return 0
    n = 0
    while not enough(decoder + n * code, n * rival):
        n += 1
    return n


def savings(decoder, code, rival):
    return decoder / (rival - code)


def bit_by_bit(deviation, total, error, choose=np.argmax):
    bits = [0] * len(deviation)
    for _ in range(total):
        bits[int(choose([error(d, b) for d, b in zip(deviation, bits, strict=True)]))] += 1
    return bits


# Lesson 10


def of_first(found, labels, k, count):
    return np.mean([count([f == y for f in row[:k]]) for row, y in zip(found, labels, strict=True)])


def turned(n_bits, radii, ways=math.comb):
    return sum(ways(n_bits, r) for r in radii)


def mate_place(z, groups, i, score, drop=True, last=False):
    """The place of the first mate in a plain sort, or None."""
    others = [j for j in range(len(z)) if j != i or not drop]
    order = sorted(others, key=lambda j: score(z[i], z[j]), reverse=not last)
    places = [place for place, j in enumerate(order, 1) if groups[j] == groups[i]]
    return places or [math.inf]


def step_of(rows, size):
    return sum(rows) / len(rows) if len(rows) else np.zeros(size)


def nudged(query, good, bad, plus=0.75, minus=0.25, keep=1.0):
    size = len(query)
    return keep * query + plus * step_of(good, size) - minus * step_of(bad, size)


# Lesson 11


def weighed(photo, red, green, blue):
    return red * photo[0] + green * photo[1] + blue * photo[2]


def sorted_median(answers, probabilities):
    """For each pixel the value at which half of the probability is reached."""
    found = []
    for column in answers.T:
        total = 0.0
        for place in np.argsort(column):
            total += probabilities[place]
            if total >= 0.5:
                found.append(column[place])
                break
    return np.array(found)


def squares_from(maps, order):
    """Pixel by pixel: which map holds upper left, upper right, lower left, lower right."""
    _, height, width = maps.shape
    picture = np.zeros((2 * height, 2 * width))
    for place, number in enumerate(order):
        picture[place // 2 :: 2, place % 2 :: 2] = maps[number]
    return picture


def slopes(picture, weights=(1, 2, 1), by=4):
    """Downward and sideways differences by loops over the three weights."""
    p, height, width = np.asarray(picture), *np.shape(picture)
    down = sum(
        w * (p[2:, j : width - 2 + j] - p[:-2, j : width - 2 + j]) for j, w in enumerate(weights)
    )
    across = sum(
        w * (p[i : height - 2 + i, 2:] - p[i : height - 2 + i, :-2]) for i, w in enumerate(weights)
    )
    return down / by, across / by


def in_squares(large, small, change):
    """Each square of 2 by 2 pixels by itself."""
    result = large.copy()
    for i, j in np.ndindex(small.shape):
        square = large[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        result[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = change(square, small[i, j])
    return result


# Lesson 12


def known_only(x_hat, x, known):
    here = known > 0
    return (x_hat - x)[here], known.size


def film_sums(stars, film, n_films):
    sums, counts = np.zeros(n_films), np.zeros(n_films)
    for star, one in zip(stars, film, strict=True):
        sums[one] += star
        counts[one] += 1
    return sums, counts


def plain_means(stars, film, n_films):
    return [stars[film == one].mean() if (film == one).any() else None for one in range(n_films)]


def ranked(scores, seen, k, upwards=False, again=False):
    films = [i for i in range(len(scores)) if again or not seen[i]]
    return sorted(films, key=lambda i: scores[i], reverse=not upwards)[:k]


def hits(films, liked):
    return sum(bool(liked[i]) for i in films)


def by_similarity(weight, i, k, similarity, leave_out=True, least=False):
    others = [j for j in range(len(weight)) if j != i or not leave_out]
    return sorted(others, key=lambda j: similarity(weight[i], weight[j]), reverse=not least)[:k]


def cosine(a, b):
    return float(a @ b) / math.hypot(*a) / math.hypot(*b)


# Lesson 13


def by_letters(right):
    """A letter is one letter, however it is typed."""
    return {f"{c}? ": (c.lower(), f" {c} ") for c in "ABCDE" if c != right}


def nats_of(mean, x):
    return F.binary_cross_entropy(mean.expand_as(x), x, reduction="none").sum(1).mean()


def held(mean, low=1e-6):
    return torch.minimum(torch.maximum(mean, torch.tensor(low)), torch.tensor(1 - low))


def elbo_from(x_hat, x, mu, spread, error="sum", kl="sum", images=(True, True), sign=1, pixels=1):
    """Both parts written with torch.distributions; `spread` is what it takes for sigma."""
    each = -torch.distributions.Bernoulli(probs=x_hat, validate_args=False).log_prob(x)
    q, p = torch.distributions.Normal(mu, spread), torch.distributions.Normal(0.0, 1.0)
    price = torch.distributions.kl_divergence(q, p)
    one = each.mean() * pixels if error == "mean" else each.sum() / (len(x) if images[0] else 1)
    two = price.mean() if kl == "mean" else price.sum() / (len(mu) if images[1] else 1)
    return one + sign * two


def right_spread(logvar):
    return (logvar / 2).exp()


def elbo_with(spread=right_spread, **changed):
    """The same twice: in one go, and the pictures in double precision."""
    return (
        lambda x_hat, x, mu, logvar: elbo_from(x_hat, x, mu, spread(logvar), **changed),
        lambda x_hat, x, mu, logvar: elbo_from(
            x_hat.double(), x.double(), mu.double(), spread(logvar.double()), **changed
        ),
    )


def layer_variances(x, weights, bend=np.tanh, before=False, measure=None, first=None):
    """What each layer's outputs measure, and what x itself does."""
    measure = measure or (lambda v: np.mean([column.var() for column in v.T]))
    found, start = [], (first or measure)(x)
    for weight in weights:
        inside = np.einsum("ni,io->no", x, weight)
        x = bend(inside)
        found.append(measure(inside if before else x))
    return np.array(found), start


def over_rows(v):
    return np.mean([row.var() for row in v])


# Lesson 14


def entropy(counts, log=math.log):
    total = sum(counts.tolist())
    return -sum(c / total * log(c / total) for c in counts.tolist() if c)


def slopes_by_autograd(score):
    """By autograd of the losses as they are written."""
    s = score.clone().requires_grad_()
    fake, real = torch.log(1 - torch.sigmoid(s)), -torch.log(torch.sigmoid(s))
    (a,) = torch.autograd.grad(fake.sum(), s)
    (b,) = torch.autograd.grad(real.sum(), s)
    return a, b


def entry_by_entry(codebook, z, chosen, take, nobody=lambda old: old):
    rows = []
    for number, old in enumerate(codebook):
        mine = [v for v, c in zip(z, chosen.tolist(), strict=True) if c == number]
        rows.append(take(old, mine) if mine else nobody(old))
    return torch.stack(rows)


def stage_by_stage(z, codebooks, go_on=lambda rest, entry, z: rest - entry, far=None, first=False):
    """Row by row, with one step wrong: the numbers of each row's entries, and what is left."""
    far = far or (lambda rest, entry: ((rest - entry) ** 2).sum())
    numbers, left = [], []
    for row in z:
        rest, taken = row, []
        for codebook in codebooks:
            entries = codebooks[0] if first else codebook
            taken.append(min(range(len(entries)), key=lambda k, e=entries, r=rest: far(r, e[k])))
            rest = go_on(rest, entries[taken[-1]], row)
        numbers.append(taken)
        left.append(rest)
    return numbers, left


def squares_to(rest, codebook):
    """Squared distances of all rows to all entries, up to what the entry does not change."""
    return codebook.square().sum(1) - 2 * rest @ codebook.T


def staged(z, codebooks, go_on=lambda rest, entry, z: rest - entry, score=squares_to):
    """All rows at once, with one step wrong: numbers (N, stages) and what is left."""
    rest, numbers = z.clone(), torch.zeros(len(z), len(codebooks), dtype=torch.long)
    for stage, codebook in enumerate(codebooks):
        numbers[:, stage] = score(rest, codebook).min(dim=1).indices
        rest = go_on(rest, codebook[numbers[:, stage]], z)
    return numbers, rest


def level_by_level(z, levels, bend=math.tanh, last=round):
    top = levels // 2
    return [[last(top * bend(v)) for v in row] for row in z.tolist()]


def mixed(x_hat, noise, b):
    return torch.tensor(b).sqrt() * x_hat + torch.tensor(1 - b).sqrt() * noise


def noise_in(x_a, x_hat, a):
    return (x_a - math.sqrt(a) * x_hat) / math.sqrt(1 - a)


def answered(x_t, points, t, seen=lambda points, t: (1 - t) * points, falls=None):
    """Row by row, with one line wrong: what stands in for the likelihood of each point."""
    falls = falls or (lambda way: -(way**2).sum(dim=1) / (2 * t**2))
    rows = [falls(row - seen(points, t)) for row in x_t]
    return torch.stack([(row - row.max()).exp() @ points / (row - row.max()).exp().sum()
                        for row in rows])  # fmt: skip


def lengths_of(path):
    return torch.stack(
        [(path[i + 1] - path[i]).square().sum(1).sqrt() for i in range(len(path) - 1)]
    )


SAME = {
    "error_of_each": {
        "mean over the pixels": (
            lambda x_hat, x: np.mean(np.square(x - x_hat), axis=-1),
            lambda x_hat, x: [sum((a - b) ** 2) / len(a) for a, b in zip(x_hat, x, strict=True)],
        ),
        "summed over the images": (
            lambda x_hat, x: np.square(x - x_hat).T.sum(axis=1),
            lambda x_hat, x: sum((a - b) ** 2 for a, b in zip(x_hat, x, strict=True)),
        ),
        "one number for all images together": (
            lambda x_hat, x: np.linalg.norm(x_hat - x) ** 2,
            lambda x_hat, x: float(torch.tensor(x_hat - x).square().sum()),
        ),
        "mean over the images": (
            lambda x_hat, x: np.mean(np.sum((x - x_hat) ** 2, axis=1)),
            lambda x_hat, x: np.linalg.norm(x_hat - x) ** 2 / x.shape[0],
        ),
        "absolute differences": (
            lambda x_hat, x: np.linalg.norm(x_hat - x, ord=1, axis=1),
            lambda x_hat, x: torch.tensor(x - x_hat).abs().sum(dim=1),
        ),
        "summed first": (
            lambda x_hat, x: np.square(x_hat.sum(axis=1) - x.sum(axis=1)),
            lambda x_hat, x: [sum(a - b) ** 2 for a, b in zip(x_hat, x, strict=True)],
        ),
        "root of the squared error": (
            lambda x_hat, x: np.linalg.norm(x - x_hat, axis=1),
            lambda x_hat, x: [math.dist(a, b) for a, b in zip(x_hat, x, strict=True)],
        ),
    },
    "gradients_tanh": {
        "gradient without the bend": (
            lambda x, p: by_autograd(x, p, without_bend),
            partial(by_chain, code=lambda a: a, slope=np.ones_like),
        ),
        "on the way back the slope is missing": (
            with_slope(torch.ones_like),
            partial(by_chain, slope=np.ones_like),
        ),
        "bend it once more in the slope": (
            with_slope(lambda a: 1 - a.tanh().tanh() ** 2),
            partial(by_chain, slope=lambda a: 1 / np.cosh(np.tanh(a)) ** 2),
        ),
        "takes the h before np.tanh": (
            with_slope(lambda a: 1 - a**2),
            partial(by_chain, slope=lambda a: (1 - a) * (1 + a)),
        ),
        "slope of the sigmoid": (
            with_slope(lambda a: a.tanh() - a.tanh() ** 2),
            partial(by_chain, slope=lambda a: np.tanh(a) * (1 - np.tanh(a))),
        ),
        "not the way forwards": (
            bend_only_backwards,
            partial(by_chain, code=lambda a: a, slope=lambda a: 1 - a**2),
        ),
        "square h": (
            with_slope(lambda a: 1 - a.tanh()),
            partial(by_chain, slope=lambda a: 1 - np.tanh(a)),
        ),
        "the code before the bend": (w2_before_the_bend, partial(by_chain, seen=lambda a: a)),
        "b1 misses the slope": (b1_without_slope, partial(by_chain, slope_of_b1=np.ones_like)),
    },
    "one_step": steps_of(
        dense,
        last=lambda a: a,
        bend={
            "the cross-entropy smaller": (
                partial(trained, dense, loss=nats),
                partial(
                    trained,
                    dense,
                    loss=lambda x_hat, x: (
                        F.binary_cross_entropy_with_logits(torch.logit(x_hat), x, reduction="none")
                        .sum(1)
                        .mean()
                    ),
                ),
            ),
            "a step of Adam": (
                partial(trained, dense, optimizer=torch.optim.Adam),
                partial(
                    trained,
                    dense,
                    optimizer=lambda values, lr: torch.optim.AdamW(values, lr, weight_decay=0),
                ),
            ),
            "behind the encoder too": (
                partial(trained, partial(dense, bend=torch.sigmoid)),
                partial(by_hand, partial(dense, bend=nn.Sigmoid())),
            ),
        },
    ),
    "gradient_tied": {
        "this is what the encoder says": (in_the_encoder, lambda x, p: in_both(x, p)[0]),
        "this is what the decoder says": (in_the_decoder, lambda x, p: in_both(x, p)[1]),
        "mean of the two places": (
            lambda x, p: np.mean(in_both(x, p), axis=0),
            lambda x, p: 0.5 * in_the_encoder(x, p) + 0.5 * in_the_decoder(x, p),
        ),
        "encoder's gradient twice": (
            lambda x, p: in_the_encoder(x, p) + in_both(x, p)[0],
            lambda x, p: torch.tensor(in_both(x, p)[0]) * 2,
        ),
        "subtracted": (
            lambda x, p: in_the_encoder(x, p) - in_the_decoder(x, p),
            lambda x, p: np.subtract(*in_both(x, p)),
        ),
    },
    "error_on_seven": {
        "less than 1": (0.68, 0.75),
        "the root of the ratio": (1.19, 1.25),
        "divide the means": (0.164, 0.173),
        "so add 1": (0.43, 0.5),
        "error on the 7s itself": (29.4, 33.0),
        "error on the other digits": (20.0, 21.9),
        "difference of the two errors": (9.4, 10.8),
        "in per cent": (141.0, 152.0),
    },
    "components_for_90": {
        "places are counted from 0": (86.0, np.int64(86)),
        "added up standard deviations": (350.0, np.int64(350)),
        "of 784 pixels": (706.0, np.int64(706)),
        "for the test digits": (84.0, np.int64(84)),
        "without taking away the mean": (53.0, np.int64(53)),
        "how many are left over": (697.0, np.int64(697)),
    },
    "pca_by_hand": {
        "the mean was never taken away": (
            partial(through_svd, centre=lambda x: 0),
            lambda x, k: (lambda rows: x @ rows[:k].T @ rows[:k])(np.linalg.svd(x)[2]),
        ),
        "the mean is not added again": (
            partial(through_svd, add=False),
            lambda x, k: (lambda v: (x - x.mean(0)) @ v @ v.T)(covariance_axes(x)[:, -k:]),
        ),
        "smallest variance": (
            partial(through_svd, smallest=True),
            lambda x, k: (lambda v: (x - x.mean(0)) @ v @ v.T + x.mean(0))(
                covariance_axes(x)[:, :k]
            ),
        ),
        "you took rows": (
            lambda x, k: (lambda v: (x - x.mean(0)) @ v.T @ v + x.mean(0))(
                np.linalg.eigh((x - x.mean(0)).T @ (x - x.mean(0)))[1][-k:]
            ),
            lambda x, k: (lambda v: x.mean(0) + sum(np.outer((x - x.mean(0)) @ r, r) for r in v))(
                np.linalg.eigh((x - x.mean(0)).T @ (x - x.mean(0)))[1][len(x.T) - k :]
            ),
        ),
        "you projected x itself": (
            partial(through_svd, whole=True),
            lambda x, k: (lambda v: x @ v @ v.T + np.mean(x, 0))(covariance_axes(x)[:, -k:]),
        ),
        "projected with their mean": (
            partial(through_svd, whole=True, add=False),
            lambda x, k: (lambda v: x @ v @ v.T)(covariance_axes(x)[:, -k:]),
        ),
        "these are the codes": (
            lambda x, k: np.einsum(
                "nd,dk->nk",
                x - x.mean(0),
                np.linalg.eigh((x - x.mean(0)).T @ (x - x.mean(0)))[1][:, -k:],
            ),
            lambda x, k: (
                torch.tensor(x - x.mean(0))
                @ torch.tensor(
                    np.linalg.eigh((x - x.mean(0)).T @ (x - x.mean(0)))[1][:, -k:].copy()
                )
            ),
        ),
        "you took away one number": (
            partial(through_svd, centre=np.mean),
            lambda x, k: (lambda rows: (x - x.mean()) @ rows[:k].T @ rows[:k] + x.mean())(
                np.linalg.svd(x - x.mean())[2]
            ),
        ),
    },
    "decoder_for_mixed": {
        "this mixes once more": (
            lambda B, S: np.einsum("dk,kj->dj", B, S),
            lambda B, S: torch.tensor(B) @ torch.tensor(S),
        ),
        "the transpose undoes": (
            lambda B, S: (S @ B.T).T,
            lambda B, S: np.inner(B, S),
        ),
        "you transposed the inverse": (
            lambda B, S: np.linalg.solve(S, B.T).T,
            lambda B, S: B @ np.linalg.pinv(S).T,
        ),
        "does not know of the mixing": (
            lambda B, S: B.copy(),
            lambda B, S: B @ S @ np.linalg.inv(S),
        ),
        "by the diagonal only": (
            lambda B, S: B @ np.diag(1 / np.diag(S)),
            lambda B, S: B @ np.linalg.inv(np.diag(np.diag(S))),
        ),
    },
    "cost_of_turning": {
        "counts angles in radians": (
            lambda v, k, degrees: loss_of_turning(v, k, math.sin(degrees) ** 2),
            lambda v, k, degrees: (1 - np.cos(degrees) ** 2) * (v[k - 1] - v[k]),
        ),
        "the sine has to be squared": (
            lambda v, k, degrees: loss_of_turning(v, k, math.sin(math.radians(degrees))),
            lambda v, k, degrees: (v[k - 1] - v[k]) * np.cos(np.pi / 2 - np.pi * degrees / 180),
        ),
        "the cosine has to be squared": (
            lambda v, k, degrees: loss_of_turning(v, k, 0, math.cos(math.radians(degrees))),
            lambda v, k, degrees: (v[k - 1] - v[k]) * 2 * np.sin(np.pi * degrees / 360) ** 2,
        ),
        "places are counted from 0": (
            lambda v, k, degrees: loss_of_turning(
                v, k, math.sin(math.radians(degrees)) ** 2, k_from=1
            ),
            lambda v, k, degrees: (
                (v[k] - [*v, v[-1]][k + 1]) * (1 - np.cos(np.deg2rad(degrees)) ** 2)
            ),
        ),
        "it catches a part": (
            lambda v, k, degrees: v[k - 1] * (1 - math.cos(math.radians(degrees)) ** 2),
            lambda v, k, degrees: v[k - 1] - v[k - 1] * np.cos(np.deg2rad(degrees)) ** 2,
        ),
        "0 at a right angle": (
            lambda v, k, degrees: loss_of_turning(v, k, math.cos(math.radians(degrees)) ** 2),
            lambda v, k, degrees: (1 - np.sin(np.pi * degrees / 180) ** 2) * (v[k - 1] - v[k]),
        ),
        "the cost of a right angle": (
            lambda v, k, degrees: -np.diff(v)[k - 1],
            lambda v, k, degrees: loss_of_turning(v, k, 1.0),
        ),
        "does not grow evenly": (
            lambda v, k, degrees: loss_of_turning(v, k, degrees / 90),
            lambda v, k, degrees: 2 * math.radians(degrees) / math.pi * (v[k - 1] - v[k]),
        ),
    },
    "best_rotation": {
        "this turns V towards B": (
            lambda B, V: turned_to(V, B),
            lambda B, V: turned_to(B, V).T,
        ),
        "transposed already": (
            lambda B, V: (lambda u, _, w: u @ w.T)(*np.linalg.svd(B.T @ V)),
            lambda B, V: (lambda u, _, w: np.inner(u, w))(*np.linalg.svd(B.T @ V)),
        ),
        "this matrix still stretches": (
            lambda B, V: np.einsum("di,dj->ij", B, V),
            lambda B, V: (V.T @ B).T,
        ),
        "the best matrix of all": (
            lambda B, V: np.linalg.lstsq(B, V, rcond=None)[0],
            lambda B, V: np.linalg.solve(B.T @ B, B.T @ V),
        ),
        "B times R": (
            lambda B, V: B @ turned_to(B, V),
            lambda B, V: (turned_to(B, V).T @ B.T).T,
        ),
        "you allow turns only": (
            lambda B, V: (
                lambda u, _, w: u @ np.diag([*[1] * (len(w) - 1), round(np.linalg.det(u @ w))]) @ w
            )(*np.linalg.svd(B.T @ V)),
            lambda B, V: (
                lambda u, _, w: (
                    u @ w if np.linalg.det(u @ w) > 0 else u @ w - 2 * np.outer(u[:, -1], w[-1])
                )
            )(*np.linalg.svd(B.T @ V)),
        ),
        "the first of the two turns": (
            lambda B, V: np.linalg.svd(B.T @ V).U,
            lambda B, V: np.array(np.linalg.svd(np.einsum("di,dj->ij", B, V))[0]),
        ),
    },
    "own_axes": {
        "tidy, but not PCA's": (
            lambda B, C: upwards(np.linalg.qr(B)[0]),
            lambda B, C: upwards(np.linalg.qr(2.0 * B).Q),
        ),
        "in the wrong order": (
            lambda B, C: upwards(in_its_sheet(B, C))[:, ::-1],
            lambda B, C: np.fliplr(upwards(in_its_sheet(B, C))),
        ),
        "not at right angles": (
            lambda B, C: upwards(
                (lambda m: m / np.linalg.norm(m, axis=0))(
                    B @ np.linalg.eigh(B.T @ C @ B)[1][:, ::-1]
                )
            ),
            lambda B, C: upwards(
                np.stack(
                    [
                        B @ turn / math.sqrt((B @ turn) @ (B @ turn))
                        for turn in np.linalg.eigh(B.T @ C @ B)[1].T[::-1]
                    ],
                    axis=1,
                )
            ),
        ),
        "some point the other way": (
            lambda B, C: (lambda q: q @ np.fliplr(np.linalg.eigh(q.T @ C @ q)[1]))(
                np.linalg.qr(B)[0]
            ),
            lambda B, C: (lambda q: (np.linalg.eigh(q.T @ C @ q)[1].T[::-1] @ q.T).T)(
                np.linalg.qr(B)[0]
            ),
        ),
        "the turn within the sheet": (
            lambda B, C: (lambda q: np.linalg.eigh(q.T @ C @ q).eigenvectors)(np.linalg.qr(B)[0]),
            lambda B, C: (lambda q: np.linalg.eigh(np.einsum("di,de,ej->ij", q, C, q))[1])(
                np.linalg.qr(B)[0]
            ),
        ),
        "you decomposed C itself": (
            lambda B, C: upwards(np.linalg.svd(C)[0][:, : B.shape[1]]),
            lambda B, C: upwards(np.fliplr(np.linalg.eigh(C)[1])[:, : len(B.T)]),
        ),
        "each column the length 1": (
            lambda B, C: upwards(B / np.sqrt((B**2).sum(0))),
            lambda B, C: upwards(F.normalize(torch.tensor(B), dim=0).numpy()),
        ),
    },
    "conv_parameters": {
        "the biases are missing": (
            lambda n_in, n_out, kernel: nn.Conv2d(n_in, n_out, kernel).weight.numel(),
            lambda n_in, n_out, kernel: np.prod([n_in, n_out, kernel, kernel]),
        ),
        "every stencil a bias": (
            lambda n_in, n_out, kernel: n_out * n_in * kernel * kernel + n_out * n_in,
            lambda n_in, n_out, kernel: sum(kernel**2 + 1 for _ in range(n_in * n_out)),
        ),
        "kernel ** 2 weights": (
            lambda n_in, n_out, kernel: n_in * n_out * kernel + n_out,
            lambda n_in, n_out, kernel: sum(
                w.numel() for w in nn.Conv1d(n_in, n_out, kernel).parameters()
            ),
        ),
        "n_in is missing": (
            lambda n_in, n_out, kernel: n_out * kernel * kernel + n_out,
            lambda n_in, n_out, kernel: sum(
                w.numel() for w in nn.Conv2d(1, n_out, kernel).parameters()
            ),
        ),
        "one bias is not enough": (
            lambda n_in, n_out, kernel: 1 + kernel * kernel * n_out * n_in,
            lambda n_in, n_out, kernel: nn.Conv2d(n_in, n_out, kernel).weight.numel() + 1,
        ),
        "one for each input map": (
            lambda n_in, n_out, kernel: n_in * n_out * kernel * kernel + n_in,
            lambda n_in, n_out, kernel: sum(
                w.numel() for w in nn.ConvTranspose2d(n_out, n_in, kernel).parameters()
            ),
        ),
    },
    "conv_step": steps_of(
        stencils,
        last=nn.Identity,
        bend={
            "SiLU behind the convolution": (
                partial(trained, partial(stencils, bend=nn.Identity)),
                partial(by_hand, partial(stencils, bend=nn.Identity)),
            ),
            "a ReLU where": (
                partial(trained, partial(stencils, bend=nn.ReLU)),
                partial(by_hand, partial(stencils, bend=lambda: nn.LeakyReLU(0.0))),
            ),
            "the mean of four values": (
                partial(trained, partial(stencils, pool=nn.AvgPool2d)),
                partial(by_hand, partial(stencils, pool=nn.AvgPool2d)),
            ),
        },
    ),
    "prints": {
        "you wrote 1": (
            lambda size, kernel, stride: counted(size, kernel, stride, add=False).tolist(),
            lambda size, kernel, stride: by_counter(
                set(stamps(size, kernel, stride)), (size - 1) * stride + kernel
            ),
        ),
        "one place apart": (
            lambda size, kernel, stride: counted(size, kernel, 1).tolist(),
            lambda size, kernel, stride: by_counter(stamps(size, kernel, 1), size - 1 + kernel),
        ),
        "ends too early": (
            lambda size, kernel, stride: by_counter(
                stamps(size, kernel, stride), min(size * stride, (size - 1) * stride + kernel)
            ),
            lambda size, kernel, stride: counted(size, kernel, stride)[: stride * size],
        ),
        "one stamp too many": (
            lambda size, kernel, stride: counted(size + 1, kernel, stride).tolist(),
            lambda size, kernel, stride: by_counter(
                stamps(size + 1, kernel, stride), size * stride + kernel
            ),
        ),
        "one stamp too few": (
            lambda size, kernel, stride: (
                counted(size - 1, kernel, stride).tolist() if size > 1 else []
            ),
            lambda size, kernel, stride: (
                by_counter(stamps(size - 1, kernel, stride), max(0, (size - 2) * stride + kernel))
                if size > 1
                else []
            ),
        ),
        "kernel and stride are exchanged": (
            lambda size, kernel, stride: counted(size, stride, kernel).tolist(),
            lambda size, kernel, stride: by_counter(
                stamps(size, stride, kernel), (size - 1) * kernel + stride
            ),
        ),
    },
    "field": {
        "the strides are missing": (
            lambda layers: 1 + sum(kernel - 1 for kernel, _ in layers),
            partial(interval, apart=False),
        ),
        "own stride counts only": (
            own_stride_first,
            lambda layers: (
                1
                + sum(
                    (kernel - 1) * math.prod(stride for _, stride in layers[: place + 1])
                    for place, (kernel, _) in enumerate(layers)
                )
            ),
        ),
        "reaches 2 units further": (
            partial(interval, reach=lambda kernel: kernel),
            lambda layers: (
                1
                + sum(
                    kernel * math.prod(stride for _, stride in layers[:place])
                    for place, (kernel, _) in enumerate(layers)
                )
            ),
        ),
        "last stride only": (
            only_the_last_stride,
            lambda layers: (
                1
                + sum(
                    (kernel - 1) * (layers[place - 1][1] if place else 1)
                    for place, (kernel, _) in enumerate(layers)
                )
            ),
        ),
        "multiplied the kernels": (
            lambda layers: math.prod(kernel for kernel, _ in layers),
            lambda layers: int(np.prod([kernel for kernel, _ in layers], initial=1)),
        ),
        "one too few": (
            partial(interval, first=-1),
            lambda layers: sum(
                (kernel - 1) * math.prod(stride for _, stride in layers[:place])
                for place, (kernel, _) in enumerate(layers)
            ),
        ),
        "went through the layers backwards": (
            backwards_from_one,
            lambda layers: interval(list(reversed(layers))),
        ),
    },
    "blocks_to_see_all": {
        "three blocks see 22": (3.0, np.int64(3)),
        "two blocks see 10": (2.0, np.int64(2)),
        "five are enough": (5.0, np.int64(5)),
        "7 times 4 is 28": (7.0, np.int64(7)),
        "the side of the field": (46.0, np.int64(46)),
    },
    "for_shuffled": {
        "this undoes the order": (
            lambda first, last, bias, order: (
                torch.zeros_like(first).index_copy(1, order, first),
                torch.zeros_like(last).index_copy(0, order, last),
                torch.zeros_like(bias).index_copy(0, order, bias),
            ),
            lambda first, last, bias, order: (
                first @ torch.eye(len(order))[order],
                torch.eye(len(order))[order].T @ last,
                torch.eye(len(order))[order].T @ bias,
            ),
        ),
        "the bias also has a number": (
            lambda first, last, bias, order: [
                first.index_select(1, order),
                last.index_select(0, order),
                bias,
            ],
            lambda first, last, bias, order: (
                first @ torch.eye(len(order))[order].T,
                torch.eye(len(order))[order] @ last,
                bias.clone(),
            ),
        ),
        "still draws in the old order": (
            lambda first, last, bias, order: (first.index_select(1, order), last, bias),
            lambda first, last, bias, order: (
                first @ torch.eye(len(order))[order].T,
                last.clone(),
                bias.clone(),
            ),
        ),
        "still reads in the old order": (
            lambda first, last, bias, order: (
                first,
                last.index_select(0, order),
                bias.index_select(0, order),
            ),
            lambda first, last, bias, order: (
                first.clone(),
                torch.eye(len(order))[order] @ last,
                torch.eye(len(order))[order] @ bias,
            ),
        ),
        "in another order than": (
            lambda first, last, bias, order: (
                first.index_select(1, order),
                torch.zeros_like(last).index_copy(0, order, last),
                torch.zeros_like(bias).index_copy(0, order, bias),
            ),
            lambda first, last, bias, order: (
                torch.stack(list(first.T[order]), dim=1),
                torch.eye(len(order))[order].T @ last,
                torch.eye(len(order))[order].T @ bias,
            ),
        ),
    },
    "moved": {
        "enters the next one": (
            lambda x, pixels: torch.stack([row.roll(pixels) for row in x]),
            lambda x, pixels: x[:, (torch.arange(784) - pixels) % 784],
        ),
        "moved down": (by_rows, lambda x, pixels: squares(x).roll(pixels, 1).flatten(1)),
        "moved to the left": (
            partial(by_columns, sign=1),
            lambda x, pixels: squares(x).roll(-pixels, 2).flatten(1),
        ),
        "moved the images": (
            lambda x, pixels: x.roll(pixels, 0),
            lambda x, pixels: x[(torch.arange(len(x)) - pixels) % len(x)],
        ),
        "as they were": (
            lambda x, pixels: x.clone(),
            lambda x, pixels: by_columns(by_columns(x, pixels), -pixels),
        ),
        "should enter on the left": (with_empty_columns, padded),
    },
    "dead_units": {
        "0 for some image": (
            lambda z: columns_that(z, lambda column: 0 in column),
            lambda z: (z.abs().amin(0) == 0).sum(),
        ),
        "counted images whose": (
            lambda z: columns_that(z.T, lambda row: not any(row)),
            lambda z: int((z.abs().amax(1) == 0).sum()),
        ),
        "all the zeros of the table": (
            lambda z: z.numel() - z.count_nonzero(),
            lambda z: sum(row.count(0) for row in z.tolist()),
        ),
        "its values cancel": (
            lambda z: columns_that(z, lambda column: sum(column) == 0),
            lambda z: z.shape[1] - z.sum(0).count_nonzero(),
        ),
        "negative values is not dead": (
            lambda z: (z.amax(0) <= 0).sum(),
            lambda z: columns_that(z, lambda column: max(column) <= 0),
        ),
        "tiny values is weak": (
            lambda z: torch.isclose(z, torch.zeros(1), atol=1e-6).all(0).sum(),
            lambda z: columns_that(z, lambda column: max(map(abs, column)) < 1e-8),
        ),
        "that are alive": (
            lambda z: columns_that(z, any),
            lambda z: z.abs().sum(0).count_nonzero(),
        ),
        "whether it is dead": (
            lambda z: z.abs().amax(0) == 0,
            lambda z: [not any(column) for column in z.T.tolist()],
        ),
    },
    "pixels_in_use": {
        "never used": (111.0, np.int64(111)),
        "that is all of them": (784.0, np.int64(784)),
        "for the test digits": (668.0, np.int64(668)),
        "rank of the training set": (664.0, np.int64(664)),
        "no pixel has ink in": (0.0, np.int64(0)),
        "all 60,000 digits": (717.0, np.int64(717)),
    },
    "components_needed": {
        "write <= in place of <": (
            lambda errors, level: next((k for k, e in enumerate(errors) if e < level), 0),
            lambda errors, level: list(errors < level).index(True) if (errors < level).any() else 0,
        ),
        "one too many": (
            lambda errors, level: next(k for k, e in enumerate(errors, 1) if e <= level),
            lambda errors, level: int((errors > level).sum()) + 1,
        ),
        "one too few": (
            lambda errors, level: next(k for k, e in enumerate(errors, -1) if e <= level),
            lambda errors, level: int((errors > level).sum()) - 1,
        ),
        "counted all sizes": (
            lambda errors, level: len([e for e in errors if e <= level]),
            lambda errors, level: np.count_nonzero(errors <= level),
        ),
        "the error that is reached": (
            lambda errors, level: next(e for e in errors if e <= level),
            lambda errors, level: max(errors[errors <= level]),
        ),
        "nearest to the level": (
            lambda errors, level: min(range(len(errors)), key=lambda k: abs(errors[k] - level)),
            lambda errors, level: np.square(errors - level).argmin(),
        ),
    },
    "hoyer": {
        "values with their signs": (
            partial(sparseness, first=torch.sum),
            lambda z: (
                (z.shape[1] ** 0.5 - z.shape[1] * z.mean(1) / z.square().sum(1).sqrt())
                / (z.shape[1] ** 0.5 - 1)
            ),
        ),
        "you took K where": (
            partial(sparseness, root=lambda k: k),
            lambda z: (z.shape[1] - F.normalize(z).abs().sum(1)) / (z.shape[1] - 1),
        ),
        "upper half of the fraction": (
            partial(sparseness, below=False),
            lambda z: math.sqrt(z.shape[1]) - F.normalize(z).abs().sum(1),
        ),
        "the summed squares": (
            partial(sparseness, second=lambda row: row @ row),
            lambda z: (
                (math.sqrt(z.shape[1]) - z.abs().sum(1) / torch.einsum("nk,nk->n", z, z))
                / (math.sqrt(z.shape[1]) - 1)
            ),
        ),
        "codes that are not sparse": (
            lambda z: (F.normalize(z).abs().sum(1) - 1) / (z.shape[1] ** 0.5 - 1),
            lambda z: 1 - sparseness(z),
        ),
        "over all images together": (
            lambda z: (
                (math.sqrt(z.shape[1]) - z.abs().sum() / z.square().sum().sqrt())
                / (math.sqrt(z.shape[1]) - 1)
            ),
            lambda z: (
                (z.shape[1] ** 0.5 - torch.linalg.vector_norm(z, 1) / torch.linalg.vector_norm(z))
                / (z.shape[1] ** 0.5 - 1)
            ),
        ),
        "half of K": (
            partial(sparseness, root=lambda k: k**1 / 2),
            lambda z: (0.5 * z.shape[1] - F.normalize(z).abs().sum(1)) / (0.5 * z.shape[1] - 1),
        ),
        "mean over the images": (
            lambda z: sparseness(z).mean(),
            lambda z: sum(sparseness(z)) / len(z),
        ),
    },
    "contraction_tanh": {
        "has to be squared as well": (
            lambda W, b, x: tanh_norms(W, b, x, power=1).mean(),
            lambda W, b, x: ((1 / torch.cosh(x @ W.T + b) ** 2) * W.norm(dim=1) ** 2).sum(1).mean(),
        ),
        "one number for each image": (
            tanh_norms,
            lambda W, b, x: (torch.cosh(x @ W.T + b) ** -4 * W.square().sum(1)).sum(1),
        ),
        "summed over the images": (
            lambda W, b, x: tanh_norms(W, b, x).sum(),
            lambda W, b, x: (torch.cosh(x @ W.T + b) ** -4 * W.square().sum(1)).sum(),
        ),
        "averaged over the units": (
            lambda W, b, x: tanh_norms(W, b, x).mean() / W.shape[0],
            lambda W, b, x: (torch.cosh(x @ W.T + b) ** -4 * W.square().sum(1)).mean(),
        ),
        "the bias b is missing": (
            lambda W, b, x: tanh_norms(W, torch.zeros_like(b), x).mean(),
            lambda W, b, x: (torch.cosh(x @ W.T) ** -4 * W.square().sum(1)).sum(1).mean(),
        ),
        "slope of the sigmoid": (
            lambda W, b, x: tanh_norms(W, b, x, slope=lambda z: z - z * z).mean(),
            lambda W, b, x: (
                ((z := torch.tanh(x @ W.T + b)) * (1 - z)).pow(2).mul(W.pow(2).sum(1)).sum(1).mean()
            ),
        ),
        "length of each row": (
            lambda W, b, x: tanh_norms(W, b, x, rows=torch.norm).mean(),
            lambda W, b, x: (
                (torch.cosh(x @ W.T + b) ** -4 * W.square().sum(1).sqrt()).sum(1).mean()
            ),
        ),
        "this is the norm": (
            lambda W, b, x: tanh_norms(W, b, x).mean().sqrt(),
            lambda W, b, x: (
                (torch.cosh(x @ W.T + b) ** -4 * W.square().sum(1)).sum(1).mean() ** 0.5
            ),
        ),
        "multiply them unit by unit": (
            lambda W, b, x: (torch.cosh(x @ W.T + b) ** -4).sum(1).mean() * W.norm() ** 2,
            lambda W, b, x: (
                ((1 - torch.tanh(x @ W.T + b) ** 2) ** 2).sum() / len(x) * (W * W).sum()
            ),
        ),
    },
    "keep_largest": {
        "moved together": (
            lambda z, k: z.sort(dim=1, descending=True).values[:, :k],
            lambda z, k: torch.stack([row.topk(k).values for row in z]),
        ),
        "marked the places": (
            lambda z, k: torch.zeros_like(z).scatter(1, z.topk(k).indices, 1.0),
            lambda z, k: (by_sorting(z, k, fill=math.nan).isnan().logical_not()).float(),
        ),
        "kept the smallest values": (
            lambda z, k: by_sorting(z, k, key=torch.neg),
            lambda z, k: torch.zeros_like(z).scatter(
                1, (i := z.topk(k, largest=False).indices), z.gather(1, i)
            ),
        ),
        "largest absolute values": (
            lambda z, k: by_sorting(z, k, key=torch.abs),
            lambda z, k: torch.zeros_like(z).scatter(
                1, (i := z.square().topk(k).indices), z.gather(1, i)
            ),
        ),
        "of all codes together": (
            lambda z, k: by_sorting(z.reshape(1, -1), k).reshape(z.shape),
            lambda z, k: z * (z >= z.flatten().sort(descending=True).values[k - 1]),
        ),
        "the k largest of each unit": (
            lambda z, k: by_sorting(z.T, k).T,
            lambda z, k: z * (z >= z.sort(0, descending=True).values[min(k, len(z)) - 1]),
        ),
        "one value too few": (
            lambda z, k: by_sorting(z, k - 1),
            lambda z, k: z * (z > z.sort(1, descending=True).values[:, k - 1 : k]),
        ),
        "the other way round": (
            lambda z, k: z - by_sorting(z, k),
            lambda z, k: z.scatter(1, z.topk(k).indices, 0.0),
        ),
    },
    "psnr_of_each": {
        "average of all images": (
            lambda x_hat, x: decibels((x_hat - x).square().mean(1)).mean(),
            lambda x_hat, x: (10 * (1 / (x_hat - x).pow(2).mean(1)).log10()).sum() / len(x),
        ),
        "summed over the pixels": (
            lambda x_hat, x: decibels((x_hat - x).square().sum(1)),
            lambda x_hat, x: -20 * torch.log10((x_hat - x).norm(dim=1)),
        ),
        "natural logarithm": (
            lambda x_hat, x: -10 * torch.log((x - x_hat).pow(2).mean(-1)),
            lambda x_hat, x: 10 * torch.log(1 / (x - x_hat).pow(2).mean(-1)),
        ),
        "logarithms of the pixels": (
            lambda x_hat, x: -20 * (x_hat - x).abs().log10().mean(1),
            lambda x_hat, x: torch.stack([decibels(row).mean() for row in (x_hat - x).square()]),
        ),
        "averaged over the images, dim 0": (
            lambda x_hat, x: decibels((x_hat - x).square().mean(0)),
            lambda x_hat, x: -10 * torch.log10((x - x_hat).T.square().mean(1)),
        ),
        "absolute differences": (
            lambda x_hat, x: decibels((x_hat - x).abs().mean(1)),
            lambda x_hat, x: -10 * torch.log10((x_hat - x).norm(p=1, dim=1) / x.shape[1]),
        ),
        "20 goes with the root": (
            lambda x_hat, x: 2 * decibels((x_hat - x).square().mean(1)),
            lambda x_hat, x: 20 * torch.log10(1 / (x - x_hat).square().mean(1)),
        ),
    },
    "pepper": {
        "exchanged: ink where": (
            lambda x, a, draw: pixel_by_pixel(
                x, a, draw, lambda v, d: (0.0 if d < a / 2 else 1.0) if d < a else v
            ),
            lambda x, a, draw: x.masked_fill(draw < a, 1.0).masked_fill(draw < a / 2, 0.0),
        ),
        "compare with 0.5": (
            lambda x, a, draw: pixel_by_pixel(
                x, a, draw, lambda v, d: float(d < 0.5) if d < a else v
            ),
            lambda x, a, draw: x.masked_fill(draw < a, 0.0).masked_fill(
                (draw < a) & (draw < 0.5), 1.0
            ),
        ),
        "that should stay": (
            lambda x, a, draw: pixel_by_pixel(
                x, a, draw, lambda v, d: v if d < a else float(d < a / 2)
            ),
            lambda x, a, draw: x.masked_fill(draw >= a, 0.0),
        ),
        "that is masking": (
            lambda x, a, draw: x * (draw >= a),
            lambda x, a, draw: x.masked_fill(draw < a, 0),
        ),
        "all replaced pixels became ink": (
            lambda x, a, draw: x.masked_fill(draw < a, 1),
            lambda x, a, draw: pixel_by_pixel(x, a, draw, lambda v, d: 1.0 if d < a else v),
        ),
        "right in its share": (
            lambda x, a, draw: pixel_by_pixel(
                x, a, draw, lambda v, d: 1.0 if d < a / 2 else 0.0 if d > 1 - a / 2 else v
            ),
            lambda x, a, draw: x.masked_fill(draw > 1 - a / 2, 0.0).masked_fill(draw < a / 2, 1.0),
        ),
    },
    "shots_needed": {
        "20 is for amplitudes": (
            lambda gain: math.ceil(math.sqrt(10 ** (gain / 10))),
            lambda gain: int(np.ceil(10 ** (0.05 * gain))),
        ),
        "no parts of shots": (
            lambda gain: math.pow(10, gain / 10),
            lambda gain: float(np.power(10.0, 0.1 * gain)),
        ),
        "rounded to the nearest": (
            lambda gain: int(10 ** (gain / 10) + 0.5),
            lambda gain: int(np.rint(10 ** (gain / 10))),
        ),
        "you rounded down": (
            lambda gain: int(10 ** (gain / 10)),
            lambda gain: 10 ** (gain / 10) // 1,
        ),
        "by a hair": (
            lambda gain: int(-(-math.exp(gain * math.log(10) / 10) // 1)),
            lambda gain: int(np.ceil(np.exp(gain * np.log(10) / 10))),
        ),
        "one too many where": (
            lambda gain: int(10 ** (gain / 10)) + 1,
            lambda gain: next(n for n in range(1, 10**7) if n > 10 ** (gain / 10)),
        ),
        "not of e": (
            lambda gain: int(np.ceil(np.exp(gain / 10))),
            lambda gain: math.ceil(math.e ** (gain * 0.1)),
        ),
        "the square once too often": (
            lambda gain: math.ceil(10 ** (2 * gain / 10)),
            lambda gain: math.ceil(100 ** (gain / 10)),
        ),
    },
    "linear_denoiser": {
        "alpha has no effect": (
            lambda x_noisy, x, alpha: ridge(x_noisy, x, 0),
            lambda x_noisy, x, alpha: ridge_by_lstsq(x_noisy, x, 0),
        ),
        "are sums here": (
            lambda x_noisy, x, alpha: ridge(x_noisy, x, alpha, n=1),
            lambda x_noisy, x, alpha: ridge_by_lstsq(x_noisy, x, alpha, n=1),
        ),
        "you spared the constant": (
            lambda x_noisy, x, alpha: ridge(x_noisy, x, alpha, spare=True),
            lambda x_noisy, x, alpha: ridge(x_noisy, x.double(), alpha, spare=True).double(),
        ),
        "in the last row": (
            lambda x_noisy, x, alpha: ridge(x_noisy, x, alpha, last=True),
            lambda x_noisy, x, alpha: ridge_by_lstsq(x_noisy, x, alpha).roll(-1, 0),
        ),
        "row of the constant is missing": (
            lambda x_noisy, x, alpha: ridge(x_noisy, x, alpha)[1:],
            lambda x_noisy, x, alpha: ridge(x_noisy, x, alpha, last=True)[:-1],
        ),
        "noisy picture from the clean": (
            lambda x_noisy, x, alpha: ridge(x, x_noisy, alpha),
            lambda x_noisy, x, alpha: ridge_by_lstsq(x, x_noisy, alpha),
        ),
        "the target is the noisy picture": (
            lambda x_noisy, x, alpha: ridge(x_noisy, x_noisy, alpha),
            lambda x_noisy, x, alpha: ridge_by_lstsq(x_noisy, x_noisy, alpha),
        ),
    },
    "breaking_point": {
        "the noisy digits have 17 dB": (0.19, 0.2),
        "the mean error of all digits": (0.766, 0.772),
        "the U-Net of section 7": (0.735, 0.745),
        "still have 20 dB": (0.49, 0.51),
        "these are the decibels": (17, 17.02),
    },
    "noisy_target_error": {
        "you clipped the target": (
            lambda x_hat, x, draw, sigma: towards(x_hat, torch.clip(draw * sigma + x, 0, 1)),
            lambda x_hat, x, draw, sigma: (
                F.mse_loss(x_hat, (x + sigma * draw).clamp(0, 1), reduction="sum") / len(x)
            ),
        ),
        "the target is clean": (
            lambda x_hat, x, draw, sigma: towards(x_hat, x),
            lambda x_hat, x, draw, sigma: F.mse_loss(x_hat, x, reduction="sum") / x.shape[0],
        ),
        "sigma is missing": (
            lambda x_hat, x, draw, sigma: towards(x_hat, x + draw),
            lambda x_hat, x, draw, sigma: (x_hat - x - draw).square().sum(1).mean(),
        ),
        "on the wrong side": (
            lambda x_hat, x, draw, sigma: towards(x_hat, x - sigma * draw),
            lambda x_hat, x, draw, sigma: (x - x_hat - sigma * draw).square().sum(1).mean(),
        ),
        "multiplied by the variance": (
            lambda x_hat, x, draw, sigma: towards(x_hat, x + sigma * sigma * draw),
            lambda x_hat, x, draw, sigma: (x_hat - x - sigma**2 * draw).square().sum(1).mean(),
        ),
    },
    "draw_code": {
        "by the variance": (
            lambda mu, logvar, eps: eps * torch.exp(logvar) + mu,
            lambda mu, logvar, eps: torch.addcmul(mu, logvar.exp(), eps),
        ),
        "by the logarithm itself": (
            lambda mu, logvar, eps: torch.addcmul(mu, logvar, eps),
            lambda mu, logvar, eps: eps * logvar + mu,
        ),
        "half belongs inside": (
            lambda mu, logvar, eps: mu + logvar.exp() / 2 * eps,
            lambda mu, logvar, eps: torch.addcmul(mu, logvar.exp(), eps, value=0.5),
        ),
        "you drew new noise": (
            lambda mu, logvar, eps: mu + logvar.exp().sqrt() * torch.randn(mu.shape),
            lambda mu, logvar, eps: mu + torch.randn_like(logvar).mul((logvar / 2).exp()),
        ),
        "middle of the cloud": (
            lambda mu, logvar, eps: mu.clone(),
            lambda mu, logvar, eps: mu + 0 * eps,
        ),
    },
    "kl_of_each": {
        "summed over the code": (
            lambda mu, logvar: kl_entries(mu, logvar).sum(-1),
            lambda mu, logvar: torch.stack([row.sum() for row in kl_entries(mu, logvar)]),
        ),
        "price of the whole code": (
            lambda mu, logvar: kl_entries(mu, logvar).sum(1).mean(),
            lambda mu, logvar: kl_entries(mu, logvar).mean(0).sum(),
        ),
        "you priced the spread": (
            lambda mu, logvar: (
                (mu.square() + (logvar / 2).exp() - 1 - logvar / 2).sum(0) / (2 * len(mu))
            ),
            lambda mu, logvar: kl_entries(mu, logvar / 2).mean(0),
        ),
        "the -1 is missing": (
            lambda mu, logvar: kl_entries(mu, logvar).mean(0) + 0.5,
            lambda mu, logvar: (mu * mu + logvar.exp() - logvar).sum(0) / 2 / len(mu),
        ),
    },
    "elbo_of_each": {
        "minus the ELBO": (
            lambda x_hat, x, mu, logvar: kl_entries(mu, logvar).sum(1) - log_likelihood(x_hat, x),
            lambda x_hat, x, mu, logvar: (
                F.binary_cross_entropy(x_hat, x, reduction="none").sum(1)
                + (mu**2 + logvar.exp() - 1 - logvar).sum(1) / 2
            ),
        ),
        "wrong sign": (
            lambda x_hat, x, mu, logvar: log_likelihood(x_hat, x) + kl_entries(mu, logvar).sum(1),
            lambda x_hat, x, mu, logvar: (
                (mu**2 + logvar.exp() - 1 - logvar).sum(1) / 2
                - F.binary_cross_entropy(x_hat, x, reduction="none").sum(1)
            ),
        ),
        "this is the average": (
            lambda x_hat, x, mu, logvar: (
                (log_likelihood(x_hat, x).sum() - kl_entries(mu, logvar).sum()) / len(x)
            ),
            lambda x_hat, x, mu, logvar: (
                log_likelihood(x_hat, x).mean() - kl_entries(mu, logvar).sum(1).mean()
            ),
        ),
        "the KL is missing": (
            lambda x_hat, x, mu, logvar: log_likelihood(x_hat, x),
            lambda x_hat, x, mu, logvar: (
                torch.distributions.Bernoulli(x_hat).log_prob(x).sum(dim=1)
            ),
        ),
        "mean over the pixels": (
            lambda x_hat, x, mu, logvar: (
                log_likelihood(x_hat, x) / x.shape[1] - kl_entries(mu, logvar).sum(1)
            ),
            lambda x_hat, x, mu, logvar: (
                torch.distributions.Bernoulli(x_hat).log_prob(x).mean(dim=1)
                - kl_entries(mu, logvar).sum(1)
            ),
        ),
    },
    "free_bits": {
        "`free` is not used": (
            lambda mu, logvar, free: kl_entries(mu, logvar).sum() / len(mu),
            lambda mu, logvar, free: kl_entries(mu, logvar).sum(1).mean(),
        ),
        "not for their sum": (
            lambda mu, logvar, free: torch.clamp(kl_entries(mu, logvar).sum(1).mean(), min=free),
            lambda mu, logvar, free: torch.maximum(
                kl_entries(mu, logvar).sum() / len(mu), torch.tensor(free)
            ),
        ),
        "average over the images first": (
            lambda mu, logvar, free: kl_entries(mu, logvar).clamp(min=free).mean(0).sum(),
            lambda mu, logvar, free: (
                torch.maximum(kl_entries(mu, logvar), torch.tensor(free)).sum(1).mean()
            ),
        ),
        "clamp from below": (
            lambda mu, logvar, free: torch.minimum(
                kl_entries(mu, logvar).mean(0), torch.tensor(free)
            ).sum(),
            lambda mu, logvar, free: kl_entries(mu, logvar).mean(0).clip(max=free).sum(),
        ),
        "free part off": (
            lambda mu, logvar, free: F.relu(kl_entries(mu, logvar).mean(0) - free).sum(),
            lambda mu, logvar, free: (kl_entries(mu, logvar).mean(0).clamp(min=free) - free).sum(),
        ),
        "do not average": (
            lambda mu, logvar, free: torch.maximum(
                kl_entries(mu, logvar).mean(0), torch.tensor(free)
            ).mean(),
            lambda mu, logvar, free: (
                kl_entries(mu, logvar).mean(0).clamp(min=free).sum() / mu.shape[1]
            ),
        ),
    },
    "in_our_nats": {
        "not over the pixels": (
            lambda error, kl, pixels, numbers: error * pixels + kl * pixels,
            lambda error, kl, pixels, numbers: sum([error, kl]) * pixels,
        ),
        "the KL is a mean as well": (
            lambda error, kl, pixels, numbers: kl + error * pixels,
            lambda error, kl, pixels, numbers: np.array([error, kl]) @ [pixels, 1],
        ),
        "these are means": (
            lambda error, kl, pixels, numbers: sum([kl, error]),
            lambda error, kl, pixels, numbers: torch.tensor(error) + kl,
        ),
        "you divided": (
            lambda error, kl, pixels, numbers: error * (1 / pixels) + kl * (1 / numbers),
            lambda error, kl, pixels, numbers: sum(np.divide([error, kl], [pixels, numbers])),
        ),
    },
    "one_nat": {
        "the wide cloud": (1.505241, np.float32(1.5052)),
        "log of the spread": (-1.47405, np.float32(-1.474)),
        "that is the variance; give": (0.05243, np.float32(0.05244)),
        "the variance, rounded": (np.float32(0.05), np.array(0.05)),
        "that is the spread": (0.22899, np.float32(0.229)),
        "but for its sign": (2.94813, np.float32(2.948)),
        "the half in front": (-1.84141, np.float32(-1.8414)),
    },
    "log_mean_exp": {
        "log of the sum": (
            lambda log_w: log_w.logsumexp(0),
            lambda log_w: (log_w - log_w.amax(0)).exp().sum(0).log() + log_w.amax(0),
        ),
        "not the number itself": (
            lambda log_w: log_w.logsumexp(0) - log_w.shape[0],
            lambda log_w: (log_w - log_w.amax(0)).exp().sum(0).log() + log_w.amax(0) - len(log_w),
        ),
        "its log minus infinity": (
            lambda log_w: (log_w.exp().sum(0) / len(log_w)).log(),
            lambda log_w: torch.stack([row.exp().mean().log() for row in log_w.T]),
        ),
        "one maximum for the whole table": (
            lambda log_w: (
                ((log_w - log_w.max()).exp().sum(0) / len(log_w)).log() + log_w.flatten().max()
            ),
            lambda log_w: torch.stack(
                [(row - log_w.max()).exp().mean().log() + log_w.max() for row in log_w.T]
            ),
        ),
        "largest weight alone": (
            lambda log_w: log_w.amax(dim=0),
            lambda log_w: log_w.sort(dim=0).values[-1],
        ),
        "mean of the logs": (
            lambda log_w: log_w.sum(0) / len(log_w),
            lambda log_w: torch.stack([row.mean() for row in log_w.T]),
        ),
        "averaged over the images": (
            lambda log_w: log_w.logsumexp(1) - math.log(log_w.size(1)),
            lambda log_w: torch.stack([row.logsumexp(0) - math.log(len(row)) for row in log_w]),
        ),
    },
    "place_of_number_5": {
        "in the wrong order": ([0.59, -2.1], (0.587, -2.095)),
        "where the first 5 lives": ([-0.26, -0.06], np.array([-0.263, -0.056])),
        "this is number 4": ([-0.21, 0.26], (-0.209, 0.263)),
        "this is number 0": ([-0.86, 0.2], np.array([-0.863, 0.199])),
        "middle of the map": ([0, 0], np.zeros(2)),
    },
    "fair_radii": {
        "evenly spaced": (
            lambda n: torch.linspace(0.5 / n, 1 - 0.5 / n, n),
            lambda n: torch.tensor([(2 * i + 1) / (2 * n) for i in range(n)]),
        ),
        "inner edges": (
            lambda n: torch.tensor([math.sqrt(i / n) for i in range(n)]),
            lambda n: torch.linspace(0, 1, n + 1)[:-1].sqrt(),
        ),
        "outer edges": (
            lambda n: torch.tensor([math.sqrt(i / n) for i in range(1, n + 1)]),
            lambda n: torch.linspace(0, 1, n + 1)[1:].sqrt(),
        ),
        "quantiles of the normal": (
            lambda n: torch.distributions.Normal(0.0, 1.0).icdf((torch.arange(n) + 0.5) / n),
            lambda n: math.sqrt(2) * torch.erfinv((2 * torch.arange(n) + 1) / n - 1),
        ),
        "into n + 1 rings": (
            lambda n: torch.tensor([math.sqrt(i / (n + 1)) for i in range(1, n + 1)]),
            lambda n: torch.linspace(0, 1, n + 2)[1:-1].sqrt(),
        ),
        "its root, not its square": (
            lambda n: torch.tensor([((i + 0.5) / n) ** 2 for i in range(n)]),
            lambda n: torch.linspace(0.5 / n, 1 - 0.5 / n, n).square(),
        ),
    },
    "turned": {
        "this is the straight way; turn": (
            lambda a, b, t: torch.lerp(a, b, t),
            lambda a, b, t: a + t * (b - a),
        ),
        "you turned a and b themselves": (
            partial(on_the_arc, ends=lambda v: v),
            lambda a, b, t: on_the_arc(a, b, t, ends=torch.clone).float(),
        ),
        "the length is always 1": (
            on_the_arc,
            lambda a, b, t: F.normalize(on_the_arc(a, b, t), dim=0),
        ),
        "the way begins at a": (
            lambda a, b, t: on_the_arc(b, a, t, length=even_length(t)),
            lambda a, b, t: on_the_arc(a, b, 1 - t, length=even_length(1 - t)),
        ),
        "divided by the sine": (
            lambda a, b, t: on_the_arc(a, b, t, length=even_length(t), divide=False),
            lambda a, b, t: (
                torch.lerp(a.norm(), b.norm(), t) * on_the_arc(a, b, t, divide=False).float()
            ),
        ),
        "pushed out": (
            lambda a, b, t: (
                torch.lerp(a.norm(), b.norm(), t)
                * F.normalize(torch.lerp(a / a.norm(), b / b.norm(), t), dim=0)
            ),
            lambda a, b, t: (
                ((1 - t) * a.norm() + t * b.norm())
                * F.normalize((1 - t) * F.normalize(a, dim=0) + t * F.normalize(b, dim=0), dim=0)
            ),
        ),
    },
    "for_one_class": {
        "forgets the class": (
            lambda weight, bias, n, label: (halves(weight, n)[0], bias),
            lambda weight, bias, n, label: [weight[:, : len(weight.T) - n], bias.clone()],
        ),
        "which meets z": (
            lambda weight, bias, n, label: (halves(weight, n)[0], weight.T[label] + bias),
            lambda weight, bias, n, label: (
                halves(weight, n)[0],
                bias + weight @ F.one_hot(torch.tensor(label), weight.shape[1]).float(),
            ),
        ),
        "from the end": (
            lambda weight, bias, n, label: (
                halves(weight, n)[0],
                bias + halves(weight, n)[1][:, n - label],
            ),
            lambda weight, bias, n, label: (
                halves(weight, n)[0],
                bias + weight.flip(1)[:, label - 1],
            ),
        ),
        "own bias is lost": (
            lambda weight, bias, n, label: (halves(weight, n)[0], halves(weight, n)[1][:, label]),
            lambda weight, bias, n, label: (
                halves(weight, n)[0],
                halves(weight, n)[1] @ torch.eye(n)[label],
            ),
        ),
        "columns of all classes": (
            lambda weight, bias, n, label: (
                halves(weight, n)[0],
                halves(weight, n)[1].sum(1) + bias,
            ),
            lambda weight, bias, n, label: (
                halves(weight, n)[0],
                bias + halves(weight, n)[1] @ torch.ones(n),
            ),
        ),
        "one-hot to come first": (
            lambda weight, bias, n, label: (
                weight.T[n:].T,
                bias + weight @ F.one_hot(torch.tensor(label), weight.shape[1]).float(),
            ),
            lambda weight, bias, n, label: (weight[:, n:].clone(), weight.T[label] + bias),
        ),
    },
    "balanced_direction": {
        "`other` is not used": (
            lambda z, has_it, other: difference(z, has_it, torch.ones_like(other)),
            lambda z, has_it, other: (
                (z.T @ has_it.float()) / has_it.sum() - (z.T @ (~has_it).float()) / (~has_it).sum()
            ),
        ),
        "only the pictures with `other`": (
            difference,
            lambda z, has_it, other: (
                z[torch.logical_and(has_it, other)].mean(0)
                - z[torch.logical_and(~has_it, other)].mean(0)
            ),
        ),
        "only the pictures without": (
            lambda z, has_it, other: difference(z, has_it, ~other),
            lambda z, has_it, other: z[has_it > other].mean(0) - z[~(has_it | other)].mean(0),
        ),
        "by the number of pictures": (
            lambda z, has_it, other: (
                (
                    other.sum() * difference(z, has_it, other)
                    + (~other).sum() * difference(z, has_it, ~other)
                )
                / len(z)
            ),
            lambda z, has_it, other: torch.lerp(
                difference(z, has_it, ~other), difference(z, has_it, other), other.float().mean()
            ),
        ),
        "you subtracted the two": (
            lambda z, has_it, other: difference(z, has_it, other) - difference(z, has_it, ~other),
            lambda z, has_it, other: difference(z, other, has_it) - difference(z, other, ~has_it),
        ),
        "the roles are exchanged": (
            lambda z, has_it, other: difference(z, other, has_it),
            lambda z, has_it, other: z[has_it & other].mean(0) - z[has_it & ~other].mean(0),
        ),
    },
    "false_alarm_share": {
        "write >=": (
            lambda scores, y, t: share_of(split(scores, y)[0], lambda s: s > t),
            lambda scores, y, t: np.count_nonzero((scores > t) * (1 - y)) / np.sum(1 - y),
        ),
        "number of all examples": (
            lambda scores, y, t: np.sum((scores >= t) * (1 - y)) / len(y),
            lambda scores, y, t: sum(s >= t for s in split(scores, y)[0]) / y.size,
        ),
        "alarms that are false": (
            lambda scores, y, t: share_of(
                [odd for s, odd in zip(scores, y, strict=True) if s >= t], lambda odd: odd == 0
            ),
            lambda scores, y, t: 1 - y[scores >= t].mean(),
        ),
        "these are the hits": (
            lambda scores, y, t: share_of(split(scores, y)[1], lambda s: s >= t),
            lambda scores, y, t: np.sum((scores >= t) * y) / y.sum(),
        ),
        "without an alarm": (
            lambda scores, y, t: share_of(split(scores, y)[0], lambda s: s < t),
            lambda scores, y, t: 1 - np.mean(scores[y < 1] >= t),
        ),
        "counts the false alarms": (
            lambda scores, y, t: sum(s >= t for s in split(scores, y)[0]),
            lambda scores, y, t: np.count_nonzero((scores >= t) & (y == 0)),
        ),
    },
    "choose_threshold": {
        "odd examples have a say": (
            lambda scores, y, share: np.percentile(scores, 100 - 100 * share),
            lambda scores, y, share: torch.quantile(torch.tensor(scores), 1 - share),
        ),
        "lies below the threshold": (
            lambda scores, y, share: np.percentile(split(scores, y)[0], 100 * share),
            lambda scores, y, share: torch.quantile(torch.tensor(scores[y == 0]), share),
        ),
        "these are the odd examples": (
            lambda scores, y, share: np.quantile(split(scores, y)[1], 1 - share),
            lambda scores, y, share: np.percentile(scores[y > 0], 100 * (1 - share)),
        ),
        "np.percentile counts to 100": (
            lambda scores, y, share: np.percentile(split(scores, y)[0], 1 - share),
            lambda scores, y, share: np.quantile(scores[y == 0], (1 - share) / 100),
        ),
        "`share` is not used": (
            lambda scores, y, share: max(split(scores, y)[0]),
            lambda scores, y, share: np.sort(scores[y == 0])[-1],
        ),
        "draws a line between": (
            lambda scores, y, share: np.percentile(
                split(scores, y)[0], 100 * (1 - share), method="higher"
            ),
            lambda scores, y, share: torch.quantile(
                torch.tensor(scores[y == 0]), 1 - share, interpolation="higher"
            ),
        ),
    },
    "area_by_pairs": {
        "count as nothing": (
            lambda scores, y: np.divide(*pair_points(scores, y, equal=0.0)),
            lambda scores, y: np.mean(np.subtract.outer(scores[y == 1], scores[y == 0]) > 0),
        ),
        "count fully": (
            lambda scores, y: np.divide(*pair_points(scores, y, equal=1.0)),
            lambda scores, y: np.mean(np.subtract.outer(scores[y == 1], scores[y == 0]) >= 0),
        ),
        "the normal one is higher": (
            lambda scores, y: np.divide(*pair_points(scores, y, higher=0.0, lower=1.0)),
            lambda scores, y: (
                (1 + np.sign(np.subtract.outer(scores[y == 0], scores[y == 1])).mean()) / 2
            ),
        ),
        "runs from -1 to 1": (
            lambda scores, y: np.divide(*pair_points(scores, y, equal=0.0, lower=-1.0)),
            lambda scores, y: 2 * np.divide(*pair_points(scores, y)) - 1,
        ),
        "number of all pairs": (
            lambda scores, y: pair_points(scores, y)[0] / len(y) ** 2,
            lambda scores, y: pair_points(scores, y)[0] / np.outer(y, y).size,
        ),
        "were left out": (
            lambda scores, y: (
                pair_points(scores, y, equal=0.0)[0]
                / pair_points(scores, y, equal=0.0, lower=1.0)[0]
            ),
            lambda scores, y: share_of(
                [d for d in np.subtract.outer(scores[y == 1], scores[y == 0]).ravel() if d],
                lambda d: d > 0,
            ),
        ),
        "this counts pairs": (
            lambda scores, y: pair_points(scores, y)[0],
            lambda scores, y: sum(
                (o > n) + 0.5 * (o == n) for o in scores[y == 1] for n in scores[y == 0]
            ),
        ),
    },
    "true_share_of_alarms": {
        "half of the world were odd": (
            lambda hits, false_alarms, odd: 1 / (1 + false_alarms / hits),
            lambda hits, false_alarms, odd: hits * odd / (hits * odd + false_alarms * odd),
        ),
        "from the normal examples only": (
            lambda hits, false_alarms, odd: 1 / (1 + false_alarms / (odd * hits)),
            lambda hits, false_alarms, odd: odd * hits / sum([false_alarms, odd * hits]),
        ),
        "alarms that are false": (
            lambda hits, false_alarms, odd: (
                false_alarms * (1 - odd) / (hits * odd + false_alarms * (1 - odd))
            ),
            lambda hits, false_alarms, odd: 1 / (1 + hits * odd / (false_alarms * (1 - odd))),
        ),
        "for each false one": (
            lambda hits, false_alarms, odd: hits / false_alarms * odd / (1 - odd),
            lambda hits, false_alarms, odd: np.divide(
                hits * odd, false_alarms - false_alarms * odd
            ),
        ),
        "examples that raise an alarm": (
            lambda hits, false_alarms, odd: np.dot([hits, false_alarms], [odd, 1 - odd]),
            lambda hits, false_alarms, odd: false_alarms + odd * (hits - false_alarms),
        ),
        "odd and hit": (
            lambda hits, false_alarms, odd: odd * hits,
            lambda hits, false_alarms, odd: np.prod([hits, odd]),
        ),
    },
    "smallest_cost": {
        "the two costs are swapped": (
            lambda scores, y, false, miss: cheapest(
                scores,
                y,
                lambda n, o, t: miss * sum(s >= t for s in n) + false * sum(s < t for s in o),
            ),
            lambda scores, y, false, miss: min(
                np.sum(np.where(y == 0, miss * (scores >= t), false * (scores < t)))
                for t in [*scores, np.inf]
            ),
        ),
        "costs by shares": (
            lambda scores, y, false, miss: cheapest(
                scores,
                y,
                lambda n, o, t: (
                    false * share_of(n, lambda s: s >= t) + miss * share_of(o, lambda s: s < t)
                ),
            ),
            lambda scores, y, false, miss: min(
                false * np.mean(scores[y == 0] >= t) + miss * np.mean(scores[y == 1] < t)
                for t in [*scores, np.inf]
            ),
        ),
        "infinity is missing": (
            lambda scores, y, false, miss: cheapest(
                scores,
                y,
                lambda n, o, t: false * sum(s >= t for s in n) + miss * sum(s < t for s in o),
                thresholds=scores.tolist(),
            ),
            lambda scores, y, false, miss: min(
                np.sum(np.where(y == 0, false * (scores >= t), miss * (scores < t)))
                for t in sorted(scores)
            ),
        ),
        "an alarm for all is never tried": (
            lambda scores, y, false, miss: cheapest(
                scores,
                y,
                lambda n, o, t: false * sum(s > t for s in n) + miss * sum(s <= t for s in o),
            ),
            lambda scores, y, false, miss: min(
                np.sum(np.where(y == 0, false * (scores > t), miss * (scores <= t)))
                for t in [*scores, np.inf]
            ),
        ),
        "this is the best threshold": (
            lambda scores, y, false, miss: min(
                [*scores.tolist(), math.inf],
                key=lambda t: np.sum(np.where(y == 0, false * (scores >= t), miss * (scores < t))),
            ),
            lambda scores, y, false, miss: (
                lambda tried: tried[
                    int(
                        np.argmin(
                            [
                                np.where(y == 0, false * (scores >= t), miss * (scores < t)).sum()
                                for t in tried
                            ]
                        )
                    )
                ]
            )([*scores, np.inf]),
        ),
        "what costs are those": (
            lambda scores, y, false, miss: cheapest(
                scores,
                y,
                lambda n, o, t: false * sum(s >= t for s in n) + miss * sum(s >= t for s in o),
            ),
            lambda scores, y, false, miss: min(
                np.sum((scores >= t) * np.where(y == 0, false, miss)) for t in [*scores, np.inf]
            ),
        ),
    },
    "bits_per_pixel": {
        "bytes per pixel": (
            lambda n_bytes, height, width: n_bytes / height / width,
            lambda n_bytes, height, width: n_bytes / np.prod([height, width]),
        ),
        "not their sum": (
            lambda n_bytes, height, width: n_bytes * 8 / sum((height, width)),
            lambda n_bytes, height, width: n_bytes / ((width + height) / 8),
        ),
        "pixels per bit": (
            lambda n_bytes, height, width: height / (8 * n_bytes) * width,
            lambda n_bytes, height, width: 1 / (n_bytes * 8 / (height * width)),
        ),
        "so multiply": (
            lambda n_bytes, height, width: n_bytes / 8 / height / width,
            lambda n_bytes, height, width: n_bytes * 0.125 / (width * height),
        ),
    },
    "entropy_bits": {
        "in nats": (
            lambda q: sum(p * math.log(1 / p) for p in shares(q)),
            lambda q: torch.distributions.Categorical(torch.tensor(shares(q))).entropy(),
        ),
        "averaged over the different values": (
            lambda q: np.mean([math.log2(1 / p) for p in shares(q)]),
            lambda q: sum(-math.log2(p) for p in shares(q)) / len(shares(q)),
        ),
        "equally frequent": (
            lambda q: math.log2(len(set(np.ravel(q).tolist()))),
            lambda q: np.log2(np.unique(q).size),
        ),
        "bits of the whole array": (
            lambda q: sum(-math.log2(p) * p * np.size(q) for p in shares(q)),
            lambda q: sum(
                -math.log2(count / q.size) * count for count in Counter(q.ravel().tolist()).values()
            ),
        ),
        "the minus is missing": (
            lambda q: sum(math.log2(p) * p for p in shares(q)),
            lambda q: np.dot(shares(q), np.log2(shares(q))),
        ),
    },
    "pictures_to_break_even": {
        "cost the same in some cases": (
            lambda d, c, r: tried_one_by_one(d, c, r, lambda ours, theirs: ours <= theirs),
            lambda d, c, r: math.ceil(savings(d, c, r)) if r > c else 0,
        ),
        "pictures come whole": (
            lambda d, c, r: savings(d, c, r) if c < r else 0,
            lambda d, c, r: d / (r - c) if r - c > 0 else 0.0,
        ),
        "one picture too few": (
            lambda d, c, r: int(savings(d, c, r)) if c < r else 0,
            lambda d, c, r: math.floor(savings(d, c, r)) if c < r else 0,
        ),
        "the nearest whole number": (
            lambda d, c, r: int(np.rint(savings(d, c, r))) if c < r else 0,
            lambda d, c, r: int(f"{savings(d, c, r):.0f}") if c < r else 0,
        ),
        "the codes cost something too": (
            lambda d, c, r: math.floor(d / r) + 1,
            lambda d, c, r: next(n for n in range(10**6) if n * r > d),
        ),
    },
    "bits_per_pixel_of_sixteen": {
        "bits of the whole digit": (80, np.float32(80)),
        "bytes per pixel": (0.0128, 0.01276),
        "one number of the code": (0.0064, 0.006378),
        "left after LZMA": (0.0918, 0.09184),
        "pixels per bit": (9.8, 9.8000001),
        "32 bits for each number": (0.653, 0.65306),
    },
    "allocate_bits": {
        "equally many": (
            lambda deviation, total: [
                total // len(deviation) + (i < total % len(deviation))
                for i in range(len(deviation))
            ],
            lambda deviation, total: np.bincount(
                np.arange(total) % len(deviation), minlength=len(deviation)
            ),
        ),
        "in proportion to the deviation": (
            lambda deviation, total: [round(total * d / sum(deviation)) for d in deviation],
            lambda deviation, total: (
                torch.tensor(deviation / deviation.sum() * total).round().long()
            ),
        ),
        "all bits went to one number": (
            lambda deviation, total: bit_by_bit(deviation, total, lambda d, b: d),
            lambda deviation, total: [
                total * (i == np.argmax(deviation)) for i in range(len(deviation))
            ],
        ),
        "multiplies by the bits": (
            lambda deviation, total: bit_by_bit(deviation, total, lambda d, b: d / 2 * b),
            lambda deviation, total: bit_by_bit(deviation, total, lambda d, b: d * b),
        ),
        "went to the last of them": (
            lambda deviation, total: bit_by_bit(
                deviation,
                total,
                lambda d, b: d / 2**b,
                choose=lambda errors: np.argsort(errors, kind="stable")[-1],
            ),
            lambda deviation, total: bit_by_bit(
                deviation,
                total,
                lambda d, b: d * 0.5**b,
                choose=lambda errors: max(range(len(errors)), key=lambda i: (errors[i], i)),
            ),
        ),
        "to the smallest error": (
            lambda deviation, total: bit_by_bit(
                deviation, total, lambda d, b: d / 2**b, choose=np.argmin
            ),
            lambda deviation, total: bit_by_bit(deviation, total, lambda d, b: -d * 0.5**b),
        ),
    },
    "precision_at": {
        "counted all columns": (
            lambda found, labels, k: of_first(found, labels, len(found.T), np.mean),
            lambda found, labels, k: np.count_nonzero(labels == found.T) / found.size,
        ),
        "divide by k too": (
            lambda found, labels, k: of_first(found, labels, k, sum),
            lambda found, labels, k: np.count_nonzero(labels == found[:, :k].T) / len(found),
        ),
        "at least one right": (
            lambda found, labels, k: of_first(found, labels, k, any),
            lambda found, labels, k: np.mean((labels == found[:, :k].T).sum(0) > 0),
        ),
        "neighbours vote": (
            lambda found, labels, k: np.mean(
                [
                    min(set(row[:k]), key=lambda v: (-list(row[:k]).count(v), v)) == y
                    for row, y in zip(found.tolist(), labels, strict=True)
                ]
            ),
            lambda found, labels, k: np.mean(
                torch.tensor(found[:, :k]).mode(dim=1).values.numpy() == labels
            ),
        ),
        "the last k columns": (
            lambda found, labels, k: of_first(found[:, ::-1], labels, k, np.mean),
            lambda found, labels, k: np.mean(found.T[-k:] == labels),
        ),
        "share of wrong ones": (
            lambda found, labels, k: 1 - of_first(found, labels, k, np.mean),
            lambda found, labels, k: np.mean(found.T[:k] != labels),
        ),
        "column k alone": (
            lambda found, labels, k: np.mean(found.T[k - 1] == labels),
            lambda found, labels, k: of_first(found, labels, k, lambda right: right[-1]),
        ),
    },
    "addresses_in_ball": {
        "exactly `radius` bits": (
            lambda n_bits, radius: turned(n_bits, [radius]),
            lambda n_bits, radius: (
                math.factorial(n_bits) // math.factorial(radius) // math.factorial(n_bits - radius)
            ),
        ),
        "ends one too early": (
            lambda n_bits, radius: turned(n_bits, range(radius)),
            lambda n_bits, radius: turned(n_bits, range(radius + 1)) - math.comb(n_bits, radius),
        ),
        "the address itself": (
            lambda n_bits, radius: turned(n_bits, range(1, 1 + radius)),
            lambda n_bits, radius: turned(n_bits, range(radius + 1)) - 1,
        ),
        "counts each pair of bits twice": (
            lambda n_bits, radius: turned(n_bits, range(radius + 1), ways=pow),
            lambda n_bits, radius: (n_bits ** (radius + 1) - 1) // (n_bits - 1),
        ),
        "counted in every order": (
            lambda n_bits, radius: turned(n_bits, range(radius + 1), ways=math.perm),
            lambda n_bits, radius: sum(
                math.factorial(n_bits) // math.factorial(n_bits - t) for t in range(radius + 1)
            ),
        ),
        "these are all addresses": (
            lambda n_bits, radius: 1 << n_bits,
            lambda n_bits, radius: turned(n_bits, range(n_bits + 1)),
        ),
        "not only the first": (
            lambda n_bits, radius: 1 << radius,
            lambda n_bits, radius: turned(radius, range(radius + 1)),
        ),
    },
    "first_mate": {
        "its own best match": (
            lambda z, groups, i: 1 / mate_place(z, groups, i, cosine, drop=False)[0],
            lambda z, groups, i: 1.0,
        ),
        "stand one too low": (
            lambda z, groups, i: 1 / [*mate_place(z, groups, i, cosine, drop=False), math.inf][1],
            lambda z, groups, i: 1 / (1 + mate_place(z, groups, i, cosine)[0]),
        ),
        "ranked by the product": (
            lambda z, groups, i: 1 / mate_place(z, groups, i, np.dot)[0],
            lambda z, groups, i: 1 / mate_place(z, groups, i, lambda a, b: sum(a * b))[0],
        ),
        "that is a correlation": (
            lambda z, groups, i: (
                1 / mate_place(z, groups, i, lambda a, b: np.corrcoef(a, b)[0, 1])[0]
            ),
            lambda z, groups, i: (
                1 / mate_place(z, groups, i, lambda a, b: cosine(a - a.mean(), b - b.mean()))[0]
            ),
        ),
        "the mean over all rows": (
            lambda z, groups, i: 1 / mate_place(z - z.mean(axis=0), groups, i, cosine)[0],
            lambda z, groups, i: (
                1 / mate_place(z, groups, i, lambda a, b: cosine(a - z.mean(0), b - z.mean(0)))[0]
            ),
        ),
        "ranked by distance": (
            lambda z, groups, i: 1 / mate_place(z, groups, i, math.dist, last=True)[0],
            lambda z, groups, i: (
                1 / mate_place(z, groups, i, lambda a, b: -np.sum((a - b) ** 2))[0]
            ),
        ),
        "this is the place": (
            lambda z, groups, i: (lambda p: 0 if p == math.inf else p)(
                mate_place(z, groups, i, cosine)[0]
            ),
            lambda z, groups, i: (lambda p: p if p <= len(z) else 0)(
                mate_place(z / 2, groups, i, cosine)[0]
            ),
        ),
        "the smallest cosine": (
            lambda z, groups, i: 1 / mate_place(z, groups, i, cosine, last=True)[0],
            lambda z, groups, i: 1 / mate_place(z, groups, i, lambda a, b: -cosine(a, b))[0],
        ),
        "averaged over all mates": (
            lambda z, groups, i: np.mean([1 / p for p in mate_place(z, groups, i, cosine)]),
            lambda z, groups, i: np.reciprocal(
                np.array(mate_place(z, groups, i, cosine), dtype=float)
            ).mean(),
        ),
        "but not out of the groups": (
            lambda z, groups, i: next(
                (
                    1 / place
                    for place, j in enumerate(
                        np.argsort([-cosine(z[i], row) for row in np.delete(z, i, axis=0)]), 1
                    )
                    if groups[j] == groups[i]
                ),
                0,
            ),
            lambda z, groups, i: (
                lambda order: next(
                    (1 / p for p, j in enumerate(order, 1) if groups[j] == groups[i]), 0
                )
            )(
                sorted(
                    range(len(z) - 1),
                    key=lambda j: cosine(z[i], np.vstack([z[:i], z[i + 1 :]])[j]),
                    reverse=True,
                )
            ),
        ),
    },
    "first_without_the_word": {
        "there is such an answer": (0.0, np.int64(0)),
        "the first answer does say": (1.0, np.int64(1)),
        **{f"answer {n} still says": (float(n), np.int64(n)) for n in range(2, 6)},
        **{f"answer {n} does not say": (float(n), np.int64(n)) for n in range(7, 11)},
    },
    "moved_query": {
        "added the sums": (
            lambda query, good, bad: query + 0.75 * good.sum(axis=0) - 0.25 * bad.sum(axis=0),
            lambda query, good, bad: query + sum(0.75 * g for g in good) - sum(b / 4 for b in bad),
        ),
        "towards the bad ones": (
            partial(nudged, minus=-0.25),
            lambda query, good, bad: nudged(query, good, -bad),
        ),
        "forgot the query": (
            partial(nudged, keep=0.0),
            lambda query, good, bad: nudged(query, good, bad) - query,
        ),
        "weights are exchanged": (
            partial(nudged, plus=0.25, minus=0.75),
            lambda query, good, bad: nudged(query, good / 3, 3 * bad),
        ),
        "weights 0.75 and 0.25 are missing": (
            partial(nudged, plus=1.0, minus=1.0),
            lambda query, good, bad: nudged(query, good / 0.75, 4 * bad),
        ),
        "differences from the query": (
            lambda query, good, bad: (
                query
                + 0.75 * (step_of(good, len(query)) - query)
                - 0.25 * (step_of(bad, len(query)) - query)
            ),
            lambda query, good, bad: nudged(query, good, bad, keep=0.5),
        ),
        "one mean over all numbers": (
            lambda query, good, bad: (
                query
                + (0.75 * np.average(good) if good.size else 0)
                - (0.25 * np.average(bad) if bad.size else 0)
            ),
            lambda query, good, bad: (
                query + 0.75 * good.sum() / max(1, good.size) - bad.sum() / max(1, bad.size) / 4
            ),
        ),
    },
    "luminance": {
        "plain mean": (
            lambda photo: sum(photo) / 3,
            lambda photo: np.average(photo, axis=0),
        ),
        "Rec. 709": (
            lambda photo: weighed(photo, 0.2126, 0.7152, 0.0722),
            lambda photo: np.einsum("c,chw->hw", [0.2126, 0.7152, 0.0722], photo),
        ),
        "red and blue changed places": (
            lambda photo: weighed(photo, 0.114, 0.587, 0.299),
            lambda photo: np.einsum("c,chw->hw", [0.299, 0.587, 0.114], photo[::-1]),
        ),
        "do not divide by 3": (
            lambda photo: weighed(photo, 0.299, 0.587, 0.114) / 3,
            lambda photo: np.mean(photo * np.array([0.299, 0.587, 0.114])[:, None, None], axis=0),
        ),
        "largest of the three": (
            lambda photo: np.maximum(np.maximum(photo[0], photo[1]), photo[2]),
            lambda photo: np.sort(photo, axis=0)[-1],
        ),
        "repeated it three times": (
            lambda photo: [weighed(photo, 0.299, 0.587, 0.114).tolist()] * 3,
            lambda photo: np.broadcast_to(weighed(photo, 0.299, 0.587, 0.114), photo.shape),
        ),
    },
    "best_answer": {
        "plain mean": (
            lambda answers, p: sum(answers) / len(answers),
            lambda answers, p: np.average(answers, axis=0),
        ),
        "most probable picture": (
            lambda answers, p: answers[p.argmax()],
            lambda answers, p: max(zip(p, answers, strict=True), key=lambda pair: pair[0])[1],
        ),
        "best among the K": (
            lambda answers, p: min(
                answers, key=lambda a: sum(p * ((answers - a) ** 2).sum(axis=1))
            ),
            lambda answers, p: answers[
                np.argmin([p @ np.square(answers - a).sum(1) for a in answers])
            ],
        ),
        "do not divide by K": (
            lambda answers, p: np.mean(answers * p[:, None], axis=0),
            lambda answers, p: np.einsum("k,kd->d", p, answers) / len(p),
        ),
        "this is the median": (
            sorted_median,
            lambda answers, p: [
                column[np.argsort(column)][np.cumsum(p[np.argsort(column)]).searchsorted(0.5)]
                for column in answers.T
            ],
        ),
        "the probabilities are not": (
            lambda answers, p: np.average(answers, axis=0, weights=p * p),
            lambda answers, p: sum(a * q**2 for a, q in zip(answers, p, strict=True)) / (p @ p),
        ),
    },
    "unfold_squares": {
        "side by side": (
            lambda maps: np.block([[maps[0], maps[1]], [maps[2], maps[3]]]),
            lambda maps: np.vstack([np.hstack(maps[:2]), np.hstack(maps[2:])]),
        ),
        "upper right and lower left": (
            lambda maps: squares_from(maps, (0, 2, 1, 3)),
            lambda maps: F.pixel_shuffle(torch.tensor(maps[[0, 2, 1, 3]]), 2)[0],
        ),
        "reshape alone": (
            lambda maps: maps.ravel().reshape(2 * maps.shape[1], 2 * maps.shape[2]),
            lambda maps: torch.tensor(maps).view(2 * maps.shape[1], -1),
        ),
        "enlarged the first map": (
            lambda maps: squares_from(maps, (0, 0, 0, 0)),
            lambda maps: np.kron(maps[0], np.ones((2, 2))),
        ),
        "turned round": (
            lambda maps: squares_from(maps, (3, 2, 1, 0)),
            lambda maps: F.pixel_shuffle(torch.tensor(maps[[3, 2, 1, 0]]), 2)[0],
        ),
    },
    "edge_strength": {
        "divide each difference by 4": (
            lambda picture: np.hypot(*slopes(picture, by=1)),
            lambda picture: np.sqrt(sum(s**2 for s in slopes(picture, by=1))),
        ),
        "scikit-image's version": (
            lambda picture: np.sqrt((slopes(picture)[0] ** 2 + slopes(picture)[1] ** 2) / 2),
            lambda picture: np.hypot(*slopes(picture)) * 0.5**0.5,
        ),
        "the middle pixel counts twice: the weights are 1, 2, 1": (
            lambda picture: np.hypot(*slopes(picture, (1, 1, 1), 4)),
            lambda picture: np.sqrt(sum(s**2 for s in slopes(picture, (0.25, 0.25, 0.25), 1))),
        ),
        "not three times a third": (
            lambda picture: np.hypot(*slopes(picture, (1, 1, 1), 3)),
            lambda picture: np.hypot(*slopes(picture, (1 / 3, 1 / 3, 1 / 3), 1)),
        ),
        "and their sum is divided": (
            lambda picture: np.hypot(*slopes(picture, (1, 1, 1), 1)),
            lambda picture: np.sqrt(sum(s**2 for s in slopes(picture, (2, 2, 2), 2))),
        ),
        "one pixel on each side only": (
            lambda picture: np.hypot(*slopes(picture, (0, 1, 0), 1)),
            lambda picture: 2 * np.hypot(*(s[1:-1, 1:-1] for s in np.gradient(picture))),
        ),
        "added absolute values": (
            lambda picture: sum(map(np.abs, slopes(picture))),
            lambda picture: np.linalg.norm(np.stack(slopes(picture)), ord=1, axis=0),
        ),
        "downward difference only": (
            lambda picture: np.sqrt(slopes(picture)[0] ** 2),
            lambda picture: abs(slopes(picture)[0]),
        ),
        "sideways difference only": (
            lambda picture: np.sqrt(slopes(picture)[1] ** 2),
            lambda picture: abs(slopes(picture)[1]),
        ),
        "the root is missing": (
            lambda picture: sum(np.square(s) for s in slopes(picture)),
            lambda picture: np.hypot(*slopes(picture)) ** 2,
        ),
        "leave the border out": (
            lambda picture: np.pad(np.hypot(*slopes(picture)), ((1, 1), (1, 1))),
            lambda picture: F.pad(torch.tensor(np.hypot(*slopes(picture))), (1, 1, 1, 1)),
        ),
    },
    "made_consistent": {
        "you enlarged the small": (
            lambda large, small: np.kron(small, np.ones((2, 2))),
            lambda large, small: in_squares(large, small, lambda square, s: s),
        ),
        "np.tile puts whole copies": (
            lambda large, small: (
                large
                + np.tile(small - large.reshape(len(small), 2, -1, 2).mean(axis=(1, 3)), (2, 2))
            ),
            lambda large, small: (
                large
                + np.block(
                    [[small - F.avg_pool2d(torch.tensor(large)[None], 2)[0].numpy()] * 2] * 2
                )
            ),
        ),
        "four numbers in a row": (
            lambda large, small: (
                large
                + np.kron(small - large.reshape(*small.shape, 4).mean(axis=2), np.ones((2, 2)))
            ),
            lambda large, small: (
                large
                + np.kron(
                    small - large.ravel().reshape(-1, 4).mean(1).reshape(small.shape),
                    np.ones((2, 2)),
                )
            ),
        ),
        "you multiplied each square": (
            lambda large, small: in_squares(
                large, small, lambda square, s: square * s / square.mean()
            ),
            lambda large, small: (
                large
                * np.kron(
                    small / large.reshape(len(small), 2, -1, 2).mean(axis=(1, 3)), np.ones((2, 2))
                )
            ),
        ),
        "the wrong sign": (
            lambda large, small: in_squares(
                large, small, lambda square, s: square + square.mean() - s
            ),
            lambda large, small: (
                large
                - np.kron(
                    small - large.reshape(len(small), 2, -1, 2).mean(axis=(1, 3)), np.ones((2, 2))
                )
            ),
        ),
        "a quarter is not enough": (
            lambda large, small: in_squares(
                large, small, lambda square, s: square + (s - square.mean()) / 4
            ),
            lambda large, small: (
                large
                + np.kron(
                    small - large.reshape(len(small), 2, -1, 2).mean(axis=(1, 3)),
                    np.full((2, 2), 0.25),
                )
            ),
        ),
        "upper left pixel only": (
            lambda large, small: in_squares(
                large, small, lambda square, s: square + s - square[0, 0]
            ),
            lambda large, small: large + np.kron(small - large[::2, ::2], np.ones((2, 2))),
        ),
    },
    "masked_rmse": {
        "divided by all entries": (
            lambda x_hat, x, known: math.sqrt(
                np.square(known_only(x_hat, x, known)[0]).sum() / known.size
            ),
            lambda x_hat, x, known: np.linalg.norm(known * (x - x_hat)) / known.size**0.5,
        ),
        "root before you divided": (
            lambda x_hat, x, known: np.linalg.norm((x_hat - x) * known) / (known > 0).sum(),
            lambda x_hat, x, known: (
                math.hypot(*known_only(x_hat, x, known)[0]) / np.count_nonzero(known)
            ),
        ),
        "counted the missing entries": (
            lambda x_hat, x, known: np.linalg.norm(x - x_hat) / x.size**0.5,
            lambda x_hat, x, known: torch.tensor(x_hat - x).square().mean().sqrt(),
        ),
        "the root is missing": (
            lambda x_hat, x, known: np.mean(known_only(x_hat, x, known)[0] ** 2),
            lambda x_hat, x, known: np.average((x_hat - x) ** 2, weights=known),
        ),
        "absolute differences": (
            lambda x_hat, x, known: np.abs(known_only(x_hat, x, known)[0]).mean(),
            lambda x_hat, x, known: np.average(np.abs(x - x_hat), weights=known),
        ),
    },
    "damped_film_mean": {
        "count as 0 stars": (
            lambda stars, film, n, damping: np.divide(
                film_sums(stars, film, n)[0], film_sums(stars, film, n)[1] + damping
            ),
            lambda stars, film, n, damping: [
                sum(stars[film == one]) / ((film == one).sum() + damping) for one in range(n)
            ],
        ),
        "not in the count": (
            lambda stars, film, n, damping: [
                (stars[film == one].sum() + damping * stars.mean()) / max(1, (film == one).sum())
                for one in range(n)
            ],
            lambda stars, film, n, damping: (
                (film_sums(stars, film, n)[0] + damping * np.mean(stars))
                / film_sums(stars, film, n)[1].clip(1)
            ),
        ),
        "mean of the films' means": (
            lambda stars, film, n, damping: [
                (
                    stars[film == one].sum()
                    + damping * np.mean([m for m in plain_means(stars, film, n) if m is not None])
                )
                / ((film == one).sum() + damping)
                for one in range(n)
            ],
            lambda stars, film, n, damping: (
                (
                    film_sums(stars, film, n)[0]
                    + damping * np.mean([stars[film == one].mean() for one in set(film.tolist())])
                )
                / (film_sums(stars, film, n)[1] + damping)
            ),
        ),
        "how far each film lies": (
            lambda stars, film, n, damping: [
                (stars[film == one] - stars.mean()).sum() / ((film == one).sum() + damping)
                for one in range(n)
            ],
            lambda stars, film, n, damping: (
                film_sums(stars - np.mean(stars), film, n)[0]
                / (film_sums(stars, film, n)[1] + damping)
            ),
        ),
        "plain mean of each film": (
            lambda stars, film, n, damping: [
                stars.mean() if mean is None else mean for mean in plain_means(stars, film, n)
            ],
            lambda stars, film, n, damping: [
                stars[film == one].mean() if one in film else np.mean(stars) for one in range(n)
            ],
        ),
    },
    "recall_at": {
        "already seen are recommended": (
            lambda scores, liked, seen, k: (
                hits(ranked(scores, seen, k, again=True), liked) / min(k, sum(liked))
            ),
            lambda scores, liked, seen, k: (
                liked[torch.tensor(scores).topk(k).indices.numpy()].sum() / min(k, liked.sum())
            ),
        ),
        "minus infinity in place of 0": (
            lambda scores, liked, seen, k: (
                liked[np.argsort(-(scores * ~seen))[:k]].sum() / min(k, liked.sum())
            ),
            lambda scores, liked, seen, k: (
                liked[torch.tensor(scores * (1 - seen)).topk(k).indices.numpy()].sum()
                / min(k, liked.sum())
            ),
        ),
        "always divided by k": (
            lambda scores, liked, seen, k: hits(ranked(scores, seen, k), liked) / k,
            lambda scores, liked, seen, k: np.mean([liked[i] for i in ranked(scores, seen, k)]),
        ),
        "by the number of liked films": (
            lambda scores, liked, seen, k: hits(ranked(scores, seen, k), liked) / sum(liked),
            lambda scores, liked, seen, k: (
                len(set(ranked(scores, seen, k)) & set(np.flatnonzero(liked).tolist()))
                / np.count_nonzero(liked)
            ),
        ),
        "number of hits": (
            lambda scores, liked, seen, k: hits(ranked(scores, seen, k), liked),
            lambda scores, liked, seen, k: len(
                set(ranked(scores, seen, k)) & set(np.flatnonzero(liked).tolist())
            ),
        ),
        "k lowest scores": (
            lambda scores, liked, seen, k: (
                hits(ranked(scores, seen, k, upwards=True), liked) / min(k, sum(liked))
            ),
            lambda scores, liked, seen, k: (
                hits(ranked(-scores, seen, k), liked) / min(k, np.count_nonzero(liked))
            ),
        ),
    },
    "is_it_the_most_popular": {
        "once more: are the two": ("Yes", " yes "),
        "answer with a word": (np.True_, torch.tensor(True)),
        "one of the words": (np.False_, torch.tensor(False)),
        "recommended first": (
            "shawshank redemption, the (1994)",
            " Shawshank Redemption, The (1994) ",
        ),
    },
    "film_neighbours": {
        "product of the rows": (
            lambda weight, i, k: by_similarity(weight, i, k, np.dot),
            lambda weight, i, k: [j for j in np.argsort(-(weight @ weight[i])).tolist() if j != i][
                :k
            ],
        ),
        "its own nearest neighbour": (
            lambda weight, i, k: by_similarity(weight, i, k, cosine, leave_out=False),
            lambda weight, i, k: (
                F.cosine_similarity(torch.tensor(weight), torch.tensor(weight[i])[None])
                .topk(k)
                .indices
            ),
        ),
        "the places behind it moved": (
            lambda weight, i, k: (
                lambda others: np.argsort([-cosine(weight[i], other) for other in others])[:k]
            )(np.delete(weight, i, axis=0)),
            lambda weight, i, k: by_similarity(
                np.vstack([weight[:i], weight[i + 1 :], weight[i]]), len(weight) - 1, k, cosine
            ),
        ),
        "least similar": (
            lambda weight, i, k: by_similarity(weight, i, k, cosine, least=True),
            lambda weight, i, k: [
                j
                for j in F.cosine_similarity(torch.tensor(weight), torch.tensor(weight[i])[None])
                .argsort()
                .tolist()
                if j != i
            ][:k],
        ),
        "distance between rows": (
            lambda weight, i, k: by_similarity(weight, i, k, math.dist, least=True),
            lambda weight, i, k: by_similarity(
                weight, i, k, lambda a, b: -float(((a - b) ** 2).sum())
            ),
        ),
        "that is a correlation": (
            lambda weight, i, k: by_similarity(weight, i, k, lambda a, b: np.corrcoef(a, b)[0, 1]),
            lambda weight, i, k: [
                j for j in np.argsort(-np.corrcoef(weight)[i]).tolist() if j != i
            ][:k],
        ),
        "the mean over all films": (
            lambda weight, i, k: by_similarity(weight - weight.mean(axis=0), i, k, cosine),
            lambda weight, i, k: by_similarity(
                weight, i, k, lambda a, b: cosine(a - weight.mean(0), b - weight.mean(0))
            ),
        ),
    },
    **{f"case_{number}": by_letters(right) for number, right in enumerate("CDBEABDEAC", start=1)},
    "share_of_dead": {
        "share of zeros": (
            lambda z: 1 - z.count_nonzero() / z.numel(),
            lambda z: np.mean(z.numpy() == 0),
        ),
        "always 2.5 is dead": (
            lambda z: (z.abs().amax(0) == 0).float().mean(),
            lambda z: np.mean([not any(column) for column in z.T.tolist()]),
        ),
        "this is their number": (
            lambda z: sum(len(set(column)) == 1 for column in z.T.tolist()),
            lambda z: (z.amax(0) == z.amin(0)).sum(),
        ),
        "share of the living": (
            lambda z: np.mean([len(set(column)) > 1 for column in z.T.tolist()]),
            lambda z: (z.amax(0) > z.amin(0)).double().mean(),
        ),
        "along a row": (
            lambda z: np.mean([len(set(row)) == 1 for row in z.tolist()]),
            lambda z: (z.amax(1) == z.amin(1)).double().mean(),
        ),
        "one zero does not": (
            lambda z: (z.abs().amin(0) == 0).double().mean(),
            lambda z: np.mean([0 in column for column in z.T.tolist()]),
        ),
        "two pictures may agree": (
            lambda z: np.mean(z[0].numpy() == z[1].numpy()),
            lambda z: 1 - (z[0] - z[1]).count_nonzero() / z.shape[1],
        ),
    },
    "repeat_and_split": {
        "repeats before it splits": (
            lambda x, n, times: (lambda deck: (deck[n:], deck[:n]))(x.repeat(times, axis=0)),
            lambda x, n, times: (lambda deck: (deck[n:], deck[:n]))(
                x[np.arange(times * len(x)) // times]
            ),
        ),
        "once each": (
            lambda x, n, times: (x[n:].repeat(times, 0), x[:n].repeat(times, 0)),
            lambda x, n, times: tuple(
                np.array([row for row in part for _ in range(times)]) for part in (x[n:], x[:n])
            ),
        ),
        "in the wrong order": (
            lambda x, n, times: [x[:n], x[n:].repeat(times, axis=0)],
            lambda x, n, times: (
                np.array(x[:n]),
                np.array([row for row in x[n:] for _ in range(times)]),
            ),
        ),
        "took the last pictures": (
            lambda x, n, times: (x[: len(x) - n].repeat(times, axis=0), x[len(x) - n :]),
            lambda x, n, times: (
                np.array([row for row in x[:-n] for _ in range(times)]),
                np.array(x[-n:]),
            ),
        ),
        "still in the training part": (
            lambda x, n, times: (x.repeat(times, axis=0), x[:n]),
            lambda x, n, times: (x[np.arange(times * len(x)) // times], np.array(x[:n])),
        ),
        "next to each other": (
            lambda x, n, times: (np.concatenate([x[n:]] * times), x[:n]),
            lambda x, n, times: (np.vstack([x[n:] for _ in range(times)]), x[:n]),
        ),
    },
    "mean_image_floor": {
        "nats per pixel": (
            lambda x_train, x_test: nats_of(held(x_train.mean(0)), x_test) / x_test.shape[1],
            lambda x_train, x_test: F.binary_cross_entropy(
                held(x_train.mean(0)).expand_as(x_test), x_test
            ),
        ),
        "mean of the test images": (
            lambda x_train, x_test: nats_of(held(x_test.mean(0)), x_test),
            lambda x_train, x_test: nats_of(x_test.mean(0).clip(1e-6, 1 - 1e-6), x_test),
        ),
        "on the training images": (
            lambda x_train, x_test: nats_of(held(x_train.mean(0)), x_train),
            lambda x_train, x_test: nats_of(x_train.mean(0).clip(1e-6, 1 - 1e-6), x_train),
        ),
        "sum over all test images": (
            lambda x_train, x_test: nats_of(held(x_train.mean(0)), x_test) * x_test.shape[0],
            lambda x_train, x_test: F.binary_cross_entropy(
                held(x_train.mean(0)).expand_as(x_test), x_test, reduction="sum"
            ),
        ),
        "this is the squared error": (
            lambda x_train, x_test: (x_test - x_train.mean(0)).square().sum(1).mean(),
            lambda x_train, x_test: (
                F.mse_loss(x_train.mean(0).expand_as(x_test), x_test) * x_test.shape[1]
            ),
        ),
        "paper counts as well": (
            lambda x_train, x_test: -(x_test * held(x_train.mean(0)).log()).sum(1).mean(),
            lambda x_train, x_test: -(x_test @ held(x_train.mean(0)).log()).mean(),
        ),
        "torch charges 100 nats": (
            lambda x_train, x_test: nats_of(x_train.mean(0), x_test),
            lambda x_train, x_test: (
                F.binary_cross_entropy(x_train.mean(0).expand_as(x_test), x_test) * x_test.shape[1]
            ),
        ),
        "no pixel was always paper": (
            lambda x_train, x_test: (
                lambda m: -(x_test * m.log() + (1 - x_test) * (1 - m).log()).sum() / len(x_test)
            )(x_train.mean(0).clamp(torch.finfo(torch.float32).tiny, 1 - 2**-24)),
            lambda x_train, x_test: (
                lambda m: -(x_test * m.log() + (1 - x_test) * (1 - m).log()).sum(1).mean()
            )(x_train.mean(0).clamp(torch.finfo(torch.float32).tiny, 1 - 2**-24)),
        ),
        "inside the logarithms": (
            lambda x_train, x_test: (
                lambda m: (
                    -((x_test @ (m + 1e-6).log() + (1 - x_test) @ (1 - m + 1e-6).log()).mean())
                )
            )(x_train.mean(0)),
            lambda x_train, x_test: (
                lambda m: (
                    -(x_test * (m + 1e-6).log() + (1 - x_test) * (1 + 1e-6 - m).log()).sum(1).mean()
                )
            )(x_train.mean(0)),
        ),
        "take the mean first": (
            lambda x_train, x_test: nats_of(held(x_train).mean(0), x_test),
            lambda x_train, x_test: nats_of(sum(map(held, x_train)) / len(x_train), x_test),
        ),
        "0.01 is far from 0": (
            lambda x_train, x_test: nats_of(held(x_train.mean(0), 0.01), x_test),
            lambda x_train, x_test: nats_of(x_train.mean(0).clip(0.01, 0.99), x_test),
        ),
    },
    "repaired_elbo": {
        "the error is still averaged over pixels (case 6): sum": elbo_with(error="mean"),
        "the KL is still averaged over the code (case 5): sum": elbo_with(kl="mean"),
        "logvar is still read": elbo_with(torch.exp),
        "both parts are summed over the images": elbo_with(images=(False, False)),
        "the KL is summed over the images as well": elbo_with(images=(True, False)),
        "the error is summed over the images as well": elbo_with(images=(False, True)),
        "784 is the number": elbo_with(error="mean", pixels=784),
        "the KL is a price": elbo_with(sign=-1),
        "none of its three faults": elbo_with(torch.exp, error="mean", kl="mean"),
        "the variance is mended": elbo_with(error="mean", kl="mean"),
        "the error is mended": elbo_with(torch.exp, kl="mean"),
        "the KL is summed now": elbo_with(torch.exp, error="mean"),
    },
    "variance_through": {
        "the tanh after each": (
            lambda x, weights: np.divide(*layer_variances(x, weights, bend=lambda v: v)),
            lambda x, weights: [
                np.var(
                    x @ np.linalg.multi_dot([*weights[:n], np.eye(len(weights[n - 1].T))]), 0
                ).mean()
                / np.var(x, 0).mean()
                for n in range(1, len(weights) + 1)
            ],
        ),
        "measured before the tanh": (
            lambda x, weights: np.divide(*layer_variances(x, weights, before=True)),
            lambda x, weights: layer_variances(x, weights, before=True)[0] / x.var(axis=0).mean(),
        ),
        "over the units of a picture": (
            lambda x, weights: np.divide(*layer_variances(x, weights, measure=over_rows)),
            lambda x, weights: np.divide(
                *layer_variances(x, weights, measure=lambda v: v.var(axis=1).mean())
            ),
        ),
        "mixes the differences between units": (
            lambda x, weights: np.divide(*layer_variances(x, weights, measure=np.var)),
            lambda x, weights: np.divide(
                *layer_variances(x, weights, measure=lambda v: np.square(v - v.mean()).mean())
            ),
        ),
        "divided by the layer before": (
            lambda x, weights: (lambda found, start: found / [start, *found[:-1]])(
                *layer_variances(x, weights)
            ),
            lambda x, weights: (lambda found, start: found / np.append(start, found)[:-1])(
                *layer_variances(x, weights)
            ),
        ),
        "variances themselves": (
            lambda x, weights: layer_variances(x, weights)[0],
            lambda x, weights: layer_variances(x, weights)[0].tolist(),
        ),
    },
    "effective_classes": {
        "this is the entropy itself": (
            entropy,
            lambda counts: (
                torch.distributions.Categorical(torch.tensor(counts / sum(counts))).entropy().item()
            ),
        ),
        "log2 belongs": (
            lambda counts: math.exp(entropy(counts, math.log2)),
            lambda counts: np.exp(entropy(counts) / np.log(2)),
        ),
        "occur at all": (
            lambda counts: np.count_nonzero(counts),
            lambda counts: len([c for c in counts if c > 0]),
        ),
        "Simpson's number": (
            lambda counts: sum(counts) ** 2 / sum(c * c for c in counts.tolist()),
            lambda counts: 1 / np.square(counts / counts.sum()).sum(),
        ),
        "entropy in bits": (
            lambda counts: entropy(counts, math.log2),
            lambda counts: entropy(counts) / math.log(2),
        ),
        "the minus is missing": (
            lambda counts: math.exp(-entropy(counts)),
            lambda counts: 1 / np.exp(entropy(counts)),
        ),
        "averaged over the classes": (
            lambda counts: (
                counts.sum()
                / math.prod(c for c in counts.tolist() if c) ** (1 / np.count_nonzero(counts))
            ),
            lambda counts: np.exp(
                np.mean([math.log(counts.sum() / c) for c in counts.tolist() if c])
            ),
        ),
    },
    "slope_through": {
        "without rounding": (
            lambda z, target: -2 * (target - z),
            lambda z, target: torch.func.grad(lambda v: ((v - target) ** 2).sum())(z),
        ),
        "truly has slope 0": (
            lambda z, target: 0 * z,
            lambda z, target: torch.func.grad(lambda v: ((v.round() - target) ** 2).sum())(z),
        ),
        "this is the loss": (
            lambda z, target: torch.square(torch.round(z) - target),
            lambda z, target: F.mse_loss(z.round(), target, reduction="none"),
        ),
        "floor always rounds": (
            lambda z, target: 2 * (torch.floor(z) - target),
            lambda z, target: -2 * (target - z.div(1, rounding_mode="floor")),
        ),
        "not against z": (
            lambda z, target: 2 * torch.round(z) - 2 * z,
            lambda z, target: -2 * (z - z.round()),
        ),
    },
    "generator_slopes": {
        "in the other order": (
            lambda score: slopes_by_autograd(score)[::-1],
            lambda score: (-1 / (1 + score.exp()), -1 / (1 + (-score).exp())),
        ),
        "so both slopes are negative": (
            lambda score: tuple(-slope for slope in slopes_by_autograd(score)),
            lambda score: (1 / (1 + (-score).exp()), 1 / (1 + score.exp())),
        ),
        "it falls, too": (
            lambda score: (slopes_by_autograd(score)[0], -slopes_by_autograd(score)[1]),
            lambda score: (-1 / (1 + (-score).exp()), 1 / (1 + score.exp())),
        ),
        "go on with the chain rule": (
            lambda score: (-(1 + score.exp()), -(1 + (-score).exp())),
            lambda score: tuple(-1 / part for part in (torch.sigmoid(-score), score.sigmoid())),
        ),
        "these are the losses": (
            lambda score: (F.logsigmoid(-score), -F.logsigmoid(score)),
            lambda score: (-F.softplus(score), F.softplus(-score)),
        ),
        "the first loss falls": (
            lambda score: (-slopes_by_autograd(score)[0], slopes_by_autograd(score)[1]),
            lambda score: (1 / (1 + (-score).exp()), -1 / (1 + score.exp())),
        ),
        "slope of the sigmoid itself": (
            lambda score: [-torch.sigmoid(score) * (1 - torch.sigmoid(score))] * 2,
            lambda score: (
                -score.exp() / (1 + score.exp()) ** 2,
                -score.exp() / (1 + score.exp()) ** 2,
            ),
        ),
        "mean over the scores": (
            lambda score: tuple(slope / score.numel() for slope in slopes_by_autograd(score)),
            lambda score: (
                -1 / (1 + (-score).exp()) / len(score),
                -1 / (1 + score.exp()) / len(score),
            ),
        ),
    },
    "move_entries": {
        "went to zero": (
            lambda codebook, z, chosen: entry_by_entry(
                codebook, z, chosen, lambda old, mine: sum(mine) / len(mine), torch.zeros_like
            ),
            lambda codebook, z, chosen: (
                F.one_hot(chosen, len(codebook)).T.float()
                @ z
                / F.one_hot(chosen, len(codebook)).sum(0).clamp(min=1)[:, None]
            ),
        ),
        "these are sums": (
            lambda codebook, z, chosen: entry_by_entry(
                codebook, z, chosen, lambda old, mine: sum(mine)
            ),
            lambda codebook, z, chosen: torch.where(
                F.one_hot(chosen, len(codebook)).sum(0)[:, None] > 0,
                F.one_hot(chosen, len(codebook)).T.float() @ z,
                codebook,
            ),
        ),
        "the old entry counts": (
            lambda codebook, z, chosen: entry_by_entry(
                codebook, z, chosen, lambda old, mine: (old + sum(mine)) / (1 + len(mine))
            ),
            lambda codebook, z, chosen: (
                (codebook + F.one_hot(chosen, len(codebook)).T.float() @ z)
                / (1 + F.one_hot(chosen, len(codebook)).sum(0))[:, None]
            ),
        ),
        "the last vector": (
            lambda codebook, z, chosen: entry_by_entry(
                codebook, z, chosen, lambda old, mine: mine[-1]
            ),
            lambda codebook, z, chosen: torch.stack(
                [
                    z[(chosen == k).nonzero()[-1, 0]] if (chosen == k).any() else old
                    for k, old in enumerate(codebook)
                ]
            ),
        ),
        "number of all vectors": (
            lambda codebook, z, chosen: entry_by_entry(
                codebook, z, chosen, lambda old, mine: sum(mine) / len(z)
            ),
            lambda codebook, z, chosen: torch.where(
                F.one_hot(chosen, len(codebook)).sum(0)[:, None] > 0,
                F.one_hot(chosen, len(codebook)).T.float() @ z / z.shape[0],
                codebook,
            ),
        ),
    },
    "residual_codes": {
        "every stage coded z itself": (
            lambda z, codebooks: stage_by_stage(z, codebooks, lambda rest, entry, z: z)[0],
            lambda z, codebooks: torch.cdist(z, codebooks).min(dim=2).indices.T,
        ),
        "only the last entry was taken away": (
            lambda z, codebooks: stage_by_stage(z, codebooks, lambda rest, entry, z: z - entry)[0],
            lambda z, codebooks: staged(z, codebooks, lambda rest, entry, z: z - entry)[0],
        ),
        "the entry was added": (
            lambda z, codebooks: stage_by_stage(z, codebooks, lambda r, entry, z: r + entry)[0],
            lambda z, codebooks: staged(z, codebooks, lambda rest, entry, z: entry + rest)[0],
        ),
        "went on with the entry itself": (
            lambda z, codebooks: stage_by_stage(z, codebooks, lambda rest, entry, z: entry)[0],
            lambda z, codebooks: staged(z, codebooks, lambda rest, entry, z: entry)[0],
        ),
        "every stage used the first codebook": (
            lambda z, codebooks: stage_by_stage(z, codebooks, first=True)[0],
            lambda z, codebooks: staged(z, torch.stack([codebooks[0]] * len(codebooks)))[0],
        ),
        "the largest product prefers": (
            lambda z, codebooks: stage_by_stage(z, codebooks, far=lambda r, e: -(r @ e))[0],
            lambda z, codebooks: staged(z, codebooks, score=lambda r, book: -r @ book.T)[0],
        ),
        "these are the furthest": (
            lambda z, codebooks: stage_by_stage(
                z, codebooks, far=lambda r, e: -(r - e).square().sum()
            )[0],
            lambda z, codebooks: staged(z, codebooks, score=lambda r, book: -squares_to(r, book))[
                0
            ],
        ),
        "this is the sum of the entries": (
            lambda z, codebooks: torch.stack(
                [z[i] - rest for i, rest in enumerate(stage_by_stage(z, codebooks)[1])]
            ),
            lambda z, codebooks: sum(
                book[staged(z, codebooks)[0][:, stage]] for stage, book in enumerate(codebooks)
            ),
        ),
        "this is what is left in the end": (
            lambda z, codebooks: torch.stack(stage_by_stage(z, codebooks)[1]),
            lambda z, codebooks: staged(z, codebooks)[1],
        ),
    },
    "finite_scalars": {
        "nothing was rounded": (
            lambda z, levels: level_by_level(z, levels, last=float),
            lambda z, levels: z.tanh() * (levels // 2),
        ),
        "cut off at the outer levels": (
            lambda z, levels: [
                [max(-(levels // 2), min(levels // 2, round(v))) for v in row] for row in z.tolist()
            ],
            lambda z, levels: torch.clamp(torch.round(z), -(levels // 2), levels // 2),
        ),
        "tanh alone leaves": (
            lambda z, levels: level_by_level(z, 3),
            lambda z, levels: z.tanh().round(),
        ),
        "twice as far as the outer levels": (
            lambda z, levels: level_by_level(z, 2 * levels - 1),
            lambda z, levels: torch.round(z.tanh() * (levels - 1)),
        ),
        "reaches beyond the outer levels": (
            lambda z, levels: [[round(levels * math.tanh(v) / 2) for v in r] for r in z.tolist()],
            lambda z, levels: torch.round(0.5 * levels * z.tanh()),
        ),
        "rounded z before it was bent": (
            lambda z, levels: level_by_level(z.round(), levels, last=float),
            lambda z, levels: torch.round(z).tanh() * (levels // 2),
        ),
        "floor always rounds down": (
            lambda z, levels: level_by_level(z, levels, last=math.floor),
            lambda z, levels: (levels // 2 * z.tanh()).div(1, rounding_mode="floor"),
        ),
        "divided by the outer level": (
            lambda z, levels: [
                [v / (levels // 2) for v in row] for row in level_by_level(z, levels)
            ],
            lambda z, levels: torch.round(levels // 2 * z.tanh()) / (levels // 2),
        ),
        "counts the levels from 0": (
            lambda z, levels: [
                [round((levels - 1) / (1 + math.exp(-v))) for v in row] for row in z.tolist()
            ],
            lambda z, levels: torch.round((levels - 1) * torch.special.expit(z)),
        ),
    },
    "curved_step": {
        "straight mixture's step": (
            lambda x_a, x_hat, a, b: x_hat + (1 - b) / (1 - a) * (x_a - x_hat),
            lambda x_a, x_hat, a, b: torch.lerp((x_a - a * x_hat) / (1 - a), x_hat, b),
        ),
        "still its old share": (
            lambda x_a, x_hat, a, b: x_a + (math.sqrt(b) - math.sqrt(a)) * x_hat,
            lambda x_a, x_hat, a, b: (
                math.sqrt(b) * x_hat + math.sqrt(1 - a) * noise_in(x_a, x_hat, a)
            ),
        ),
        "x_a - x_hat is not the noise": (
            lambda x_a, x_hat, a, b: mixed(x_hat, x_a - x_hat, b),
            lambda x_a, x_hat, a, b: (
                (math.sqrt(b) - math.sqrt(1 - b)) * x_hat + math.sqrt(1 - b) * x_a
            ),
        ),
        "the other way round than t": (
            lambda x_a, x_hat, a, b: (
                math.sqrt(1 - b) * x_hat
                + math.sqrt(b) * (x_a - math.sqrt(1 - a) * x_hat) / math.sqrt(a)
            ),
            lambda x_a, x_hat, a, b: mixed(x_hat, noise_in(x_a, x_hat, 1 - a), 1 - b),
        ),
        "divide by the root of 1 - a": (
            lambda x_a, x_hat, a, b: mixed(x_hat, x_a - math.sqrt(a) * x_hat, b),
            lambda x_a, x_hat, a, b: mixed(x_hat, noise_in(x_a, x_hat, a) * math.sqrt(1 - a), b),
        ),
    },
    "dimensions_each": {
        "divide it by its length first": (
            lambda W: np.diag(W @ W.T) / np.square(W @ W.T).sum(axis=0),
            lambda W: [v @ v / sum((v @ w) ** 2 for w in W) for v in W],
        ),
        "the other arrows have length 1 here": (
            lambda W: [1 / sum((v @ w) ** 2 / (v @ v) / (w @ w) for w in W) for v in W],
            lambda W: (
                1
                / F.cosine_similarity(torch.tensor(W)[:, None], torch.tensor(W), dim=2)
                .square()
                .sum(dim=1)
            ),
        ),
        "also over i itself": (
            lambda W: [
                (v @ v) ** 2 / sum((v @ w) ** 2 for j, w in enumerate(W) if j != i)
                for i, v in enumerate(W)
            ],
            lambda W: (
                np.diag(W @ W.T) ** 2
                / np.square((W @ W.T)[~np.eye(len(W), dtype=bool)]).reshape(len(W), -1).sum(axis=1)
            ),
        ),
        "each before the sum": (
            lambda W: [(v @ v) ** 1.5 / sum(abs(v @ w) for w in W) for v in W],
            lambda W: np.diag(W @ W.T) ** 1.5 / np.abs(W @ W.T).sum(axis=1),
        ),
        "stands the squared length": (
            lambda W: [(v @ v) ** 1.5 / sum((v @ w) ** 2 for w in W) for v in W],
            lambda W: np.diag(W @ W.T) ** 1.5 / np.square(W @ W.T).sum(axis=1),
        ),
    },
    "explained_variance": {
        "that is not explained": (
            lambda x, x_hat: np.mean((x_hat - x) ** 2) / np.mean(x.var(axis=0)),
            lambda x, x_hat: (np.linalg.norm(x - x_hat) / np.linalg.norm(x - x.mean(0))) ** 2,
        ),
        "one mean of all numbers": (
            lambda x, x_hat: 1 - np.mean((x_hat - x) ** 2) / x.var(),
            lambda x, x_hat: 1 - np.square(x - x_hat).sum() / (x.size * np.var(x)),
        ),
        "an answer of zeros": (
            lambda x, x_hat: 1 - (np.linalg.norm(x - x_hat) / np.linalg.norm(x)) ** 2,
            lambda x, x_hat: 1 - np.mean((x_hat - x) ** 2) / np.mean(np.square(x)),
        ),
        "the same in all rows": (
            lambda x, x_hat: (
                1
                - np.square((x - x_hat) - (x - x_hat).mean(axis=0)).sum()
                / np.square(x - x.mean(axis=0)).sum()
            ),
            lambda x, x_hat: (
                1 - np.trace(np.cov((x - x_hat).T, bias=True)) / np.trace(np.cov(x.T, bias=True))
            ),
        ),
        "the shares of the columns": (
            lambda x, x_hat: np.mean(
                [
                    1 - np.sum((a - b) ** 2) / np.sum((a - a.mean()) ** 2)
                    for a, b in zip(x.T, x_hat.T, strict=True)
                ]
            ),
            lambda x, x_hat: (
                1 - np.mean(np.square(x_hat - x).sum(axis=0) / (len(x) * x.var(axis=0)))
            ),
        ),
    },
    "share_found": {
        "which grow with the lengths": (
            lambda truth, found, at_least: np.mean([max(found @ t) >= at_least for t in truth]),
            lambda truth, found, at_least: (
                (np.einsum("td,fd->tf", truth, found) >= at_least).any(axis=1).mean()
            ),
        ),
        "of found directions that are true": (
            lambda truth, found, at_least: np.mean(
                [max(cosine(t, f) for t in truth) >= at_least for f in found]
            ),
            lambda truth, found, at_least: (
                F.cosine_similarity(torch.tensor(found)[:, None], torch.tensor(truth), dim=2)
                .amax(1)
                .ge(at_least)
                .double()
                .mean()
            ),
        ),
        "the opposite of a direction": (
            lambda truth, found, at_least: np.mean(
                [max(abs(cosine(t, f)) for f in found) >= at_least for t in truth]
            ),
            lambda truth, found, at_least: (
                F.cosine_similarity(torch.tensor(truth)[:, None], torch.tensor(found), dim=2)
                .square()
                .amax(1)
                .sqrt()
                .ge(at_least)
                .double()
                .mean()
            ),
        ),
        "mean of the best cosines": (
            lambda truth, found, at_least: np.mean(
                [max(cosine(t, f) for f in found) for t in truth]
            ),
            lambda truth, found, at_least: (
                F.cosine_similarity(torch.tensor(truth)[:, None], torch.tensor(found), dim=2)
                .amax(1)
                .mean()
            ),
        ),
        "the share of all pairs": (
            lambda truth, found, at_least: np.mean(
                [cosine(t, f) >= at_least for t in truth for f in found]
            ),
            lambda truth, found, at_least: (
                F.cosine_similarity(torch.tensor(truth)[:, None], torch.tensor(found), dim=2)
                .ge(at_least)
                .double()
                .mean()
            ),
        ),
    },
    "f1_above": {
        "this is the precision": (
            lambda scores, y, cut: y[scores > cut].mean(),
            lambda scores, y, cut: (
                sum(t for s, t in zip(scores, y, strict=True) if s > cut)
                / sum(s > cut for s in scores)
            ),
        ),
        "this is the recall": (
            lambda scores, y, cut: (scores > cut)[y].mean(),
            lambda scores, y, cut: np.mean([s > cut for s, t in zip(scores, y, strict=True) if t]),
        ),
        "share of right places": (
            lambda scores, y, cut: np.mean(
                [(s > cut) == t for s, t in zip(scores, y, strict=True)]
            ),
            lambda scores, y, cut: 1 - ((scores > cut) ^ y).sum() / len(y),
        ),
        "plain mean of precision and recall": (
            lambda scores, y, cut: np.mean([y[scores > cut].mean(), (scores > cut)[y].mean()]),
            lambda scores, y, cut: 0.5 * (scores[y] > cut).mean() + 0.5 * y[scores > cut].mean(),
        ),
        "not at it": (
            lambda scores, y, cut: (lambda p, r: 2 * p * r / (p + r))(
                y[scores >= cut].mean(), (scores >= cut)[y].mean()
            ),
            lambda scores, y, cut: (
                2 * (y & ~(scores < cut)).sum() / ((~(scores < cut)).sum() + y.sum())
            ),
        ),
    },
    "shrunk_to": {
        "shrunk to nothing": (
            lambda z_true, z_found: np.mean(
                [f / t for t, f in zip(z_true.flat, z_found.flat, strict=True) if t]
            ),
            lambda z_true, z_found: (
                np.divide(z_found, z_true, out=np.zeros_like(z_true), where=z_true > 0).sum()
                / (z_true > 0).sum()
            ),
        ),
        "quotient of sums": (
            lambda z_true, z_found: (z_found * (z_true > 0)).sum() / (z_true * (z_found > 0)).sum(),
            lambda z_true, z_found: (
                lambda pairs: sum(f for _, f in pairs) / sum(t for t, _ in pairs)
            )([p for p in zip(z_true.flat, z_found.flat, strict=True) if min(p) > 0]),
        ),
        "this is true over found": (
            lambda z_true, z_found: np.mean(
                [t / f for t, f in zip(z_true.flat, z_found.flat, strict=True) if t > 0 and f > 0]
            ),
            lambda z_true, z_found: np.nanmean(
                np.where(z_true * z_found > 0, z_true / np.where(z_found > 0, z_found, 1), np.nan)
            ),
        ),
        "how much was lost": (
            lambda z_true, z_found: np.mean(
                [(t - f) / t for t, f in zip(z_true.flat, z_found.flat, strict=True) if t * f > 0]
            ),
            lambda z_true, z_found: (lambda on: ((z_true[on] - z_found[on]) / z_true[on]).mean())(
                z_true * z_found > 0
            ),
        ),
        "only one of the two": (
            lambda z_true, z_found: np.mean(z_found) / np.mean(z_true),
            lambda z_true, z_found: sum(z_found.ravel().tolist()) / sum(z_true.ravel().tolist()),
        ),
    },
    "recovered": {
        "share that is lost": (
            lambda scores, replaced, average, letters: (lambda a, b, c: (b - a) / (c - a))(
                *(nll(s, letters) for s in (scores, replaced, average))
            ),
            lambda scores, replaced, average, letters: (lambda a, b, c: 1 - (c - b) / (c - a))(
                *(nll(s, letters) for s in (scores, replaced, average))
            ),
        ),
        "equal chances": (
            lambda scores, replaced, average, letters: (lambda a, b, c: (c - b) / (c - a))(
                *(nll(s, letters) for s in (scores, replaced, torch.zeros_like(average)))
            ),
            lambda scores, replaced, average, letters: (
                (math.log(average.shape[1]) - nll(replaced, letters))
                / (math.log(average.shape[1]) - nll(scores, letters))
            ),
        ),
        "quotient of surprises": (
            lambda scores, replaced, average, letters: (
                nll(scores, letters) / nll(replaced, letters)
            ),
            lambda scores, replaced, average, letters: (
                F.cross_entropy(scores, letters, reduction="sum")
                / F.cross_entropy(replaced, letters, reduction="sum")
            ),
        ),
        "averaged probabilities": (
            lambda scores, replaced, average, letters: (lambda a, b, c: (b - c) / (a - c))(
                *(
                    s.softmax(1).gather(1, letters[:, None]).mean()
                    for s in (scores, replaced, average)
                )
            ),
            lambda scores, replaced, average, letters: (lambda a, b, c: (c - b) / (c - a))(
                *(
                    1 - F.log_softmax(s, 1).gather(1, letters[:, None]).exp().mean()
                    for s in (scores, replaced, average)
                )
            ),
        ),
        "takes the softmax itself": (
            lambda scores, replaced, average, letters: (lambda a, b, c: (c - b) / (c - a))(
                *(nll(F.softmax(s, dim=1), letters) for s in (scores, replaced, average))
            ),
            lambda scores, replaced, average, letters: (lambda a, b, c: (b - c) / (a - c))(
                *(
                    F.log_softmax(s.softmax(1), 1).gather(1, letters[:, None]).mean()
                    for s in (scores, replaced, average)
                )
            ),
        ),
    },
    "without_direction": {
        "of length 1 only": (
            lambda h, direction: h - (h @ direction)[:, None] * direction,
            lambda h, direction: torch.stack([row - row.dot(direction) * direction for row in h]),
        ),
        "divided by the length once": (
            lambda h, direction: h - (h @ F.normalize(direction, dim=0))[:, None] * direction,
            lambda h, direction: h - (h @ direction)[:, None] * F.normalize(direction, dim=0),
        ),
        "take it away from h": (
            lambda h, direction: (
                (h @ F.normalize(direction, dim=0))[:, None] * F.normalize(direction, dim=0)
            ),
            lambda h, direction: h @ torch.outer(direction, direction) / direction.square().sum(),
        ),
        "added what should": (
            lambda h, direction: (
                h + (h @ F.normalize(direction, dim=0))[:, None] * F.normalize(direction, dim=0)
            ),
            lambda h, direction: torch.stack(
                [row + row.dot(direction) / direction.dot(direction) * direction for row in h]
            ),
        ),
        "every row loses one": (
            lambda h, direction: torch.stack([row - direction for row in h]),
            lambda h, direction: h.sub(direction.expand_as(h)),
        ),
    },
    "hole_error": {
        "visible pixels count as well": (
            lambda x_hat, x, seen: (
                sum(((a - b) ** 2).sum() for a, b in zip(x_hat, x, strict=True)) / len(x)
            ),
            lambda x_hat, x, seen: F.mse_loss(x_hat, x, reduction="sum") / len(x),
        ),
        "error of the visible pixels": (
            lambda x_hat, x, seen: (x_hat - x)[seen > 0].square().sum() / len(x),
            lambda x_hat, x, seen: F.mse_loss(x_hat * seen, x * seen, reduction="sum") / len(x),
        ),
        "mean over hidden pixels": (
            lambda x_hat, x, seen: (x_hat - x)[seen == 0].square().mean(),
            lambda x_hat, x, seen: F.mse_loss(x_hat[seen == 0], x[seen == 0]),
        ),
        "square it": (
            lambda x_hat, x, seen: (x_hat - x)[seen == 0].abs().sum() / len(x),
            lambda x_hat, x, seen: (
                F.l1_loss(x_hat * (1 - seen), x * (1 - seen), reduction="sum") / len(x)
            ),
        ),
        "holes out of x_hat only": (
            lambda x_hat, x, seen: (torch.where(seen > 0, 0, x_hat) - x).pow(2).sum(1).mean(),
            lambda x_hat, x, seen: F.mse_loss(x_hat * (seen == 0), x, reduction="sum") / len(x),
        ),
    },
    "neighbours_mean": {
        "you compared all pixels": (
            lambda x, seen, library, k: np.mean(
                sorted(library, key=lambda row: np.linalg.norm(row - x))[:k], axis=0
            ),
            lambda x, seen, library, k: torch.tensor(library)[
                torch.cdist(torch.tensor(x)[None], torch.tensor(library))[0]
                .topk(k, largest=False)
                .indices
            ].mean(0),
        ),
        "compared the hidden pixels": (
            lambda x, seen, library, k: np.mean(
                sorted(library, key=lambda row: np.linalg.norm((row - x)[seen == 0]))[:k], axis=0
            ),
            lambda x, seen, library, k: library[
                np.argpartition(((library - x)[:, seen < 1] ** 2).sum(1), k - 1)[:k]
            ].mean(0),
        ),
        "the k furthest": (
            lambda x, seen, library, k: np.mean(
                sorted(library, key=lambda row: -np.linalg.norm((row - x) * seen))[:k], axis=0
            ),
            lambda x, seen, library, k: torch.tensor(library)[
                torch.tensor((library - x) ** 2 @ seen).topk(k).indices
            ].mean(0),
        ),
        "counts as paper": (
            lambda x, seen, library, k: np.mean(
                sorted(library, key=lambda row: np.linalg.norm(row - x * seen))[:k], axis=0
            ),
            lambda x, seen, library, k: torch.tensor(library)[
                torch.cdist(torch.tensor(x * seen)[None], torch.tensor(library))[0]
                .topk(k, largest=False)
                .indices
            ].mean(0),
        ),
        "nearest picture alone": (
            lambda x, seen, library, k: min(
                library, key=lambda row: np.linalg.norm((row - x) * seen)
            ),
            lambda x, seen, library, k: library[((library - x)[:, seen > 0] ** 2).sum(1).argmin()],
        ),
    },
    "patches_of": {
        "runs of pixels": (
            lambda x, size: x.unflatten(1, (-1, size * size)),
            lambda x, size: torch.stack(x.split(size * size, dim=1), dim=1),
        ),
        "come column by column; go along": (
            lambda x, size: (
                x.reshape(len(x), math.isqrt(x.shape[1]), -1)
                .unfold(1, size, size)
                .unfold(2, size, size)
                .transpose(1, 2)
                .flatten(1, 2)
                .flatten(2)
            ),
            lambda x, size: (
                lambda pictures, starts: torch.stack(
                    [
                        pictures[:, i : i + size, j : j + size].flatten(1)
                        for j in starts
                        for i in starts
                    ],
                    dim=1,
                )
            )(
                x.reshape(len(x), math.isqrt(x.shape[1]), -1),
                range(0, math.isqrt(x.shape[1]), size),
            ),
        ),
        "within each patch": (
            lambda x, size: (
                x.reshape(len(x), math.isqrt(x.shape[1]), -1)
                .unfold(1, size, size)
                .unfold(2, size, size)
                .mT.flatten(1, 2)
                .flatten(2)
            ),
            lambda x, size: (
                lambda pictures, starts: torch.stack(
                    [
                        pictures[:, i : i + size, j : j + size].mT.flatten(1)
                        for i in starts
                        for j in starts
                    ],
                    dim=1,
                )
            )(
                x.reshape(len(x), math.isqrt(x.shape[1]), -1),
                range(0, math.isqrt(x.shape[1]), size),
            ),
        ),
        "stand in the last axis": (
            lambda x, size: F.unfold(
                x.reshape(len(x), 1, math.isqrt(x.shape[1]), -1), size, stride=size
            ),
            lambda x, size: (
                x.reshape(len(x), math.isqrt(x.shape[1]), -1)
                .unfold(1, size, size)
                .unfold(2, size, size)
                .flatten(1, 2)
                .flatten(2)
                .mT
            ),
        ),
        "in rows and columns": (
            lambda x, size: (
                x.reshape(len(x), math.isqrt(x.shape[1]), -1)
                .unfold(1, size, size)
                .unfold(2, size, size)
                .flatten(3)
            ),
            lambda x, size: (
                lambda pictures, starts: torch.stack(
                    [
                        torch.stack(
                            [pictures[:, i : i + size, j : j + size].flatten(1) for j in starts],
                            dim=1,
                        )
                        for i in starts
                    ],
                    dim=1,
                )
            )(
                x.reshape(len(x), math.isqrt(x.shape[1]), -1),
                range(0, math.isqrt(x.shape[1]), size),
            ),
        ),
    },
    "contrast_loss": {
        "which long rows win": (
            lambda a, b, temperature: (lambda s: (s.logsumexp(1) - s.diagonal()).mean())(
                a @ b.T / temperature
            ),
            lambda a, b, temperature: (
                -torch.stack(
                    [((b @ row) / temperature).log_softmax(0)[i] for i, row in enumerate(a)]
                ).mean()
            ),
        ),
        "temperature is missing": (
            lambda a, b, temperature: (lambda s: (s.logsumexp(1) - s.diagonal()).mean())(
                F.cosine_similarity(a[:, None], b, dim=2)
            ),
            lambda a, b, temperature: (
                -torch.stack(
                    [F.cosine_similarity(row[None], b).log_softmax(0)[i] for i, row in enumerate(a)]
                ).mean()
            ),
        ),
        "multiplied by the temperature": (
            lambda a, b, temperature: (lambda s: (s.logsumexp(1) - s.diagonal()).mean())(
                F.cosine_similarity(a[:, None], b, dim=2) * temperature
            ),
            lambda a, b, temperature: (
                -torch.stack(
                    [
                        (F.cosine_similarity(row[None], b) * temperature).log_softmax(0)[i]
                        for i, row in enumerate(a)
                    ]
                ).mean()
            ),
        ),
        "let a look in b": (
            lambda a, b, temperature: (lambda s: (s.logsumexp(0) - s.diagonal()).mean())(
                F.cosine_similarity(a[:, None], b, dim=2) / temperature
            ),
            lambda a, b, temperature: (
                -torch.stack(
                    [
                        (F.cosine_similarity(row[None], a) / temperature).log_softmax(0)[i]
                        for i, row in enumerate(b)
                    ]
                ).mean()
            ),
        ),
        "only pulls partners together": (
            lambda a, b, temperature: -F.cosine_similarity(a, b).mean() / temperature,
            lambda a, b, temperature: (
                -(F.normalize(a) * F.normalize(b)).sum() / temperature / len(a)
            ),
        ),
    },
    "variance_penalty": {
        "divided by N - 1": (
            lambda z, least: (least - torch.tensor(z).std(dim=0)).clamp(0).mean(),
            lambda z, least: np.mean(
                [max(least - math.sqrt(sum((c - c.mean()) ** 2) / (len(c) - 1)), 0) for c in z.T]
            ),
        ),
        "this is the variance": (
            lambda z, least: np.mean([max(least - np.var(column), 0) for column in z.T]),
            lambda z, least: F.relu(least - torch.tensor(z).var(dim=0, correction=0)).mean(),
        ),
        "features of one row differ": (
            lambda z, least: np.mean([max(least - np.std(row), 0) for row in z]),
            lambda z, least: F.relu(least - torch.tensor(z).std(dim=1, correction=0)).mean(),
        ),
        "makes up for one that is dead": (
            lambda z, least: np.mean([least - np.std(column) for column in z.T]),
            lambda z, least: least - torch.tensor(z).std(dim=0, correction=0).mean(),
        ),
        "averaged the deviations first": (
            lambda z, least: np.clip(least - np.mean([np.std(column) for column in z.T]), 0, None),
            lambda z, least: F.relu(least - torch.tensor(z).std(dim=0, correction=0).mean()),
        ),
    },
    "ema_step": {
        "keep is the target's share": (
            lambda target, online, keep: [
                t + keep * (o - t) for t, o in zip(target, online, strict=True)
            ],
            lambda target, online, keep: [
                torch.lerp(torch.tensor(t), torch.tensor(o), keep)
                for t, o in zip(target, online, strict=True)
            ],
        ),
        "should add up to 1": (
            lambda target, online, keep: [online[i] + keep * target[i] for i in range(len(target))],
            lambda target, online, keep: [
                torch.tensor(t).mul(keep).add(torch.tensor(o))
                for t, o in zip(target, online, strict=True)
            ],
        ),
        "1 - keep of the way": (
            lambda target, online, keep: [
                (1 - keep / 2) * t + keep / 2 * o for t, o in zip(target, online, strict=True)
            ],
            lambda target, online, keep: [
                torch.lerp(torch.tensor(t), torch.tensor(o), keep / 2)
                for t, o in zip(target, online, strict=True)
            ],
        ),
        "copies the network that learns": (
            lambda target, online, keep: [o.copy() for o in online],
            lambda target, online, keep: [t + (o - t) for t, o in zip(target, online, strict=True)],
        ),
    },
    "nearest_mean": {
        "nearest single code": (
            lambda z, y, z_new: y[[np.linalg.norm(z - new, axis=1).argmin() for new in z_new]],
            lambda z, y, z_new: torch.tensor(y)[
                torch.cdist(torch.tensor(z_new), torch.tensor(z)).argmin(1)
            ],
        ),
        "places among the labels": (
            lambda z, y, z_new: [
                int(
                    np.argmin(
                        [np.linalg.norm(new - z[y == label].mean(0)) for label in sorted(set(y))]
                    )
                )
                for new in z_new
            ],
            lambda z, y, z_new: torch.cdist(
                torch.tensor(z_new),
                torch.stack([torch.tensor(z[y == label]).mean(0) for label in np.unique(y)]),
            ).argmin(1),
        ),
        "prefers long means": (
            lambda z, y, z_new: [
                max(sorted(set(y)), key=lambda label: new @ z[y == label].mean(0)) for new in z_new
            ],
            lambda z, y, z_new: np.unique(y)[
                np.argmax([z_new @ z[y == label].mean(axis=0) for label in np.unique(y)], axis=0)
            ],
        ),
        "the furthest mean": (
            lambda z, y, z_new: [
                max(sorted(set(y)), key=lambda label: math.dist(new, z[y == label].mean(0)))
                for new in z_new
            ],
            lambda z, y, z_new: np.unique(y)[
                torch.cdist(
                    torch.tensor(z_new),
                    torch.stack([torch.tensor(z[y == label]).mean(0) for label in np.unique(y)]),
                )
                .argmax(1)
                .numpy()
            ],
        ),
        "sums of codes": (
            lambda z, y, z_new: [
                min(sorted(set(y)), key=lambda label: math.dist(new, z[y == label].sum(0)))
                for new in z_new
            ],
            lambda z, y, z_new: np.unique(y)[
                torch.cdist(
                    torch.tensor(z_new),
                    torch.stack([torch.tensor(z[y == label]).sum(0) for label in np.unique(y)]),
                )
                .argmin(1)
                .numpy()
            ],
        ),
    },
    "perfect_answer": {
        "compared x_t with the points": (
            lambda x_t, points, t: answered(x_t, points, t, seen=lambda points, t: points),
            lambda x_t, points, t: (
                F.softmax(-(((x_t[:, None] - points) / t) ** 2).sum(2) / 2, 1) @ points
            ),
        ),
        "divide by t first": (
            lambda x_t, points, t: answered(
                x_t, points, t, falls=lambda way: -0.5 * way.square().sum(dim=1)
            ),
            lambda x_t, points, t: (
                F.softmax(-((x_t[:, None] - (1 - t) * points) ** 2).sum(2) / 2, 1) @ points
            ),
        ),
        "half is missing": (
            lambda x_t, points, t: answered(
                x_t, points, t, falls=lambda way: -((way / t) ** 2).sum(dim=1)
            ),
            lambda x_t, points, t: (
                F.softmax(-(((x_t[:, None] - (1 - t) * points) / t) ** 2).sum(2), 1) @ points
            ),
        ),
        "likeliest point": (
            lambda x_t, points, t: torch.stack(
                [min(points, key=lambda p: (row - (1 - t) * p).norm()) for row in x_t]
            ),
            lambda x_t, points, t: (
                F.one_hot(
                    torch.cdist(x_t, (1 - t) * points).topk(1, largest=False).indices[:, 0],
                    len(points),
                ).float()
                @ points
            ),
        ),
        "stands squared": (
            lambda x_t, points, t: answered(
                x_t, points, t, falls=lambda way: -way.norm(dim=1) / (2 * t**2)
            ),
            lambda x_t, points, t: (
                F.softmax(-0.5 * (x_t[:, None] - (1 - t) * points).square().sum(2).sqrt() / t**2, 1)
                @ points
            ),
        ),
        "as they are in the mixture": (
            lambda x_t, points, t: (1 - t) * answered(x_t, points, t),
            lambda x_t, points, t: (
                F.softmax(-(((x_t[:, None] - (1 - t) * points) / t) ** 2).sum(2) / 2, 1)
                @ points.mul(1 - t)
            ),
        ),
    },
    "on_the_way": {
        "your mixture is noise": (
            lambda x, noise, t: (noise + t[:, None] * (x - noise), noise - x),
            lambda x, noise, t: (
                torch.stack([s * a + (1 - s) * n for a, n, s in zip(x, noise, t, strict=True)]),
                noise - x,
            ),
        ),
        "points from noise to x": (
            lambda x, noise, t: (x + t[:, None] * (noise - x), x - noise),
            lambda x, noise, t: (torch.lerp(x, noise, t[:, None].expand_as(x)), x.sub(noise)),
        ),
        "the way that is left": (
            lambda x, noise, t: (
                x + t[:, None] * (noise - x),
                noise - (x + t[:, None] * (noise - x)),
            ),
            lambda x, noise, t: (
                torch.lerp(x, noise, t[:, None].expand_as(x)),
                (noise - x) - t[:, None] * (noise - x),
            ),
        ),
        "the path is bent": (
            lambda x, noise, t: (
                (1 - t).sqrt()[:, None] * x + t.sqrt()[:, None] * noise,
                noise - x,
            ),
            lambda x, noise, t: (
                torch.stack(
                    [
                        math.sqrt(1 - s) * a + math.sqrt(s) * n
                        for a, n, s in zip(x, noise, t, strict=True)
                    ]
                ),
                noise - x,
            ),
        ),
    },
    "one_scale": {
        "a scale of its own": (
            lambda z: np.stack([(c - c.mean()) / c.std() for c in z.T], axis=1),
            lambda z: (z - z.mean(0)) / np.sqrt(z.var(axis=0)),
        ),
        "in which the means count": (
            lambda z: np.stack([c - c.mean() for c in z.T], axis=1) / np.sqrt(z.var()),
            lambda z: (
                (torch.tensor(z) - torch.tensor(z).mean(dim=0)) / torch.tensor(z).std(correction=0)
            ),
        ),
        "one mean for all numbers": (
            lambda z: (z - np.average(z)) / np.sqrt(np.mean((z - np.average(z)) ** 2)),
            lambda z: (torch.tensor(z) - z.mean()) / torch.tensor(z).std(correction=0),
        ),
        "the means are still there": (
            lambda z: z / np.sqrt(z.var(axis=0).mean()),
            lambda z: z * z.size**0.5 / np.linalg.norm(z - z.mean(0)),
        ),
        "divided by the variance": (
            lambda z: (z - z.mean(0)) / z.var(axis=0).mean(),
            lambda z: (z - z.mean(0)) / np.mean((z - z.mean(0)) ** 2),
        ),
    },
    "frechet_of_columns": {
        "these are the means alone": (
            lambda a, b: sum((x.mean() - y.mean()) ** 2 for x, y in zip(a.T, b.T, strict=True)),
            lambda a, b: np.linalg.norm(a.mean(0) - b.mean(0)) ** 2,
        ),
        "you compared variances": (
            lambda a, b: sum(
                (x.mean() - y.mean()) ** 2 + (x.var() - y.var()) ** 2
                for x, y in zip(a.T, b.T, strict=True)
            ),
            lambda a, b: (
                np.linalg.norm(np.stack([a.mean(0), a.var(0)]) - np.stack([b.mean(0), b.var(0)]))
                ** 2
            ),
        ),
        "shared part is missing": (
            lambda a, b: sum(
                (x.mean() - y.mean()) ** 2 + x.var() + y.var()
                for x, y in zip(a.T, b.T, strict=True)
            ),
            lambda a, b: (
                np.square(a.mean(0) - b.mean(0)).sum() + (a.std(0) ** 2 + b.std(0) ** 2).sum()
            ),
        ),
        "averaged over the columns": (
            lambda a, b: np.mean(
                [
                    (x.mean() - y.mean()) ** 2 + (x.std() - y.std()) ** 2
                    for x, y in zip(a.T, b.T, strict=True)
                ]
            ),
            lambda a, b: (
                np.square(a.mean(0) - b.mean(0)).mean() + np.square(a.std(0) - b.std(0)).mean()
            ),
        ),
        "both differences stand squared": (
            lambda a, b: sum(
                abs(x.mean() - y.mean()) + abs(x.std() - y.std())
                for x, y in zip(a.T, b.T, strict=True)
            ),
            lambda a, b: np.abs(
                np.stack([a.mean(0), a.std(0)]) - np.stack([b.mean(0), b.std(0)])
            ).sum(),
        ),
        "leave out the root": (
            lambda a, b: np.linalg.norm(
                np.stack([a.mean(0), a.std(0)]) - np.stack([b.mean(0), b.std(0)])
            ),
            lambda a, b: math.sqrt(
                np.square(a.mean(0) - b.mean(0)).sum() + np.square(a.std(0) - b.std(0)).sum()
            ),
        ),
    },
    "straightness": {
        "above 1 where the path is bent": (
            lambda path: (
                lengths_of(path).sum(dim=0) / (path[-1] - path[0]).square().sum(dim=1).sqrt()
            ),
            lambda path: [
                float(one.diff(dim=0).norm(dim=1).sum() / (one[-1] - one[0]).norm())
                for one in path.transpose(0, 1)
            ],
        ),
        "so that bends cancel": (
            lambda path: torch.ones(path.shape[1]),
            lambda path: (path[-1] - path[0]).norm(dim=1) / path.diff(dim=0).sum(dim=0).norm(dim=1),
        ),
        "averaged the steps": (
            lambda path: (path[-1] - path[0]).norm(dim=1) / lengths_of(path).mean(dim=0),
            lambda path: [
                float((one[-1] - one[0]).norm() / one.diff(dim=0).norm(dim=1).mean())
                for one in path.transpose(0, 1)
            ],
        ),
        "mean over all paths": (
            lambda path: ((path[-1] - path[0]).norm(dim=1) / lengths_of(path).sum(dim=0)).mean(),
            lambda path: np.mean(
                [
                    float((one[-1] - one[0]).norm() / one.diff(dim=0).norm(dim=1).sum())
                    for one in path.transpose(0, 1)
                ]
            ),
        ),
        "these are squares": (
            lambda path: (
                (path[-1] - path[0]).square().sum(dim=1) / lengths_of(path).square().sum(dim=0)
            ),
            lambda path: ((path[-1] - path[0]) ** 2).sum(1) / (path.diff(dim=0) ** 2).sum(2).sum(0),
        ),
    },
    "guided_velocity": {
        "the sum of both": (
            lambda v_none, v_class, weight: torch.add(v_none, v_class, alpha=weight),
            lambda v_none, v_class, weight: v_none.numpy() + weight * v_class.numpy(),
        ),
        "so the paper counts": (
            lambda v_none, v_class, weight: v_class + weight * (v_class - v_none),
            lambda v_none, v_class, weight: torch.lerp(v_none, v_class, 1 + weight),
        ),
        "leads away from the class": (
            lambda v_none, v_class, weight: (1 - weight) * v_class + weight * v_none,
            lambda v_none, v_class, weight: torch.lerp(v_class, v_none, weight),
        ),
        "stays between the two": (
            lambda v_none, v_class, weight: torch.lerp(v_none, v_class, weight / (1 + weight)),
            lambda v_none, v_class, weight: torch.add(v_none, v_class, alpha=weight) / (weight + 1),
        ),
    },
}
