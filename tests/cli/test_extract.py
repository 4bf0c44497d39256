"""`nanocart extract` from files to files."""

from __future__ import annotations

import csv
import gzip
import io
import json
import lzma
from pathlib import Path
from typing import Any

import pytest

from nanocart.cli.extract import extract_files
from nanocart.corpora.formats import read_documents
from nanocart.schema import Document
from tests.cli.conftest import Run, citation, citations, leftovers, read_lines


def test_to_the_native_format(run: Run) -> None:
    Path("a.jsonl").write_text(citations("11111", "22222"))
    result = run("extract", "a.jsonl", "-o", "new/out.jsonl")
    assert result.exit_code == 0
    assert [one["id"] for one in read_lines(Path("new/out.jsonl"))] == ["11111", "22222"]
    assert all(one["entities"] and one["findings"] for one in read_lines(Path("new/out.jsonl")))
    assert "2 documents" in result.stderr
    assert "words a second" in result.stderr
    assert "NANOPARTICLE" in result.stderr
    assert "written: new/out.jsonl" in result.stderr
    assert result.stdout == ""
    assert leftovers(Path()) == []


def test_a_mix_of_inputs(run: Run) -> None:
    Path("folder").mkdir()
    Path("folder/b.txt").write_text("LNPs in mice.")
    with lzma.open("folder/c.jsonl.xz", "wt") as file:
        file.write(citation("33333"))
    Path("d1.jsonl").write_text(citation("44444"))
    result = run("extract", "folder", "d*.jsonl", "-", "-o", "out.jsonl", input=citation("55555"))
    assert result.exit_code == 0
    assert [one["id"] for one in read_lines(Path("out.jsonl"))] == ["b", "33333", "44444", "55555"]


@pytest.mark.parametrize(
    "name", ["o.jsonl.gz", "o.jsonl.xz", "o.jsonl.zst", "o.xml", "o.json", "o.json.gz", "o.pubtator", "o/"]
)
def test_what_is_written_is_read_again(run: Run, name: str) -> None:
    Path("a.jsonl").write_text(citations("11111", "22222"))
    run("extract", "a.jsonl", "-o", "plain.jsonl")
    assert run("extract", "a.jsonl", "-o", name).exit_code == 0
    wanted = [
        (one["id"], [(e["start"], e["end"], e["label"]) for e in one["entities"]])
        for one in read_lines(Path("plain.jsonl"))
    ]
    got = [one for one in read_documents([name]) if isinstance(one, Document)]
    assert [(one.id, [(e.start, e.end, e.label) for e in one.entities]) for one in got] == wanted


@pytest.mark.parametrize("table", ["findings", "entities", "relations", "documents"])
def test_tables_with_preferred_names(run: Run, table: str) -> None:
    Path("a.jsonl").write_text(citations("11111"))
    assert run("extract", "a.jsonl", "-o", "t.csv", "--table", table).exit_code == 0
    rows = list(csv.DictReader(io.StringIO(Path("t.csv").read_text("utf-8"))))
    assert rows
    if table == "findings":
        assert rows[0]["pmid"] == "11111"
        assert "lipid nanoparticle" in {row["nanoparticle"] for row in rows}
        assert "Tumor growth" in {row["outcome"] for row in rows}


def test_all_tables_at_once(run: Run) -> None:
    Path("a.jsonl").write_text(citations("11111"))
    result = run("extract", "a.jsonl", "--all", "out", "-o", "b.jsonl")
    assert result.exit_code == 0
    assert sorted(one.name for one in Path("out").iterdir()) == [
        "documents.csv",
        "entities.csv",
        "findings.csv",
        "relations.csv",
    ]
    assert [one["id"] for one in read_lines(Path("b.jsonl"))] == ["11111"]
    run("extract", "a.jsonl", "-o", "alone.csv")
    assert Path("alone.csv").read_bytes() == Path("out/findings.csv").read_bytes()
    assert run("extract", "a.jsonl", "--all", "parquet", "--to", "parquet").exit_code == 0
    assert len(list(Path("parquet").glob("*.parquet"))) == 4


def test_into_a_pipe_goes_tsv(run: Run) -> None:
    Path("a.jsonl").write_text(citations("11111"))
    result = run("extract", "a.jsonl")
    rows = list(csv.DictReader(io.StringIO(result.stdout), delimiter="\t"))
    assert result.exit_code == 0
    assert "lipid nanoparticle" in {row["nanoparticle"] for row in rows}
    assert json.loads(run("extract", "a.jsonl", "-o", "-").stdout)["id"] == "11111"
    assert "label" in run("extract", "a.jsonl", "--to", "csv", "--table", "entities").stdout.split("\n")[0]


def test_printed_to_be_read(run: Run) -> None:
    Path("a.jsonl").write_text(citations("11111", "22222"))
    result = run("extract", "a.jsonl", "--print", "-o", "o.csv")
    assert "↓ Tumor growth (+)" in result.stdout
    assert "22222" in result.stdout
    assert Path("o.csv").exists()
    assert "T cell" in run("extract", "a.jsonl", "--print", "--table", "entities").stdout


def test_for_excel(run: Run) -> None:
    Path("a.jsonl").write_text(citations("11111"))
    run("extract", "a.jsonl", "-o", "o.csv", "--excel")
    assert Path("o.csv").read_bytes().startswith(b"\xef\xbb\xbfpmid,")


def test_the_same_input_gives_the_same_file(run: Run) -> None:
    Path("a.jsonl").write_text(citations("11111"))
    run("extract", "a.jsonl", "-o", "1.jsonl.gz")
    run("extract", "a.jsonl", "-o", "2.jsonl.gz")
    assert Path("1.jsonl.gz").read_bytes() == Path("2.jsonl.gz").read_bytes()
    assert gzip.decompress(Path("1.jsonl.gz").read_bytes())


def test_split_into_paragraphs(run: Run) -> None:
    Path("notes.txt").write_text("LNPs in mice.\n\nCAR-T cells in mice.\n")
    run("extract", "notes.txt", "-o", "one.jsonl")
    run("extract", "notes.txt", "-o", "two.jsonl", "--split", "blank")
    assert len(read_lines(Path("one.jsonl"))) == 1
    assert [one["id"] for one in read_lines(Path("two.jsonl"))] == ["notes:1", "notes:2"]


def test_out_of_scope_is_counted(run: Run) -> None:
    Path("a.jsonl").write_text(citation("11111", "The weather was fine in the town."))
    result = run("extract", "a.jsonl", "-o", "o.jsonl")
    assert "1 out of scope" in result.stderr
    assert read_lines(Path("o.jsonl"))[0]["entities"] == []


def test_the_options_of_the_pipeline_arrive(run: Run, nlp: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr("nanocart.pipeline.load", lambda *args, **options: asked.append((args, options)) or nlp)
    Path("a.jsonl").write_text(citations("11111"))
    run(
        "extract",
        "a.jsonl",
        "-o",
        "o.jsonl",
        "--model",
        "folder",
        "--lexicon",
        "a.tsv",
        "--lexicon",
        "b.tsv",
        "--no-scope",
        "--device",
        "cpu",
        "--min-confidence",
        "0.8",
    )
    given = {"lexicon": ("a.tsv", "b.tsv"), "scope": False, "device": "cpu", "min_confidence": 0.8}
    assert asked == [(("folder",), given)]


@pytest.mark.slow
def test_two_processes_find_the_same(run: Run) -> None:
    Path("a.jsonl").write_text(citations(*(f"{10000 + n}" for n in range(70))))
    run("extract", "a.jsonl", "-o", "1.jsonl")
    assert run("extract", "a.jsonl", "-o", "2.jsonl", "--processes", "2").exit_code == 0
    assert Path("1.jsonl").read_bytes() == Path("2.jsonl").read_bytes()


def test_as_a_function(nlp: Any, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(citations("11111"))
    found: list[Document] = []
    tally = extract_files([str(tmp_path / "a.jsonl")], [found.extend], nlp)
    assert tally.documents == len(found) == 1
    assert found[0].findings


def test_an_interrupt_leaves_no_file(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(documents: Any, *args: Any, **options: Any) -> Any:
        yield next(iter(documents))
        raise KeyboardInterrupt

    monkeypatch.setattr("nanocart.pipeline.extract", stop)
    Path("a.jsonl").write_text(citations("11111", "22222"))
    Path("o.jsonl").write_text("as it was")
    for target in (["-o", "o.jsonl"], ["--all", "out"], ["-o", "corpus/"]):
        result = run("extract", "a.jsonl", *target)
        assert result.exit_code == 130
        assert "interrupted after 1 documents" in result.stderr
    assert Path("o.jsonl").read_text() == "as it was"
    assert not Path("corpus").exists()
    assert leftovers(Path()) == []


def test_a_full_disk_leaves_no_file(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(documents: Any, stream: Any) -> None:
        for one in documents:
            stream.write(one.id.encode())
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("nanocart.corpora.jsonl.write", fail)
    Path("a.jsonl").write_text(citations("11111"))
    result = run("extract", "a.jsonl", "-o", "o.jsonl.gz")
    assert result.exit_code == 1
    assert "No space left on device" in result.stderr
    assert not Path("o.jsonl.gz").exists()
    assert leftovers(Path()) == []


def test_a_folder_that_is_not_there_to_write_to(run: Run) -> None:
    Path("file").write_text("x")
    Path("a.jsonl").write_text(citations("11111"))
    result = run("extract", "a.jsonl", "-o", "file/o.jsonl")
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
