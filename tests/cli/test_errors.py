"""`nanocart errors`: one line is printed, one page is written, and what does not fit is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nanocart.corpora.standoff import dehydrate
from nanocart.schema import Document, Mention
from tests.cli.conftest import Run, leftovers

TEXT = "LNPs carried siRNA, study {}."


def document(id: str, *labels: str) -> Document:
    """A document whose first two nouns bear these labels."""
    text = TEXT.format(id)
    spans = zip([(0, 4), (13, 18)], labels, strict=False)
    entities = tuple(Mention(f"e{a}", a, b, label, text[a:b]) for (a, b), label in spans)
    return Document(id, "", text, entities=entities)


def write(path: str, *documents: Document) -> str:
    Path(path).write_text("".join(json.dumps(one.to_json()) + "\n" for one in documents), "utf-8")
    return path


@pytest.fixture
def gold(run: Run) -> str:
    return write("gold.jsonl", document("1", "NANOPARTICLE", "CARGO"), document("2", "NANOPARTICLE", "CARGO"))


def test_the_page_and_its_counts(run: Run, gold: str) -> None:
    write("mine.jsonl", document("1", "NANOPARTICLE", "DISEASE"), document("2", "NANOPARTICLE", "CARGO"))
    result = run("errors", gold, "mine.jsonl", "-o", "out/errors.html")
    assert result.exit_code == 0
    assert result.stdout == ("2 documents, 1 of them without an error; 1 error: 1 type; written: out/errors.html\n")
    page = Path("out/errors.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "LNPs carried siRNA, study 1." in page
    assert "corpus:gold.jsonl|documents:2" in page


def test_what_does_not_fit_is_told_and_counts_as_missed(run: Run, gold: str) -> None:
    write("mine.jsonl", document("1", "NANOPARTICLE", "CARGO"), document("9", "NANOPARTICLE"))
    result = run("errors", gold, "mine.jsonl", "-o", "errors.html")
    assert "warning: 2: no prediction, counted as an empty one" in result.stderr
    assert "warning: 9: predicted, but not in the gold: left out" in result.stderr
    assert "2 errors: 2 missed" in result.stdout


def test_standoff_records_are_joined_with_their_texts(run: Run, gold: str) -> None:
    Path("records.jsonl").write_text(json.dumps(dehydrate(document("1", "NANOPARTICLE"))) + "\n", "utf-8")
    result = run("errors", "records.jsonl", gold, "--texts", gold, "-o", "errors.html")
    assert result.exit_code == 0
    assert "1 error: 1 spurious" in result.stdout
    assert "LNPs carried siRNA" in Path("errors.html").read_text("utf-8")
    without = run("errors", "records.jsonl", gold, "-o", "other.html")
    assert without.exit_code == 1
    assert "--texts" in without.stderr
    assert not Path("other.html").exists()


def test_wrong_usage_writes_nothing(run: Run, gold: str, tmp_path: Path) -> None:
    assert run("errors", gold, gold).exit_code == 2
    folder = run("errors", gold, gold, "-o", ".")
    assert folder.exit_code == 1
    assert "cannot be written" in folder.stderr
    assert run("errors", "nothing.jsonl", gold, "-o", "errors.html").exit_code == 1
    assert not Path("errors.html").exists()
    assert leftovers(tmp_path) == []
