"""Cuts HTML into its outermost elements."""

from html.parser import HTMLParser
from itertools import pairwise

_VOID = {"br", "img", "hr", "input", "wbr", "col"}


class _TopLevel(HTMLParser):
    """Finds where the outermost elements begin."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.starts: list[tuple[str, int]] = []
        self._depth = 0
        self._lines = [0]
        for line in html.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._depth == 0:
            line, column = self.getpos()
            self.starts.append((tag, self._lines[line - 1] + column))
        self._depth += tag not in _VOID

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag not in _VOID


def elements(html: str) -> list[tuple[str, str]]:
    """Cut HTML into its outermost elements: tags and sources, which add up to the whole."""
    starts = _TopLevel(html).starts
    cuts = [0, *(at for _, at in starts[1:]), len(html)]
    return [(tag, html[a:b]) for (tag, _), (a, b) in zip(starts, pairwise(cuts), strict=False)]
