"""`nanocart corpus`, the commands that write files: split, convert, annotate, hydrate, kit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nanocart.cli import annotated
from nanocart.errors import UsageError

if TYPE_CHECKING:
    from nanocart.schema import Document


@click.command("split", short_help="Split documents into train, dev and test.")
@annotated.targets
@annotated.output
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
    documents = annotated.whole_documents(targets, (), "split")
    Path(output).mkdir(parents=True, exist_ok=True)
    for name, part in split(documents, parts, seed=seed).items():
        writer_for(Path(output) / f"{name}.jsonl").write(part)
        click.echo(f"{name}: {len(part)} documents")


@click.command(short_help="Write annotated documents in another format.")
@annotated.targets
@annotated.texts
@annotated.output
@click.option("--to", metavar="FORMAT", help="brat, pubtator, bioc-xml, bioc-json, jsonl, standoff or huggingface.")
@click.pass_context
def convert(ctx: click.Context, targets: tuple[str, ...], texts: tuple[str, ...], output: str, to: str | None) -> None:
    """Write annotated documents to a file or folder: brat, PubTator, BioC, JSON Lines, stand-off, Hugging Face.

    The format follows the suffix of -o unless --to names it. "standoff" keeps no word of the texts; "huggingface" is a
    folder for datasets.load_dataset.
    """
    from nanocart.corpora.saving import writer_for
    from nanocart.corpora.standoff import dehydrate

    documents, errors = annotated.read_corpora(targets, texts)
    for error in errors:
        click.echo(str(error), err=True)
    documents = annotated.with_text(documents, "convert")
    if to == "standoff":
        annotated.save(Path(output), "".join(json.dumps(dehydrate(one)) + "\n" for one in documents))
    elif to == "huggingface":
        _export(documents, output)
    else:
        writer_for(output, to).write(documents)
    click.echo(f"{len(documents)} documents written to {output}")
    ctx.exit(int(bool(errors)))


@click.command(short_help="Write text files to annotate by hand.")
@annotated.targets
@annotated.output
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
    for document in annotated.whole_documents(targets, (), "annotate"):
        path = folder / f"{document.id.replace('/', '_')}.txt"
        if not path.exists():
            annotated.save(path, write(document.without_annotations() if blank else document))
            new += 1
    click.echo(f"{new} files written to {output}")


@click.command(short_help="Join stand-off annotations with their texts.")
@click.argument("sources", nargs=-1)
@annotated.output
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
    from nanocart.corpora.saving import writer_for
    from nanocart.schema import Document

    name, _, part = target.partition(":")
    records = gold.standoff(name, part or None) if name in gold.CORPORA else annotated.standoff_records(target)
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

    take(gold.texts_of(named))
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


@click.command(short_help="The page with which people annotate thirty test documents.")
@click.argument("sources", nargs=-1)
@annotated.output
def kit(sources: tuple[str, ...], output: str) -> None:
    """Write the annotation page, one self-contained HTML file, with thirty test documents drawn by a seed.

    SOURCE... have the texts (default: what NANOCART_DATA names). Send the page to a biologist; score what comes back
    with `nanocart corpus agreement gold:test answers.jsonl`.
    """
    from nanocart.corpora import gold
    from nanocart.corpora.kit import chosen, page

    ids = set(chosen([one["id"] for one in gold.standoff("gold", "test")]))
    documents = [one for one in gold.load("gold", "test", sources or None) if one.id in ids]
    annotated.save(Path(output), page(one.without_annotations() for one in documents))
    click.echo(f"{len(documents)} documents in {output}")


def _export(documents: Sequence[Document], output: str) -> None:
    from nanocart.corpora.gold import SIGNATURE
    from nanocart.corpora.huggingface import export

    splits: dict[str, list[Document]] = {}
    for one in documents:
        splits.setdefault(str(one.extra.get("split") or "train"), []).append(one)
    summary = (
        "Abstracts on CAR cell therapy and nanoparticle medicine with mentions, relations, findings and a study card, "
        f"by nanocart's guidelines; the gold set among them is {SIGNATURE}."
    )
    export(output, splits, name="nanocart", summary=summary)
