"""TeX formulas as MathML, which browsers draw and screen readers read without any script."""

import re
from xml.etree import ElementTree

from latex2mathml.converter import convert

_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_APPLY = "\u2061"  # "of" between a function and what it is applied to; not seen
_OPENING, _CLOSING = {"(", "[", "{"}, {")", "]", "}"}
_PUNCTUATION = {".", "…", "⋯"}  # to the converter operators, with space around them
_NORM = {"‖", "|", "∥"}
# What the converter does not know, in words that it does.
_KNOWN_AS = {
    r"\\(begin|end)\{align(ed)?\}": r"\\\1{align*}",
    r"\\[lr]([Vv]ert)\b": r"\\\1",
    r"\\(math(?:bb|bf|cal|sf))\s+([A-Za-z])": r"\\\1{\2}",
    r"\\operatorname\*?\{arg\\,(min|max)\}": r"\\operatorname{arg}\\\1",
    r"\\arg\b": r"\\operatorname{arg}",
}


class FormulaError(Exception):
    """A formula that cannot be shown; the text quotes it."""


def mathml(tex: str, display: bool = False) -> str:
    """Turn TeX into a `<math>` element that holds its source as an annotation.

    Args:
        tex: The formula, without dollar signs.
        display: On a line of its own.

    Raises:
        FormulaError: It has a command that the converter does not know.
    """
    known = tex.strip()
    braces = re.findall(r"(?<!\\)[{}]", known)
    if braces.count("{") != braces.count("}"):
        raise FormulaError(f"The formula {tex!r} has a brace that is not closed or not opened.")
    for pattern, name in _KNOWN_AS.items():
        known = re.sub(pattern, name, known)
    try:
        root = ElementTree.fromstring(convert(known, display="block" if display else "inline"))
    except Exception as error:  # the converter raises many kinds, the parser one more
        raise FormulaError(f"The formula {tex!r} cannot be converted ({error}).") from error
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{_NAMESPACE}}}")
        if "\\" in (element.text or ""):
            raise FormulaError(f"The formula {tex!r} has an unknown command {element.text!r}.")
    for row in list(root.iter()):
        _mend(row)
    return _with_source(root, tex.strip(), display)


def _mend(row: ElementTree.Element) -> None:
    """Spaces and shapes as TeX sets them."""
    if row.tag == "mtd":
        row.attrib = {"class": row.get("columnalign", "center")}  # style.css does the rest
    for name in ("rowspacing", "columnspacing"):  # no browser heeds them
        row.attrib.pop(name, None)
    for i in reversed(range(len(row))):
        element = row[i]
        text = (element.text or "").strip()
        if element.tag in {"mo", "mi"} and len(text) > 1 and text.isalpha():
            element.tag = "mi"  # an operator name such as tr
        if element.tag == "mo" and text in _PUNCTUATION:
            element.tag = "mtext"
        if element.tag == "mo" and text in _NORM:
            element.attrib.update(stretchy="false", lspace="0", rspace="0")
        if element.tag == "mi" and "\u0391" <= text <= "\u03a9":
            element.set("mathvariant", "normal")  # capital Greek stands upright
        if _is_function(element) and row.tag in {"math", "mrow", "mtd", "mstyle"}:
            _apply(row, i)


def _is_function(element: ElementTree.Element) -> bool:
    """Whether it is a name such as log, or one with an index or a power."""
    if element.tag in {"msub", "msup", "munder", "msubsup"} and len(element):
        return _is_function(element[0])
    return element.tag == "mi" and len(element.text or "") > 1


def _apply(row: ElementTree.Element, i: int) -> None:
    """A thin space on either side of a function, unless a bracket or an operator is there."""
    follower = row[i + 1] if i + 1 < len(row) else None
    opens = follower is not None and _is_operator(follower, _OPENING)
    if follower is not None and (opens or not _is_operator(follower)):
        if not opens:
            row.insert(i + 1, _thin_space())
        operator = ElementTree.Element("mo")
        operator.text = _APPLY
        row.insert(i + 1, operator)
    if i and (not _is_operator(row[i - 1]) or _is_operator(row[i - 1], _CLOSING)):
        row.insert(i, _thin_space())


def _is_operator(element: ElementTree.Element, signs: set[str] | None = None) -> bool:
    """Whether it is any operator, text or space, or one of these signs, also with a power."""
    if signs is None:
        return element.tag in {"mo", "mspace", "mtext"}
    if element.tag in {"msub", "msup", "msubsup"}:
        return _is_operator(element[0], signs)
    return element.tag == "mo" and (element.text or "").strip() in signs


def _thin_space() -> ElementTree.Element:
    return ElementTree.Element("mspace", width="0.167em")


def _with_source(root: ElementTree.Element, tex: str, display: bool) -> str:
    """The finished element: its rows, and TeX for those who copy it."""
    content = "".join(ElementTree.tostring(child, encoding="unicode") for child in root)
    source = tex.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    block = ' display="block"' if display else ""
    return (
        f"<math{block}><semantics><mrow>{content}</mrow>"
        f'<annotation encoding="application/x-tex">{source}</annotation></semantics></math>'
    )
