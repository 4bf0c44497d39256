"""`nanocart fetch`: PubMed's dump from NLM's server."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from nanocart.errors import UsageError

if TYPE_CHECKING:
    from nanocart.dumps.fetching import Kind, Plan, Report

NLM = "https://ftp.ncbi.nlm.nih.gov/pubmed/"


@click.command(short_help="Fetch PubMed's dump from NLM, or what of it is new.")
@click.argument("kind", type=click.Choice(["baseline", "updates"]))
@click.option("-o", "--output", required=True, metavar="FOLDER", help="Where the files are put.")
@click.option("--url", default=NLM, show_default=True, help="The folder of the server, for a mirror.")
@click.option(
    "--parallel", type=click.IntRange(1, 6), default=3, show_default=True, help="How many files come at the same time."
)
@click.option("--verify", is_flag=True, help="Read what is there already, and fetch what is not as its MD5 says.")
@click.option("--dry-run", is_flag=True, help="Fetch nothing; list what is missing, with its bytes.")
@click.pass_context
def fetch(ctx: click.Context, *, kind: Kind, output: str, url: str, parallel: int, verify: bool, dry_run: bool) -> None:
    """Fetch PubMed's baseline, or the update files since then, and compare each file with its MD5.

    Files that are there already are kept, and files that are half there are gone on with: start it again whenever it
    was interrupted, or every day for new updates. The baseline is tens of gigabytes; --dry-run says how many.
    """
    from nanocart.dumps import fetching

    if dry_run and verify:
        raise UsageError("--dry-run and --verify contradict each other", hint="name one of them")
    if dry_run:
        _list(fetching.plan(kind, output, url=url))
        return
    start = time.perf_counter()
    try:
        with _progress() as told:
            report = fetching.fetch(kind, output, url=url, parallel=parallel, verify=verify, told=told)
    except KeyboardInterrupt:
        click.echo("interrupted; what came so far stays, and the next run goes on from there", err=True)
        ctx.exit(130)
    took = max(time.perf_counter() - start, 1e-6)
    _tell_refused(report.refused)
    for problem in report.failed.values():
        click.echo(problem, err=True)
    click.echo(
        f"{report.files:,} files: {len(report.fetched):,} fetched, {len(report.kept):,} kept, "
        f"{len(report.failed):,} failed; {report.bytes / 1e6:,.1f} MB, {report.bytes / 1e6 / took:,.1f} MB a second",
        err=True,
    )
    ctx.exit(1 if report.failed else 0)


def _list(plan: Plan) -> None:
    for one in plan.missing:
        click.echo(f"{one.name}\t{one.size}")
    _tell_refused(plan.refused)
    size = sum(one.size for one in plan.missing)
    files = len(plan.kept) + len(plan.missing)
    click.echo(f"{len(plan.missing):,} of {files:,} files are missing, about {size / 1e6:,.0f} MB", err=True)


def _tell_refused(links: list[str]) -> None:
    for link in links:
        click.echo(f"left out, for it is no name of a dump's file: {link!r}", err=True)


@contextmanager
def _progress() -> Iterator[Callable[[Report], None] | None]:
    """A line on standard error of a terminal that says how far the fetch is."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    files = TextColumn("{task.fields[ended]:,} of {task.fields[files]:,} files")
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), files, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None, ended=0, files=0)

        def told(report: Report) -> None:
            progress.update(
                task,
                completed=report.bytes,
                total=max(report.expected, report.bytes) or None,  # the listing rounds, and what broke comes again
                ended=report.ended,
                files=report.files,
            )

        yield told
