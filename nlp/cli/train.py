"""`nanocart train`: a model from annotated documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nanocart.errors import NanocartError, UsageError

if TYPE_CHECKING:
    from nanocart.models.learning.config import Config
    from nanocart.models.learning.training import Epoch


@click.command(short_help="Train a model on annotated documents.")
@click.argument("config", required=False)
@click.option("-o", "--output", metavar="FOLDER", help="Where the run is kept; the model is then in FOLDER/model.")
@click.option(
    "--init", metavar="NAME|FOLDER", help="Go on from a trained model: 'nanocart', the shipped one, or a folder."
)
@click.option(
    "--data",
    multiple=True,
    metavar="FILE",
    help="Annotated documents to learn from, instead of those of CONFIG; their labels may be your own.",
)
@click.option("--defaults", is_flag=True, help="Print every setting with its default, as a file to begin with.")
def train(config: str | None, output: str | None, init: str | None, data: tuple[str, ...], defaults: bool) -> None:
    """Train a model as CONFIG (a TOML file) says. Needs: pip install "nanocart[train]".

    Without CONFIG a trained model is fitted to your own documents: nanocart train --init nanocart --data mine.jsonl -o
    run. Where they have labels of your own, the model learns to find these too, beside nanocart's. A run that was
    stopped goes on after its last whole epoch when it is started again with the same FOLDER. Read with the model by:
    nanocart extract ... --model FOLDER/model
    """
    try:
        from nanocart.models.learning.config import Config

        if defaults:
            click.echo(Config().to_toml(), nl=False)
            return
        if not output or not (config or (init and data)):
            why = "name a configuration, or --init and --data; and a folder"
            raise UsageError(why, hint="nanocart train my.toml -o run; see --defaults")
        settings = Config.read(config) if config else Config.gentle()
        foreign = [one for one in data if _is_foreign(one)]
        ours = [one for one in data if one not in foreign]
        _run(settings.begun_from(init, ours, foreign), Path(output))
    except ModuleNotFoundError as error:
        why = f"training needs {error.name}, which is not installed"
        raise UsageError(why, hint='pip install "nanocart[train]"') from error


def _is_foreign(source: str) -> bool:
    """Whether a source has labels that are not nanocart's."""
    from nanocart.corpora.collection import read
    from nanocart.models.learning.foreign import labels_of

    documents, _ = read([source])
    return bool(labels_of(documents))


def _run(config: Config, folder: Path) -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from nanocart.models.learning.learn import learn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task("training", total=None)

        def told(epoch: Epoch) -> None:
            losses = ", ".join(f"{name} {loss:.3f}" for name, loss in epoch.losses.items())
            score = "" if epoch.score is None else f"; dev {epoch.score:.3f}"
            progress.console.print(f"epoch {epoch.number}: {losses}{score}")

        try:
            learn(
                config,
                folder,
                told=told,
                noted=progress.console.print,
                moved=lambda step, steps: progress.update(task, completed=step, total=max(step, steps)),
            )
        except FloatingPointError as error:
            raise NanocartError(str(error), hint=f"the last whole epoch is kept in {folder}") from error
    click.echo(f"the model is in {folder / 'model'}")
