"""`nanocart benchmark`: systems run end to end on a corpus, with accuracy, time and memory side by side."""

from __future__ import annotations

import json
import resource
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from nanocart.cli.evaluate import headline, read_gold, style, warn

if TYPE_CHECKING:
    from nanocart.eval.scores import Figure
    from nanocart.eval.tables import Style

_SHOWN = (
    ("spans", "spans/strict/six types"),
    ("overlap", "spans/overlap/six types"),
    ("relations", "relations/document/five relations"),
    ("core rows", "findings/core rows"),
    ("slots", "findings/slots/all"),
    ("scope", "scope"),
)


@click.command(short_help="Run systems on a corpus: accuracy, time and memory.")
@click.argument("systems", nargs=-1, required=True, metavar="SYSTEM...")
@click.option("--corpus", "gold", default="gold:dev", show_default=True, help="A corpus, or a file of gold documents.")
@click.option("--texts", multiple=True, metavar="SOURCE", help="Files with the texts of stand-off records.")
@style
@click.option("--json", "path", metavar="FILE", help="Also write every figure and the signatures.")
@click.option("--all", "every", is_flag=True, help="The headline measures of each system, a table each.")
@click.option("--resamples", default=10_000, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0))
def benchmark(
    *,
    systems: tuple[str, ...],
    gold: str,
    texts: tuple[str, ...],
    style: Style,
    path: str | None,
    every: bool,
    resamples: int,
    seed: int,
) -> None:
    """Run systems end to end: F1 with its interval, seconds per 1,000 documents, peak memory of the process so far.

    SYSTEM is "transformer" (the shipped model; "transformer:FOLDER" is another), "rules", either of them with
    ":no-scope" or ":gold-entities" (the gold's mentions are given, so that relations are measured alone), "dictionary"
    (longest lexicon matches), "file:PATH" (predictions made elsewhere), "reader:dev:pass-a" (a blind annotation pass:
    what a reader reaches), and what you have installed:
    "spacy:PACKAGE", "hf:MODEL" (token classification), "gliner:MODEL", "llm:MODEL" (any OpenAI-compatible endpoint, by
    OPENAI_BASE_URL and OPENAI_API_KEY). CORPUS is also one of others,
    from NANOCART_DATA: bc5cdr, ncbi-disease, bionlp13cg, jnlpba or pico, each also with ":SPLIT".
    """
    from nanocart.eval import tables
    from nanocart.eval.matching import matched
    from nanocart.eval.scores import count, figures
    from nanocart.eval.systems import system

    documents, signature = read_gold(gold, texts, resamples, seed)
    columns = _columns(gold)
    lines: list[list[str]] = []
    records: list[dict[str, Any]] = []
    for name in systems:
        made = system(name)
        predicted, seconds = made.run(documents)
        pairs = matched(documents, predicted)
        warn([f"{name}: {line}" for line in pairs.warnings])
        found = figures(count(pairs.pairs), resamples=resamples, seed=seed)
        by_name = {one.name: one for one in found}
        asked = any(one.study.in_scope is not None for one in predicted)
        shown = [
            "-" if measure == "scope" and not asked else _with_interval(by_name[measure]) for _, measure in columns
        ]
        per_thousand = f"{1_000 * seconds / len(documents):.1f}" if made.timed else "-"
        lines.append([name, *shown, per_thousand, f"{_peak() / 1e6:,.0f}" if made.timed else "-"])
        record = {"signature": str(signature(name, made.version)), "seconds": seconds if made.timed else None}
        records.append({**record, "figures": [_plain(one) for one in found]})
        if every:
            click.echo(f"{name}\n{tables.scores(headline(found), style)}\n")
    head = ["system", *(title for title, _ in columns), "s per 1,000", "peak MB so far"]
    click.echo(tables.render(head, lines, style))
    click.echo("\n" + "\n".join(str(record["signature"]) for record in records))
    if path:
        from pathlib import Path

        from nanocart.cli.annotated import save

        save(Path(path), json.dumps(records, indent=1) + "\n")


def _columns(gold: str) -> Sequence[tuple[str, str]]:
    """What the table shows: on a corpus of others the spans of the types that its labels map to."""
    from nanocart.corpora.external import EXTERNAL

    name = gold.partition(":")[0]
    if name not in EXTERNAL:
        return _SHOWN
    labels = dict.fromkeys(EXTERNAL[name].labels.values())
    return [(f"{label}, {mode}", f"spans/{mode}/{label}") for label in labels for mode in ("strict", "overlap")]


def _with_interval(one: Figure) -> str:
    return f"{one.value:.3f} ({one.low:.3f}-{one.high:.3f})"


def _plain(one: Figure) -> dict[str, Any]:
    counts = [one.counts.tp, one.counts.fp, one.counts.fn] if one.counts else None
    return {"name": one.name, "value": one.value, "low": one.low, "high": one.high, "counts": counts}


def _peak() -> int:
    """Bytes: the most memory that this process has held (Linux counts in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
