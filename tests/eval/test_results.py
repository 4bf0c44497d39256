"""The page of results: it belongs to the annotations that are shipped, and test was scored as the ledger says."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nanocart.corpora import gold
from nanocart.eval.results import HERE, hashes
from nanocart.eval.signature import Signature, corpus_hash


def test_every_score_of_test_is_in_the_ledger() -> None:
    with (HERE / "LEDGER.tsv").open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream, delimiter="\t"))
    page = (HERE / "RESULTS.md").read_text("utf-8")
    scored = [Signature.parse(line) for line in page.splitlines() if line.startswith("    system:")]
    assert {one.split for one in scored} >= {"dev"}
    released = {(line["system"], line["version"]) for line in lines}
    tested = {
        (one.system, one.system_version) for one in scored if one.split == "test" and one.system in _released(lines)
    }
    assert tested == {one for one in released if one in tested}
    assert bool(lines) == any(one.split == "test" for one in scored)


def _released(lines: list[dict[str, str]]) -> set[str]:
    return {line["system"] for line in lines}


def test_the_test_split_is_not_scored_without_a_release() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "nanocart.eval.results", "test"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert "scored only for a release" in result.stderr


@pytest.mark.data
def test_the_page_belongs_to_the_shipped_annotations() -> None:
    if not os.environ.get("NANOCART_DATA"):
        pytest.skip("NANOCART_DATA names no folder with the texts")
    for split, found in hashes().items():
        assert found == corpus_hash(gold.load("gold", split)), f"make results: the annotations of {split} have changed"


def test_the_page_is_packaged_with_what_it_shows() -> None:
    for split in hashes():
        assert Path(HERE / "results" / f"{split}.json").is_file()
        assert Path(HERE / "results" / f"{split}.svg").is_file()
