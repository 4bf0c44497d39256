"""Documents that break the pipeline, and the tables for a person's eyes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import spacy
from rich.console import Console
from spacy.language import Language
from spacy.tokens import Doc

from nanocart.cli.evidence import findings_table, outcome_words
from nanocart.cli.tally import Tally
from nanocart.corpora.tables import COLUMNS
from nanocart.errors import RecordError, SourceError
from nanocart.running import run
from nanocart.schema import Document


@Language.component("test_breaks")
def breaks(doc: Doc) -> Doc:
    if "BREAK" in doc.text:
        raise RuntimeError("boom")
    return doc


def broken_at(*places: int, of: int) -> list[Document]:
    return [Document(f"{n}", "", f"BREAK {n}" if n in places else f"Text {n}") for n in range(of)]


@pytest.mark.parametrize("places", [(), (0,), (199,), (3, 4, 70), tuple(range(200))])
def test_only_the_broken_ones_are_lost(places: tuple[int, ...]) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("test_breaks")
    failed: list[RecordError] = []
    found = [int(one.id) for one in run(broken_at(*places, of=200), nlp, failed.append)]
    assert found == [n for n in range(200) if n not in places]
    assert [int(one.record) for one in failed] == list(places)
    assert all("RuntimeError: boom" in one.reason for one in failed)


@pytest.mark.slow
def test_only_the_broken_ones_are_lost_by_two_processes() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("test_breaks")
    failed: list[RecordError] = []
    found = [int(one.id) for one in run(broken_at(70, of=200), nlp, failed.append, processes=2)]
    assert found == [n for n in range(200) if n != 70]
    assert [one.record for one in failed] == ["70"]


def test_an_error_of_the_input_is_not_blamed_on_the_pipeline() -> None:
    def reading() -> Iterator[Document]:
        yield Document("1", "", "Text.")
        raise LookupError("of the reader")

    with pytest.raises(LookupError, match="of the reader"):
        list(run(reading(), spacy.blank("en"), lambda error: None))


ROW: dict[str, Any] = {name: None if kind in ("whole", "number") else "" for name, kind in COLUMNS["findings"].items()}


def row(**cells: Any) -> dict[str, Any]:
    return ROW | {"direction": "reported", "assertion": "affirmed", "favours": "neutral", "finding_id": "1:f"} | cells


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"outcome": "tumor growth", "direction": "decreased", "favours": "benefit"}, "↓ tumor growth (+)"),
        ({"outcome": "toxicity", "assertion": "negated", "favours": "benefit"}, "no toxicity (+)"),
        ({"outcome": "survival", "assertion": "speculated", "direction": "increased"}, "↑ perhaps survival"),
        ({"outcome": "toxicity", "direction": "high", "favours": "harm"}, "▲ toxicity (−)"),
    ],
)
def test_an_outcome_in_words(cells: dict[str, Any], words: str) -> None:
    assert outcome_words(row(**cells)) == words


def printed(rows: Iterable[dict[str, Any]], width: int) -> str:
    console = Console(width=width, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    console.print(findings_table(list(rows), width))
    return console.export_text()


def test_the_evidence_where_there_is_room() -> None:
    one = row(
        outcome="survival",
        nanoparticle="LNP",
        cargo="CAR mRNA",
        value="82%",
        qualifier="at 12 months",
        evidence="So it was.",
    )
    wide, narrow = printed([one], 160), printed([one], 100)
    assert "So it was." in wide
    assert "So it was." not in narrow
    assert "LNP (CAR mRNA)" in narrow
    assert "82%; at 12 months" in narrow
    assert "disease" not in narrow
    assert "document" in printed([one, row(outcome="x", finding_id="2:f")], 100)


def test_reasons_that_differ_in_particulars_are_one_group() -> None:
    tally = Tally()
    tally.skipped = [RecordError(f"label 'X{n}' is unknown", source="a", where=f"line {n}") for n in range(5)]
    tally.skipped.append(SourceError("is empty", source="b", hint="fill it"))
    lines = tally.reasons()
    assert lines[0] == "skipped: 6"
    assert lines[1].strip() == "5 × label … is unknown"
    assert lines[-1].strip() == "b: is empty (fill it)"
