"""The options that several commands share, and what they are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

import click

from nanocart.corpora.formats import READABLE, WRITABLE

if TYPE_CHECKING:
    from spacy.language import Language

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
    help="The reader: 'transformer' (default), 'rules' (quicker, less right), or the folder of a model.",
)
device = click.option(
    "--device", metavar="NAME", help="Where the model runs: cpu, cuda, cuda:1 or mps (default: the best there is)."
)
min_confidence = click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="0..1",
    help="Leave out what the model is less sure of: fewer rows, and more of them right.",
)
lexicon = click.option(
    "--lexicon",
    "lexicons",
    multiple=True,
    metavar="FILE",
    help="Lexicon rows of your own (may be given several times).",
)
no_scope = click.option("--no-scope", is_flag=True, help="Read texts that do not speak of the field too.")


@dataclass(frozen=True, slots=True)
class Reading:
    """The pipeline that the options ask for."""

    model: str | None
    lexicons: tuple[str, ...]
    no_scope: bool
    device: str | None
    min_confidence: float

    def load(self) -> Language:
        """Load it."""
        from nanocart import pipeline

        return pipeline.load(
            self.model or pipeline.MODELS[0],
            lexicon=self.lexicons,
            scope=not self.no_scope,
            device=self.device,
            min_confidence=self.min_confidence,
        )


def reading(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that runs the pipeline, handed to it as one `reading`."""

    @wraps(command)
    def gathered(*args: Any, **given: Any) -> Any:
        mine = {one.name: given.pop(one.name) for one in fields(Reading)}
        return command(*args, reading=Reading(**mine), **given)

    return model(lexicon(no_scope(device(min_confidence(gathered)))))
