"""The page of results: systems on a split of the gold set, with intervals, time and a plot, written by one command.

    python -m nanocart.eval.results dev                     make results
    python -m nanocart.eval.results external                the same for the corpora of others
    python -m nanocart.eval.results test --release rules    make release-scores: once per released system

Each run replaces its split's section of `RESULTS.md` and its figures in `results/SPLIT.json`. The test split is scored
only with `--release`, which names the one system that is released, and each such run is a line of `LEDGER.tsv`.
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from nanocart.corpora import gold
from nanocart.corpora.external import EXTERNAL, load
from nanocart.corpora.saving import whole_file
from nanocart.errors import NanocartError
from nanocart.eval import tables
from nanocart.eval.compare import Difference, difference, holm
from nanocart.eval.counts import Counts
from nanocart.eval.matching import matched
from nanocart.eval.scores import Figure, Table, count, figures
from nanocart.eval.signature import Signature, corpus_hash
from nanocart.eval.systems import system
from nanocart.schema import Document

HERE: Final = Path(__file__).parent
SYSTEMS: Final = ("rules", "transformer", "dictionary", "rules:gold-entities", "transformer:gold-entities")
READERS: Final = ("pass-a", "pass-b")
COMPARED: Final = ("spans/strict/six types", "relations/document/five relations", "findings/core rows")
SHOWN: Final = (
    ("four types", "spans/strict/four types"),
    ("cargo", "spans/strict/CARGO"),
    ("outcome", "spans/strict/OUTCOME"),
    ("six types", "spans/strict/six types"),
    ("relations", "relations/document/five relations"),
    ("core rows", "findings/core rows"),
    ("slots", "findings/slots/all"),
    ("whole rows", "findings/whole rows"),
    ("scope", "scope"),
)


def run(split: str, names: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """The section of a split, and its figures for machines. Raises `NanocartError` where a text is missing."""
    documents = gold.load("gold", split)
    wanted = len(gold.standoff("gold", split))
    if len(documents) < wanted:
        raise NanocartError(f"{wanted - len(documents)} of {wanted} texts are missing", hint="results need all of them")
    counted: dict[str, Table] = {}
    records: list[dict[str, Any]] = []
    for name in (*names, *(f"reader:{split}:{one}" for one in READERS)):
        made = system(name)
        predicted, took = made.run(documents)
        pairs = matched(documents, predicted)
        seconds = took if made.timed else None
        counted[name] = count(pairs.pairs)
        found = figures(counted[name])
        signature = Signature(
            name, made.version, "gold", split, len(documents), corpus_hash(documents), gold.SIGNATURE, 10_000, 0
        )
        if all(one.study.in_scope is None for one in predicted):
            found = [one for one in found if one.name != "scope"]  # it was never asked
        records.append({"system": name, "signature": str(signature), "seconds": seconds, "figures": _plain(found)})
    lines = [_section(split, documents, records, counted, names), _by_stratum(documents, counted)]
    return "\n\n".join(lines) + "\n", {"split": split, "systems": records}


def _section(
    split: str,
    documents: Sequence[Document],
    records: Sequence[dict[str, Any]],
    counted: dict[str, Table],
    names: Sequence[str],
) -> str:
    rows = []
    for record in records:
        by_name = {one["name"]: one for one in record["figures"]}
        cells = [
            f"{one['value']:.3f} ({one['low']:.3f}-{one['high']:.3f})" if (one := by_name.get(name)) else "-"
            for _, name in SHOWN
        ]
        took = record["seconds"]
        rows.append([record["system"], *cells, f"{1_000 * took / len(documents):.0f}" if took is not None else "-"])
    head = ["F1 (95 % interval)", *(title for title, _ in SHOWN), "s per 1,000"]
    parts = [f"{len(documents)} documents.", tables.render(head, rows, "markdown")]
    if len(names) > 1:
        found: list[tuple[str, Difference]] = [
            (name, difference(counted[names[0]], counted[name], measure))
            for name in names[1:]
            if not name.endswith("gold-entities")
            for measure in COMPARED
        ]
        adjusted = holm([one.p for _, one in found])
        lines = [(name, one, p) for (name, one), p in zip(found, adjusted, strict=True)]
        parts += [f"Compared with {names[0]}:", tables.differences(lines, "markdown")]
    parts.append("Signatures:\n\n" + "\n".join(f"    {record['signature']}" for record in records))
    return "\n\n".join([f"### {split}", *parts])


def external() -> str:
    """The section on the corpora of others: the spans of the types that their labels map to."""
    rows = []
    for name, corpus in EXTERNAL.items():
        documents = load(name)
        for one in ("rules:no-scope", "transformer:no-scope", "dictionary"):
            pairs = matched(documents, system(one).read([document.without_annotations() for document in documents]))
            for label in dict.fromkeys(corpus.labels.values()):
                modes = [f"spans/{mode}/{label}" for mode in ("strict", "overlap")]
                found = figures(count(pairs.pairs, modes))
                cells = [
                    f"{figure.value:.3f} ({figure.low:.3f}-{figure.high:.3f})" for figure in found if figure.counts
                ]
                rows.append([corpus.title, label, one, *cells])
    head = ["corpus, its last split", "type", "system", "strict", "overlap"]
    notes = [
        f"- {corpus.title}: {corpus.differs}{'; ' + corpus.overlaps if corpus.overlaps else ''}."
        for corpus in EXTERNAL.values()
    ]
    return "\n\n".join([tables.render(head, rows, "markdown"), "\n".join(notes)]) + "\n"


def _by_stratum(documents: Sequence[Document], counted: dict[str, Table]) -> str:
    strata = sorted({str(one.extra.get("stratum")) for one in documents})
    rows = []
    for stratum in strata:
        inside = [at for at, one in enumerate(documents) if one.extra.get("stratum") == stratum]
        cells = []
        for table in counted.values():
            part = Table(tuple(table.documents[at] for at in inside), table.measures, table.counts[inside])
            [six] = [one for one in figures(part, resamples=2_000) if one.name == "spans/strict/six types"]
            cells.append(f"{six.value:.3f} ({six.low:.3f}-{six.high:.3f})" if six.counts != Counts() else "-")
        rows.append([stratum, str(len(inside)), *cells])
    title = "Spans of six types, strict, by stratum (`-`: nothing to find and nothing claimed):"
    return f"{title}\n\n{tables.render(['stratum', 'documents', *counted], rows, 'markdown')}"


def plot(path: Path, data: dict[str, Any], documents: int) -> None:
    """Accuracy against time, a point per system that was timed."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 4))
    for record in data["systems"]:
        if record["seconds"] is not None:
            [one] = [item for item in record["figures"] if item["name"] == "spans/strict/six types"]
            x = 1_000 * record["seconds"] / documents
            spread = [[one["value"] - one["low"]], [one["high"] - one["value"]]]
            axes.errorbar(x, one["value"], yerr=spread, fmt="o", capsize=3)
            axes.annotate(record["system"], (x, one["value"]), xytext=(6, 4), textcoords="offset points")
    axes.set(xlabel="seconds per 1,000 abstracts", ylabel="F1, six types, strict", ylim=(0, 1), xscale="log")
    axes.set_title(f"gold:{data['split']}, {documents} abstracts")
    axes.margins(x=0.4)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def write(name: str, section: str) -> None:
    """Replace a section of the page."""
    page = (HERE / "RESULTS.md").read_text("utf-8")
    start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    before, _, rest = page.partition(start)
    _, _, after = rest.partition(end)
    with whole_file(HERE / "RESULTS.md") as stream:
        stream.write(f"{before}{start}\n{section}\n{end}{after}".encode())


def keep(split: str, data: dict[str, Any], documents: int) -> None:
    """Write a split's figures for machines, and its plot."""
    (HERE / "results").mkdir(exist_ok=True)
    with whole_file(HERE / "results" / f"{split}.json") as stream:
        stream.write((json.dumps(data, indent=1) + "\n").encode())
    plot(HERE / "results" / f"{split}.svg", data, documents)


def _plain(found: Sequence[Figure]) -> list[dict[str, Any]]:
    return [
        {"name": one.name, "value": round(one.value, 4), "low": round(one.low, 4), "high": round(one.high, 4)}
        for one in found
    ]


def hashes() -> dict[str, str]:
    """The hash that each split's signatures on the page carry."""
    page = (HERE / "RESULTS.md").read_text("utf-8")
    return {match[1]: match[2] for match in re.finditer(r"corpus:gold\|split:(\w+)\|.*?\|hash:(\w+)", page)}


def main() -> None:
    """Score, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("dev", "external", "test"))
    parser.add_argument("--release", metavar="SYSTEM", help="the system that is released, for the test split")
    args = parser.parse_args()
    if (args.what == "test") != bool(args.release):
        parser.error("the test split is scored only for a release: --release SYSTEM, and nothing else with it")
    try:
        if args.what == "external":
            write("external", external())
            return
        names = SYSTEMS if args.what == "dev" else tuple(dict.fromkeys((args.release, *SYSTEMS)))
        section, data = run(args.what, names)
    except NanocartError as error:
        raise SystemExit(f"Error: {error}") from error
    keep(args.what, data, len(gold.standoff("gold", args.what)))
    write(args.what, f"{section}\n![F1 against time](results/{args.what}.svg)\n")
    if args.release:
        signature = data["systems"][0]["signature"]
        line = [datetime.date.today().isoformat(), args.release, Signature.parse(signature).system_version, signature]
        with (HERE / "LEDGER.tsv").open("a", encoding="utf-8") as stream:
            stream.write("\t".join(line) + "\n")


if __name__ == "__main__":
    main()
