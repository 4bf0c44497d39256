"""Tokens with IOB tags."""

from __future__ import annotations

import io
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanocart.corpora import iob
from nanocart.corpora.foreign import foreign_of
from nanocart.errors import RecordError, SourceError
from nanocart.schema import Document
from tests.corpora.conftest import Members


def read(text: str | bytes, **options: Any) -> list[Document | RecordError]:
    raw = text.encode() if isinstance(text, str) else text
    return list(iob.read(io.BytesIO(raw), "a/x.tsv", **options))


def spans(text: str) -> list[tuple[str, str]]:
    [document] = read(text)
    assert isinstance(document, Document)
    return [(item["label"], item["text"]) for item in foreign_of(document)["entities"]]


def test_text_is_rebuilt() -> None:
    [document] = read("Human\tO\nT\tB-CL\ncells\tI-CL\n.\tO\n\nIL-2\tB-Gene\n\n")
    assert isinstance(document, Document)
    assert (document.id, document.title, document.text) == ("x.tsv:1", "", "Human T cells .\nIL-2")
    assert foreign_of(document)["entities"] == [
        {"id": "e1", "start": 6, "end": 13, "label": "CL", "text": "T cells"},
        {"id": "e2", "start": 16, "end": 20, "label": "Gene", "text": "IL-2"},
    ]


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("B-A I-A O", ["a b"]),
        ("B-A B-A I-A", ["a", "b c"]),
        ("I-A I-A O", ["a b"]),  # IOB1
        ("O I-A I-B", ["b", "c"]),
        ("B-A I-B I-B", ["a", "b c"]),
        ("S-A S-A O", ["a", "b"]),  # BIOES
        ("B-A I-A E-A", ["a b c"]),
        ("B-A E-A I-A", ["a b", "c"]),
        ("U-A B-A L-A", ["a", "b c"]),
    ],
)
def test_schemes_of_tags(tags: str, found: list[str]) -> None:
    text = "".join(f"{token}\t{tag}\n" for token, tag in zip("abc", tags.split(), strict=True))
    assert [one for _, one in spans(text)] == found


def test_a_mention_does_not_run_across_sentences() -> None:
    assert spans("T\tB-CL\n\ncells\tI-CL\n") == [("CL", "T"), ("CL", "cells")]


def test_columns_between_token_and_tag_and_spaces_instead_of_tabs() -> None:
    assert spans("T NN B-CL\ncells NNS I-CL\n") == [("CL", "T cells")]


def test_documents_that_the_file_marks() -> None:
    found = read("-DOCSTART-\tO\n\na\tO\n\nb\tO\n\n-DOCSTART-\tO\n\nc\tO\n", sentences=1)
    assert [one.text for one in found if isinstance(one, Document)] == ["a\nb", "c"]


def test_documents_of_so_many_sentences() -> None:
    found = read("a\tO\n\nb\tO\n\n\nc\tO\n", sentences=2)
    assert [(one.id, one.text) for one in found if isinstance(one, Document)] == [("x.tsv:1", "a\nb"), ("x.tsv:2", "c")]


def test_labels_map_to_ours() -> None:
    [document] = read("T\tB-CL\ncells\tI-CL\n", labels={"CL": "CELL_TYPE"})
    assert isinstance(document, Document)
    assert [(one.label, one.text) for one in document.entities] == [("CELL_TYPE", "T cells")]
    assert document.entities[0].extra == {"foreign": {"label": "CL"}}


@pytest.mark.parametrize("line", ["alone", "a\tB-", "a\tX", "\tO", "a\tQ-X"])
def test_a_broken_line_costs_its_sentence(line: str) -> None:
    error, document = read(f"x\tO\n{line}\ny\tO\n\nz\tO\n")
    assert isinstance(error, RecordError)
    assert (error.source, error.where) == ("a/x.tsv", "line 2")
    assert isinstance(document, Document)
    assert document.text == "z"


def test_bytes_that_are_not_utf8() -> None:
    [error] = read(b"\xff\tO\n")
    assert isinstance(error, RecordError)
    assert error.reason == "not UTF-8"


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff"])
def test_an_empty_source(text: str) -> None:
    with pytest.raises(SourceError, match="no line of token"):
        read(text)


@given(
    st.lists(st.lists(st.sampled_from(["O", "B-A", "I-A", "B-B", "S-A", "E-B"]), min_size=1, max_size=5), min_size=1)
)
def test_every_tagged_token_is_in_one_mention(sentences: list[list[str]]) -> None:
    text = "\n".join("".join(f"γ{number}\t{tag}\n" for number, tag in enumerate(tags)) for tags in sentences)
    tagged = Counter(tag[2:] for tags in sentences for tag in tags if tag != "O")
    found: Counter[str] = Counter()
    for document in read(text):
        assert isinstance(document, Document)
        for item in foreign_of(document)["entities"]:
            found[item["label"]] += len(item["text"].split(" "))
            assert document.text[item["start"] : item["end"]] == item["text"]
    assert found == tagged


@pytest.mark.data
def test_archive(members: Members) -> None:
    found = {
        name: list(iob.read(io.BytesIO(data), name))
        for name, data in members("mtl_iob.tar.xz")
        if name.endswith(".tsv")
    }
    assert [one for several in found.values() for one in several if isinstance(one, RecordError)] == []
    assert {name: len(several) for name, several in found.items() if "JNLPBA" in name} == {
        "JNLPBA/devel.tsv": 200,
        "JNLPBA/test.tsv": 404,
    }
    mentions = sum(
        len(foreign_of(one)["entities"]) for several in found.values() for one in several if isinstance(one, Document)
    )
    assert (len(found), mentions) == (14, 69_625)
