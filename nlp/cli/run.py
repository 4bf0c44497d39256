"""`nanocart run`: from a PubMed dump to tables, again and again as the dump grows."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click

from nanocart.cli import options
from nanocart.cli.screening import PRESETS
from nanocart.errors import UsageError

if TYPE_CHECKING:
    from nanocart.dumps.manifest import Entry
    from nanocart.dumps.run import Plan, Report, Run

ENGINES: Final = ("local", "ray")
_SHOWN: Final = 10


@click.command(short_help="Screen and read a PubMed dump, and keep its tables up to date.")
@click.argument("dump", nargs=-1, metavar="DUMP...")
@click.option("-o", "--output", metavar="OUT", help="The result folder, or the address of one (s3://bucket/folder).")
@click.option("--preset", type=click.Choice(PRESETS), help="What to look for, as of 'nanocart screen'.")
@click.option("--terms", metavar="FILE", help="Terms of your own, as of 'nanocart screen'.")
@options.reading
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes (default: as many as cores).")
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], help="'ray': on a cluster, by Ray Data.")
@click.option("--dry-run", is_flag=True, help="Say what would be read, and do nothing.")
@click.option("--reread", is_flag=True, help="Read the texts in OUT again by this model and lexicon; needs no dump.")
@click.option("--status", metavar="OUT", help="Say how far a result folder is, and do nothing.")
@click.pass_context
def run(
    ctx: click.Context,
    *,
    dump: tuple[str, ...],
    output: str | None,
    preset: str | None,
    terms: str | None,
    reading: options.Reading,
    workers: int | None,
    engine: str,
    dry_run: bool,
    reread: bool,
    status: str | None,
) -> None:
    """Read a PubMed dump into the tables of OUT: screen it, read what matches, note what has changed.

    DUMP is any mix of files, folders and patterns: NLM's baseline and its update files. Run it again with the files of
    today, and only they are read; what was revised, deleted or replaced by a new baseline is put right. A run that was
    stopped goes on when it is started again. Exit code 1: a file failed or is damaged, or something looks wrong.
    """
    if status is not None:
        _tell_status(status)
        return
    if output is None:
        raise UsageError("no result folder is named", hint="-o OUT/")
    if not dump and not reread:
        raise UsageError("no dump is named", hint="nanocart run DUMP/ -o OUT/")
    if dump and reread:
        raise UsageError("--reread reads the texts of OUT, not a dump", hint="leave the dump out")
    if preset and terms:
        raise UsageError("--preset and --terms contradict each other", hint="name one of them")
    from nanocart import pipeline
    from nanocart.dumps.recipe import Recipe
    from nanocart.dumps.run import Run
    from nanocart.screen import query

    asked = query.read(terms) if terms else query.preset(preset or PRESETS[0])
    recipe = Recipe(
        asked,
        reading.model or pipeline.MODELS[0],
        reading.lexicons,
        not reading.no_scope,
        reading.device,
        reading.min_confidence,
    )
    work = Run(output, recipe, again=reread)
    plan = work.plan(dump)
    _tell_plan(plan)
    if dry_run:
        _tell_files(plan)
        return
    try:
        with _progress(plan) as watch:
            report = work(plan, _engine(engine, workers), **watch)
    except KeyboardInterrupt:
        click.echo("interrupted: what is done is kept, and the same command goes on with the rest", err=True)
        ctx.exit(130)
    _tell(report, work)
    ctx.exit(int(not report.well))


def _engine(name: str, workers: int | None) -> Any:
    if name == "ray":
        from nanocart.dumps.on_ray import read_all as on_ray

        return partial(on_ray, workers=workers)
    from nanocart.dumps.workers import read_all
    from nanocart.models.devices import cores

    return partial(read_all, workers=workers or cores())


def _tell_plan(plan: Plan) -> None:
    said = [f"{len(plan.tasks):,} files to read ({plan.bytes / 1e6:,.0f} MB)"]
    said += [f"{plan.same:,} known already"] if plan.same else []
    said += [f"{plan.older:,} of an older year, whose place a new baseline has taken"] if plan.older else []
    click.echo(", ".join(said), err=True)
    for one in plan.broken[:_SHOWN]:
        click.echo(f"  {one}", err=True)
    if not (plan.tasks or plan.same or plan.older) and plan.broken:
        raise UsageError("there is no file of a dump", hint="what is wrong with each is listed above")


def _tell_files(plan: Plan) -> None:
    for one in plan.tasks:
        click.echo(one.file.path)


def _tell(report: Report, work: Run) -> None:
    rate = f", {report.bytes / 1e6 / report.seconds:,.0f} MB of XML a second" if report.bytes and report.seconds else ""
    share = f" ({100 * report.matched / report.records:.2f} %)" if report.records else ""
    lines = [
        f"{report.read:,} files read in {report.seconds:,.0f} s{rate}: "
        f"{report.records:,} records, {report.matched:,} matched{share}",
        f"{report.added:,} citations added, {report.changed:,} changed, {report.withdrawn:,} withdrawn; "
        f"{report.documents:,} in all",
    ]
    if report.skipped:
        lines.append(f"skipped: {report.skipped:,} records ({work.store.where}/skipped.jsonl says why)")
    for what, found in (("failed", report.failed), ("damaged", report.damaged)):
        lines += [f"{what}: {one['file']}: {one['reason']}" for one in found[:_SHOWN]]
        if len(found) > _SHOWN:
            lines.append(f"{what}: and {len(found) - _SHOWN:,} more")
    if report.missing:
        names = ", ".join(report.missing[:_SHOWN]) + (" ..." if len(report.missing) > _SHOWN else "")
        lines.append(f"missing between the files: {names}")
    lines += report.notes
    lines += [f"LOOK: {one}" for one in report.alarms]
    lines.append(f"tables: {work.store.where}; ask them by: nanocart query {work.store.where}")
    click.echo("\n".join(lines), err=True)


def _tell_status(out: str) -> None:
    from nanocart.dumps.manifest import Manifest
    from nanocart.dumps.run import settings
    from nanocart.dumps.store import Store
    from nanocart.dumps.tables import State

    store = Store(out)
    said = settings(store)
    if said is None:
        raise UsageError(f"{out} is no result folder", hint="nanocart run DUMP/ -o OUT/ makes one")
    entries, state = list(Manifest(store)), State.read(store)
    states = Counter(one.state for one in entries)
    click.echo(", ".join(f"{count:,} files {what}" for what, count in sorted(states.items())) or "no file read yet")
    click.echo(f"{sum(one.records for one in entries):,} records, {sum(one.matched for one in entries):,} matched")
    click.echo(f"tables: {state.documents:,} citations after run {state.run}")
    click.echo(f"made by nanocart {said['nanocart']}, model {said['model']}")
    for one in entries:
        if one.reason:
            click.echo(f"  {one.name}: {one.state}: {one.reason}")


@contextmanager
def _progress(plan: Plan) -> Iterator[dict[str, Any]]:
    """Lines on a terminal that say how far the run is."""
    if not sys.stderr.isatty():
        yield {}
        return
    from rich import progress as rich
    from rich.console import Console

    columns = (
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TextColumn("{task.fields[said]}"),
        rich.TimeElapsedColumn(),
        rich.TimeRemainingColumn(),
    )
    # Without a thread of its own, which a worker that is begun later would not survive.
    with rich.Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as progress:
        files = progress.add_task("files", total=len(plan.tasks), said="")
        made = progress.add_task("tables", total=None, said="", visible=False)
        counts: Counter[str] = Counter()

        def told(entry: Entry) -> None:
            counts.update(records=entry.records, matched=entry.matched, bytes=entry.bytes)
            took = max(progress.tasks[0].elapsed or 0, 1e-6)
            rate = counts["bytes"] / 1e6 / took
            said = f"{counts['records']:,} records, {counts['matched']:,} matched, {rate:,.0f} MB/s"
            progress.update(files, advance=1, said=said)
            progress.refresh()

        def making(done: int, of: int) -> None:
            progress.update(made, completed=done, total=of, visible=True)
            progress.refresh()

        progress.refresh()
        yield {"told": told, "making": making}
