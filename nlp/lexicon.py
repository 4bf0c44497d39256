"""The lexicon: what the field's things are called, one concept a row.

The shipped rows are `nanocart/data/*.tsv`; a user's own file has the same columns, tab-separated, with a header::

    id  name  label  synonyms  broader  category  better  note

`synonyms` are separated by "|". Spelling variants (plural, hyphen, case, Greek letters, British spelling) are folded
when matching and need no row (see `nanocart.text`). A synonym that begins with "?" is *weak*: it counts only where
the context supports it. `label` is an entity type, or `NONE` for a false friend that must stay unannotated.
`category` is an outcome's category, `better` says whether "higher" or "lower" is good for the patient where that
differs from the category's default. Lines that begin with "#" are comments.

>>> lexicon = Lexicon.shipped()
>>> lexicon.find("LNPs")[0].name
'lipid nanoparticle'
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from nanocart.errors import LexiconError
from nanocart.schema import CATEGORIES, ENTITY_LABELS
from nanocart.text import JOIN, UNIT, fold, folded, letters, units

COLUMNS: Final = ("id", "name", "label", "synonyms", "broader", "category", "better", "note")
FALSE_FRIEND: Final = "NONE"
_OWN: Final = "own"
LEXICON_LABELS: Final = (*ENTITY_LABELS, FALSE_FRIEND)
_FUSED: Final = ("anti", "pro", "pre", "non", "co", "re", "immuno", "micro", "onco", "multi", "poly", "bio")
_ACRONYM_LETTERS: Final = 6
_PUNCTUATED: Final = re.compile(r"\w[ -]?[^\w\s\-‐‑–+®™'’]+[ -]?\w|\)\S")
_LOOSE: Final = re.compile(r"[ \-‐-–]?[()\[\]/@:.,*∙·]{1,2}[ \-‐-–]?|\)-?\s?")


@dataclass(frozen=True, slots=True)
class Concept:
    """One row: a thing of the field with everything that it is called."""

    id: str
    name: str
    label: str
    synonyms: tuple[str, ...] = ()
    broader: str | None = None
    category: str | None = None
    better: str | None = None
    note: str = ""
    source: str = ""
    own: bool = False
    """Whether it is a row of the user's: what it names is a mention, whatever a model thinks of it."""

    def terms(self) -> Iterator[tuple[str, bool]]:
        """Every name with whether it is weak."""
        yield self.name, False
        for synonym in self.synonyms:
            yield synonym.removeprefix("?").strip(), synonym.startswith("?")


@dataclass(frozen=True, slots=True)
class Term:
    """One name of a concept as the matcher holds it.

    `exact` holds, unit by unit, the capitals that a text must repeat (None where case does not matter). `loose`
    is set where the name itself has punctuation inside ("poly(I:C)", "claudin 18.2"), which a text may have there too.
    """

    concept: Concept
    surface: str
    weak: bool
    exact: tuple[str | None, ...]
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A place in a text where terms match: code-point offsets and the terms, in the order of the lexicon."""

    start: int
    end: int
    terms: tuple[Term, ...]


class Lexicon:
    """Concepts by identifier, and a matcher over all their names."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        self.concepts: dict[str, Concept] = {}
        for concept in concepts:
            self.concepts[concept.id] = concept  # a user's row replaces the shipped one of the same identifier
        self._trie: dict[str, Any] = {}
        for concept in self.concepts.values():
            for surface, weak in concept.terms():
                term = Term(concept, surface, weak, _exact(surface), bool(_PUNCTUATED.search(surface)))
                for key in _keys(surface):
                    self._add(key, term)

    @classmethod
    def shipped(cls, *extra: str | Path) -> Lexicon:
        """The rows that come with nanocart, and those of the user's files. Raises `LexiconError`.

        The shipped rows alone are not checked again, since that takes as long as loading them.
        """
        folder = files("nanocart") / "data"
        shipped = sorted((one for one in folder.iterdir() if one.name.endswith(".tsv")), key=lambda one: one.name)
        concepts = [row for one in shipped for row in read_rows(one.read_text("utf-8"), one.name)]
        for path in extra:
            concepts += read_file(path)
        return cls.checked(concepts) if extra else cls(concepts)

    @classmethod
    def checked(cls, concepts: Iterable[Concept]) -> Lexicon:
        """A lexicon without contradictions. Raises `LexiconError` that lists all of them."""
        lexicon = cls(concepts)
        found = lexicon.problems()
        if found:
            raise LexiconError("\n".join(found), hint="correct these rows; `nanocart lexicon check FILE` lists them")
        return lexicon

    def __len__(self) -> int:
        return len(self.concepts)

    def __iter__(self) -> Iterator[Concept]:
        return iter(self.concepts.values())

    def _add(self, key: tuple[str, ...], term: Term) -> None:
        node = self._trie
        for unit in key:
            node = node.setdefault(unit, {})
        terms = node.setdefault("", [])
        for at, one in enumerate(terms):
            if one.concept.id == term.concept.id and one.exact == term.exact:
                # Two spellings of one key: what either allows is allowed.
                terms[at] = replace(one, weak=one.weak and term.weak, loose=one.loose or term.loose)
                return
        terms.append(term)

    def find(self, surface: str) -> list[Concept]:
        """The concepts that have exactly this name, spelling variants aside."""
        node: Any = self._trie
        for unit in UNIT.findall(surface):
            node = node.get(fold(unit))
            if node is None:
                return []
        return [term.concept for term in node.get("", ()) if _case_agrees(term, surface)]

    def matches(self, text: str) -> list[Hit]:
        """The longest matches, from left to right, without overlap."""
        parts = units(text)
        spans = [(start, end) for start, end, _ in parts]
        keys = [key for _, _, key in parts]
        trie, count, at, found = self._trie, len(spans), 0, []
        while at < count:
            node = trie.get(keys[at])
            if node is None or (at and spans[at - 1][1] == spans[at][0] and not _may_split(text, spans, at)):
                at += 1
                continue
            best, last = self._longest(text, spans, keys, at, node)
            if best is None:
                at += 1
            else:
                found.append(best)
                at = last + 1
        return found

    def _longest(
        self, text: str, spans: list[tuple[int, int]], keys: list[str], at: int, node: dict[str, Any]
    ) -> tuple[Hit | None, int]:
        best, last, start, step, tight = None, at, spans[at][0], at, True
        while True:
            terms = node.get("")
            end = spans[step][1]
            glued = step + 1 < len(spans) and spans[step + 1][0] == end and not _may_split(text, spans, step + 1)
            if terms and not glued:
                surface = text[start:end]
                agreed = tuple(term for term in terms if (tight or term.loose) and _case_agrees(term, surface))
                if surface.count("(") == surface.count(")") + 1 and text[end : end + 1] == ")":
                    agreed = tuple(term for term in agreed if term.surface.endswith(")"))
                    end += 1  # the bracket that closes "poly(I:C)"
                if agreed and text.count("(", start, end) == text.count(")", start, end):
                    best, last = Hit(start, end - _possessive(surface), agreed), step
            step += 1
            if step == len(spans) or keys[step] not in node:
                return best, last
            node = node[keys[step]]
            if not JOIN.fullmatch(text, spans[step - 1][1], spans[step][0]):
                if not _LOOSE.fullmatch(text, spans[step - 1][1], spans[step][0]):
                    return best, last
                tight = False

    def problems(self) -> list[str]:
        """Contradictions in words: unknown labels and parents, cycles, one name for two concepts."""
        found = [problem for concept in self for problem in self._concept_problems(concept)]
        owners: dict[tuple[tuple[str, ...], tuple[str | None, ...]], tuple[Concept, bool]] = {}
        for concept in self:
            for surface, weak in concept.terms():
                key = (folded(surface), _exact(surface))
                other = owners.setdefault(key, (concept, weak))
                if other[0].id != concept.id and not (weak or other[1]):
                    kind = "is in two concepts" if other[0].label == concept.label else "has two labels"
                    found.append(f"{_place(concept)}: {surface!r} {kind}: {concept.id} and {other[0].id}")
        return found

    def _concept_problems(self, concept: Concept) -> Iterator[str]:
        place = _place(concept)
        if concept.label not in LEXICON_LABELS:
            yield f"{place}: {concept.id} has the unknown label {concept.label!r}: one of {', '.join(LEXICON_LABELS)}"
        if concept.label == "OUTCOME" and concept.category not in CATEGORIES:
            yield f"{place}: {concept.id} needs a category: one of {', '.join(CATEGORIES)}"
        if concept.better not in (None, "higher", "lower"):
            yield f"{place}: {concept.id}: better is 'higher', 'lower' or empty, not {concept.better!r}"
        for surface, _ in concept.terms():
            if not UNIT.search(surface):
                yield f"{place}: {concept.id} has a name without a letter or digit: {surface!r}"
        seen, above = {concept.id}, concept.broader
        while above:
            if above in seen:
                yield f"{place}: {concept.id} is broader than itself, by way of {above}"
                return
            if above not in self.concepts:
                yield f"{place}: {concept.id} has the unknown broader concept {above}"
                return
            seen.add(above)
            above = self.concepts[above].broader

    def ancestors(self, id: str) -> Iterator[Concept]:
        """The concept and everything broader, nearest first."""
        concept = self.concepts.get(id)
        while concept:
            yield concept
            concept = self.concepts.get(concept.broader or "")


def read_file(path: str | Path) -> list[Concept]:
    """The rows of a user's lexicon file. Raises `LexiconError` where it cannot be read."""
    try:
        text = Path(path).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise LexiconError(
            f"{path}: cannot be read: {error}", hint="a lexicon is a tab-separated UTF-8 file"
        ) from error
    return [replace(one, own=True) for one in read_rows(text, str(path))]


def read_rows(text: str, source: str) -> Iterator[Concept]:
    """The concepts of a lexicon's text. Raises `LexiconError` at a row that does not follow the format."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip() and line[:1] != "#"]
    rows = csv.reader((line for _, line in lines), delimiter="\t", quoting=csv.QUOTE_NONE)
    header = next(rows, [])
    missing = [column for column in ("id", "name", "label") if column not in header]
    if missing:
        raise LexiconError(f"{source}: no column {missing[0]!r}", hint=f"the columns are {', '.join(COLUMNS)}")
    seen: dict[str, int] = {}
    for (number, _), cells in zip(lines[1:], rows, strict=True):
        concept = _concept(dict(zip(header, (cell.strip() for cell in cells), strict=False)), f"{source}:{number}")
        if concept.id in seen:
            raise LexiconError(f"{concept.source}: {concept.id} stands in line {seen[concept.id]} too")
        seen[concept.id] = number
        yield concept


def _concept(row: Mapping[str, str], place: str) -> Concept:
    if not (row.get("id") and row.get("name") and row.get("label")):
        raise LexiconError(f"{place}: id, name and label must be filled")
    synonyms = tuple(one.strip() for one in (row.get("synonyms") or "").split("|") if one.strip())
    broader, category, better = (row.get(name) or None for name in ("broader", "category", "better"))
    note = row.get("note") or ""
    own = bool(row.get(_OWN))
    return Concept(row["id"], row["name"], row["label"], synonyms, broader, category, better, note, place, own)


def to_tsv(concepts: Iterable[Concept]) -> str:
    """The rows as text in the lexicon's own format; rows of the user's are marked in one more column."""
    rows = list(concepts)
    columns = [*COLUMNS, _OWN] if any(one.own for one in rows) else COLUMNS
    lines = ["\t".join(columns)]
    for one in rows:
        cells = (one.id, one.name, one.label, "|".join(one.synonyms), one.broader, one.category, one.better, one.note)
        lines.append("\t".join([*(cell or "" for cell in cells), *(["yes"] if one.own else [])]))
    return "\n".join(lines) + "\n"


def _keys(surface: str) -> Iterator[tuple[str, ...]]:
    """The folded units of a name, and those of the ways in which its prefixes are written together or apart."""
    key = folded(surface)
    yield key
    for at, unit in enumerate(key):
        if unit in (*_FUSED, "nano") and at + 1 < len(key):
            yield (*key[:at], unit + key[at + 1], *key[at + 2 :])
        if unit.startswith("nano") and len(unit) > 7:
            yield (*key[:at], "nano", unit[4:], *key[at + 1 :])


def _exact(surface: str) -> tuple[str | None, ...]:
    """The units whose case tells something: with a capital beyond the first letter, or any unit of an acronym."""
    if surface.islower():
        return ()
    found = [letters(unit) for unit in UNIT.findall(surface)]
    whole = letters(surface)
    acronym = len(whole) <= _ACRONYM_LETTERS and any(map(str.isupper, whole[1:])) and not any(map(_is_word, found))
    exact = tuple(unit if unit.isascii() and (acronym or any(map(str.isupper, unit[1:]))) else None for unit in found)
    return exact if any(exact) else ()


def _is_word(unit: str) -> bool:
    return len(unit) > 2 and unit.islower()


def _case_agrees(term: Term, surface: str) -> bool:
    if not term.exact:
        return True
    found = UNIT.findall(surface)
    if len(found) != len(term.exact):  # written together or apart: the whole must agree
        return "".join(map(letters, found)) == "".join(map(letters, UNIT.findall(term.surface)))
    return all(wanted is None or letters(unit) == wanted for wanted, unit in zip(term.exact, found, strict=True))


def _possessive(surface: str) -> int:
    return 2 if surface.endswith(("'s", "’s")) else 0


def _may_split(text: str, spans: list[tuple[int, int]], at: int) -> bool:
    """Whether a term may end right before unit `at` although nothing stands between: "CD19CAR"."""
    start, end = spans[at]
    return text[start:end].startswith("CAR") and text[start - 1].isdigit()


def _place(concept: Concept) -> str:
    return concept.source or "lexicon"
