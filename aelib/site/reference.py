"""Every public name of the package with its docstring, read from the sources by griffe.

griffe gives signatures and the parts of docstrings as data, so the pages, their style and their
search stay the site's own. pdoc was tried: it writes good pages, but whole ones, with a style, a
script and a search beside ours, and imports all that it documents.
"""

import ast
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import griffe

from aelib.data import files

_PAGES = {  # page -> its heading, a sentence, and the modules that it documents
    "data": ("Data", "From a file to checked tensors.", ("data",)),
    "noise": ("Noise", "Pictures, spoiled in five ways.", ("noise",)),
    "models": ("Models", "The networks of the course.", ("models",)),
    "losses": ("Losses", "Summed over the pixels of an image, averaged over images.", ("losses",)),
    "training": (
        "Training",
        "One loop for every network, and files of weights.",
        ("training", "history", "loss_value", "saving"),
    ),
    "metrics": (
        "Measures and diagnosis",
        "What was learned, as numbers, and what is wrong, in words.",
        ("metrics", "diagnosis"),
    ),
    "latent": ("Latent space", "From codes to codes: walks, places, directions.", ("latent",)),
    "plotting": ("Plots", "Arrays, drawn on Axes of matplotlib.", ("plotting",)),
    "widgets": (
        "Widgets",
        "Sliders, maps and pads. The browser decodes, or else the kernel answers.",
        ("widgets",),
    ),
    "exercises": (
        "Exercises",
        "What a learner calls in a lesson.",
        ("exercises", "claims", "widgets.quiz.quiz"),
    ),
}
_TITLES = {"parameters": "Takes", "returns": "Gives", "raises": "Raises", "warns": "Warns"}
_PARSE = {"returns_multiple_items": False, "returns_named_value": False}
_WIDE = 76  # letters of a signature on one line
_FOR_TRAITS = "n_numbers"  # a method that traitlets asks, and no person


@dataclass
class Part:
    """A part of a docstring: text, or a title with rows of name and text."""

    title: str = ""
    text: str = ""
    rows: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Entry:
    """A public function or class.

    Args:
        name: As it is called, such as aelib.noise.gaussian.
        signature: What it takes and gives, in Python.
        docstring: As it stands in the source.
        parts: Its docstring in parts, without the example.
        bases: Public classes whose methods it has, too.
        members: Methods and properties of a class.
    """

    name: str
    signature: str
    docstring: str
    parts: list[Part]
    bases: list[str] = field(default_factory=list)
    members: list["Entry"] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return self.name.removeprefix("aelib.")

    @property
    def summary(self) -> str:
        """The first line of its docstring."""
        return self.parts[0].text.partition("\n\n")[0].replace("\n", " ")


@dataclass
class Page:
    """What one room of the package offers."""

    name: str
    heading: str
    about: str
    entries: list[Entry]

    @property
    def file(self) -> str:
        """The page's file name."""
        return f"api_{self.name}.html"


@cache
def read_reference() -> list[Page]:
    """All public names, page by page, each at its shortest address.

    Returns:
        The pages in the order in which data moves.
    """
    source = Path(files.__file__).parents[1]
    package: Any = griffe.load(source.name, search_paths=[source.parent])
    public = {obj.path: (name, obj) for name, obj in _public(package)}
    found = {path: pair for path, pair in public.items() if not pair[1].is_attribute}
    names = {path: name for path, (name, _) in found.items()}
    entries: dict[str, list[Entry]] = {page: [] for page in _PAGES}
    logging.getLogger("griffe").setLevel(logging.ERROR)  # a trait is no parameter of __init__
    for path, (name, obj) in found.items():
        entries[_page_of(path)].append(_entry(name, obj, names))
    return [
        Page(page, heading, about, sorted(entries[page], key=lambda entry: entry.name.lower()))
        for page, (heading, about, _) in _PAGES.items()
    ]


def _page_of(path: str) -> str:
    """Which page documents what is defined at this path: the one that names it most exactly."""
    homes = {f"aelib.{home}": page for page, (*_, rooms) in _PAGES.items() for home in rooms}
    fitting = [home for home in homes if f"{path}.".startswith(f"{home}.")]
    return homes[max(fitting, key=len)]


def _public(package: griffe.Module) -> Iterator[tuple[str, Any]]:
    """Every public function and class; what has several names comes last by its shortest."""
    for room in ("data", "noise", "models", "diagnosis", "widgets"):
        module = package[room]
        for name in module.exports or _lazy(module) or _defined(module):
            yield f"aelib.{room}.{name}", _find(module, str(name))
    for name in _lazy(package):
        yield f"aelib.{name}", _find(package, name)


def _lazy(module: Any) -> dict[str, str]:
    """Where the names of a package lie that are imported when they are first used."""
    home = module.members.get("_HOME")
    return ast.literal_eval(str(home.value)) if home else {}


def _defined(module: Any) -> list[str]:
    """The public functions of a module without a list of its own."""
    own = {n: m for n, m in module.members.items() if not m.is_alias and not n.startswith("_")}
    return [name for name, member in own.items() if member.is_function]


def _find(module: Any, name: str) -> Any:
    """What a public name of a module stands for, where it is defined."""
    home = _lazy(module)
    if name in home:
        return _find(module[home[name]], name)
    found = module[name]
    return found.final_target if found.is_alias else found


def _entry(name: str, obj: Any, names: dict[str, str]) -> Entry:
    entry = Entry(name, _signature(name, obj), obj.docstring.value, _parts(obj))
    if obj.is_class:
        own = {key: m for key, m in obj.members.items() if not m.is_alias}
        for base in obj.mro():
            if base.path in names:
                entry.bases.append(names[base.path])
            else:  # what stands behind a widget is no name of its own
                own = {k: m for k, m in base.members.items() if m.is_attribute} | own
        entry.members = [
            _entry(f"{name}.{key}", member, names)
            for key, member in own.items()
            if member.has_docstring and not key.startswith("_") and key != _FOR_TRAITS
        ]
    return entry


def _signature(name: str, obj: Any) -> str:
    """What is written to call it; what is read, for a property."""
    called = name.rpartition(".")[2] if obj.parent.is_class else name
    if obj.is_attribute:
        return f"{called}: {obj.annotation}"
    words, star = [], False
    for parameter in obj.parameters:
        kind = parameter.kind.name
        if parameter.name == "self":
            continue
        if kind == "keyword_only" and not star:
            words.append("*")
        star |= kind in {"keyword_only", "var_positional"}
        stars = {"var_positional": "*", "var_keyword": "**"}.get(kind, "")
        told = f": {parameter.annotation}" if parameter.annotation else ""
        equal = " = " if told else "="
        default = f"{equal}{parameter.default}" if not stars and parameter.default else ""
        words.append(f"{stars}{parameter.name}{told}{default}")
    gives = f" -> {obj.returns}" if obj.is_function and obj.returns else ""
    line = f"{called}({', '.join(words)}){gives}" if words or gives else called
    if len(line) <= _WIDE or not words:
        return line
    return f"{called}(\n" + "".join(f"    {word},\n" for word in words) + f"){gives}"


def _parts(obj: Any) -> list[Part]:
    """A docstring in its parts."""
    parts = []
    for section in obj.docstring.parse("google", **_PARSE):
        kind = section.kind.value
        if kind == "text":
            found = re.split(r"(References?): ", section.value, maxsplit=1)
            text, title, source = (*found, "", "")[:3]
            parts += [Part(text=text.strip())] if text.strip() else []
            parts += [Part(title, source)] if title else []
        elif kind == "admonition" and section.value.kind != "example":
            lines = [section.title, section.value.contents]
            parts.append(Part(section.value.kind.capitalize(), " ".join(lines)))
        elif kind in _TITLES:
            parts.append(
                Part(_TITLES[kind], rows=[_row(kind, item, obj) for item in section.value])
            )
    return parts


def _row(kind: str, item: Any, obj: Any) -> tuple[str, str]:
    """The name of an argument or of an error, and what is said of it."""
    if kind == "returns":  # "Codes (N, K): one ..." looks to griffe as a type does
        begins = obj.docstring.value.partition("Returns:\n")[2].strip().partition(":")[0]
        told = "" if str(item.annotation) == str(obj.returns) else f"{begins}: "
        return "", told + item.description
    return item.name if kind == "parameters" else str(item.annotation), item.description
