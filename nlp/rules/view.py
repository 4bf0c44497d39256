"""A text as the rules look at it: words, sentences, clauses and lexicon matches, all by code-point offset.

>>> view = View("LNPs work. They do.")
>>> view.sentence_at(12)
(11, 19)
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from nanocart.lexicon import Concept, Hit
from nanocart.text import sentences

_WORD: Final = re.compile(r"\d+(?:[.,·]\d+)+|[^\W_]+|[^\w\s]|_")
_CLAUSE: Final = re.compile(
    r"[;:]\s|\s[–—]\s|,?\s(?=(?:but|while|whereas|although|though|however|despite|yet|because|since|unlike)\s)"
    r"|,\s(?=(?:which|who|whose|where|when|with no|without|and (?:no|was|were|is|are|did|had|has|showed)"
    r"|suggesting|indicating)\s)"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span that might be a mention, what proposes it, and how strongly (a higher `rank` wins an overlap)."""

    start: int
    end: int
    label: str
    concept: Concept | None
    why: str
    rank: int = 0


_BURDEN: Final = re.compile(
    r"\bleading causes? of\b|\bassociated with (?:a )?(?:poor|dismal|worse)\b|\b(?:poor|dismal) prognosis\b"
    r"|\bremains? (?:a|one of the) (?:leading|major|most)\b|\bmorbidity and mortality\b"
)
_OF_TEXT: Final = (
    "lower",
    "_words",
    "_word_starts",
    "_word_stops",
    "_lower_words",
    "sentences",
    "_sentence_starts",
    "_clause_starts",
)


class View:
    """The text of one document with its lexicon matches. Everything derived is computed once, when asked for."""

    def __init__(self, text: str, hits: Sequence[Hit] = ()) -> None:
        self.text = text
        self.hits = hits
        self.memo: dict[object, Any] = {}
        """What rules have worked out already and will ask again, by keys of their own."""

    @cached_property
    def lower(self) -> str:
        """The text in lower case, of the same length ("İ" has two lower-case characters, so it stays)."""
        lower = self.text.lower()
        if len(lower) == len(self.text):
            return lower
        return "".join(char.lower() if len(char.lower()) == 1 else char for char in self.text)

    @cached_property
    def _words(self) -> list[tuple[int, int]]:
        return [match.span() for match in _WORD.finditer(self.text)]

    @cached_property
    def _word_starts(self) -> list[int]:
        return [start for start, _ in self._words]

    @cached_property
    def _word_stops(self) -> list[int]:
        return [stop for _, stop in self._words]

    @cached_property
    def _lower_words(self) -> list[str]:
        lower = self.lower
        return [lower[start:stop] for start, stop in self._words]

    def with_hits(self, hits: Sequence[Hit]) -> View:
        """A view of the same text with other lexicon matches; what is known of the text alone is kept."""
        other = View(self.text, hits)
        other.__dict__.update({name: self.__dict__[name] for name in _OF_TEXT if name in self.__dict__})
        return other

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """Sentences as (start, end)."""
        return sentences(self.text)

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [start for start, _ in self.sentences]

    def sentence_number(self, offset: int) -> int:
        """Which sentence holds the offset."""
        return max(0, bisect_right(self._sentence_starts, offset) - 1)

    def sentence_at(self, offset: int) -> tuple[int, int]:
        """The sentence that holds the offset."""
        return self.sentences[self.sentence_number(offset)] if self.sentences else (0, len(self.text))

    @cached_property
    def _clause_starts(self) -> list[int]:
        cuts = {match.end() for match in _CLAUSE.finditer(self.lower)} | set(self._sentence_starts)
        return sorted(cuts)

    def clause_at(self, offset: int) -> tuple[int, int]:
        """The clause that holds the offset: a sentence is cut at semicolons, contrasts and relative clauses."""
        starts = self._clause_starts
        at = bisect_right(starts, offset) - 1
        begin, stop = self.sentence_at(offset)
        return max(begin, starts[at] if at >= 0 else 0), min(
            stop, starts[at + 1] if at + 1 < len(starts) else len(self.text)
        )

    def before(self, offset: int, floor: int, count: int) -> list[str]:
        """At most `count` words in lower case that lie between `floor` and the offset, the nearest first."""
        stop = bisect_right(self._word_stops, offset)
        begin = max(bisect_left(self._word_starts, floor), stop - count)
        return self._lower_words[begin:stop][::-1]

    def after(self, offset: int, limit: int, count: int) -> list[str]:
        """At most `count` words in lower case that start between the offset and `limit`, in order."""
        begin = bisect_left(self._word_starts, offset)
        return self._lower_words[begin : min(bisect_left(self._word_starts, limit), begin + count)]

    def of(self, *labels: str) -> Iterator[tuple[Hit, Concept, bool]]:
        """The lexicon matches that may have one of the labels: the match, the concept, whether it is weak."""
        for label in labels:
            yield from self._by_label.get(label, ())

    def inside(self, label: str, start: int, end: int) -> list[tuple[Hit, Concept]]:
        """The lexicon matches within a span that may have the label."""
        found = self._by_label.get(label, [])
        first = bisect_left(found, start, key=lambda one: one[0].start)
        last = bisect_left(found, end, key=lambda one: one[0].start)
        return [(hit, concept) for hit, concept, _ in found[first:last] if hit.end <= end]

    @cached_property
    def _by_label(self) -> dict[str, list[tuple[Hit, Concept, bool]]]:
        found: dict[str, list[tuple[Hit, Concept, bool]]] = {}
        for hit in self.hits:
            seen = set()
            for term in hit.terms:
                if term.concept.label not in seen:
                    seen.add(term.concept.label)
                    found.setdefault(term.concept.label, []).append((hit, term.concept, term.weak))
        return found

    @cached_property
    def burdens(self) -> list[tuple[int, int]]:
        """The sentences that tell how bad a disease is and not what a therapy does."""
        return [self.sentence_at(match.start()) for match in _BURDEN.finditer(self.lower)]

    @cached_property
    def strong(self) -> frozenset[str]:
        """Identifiers of concepts that the text names by a name that is not weak."""
        return frozenset(term.concept.id for hit in self.hits for term in hit.terms if not term.weak)


def select(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The candidates that stand: of two that overlap the higher rank, then the longer, then the first one wins."""
    taken: list[tuple[int, int]] = []
    chosen = []
    for one in sorted(candidates, key=lambda one: (-one.rank, one.start - one.end, one.start)):
        at = bisect_right(taken, (one.start, one.end))
        if at and taken[at - 1][1] > one.start:
            continue
        if at < len(taken) and taken[at][0] < one.end:
            continue
        taken.insert(at, (one.start, one.end))
        chosen.append(one)
    return sorted(chosen, key=lambda one: one.start)
