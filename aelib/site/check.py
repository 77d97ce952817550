"""Looks for faults in built pages: bad HTML, dead links, requests to other hosts, weight."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import html5lib

from aelib.site.lessons import SiteError
from aelib.site.prose import PLAYGROUND, page_of
from aelib.site.scripts import read_script

PLAYGROUND_PAGE = page_of(PLAYGROUND)
_MOST = {"index.html": 500_000}  # bytes of a page with all that it loads
_MOST_ELSE = 3_000_000
_LOADS = {"script": "src", "link": "href", "img": "src", "source": "src", "iframe": "src"}
_ABROAD = re.compile(
    r"""(?:url\(|@import|import|fetch\(|src=|from)\s*["'(]*\s*((?:https?:)?//[^"')\s]+)"""
)


@dataclass
class Page:
    """A page as it was read: its elements, names and addresses."""

    path: Path
    tree: Any
    faults: list[str]
    anchors: set[str] = field(default_factory=set)


def check_site(folder: Path) -> list[str]:
    """Find what is wrong with built pages.

    Returns:
        One sentence for each fault, beginning with the page's name; none if all is well.

    Raises:
        SiteError: The folder holds no pages.
    """
    pages = {path.name: _read(path) for path in sorted(folder.glob("*.html"))}
    if "index.html" not in pages:
        raise SiteError(f"{folder} holds no pages: build them first, without --check.")
    faults = []
    for name, page in pages.items():
        found = [*page.faults, *_manners(page), *_links(page, pages), *_weight(page)]
        faults += [f"{name}: {fault}" for fault in found]
    for path in sorted([*folder.rglob("*.js"), *folder.rglob("*.css")]):
        faults += [f"{path.name}: asks for {address}" for address in _ABROAD.findall(_code(path))]
    return faults


def _code(path: Path) -> str:
    """What a script or a style sheet says; of a widget's script, what it brings as text."""
    text = path.read_text(encoding="utf-8")
    if path.parent.name != "live" or path.suffix != ".js":
        return text
    _, about, _ = read_script(text)
    return "\n".join([*about["modules"].values(), json.dumps(about["model"])])


def _read(path: Path) -> Page:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(path.read_text(encoding="utf-8"))
    errors = [f"line {line}: {name} {values}" for (line, _), name, values in parser.errors]
    page = Page(path, tree, errors)
    for element in tree.iter():
        if anchor := element.get("id"):
            if anchor in page.anchors:
                page.faults.append(f"two elements are called {anchor!r}")
            page.anchors.add(anchor)
    return page


def _elements(page: Page, *tags: str) -> Iterator[Any]:
    return (e for e in page.tree.iter() if isinstance(e.tag, str) and e.tag in tags)


def _manners(page: Page) -> Iterator[str]:
    """What every page must have and must not have."""
    if not page.tree.get("lang"):
        yield "the language is not named"
    if not "".join(t.text or "" for t in _elements(page, "title")).strip():
        yield "there is no title"
    levels = [int(h.tag[1]) for h in _elements(page, "h1", "h2", "h3", "h4", "h5", "h6")]
    if levels.count(1) != 1 or levels[0] != 1:
        yield f"headings must begin with one h1, they are {levels}"
    if any(b > a + 1 for a, b in pairwise(levels)):
        yield f"headings leave out a level: {levels}"
    for image in _elements(page, "img"):
        if not (image.get("alt") or "").strip():
            yield f"{image.get('src')} has no alternative text"
        if not (image.get("width") and image.get("height")):
            yield f"{image.get('src')} does not say its size, so the text below it would jump"
    for element in page.tree.iter():
        if isinstance(element.tag, str) and {"style", "onclick"} & set(element.keys()):
            yield f"<{element.tag}> has an inline style or script, which the page's policy drops"


def _links(page: Page, pages: dict[str, Page]) -> Iterator[str]:
    for element in page.tree.iter():
        load = _LOADS.get(element.tag) if isinstance(element.tag, str) else None
        address = element.get(load) if load else element.get("href")
        if address is None or address.startswith("data:"):
            continue
        parts = urlsplit(address)
        if parts.netloc:
            if load:
                yield f"asks another host for {address}"
        elif parts.path and not (page.path.parent / unquote(parts.path)).is_file():
            yield f"links to {address}, which is not there"
        elif "=" in parts.fragment and (parts.path or page.path.name) == PLAYGROUND_PAGE:
            continue  # settings, which no element is called
        elif parts.fragment:
            target = pages.get(parts.path or page.path.name)
            if target and unquote(parts.fragment) not in target.anchors:
                yield f"links to {address}, but nothing there is called so"


def _weight(page: Page) -> Iterator[str]:
    size = page_weight(page.path, page.tree)
    most = _MOST.get(page.path.name, _MOST_ELSE)
    if size > most:
        yield f"weighs {size:,} bytes with all it loads, {most:,} are allowed"


def page_weight(path: Path, tree: Any = None) -> int:
    """Bytes of a page and of every file that it loads at once."""
    tree = tree if tree is not None else _read(path).tree
    loaded = {
        e.get(_LOADS[e.tag]) for e in tree.iter() if isinstance(e.tag, str) and e.tag in _LOADS
    }
    files = [path.parent / unquote(name) for name in loaded if name and not urlsplit(name).netloc]
    return path.stat().st_size + sum(file.stat().st_size for file in files if file.is_file())
