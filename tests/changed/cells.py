"""Runs the cells of a lesson as a person does: one by one, twice, or with other settings."""

import ast
import io
import re
import traceback
import warnings
import zlib
from contextlib import redirect_stdout
from itertools import count
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import nbformat
import numpy as np
from matplotlib.container import BarContainer
from sklearn.linear_model import LogisticRegression
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook

import aelib
from aelib.originals import lesson_files

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
NO_NUMBER = re.compile(r"\b(nan|inf(?! dB))\b", re.I)  # a perfect copy has inf dB
PATHS = {path.stem[:2]: path for path in lesson_files(NOTEBOOKS)}
LESSONS = list(PATHS)


class CellError(AssertionError):
    """A cell of a lesson ended in an error."""


def code_cells(lesson):
    """The code cells of a lesson, each with its place in the notebook."""
    cells = nbformat.read(PATHS[lesson], as_version=4).cells
    return [(i, cell) for i, cell in enumerate(cells) if cell.cell_type == "code"]


def printed(cell):
    """The text that a cell's committed output holds."""
    return "".join(o.text for o in cell.outputs if o.output_type == "stream")


def execute(source, names):
    """Run a cell, show what its last line is worth as a notebook would; return what it prints."""
    tree, said = ast.parse(source), io.StringIO()
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    with redirect_stdout(said), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a learner sees a warning and goes on
        exec(compile(tree, "<cell>", "exec"), names)
        if last:
            value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
            if hasattr(value, "_repr_mimebundle_"):
                value._repr_mimebundle_()
    plt.close("all")
    return said.getvalue()


def changed(cells, changes):
    """The sources with each text of `changes` replaced; a text that no cell holds is an error."""
    sources = [(i, cell.source) for i, cell in cells]
    for old, new in changes.items():
        if not any(old in source for _, source in sources):
            raise LookupError(f"no cell holds {old!r} any more: mend the table")
        sources = [(i, source.replace(old, new)) for i, source in sources]
    return sources


def run_all(sources, told=""):
    """Run all cells; an error is a CellError, unless it is the sentence `told` that ends it."""
    said = _run_from(0, sources, fresh_names(), told)
    assert said or not told, f"no cell says {told!r} any more: mend the table"


def run_hour(sources, hour):
    """Run a lesson, then each change of an hour from its cell on; tell of what went wrong.

    The last cells are changed first, and each change is taken back, so that all cells above a
    change hold what the lesson gave them. At the end all cells are run again in the same kernel,
    then each cell by itself, the last one first, and must print what they printed at first.
    """
    names, trouble, first = fresh_names(), [], {}
    _run_from(0, sources, names, texts=first)
    for at, new_sources, told, what in plan_of(hour, sources):
        try:
            said = _run_from(at, new_sources, names, told)
        except CellError as error:
            trouble.append(f"{what}: {error}")
        else:
            if told and not said:
                trouble.append(f"{what}: nobody says {told!r}")
    for part in [sources, *([cell] for cell in reversed(sources))]:
        again = {}
        try:
            _run_from(0, part, names, texts=again)
        except CellError as error:
            trouble.append(f"run again: {error}")
        for i, text in again.items():
            if text != first[i]:
                trouble.append(f"run again: cell {i} printed {first[i]!r}, then {text!r}")
    assert not trouble, "\n".join(trouble)


def plan_of(hour, sources):
    """The rows of an hour, last cells first: first cell, all sources, sentence, words for it."""
    plan = []
    for old, new, *told in hour:
        new_sources = [(i, source.replace(old, new)) for i, source in sources]
        pairs = zip(new_sources, sources, strict=True)
        places = [i for (i, source), (_, before) in pairs if source != before]
        if not places:
            raise LookupError(f"no cell holds {old!r} any more: mend the table")
        plan.append((places[0], new_sources, "".join(told), f"{old!r} -> {new!r}"))
    return sorted(plan, key=lambda row: -row[0])


def _run_from(first, sources, names, told="", texts=None):
    """Run the cells from a place on, note their texts; whether the sentence `told` ended it."""
    for i, source in sources:
        if i < first:
            continue
        try:
            text = execute(source, names)
        except Exception as error:
            if told and told in str(error) and _is_ours(error):
                return True
            raise CellError(f"cell {i}: {_in_short(error)}") from error
        if NO_NUMBER.search(text):
            raise CellError(f"cell {i} tells no number: {text}")
        if texts is not None:
            texts[i] = text
    return False


def run_twice(sources):
    """Run each cell twice; tell of each cell whose second run prints or trains another thing.

    Returns what every cell printed the first time, by its place.
    """
    names, texts, differing, steps = fresh_names(), {}, [], []
    counter = register_optimizer_step_post_hook(lambda *_: steps.append(1))
    try:
        for i, source in sources:
            steps.clear()
            texts[i] = execute(source, names)
            networks = fingerprints(names) if steps else {}
            again = execute(source, names)
            if again != texts[i]:
                differing.append(f"cell {i} printed {texts[i]!r}, then {again!r}")
            now = fingerprints(names)
            trained = [name for name, weights in networks.items() if now[name] != weights]
            if trained:
                differing.append(f"cell {i} trains other networks of {', '.join(trained)}")
    except Exception as error:
        raise CellError(f"cell {i}: {_in_short(error)}") from error
    finally:
        counter.remove()
    assert not differing, "\n".join(differing)
    return texts


def fresh_names():
    """A kernel's names before the first cell."""
    mpl.use("agg")
    return {"__name__": "__main__"}


def fingerprints(names):
    """A checksum of the weights of every network that has a name, also in a list or dictionary."""
    found = {}
    for name, value in names.items():
        inside = value.values() if isinstance(value, dict) else value
        several = isinstance(value, dict | list | tuple) and not name.startswith("__")
        networks = [
            each for each in (inside if several else [value]) if isinstance(each, nn.Module)
        ]
        if networks:
            found[name] = [_checksum(network) for network in networks]
    return found


def _checksum(network):
    weights = [value.detach().numpy().tobytes() for value in network.state_dict().values()]
    return zlib.crc32(b"".join(weights))


def _is_ours(error):
    """Whether the course raised this error, with a sentence for the person at the screen."""
    raised = Path(traceback.extract_tb(error.__traceback__)[-1].filename)
    kind = isinstance(error, ValueError | TypeError | aelib.DataError | aelib.TrainingError)
    ours = raised.name == "<cell>" or raised.is_relative_to(Path(aelib.__file__).parent)
    return kind and ours and len(str(error)) > 30


def _in_short(error):
    where = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == "<cell>"]
    lines = ", ".join(f"line {frame.lineno}" for frame in where)
    return f"{lines}: {type(error).__name__}: {error}"


def draw_nothing(monkeypatch):
    """Let no figure be painted: each has its text, and no bar or single point lies outside."""

    def unseen(ax, alt):
        assert alt.strip()
        for each in ax.figure.axes:
            assert not outside(each), f"outside the picture: {outside(each)}"

    monkeypatch.setattr(aelib, "show", unseen)


def outside(ax):
    """The ends of bars, and the points on no line, that the limits of the axes hide."""
    bars = [bar for some in ax.containers if isinstance(some, BarContainer) for bar in some]
    bars = [bar for bar in bars if bar.get_width() and bar.get_height()]  # nothing is drawn of 0
    points = [(bar.get_x() + bar.get_width(), bar.get_y() + bar.get_height()) for bar in bars]
    for line in ax.lines:
        if line.get_linestyle() == "None" and line.get_transform() == ax.transData:
            points += [*zip(*line.get_data(), strict=True)]
    limits = [sorted(limit) for limit in (ax.get_xlim(), ax.get_ylim())]
    return [
        tuple(map(float, point))
        for point in points
        if any(not low <= value <= high for value, (low, high) in zip(point, limits, strict=True))
        and np.isfinite(np.asarray(point, dtype=float)).all()
    ]


def shorten(monkeypatch):
    """Let the lessons train on little: fewer digits, rows and steps."""
    fit, read = aelib.fit, LogisticRegression.fit

    def few_rows(model, x, loss, *, batch_size=128, **settings):
        return fit(model, x[: 2 * batch_size], loss, batch_size=batch_size, **settings)

    def few_steps(self, *data):
        self.max_iter = 5
        return read(self, *data)

    monkeypatch.setattr(aelib, "load_mnist", _with_less(aelib.load_mnist, 60_000, 10_000))
    monkeypatch.setattr(aelib, "draw_faces", _with_less(aelib.draw_faces))
    monkeypatch.setattr(aelib, "fit", few_rows)
    monkeypatch.setattr(LogisticRegression, "fit", few_steps)


def stop_each_training(monkeypatch):
    """Let the stop button be pressed in the first epoch of every training."""
    fit = aelib.fit

    def stopped(model, x, loss, **settings):
        steps = count(1)

        def stopped_at_the_second(model, x):
            if next(steps) == 2:
                raise KeyboardInterrupt
            return loss(model, x)

        history = fit(model, x, stopped_at_the_second, **settings)
        assert history.interrupted
        return history

    monkeypatch.setattr(aelib, "fit", stopped)


def _with_less(load, *usual):
    """A loader that gives a tenth of what it is asked for, or usually gives."""

    def load_less(*sizes, **settings):
        asked = [settings.pop(name, None) for name in ("n_train", "n_test")[len(sizes) :]]
        asked = [n or default for n, default in zip(asked, usual[len(sizes) :], strict=False)]
        return load(*(n if n <= 300 else max(300, n // 10) for n in (*sizes, *asked)), **settings)

    return load_less
