"""`nanocart corpus`: annotated documents checked, compared, counted, split, converted and joined with their texts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nanocart.cli import annotated, corpus_files
from nanocart.errors import NanocartError, RecordError

if TYPE_CHECKING:
    from nanocart.corpora.gold import Failure
    from nanocart.schema import Document

_LISTED = 200


@click.group(short_help="Annotated documents: check, compare, count, split, convert.")
def corpus() -> None:
    """Work with annotated documents.

    CORPUS is "gold" (annotations of real abstracts, without their text), one of its splits ("gold:dev", "gold:test"), a
    blind pass of one ("gold:dev:pass-a"), "written" (abstracts composed for the project), or a file or folder in any
    format that nanocart reads, inline mark-up and stand-off included.
    """


@corpus.command(short_help="Check annotations against the schema and the guidelines.")
@annotated.targets
@annotated.texts
@click.option("--hints", is_flag=True, help="Also list what may be wrong, such as words marked in one place only.")
@click.pass_context
def validate(ctx: click.Context, targets: tuple[str, ...], texts: tuple[str, ...], hints: bool) -> None:
    """Check annotations: offsets, overlaps, types, signatures, clusters, findings, duplicates across splits.

    Without CORPUS everything that is shipped. Exit code 1 where anything is wrong.
    """
    from nanocart.corpora.validation import across, problems

    named: list[tuple[str, Document]] = []
    failures: list[Failure] = []
    for target in targets or ("gold", "written"):
        documents, errors = annotated.read_corpora([target], texts)
        failures += errors
        named += [(str(one.extra.get("split") or target), one) for one in documents]
    remarks = [one for _, document in named for one in problems(document)] + across(named)
    wrong = [one for one in remarks if not one.hint]
    shown = [str(one) for one in wrong] + [f"hint: {one}" for one in remarks if one.hint and hints]
    for line in [str(error) for error in failures] + shown[:_LISTED]:
        click.echo(line)
    if len(shown) > _LISTED:
        click.echo(f"... and {len(shown) - _LISTED} more")
    blank = sum(not document.text.strip() for _, document in named)
    without = f", {blank} of them without their text" if blank else ""
    hinted = len(remarks) - len(wrong)
    click.echo(f"{len(named)} documents{without}: {len(wrong) + len(failures)} wrong, {hinted} hints")
    ctx.exit(int(bool(wrong or failures)))


@corpus.command(short_help="How far two annotations of the same documents agree.")
@click.argument("first")
@click.argument("second")
@annotated.texts
@click.option("--differences", metavar="FILE.tsv", help="List every disagreement; '-' for the screen.")
@click.option("--final", metavar="CORPUS", help="A third annotation: count which side it found right.")
@click.option("--json", "as_json", is_flag=True, help="The figures as JSON.")
def agreement(
    *, first: str, second: str, texts: tuple[str, ...], differences: str | None, final: str | None, as_json: bool
) -> None:
    """Agreement of two annotations of the same documents, with 95 % bootstrap intervals over documents.

    FIRST and SECOND are CORPUS names or files, for example: nanocart corpus agreement gold:test answers.jsonl
    """
    from nanocart.corpora.gold import SIGNATURE
    from nanocart.eval import agreement as measured

    one, other = (annotated.read_corpora([target], texts) for target in (first, second))
    annotated.tell([*one[1], *other[1]])
    pairs, refused = paired(one[0], other[0])
    annotated.tell(refused)
    if not pairs:
        raise NanocartError("the two have no document in common", hint="documents are matched by their id")
    triples = _settled(pairs, final, texts) if final else []
    # Only of the gold set is it known who annotated it.
    sides = [target.split(":")[0] for target in (first, second)]
    signature = SIGNATURE if "gold" in sides else ""
    figures = list(measured.figures(pairs))
    if as_json:
        rows = [{name: getattr(figure, name) for name in figure.__slots__} for figure in figures]
        click.echo(json.dumps({"documents": len(pairs), "signature": signature, "figures": rows}, indent=1))
    else:
        sizes = f"{len(pairs)} documents that both annotated ({len(one[0])} and {len(other[0])})"
        click.echo(f"{sizes}{f'; {signature}' if signature else ''}\n")
        click.echo(table(figures))
    if final:
        click.echo(f"\n{_decided(measured.decisions(triples))}")
    if differences:
        text = "\n".join(_difference_lines(pairs)) + "\n"
        click.echo(text, nl=False) if differences == "-" else annotated.save(Path(differences), text)


def _settled(
    pairs: Sequence[tuple[Document, Document]], final: str, texts: tuple[str, ...]
) -> list[tuple[Document, Document, Document]]:
    """The pairs with the final annotation of each; what could not be read of it is told."""
    documents, errors = annotated.read_corpora([final], texts)
    annotated.tell(errors)
    settled = {one.id: one for one in documents}
    triples = [(a, b, settled[a.id]) for a, b in pairs if a.id in settled]
    if not triples:
        raise NanocartError(f"--final {final} has none of the documents", hint="documents are matched by their id")
    return triples


def paired(first: Sequence[Document], second: Sequence[Document]) -> tuple[list[tuple[Document, Document]], list[str]]:
    """The documents that both sides have, by id, and in words which are left out because their texts differ."""
    from nanocart.corpora.standoff import sha256

    def hashed(document: Document) -> str:
        return str(document.extra.get("sha256") or sha256(document.text))

    theirs = {one.id: one for one in second}
    pairs, refused = [], []
    for one in first:
        other = theirs.get(one.id)
        if other is not None and hashed(one) == hashed(other):
            pairs.append((one, other))
        elif other is not None:
            refused.append(f"{one.id}: left out, since the two annotate different texts")
    return pairs, refused


def table(figures: Sequence[Any]) -> str:
    """Figures of agreement as a Markdown table."""
    lines = ["| agreement | | figure | 95 % interval | cases |", "|---|---|---:|---|---:|"]
    group = ""
    for one in figures:
        shown = one.group if one.group != group else ""
        group = one.group
        value = f"{one.value:.3f} | {one.low:.3f} to {one.high:.3f}" if one.cases else "- | -"
        lines.append(f"| {shown} | {one.name} | {value} | {one.cases} |")
    return "\n".join(lines)


def _decided(counts: dict[str, Any]) -> str:
    lines = ["| where they differed, right was | first | second | neither |", "|---|---:|---:|---:|"]
    for kind, one in counts.items():
        lines.append(f"| {kind} | {one['first']} | {one['second']} | {one['neither']} |")
    return "\n".join(lines)


@corpus.command(short_help="Counts per split, stratum and type.")
@annotated.targets
@annotated.texts
def stats(targets: tuple[str, ...], texts: tuple[str, ...]) -> None:
    """A page of counts in Markdown: per split, stratum and type, lengths, and the most frequent concepts."""
    from nanocart.corpora.report import page

    documents, errors = annotated.read_corpora(targets or ("gold", "written"), texts)
    annotated.tell(errors)
    click.echo(page(documents or annotated.nothing_read(targets)), nl=False)


@corpus.command(short_help="Check that hand-edited files still hold the original texts.")
@click.argument("edited")
@click.argument("originals", nargs=-1, required=True)
@click.pass_context
def check(ctx: click.Context, edited: str, originals: tuple[str, ...]) -> None:
    """Compare the texts of hand-edited mark-up files with their originals, and check the annotations.

    Exit code 1 where a text was changed, an annotation is wrong, or an original has no edited file.
    """
    from nanocart.corpora.validation import problems

    documents, errors = annotated.read_corpora([edited], ())
    texts = {one.id: one.text for one in annotated.whole_documents(originals, (), "compare with")}
    lines = [str(error) for error in errors]
    there = {one.id for one in documents} | {one.record for one in errors if isinstance(one, RecordError)}
    lines += [f"{id_}: {edited} has no readable file of this original" for id_ in texts if id_ not in there]
    for one in documents:
        if one.id not in texts:
            lines.append(f"{one.id}: none of the originals has this id")
        elif one.text != texts[one.id]:
            pairs = zip(one.text, texts[one.id], strict=False)
            at = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one.text), len(texts[one.id])))
            lines.append(f"{one.id}: the text was changed at character {at}: {one.text[at : at + 30]!r}")
        lines += [str(remark) for remark in problems(one) if not remark.hint]
    click.echo("\n".join([*lines, f"{len(documents)} documents: {len(lines)} wrong"]))
    ctx.exit(int(bool(lines)))


def _difference_lines(pairs: Sequence[tuple[Document, Document]]) -> list[str]:
    from nanocart.eval.agreement import differences

    texts = {one.id: one.text or other.text for one, other in pairs}
    lines = ["document\tkind\tstart\tend\tfirst\tsecond\ttext"]
    for one in differences(pairs):
        words = " ".join(texts[one.document][one.start : one.end].split())
        lines.append("\t".join(map(str, (one.document, one.kind, one.start, one.end, one.first, one.second, words))))
    return lines


for _command in (
    corpus_files.hydrate,
    corpus_files.convert,
    corpus_files.annotate,
    corpus_files.split_,
    corpus_files.kit,
):
    corpus.add_command(_command)
