"""The tables of many documents as CSV, TSV and Parquet files, streamed.

CSV and TSV are UTF-8 with quoted cells where needed; `bom=True` adds the mark without which Excel misreads Greek
letters. Cells are written as they are: one that begins with `=`, `+`, `-` or `@` ("+12%", "-0.3") is data, and changing
it unasked would falsify it. A spreadsheet may take such a cell for a formula; for texts that cannot be trusted,
`escape_formulas=True` puts an apostrophe in front, as spreadsheets do. Excel cuts cells at 32,767 characters.

>>> import io
>>> out = io.BytesIO(); write_csv([], out, "relations"); out.getvalue()[:23]
b'document,pmid,relation_'
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, Final

from nanocart.corpora.tables import Better, Cell, Names, Row, Table, all_rows, columns_of
from nanocart.schema import Document

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

ROWS_PER_GROUP: Final = 10_000
"""Rows that a Parquet writer holds in memory."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def write_csv(
    documents: Iterable[Document],
    stream: BinaryIO,
    table: Table = "findings",
    *,
    delimiter: str = ",",
    bom: bool = False,
    escape_formulas: bool = False,
    names: Names | None = None,
    better: Better | None = None,
) -> None:
    """One row a line after a row of column names; a missing value is an empty cell, a truth value `true` or `false`.

    `names` and `better` as in `nanocart.corpora.tables.rows`.
    """
    columns = columns_of(table)
    if bom:
        stream.write(codecs.BOM_UTF8)
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    try:
        # A carriage return within a cell is quoted only where the line end holds one.
        writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
        writer.writerow(columns)
        for row in all_rows(documents, table, names=names, better=better):
            writer.writerow(_shown(cell, escape_formulas) for cell in row.values())
    finally:
        text.detach()


def write_tsv(
    documents: Iterable[Document],
    stream: BinaryIO,
    table: Table = "findings",
    *,
    bom: bool = False,
    escape_formulas: bool = False,
    names: Names | None = None,
    better: Better | None = None,
) -> None:
    """`write_csv` with tabs."""
    write_csv(
        documents, stream, table, delimiter="\t", bom=bom, escape_formulas=escape_formulas, names=names, better=better
    )


def write_parquet(
    documents: Iterable[Document],
    stream: BinaryIO,
    table: Table = "findings",
    *,
    rows_per_group: int = ROWS_PER_GROUP,
    names: Names | None = None,
    better: Better | None = None,
) -> None:
    """One Parquet file with the table's fixed schema, empty or not, in row groups of at most `rows_per_group` rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    schema = arrow_schema(table)
    with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        for group in _groups(all_rows(documents, table, names=names, better=better), rows_per_group):
            writer.write_table(pa.Table.from_pylist(group, schema=schema))


def arrow_schema(table: Table) -> pa.Schema:
    """The Arrow schema of a table: texts never null, numbers and truth values null where missing.

    >>> str(arrow_schema("findings").field("year").type)
    'int64'
    """
    import pyarrow as pa

    types = {"text": pa.string(), "whole": pa.int64(), "number": pa.float64(), "truth": pa.bool_()}
    fields = [pa.field(name, types[kind], nullable=kind != "text") for name, kind in columns_of(table).items()]
    return pa.schema(fields)


def _groups(found: Iterator[Row], size: int) -> Iterator[list[Row]]:
    while group := list(islice(found, size)):
        yield group


def _shown(cell: Cell, escape: bool) -> Cell:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return f"'{cell}" if escape and isinstance(cell, str) and cell.startswith(_FORMULA) else cell
