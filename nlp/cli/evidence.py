"""The tables for a person's eyes: fewer columns than in a file, and none that is empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.table import Table as RichTable

    from nanocart.corpora.tables import Row

ARROWS: Final[Mapping[str, str]] = {
    "increased": "↑",
    "decreased": "↓",
    "unchanged": "=",
    "high": "▲",
    "low": "▼",
    "reported": "",
}
_COLOURS: Final = {"benefit": "green", "harm": "red"}
_WIDE: Final = 140
_HIDDEN: Final = frozenset(
    {"link", "text", "finding_id", "pmid", "head_id", "tail_id", "entity_id", "relation_id", "start", "end", "cluster"}
)
LEGEND: Final = "↑ increased  ↓ decreased  = unchanged  ▲ high  ▼ low  + benefit  − harm"


def findings_table(rows: Sequence[Row], width: int) -> RichTable:
    """Findings, one a row, with the evidence sentence where there is room for it."""
    from rich.table import Table
    from rich.text import Text

    documents = [_document_of(row) for row in rows]
    columns: dict[str, list[str]] = {
        "document": [name if name != before else "" for name, before in zip(documents, ["", *documents], strict=False)],
        "particle (cargo)": [_with(row["nanoparticle"], row["cargo"]) for row in rows],
        "cells (CAR target)": [_with(row["cell_type"], row["car_target"]) for row in rows],
        "disease": [str(row["disease"]) for row in rows],
        "outcome": [outcome_words(row) for row in rows],
        "value": [_value(row) for row in rows],
        "evidence": [str(row["evidence"]) for row in rows] if width >= _WIDE else [],
    }
    if len(set(documents)) < 2:
        del columns["document"]
    columns = {name: cells for name, cells in columns.items() if any(cells)}
    table = Table(show_lines=True)
    for name in columns:
        table.add_column(name, overflow="fold", ratio=2 if name == "evidence" else None)
    for at, row in enumerate(rows):
        styles = {"outcome": _COLOURS.get(str(row["favours"]), "")}
        table.add_row(*(Text(cells[at], style=styles.get(name, "")) for name, cells in columns.items()))
    return table


def _document_of(row: Row) -> str:
    return str(row["pmid"]) or str(row["finding_id"]).rpartition(":")[0]


def _with(main: object, other: object) -> str:
    return f"{main} ({other})" if main and other else f"{main or ''}{f'({other})' if other else ''}"


def outcome_words(row: Row) -> str:
    """The outcome of a row of findings with its direction, assertion and worth: "no toxicity (+)"."""
    said = {"negated": "no ", "speculated": "perhaps "}.get(str(row["assertion"]), "")
    worth = {"benefit": " (+)", "harm": " (−)"}.get(str(row["favours"]), "")
    return f"{ARROWS[str(row['direction'])]} {said}{row['outcome']}{worth}".strip()


def _value(row: Row) -> str:
    parts = [str(row["value"]), str(row["qualifier"]), f"vs {row['compared_with']}" if row["compared_with"] else ""]
    return "; ".join(part for part in parts if part)


def plain_table(rows: Sequence[Row]) -> RichTable:
    """Any other table: its columns that hold something, without identifiers."""
    from rich.table import Table
    from rich.text import Text

    columns = [name for name in rows[0] if name not in _HIDDEN and any(row[name] not in ("", None) for row in rows)]
    table = Table()
    for name in columns:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if row[name] is None else str(row[name])) for name in columns))
    return table
