"""`nanocart lexicon`: what the lexicon knows of a term, and whether a file of one's own fits into it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from nanocart.cli import annotated, options
from nanocart.errors import LexiconError

if TYPE_CHECKING:
    from nanocart.lexicon import Concept, Lexicon

_MOST: Final = 100


def describe(term: str, lexicon: Lexicon) -> Iterator[str]:
    """What the lexicon knows of a term, in lines: the concepts of that name, then the most similar ones."""
    from nanocart.linking import Linker

    exact = lexicon.find(term)
    if not exact:
        yield f"no concept is called {term!r}"
    for concept in exact:
        yield from _lines(concept, lexicon)
    known = {concept.id for concept in exact}
    similar = [one for one in Linker(lexicon).candidates(term) if one.concept.id not in known]
    if similar:
        yield "similar:"
    for one in similar:
        yield f"  {one.score:.2f}  {one.concept.id}  {one.concept.name} ({one.concept.label}), by {one.name!r}"


def _lines(concept: Concept, lexicon: Lexicon) -> Iterator[str]:
    label = "a false friend, never annotated" if concept.label == "NONE" else concept.label
    yield f"{concept.id}  {concept.name}  {label}"
    details = {
        "category": concept.category,
        "better": concept.better,
        "synonyms": ", ".join(name for name, weak in concept.terms() if not weak and name != concept.name),
        "only in context": ", ".join(name for name, weak in concept.terms() if weak),
        "broader": " > ".join(f"{one.name} ({one.id})" for one in list(lexicon.ancestors(concept.id))[1:]),
        "note": concept.note,
        "from": concept.source,
    }
    for name, value in details.items():
        if value:
            yield f"  {name}: {value}"


def problems(paths: Sequence[str | Path]) -> list[str]:
    """What is wrong with lexicon files, beside each other and the shipped rows, each problem naming file and line."""
    from nanocart.lexicon import Lexicon

    found: list[str] = []
    rows: list[Concept] = []
    for path in paths:
        rows += _readable_rows(path, found)
    own = {concept.id for concept in rows}
    shipped = [concept for concept in _shipped() if concept.id not in own]
    # Rows of the files come last, so that it is they that are blamed for a contradiction.
    starts = tuple(f"{path}:" for path in paths)
    return found + [one for one in Lexicon([*shipped, *rows]).problems() if one.startswith(starts)]


def _readable_rows(path: str | Path, found: list[str]) -> list[Concept]:
    """The rows of a file that can be read; what is wrong with the others goes to `found`."""
    from nanocart.lexicon import read_file, read_rows

    try:
        return read_file(path)
    except LexiconError as error:
        found.append(str(error))
    lines = _lines_of(path)
    # A row that cannot be read hides the ones after it: it is blanked out, and the rest read again.
    while (at := re.match(re.escape(str(path)) + r":(\d+): ", found[-1])) and len(found) < _MOST:
        lines[int(at[1]) - 1] = ""
        try:
            return list(read_rows("\n".join(lines), str(path)))
        except LexiconError as again:
            found.append(str(again))
    return []


def _lines_of(path: str | Path) -> list[str]:
    try:
        return Path(path).read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return []


def _shipped() -> Iterator[Concept]:
    from importlib.resources import files

    from nanocart.lexicon import read_rows

    for one in sorted((files("nanocart") / "data").iterdir(), key=lambda one: one.name):
        if one.name.endswith(".tsv"):
            yield from read_rows(one.read_text("utf-8"), one.name)


@click.group()
def lexicon() -> None:
    """Look a term up in the lexicon, or check rows of your own."""


@lexicon.command()
@click.argument("term", nargs=-1, required=True)
@options.lexicon
def find(term: tuple[str, ...], lexicons: tuple[str, ...]) -> None:
    """Say which concepts are called TERM, and which are called something like it."""
    from nanocart.lexicon import Lexicon

    for line in describe(" ".join(term), Lexicon.shipped(*lexicons)):
        click.echo(line)


@lexicon.command()
@click.argument("file", nargs=-1, required=True)
@click.pass_context
def check(ctx: click.Context, file: tuple[str, ...]) -> None:
    """List what is wrong with lexicon files, one problem a line; the exit code is 1 where there is any."""
    found = problems(file)
    for problem in found:
        click.echo(problem)
    if not found:
        click.echo("no problems", err=True)
    ctx.exit(int(bool(found)))


@lexicon.command()
@annotated.targets
@annotated.texts
@options.lexicon
def gaps(targets: tuple[str, ...], texts: tuple[str, ...], lexicons: tuple[str, ...]) -> None:
    """List the names that annotated documents use and the lexicon has no concept for, as a tab-separated table.

    Those that most documents use come first. CORPUS is a corpus (gold:train), a file or a folder.
    """
    from nanocart.corpora.gaps import gaps as find
    from nanocart.lexicon import Lexicon
    from nanocart.linking import Linker

    documents = annotated.whole_documents(targets, texts, "look names up in")
    click.echo("label\tname\tdocuments\tmentions\tmost similar\tsimilarity")
    for one in find(documents, Linker(Lexicon.shipped(*lexicons))):
        click.echo(f"{one.label}\t{one.surface}\t{one.documents}\t{one.mentions}\t{one.similar}\t{one.score:.2f}")
