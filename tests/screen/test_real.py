"""Real records: the raw screen finds what parsing and matching finds, and lets little else through."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from nanocart.corpora.formats import read_documents
from nanocart.corpora.pubmed_writer import write_pubmed_xml
from nanocart.corpora.pubmed_xml import read
from nanocart.corpora.sources import open_sources
from nanocart.errors import SourceError
from nanocart.schema import Document
from nanocart.screen.query import preset
from nanocart.screen.screening import Counts, Screen

SCREEN = Screen(preset("field"))
MOST_RAW = 1.5
"""So many times as many records as match are let through by the raw screen at most."""

pytestmark = [
    pytest.mark.data,
    pytest.mark.slow,
    pytest.mark.skipif(not os.environ.get("NANOCART_DATA"), reason="NANOCART_DATA names no folder with the texts"),
]


def folder() -> Path:
    return Path(os.environ["NANOCART_DATA"])


def matching(data: bytes) -> list[Document]:
    return [one for one in read(io.BytesIO(data), "") if isinstance(one, Document) and SCREEN.query.matches(one.text)]


def screened(data: bytes, counts: Counts) -> list[Document]:
    return [one for one in SCREEN(io.BytesIO(data), "", counts) if isinstance(one, Document)]


def samples() -> Iterator[bytes]:
    for source in open_sources([str(one) for one in sorted((folder() / "pubmed_xml").glob("*.tar.xz"))]):
        if not isinstance(source, SourceError):
            yield source.stream.read()


def test_real_files() -> None:
    counts, seen = Counts(), 0
    for data in samples():
        seen += 1
        try:
            wanted = matching(data)
        except SourceError:
            with pytest.raises(SourceError):
                screened(data, counts)
            continue
        assert screened(data, counts) == wanted
    assert seen > 100
    assert 0 < counts.matched <= counts.raw <= MOST_RAW * counts.matched


@pytest.mark.parametrize(("name", "step"), [("domain", 1), ("general", 8)])
def test_abstracts_as_records(name: str, step: int) -> None:
    found = read_documents([str(folder() / "abstracts" / f"{name}.jsonl.xz")])
    documents = list(islice((one for one in found if isinstance(one, Document)), 0, None, step))
    stream = io.BytesIO()
    write_pubmed_xml(documents, stream)
    counts = Counts()
    wanted = matching(stream.getvalue())
    assert screened(stream.getvalue(), counts) == wanted
    assert len(documents) > 4000
    assert 0 < counts.matched <= counts.raw <= MOST_RAW * counts.matched
