"""Runs that are killed at random moments end as if nobody had disturbed them; full disks lose nothing."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from nanocart.dumps.run import Run
from nanocart.errors import NanocartError
from tests.dumps import trouble
from tests.dumps.dump import QUERY, RECIPE, Quick, article, content, file, here
from tests.dumps.faults import compare

assert trouble


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="it looks for workers in /proc")
def test_killed_runs_end_alike(tmp_path: Path) -> None:
    for number in range(1, 21):
        file(tmp_path / "dump", number, *(article(1000 * number + one) for one in range(10 * number)))
    done = compare(tmp_path / "dump", Quick(QUERY, "rules"), kills=10, a_run=5, workers=2, seed=1)
    assert sum(done.values()) == 10


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a small file system can only be mounted by root")
    out = small / "out"
    try:
        for number in range(1, 9):
            file(tmp_path / "dump", number, *(article(1000 * number + one) for one in range(60)))
        work = Run(out, RECIPE)
        with suppress(NanocartError):
            report = work(work.plan([str(tmp_path / "dump")]), here)
            assert not report.well
        assert not list(out.rglob("*.part"))
        subprocess.run(["mount", "-o", "remount,size=8m", small], check=True)
        work = Run(out, RECIPE)
        assert work(work.plan([str(tmp_path / "dump")]), here).well
        calm = Run(tmp_path / "calm", RECIPE)
        calm(calm.plan([str(tmp_path / "dump")]), here)
        assert content(out) == content(tmp_path / "calm")
    finally:
        subprocess.run(["umount", small], check=True)
