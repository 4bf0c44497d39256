"""Arbitrary valid documents for property tests, with the characters that break readers."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from nanocart.schema import (
    ASSERTIONS,
    CAR_MADE,
    CATEGORIES,
    DIRECTIONS,
    KINDS,
    LABELS,
    PARTICLE_ROLES,
    PHASES,
    QUALIFIER_KINDS,
    SETTINGS,
    SIGNATURES,
    SLOTS,
    Attributes,
    Document,
    Finding,
    Mention,
    Relation,
    StudyFacts,
)

# Greek, a combining mark, an astral letter, an emoji, mark-up, separators of the formats, other line ends, a no-break
# space, and what spreadsheets take for formulas.
CHARACTERS = "abcXYZ 019γβ\u0301\U0001d6fe\U0001f9ec<&>\"'|\\,;:#%=+-@[](){}\u00a0\u2028\x85.°µ"
TITLE = st.text(CHARACTERS, min_size=1, max_size=40).map(str.strip).filter(bool)
ABSTRACT = st.lists(st.text(CHARACTERS, min_size=1, max_size=60).map(str.strip).filter(bool), max_size=3).map("\n".join)
WORD = st.text("abcXYZ019γ-", min_size=1, max_size=8)
NUMBER = st.floats(0, 1, allow_nan=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(CHARACTERS, max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORD, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
EXTRA = st.dictionaries(WORD.map("x_{}".format), JSON, max_size=2)
IDS = st.from_regex(r"[1-9][0-9]{0,7}", fullmatch=True) | WORD.map("10.1000/{}".format)


@st.composite
def attributes(draw: Any, label: str) -> Attributes:
    assertion = draw(st.none() | st.sampled_from(ASSERTIONS))
    extra = draw(EXTRA)
    if label == "OUTCOME":
        category = draw(st.none() | st.sampled_from(CATEGORIES))
        return Attributes(category, draw(st.none() | st.sampled_from(DIRECTIONS)), assertion, extra=extra)
    kind = draw(st.none() | st.sampled_from(QUALIFIER_KINDS)) if label == "QUALIFIER" else None
    return Attributes(assertion=assertion, kind=kind, extra=extra)


@st.composite
def mentions(draw: Any, text: str, labels: tuple[str, ...] = LABELS) -> tuple[Mention, ...]:
    """Mentions of a text in order, without overlap."""
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=12)))
    spans = [(a, b) for a, b in pairwise(cuts) if draw(st.booleans())]
    made = []
    for number, (start, end) in enumerate(spans, 1):
        label = draw(st.sampled_from(labels))
        made.append(
            Mention(
                f"e{number}",
                start,
                end,
                label,
                text[start:end],
                concept=draw(st.none() | WORD.map("NC:{}".format)),
                cluster=draw(st.none() | WORD),
                attributes=draw(attributes(label)),
                confidence=draw(st.none() | NUMBER),
                why=draw(st.none() | WORD.map("rule {}".format)),
                extra=draw(EXTRA),
            )
        )
    return tuple(made)


@st.composite
def relations(draw: Any, entities: tuple[Mention, ...]) -> tuple[Relation, ...]:
    possible = [
        (label, head.id, tail.id)
        for label, (heads, tails) in SIGNATURES.items()
        for head in entities
        for tail in entities
        if head.label in heads and tail.label in tails
    ]
    chosen = draw(st.lists(st.sampled_from(possible), max_size=3, unique=True)) if possible else []
    return tuple(
        Relation(
            f"r{number}",
            *one,
            assertion=draw(st.sampled_from(ASSERTIONS)),
            confidence=draw(st.none() | NUMBER),
            why=draw(st.none() | WORD),
            extra=draw(EXTRA),
        )
        for number, one in enumerate(chosen, 1)
    )


@st.composite
def findings(draw: Any, entities: tuple[Mention, ...], length: int) -> tuple[Finding, ...]:
    ids: dict[str, list[str]] = {label: [one.id for one in entities if one.label == label] for label in LABELS}
    made = []
    for number in range(1, draw(st.integers(0, 2)) + 1 if ids["OUTCOME"] else 1):
        slots = {
            slot: tuple(draw(st.lists(st.sampled_from(ids[label]), max_size=2, unique=True))) if ids[label] else ()
            for slot, label in SLOTS.items()
        }
        start = draw(st.integers(0, length - 1))
        made.append(
            Finding(
                f"f{number}",
                draw(st.sampled_from(ids["OUTCOME"])),
                direction=draw(st.sampled_from(DIRECTIONS)),
                assertion=draw(st.sampled_from(ASSERTIONS)),
                value=draw(st.none() | st.sampled_from(ids["VALUE"])) if ids["VALUE"] else None,
                compared_with=draw(st.none() | st.sampled_from([one.id for one in entities])),
                evidence=draw(st.none() | st.just((start, length))),
                confidence=draw(st.none() | NUMBER),
                extra=draw(EXTRA),
                **slots,
            )
        )
    return tuple(made)


def studies() -> st.SearchStrategy[StudyFacts]:
    def several(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
        return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)

    return st.builds(
        StudyFacts,
        kind=st.none() | st.sampled_from(KINDS),
        setting=several(SETTINGS),
        phase=st.none() | st.sampled_from(PHASES),
        registry=st.lists(st.from_regex(r"NCT[0-9]{8}", fullmatch=True), max_size=2).map(tuple),
        n=st.none() | st.integers(0, 5000),
        car_made=several(CAR_MADE),
        particle_role=several(PARTICLE_ROLES),
        retracted=st.booleans(),
        in_scope=st.none() | st.booleans(),
        extra=EXTRA,
    )


@st.composite
def documents(draw: Any) -> Document:
    """A document that follows the schema, annotated or not, with unknown keys anywhere."""
    title = draw(st.just("") | TITLE)
    abstract = draw(ABSTRACT.filter(bool)) if not title else draw(ABSTRACT)
    plain = Document.of(draw(IDS), title, abstract)
    entities = draw(mentions(plain.text))
    document = Document(
        plain.id,
        title,
        plain.text,
        metadata=draw(st.dictionaries(WORD, JSON, max_size=3)),
        entities=entities,
        relations=draw(relations(entities)),
        findings=draw(findings(entities, len(plain.text))),
        study=draw(studies()),
        extra=draw(EXTRA),
    )
    assert document.problems() == []
    return document


@st.composite
def foreign_documents(draw: Any) -> Document:
    """A document with foreign annotations only; mentions may overlap or be in pieces."""
    document = Document.of(draw(IDS), draw(TITLE), draw(ABSTRACT))
    length = len(document.text)
    entities: list[dict[str, Any]] = []
    for number in range(1, draw(st.integers(0, 4)) + 1):
        start = draw(st.integers(0, length - 1))
        end = draw(st.integers(start + 1, length))
        item: dict[str, Any] = {
            "id": f"T{number}",
            "start": start,
            "end": end,
            "label": draw(st.sampled_from(("Gene", "Cell"))),
        }
        item["text"] = document.text[start:end]
        if draw(st.booleans()):
            item["concept"] = draw(WORD.map("D{}".format))
        if end - start > 2 and draw(st.booleans()):
            item["spans"] = [[start, start + 1], [end - 1, end]]
            item["text"] = f"{document.text[start]} {document.text[end - 1]}"
        entities.append(item)
    # The order of the text, pieces being told apart, is the one that every format keeps.
    entities.sort(key=lambda item: item.get("spans") or [[item["start"], item["end"]]])
    names = [item["id"] for item in entities]
    links: list[dict[str, Any]] = []
    if names and draw(st.booleans()):
        ends = [[role, draw(st.sampled_from(names))] for role in ("Arg1", "Arg2")]
        links.append({"id": "R1", "label": "Binds", "by": "mention", "arguments": ends})
    foreign = {key: value for key, value in (("entities", entities), ("relations", links)) if value}
    return Document(document.id, document.title, document.text, extra={"foreign": foreign} if foreign else {})
