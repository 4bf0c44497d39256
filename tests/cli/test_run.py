"""`nanocart run` as it is typed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nanocart.dumps.manifest import Manifest
from nanocart.dumps.store import Store
from tests.cli.conftest import Run, leftovers
from tests.dumps.dump import article, deleted, file

ASKED = ("--preset", "car", "--workers", "1")


@pytest.fixture
def dump(tmp_path: Path) -> str:
    file(tmp_path / "dump", 1, article(1), article(2, "Of mice."))
    file(tmp_path / "dump", 2, article(3))
    return str(tmp_path / "dump")


def test_a_dump_and_then_an_update(run: Run, dump: str) -> None:
    result = run("run", dump, "-o", "out", *ASKED)
    assert result.exit_code == 0, result.stderr
    assert "2 files to read" in result.stderr
    assert "3 records, 2 matched (66.67 %)" in result.stderr
    assert "2 citations added, 0 changed, 0 withdrawn; 2 in all" in result.stderr
    file(Path(dump), 3, deleted(1))
    result = run("run", dump, "-o", "out", *ASKED)
    assert "1 files to read" in result.stderr
    assert "2 known already" in result.stderr
    assert "0 citations added, 0 changed, 1 withdrawn; 1 in all" in result.stderr
    assert leftovers(Path("out")) == []
    assert json.loads(Path("out/report.json").read_text())["withdrawn"] == 1
    answer = run("query", "out", "select pmid, what, why from changes order by run, pmid")
    assert answer.stdout.splitlines()[1:] == ["1\tadded\tmatches", "3\tadded\tmatches", "1\twithdrawn\tdeleted"]


def test_a_dry_run_does_nothing(run: Run, dump: str) -> None:
    result = run("run", dump, "-o", "out", "--dry-run", *ASKED)
    assert result.exit_code == 0
    assert [Path(one).name for one in result.stdout.split()] == ["pubmed26n0001.xml.gz", "pubmed26n0002.xml.gz"]
    assert not Path("out").exists()


def test_status(run: Run, dump: str) -> None:
    file(Path(dump), 3, article(4), md5="0" * 32)
    assert run("run", dump, "-o", "out", *ASKED).exit_code == 1
    said = run("run", "--status", "out").stdout
    assert "2 files done" in said
    assert "1 files failed" in said
    assert "pubmed26n0003: failed: its MD5 is" in said
    assert "tables: 2 citations after run 1" in said


def test_reread_needs_no_dump(run: Run, dump: str) -> None:
    assert run("run", dump, "-o", "out", *ASKED).exit_code == 0
    refused = run("run", dump, "-o", "out", *ASKED, "--no-scope")
    assert refused.exit_code == 2
    assert "--reread" in refused.stderr
    result = run("run", "--reread", "-o", "out", *ASKED, "--no-scope")
    assert result.exit_code == 0, result.stderr
    assert "2 files read" in result.stderr
    assert run("run", dump, "-o", "out", *ASKED, "--no-scope").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("dump",), "no result folder is named"),
        (("-o", "out"), "no dump is named"),
        (("dump", "-o", "out", "--reread"), "leave the dump out"),
        (("dump", "-o", "out", "--preset", "car", "--terms", "x"), "contradict"),
        (("nowhere", "-o", "out"), "no such file or folder"),
        (("empty", "-o", "out"), "holds no files"),
        (("dump", "-o", "full"), "not empty"),
        (("--status", "full"), "is no result folder"),
        (("--reread", "-o", "new"), "no texts"),
        (("dump", "-o", "what://out"), "what"),
    ],
)
def test_wrong_usage(run: Run, dump: str, arguments: tuple[str, ...], said: str) -> None:
    Path("empty").mkdir()
    Path("full").mkdir()
    Path("full/x").write_text("x")
    result = run("run", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.slow
def test_ctrl_c_leaves_what_is_done(tmp_path: Path) -> None:
    for number in range(1, 40):
        file(tmp_path / "dump", number, *(article(100 * number + one) for one in range(100)))
    # A process that a shell has begun in its background does not hear Ctrl-C, nor do its children.
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from nanocart.cli.main import main; main()"
    )
    command = [sys.executable, "-c", code, "run", "dump", "-o", "out", *ASKED, "--model", "rules"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        manifest = tmp_path / "out" / "manifest.tsv"
        while process.poll() is None and not manifest.exists():
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1]
    assert process.returncode == 130, said
    assert "the same command goes on with the rest" in said
    assert "Traceback" not in said
    assert leftovers(tmp_path / "out") == []
    assert 1 <= len(Manifest(Store(tmp_path / "out")).entries) < 39
