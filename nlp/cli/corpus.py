"""`nanocart corpus`: annotated documents checked, compared, counted, split, converted and joined with their texts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nanocart.errors import NanocartError, UsageError

if TYPE_CHECKING:
    from nanocart.corpora.collection import Failure
    from nanocart.schema import Document

_targets = click.argument("targets", nargs=-1, metavar="CORPUS...")
_texts = click.option(
    "--texts",
    multiple=True,
    metavar="SOURCE",
    help="Files or folders with the texts of stand-off records (default: what NANOCART_DATA names, if anything).",
)
_output = click.option("-o", "--output", required=True, metavar="PATH", help="Where to write.")
_LISTED = 200


@click.group(short_help="Annotated documents: check, compare, count, split, convert.")
def corpus() -> None:
    """Work with annotated documents.

    CORPUS is "gold" (annotations of real abstracts, without their text), one of its splits ("gold:dev", "gold:test"), a
    blind pass of one ("gold:dev:pass-a"), "written" (abstracts composed for the project), or a file or folder in any
    format that nanocart reads, inline mark-up and stand-off included.
    """


@corpus.command(short_help="Check annotations against the schema and the guidelines.")
@_targets
@_texts
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
        documents, errors = _read([target], texts)
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
@_texts
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

    one, other = (_read([target], texts) for target in (first, second))
    for error in [*one[1], *other[1]]:
        click.echo(str(error), err=True)
    pairs, refused = paired(one[0], other[0])
    for line in refused:
        click.echo(line, err=True)
    if not pairs:
        raise NanocartError("the two have no document in common", hint="documents are matched by their id")
    figures = list(measured.figures(pairs))
    if as_json:
        rows = [{name: getattr(figure, name) for name in figure.__slots__} for figure in figures]
        click.echo(json.dumps({"documents": len(pairs), "signature": SIGNATURE, "figures": rows}, indent=1))
    else:
        sizes = f"{len(pairs)} documents that both annotated ({len(one[0])} and {len(other[0])})"
        click.echo(f"{sizes}; {SIGNATURE}\n")
        click.echo(table(figures))
    if final:
        settled = {document.id: document for document in _read([final], texts)[0]}
        triples = [(a, b, settled[a.id]) for a, b in pairs if a.id in settled]
        click.echo(f"\n{_decided(measured.decisions(triples))}")
    if differences:
        text = "\n".join(_difference_lines(pairs)) + "\n"
        click.echo(text, nl=False) if differences == "-" else _save(Path(differences), text)


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
@_targets
@_texts
def stats(targets: tuple[str, ...], texts: tuple[str, ...]) -> None:
    """A page of counts in Markdown: per split, stratum and type, lengths, and the most frequent concepts."""
    from nanocart.corpora.report import page

    documents, errors = _read(targets or ("gold", "written"), texts)
    for error in errors:
        click.echo(str(error), err=True)
    click.echo(page(documents), nl=False)


@corpus.command("split", short_help="Split documents into train, dev and test.")
@_targets
@_output
@click.option("--shares", default="train=0.8,dev=0.1,test=0.1", show_default=True, help="The parts of the whole.")
@click.option("--seed", default=0, show_default=True, help="Another seed gives another split.")
def split_(targets: tuple[str, ...], output: str, shares: str, seed: int) -> None:
    """Split documents by a seed, stratified, near-duplicates together; a JSON Lines file a split in the folder -o."""
    from nanocart.corpora.saving import writer_for
    from nanocart.corpora.splitting import split

    try:
        parts = {name.strip(): float(share) for name, _, share in (one.partition("=") for one in shares.split(","))}
    except ValueError as error:
        raise UsageError(f"no shares: {shares!r}", hint="for example train=0.8,dev=0.1,test=0.1") from error
    documents = _whole(targets, (), "split")
    Path(output).mkdir(parents=True, exist_ok=True)
    for name, part in split(documents, parts, seed=seed).items():
        writer_for(Path(output) / f"{name}.jsonl").write(part)
        click.echo(f"{name}: {len(part)} documents")


@corpus.command(short_help="Write annotated documents in another format.")
@_targets
@_texts
@_output
@click.option("--to", metavar="FORMAT", help="brat, pubtator, bioc-xml, bioc-json, jsonl, standoff or huggingface.")
@click.pass_context
def convert(ctx: click.Context, targets: tuple[str, ...], texts: tuple[str, ...], output: str, to: str | None) -> None:
    """Write annotated documents to a file or folder: brat, PubTator, BioC, JSON Lines, stand-off, Hugging Face.

    The format follows the suffix of -o unless --to names it. "standoff" keeps no word of the texts; "huggingface" is a
    folder for datasets.load_dataset.
    """
    from nanocart.corpora.saving import writer_for
    from nanocart.corpora.standoff import dehydrate

    documents, errors = _read(targets, texts)
    for error in errors:
        click.echo(str(error), err=True)
    documents = _with_text(documents, "convert")
    if to == "standoff":
        _save(Path(output), "".join(json.dumps(dehydrate(one)) + "\n" for one in documents))
    elif to == "huggingface":
        _export(documents, output)
    else:
        writer_for(output, to).write(documents)
    click.echo(f"{len(documents)} documents written to {output}")
    ctx.exit(int(bool(errors)))


@corpus.command(short_help="Write text files to annotate by hand.")
@_targets
@_output
@click.option("--blank", is_flag=True, help="Leave out the annotations that the documents have.")
def annotate(targets: tuple[str, ...], output: str, blank: bool) -> None:
    """Write each document as a text file with inline mark-up, to be edited with any editor.

    Files that exist are left as they are. Check the result with `nanocart corpus validate FOLDER`, and against the
    original texts with `nanocart corpus check FOLDER ORIGINAL...`.
    """
    from nanocart.corpora.markup import write

    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    new = 0
    for document in _whole(targets, (), "annotate"):
        path = folder / f"{document.id.replace('/', '_')}.txt"
        if not path.exists():
            _save(path, write(document.without_annotations() if blank else document))
            new += 1
    click.echo(f"{new} files written to {output}")


@corpus.command(short_help="Check that hand-edited files still hold the original texts.")
@click.argument("edited")
@click.argument("originals", nargs=-1, required=True)
@click.pass_context
def check(ctx: click.Context, edited: str, originals: tuple[str, ...]) -> None:
    """Compare the texts of hand-edited mark-up files with their originals, and check the annotations."""
    from nanocart.corpora.validation import problems

    documents, errors = _read([edited], ())
    texts = {one.id: one.text for one in _read(originals, ())[0]}
    lines = [str(error) for error in errors]
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


@corpus.command(short_help="Join stand-off annotations with their texts.")
@click.argument("sources", nargs=-1)
@_output
@click.option("--corpus", "target", default="gold", show_default=True, help="Which stand-off corpus or file.")
@click.option("--realign", is_flag=True, help="Move annotations into texts that were changed; tells what is dropped.")
@click.option("--email", help="Fetch missing PubMed abstracts from NCBI, which asks for your e-mail address.")
@click.option("--semantic-scholar", is_flag=True, help="Fetch missing abstracts from Semantic Scholar.")
@click.pass_context
def hydrate(
    ctx: click.Context,
    *,
    sources: tuple[str, ...],
    output: str,
    target: str,
    realign: bool,
    email: str | None,
    semantic_scholar: bool,
) -> None:
    """Join annotations with the texts of SOURCE... (PubMed XML, JSON Lines, nbib, ...) into a file with both.

    Each text is checked by its hash; one that differs only in white space and section labels is aligned, any other is
    refused by its identifier. Exit code 1 where a document is missing.
    """
    from nanocart.corpora import gold
    from nanocart.corpora.formats import read_documents
    from nanocart.corpora.saving import writer_for
    from nanocart.schema import Document

    name, _, part = target.partition(":")
    records = gold.standoff(name, part or None) if name in gold.CORPORA else _records(target)
    named = list(sources) or gold.text_sources(None)
    if not (named or email or semantic_scholar):
        raise UsageError("no source of texts", hint="name files, or give --email (PubMed) or --semantic-scholar")
    found: dict[str, Document] = {}
    missing = {record["id"]: record for record in records}
    refused: list[str] = []

    def take(items: Any) -> None:
        refused.clear()
        for one in gold.join(
            list(missing.values()), (item for item in items if isinstance(item, Document)), move=realign
        ):
            if isinstance(one, Document):
                found[one.id] = one
                missing.pop(one.id)
            else:
                refused.append(str(one))

    take(read_documents(named))
    if missing and (email or semantic_scholar):
        from nanocart.corpora.fetch import by_source, pubmed
        from nanocart.corpora.fetch import semantic_scholar as scholar

        pmids, others = by_source(missing)
        if email and pmids:
            take(pubmed(pmids, email=email))
        if semantic_scholar and others:
            take(scholar(others))
    for line in refused:
        click.echo(line, err=True)
    for one in found.values():
        if one.extra.get("dropped"):
            click.echo(f"{one.id}: the text was changed; dropped {', '.join(one.extra['dropped'])}", err=True)
    writer_for(output).write(found[record["id"]] for record in records if record["id"] in found)
    click.echo(f"{len(found)} of {len(records)} documents written to {output}")
    ctx.exit(int(len(found) < len(records)))


@corpus.command(short_help="The page with which people annotate thirty test documents.")
@click.argument("sources", nargs=-1)
@_output
def kit(sources: tuple[str, ...], output: str) -> None:
    """Write the annotation page, one self-contained HTML file, with thirty test documents drawn by a seed.

    SOURCE... have the texts (default: what NANOCART_DATA names). Send the page to a biologist; score what comes back
    with `nanocart corpus agreement gold:test answers.jsonl`.
    """
    from nanocart.corpora import gold
    from nanocart.corpora.kit import chosen, page

    ids = set(chosen([one["id"] for one in gold.standoff("gold", "test")]))
    documents = [one for one in gold.load("gold", "test", sources or None) if one.id in ids]
    _save(Path(output), page(one.without_annotations() for one in documents))
    click.echo(f"{len(documents)} documents in {output}")


def _read(targets: Sequence[str], texts: Sequence[str]) -> tuple[list[Document], list[Failure]]:
    from nanocart.corpora.collection import read
    from nanocart.corpora.gold import text_sources

    if not targets:
        raise UsageError("name a corpus, a file or a folder", hint="for example: gold:dev")
    return read(targets, list(texts) or text_sources(None) or None)


def _whole(targets: Sequence[str], texts: Sequence[str], what: str) -> list[Document]:
    documents, errors = _read(targets, texts)
    for error in errors:
        click.echo(str(error), err=True)
    return _with_text(documents, what)


def _with_text(documents: list[Document], what: str) -> list[Document]:
    if any(one.entities and not one.text.strip() for one in documents):
        raise UsageError(f"stand-off annotations have no text to {what}", hint="name their sources with --texts")
    return documents


def _records(path: str) -> list[Any]:
    from nanocart.corpora.collection import is_standoff

    try:
        records = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}", hint="name gold, gold:dev, or a stand-off file") from error
    if not all(isinstance(one, dict) and is_standoff(one) for one in records):
        raise UsageError(f"{path} is no stand-off file", hint="make one with: nanocart corpus convert --to standoff")
    return records


def _difference_lines(pairs: Sequence[tuple[Document, Document]]) -> list[str]:
    from nanocart.eval.agreement import differences

    texts = {one.id: one.text or other.text for one, other in pairs}
    lines = ["document\tkind\tstart\tend\tfirst\tsecond\ttext"]
    for one in differences(pairs):
        words = " ".join(texts[one.document][one.start : one.end].split())
        lines.append("\t".join(map(str, (one.document, one.kind, one.start, one.end, one.first, one.second, words))))
    return lines


def _export(documents: Sequence[Document], output: str) -> None:
    from nanocart.corpora.gold import SIGNATURE
    from nanocart.corpora.huggingface import export

    splits: dict[str, list[Document]] = {}
    for one in documents:
        splits.setdefault(str(one.extra.get("split") or "train"), []).append(one)
    export(output, splits, name="nanocart", summary=SIGNATURE)


def _save(path: Path, text: str) -> None:
    from nanocart.corpora.saving import whole_file

    try:
        with whole_file(path) as stream:
            stream.write(text.encode("utf-8"))
    except OSError as error:
        raise NanocartError(f"{path} cannot be written: {error}", hint="name another place") from error
