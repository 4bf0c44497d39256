"""Writing documents to a file that has its final name only when it is whole.

The format follows the suffix, and so does the compression (`.gz`, `.xz`, `.zst`). A file is written under a hidden name
beside its final one and then renamed; when anything goes wrong it is removed, and an older file of that name stays.

>>> writer_for("out/findings.csv.gz").format.name, writer_for("corpus/").format.name
('csv', 'brat')
"""

from __future__ import annotations

import gzip
import io
import lzma
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from nanocart.corpora.formats import FORMATS, TABULAR, WRITABLE, Format, function, unknown_format
from nanocart.errors import NanocartError, UsageError
from nanocart.schema import Document

if TYPE_CHECKING:
    from nanocart.corpora.tables import Better, Names, Table

STDOUT: Final = "-"
_PACKED: Final = (".gz", ".xz", ".zst")
_WHOLE_FOLDER: Final = "brat"


@dataclass(frozen=True, slots=True)
class Writer:
    """Where documents are written and how. `path` is `-` for standard output."""

    path: str
    format: Format
    packed: str = ""

    @property
    def is_table(self) -> bool:
        """Whether the format holds one of the four tables instead of whole documents."""
        return self.format.name in TABULAR

    def write(
        self,
        documents: Iterable[Document],
        *,
        table: Table = "findings",
        excel: bool = False,
        names: Names | None = None,
        better: Better | None = None,
    ) -> None:
        """Write all documents, or nothing under the final name when an error or an interrupt ends them early.

        `table` is written by the tabular formats, with preferred names and a judgement by `names` and `better` (see
        `nanocart.corpora.tables.rows`); `excel` puts the mark in front by which Excel knows UTF-8.
        Raises `UsageError` where nothing can be written there, `NanocartError` where the disk fails.
        """
        options: dict[str, Any] = {"table": table, "names": names, "better": better} if self.is_table else {}
        if excel and self.format.name in ("csv", "tsv"):
            options["bom"] = True
        write = function(self.format.writer)
        try:
            if self.format.name == _WHOLE_FOLDER:
                with whole_folder(Path(self.path)) as folder:
                    write(documents, folder)
            elif self.path == STDOUT:
                write(documents, sys.stdout.buffer, **options)
                sys.stdout.buffer.flush()
            else:
                with whole_file(Path(self.path)) as file, _packing(file, self.packed) as stream:
                    write(documents, stream, **options)
        except BrokenPipeError:
            raise
        except OSError as error:
            problem = f"{self.path}: cannot be written: {error.strerror or error}"
            raise NanocartError(problem, hint="nothing was written") from error


def writer_for(path: str | os.PathLike[str], to: str | None = None) -> Writer:
    """The writer of a path: its format by suffix, or the one that `to` names.

    A folder (one that exists, or a name that ends with "/" or ".ann") is written as brat. Raises `UsageError` where the
    suffix names no format, and where the format and the path do not go together.
    """
    if to is not None and to not in WRITABLE:
        raise unknown_format(to, WRITABLE)
    name = os.fspath(path)
    packed = next((suffix for suffix in _PACKED if name.lower().endswith(suffix)), "")
    bare = name[: len(name) - len(packed)]
    is_folder = name.endswith(("/", os.sep)) or Path(name).is_dir()
    found = to or (_WHOLE_FOLDER if is_folder else _by_suffix(Path(bare).suffix.lower(), name))
    if is_folder and found != _WHOLE_FOLDER:
        raise UsageError(f"{name} is a folder", hint="name a file in it")
    if found == _WHOLE_FOLDER and (name == STDOUT or packed):
        raise UsageError("brat is a folder of files", hint="name a folder: -o corpus/")
    if found == "parquet" and packed:
        raise UsageError("Parquet is compressed in itself", hint=f"name it {bare}")
    return Writer(name, FORMATS[found], packed)


def _by_suffix(suffix: str, name: str) -> str:
    found = next((one.name for one in FORMATS.values() if suffix and suffix in one.suffixes), None)
    if found in WRITABLE and found is not None:
        return found
    if name == STDOUT:
        return "jsonl"
    known = ", ".join(suffix for one in FORMATS.values() if one.writer for suffix in one.suffixes[:1])
    what = f"{name}: {FORMATS[found].title} can only be read" if found else f"{name}: its suffix names no format"
    raise UsageError(what, hint=f"use one of {known}, or --to {', '.join(WRITABLE)}")


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name when the block ends well, and not at all when it does not."""
    if path.exists() and not path.is_file() and not path.is_dir():
        with path.open("wb") as device:  # /dev/stdout, a named pipe: there is nothing to replace
            yield device
        return
    final = Path(os.path.realpath(path))  # a link stays a link
    half = final.with_name(f".{final.name}.{os.getpid()}.part")
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        file = half.open("wb")
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with file:
            yield file
        half.replace(final)
    except BaseException:  # an interrupt too
        half.unlink(missing_ok=True)
        raise


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A folder that appears under its name when the block ends well; one that exists must be empty."""
    final = Path(os.path.realpath(path))
    try:
        if final.is_dir() and any(final.iterdir()):
            raise UsageError(f"{path} is not empty", hint="name a new folder, so that old and new files do not mix")
        half = final.with_name(f".{final.name}.{os.getpid()}.part")
        half.mkdir(parents=True)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        yield half
        half.replace(final)
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise


def _unwritable(path: Path, error: OSError) -> UsageError:
    return UsageError(f"{path}: cannot be written: {error.strerror}", hint="check the folder and its permissions")


@contextmanager
def _packing(file: BinaryIO, packed: str) -> Iterator[BinaryIO]:
    if packed == ".gz":
        # Without name and time in the header the same content gives the same file.
        with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as stream:
            yield cast(BinaryIO, stream)
    elif packed == ".xz":
        with lzma.LZMAFile(file, "wb") as stream:
            yield cast(BinaryIO, stream)
    elif packed == ".zst":
        import zstandard

        raw = zstandard.ZstdCompressor().stream_writer(file, closefd=False)
        with io.BufferedWriter(cast(Any, raw)) as stream:  # without it every line would be handed over by itself
            yield cast(BinaryIO, stream)
    else:
        yield file
