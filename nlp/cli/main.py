"""`nanocart`: the command that the others hang on."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from nanocart import __version__
from nanocart.cli.benchmark import benchmark
from nanocart.cli.convert import convert
from nanocart.cli.corpus import corpus
from nanocart.cli.errors import errors
from nanocart.cli.evaluate import compare, evaluate
from nanocart.cli.extract import extract
from nanocart.cli.fetch import fetch
from nanocart.cli.lexicon import lexicon
from nanocart.cli.query import query
from nanocart.cli.run import run
from nanocart.cli.screening import screen
from nanocart.cli.show import show
from nanocart.cli.train import train
from nanocart.errors import NanocartError, UsageError

INTERRUPTED = 130
"""The exit code of a run that was ended by Ctrl-C, as shells have it."""


class Commands(click.Group):
    """A group whose commands end in words and an exit code: 2 for usage, 1 for any other error, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except NanocartError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(2 if isinstance(error, UsageError) else 1)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(INTERRUPTED)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of that name; for another name the error says what may have been meant."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            near = get_close_matches(name, self.list_commands(ctx), 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            if not near and " " in name:
                hint = ' To read a text: nanocart show "..."'
            elif not near and len(name) < 255 and Path(name).exists():
                hint = f" To read it: nanocart extract {name}"
            ctx.fail(f"No such command {name!r}.{hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="nanocart")
def main() -> None:
    """From abstracts on nanoparticle-enhanced CAR cell therapy to an evidence table.

    Exit codes: 0 finished; 1 nothing could be read, or more was skipped than --max-skipped allows; 2 wrong usage.
    """


for _command in (
    extract, show, screen, run, query, fetch, convert, lexicon, corpus, evaluate, compare, errors, benchmark, train,
):  # fmt: skip
    main.add_command(_command)
