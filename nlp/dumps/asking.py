"""Asking the folder that a run over dumps left, by SQL through DuckDB.

The folder holds a Parquet dataset per table (`OUT/findings/*.parquet` and so on, columns as in
`nanocart.corpora.tables.COLUMNS`) and one of changes. Ten ready questions lie in `data/questions`, each a file of SQL
whose first line says what it asks. DuckDB's SQL: https://duckdb.org/docs/current/sql/introduction

>>> questions()["trials"]
'Trials, one a register number: phase, patients, and the papers that report it'
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from importlib.resources import files
from itertools import chain, count
from typing import TYPE_CHECKING, Any, Final

from nanocart.corpora.table_files import arrow_schema
from nanocart.corpora.tables import COLUMNS
from nanocart.dumps.manifest import FILE as MANIFEST
from nanocart.dumps.store import located
from nanocart.dumps.tables import changes_schema
from nanocart.errors import NanocartError, SourceError, UsageError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    import pandas as pd
    import pyarrow as pa  # type: ignore[import-untyped]
    from duckdb import DuckDBPyConnection
    from pyarrow.fs import FileSystem  # type: ignore[import-untyped]

VIEWS: Final = ("documents", "entities", "relations", "findings", "changes")
"""What a query sees: the four tables, and what each run added, changed and withdrew."""
MEMORY: Final = "2GB"
"""What a query may take of memory; it never goes on to the disk."""
_BATCH: Final = 10_000
_PULSE: Final = 0.1
"""Seconds after which Ctrl-C is looked for."""
_SETTINGS: Final[Mapping[str, Any]] = {
    "enable_external_access": False,  # no file, no network, nothing written: the views are read by Arrow, not by DuckDB
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,  # a name in a query is a view, never a variable of this process
    "temp_directory": "",
    "memory_limit": MEMORY,
}


def connect(out: str | os.PathLike[str]) -> DuckDBPyConnection:
    """A connection whose views are the tables of a run's folder, or of an address such as s3://bucket/folder.

    A table without files is an empty view. Whatever is asked can read nothing but the views and write nothing but
    memory. Raises `UsageError` where no run has left its result there or DuckDB is missing, and `SourceError` where
    the place cannot be reached or a file is damaged.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as out:
    ...     Path(out, "manifest.tsv").touch()
    ...     connect(out).sql("SELECT count(*) FROM findings").fetchall()
    [(0,)]
    """
    try:
        system, root = located(os.fspath(out))
        found = {view: _paths(system, f"{root}/{view}") for view in VIEWS}
        is_run = any(found.values()) or system.get_file_info(f"{root}/{MANIFEST}").is_file
    except (OSError, ValueError) as error:
        hint = "a folder, or an address such as s3://bucket/folder, that can be read"
        raise SourceError(f"cannot be read: {error}", source=str(out), hint=hint) from error
    if not is_run:
        hint = f"a run leaves {MANIFEST} there, and folders such as {VIEWS[0]}"
        raise UsageError(f"{out} is not the folder of a run", hint=hint)
    connection: DuckDBPyConnection = _library().connect(":memory:", config=dict(_SETTINGS))
    for view, paths in found.items():
        connection.register(view, _dataset(system, paths) if paths else _schema(view).empty_table())
    connection.execute("SET lock_configuration = true")
    return connection


def questions() -> Mapping[str, str]:
    """The ready questions: name to what it asks."""
    found = ((one.name, one.read_text("utf-8")) for one in _questions().iterdir() if one.name.endswith(".sql"))
    return {name.removesuffix(".sql"): text.split("\n", 1)[0].removeprefix("-- ") for name, text in sorted(found)}


def sql_of(name: str) -> str:
    """A ready question's SQL. Raises `UsageError` where there is none of that name."""
    asked = questions()
    if name not in asked:
        listed = "".join(f"\n  {one}: {what}" for one, what in asked.items())
        raise UsageError(f"there is no question {name!r}", hint=f"the questions are:{listed}")
    return _questions().joinpath(f"{name}.sql").read_text("utf-8")


def ask(out: str | os.PathLike[str], name: str) -> pd.DataFrame:
    """The answer to a ready question as a pandas data frame. Raises as `connect` and `sql_of` do."""
    sql = sql_of(name)
    connection = connect(out)
    frame: pd.DataFrame = _waited_for(connection, lambda: connection.sql(sql).df())
    return frame


def answer(connection: DuckDBPyConnection, sql: str) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """The columns and rows of a query's answer, read as they come; a name that occurs twice gets a number ("n_2").

    Raises `UsageError` in DuckDB's words where the query is wrong (also later, between two batches), and `SourceError`
    where a file of the folder is damaged.
    """
    relation = _waited_for(connection, lambda: connection.sql(sql))
    if relation is None:
        raise UsageError("the query asks for nothing", hint="SELECT ... FROM findings")
    reader = _waited_for(connection, lambda: relation.to_arrow_reader(_BATCH))
    schema = _told_apart(reader.schema)
    return schema, _batches(connection, reader, schema)


def _told_apart(schema: pa.Schema) -> pa.Schema:
    """The columns with names of their own, as files of Parquet and objects of JSON need them."""
    import pyarrow as pa

    fields: dict[str, pa.Field] = {}
    for field in schema:
        numbered = (f"{field.name}_{number}" for number in count(2))
        name = next(one for one in chain([field.name], numbered) if one not in fields)
        fields[name] = field.with_name(name)
    return pa.schema(fields.values())


def _batches(connection: DuckDBPyConnection, reader: Any, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    while (batch := _waited_for(connection, lambda: next(reader, None))) is not None:
        yield pa.RecordBatch.from_arrays(batch.columns, schema=schema)


def _paths(system: FileSystem, folder: str) -> list[str]:
    """The Parquet files of a folder that are whole; none where there is no folder."""
    from pyarrow.fs import FileSelector

    infos = system.get_file_info(FileSelector(folder, allow_not_found=True))
    return sorted(one.path for one in infos if one.extension == "parquet" and not one.base_name.startswith("."))


def _dataset(system: FileSystem, paths: list[str]) -> Any:
    import pyarrow.dataset as ds  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    try:
        # The newest file has the columns of the newest nanocart; an older one is filled up with null.
        schema = pq.read_schema(paths[-1], filesystem=system)
        return ds.dataset(paths, schema=schema, format="parquet", filesystem=system)
    except (OSError, ValueError) as error:
        raise SourceError(f"cannot be read: {error}", source=paths[-1], hint="the file is damaged") from error


def _schema(view: str) -> pa.Schema:
    for table in COLUMNS:
        if table == view:
            return arrow_schema(table)
    return changes_schema()


def _questions() -> Traversable:
    return files("nanocart").joinpath("data", "questions")


def _library() -> Any:
    try:
        import duckdb
    except ImportError as error:
        raise UsageError("a run is asked through DuckDB", hint='pip install "nanocart[dump]"') from error
    return duckdb


def _waited_for(connection: DuckDBPyConnection, work: Callable[[], Any]) -> Any:
    """What the work gives; DuckDB's errors become nanocart's, and Ctrl-C ends it.

    DuckDB looks for Ctrl-C between its tasks alone, and a task may take hours: so it works in a thread of its own.
    """
    import duckdb

    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(work)
        try:
            while not wait([done], _PULSE).done:
                pass  # where Polars has put its own handler of signals, a wait without end is not woken by one
            return done.result()
        except KeyboardInterrupt:
            connection.interrupt()
            raise
        except (duckdb.Error, OSError) as error:  # what goes wrong between two batches reaches us through Arrow
            raise _worded(str(error).strip(), connection) from error


def _worded(said: str, connection: DuckDBPyConnection) -> NanocartError:
    """What DuckDB said as an error of nanocart's, with the way out."""
    kind = said.partition(":")[0]
    if "Parquet" in said and kind == "Invalid Input Error":  # as Arrow says it; versions of DuckDB begin it otherwise
        reason = said.partition("failed")[2].lstrip("(): ")
        return SourceError(f"cannot be read: {reason}", source="the result", hint="the file is damaged")
    if kind == "Out of Memory Error":
        hint = "ask for fewer columns or rows, or for counts"
        return UsageError(f"the answer takes more than {MEMORY} of memory", hint=hint)
    if kind == "Permission Error":
        hint = f"it sees the views {', '.join(VIEWS)}; -o FILE writes its answer"
        return UsageError("a query reads and writes no files", hint=hint)
    if kind in ("Binder Error", "Catalog Error"):
        columns = "".join(f"\n  {view}: {', '.join(names)}" for view, names in _columns(connection).items())
        return UsageError(f"{said}\n", hint=f"texts stand in 'single quotes'; the views and their columns:{columns}")
    return UsageError(f"{said}\n", hint="the SQL is DuckDB's: https://duckdb.org/docs/current/sql/introduction")


def _columns(connection: DuckDBPyConnection) -> dict[str, list[str]]:
    import duckdb

    found = {}
    for view in VIEWS:
        with suppress(duckdb.Error):  # within a transaction that has failed there is nothing to be learnt
            found[view] = connection.sql(f"FROM {view}").columns
    return found
