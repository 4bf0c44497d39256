"""Native JSONL and the plain shape of a citation."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanocart.corpora import jsonl
from nanocart.errors import RecordError, SourceError
from nanocart.schema import Document
from tests.strategies import JSON, documents

NATIVE = {
    "id": "7",
    "title": "LNPs carry mRNA.",
    "text": "LNPs carry mRNA.",
    "entities": [
        {"id": "e1", "start": 0, "end": 4, "label": "NANOPARTICLE", "text": "LNPs"},
        {"id": "e2", "start": 11, "end": 15, "label": "CARGO"},
    ],
    "relations": [{"id": "r1", "label": "CARRIES", "head": "e1", "tail": "e2"}],
    "mine": [1],
}


def read(data: bytes) -> list[Document | RecordError]:
    return list(jsonl.read(io.BytesIO(data), "x.jsonl"))


def line(**changes: object) -> bytes:
    return json.dumps(NATIVE | changes).encode()


def the_error(data: bytes) -> RecordError:
    [error] = read(data)
    assert isinstance(error, RecordError)
    return error


@given(st.lists(documents(), min_size=1, max_size=3))
def test_round_trip_loses_nothing(given: list[Document]) -> None:
    out = io.BytesIO()
    jsonl.write(given, out)
    assert out.getvalue().count(b"\n") == len(given)
    assert read(out.getvalue()) == given


def test_native_object() -> None:
    [document] = read(line())
    assert isinstance(document, Document)
    assert [one.text for one in document.entities] == ["LNPs", "mRNA"]
    assert document.relations[0].assertion == "affirmed"
    assert document.extra == {"mine": [1]}


def test_plain_citation() -> None:
    [document] = read(b'{"pmid": 7, "title": "T.", "abstract": "A.\\nB.", "year": 2024, "journal": "J", "odd": [1]}')
    assert document == Document("7", "T.", "T.\nA.\nB.", {"pmid": "7", "year": 2024, "journal": "J", "odd": [1]})


@pytest.mark.parametrize(
    ("keys", "id_"),
    [
        ({"pmid": "1", "doi": "10.1/x"}, "1"),
        ({"doi": "10.1/x", "s2id": "ab"}, "10.1/x"),
        ({"s2id": "ab"}, "ab"),
        ({"id": "mine", "pmid": "1"}, "mine"),
        ({"pmid": None, "doi": ""}, "x.jsonl:1"),
        ({}, "x.jsonl:1"),
    ],
)
def test_id_of_a_plain_citation(keys: dict[str, object], id_: str) -> None:
    [document] = read(json.dumps(keys | {"abstract": "A."}).encode())
    assert isinstance(document, Document)
    assert document.id == id_


def test_text_without_id_is_a_plain_citation() -> None:
    assert read(b'{"text": "A."}') == [Document("x.jsonl:1", "", "A.")]


def test_plain_citation_with_annotations() -> None:
    entity = b'{"id": "e1", "start": 3, "end": 7, "label": "NANOPARTICLE"}'
    [document] = read(b'{"pmid": 7, "title": "T.", "abstract": "LNPs.", "entities": [' + entity + b"]}")
    assert isinstance(document, Document)
    assert document.entities[0].text == "LNPs"


def test_byte_order_mark_windows_line_ends_and_blank_lines() -> None:
    found = read(b"\xef\xbb\xbf" + line() + b"\r\n\r\n  \n" + line(id="8"))
    assert [one.id for one in found if isinstance(one, Document)] == ["7", "8"]


def test_separators_inside_a_string_end_no_line() -> None:
    [document] = read('{"abstract": "a\u2028b\x85c"}'.encode())
    assert isinstance(document, Document)
    assert document.text == "a\u2028b\x85c"


def test_a_broken_line_does_not_stop_the_others() -> None:
    first, second, third = read(line() + b"\n{oops\n" + line(id="8"))
    assert isinstance(first, Document)
    assert isinstance(third, Document)
    assert isinstance(second, RecordError)
    assert (second.source, second.where) == ("x.jsonl", "line 2")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"[1]", "object"),
        (b"7", "object"),
        (b'{"abstract": NaN}', "NaN"),
        (b'{"abstract": "\\ud800"}', "surrogate"),
        (b"[" * 100_000, "no JSON"),
        (b'{"id": "7"}', "no title and no abstract"),
        (b'{"id": "7", "title": " "}', "no title and no abstract"),
        (b'{"id": "7", "title": 5, "abstract": "a"}', "must be strings"),
        (b'{"id": "7", "text": 5}', "must be strings"),
        (line(entities=[{"id": "e1", "start": 0, "end": 99, "label": "CARGO"}]), "outside the text"),
        (line(entities=[{"id": "e1", "start": -1, "end": 2, "label": "CARGO"}]), "outside the text"),
        (line(entities=[{"id": "e1", "start": 0, "end": 4, "label": "GENE"}], relations=[]), "unknown label 'GENE'"),
        (line(entities=[NATIVE["entities"][0], NATIVE["entities"][1] | {"id": "e1"}]), "share an id"),  # type: ignore[index]
        (line(entities=[]), "missing mention"),
        (line(entities=[5]), "not a nanocart document"),
        (line(entities=[{"id": {}, "start": 0, "end": 4, "label": "CARGO"}]), "not a nanocart document"),
        (line(metadata="x"), "not a nanocart document"),
    ],
)
def test_bad_records(data: bytes, said: str) -> None:
    error = the_error(data)
    assert said in str(error)
    assert (error.source, error.where) == ("x.jsonl", "line 1")


def test_bytes_that_are_not_utf8() -> None:
    error = the_error(b'{"abstract": "\xff"}')
    assert error.reason == "not UTF-8"
    assert error.where == "line 1, byte 15"


@pytest.mark.parametrize("data", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_source(data: bytes) -> None:
    with pytest.raises(SourceError, match="it is empty"):
        read(data)


def test_utf16_is_refused() -> None:
    with pytest.raises(SourceError, match="UTF-16"):
        read(line().decode().encode("utf-16"))


@given(st.dictionaries(st.sampled_from(["id", "text", "title", "entities", "relations", "findings", "study"]), JSON))
def test_no_object_gets_past_as_another_error(data: dict[str, object]) -> None:
    assert len(read(json.dumps(data).encode() or b"{}")) == 1


def test_reading_streams() -> None:
    def lines() -> object:
        yield line() + b"\n"
        raise AssertionError("read ahead")

    assert isinstance(next(jsonl.read(lines(), "x")), Document)  # type: ignore[arg-type]


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "count"), [("domain.jsonl.xz", 4886), ("general.jsonl.xz", 41479), ("review.jsonl", 1)]
)
def test_abstracts(data_folder: Path, name: str, count: int) -> None:
    import lzma

    path = data_folder / "abstracts" / name
    with lzma.open(path) if path.suffix == ".xz" else path.open("rb") as stream:
        found = list(jsonl.read(stream, name))  # type: ignore[arg-type]
    assert [one for one in found if isinstance(one, RecordError)] == []
    assert len(found) == count
