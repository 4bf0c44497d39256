"""Plain text, a file or a paragraph a document."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanocart.corpora import plain
from nanocart.errors import RecordError, SourceError
from nanocart.schema import Document
from tests.strategies import documents


def test_a_file_is_one_document_and_its_first_line_the_title() -> None:
    data = "\ufeffA title.\r\nOne γ.\r\n\r\nTwo.\r\n".encode()
    assert list(plain.read(io.BytesIO(data), "notes/a.b.txt.gz")) == [
        Document("a.b", "A title.", "A title.\nOne γ.\n\nTwo.")
    ]


def test_one_line_has_no_title() -> None:
    assert list(plain.read(io.BytesIO(b"One line.\n"), "-")) == [Document("stdin", "", "One line.")]


def test_a_text_of_one_character() -> None:
    assert list(plain.read(io.BytesIO(b"x"), "a.txt")) == [Document("a", "", "x")]


def test_paragraphs() -> None:
    data = b"\nA title.\nOne.\n \n\nTwo.\r\n\r\n"
    found = list(plain.read(io.BytesIO(data), "a.txt", split="blank"))
    assert found == [Document("a:1", "A title.", "A title.\nOne."), Document("a:2", "", "Two.")]


def test_a_paragraph_that_is_not_utf8() -> None:
    first, second = plain.read(io.BytesIO(b"One\n\xff\nmore\n\nTwo."), "a.txt", split="blank")
    assert isinstance(first, RecordError)
    assert (first.source, first.where, first.record) == ("a.txt", "line 2, byte 1", "a:1")
    assert second == Document("a:2", "", "Two.")


@pytest.mark.parametrize("split", ["file", "blank"])
@pytest.mark.parametrize("data", [b"", b" \n\n"])
def test_no_text(data: bytes, split: str) -> None:
    with pytest.raises(SourceError, match="empty"):
        list(plain.read(io.BytesIO(data), "a.txt", split=split))  # type: ignore[arg-type]


def test_a_file_that_is_not_utf8() -> None:
    with pytest.raises(SourceError, match="byte 3: not UTF-8"):
        list(plain.read(io.BytesIO(b"ab\xffc"), "a.txt"))


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("a/b.txt", "b"),
        ("b", "b"),
        ("10.1002.x.txt", "10.1002.x"),
        ("c:\\a\\b.TXT", "b"),
        ("-", "stdin"),
        ("", "stdin"),
    ],
)
def test_name_of(source: str, name: str) -> None:
    assert plain.name_of(source) == name


@given(st.lists(documents(), min_size=1, max_size=3))
def test_texts_come_back(given: list[Document]) -> None:
    out = io.BytesIO()
    plain.write(given, out)
    found = list(plain.read(io.BytesIO(out.getvalue()), "a.txt", split="blank"))
    # `read` drops white space around a text.
    assert [one.text for one in found if isinstance(one, Document)] == [one.text.strip() for one in given]


def test_blank_lines_within_a_text_are_dropped() -> None:
    out = io.BytesIO()
    plain.write([Document("1", "", "a\n\n \nb\r\nc\n")], out)
    assert re.findall(rb".*\n", out.getvalue()) == [b"a\n", b"b\n", b"c\n"]
