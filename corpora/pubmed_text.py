"""The text of PubMed's titles and abstracts out of their inline mark-up.

Mark-up (`i`, `b`, `u`, `sup`, `sub`, MathML; `%text;` in NLM's DTD) loses its tags and keeps its characters, in order.
White space that XML gives a paragraph (line breaks, tabs, runs of spaces) becomes one space; spaces that are characters
of the text (no-break, thin) stay, and nothing is normalised otherwise.

Super- and subscripts with a figure in them are written with Unicode's characters where each character has one (10⁶,
cm⁻², Ca²⁺, H₂O, IC₅₀), because 106 is another number. All others stay plain (CD8+, p14ARF, αv, Mage), as nearly
everyone writes them.

>>> script("-6", SUPERSCRIPTS), script("+", SUPERSCRIPTS), script("50", SUBSCRIPTS)
('⁻⁶', '+', '₅₀')
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from lxml.etree import _Element

SUPERSCRIPTS: Final = dict(zip("0123456789+-−–=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾", strict=True))
SUBSCRIPTS: Final = dict(zip("0123456789+-−–=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎", strict=True))

_SPACE: Final = re.compile("[ \t\r\n\x85\u2028\u2029]+")
_BLANK: Final = " \t\r\n\x85\u2028\u2029"
_SECOND_CHILD: Final[Mapping[str, tuple[Mapping[str, str], ...]]] = {
    "msup": (SUPERSCRIPTS,),
    "msub": (SUBSCRIPTS,),
    "msubsup": (SUBSCRIPTS, SUPERSCRIPTS),
}


def tidy(text: str) -> str:
    """The text with its XML white space evened out.

    >>> tidy("  one\\n      two ")
    'one two'
    """
    if "  " in text or not text.isprintable():  # a quick look: most texts need no change
        text = _SPACE.sub(" ", text)
    return text.strip(" ")


def text_of(element: _Element | None) -> str:
    """The text of an element with its mark-up, tidied; "" where there is no element."""
    return "" if element is None else tidy(_inline(element))


def script(text: str, table: Mapping[str, str]) -> str:
    """A super- or subscript: in Unicode's characters if it holds a figure and all have one, else as it is."""
    inner = text.strip(_BLANK)
    if any("0" <= char <= "9" for char in inner) and all(char in table for char in inner):
        return "".join(table[char] for char in inner)
    return text


def _local(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _inline(element: _Element) -> str:
    text = element.text or ""
    if not len(element):
        return text
    parts = [text]
    for child in element:
        name = _local(child)
        if name in ("sup", "sub"):
            parts.append(script(_inline(child), SUPERSCRIPTS if name == "sup" else SUBSCRIPTS))
        else:
            parts.append(_formula(child) if name == "math" else _inline(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _formula(element: _Element) -> str:
    """A formula in one line. White space between MathML's elements is layout; a copy in TeX is not read twice."""
    name = _local(element)
    if name in ("annotation", "annotation-xml"):
        return ""
    if not len(element):
        text = element.text or ""
        return _SPACE.sub(" ", text) if name == "mtext" else text.strip(_BLANK)
    parts = [_formula(child) for child in element]
    tables = _SECOND_CHILD.get(name, ())
    if len(parts) == len(tables) + 1 and tables:
        return parts[0] + "".join(script(part, table) for part, table in zip(parts[1:], tables, strict=True))
    if name == "mfrac" and len(parts) == 2:
        return "/".join(parts)
    tails = [(child.tail or "").strip(_BLANK) for child in element]
    return (element.text or "").strip(_BLANK) + "".join(a + b for a, b in zip(parts, tails, strict=True))


def layout(title: str, paragraphs: list[tuple[str, str]]) -> tuple[str, list[dict[str, str | int]]]:
    """The text of a document and its sections, of a title and (label, text) paragraphs, both tidied.

    The text is the title and the paragraphs, joined by newlines, empty ones left out; a section is the label and the
    offsets (code points, end-exclusive) of a paragraph that has one.

    >>> layout("Title.", [("AIM", "To see."), ("", "Seen.")])
    ('Title.\\nTo see.\\nSeen.', [{'label': 'AIM', 'start': 7, 'end': 14}])
    """
    parts = [title] if title else []
    sections: list[dict[str, str | int]] = []
    at = len(title) + 1 if title else 0
    for label, text in paragraphs:
        if text:
            if label:
                sections.append({"label": label, "start": at, "end": at + len(text)})
            parts.append(text)
            at += len(text) + 1
    return "\n".join(parts), sections
