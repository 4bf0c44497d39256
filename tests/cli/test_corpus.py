"""`nanocart corpus` on small files: what a curator would do with it, and what is said when something is wrong."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.cli.conftest import Run, read_lines
from tests.cli.marked import edited, standoff, texts


def test_right_annotations_pass(run: Run) -> None:
    edited("in", "1", "2")
    result = run("corpus", "validate", "in")
    assert result.exit_code == 0
    assert "2 documents: 0 wrong" in result.stdout


def test_what_is_wrong_is_named_by_document_and_line(run: Run) -> None:
    edited("in", "1")
    edited("in", "2", change=("|CARGO", "|CARGOS"))
    edited("in", "3", change=("RESULTS_IN n o\n", ""))
    edited("in", "4", change=("CARRIES n c", "CARRIES n x"))
    result = run("corpus", "validate", "in")
    assert result.exit_code == 1
    assert "line 5, record 2: unknown label 'CARGOS'" in result.stdout
    assert "3: f1: no RESULTS_IN joins its agent n to its outcome o" in result.stdout
    assert "record 4: relation r1 names a missing mention 'x'" in result.stdout
    assert "2 documents: 3 wrong" in result.stdout


def test_overlaps_and_offsets_beyond_the_text_are_named(run: Run) -> None:
    standoff("gold.jsonl", "1", "2")
    records = read_lines(Path("gold.jsonl"))
    records[0]["entities"][1]["start"] = records[0]["entities"][0]["start"]
    records[1]["entities"][2]["end"] = 9_999
    Path("gold.jsonl").write_text("".join(json.dumps(one) + "\n" for one in records))
    texts("texts.jsonl", "1", "2")
    result = run("corpus", "validate", "gold.jsonl", "--texts", "texts.jsonl")
    assert result.exit_code == 1
    assert "record 1: e2 overlaps e1" in result.stdout
    assert "record 2: e3 lies outside the text" in result.stdout


def test_a_corpus_that_there_is_not(run: Run) -> None:
    result = run("corpus", "validate", "golden")
    assert result.exit_code == 2
    assert "there is neither a corpus nor a file 'golden' (corpora: gold, silver, written)" in result.stderr
    assert run("corpus", "stats", "gold:silver").exit_code == 2


def test_a_corpus_goes_before_a_folder_of_its_name(run: Run) -> None:
    edited("gold", "1")
    assert "1 documents: 0 wrong" in run("corpus", "validate", "./gold").stdout
    assert "60 documents, 60 of them without their text: 0 wrong" in run("corpus", "validate", "gold:dev").stdout


def test_agreement_of_two_folders(run: Run) -> None:
    edited("a", "1", "2")
    edited("b", "1", change=("decreased affirmed", "low affirmed"))
    edited("b", "3")
    result = run("corpus", "agreement", "a", "b", "--differences", "-")
    assert result.exit_code == 0
    assert "1 documents that both annotated (2 and 2)" in result.stdout
    assert "| spans, strict | NANOPARTICLE | 1.000 | 1.000 to 1.000 | 1 |" in result.stdout
    assert "| attributes, same | direction | 0.000" in result.stdout
    assert "1\tdirection\t" in result.stdout
    assert "decreased\tlow\tfibrosis" in result.stdout


def test_agreement_of_different_texts_is_refused_by_id(run: Run) -> None:
    edited("a", "1", "2")
    edited("b", "1", change=("carried", "bore"))
    edited("b", "2")
    result = run("corpus", "agreement", "a", "b")
    assert "1: left out, since the two annotate different texts" in result.stderr
    assert "1 documents that both annotated" in result.stdout
    assert run("corpus", "agreement", "a", "a", "--json").stdout.count('"group"') > 40


def test_agreement_of_stand_off_needs_no_text(run: Run) -> None:
    edited("a", "1")
    standoff("b.jsonl", "1")
    result = run("corpus", "agreement", "a", "b.jsonl")
    assert "| findings | core rows | 1.000" in result.stdout


def test_nothing_in_common(run: Run) -> None:
    edited("a", "1")
    edited("b", "2")
    result = run("corpus", "agreement", "a", "b")
    assert result.exit_code == 1
    assert "no document in common" in result.stderr


def test_statistics(run: Run) -> None:
    standoff("gold.jsonl", "1", "2")
    texts("texts.jsonl", "1", "2")
    result = run("corpus", "stats", "gold.jsonl", "--texts", "texts.jsonl")
    assert "|  | dev |" in result.stdout
    assert "| NANOPARTICLE | 2 |" in result.stdout
    assert "| findings | 2 |" in result.stdout
    assert "- NANOPARTICLE: lnps (2)" in result.stdout


def test_split(run: Run) -> None:
    edited("in", *map(str, range(1, 11)))
    result = run("corpus", "split", "in", "-o", "out")
    assert result.stdout == "train: 8 documents\ndev: 1 documents\ntest: 1 documents\n"
    parts = [read_lines(Path("out", f"{name}.jsonl")) for name in ("train", "dev", "test")]
    assert sorted(int(one["id"]) for part in parts for one in part) == list(range(1, 11))
    result = run("corpus", "split", "in", "-o", "out", "--shares", "a=0.5")
    assert result.exit_code == 2
    assert "must sum to 1" in result.stderr


def test_mark_up_and_back(run: Run) -> None:
    edited("in", "1")
    assert run("corpus", "convert", "in", "-o", "one.jsonl").exit_code == 0
    assert run("corpus", "annotate", "one.jsonl", "-o", "again").exit_code == 0
    assert run("corpus", "annotate", "one.jsonl", "-o", "bare", "--blank").exit_code == 0
    assert "[[LNPs|NANOPARTICLE n =lnp]]" in Path("again", "1.txt").read_text()
    assert "[[" not in Path("bare", "1.txt").read_text()
    Path("again", "1.txt").write_text("mine")
    run("corpus", "annotate", "one.jsonl", "-o", "again")
    assert Path("again", "1.txt").read_text() == "mine"  # a file that exists may hold somebody's work


def test_edited_text_is_found(run: Run) -> None:
    texts("texts.jsonl", "1", "2")
    edited("in", "1", "2")
    assert run("corpus", "check", "in", "texts.jsonl").exit_code == 0
    edited("in", "2", change=("carried", "carries"))
    edited("in", "3")
    result = run("corpus", "check", "in", "texts.jsonl")
    assert result.exit_code == 1
    assert "2: the text was changed at character 39: 's siRNA and cut fibrosis.'" in result.stdout
    assert "3: none of the originals has this id" in result.stdout


def test_conversion_to_other_formats(run: Run) -> None:
    edited("in", "1")
    for name in ("out.pubtator", "out.xml", "out.json", "brat/"):
        assert run("corpus", "convert", "in", "-o", name).exit_code == 0
    assert "1|t|Particles in mice" in Path("out.pubtator").read_text()
    assert "NANOPARTICLE" in Path("brat", "1.ann").read_text()
    assert run("corpus", "convert", "in", "-o", "out.jsonl", "--to", "standoff").exit_code == 0
    assert "siRNA" not in Path("out.jsonl").read_text()


def test_stand_off_without_text_is_not_converted(run: Run) -> None:
    standoff("gold.jsonl", "1")
    result = run("corpus", "convert", "gold.jsonl", "-o", "out.pubtator")
    assert result.exit_code == 2
    assert "no text to convert (name their sources with --texts)" in result.stderr


BROKEN = (b'{"id": "caf\xe9"}\n', b"\0\1\2binary", b"")


@pytest.mark.parametrize("content", [*BROKEN, None])
@pytest.mark.parametrize("command", ["stats", "split", "annotate", "convert"])
def test_where_nothing_is_read_nothing_is_written(run: Run, command: str, content: bytes | None) -> None:
    if content is not None:
        Path("in.jsonl").write_bytes(content)
    out = [] if command == "stats" else ["-o", "out.jsonl" if command == "convert" else "out"]
    result = run("corpus", command, "in.jsonl", *out)
    assert result.exit_code == 1
    assert "in.jsonl" in result.stderr.splitlines()[0]
    assert "no document could be read from in.jsonl" in result.stderr
    assert not list(Path().glob("out*"))


def test_a_line_that_is_not_utf8_is_named_and_the_rest_is_read(run: Run) -> None:
    standoff("so.jsonl", "1")
    Path("so.jsonl").write_bytes(b'{"id": "caf\xe9"}\n' + Path("so.jsonl").read_bytes())
    result = run("corpus", "validate", "so.jsonl")
    assert result.exit_code == 1
    assert "so.jsonl, line 1, byte 12: not UTF-8" in result.stdout
    assert "1 documents, 1 of them without their text: 1 wrong" in result.stdout


@pytest.mark.parametrize("command", ["split", "annotate"])
def test_a_file_where_a_folder_is_needed(run: Run, command: str) -> None:
    edited("in", "1")
    Path("out").write_text("mine")
    result = run("corpus", command, "in", "-o", "out")
    assert result.exit_code == 2
    assert "-o out: no folder can be made there: it is a file" in result.stderr
    assert Path("out").read_text() == "mine"


@pytest.mark.parametrize("shares", ["train=nan", "../x=1", "a/b=1", "=1", ".x=1", "a\\b=1"])
def test_shares_that_are_no_number_or_no_name(run: Run, shares: str) -> None:
    edited("in", "1")
    assert run("corpus", "split", "in", "-o", "out", "--shares", shares).exit_code == 2
    assert [one.name for one in Path().iterdir()] == ["in"]


def test_split_of_a_file_twice_is_the_split_of_it_once(run: Run) -> None:
    standoff("so.jsonl", *map(str, range(1, 11)))
    texts("texts.jsonl", *map(str, range(1, 11)))
    assert run("corpus", "hydrate", "texts.jsonl", "--corpus", "so.jsonl", "-o", "w.jsonl").exit_code == 0
    result = run("corpus", "split", "w.jsonl", "w.jsonl", "-o", "out")
    assert result.stdout == "train: 8 documents\ndev: 1 documents\ntest: 1 documents\n"
    assert "record 1: duplicate: w.jsonl has this id already" in result.stderr


def test_ids_that_would_share_a_file_name(run: Run) -> None:
    rows = [json.dumps({"id": id_, "title": "T.", "abstract": "LNPs."}) for id_ in ("a/b", "a_b", "..")]
    Path("in.jsonl").write_text("\n".join(rows))
    for said in ("3 files written to out\n", "0 files written to out, 3 were there already\n"):
        assert run("corpus", "annotate", "in.jsonl", "-o", "out").stdout == said
    heads = {one.name: one.read_text().split("\n")[0] for one in Path("out").iterdir()}
    assert heads == {"a_b.txt": "id: a/b", "a_b~2.txt": "id: a_b", "_..txt": "id: .."}


def test_an_original_without_an_edited_file_is_named(run: Run) -> None:
    texts("texts.jsonl", "1", "2", "3")
    edited("in", "1")
    edited("in", "3", change=("|CARGO", "|CARGOS"))
    result = run("corpus", "check", "in", "texts.jsonl")
    assert result.exit_code == 1
    assert "2: in has no readable file of this original" in result.stdout
    assert "3: in has" not in result.stdout  # it is told as broken already


def test_originals_that_are_not_there(run: Run) -> None:
    edited("in", "1", "2")
    result = run("corpus", "check", "in", "missing.jsonl")
    assert result.exit_code == 1
    assert "missing.jsonl: no such file" in result.stderr
    assert "none of the originals" not in result.stdout


def test_a_final_annotation_that_is_not_there(run: Run) -> None:
    edited("a", "1")
    result = run("corpus", "agreement", "a", "a", "--final", "missing.jsonl")
    assert result.exit_code == 1
    assert "missing.jsonl: no such file" in result.stderr
    assert result.stdout == ""


def test_only_the_gold_set_is_signed(run: Run) -> None:
    edited("a", "1")
    assert "language models" not in run("corpus", "agreement", "a", "a").stdout
    assert json.loads(run("corpus", "agreement", "a", "a", "--json").stdout)["signature"] == ""
    assert "language models" in run("corpus", "agreement", "gold:dev:pass-a", "gold:dev:pass-b").stdout


@pytest.mark.skipif(find_spec("datasets") is None, reason='pip install "datasets>=3"')
def test_the_licence_of_a_users_own_documents_is_not_stated(run: Run) -> None:
    edited("in", "1")
    assert run("corpus", "convert", "in", "-o", "mine", "--to", "huggingface").exit_code == 0
    assert run("corpus", "convert", "written", "-o", "ours", "--to", "huggingface").exit_code == 0
    mine, ours = (Path(name, "README.md").read_text().lower() for name in ("mine", "ours"))
    assert not any(word in mine for word in ("cc-by", "cc by", "gold", "license", "licence"))
    assert "license: cc-by-4.0" in ours
    assert "gold" not in ours
