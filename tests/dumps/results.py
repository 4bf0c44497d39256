"""Small results of runs, made by hand for what is asked of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from nanocart.corpora.table_files import arrow_schema
from nanocart.corpora.tables import TABLES
from nanocart.dumps import asking

Cells = Mapping[str, Any]
Views = Mapping[str, Iterable[Cells]]

CHANGES = pa.schema(
    [("run", pa.int64()), ("pmid", pa.string()), ("what", pa.string()), ("why", pa.string()), ("file", pa.string())]
)


def result(out: Path, **views: Iterable[Cells]) -> Path:
    """The folder of a run: each view's first row in one file, the others in a second; cells not given are empty."""
    for view, rows in views.items():
        schema = CHANGES if view == "changes" else next(arrow_schema(table) for table in TABLES if table == view)
        empty = {one.name: "" if one.type == pa.string() else None for one in schema}
        full = [empty | dict(row) for row in rows]
        (out / view).mkdir(parents=True)
        for number, part in enumerate((full[:1], full[1:]), 1):
            pq.write_table(pa.Table.from_pylist(part, schema), out / view / f"pubmed26n000{number}.parquet")
    return out


def finding(id: str, **cells: Any) -> Cells:
    """A row of findings of document "1" with `id` "1:f1"; its PMID is the document's unless it is given."""
    said = {"direction": "reported", "assertion": "affirmed", "favours": "neutral", "kind": "primary"}
    return {"finding_id": id, "pmid": id.partition(":")[0], **said, **cells}


def document(id: str, **cells: Any) -> Cells:
    return {"id": id, "pmid": id, "retracted": False, "kind": "primary", **cells}


def relation(document: str, label: str, head: str, tail: str, **cells: Any) -> Cells:
    return {"document": document, "label": label, "head": head, "tail": tail, "assertion": "affirmed", **cells}


def mention(document: str, label: str, text: str, concept: str = "", **cells: Any) -> Cells:
    return {"document": document, "label": label, "text": text, "concept": concept, **cells}


def answers(out: Path, name: str) -> list[tuple[Any, ...]]:
    """A question's rows; a missing value is None."""
    frame = asking.ask(out, name)
    return [tuple(None if pd.isna(cell) else cell for cell in row) for row in frame.itertuples(index=False)]
