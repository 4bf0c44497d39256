"""`nanocart corpus hydrate` and the annotation kit: texts are found again, and what is missing is named."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from nanocart.corpora.fetch import Fetched
from nanocart.corpora.markup import read
from nanocart.corpora.standoff import dehydrate
from nanocart.errors import RecordError, SourceError
from tests.cli.conftest import Run, leftovers, read_lines
from tests.cli.marked import MARKED, standoff, texts


def test_hydration(run: Run) -> None:
    standoff("gold.jsonl", "1", "2")
    texts("texts.jsonl", "2", "1", "3")
    result = run("corpus", "hydrate", "texts.jsonl", "--corpus", "gold.jsonl", "-o", "whole.jsonl")
    assert (result.exit_code, result.stdout) == (0, "2 of 2 documents written to whole.jsonl\n")
    whole = read_lines(Path("whole.jsonl"))
    assert [one["id"] for one in whole] == ["1", "2"]  # in the order of the corpus
    assert whole[0]["entities"][0]["text"] == "LNPs"


def test_a_missing_text_and_a_changed_one_are_named(run: Run) -> None:
    standoff("gold.jsonl", "1", "2", "3")
    texts("texts.jsonl", "1", "2")
    Path("texts.jsonl").write_text(Path("texts.jsonl").read_text().replace("mice, study 2", "rats, study 2"))
    result = run("corpus", "hydrate", "texts.jsonl", "--corpus", "gold.jsonl", "-o", "whole.jsonl")
    assert result.exit_code == 1
    assert "record 2: the text is not the one that was annotated" in result.stderr
    assert "record 3: its text is in none of the sources" in result.stderr
    assert [one["id"] for one in read_lines(Path("whole.jsonl"))] == ["1"]
    result = run("corpus", "hydrate", "texts.jsonl", "--corpus", "gold.jsonl", "-o", "whole.jsonl", "--realign")
    assert result.exit_code == 1
    assert "2: the text was changed; dropped e1" in result.stderr
    assert [one["id"] for one in read_lines(Path("whole.jsonl"))] == ["1", "2"]
    assert leftovers(Path()) == []


def test_hydration_without_a_source(run: Run) -> None:
    standoff("gold.jsonl", "1")
    result = run("corpus", "hydrate", "--corpus", "gold.jsonl", "-o", "whole.jsonl")
    assert result.exit_code == 2
    assert "no source of texts" in result.stderr
    assert run("corpus", "hydrate", "x.jsonl", "--corpus", "nothing.jsonl", "-o", "w.jsonl").exit_code == 2


def test_sources_of_texts_that_cannot_be_read_are_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    standoff("so.jsonl", "1")
    texts("texts.jsonl", "1")
    Path("bin.jsonl").write_bytes(b"\0\1")
    hydrate = ("--corpus", "so.jsonl", "-o", "w.jsonl")
    result = run("corpus", "hydrate", "bin.jsonl", "texts.jsonl", "missing.jsonl", *hydrate)
    assert result.exit_code == 0
    assert "bin.jsonl: is binary data" in result.stderr
    assert "missing.jsonl: no such file" in result.stderr
    assert "missing.jsonl: no such file" in run("corpus", "validate", "so.jsonl", "--texts", "missing.jsonl").stderr
    monkeypatch.setenv("NANOCART_DATA", "/nonexist")
    assert "/nonexist: no such file" in run("corpus", "validate", "so.jsonl").stderr


def test_broken_records_of_texts_are_summarised(run: Run) -> None:
    standoff("so.jsonl", "1")
    texts("texts.jsonl", "1")
    Path("texts.jsonl").write_text('{"id": "x"}\n' * 9 + Path("texts.jsonl").read_text())
    result = run("corpus", "hydrate", "texts.jsonl", "--corpus", "so.jsonl", "-o", "w.jsonl")
    assert result.exit_code == 0
    assert result.stderr.count("no title and no abstract") == 3
    assert "... and 6 more records of the texts" in result.stderr


def test_the_most_telling_reason_stays(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    standoff("so.jsonl", "1", "2", "3")
    texts("texts.jsonl", "1")
    Path("texts.jsonl").write_text(Path("texts.jsonl").read_text().replace("mice", "rats"))

    def fetched(pmids: Iterable[str], *, email: str) -> Iterator[Fetched]:
        assert list(pmids) == ["1", "2", "3"]
        yield RecordError("it has no abstract of it", source="NCBI", record="2")
        yield SourceError("no answer: timed out", source="NCBI", hint="check the network")

    monkeypatch.setattr("nanocart.corpora.fetch.pubmed", fetched)
    result = run("corpus", "hydrate", "texts.jsonl", "--corpus", "so.jsonl", "-o", "w.jsonl", "--email", "me@x.org")
    assert result.exit_code == 1
    assert "NCBI: no answer: timed out (check the network)" in result.stderr
    assert "record 1: the text is not the one that was annotated" in result.stderr
    assert "NCBI, record 2: it has no abstract of it" in result.stderr
    assert "record 3: its text is in none of the sources" in result.stderr
    assert not Path("w.jsonl").exists()


def test_hydration_of_records_with_odd_ids(run: Run) -> None:
    standoff("so.jsonl", "5", "6", "7")
    records = read_lines(Path("so.jsonl"))
    records[0]["id"] = 5
    del records[1]["id"]
    records[2]["metadata"] = "x"
    Path("so.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    texts("texts.jsonl", "5", "6")
    result = run("corpus", "hydrate", "texts.jsonl", "--corpus", "so.jsonl", "-o", "w.jsonl")
    assert result.exit_code == 1
    assert "so.jsonl, line 2: the stand-off record has no id" in result.stderr
    assert 'so.jsonl, line 3, record 7: "metadata" must be a JSON object' in result.stderr
    assert [one["id"] for one in read_lines(Path("w.jsonl"))] == ["5"]


def test_hydration_of_an_empty_corpus(run: Run) -> None:
    Path("empty.jsonl").touch()
    texts("texts.jsonl", "1")
    result = run("corpus", "hydrate", "texts.jsonl", "--corpus", "empty.jsonl", "-o", "w.jsonl")
    assert result.exit_code == 1
    assert "empty.jsonl: is empty" in result.stderr
    assert not Path("w.jsonl").exists()


def test_a_kit_without_texts_is_not_written(run: Run) -> None:
    result = run("corpus", "kit", "missing.jsonl", "-o", "kit.html")
    assert result.exit_code == 1
    assert "missing.jsonl: no such file" in result.stderr
    assert "no text of the 30 documents was found" in result.stderr
    assert not Path("kit.html").exists()
    assert "no source of texts (name files with the abstracts" in run("corpus", "kit", "-o", "kit.html").stderr


def test_a_kit_with_some_of_its_texts_says_how_many_are_missing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [{**dehydrate(read(MARKED.format(id=id_))), "split": "test"} for id_ in ("1", "2")]
    monkeypatch.setattr("nanocart.corpora.gold.standoff", lambda *_: records)
    monkeypatch.setattr("nanocart.corpora.kit.chosen", list)
    texts("texts.jsonl", "2")
    result = run("corpus", "kit", "texts.jsonl", "-o", "kit.html")
    assert (result.exit_code, result.stdout) == (1, "1 documents in kit.html; 1 of 2 are missing\n")
    assert "record 1: its text is in none of the sources" in result.stderr
    assert "study 2" in Path("kit.html").read_text()
