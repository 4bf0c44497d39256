"""`nanocart fetch` as it is typed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nanocart.cli import fetch as command
from nanocart.cli.main import main
from nanocart.dumps.fetching import MOST_PARALLEL, NLM
from tests.dumps.nlm import Nlm
from tests.dumps.odd import (
    DATA,
    SIZE,
    A,
    B,
    C,
    always,
    bring,
    lies,
    stalls,
    there,
    with_md5,
)


def run(*args: str) -> Result:
    result = CliRunner().invoke(main, ["fetch", *args])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_the_command_fetches(nlm: Nlm, tmp_path: Path) -> None:
    result = run("updates", "-o", str(tmp_path), "--url", nlm.url, "--parallel", "2")
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert "3 files: 3 fetched, 0 kept, 0 failed; 0.9 MB" in result.stderr
    assert there(tmp_path) == with_md5(A, B, C)
    assert "0 fetched, 3 kept" in run("updates", "-o", str(tmp_path), "--url", nlm.url).stderr
    assert "0 fetched, 3 kept" in run("updates", "-o", str(tmp_path), "--url", nlm.url, "--verify").stderr


def test_the_command_names_what_failed(nlm: Nlm, tmp_path: Path) -> None:
    nlm.odd[B] = always(lies)
    nlm.links = ["../x.xml.gz"]
    result = run("updates", "-o", str(tmp_path), "--url", nlm.url)
    assert result.exit_code == 1
    assert f"{B}: has not the MD5" in result.stderr
    assert "'../x.xml.gz'" in result.stderr
    assert "2 fetched, 0 kept, 1 failed" in result.stderr


def test_a_dry_run_lists_what_is_missing(nlm: Nlm, tmp_path: Path) -> None:
    bring(nlm, tmp_path)
    (tmp_path / B).unlink()
    nlm.asked.clear()
    result = run("updates", "-o", str(tmp_path), "--url", nlm.url, "--dry-run")
    assert result.exit_code == 0
    assert result.stdout == f"{B}\t{SIZE}\n"
    assert "1 of 3 files are missing, about 0 MB" in result.stderr
    assert nlm.asked == [("", "")]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("updates",), "Missing option"),
        (("weekly", "-o", "x"), "weekly"),
        (("updates", "-o", "x", "--parallel", "50"), "1<=x<=6"),
        (("updates", "-o", "x", "--url", "ftp://x/"), "cannot be fetched from"),
        (("updates", "-o", "x", "--dry-run", "--verify"), "contradict"),
    ],
)
def test_wrong_usage(options: tuple[str, ...], why: str) -> None:
    result = run(*options)
    assert result.exit_code == 2
    assert why in result.stderr


def test_a_folder_that_cannot_be_one(nlm: Nlm, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("updates", "-o", str(tmp_path / "file"), "--url", nlm.url)
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr


def test_the_command_knows_the_address_and_the_cap() -> None:
    """They stand there too, so that --help does not load what fetches."""
    options = {one.name: one for one in command.fetch.params}
    assert options["url"].default == NLM
    assert options["parallel"].type.max == MOST_PARALLEL  # type: ignore[attr-defined]


def test_ctrl_c_ends_the_command_at_once(nlm: Nlm, tmp_path: Path) -> None:
    nlm.odd[A] = always(stalls)
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from nanocart.cli.main import main; main()"
    )
    args = [sys.executable, "-c", code, "fetch", "updates", "-o", str(tmp_path), "--url", nlm.url]
    with subprocess.Popen(args, stderr=subprocess.PIPE, text=True) as process:
        part = tmp_path / f".{A}.part"
        while process.poll() is None and not (part.exists() and part.stat().st_size and (tmp_path / C).exists()):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=20)[1]  # the server would keep it waiting for a minute
    assert process.returncode == 130
    assert said.startswith("interrupted")
    assert "Traceback" not in said
    assert there(tmp_path) == with_md5(B, C)
    assert part.read_bytes() == DATA[A][: 2 * 65536]
