"""`nanocart eval` and `nanocart compare`: predictions scored against a gold standard, and against each other."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nanocart.errors import NanocartError

if TYPE_CHECKING:
    from nanocart.eval.scores import Figure
    from nanocart.eval.signature import Signature
    from nanocart.eval.tables import Style
    from nanocart.schema import Document

F = TypeVar("F", bound=Callable[..., Any])


def style(command: F) -> F:
    """`--markdown` and `--latex`: how the table is written."""
    for name in ("Markdown", "LaTeX"):
        flag = name.lower()
        command = click.option(f"--{flag}", "style", flag_value=flag, help=f"The table in {name}.")(command)
    return click.option("--plain", "style", flag_value="plain", default=True, help="The table for a screen (default).")(
        command
    )


_texts = click.option("--texts", multiple=True, metavar="SOURCE", help="Files with the texts of stand-off records.")
_all = click.option("--all", "every", is_flag=True, help="Every measure, not only the headline ones.")
_json = click.option("--json", "path", metavar="FILE", help="Also write figures, counts per document and signature.")
_resamples = click.option("--resamples", default=10_000, show_default=True, type=click.IntRange(1))
_seed = click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of the bootstrap.")


def _define(ctx: click.Context, parameter: click.Parameter, asked: bool) -> None:
    """Print every measure with its definition, and end."""
    if asked:
        from nanocart.eval.scores import MACROS, MEASURES

        lines = [f"{one.name}: {one.definition}" for one in MEASURES.values()]
        click.echo("\n".join([*lines, *(f"{one.name}: {one.definition}" for one in MACROS)]))
        ctx.exit()


@click.command("eval", short_help="Score predictions against a gold standard.")
@click.argument("gold")
@click.argument("predicted")
@_texts
@style
@_all
@click.option("--define", is_flag=True, is_eager=True, expose_value=False, callback=_define, help="What is measured.")
@_json
@_resamples
@_seed
def evaluate(
    *,
    gold: str,
    predicted: str,
    texts: tuple[str, ...],
    style: Style,
    every: bool,
    path: str | None,
    resamples: int,
    seed: int,
) -> None:
    """Score the predictions PREDICTED against GOLD, with 95 % bootstrap intervals over documents.

    Both are files or folders in any format that nanocart reads, or corpora such as "gold:dev". A gold document without
    a prediction counts as predicted empty, and is named.
    """
    from nanocart.eval import tables
    from nanocart.eval.matching import matched
    from nanocart.eval.scores import count, figures

    wanted, signature = read_gold(gold, texts, resamples, seed)
    pairs = matched(wanted, read_predictions(predicted, texts))
    warn(pairs.warnings)
    table = count(pairs.pairs)
    found = figures(table, resamples=resamples, seed=seed)
    click.echo(tables.scores(found if every else headline(found), style))
    click.echo(f"\n{signature(predicted)}")
    if path:
        write_json(path, signature(predicted), found, table)


@click.command(short_help="Compare systems on the same gold standard.")
@click.argument("gold")
@click.argument("systems", nargs=-1, required=True)
@_texts
@style
@click.option("--measure", "measures", multiple=True, help="Which measures (default: four headline ones).")
@_resamples
@_seed
def compare(
    *,
    gold: str,
    systems: tuple[str, ...],
    texts: tuple[str, ...],
    style: Style,
    measures: tuple[str, ...],
    resamples: int,
    seed: int,
) -> None:
    """Compare the predictions of two or more systems: each of the others with the first.

    Differences come with a paired bootstrap interval and the p-value of approximate randomisation, by Holm's method
    over all lines of the table.
    """
    from nanocart.eval import tables
    from nanocart.eval.compare import difference, holm
    from nanocart.eval.matching import matched
    from nanocart.eval.scores import MEASURES, count

    if len(systems) < 2:
        raise click.UsageError("name at least two predictions to compare")
    names = measures or ("spans/strict/six types", "relations/document/five relations", "findings/core rows", "scope")
    for name in names:
        if name not in MEASURES:
            raise click.UsageError(
                f"no measure {name!r} to compare by; nanocart eval --define lists them (no macro averages)"
            )
    wanted, signature = read_gold(gold, texts, resamples, seed)
    counted = []
    for system in systems:
        pairs = matched(wanted, read_predictions(system, texts))
        warn([f"{system}: {line}" for line in pairs.warnings])
        counted.append(count(pairs.pairs, names))
    found = [
        (system, difference(counted[0], table, name, resamples=resamples, seed=seed))
        for system, table in zip(systems[1:], counted[1:], strict=True)
        for name in names
    ]
    adjusted = holm([one.p for _, one in found])
    click.echo(f"first: {systems[0]}\n")
    click.echo(tables.differences([(name, one, p) for (name, one), p in zip(found, adjusted, strict=True)], style))
    click.echo(f"\n{signature(' and '.join(systems))}")


def headline(figures: Sequence[Figure]) -> list[Figure]:
    """The figures of the short table, in its order."""
    from nanocart.eval.tables import HEADLINE

    by_name = {one.name: one for one in figures}
    return [by_name[name] for name in HEADLINE if name in by_name]


def read_gold(gold: str, texts: Sequence[str], resamples: int, seed: int) -> tuple[list[Document], Any]:
    """The gold documents, and a function that signs the scores of a system on them."""
    from nanocart.corpora import external
    from nanocart.corpora.collection import read
    from nanocart.corpora.gold import CORPORA, SIGNATURE, standoff, text_sources
    from nanocart.eval.signature import Signature, corpus_hash

    name, _, split = gold.partition(":")
    if name in external.EXTERNAL:
        documents = external.load(name, split or None)
    else:
        documents, errors = read([gold], list(texts) or text_sources(None) or None)
        warn([str(error) for error in errors])
    if any(one.entities and not one.text.strip() for one in documents):
        hint = "name the sources of its texts with --texts, or set NANOCART_DATA"
        raise NanocartError(f"{gold} has no texts here", hint=hint)
    shipped = name in CORPORA or name in external.EXTERNAL
    splits = {one["id"]: one["split"] for one in standoff("gold")}
    found = {splits.get(one.id, "") for one in documents}
    if "test" in found:
        warn(["this scores the test split: choose nothing by it; the releases that were scored are in eval/LEDGER.tsv"])
    hashed = corpus_hash(documents)

    def signature(system: str, version: str = "") -> Signature:
        return Signature(
            system=system,
            system_version=version,
            corpus=name if shipped else gold,
            split=split if shipped else "+".join(sorted(found - {""})),
            documents=len(documents),
            hash=hashed,
            annotators=SIGNATURE if found - {""} else "",
            resamples=resamples,
            seed=seed,
        )

    return documents, signature


def read_predictions(predicted: str, texts: Sequence[str]) -> list[Document]:
    """The predicted documents; what could not be read is told. Raises `NanocartError` where nothing could be."""
    from nanocart.eval.systems import predictions

    documents, errors = predictions(predicted, texts)
    warn([str(error) for error in errors])
    return documents


def warn(lines: Sequence[str]) -> None:
    """Tell what did not fit, on standard error."""
    for line in lines[:50]:
        click.echo(f"warning: {line}", err=True)
    if len(lines) > 50:
        click.echo(f"warning: ... and {len(lines) - 50} more", err=True)


def write_json(path: str, signature: Signature, figures: Sequence[Figure], table: Any) -> None:
    """Figures, counts per document and signature in one file, written whole."""
    from pathlib import Path

    from nanocart.cli.annotated import save

    data = {
        "signature": str(signature),
        "figures": [asdict(one) for one in figures],
        "documents": {
            id_: {
                name: list(map(int, cells))
                for name, cells in zip(table.measures, table.counts[at], strict=True)
                if cells.any()
            }
            for at, id_ in enumerate(table.documents)
        },
    }
    save(Path(path), json.dumps(data, indent=1) + "\n")
