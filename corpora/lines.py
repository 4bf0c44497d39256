"""A byte stream as numbered lines of UTF-8 text, shared by the readers whose records are lines."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from nanocart.errors import RecordError, SourceError


def raw_lines(stream: BinaryIO, source: str) -> Iterator[tuple[int, bytes]]:
    """Line numbers from 1 and the lines without their end (`\\n` or `\\r\\n`) and without a byte order mark.

    Raises `SourceError` where the stream is UTF-16.

    >>> import io
    >>> list(raw_lines(io.BytesIO(b"\\xef\\xbb\\xbfa\\r\\nb"), "x"))
    [(1, b'a'), (2, b'b')]
    """
    for number, raw in enumerate(stream, 1):
        if number == 1:
            refuse_utf16(raw, source)
        line = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
        # Only these two: a text may hold any other character that `str.splitlines` takes for a line end.
        yield number, line.removesuffix(b"\n").removesuffix(b"\r")


def refuse_utf16(start: bytes, source: str) -> None:
    """Raises `SourceError` where a source's first bytes are the mark of UTF-16."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise SourceError("this is UTF-16, not UTF-8", source=source, hint="convert it: iconv -f UTF-16 -t UTF-8")


def decoded(raw: bytes, source: str, number: int) -> str:
    """The line as text. Raises `RecordError` that names the line and the byte where it is not UTF-8."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        where = f"line {number}, byte {error.start + 1}"
        raise RecordError("not UTF-8", source=source, where=where, hint="convert it: iconv -t UTF-8") from error


def nothing_in(source: str, what: str = "it is empty") -> SourceError:
    """The error of a source without a single record."""
    return SourceError(what, source=source, hint="check the file and its format")


def placed(error: RecordError, source: str, where: str, record: str = "") -> RecordError:
    """The same error, now saying in which source, where and in which record it happened."""
    spot = ", ".join(part for part in (where, error.where) if part)
    return RecordError(error.reason, source=source, where=spot, record=error.record or record, hint=error.hint)
