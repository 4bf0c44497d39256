"""What a run keeps of each dump file: the documents that matched, read, and what the file says of every citation.

A part depends on its file alone, so that parts can be made in any order, on any machine, and again. `NAME.jsonl.zst`
has the documents with their text and all that was found in them, `NAME.seen.parquet` the sightings
(`nanocart.screen.sightings`), `NAME.skipped.jsonl` what could not be read, if anything.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from nanocart.corpora import jsonl
from nanocart.dumps.store import Store
from nanocart.errors import RecordError, SourceError
from nanocart.schema import Document
from nanocart.screen.sightings import Sighting

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

FOLDER: Final = "parts"
_DOCUMENTS: Final = ".jsonl.zst"
_SEEN: Final = ".seen.parquet"
_SKIPPED: Final = ".skipped.jsonl"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that could not be read, and why."""

    file: str
    where: str
    record: str
    reason: str
    hint: str

    @classmethod
    def of(cls, file: str, error: RecordError | SourceError) -> Skipped:
        """What an error says."""
        return cls(file, error.where, getattr(error, "record", ""), error.reason, error.hint)


def documents(store: Store, name: str) -> Iterator[Document]:
    """The documents of a part, in the order of its file. Raises `SourceError` where the part is damaged."""
    import zstandard

    source = f"{store.where}/{FOLDER}/{name}{_DOCUMENTS}"
    try:
        data = zstandard.ZstdDecompressor().decompress(store.read(f"{FOLDER}/{name}{_DOCUMENTS}"))
    except (OSError, zstandard.ZstdError) as error:
        raise SourceError(f"is damaged: {error}", source=source, hint="remove it, and run again") from error
    for one in jsonl.read(io.BytesIO(data), source) if data else ():
        if isinstance(one, RecordError):
            raise SourceError(one.reason, source=source, where=one.where, hint="remove it, and run again")
        yield one


def write_documents(store: Store, name: str, found: Iterable[Document]) -> str:
    """Write a part's documents; returns the hash (SHA-256) of what was written."""
    import zstandard

    stream = io.BytesIO()
    jsonl.write(found, stream)
    data = stream.getvalue()
    store.write(f"{FOLDER}/{name}{_DOCUMENTS}", zstandard.ZstdCompressor(level=10).compress(data))
    return hashlib.sha256(data).hexdigest()


def write_sightings(store: Store, name: str, sightings: list[Sighting]) -> None:
    """Write what a file says of each of its citations."""
    import pyarrow as pa
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    pmids, versions, states = zip(*sightings, strict=True) if sightings else ((), (), ())
    columns = {
        "pmid": pa.array(pmids, pa.int64()),
        "version": pa.array(versions, pa.int16()),
        "state": pa.array([int(one) for one in states], pa.int8()),
    }
    stream = io.BytesIO()
    encodings = dict.fromkeys(("pmid",), "DELTA_BINARY_PACKED")
    pq.write_table(
        pa.table(columns), stream, compression="zstd", use_dictionary=["version", "state"], column_encoding=encodings
    )
    store.write(f"{FOLDER}/{name}{_SEEN}", stream.getvalue())


def sightings(store: Store, name: str) -> pa.Table:
    """What a file says of each of its citations, in its order: pmid, version, state."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(io.BytesIO(store.read(f"{FOLDER}/{name}{_SEEN}")))
    except (OSError, pa.ArrowException) as error:
        source = f"{store.where}/{FOLDER}/{name}{_SEEN}"
        raise SourceError(f"is damaged: {error}", source=source, hint="remove it, and run again") from error


def write_skipped(store: Store, name: str, skipped: list[Skipped]) -> None:
    """Write what could not be read of a file; nothing where there is nothing."""
    path = f"{FOLDER}/{name}{_SKIPPED}"
    if skipped:
        lines = (json.dumps(asdict(one), ensure_ascii=False) for one in skipped)
        store.write(path, "".join(f"{line}\n" for line in lines).encode())
    else:
        store.remove(path)


def skipped(store: Store, name: str) -> list[Skipped]:
    """What could not be read of a file."""
    try:
        lines = store.read(f"{FOLDER}/{name}{_SKIPPED}").decode().splitlines()
    except FileNotFoundError:
        return []
    return [Skipped(**json.loads(line)) for line in lines]


def whole(store: Store, name: str) -> bool:
    """Whether a part's files are there."""
    return store.has(f"{FOLDER}/{name}{_DOCUMENTS}") and store.has(f"{FOLDER}/{name}{_SEEN}")


def remove(store: Store, name: str) -> None:
    """Remove a part."""
    for suffix in (_DOCUMENTS, _SEEN, _SKIPPED):
        store.remove(f"{FOLDER}/{name}{suffix}")
