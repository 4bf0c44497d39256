"""Plain text: a file is one document, or each of its paragraphs is.

The first line is the title where another line follows. Line ends become `\\n`, and blank lines around the text are
dropped: offsets count in the document's text, not in the file.

>>> import io
>>> [(one.id, one.title) for one in read(io.BytesIO(b"LNPs work.\\nWe show it."), "notes/a.txt")]
[('a', 'LNPs work.')]
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import BinaryIO, Final, Literal

from nanocart.corpora.lines import decoded, nothing_in, placed, raw_lines, refuse_utf16
from nanocart.errors import RecordError, SourceError
from nanocart.schema import Document

_SUFFIXES: Final = frozenset({".txt", ".text", ".gz", ".xz", ".zst", ".zstd", ".bz2"})
_BLANK: Final = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")


def read(
    stream: BinaryIO, source: str, *, split: Literal["file", "blank"] = "file"
) -> Iterator[Document | RecordError]:
    """The file as one document named after it, or with `split="blank"` one a paragraph, named `NAME:1`, `NAME:2`, ...

    Paragraphs are streamed; one that is not UTF-8 is yielded as its error. Raises `SourceError` where the file holds no
    text or, read as one document, is not UTF-8.
    """
    if split == "blank":
        yield from _paragraphs(stream, source)
        return
    data = stream.read()
    refuse_utf16(data[:2], source)
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        where, hint = f"byte {error.start + 1}", "convert it: iconv -t UTF-8"
        raise SourceError("not UTF-8", source=source, where=where, hint=hint) from error
    if not text.strip():
        raise nothing_in(source)
    yield of_text(text, name_of(source))


def write(documents: Iterable[Document], stream: BinaryIO) -> None:
    """The texts with one blank line between two, as `read(..., split="blank")` takes them.

    Lost: ids, metadata and annotations; blank lines within a text.

    >>> import io
    >>> out = io.BytesIO(); write([Document.of("1", "A.", "B."), Document.of("2", "C.", "")], out); out.getvalue()
    b'A.\\nB.\\n\\nC.\\n'
    """
    for number, document in enumerate(documents):
        text = _BLANK.sub("\n", _unix(document.text)).strip("\n")
        stream.write(("\n" if number else "").encode() + text.encode("utf-8") + b"\n")


def of_text(text: str, id: str) -> Document:
    """The document of a text whose first line is the title where another line follows.

    >>> of_text("A title.\\nA sentence.", "1").title, of_text("One line.", "1").title
    ('A title.', '')
    """
    text = _unix(text).strip()
    title, newline, _ = text.partition("\n")
    return Document(id, title if newline else "", text)


def name_of(source: str) -> str:
    """The name of a file without its folder and its endings `.txt`, `.gz`, ...; standard input (`-`) is `stdin`.

    >>> name_of("notes/10.1002.txt.gz"), name_of("a.tar!b.txt"), name_of("-")
    ('10.1002', 'b', 'stdin')
    """
    path = PurePosixPath(source.replace("\\", "/").rpartition("!")[2])  # the member of an archive
    while path.suffix.lower() in _SUFFIXES:
        path = path.with_suffix("")
    return "stdin" if path.name in ("", "-") else path.name


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _paragraphs(stream: BinaryIO, source: str) -> Iterator[Document | RecordError]:
    count, held, broken = 0, list[str](), list[RecordError]()

    def flush() -> Iterator[Document | RecordError]:
        if broken:
            yield placed(broken[0], source, "", record=f"{name_of(source)}:{count}")
        elif held:
            yield of_text("\n".join(held), f"{name_of(source)}:{count}")
        held.clear()
        broken.clear()

    for number, raw in raw_lines(stream, source):
        try:
            line = decoded(raw, source, number)
        except RecordError as error:
            count += not (held or broken)
            broken.append(error)
            continue
        if line.strip():
            count += not (held or broken)
            held.append(line)
        else:
            yield from flush()
    yield from flush()
    if not count:
        raise nothing_in(source)
