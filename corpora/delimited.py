"""CSV and TSV with named columns: one row a citation.

The first row names the columns, in any order and case: `id` (or `pmid`, `doi`, `s2id`), `title`, `abstract` (or
`text`), `year`, `journal`; the headings of Scopus and Web of Science exports are known too, and every other column
becomes metadata. Comma, tab and semicolon are told apart by the first row.

>>> import io
>>> [one.text for one in read(io.BytesIO(b"PMID,Title,Abstract\\n7,LNPs.,They work.\\n"), "x.csv")]
['LNPs.\\nThey work.']
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, BinaryIO, Final

from nanocart.corpora.jsonl import plain
from nanocart.corpora.lines import nothing_in, placed, raw_lines
from nanocart.errors import RecordError, SourceError, UsageError
from nanocart.schema import Document

HEADINGS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "id": ("id", "document id", "docid"),
        "pmid": ("pmid", "pubmed id", "pubmedid"),
        "doi": ("doi",),
        "s2id": ("s2id", "paperid", "corpusid"),
        "title": ("title", "article title", "titles", "ti"),
        "abstract": ("abstract", "abstract text", "abstracts", "ab"),
        "text": ("text",),
        "year": ("year", "publication year", "py"),
        "journal": ("journal", "journal/book", "source title"),
    }
)
"""What a column holds, to the headings by which it is recognised (in lower case, `_` read as a space)."""

# csv's own limit of 128 KiB is a setting of the whole process: it is lifted for the length of one call only.
_LIMIT: Final = min(sys.maxsize, 2**31 - 1)
_UNDECODABLE: Final = re.compile("[\udc80-\udcff]")


def read(
    stream: BinaryIO,
    source: str,
    *,
    delimiter: str | None = None,
    columns: Mapping[str, str] | None = None,
    quoted: bool = True,
) -> Iterator[Document | RecordError]:
    """One document a row; a row that cannot be read is yielded as its error, with the line on which it ends.

    `columns` names headings that are not recognised, `{"abstract": "Zusammenfassung"}`. `quoted=False` is for TSV whose
    quotation marks mean nothing. Raises `SourceError` where the source is empty or has no column of abstracts.
    """
    lines = _text_lines(stream, source)
    first = next((line for line in lines if line.strip()), None)
    if first is None:
        raise nothing_in(source)
    mark = delimiter or max("\t,;", key=first.count)
    rows = _Rows(_with_first(first, lines), mark, quoted)
    header = next(iter(rows), None)
    if not isinstance(header, list):
        raise SourceError(f"no row of column names: {header}", source=source, where="line 1")
    roles = _roles(header, columns or {}, source)
    for row in rows:
        if isinstance(row, RecordError):
            yield placed(row, source, f"line {rows.line}")
        elif any(cell.strip() for cell in row):
            yield _document(row, header, roles, source, rows.line)


class _Rows:
    """The rows of a delimited text, or in their place the error of one; `line` is the line on which the last ended."""

    def __init__(self, lines: Iterator[str], delimiter: str, quoted: bool) -> None:
        self._reader = csv.reader(
            lines, delimiter=delimiter, strict=True, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
        )

    @property
    def line(self) -> int:
        return self._reader.line_num

    def __iter__(self) -> Iterator[list[str] | RecordError]:
        while True:
            start = self.line + 1
            before = csv.field_size_limit(_LIMIT)
            try:
                row = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                hint = "a quotation mark inside a quoted cell is written twice"
                yield RecordError(f"the row that begins on line {start} is broken: {error}", hint=hint)
                continue
            finally:
                csv.field_size_limit(before)
            yield row


def _with_first(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _text_lines(stream: BinaryIO, source: str) -> Iterator[str]:
    for _, raw in raw_lines(stream, source):
        # A row may span lines, so undecodable bytes are carried into the row that they break.
        yield raw.decode("utf-8", "surrogateescape") + "\n"


def _roles(header: Sequence[str], columns: Mapping[str, str], source: str) -> dict[int, str]:
    """Column number to what it holds."""
    unknown = sorted(set(columns) - set(HEADINGS))
    if unknown:
        raise UsageError(f"no column is called {unknown[0]!r}", hint=f"nanocart knows: {', '.join(HEADINGS)}")
    folded = [" ".join(name.replace("_", " ").lower().split()) for name in header]
    found: dict[int, str] = {}
    for role, headings in HEADINGS.items():
        wanted = (" ".join(columns[role].replace("_", " ").lower().split()),) if role in columns else headings
        at = next((folded.index(name) for name in wanted if name in folded), None)
        if at is None and role in columns:
            raise SourceError(f"no column {columns[role]!r}", source=source, hint=f"it has: {', '.join(header)}")
        if at is not None:
            found.setdefault(at, role)
    if not {"abstract", "text"} & set(found.values()):
        listed = ", ".join(repr(name) for name in header[:20])
        hint = "name one column 'abstract' (or 'text'), and if possible 'pmid' (or 'id') and 'title'"
        raise SourceError(f"no column of abstracts among {listed}", source=source, where="line 1", hint=hint)
    return found


def _document(
    row: Sequence[str], header: Sequence[str], roles: Mapping[int, str], source: str, line: int
) -> Document | RecordError:
    try:
        if len(row) > len(header):
            problem = f"{len(row)} cells under {len(header)} column names"
            raise RecordError(problem, hint="put cells that hold the delimiter in quotation marks")
        if any(_UNDECODABLE.search(cell) for cell in row):
            raise RecordError("not UTF-8", hint="convert it: iconv -t UTF-8")
        data: dict[str, Any] = {}
        rest: dict[str, str] = {}
        for number, cell in enumerate(row):
            if cell and number in roles:
                data[roles[number]] = cell
            elif cell:
                rest.setdefault(header[number].strip() or f"column {number + 1}", cell)
        year = data.get("year", "").strip()
        if year.isdecimal():
            data["year"] = int(year)
        title, text = data.get("title", ""), data.get("text", "")
        # nanocart's own table of documents has the title within the text.
        if title and (text == title or text.startswith(title + "\n")):
            data["text"] = text[len(title) + 1 :]
        return plain(data | {"metadata": rest}, f"{source}:{line}")
    except RecordError as error:
        return placed(error, source, f"line {line}")
