"""Recognising formats, reading any mix of inputs, pairs of brat, and writing whole files."""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from nanocart.corpora import pairs
from nanocart.corpora.formats import FORMATS, READABLE, WRITABLE, function, read_documents, recognise
from nanocart.corpora.pubmed_xml import Deletion
from nanocart.corpora.saving import whole_file, writer_for
from nanocart.errors import NanocartError, RecordError, SourceError, UsageError
from nanocart.schema import Document
from tests.strategies import documents

PUBMED = '<?xml version="1.0"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD">\n<PubmedArticleSet><PubmedArticle>'
BIOC = '<?xml version="1.0"?><!DOCTYPE collection SYSTEM "BioC.dtd"><collection><document>'


@pytest.mark.parametrize(
    ("head", "format"),
    [
        (PUBMED, "pubmed"),
        ("<PubmedArticle>\n<MedlineCitation>", "pubmed"),
        ("  \n<MedlineCitationSet>", "pubmed"),
        ("<DeleteCitation><PMID>", "pubmed"),
        ("<PubmedBookArticle>", "pubmed"),
        (BIOC, "bioc-xml"),
        ('{"source": "x", "documents": [', "bioc-json"),
        ('{\n  "source": "x",\n  "documents": [', "bioc-json"),
        ('[{"id": "1", "passages": [', "bioc-json"),
        ('{"PubTator3": [{', "bioc-json"),
        ('{"id": "1", "text": "the \\"documents\\": [were]"}', "jsonl"),
        ('{"pmid": "1", "title": "x"}\n{"pmid": "2"}', "jsonl"),
        ("PMID- 12345\nOWN - NLM\n", "nbib"),
        ("\nPMID-12345\n", "nbib"),
        ("STAT- MEDLINE\nPMID- 12345\n", "nbib"),
        ("12345|t|A title\n12345|a|An abstract", "pubtator"),
        ("T1\tCELL_TYPE 0 7\tT cells\n", "brat"),
        ("T\tB-CL\ncells\tI-CL\ndie\tO\n\n.\tO\n", "iob"),
        ("-DOCSTART- X O\n\ncells NN B-CL\ndie VB O\n", "iob"),
        ("PMID,Title,Abstract\n1,x,y\n", "csv"),
        ('"pmid"\t"title"\t"abstract"\n', "csv"),
        ("id;Title;text\n", "csv"),
        ("LNPs delivered mRNA, and T cells lived.", "text"),
        ("[Article in German] LNPs", "text"),
        ("x", "text"),
        ("\ufeff12345|t|A title\n", "pubtator"),
    ],
)
def test_by_content(head: str, format: str) -> None:
    assert recognise(head.encode()) == format
    misleading = ".dat"
    assert recognise(head.encode(), "x", misleading) == format


@pytest.mark.parametrize(
    ("head", "suffix", "format"),
    [
        ("no JSON here\n", ".jsonl", "jsonl"),
        ("a,b\n1,2\n", ".csv", "csv"),
        ("a\tb\n1\t2\n", ".tsv", "tsv"),
        ("< 5 nm particles", ".txt", "text"),
        ("<b>LNPs</b> work", ".txt", "text"),
        ('{\n "date": "x"', ".json", "bioc-json"),
        ("LNPs.", ".txt", "text"),
    ],
)
def test_by_suffix_where_the_content_fits_several(head: str, suffix: str, format: str) -> None:
    assert recognise(head.encode(), "x", suffix) == format


def test_utf16_is_recognised_for_what_it_is() -> None:
    assert recognise(PUBMED.encode("utf-16")) == "pubmed"
    assert recognise("LNPs work.".encode("utf-16")) == "text"


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"%PDF-1.7", "is a PDF"),
        (b"PAR1\x15\x00", "is Parquet"),
        (b"\x00\x01\x02", "binary data"),
        (b"<html><body>", "XML of another kind"),
        (b"TY  - JOUR\n", "RIS"),
        (b'[{"a": 1}]', "list"),
    ],
)
def test_what_is_not_read(head: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said) as error:
        recognise(head, "file.x")
    assert error.value.source == "file.x"
    assert error.value.hint


def test_every_function_of_the_registry_exists() -> None:
    for one in FORMATS.values():
        for path in filter(None, (one.reader, one.writer)):
            assert callable(function(path))


def read(*inputs: Any, **options: Any) -> tuple[list[Document], list[NanocartError]]:
    items = list(read_documents(inputs, **options))
    return [one for one in items if isinstance(one, Document)], [one for one in items if isinstance(one, NanocartError)]


def ids(found: Iterable[Document]) -> list[str]:
    return [one.id for one in found]


@settings(max_examples=20, deadline=None)
@given(documents())
def test_what_is_written_is_recognised_and_read(tmp_path_factory: pytest.TempPathFactory, document: Document) -> None:
    folder = tmp_path_factory.mktemp("x")
    for name in ("a.jsonl", "a.jsonl.gz", "a.jsonl.xz", "a.jsonl.zst", "a.json"):
        writer_for(folder / name).write([document])
        assert read(folder / name) == ([document], [])


def test_unknown_formats() -> None:
    with pytest.raises(UsageError, match="did you mean 'jsonl'"):
        read_documents(["x"], "jsnl")
    with pytest.raises(UsageError, match="there is no format 'parquet'"):
        read_documents(["x"], "parquet")
    with pytest.raises(UsageError, match="there is no format 'nbib'"):
        writer_for("x", "nbib")
    assert set(READABLE) | set(WRITABLE) == set(FORMATS)


def test_duplicates(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"pmid": "11111", "title": "first"}\n{"pmid": "11111", "title": "second"}\n')
    (tmp_path / "b.jsonl").write_text('{"pmid": "11111", "title": "third"}\n{"pmid": "22222", "title": "other"}\n')
    found, errors = read(tmp_path)
    assert [one.title for one in found] == ["first", "other"]
    assert len(errors) == 2
    assert isinstance(errors[1], RecordError)
    assert errors[1].record == "11111"
    assert errors[1].source.endswith("b.jsonl")
    assert "a.jsonl" in errors[1].reason


def test_two_files_of_one_name_are_two_documents(tmp_path: Path) -> None:
    for folder in ("a", "b", "c"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "note.txt").write_text(f"LNPs {folder}.")
    found, errors = read(tmp_path)
    assert ids(found) == ["note", "note~2", "note~3"]
    assert errors == []


def test_the_limit(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x" * 101)
    (tmp_path / "b.txt").write_text("y" * 100)
    found, errors = read(tmp_path, limit=100)
    assert ids(found) == ["b"]
    assert "101 characters" in str(errors[0])
    assert "100" in str(errors[0])


def test_deletions_are_handed_on(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<DeleteCitation><PMID>5</PMID></DeleteCitation>")
    assert list(read_documents([tmp_path])) == [Deletion("5")]


def test_other_files_of_a_folder_are_no_texts(tmp_path: Path) -> None:
    (tmp_path / "README").write_text("Read me.")
    (tmp_path / "a.txt").write_text("LNPs.")
    found, errors = read(tmp_path)
    assert ids(found) == ["a"]
    assert "no format" in str(errors[0])
    assert ids(read(tmp_path / "README")[0]) == ["README"]
    assert ids(read(tmp_path, format="text")[0]) == ["README", "a"]


def test_a_fault_of_a_reader_costs_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(stream: Any, source: str) -> Any:
        yield Document("1", "", "LNPs.")
        raise ZeroDivisionError("boom")

    monkeypatch.setattr("nanocart.corpora.pubtator.read", broken)
    (tmp_path / "a.pubtator").write_text("1|t|x\n")
    (tmp_path / "b.txt").write_text("LNPs.")
    found, errors = read(tmp_path)
    assert ids(found) == ["1", "b"]
    assert "ZeroDivisionError: boom" in str(errors[0])


ANN = "T1\tCELL_TYPE 0 7\tT cells\n"


def tar(path: Path, members: dict[str, str]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            data = content.encode()
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def labels(found: Iterable[Document]) -> dict[str, list[str]]:
    return {one.id: [mention.text for mention in one.entities] for one in found}


BRAT = {"a.txt": "T cells die.", "a.ann": ANN, "b.txt": "T cells live.", "b.ann": "", "c.txt": "No annotations."}
READ = {"a": ["T cells"], "b": [], "c": []}


@pytest.mark.parametrize("order", ["as they are", "sorted", "texts last"])
def test_pairs_in_an_archive(tmp_path: Path, order: str) -> None:
    names = {"as they are": list(BRAT), "sorted": sorted(BRAT), "texts last": sorted(BRAT, key=lambda name: name[-3:])}[
        order
    ]
    archive = tar(
        tmp_path / "x.tar.gz",
        {f"m/{name}": BRAT[name] for name in names} | {"m/d.jsonl": '{"pmid": "4", "title": "x"}'},
    )
    found, errors = read(archive)
    assert labels(found) == READ | {"4": []}
    assert errors == []


def test_pairs_in_a_folder_and_by_hand(tmp_path: Path) -> None:
    for name, content in BRAT.items():
        (tmp_path / name).write_text(content)
    assert labels(read(tmp_path)[0]) == READ
    assert read(tmp_path)[1] == []
    assert labels(read(tmp_path / "a.txt")[0]) == {"a": ["T cells"]}
    assert labels(read(tmp_path / "a.ann")[0]) == {"a": ["T cells"]}
    assert labels(read(tmp_path / "a.txt", tmp_path / "a.ann")[0]) == {"a": ["T cells"]}
    assert labels(read(tmp_path / "a.txt", format="text")[0]) == {"a": []}
    assert labels(read(tmp_path, format="brat")[0]) == READ


def test_compressed_pairs(tmp_path: Path) -> None:
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"T cells die."))
    (tmp_path / "a.ann.gz").write_bytes(gzip.compress(ANN.encode()))
    assert labels(read(tmp_path)[0]) == {"a": ["T cells"]}


def test_annotations_without_text(tmp_path: Path) -> None:
    (tmp_path / "a.ann").write_text(ANN)
    found, errors = read(tmp_path)
    assert found == []
    assert "no text of this name" in str(errors[0])
    assert "a.ann" in str(errors[0])
    found, errors = read(tar(tmp_path / "x.tar.gz", {"a.ann": ANN, "b.txt": "LNPs."}))
    assert ids(found) == ["b"]
    assert "no text of this name" in str(errors[0])


def test_texts_wait_only_as_long_as_they_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "HELD", 10)
    found, errors = read(tar(tmp_path / "x.tar.gz", {"a.txt": "T cells die.", "b.txt": "LNPs.", "a.ann": ANN}))
    assert ids(found) == ["a", "b"]
    assert "no text of this name" in str(errors[0])


def test_a_broken_pair_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("T cells die.")
    (tmp_path / "a.ann").write_text("T1\tCELL_TYPE 0 99\tT cells\n")
    errors = read(tmp_path)[1]
    assert "a.ann" in str(errors[0])
    assert "line 1" in str(errors[0])


ONE = [Document.of("11111", "LNPs.", "They work.")]


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("a.jsonl", "jsonl"), ("a.ndjson.gz", "jsonl"), ("a.XML", "bioc-xml"), ("a.json.xz", "bioc-json"),
        ("a.csv.zst", "csv"), ("a.tsv", "tsv"), ("a.parquet", "parquet"), ("a.pubtator", "pubtator"), ("a.txt", "text"),
        ("a.ann", "brat"), ("a/", "brat"), ("-", "jsonl"),
    ],
)  # fmt: skip
def test_the_suffix_names_the_format(name: str, format: str) -> None:
    assert writer_for(name).format.name == format


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.tsv.xz", "a.csv.zst", "a.parquet", "a.txt", "a.xml.zst"])
def test_every_writer_takes_every_compression(tmp_path: Path, name: str) -> None:
    writer_for(tmp_path / name).write(ONE, table="documents")
    assert (tmp_path / name).stat().st_size
    if "parquet" not in name:
        assert [one.text for one in read(tmp_path / name)[0]] == ["LNPs.\nThey work."]


def failing() -> Iterable[Document]:
    yield ONE[0]
    raise RuntimeError("boom")


@pytest.mark.parametrize(
    "name", ["a.jsonl", "a.xml.gz", "a.json", "a.csv.zst", "a.parquet", "a.pubtator.xz", "corpus/"]
)
def test_a_failure_leaves_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(RuntimeError, match="boom"):
        writer_for(f"{tmp_path}/{name}").write(failing())
    assert list(tmp_path.iterdir()) == []


def test_the_final_name_appears_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with whole_file(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_text() == "old"
        assert ids(read(tmp_path)[0]) == ["a"]
    assert path.read_text() == "new"


def test_links_and_devices_stay_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "real.jsonl").write_text("")
    (tmp_path / "link.jsonl").symlink_to("real.jsonl")
    writer_for(tmp_path / "link.jsonl").write(ONE)
    assert (tmp_path / "link.jsonl").is_symlink()
    assert json.loads((tmp_path / "real.jsonl").read_text())["id"] == "11111"
    writer_for("/dev/null", "jsonl").write(ONE)
    assert not Path(os.devnull).is_file()


def test_folders(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    writer_for(tmp_path / "empty").write(ONE)
    assert sorted(one.name for one in (tmp_path / "empty").iterdir()) == ["11111.ann", "11111.txt"]
    with pytest.raises(UsageError, match="not empty"):
        writer_for(tmp_path / "empty").write(ONE)
    with pytest.raises(UsageError, match="is a folder"):
        writer_for(tmp_path, "jsonl")


@pytest.mark.data
def test_all_that_lies_in_the_data_folder(data_folder: Path) -> None:
    counts: dict[str, tuple[int, int, int]] = {}
    for one in sorted(
        [*data_folder.glob("corpora/*.xz"), *data_folder.glob("pubmed_xml/*.xz"), *data_folder.glob("abstracts/*")]
    ):
        kinds = Counter(type(item).__name__ for item in read_documents([one]))
        counts[one.name] = (kinds["Document"], kinds["RecordError"], kinds["SourceError"])
    # Records of one id: NLM-Chem's full texts are cut into passages of one PMID, BioRED stands there three times over.
    assert counts == {
        "aioner_pubtator.tar.xz": (4530, 3785, 0),
        "bc5cdr_relations.tar.xz": (1500, 0, 0),
        "biored_relations.tar.xz": (200, 400, 0),
        "mtl_iob.tar.xz": (5092, 0, 4),
        "pico_breast_cancer_rct_brat.tar.xz": (1011, 0, 1),
        "real_samples.tar.xz": (763, 52, 0),
        "domain.jsonl.xz": (4886, 0, 0),
        "general.jsonl.xz": (41479, 0, 0),
        "review.jsonl": (1, 0, 0),
    }
