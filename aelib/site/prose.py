"""Markdown cells as HTML: nbconvert's parser, with MathML for formulas and links between pages."""

import re
from collections.abc import Mapping
from html import escape, unescape
from pathlib import PurePosixPath
from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from aelib.site.maths import mathml

TEXTS = (
    "SYLLABUS.md",
    "TEACHING.md",
    "GLOSSARY.md",
    "REFERENCES.md",
    "GUIDE_your_own_model.md",
)  # beside the lessons, each with a page
PLAYGROUND = "PLAYGROUND.md"  # the words of the page on which the reader trains a network
_LONG = re.compile(r"[^\s<>]{25,}")  # code that may find no room on a line of a phone or a table
_LONG_WORD = re.compile(r"\b([a-z]{9,})(isation)\b")  # wider than half of a phone
_HELD = re.compile(
    r"(?<![\w-])(?:"
    r"(?:[Ll]esson|[Nn]otebook|[Ss]ection|[Cc]ase|exercise) \d+"
    r"|\w{1,2}-\w{1,8}"  # t-SNE, k-means, 1e-6
    r"|\d[\d,]* \u00d7 \d[\d,]*(?: \u00d7 \d[\d,]*)?"
    r"|[(\[][\w\u2212-]{1,4}(?:, [\w\u2212-]{1,4}){1,3}[)\]]"  # (N, 784), [0, 1]
    r")(?![\w-])"
)  # what a reader takes in as one word
_MATH_AND_END = re.compile(r"(\(?<math\b(?:(?!</math>).)*</math>[^\s<]+)", re.S)


def page_of(path: str) -> str:
    """The page of a lesson or of a text beside the lessons."""
    stem = PurePosixPath(path).stem
    return f"{stem.lower() if path in {*TEXTS, PLAYGROUND} else stem}.html"


class Heading:
    """A heading of a page: where its section starts and what it is called."""

    def __init__(self, level: int, anchor: str, html: str) -> None:
        self.level, self.anchor, self.html = level, anchor, html
        self.text = unescape(re.sub(r"<annotation.*?</annotation>|<[^>]+>", "", html))


class Prose(IPythonRenderer):
    """Renders the Markdown of one page and keeps its headings.

    Formulas become MathML, links to `NN_name.ipynb` lead to `NN_name.html`, those to a text beside
    the lessons to its page, and anchors are those of JupyterLab, so that a link works in the
    notebook and on the page. The first mention of a name that the reference documents, such as
    `aelib.fit`, leads there.

    Args:
        known: Where each such name is documented.
    """

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        super().__init__(escape=False)
        self.headings: list[Heading] = []
        self._known = dict(known or {})
        self._markdown = MarkdownWithMath(renderer=self)

    def html(self, source: str) -> str:
        """Render a cell; no line begins with what ends a formula: a full stop, "-th"."""
        html = str(self._markdown.render(source))
        return _MATH_AND_END.sub(r'<span class="held">\1</span>', html)

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        """A heading that can be linked to."""
        text = _unlinked(text)
        found = Heading(level, "", text)
        anchor = re.sub(r"\s+", "-", found.text.strip())
        taken = {h.anchor for h in self.headings}
        choices = (anchor, *(f"{anchor}-{n}" for n in range(2, 99)))
        found.anchor = next(each for each in choices if each not in taken)
        self.headings.append(found)
        if level == 1:
            text = re.sub(
                r"^(\d\d) · ",
                r'<span class="number">\1</span><span class="unseen"> · </span>',
                text,
            )
        return f'<h{level} id="{escape(found.anchor)}">{text}</h{level}>\n'

    def text(self, text: str) -> str:
        """A number and its per cent sign stay on one line, and so does what is read as one word."""
        return held(str(super().text(re.sub(r"(?<=\d) (?=%)", "\N{NO-BREAK SPACE}", text))))

    def codespan(self, text: str) -> str:
        """Inline code; a public name of aelib leads to the reference, once on a page."""
        code = breakable(str(super().codespan(text)))
        address = self._known.pop(text.removeprefix("aelib.").removesuffix("()"), "")
        return f'<a class="name" href="{address}">{code}</a>' if address else code

    def block_math(self, body: str) -> str:
        """A formula on a line of its own, which a narrow screen scrolls.

        What stands side by side in it, a quad apart, comes one below the other where it is narrow.
        """
        pieces = re.split(r"\\q?quad\b", body)
        if "\\begin" in body or any(_open_braces(piece) for piece in pieces):
            pieces = [body]
        formulas = " ".join(mathml(piece, display=True) for piece in pieces)
        return f'<span class="formula">{formulas}</span>'

    def inline_math(self, body: str) -> str:
        """A formula within a sentence."""
        return mathml(body)

    def latex_environment(self, name: str, body: str) -> str:
        r"""What stands between \begin and \end without dollar signs."""
        return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """A link; to another lesson or to a text beside the lessons, to its page.

        What has no page, such as the README, keeps its words only.
        """
        path, mark, anchor = url.partition("#")
        if path.startswith("../"):
            return text
        if "//" not in path and (path.endswith(".ipynb") or path in {*TEXTS, PLAYGROUND}):
            url = page_of(path) + mark + anchor
        return str(super().link(_unlinked(text), url, title))

    def table(self, text: str) -> str:
        """A table in a box that a narrow screen scrolls."""
        return f'<div class="table"><table>\n{text}</table></div>\n'

    def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:
        """A cell without the style attribute that the page's security policy would drop."""
        tag = 'th scope="col"' if head else "td"
        text = _LONG_WORD.sub("\\1\N{SOFT HYPHEN}\\2", text)
        kind = f' class="{align}"' if align else ""
        return f"  <{tag}{kind}>{text}</{tag[:2]}>\n"


def held(html: str) -> str:
    """Words with what no line may part: t-SNE, (N, 784), lesson 04."""
    return _HELD.sub(r'<span class="held">\g<0></span>', html)


def breakable(code: str) -> str:
    """Code with places where a narrow screen may break it: behind a bracket, a slash, a dot.

    A name that begins with one letter, such as `x_hat`, stays whole, and so does a file's ending.
    """
    place = r"(?<=[(\[/._,])(?<!\b\w_)(?!(?:py|ipynb)\b)(?=\w)"
    return _LONG.sub(lambda run: re.sub(place, "<wbr>", run[0]), code)


def _open_braces(tex: str) -> bool:
    return tex.count("{") - tex.count("\\{") != tex.count("}") - tex.count("\\}")


def _unlinked(html: str) -> str:
    """Without the links to the reference: what is a link itself can hold none."""
    return re.sub(r'<a class="name"[^>]*>(.*?)</a>', r"\1", html)
