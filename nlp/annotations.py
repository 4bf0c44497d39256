"""What nanocart knows of a spaCy `Doc`, and the two conversions between `Doc` and `Document`.

Mentions stand in `doc.ents`; everything else (attributes, relations, findings, study card, abbreviations) stands in
one `Annotations` object under `doc.user_data["nanocart"]`, which is written as plain JSON when spaCy serialises the
document, so that `DocBin(store_user_data=True)`, `to_bytes` and worker processes keep all of it.

>>> doc = to_doc(Document.of("1", "LNPs work.", ""), spacy.blank("en"))
>>> doc._.relations
()
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from itertools import pairwise
from typing import Any, Final

import numpy as np
import srsly
from spacy.attrs import IDX, LENGTH
from spacy.language import Language
from spacy.tokens import Doc, Span

from nanocart.rules.view import View
from nanocart.schema import LABELS, Document, Finding, Mention, Relation, StudyFacts

KEY: Final = "nanocart"
Offsets = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """A short form that the text defines: offsets of the definition's long and short form."""

    short: str
    start: int
    end: int
    long_start: int
    long_end: int


@dataclass(slots=True)
class Annotations:
    """The working state that components read and replace; its parts are frozen."""

    id: str = ""
    title: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    mentions: tuple[Mention, ...] = ()
    relations: tuple[Relation, ...] = ()
    findings: tuple[Finding, ...] = ()
    study: StudyFacts = field(default_factory=StudyFacts)
    abbreviations: tuple[Abbreviation, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    view: View | None = field(default=None, compare=False, repr=False)
    tokens: tuple[Offsets, Offsets] | None = field(default=None, compare=False, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        # View and token offsets can be made anew and would double the size of a pickled or copied document.
        derived = ("view", "tokens")
        return {one.name: None if one.name in derived else getattr(self, one.name) for one in fields(self)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)

    def document(self, text: str) -> Document:
        """These annotations over their text."""
        parts = (self.metadata, self.mentions, self.relations, self.findings, self.study, self.extra)
        return Document(self.id, self.title, text, *parts)

    @classmethod
    def of(cls, document: Document) -> Annotations:
        """The annotations of a document."""
        parts = (document.metadata, document.entities, document.relations, document.findings, document.study)
        return cls(document.id, document.title, *parts, extra=document.extra)


def state_of(doc: Doc) -> Annotations:
    """The annotations of a `Doc`, made where there are none yet."""
    state = doc.user_data.get(KEY)
    if isinstance(state, Annotations):
        return state
    if isinstance(state, dict):  # as spaCy read it back from bytes
        stored = _lists(state)
        state = Annotations.of(Document.from_json(stored["document"] | {"text": doc.text}))
        state.id = stored["id"]
        state.abbreviations = tuple(Abbreviation(**one) for one in stored["abbreviations"])
    else:
        keep_text(doc, doc.text)
        return state_of(doc)
    doc.user_data[KEY] = state
    return state


def _lists(value: Any) -> Any:
    """JSON as it was: spaCy reads lists back as tuples."""
    if isinstance(value, dict):
        return {key: _lists(one) for key, one in value.items()}
    return [_lists(one) for one in value] if isinstance(value, list | tuple) else value


def keep_text(doc: Doc, text: str) -> None:
    """Give a new `Doc` empty annotations over its text; the first of several lines is the title."""
    doc.user_data[KEY] = Annotations(title=text.split("\n", 1)[0] if "\n" in text else "", view=View(text))


def _encode(value: Any, chain: Callable[[Any], Any] | None = None) -> Any:
    if isinstance(value, Annotations):
        short = [{name: getattr(one, name) for name in Abbreviation.__slots__} for one in value.abbreviations]
        document = value.document("").to_json() | {"id": value.id or "0"}
        del document["text"]
        return {"id": value.id, "document": document, "abbreviations": short}
    return value if chain is None else chain(value)


srsly.msgpack_encoders.register("nanocart", func=_encode)


def mentions(doc: Doc) -> tuple[Mention, ...]:
    """The mentions of `doc.ents`, in order, with what is known of each.

    Entities that another component or a user has set are mentions too; they get an id and no attributes.
    """
    state = state_of(doc)
    ents = doc.ents
    if not ents and not state.mentions:
        return ()
    if len(ents) == len(state.mentions) and all(
        ent.start_char == one.start and ent.end_char == one.end and ent.label_ == one.label
        for ent, one in zip(ents, state.mentions, strict=True)
    ):
        return state.mentions
    known = {(one.start, one.end, one.label): one for one in state.mentions}
    taken = {one.id for one in state.mentions}
    found = []
    for ent in ents:
        if ent.label_ not in LABELS:
            continue  # another component's, of a scheme that is not ours
        one = known.get((ent.start_char, ent.end_char, ent.label_))
        if one is None:
            number = next(n for n in range(1, len(taken) + 2) if f"e{n}" not in taken)
            taken.add(f"e{number}")
            one = Mention(
                f"e{number}",
                ent.start_char,
                ent.end_char,
                ent.label_,
                ent.text,
                concept=ent.kb_id_ or None,
                why="doc.ents",
            )
        found.append(one)
    state.mentions = tuple(found)
    _drop_dangling(state)
    return state.mentions


def _drop_dangling(state: Annotations) -> None:
    """Take away relations and findings of mentions that are no more."""
    left = {one.id for one in state.mentions}
    state.relations = tuple(one for one in state.relations if {one.head, one.tail} <= left)
    state.findings = tuple(one for one in state.findings if left.issuperset(one.mention_ids()))


def set_mentions(doc: Doc, found: Iterable[Mention]) -> None:
    """Replace the mentions of a `Doc`; `doc.ents` follows. Tokens that a mention cuts through are split."""
    ordered = tuple(sorted(found, key=lambda one: one.start))
    state = state_of(doc)
    before = state.mentions if len(doc.ents) == len(ordered) == len(state.mentions) else ()
    if before and all(_same_span(old, new) for old, new in zip(before, ordered, strict=True)):
        for old, new in zip(before, ordered, strict=True):
            if old.concept != new.concept:
                _set_concept(doc, state, new)
    elif ordered or doc.ents:
        spans = _spans(doc, state, ordered)
        if None in spans:
            _split(doc, state, ordered)
            state.tokens = None
            spans = _spans(doc, state, ordered)
        doc.ents = tuple(span for span in spans if span is not None)
    state.mentions = ordered


def _same_span(old: Mention, new: Mention) -> bool:
    return old.start == new.start and old.end == new.end and old.label == new.label and old.id == new.id


def _tokens(doc: Doc, state: Annotations) -> tuple[Offsets, Offsets]:
    """Where each token starts and ends, by code-point offset."""
    if state.tokens is None:
        table = doc.to_array([IDX, LENGTH]).astype(np.int64)
        state.tokens = table[:, 0], table[:, 0] + table[:, 1]
    return state.tokens


def _spans(doc: Doc, state: Annotations, ordered: tuple[Mention, ...]) -> list[Span | None]:
    """The spans of mentions; None for one that begins or ends inside a token."""
    begins, stops = _tokens(doc, state)
    if not len(begins) or not ordered:
        return [None for _ in ordered]
    first = np.searchsorted(begins, [one.start for one in ordered])
    last = np.searchsorted(stops, [one.end for one in ordered])
    whole = (begins.take(first, mode="clip") == [one.start for one in ordered]) & (
        stops.take(last, mode="clip") == [one.end for one in ordered]
    )
    return [
        Span(doc, begin, stop + 1, label=one.label, kb_id=one.concept or "", span_id=one.id) if fits else None
        for one, begin, stop, fits in zip(ordered, first.tolist(), last.tolist(), whole.tolist(), strict=True)
    ]


def _set_concept(doc: Doc, state: Annotations, one: Mention) -> None:
    begins, stops = _tokens(doc, state)
    for number in range(int(np.searchsorted(begins, one.start)), int(np.searchsorted(stops, one.end)) + 1):
        doc[number].ent_kb_id_ = one.concept or ""


def _split(doc: Doc, state: Annotations, ordered: tuple[Mention, ...]) -> None:
    begins, stops = _tokens(doc, state)
    cuts: dict[int, set[int]] = {}
    for offset in {offset for one in ordered for offset in (one.start, one.end)}:
        number = int(np.searchsorted(begins, offset, side="right")) - 1
        if number >= 0 and begins[number] < offset < stops[number]:
            cuts.setdefault(number, set()).add(offset - int(begins[number]))
    # A token that is cut loses the entity it lay in, which spaCy would refuse to split otherwise.
    doc.ents = ()
    with doc.retokenize() as retokenizer:
        for number, inside in cuts.items():
            token = doc[number]
            parts = [token.text[a:b] for a, b in pairwise([0, *sorted(inside), len(token)])]
            retokenizer.split(token, parts, heads=[(token, 0)] * len(parts))


def view_of(doc: Doc) -> View:
    """The rules' view of the text; without lexicon matches where no lexicon component has run."""
    state = state_of(doc)
    if state.view is None:
        state.view = View(doc.text)
    return state.view


def text_of(doc: Doc) -> str:
    """`doc.text`, which spaCy puts together anew each time that it is asked for."""
    return view_of(doc).text


def to_doc(document: Document, nlp: Language) -> Doc:
    """The spaCy `Doc` of a document, with whatever annotations the document has."""
    doc = nlp.make_doc(document.text)
    state = Annotations.of(replace(document, entities=()))
    state.view = View(document.text)
    doc.user_data[KEY] = state
    if document.entities:
        set_mentions(doc, document.entities)
    return doc


def from_doc(doc: Doc) -> Document:
    """The `Document` of a `Doc`, with everything that the pipeline wrote."""
    return _synced(doc).document(text_of(doc))


def _synced(doc: Doc) -> Annotations:
    """The annotations, brought in line with what became of `doc.ents`."""
    mentions(doc)
    return state_of(doc)


def register_extensions() -> None:
    """Make `doc._.mentions`, `relations`, `findings`, `study`, `document` and `span._.mention` available."""
    getters: dict[str, Callable[[Doc], Any]] = {
        "mentions": mentions,
        "relations": lambda doc: _synced(doc).relations,
        "findings": lambda doc: _synced(doc).findings,
        "study": lambda doc: state_of(doc).study,
        "document": from_doc,
    }
    for name, getter in getters.items():
        if not Doc.has_extension(name):
            Doc.set_extension(name, getter=getter)
    if not Span.has_extension("mention"):
        Span.set_extension("mention", getter=_mention_of)


def _mention_of(span: Span) -> Mention | None:
    return next((one for one in mentions(span.doc) if (one.start, one.end) == (span.start_char, span.end_char)), None)


register_extensions()
