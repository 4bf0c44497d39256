"""`nanocart corpus` on small files: what a curator would do with it, and what is said when something is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from nanocart.corpora.fetch import Fetched
from nanocart.corpora.markup import read
from nanocart.corpora.standoff import dehydrate
from nanocart.errors import RecordError, SourceError
from tests.cli.conftest import Run, leftovers, read_lines

MARKED = """id: {id}
pmid: {id}
---
Particles in mice, study {id}.
[[LNPs|NANOPARTICLE n =lnp]] carried [[siRNA|CARGO c =r]] and cut [[fibrosis|OUTCOME o =f response decreased affirmed]].
---
CARRIES n c
RESULTS_IN n o
FINDING outcome=o nanoparticle=n cargo=c direction=decreased
STUDY kind=primary setting=animal in_scope=yes
"""


def edited(folder: str, *ids: str, change: tuple[str, str] = ("", "")) -> Path:
    """A folder of mark-up files."""
    Path(folder).mkdir(exist_ok=True)
    for id_ in ids:
        text = MARKED.format(id=id_)
        Path(folder, f"{id_}.txt").write_text(text.replace(*change) if change[0] else text, "utf-8")
    return Path(folder)


def texts(path: str, *ids: str) -> None:
    lines = []
    for id_ in ids:
        document = read(MARKED.format(id=id_))
        lines.append(json.dumps({"pmid": id_, "title": document.title, "abstract": document.abstract}))
    Path(path).write_text("\n".join(lines) + "\n", "utf-8")


def standoff(path: str, *ids: str) -> None:
    lines = [json.dumps({**dehydrate(read(MARKED.format(id=id_))), "split": "dev"}) for id_ in ids]
    Path(path).write_text("\n".join(lines) + "\n", "utf-8")


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
    assert "there is neither a corpus nor a file 'golden' (corpora: gold, written)" in result.stderr
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


@pytest.mark.skipif(find_spec("datasets") is None, reason='pip install "datasets>=3"')
def test_the_licence_of_a_users_own_documents_is_not_stated(run: Run) -> None:
    edited("in", "1")
    assert run("corpus", "convert", "in", "-o", "mine", "--to", "huggingface").exit_code == 0
    assert run("corpus", "convert", "written", "-o", "ours", "--to", "huggingface").exit_code == 0
    mine, ours = (Path(name, "README.md").read_text().lower() for name in ("mine", "ours"))
    assert not any(word in mine for word in ("cc-by", "cc by", "gold", "license", "licence"))
    assert "license: cc-by-4.0" in ours
    assert "gold" not in ours
