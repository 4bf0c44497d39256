"""Screening files: dumps by their raw bytes, everything else that nanocart reads by its text."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from nanocart.corpora.formats import read_documents
from nanocart.corpora.sources import STDIN, expand
from nanocart.errors import SourceError
from nanocart.schema import Document
from nanocart.screen.screening import Counts, Screen

try:
    from isal import igzip, isal_zlib
except ImportError:
    igzip = isal_zlib = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from nanocart.corpora.formats import Item

_GZIP: Final = b"\x1f\x8b"
_ASIDE: Final = (".md5",)
"""What lies beside the files of a dump."""
_XML: Final = (".xml", ".xml.gz")
_DAMAGES: list[type[Exception]] = [EOFError, zlib.error, gzip.BadGzipFile]
if isal_zlib:
    _DAMAGES.append(cast(Any, isal_zlib).error)
DAMAGES: Final = tuple(_DAMAGES)
"""What decompression raises where a file is cut off or damaged."""


def screened(inputs: Iterable[str], screen: Screen, counts: Counts) -> Iterator[Item]:
    """The matching documents of files and folders, deletions, and an error for each file or record that is broken.

    A file is screened by its raw bytes where its name ends in .xml or .xml.gz; others are read as `read_documents`
    does, and compared by their text.
    """
    for path in expand(inputs):
        if isinstance(path, SourceError):
            yield path
        elif path.endswith(_ASIDE):
            continue
        elif path != STDIN and path.lower().endswith(_XML):
            try:
                with opened(path) as stream:
                    yield from screen(stream, path, counts)
            except SourceError as error:
                yield error
            except (*DAMAGES, OSError) as error:  # type: ignore[misc]
                yield SourceError(damage(error), source=path, hint="fetch it anew, and compare its MD5")
        else:
            for one in read_documents([path]):
                if not isinstance(one, Document):
                    yield one
                    continue
                counts.records += 1
                counts.raw += 1
                if screen.query.matches(one.text):
                    counts.matched += 1
                    yield one


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """A file's bytes, decompressed where it is gzip: by isal where it is installed, which is some three times as quick.

    Raises `SourceError` where the file cannot be opened or is empty.
    """
    try:
        file = Path(path).open("rb", buffering=0)  # noqa: SIM115 (closed below)
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", source=path, hint="check the path") from error
    with file, decompressed(cast(BinaryIO, file), path) as stream:
        yield stream


@contextmanager
def decompressed(file: BinaryIO, path: str) -> Iterator[BinaryIO]:
    """A stream's bytes, decompressed where it is gzip; it has to be able to go back to its start.

    Raises `SourceError` where it is empty. Reading it raises one of `DAMAGES` where it is damaged.
    """
    head = file.read(2)
    file.seek(0)
    if not head:
        raise SourceError("is empty", source=path, hint="fetch it anew")
    if head != _GZIP:
        yield file
        return
    with cast(Any, igzip or gzip).open(file) as stream:
        yield stream


def damage(error: BaseException) -> str:
    """What is wrong with a file whose decompression raised one of `DAMAGES`."""
    return "is cut off: what came before was screened" if isinstance(error, EOFError) else f"damaged: {error}"
