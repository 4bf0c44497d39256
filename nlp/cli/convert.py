"""`nanocart convert`: from any format to any other, annotations included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from nanocart.cli import options
from nanocart.cli.tally import NothingReadError, Tally
from nanocart.errors import UsageError

if TYPE_CHECKING:
    from nanocart.corpora.saving import Writer
    from nanocart.corpora.tables import Table


def convert_files(
    inputs: Sequence[str],
    writer: Writer,
    *,
    format: str | None = None,
    split: Any = None,
    table: Table = "documents",
    excel: bool = False,
    tally: Tally | None = None,
) -> Tally:
    """Write every document of the inputs as it is. Raises `NothingReadError` where none could be read."""
    from nanocart.corpora.formats import read_documents

    counts = tally if tally is not None else Tally()
    documents = counts.count(counts.read(read_documents(inputs, format, split)))
    names: dict[str, Any] = {}
    if writer.is_table and table != "documents":
        from nanocart.lexicon import Lexicon
        from nanocart.naming import Naming

        naming = Naming(Lexicon.shipped())
        names |= {"names": naming.name, "better": naming.better}
    writer.write(counts.unless_empty(documents), table=table, excel=excel, **names)
    return counts


@click.command(short_help="Change the format of documents and their annotations.")
@options.inputs
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE",
    help="Where to write; the format follows the suffix (.gz, .xz, .zst too); a folder is brat's; '-': stdout.",
)
@options.from_
@options.to
@options.table
@options.split
@options.report
@options.max_skipped
@options.excel
@click.pass_context
def convert(
    ctx: click.Context,
    *,
    inputs: tuple[str, ...],
    output: str,
    from_: str | None,
    to: str | None,
    table: Table | None,
    split: str | None,
    report: str | None,
    max_skipped: int | None,
    excel: bool,
) -> None:
    """Change the format of documents and their annotations.

    INPUT is any mix of files, folders, patterns and '-' (standard input), compressed or in tar archives. CSV, TSV and
    Parquet hold one table (--table, default: documents).
    """
    from nanocart.corpora.saving import STDOUT, writer_for

    writer = writer_for(output, to)
    if table is not None and not writer.is_table:
        raise UsageError(f"--table is for CSV, TSV and Parquet, not for {writer.format.title}", hint="leave it out")
    tally = Tally()
    try:
        convert_files(inputs, writer, format=from_, split=split, table=table or "documents", excel=excel, tally=tally)
    except NothingReadError:
        tally.tell(report, annotated=False)
        raise
    except KeyboardInterrupt:
        click.echo(f"interrupted after {tally.documents:,} documents; what was half written is removed", err=True)
        tally.tell(report, annotated=False)
        ctx.exit(130)
    tally.written += [output] if output != STDOUT else []
    tally.tell(report, annotated=bool(tally.entities))
    ctx.exit(tally.exit_code(max_skipped))
