"""The manifest of a run: what has become of each dump file, a row each, whole on disk at any moment."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Final

from nanocart.dumps.store import Store
from nanocart.errors import SourceError

FILE: Final = "manifest.tsv"
DONE: Final = "done"
DAMAGED: Final = "damaged"
"""Read up to where the file is cut off."""
FAILED: Final = "failed"


@dataclass(frozen=True, slots=True)
class Entry:
    """What has become of a file.

    `size` (bytes), `changed` (nanoseconds) and `md5` are those of the file that was read; `bytes` of XML; `records`,
    how many of them the `raw` screen let through and how many `matched`; `reader` and `made` say by what its documents
    were read and which they are; `seconds` that it took.
    """

    name: str
    state: str
    reason: str = ""
    size: int = 0
    changed: int = 0
    md5: str = ""
    bytes: int = 0
    records: int = 0
    raw: int = 0
    matched: int = 0
    deletions: int = 0
    skipped: int = 0
    findings: int = 0
    reader: str = ""
    made: str = ""
    seconds: float = 0.0

    @property
    def kept(self) -> bool:
        """Whether the file has a part."""
        return self.state != FAILED


class Manifest:
    """The entries of a store by the file's name. Raises `SourceError` where its file is damaged."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.entries: dict[str, Entry] = {}
        try:
            text = store.read(FILE).decode()
        except FileNotFoundError:
            return
        kinds = {one.name: {"int": int, "float": float}.get(str(one.type), str) for one in fields(Entry)}
        try:
            for row in csv.DictReader(io.StringIO(text), delimiter="\t"):
                values: dict[str, Any] = {name: kinds[name](value) for name, value in row.items()}
                self.entries[values["name"]] = Entry(**values)
        except (KeyError, ValueError, TypeError) as error:
            source = f"{store.where}/{FILE}"
            raise SourceError(f"is damaged: {error}", source=source, hint="remove it: the dump is read anew") from error

    def __iter__(self) -> Iterator[Entry]:
        """The entries that have a part or a reason why not, in the order of the dump."""
        return iter(sorted(self.entries.values(), key=lambda one: one.name))

    def note(self, entry: Entry) -> None:
        """Set an entry, and write the manifest."""
        self.entries[entry.name] = entry
        self.write()

    def drop(self, name: str) -> None:
        """Forget an entry; `write` makes it so on disk."""
        self.entries.pop(name, None)

    def write(self) -> None:
        """Write the manifest."""
        stream = io.StringIO()
        names = [one.name for one in fields(Entry)]
        writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
        writer.writerow(names)
        writer.writerows([getattr(one, name) for name in names] for one in self)
        self.store.write(FILE, stream.getvalue().encode())
