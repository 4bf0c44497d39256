"""What the commands on annotated documents share: their arguments, reading, writing."""

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

targets = click.argument("targets", nargs=-1, metavar="CORPUS...")
texts = click.option(
    "--texts",
    multiple=True,
    metavar="SOURCE",
    help="Files or folders with the texts of stand-off records (default: what NANOCART_DATA names, if anything).",
)
output = click.option("-o", "--output", required=True, metavar="PATH", help="Where to write.")


def read_corpora(targets: Sequence[str], texts: Sequence[str]) -> tuple[list[Document], list[Failure]]:
    """The documents of corpora or files, and what could not be read; texts also from what NANOCART_DATA names."""
    from nanocart.corpora.collection import read
    from nanocart.corpora.gold import text_sources

    if not targets:
        raise UsageError("name a corpus, a file or a folder", hint="for example: gold:dev")
    return read(targets, list(texts) or text_sources(None) or None)


def with_text(documents: list[Document], what: str) -> list[Document]:
    """The documents. Raises `UsageError` where they are stand-off annotations without their text."""
    if any(one.entities and not one.text.strip() for one in documents):
        raise UsageError(f"stand-off annotations have no text to {what}", hint="name their sources with --texts")
    return documents


def whole_documents(targets: Sequence[str], texts: Sequence[str], what: str) -> list[Document]:
    """The documents with their texts; what could not be read is told."""
    documents, errors = read_corpora(targets, texts)
    for error in errors:
        click.echo(str(error), err=True)
    return with_text(documents, what)


def standoff_records(path: str) -> list[Any]:
    """The records of a stand-off file. Raises `UsageError` where it is none."""
    from nanocart.corpora.collection import is_standoff

    try:
        records = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}", hint="name gold, gold:dev, or a stand-off file") from error
    if not all(isinstance(one, dict) and is_standoff(one) for one in records):
        raise UsageError(f"{path} is no stand-off file", hint="make one with: nanocart corpus convert --to standoff")
    return records


def save(path: Path, text: str) -> None:
    """Write a text file whole, or not at all."""
    from nanocart.corpora.saving import whole_file

    try:
        with whole_file(path) as stream:
            stream.write(text.encode("utf-8"))
    except OSError as error:
        raise NanocartError(f"{path} cannot be written: {error}", hint="name another place") from error
