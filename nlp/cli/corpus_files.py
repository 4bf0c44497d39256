"""`nanocart corpus`, the commands that write files: split, convert, annotate, hydrate, kit."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from nanocart.cli import annotated
from nanocart.errors import NanocartError, RecordError, UsageError

if TYPE_CHECKING:
    from nanocart.corpora.fetch import Fetched
    from nanocart.corpora.gold import Failure
    from nanocart.schema import Document, Json


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
    for name in parts:
        if not re.fullmatch(r"\w[\w.-]*", name):
            hint = "letters, digits, '-' and '_', for example train=0.8,dev=0.1,test=0.1"
            raise UsageError(f"--shares: {name!r} cannot be the name of a split", hint=hint)
    documents = annotated.whole_documents(targets, (), "split")
    made = split(documents, parts, seed=seed)
    folder = annotated.folder(output)
    for name, part in made.items():
        writer_for(folder / f"{name}.jsonl").write(part)
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
    annotated.tell(errors)
    documents = annotated.with_text(documents, "convert") or annotated.nothing_read(targets)
    if to == "standoff":
        annotated.save(Path(output), "".join(json.dumps(dehydrate(one)) + "\n" for one in documents))
    elif to == "huggingface":
        _export(documents, output, {one.split(":")[0] for one in targets})
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

    documents = annotated.whole_documents(targets, (), "annotate")
    folder = annotated.folder(output)
    new = 0
    for document in documents:
        path = _file_of(document.id, folder)
        if not path.exists():
            annotated.save(path, write(document.without_annotations() if blank else document))
            new += 1
    kept = f", {len(documents) - new} were there already" if new < len(documents) else ""
    click.echo(f"{new} files written to {output}{kept}")


def _file_of(id_: str, folder: Path) -> Path:
    """The document's file: the first of its names that is free, or that is its own already.

    "a/b" and "a_b" would share a name, and ".." would be hidden.
    """
    stem = re.sub(r"^\.|[/\\\x00-\x1f]", "_", id_)
    names = (folder / (f"{stem}.txt" if number == 1 else f"{stem}~{number}.txt") for number in count(1))
    return next(path for path in names if not path.exists() or _id_in(path) in (None, id_.strip()))


def _id_in(path: Path) -> str | None:
    """The id that the first line of a mark-up file names."""
    try:
        with path.open("rb") as stream:
            line = stream.readline().decode("utf-8-sig", "replace")
    except OSError:
        return None
    return line[3:].strip() if line.startswith("id:") else None


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

    records, unread = annotated.standoff_records(target)
    annotated.tell(unread)
    named = list(sources) or gold.text_sources(None)
    if not (named or email or semantic_scholar):
        raise UsageError("no source of texts", hint="name files, or give --email (PubMed) or --semantic-scholar")
    joining = _Joining(records, realign)
    joining.take(lambda failed: gold.texts_of(named, failed))
    if joining.missing and (email or semantic_scholar):
        from nanocart.corpora.fetch import by_source, pubmed
        from nanocart.corpora.fetch import semantic_scholar as scholar

        pmids, others = by_source(joining.missing)
        if email and pmids:
            joining.take(partial(_fetched, pubmed(pmids, email=email)))
        if semantic_scholar and others:
            joining.take(partial(_fetched, scholar(others)))
    joining.tell()
    found = joining.found
    for one in found.values():
        if one.extra.get("dropped"):
            click.echo(f"{one.id}: the text was changed; dropped {', '.join(one.extra['dropped'])}", err=True)
    if not found:
        raise NanocartError(f"no text of the {len(records)} documents was found", hint="nothing was written")
    writer_for(output).write(found[record["id"]] for record in records if record["id"] in found)
    click.echo(f"{len(found)} of {len(records)} documents written to {output}")
    ctx.exit(int(bool(unread) or len(found) < len(records)))


class _Joining:
    """Records that are joined with texts from one source after another, and why each is still without its text."""

    def __init__(self, records: Sequence[Json], move: bool = False) -> None:
        self.found: dict[str, Document] = {}
        self.missing = {record["id"]: record for record in records}
        self._move = move
        self._reasons: dict[str, RecordError] = {}
        self._failures: list[Failure] = []

    def take(self, texts: Callable[[Callable[[Failure], None]], Iterable[Document]]) -> None:
        """Join what is missing with texts; `texts` is given what to call with that which it cannot read."""
        from nanocart.corpora import gold

        said: dict[str, RecordError] = {}

        def failed(error: Failure) -> None:
            if isinstance(error, RecordError) and error.record in self.missing:
                said.setdefault(error.record, error)
            else:
                self._failures.append(error)

        for one in gold.join(list(self.missing.values()), texts(failed), move=self._move):
            if not isinstance(one, RecordError):
                self.found[one.id] = one
                self.missing.pop(one.id)
                continue
            # Most telling is that a text was there and is another, then what its source said, last that there is none.
            before = self._reasons.get(one.record)
            if one.reason != gold.NOT_FOUND:
                self._reasons[one.record] = one
            elif before is None or before.reason == gold.NOT_FOUND:
                self._reasons[one.record] = said.get(one.record, one)

    def tell(self) -> None:
        """What could not be read, and of each record without its text why, on standard error."""
        annotated.tell_sources(self._failures)
        annotated.tell(self._reasons[id_] for id_ in self.missing)


def _fetched(items: Iterable[Fetched], failed: Callable[[Failure], None]) -> Iterator[Document]:
    from nanocart.schema import Document

    for one in items:
        if isinstance(one, Document):
            yield one
        else:
            failed(one)


@click.command(short_help="The page with which people annotate thirty test documents.")
@click.argument("sources", nargs=-1)
@annotated.output
@click.pass_context
def kit(ctx: click.Context, sources: tuple[str, ...], output: str) -> None:
    """Write the annotation page, one self-contained HTML file, with thirty test documents drawn by a seed.

    SOURCE... have the texts (default: what NANOCART_DATA names). Send the page to a biologist; score what comes back
    with `nanocart corpus agreement gold:test answers.jsonl`. Exit code 1 where a document is missing.
    """
    from nanocart.corpora import gold
    from nanocart.corpora.kit import chosen, page

    records = gold.standoff("gold", "test")
    ids = set(chosen([one["id"] for one in records]))
    named = list(sources) or gold.text_sources(None)
    if not named:
        raise UsageError("no source of texts", hint=f"name files with the abstracts, or set {gold.TEXTS}")
    joining = _Joining([one for one in records if one["id"] in ids])
    joining.take(lambda failed: gold.texts_of(named, failed))
    joining.tell()
    if not joining.found:
        raise NanocartError(f"no text of the {len(ids)} documents was found", hint="nothing was written")
    documents = [joining.found[one["id"]] for one in records if one["id"] in joining.found]
    annotated.save(Path(output), page(one.without_annotations() for one in documents))
    without = f"; {len(joining.missing)} of {len(ids)} are missing" if joining.missing else ""
    click.echo(f"{len(documents)} documents in {output}{without}")
    ctx.exit(int(bool(joining.missing)))


_SPLITS: Final = {
    "train": "real abstracts, read once and corrected by a second reader; to learn from.",
    "dev": "real abstracts, read twice, blind, and adjudicated; to choose by.",
    "test": "real abstracts, read twice, blind, and adjudicated; to measure once.",
    "joined": "real abstracts, annotated by a model and corrected and joined by one reader each; to learn from.",
    "marked": "the same without relations, and abstracts out of scope; to learn from.",
    "written": "invented abstracts; no fact in them is real; to learn from and to show, never to measure.",
}
"""What the dataset card says of the shipped splits."""


def _export(documents: Sequence[Document], output: str, corpora: set[str]) -> None:
    """Write a Hugging Face dataset; `corpora` are the targets, of which only shipped ones have a known licence."""
    from nanocart.corpora.gold import CORPORA, SIGNATURE
    from nanocart.corpora.huggingface import export

    splits: dict[str, list[Document]] = {}
    for one in documents:
        splits.setdefault(str(one.extra.get("split") or "train"), []).append(one)
    shipped = corpora <= set(CORPORA)
    summary = "Documents with mentions, relations, findings and a study card, in nanocart's schema."
    if shipped:
        summary = (
            "Abstracts on CAR cell therapy and nanoparticle medicine with mentions, relations, findings and a study "
            "card, by nanocart's guidelines."
        )
    said = [f"- `{name}`: {_SPLITS[name]}" for name in splits if shipped and name in _SPLITS]
    if said:
        summary += f" All is {SIGNATURE}.\n\n" + "\n".join(said)
    export(output, splits, name="nanocart", summary=summary, shipped=shipped)
