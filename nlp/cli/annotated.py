"""What the commands on annotated documents share: their arguments, reading, writing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from nanocart.errors import NanocartError, SourceError, UsageError

if TYPE_CHECKING:
    from nanocart.corpora.gold import Failure
    from nanocart.schema import Document, Json

_SHOWN = 3
"""Records of the texts' sources that are told one by one; of the others the number is."""

targets = click.argument("targets", nargs=-1, metavar="CORPUS...")
texts = click.option(
    "--texts",
    multiple=True,
    metavar="SOURCE",
    help="Files or folders with the texts of stand-off records (default: what NANOCART_DATA names, if anything).",
)
output = click.option("-o", "--output", required=True, metavar="PATH", help="Where to write.")


def read_corpora(targets: Sequence[str], texts: Sequence[str]) -> tuple[list[Document], list[Failure]]:
    """The documents of corpora or files, and what could not be read; texts also from what NANOCART_DATA names.

    What is wrong with the sources of the texts is told, and is none of the errors.
    """
    from nanocart.corpora.collection import read
    from nanocart.corpora.gold import text_sources

    if not targets:
        raise UsageError("name a corpus, a file or a folder", hint="for example: gold:dev")
    unread: list[Failure] = []
    found = read(targets, list(texts) or text_sources(None) or None, unread.append)
    tell_sources(unread)
    return found


def tell(errors: Iterable[object]) -> None:
    """Each error on standard error."""
    for error in errors:
        click.echo(str(error), err=True)


def tell_sources(failures: Sequence[Failure]) -> None:
    """What is wrong with sources of texts, once a run: each that cannot be read, and the first of the broken records.

    Most records of such a source are not asked for.
    """
    said: set[str] = click.get_current_context().meta.setdefault("nanocart.told", set())
    whole = [str(one) for one in failures if isinstance(one, SourceError)]
    records = [str(one) for one in failures if not isinstance(one, SourceError)]
    more = [f"... and {len(records) - _SHOWN} more records of the texts"] if len(records) > _SHOWN else []
    lines = [one for one in dict.fromkeys([*whole, *records[:_SHOWN], *more]) if one not in said]
    tell(lines)
    said.update(lines)


def nothing_read(targets: Sequence[str]) -> NoReturn:
    """Raises the error of a command that has no document to go on with."""
    raise NanocartError(f"no document could be read from {', '.join(targets)}", hint="nothing was written")


def with_text(documents: list[Document], what: str) -> list[Document]:
    """The documents. Raises `UsageError` where they are stand-off annotations without their text."""
    if any(one.entities and not one.text.strip() for one in documents):
        raise UsageError(f"stand-off annotations have no text to {what}", hint="name their sources with --texts")
    return documents


def whole_documents(targets: Sequence[str], texts: Sequence[str], what: str) -> list[Document]:
    """The documents with their texts; what could not be read is told. Raises `NanocartError` where nothing could be."""
    documents, errors = read_corpora(targets, texts)
    tell(errors)
    return with_text(documents, what) or nothing_read(targets)


def standoff_records(target: str) -> tuple[list[Json], list[Failure]]:
    """The records of a stand-off corpus, file or folder, and what could not be read of it.

    Raises `UsageError` where it is none or is not there, and `NanocartError` where no record of it could be read.
    """
    from nanocart.corpora.collection import Standoff, items

    if not _exists(target):
        raise UsageError(f"{target} cannot be read: no such file", hint="name gold, gold:dev, or a stand-off file")
    found, errors = items([target])
    if any(not isinstance(one, Standoff) for one in found):
        hint = "make one with: nanocart corpus convert --to standoff"
        raise UsageError(f"{target} is no stand-off file, or not only that", hint=hint)
    if not found:
        tell(errors)
        nothing_read([target])
    return [one.record for one in found if isinstance(one, Standoff)], errors


def _exists(target: str) -> bool:
    """Whether a target is a corpus, a file, a folder, a pattern or standard input."""
    from nanocart.corpora.gold import CORPORA

    known = target.partition(":")[0] in CORPORA or target == "-"
    return known or any(sign in target for sign in "*?[") or Path(target).exists()


def folder(path: str) -> Path:
    """The folder, made where it is not there. Raises `UsageError` where it cannot be."""
    found = Path(path)
    try:
        found.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "it is a file" if found.is_file() else error.strerror or str(error)
        raise UsageError(f"-o {path}: no folder can be made there: {reason}", hint="name another folder") from error
    return found


def save(path: Path, text: str) -> None:
    """Write a text file whole, or not at all."""
    from nanocart.corpora.saving import whole_file

    try:
        with whole_file(path) as stream:
            stream.write(text.encode("utf-8"))
    except OSError as error:
        raise NanocartError(f"{path} cannot be written: {error}", hint="name another place") from error
