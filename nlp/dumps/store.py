"""A folder that a run writes to, here or in an object store, in which every file is whole or is not there.

>>> import tempfile
>>> store = Store(tempfile.mkdtemp())
>>> store.write("parts/one", b"1"); store.read("parts/one"), store.names("parts")
(b'1', ['one'])
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nanocart.errors import NanocartError, UsageError

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem  # type: ignore[import-untyped]

_HALF: Final = ".part"
_LOCK: Final = ".lock"
_PATIENCE: Final = 2.0
"""Seconds for which a lock is waited for: those that the workers of a killed run need to follow it."""


def located(where: str) -> tuple[FileSystem, str]:
    """The file system of a path or a URI, and the path in it. Raises `ValueError` or `OSError` for a wrong URI."""
    from pyarrow.fs import FileSystem, LocalFileSystem

    if "://" not in where:
        return LocalFileSystem(), str(Path(where).resolve())
    system, root = FileSystem.from_uri(where)
    return system, root


class Store:
    """Files by name below a path or a URI that pyarrow knows (s3://, gs://, file://).

    Raises `UsageError` where a URI has an unknown scheme; its methods raise `OSError`.
    """

    def __init__(self, where: str | os.PathLike[str]) -> None:
        self.where = os.fspath(where)
        self._open()

    def _open(self) -> None:
        from pyarrow.fs import LocalFileSystem

        try:
            self._system, self._root = located(self.where)
        except (ValueError, OSError) as error:
            raise UsageError(f"{self.where}: {error}", hint="a folder, or an address such as s3://...") from error
        self.local = Path(self._root) if isinstance(self._system, LocalFileSystem) else None

    def __getstate__(self) -> str:
        return self.where

    def __setstate__(self, where: str) -> None:
        self.where = where
        self._open()

    def read(self, name: str) -> bytes:
        """A file's bytes. Raises `FileNotFoundError` where it is not there."""
        with self._system.open_input_file(f"{self._root}/{name}") as stream:
            data: bytes = stream.read()
        return data

    def has(self, name: str) -> bool:
        """Whether a file is there."""
        from pyarrow.fs import FileType

        return bool(self._system.get_file_info(f"{self._root}/{name}").type == FileType.File)

    def names(self, folder: str) -> list[str]:
        """The names of the files in a folder, sorted; half-written ones are none."""
        from pyarrow.fs import FileSelector, FileType

        infos = self._system.get_file_info(FileSelector(f"{self._root}/{folder}", allow_not_found=True))
        return sorted(one.base_name for one in infos if one.type == FileType.File and not one.base_name.startswith("."))

    def write(self, name: str, data: bytes) -> None:
        """Write a file, or leave what was there: an object store shows an object when it is whole."""
        if self.local is None:
            # pyarrow would pack what has a name such as .zst, a second time here.
            with self._system.open_output_stream(f"{self._root}/{name}", compression=None) as stream:
                stream.write(data)
            return
        final = self.local / name
        half = final.with_name(f".{final.name}.{os.getpid()}{_HALF}")
        final.parent.mkdir(parents=True, exist_ok=True)
        try:
            half.write_bytes(data)
            half.replace(final)
        except BaseException:
            half.unlink(missing_ok=True)
            raise

    def remove(self, name: str) -> None:
        """Remove a file where it is there."""
        if self.has(name):
            self._system.delete_file(f"{self._root}/{name}")

    def tidy(self) -> None:
        """Remove what a killed run has left half written."""
        if self.local is not None and self.local.is_dir():
            for one in self.local.rglob(f".*{_HALF}"):
                one.unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """The folder for oneself; the lock ends with its process. An object store has no locks: none is taken there.

        Raises `NanocartError` where another run has it.
        """
        if self.local is None:
            yield
            return
        self.local.mkdir(parents=True, exist_ok=True)
        with (self.local / _LOCK).open("w") as file:
            _lock(file, self.where)
            yield


def _lock(file: Any, where: str) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as error:
            if time.monotonic() > end:
                raise NanocartError(f"another run is writing to {where}", hint="wait for it, or stop it") from error
            time.sleep(0.05)
