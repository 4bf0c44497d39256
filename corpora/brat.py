"""brat: a text in `NAME.txt` and its stand-off annotations in `NAME.ann`.

Read are mentions (T), relations (R), events (E), equivalences (*), attributes (A, M), references (N, the first being
the concept) and notes (#). Types outside our labels, discontinuous mentions and events are kept as
`nanocart.corpora.foreign` describes. The document's id is the file's name, percent signs decoded.

>>> document = read_pair("LNPs work.", "T1\\tNANOPARTICLE 0 4\\tLNPs\\n", "7", "7.ann")
>>> document.entities[0].label
'NANOPARTICLE'
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import quote, unquote

from nanocart.corpora.brat_encode import NATIVE, annotation_lines
from nanocart.corpora.foreign import Link, Span, assemble, check_labels
from nanocart.corpora.jsonl import parse
from nanocart.corpora.lines import nothing_in, placed
from nanocart.errors import RecordError
from nanocart.schema import LABELS, SIGNATURES, Document, Json

_PLACE: Final = re.compile(r"(.+?) (\d+ \d+(?:;\d+ \d+)*)")
_SHAPES: Final[Mapping[str, str]] = {
    "T": "T1, tab, type start end, tab, text",
    "R": "R1, tab, type Arg1:T1 Arg2:T2",
    "E": "E1, tab, type:T1 Role:T2 ...",
    "*": "*, tab, type T1 T2 ...",
    "A": "A1, tab, name T1 value",
    "M": "M1, tab, name E1",
    "N": "N1, tab, Reference T1 RID:EID, tab, name",
    "#": "#1, tab, type T1, tab, note",
}
_LONGEST: Final = 200


def read_pair(
    text: str, ann: str, id: str, source: str, *, labels: Mapping[str, str] | None = None
) -> Document | RecordError:
    """The document of a text and its annotations, or the error that names the line of `ann` that is wrong.

    `source` is the name of the annotation file. The text is taken as it is, its first line being the title where
    another follows.
    """
    check_labels(labels)
    first, newline, _ = text.partition("\n")
    try:
        if not text.strip():
            raise RecordError("the text is empty")
        lines = _Lines()
        for number, line in enumerate(ann.removeprefix("\ufeff").split("\n"), 1):
            if line.strip():
                _take(line.removesuffix("\r"), number, lines)
        document = {"id": id, "title": first if newline else "", "text": text}
        return assemble(document, _spans(lines, labels), _links(lines, labels), labels)
    except RecordError as error:
        return placed(error, source, "", id)


def read_members(
    members: Iterable[tuple[str, bytes]], source: str, *, labels: Mapping[str, str] | None = None
) -> Iterator[Document | RecordError]:
    """The documents of files given as (name, content), in any order; files of other endings are passed over.

    A text without annotations is a document, annotations without a text are an error, which is yielded. Raises
    `SourceError` where there is no pair at all. Only files whose partner has not come yet are held in memory.
    """
    check_labels(labels)
    waiting: dict[str, tuple[str, bytes]] = {}
    found = False
    for name, data in members:
        path = PurePosixPath(name)
        if path.suffix not in (".txt", ".ann") or path.name.startswith("."):
            continue
        found = True
        stem = str(path.with_suffix(""))
        if stem not in waiting:
            waiting[stem] = (path.suffix, data)
            continue
        suffix, other = waiting.pop(stem)
        pair = (other, data) if suffix == ".txt" else (data, other)
        yield _from_bytes(*pair, stem, source, labels)
    for stem, (suffix, data) in waiting.items():
        if suffix == ".txt":
            yield _from_bytes(data, b"", stem, source, labels)
        else:
            hint = "put the text beside the annotations, under the same name"
            yield RecordError("no text of this name", source=source, where=f"{stem}.ann", hint=hint)
    if not found:
        raise nothing_in(source, "it holds no .txt and .ann files")


def read_folder(folder: Path, *, labels: Mapping[str, str] | None = None) -> Iterator[Document | RecordError]:
    """The documents of a folder's pairs, in the order of their names, as `read_members` reads them."""
    paths = sorted(path for path in folder.iterdir() if path.suffix in (".txt", ".ann"))
    yield from read_members(((path.name, path.read_bytes()) for path in paths), str(folder), labels=labels)


def write_folder(documents: Iterable[Document], folder: Path) -> None:
    """A pair of files a document, named after its id (`/` and the like as `%2F`), in a folder that is made if need be.

    Lost: findings, study card, metadata, a title that is not the first of several lines, foreign relations between
    concepts. Names of documents with one id get `~2`, `~3`, ...
    """
    folder.mkdir(parents=True, exist_ok=True)
    used: dict[str, int] = {}
    for document in documents:
        name = quote(document.id, safe=" ")[:_LONGEST]
        used[name] = used.get(name, 0) + 1
        stem = name if used[name] == 1 else f"{name}~{used[name]}"
        text, ann = write_pair(document)
        # Bytes, lest a platform's own line ends shift every offset.
        (folder / f"{stem}.txt").write_bytes(text.encode("utf-8"))
        (folder / f"{stem}.ann").write_bytes(ann.encode("utf-8"))


def write_pair(document: Document) -> tuple[str, str]:
    """The contents of a document's `.txt` and `.ann`.

    >>> write_pair(Document.of("7", "LNPs.", ""))
    ('LNPs.', '')
    """
    return document.text, "".join(f"{line}\n" for line in annotation_lines(document))


@dataclass(slots=True)
class _Lines:
    mentions: list[tuple[int, str, str, tuple[tuple[int, int], ...], str]] = field(default_factory=list)
    links: list[tuple[int, str, str, tuple[tuple[str, str], ...]]] = field(default_factory=list)
    attributes: dict[str, Json] = field(default_factory=dict)
    concepts: dict[str, list[str]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    native: dict[str, Json] = field(default_factory=dict)

    def id_of(self, ref: str) -> str:
        """The id that an annotation had before brat's own."""
        held = self.native.get(ref, {}).get("id")
        return held if isinstance(held, str) else ref


def _take(line: str, number: int, out: _Lines) -> None:
    """Sorts one line of an annotation file into its kind. Raises `RecordError` where it has no known shape."""
    cells = line.split("\t", 2)
    shape = _SHAPES.get(line[0])
    words = cells[1].split() if len(cells) > 1 else []
    try:
        if line[0] == "T":
            match = _PLACE.fullmatch(cells[1].strip())
            pieces = [piece.split(" ") for piece in match[2].split(";")] if match else []
            label = match[1] if match else ""
            spans = tuple((int(start), int(end)) for start, end in pieces)
            if not spans:
                raise ValueError
            out.mentions.append((number, cells[0], label, spans, cells[2]))
        elif line[0] in "RE":
            label, *rest = words
            arguments = [_argument(word) for word in rest]
            if line[0] == "E":
                label, trigger = _argument(label)
                arguments.insert(0, ("trigger", trigger))
            out.links.append((number, cells[0], label, tuple(arguments)))
        elif line[0] == "*":
            label, *rest = words
            out.links.append((number, f"*{number}", label, tuple(("", ref) for ref in rest)))
        elif line[0] in "AM":
            name, ref, *value = words
            out.attributes.setdefault(ref, {})[name] = " ".join(value) if value else True
        elif line[0] == "N":
            out.concepts.setdefault(words[1], []).append(words[2])
        elif line[0] == "#" and words[0] == NATIVE:
            out.native[words[1]] = parse(cells[2])
        elif line[0] == "#":
            out.notes.setdefault(words[1], []).append(cells[2] if len(cells) > 2 else "")
        else:
            raise RecordError(f"no line of brat begins with {line[0]!r}", where=f"line {number}")
    except (ValueError, IndexError) as error:
        raise RecordError("a line without the shape of its kind", where=f"line {number}", hint=f"{shape}") from error


def _argument(word: str) -> tuple[str, str]:
    role, colon, ref = word.rpartition(":")
    if not colon:
        raise ValueError
    return role, ref


def _spans(lines: _Lines, labels: Mapping[str, str] | None) -> Iterator[Span]:
    for number, ref, label, pieces, text in lines.mentions:
        held: Json = {**lines.native.get(ref, {})}
        references, notes = lines.concepts.get(ref, []), lines.notes.get(ref)
        concept = held.pop("concept", None) or (references[0] if references else None)
        attributes: Json = lines.attributes.get(ref, {}) | held.pop("attributes", {})
        extra: Json = ({"references": references[1:]} if references[1:] else {}) | ({"notes": notes} if notes else {})
        id_, where = lines.id_of(ref), f"line {number}"
        if labels is None and label in LABELS:
            native: dict[str, Any] = extra | held | {"attributes": attributes}
            yield Span(id_, label, pieces, text, concept, native=native, where=where)
        else:
            yield Span(id_, held.get("label", label), pieces, text, concept, attributes | extra, where=where)


def _links(lines: _Lines, labels: Mapping[str, str] | None) -> Iterator[Link]:
    for number, ref, label, arguments in lines.links:
        held: Json = {**lines.native.get(ref, {})}
        attributes: Json = lines.attributes.get(ref, {}) | held.pop("attributes", {})
        if notes := lines.notes.get(ref):
            attributes = attributes | {"notes": notes}
        named = tuple((role, lines.id_of(other)) for role, other in arguments)
        native = attributes | held if labels is None and label in SIGNATURES else {}
        yield Link(lines.id_of(ref), label, named, "mention", attributes, native, where=f"line {number}")


def _from_bytes(
    text: bytes, ann: bytes, stem: str, source: str, labels: Mapping[str, str] | None
) -> Document | RecordError:
    id_ = unquote(PurePosixPath(stem).name)
    try:
        pair = [data.decode("utf-8") for data in (text, ann)]
    except UnicodeDecodeError as error:
        where = f"{stem}{'.txt' if error.object is text else '.ann'}, byte {error.start + 1}"
        return RecordError("not UTF-8", source=source, where=where, record=id_, hint="convert it: iconv -t UTF-8")
    found = read_pair(pair[0].removeprefix("\ufeff"), pair[1], id_, source, labels=labels)
    return placed(found, source, f"{stem}.ann", id_) if isinstance(found, RecordError) else found
