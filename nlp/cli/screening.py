"""`nanocart screen`: the citations of a dump that speak of the field."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from nanocart.cli import options
from nanocart.cli.tally import NothingReadError, Tally
from nanocart.errors import UsageError

if TYPE_CHECKING:
    from nanocart.schema import Document
    from nanocart.screen.screening import Counts

PRESETS = ("field", "car", "car-and-nano")


@click.command(short_help="Find the citations of a PubMed dump that speak of the field.")
@options.inputs
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE",
    help="Where the citations are written; the format follows the suffix (.gz, .xz, .zst too); '-': stdout.",
)
@click.option(
    "--preset",
    type=click.Choice(PRESETS),
    help="What to look for: 'field' (CAR cells, or particles together with immune cells or immunotherapy; default), "
    "'car', or 'car-and-nano' (both).",
)
@click.option("--terms", metavar="FILE", help="Terms of your own, one a line, or groups of them; see the README.")
@options.report
@options.max_skipped
@click.pass_context
def screen(
    ctx: click.Context,
    *,
    inputs: tuple[str, ...],
    output: str,
    preset: str | None,
    terms: str | None,
    report: str | None,
    max_skipped: int | None,
) -> None:
    """Find the citations of a PubMed dump whose title or abstract speaks of the field, and write them.

    INPUT is any mix of files, folders and patterns. PubMed's XML is searched as it is, and only what matches is parsed:
    with the extra "dump" (pip install "nanocart[dump]") about as fast as it can be decompressed.
    """
    from nanocart.corpora.saving import STDOUT, writer_for
    from nanocart.screen import query
    from nanocart.screen.dumps import screened
    from nanocart.screen.screening import Counts, Screen

    if preset and terms:
        raise UsageError("--preset and --terms contradict each other", hint="name one of them")
    asked = query.read(terms) if terms else query.preset(preset or PRESETS[0])
    writer, tally, counts = writer_for(output), Tally(), Counts()
    start = time.perf_counter()
    try:
        with _progress(counts) as watch:
            found = tally.count(tally.read(screened(inputs, Screen(asked), counts)))
            writer.write(tally.unless_empty(watch(found)), table="documents")
    except NothingReadError:
        tally.tell(report, annotated=False)
        raise
    except KeyboardInterrupt:
        click.echo(f"interrupted after {counts.records:,} records; what was half written is removed", err=True)
        ctx.exit(130)
    took = max(time.perf_counter() - start, 1e-6)
    share = f", {100 * counts.matched / counts.records:.2f} %" if counts.records else ""
    click.echo(
        f"{counts.records:,} records, {counts.matched:,} found{share}; "
        f"{counts.bytes / 1e6:,.0f} MB of XML, {counts.bytes / 1e6 / took:,.0f} MB a second",
        err=True,
    )
    tally.written += [output] if output != STDOUT else []
    tally.tell(report, annotated=False)
    ctx.exit(tally.exit_code(max_skipped))


@contextmanager
def _progress(counts: Counts) -> Iterator[Callable[[Iterable[Document]], Iterable[Document]]]:
    """A line on standard error of a terminal that says how far the screen is."""
    if not sys.stderr.isatty():
        yield lambda documents: documents
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    text = TextColumn("{task.fields[megabytes]:,.0f} MB, {task.fields[records]:,} records, {task.completed:,} found")
    with Progress(SpinnerColumn(), text, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None, megabytes=0, records=0)

        def through(documents: Iterable[Document]) -> Iterator[Document]:
            for one in documents:
                progress.update(task, completed=counts.matched, megabytes=counts.bytes / 1e6, records=counts.records)
                yield one

        yield through
