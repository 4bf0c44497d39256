"""`nanocart_lexicon`: the longest matches of the lexicon, which is the dictionary baseline when it stands alone."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

import srsly
from spacy.language import Language
from spacy.tokens import Doc

from nanocart.annotations import Abbreviation, set_mentions, state_of, text_of, view_of
from nanocart.lexicon import FALSE_FRIEND, Hit, Lexicon, Term, read_file, read_rows, to_tsv
from nanocart.schema import Mention
from nanocart.text import folded

_FILE: Final = "lexicon.tsv"


class LexiconMatcher:
    """Finds lexicon terms and abbreviations of terms; `doc.ents` gets every unambiguous match."""

    def __init__(self, lexicon: Lexicon, entities: bool = True) -> None:
        self.lexicon = lexicon
        self.entities = entities

    def __call__(self, doc: Doc) -> Doc:
        """Find the terms of a document."""
        state = state_of(doc)
        if state.study.in_scope is False:
            return doc
        text = text_of(doc)
        hits = self.lexicon.matches(text)
        if state.abbreviations:
            hits = with_abbreviations(text, hits, state.abbreviations)
        state.view = view_of(doc).with_hits(hits)
        if self.entities and not doc.ents:
            set_mentions(doc, _dictionary(text, hits))
        return doc

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The whole lexicon, the user's rows included."""
        data: bytes = srsly.msgpack_dumps({"lexicon": to_tsv(self.lexicon)})
        return data

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> LexiconMatcher:
        """Take the lexicon that `to_bytes` gave."""
        self.lexicon = Lexicon(read_rows(srsly.msgpack_loads(data)["lexicon"], _FILE))
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the whole lexicon into the component's folder."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _FILE).write_text(to_tsv(self.lexicon), "utf-8")

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> LexiconMatcher:
        """Take the lexicon of a component's folder."""
        self.lexicon = Lexicon(read_rows((Path(path) / _FILE).read_text("utf-8"), _FILE))
        return self


@Language.factory(
    "nanocart_lexicon", assigns=["doc.ents"], default_config={"files": [], "shipped": True, "entities": True}
)
def create_lexicon(nlp: Language, name: str, files: list[str], shipped: bool, entities: bool) -> LexiconMatcher:
    """The component over the shipped lexicon and the user's `files`.

    `shipped` false leaves the shipped rows out; `entities` false leaves `doc.ents` to the components that follow.
    """
    if shipped:
        return LexiconMatcher(Lexicon.shipped(*files), entities)
    return LexiconMatcher(Lexicon.checked(row for path in files for row in read_file(path)), entities)


def lexicon_of(nlp: Language) -> Lexicon | None:
    """The lexicon that a pipeline reads with; None where it has no such component."""
    return next((one.lexicon for _, one in nlp.pipeline if isinstance(one, LexiconMatcher)), None)


def _dictionary(text: str, hits: Iterable[Hit]) -> list[Mention]:
    found: list[Mention] = []
    for hit in hits:
        term = hit.terms[0]
        if not term.weak and term.concept.label != FALSE_FRIEND:
            why, number = f"lexicon {term.concept.id}", len(found) + 1
            span = (hit.start, hit.end, term.concept.label, text[hit.start : hit.end])
            found.append(Mention(f"e{number}", *span, concept=term.concept.id, why=why))
    return found


def with_abbreviations(text: str, hits: list[Hit], abbreviations: Iterable[Abbreviation]) -> list[Hit]:
    """The hits, corrected by what the text itself says its short forms stand for.

    A short form of a term is that term wherever it occurs; one that is defined as something else loses the meanings
    that the lexicon gave it ("CART" of "cocaine- and amphetamine-regulated transcript").
    """
    for one in abbreviations:
        starts = [hit.start for hit in hits]
        long = next((hit for hit in hits if hit.end == one.long_end and hit.start >= one.long_start), None)
        terms = tuple(replace(t, weak=t.weak and t.concept.label == "OUTCOME") for t in long.terms) if long else ()
        words = set(folded(text[one.long_start : one.long_end]))
        drop: set[int] = set()
        add: list[Hit] = []
        for match in re.finditer(rf"(?<!\w){re.escape(one.short)}(?=s?(?!\w))", text):
            start, end = match.span()
            at = bisect_left(starts, start)
            inside = range(at, bisect_left(starts, end))
            if (at and hits[at - 1].end > start) or any(hits[n].end > end + 1 for n in inside):
                continue  # part of a longer term
            if any(hits[n].start > start and hits[n].end == end for n in inside):
                continue  # a short form whose parts are names of their own ("mRNA-LNP") is read by its parts
            whole = next((n for n in inside if hits[n].start == start), None)
            if terms:
                drop |= set(inside)
                add.append(Hit(start, end + (text[end : end + 1] == "s"), terms))
            elif whole is not None:
                agreed = tuple(term for term in hits[whole].terms if _agrees(term, words))
                drop.add(whole)
                add += [replace(hits[whole], terms=agreed)] if agreed else []
        if drop or add:
            kept = [hit for number, hit in enumerate(hits) if number not in drop]
            hits = sorted([*kept, *add], key=lambda hit: hit.start)
    return hits


def _agrees(term: Term, words: set[str]) -> bool:
    """Whether a long form may stand for the concept: it shares a telling word, or the concept has only short names."""
    named = {unit for surface, _ in term.concept.terms() for unit in folded(surface) if len(unit) > 3}
    return not named or bool(named & words)
