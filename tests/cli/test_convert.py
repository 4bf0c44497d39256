"""`nanocart convert` between formats."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.cli.conftest import Run, citations, read_lines


@pytest.fixture
def annotated(run: Run) -> Path:
    Path("a.jsonl").write_text(citations("11111", "22222"))
    run("extract", "a.jsonl", "-o", "annotated.jsonl")
    return Path("annotated.jsonl")


@pytest.mark.parametrize("name", ["o.jsonl", "o.jsonl.zst", "o.xml.gz", "o.json"])
def test_nothing_is_lost(run: Run, annotated: Path, name: str) -> None:
    assert run("convert", str(annotated), "-o", name).exit_code == 0
    assert run("convert", name, "-o", "back.jsonl").exit_code == 0
    assert read_lines(Path("back.jsonl")) == read_lines(annotated)


@pytest.mark.parametrize("name", ["o.pubtator", "folder/", "corpus.ann"])
def test_mentions_and_relations_survive(run: Run, annotated: Path, name: str) -> None:
    result = run("convert", str(annotated), "-o", name)
    assert result.exit_code == 0
    assert "mentions:" in result.stderr
    run("convert", name, "-o", "back.jsonl")
    for before, after in zip(read_lines(annotated), read_lines(Path("back.jsonl")), strict=True):
        assert [(one["start"], one["end"], one["label"]) for one in after["entities"]] == [
            (one["start"], one["end"], one["label"]) for one in before["entities"]
        ]
        assert len(after["relations"]) == len(before["relations"])


def test_text_survives_pubmed_xml_and_csv(run: Run, annotated: Path) -> None:
    for name, options in (("o.xml", ["--to", "pubmed"]), ("o.csv", []), ("o.tsv", [])):
        assert run("convert", str(annotated), "-o", name, *options).exit_code == 0
        run("convert", name, "-o", "back.jsonl")
        assert [(one["id"], one["text"]) for one in read_lines(Path("back.jsonl"))] == [
            (one["id"], one["text"]) for one in read_lines(annotated)
        ]


def test_tables_have_the_same_names_as_those_of_extract(run: Run, annotated: Path) -> None:
    run("extract", "a.jsonl", "-o", "extracted.csv")
    run("convert", str(annotated), "-o", "converted.csv", "--table", "findings")
    assert Path("converted.csv").read_text() == Path("extracted.csv").read_text()


def test_to_standard_output(run: Run, annotated: Path) -> None:
    result = run("convert", str(annotated), "-o", "-", "--to", "csv")
    assert [row["id"] for row in csv.DictReader(io.StringIO(result.stdout))] == ["11111", "22222"]


def test_a_folder_with_files_is_not_written_into(run: Run, annotated: Path) -> None:
    Path("full").mkdir()
    Path("full/old.txt").write_text("old")
    result = run("convert", str(annotated), "-o", "full")
    assert result.exit_code == 2
    assert "not empty" in result.stderr
    assert [one.name for one in Path("full").iterdir()] == ["old.txt"]


def test_from_overrides(run: Run) -> None:
    Path("a.jsonl").write_text(citations("11111"))
    run("convert", "a.jsonl", "-o", "o.jsonl", "--from", "text")
    assert read_lines(Path("o.jsonl"))[0]["text"].startswith('{"pmid"')
