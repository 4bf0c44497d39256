"""`nanocart errors`: a page for the browser that shows what predictions have wrong, and where."""

from __future__ import annotations

from pathlib import Path

import click

from nanocart.cli.annotated import output, save
from nanocart.cli.evaluate import read_gold, read_predictions, warn


@click.command(short_help="Browse the errors of predictions in one page.")
@click.argument("gold")
@click.argument("predicted")
@click.option("--texts", multiple=True, metavar="SOURCE", help="Files with the texts of stand-off records.")
@output
def errors(*, gold: str, predicted: str, texts: tuple[str, ...], output: str) -> None:
    """Write a page that shows the errors of the predictions PREDICTED against GOLD in their texts, and counts them.

    Both are files or folders in any format that nanocart reads, or corpora such as "gold:dev". The page is one HTML
    file that needs no network. It holds the texts: mind their licence before you pass it on.
    """
    from nanocart.eval.browser import Names, page
    from nanocart.eval.errors import errors as errors_of
    from nanocart.eval.errors import summary
    from nanocart.eval.matching import matched

    wanted, signature = read_gold(gold, texts, resamples=0, seed=0)
    pairs = matched(wanted, read_predictions(predicted, texts))
    warn(pairs.warnings)
    found = [errors_of(*pair) for pair in pairs.pairs]
    whole = page(pairs.pairs, found, Names(gold, predicted, str(signature(predicted))))
    save(Path(output), whole)
    click.echo(f"{summary(found)}; written: {output}")
