"""The engine for clusters: what it writes is what the engine of one machine writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from nanocart.dumps.recipe import Recipe
from nanocart.dumps.run import Run
from tests.dumps.dump import QUERY, article, content, deleted, file, here


@pytest.mark.slow
def test_ray_writes_the_same_bytes(tmp_path: Path) -> None:
    ray = pytest.importorskip("ray", reason="the engine for clusters needs: pip install 'nanocart[scale]'")
    from nanocart.dumps.on_ray import read_all

    recipe, dump = Recipe(QUERY, "rules"), tmp_path / "dump"
    for number in range(1, 5):
        file(dump, number, *(article(10 * number + one) for one in range(number)))
    file(dump, 5, deleted(10))
    file(dump, 6, article(1), md5="0" * 32)
    try:
        for engine, out in ((here, "one"), (read_all, "ray")):
            work = Run(tmp_path / out, recipe)
            report = work(work.plan([str(dump)]), engine)
            assert (report.read, len(report.failed), report.documents) == (5, 1, 9)
    finally:
        ray.shutdown()
    assert content(tmp_path / "one") == content(tmp_path / "ray")
