"""`nanocart show`: one text, read before your eyes."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from nanocart.cli import options
from nanocart.cli.tally import Tally
from nanocart.errors import NanocartError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from nanocart.corpora.formats import Item
    from nanocart.corpora.tables import Better, Names
    from nanocart.schema import Document

Name = Callable[[str | None], str | None]

_FILE_SUFFIXES: Final = (
    ".jsonl",
    ".ndjson",
    ".json",
    ".xml",
    ".txt",
    ".csv",
    ".tsv",
    ".nbib",
    ".pubtator",
    ".ann",
    ".gz",
    ".xz",
    ".zst",
    ".tar",
)


def items_of(given: str, format: str | None = None) -> Iterable[Item]:
    """What a file, a folder or `-` holds, or where there is no such file the text itself as one document.

    Raises `UsageError` where the text is empty or is plainly the name of a file that does not exist.
    """
    from nanocart.corpora.formats import read_documents

    if given == "-" or _exists(given):
        return read_documents([given], format)
    if not given.strip():
        raise UsageError("there is no text", hint="give a text in quotation marks, a file, or - for standard input")
    if len(given.split()) == 1 and given.lower().endswith(_FILE_SUFFIXES):
        raise UsageError(f"no such file: {given}", hint=_near(given))
    # Bytes that are no UTF-8 come in as lone surrogates, and go out as what they were.
    return read_documents(["-"], "text", stdin=io.BytesIO(given.encode("utf-8", "surrogateescape")))


def _exists(given: str) -> bool:
    try:
        return os.path.lexists(given)
    except (OSError, ValueError):  # a text may be too long for a name
        return False


def _near(given: str) -> str:
    path = Path(given)
    try:
        near = get_close_matches(path.name, [one.name for one in path.parent.iterdir()], 1)
    except OSError:
        near = []
    return f"did you mean {path.parent / near[0]}?" if near else "check the path"


def print_document(document: Document, screen: Console, names: Names, better: Better, name: Name | None = None) -> None:
    """The marked text, relations, other labels, findings and study card; with `name` why each mention is there."""
    from rich.text import Text

    from nanocart.cli.evidence import LEGEND, findings_table
    from nanocart.cli.screen import OUT_OF_SCOPE, card, foreign_lines, legend, marked, why_lines
    from nanocart.corpora.tables import rows

    if document.id != "stdin":
        screen.print(Text(f"{document.id}", style="bold"))
    screen.print(marked(document))
    if document.study.in_scope is False:
        screen.print(Text(f"\n{OUT_OF_SCOPE}", style="italic"))
        return
    if document.entities:
        screen.print(legend(document))
    else:
        screen.print(Text("\nNothing was found in this text.", style="italic"))
    mentions = {one.id: one for one in document.entities}
    if document.relations:
        screen.print(Text("\nRelations", style="bold"))
    for one in document.relations:
        doubt = "" if one.assertion == "affirmed" else f" ({one.assertion})"
        screen.print(
            Text(f"  {mentions[one.head].text} → {one.label} → {mentions[one.tail].text}{doubt}"), soft_wrap=True
        )
    if others := list(foreign_lines(document)):
        screen.print(Text("\nOther labels", style="bold"))
        screen.print(Text("\n".join(f"  {line}" for line in others)), soft_wrap=True)
    found = rows(document, "findings", names=names, better=better)
    if found:
        screen.print(Text("\nFindings", style="bold"))
        screen.print(findings_table(found, screen.width))
        screen.print(Text(LEGEND, style="dim"))
    facts = list(card(document))
    if facts:
        screen.print(Text("\nStudy", style="bold"))
        screen.print(Text("\n".join(f"  {fact}" for fact in facts)))
    if name is not None and document.entities:
        screen.print(Text("\nWhy", style="bold"))
        for line in why_lines(document, name):
            screen.print(Text(f"  {line}"), soft_wrap=True)


@click.command(short_help="Show what is found in a text, a file or standard input.")
@click.argument("text")
@click.option("--why", is_flag=True, help="Say for each mention which rule, lexicon entry or model made it.")
@click.option("--html", metavar="FILE", help="Write a page with entities, relations and findings that opens by itself.")
@click.option("--as-is", is_flag=True, help="Show the annotations that the file has, instead of reading its text anew.")
@options.from_
@options.reading
@click.pass_context
def show(
    ctx: click.Context,
    *,
    text: str,
    why: bool,
    html: str | None,
    as_is: bool,
    from_: str | None,
    reading: options.Reading,
) -> None:
    """Show what is found in TEXT: a text in quotation marks, a file, or '-' for standard input.

    A text is one document, however long; of a file each document is shown.
    """
    from nanocart.cli.screen import console
    from nanocart.components.lexicon import lexicon_of
    from nanocart.naming import Naming
    from nanocart.running import run

    tally = Tally()
    documents: Any = tally.read(items_of(text, from_))
    nlp = reading.load()
    naming = Naming(lexicon_of(nlp))
    if not as_is:
        documents = run(documents, nlp, tally.skipped.append)
    screen, shown = console(), list[Any]()
    for document in tally.count(documents):
        if tally.documents > 1:
            screen.rule()
        print_document(document, screen, naming.name, naming.better, naming.preferred if why else None)
        if html is not None:
            shown.append(document)
    for line in tally.reasons():
        click.echo(line, err=True)
    if not tally.documents:
        hint = "the reason is above" if tally.skipped else "the input holds no document"
        raise NanocartError("nothing could be read", hint=hint)
    if html is not None:
        from nanocart.cli.page import write_page

        write_page(shown, html, naming.name, naming.better)
        click.echo(f"written: {html}", err=True)
    ctx.exit(0)
