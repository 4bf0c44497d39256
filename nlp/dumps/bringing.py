"""One file of the dump: from what is here of it to the whole file under its name, as its MD5 says."""

from __future__ import annotations

import os
from pathlib import Path

from nanocart.corpora.saving import whole_file
from nanocart.dumps.checksums import md5_beside, md5_in, md5_of
from nanocart.dumps.downloading import Downloader
from nanocart.errors import SourceError


def part_of(path: Path) -> Path:
    """Where a file is until it is whole: hidden, so that nothing reads it as one of the folder's files."""
    return path.with_name(f".{path.name}.part")


def is_whole(path: Path) -> bool:
    """Whether `bring` has been here: a file and its MD5 lie beside each other only once they agreed."""
    return path.is_file() and md5_beside(path) is not None


def bring(line: Downloader, url: str, path: Path) -> bool:
    """Whether the file had to be fetched; afterwards it is there as the MD5 beside `url` says, with its .md5.

    A file that is there and has another MD5 is taken for a part of the right one. Where what was fetched has another
    MD5, both are fetched anew, once. Raises `SourceError` where the server fails for good or the MD5s do not agree in
    the end, `OSError` where the disk fails.
    """
    part, beside = part_of(path), path.with_name(f"{path.name}.md5")
    for fresh in (False, True):
        said = line.text(f"{url}.md5")
        wanted = md5_in(said)
        if wanted is None:
            raise SourceError("states no MD5", source=f"{url}.md5", hint="start again later")
        if path.exists():
            if md5_of(path) == wanted:
                _write(beside, said)
                return False
            beside.unlink(missing_ok=True)
            path.replace(part)
        with part.open("ab") as file:
            if fresh:
                file.truncate(0)
            if not os.fstat(file.fileno()).st_size or md5_of(part) != wanted:
                line.download(url, file)
            file.flush()
            os.fsync(file.fileno())  # a name that outlives a power cut has to have its bytes
        if md5_of(part) == wanted:
            _write(beside, said)
            part.replace(path)
            return True
    part.unlink()
    raise SourceError("has not the MD5 that its .md5 states, twice", source=url, hint="start again later")


def _write(path: Path, text: str) -> None:
    with whole_file(path) as file:
        file.write(text.encode())
