"""CSV and TSV with named columns."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanocart.corpora import delimited, table_files
from nanocart.errors import RecordError, SourceError, UsageError
from nanocart.schema import Document
from tests.strategies import documents


def read(data: str | bytes, **options: Any) -> list[Document | RecordError]:
    raw = data.encode() if isinstance(data, str) else data
    return list(delimited.read(io.BytesIO(raw), "x.csv", **options))


@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_columns_in_any_order_and_case(mark: str) -> None:
    header, row = ["Abstract", "Odd", "PMID", "Title", "Year"], ["They work.", "o", "7", "LNPs.", "2024"]
    [document] = read(mark.join(header) + "\r\n" + mark.join(row) + "\r\n")
    assert document == Document("7", "LNPs.", "LNPs.\nThey work.", {"pmid": "7", "year": 2024, "Odd": "o"})


def test_quoted_newlines_delimiters_and_quotes() -> None:
    [document] = read('id,abstract\n7,"One, ""two""\r\nthree"\n')
    assert isinstance(document, Document)
    assert document.text == 'One, "two"\nthree'


def test_byte_order_mark_and_blank_rows() -> None:
    found = read("\ufeffpmid,abstract\n\n7,γ\n,\n8,b\n")
    assert [(one.id, one.text) for one in found if isinstance(one, Document)] == [("7", "γ"), ("8", "b")]


def test_a_field_beyond_the_limit_of_csv_leaves_that_limit_alone() -> None:
    before = csv.field_size_limit()
    big = "x" * 5_000_000
    [document] = read(f'id,abstract\n7,"{big}"\n')
    assert isinstance(document, Document)
    assert len(document.text) == len(big)
    assert csv.field_size_limit() == before


def test_columns_that_the_caller_names() -> None:
    [document] = read("Nr,Zusammenfassung\n7,Text.\n", columns={"id": "nr", "abstract": "Zusammenfassung"})
    assert document == Document("7", "", "Text.")
    with pytest.raises(SourceError, match=r"no column 'Nope'.*it has: Nr, abstract"):
        read("Nr,abstract\n7,a\n", columns={"id": "Nope"})
    with pytest.raises(UsageError, match="nanocart knows: id, pmid"):
        read("id,abstract\n7,a\n", columns={"journals": "id"})


def test_headings_of_scopus_and_web_of_science() -> None:
    [document] = read("Article Title,Source Title,Publication Year,Abstract,Pubmed Id\nT.,J,2020,A.,7\n")
    assert document == Document("7", "T.", "T.\nA.", {"journal": "J", "year": 2020, "pmid": "7"})


def test_no_id_column() -> None:
    [document] = read("abstract\nA.\n")
    assert isinstance(document, Document)
    assert document.id == "x.csv:2"


def test_missing_columns() -> None:
    with pytest.raises(SourceError) as caught:
        read("name,summary\na,b\n")
    assert "'name', 'summary'" in str(caught.value)
    assert "name one column 'abstract'" in str(caught.value)
    assert caught.value.where == "line 1"


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_source(data: bytes) -> None:
    with pytest.raises(SourceError, match="empty"):
        read(data)


def test_broken_rows_do_not_stop_the_others() -> None:
    rows = [b"id,title,abstract", b"1,,a,more", b"2,,", b"3,,\xff", b'4,,"a"b', b"5,,good"]
    found = read(b"\n".join(rows))
    problems = [one.reason for one in found if isinstance(one, RecordError)]
    assert [one.where for one in found if isinstance(one, RecordError)] == ["line 2", "line 3", "line 4", "line 5"]
    assert problems[0] == "4 cells under 3 column names"
    assert problems[1] == "no title and no abstract"
    assert problems[2] == "not UTF-8"
    assert "begins on line 5 is broken" in problems[3]
    assert [one.id for one in found if isinstance(one, Document)] == ["5"]


def test_a_quote_that_is_never_closed_names_where_it_began() -> None:
    good, error = read('id,abstract\n1,a\n2,"b\n3,c\n')
    assert isinstance(good, Document)
    assert isinstance(error, RecordError)
    assert "begins on line 3" in error.reason


def test_tsv_whose_quotes_mean_nothing() -> None:
    found = read('id\tabstract\n1\t"Living drugs" work\n2\t"open\n', quoted=False)
    assert [one.text for one in found if isinstance(one, Document)] == ['"Living drugs" work', '"open']


@given(st.lists(documents(), min_size=1, max_size=3), st.sampled_from(",\t"))
def test_our_own_table_of_documents_can_be_read(given: list[Document], mark: str) -> None:
    out = io.BytesIO()
    table_files.write_csv(given, out, "documents", delimiter=mark, bom=True)
    found = read(out.getvalue())
    assert [(one.id, one.title, one.text) for one in found if isinstance(one, Document)] == [
        (one.id, one.title, one.text) for one in given
    ]
