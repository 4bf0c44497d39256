"""Reading the surface of a text: units, their folded form, and how units hang together.

A *unit* is a run of letters, a run of digits or one Greek letter. Two surfaces that a reader takes for the same term
("IFN-γ", "IFN gamma", "IFNγ"; "CAR-T cells", "CAR T cell"; "tumours", "tumor") have the same folded units, so that
spelling variants need not be listed anywhere. Folding never touches the text: units keep their offsets.

>>> folded("IFN-γ"), folded("IFN gamma")
(('ifn', 'gamma'), ('ifn', 'gamma'))
>>> folded("tumours") == folded("Tumor")
True
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

# Latin letters with their combining marks and a possessive; one Greek letter; digits with super- and subscripts;
# any other script's letters.
UNIT: Final = re.compile(
    r"[A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0300-\u036f\u1e00-\u1eff\u207f\u2090-\u209c]+(?:['’]s\b)?"
    r"|[\u0370-\u03ff\u00b5\u1f00-\u1fff]"
    r"|[0-9\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089]+"
    r"|[^\W_]"
)
JOIN: Final = re.compile(r"[ \u00a0\u2009\u202f]?[-\u2010-\u2015\u2212+®™]{0,2}[ \u00a0\u2009\u202f]?")
"""What may stand between two units of one term."""

_GREEK: Final = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho",
    "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_IRREGULAR: Final = {
    "mice": "mouse",
    "nuclei": "nucleus",
    "data": "data",
    "indices": "index",
    "men": "man",
    "women": "woman",
}
_IZE: Final = re.compile(r"is(ation|ed|ing|e|able|er)$")


def _singular(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4:
        return word
    if word.endswith("is"):  # so that "metastasis" and "metastases" meet
        return word[:-2] + "e"
    if not word.endswith("s") or word.endswith(("ss", "us")):
        return word
    if word.endswith("ies") and len(word) > 4 and word not in ("series", "species"):
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")) or (word.endswith("uses") and len(word) >= 7):
        return word[:-2]
    return word[:-1]


@lru_cache(maxsize=200_000)
def fold(unit: str) -> str:
    """The comparable form of one unit: case, accents, Greek, plural and British spelling are evened out."""
    plain = unicodedata.normalize("NFKD", unit.removesuffix("'s").removesuffix("’s"))
    plain = "".join(char for char in plain if not unicodedata.combining(char)) or unit
    if plain.isupper() or (len(plain) > 1 and plain[:-1].isupper() and plain.endswith("s")):
        # An acronym: only a lower-case plural s after capitals goes ("LNPs", never the S of "CRS").
        plain = plain[:-1] if plain.endswith("s") else plain
        return _GREEK.get(plain.lower(), plain.lower())
    lower = plain.lower()
    if lower in _GREEK:
        return _GREEK[lower]
    word = _singular(lower)
    if len(word) > 4:
        word = word.replace("ae", "e").replace("oe", "e").replace("sulph", "sulf").replace("our", "or")
        word = _IZE.sub(r"iz\1", word).replace("elling", "eling").replace("elled", "eled").replace("fibre", "fiber")
    return word


def folded(text: str) -> tuple[str, ...]:
    """The folded units of a text, in order."""
    return tuple(fold(unit) for unit in UNIT.findall(text))


def units(text: str) -> list[tuple[int, int, str]]:
    """Every unit as (start, end, folded form)."""
    return [(match.start(), match.end(), fold(match.group())) for match in UNIT.finditer(text)]


def letters(surface: str) -> str:
    """The letters and digits of a surface as they are written, less a plural s after capitals.

    >>> letters("CAR-Ts")
    'CART'
    """
    joined = "".join(UNIT.findall(surface)).removesuffix("'s").removesuffix("’s")
    return joined[:-1] if len(joined) > 2 and joined.endswith("s") and joined[-2].isupper() else joined


# A full stop after one of these does not end a sentence.
_NO_STOP: Final = frozenset(
    [
        "e.g",
        "i.e",
        "i.v",
        "i.p",
        "s.c",
        "i.m",
        "i.t",
        "p.o",
        "vs",
        "v.s",
        "cf",
        "ca",
        "approx",
        "fig",
        "figs",
        "no",
        "nos",
        "ref",
        "refs",
        "dr",
        "prof",
        "st",
        "mr",
        "mrs",
        "ms",
        "inc",
        "ltd",
        "co",
        "al",
        "et",
        "etc",
        "sp",
        "spp",
        "var",
        "subsp",
        "vol",
        "pp",
        "p.i",
        "u.s",
        "u.k",
        "min",
        "max",
        "avg",
        "resp",
        "incl",
        "excl",
        "ed",
        "eds",
        "eq",
        "eqs",
        "sect",
        "tab",
        "hr",
        "wt",
    ]
)
_STOP: Final = re.compile(r"""[.!?。]+["'”’)\]]*(?=\s)|\n""")
_INITIAL_BEFORE: Final = re.compile(r"(?:[A-Z]\.|,)\s*$")
_INITIAL_AFTER: Final = re.compile(r"\s?[A-Z]\.\s?[A-Z]")
_OPENING: Final = re.compile(r"""\s*["'“‘(\[]*([^\W_]|[-+<>≥≤~≈±§•])""")


def sentences(text: str) -> list[tuple[int, int]]:
    """Where the sentences stand: (start, end) without the white space around them, in order.

    A newline ends a sentence, since it parts title and paragraphs. A full stop does not where it belongs to an
    abbreviation ("i.v.", "vs.", "et al."), an initial or a number, or where a lower-case word goes on. What goes on for
    thousands of characters is a list or a table, and is cut between words.

    >>> sentences("Mice got LNPs i.v. daily. All lived.")
    [(0, 25), (26, 35)]
    """
    found, start = [], 0
    for stop in _STOP.finditer(text):
        if stop.group() == "\n" or _ends_sentence(text, stop.start(), stop.end()):
            found.append((start, stop.end()))
            start = stop.end()
    found.append((start, len(text)))
    cut = (part for span in found for part in _cut(text, *span))
    return [trimmed for span in cut if (trimmed := _trim(text, *span))[0] < trimmed[1]]


_LONGEST: Final = 3000
"""Characters of a sentence, at most: hardly an abstract in 46,000 has one as long."""


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > _LONGEST:
        # A word that is longer than a sentence is no word either.
        at = text.rfind(" ", start + 1, start + _LONGEST)
        at = at if at > 0 else start + _LONGEST
        yield start, at
        start = at
    yield start, end


def _ends_sentence(text: str, stop: int, end: int) -> bool:
    following = _OPENING.match(text, end)
    if following is None:
        return True
    if text[stop] != ".":
        return not following.group(1).islower()
    if following.group(1).islower():
        # "mRNA encoded it", "γδ T cells" and "p53" may open a sentence; an ordinary lower-case word does not.
        word = text[following.start(1) : following.start(1) + 4]
        return any(char.isupper() or char.isdigit() for char in word) or word[0] > "\u036f"
    before = text[max(text.rfind(" ", 0, stop), text.rfind("\n", 0, stop)) + 1 : stop].lstrip("([\"'“‘")
    if before.lower() in _NO_STOP:
        return before.lower() in ("al", "etc", "i.v", "i.p", "s.c", "co", "inc", "ltd", "min", "no") and (
            _starts_clause(text, following.start(1))
        )
    # An initial ("J. A. Smith"); a single capital that ends a sentence ("hepatitis B.") is followed by a capital word
    # too, so only initials beside another initial or after a comma count.
    return not (
        len(before) == 1
        and before.isupper()
        and (_INITIAL_BEFORE.search(text, max(0, stop - 6), stop - 1) or _INITIAL_AFTER.match(text, end))
    )


def _starts_clause(text: str, at: int) -> bool:
    word = re.match(r"[A-Z][a-z]+", text[at : at + 20])
    return word is not None and word.group() in _OPENERS


_OPENERS: Final = frozenset(
    [
        "The",
        "These",
        "This",
        "Those",
        "We",
        "In",
        "However",
        "Here",
        "Our",
        "After",
        "Both",
        "When",
        "While",
        "Although",
        "Moreover",
        "Furthermore",
        "Notably",
        "It",
        "They",
        "Results",
        "Conclusion",
        "Conclusions",
        "Mice",
        "Patients",
        "To",
        "For",
        "At",
        "A",
        "An",
        "Thus",
        "Therefore",
        "Additionally",
        "Finally",
        "Then",
        "No",
        "All",
    ]
)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
