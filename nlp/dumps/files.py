"""The files of a PubMed dump, in the order in which NLM wants them read.

Their names carry a year and a running number, first those of the yearly baseline, then those of the daily updates
(https://pubmed.ncbi.nlm.nih.gov/download/). A later file overrules what an earlier one says of the same citation.

>>> DumpFile.of("dump/pubmed26n0001.xml.gz").number
1
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final, cast

from nanocart.corpora.sources import expand
from nanocart.dumps.checksums import md5_in, md5_read
from nanocart.errors import SourceError, UsageError

NAME: Final = re.compile(r"(?P<name>pubmed(?P<year>\d\d)n(?P<number>\d{4,6}))\.xml(?:\.gz)?")
_CHECKSUM: Final = ".md5"


@dataclass(frozen=True, slots=True, order=True)
class DumpFile:
    """One file: its year and number, its name without suffixes, and where it lies (a path, or a URI such as s3://)."""

    year: int
    number: int
    name: str
    path: str

    @classmethod
    def of(cls, path: str) -> DumpFile:
        """The file of that path. Raises `SourceError` where its name is not one of NLM's."""
        found = NAME.fullmatch(_without_options(path)[0].rpartition("/")[2])
        if not found:
            raise SourceError(
                "is not named as the files of a dump are, so its place among them is not known",
                source=path,
                hint="pubmed26n0001.xml.gz, for instance; 'nanocart screen' and 'nanocart extract' read any name",
            )
        return cls(int(found["year"]), int(found["number"]), found["name"], path)

    def opened(self) -> BinaryIO:
        """The file's bytes as they lie. Raises `OSError`."""
        if "://" not in self.path:
            return Path(self.path).open("rb")
        from pyarrow.fs import FileSystem  # type: ignore[import-untyped]

        system, path = FileSystem.from_uri(self.path)
        return cast(BinaryIO, system.open_input_file(path))

    def state(self) -> tuple[int, int]:
        """Its size in bytes, and when it was last changed, in nanoseconds. Raises `OSError`."""
        if "://" not in self.path:
            said = Path(self.path).stat()
            return said.st_size, said.st_mtime_ns
        from pyarrow.fs import FileSystem

        system, path = FileSystem.from_uri(self.path)
        info = system.get_file_info(path)
        return info.size, info.mtime_ns or 0

    def digest(self) -> str:
        """The MD5 of its bytes. Raises `OSError`."""
        with self.opened() as stream:
            return md5_read(stream)

    def checksum(self) -> str | None:
        """The MD5 that the file beside it states, or None where there is none; "" where that file is broken."""
        try:
            where, options = _without_options(self.path)
            with replace(self, path=where + _CHECKSUM + options).opened() as stream:
                text = stream.read(1000).decode("ascii", "replace")
        except OSError:
            return None
        return md5_in(text) or ""


def listed(inputs: Iterable[str]) -> Iterator[DumpFile | SourceError]:
    """The files behind a mix of files, folders and patterns, in their order, after an error for each that is none.

    Raises `UsageError` where one name stands for two files, because only one of them can be meant.
    """
    found: dict[str, DumpFile] = {}
    for path in _paths(inputs):
        if isinstance(path, SourceError):
            yield path
        elif not _without_options(path)[0].endswith(_CHECKSUM):
            try:
                one = DumpFile.of(path)
            except SourceError as error:
                yield error
                continue
            if found.setdefault(one.name, one) != one:
                raise UsageError(f"two files are called {one.name}: {found[one.name].path} and {path}", hint="name one")
    yield from sorted(found.values())


def _without_options(path: str) -> tuple[str, str]:
    """A URI without what follows its question mark, and that; a path as it is."""
    at = path.find("?") if "://" in path else -1
    return (path, "") if at < 0 else (path[:at], path[at:])


def _paths(inputs: Iterable[str]) -> Iterator[str | SourceError]:
    for given in inputs:
        if "://" not in given:
            yield from expand([given])
            continue
        from pyarrow.fs import FileSelector, FileSystem, FileType

        scheme = given.partition("://")[0]
        try:
            system, path = FileSystem.from_uri(given)
            inside = system.get_file_info(path).type == FileType.Directory
            infos = system.get_file_info(FileSelector(path, recursive=True)) if inside else [system.get_file_info(path)]
        except (OSError, ValueError) as error:
            yield SourceError(f"cannot be listed: {error}", source=given, hint="check the address and its keys")
            continue
        options = _without_options(given)[1]
        for info in infos:
            if info.type == FileType.File:
                yield f"{scheme}://{info.path}{options}"
            elif info.type == FileType.NotFound:
                yield SourceError("no such file or folder", source=given, hint="check the address")
