"""The elements of one name in an XML stream, one at a time, with nothing expanded or fetched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from nanocart.corpora.lines import nothing_in
from nanocart.errors import SourceError

_CHUNK: Final = 1 << 16


def elements(stream: BinaryIO, source: str, tag: str) -> Iterator[str]:
    """Every `<tag>` as XML text, in order; memory does not grow with the stream.

    Raises `SourceError` where the stream is empty, where the XML is broken (after the elements before that place), and
    where it declares entities, which are never expanded.

    >>> import io
    >>> list(elements(io.BytesIO(b"<a><b>1</b><b/></a>"), "x", "b"))
    ['<b>1</b>', '<b/>']
    """
    from lxml import etree

    parser = etree.XMLPullParser(events=("end",), tag=tag, resolve_entities=False, no_network=True, load_dtd=False)
    first = True
    broken: etree.XMLSyntaxError | None = None
    while broken is None:
        data = stream.read(_CHUNK)
        if first and not data.strip():
            raise nothing_in(source)
        first = False
        try:
            if data:
                parser.feed(data)
            else:
                parser.close()
        except etree.XMLSyntaxError as error:
            broken = error
        for _, element in parser.read_events():
            yield _taken(element, source)
        if not data:
            break
    if broken is not None:
        where = f"line {broken.lineno}" if broken.lineno else ""
        hint = "the elements before it were read"
        raise SourceError(f"broken XML: {broken.msg}", source=source, where=where, hint=hint) from broken


def _taken(element: Any, source: str) -> str:
    """The element as text, and out of the tree with all that stands before it."""
    from lxml import etree

    declared = element.getroottree().docinfo.internalDTD
    if declared is not None and declared.entities():
        hint = "remove the <!ENTITY ...> lines"
        raise SourceError("it declares XML entities, which are refused", source=source, hint=hint)
    text: str = etree.tostring(element, encoding="unicode", with_tail=False)
    element.clear(keep_tail=False)
    while element.getprevious() is not None:
        del element.getparent()[0]
    return text
