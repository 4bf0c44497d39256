"""The command as a whole: help, version, hints, exit codes, and what it loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import nanocart
from nanocart.cli.main import main
from tests.cli.conftest import Run

HEAVY = {
    "torch",
    "transformers",
    "datasets",
    "spacy",
    "scispacy",
    "sklearn",
    "pandas",
    "pyarrow",
    "rich",
    "lxml",
    "bioc",
}


@pytest.mark.parametrize(
    "program",
    [
        "import nanocart",
        "import nanocart; nanocart.__version__; dir(nanocart)",
        "from nanocart.cli.main import main; main(['--help'], standalone_mode=False)",
        "from nanocart.cli.main import main; main(['extract', '--help'], standalone_mode=False)",
        "import nanocart.corpora.formats, nanocart.corpora.saving",
    ],
)
def test_the_light_things_load_nothing_heavy(program: str) -> None:
    code = f"import sys\n{program}\nsys.stderr.write(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY & set(done.stderr.split()) == set()


def test_as_a_script() -> None:
    script = Path(sys.executable).with_name("nanocart")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert nanocart.__version__ in done.stdout


def test_help_names_every_command(run: Run) -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert all(name in result.stdout for name in ("extract", "show", "convert", "lexicon", "Exit codes"))


def test_a_mistyped_command_is_guessed(run: Run) -> None:
    result = run("extrct", "x")
    assert result.exit_code == 2
    assert "Did you mean 'extract'?" in result.stderr


def test_a_file_or_a_text_in_place_of_a_command(run: Run) -> None:
    Path("a.jsonl").write_text("{}")
    assert "nanocart extract a.jsonl" in run("a.jsonl").stderr
    assert "nanocart show" in run("LNPs in mice").stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["extract"], "Missing argument"),
        (["extract", "x", "--frm", "jsonl"], "--from"),
        (["extract", "x", "--from", "jsnl"], "not one of"),
        (["extract", "x", "-o", "out.docx"], "its suffix names no format"),
        (["extract", "x", "-o", "out.nbib"], "can only be read"),
        (["extract", "x", "-o", "out.jsonl", "--table", "entities"], "--table is for"),
        (["extract", "x", "-o", "out.jsonl", "--excel"], "--excel is for"),
        (["extract", "x", "-o", "out.parquet.gz"], "compressed in itself"),
        (["extract", "x", "--all", "out", "--to", "jsonl"], "--all writes tables"),
        (["extract", "x", "--processes", "0"], "--processes"),
        (["convert", "x"], "--output"),
        (["convert", "x", "-o", "-", "--to", "brat"], "folder"),
        (["show", "  "], "no text"),
        (["show", "missing.jsonl"], "no such file"),
        (["lexicon", "fnd", "x"], "fnd"),
    ],
)
def test_wrong_usage_is_2(run: Run, args: list[str], said: str) -> None:
    result = run(*args)
    assert result.exit_code == 2
    assert said in result.stderr


def test_an_unknown_model_is_2() -> None:
    result = CliRunner().invoke(main, ["show", "LNPs.", "--model", "no-such-model"])
    assert result.exit_code == 2
    assert "no model called" in result.stderr
    assert "rules" in result.stderr
