"""CoNLL-style columns: a token, a tab, its IOB tag, a line each, and a blank line after each sentence.

The text is rebuilt by joining tokens with one space and sentences with a newline; it is not the original text. A line
`-DOCSTART-` begins a document; a file without any is cut into documents of `sentences` sentences. Annotations are kept
as `nanocart.corpora.foreign` describes. IOB2, IOB1 and BIOES tags are read.

>>> import io
>>> [one] = read(io.BytesIO(b"T\\tB-CL\\ncells\\tI-CL\\ndie\\tO\\n"), "x.tsv", labels={"CL": "CELL_TYPE"})
>>> one.text, one.entities[0].text
('T cells die', 'T cells')
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

from nanocart.corpora.foreign import Span, assemble, check_labels
from nanocart.corpora.lines import decoded, nothing_in, placed, raw_lines
from nanocart.corpora.plain import name_of
from nanocart.errors import RecordError
from nanocart.schema import Document

SENTENCES: Final = 10
"""Sentences a document where the file does not say where documents begin: about an abstract's length."""
_START: Final = "-DOCSTART-"

Row = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class _Start:
    """The beginning of a document."""


def read(
    stream: BinaryIO, source: str, *, labels: Mapping[str, str] | None = None, sentences: int = SENTENCES
) -> Iterator[Document | RecordError]:
    """The documents, named `NAME:1`, `NAME:2`, ...; a sentence with a broken line is left out, its error yielded.

    Raises `SourceError` where there is no token at all.
    """
    check_labels(labels)
    held: list[list[Row]] = []
    count, marked, filled = 0, False, False
    for one in _sentences(stream, source):
        filled = True
        if isinstance(one, RecordError):
            yield one
            continue
        marked = marked or isinstance(one, _Start)
        if held and (isinstance(one, _Start) or (not marked and len(held) >= sentences)):
            count += 1
            yield _document(held, f"{name_of(source)}:{count}", source, labels)
            held = []
        if not isinstance(one, _Start):
            held.append(one)
    if held:
        count += 1
        yield _document(held, f"{name_of(source)}:{count}", source, labels)
    if not filled:
        raise nothing_in(source, "it has no line of token, tab and tag")


def _sentences(stream: BinaryIO, source: str) -> Iterator[list[Row] | RecordError | _Start]:
    rows: list[Row] = []
    broken: RecordError | None = None
    for number, raw in raw_lines(stream, source):
        if raw.strip() and broken is None:
            try:
                rows.append(_row(decoded(raw, "", number), number))
            except RecordError as error:
                broken = error
            if rows and rows[-1][1] == _START:
                rows.pop()
                yield _Start()
        elif not raw.strip():
            if broken:
                yield placed(broken, source, "")
            elif rows:
                yield rows
            rows, broken = [], None
    if broken:
        yield placed(broken, source, "")
    elif rows:
        yield rows


def _row(line: str, number: int) -> Row:
    cells = line.split("\t") if "\t" in line else line.split()
    token, tag = cells[0], cells[-1].strip()
    known = tag == "O" or (tag[:2] in ("B-", "I-", "S-", "E-", "L-", "U-") and len(tag) > 2)
    if len(cells) < 2 or not token.strip() or not known:
        hint = "a line is a token, a tab and a tag: O, B-TYPE or I-TYPE"
        raise RecordError(f"no token and tag: {line[:40]!r}", where=f"line {number}", hint=hint)
    return number, token, tag


def _document(
    sentences: list[list[Row]], id_: str, source: str, labels: Mapping[str, str] | None
) -> Document | RecordError:
    text = "\n".join(" ".join(token for _, token, _ in rows) for rows in sentences)
    spans: list[Span] = []
    at = 0
    for rows in sentences:
        opened: Span | None = None
        for number, token, tag in rows:
            end = at + len(token)
            mark, _, label = tag.partition("-")
            if opened is not None and mark in "IEL" and opened.label == label:
                opened = spans[-1] = Span(opened.id, label, ((opened.spans[0][0], end),), where=opened.where)
            elif label:
                opened = Span(f"e{len(spans) + 1}", label, ((at, end),), where=f"line {number}")
                spans.append(opened)
            else:
                opened = None
            if mark in "ESLU":
                opened = None
            at = end + 1
    try:
        return assemble({"id": id_, "title": "", "text": text}, spans, [], labels)
    except RecordError as error:
        return placed(error, source, f"line {sentences[0][0][0]}", id_)
