"""BioC XML and BioC JSON, ours and that of other corpora."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanocart.corpora import bioc_format
from nanocart.corpora.bioc_encode import without_forbidden
from nanocart.corpora.foreign import foreign_of
from nanocart.errors import RecordError, SourceError
from nanocart.schema import Document
from tests.corpora.conftest import Members
from tests.strategies import documents, foreign_documents

Reader = Callable[[BinaryIO, str], Iterator[Document | RecordError]]
Writer = Callable[[Iterable[Document], BinaryIO], None]
PAIRS = [(bioc_format.read_xml, bioc_format.write_xml), (bioc_format.read_json, bioc_format.write_json)]
both = pytest.mark.parametrize(("reader", "writer"), PAIRS, ids=["xml", "json"])

FOREIGN: dict[str, Any] = {
    "id": "9",
    "passages": [
        {
            "offset": 0,
            "text": "SCN5A γ.",
            "annotations": [
                {
                    "id": "0",
                    "infons": {"identifier": "6331", "type": "Gene", "species": "human"},
                    "text": "SCN5A",
                    "locations": [{"offset": 0, "length": 5}],
                }
            ],
        },
        {
            "offset": 9,
            "text": "In mice and rats.",
            "annotations": [
                {
                    "id": "1",
                    "infons": {"type": "Species"},
                    "text": "mice rats",
                    "locations": [{"offset": 12, "length": 4}, {"offset": 21, "length": 4}],
                },
                {"id": "2", "infons": {"type": "Gene"}, "text": "mice", "locations": [{"offset": 13, "length": 4}]},
            ],
        },
    ],
    "relations": [
        {"id": "R0", "infons": {"entity1": "6331", "entity2": "D1", "type": "Association", "novel": "No"}},
        {"id": "R1", "infons": {"type": "In"}, "nodes": [{"refid": "0", "role": "a"}, {"refid": "1", "role": "b"}]},
        {"id": "R2", "infons": {"type": "In"}, "nodes": [{"refid": "0", "role": "a"}, {"refid": "2", "role": "b"}]},
    ],
}


def collection(*found: Mapping[str, Any]) -> bytes:
    return json.dumps({"source": "x", "date": "", "key": "", "documents": found}).encode()


def read_json(data: bytes, **options: Any) -> list[Document | RecordError]:
    return list(bioc_format.read_json(io.BytesIO(data), "x", **options))


def read_xml(data: str | bytes) -> list[Document | RecordError]:
    return list(bioc_format.read_xml(io.BytesIO(data.encode() if isinstance(data, str) else data), "x"))


def test_foreign_collection() -> None:
    [document] = read_json(collection(FOREIGN))
    assert isinstance(document, Document)
    assert (document.id, document.title, document.text) == ("9", "SCN5A γ.", "SCN5A γ.\nIn mice and rats.")
    assert foreign_of(document) == {
        "entities": [
            {
                "id": "0",
                "start": 0,
                "end": 5,
                "label": "Gene",
                "text": "SCN5A",
                "concept": "6331",
                "attributes": {"species": "human"},
            },
            {
                "id": "1",
                "start": 12,
                "end": 25,
                "label": "Species",
                "text": "mice rats",
                "spans": [[12, 16], [21, 25]],
            },
        ],
        "relations": [
            {
                "id": "R0",
                "label": "Association",
                "by": "concept",
                "arguments": [["entity1", "6331"], ["entity2", "D1"]],
                "attributes": {"novel": "No"},
            },
            {"id": "R1", "label": "In", "by": "mention", "arguments": [["a", "0"], ["b", "1"]]},
        ],
        "notes": [
            "annotation 2: 'mice' is not at 13-17, where the text has 'ice '",
            "relation R2: In names '2', which was left out",
        ],
    }


@both
def test_foreign_collection_comes_back(reader: Reader, writer: Writer) -> None:
    [document] = read_json(collection(FOREIGN))
    assert isinstance(document, Document)
    out = io.BytesIO()
    writer([document], out)
    assert list(reader(io.BytesIO(out.getvalue()), "x")) == [document]


def test_labels_map_to_ours() -> None:
    [document] = read_json(collection(FOREIGN), labels={"Gene": "CAR_TARGET", "Species": "CELL_TYPE"})
    assert isinstance(document, Document)
    [ours] = document.entities
    assert (ours.label, ours.concept) == ("CAR_TARGET", "6331")
    assert ours.extra == {"foreign": {"label": "Gene", "attributes": {"species": "human"}}}
    # Two pieces cannot be one of ours.
    assert [item["label"] for item in foreign_of(document)["entities"]] == ["Species"]


def test_shapes_of_json() -> None:
    document = {"id": "7", "passages": [{"offset": 0, "text": "A."}]}
    shapes = [
        collection(document),
        json.dumps([{"documents": [document]}]).encode(),
        json.dumps({"PubTator3": [document]}, indent=1).encode(),
        json.dumps([document]).encode(),
        json.dumps(document).encode() + b"\n",
        b"\xef\xbb\xbf" + collection(document),
    ]
    for shape in shapes:
        assert read_json(shape) == [Document("7", "", "A.")], shape
    assert len(read_json(shapes[4] * 2)) == 2


class Trickle(io.BytesIO):
    """A stream that gives little at a time, as a pipe does."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(3)


@given(st.lists(foreign_documents(), min_size=1, max_size=2))
def test_json_in_small_pieces(given: list[Document]) -> None:
    out = io.BytesIO()
    bioc_format.write_json(given, out)
    whole = read_json(out.getvalue())
    assert list(bioc_format.read_json(Trickle(out.getvalue()), "x")) == whole
    assert len(whole) == len(given)


def test_title_is_known_by_its_type() -> None:
    passage = "<passage><infon key='type'>{}</infon><offset>{}</offset><text>{}</text></passage>"
    xml = "<collection><document><id>a</id>" + passage.format("title", 0, "T.") + passage.format("abstract", 4, "A.")
    [document] = read_xml(xml + passage.format("abstract", 7, "&lt;B&gt;") + "</document></collection>")
    assert document == Document("a", "T.", "T.\n\nA.\n<B>")


def test_offsets_are_counted_from_the_first_passage() -> None:
    entity = {"id": "1", "infons": {"type": "CARGO"}, "text": "mRNA", "locations": [{"offset": 100, "length": 4}]}
    passage = {"offset": 100, "text": "mRNA.", "infons": {"type": "abstract"}, "annotations": [entity]}
    [document] = read_json(collection({"id": "a", "passages": [passage]}))
    assert isinstance(document, Document)
    assert [(one.start, one.text) for one in document.entities] == [(0, "mRNA")]


def test_sentences_instead_of_text() -> None:
    sentences = [{"offset": 0, "text": "A."}, {"offset": 3, "text": "B."}]
    [document] = read_json(collection({"id": "a", "passages": [{"offset": 0, "sentences": sentences}]}))
    assert document == Document("a", "", "A. B.")


def mention(**changes: Any) -> dict[str, Any]:
    entity = {"id": "1", "infons": {"type": "CARGO"}, "text": "mRNA", "locations": [{"offset": 0, "length": 4}]}
    return {"id": "7", "passages": [{"offset": 0, "text": "mRNA.", "annotations": [entity | changes]}]}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"id": "7", "passages": []}, "no passages"),
        ({"passages": [{"offset": 0, "text": "a"}]}, "no id"),
        ({"id": "7", "passages": [{"text": "a"}]}, "not a BioC document"),
        ({"id": "7", "passages": [{"offset": 0, "text": "abc"}, {"offset": 2, "text": "d"}]}, "begins before"),
        ({"id": "7", "passages": [{"offset": 0, "text": "abc"}, {"offset": 5000, "text": "d"}]}, "nothing stands"),
        (mention(locations=[{"offset": 0, "length": 40}]), "outside the text"),
        (mention(locations=[]), "no place"),
        (mention(locations=[{"offset": 0, "length": 1}, {"offset": 3, "length": 1}], text="m A"), "in 2 pieces"),
        (mention(text="siRNA"), "'siRNA' is not at 0-4"),
        (mention(infons={"type": "CARGO", "nanocart": "{"}), "no JSON"),
        (mention(infons={"type": "CARGO", "nanocart": "[]"}), "holds no JSON object"),
        (mention(infons={"type": "CARGO", "confidence": "high"}), "not a BioC document"),
        (mention(infons={"type": "OUTCOME", "category": "odd"}), "unknown category 'odd'"),
        (FOREIGN | {"id": "7", "passages": [*FOREIGN["passages"][:1] * 2]}, "begins before"),
        (5, "not a BioC document"),
    ],
)
def test_bad_documents_do_not_stop_the_others(document: dict[str, Any], said: str) -> None:
    good = {"id": "8", "passages": [{"offset": 0, "text": "A."}]}
    error, after = read_json(collection(document, good))
    assert isinstance(error, RecordError)
    assert said in str(error)
    assert (error.source, error.where.split(",")[0]) == ("x", "document 1")
    assert isinstance(after, Document)


def test_two_annotations_of_one_id() -> None:
    document = mention()
    document["passages"][0]["annotations"] *= 2
    [error] = read_json(collection(document))
    assert isinstance(error, RecordError)
    assert "two annotations share the id '1'" in str(error)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"{}", "no documents"),
        (b'{"documents": []}', "no documents"),
        (b"hello", "a list or an object is needed"),
        (b'{"documents": [{"id": "7", "passages": [', "cut short"),
        (b'{"documents": [{"id": "7", "passages": []}', "cut short"),
        (b'{"documents"', "cut short"),
        (b'{"documents": [{"id": \xff}]}', "not UTF-8"),
        (b'{"documents": [' + b"[" * 100_000, "nested too deeply"),
        ("{}".encode("utf-16"), "UTF-16"),
    ],
)
def test_sources_that_are_no_bioc_json(data: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        read_json(data)


def test_documents_before_a_break_in_json_are_read() -> None:
    found = bioc_format.read_json(io.BytesIO(collection(FOREIGN, FOREIGN)[:-40] + b"}}"), "x")
    assert isinstance(next(found), Document)
    with pytest.raises(SourceError, match=r"x, character \d+"):
        next(found)


DOCUMENT = "<document><id>7</id><passage><offset>0</offset><text>A.</text></passage></document>"


def test_documents_before_a_break_in_xml_are_read() -> None:
    found = bioc_format.read_xml(io.BytesIO(f"<collection>{DOCUMENT}\n<document><id>8</idd>".encode()), "x")
    assert next(found) == Document("7", "", "A.")
    with pytest.raises(SourceError, match="x, line 2: broken XML"):
        next(found)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "empty"),
        ("<collection/>", "no <document>"),
        ("hello", "broken XML"),
        (f"<collection>{DOCUMENT}", "broken XML"),
        (f"<!DOCTYPE collection [<!ENTITY a 'b'>]><collection>{DOCUMENT}</collection>", "declares XML entities"),
        (
            f"<!DOCTYPE collection [<!ENTITY a SYSTEM 'file:///x'>]><collection>{DOCUMENT}</collection>",
            "entities",
        ),
    ],
)
def test_sources_that_are_no_bioc_xml(data: str, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        read_xml(data)


def test_a_bad_document_of_xml_does_not_stop_the_others() -> None:
    bad = "<document><id>7</id><passage><offset>zero</offset></passage></document>"
    error, after = read_xml(f"<collection>{bad}{DOCUMENT}</collection>")
    assert isinstance(error, RecordError)
    assert "document 1" in error.where
    assert isinstance(after, Document)


@both
@given(found=st.lists(documents(), min_size=1, max_size=2))
def test_native_documents_come_back_as_they_were(reader: Reader, writer: Writer, found: list[Document]) -> None:
    out = io.BytesIO()
    writer(found, out)
    assert list(reader(io.BytesIO(out.getvalue()), "x")) == found


@both
@given(found=st.lists(foreign_documents(), min_size=1, max_size=2))
def test_foreign_documents_come_back_as_they_were(reader: Reader, writer: Writer, found: list[Document]) -> None:
    out = io.BytesIO()
    writer(found, out)
    assert list(reader(io.BytesIO(out.getvalue()), "x")) == found


@both
def test_texts_of_odd_shape_come_back(reader: Reader, writer: Writer) -> None:
    odd = [
        Document("1", "T.", "Another text."),
        Document("2", "T.", "T."),
        Document("3", "T.", "T.\n"),
        Document("4", "", "\nA\r\nB "),
        Document("5", "", ""),
        Document("6", "T\nU", "T\nU\nA."),
    ]
    out = io.BytesIO()
    writer(odd, out)
    assert list(reader(io.BytesIO(out.getvalue()), "x")) == odd


@given(st.text(max_size=20))
def test_characters_that_xml_forbids_keep_their_place(text: str) -> None:
    out = io.BytesIO()
    given = Document("1", "", "x" + text.encode("utf-8", "replace").decode())
    bioc_format.write_xml([given], out)
    [found] = read_xml(out.getvalue())
    assert isinstance(found, Document)
    assert found.text == without_forbidden(given.text)
    assert len(found.text) == len(given.text)


@pytest.mark.data
@pytest.mark.parametrize(("ending", "reader"), [("XML", bioc_format.read_xml), ("JSON", bioc_format.read_json)])
def test_biored(members: Members, ending: str, reader: Reader) -> None:
    found = [
        one
        for name, data in members("biored_relations.tar.xz")
        if name.endswith(ending)
        for one in reader(io.BytesIO(data), name)
    ]
    documents_ = [one for one in found if isinstance(one, Document)]
    assert len(documents_) == len(found) == 200
    foreign = [foreign_of(one) for one in documents_]
    assert sum(len(one["entities"]) for one in foreign) == 7068
    assert sum(len(one["relations"]) for one in foreign) == 2325
    assert not any(one["notes"] for one in foreign)
