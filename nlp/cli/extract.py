"""`nanocart extract`: from files of abstracts to annotated documents and tables."""

from __future__ import annotations

import pickle
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from nanocart.cli import options
from nanocart.cli.tally import NothingReadError, Tally
from nanocart.errors import UsageError

if TYPE_CHECKING:
    from spacy.language import Language

    from nanocart.corpora.saving import Writer
    from nanocart.corpora.tables import Row, Table
    from nanocart.schema import Document

Sink = Callable[[Iterable["Document"]], None]

SHOWN: Final = 200
"""Rows that are printed to a terminal."""


def extract_files(
    inputs: Sequence[str],
    sinks: Sequence[Sink],
    nlp: Language,
    *,
    format: str | None = None,
    split: Any = None,
    processes: int = 1,
    tally: Tally | None = None,
    watch: Callable[[Iterable[Document]], Iterable[Document]] | None = None,
) -> Tally:
    """Read the inputs, run the pipeline, and hand the documents to every sink, one after the other in memory.

    `tally` is counted up as documents pass, so that it can be looked at when the run is interrupted; `watch` sees each
    document as it passes. Raises `NothingReadError` where not one document could be read: no sink writes anything then.
    """
    from nanocart.cli.interrupts import interruptible
    from nanocart.corpora.formats import read_documents
    from nanocart.running import run

    counts = tally if tally is not None else Tally()
    with interruptible():
        documents = counts.read(read_documents(inputs, format, split))
        found = counts.count(run(documents, nlp, counts.skipped.append, processes))
        stream = counts.unless_empty(watch(found) if watch else found)
        if len(sinks) == 1:
            sinks[0](stream)
        else:
            _to_each(stream, sinks)
    return counts


def _to_each(documents: Iterable[Document], sinks: Sequence[Sink]) -> None:
    """Every sink pulls documents by itself, so between them they wait on disk."""
    with tempfile.TemporaryFile() as spool:
        for one in documents:
            pickle.dump(one, spool, pickle.HIGHEST_PROTOCOL)
        end = spool.tell()
        for sink in sinks:
            spool.seek(0)
            sink(_spooled(spool, end))


def _spooled(spool: Any, end: int) -> Iterator[Document]:
    while spool.tell() < end:
        yield pickle.load(spool)


@click.command(short_help="Read abstracts and write the evidence table.")
@options.inputs
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="Where to write; the format follows the suffix (.gz, .xz, .zst too); '-' is standard output.",
)
@options.from_
@options.to
@options.table
@click.option("--all", "all_", metavar="DIR", help="Write every table into this folder (as CSV, or as --to says).")
@options.reading
@options.split
@click.option(
    "--print", "print_", is_flag=True, help="Print the evidence table beside writing files, and into a pipe too."
)
@options.report
@options.max_skipped
@click.option(
    "--processes", type=click.IntRange(1), default=1, metavar="N", help="Processes that read at once (default: 1)."
)
@options.excel
@click.pass_context
def extract(
    ctx: click.Context,
    *,
    inputs: tuple[str, ...],
    output: str | None,
    from_: str | None,
    to: str | None,
    table: Table | None,
    all_: str | None,
    reading: options.Reading,
    split: str | None,
    print_: bool,
    report: str | None,
    max_skipped: int | None,
    processes: int,
    excel: bool,
) -> None:
    """Read abstracts and write what they say of particles, cargoes, cells, targets, diseases and outcomes.

    INPUT is any mix of files, folders, patterns and '-' (standard input), compressed or in tar archives. Without -o
    and --all the evidence table is printed: to read on a terminal, as TSV into a pipe.
    """
    writers = _writers(output, all_, to, table, excel)
    nlp = reading.load()
    from nanocart.components.lexicon import lexicon_of
    from nanocart.naming import Naming

    naming = Naming(lexicon_of(nlp))
    names, better = naming.name, naming.better
    tally, shown = Tally(), _Shown(table or "findings", names, better)
    readable = print_ or (not writers and sys.stdout.isatty())
    if not writers and not readable:
        writers = [(_stdout("tsv"), table or "findings")]
    write = partial(_write, tally=tally, excel=excel, names=names, better=better)
    sinks: list[Sink] = [partial(write, one, kind) for one, kind in writers] + ([shown.keep] if readable else [])
    try:
        with _progress(tally) if sys.stderr.isatty() else nullcontext(_as_they_are) as watch:
            extract_files(inputs, sinks, nlp, format=from_, split=split, processes=processes, tally=tally, watch=watch)
        shown.print()
    except NothingReadError:
        tally.tell(report)
        raise
    except KeyboardInterrupt:
        click.echo(f"interrupted after {tally.documents:,} documents; what was half written is removed", err=True)
        tally.tell(report)
        ctx.exit(130)
    tally.tell(report)
    ctx.exit(tally.exit_code(max_skipped))


def _writers(
    output: str | None, all_: str | None, to: str | None, table: Table | None, excel: bool
) -> list[tuple[Writer, Table]]:
    """Every file that is to be written, with its table. Raises `UsageError` before anything is read."""
    from nanocart.corpora.formats import TABULAR
    from nanocart.corpora.saving import writer_for

    found: list[tuple[Writer, Table]] = []
    if output is not None or (all_ is None and to is not None):
        one = writer_for(output, to) if output is not None else _stdout(to or "tsv")
        if table is not None and not one.is_table:
            problem = f"--table is for CSV, TSV and Parquet, not for {one.format.title}"
            raise UsageError(problem, hint="leave it out, or write to .csv")
        found.append((one, table or "findings"))
    if all_ is not None:
        tabular = "csv" if output is not None or to is None else to
        if tabular not in TABULAR:
            raise UsageError(f"--all writes tables, which {tabular} does not hold", hint="--to csv, tsv or parquet")
        if Path(all_).exists() and not Path(all_).is_dir():
            raise UsageError(f"{all_} is a file", hint="--all needs a folder")
        found += [(writer_for(Path(all_) / f"{kind}.{tabular}"), kind) for kind in options.TABLES]
    if excel and found and not any(one.format.name in ("csv", "tsv") for one, _ in found):
        raise UsageError("--excel is for CSV and TSV", hint="leave it out, or write to .csv")
    return found


def _write(writer: Writer, table: Table, documents: Iterable[Document], *, tally: Tally, **how: Any) -> None:
    writer.write(documents, table=table, **how)
    if writer.path != "-":
        tally.written.append(writer.path)


def _stdout(format: str) -> Writer:
    from nanocart.corpora.saving import STDOUT, writer_for

    return writer_for(STDOUT, format)


def _as_they_are(documents: Iterable[Document]) -> Iterable[Document]:
    return documents


class _Shown:
    """The first rows of a table, kept while documents pass."""

    def __init__(self, table: Table, names: Any, better: Any) -> None:
        self.table, self.names, self.better = table, names, better
        self.rows: list[Row] = []
        self.count = 0
        self.asked = False

    def keep(self, documents: Iterable[Document]) -> None:
        """Take the rows of all documents; the first ones are kept."""
        from nanocart.corpora.tables import rows

        for one in documents:
            found = rows(one, self.table, names=self.names, better=self.better)
            self.count += len(found)
            self.rows += found[: SHOWN - len(self.rows)]
        self.asked = True

    def print(self) -> None:
        """Print them where any were asked for."""
        from nanocart.cli.evidence import LEGEND, findings_table, plain_table
        from nanocart.cli.screen import console

        if not self.asked:
            return
        screen = console()
        if not self.rows:
            screen.print(f"no {self.table}")
        elif self.table == "findings":
            screen.print(findings_table(self.rows, screen.width))
            screen.print(LEGEND, style="dim")
        else:
            screen.print(plain_table(self.rows))
        if self.count > len(self.rows):
            screen.print(f"... and {self.count - len(self.rows):,} more rows: -o FILE keeps them all")


@contextmanager
def _progress(tally: Tally) -> Iterator[Callable[[Iterable[Document]], Iterator[Document]]]:
    """A line on standard error that says how far the run is; how much is to come nobody knows beforehand."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.completed:,} documents, {task.fields[findings]:,} findings"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None, findings=0)

        def through(documents: Iterable[Document]) -> Iterator[Document]:
            for one in documents:
                progress.update(task, completed=tally.documents, findings=tally.findings)
                yield one

        yield through
