"""Annotated documents from wherever they stand: stand-off in any place and packing, each id once, faults by line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from nanocart.corpora.collection import read
from nanocart.corpora.markup import read as marked
from nanocart.corpora.standoff import dehydrate
from nanocart.schema import Document

MARKED = """id: {id}
pmid: {id}
---
Study {id}.
[[LNPs|NANOPARTICLE n =lnp]] cut [[fibrosis|OUTCOME o =f response decreased affirmed]].
---
RESULTS_IN n o
FINDING outcome=o nanoparticle=n direction=decreased
STUDY in_scope=yes
"""


def document(id: str) -> Document:
    return marked(MARKED.format(id=id))


def record(id_: str, **change: Any) -> str:
    return json.dumps({**dehydrate(document(id_)), **change}) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text(record("1"))
    (tmp_path / "in" / "b.jsonl.gz").write_bytes(gzip.compress(record("2").encode()))
    return tmp_path / "in"


@pytest.mark.parametrize(
    ("target", "ids"), [("", ["1", "2"]), ("*.jsonl*", ["1", "2"]), ("b.jsonl.gz", ["2"]), ("a.jsonl", ["1"])]
)
def test_stand_off_is_recognised_wherever_it_stands(folder: Path, target: str, ids: list[str]) -> None:
    documents, errors = read([folder / target])
    assert ([one.id for one in documents], errors) == (ids, [])
    assert all(len(one.entities) == 2 for one in documents)


def test_documents_beside_stand_off_are_read_too(folder: Path) -> None:
    (folder / "c.txt").write_text(MARKED.format(id="3"))
    documents, errors = read([folder])
    assert ([one.id for one in documents], errors) == (["1", "2", "3"], [])


def test_stand_off_and_whole_documents_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "so.jsonl"
    path.write_text('{"id": "3", "text": "LNPs."}\n' + record("1"))
    documents, errors = read([path])
    assert (sorted(one.id for one in documents), errors) == (["1", "3"], [])


def test_the_first_of_two_records_stands(tmp_path: Path) -> None:
    path = tmp_path / "so.jsonl"
    path.write_text(record("1") + record("1", entities=[], relations=[], findings=[]))
    [one], [error] = read([path])
    assert len(one.entities) == 2
    assert str(error).startswith(f"{path}, line 2, record 1: duplicate: {path} has this id already")


def test_a_document_twice_in_two_targets_is_refused() -> None:
    documents, errors = read(["written", "written"])
    assert len(errors) == len(documents) == len({one.id for one in documents})
    assert "duplicate: written has this id already" in str(errors[0])


def test_files_of_one_name_in_two_folders_are_two_documents(tmp_path: Path) -> None:
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text("LNPs work.")
    documents, errors = read([tmp_path / "x", tmp_path / "y"])
    assert ([one.id for one in documents], errors) == (["a", "a~2"], [])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (record("2", id=None), "line 2: the stand-off record has no id"),
        (record("2", metadata="x"), 'line 2, record 2: "metadata" must be a JSON object'),
        (record("2", entities=["x"]), 'line 2, record 2: "entities" must be a list of objects'),
        (record("2", findings=[{"id": "f1"}]), "line 2, record 2: the stand-off record is broken"),
        (record("2", entities=[{"id": "e1", "start": "x", "end": "y"}]), "line 2, record 2: the stand-off record is"),
        ('{"id": "2"}\n', "line 2, record 2: no title and no abstract"),
        ("{\n", "line 2: no JSON"),
    ],
)
@pytest.mark.parametrize("joined", [True, False])
def test_a_broken_record_is_named_and_the_rest_goes_on(line: str, said: str, joined: bool, tmp_path: Path) -> None:
    path, texts = tmp_path / "so.jsonl", tmp_path / "texts.jsonl"
    path.write_text(record("1") + line + record("3"))
    texts.write_text("".join(json.dumps(document(id_).without_annotations().to_json()) + "\n" for id_ in "123"))
    documents, errors = read([path], [texts] if joined else None)
    assert [one.id for one in documents] == ["1", "3"]
    assert [str(one).startswith(f"{path}, {said}") for one in errors] == [True], errors


def test_a_source_of_texts_that_is_not_there_is_an_error_or_told(tmp_path: Path) -> None:
    path = tmp_path / "so.jsonl"
    path.write_text(record("1"))
    missing = tmp_path / "missing.jsonl"
    assert f"{missing}: no such file or folder (check the path)" in map(str, read([path], [missing])[1])
    told: list[object] = []
    documents, errors = read([path], [missing], told.append)
    assert (documents, [one.source for one in errors]) == ([], [str(path)])
    assert [str(one) for one in told] == [f"{missing}: no such file or folder (check the path)"]
