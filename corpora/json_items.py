"""The items of one JSON array inside a JSON text, one at a time, so that a collection need not fit into memory.

>>> import io
>>> list(items(io.BytesIO(b'{"source": "x", "documents": [{"id": 1}, {"id": 2}]}'), "x", ("documents",), "id"))
[{'id': 1}, {'id': 2}]
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO, Final

from nanocart.corpora.lines import nothing_in, refuse_utf16
from nanocart.errors import SourceError

_CHUNK: Final = 1 << 20
_WHITE: Final = " \t\n\r"
# An error this near to the end of what has been read may only mean that the rest is still to come.
_TAIL: Final = 16


def items(stream: BinaryIO, source: str, arrays: Collection[str], mark: str) -> Iterator[Any]:
    """The items of the arrays that `arrays` names, wherever the top level or a top-level list holds an object of them.

    An object that has the key `mark` before any of those is an item itself. Several JSON texts may follow each other.
    Raises `SourceError` where the text is empty, cut short or no JSON.
    """
    yield from _Scanner(stream, source, arrays, mark).run()


class _Scanner:
    def __init__(self, stream: BinaryIO, source: str, arrays: Collection[str], mark: str) -> None:
        self.stream, self.source, self.arrays, self.mark = stream, source, arrays, mark
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.json = json.JSONDecoder()
        self.buffer, self.at, self.dropped, self.ended = "", 0, 0, False

    def run(self) -> Iterator[Any]:
        first = self._peek()
        if not first:
            raise nothing_in(self.source)
        while (sign := self._peek()) and sign in "[{":
            if sign == "[":
                self.at += 1
                yield from self._list(self._object)
            else:
                yield from self._object()
        if sign:
            raise self._error(f"JSON of a list or an object is needed, not {sign!r}")

    def _list(self, each: Any) -> Iterator[Any]:
        """What `each` yields for every item, from after the opening bracket to after the closing one."""
        if self._peek() == "]":
            self.at += 1
            return
        while True:
            yield from each()
            sign = self._peek()
            self.at += 1
            if sign == "]":
                return
            if sign != ",":
                raise self._error("a comma or a closing bracket is missing" if sign else "it is cut short")

    def _item(self) -> Iterator[Any]:
        yield self._value()

    def _object(self) -> Iterator[Any]:
        """The items within one object, or the object itself where it is one."""
        if self._peek() != "{":
            yield self._value()
            return
        start = self.dropped + self.at
        self.at += 1
        while self._peek(keep=start) != "}":
            key = self._value(keep=start)
            if self._peek(keep=start) != ":":
                raise self._error("a colon is missing" if self._peek() else "it is cut short")
            self.at += 1
            if key == self.mark:
                self.at = start - self.dropped
                yield self._value()
                return
            if key in self.arrays and self._peek(keep=start) == "[":
                self.at += 1
                yield from self._list(self._item)
                start = self.dropped + self.at
            else:
                self._value(keep=start)
            sign = self._peek(keep=start)
            if sign == ",":
                self.at += 1
            elif sign != "}":
                raise self._error("a comma or a closing brace is missing" if sign else "it is cut short")
        self.at += 1

    def _peek(self, keep: int | None = None) -> str:
        """The next character that is not white space, "" at the end."""
        while True:
            while self.at < len(self.buffer) and self.buffer[self.at] in _WHITE:
                self.at += 1
            if self.at < len(self.buffer):
                return self.buffer[self.at]
            if not self._more(_CHUNK, keep):
                return ""

    def _value(self, keep: int | None = None) -> Any:
        self._peek(keep)
        size = _CHUNK
        while True:
            try:
                value, end = self.json.raw_decode(self.buffer, self.at)
            except RecursionError as error:
                raise self._error("nested too deeply") from error
            except json.JSONDecodeError as error:
                early = error.pos < len(self.buffer) - _TAIL and not error.msg.startswith("Unterminated")
                if early or not self._more(size, keep):
                    self.at = error.pos
                    raise self._error("it is cut short" if not early else error.msg) from error
                size *= 2
                continue
            # A number at the very end may go on.
            if end < len(self.buffer) or not self._more(size, keep):
                self.at = end
                return value

    def _more(self, size: int, keep: int | None) -> bool:
        """Reads on, forgetting what lies before `keep` (a place in the whole text) or before here."""
        if self.ended:
            return False
        data = self.stream.read(size)
        if not self.dropped and not self.buffer:
            refuse_utf16(data[:2], self.source)
            data = data.removeprefix(codecs.BOM_UTF8)
        self.ended = not data
        try:
            text = self.decoder.decode(data, final=self.ended)
        except UnicodeDecodeError as error:
            raise self._error(f"not UTF-8: {error.reason}") from error
        cut = self.at if keep is None else keep - self.dropped
        self.buffer = self.buffer[cut:] + text
        self.at -= cut
        self.dropped += cut
        return bool(text) or not self.ended

    def _error(self, problem: str) -> SourceError:
        where = f"character {self.dropped + self.at + 1}"
        return SourceError(problem, source=self.source, where=where, hint="the documents before it were read")
