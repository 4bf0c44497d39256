"""JSON Lines: nanocart's native format, one document a line, and the plain shape of a citation.

The native object is described by `nanocart/data/document.schema.json` and has "id" and "text". Everything else is read
as a plain citation, `{"pmid" | "doi" | "s2id" | "id", "title", "abstract", "year", "journal", ...}`, whose further keys
become metadata. The text of such a record is title, newline, abstract.

>>> import io
>>> [document.id for document in read(io.BytesIO(b'{"pmid": 7, "title": "LNPs.", "abstract": "They work."}'), "x")]
['7']
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, Final

from nanocart.corpora.lines import decoded, nothing_in, placed, raw_lines
from nanocart.errors import RecordError
from nanocart.schema import Document

IDENTIFIERS: Final = ("id", "pmid", "doi", "s2id")
"""The keys that name a record, the first one that is filled counting."""
_ANNOTATIONS: Final = ("entities", "relations", "findings", "study")


def read(stream: BinaryIO, source: str) -> Iterator[Document | RecordError]:
    """One document a line; blank lines are passed over, a line that cannot be read is yielded as its error.

    Raises `SourceError` where there is no line at all.
    """
    number = 0
    filled = False
    for number, raw in raw_lines(stream, source):
        if raw.strip():
            filled = True
            yield _record(raw, source, number)
    if not filled:
        raise nothing_in(source)


def write(documents: Iterable[Document], stream: BinaryIO) -> None:
    """One native object a line, UTF-8, nothing lost.

    >>> import io
    >>> out = io.BytesIO(); write([Document.of("1", "LNPs.", "")], out); out.getvalue()[:11]
    b'{"id": "1",'
    """
    for document in documents:
        stream.write(json.dumps(document.to_json(), ensure_ascii=False).encode("utf-8") + b"\n")


def parse(text: str) -> Any:
    """A JSON value. Raises `RecordError` where it is none, or holds NaN, infinity or half of a surrogate pair."""
    try:
        value = _DECODER.decode(text)
        if "\\ud" in text.lower():
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise RecordError("half of a surrogate pair stands alone", hint="write the text as UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise RecordError(f"no JSON: {error}", hint="one JSON object a line") from error
    return value


def plain(data: Mapping[str, Any], fallback: str) -> Document:
    """The document of a plain citation; `fallback` is its id where none of `IDENTIFIERS` is filled.

    Raises `RecordError` where title and abstract are not strings or are both empty.
    """
    title, abstract = data.get("title") or "", data.get("abstract") or data.get("text") or ""
    named = next((str(data[key]) for key in IDENTIFIERS if data.get(key)), "")
    if not isinstance(title, str) or not isinstance(abstract, str):
        raise RecordError("title and abstract must be strings", record=named)
    if not (title + abstract).strip():
        raise RecordError("no title and no abstract", record=named, hint='name them "title" and "abstract"')
    inner = data.get("metadata")
    metadata = dict(inner) if isinstance(inner, dict) else {}
    taken = {"id", "title", "abstract", "text", "metadata", *_ANNOTATIONS}
    metadata |= {key: value for key, value in data.items() if key not in taken}
    metadata |= {key: str(metadata[key]) for key in IDENTIFIERS if metadata.get(key)}
    joined = "\n".join(part for part in (title, abstract) if part)
    whole = {"id": named or fallback, "title": title, "text": joined, "metadata": metadata}
    return from_json(whole | {key: data[key] for key in _ANNOTATIONS if key in data})


def from_json(data: Mapping[str, Any]) -> Document:
    """`Document.from_json`, for data of any shape: whatever is wrong with it is a `RecordError`."""
    try:
        return Document.from_json(data)
    except (TypeError, ValueError, AttributeError, KeyError, IndexError) as error:
        raise RecordError(f"not a nanocart document: {error}", record=str(data.get("id", ""))) from error


def _record(raw: bytes, source: str, number: int) -> Document | RecordError:
    try:
        text = decoded(raw, source, number)
    except RecordError as error:
        return error
    try:
        data = parse(text)
        if not isinstance(data, dict):
            raise RecordError(f"a JSON object is needed, not {type(data).__name__}")
        native = "text" in data and data.get("id") not in (None, "")
        return from_json(data) if native else plain(data, f"{source}:{number}")
    except RecordError as error:
        return placed(error, source, f"line {number}")


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse)
