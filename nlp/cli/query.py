"""`nanocart query`: questions to the result of a run, in SQL."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import click

from nanocart.errors import NanocartError, UsageError

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]
    from rich.table import Table as RichTable

Batches = Iterable["pa.RecordBatch"]

SHOWN: Final = 200
"""Rows that are printed to a terminal."""


class _Query(click.Command):
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # SQL that begins with a comment, as the ready questions do, is no option.
        return super().parse_args(ctx, [f"\n{one}" if re.match(r"--\s", one) else one for one in args])


@click.command(cls=_Query, short_help="Ask the result of a run by SQL, or one of ten ready questions.")
@click.argument("out", required=False)
@click.argument("sql", required=False)
@click.option(
    "--ask", "name", is_flag=False, flag_value="", metavar="NAME", help="Ask a ready question; without NAME, list them."
)
@click.option("--questions", is_flag=True, help="List the ready questions.")
@click.option("--sql", "show_sql", is_flag=True, help="Print the SQL of --ask NAME instead of asking it.")
@click.option(
    "-o", "--output", metavar="FILE", help="Write the answer; the format is the suffix: .csv, .tsv, .parquet, .json."
)
def query(
    *, out: str | None, sql: str | None, name: str | None, questions: bool, show_sql: bool, output: str | None
) -> None:
    """Ask OUT, the folder of a run, by SQL (DuckDB's; '-': from standard input), or by a ready question.

    A query sees five views: documents, entities, relations, findings, and changes, which has what each run added,
    changed and withdrew. It reads nothing else and changes nothing. The answer is printed: to read on a terminal, as
    TSV into a pipe.
    """
    from nanocart.dumps import asking

    if questions or name == "":
        listed = asking.questions()
        width = max(map(len, listed))
        click.echo("\n".join(f"{one.ljust(width)}  {what}" for one, what in listed.items()))
        return
    if show_sql:
        if name is None:
            raise UsageError("--sql prints the SQL of a ready question", hint="add --ask NAME; --questions lists them")
        click.echo(asking.sql_of(name), nl=False)
        return
    asked = _asked(sql, name)
    if out is None:
        raise UsageError("it is not said what is asked", hint="name the folder that a run left")
    write = _writer(output, out)
    with _waiting():
        columns, batches = asking.answer(asking.connect(out), asked)
        first = next(iter(batches), None)
    write(columns, chain([first] if first is not None else [], batches))
    if output is not None:
        click.echo(f"written: {output}", err=True)


def _asked(sql: str | None, name: str | None) -> str:
    from nanocart.dumps import asking

    if sql is not None and name is not None:
        raise UsageError("SQL and --ask contradict each other", hint="give one of them")
    if name is not None:
        return asking.sql_of(name)
    if sql is None:
        raise UsageError("no question", hint="give SQL in quotation marks, or --ask NAME; --questions lists the names")
    return sys.stdin.read() if sql == "-" else sql


def _waiting() -> Any:
    """A line on standard error of a terminal, since a question over millions of rows takes seconds."""
    if not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status("asking")


def _writer(output: str | None, out: str) -> Callable[[pa.Schema, Batches], None]:
    """What takes the answer. Raises `UsageError` where it cannot be written there, before anything is asked."""
    from nanocart.dumps.asking import VIEWS

    if output is None:
        return _print if sys.stdout.isatty() else _pipe
    path = Path(output)
    write = WRITERS.get(path.suffix.lower())
    if write is None:
        raise UsageError(f"{output}: its suffix names no format", hint=f"use one of {', '.join(WRITERS)}")
    if path.resolve().parent in {(Path(out) / view).resolve() for view in VIEWS}:
        raise UsageError(f"{output} would be read as a part of the result", hint="write it somewhere else")

    def into_file(columns: pa.Schema, batches: Batches) -> None:
        import pyarrow as pa

        from nanocart.corpora.saving import whole_file

        try:
            with whole_file(path) as stream:
                write(columns, batches, stream)
        except pa.ArrowNotImplementedError as error:
            raise UsageError(f"{output}: {error}", hint="cast the column in the query, or write .csv") from error
        except OSError as error:
            problem = f"{output}: cannot be written: {error.strerror or error}"
            raise NanocartError(problem, hint="nothing was written") from error

    return into_file


def _print(columns: pa.Schema, batches: Batches) -> None:
    from nanocart.cli.screen import console

    screen, rest = console(), iter(batches)
    found: list[tuple[Any, ...]] = []
    count = 0
    for batch in rest:
        found += islice(_rows([batch]), SHOWN - len(found))
        count += batch.num_rows
    screen.print(answer_table(columns, found) if found else "no rows")
    if count > len(found):
        screen.print(f"... and {count - len(found):,} more rows: -o FILE keeps them all")


def _pipe(columns: pa.Schema, batches: Batches) -> None:
    # Line ends as other commands of a pipe expect them.
    write_separated(columns, batches, sys.stdout.buffer, delimiter="\t", end="\n")


def answer_table(columns: pa.Schema, rows: Iterable[tuple[Any, ...]]) -> RichTable:
    """An answer for a person's eyes, with figures to the right."""
    import pyarrow.types as kinds  # type: ignore[import-untyped]
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for one in columns:
        figures = kinds.is_integer(one.type) or kinds.is_floating(one.type) or kinds.is_decimal(one.type)
        table.add_column(Text(one.name.replace("_", " ")), overflow="fold", justify="right" if figures else "left")
    for row in rows:
        table.add_row(*(Text(_words(cell)) for cell in row))
    return table


def write_separated(
    columns: pa.Schema, batches: Batches, stream: BinaryIO, *, delimiter: str = ",", end: str = "\r\n"
) -> None:
    """CSV as `nanocart.corpora.table_files` writes it: a missing value is an empty cell, a list is joined by "; "."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    try:
        writer = csv.writer(text, delimiter=delimiter, lineterminator=end)
        writer.writerow(columns.names)
        writer.writerows(map(_words, row) for row in _rows(batches))
    finally:
        text.detach()


def write_parquet(columns: pa.Schema, batches: Batches, stream: BinaryIO) -> None:
    """One Parquet file. Raises `pyarrow.ArrowNotImplementedError` for a type that Parquet lacks."""
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    with pq.ParquetWriter(stream, columns, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)


def write_json(columns: pa.Schema, batches: Batches, stream: BinaryIO) -> None:
    """One array with an object a row and a line; what is no number is null."""
    before = "[\n"
    for row in _rows(batches):
        cells = dict(zip(columns.names, map(_number, row), strict=True))
        stream.write(f"{before}{json.dumps(cells, ensure_ascii=False, default=_plain)}".encode())
        before = ",\n"
    stream.write(b"[]\n" if before.startswith("[") else b"\n]\n")


WRITERS: Final[Mapping[str, Callable[[pa.Schema, Batches, BinaryIO], None]]] = {
    ".csv": write_separated,
    ".tsv": lambda columns, batches, stream: write_separated(columns, batches, stream, delimiter="\t"),
    ".parquet": write_parquet,
    ".json": write_json,
}
"""What writes an answer, by the file's suffix."""


def _rows(batches: Batches) -> Iterator[tuple[Any, ...]]:
    for batch in batches:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _words(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "; ".join(map(_words, cell)) if isinstance(cell, list) else str(cell)


def _number(cell: Any) -> Any:
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


def _plain(cell: Any) -> Any:
    if isinstance(cell, Decimal):  # DuckDB's sums of whole numbers are decimals
        return int(cell) if cell == cell.to_integral_value() else float(cell)
    return str(cell)
