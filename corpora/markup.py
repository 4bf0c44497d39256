"""Annotations as inline mark-up in a text file that a person can read and edit with any editor.

A file holds one document: a header, the text with its mentions in double brackets, and what hangs on them::

    id: 12345
    ---
    [[LNPs|NANOPARTICLE n1 =lnp]] with [[CAR mRNA|CARGO c1]] reduced [[fibrosis|OUTCOME o1 other decreased affirmed]].
    ---
    CARRIES n1 c1
    RESULTS_IN n1 o1
    FINDING outcome=o1 nanoparticle=n1 cargo=c1 direction=decreased
    STUDY kind=primary setting=animal,in vitro n=12

The first line of the text is the title. After a mention's label come, in any order, its id, `=` and its cluster, and
words of the closed vocabularies (category, direction, assertion, kind of qualifier). Slots hold ids with commas
between them. A literal `[` that would be taken for mark-up is written `\\[`, a backslash `\\\\`. The evidence of a
finding is the sentence of its outcome unless `evidence=ID` names another mention.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final

from nanocart.errors import RecordError
from nanocart.schema import (
    ASSERTIONS,
    CATEGORIES,
    DIRECTIONS,
    LABELS,
    QUALIFIER_KINDS,
    SIGNATURES,
    SLOTS,
    Attributes,
    Document,
    Finding,
    Mention,
    Relation,
    StudyFacts,
)
from nanocart.text import sentences

_RULE: Final = "---"
_BRACKETS: Final = re.compile(r"\\(?P<plain>[\\\[])|\[\[(?P<surface>[^\n]*?)\|(?P<notes>[^|\n]*?)\]\]")
_FIELDS: Final = (
    ("category", CATEGORIES),
    ("direction", DIRECTIONS),
    ("assertion", ASSERTIONS),
    ("kind", QUALIFIER_KINDS),
)
_SEVERAL: Final = ("setting", "registry", "car_made", "particle_role")


def read_file(stream: BinaryIO, source: str) -> Iterator[Document | RecordError]:
    """The document of a file in inline mark-up, or what is wrong with it, as `nanocart.corpora.formats` reads files."""
    try:
        yield read(stream.read().decode("utf-8-sig").replace("\r\n", "\n"), source=source)
    except UnicodeDecodeError:
        yield RecordError("not UTF-8", source=source, hint="save the file as UTF-8")
    except RecordError as error:
        yield error


def read(marked: str, *, source: str = "", text: str | None = None) -> Document:
    """The document of a marked-up file.

    `text`, where given, is what the file's text must be once its mark-up is taken away. Raises `RecordError` that
    names the line where mark-up, a relation or a finding is wrong, and where the text was changed.
    """
    lines = marked.split("\n")
    rules = [number for number, line in enumerate(lines) if line.strip() == _RULE]
    if len(rules) < 2:
        raise RecordError("no header and text between two lines of ---", source=source)
    head = dict(line.split(":", 1) for line in lines[: rules[0]] if ":" in line)
    id_ = head.pop("id", "").strip()
    reader = _Reader(source, id_)
    plain, mentions = reader.mentions("\n".join(lines[rules[0] + 1 : rules[-1]]), rules[0] + 2)
    if text is not None and plain != text:
        at = next((i for i, (a, b) in enumerate(zip(plain, text, strict=False)) if a != b), min(len(plain), len(text)))
        raise reader.error(f"the text was changed at character {at}: {plain[at : at + 30]!r}", "restore the text")
    relations, findings, study = reader.tail(lines[rules[-1] + 1 :], rules[-1] + 2, plain, mentions)
    title = plain.split("\n", 1)[0]
    metadata = {key.strip(): value.strip() for key, value in head.items()}
    document = Document(id_, title, plain, metadata, mentions, relations, findings, study)
    problems = document.problems()
    if problems:
        raise reader.error("; ".join(problems))
    return document


def write(document: Document) -> str:
    """The document as a marked-up file; `read` gives the same annotations back."""
    parts, at = [], 0
    for one in sorted(document.entities, key=lambda one: one.start):
        notes = [one.label, one.id, f"={one.cluster}" if one.cluster else ""]
        notes += [getattr(one.attributes, name) or "" for name, _ in _FIELDS]
        parts += [_escape(document.text[at : one.start] + "[")[:-1], f"[[{one.text}|{' '.join(filter(None, notes))}]]"]
        at = one.end
    parts.append(_escape(document.text[at:]))
    tail = [
        " ".join([one.label, one.head, one.tail, *([one.assertion] if one.assertion != "affirmed" else [])])
        for one in document.relations
    ]
    tail += [_finding_line(one, document) for one in document.findings]
    study = {name: getattr(document.study, name) for name in ("kind", "phase", "n", *_SEVERAL)}
    filled = {
        name: ",".join(value) if isinstance(value, tuple) else str(value) for name, value in study.items() if value
    }
    if document.study.in_scope is not None:
        filled["in_scope"] = "yes" if document.study.in_scope else "no"
    if filled:
        tail.append("STUDY " + " ".join(f"{name}={value}" for name, value in filled.items()))
    return "\n".join([f"id: {document.id}", _RULE, "".join(parts), _RULE, *tail, ""])


class _Reader:
    def __init__(self, source: str, record: str) -> None:
        self.source, self.record = source, record

    def error(self, message: str, hint: str = "", line: int = 0) -> RecordError:
        where = f"line {line}" if line else ""
        return RecordError(message, source=self.source, where=where, record=self.record, hint=hint)

    def mentions(self, marked: str, first: int) -> tuple[str, tuple[Mention, ...]]:
        plain: list[str] = []
        found: list[Mention] = []
        at = length = 0
        for match in _BRACKETS.finditer(marked):
            before = marked[at : match.start()]
            at = match.end()
            surface = match["surface"]
            plain += [before, match["plain"] if surface is None else surface]
            start, length = length + len(before), length + len(before) + len(plain[-1])
            if surface is not None:
                line = first + marked.count("\n", 0, match.start())
                found.append(self._mention(match["notes"], surface, start, len(found) + 1, line))
        plain.append(marked[at:])
        return "".join(plain), tuple(found)

    def _mention(self, notes: str, surface: str, start: int, number: int, line: int) -> Mention:
        label, *words = notes.split() or [""]
        if label not in LABELS:
            raise self.error(f"unknown label {label!r}", f"one of {', '.join(LABELS)}", line)
        if surface != surface.strip() or not surface:
            raise self.error(f"the span {surface!r} begins or ends with white space", "move the brackets", line)
        id_, cluster = f"e{number}", None
        given: dict[str, Any] = {}
        for word in words:
            name = next((name for name, vocabulary in _FIELDS if word in vocabulary), None)
            if name:
                given[name] = word
            elif word.startswith("="):
                cluster = word[1:]
            else:
                id_ = word
        return Mention(
            id_, start, start + len(surface), label, surface, cluster=cluster, attributes=Attributes(**given)
        )

    def tail(
        self, lines: list[str], first: int, text: str, mentions: tuple[Mention, ...]
    ) -> tuple[tuple[Relation, ...], tuple[Finding, ...], StudyFacts]:
        by_id = {one.id: one for one in mentions}
        relations: list[Relation] = []
        findings: list[Finding] = []
        study = StudyFacts()
        for number, line in enumerate(lines, first):
            word, _, rest = line.strip().partition(" ")
            if not word or word.startswith("#"):
                continue
            try:
                if word == "FINDING":
                    if "outcome=" not in rest:
                        raise ValueError("a finding needs outcome=ID")
                    findings.append(_finding(f"f{len(findings) + 1}", dict(_pairs(rest)), by_id, text))
                elif word == "STUDY":
                    study = _study(dict(_pairs(rest)))
                elif word in SIGNATURES:
                    head, tail, assertion = (*rest.split(), "affirmed")[:3]
                    relations.append(Relation(f"r{len(relations) + 1}", word, head, tail, assertion))
                else:
                    raise ValueError(f"{word!r} is neither a relation, FINDING nor STUDY")
            except (ValueError, KeyError, TypeError) as error:
                raise self.error(f"{line.strip()!r}: {error}", line=number) from error
        return tuple(relations), tuple(findings), study


def _pairs(rest: str) -> Iterator[tuple[str, str]]:
    """`a=x b=y, z c=1` as pairs; a value goes on to the next `name=`."""
    for match in re.finditer(r"(\w+)=(.*?)(?=\s+\w+=|$)", rest):
        yield match[1], match[2].strip()


def _finding(id_: str, given: dict[str, str], by_id: Mapping[str, Mention], text: str) -> Finding:
    at = by_id[given.pop("evidence", given["outcome"])]
    evidence = next(span for span in sentences(text) if span[0] <= at.start < span[1])
    slots: dict[str, Any] = {
        name: tuple(filter(None, re.split(r"[,;\s]+", value))) if name in SLOTS else value
        for name, value in given.items()
    }
    return Finding(id_, evidence=evidence, **slots)


def _study(given: dict[str, str]) -> StudyFacts:
    values: dict[str, Any] = dict(given)
    for name in _SEVERAL:
        if name in given:
            values[name] = tuple(part.strip() for part in given[name].split(",") if part.strip())
    if "n" in given:
        values["n"] = int(given["n"])
    if "in_scope" in given:
        if given["in_scope"] not in ("yes", "no"):
            raise ValueError(f"in_scope is yes or no, not {given['in_scope']!r}")
        values["in_scope"] = given["in_scope"] == "yes"
    return StudyFacts(**values)


def _finding_line(one: Finding, document: Document) -> str:
    parts = [f"outcome={one.outcome}"] + [
        f"{slot}={','.join(getattr(one, slot))}" for slot in SLOTS if getattr(one, slot)
    ]
    parts += [f"direction={one.direction}", f"assertion={one.assertion}"]
    parts += [f"{name}={getattr(one, name)}" for name in ("value", "compared_with") if getattr(one, name)]
    outcome = document.mention(one.outcome)
    if one.evidence and not one.evidence[0] <= outcome.start < one.evidence[1]:
        inside = [m.id for m in document.entities if one.evidence[0] <= m.start < one.evidence[1]]
        parts += [f"evidence={inside[0]}"] if inside else []
    return "FINDING " + " ".join(parts)


def _escape(text: str) -> str:
    """Backslashes, and brackets that stand before another one (that of a mention included)."""
    return re.sub(r"\\|\[(?=\[)", r"\\\g<0>", text)
