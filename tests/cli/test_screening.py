"""`nanocart screen`: from a folder of dump files to the citations that matter."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.screen.test_raw import article, dump

FIELD = article(1, "CD19 CAR-T cells in lymphoma", "All of them worked.")
OTHER = article(2, "Cars and roads", "None of them flew.")
LOADED = article(3, "Liposomes", "They reached macrophages &amp; T cells.")


@pytest.fixture
def baseline() -> Path:
    """A folder as NCBI's server has it."""
    folder = Path("baseline")
    folder.mkdir()
    (folder / "pubmed26n0001.xml.gz").write_bytes(gzip.compress(dump(FIELD, OTHER)))
    (folder / "pubmed26n0001.xml.gz.md5").write_text("MD5(pubmed26n0001.xml.gz)= 0\n")
    (folder / "pubmed26n0002.xml.gz").write_bytes(gzip.compress(dump(LOADED)))
    return folder


def found(path: str) -> list[str]:
    return [json.loads(line)["id"] for line in Path(path).read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    ("options", "ids"),
    [((), ["1", "3"]), (("--preset", "car"), ["1"]), (("--preset", "car-and-nano"), []), (("--terms", "t.txt"), ["2"])],
)
def test_a_folder_of_a_dump(run: Run, baseline: Path, options: tuple[str, ...], ids: list[str]) -> None:
    Path("t.txt").write_text("road*\n")
    result = run("screen", str(baseline), "-o", "out.jsonl", *options)
    assert result.exit_code == 0, result.stderr
    assert found("out.jsonl") == ids
    assert f"3 records, {len(ids)} found" in result.stderr


def test_what_was_found_can_be_read_on(run: Run, baseline: Path) -> None:
    assert run("screen", str(baseline), "-o", "out.jsonl.zst").exit_code == 0
    assert run("extract", "out.jsonl.zst", "-o", "out.csv", "--model", "rules", "--table", "entities").exit_code == 0
    assert "lymphoma" in Path("out.csv").read_text("utf-8")


def test_other_formats_are_compared_by_their_text(run: Run) -> None:
    rows = [{"pmid": "7", "title": "CAR-NK cells", "abstract": ""}, {"pmid": "8", "title": "Cats", "abstract": ""}]
    Path("a.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    assert run("screen", "a.jsonl", "-o", "out.jsonl").exit_code == 0
    assert found("out.jsonl") == ["7"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (gzip.compress(dump(FIELD, OTHER, LOADED) * 3)[:-40], "is cut off"),
        (b"\x1f\x8bnonsense", "damaged|cut off"),
        (b"plain words", "PubMed"),
    ],
)
def test_a_broken_file_costs_itself(run: Run, baseline: Path, content: bytes, why: str) -> None:
    (baseline / "pubmed26n0003.xml.gz").write_bytes(content)
    result = run("screen", str(baseline), "-o", "out.jsonl")
    assert result.exit_code == 0
    assert found("out.jsonl")[:2] == ["1", "3"]
    assert "pubmed26n0003.xml.gz" in result.stderr
    assert any(one in result.stderr for one in why.split("|"))
    assert run("screen", str(baseline), "-o", "out.jsonl", "--max-skipped", "0").exit_code == 1


def test_options_that_contradict_each_other(run: Run, baseline: Path) -> None:
    Path("t.txt").write_text("road*\n")
    result = run("screen", str(baseline), "-o", "out.jsonl", "--preset", "car", "--terms", "t.txt")
    assert result.exit_code == 2
    assert "contradict" in result.stderr
    assert not Path("out.jsonl").exists()
