"""The options that several commands share, and what they are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from nanocart.corpora.formats import READABLE, WRITABLE

if TYPE_CHECKING:
    from spacy.language import Language


F = TypeVar("F", bound=Callable[..., Any])

TABLES: Final = ("findings", "entities", "relations", "documents")

inputs = click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
from_ = click.option(
    "--from",
    "from_",
    type=click.Choice(READABLE),
    metavar="FORMAT",
    help=f"Format of the input (default: recognised by content): {', '.join(READABLE)}.",
)
to = click.option(
    "--to",
    type=click.Choice(WRITABLE),
    metavar="FORMAT",
    help=f"Format of the output (default: by suffix): {', '.join(WRITABLE)}.",
)
table = click.option("--table", type=click.Choice(TABLES), help="Which table a CSV, TSV or Parquet file holds.")
split = click.option(
    "--split", type=click.Choice(["blank"]), help="'blank': each paragraph of a plain text is a document."
)
report = click.option(
    "--report", metavar="FILE.json", help="Write the counts, and each skipped record with its reason."
)
max_skipped = click.option(
    "--max-skipped",
    type=click.IntRange(0),
    metavar="N",
    help="Exit with 1 when more than N records or files were skipped (default: no limit).",
)
excel = click.option("--excel", is_flag=True, help="CSV and TSV with the mark by which Excel knows UTF-8.")
model = click.option(
    "--model",
    metavar="NAME|FOLDER",
    help="The reader: 'rules', or the folder of a model (default: the best that is shipped).",
)
lexicon = click.option(
    "--lexicon",
    "lexicons",
    multiple=True,
    metavar="FILE",
    help="Lexicon rows of your own (may be given several times).",
)
no_scope = click.option("--no-scope", is_flag=True, help="Read texts that do not speak of the field too.")


def reading(command: F) -> F:
    """The options of every command that runs the pipeline."""
    return model(lexicon(no_scope(command)))


def load(model: str | None, lexicons: tuple[str, ...], no_scope: bool) -> Language:
    """The pipeline that the options ask for."""
    from nanocart import pipeline

    return pipeline.load(model or pipeline.MODELS[0], lexicon=lexicons, scope=not no_scope)
