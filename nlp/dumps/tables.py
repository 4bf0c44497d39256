"""The tables of a result: made out of the parts, a file for each dump file whose records count, and what has changed.

Only what differs from the last time is written anew. `state.json`, written last, says what the tables are made of; a
run that is killed before has changed nothing that the next one does not make whole.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from nanocart.corpora.table_files import write_parquet
from nanocart.corpora.tables import TABLES
from nanocart.dumps import parts
from nanocart.dumps.current import Place, Withdrawal, by_file, current
from nanocart.dumps.store import Store
from nanocart.schema import Document

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

    from nanocart.corpora.tables import Better, Names

STATE: Final = "state.json"
_CURRENT: Final = "current-{:04}.parquet"
CHANGES: Final = "changes"
_MADE: Final = 1
"""Counts up when tables are made otherwise, so that they are made anew."""


@dataclass(slots=True)
class State:
    """What the tables of a store are made of: how many runs have changed them, and each file's mark."""

    run: int = 0
    year: int = 0
    documents: int = 0
    marks: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, store: Store) -> State:
        """The state of a store; a new one where there is none."""
        try:
            return cls(**json.loads(store.read(STATE)))
        except FileNotFoundError:
            return cls()

    def write(self, store: Store) -> None:
        """Write it."""
        said = {**asdict(self), "marks": dict(sorted(self.marks.items()))}
        store.write(STATE, json.dumps(said, indent=0).encode())


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of a citation that counts: where its record stands, and a hash of all that it gives."""

    place: Place
    hash: str


def make(
    store: Store,
    names: Sequence[str],
    made: Mapping[str, str],
    year: int,
    *,
    naming: tuple[Names, Better],
    told: Callable[[int, int], None] = lambda done, of: None,
) -> Counter[str]:
    """Make the tables out of the parts of these files, in order; returns how many citations were added, and so on.

    `made` are the hashes of the parts' documents, `naming` says what things are called. Raises `SourceError` where a
    part is damaged, `OSError` where nothing can be written.
    """
    before = State.read(store)
    _tidy(store, before)
    old = _rows(store, before.run)
    places, gone = current(names, lambda name: parts.sightings(store, name), old)
    wanted = by_file(places)
    marks = {name: _mark(made[name], wanted[name]) for name in names if name in wanted}
    if (marks, year) == (before.marks, before.year):
        return Counter()
    stale = [name for name in marks if marks[name] != before.marks.get(name)]
    hashes = {pmid: one.hash for pmid, one in old.items()}
    for number, name in enumerate(stale):
        told(number, len(stale))
        found = _counting(parts.documents(store, name), wanted[name])
        hashes |= {int(one.id): _hash(one) for one in found}
        for table in TABLES:
            stream = io.BytesIO()
            write_parquet(found, stream, table, names=naming[0], better=naming[1])
            store.write(f"{table}/{name}.parquet", stream.getvalue())
    for name in before.marks.keys() - marks.keys():
        for table in TABLES:
            store.remove(f"{table}/{name}.parquet")
    new = {pmid: Row(place, hashes[pmid]) for pmid, place in sorted(places.items())}
    number = before.run + 1
    changes = list(_changes(old, new, gone, year, before.year))
    path = f"{CHANGES}/run-{number:04}.parquet"
    if changes:
        store.write(path, _parquet(_CHANGE_COLUMNS, [{"run": number, **one} for one in changes]))
    else:
        store.remove(path)
    rows = [{"pmid": pmid, "version": one.place.version, "file": one.place.file, "hash": one.hash}
            for pmid, one in new.items()]  # fmt: skip
    store.write(_CURRENT.format(number), _parquet(_ROW_COLUMNS, rows))
    state = State(number, year, len(new), marks)
    state.write(store)
    _tidy(store, state)
    return Counter(one["what"] for one in changes)


def _tidy(store: Store, state: State) -> None:
    """Removes what the citations of another state were kept in."""
    for name in store.names(""):
        if name.startswith(_CURRENT.partition("{")[0]) and name != _CURRENT.format(state.run):
            store.remove(name)


_CHANGE_COLUMNS: Final = {"run": "int64", "pmid": "string", "what": "string", "why": "string", "file": "string"}
_ROW_COLUMNS: Final = {"pmid": "int64", "version": "int16", "file": "string", "hash": "string"}


def _changes(
    old: Mapping[int, Row], new: Mapping[int, Row], gone: Mapping[int, Withdrawal], year: int, before: int
) -> Iterable[dict[str, str]]:
    def change(pmid: int, what: str, why: str, file: str) -> dict[str, str]:
        return {"pmid": str(pmid), "what": what, "why": why, "file": file}

    for pmid in sorted(old.keys() | new.keys()):
        if pmid not in old:
            yield change(pmid, "added", "matches", new[pmid].place.file)
        elif pmid not in new:
            why = gone.get(pmid)
            if why is None:
                text = f"is not in the baseline of 20{year}" if year != before else "is no longer in its file"
                yield change(pmid, "withdrawn", text, old[pmid].place.file)
            else:
                yield change(pmid, "withdrawn", "deleted" if why.deleted else "matches no longer", why.file)
        elif old[pmid].hash != new[pmid].hash:
            was, now = old[pmid].place, new[pmid].place
            revised = "revised" if was.version == now.version else f"version {now.version}"
            yield change(pmid, "changed", "read anew" if was == now else revised, now.file)


def _counting(documents: Iterable[Document], versions: Mapping[int, int]) -> list[Document]:
    """The documents that count; of two records of one version in one file the later one."""
    found: dict[int, Document] = {}
    for one in documents:
        pmid = int(one.id)
        if versions.get(pmid) == (one.metadata.get("version") or 1):
            found.pop(pmid, None)
            found[pmid] = one
    return list(found.values())


def _mark(made: str, versions: Mapping[int, int]) -> str:
    said = json.dumps([_MADE, made, sorted(versions.items())])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _hash(document: Document) -> str:
    said = json.dumps(document.to_json(), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _rows(store: Store, run: int) -> dict[int, Row]:
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    if not run:
        return {}
    table = pq.read_table(io.BytesIO(store.read(_CURRENT.format(run))))
    return {one["pmid"]: Row(Place(one["version"], one["file"]), one["hash"]) for one in table.to_pylist()}


def changes_schema() -> pa.Schema:
    """The Arrow schema of the table of changes."""
    return _schema(_CHANGE_COLUMNS)


def _schema(columns: Mapping[str, str]) -> pa.Schema:
    import pyarrow as pa

    types = {"int64": pa.int64(), "int16": pa.int16(), "string": pa.string()}
    return pa.schema([(name, types[kind]) for name, kind in columns.items()])


def _parquet(columns: Mapping[str, str], rows: list[dict[str, Any]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=_schema(columns)), stream, compression="zstd")
    return stream.getvalue()
