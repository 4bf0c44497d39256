"""`nanocart show` of texts and files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from nanocart.cli.screen import marked
from nanocart.schema import Attributes, Document, Mention
from tests.cli.conftest import TEXT, Run, citations


def test_a_text(run: Run) -> None:
    result = run("show", TEXT)
    said = " ".join(result.stdout.split())
    assert result.exit_code == 0
    assert "[LNPs]NP" in said
    assert "[CD19]TARGET" in said
    assert "OUTCOME↓" in said
    assert "LNPs → CARRIES → CAR mRNA" in said
    assert "lipid nanoparticle" in said
    assert "NP = nanoparticle" in said
    assert "CAR target" in said
    assert "\x1b" not in result.stdout


def test_a_pasted_page_is_one_document(run: Run) -> None:
    result = run("show", f"A title about LNPs\n\n{TEXT}\n\nCAR-T cells persisted.\n")
    assert result.stdout.count("NP = nanoparticle") == 1
    assert "[CAR-T cells]CELL" in result.stdout


def test_labels_of_others_are_listed(run: Run) -> None:
    one = {"start": 0, "end": 4, "label": "GENE"}
    held = [{"id": "t1", **one}, {"id": "t2", **one, "start": 5, "end": 10, "label": "CHANGE"}]
    Path("a.jsonl").write_text(json.dumps({"id": "1", "text": "IL-2 rises.", "foreign": {"entities": held}}))
    said = run("show", "a.jsonl", "--as-is").stdout
    assert "Other labels\n  CHANGE: rises\n  GENE: IL-2" in said
    Path("a.jsonl").write_text(json.dumps({"id": "1", "text": "IL", "foreign": {"entities": held}}))
    wrong = run("show", "a.jsonl", "--as-is")
    assert wrong.exit_code == 1
    assert "lies outside the text" in wrong.stderr


def test_standard_input(run: Run) -> None:
    assert "[LNPs]NP" in run("show", "-", input=f"A title\n\n{TEXT}").stdout
    result = run("show", "-", input=citations("11111", "22222"))
    assert "11111" in result.stdout
    assert "22222" in result.stdout


def test_a_file_shows_each_of_its_documents(run: Run) -> None:
    Path("a.jsonl").write_text(citations("11111", "22222"))
    assert run("show", "a.jsonl").stdout.count("NP = nanoparticle") == 2


def test_a_mistyped_file(run: Run) -> None:
    Path("review.jsonl").write_text(citations("11111"))
    result = run("show", "revew.jsonl")
    assert result.exit_code == 2
    assert "did you mean review.jsonl?" in result.stderr


def test_why(run: Run) -> None:
    lines = [line for line in run("show", TEXT, "--why").stdout.split("\nWhy\n")[1].splitlines() if line.strip()]
    assert any(re.search(r"CD19 .*CAR_TARGET .*\(CD19\).*(lexicon|rule)", line) for line in lines)
    assert any("direction=decreased" in line for line in lines)


def test_out_of_scope_is_said_plainly(run: Run) -> None:
    result = run("show", "The weather was fine in the town.")
    assert result.exit_code == 0
    assert "Out of scope" in result.stdout
    assert "--no-scope" in result.stdout


def test_as_is_shows_what_the_file_has(run: Run) -> None:
    Path("one.txt").write_text("LNPs work in T cells.")
    Path("one.ann").write_text("T1\tCELL_TYPE 13 20\tT cells\n")
    result = run("show", "one.ann", "--as-is")
    assert "LNPs work in [T cells]CELL." in result.stdout


def test_bytes_that_are_no_utf8(run: Run) -> None:
    result = run("show", "LNPs \udce9 in mice")
    assert result.exit_code == 1
    assert "not UTF-8" in result.stderr


def test_a_page_that_opens_by_itself(run: Run) -> None:
    result = run("show", f"Title <script>alert(1)</script> LNPs\n{TEXT}", "--html", "page.html")
    page = Path("page.html").read_text("utf-8")
    assert result.exit_code == 0
    assert "written: page.html" in result.stderr
    assert page.startswith("<!DOCTYPE html>")
    assert "<script" not in page
    assert re.findall(r"<link|\bsrc=|url\(|@import", page) == []
    assert "NANOPARTICLE" in page
    assert "CARRIES" in page
    assert "displacy-arrow" in page
    assert "Tumor growth" in page
    assert page.rstrip().endswith("</html>")


def test_a_page_of_a_text_without_annotations(run: Run) -> None:
    assert run("show", "The weather was fine in the town.", "--html", "page.html").exit_code == 0
    assert "Out of scope" in Path("page.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("attributes", "label"),
    [
        (Attributes(direction="decreased", assertion="affirmed"), "OUTCOME↓"),
        (Attributes(direction="reported", assertion="negated"), "OUTCOME(not)"),
        (Attributes(direction="increased", assertion="speculated"), "OUTCOME↑(?)"),
    ],
)
def test_signs(attributes: Attributes, label: str) -> None:
    mention = Mention("e1", 3, 11, "OUTCOME", "toxicity", attributes=attributes)
    assert marked(Document("1", "", "No toxicity.", entities=(mention,))).plain == f"No [toxicity]{label}."
