"""Opening inputs: files, folders, globs, standard input, compressed files and tar archives, as named byte streams.

Compression (gzip, xz, zstd) and tar archives are recognised by their first bytes, never by their suffix, and nested
(a `.xml.gz` inside a `.tar.xz`). Everything streams: memory does not grow with the size of an input.

>>> for one in open_sources(["baseline/", "extra.tar.xz", "-"]):  # doctest: +SKIP
...     print(one)
"""

from __future__ import annotations

import errno
import glob
import gzip
import io
import lzma
import os
import sys
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final, cast

import zstandard

from nanocart.errors import SourceError

STDIN: Final = "-"
"""The input that stands for standard input."""
COMPRESSION_SUFFIXES: Final = (".gz", ".xz", ".zst")

_HEAD: Final = 8192  # what the first read gathers, so that one `peek` shows enough to recognise a format
_DEPTH: Final = 4  # archives in archives: enough for .xml.gz in .tar.xz, too few for an archive that holds itself
_ZSTD_STEP: Final = 256  # compressed bytes fed at once: bounds what one step of a decompression bomb can yield


_DAMAGED: Final[tuple[type[Exception], ...]] = (
    EOFError, OSError, zlib.error, lzma.LZMAError, zstandard.ZstdError, tarfile.TarError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """One named byte stream, already decompressed. It is open until the next source is asked for.

    `name` is the path as given, `-` for standard input, or `archive.tar.xz!member`; `stream.peek(n)` shows the first
    bytes without taking them. Reading a damaged or truncated source raises `SourceError`.
    """

    name: str
    stream: io.BufferedReader

    @property
    def suffix(self) -> str:
        """The suffix in lower case under any compression suffix: `.xml` for `a.XML.gz`, "" where there is none."""
        path = PurePosixPath(self.name.lower())
        return (path.with_suffix("") if path.suffix in COMPRESSION_SUFFIXES and path.stem else path).suffix


def open_sources(
    inputs: Iterable[str | os.PathLike[str]], *, stdin: BinaryIO | None = None
) -> Iterator[Source | SourceError]:
    """The sources of a mix of files, folders, globs and `-`, in the order given; folders in sorted order.

    Hidden files (a dot in front) are left out of folders and archives. An input that cannot be opened (missing,
    unreadable, empty, a folder without files, a damaged archive) is yielded as a `SourceError`, and the rest goes on.
    """
    for path in expand(inputs):
        if isinstance(path, SourceError):
            yield path
        elif path == STDIN:
            yield from _open(stdin or sys.stdin.buffer, STDIN)
        else:
            try:
                file = Path(path).open("rb", buffering=0)  # noqa: SIM115 (closed by `with file` below)
            except OSError as error:
                yield _unreadable(path, error)
                continue
            with file:
                yield from _open(cast(BinaryIO, file), path)


def expand(inputs: Iterable[str | os.PathLike[str]]) -> Iterator[str | SourceError]:
    """The file names behind a mix of files, folders and globs, unopened; `-` stays `-`.

    >>> list(expand(["-"]))
    ['-']
    """
    for given in inputs:
        name = os.fspath(given)
        if name == STDIN:
            yield name
        elif os.path.lexists(name):
            yield from _files(name)
        elif glob.has_magic(name):
            found = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 (Path.glob takes no absolute pattern)
            if "**" in name:  # which has gone down into the folders already
                found = [one for one in found if not Path(one).is_dir()]
            if not found:
                yield SourceError("no file matches", source=name, hint="check the folder and the pattern")
            for one in found:
                yield from _files(one)
        else:
            yield SourceError("no such file or folder", source=name, hint="check the path")


def _files(name: str) -> Iterator[str | SourceError]:
    if not Path(name).is_dir():
        yield name
        return
    empty = True
    for one in _walk(name):
        empty = False
        yield one
    if empty:
        yield SourceError("the folder holds no files", source=name, hint="hidden files are left out")


def _walk(folder: str) -> Iterator[str | SourceError]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        yield _unreadable(folder, error)
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path)
        elif entry.is_file() or (entry.is_symlink() and not entry.is_dir()):
            yield entry.path  # but no link to a folder, which may lead round in a circle


def _unreadable(name: str, error: OSError) -> SourceError:
    hints = {
        errno.EACCES: "its permissions do not let this user read it",
        errno.ENOENT: "it is a link to nothing, or was removed meanwhile",
    }
    return SourceError(f"cannot be read: {error.strerror or error}", source=name, hint=hints.get(error.errno or 0, ""))


def _open(raw: BinaryIO, name: str, depth: int = 0) -> Iterator[Source | SourceError]:
    """The sources in one byte stream: itself, what it holds compressed, or the members of the archive that it is."""
    stream = cast(io.BufferedReader, io.BufferedReader(_Guard(raw, name), 1 << 17))
    try:
        head = stream.peek(512)
        decompress = next((opener for magic, opener in _OPENERS if head.startswith(magic)), None)
        is_tar = head[257:262] == b"ustar"
        if not head:
            yield SourceError("is empty", source=name, hint="nothing was read from it")
        elif depth >= _DEPTH and (decompress or is_tar):
            yield SourceError(f"is packed more than {_DEPTH} times over", source=name, hint="unpack it by hand")
        elif decompress:
            yield from _open(decompress(cast(BinaryIO, stream)), name, depth + 1)
        elif is_tar:
            yield from _members(stream, name, depth)
        elif head.startswith(b"PK\x03\x04"):
            yield SourceError("is a zip archive", source=name, hint="unpack it first, or pack it as .tar.gz")
        else:
            yield Source(name, stream)
    except SourceError as error:
        yield error
    except _DAMAGED as error:
        yield _damage(name, 0, error)


def _members(stream: io.BufferedReader, name: str, depth: int) -> Iterator[Source | SourceError]:
    found = False
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        while (member := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined]  # otherwise the headers of all members stay in memory
            hidden = any(part.startswith(".") for part in PurePosixPath(member.name).parts if part not in (".", ".."))
            content = archive.extractfile(member) if member.isfile() and not hidden else None
            if content is not None:
                found = True
                yield from _open(cast(BinaryIO, content), f"{name}!{member.name.removeprefix('./')}", depth + 1)
    if not found:
        yield SourceError("the archive holds no files", source=name, hint="hidden files are left out")


def _damage(name: str, position: int, error: Exception) -> SourceError:
    where = f"byte {position} of its content" if position else ""
    cut = isinstance(error, EOFError) or "unexpected end of data" in str(error)
    reason = "is cut off: its compressed or archived data ends too early" if cut else f"is damaged: {error}"
    if isinstance(error, OSError) and error.errno:
        return SourceError(f"cannot be read: {error.strerror}", source=name, where=where)
    return SourceError(reason, source=name, where=where, hint="copy or download it again")


class _Guard(io.RawIOBase):
    """Turns the many errors of damaged data into one `SourceError` that says where it happened."""

    def __init__(self, raw: BinaryIO, name: str) -> None:
        # `read1` hands on what a pipe has so far instead of waiting for a full buffer.
        self._read: Callable[[int], bytes] = getattr(raw, "read1", raw.read)
        self._name = name
        self._position = 0
        self._error: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        got = b""
        try:
            while self._error is None:
                part = self._read(len(buffer) - len(got))
                got += part
                if not part or self._position or len(got) >= min(_HEAD, len(buffer)):
                    break
        except _DAMAGED as error:
            self._error = error  # told once what came before it has been read
        if self._error is not None and not got:
            raise _damage(self._name, self._position, self._error) from self._error
        buffer[: len(got)] = got
        self._position += len(got)
        return len(got)


class _Zstd(io.RawIOBase):
    """Frames of zstd, one after another; unlike zstandard's own reader it notices that the last one is cut off."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._frame: Any = None
        self._input = b""
        self._output = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._output:
            if not self._input:
                self._input = self._raw.read(_ZSTD_STEP)
                if not self._input and self._frame is not None:
                    raise EOFError
                if not self._input:
                    return 0
            if self._frame is None:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
            self._output = memoryview(self._frame.decompress(self._input))
            self._input = self._frame.unused_data
            if self._frame.eof:
                self._frame = None
        size = min(len(buffer), len(self._output))
        buffer[:size] = self._output[:size]
        self._output = self._output[size:]
        return size


_OPENERS: Final[tuple[tuple[bytes, Callable[[BinaryIO], BinaryIO]], ...]] = (
    # Not isal's gzip, twice as fast: of a file that is cut off it withholds what it has read last.
    (b"\x1f\x8b", lambda stream: cast(BinaryIO, gzip.GzipFile(fileobj=stream))),
    (b"\xfd7zXZ\x00", lambda stream: cast(BinaryIO, lzma.LZMAFile(stream))),  # noqa: SIM115
    (b"\x28\xb5\x2f\xfd", lambda stream: cast(BinaryIO, _Zstd(stream))),
)
