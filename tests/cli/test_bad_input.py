"""Bad input: each gets an error that names file, line or record and the way out, and the rest is read."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import TEXT, Run, citation, citations, leftovers, read_lines

ARTICLE = (
    "<PubmedArticle><MedlineCitation><PMID>{0}</PMID><Article><ArticleTitle>LNPs in mice.{1}</ArticleTitle></Article>"
    "</MedlineCitation></PubmedArticle>"
)
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE PubmedArticleSet [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    f"<PubmedArticleSet>{ARTICLE.format('33333', '&b;')}</PubmedArticleSet>"
)
BROKEN = f"<PubmedArticleSet>{ARTICLE.format('1', '<i>')}{ARTICLE.format('22222', '')}</PubmedArticleSet>"
LATIN = citation("22222").encode() + citation("2", "é").encode().replace(b"\\u00e9", b"\xe9")
OUTSIDE = {
    "id": "5",
    "title": "",
    "text": "LNPs.",
    "entities": [{"id": "e1", "start": 0, "end": 99, "label": "CARGO", "text": "LNPs"}],
}
UNKNOWN = {
    "id": "6",
    "title": "",
    "text": "LNPs.",
    "entities": [{"id": "e1", "start": 0, "end": 4, "label": "GENE", "text": "LNPs"}],
}


def _truncated(path: Path) -> None:
    # Random words, so that the compressed data is long enough to be cut within.
    whole = gzip.compress(
        "".join(citation(f"{70000 + n}", f"LNPs {hash((n, 1))} in mice.") for n in range(400)).encode()
    )
    path.write_bytes(whole[: len(whole) // 2])


def _texts(name: str, content: str | bytes) -> tuple[str, Callable[[Path], None]]:
    return name, lambda path: path.write_bytes(content if isinstance(content, bytes) else content.encode())


CASES = [
    ("truncated gzip", "bad.jsonl.gz", _truncated, ["bad.jsonl.gz", "cut off", "copy or download it again"]),
    ("broken XML record", *_texts("bad.xml", BROKEN), ["bad.xml", "record 1", "broken XML"]),
    (
        "line that is no JSON",
        *_texts("bad.jsonl", "{this is no JSON\n" + citation("22222")),
        ["bad.jsonl, line 1", "no JSON", "one JSON object a line"],
    ),
    (
        "CSV without the named columns",
        *_texts("bad.csv", "a,b\n1,2\n"),
        ["bad.csv", "no column of abstracts", "'abstract'"],
    ),
    ("empty file", *_texts("bad.jsonl", ""), ["bad.jsonl", "is empty"]),
    ("empty folder", "bad", Path.mkdir, ["bad", "holds no files"]),
    (
        "not UTF-8, text",
        *_texts("bad.txt", "Caf\xe9 LNPs".encode("latin-1")),
        ["bad.txt, byte 4", "not UTF-8", "iconv"],
    ),
    ("not UTF-8, a line", *_texts("bad.jsonl", LATIN), ["bad.jsonl, line 2", "not UTF-8"]),
    ("binary", *_texts("bad.txt", b"\x00\x01\x02\x03" * 50), ["bad.txt", "binary data"]),
    (
        "5 MB abstract",
        *_texts("bad.jsonl", citation("2", "LNPs in mice. " * 360_000)),
        ["bad.jsonl", "record 2", "1,000,000", "--split blank"],
    ),
    ("offsets outside the text", *_texts("bad.jsonl", json.dumps(OUTSIDE)), ["line 1, record 5", "outside the text"]),
    ("unknown label", *_texts("bad.jsonl", json.dumps(UNKNOWN)), ["line 1, record 6", "'GENE'", "NANOPARTICLE"]),
    (
        "duplicate PMID",
        *_texts("bad.jsonl", citation("11111", "LNPs once more.")),
        ["bad.jsonl, record 11111", "duplicate", "good.jsonl"],
    ),
    ("entity bomb", *_texts("bad.xml", BOMB), ["bad.xml", "entit"]),
    ("unknown XML", *_texts("bad.xml", "<article><front/></article>"), ["bad.xml", "XML of another kind"]),
    ("no such file", "other", lambda path: None, ["bad.jsonl", "no such file"]),
    ("RIS", *_texts("bad.ris", "TY  - JOUR\nAB  - LNPs\n"), ["bad.ris", "RIS", "nbib"]),
    ("a list in JSON", *_texts("bad.json", '[{"id": 1, "title": "LNPs"}]'), ["bad.json", "jq -c"]),
]


@pytest.mark.parametrize(("name", "make", "said"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_it_is_told_and_the_rest_is_read(run: Run, name: str, make: Callable[[Path], None], said: list[str]) -> None:
    Path("good.jsonl").write_text(citations("11111"))
    Path("last.jsonl").write_text(citations("99999"))
    make(Path(name))
    bad = "bad.jsonl" if name == "other" else name
    result = run("extract", "good.jsonl", bad, "last.jsonl", "-o", "out.jsonl", "--report", "report.json")
    report = json.loads(Path("report.json").read_text())
    told = " ".join(result.stderr.split())
    assert result.exit_code == 0
    assert [text for text in said if text not in told] == []
    assert len(report["skipped"]) >= 1
    assert all(one["reason"] and one["source"] for one in report["skipped"])
    ids = [one["id"] for one in read_lines(Path("out.jsonl"))]
    assert ids[0] == "11111"
    assert ids[-1] == "99999"
    assert ("22222" in ids) == (b"22222" in Path(bad).read_bytes() if Path(bad).is_file() else False)


def test_nothing_is_counted_twice_in_the_report(run: Run) -> None:
    Path("a.jsonl").write_text("no JSON\n" + citations("11111", "11111") + "{}\n")
    run("extract", "a.jsonl", "-o", "out.jsonl", "--report", "r.json")
    report = json.loads(Path("r.json").read_text())
    assert (report["documents"], len(report["skipped"])) == (1, 3)
    assert {one["kind"] for one in report["skipped"]} == {"record"}
    assert report["written"] == ["out.jsonl"]
    assert report["entities"]["NANOPARTICLE"] >= 1


def test_a_text_of_one_character(run: Run) -> None:
    Path("a.txt").write_text("x")
    assert run("extract", "a.txt", "-o", "out.jsonl").exit_code == 0
    assert read_lines(Path("out.jsonl"))[0]["text"] == "x"
    assert run("show", "x").exit_code == 0


def test_nothing_read_writes_nothing(run: Run) -> None:
    Path("a.jsonl").write_text("no JSON\n")
    for target in (
        ["-o", "o.jsonl"],
        ["-o", "o.csv"],
        ["-o", "o.parquet"],
        ["-o", "corpus/"],
        ["--all", "out"],
        ["--print"],
    ):
        result = run("extract", "a.jsonl", *target, "--report", "r.json")
        assert result.exit_code == 1
        assert "nothing could be read" in result.stderr
        assert "a.jsonl, line 1" in result.stderr
    assert sorted(one.name for one in Path().iterdir() if one.is_file()) == ["a.jsonl", "r.json"]
    assert leftovers(Path()) == []
    assert run("convert", "a.jsonl", "-o", "o.xml").exit_code == 1
    assert run("show", "a.jsonl").exit_code == 1


@pytest.mark.parametrize(("allowed", "code"), [("0", 1), ("1", 1), ("2", 0)])
def test_more_skipped_than_allowed(run: Run, allowed: str, code: int) -> None:
    Path("a.jsonl").write_text(citations("11111", "11111") + "no JSON\n")
    for command in ("extract", "convert"):
        result = run(command, "a.jsonl", "-o", f"{command}.jsonl", "--max-skipped", allowed)
        assert result.exit_code == code
        assert len(read_lines(Path(f"{command}.jsonl"))) == 1


def test_alike_reasons_are_told_together(run: Run) -> None:
    Path("a.jsonl").write_text(citations("11111") + "no JSON\n" * 7)
    told = run("extract", "a.jsonl", "-o", "o.jsonl").stderr
    assert "skipped: 7" in told
    assert "7 × no JSON" in told
    assert "a.jsonl, line 2" in told
    assert "and 4 more" in told


def test_deletions_are_counted_and_passed_over(run: Run) -> None:
    deleted = "<DeleteCitation><PMID>5</PMID><PMID>6</PMID></DeleteCitation>"
    Path("a.xml").write_text(f"<PubmedArticleSet>{ARTICLE.format('11111', '')}{deleted}</PubmedArticleSet>")
    result = run("extract", "a.xml", "-o", "o.jsonl")
    assert result.exit_code == 0
    assert "deletions in update files, passed over: 2" in result.stderr


def test_a_text_that_breaks_the_pipeline_costs_itself(run: Run, nlp: object, monkeypatch: pytest.MonkeyPatch) -> None:
    from nanocart import pipeline

    whole = pipeline.to_doc

    def breaking(document: object, nlp: object) -> object:
        if "BREAK" in document.text:  # type: ignore[attr-defined]
            raise RuntimeError("boom")
        return whole(document, nlp)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "to_doc", breaking)
    Path("a.jsonl").write_text(citation("11111") + citation("2", f"BREAK {TEXT}") + citations("33333", "44444"))
    result = run("extract", "a.jsonl", "-o", "o.jsonl")
    assert result.exit_code == 0
    assert "record 2: the pipeline failed: RuntimeError: boom" in result.stderr
    assert [one["id"] for one in read_lines(Path("o.jsonl"))] == ["11111", "33333", "44444"]
